//! Roles in the data plane itself, which the account keeps.

use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::Reply;
use crate::model::{Account, SqlRoleAssignment};
use crate::operations::{Outcome, Work};
use crate::rbac::within;

use super::accounts::{self, Place, provider_reply};
use super::operations::{Results, Task, start};
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
    let definitions = lower[2] == "sqlroledefinitions";
    let methods: &[Method] = if definitions || path.len() == 3 {
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
    match (definitions, path.get(3)) {
        (true, None) => {
            let all: Vec<Value> = BUILT_IN
                .iter()
                .map(|role| definition(account, role))
                .collect();
            Ok(provider_reply(&json!({"value": all})))
        }
        (true, Some(id)) => BUILT_IN
            .iter()
            .find(|role| role.0.eq_ignore_ascii_case(id))
            .map(|role| provider_reply(&definition(account, role)))
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
            let work: Work = Box::new(move |model, _, went_well| {
                if let Some(account) = model.account_mut(&name).filter(|_| went_well) {
                    let all = &mut account.sql_role_assignments;
                    all.retain(|assignment| !assignment.id.eq_ignore_ascii_case(&known));
                    all.push(wanted);
                }
            });
            Ok(begin(call, place, account, id, Outcome::Resource, work))
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
            Ok(begin(call, place, account, id, Outcome::Gone, work))
        }
        _ => present
            .map(|assignment| provider_reply(&document(account, assignment)))
            .ok_or_else(|| not_found("Role Assignment", id)),
    }
}

fn begin(
    call: &Call<'_>,
    place: Place<'_>,
    account: &Account,
    id: &str,
    outcome: Outcome,
    work: Work,
) -> Reply {
    let task = Task {
        place,
        location: &account.spec.location,
        target: format!("{}/sqlRoleAssignments/{id}", account.resource_id()),
        outcome,
        results: Results::BelowTheRequest,
        work,
    };
    start(call, task).accepted()
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
    let known = BUILT_IN
        .iter()
        .any(|(end, ..)| role.eq_ignore_ascii_case(&format!("{own}/sqlRoleDefinitions/{end}")));
    if !known {
        return Err(refuse(&format!(
            "The provided role definition ID [{role}] does not exist."
        )));
    }
    if !within(&scope, &own) || !is_data_scope(&scope[own.len()..]) {
        return Err(refuse(&format!(
            "The provided scope [{scope}] is not the account, a database or a container of it."
        )));
    }
    let exists = |known: &crate::hosts::Principal| known.id.eq_ignore_ascii_case(&principal);
    if !call.model.directory.iter().any(exists) {
        return Err(refuse(&format!(
            "The provided principal ID [{principal}] was not found in the AAD tenant(s) [{}] which are associated with the customer's subscription.",
            call.model.scenario.tenant_id
        )));
    }
    Ok(SqlRoleAssignment {
        id: id.to_owned(),
        role_definition_id: role,
        principal_id: principal,
        scope,
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

fn definition(account: &Account, (id, name, actions): &(&str, &str, &[&str])) -> Value {
    let own = account.resource_id();
    let actions: Vec<String> = actions
        .iter()
        .map(|action| format!("{DATA}/{action}"))
        .collect();
    json!({
        "id": format!("{own}/sqlRoleDefinitions/{id}"),
        "type": format!("{DATA}/sqlRoleDefinitions"),
        "name": id,
        "properties": {
            "roleName": name,
            "type": "BuiltInRole",
            "assignableScopes": [own],
            "permissions": [{"dataActions": actions, "notDataActions": []}],
        },
    })
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
