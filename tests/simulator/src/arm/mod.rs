//! Resource Manager: subscriptions, accounts, keys.
//!
//! What later operations need (writes, roles, virtual machines) gets a module here and a line in `route`.

mod accounts;
mod auth;
mod error;
mod subscriptions;
mod version;

use hyper::Method;
use uuid::Uuid;

use crate::http::{Reply, Request, value};
use crate::model::Model;
use crate::simulator::Simulator;
use crate::token::Claims;

pub use error::refusal;

/// A request whose sender is known.
struct Call<'a> {
    simulator: &'a Simulator,
    model: &'a Model,
    request: &'a Request,
    caller: Claims,
    api_version: String,
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
    let model = simulator.model();
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
        model: &model,
        request,
        caller,
        api_version,
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
    match lower.as_slice() {
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
    if namespace != "microsoft.documentdb" {
        return error::invalid_namespace(place.namespace);
    }
    match lower {
        ["databaseaccounts"] => accounts::list(call, place, path[0]),
        ["databaseaccounts", _] if place.group.is_some() => accounts::get(call, place, path),
        [
            "databaseaccounts",
            _,
            "listkeys" | "readonlykeys" | "listconnectionstrings",
        ] if place.group.is_some() => accounts::operation(call, place, path),
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
