//! The identity endpoint of App Service, Functions and Container Apps, and the one of Automation.

use hyper::Method;
use serde_json::json;
use uuid::Uuid;

use crate::clock;
use crate::http::{Reply, Request, value};
use crate::identity::{self, Selector};
use crate::imds;
use crate::scenario::{ErrorKeys, Scenario};
use crate::simulator::Simulator;

pub const PATH: &str = "/msi/token";

/// Automation's; it has no api-version.
pub const AUTOMATION_PATH: &str = "/oauth2/token";

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
    let model = simulator.model();
    let scenario = &model.scenario;
    let path = request.path().trim_end_matches('/');
    let automation = path.eq_ignore_ascii_case(AUTOMATION_PATH);
    let reply = if automation || path.eq_ignore_ascii_case(PATH) {
        token(simulator, scenario, request, automation).unwrap_or_else(|refusal| refusal)
    } else {
        refusal(scenario, 404)
    };
    // Kestrel sends no length.
    Reply {
        chunked: true,
        ..reply.with("server", "Kestrel")
    }
}

pub fn refusal(scenario: &Scenario, status: u16) -> Reply {
    let message = match status {
        400 => "No Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too many requests",
        _ => "An unexpected error occured while fetching the AAD Token.",
    };
    refuse(scenario, status, message)
}

fn token(
    simulator: &Simulator,
    scenario: &Scenario,
    request: &Request,
    automation: bool,
) -> Result<Reply, Reply> {
    let parameters = parameters(scenario, request)?;
    let protocol = protocol(simulator, request).ok_or_else(|| refusal(scenario, 401))?;
    let refuse = |message: &str| Err(refuse(scenario, 400, message));
    let version = value(&parameters, "api-version");
    // Automation's endpoint wants what instance metadata wants.
    if (automation || version.is_none()) && !request.has_metadata_header() {
        return refuse("Required metadata header not specified");
    }
    if let Some(version) = version.filter(|version| !VERSIONS.contains(version)) {
        return refuse(&format!("The api-version '{version}' is not supported."));
    }
    let Some(resource) = value(&parameters, "resource").filter(|resource| !resource.is_empty())
    else {
        return refuse("The 'resource' parameter is required.");
    };
    let selector = match selectors(protocol, &parameters).as_slice() {
        [] => Selector::Default,
        [selector] => *selector,
        _ => {
            return refuse(
                "Only one of client_id, object_id, principal_id and mi_res_id may be specified.",
            );
        }
    };
    if automation && scenario.hosts.automation.hybrid_worker && selector != Selector::Default {
        return refuse(
            "User assigned identity is currently not supported clientID must not be passed in request.",
        );
    }
    let Ok(identity) = identity::select(&scenario.machine, selector) else {
        return Err(refusal(scenario, 400));
    };
    if !identity::knows_resource(scenario, resource) {
        return refuse(&imds::unknown_resource(scenario, resource));
    }
    let token = simulator.token(scenario, &identity, resource);
    let mut document = json!({
        "access_token": token.value,
        "client_id": identity.client_id,
        "resource": resource,
        "token_type": "Bearer",
    });
    match protocol {
        Protocol::Present => {
            document["expires_on"] = json!(token.expires_on.as_second().to_string());
            document["not_before"] = json!(token.not_before.as_second().to_string());
            if let Some(seconds) = token.refresh_in_seconds {
                document["refresh_in"] = json!(seconds.to_string());
            }
        }
        Protocol::First => document["expires_on"] = json!(clock::linux_date(token.expires_on)),
    }
    Ok(Reply::json(200, &document))
}

/// Those of the query, and of the form when there is one.
fn parameters(scenario: &Scenario, request: &Request) -> Result<Vec<(String, String)>, Reply> {
    let mut parameters = request.query();
    match request.method {
        Method::GET => {}
        Method::POST => match request.form() {
            Some(form) => parameters.extend(form),
            None => return Err(refuse(scenario, 415, "Unsupported Media Type")),
        },
        _ => return Err(refusal(scenario, 405)),
    }
    Ok(parameters)
}

fn protocol(simulator: &Simulator, request: &Request) -> Option<Protocol> {
    let expected = Some(simulator.identity_header.as_str());
    match (
        request.header("x-identity-header"),
        request.header("secret"),
    ) {
        (header @ Some(_), _) if header == expected => Some(Protocol::Present),
        (None, header) if header == expected => Some(Protocol::First),
        _ => None,
    }
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

/// The words of an error, with keys in the case this host writes them in.
pub fn refuse(scenario: &Scenario, status: u16, message: &str) -> Reply {
    let correlation_id = Uuid::new_v4().to_string();
    let document = match scenario.hosts.app_service.error_keys {
        ErrorKeys::Camel => {
            json!({"statusCode": status, "message": message, "correlationId": correlation_id})
        }
        ErrorKeys::Pascal => {
            json!({"StatusCode": status, "Message": message, "CorrelationId": correlation_id})
        }
    };
    Reply::json(status, &document)
}
