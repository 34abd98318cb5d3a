//! Cosmos DB's own roles, which the account keeps: who may do what with its data, by a token instead of a key.
//! <https://learn.microsoft.com/azure/cosmos-db/how-to-setup-rbac>

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::access::{self, Held, Replication, built_in, check_guid, is_same_id, stable_guid};
use super::accounts::Name;
use super::create::{Created, made};
use super::sql::Place;
use super::{Arm, COSMOS_API, What};
use crate::azure::call::{Call, Level};
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;
use crate::azure::{retry, text};

/// The built-in ones, which every account has under the same ids.
const ROLES: [(&str, &str); 2] = [
    (
        "Cosmos DB Built-in Data Reader",
        "00000000-0000-0000-0000-000000000001",
    ),
    (
        "Cosmos DB Built-in Data Contributor",
        "00000000-0000-0000-0000-000000000002",
    ),
];

const READ: &str = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/read";
const WRITE: &str = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write";
const DELETE: &str = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/delete";
const READ_ROLES: &str = "Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/read";

/// The data of an account, of a database in it, or of a collection in that.
#[derive(Debug, Clone, Default)]
pub struct DataScope {
    /// Nothing: the whole account.
    pub database: Option<String>,
    /// Nothing: the whole database.
    pub collection: Option<String>,
}

/// Who is to have which role on the data of an account.
#[derive(Debug, Clone)]
pub struct DataAssignment {
    /// The object id of the identity.
    pub principal_id: String,
    /// The role, by its name or its id.
    pub role: String,
    /// On what.
    pub scope: DataScope,
}

/// Whether a name or id is that of a role which every account has for its data.
pub(super) fn is_built_in(role: &str) -> bool {
    built_in(&ROLES, role).is_some()
}

impl DataScope {
    /// As the service spells it below the account's own id.
    fn path(&self) -> String {
        match (&self.database, &self.collection) {
            (None, _) => String::new(),
            (Some(database), None) => format!("/dbs/{database}"),
            (Some(database), Some(collection)) => format!("/dbs/{database}/colls/{collection}"),
        }
    }
}

/// An assignment that is wished, in the service's terms.
struct Wished<'a> {
    /// The account's id, which all the others begin with.
    own: String,
    principal_id: &'a str,
    role: String,
    scope: String,
}

impl Wished<'_> {
    /// Its own id.
    fn path(&self) -> String {
        let [account, principal] = [&self.own, self.principal_id].map(str::to_ascii_lowercase);
        let id = stable_guid(&[&account, &self.scope, &principal, &self.role]);
        format!("{}/sqlRoleAssignments/{id}", self.own)
    }

    /// What is sent to make it.
    fn body(&self) -> String {
        let own = &self.own;
        json!({ "properties": {
            "roleDefinitionId": format!("{own}/sqlRoleDefinitions/{}", self.role),
            "scope": format!("{own}{}", self.scope),
            "principalId": self.principal_id,
        } })
        .to_string()
    }

    fn is(&self, held: &Held) -> bool {
        held.principal_id.eq_ignore_ascii_case(self.principal_id)
            && held.gives(&self.role)
            && held.below(&self.own) == Some(self.scope.as_str())
    }
}

impl Held {
    /// Its scope below the account's id, whose case does not count; that of the names does.
    fn below(&self, own: &str) -> Option<&str> {
        let segments = own.matches('/').count();
        let end = self.scope.match_indices('/').nth(segments);
        let (account, below) = self
            .scope
            .split_at(end.map_or(self.scope.len(), |(at, _)| at));
        is_same_id(account, own).then(|| below.trim_end_matches('/'))
    }

    fn counts_for(&self, own: &str, wanted: &str) -> bool {
        self.below(own)
            .and_then(|below| wanted.strip_prefix(below))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Arm {
    /// Gives a role on the data. The assignment's own id follows from scope, principal and role, so that a second run
    /// changes nothing.
    pub(in crate::azure) async fn grant_data(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        assignment: &DataAssignment,
        wait: bool,
    ) -> Result<Created, Error> {
        let wished = self.wished(call, account, assignment, true).await?;
        if let Some(held) = self.find_data(call, account, &wished).await? {
            return Ok(Created::AlreadySo(held));
        }
        self.check_place(call, account, &assignment.scope).await?;
        let attempt = || self.put_data(call, account, &wished, wait).boxed();
        let replication = Replication {
            is_unknown: is_unknown_principal,
        };
        match retry::run(call, &replication, &attempt).await {
            Ok(answer) => made(&answer, wait, wished.body()),
            Err(error) if error.http_status() == 409 => {
                // somebody else was faster, under another id
                let held = self.find_data(call, account, &wished).await?;
                held.map(Created::AlreadySo).ok_or(error)
            }
            Err(error) if is_unknown_principal(&error) => {
                Err(unknown_principal(&error, wished.principal_id))
            }
            Err(error) => Err(error),
        }
    }

    /// The role assignments in the data plane of an account, verbatim: of one principal or of all; those that count for
    /// a database or collection, or all.
    pub(in crate::azure) async fn data_assignments(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        principal_id: Option<&str>,
        scope: &DataScope,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        principal_id.map_or(Ok(()), check_guid)?;
        let own = self.resource_id(call, account).await?;
        let mut found = self.all_data(call, account, &own).await?;
        found.retain(|held| {
            let held = Held::of(held);
            principal_id.is_none_or(|id| held.principal_id.eq_ignore_ascii_case(id))
                && (scope.database.is_none() || held.counts_for(&own, &scope.path()))
        });
        Ok(found)
    }

    /// The roles that can be given on the data of an account, verbatim.
    pub(in crate::azure) async fn data_roles(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let own = self.resource_id(call, account).await?;
        let path = format!("{own}/sqlRoleDefinitions");
        self.list(call, &path, COSMOS_API, &roles(account)).await
    }

    /// Takes a role on the data away. `false` when the principal did not have it right there.
    pub(in crate::azure) async fn revoke_data(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        assignment: &DataAssignment,
        wait: bool,
    ) -> Result<bool, Error> {
        // what is left of a role that was deleted can be taken away by its id
        let wished = self.wished(call, account, assignment, false).await?;
        let what = what("take away a role on", account, DELETE);
        let mut revoked = false;
        for held in self.all_data(call, account, &wished.own).await? {
            let held = Held::of(&held);
            if wished.is(&held) {
                revoked |= self.remove(call, &held.id, COSMOS_API, &what, wait).await?;
            }
        }
        Ok(revoked)
    }

    async fn wished<'a>(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        assignment: &'a DataAssignment,
        must_exist: bool,
    ) -> Result<Wished<'a>, Error> {
        check_guid(&assignment.principal_id)?;
        access::check_role_name(&assignment.role)?;
        let own = self.resource_id(call, account).await?;
        let role = self
            .data_role_id(call, account, &own, &assignment.role, must_exist)
            .await?;
        Ok(Wished {
            own,
            principal_id: &assignment.principal_id,
            role,
            scope: assignment.scope.path(),
        })
    }

    async fn put_data(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        wished: &Wished<'_>,
        wait: bool,
    ) -> Result<Response, Error> {
        let path = wished.path();
        let what = what("give a role on", account, WRITE);
        self.put(call, &path, COSMOS_API, &wished.body(), &what, wait)
            .await
    }

    async fn all_data(
        &self,
        call: &Call,
        account: &Name,
        own: &str,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let what = What {
            thing: format!(
                "the data-plane role assignments of account {}",
                account.as_str()
            ),
            ..what("read", account, READ)
        };
        self.list(
            call,
            &format!("{own}/sqlRoleAssignments"),
            COSMOS_API,
            &what,
        )
        .await
    }

    /// The wished assignment, whatever its id, verbatim.
    async fn find_data(
        &self,
        call: &Call,
        account: &Name,
        wished: &Wished<'_>,
    ) -> Result<Option<String>, Error> {
        let all = self.all_data(call, account, &wished.own).await?;
        let held = all.iter().find(|held| wished.is(&Held::of(held)));
        Ok(held.map(|held| held.get().to_owned()))
    }

    /// The service takes any names for a scope: a role on what does not exist would be one that nobody notices.
    async fn check_place(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        scope: &DataScope,
    ) -> Result<(), Error> {
        let Some(database) = &scope.database else {
            return Ok(());
        };
        let collection = scope.collection.as_deref();
        let place = Place {
            account,
            database,
            collection,
        };
        match self.show_sql(call, place).await {
            Ok(_) => Ok(()),
            // who may give roles need not be allowed to look
            Err(error) if error.kind() == Kind::Forbidden => {
                call.log(Level::Info, || {
                    format!("{}, and its name is not checked", error.message())
                });
                Ok(())
            }
            Err(error) if error.http_status() == 404 => {
                let account = account.as_str();
                let missing = match collection {
                    None => format!("account {account} has no database {database}"),
                    Some(name) => {
                        format!("database {database} of account {account} has no collection {name}")
                    }
                };
                Err(restated(
                    &error,
                    format!("{missing} to give a role on"),
                    "check the names, which are case-sensitive, or create it first",
                ))
            }
            Err(error) => Err(error),
        }
    }

    /// The id of a role, which may be given by its name, its id or its resource id.
    async fn data_role_id(
        self: &Arc<Self>,
        call: &Call,
        account: &Name,
        own: &str,
        role: &str,
        must_exist: bool,
    ) -> Result<String, Error> {
        let in_account = format!("{own}/sqlRoleDefinitions");
        let role = match role.rsplit_once('/') {
            Some((before, id)) if is_same_id(before, &in_account) => id,
            _ => role,
        };
        if let Some(id) = built_in(&ROLES, role) {
            return Ok(id.to_owned());
        }
        if check_guid(role).is_ok() {
            let path = format!("{in_account}/{role}");
            let is_there = !must_exist
                || self
                    .find_resource(call, &path, COSMOS_API, &roles(account))
                    .await?
                    .is_some();
            return is_there
                .then(|| role.to_ascii_lowercase())
                .ok_or_else(|| unknown_role(account, role));
        }
        let all = self.data_roles(call, account).await?;
        all.iter()
            .find_map(|found| {
                let found: Value = serde_json::from_str(found.get()).ok()?;
                let name = found.pointer("/properties/roleName")?.as_str()?;
                let id = found.get("name")?.as_str()?;
                name.eq_ignore_ascii_case(role)
                    .then(|| id.to_ascii_lowercase())
            })
            .ok_or_else(|| unknown_role(account, role))
    }
}

fn what<'a>(verb: &'static str, account: &'a Name, needs: &'static str) -> What<'a> {
    What {
        verb,
        thing: format!("the data of account {}", account.as_str()),
        needs,
        account: Some(account.as_str()),
        secret: false,
    }
}

fn roles(account: &Name) -> What<'_> {
    What {
        thing: format!("the data-plane roles of account {}", account.as_str()),
        ..what("read", account, READ_ROLES)
    }
}

fn unknown_role(account: &Name, role: &str) -> Error {
    let action = if access::is_usual_role(role) {
        "that is a role of Azure Resource Manager: leave -DataPlane out to give it"
    } else {
        "every account has 'Cosmos DB Built-in Data Reader' and 'Cosmos DB Built-in Data Contributor'"
    };
    let message = format!(
        "account {} has no data-plane role '{}'",
        account.as_str(),
        text::line(role, 100)
    );
    Error::new(Kind::NotFound, message).with_action(action)
}

/// The provider has no code of its own for it, and says it at once or when the operation has failed.
fn is_unknown_principal(error: &Error) -> bool {
    error.service_code() == Some("BadRequest")
        && error.message().contains("was not found in the AAD tenant")
}

fn unknown_principal(error: &Error, principal_id: &str) -> Error {
    restated(
        error,
        format!("the subscription's directory has no identity {principal_id}"),
        "give the object (principal) id of an identity, not its client or application id; one that was created just now is known after some minutes",
    )
}

/// The same answer of the service in words that fit what was wished.
fn restated(error: &Error, message: String, action: &str) -> Error {
    let restated = Error::new(Kind::NotFound, message)
        .with_action(action)
        .with_http_status(error.http_status())
        .with_request_id(error.request_id());
    match error.service_code() {
        Some(code) => restated.with_service_code(code),
        None => restated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str =
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DocumentDB/databaseAccounts/a";

    fn held(scope: &str) -> Box<RawValue> {
        let json = json!({ "id": "x", "properties": {
            "principalId": "P", "roleDefinitionId": format!("{OWN}/sqlRoleDefinitions/R"), "scope": scope,
        } });
        RawValue::from_string(json.to_string()).expect("JSON")
    }

    #[test]
    fn a_scope_counts_for_what_lies_in_it() {
        for (scope, wanted, counts) in [
            (OWN.to_owned(), "/dbs/D/colls/C", true),
            (OWN.to_uppercase(), "/dbs/D", true),
            (format!("{OWN}/dbs/D/"), "/dbs/D", true),
            (format!("{OWN}/dbs/D"), "/dbs/D/colls/C", true),
            (format!("{OWN}/dbs/D/colls/C"), "/dbs/D", false),
            (format!("{OWN}/dbs/d"), "/dbs/D", false),
            (format!("{OWN}/dbs/D"), "/dbs/D2", false),
            ("/elsewhere".to_owned(), "/dbs/D", false),
            (String::new(), "/dbs/D", false),
        ] {
            assert_eq!(
                Held::of(&held(&scope)).counts_for(OWN, wanted),
                counts,
                "{scope} for {wanted}"
            );
        }
    }

    #[test]
    fn a_wish_is_met_by_the_same_principal_role_and_scope_only() {
        let wished = |principal_id, role: &str, scope: &str| Wished {
            own: OWN.to_lowercase(),
            principal_id,
            role: role.to_owned(),
            scope: scope.to_owned(),
        };
        let there = Held::of(&held(&format!("{OWN}/dbs/D")));
        assert!(wished("p", "r", "/dbs/D").is(&there));
        assert!(!wished("q", "r", "/dbs/D").is(&there));
        assert!(!wished("p", "s", "/dbs/D").is(&there));
        assert!(!wished("p", "r", "/dbs/d").is(&there));
        assert!(!wished("p", "r", "").is(&there));
    }
}
