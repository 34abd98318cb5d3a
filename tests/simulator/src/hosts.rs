//! Resources that have identities: machines, scale sets, apps, Automation accounts, Azure Arc's servers.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::identity;
use crate::scenario::{Scenario, SystemIdentity, UserAssignedIdentity};

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum HostKind {
    #[serde(rename = "Microsoft.Compute/virtualMachines")]
    VirtualMachine,
    #[serde(rename = "Microsoft.Compute/virtualMachineScaleSets")]
    ScaleSet,
    #[serde(rename = "Microsoft.Web/sites")]
    Site,
    #[serde(rename = "Microsoft.Automation/automationAccounts")]
    AutomationAccount,
    #[serde(rename = "Microsoft.HybridCompute/machines")]
    ArcMachine,
}

#[derive(Clone, Debug)]
pub struct Host {
    pub kind: HostKind,
    pub subscription_id: String,
    pub resource_group: String,
    pub name: String,
    pub location: String,
    pub identities: Identities,
    /// What it is besides.
    pub vm_id: String,
    /// The one this Azure's metadata describes.
    pub is_the_machine: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Identities {
    pub system: Option<SystemIdentity>,
    pub user_assigned: Vec<UserAssignedIdentity>,
}

/// Somebody a role can be given to.
#[derive(Clone, Debug)]
pub struct Principal {
    pub id: String,
    pub kind: &'static str,
    pub since: Timestamp,
}

impl HostKind {
    pub const ALL: [HostKind; 5] = [
        HostKind::VirtualMachine,
        HostKind::ScaleSet,
        HostKind::Site,
        HostKind::AutomationAccount,
        HostKind::ArcMachine,
    ];

    pub fn namespace(self) -> &'static str {
        match self {
            HostKind::VirtualMachine | HostKind::ScaleSet => "Microsoft.Compute",
            HostKind::Site => "Microsoft.Web",
            HostKind::AutomationAccount => "Microsoft.Automation",
            HostKind::ArcMachine => "Microsoft.HybridCompute",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            HostKind::VirtualMachine => "virtualMachines",
            HostKind::ScaleSet => "virtualMachineScaleSets",
            HostKind::Site => "sites",
            HostKind::AutomationAccount => "automationAccounts",
            HostKind::ArcMachine => "machines",
        }
    }

    fn properties(self, host: &Host, state: &str) -> Value {
        match self {
            HostKind::VirtualMachine => json!({
                "vmId": host.vm_id,
                "hardwareProfile": {"vmSize": "Standard_DS1_v2"},
                "provisioningState": state,
            }),
            HostKind::ScaleSet => json!({
                "singlePlacementGroup": true,
                "upgradePolicy": {"mode": "Manual"},
                "provisioningState": state,
                "overprovision": true,
                "uniqueId": host.vm_id,
            }),
            HostKind::Site => json!({
                "name": host.name,
                "state": "Running",
                "enabled": true,
                "defaultHostName": format!("{}.azurewebsites.net", host.name),
            }),
            HostKind::AutomationAccount => json!({"state": "Ok", "sku": {"name": "Basic"}}),
            HostKind::ArcMachine => json!({
                "provisioningState": state,
                "status": "Connected",
                "vmId": host.vm_id,
                "displayName": host.name,
            }),
        }
    }
}

impl Host {
    /// Its id in Resource Manager.
    pub fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{}/{}/{}",
            self.subscription_id,
            self.resource_group,
            self.kind.namespace(),
            self.kind.name(),
            self.name
        )
    }

    pub fn document(&self, identities: &Identities, tenant_id: &str, state: &str) -> Value {
        let mut document = json!({
            "name": self.name,
            "id": self.id(),
            "type": format!("{}/{}", self.kind.namespace(), self.kind.name()),
            "location": self.location,
            "tags": {},
        });
        if self.kind == HostKind::Site {
            document["kind"] = json!("functionapp");
        }
        if let Some(identity) = identities.document(tenant_id) {
            document["identity"] = identity;
        }
        document["properties"] = self.kind.properties(self, state);
        document
    }
}

impl Identities {
    fn document(&self, tenant_id: &str) -> Option<Value> {
        let kind = match (&self.system, self.user_assigned.is_empty()) {
            (None, true) => return None,
            (Some(_), true) => "SystemAssigned",
            (None, false) => "UserAssigned",
            (Some(_), false) => "SystemAssigned, UserAssigned",
        };
        let mut document = json!({"type": kind});
        if let Some(system) = &self.system {
            document["principalId"] = json!(system.object_id);
            document["tenantId"] = json!(tenant_id);
        }
        if !self.user_assigned.is_empty() {
            let assigned: Map<String, Value> = self
                .user_assigned
                .iter()
                .map(|identity| {
                    let ids =
                        json!({"principalId": identity.object_id, "clientId": identity.client_id});
                    (identity.resource_id.clone(), ids)
                })
                .collect();
            document["userAssignedIdentities"] = assigned.into();
        }
        Some(document)
    }
}

/// The machine this Azure's metadata describes, and what else the scenario has.
pub fn all(scenario: &Scenario) -> Vec<Host> {
    let machine = &scenario.machine;
    let (kind, name) = match identity::uniform_instance(machine) {
        Some((set, _)) => (HostKind::ScaleSet, set),
        None => (HostKind::VirtualMachine, machine.name.as_str()),
    };
    let the_machine = Host {
        kind,
        subscription_id: machine.subscription_id.clone(),
        resource_group: machine.resource_group.clone(),
        name: name.to_owned(),
        location: machine.location.clone(),
        identities: Identities {
            system: machine.system_identity.clone(),
            user_assigned: machine.user_assigned_identities.clone(),
        },
        vm_id: machine.vm_id.clone(),
        is_the_machine: true,
    };
    let others = scenario.resources.iter().map(|resource| Host {
        kind: resource.kind,
        subscription_id: machine.subscription_id.clone(),
        resource_group: resource.resource_group.clone(),
        name: resource.name.clone(),
        location: machine.location.clone(),
        identities: Identities {
            system: resource.system_identity.clone(),
            user_assigned: resource.user_assigned_identities.clone(),
        },
        vm_id: crate::rbac::stable_id(&[&resource.name, "vm"]),
        is_the_machine: false,
    });
    std::iter::once(the_machine).chain(others).collect()
}

/// Every user-assigned identity there is, wherever it is assigned.
pub fn user_assigned(hosts: &[Host]) -> Vec<UserAssignedIdentity> {
    let mut all: Vec<UserAssignedIdentity> = Vec::new();
    for identity in hosts.iter().flat_map(|host| &host.identities.user_assigned) {
        let known = |other: &UserAssignedIdentity| {
            other
                .resource_id
                .eq_ignore_ascii_case(&identity.resource_id)
        };
        if !all.iter().any(known) {
            all.push(identity.clone());
        }
    }
    all
}

/// Whom the directory knows at the start.
pub fn directory(scenario: &Scenario, hosts: &[Host]) -> Vec<Principal> {
    let systems = hosts
        .iter()
        .filter_map(|host| host.identities.system.as_ref())
        .map(|identity| identity.object_id.clone());
    let assigned = user_assigned(hosts)
        .into_iter()
        .map(|identity| identity.object_id);
    let users = scenario
        .hosts
        .cloud_shell
        .user
        .iter()
        .map(|user| user.object_id.clone());
    systems
        .chain(assigned)
        .chain(users)
        .map(|id| Principal {
            kind: scenario.principal_type(&id),
            id,
            since: Timestamp::MIN,
        })
        .collect()
}
