//! Role definitions and assignments, at the scope of a subscription, a group or a resource.

use hyper::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;
use crate::http::{Reply, value};
use crate::rbac::{Assignment, Grant, Role, within};

use super::accounts::{self, Place};
use super::version::{self, since};
use super::{Call, error, hosts};

const NAMESPACE: &str = "Microsoft.Authorization";

/// `scope` and `path` are what is before and after the provider.
pub fn answer(call: &Call<'_>, scope: &[&str], lower: &[&str], path: &[&str]) -> Reply {
    respond(call, scope, lower, path)
        .unwrap_or_else(|refusal| refusal)
        .with("server", "Microsoft-IIS/10.0")
        .with("expires", "-1")
        .with("vary", "Accept-Encoding")
}

fn respond(call: &Call<'_>, scope: &[&str], lower: &[&str], path: &[&str]) -> Result<Reply, Reply> {
    let kind = match lower {
        ["roledefinitions"] | ["roledefinitions", _] => "roleDefinitions",
        ["roleassignments"] | ["roleassignments", _] => "roleAssignments",
        [kind, ..] => {
            return Err(error::invalid_resource_type(
                NAMESPACE,
                kind,
                &call.api_version,
            ));
        }
        [] => return Err(error::invalid_path()),
    };
    version::check(NAMESPACE, kind, &call.api_version)?;
    let verb = match (kind, path.len(), &call.request.method) {
        (_, _, &Method::GET) => "read",
        ("roleAssignments", 2, &Method::PUT) => "write",
        ("roleAssignments", 2, &Method::DELETE) => "delete",
        (_, _, method) => return Err(error::method_not_allowed(method)),
    };
    let id = format!("/{}", scope.join("/"));
    let id = id.trim_end_matches('/');
    // Definitions are the same everywhere; everybody may read them at the root.
    if !scope.is_empty() {
        check_subscription(call, scope)?;
        call.authorize(&format!("{NAMESPACE}/{kind}/{verb}"), id)?;
        check_scope(call, scope, id)?;
    }
    match (kind, path.get(1)) {
        ("roleDefinitions", None) => definitions(call, scope),
        ("roleDefinitions", Some(wanted)) => call
            .model
            .rbac
            .role(wanted)
            .map(|role| Reply::json(200, &definition(scope, role)))
            .ok_or_else(|| no_such_definition(wanted)),
        (_, None) => assignments(call, id),
        (_, Some(wanted)) => match call.request.method {
            Method::PUT => put(call, id, wanted),
            Method::DELETE => Ok(delete(call, id, wanted)),
            _ => find(call, id, wanted)
                .map(|assignment| Reply::json(200, &document(call, assignment)))
                .ok_or_else(|| {
                    error::enveloped(
                        404,
                        "RoleAssignmentNotFound",
                        &format!("The role assignment '{wanted}' is not found."),
                    )
                }),
        },
    }
}

fn check_subscription(call: &Call<'_>, scope: &[&str]) -> Result<(), Reply> {
    match scope {
        [word, subscription, ..] if word.eq_ignore_ascii_case("subscriptions") => {
            let place = Place {
                subscription,
                group: None,
                namespace: NAMESPACE,
            };
            accounts::subscription_exists(call, place)
        }
        _ => Err(error::invalid_path()),
    }
}

/// The group, and the resource where this Azure has such resources.
fn check_scope(call: &Call<'_>, scope: &[&str], id: &str) -> Result<(), Reply> {
    let [_, subscription, _, group, rest @ ..] = scope else {
        return Ok(());
    };
    let place = Place {
        subscription,
        group: Some(group),
        namespace: NAMESPACE,
    };
    accounts::group_exists(call, place)?;
    let [_, namespace, kind, name, ..] = rest else {
        return Ok(());
    };
    let is_account = kind.eq_ignore_ascii_case("databaseAccounts");
    let exists = if is_account {
        let accounts = &call.model.accounts;
        accounts
            .iter()
            .any(|account| within(id, &account.resource_id()))
    } else {
        !hosts::serves(&namespace.to_ascii_lowercase())
            || call.model.hosts.iter().any(|host| within(id, &host.id()))
    };
    if exists {
        return Ok(());
    }
    Err(error::resource_not_found(
        &format!("{namespace}/{kind}"),
        name,
        group,
    ))
}

/// The conditions of a `$filter`, which are joined by `and`.
fn conditions(call: &Call<'_>) -> Vec<String> {
    let query = call.request.query();
    let filter = value(&query, "$filter").unwrap_or_default();
    filter
        .split(" and ")
        .map(str::trim)
        .filter(|condition| !condition.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The text a condition compares with: `name eq 'text'`, where a quote is doubled.
fn compared(condition: &str, name: &str) -> Option<String> {
    let start = condition.get(..name.len())?;
    let rest = condition[name.len()..].trim_start().strip_prefix("eq ")?;
    let text = rest.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    start
        .eq_ignore_ascii_case(name)
        .then(|| text.replace("''", "'"))
}

fn unsupported(condition: &str) -> Reply {
    error::enveloped(
        400,
        "UnsupportedQuery",
        &format!("The filter '{condition}' is not supported."),
    )
}

fn definitions(call: &Call<'_>, scope: &[&str]) -> Result<Reply, Reply> {
    let mut roles: Vec<&Role> = call.model.rbac.roles.iter().collect();
    for condition in conditions(call) {
        if let Some(name) = compared(&condition, "roleName") {
            roles.retain(|role| role.name.eq_ignore_ascii_case(&name));
        } else if let Some(kind) = compared(&condition, "type") {
            roles.retain(|role| role_type(role).eq_ignore_ascii_case(&kind));
        } else if !condition.ends_with("()") {
            return Err(unsupported(&condition));
        }
    }
    let all: Vec<Value> = roles
        .into_iter()
        .map(|role| definition(scope, role))
        .collect();
    Ok(Reply::json(200, &json!({"value": all})))
}

fn assignments(call: &Call<'_>, scope: &str) -> Result<Reply, Reply> {
    let mut found: Vec<&Assignment> = call
        .model
        .rbac
        .assignments
        .iter()
        .filter(|assignment| {
            within(scope, &assignment.grant.scope) || within(&assignment.grant.scope, scope)
        })
        .collect();
    for condition in conditions(call) {
        let assigned_to = condition
            .strip_prefix("assignedTo('")
            .and_then(|rest| rest.strip_suffix("')"))
            .map(str::to_owned);
        if let Some(principal) = compared(&condition, "principalId").or(assigned_to) {
            found.retain(|assignment| {
                assignment
                    .grant
                    .principal_id
                    .eq_ignore_ascii_case(&principal)
            });
        } else if condition.eq_ignore_ascii_case("atScope()") {
            found.retain(|assignment| within(scope, &assignment.grant.scope));
        } else {
            return Err(unsupported(&condition));
        }
    }
    let all: Vec<Value> = found
        .into_iter()
        .map(|assignment| document(call, assignment))
        .collect();
    Ok(Reply::json(200, &json!({"value": all})))
}

fn find<'a>(call: &Call<'a>, scope: &str, id: &str) -> Option<&'a Assignment> {
    let all = &call.model.rbac.assignments;
    all.iter().find(|assignment| {
        assignment.grant.id.eq_ignore_ascii_case(id)
            && assignment.grant.scope.eq_ignore_ascii_case(scope)
    })
}

fn put(call: &Call<'_>, scope: &str, id: &str) -> Result<Reply, Reply> {
    if Uuid::parse_str(id).is_err() {
        return Err(error::enveloped(
            400,
            "InvalidRoleAssignmentId",
            &format!(
                "The role assignment ID '{id}' is not valid. The role assignment ID must be a GUID."
            ),
        ));
    }
    check_locks(call, scope)?;
    let wanted = asked_for(call, scope, id)?;
    let same = |assignment: &Assignment| {
        assignment.grant.scope.eq_ignore_ascii_case(scope)
            && assignment
                .grant
                .principal_id
                .eq_ignore_ascii_case(&wanted.principal_id)
            && assignment
                .grant
                .role_id
                .eq_ignore_ascii_case(&wanted.role_id)
    };
    let all = &call.model.rbac.assignments;
    let of_the_id = |assignment: &&Assignment| assignment.grant.id.eq_ignore_ascii_case(id);
    if let Some(present) = all.iter().find(of_the_id) {
        if same(present) {
            return Ok(Reply::json(200, &document(call, present)));
        }
        return Err(error::enveloped(
            400,
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        ));
    }
    if all.iter().any(same) {
        return Err(error::enveloped(
            409,
            "RoleAssignmentExists",
            "The role assignment already exists.",
        ));
    }
    let shown = show(call, &wanted, None);
    let now = call.now;
    call.change(move |model| model.rbac.assign(wanted, now));
    Ok(Reply::json(201, &shown).with("x-ms-ratelimit-remaining-subscription-writes", "1199"))
}

fn asked_for(call: &Call<'_>, scope: &str, id: &str) -> Result<Grant, Reply> {
    let body = call.body()?;
    let text = |name: &str| body["properties"][name].as_str().unwrap_or_default();
    let optional = |name: &str| body["properties"][name].as_str().map(str::to_owned);
    let role = text("roleDefinitionId");
    let end = role.rsplit('/').next().unwrap_or_default();
    let role = call
        .model
        .rbac
        .role(end)
        .ok_or_else(|| no_such_definition(end))?;
    let (principal_id, principal_type) = (text("principalId"), text("principalType"));
    let known = call
        .model
        .directory
        .iter()
        .find(|known| known.id.eq_ignore_ascii_case(principal_id));
    // Who says what kind of principal it is spares the service from looking for one that is not everywhere yet.
    let delay = SignedDuration::from_secs(call.model.rbac.delays.principal_seconds);
    let visible = known.filter(|known| {
        !principal_type.is_empty()
            || known
                .since
                .saturating_add(delay)
                .is_ok_and(|seen| seen <= call.now)
    });
    let Some(principal) = visible else {
        return Err(error::enveloped(
            400,
            "PrincipalNotFound",
            &format!(
                "Principal {} does not exist in the directory {}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
                principal_id.replace('-', ""),
                call.model.scenario.tenant_id
            ),
        ));
    };
    if !principal_type.is_empty() && !principal_type.eq_ignore_ascii_case(principal.kind) {
        return Err(error::enveloped(
            400,
            "UnmatchedPrincipalType",
            &format!(
                "The PrincipalId '{}' has type '{}' , which is different from specified PrinciaplType '{principal_type}'.",
                principal_id.replace('-', ""),
                principal.kind
            ),
        ));
    }
    Ok(Grant {
        id: id.to_owned(),
        principal_id: principal.id.clone(),
        principal_type: principal.kind.to_owned(),
        scope: scope.to_owned(),
        role_id: role.id.clone(),
        created_by: call.caller.object_id.clone(),
        condition: optional("condition"),
        condition_version: optional("conditionVersion"),
        description: optional("description"),
    })
}

/// 200 and what it was; 204 when there was none.
fn delete(call: &Call<'_>, scope: &str, id: &str) -> Reply {
    if let Err(refusal) = check_locks(call, scope) {
        return refusal;
    }
    let Some(assignment) = find(call, scope, id) else {
        return Reply::new(204);
    };
    let known = assignment.grant.id.clone();
    call.change(move |model| {
        model
            .rbac
            .assignments
            .retain(|assignment| assignment.grant.id != known);
    });
    Reply::json(200, &document(call, assignment))
        .with("x-ms-ratelimit-remaining-subscription-deletes", "14999")
}

fn check_locks(call: &Call<'_>, scope: &str) -> Result<(), Reply> {
    let accounts = &call.model.accounts;
    match accounts
        .iter()
        .find(|account| within(scope, &account.resource_id()))
    {
        Some(account) => accounts::check_locks(call, account, scope),
        None => Ok(()),
    }
}

fn no_such_definition(id: &str) -> Reply {
    error::enveloped(
        404,
        "RoleDefinitionDoesNotExist",
        &format!("The specified role definition with ID '{id}' does not exist."),
    )
}

fn role_type(role: &Role) -> &'static str {
    if role.built_in {
        "BuiltInRole"
    } else {
        "CustomRole"
    }
}

fn definition_id(subscription: &str, role: &str) -> String {
    format!("{subscription}/providers/{NAMESPACE}/roleDefinitions/{role}")
}

fn definition(scope: &[&str], role: &Role) -> Value {
    const MADE: &str = "2018-01-30T18:08:25.4031403Z";
    let subscription = match scope {
        [_, subscription, ..] => format!("/subscriptions/{subscription}"),
        _ => String::new(),
    };
    let assignable = if role.built_in { "/" } else { &subscription };
    json!({
        "properties": {
            "roleName": role.name,
            "type": role_type(role),
            "description": role.description,
            "assignableScopes": [assignable],
            "permissions": [{
                "actions": role.actions,
                "notActions": role.not_actions,
                "dataActions": [],
                "notDataActions": [],
            }],
            "createdOn": MADE,
            "updatedOn": MADE,
            "createdBy": null,
            "updatedBy": null,
        },
        "id": definition_id(&subscription, &role.id),
        "type": format!("{NAMESPACE}/roleDefinitions"),
        "name": role.id,
    })
}

fn document(call: &Call<'_>, assignment: &Assignment) -> Value {
    show(call, &assignment.grant, Some(assignment.created))
}

/// An assignment as an api-version shows it; one that is just made does not say by whom.
fn show(call: &Call<'_>, grant: &Grant, made: Option<jiff::Timestamp>) -> Value {
    let subscription: Vec<&str> = grant.scope.split('/').take(3).collect();
    let created = clock::iso_date(made.unwrap_or(call.now));
    let creator = made.is_some().then_some(&grant.created_by);
    let mut properties = json!({
        "roleDefinitionId": definition_id(&subscription.join("/"), &grant.role_id),
        "principalId": grant.principal_id,
        "principalType": grant.principal_type,
        "scope": grant.scope,
    });
    let shows_conditions = since(&call.api_version, "2020-03-01");
    if shows_conditions {
        properties["condition"] = json!(grant.condition);
        properties["conditionVersion"] = json!(grant.condition_version);
    }
    properties["createdOn"] = json!(created);
    properties["updatedOn"] = json!(created);
    properties["createdBy"] = json!(creator);
    properties["updatedBy"] = json!(grant.created_by);
    if shows_conditions {
        properties["delegatedManagedIdentityResourceId"] = Value::Null;
        properties["description"] = json!(grant.description);
    }
    json!({
        "properties": properties,
        "id": format!("{}/providers/{NAMESPACE}/roleAssignments/{}", grant.scope, grant.id),
        "type": format!("{NAMESPACE}/roleAssignments"),
        "name": grant.id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        assert_eq!(
            compared("roleName eq 'Reader'", "roleName").as_deref(),
            Some("Reader")
        );
        assert_eq!(
            compared("ROLENAME eq 'O''Hara'", "roleName").as_deref(),
            Some("O'Hara")
        );
        assert_eq!(compared("principalId eq 'x'", "roleName"), None);
        assert_eq!(compared("roleName ne 'x'", "roleName"), None);
    }
}
