//! The machine's identities and how a token request selects one of them.

use std::borrow::Cow;

use crate::scenario::{Cloud, Machine, Scenario};

#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::struct_field_names, reason = "Azure's names")]
pub struct Identity<'a> {
    pub client_id: &'a str,
    pub object_id: &'a str,
    /// Of the identity itself, or of the machine when it is the machine's own.
    pub resource_id: Cow<'a, str>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Selector<'a> {
    /// No parameter names an identity.
    Default,
    ClientId(&'a str),
    ObjectId(&'a str),
    ResourceId(&'a str),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoIdentity {
    Unknown,
    Ambiguous,
}

pub fn select<'a>(
    machine: &'a Machine,
    selector: Selector<'_>,
) -> Result<Identity<'a>, NoIdentity> {
    let (attribute, wanted): (fn(&Identity<'a>) -> String, &str) = match selector {
        Selector::Default => return default(machine),
        Selector::ClientId(id) => (|identity| identity.client_id.to_owned(), id),
        Selector::ObjectId(id) => (|identity| identity.object_id.to_owned(), id),
        Selector::ResourceId(id) => (|identity| identity.resource_id.to_string(), id),
    };
    // A client or object id may also name the machine's own identity; its resource id is not one of an identity.
    let own = system(machine).filter(|_| !matches!(selector, Selector::ResourceId(_)));
    own.into_iter()
        .chain(user_assigned(machine))
        .find(|identity| attribute(identity).eq_ignore_ascii_case(wanted))
        .ok_or(NoIdentity::Unknown)
}

/// A machine with one user-assigned identity and none of its own answers with that one.
fn default(machine: &Machine) -> Result<Identity<'_>, NoIdentity> {
    if let Some(identity) = system(machine) {
        return Ok(identity);
    }
    let mut assigned = user_assigned(machine);
    match (assigned.next(), assigned.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(NoIdentity::Unknown),
        (Some(_), Some(_)) => Err(NoIdentity::Ambiguous),
    }
}

fn system(machine: &Machine) -> Option<Identity<'_>> {
    machine.system_identity.as_ref().map(|identity| Identity {
        client_id: &identity.client_id,
        object_id: &identity.object_id,
        resource_id: Cow::Owned(match uniform_instance(machine) {
            Some((set, _)) => scale_set_id(machine, set),
            None => machine_id(machine),
        }),
    })
}

fn user_assigned(machine: &Machine) -> impl Iterator<Item = Identity<'_>> {
    machine
        .user_assigned_identities
        .iter()
        .map(|identity| Identity {
            client_id: &identity.client_id,
            object_id: &identity.object_id,
            resource_id: Cow::Borrowed(&identity.resource_id),
        })
}

/// The machine's id in Resource Manager.
pub fn machine_id(machine: &Machine) -> String {
    match uniform_instance(machine) {
        Some((set, index)) => {
            format!("{}/virtualMachines/{index}", scale_set_id(machine, set))
        }
        None => compute_id(machine, "virtualMachines", &machine.name),
    }
}

pub fn scale_set_id(machine: &Machine, set: &str) -> String {
    compute_id(machine, "virtualMachineScaleSets", set)
}

/// The set and the number of a machine that is one of identical instances. Machines of flexible sets are ordinary ones.
pub fn uniform_instance(machine: &Machine) -> Option<(&str, &str)> {
    let set = machine.vm_scale_set_name.as_deref()?;
    let index = machine.name.strip_prefix(set)?.strip_prefix('_')?;
    Some((set, index))
}

fn compute_id(machine: &Machine, kind: &str, name: &str) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Compute/{kind}/{name}",
        machine.subscription_id, machine.resource_group
    )
}

/// The identity a host names to those who do not choose: the machine's own, else the first assigned to it.
pub fn usual(machine: &Machine) -> Option<Identity<'_>> {
    system(machine).or_else(|| user_assigned(machine).next())
}

/// Whether tokens exist for a resource; a trailing slash makes no difference here, but stays in the token.
pub fn knows_resource(scenario: &Scenario, resource: &str) -> bool {
    let cloud: Cloud = scenario.cloud;
    let plain = resource.trim_end_matches('/');
    scenario
        .audiences
        .iter()
        .map(String::as_str)
        .chain(cloud.arm_audiences())
        .chain([cloud.cosmos_audience()])
        .any(|audience| audience.trim_end_matches('/').eq_ignore_ascii_case(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_selects() {
        let scenario = Scenario::tutorial();
        let machine = &scenario.machine;
        let reader = &machine.user_assigned_identities[0];
        let selected =
            |selector| select(machine, selector).map(|identity| identity.client_id.to_owned());
        assert_eq!(
            selected(Selector::Default).unwrap(),
            "33333333-0000-0000-0000-000000000001"
        );
        let shouted = reader.resource_id.to_uppercase();
        for selector in [
            Selector::ClientId(&reader.client_id),
            Selector::ObjectId(&reader.object_id),
            Selector::ResourceId(&shouted),
        ] {
            assert_eq!(selected(selector).unwrap(), reader.client_id);
        }
        assert_eq!(
            selected(Selector::ClientId(&reader.object_id)),
            Err(NoIdentity::Unknown)
        );
        assert_eq!(
            selected(Selector::ResourceId(&machine_id(machine))),
            Err(NoIdentity::Unknown)
        );
    }

    #[test]
    fn without_its_own_identity() {
        let mut machine = Scenario::tutorial().machine;
        machine.system_identity = None;
        let only = machine.user_assigned_identities[0].clone();
        assert_eq!(
            select(&machine, Selector::Default).unwrap().client_id,
            only.client_id
        );
        machine.user_assigned_identities.push(only);
        assert_eq!(
            select(&machine, Selector::Default),
            Err(NoIdentity::Ambiguous)
        );
        machine.user_assigned_identities.clear();
        assert_eq!(
            select(&machine, Selector::Default),
            Err(NoIdentity::Unknown)
        );
    }

    #[test]
    fn scale_sets() {
        let mut machine = Scenario::tutorial().machine;
        machine.vm_scale_set_name = Some("myset".to_owned());
        machine.name = "myset_3".to_owned();
        assert!(
            machine_id(&machine)
                .ends_with("/Microsoft.Compute/virtualMachineScaleSets/myset/virtualMachines/3")
        );
        let own = select(&machine, Selector::Default).unwrap();
        assert!(own.resource_id.ends_with("/virtualMachineScaleSets/myset"));
        machine.name = "mysetflex".to_owned();
        assert!(machine_id(&machine).ends_with("/virtualMachines/mysetflex"));
        let own = select(&machine, Selector::Default).unwrap();
        assert_eq!(own.resource_id, machine_id(&machine));
    }

    #[test]
    fn resources_that_have_tokens() {
        let scenario = Scenario::tutorial();
        assert!(knows_resource(&scenario, "https://management.azure.com/"));
        assert!(knows_resource(&scenario, "https://management.azure.com"));
        assert!(knows_resource(&scenario, "https://vault.azure.net"));
        assert!(!knows_resource(
            &scenario,
            "https://management.usgovcloudapi.net/"
        ));
        assert!(!knows_resource(&scenario, "https://example.com"));
    }
}
