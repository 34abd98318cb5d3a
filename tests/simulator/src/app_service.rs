//! The identity endpoint of App Service, Functions and Container Apps, and, without an api-version, of Automation.

use hyper::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock;
use crate::http::{Reply, Request, pairs, value};
use crate::identity::{self, Selector};
use crate::imds;
use crate::simulator::Simulator;

pub const PATH: &str = "/msi/token";

const VERSIONS: [&str; 2] = ["2017-09-01", "2019-08-01"];

/// How the client proves that it runs here, which decides how dates are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Protocol {
    /// `X-IDENTITY-HEADER`
    Present,
    /// `secret`, from before 2019
    First,
}

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    let reply = if request
        .path()
        .trim_end_matches('/')
        .eq_ignore_ascii_case(PATH)
    {
        token(simulator, request)
    } else {
        refusal(404)
    };
    // Kestrel sends no length.
    Reply {
        chunked: true,
        ..reply.with("server", "Kestrel")
    }
}

pub fn refusal(status: u16) -> Reply {
    let message = match status {
        400 => "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too many requests",
        _ => "An unexpected error occured while fetching the AAD Token.",
    };
    refuse(status, message)
}

fn token(simulator: &Simulator, request: &Request) -> Reply {
    let parameters = match request.method {
        Method::GET => request.query(),
        Method::POST => {
            let form = request.header("content-type").is_some_and(|kind| {
                kind.to_ascii_lowercase()
                    .starts_with("application/x-www-form-urlencoded")
            });
            if !form {
                return refuse(415, "Unsupported Media Type");
            }
            let mut parameters = request.query();
            parameters.extend(pairs(&request.body));
            parameters
        }
        _ => return refusal(405),
    };
    let protocol = match (
        request.header("x-identity-header"),
        request.header("secret"),
    ) {
        (Some(header), _) if header == simulator.identity_header => Protocol::Present,
        (None, Some(header)) if header == simulator.identity_header => Protocol::First,
        _ => return refusal(401),
    };
    match value(&parameters, "api-version") {
        // Automation's endpoint has no versions, but wants what instance metadata wants.
        None if !request
            .header("metadata")
            .is_some_and(|value| value.eq_ignore_ascii_case("true")) =>
        {
            return refuse(400, "Required metadata header not specified");
        }
        None => {}
        Some(version) if VERSIONS.contains(&version) => {}
        Some(version) => {
            return refuse(
                400,
                &format!("The api-version '{version}' is not supported."),
            );
        }
    }
    let Some(resource) = value(&parameters, "resource").filter(|resource| !resource.is_empty())
    else {
        return refuse(400, "The 'resource' parameter is required.");
    };
    let selector = match selectors(protocol, &parameters).as_slice() {
        [] => Selector::Default,
        [selector] => *selector,
        _ => {
            return refuse(
                400,
                "Only one of client_id, object_id, principal_id and mi_res_id may be specified.",
            );
        }
    };

    let model = simulator.model();
    let scenario = &model.scenario;
    let Ok(identity) = identity::select(&scenario.machine, selector) else {
        return refusal(400);
    };
    if !identity::knows_resource(scenario, resource) {
        return refuse(400, &imds::unknown_resource(scenario, resource));
    }
    let token = simulator
        .tokens
        .issue(scenario, &identity, resource, simulator.clock.now());
    let mut document = json!({
        "access_token": token.value,
        "client_id": identity.client_id,
        "expires_on": date(protocol, token.expires_on),
        "not_before": date(protocol, token.not_before),
        "resource": resource,
        "token_type": "Bearer",
    });
    if protocol == Protocol::First {
        without(&mut document, "not_before");
    }
    Reply::json(200, &document)
}

fn selectors(protocol: Protocol, parameters: &[(String, String)]) -> Vec<Selector<'_>> {
    let named = |name: &str| value(parameters, name);
    let all = match protocol {
        Protocol::Present => [
            named("client_id").map(Selector::ClientId),
            named("object_id").map(Selector::ObjectId),
            named("principal_id").map(Selector::ObjectId),
            named("mi_res_id").map(Selector::ResourceId),
        ],
        Protocol::First => [named("clientid").map(Selector::ClientId), None, None, None],
    };
    all.into_iter().flatten().collect()
}

fn date(protocol: Protocol, time: jiff::Timestamp) -> String {
    match protocol {
        Protocol::Present => time.as_second().to_string(),
        Protocol::First => clock::app_service_date(time),
    }
}

fn without(document: &mut Value, name: &str) {
    if let Some(object) = document.as_object_mut() {
        object.shift_remove(name);
    }
}

fn refuse(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"statusCode": status, "message": message, "correlationId": Uuid::new_v4().to_string()}),
    )
}
