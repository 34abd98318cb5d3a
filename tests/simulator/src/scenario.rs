//! What a scenario file says: the identities, subscriptions, roles and accounts this Azure has.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::hosts::HostKind;

/// The tutorial's Azure, used when no `--scenario` is given.
const DEFAULT: &str = include_str!("scenario.json");

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    pub tenant_id: String,
    pub cloud: Cloud,
    #[serde(default = "day")]
    pub token_lifetime_seconds: i64,
    /// When a token is to be replaced, where the answer says so; absent: it does not.
    pub refresh_in_seconds: Option<i64>,
    /// Resources the identity endpoints issue tokens for, besides those of the cloud.
    #[serde(default)]
    pub audiences: Vec<String>,
    #[serde(default)]
    pub paging: Paging,
    pub machine: Machine,
    #[serde(default)]
    pub hosts: Hosts,
    pub subscriptions: Vec<Subscription>,
    /// Roles besides the built-in ones.
    #[serde(default)]
    pub role_definitions: Vec<RoleDefinition>,
    #[serde(default)]
    pub role_assignments: Vec<RoleAssignment>,
    pub accounts: Vec<Account>,
    /// Names of accounts that belong to others.
    #[serde(default)]
    pub taken_names: Vec<String>,
    /// What else has identities.
    #[serde(default)]
    pub resources: Vec<Resource>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Cloud {
    #[serde(rename = "AzurePublicCloud")]
    Public,
    #[serde(rename = "AzureUSGovernmentCloud")]
    UsGovernment,
    #[serde(rename = "AzureChinaCloud")]
    China,
}

/// How many items a list answers at once; absent means all of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Paging {
    pub subscriptions: Option<usize>,
    pub accounts: Option<usize>,
    /// The most a data-plane feed answers at once, whatever the client asks for.
    pub feeds: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Machine {
    pub subscription_id: String,
    pub resource_group: String,
    pub name: String,
    pub location: String,
    pub vm_id: String,
    /// The scale set it belongs to; as `SET_INDEX` it is one of identical instances, whose identity is the set's.
    pub vm_scale_set_name: Option<String>,
    pub system_identity: Option<SystemIdentity>,
    #[serde(default)]
    pub user_assigned_identities: Vec<UserAssignedIdentity>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemIdentity {
    pub client_id: String,
    pub object_id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "Azure's names")]
pub struct UserAssignedIdentity {
    pub client_id: String,
    pub object_id: String,
    pub resource_id: String,
}

/// What differs between platforms of the same kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Hosts {
    pub app_service: AppService,
    pub automation: Automation,
    pub arc: AzureArc,
    pub machine_learning: MachineLearning,
    pub cloud_shell: CloudShell,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AppService {
    pub error_keys: ErrorKeys,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum ErrorKeys {
    #[default]
    #[serde(rename = "camelCase")]
    Camel,
    #[serde(rename = "PascalCase")]
    Pascal,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Automation {
    /// Which refuses user-assigned identities.
    pub hybrid_worker: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureArc {
    /// Which ignores what selects an identity, and does not say whose token it gives.
    pub legacy_agent: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct MachineLearning {
    pub expires_on: TimeForm,
}

/// How a time is written: in all the ways `expires_on` has been seen.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum TimeForm {
    /// Unix seconds, as text.
    #[default]
    Unix,
    /// Unix seconds, as a number.
    UnixNumber,
    /// Seconds from now, as text.
    Relative,
    /// ISO 8601.
    Iso,
    /// American, with twelve hours.
    Windows,
    /// American, with twenty-four hours.
    Linux,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudShell {
    /// Who is signed in; absent: nobody.
    pub user: Option<User>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    pub object_id: String,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subscription {
    pub id: String,
    pub display_name: String,
    #[serde(default)]
    pub resource_groups: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleDefinition {
    pub name: String,
    pub actions: Vec<String>,
    #[serde(default)]
    pub not_actions: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleAssignment {
    pub principal_id: String,
    pub role: String,
    pub scope: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Account {
    pub name: String,
    /// Absent: the machine's.
    pub subscription_id: Option<String>,
    pub resource_group: String,
    #[serde(default = "west_europe")]
    pub location: String,
    #[serde(default)]
    pub kind: AccountKind,
    #[serde(default)]
    pub tags: Map<String, Value>,
    #[serde(default)]
    pub capabilities: Vec<String>,
    #[serde(default)]
    pub disable_local_auth: bool,
    pub lock: Option<Lock>,
    /// Where it is, in the order of failover; none: in its own location.
    #[serde(default)]
    pub locations: Vec<AccountLocation>,
    /// Laid over the `properties` Resource Manager shows.
    #[serde(default)]
    pub properties: Map<String, Value>,
    #[serde(default)]
    pub databases: Vec<Database>,
    /// Roles in the data plane besides the built-in ones.
    #[serde(default)]
    pub sql_role_definitions: Vec<SqlRoleDefinition>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SqlRoleDefinition {
    pub name: String,
    pub data_actions: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountLocation {
    pub location_name: String,
    #[serde(default)]
    pub failover_priority: u32,
    #[serde(default)]
    pub is_zone_redundant: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "Azure's names")]
pub struct Resource {
    #[serde(rename = "type")]
    pub kind: HostKind,
    pub resource_group: String,
    pub name: String,
    pub system_identity: Option<SystemIdentity>,
    #[serde(default)]
    pub user_assigned_identities: Vec<UserAssignedIdentity>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum AccountKind {
    #[default]
    GlobalDocumentDB,
    MongoDB,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Lock {
    ReadOnly,
    CanNotDelete,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Database {
    pub id: String,
    pub throughput: Option<u32>,
    pub autoscale_max_throughput: Option<u32>,
    #[serde(default)]
    pub collections: Vec<Collection>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Collection {
    pub id: String,
    /// Absent for the oldest collections.
    pub partition_key: Option<Value>,
    pub throughput: Option<u32>,
    pub autoscale_max_throughput: Option<u32>,
    /// Laid over the collection's document, `defaultTtl` for example.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

fn day() -> i64 {
    86_400
}

fn west_europe() -> String {
    "West Europe".to_owned()
}

impl Scenario {
    /// The tutorial's Azure.
    pub fn tutorial() -> Scenario {
        Scenario::parse(DEFAULT).expect("the built-in scenario is valid: a test parses it")
    }

    pub fn parse(text: &str) -> Result<Scenario, String> {
        let scenario: Scenario = serde_json::from_str(text).map_err(|error| error.to_string())?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Finds what would make a closed world contradict itself.
    fn check(&self) -> Result<(), String> {
        let mut names = HashSet::new();
        for account in &self.accounts {
            if !names.insert(account.name.as_str()) {
                return Err(format!("two accounts are called {:?}", account.name));
            }
            let subscription = self.subscription_of(account);
            let group_exists = self
                .subscriptions
                .iter()
                .filter(|candidate| candidate.id.eq_ignore_ascii_case(subscription))
                .flat_map(|candidate| &candidate.resource_groups)
                .any(|group| group.eq_ignore_ascii_case(&account.resource_group));
            if !group_exists {
                return Err(format!(
                    "account {:?} is in resource group {:?} of subscription {subscription:?}, which does not exist",
                    account.name, account.resource_group
                ));
            }
            for database in &account.databases {
                one_throughput(
                    &database.id,
                    database.throughput,
                    database.autoscale_max_throughput,
                )?;
                for collection in &database.collections {
                    one_throughput(
                        &collection.id,
                        collection.throughput,
                        collection.autoscale_max_throughput,
                    )?;
                }
            }
        }
        Ok(())
    }

    /// What a principal is to role assignments.
    pub fn principal_type(&self, object_id: &str) -> &'static str {
        let user = self.hosts.cloud_shell.user.as_ref();
        if user.is_some_and(|user| user.object_id.eq_ignore_ascii_case(object_id)) {
            "User"
        } else {
            "ServicePrincipal"
        }
    }

    pub fn subscription_of<'a>(&'a self, account: &'a Account) -> &'a str {
        account
            .subscription_id
            .as_deref()
            .unwrap_or(&self.machine.subscription_id)
    }
}

fn one_throughput(id: &str, manual: Option<u32>, autoscale: Option<u32>) -> Result<(), String> {
    if manual.is_some() && autoscale.is_some() {
        return Err(format!(
            "{id:?} has both throughput and autoscaleMaxThroughput"
        ));
    }
    Ok(())
}

impl Account {
    /// Where it is, in the order of failover.
    pub fn regions(&self) -> Vec<AccountLocation> {
        if !self.locations.is_empty() {
            return self.locations.clone();
        }
        vec![AccountLocation {
            location_name: self.location.clone(),
            failover_priority: 0,
            is_zone_redundant: false,
        }]
    }

    pub fn serverless(&self) -> bool {
        self.capabilities
            .iter()
            .any(|capability| capability == "EnableServerless")
    }
}

impl Cloud {
    pub fn name(self) -> &'static str {
        match self {
            Cloud::Public => "AzurePublicCloud",
            Cloud::UsGovernment => "AzureUSGovernmentCloud",
            Cloud::China => "AzureChinaCloud",
        }
    }

    /// What Resource Manager accepts as a token's audience: the present and the classic name.
    pub fn arm_audiences(self) -> [&'static str; 2] {
        match self {
            Cloud::Public => [
                "https://management.core.windows.net/",
                "https://management.azure.com/",
            ],
            Cloud::UsGovernment => [
                "https://management.core.usgovcloudapi.net/",
                "https://management.usgovcloudapi.net/",
            ],
            Cloud::China => [
                "https://management.core.chinacloudapi.cn/",
                "https://management.chinacloudapi.cn/",
            ],
        }
    }

    pub fn cosmos_audience(self) -> &'static str {
        match self {
            Cloud::Public => "https://cosmos.azure.com",
            Cloud::UsGovernment => "https://cosmos.azure.us",
            Cloud::China => "https://cosmos.azure.cn",
        }
    }

    pub fn login(self) -> &'static str {
        match self {
            Cloud::Public => "https://login.windows.net",
            Cloud::UsGovernment => "https://login.microsoftonline.us",
            Cloud::China => "https://login.chinacloudapi.cn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tutorial_parses() {
        let scenario = Scenario::tutorial();
        assert_eq!(scenario.accounts.len(), 7);
        assert_eq!(
            scenario.subscription_of(&scenario.accounts[0]),
            "11111111-2222-3333-4444-555555555555"
        );
    }

    #[test]
    fn mistakes_are_named() {
        let twice = DEFAULT.replace("\"name\": \"readeraccount\"", "\"name\": \"myaccount\"");
        assert!(
            Scenario::parse(&twice)
                .unwrap_err()
                .contains("two accounts")
        );
        let unknown = DEFAULT.replacen("\"tenantId\"", "\"tenant\"", 1);
        assert!(Scenario::parse(&unknown).unwrap_err().contains("tenant"));
        let nowhere = DEFAULT.replacen(
            "\"resourceGroup\": \"rg\",\n      \"databases\"",
            "\"resourceGroup\": \"other\",\n      \"databases\"",
            1,
        );
        assert!(
            Scenario::parse(&nowhere)
                .unwrap_err()
                .contains("does not exist")
        );
    }
}
