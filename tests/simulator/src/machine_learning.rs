//! The identity endpoint of Azure Machine Learning; App Service's first protocol version, which older App Service hosts and
//! hybrid workers of Automation speak too.

use hyper::Method;
use serde_json::{Value, json};

use crate::app_service::{refusal, refuse};
use crate::clock;
use crate::http::{Reply, Request, value};
use crate::identity::{self, Selector};
use crate::imds;
use crate::scenario::{Scenario, TimeForm};
use crate::simulator::Simulator;
use crate::token::Token;

pub const PATH: &str = "/MSI/auth";

const VERSION: &str = "2017-09-01";

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    let model = simulator.model();
    let scenario = &model.scenario;
    if !request.path().eq_ignore_ascii_case(PATH) {
        return refusal(scenario, 404);
    }
    token(simulator, scenario, request).unwrap_or_else(|refusal| refusal)
}

fn token(simulator: &Simulator, scenario: &Scenario, request: &Request) -> Result<Reply, Reply> {
    let refuse = |message: &str| Err(refuse(scenario, 400, message));
    if request.method != Method::GET {
        return Err(refusal(scenario, 405));
    }
    match request.header("secret") {
        None => return refuse("The 'secret' header is required."),
        Some(secret) if secret != simulator.msi_secret => return Err(refusal(scenario, 401)),
        Some(_) => {}
    }
    let query = request.query();
    match value(&query, "api-version") {
        Some(VERSION) => {}
        version => {
            let version = version.unwrap_or_default();
            return refuse(&format!("The api-version '{version}' is not supported."));
        }
    }
    let Some(resource) = value(&query, "resource").filter(|resource| !resource.is_empty()) else {
        return refuse("The 'resource' parameter is required.");
    };
    let selector = value(&query, "clientid").map_or(Selector::Default, Selector::ClientId);
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
        "expires_on": expires_on(&token, scenario.hosts.machine_learning.expires_on),
        "resource": resource,
        "token_type": "Bearer",
    });
    if let Some(seconds) = token.refresh_in_seconds {
        document["refresh_in"] = json!(seconds.to_string());
    }
    Ok(Reply::json(200, &document))
}

fn expires_on(token: &Token, form: TimeForm) -> Value {
    let time = token.expires_on;
    match form {
        TimeForm::Unix => json!(time.as_second().to_string()),
        TimeForm::UnixNumber => json!(time.as_second()),
        TimeForm::Relative => json!(token.lifetime_seconds.to_string()),
        TimeForm::Iso => json!(time.to_string()),
        TimeForm::Windows => json!(clock::windows_date(time)),
        TimeForm::Linux => json!(clock::linux_date(time)),
    }
}
