//! What a client is told when it is made.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::error::Error;

/// Where the token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IdentitySource {
    /// Chosen from the environment variables that Azure's hosts set, else the metadata service.
    #[default]
    Auto,
    /// The metadata service of a virtual machine or scale set.
    Imds,
    /// App Service's protocol: App Service, Functions, Container Apps and Azure Automation.
    AppService,
    /// The agent of an Azure Arc server.
    Arc,
    /// A Service Fabric application.
    ServiceFabric,
    /// Azure Machine Learning, and the older `MSI_*` form of App Service and Automation's hybrid workers.
    MachineLearning,
    /// Cloud Shell: a token of the person signed in.
    CloudShell,
    /// A federated token of Kubernetes or another issuer, exchanged at Entra.
    WorkloadIdentity,
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IdentitySource::Auto => "automatic",
            IdentitySource::Imds => "the metadata service (IMDS)",
            IdentitySource::AppService => "the App Service identity endpoint",
            IdentitySource::Arc => "the Azure Arc agent",
            IdentitySource::ServiceFabric => "the Service Fabric identity endpoint",
            IdentitySource::MachineLearning => "the Azure ML identity endpoint (MSI_ENDPOINT)",
            IdentitySource::CloudShell => "Cloud Shell",
            IdentitySource::WorkloadIdentity => "workload identity federation",
        })
    }
}

/// Which of the machine's identities is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Identity {
    /// The system-assigned one, or the only one there is.
    #[default]
    System,
    /// A user-assigned one by its client (application) id.
    ClientId(String),
    /// A user-assigned one by its object (principal) id.
    ObjectId(String),
    /// A user-assigned one by its Azure resource id.
    ResourceId(String),
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Identity::System => f.write_str("the system-assigned identity"),
            Identity::ClientId(id) => write!(f, "the user-assigned identity with client id {id}"),
            Identity::ObjectId(id) => write!(f, "the user-assigned identity with object id {id}"),
            Identity::ResourceId(id) => write!(f, "the user-assigned identity {id}"),
        }
    }
}

/// The time an operation has when nobody says otherwise. Longer than the metadata service's own updates take (70 s).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(100);

/// How long an update of the metadata service is waited for when nobody says otherwise; it announces 70 s at most.
pub const DEFAULT_UPDATE_WAIT: Duration = Duration::from_secs(70);

/// Variables that the host hands over. Some hold secrets: `Debug` shows the names.
#[derive(Clone, Default)]
pub struct Variables(HashMap<String, Option<Zeroizing<String>>>);

impl Variables {
    /// Says what a variable is for this client; `None` means that it is unset.
    pub fn set(&mut self, name: String, value: Option<String>) {
        self.0.insert(name, value.map(Zeroizing::new));
    }

    /// What was said of a variable, if anything.
    pub(super) fn get(&self, name: &str) -> Option<&Option<Zeroizing<String>>> {
        self.0.get(name)
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What a client is told when it is made. `None` means: find out.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where tokens come from.
    pub identity_source: IdentitySource,
    /// Which identity is used.
    pub identity: Identity,
    /// The cloud's name, such as `AzureUSGovernmentCloud`.
    pub cloud: Option<String>,
    /// Resource Manager's address, when it is not the cloud's.
    pub arm_endpoint: Option<String>,
    /// What tokens for Resource Manager are for, when it is not the cloud's.
    pub arm_audience: Option<String>,
    /// Where workload identities sign in, when it is not the cloud's.
    pub login_endpoint: Option<String>,
    /// What follows the account's name in the host of its endpoint, when it is not the cloud's.
    pub cosmos_suffix: Option<String>,
    /// The metadata service's address, when it is not 169.254.169.254.
    pub metadata_endpoint: Option<String>,
    /// Certificates in PEM that are trusted instead of the system's.
    pub ca_pem: Option<Vec<u8>>,
    /// Variables of the host that stand before the process's own.
    pub variables: Variables,
    /// How long an update of the metadata service (410) is waited for.
    pub update_wait: Duration,
    /// The time an operation has when it is not given its own.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            identity_source: IdentitySource::default(),
            identity: Identity::default(),
            cloud: None,
            arm_endpoint: None,
            arm_audience: None,
            login_endpoint: None,
            cosmos_suffix: None,
            metadata_endpoint: None,
            ca_pem: None,
            variables: Variables::default(),
            update_wait: DEFAULT_UPDATE_WAIT,
            timeout: DEFAULT_TIMEOUT,
        }
    }
}

impl Identity {
    /// Refuses what no source could take.
    pub(super) fn check(&self) -> Result<(), Error> {
        let (what, id, largest) = match self {
            Identity::System => return Ok(()),
            Identity::ClientId(id) => ("client id", id, 64),
            Identity::ObjectId(id) => ("object id", id, 64),
            Identity::ResourceId(id) => ("resource id", id, 2048),
        };
        if id.is_empty()
            || id.len() > largest
            || id.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(Error::invalid(format!("the {what} of the identity is not one"))
                .with_action(format!("give the {what} as the Azure portal shows it, or none for the system-assigned identity")));
        }
        if matches!(self, Identity::ResourceId(id) if !id.starts_with('/')) {
            return Err(
                Error::invalid("the resource id of the identity does not start with /")
                    .with_action("give it as /subscriptions/…/userAssignedIdentities/NAME"),
            );
        }
        Ok(())
    }
}
