//! The identity of a machine, an app or an Automation account, as Resource Manager knows it.

use serde_json::{Value, json};

use super::create::{Created, accepted_only, value, verbatim};
use super::{Arm, Method, What};
use crate::azure::call::Call;
use crate::azure::error::{Error, Kind};

/// A type that has identities: the version by which it is asked, and the actions that a role must allow.
struct Type {
    name: &'static str,
    api_version: &'static str,
    read: &'static str,
    write: &'static str,
}

const TYPES: [Type; 5] = [
    Type {
        name: "Microsoft.Compute/virtualMachines",
        api_version: "2024-07-01",
        read: "Microsoft.Compute/virtualMachines/read",
        write: "Microsoft.Compute/virtualMachines/write",
    },
    Type {
        name: "Microsoft.Compute/virtualMachineScaleSets",
        api_version: "2024-07-01",
        read: "Microsoft.Compute/virtualMachineScaleSets/read",
        write: "Microsoft.Compute/virtualMachineScaleSets/write",
    },
    Type {
        name: "Microsoft.Web/sites",
        api_version: "2023-12-01",
        read: "Microsoft.Web/sites/Read",
        write: "Microsoft.Web/sites/Write",
    },
    Type {
        name: "Microsoft.Automation/automationAccounts",
        api_version: "2023-11-01",
        read: "Microsoft.Automation/automationAccounts/read",
        write: "Microsoft.Automation/automationAccounts/write",
    },
    Type {
        name: "Microsoft.HybridCompute/machines",
        api_version: "2024-07-10",
        read: "Microsoft.HybridCompute/machines/read",
        write: "Microsoft.HybridCompute/machines/write",
    },
];

struct Machine<'a> {
    id: &'a str,
    kind: &'static Type,
}

impl<'a> Machine<'a> {
    fn parse(id: &'a str) -> Result<Machine<'a>, Error> {
        let wrong = || {
            let types: Vec<_> = TYPES.iter().map(|kind| kind.name).collect();
            Error::invalid("that is not a resource that has an identity").with_action(format!(
                "check the names of the machine and its resource group; a resource id has to be that of one of {}",
                types.join(", ")
            ))
        };
        let id = id.trim_end_matches('/');
        let fits = id.len() <= 2048
            && id.starts_with('/')
            && !id.contains("//")
            && !id.contains(['?', '#', '%', '\\'])
            && !id.chars().any(|c| c.is_control() || c.is_whitespace());
        let id = without_instance(id).unwrap_or(id);
        let parts: Vec<_> = id.split('/').collect();
        let (Some(&namespace), Some(&kind)) = (parts.get(6), parts.get(7)) else {
            return Err(wrong());
        };
        if !fits
            || parts.len() != 9
            // in a path these mean "here" and "above"
            || parts.iter().any(|part| matches!(*part, "." | ".."))
            || !parts[1].eq_ignore_ascii_case("subscriptions")
            || !parts[5].eq_ignore_ascii_case("providers")
        {
            return Err(wrong());
        }
        let full = format!("{namespace}/{kind}");
        let found = TYPES
            .iter()
            .find(|kind| kind.name.eq_ignore_ascii_case(&full));
        found.map(|kind| Machine { id, kind }).ok_or_else(wrong)
    }

    fn what(&self, verb: &'static str, needs: &'static str) -> What<'a> {
        let name = self.id.rsplit('/').next().unwrap_or_default();
        What {
            verb,
            thing: format!("the identity of {name}"),
            needs,
            account: None,
            secret: false,
        }
    }
}

/// The scale set of one of its instances: theirs is the set's identity, and they have none of their own.
fn without_instance(id: &str) -> Option<&str> {
    let mut ends = id.rsplitn(3, '/');
    let (_instance, kind, set) = (ends.next()?, ends.next()?, ends.next()?);
    let of_a_set = set.rsplit('/').nth(1)?;
    let is_instance = kind.eq_ignore_ascii_case("virtualMachines")
        && of_a_set.eq_ignore_ascii_case("virtualMachineScaleSets");
    is_instance.then_some(set)
}

impl Arm {
    /// The resource with its identity, verbatim.
    pub(in crate::azure) async fn machine(&self, call: &Call, id: &str) -> Result<String, Error> {
        let machine = Machine::parse(id)?;
        let what = machine.what("read", machine.kind.read);
        verbatim(
            &self
                .get(call, machine.id, machine.kind.api_version, &what)
                .await?,
        )
    }

    /// Turns the system-assigned identity on and keeps the user-assigned ones, which a bare request would take away.
    pub(in crate::azure) async fn enable_identity(
        &self,
        call: &Call,
        id: &str,
        wait: bool,
    ) -> Result<Created, Error> {
        let machine = Machine::parse(id)?;
        let what = machine.what("turn on", machine.kind.write);
        let found = self
            .get(call, machine.id, machine.kind.api_version, &what)
            .await?;
        let Some(identity) = with_own(&value(&found)?) else {
            return verbatim(&found).map(Created::AlreadySo);
        };
        let body = json!({ "identity": identity }).to_string();
        let accepted = self
            .send(
                call,
                Method::Patch,
                machine.id,
                machine.kind.api_version,
                Some(&body),
                &what,
            )
            .await?;
        if !wait {
            return accepted_only(&accepted, body);
        }
        self.settle(call, accepted, &what).await?;
        let made = self
            .get(call, machine.id, machine.kind.api_version, &what)
            .await?;
        if value(&made)?.pointer("/identity/principalId").is_none() {
            return Err(Error::new(
                Kind::Service,
                "the identity was turned on, and Azure does not tell its principal id yet",
            )
            .with_action("look at it again in a moment"));
        }
        verbatim(&made).map(Created::New)
    }
}

/// What to ask for so that a resource has its own identity beside those that it has; nothing where it has its own.
fn with_own(resource: &Value) -> Option<Value> {
    let kinds = resource.pointer("/identity/type").and_then(Value::as_str);
    let mut kinds = kinds.unwrap_or("None").split(',');
    if kinds.any(|kind| kind.trim().eq_ignore_ascii_case("SystemAssigned")) {
        return None;
    }
    let others = resource
        .pointer("/identity/userAssignedIdentities")
        .and_then(Value::as_object);
    Some(match others.filter(|others| !others.is_empty()) {
        None => json!({ "type": "SystemAssigned" }),
        Some(others) => {
            let kept: serde_json::Map<_, _> =
                others.keys().map(|id| (id.clone(), json!({}))).collect();
            json!({ "type": "SystemAssigned, UserAssigned", "userAssignedIdentities": kept })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_an_identity_is_asked() {
        let id = |kind: &str| format!("/subscriptions/s/resourceGroups/rg/providers/{kind}/name");
        for kind in TYPES.iter().map(|kind| kind.name) {
            assert!(Machine::parse(&id(kind)).is_ok(), "{kind}");
        }
        assert!(
            Machine::parse(
                "/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm/"
            )
            .is_ok()
        );
        let set = id(TYPES[1].name);
        for instance in ["/virtualMachines/3", "/virtualmachines/3/"] {
            let instance = format!("{set}{instance}");
            let machine = Machine::parse(&instance).map(|machine| machine.id.to_owned());
            assert_eq!(machine.ok(), Some(set.clone()), "{instance}");
        }
        for odd in [
            "",
            "/",
            "vm",
            &id("Microsoft.Storage/storageAccounts"),
            &format!("{}/x", id(TYPES[0].name)),
            &format!("{}?x", id(TYPES[0].name)),
            &id(TYPES[0].name).replace("/name", "/.."),
            &id(TYPES[0].name).replace("/rg/", "/./"),
            &id(TYPES[0].name).replace("/rg/", "/../"),
            &format!("{}/virtualMachines/3", id(TYPES[2].name)),
            &format!("{}/virtualMachines", id(TYPES[1].name)),
        ] {
            assert!(Machine::parse(odd).is_err(), "{odd}");
        }
    }
}
