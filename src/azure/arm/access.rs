//! Role assignments: who may do what with an account.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use ring::digest;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::accounts::Name;
use super::create::{Created, verbatim};
use super::{Arm, Method, What, data_access};
use crate::azure::call::Call;
use crate::azure::error::{Error, Kind};
use crate::azure::retry;

const API: &str = "2022-04-01";

/// The built-in roles around Cosmos accounts, which need no look-up.
const ROLES: [(&str, &str); 5] = [
    (
        "DocumentDB Account Contributor",
        "5bd9cd88-fe45-4216-938b-f97437e15450",
    ),
    (
        "Cosmos DB Account Reader Role",
        "fbdf93bf-df7d-467e-a4d2-9458aa1360c8",
    ),
    ("Cosmos DB Operator", "230815da-be43-4aae-9cb4-875f7bd000aa"),
    ("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
    ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
];

/// A principal that was created just now is not known everywhere yet: for a minute an error that says so is no answer.
pub(super) struct Replication {
    pub is_unknown: fn(&Error) -> bool,
}

impl retry::Policy for Replication {
    fn pause(&self, error: &Error, failures: u32, _: Duration) -> Option<Duration> {
        let (first, most) = (Duration::from_secs(2), Duration::from_secs(30));
        (failures <= 5 && (self.is_unknown)(error)).then(|| retry::doubled(first, failures, most))
    }
}

/// Who is to have which role on an account.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The object id of the identity.
    pub principal_id: String,
    /// The role, by its name or its id.
    pub role: String,
}

impl Arm {
    /// Gives a role on the account. The assignment's own id follows from account, principal and role, so that a second
    /// run changes nothing.
    pub(in crate::azure) async fn grant(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        assignment: &Assignment,
    ) -> Result<Created, Error> {
        check_guid(&assignment.principal_id)?;
        check_role_name(&assignment.role)?;
        let scope = self.resource_id(call, account).await?;
        let role = self
            .role_id(call, account, &scope, &assignment.role)
            .await?;
        let (path, body) = wished(&scope, &assignment.principal_id, &role);
        let what = what(
            "give a role on",
            account,
            "Microsoft.Authorization/roleAssignments/write",
        );
        let attempt = || {
            self.send(call, Method::Put, &path, API, Some(&body), &what)
                .boxed()
        };
        let replication = Replication {
            is_unknown: |error| error.service_code() == Some("PrincipalNotFound"),
        };
        match retry::run(call, &replication, &attempt).await {
            Ok(made) if made.status == 201 => verbatim(&made).map(Created::New),
            Ok(found) => verbatim(&found).map(Created::AlreadySo),
            Err(error) if error.service_code() == Some("RoleAssignmentExists") => {
                let held = self
                    .assignments(call, account, Some(&assignment.principal_id))
                    .await?;
                // a group or the subscription may give the same
                let same = held.iter().find(|one| {
                    let one = Held::of(one);
                    is_same_id(&one.scope, &scope) && one.gives(&role)
                });
                Ok(Created::AlreadySo(
                    same.map_or(body, |one| one.get().to_owned()),
                ))
            }
            Err(error) => Err(error),
        }
    }

    /// The role assignments that count for an account, of one principal or of all, verbatim.
    pub(in crate::azure) async fn assignments(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        principal_id: Option<&str>,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        principal_id.map_or(Ok(()), check_guid)?;
        let scope = self.resource_id(call, account).await?;
        let filter = principal_id.map_or_else(
            || "atScope()".to_owned(),
            |id| format!("principalId eq '{id}'"),
        );
        let what = what(
            "read",
            account,
            "Microsoft.Authorization/roleAssignments/read",
        );
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments");
        self.list_filtered(call, &path, API, &filter, &what).await
    }

    /// Takes a role on the account away. `false` when the principal did not have it.
    pub(in crate::azure) async fn revoke(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        assignment: &Assignment,
    ) -> Result<bool, Error> {
        check_guid(&assignment.principal_id)?;
        check_role_name(&assignment.role)?;
        let scope = self.resource_id(call, account).await?;
        let role = self
            .role_id(call, account, &scope, &assignment.role)
            .await?;
        let what = what(
            "delete",
            account,
            "Microsoft.Authorization/roleAssignments/delete",
        );
        let mut revoked = false;
        for held in self
            .assignments(call, account, Some(&assignment.principal_id))
            .await?
        {
            let held = Held::of(&held);
            // those that come down from a group or subscription are not this account's to take
            if is_same_id(&held.scope, &scope) && held.gives(&role) {
                revoked |= self.remove(call, &held.id, API, &what, true).await?;
            }
        }
        Ok(revoked)
    }

    /// The id of a role, which may be given by its name.
    async fn role_id(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        scope: &str,
        role: &str,
    ) -> Result<String, Error> {
        let role = short(role);
        if check_guid(role).is_ok() {
            return Ok(role.to_ascii_lowercase());
        }
        if let Some(id) = built_in(&ROLES, role) {
            return Ok(id.to_owned());
        }
        let what = What {
            thing: "the roles".to_owned(),
            ..what(
                "read",
                account,
                "Microsoft.Authorization/roleDefinitions/read",
            )
        };
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions");
        let filter = format!("roleName eq '{}'", role.replace('\'', "''"));
        let found = self.list_filtered(call, &path, API, &filter, &what).await?;
        let id = found.first().and_then(|found| {
            let found: Value = serde_json::from_str(found.get()).ok()?;
            Some(found.get("name")?.as_str()?.to_ascii_lowercase())
        });
        id.ok_or_else(|| {
            let action = if data_access::is_built_in(role) {
                "that is one of Cosmos DB's own roles: add -DataPlane to give it"
            } else {
                "the roles of the tutorial are 'DocumentDB Account Contributor' and 'Cosmos DB Account Reader Role'"
            };
            let message = format!("there is no role '{}'", crate::azure::text::line(role, 100));
            Error::new(Kind::NotFound, message).with_action(action)
        })
    }
}

/// Where a role assignment is put, and what is sent.
fn wished(scope: &str, principal_id: &str, role: &str) -> (String, String) {
    let [account, principal] = [scope, principal_id].map(str::to_ascii_lowercase);
    let id = stable_guid(&[&account, &principal, role]);
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{id}");
    let subscription = scope.split('/').nth(2).unwrap_or_default();
    let definition = format!(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    );
    // with the type said, the directory need not know the principal yet
    let body = json!({ "properties": {
        "roleDefinitionId": definition,
        "principalId": principal_id,
        "principalType": "ServicePrincipal",
    } });
    (path, body.to_string())
}

fn what<'a>(verb: &'static str, account: &'a Name, needs: &'static str) -> What<'a> {
    let thing = match verb {
        "give a role on" => format!("account {}", account.as_str()),
        _ => format!("the role assignments of account {}", account.as_str()),
    };
    What {
        verb,
        thing,
        needs,
        account: Some(account.as_str()),
        secret: false,
    }
}

/// An assignment that there is, of either kind of role.
pub(super) struct Held {
    pub id: String,
    pub principal_id: String,
    role_definition_id: String,
    pub scope: String,
}

impl Held {
    pub fn of(json: &RawValue) -> Held {
        let fields: Value = serde_json::from_str(json.get()).unwrap_or_default();
        let text = |pointer: &str| {
            let found = fields.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        Held {
            id: text("/id"),
            principal_id: text("/properties/principalId"),
            role_definition_id: text("/properties/roleDefinitionId"),
            scope: text("/properties/scope"),
        }
    }

    /// Whether it gives this role, by its id.
    pub fn gives(&self, role: &str) -> bool {
        let held = self.role_definition_id.rsplit('/').next();
        held.is_some_and(|held| held.eq_ignore_ascii_case(role))
    }
}

/// A role's id as other tools tell it ends with the one that is the same everywhere.
fn short(role: &str) -> &str {
    const IN_FULL: &str = "/providers/microsoft.authorization/roledefinitions";
    match role.rsplit_once('/') {
        Some((before, id)) if before.to_ascii_lowercase().ends_with(IN_FULL) => id,
        _ => role,
    }
}

/// Whether two ids, in any case, mean the same account: its name is the only one in Azure, so letters that only a group
/// can have, and whose case is told by large tables alone, need not be told apart.
pub(super) fn is_same_id(one: &str, other: &str) -> bool {
    let plain = |c: char| c.is_ascii().then(|| c.to_ascii_lowercase());
    one.chars().map(plain).eq(other.chars().map(plain))
}

/// Whether a name is one of the built-in roles of Resource Manager known here.
pub(super) fn is_usual_role(name: &str) -> bool {
    built_in(&ROLES, name).is_some()
}

/// The id of a built-in role that is meant by its name or by that id.
pub(super) fn built_in(roles: &[(&str, &'static str)], role: &str) -> Option<&'static str> {
    roles
        .iter()
        .find(|(name, id)| name.eq_ignore_ascii_case(role) || id.eq_ignore_ascii_case(role))
        .map(|(_, id)| *id)
}

pub(super) fn check_role_name(role: &str) -> Result<(), Error> {
    if role.is_empty() || role.len() > 512 || role.chars().any(char::is_control) {
        return Err(Error::invalid("that is not the name of a role")
            .with_action("give the role by its name or its id"));
    }
    Ok(())
}

pub(super) fn check_guid(text: &str) -> Result<(), Error> {
    let shape: Vec<_> = text.split('-').map(str::len).collect();
    let fits =
        shape == [8, 4, 4, 4, 12] && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if fits {
        Ok(())
    } else {
        Err(Error::invalid("that is not an object id")
            .with_action("give the identity's object (principal) id, a GUID"))
    }
}

/// A GUID that follows from its parts (RFC 9562, version 5).
pub(super) fn stable_guid(parts: &[&str]) -> String {
    // the namespace of URLs
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(&0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes());
    for part in parts {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    let hash = hash.finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = bytes
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roles_id_may_be_given_in_full() {
        let id = "fbdf93bf-df7d-467e-a4d2-9458aa1360c8";
        for scope in ["", "/subscriptions/11111111-2222-3333-4444-555555555555"] {
            let full = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{id}");
            assert_eq!(short(&full), id);
            assert_eq!(short(&full.to_uppercase()), id.to_uppercase());
        }
        for other in [id, "Reader", "A / B role", "/x/sqlRoleDefinitions/y"] {
            assert_eq!(short(other), other);
        }
    }

    #[test]
    fn the_same_parts_give_the_same_id() {
        let id = stable_guid(&["/scope", "principal", "role"]);
        assert_eq!(id, stable_guid(&["/scope", "principal", "role"]));
        assert_ne!(id, stable_guid(&["/scope", "principal", "other"]));
        assert_ne!(id, stable_guid(&["/Scope", "principal", "role"]));
        assert!(check_guid(&id).is_ok(), "{id}");
        assert_eq!(&id[14..15], "5");
    }
}
