//! Machines and their like: who they are, and which identities they have.

use hyper::Method;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::hosts::{Host, HostKind, Identities, Principal};
use crate::http::Reply;
use crate::model::Model;
use crate::operations::Outcome;
use crate::scenario::{SystemIdentity, UserAssignedIdentity};

use super::accounts::{self, Place};
use super::operations::{Results, Task, start};
use super::{Call, error, version};

const ASSIGN: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/// Whether a provider, in small letters, has such resources.
pub fn serves(namespace: &str) -> bool {
    HostKind::ALL
        .iter()
        .any(|kind| kind.namespace().eq_ignore_ascii_case(namespace))
}

pub fn answer(
    call: &Call<'_>,
    place: Place<'_>,
    namespace: &str,
    lower: &[&str],
    path: &[&str],
) -> Reply {
    respond(call, place, namespace, lower, path).unwrap_or_else(|refusal| refusal)
}

fn respond(
    call: &Call<'_>,
    place: Place<'_>,
    namespace: &str,
    lower: &[&str],
    path: &[&str],
) -> Result<Reply, Reply> {
    let [kind_name, name] = lower else {
        return Err(error::invalid_path());
    };
    let kind = HostKind::ALL.into_iter().find(|kind| {
        kind.namespace().eq_ignore_ascii_case(namespace)
            && kind.name().eq_ignore_ascii_case(kind_name)
    });
    let Some(kind) = kind.filter(|_| place.group.is_some()) else {
        let namespace = place.namespace;
        return Err(error::invalid_resource_type(
            namespace,
            path[0],
            &call.api_version,
        ));
    };
    version::check(namespace, path[0], &call.api_version)?;
    let verb = match (kind, &call.request.method) {
        (_, &Method::GET) => "read",
        (HostKind::VirtualMachine | HostKind::ScaleSet, &Method::PATCH) => "write",
        (_, method) => return Err(error::method_not_allowed(method)),
    };
    accounts::subscription_exists(call, place)?;
    let scope = place.resource(path);
    call.authorize(&format!("{}/{}/{verb}", place.namespace, path[0]), &scope)?;
    accounts::group_exists(call, place)?;
    let host = call
        .model
        .hosts
        .iter()
        .find(|host| {
            host.kind == kind
                && host.name.eq_ignore_ascii_case(name)
                && host.id().eq_ignore_ascii_case(&scope)
        })
        .ok_or_else(|| {
            let kind = format!("{}/{}", place.namespace, path[0]);
            error::resource_not_found(&kind, path[1], place.group.unwrap_or_default())
        })?;
    if verb == "write" {
        patch(call, place, host)
    } else {
        Ok(get(call, host))
    }
}

fn get(call: &Call<'_>, host: &Host) -> Reply {
    let id = host.id();
    let busy = call.model.operations.busy(&id);
    let state = if busy { "Updating" } else { "Succeeded" };
    let now = call.now;
    call.change(move |model| model.operations.looked_at(&id, now));
    let tenant = &call.model.scenario.tenant_id;
    let document = host.document(&host.identities, tenant, state);
    compute(Reply::json(200, &document)).with(
        "x-ms-ratelimit-remaining-resource",
        "Microsoft.Compute/LowCostGet3Min;3999,Microsoft.Compute/LowCostGet30Min;31999",
    )
}

fn compute(reply: Reply) -> Reply {
    reply
        .with("expires", "-1")
        .with("server", "Microsoft-HTTPAPI/2.0")
        .with("vary", "Accept-Encoding")
}

fn patch(call: &Call<'_>, place: Place<'_>, host: &Host) -> Result<Reply, Reply> {
    let body = call.body()?;
    let tenant = &call.model.scenario.tenant_id;
    let wanted = match body.get("identity") {
        Some(identity) => asked_for(call, host, identity)?,
        None => host.identities.clone(),
    };
    let mut shown = host.document(&wanted, tenant, "Updating");
    // Those just assigned are not looked up yet.
    for identity in &wanted.user_assigned {
        let had = |other: &UserAssignedIdentity| other.resource_id == identity.resource_id;
        if !host.identities.user_assigned.iter().any(had) {
            shown["identity"]["userAssignedIdentities"][&identity.resource_id] = json!({});
        }
    }
    let id = host.id();
    let links = start(
        call,
        Task {
            place,
            location: &host.location,
            target: id.clone(),
            outcome: Outcome::Resource,
            results: Results::StatusOnly,
            work: Box::new(move |model, now, went_well| {
                if went_well {
                    give(model, &id, wanted, now);
                }
            }),
        },
    );
    Ok(links
        .on(compute(Reply::json(200, &shown)))
        .with("azure-asyncnotification", "Enabled")
        .with(
            "x-ms-ratelimit-remaining-resource",
            "Microsoft.Compute/PutVM3Min;238,Microsoft.Compute/PutVM30Min;1198",
        )
        .with("x-ms-ratelimit-remaining-subscription-writes", "1199"))
}

/// The identities a resource has from now on, in its metadata as well.
fn give(model: &mut Model, id: &str, identities: Identities, now: Timestamp) {
    let Some(host) = model.hosts.iter_mut().find(|host| host.id() == id) else {
        return;
    };
    if let Some(system) = &identities.system
        && !model
            .directory
            .iter()
            .any(|known| known.id == system.object_id)
    {
        model.directory.push(Principal {
            id: system.object_id.clone(),
            kind: "ServicePrincipal",
            since: now,
        });
    }
    if host.is_the_machine {
        let machine = &mut model.scenario.machine;
        machine.system_identity.clone_from(&identities.system);
        machine
            .user_assigned_identities
            .clone_from(&identities.user_assigned);
    }
    host.identities = identities;
}

/// What a resource has after a change: user-assigned identities are merged where there are to be any, and dropped
/// where the type does not name them.
fn asked_for(call: &Call<'_>, host: &Host, identity: &Value) -> Result<Identities, Reply> {
    let (system, user) = kinds(identity)?;
    let nothing = Map::new();
    let changes = identity
        .get("userAssignedIdentities")
        .and_then(Value::as_object)
        .unwrap_or(&nothing);
    if !user && !changes.is_empty() {
        return Err(error::enveloped(
            400,
            "InvalidParameter",
            "The identity type must include 'UserAssigned' when userAssignedIdentities are specified.",
        ));
    }
    let mut assigned = if user {
        host.identities.user_assigned.clone()
    } else {
        Vec::new()
    };
    for (id, change) in changes {
        let is_it = |known: &UserAssignedIdentity| known.resource_id.eq_ignore_ascii_case(id);
        if change.is_null() {
            assigned.retain(|known| !is_it(known));
        } else if !assigned.iter().any(is_it) {
            assigned.push(assignable(call, host, id)?);
        }
    }
    if user && assigned.is_empty() {
        return Err(error::enveloped(
            400,
            "InvalidParameter",
            "The identity ids must not be null or empty for 'UserAssigned' identity type.",
        ));
    }
    let own = system.then(|| {
        let present = host.identities.system.clone();
        present.unwrap_or_else(|| SystemIdentity {
            client_id: Uuid::new_v4().to_string(),
            object_id: Uuid::new_v4().to_string(),
        })
    });
    Ok(Identities {
        system: own,
        user_assigned: assigned,
    })
}

/// Whether the type names an identity of its own, and user-assigned ones.
fn kinds(identity: &Value) -> Result<(bool, bool), Reply> {
    let text = identity["type"].as_str().unwrap_or_default();
    let (mut system, mut user) = (false, false);
    for kind in text.split(',').map(str::trim) {
        match kind.to_ascii_lowercase().as_str() {
            "systemassigned" => system = true,
            "userassigned" => user = true,
            "none" => {}
            _ => {
                return Err(error::enveloped(
                    400,
                    "InvalidParameter",
                    &format!(
                        "The identity type '{text}' is not valid. The valid types are 'SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned' and 'None'."
                    ),
                ));
            }
        }
    }
    Ok((system, user))
}

/// An identity that exists and that the caller may assign.
fn assignable(call: &Call<'_>, host: &Host, id: &str) -> Result<UserAssignedIdentity, Reply> {
    if !call.allows(ASSIGN, id) {
        return Err(error::linked_authorization_failed(
            &call.caller.client_id,
            &call.caller.object_id,
            &host.id(),
            ASSIGN,
            id,
        ));
    }
    let known = &call.model.user_assigned_identities;
    known
        .iter()
        .find(|known| known.resource_id.eq_ignore_ascii_case(id))
        .cloned()
        .ok_or_else(|| {
            error::enveloped(
                400,
                "FailedIdentityOperation",
                &format!("Identity operation for resource '{}' failed with error 'Failed to perform resource identity operation. Status: 'BadRequest'. Response: 'Resource '{id}' was not found.''.", host.id()),
            )
        })
}
