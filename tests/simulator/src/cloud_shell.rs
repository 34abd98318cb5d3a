//! Cloud Shell's token endpoint: tokens of whoever is signed in, for the audiences somebody thought of.

use hyper::Method;
use serde_json::json;

use crate::http::{Reply, Request, value};
use crate::scenario::Scenario;
use crate::simulator::Simulator;
use crate::token::Holder;

pub const PATH: &str = "/oauth2/token";

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    if request.path().trim_end_matches('/') != PATH {
        return refusal(404);
    }
    token(simulator, request).unwrap_or_else(|refusal| refusal)
}

pub fn refusal(status: u16) -> Reply {
    let (code, message) = match status {
        400 => ("BadRequest", "The request is invalid."),
        404 => ("NotFound", "There is nothing here."),
        405 => ("MethodNotAllowed", "Only POST is supported."),
        429 => ("TooManyRequests", "Too many requests."),
        _ => ("InternalServerError", "The token could not be fetched."),
    };
    refuse(status, code, message)
}

fn token(simulator: &Simulator, request: &Request) -> Result<Reply, Reply> {
    if request.method != Method::POST {
        return Err(refusal(405));
    }
    if !request.has_metadata_header() {
        return Err(refuse(
            400,
            "bad_request_102",
            "Required metadata header not specified",
        ));
    }
    let form = request.form().ok_or_else(|| refusal(400))?;
    let resource = value(&form, "resource")
        .filter(|resource| !resource.is_empty())
        .ok_or_else(|| refuse(400, "AudienceNotProvided", "The 'resource' is missing."))?;
    let model = simulator.model();
    let scenario = &model.scenario;
    let known = audiences(scenario)
        .any(|audience| audience.trim_end_matches('/') == resource.trim_end_matches('/'));
    if !known {
        let supported: Vec<&str> = audiences(scenario).collect();
        return Err(refuse(
            400,
            "AudienceNotSupported",
            &format!(
                "Audience {resource} is not a supported MSI token audience. Supported audiences: {}",
                supported.join(",")
            ),
        ));
    }
    let user = scenario
        .hosts
        .cloud_shell
        .user
        .as_ref()
        .ok_or_else(|| refuse(400, "UserNotSignedIn", "Nobody is signed in."))?;
    let now = simulator.clock.now();
    let token = simulator
        .tokens
        .issue(scenario, Holder::User(user), resource, &[], now);
    let mut document = json!({
        "access_token": token.value,
        "expires_in": token.lifetime_seconds.to_string(),
        "expires_on": token.expires_on.as_second().to_string(),
        "not_before": token.not_before.as_second().to_string(),
        "refresh_token": "",
        "resource": resource,
        "token_type": "Bearer",
    });
    if let Some(seconds) = token.refresh_in_seconds {
        document["refresh_in"] = json!(seconds.to_string());
    }
    Ok(Reply::json(200, &document))
}

/// Cosmos DB's is not among them.
fn audiences(scenario: &Scenario) -> impl Iterator<Item = &str> {
    scenario
        .cloud
        .arm_audiences()
        .into_iter()
        .chain(scenario.audiences.iter().map(String::as_str))
}

fn refuse(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
}
