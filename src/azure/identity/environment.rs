//! What the host tells of the machine.

use super::IdentitySource;

/// Who and where this machine is.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Where tokens come from.
    pub source: IdentitySource,
    /// One sentence: why from there.
    pub reason: String,
    /// The names of the variables of Azure's hosts that are set here, separated by `, `.
    pub variables_seen: String,
    /// The subscription of the machine.
    pub subscription_id: Option<String>,
    /// The resource group of the machine.
    pub resource_group: Option<String>,
    /// The name of the machine or app.
    pub machine_name: Option<String>,
    /// The name of the scale set that the machine belongs to, which then has the identity.
    pub scale_set_name: Option<String>,
    /// The Azure resource id of the machine.
    pub resource_id: Option<String>,
    /// The region, such as `westeurope`.
    pub location: Option<String>,
    /// The cloud, such as `AzurePublicCloud`.
    pub cloud: String,
    /// Resource Manager's address in that cloud.
    pub arm_endpoint: String,
    /// What the token for Resource Manager says of the identity, unverified; absent when there is no such token.
    pub claims_json: Option<String>,
    /// The metadata service's own description, verbatim.
    pub metadata_json: Option<String>,
}

/// What a source found out; the client adds what it knows itself.
#[derive(Debug, Clone)]
pub(in crate::azure) struct Found {
    pub source: IdentitySource,
    pub reason: String,
    pub subscription_id: Option<String>,
    pub resource_group: Option<String>,
    pub machine_name: Option<String>,
    pub scale_set_name: Option<String>,
    pub resource_id: Option<String>,
    pub location: Option<String>,
    pub cloud: Option<String>,
    pub metadata_json: Option<String>,
}

impl Found {
    /// Nothing but the source itself.
    pub(super) fn new(source: IdentitySource, reason: String) -> Found {
        Found {
            source,
            reason,
            subscription_id: None,
            resource_group: None,
            machine_name: None,
            scale_set_name: None,
            resource_id: None,
            location: None,
            cloud: None,
            metadata_json: None,
        }
    }
}
