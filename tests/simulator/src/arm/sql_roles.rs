//! Roles in the data plane itself, which the account keeps.

use hyper::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Reply;
use crate::model::{Account, SqlRoleAssignment};
use crate::operations::{Ending, Failure, Outcome, Work};
use crate::rbac::{stable_id, within};

use super::accounts::{self, Place, provider_reply};
use super::operations::{Results, Task, start, start_in_vain};
use super::{Call, account_writes, error};

const DATA: &str = "Microsoft.DocumentDB/databaseAccounts";

/// The built-in ones: the end of their ids, their names, what they allow.
const BUILT_IN: &[(&str, &str, &[&str])] = &[
    (
        "00000000-0000-0000-0000-000000000001",
        "Cosmos DB Built-in Data Reader",
        &[
            "readMetadata",
            "sqlDatabases/containers/executeQuery",
            "sqlDatabases/containers/readChangeFeed",
            "sqlDatabases/containers/items/read",
        ],
    ),
    (
        "00000000-0000-0000-0000-000000000002",
        "Cosmos DB Built-in Data Contributor",
        &[
            "readMetadata",
            "sqlDatabases/containers/*",
            "sqlDatabases/containers/items/*",
        ],
    ),
];

pub fn answer(call: &Call<'_>, place: Place<'_>, lower: &[&str], path: &[&str]) -> Reply {
    respond(call, place, lower, path).unwrap_or_else(|refusal| refusal)
}

fn respond(
    call: &Call<'_>,
    place: Place<'_>,
    lower: &[&str],
    path: &[&str],
) -> Result<Reply, Reply> {
    let of_roles = lower[2] == "sqlroledefinitions";
    let methods: &[Method] = if of_roles || path.len() == 3 {
        &[Method::GET]
    } else {
        &[Method::GET, Method::PUT, Method::DELETE]
    };
    accounts::prepare(call, place, path[0], methods)?;
    let verb = match call.request.method {
        Method::PUT => "write",
        Method::DELETE => "delete",
        _ => "read",
    };
    let scope = place.resource(path);
    let action = format!("{}/{}/{}/{verb}", place.namespace, path[0], path[2]);
    call.authorize(&action, &scope)?;
    accounts::group_exists(call, place)?;
    let account =
        accounts::find(call, place, path[1]).ok_or_else(|| error::parent_not_found(path[1]))?;
    accounts::check_locks(call, account, &scope)?;
    match (of_roles, path.get(3)) {
        (true, None) => Ok(provider_reply(&json!({"value": definitions(account)}))),
        (true, Some(id)) => definitions(account)
            .iter()
            .find(|role| is_text(&role["name"], id))
            .map(provider_reply)
            .ok_or_else(|| not_found("Role Definition", id)),
        (false, None) => {
            let assignments = &account.sql_role_assignments;
            let all: Vec<Value> = assignments
                .iter()
                .map(|assignment| document(account, assignment))
                .collect();
            Ok(provider_reply(&json!({"value": all})))
        }
        (false, Some(id)) => assignment(call, place, account, id),
    }
}

fn assignment(
    call: &Call<'_>,
    place: Place<'_>,
    account: &Account,
    id: &str,
) -> Result<Reply, Reply> {
    let present = account
        .sql_role_assignments
        .iter()
        .find(|assignment| assignment.id.eq_ignore_ascii_case(id));
    let name = account.spec.name.clone();
    let known = id.to_owned();
    match call.request.method {
        Method::PUT => {
            account_writes::free_to_change(call, account)?;
            let wanted = asked_for(call, account, id)?;
            check_others(account, &wanted)?;
            let missing = is_missing(call, &wanted.principal_id);
            let work: Work = Box::new(move |model, _, went_well| {
                if let Some(account) = model.account_mut(&name).filter(|_| went_well) {
                    let all = &mut account.sql_role_assignments;
                    all.retain(|assignment| !assignment.id.eq_ignore_ascii_case(&known));
                    all.push(wanted);
                }
            });
            let task = task(place, account, id, Outcome::Resource, work);
            // The directory is asked once the request has been accepted.
            let links = match missing {
                Some(failure) => start_in_vain(call, task, failure),
                None => start(call, task),
            };
            Ok(links.accepted())
        }
        Method::DELETE if present.is_none() => Ok(Reply::new(204)),
        Method::DELETE => {
            let work: Work = Box::new(move |model, _, went_well| {
                if let Some(account) = model.account_mut(&name).filter(|_| went_well) {
                    account
                        .sql_role_assignments
                        .retain(|assignment| !assignment.id.eq_ignore_ascii_case(&known));
                }
            });
            Ok(start(call, task(place, account, id, Outcome::Gone, work)).accepted())
        }
        _ => present
            .map(|assignment| provider_reply(&document(account, assignment)))
            .ok_or_else(|| not_found("Role Assignment", id)),
    }
}

fn task<'a>(
    place: Place<'a>,
    account: &'a Account,
    id: &str,
    outcome: Outcome,
    work: Work,
) -> Task<'a> {
    Task {
        place,
        location: &account.spec.location,
        target: format!("{}/sqlRoleAssignments/{id}", account.resource_id()),
        outcome,
        results: Results::BelowTheRequest,
        work,
    }
}

/// What another assignment, or the one that is there by this id, has against it.
fn check_others(account: &Account, wanted: &SqlRoleAssignment) -> Result<(), Reply> {
    for known in &account.sql_role_assignments {
        let same_principal = known
            .principal_id
            .eq_ignore_ascii_case(&wanted.principal_id);
        let same_scope = known.scope == wanted.scope;
        let same_role = known
            .role_definition_id
            .eq_ignore_ascii_case(&wanted.role_definition_id);
        if known.id.eq_ignore_ascii_case(&wanted.id) {
            let not_permitted = |what: &str, existing: &str, updated: &str| {
                Err(error::cosmos_db(
                    400,
                    "BadRequest",
                    &format!(
                        "Updating SQL Role Assignment {what} is not permitted. You may only update the associated Role Definition. Existing {what}: [{existing}], Updated {what}: [{updated}]"
                    ),
                ))
            };
            if !same_principal {
                return not_permitted("Principal ID", &known.principal_id, &wanted.principal_id);
            }
            if !same_scope {
                return not_permitted("Scope", &known.scope, &wanted.scope);
            }
        } else if same_principal && same_scope && same_role {
            return Err(error::cosmos_db(
                409,
                "Conflict",
                &format!(
                    "A Role Assignment with the same Role Definition, Principal ID and Scope already exists: [{}].",
                    known.id
                ),
            ));
        }
    }
    Ok(())
}

/// How it ends with a principal that the directory does not have, or not everywhere yet.
fn is_missing(call: &Call<'_>, principal: &str) -> Option<Failure> {
    let delay = SignedDuration::from_secs(call.model.rbac.delays.principal_seconds);
    let is_seen = |known: &crate::hosts::Principal| {
        known.id.eq_ignore_ascii_case(principal)
            && known
                .since
                .saturating_add(delay)
                .is_ok_and(|seen| seen <= call.now)
    };
    let missing = !call.model.directory.iter().any(is_seen);
    missing.then(|| Failure {
        code: "BadRequest".to_owned(),
        message: format!(
            "The provided principal ID [{principal}] was not found in the AAD tenant(s) [{}] which are associated with the customer's subscription.",
            call.model.scenario.tenant_id
        ),
        status: Ending::Failed,
    })
}

fn asked_for(call: &Call<'_>, account: &Account, id: &str) -> Result<SqlRoleAssignment, Reply> {
    let refuse = |message: &str| error::cosmos_db(400, "BadRequest", message);
    if Uuid::parse_str(id).is_err() {
        return Err(refuse(&format!(
            "The role assignment ID '{id}' is not valid. It must be a GUID."
        )));
    }
    let body = call.body()?;
    let text = |name: &str| {
        body["properties"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let (role, scope, principal) = (text("roleDefinitionId"), text("scope"), text("principalId"));
    let own = account.resource_id();
    let known = |definition: &Value| is_text(&definition["id"], &role);
    if !definitions(account).iter().any(known) {
        return Err(refuse(&format!(
            "The provided role definition ID [{role}] does not exist."
        )));
    }
    if !within(&scope, &own) || !is_data_scope(&scope[own.len()..]) {
        return Err(refuse(&format!(
            "The provided scope [{scope}] is not the account, a database or a container of it."
        )));
    }
    if Uuid::parse_str(&principal).is_err() {
        return Err(refuse(&format!(
            "The provided principal ID [{principal}] is not valid. It must be a GUID."
        )));
    }
    Ok(SqlRoleAssignment {
        id: id.to_owned(),
        role_definition_id: role,
        principal_id: principal,
        scope: scope.trim_end_matches('/').to_owned(),
    })
}

/// Nothing, `/dbs/…` or `/dbs/…/colls/…`.
fn is_data_scope(rest: &str) -> bool {
    let segments: Vec<&str> = rest
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    matches!(
        segments.as_slice(),
        [] | ["dbs", _] | ["dbs", _, "colls", _]
    )
}

fn not_found(what: &str, id: &str) -> Reply {
    error::cosmos_db(
        404,
        "NotFound",
        &format!("The requested {what} [{id}] was not found."),
    )
}

/// The built-in ones, and the account's own.
fn definitions(account: &Account) -> Vec<Value> {
    let own = account.resource_id();
    let definition = |id: &str, name: &str, kind: &str, actions: Vec<String>| {
        json!({
            "id": format!("{own}/sqlRoleDefinitions/{id}"),
            "type": format!("{DATA}/sqlRoleDefinitions"),
            "name": id,
            "properties": {
                "roleName": name,
                "type": kind,
                "assignableScopes": [own],
                "permissions": [{"dataActions": actions, "notDataActions": []}],
            },
        })
    };
    let built_in = BUILT_IN.iter().map(|(id, name, actions)| {
        let actions = actions.iter().map(|action| format!("{DATA}/{action}"));
        definition(id, name, "BuiltInRole", actions.collect())
    });
    let of_the_account = account.spec.sql_role_definitions.iter().map(|role| {
        let id = stable_id(&[&own, &role.name]);
        definition(&id, &role.name, "CustomRole", role.data_actions.clone())
    });
    built_in.chain(of_the_account).collect()
}

fn is_text(value: &Value, text: &str) -> bool {
    value
        .as_str()
        .is_some_and(|value| value.eq_ignore_ascii_case(text))
}

fn document(account: &Account, assignment: &SqlRoleAssignment) -> Value {
    json!({
        "id": format!("{}/sqlRoleAssignments/{}", account.resource_id(), assignment.id),
        "type": format!("{DATA}/sqlRoleAssignments"),
        "name": assignment.id,
        "properties": {
            "roleDefinitionId": assignment.role_definition_id,
            "scope": assignment.scope,
            "principalId": assignment.principal_id,
        },
    })
}
