//! Resource Manager: subscriptions, accounts, what is in them, roles, resources with identities.
//!
//! A request is decided on the model as it is and says what it changes; that is done before the next one is looked at.

mod account_writes;
mod accounts;
mod auth;
mod containers;
mod databases;
mod error;
mod hosts;
mod operations;
mod regions;
mod roles;
mod sql;
mod sql_roles;
mod subscriptions;
mod throughput;
mod version;

use std::cell::RefCell;

use hyper::Method;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::http::{Reply, Request, value};
use crate::model::Model;
use crate::rbac::Bearer;
use crate::simulator::Simulator;
use crate::token::Claims;

pub use error::refusal;

/// A request whose sender is known.
struct Call<'a> {
    simulator: &'a Simulator,
    model: &'a Model,
    request: &'a Request,
    caller: &'a Claims,
    api_version: String,
    now: Timestamp,
    changes: &'a RefCell<Vec<Change>>,
}

/// What a request does to the model.
type Change = Box<dyn FnOnce(&mut Model)>;

impl<'a> Call<'a> {
    fn bearer(&self) -> Bearer<'a> {
        Bearer {
            principal_id: &self.caller.object_id,
            issued: self.caller.issued,
        }
    }

    fn allows(&self, action: &str, scope: &str) -> bool {
        self.model.rbac.allows(self.bearer(), action, scope)
    }

    /// Refuses what no role of the caller allows.
    fn authorize(&self, action: &str, scope: &str) -> Result<(), Reply> {
        if self.allows(action, scope) {
            return Ok(());
        }
        let caller = self.caller;
        Err(error::authorization_failed(
            &caller.client_id,
            &caller.object_id,
            action,
            scope,
        ))
    }

    /// Done once the request is decided.
    fn change(&self, change: impl FnOnce(&mut Model) + 'static) {
        self.changes.borrow_mut().push(Box::new(change));
    }

    fn body(&self) -> Result<Value, Reply> {
        let is_object = |body: &Value| body.is_object();
        serde_json::from_slice(&self.request.body)
            .ok()
            .filter(is_object)
            .ok_or_else(error::invalid_content)
    }

    fn is(&self, method: &Method) -> bool {
        self.request.method == *method
    }
}

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    let reply = if length_is_missing(request) {
        Reply {
            body: LENGTH_REQUIRED.into(),
            ..Reply::new(411)
        }
        .with("content-type", "text/html; charset=us-ascii")
    } else {
        authenticate_and_route(simulator, request)
    };
    with_common_headers(simulator, request, reply)
}

/// The account a path names.
pub fn account_in(request: &Request) -> Option<String> {
    let segments = request.segments()?;
    let mut after = segments
        .iter()
        .skip_while(|segment| !segment.eq_ignore_ascii_case("databaseAccounts"));
    after.nth(1).cloned()
}

const LENGTH_REQUIRED: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n<HTML><HEAD><TITLE>Length Required</TITLE>\r\n<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n<BODY><h2>Length Required</h2>\r\n<hr><p>HTTP Error 411. The request must be chunked or have a content length.</p>\r\n</BODY></HTML>\r\n";

/// A POST that does not say it has no body is not taken.
fn length_is_missing(request: &Request) -> bool {
    request.method == Method::POST
        && !request.http2
        && !request.headers.contains_key("content-length")
        && !request.headers.contains_key("transfer-encoding")
}

fn authenticate_and_route(simulator: &Simulator, request: &Request) -> Reply {
    let now = simulator.clock.now();
    let mut model = simulator.model_mut();
    model.rbac.asked(now);
    let changes = RefCell::default();
    let reply = decide(simulator, &model, request, now, &changes);
    for change in changes.into_inner() {
        change(&mut model);
    }
    reply
}

fn decide(
    simulator: &Simulator,
    model: &Model,
    request: &Request,
    now: Timestamp,
    changes: &RefCell<Vec<Change>>,
) -> Reply {
    let caller = match auth::authenticate(simulator, &model.scenario, request) {
        Ok(caller) => caller,
        Err(reply) => return reply,
    };
    let Some(api_version) = value(&request.query(), "api-version")
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
    else {
        return error::missing_api_version();
    };
    route(&Call {
        simulator,
        model,
        request,
        caller: &caller,
        api_version,
        now,
        changes,
    })
}

fn route(call: &Call<'_>) -> Reply {
    let Some(segments) = call.request.segments() else {
        return error::invalid_path();
    };
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let lower: Vec<String> = segments
        .iter()
        .map(|segment| segment.to_ascii_lowercase())
        .collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    // Roles are asked for below the scope they are about.
    let roles = lower
        .windows(2)
        .rposition(|pair| pair == ["providers", "microsoft.authorization"]);
    if let Some(at) = roles {
        return roles::answer(call, &path[..at], &lower[at + 2..], &path[at + 2..]);
    }
    match lower.as_slice() {
        [
            "providers",
            "microsoft.documentdb",
            "databaseaccountnames",
            _,
        ] => accounts::name_exists(call, path[3]),
        ["subscriptions"] => subscriptions::list(call),
        ["subscriptions", _] => subscriptions::get(call, path[1]),
        ["subscriptions", _, "providers", namespace, rest @ ..] => {
            let place = accounts::Place {
                subscription: path[1],
                group: None,
                namespace: path[3],
            };
            provider(call, place, namespace, rest, &path[4..])
        }
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            namespace,
            rest @ ..,
        ] => {
            let place = accounts::Place {
                subscription: path[1],
                group: Some(path[3]),
                namespace: path[5],
            };
            provider(call, place, namespace, rest, &path[6..])
        }
        _ => error::invalid_path(),
    }
}

fn provider(
    call: &Call<'_>,
    place: accounts::Place<'_>,
    namespace: &str,
    lower: &[&str],
    path: &[&str],
) -> Reply {
    match (namespace, lower) {
        ("microsoft.documentdb" | "microsoft.compute", ["locations", _, kind, id])
            if place.group.is_none() =>
        {
            operations::answer(call, kind, id)
        }
        ("microsoft.documentdb", _) => cosmos_db(call, place, lower, path),
        _ if hosts::serves(namespace) => hosts::answer(call, place, namespace, lower, path),
        _ => error::invalid_namespace(place.namespace),
    }
}

fn cosmos_db(call: &Call<'_>, place: accounts::Place<'_>, lower: &[&str], path: &[&str]) -> Reply {
    match lower {
        ["databaseaccounts"] => accounts::list(call, place, path[0]),
        ["databaseaccounts", _, .., "operationresults", id] if place.group.is_some() => {
            operations::answer(call, "operationresults", id)
        }
        ["databaseaccounts", _] if place.group.is_some() => match call.request.method {
            Method::PUT => account_writes::put(call, place, path),
            Method::PATCH => account_writes::patch(call, place, path),
            Method::DELETE => account_writes::delete(call, place, path),
            _ => accounts::get(call, place, path),
        },
        [
            "databaseaccounts",
            _,
            "listkeys" | "readonlykeys" | "listconnectionstrings",
        ] if place.group.is_some() => accounts::operation(call, place, path),
        ["databaseaccounts", _, "regeneratekey"] if place.group.is_some() => {
            account_writes::regenerate_key(call, place, path)
        }
        ["databaseaccounts", _, "sqldatabases", rest @ ..] if place.group.is_some() => {
            sql::answer(call, place, rest, path)
        }
        [
            "databaseaccounts",
            _,
            "sqlroledefinitions" | "sqlroleassignments",
            rest @ ..,
        ] if place.group.is_some() && rest.len() <= 1 => {
            sql_roles::answer(call, place, lower, path)
        }
        [kind, ..] => error::invalid_resource_type(place.namespace, kind, &call.api_version),
        [] => error::invalid_path(),
    }
}

fn with_common_headers(simulator: &Simulator, request: &Request, mut reply: Reply) -> Reply {
    let request_id = Uuid::new_v4().to_string();
    let correlation = request
        .header("x-ms-correlation-request-id")
        .unwrap_or(&request_id)
        .to_owned();
    let stamp = simulator.clock.now().strftime("%Y%m%dT%H%M%SZ");
    reply.set(
        "x-ms-routing-request-id",
        format!("WESTEUROPE:{stamp}:{request_id}"),
    );
    reply.set("x-ms-request-id", &request_id);
    reply.set("x-ms-correlation-request-id", correlation);
    reply.set(
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    );
    reply.set("x-content-type-options", "nosniff");
    reply.set("pragma", "no-cache");
    if !reply.has("cache-control") {
        reply.set("cache-control", "no-cache");
    }
    let wants_its_id = request
        .header("x-ms-return-client-request-id")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if let Some(id) = request
        .header("x-ms-client-request-id")
        .filter(|_| wants_its_id)
    {
        reply.set("x-ms-client-request-id", id);
    }
    reply
}
