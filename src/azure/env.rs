//! What is found on the machine: the process environment and the places of Azure's agents, injected.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::path::PathBuf;

use super::settings::Variables;

/// Every variable that is looked at, in the order in which they are told.
pub const VARIABLES: [&str; 18] = [
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "WEBSITE_OWNER_NAME",
    "WEBSITE_RESOURCE_GROUP",
    "WEBSITE_SITE_NAME",
    "REGION_NAME",
    "COSMI_ARM_ENDPOINT",
    "COSMI_CA_FILE",
];

/// Where the Azure Arc agent lives.
#[derive(Debug, Clone)]
pub struct ArcAgent {
    /// Its program: where it is, there is an Arc server.
    pub program: PathBuf,
    /// The only folder whose keys are read.
    pub keys: PathBuf,
}

/// Where environment variables come from, and where the agents of this system are.
pub trait Env: Send + Sync {
    /// The variable's value; an empty one counts as unset, as Azure's own libraries treat it.
    fn get(&self, name: &str) -> Option<String>;

    /// The places of the Azure Arc agent on this system.
    fn arc_agent(&self) -> ArcAgent {
        if cfg!(windows) {
            let under = |variable: &str, otherwise: &str| {
                let folder = self.get(variable).unwrap_or_else(|| otherwise.to_owned());
                PathBuf::from(folder).join("AzureConnectedMachineAgent")
            };
            ArcAgent {
                program: under("ProgramFiles", r"C:\Program Files").join("himds.exe"),
                keys: under("ProgramData", r"C:\ProgramData").join("Tokens"),
            }
        } else {
            ArcAgent {
                program: PathBuf::from("/opt/azcmagent/bin/himds"),
                keys: PathBuf::from("/var/opt/azcmagent/tokens"),
            }
        }
    }
}

/// The variables of this process, read at each call because Azure's hosts change some while a process lives. Those
/// that the host handed over stand before them: outside Windows a .NET program's own variables are unknown here.
#[derive(Debug, Clone, Default)]
pub struct ProcessEnv(Variables);

impl ProcessEnv {
    pub(super) fn with(handed_over: Variables) -> ProcessEnv {
        ProcessEnv(handed_over)
    }
}

impl Env for ProcessEnv {
    fn get(&self, name: &str) -> Option<String> {
        let value = match self.0.get(name) {
            Some(handed_over) => handed_over.as_ref().map(|value| value.as_str().to_owned()),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }
}

impl<S: BuildHasher + Send + Sync> Env for HashMap<String, String, S> {
    fn get(&self, name: &str) -> Option<String> {
        HashMap::get(self, name)
            .filter(|value| !value.is_empty())
            .cloned()
    }
}
