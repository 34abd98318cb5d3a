//! Service Fabric's token service: https with a certificate known by its thumbprint alone, and tokens it keeps.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::Method;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::http::{Reply, Request, value};
use crate::identity::{self, Identity, Selector};
use crate::imds;
use crate::scenario::Scenario;
use crate::simulator::Simulator;
use crate::token::{Holder, Token};

pub const PATH: &str = "/metadata/identity/oauth2/token";

/// The name in its certificate, which is that of no address.
pub const CERTIFICATE_NAME: &str = "servicefabric.example";

const VERSIONS: [&str; 2] = ["2019-07-01-preview", "2020-05-01"];

/// Tokens are given again while they are good, unless the client says that one no longer is.
#[derive(Default)]
pub struct Cache {
    tokens: Mutex<HashMap<Key, Token>>,
}

#[derive(Eq, Hash, PartialEq)]
struct Key {
    client_id: String,
    resource: String,
    capabilities: String,
}

impl Cache {
    pub fn clear(&self) {
        self.tokens().clear();
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<Key, Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    if request.path().trim_end_matches('/') != PATH {
        return refuse(404, "NotFound", "There is nothing here.");
    }
    token(simulator, request).unwrap_or_else(|refusal| refusal)
}

pub fn refusal(status: u16) -> Reply {
    let (code, message) = match status {
        400 => ("ArgumentNullOrEmpty", "The request is invalid."),
        404 => (
            "ManagedIdentityNotFound",
            "Managed identity not found for the specified application host.",
        ),
        405 => ("MethodNotAllowed", "Only GET is supported."),
        429 => ("TooManyRequests", "Too many requests."),
        _ => ("InternalServerError", "An error occurred."),
    };
    refuse(status, code, message)
}

fn token(simulator: &Simulator, request: &Request) -> Result<Reply, Reply> {
    if request.method != Method::GET {
        return Err(refusal(405));
    }
    match request.header("secret") {
        None | Some("") => {
            return Err(refuse(
                400,
                "SecretHeaderNotFound",
                "Secret is not found in the request headers.",
            ));
        }
        Some(secret) if secret != simulator.service_fabric_secret => return Err(refusal(404)),
        Some(_) => {}
    }
    let query = request.query();
    let version = value(&query, "api-version").unwrap_or_default();
    if !VERSIONS.contains(&version) {
        return Err(refuse(
            400,
            "InvalidApiVersion",
            &format!(
                "The api-version '{version}' is not supported. Supported version is '{}'.",
                VERSIONS[0]
            ),
        ));
    }
    let resource = value(&query, "resource")
        .filter(|resource| !resource.is_empty())
        .ok_or_else(|| {
            refuse(
                400,
                "ArgumentNullOrEmpty",
                "The parameter 'resource' should not be null or empty string.",
            )
        })?;
    let selector = value(&query, "principalId").map_or(Selector::Default, Selector::ObjectId);
    let model = simulator.model();
    let scenario = &model.scenario;
    let identity = identity::select(&scenario.machine, selector).map_err(|_| refusal(404))?;
    if !identity::knows_resource(scenario, resource) {
        let message = imds::unknown_resource(scenario, resource);
        return Err(refuse(400, "InvalidResource", &message));
    }
    let wish = Wish {
        identity: &identity,
        resource,
        capabilities: value(&query, "xms_cc").unwrap_or_default(),
        bad: value(&query, "token_sha256_to_refresh"),
    };
    let token = kept_or_new(simulator, scenario, &wish, simulator.clock.now());
    let mut document = json!({
        "token_type": "Bearer",
        "access_token": token.value,
        "expires_on": token.expires_on.as_second(),
        "resource": resource,
    });
    if let Some(seconds) = token.refresh_in_seconds {
        document["refresh_in"] = json!(seconds);
    }
    Ok(Reply::json(200, &document))
}

/// What is asked for.
struct Wish<'a> {
    identity: &'a Identity<'a>,
    resource: &'a str,
    /// What the client can do, separated by commas.
    capabilities: &'a str,
    /// The hash of a token that is no longer good.
    bad: Option<&'a str>,
}

fn kept_or_new(
    simulator: &Simulator,
    scenario: &Scenario,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Token {
    let key = Key {
        client_id: wish.identity.client_id.to_owned(),
        resource: wish.resource.to_owned(),
        capabilities: wish.capabilities.to_owned(),
    };
    let mut tokens = simulator.service_fabric.tokens();
    if let Some(kept) = tokens.get(&key) {
        if wish.bad.is_some_and(|hash| kept.has_hash(hash)) {
            simulator.tokens.revoke(&kept.value);
        } else if kept.expires_on > now {
            return kept.clone();
        }
    }
    let capabilities: Vec<&str> = wish
        .capabilities
        .split(',')
        .filter(|capability| !capability.is_empty())
        .collect();
    let holder = Holder::Identity(wish.identity);
    let token = simulator
        .tokens
        .issue(scenario, holder, wish.resource, &capabilities, now);
    tokens.insert(key, token.clone());
    token
}

fn refuse(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {
            "correlationId": Uuid::new_v4().to_string(),
            "code": code,
            "message": message,
        }}),
    )
}
