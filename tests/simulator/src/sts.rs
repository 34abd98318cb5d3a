//! Entra's token endpoint, for workload identity: a token for the one a cluster writes into a file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hyper::Method;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::http::{Reply, Request, value};
use crate::identity::{self, Selector};
use crate::imds;
use crate::secret;
use crate::simulator::Simulator;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What the cluster wrote into the token file, last and before.
pub struct Assertions {
    path: PathBuf,
    written: Mutex<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    Current,
    Replaced,
    Unknown,
}

impl Assertions {
    /// Writes the first.
    pub fn new(path: PathBuf, now: Timestamp) -> std::io::Result<Assertions> {
        let assertions = Assertions {
            path,
            written: Mutex::default(),
        };
        assertions.rotate(now)?;
        Ok(assertions)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file at once, as a cluster does; readers see the old or the new.
    pub fn rotate(&self, now: Timestamp) -> std::io::Result<()> {
        let text = assertion(now);
        let beside = self.path.with_extension("new");
        let mut written = self.written();
        std::fs::write(&beside, &text)?;
        std::fs::rename(&beside, &self.path)?;
        written.push(text);
        Ok(())
    }

    fn standing(&self, text: &str) -> Standing {
        let written = self.written();
        if written.last().is_some_and(|current| current == text) {
            Standing::Current
        } else if written.iter().any(|former| former == text) {
            Standing::Replaced
        } else {
            Standing::Unknown
        }
    }

    fn written(&self) -> MutexGuard<'_, Vec<String>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A service account's token, which only its cluster could verify.
fn assertion(now: Timestamp) -> String {
    let issued = now.as_second();
    let header = json!({"alg": "HS256", "kid": "cosmi-simulator"});
    let payload = json!({
        "aud": ["api://AzureADTokenExchange"],
        "exp": issued + 86_400,
        "iat": issued,
        "iss": "https://cluster.example/",
        "jti": Uuid::new_v4().to_string(),
        "sub": "system:serviceaccount:default:cosmi",
    });
    let encode = |part: String| URL_SAFE_NO_PAD.encode(part);
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(payload.to_string())
    );
    let signature = secret::sign(&secret::random::<32>(), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    let segments = request.segments().unwrap_or_default();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let reply = match path.as_slice() {
        [tenant, "oauth2", "v2.0", "token"] => {
            token(simulator, request, tenant).unwrap_or_else(|refusal| refusal.reply(simulator))
        }
        _ => Reply::new(404),
    };
    reply
        .with("cache-control", "no-store, no-cache")
        .with("pragma", "no-cache")
        .with("x-ms-request-id", Uuid::new_v4().to_string())
}

pub fn refusal(simulator: &Simulator, status: u16) -> Reply {
    let (error, code, message) = match status {
        401 => (
            "invalid_client",
            7_000_222,
            "The provided client credentials are expired.",
        ),
        429 => (
            "temporarily_unavailable",
            90_055,
            "The server has terminated the request due to excessive request rate.",
        ),
        500.. => (
            "temporarily_unavailable",
            90_033,
            "A transient error has occurred. Please try again.",
        ),
        _ => ("invalid_request", 900_023, "The request is invalid."),
    };
    refuse(status, error, code, message).reply(simulator)
}

fn token(simulator: &Simulator, request: &Request, tenant: &str) -> Result<Reply, Refusal> {
    if request.method != Method::POST {
        return Err(refuse(
            405,
            "invalid_request",
            900_561,
            format!(
                "The endpoint only accepts POST requests. Received a {} request.",
                request.method
            ),
        ));
    }
    let form = request.form().unwrap_or_default();
    let field = |name: &str| {
        value(&form, name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| {
                refuse(
                    400,
                    "invalid_request",
                    900_144,
                    format!("The request body must contain the following parameter: '{name}'."),
                )
            })
    };
    let model = simulator.model();
    let scenario = &model.scenario;
    if !scenario.tenant_id.eq_ignore_ascii_case(tenant) {
        return Err(refuse(
            400,
            "invalid_request",
            90_002,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
            ),
        ));
    }
    let grant_type = field("grant_type")?;
    if grant_type != "client_credentials" {
        return Err(refuse(
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{grant_type}'."),
        ));
    }
    let client_id = field("client_id")?;
    let identity = identity::select(&scenario.machine, Selector::ClientId(client_id)).map_err(
        |_| {
            refuse(
                400,
                "unauthorized_client",
                700_016,
                format!(
                    "Application with identifier '{client_id}' was not found in the directory '{}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
                    scenario.tenant_id
                ),
            )
        },
    )?;
    let resource = resource(field("scope")?)?;
    let asserted = value(&form, "client_assertion")
        .filter(|_| value(&form, "client_assertion_type") == Some(ASSERTION_TYPE));
    check_assertion(simulator, asserted)?;
    if !identity::knows_resource(scenario, resource) {
        return Err(refuse(
            400,
            "invalid_resource",
            500_011,
            imds::resource_not_found(scenario, resource),
        ));
    }
    let token = simulator.token(scenario, &identity, resource);
    let mut document = json!({
        "token_type": "Bearer",
        "expires_in": token.lifetime_seconds,
        "ext_expires_in": token.lifetime_seconds,
        "access_token": token.value,
    });
    if let Some(seconds) = token.refresh_in_seconds {
        document["refresh_in"] = json!(seconds);
    }
    Ok(Reply::json(200, &document))
}

/// The resource a scope is of; a resource that ends in a slash has two before `.default`.
fn resource(scope: &str) -> Result<&str, Refusal> {
    scope.strip_suffix("/.default").ok_or_else(|| {
        refuse(
            400,
            "invalid_scope",
            1_002_012,
            format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            ),
        )
    })
}

fn check_assertion(simulator: &Simulator, asserted: Option<&str>) -> Result<(), Refusal> {
    let (code, message) = match asserted.map(|text| simulator.assertions.standing(text)) {
        Some(Standing::Current) => return Ok(()),
        Some(Standing::Replaced) => (
            700_024,
            "Client assertion is not within its valid time range.",
        ),
        Some(Standing::Unknown) => (
            700_211,
            "No matching federated identity record found for presented assertion issuer. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.",
        ),
        None => (
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
    };
    Err(refuse(401, "invalid_client", code, message))
}

/// An error in the words of Entra.
struct Refusal {
    status: u16,
    error: &'static str,
    code: u32,
    message: String,
}

fn refuse(status: u16, error: &'static str, code: u32, message: impl Into<String>) -> Refusal {
    Refusal {
        status,
        error,
        code,
        message: message.into(),
    }
}

impl Refusal {
    fn reply(&self, simulator: &Simulator) -> Reply {
        let Refusal {
            status,
            error,
            code,
            message,
        } = self;
        let time = simulator.clock.now().strftime("%Y-%m-%d %H:%M:%SZ");
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        Reply::json(
            *status,
            &json!({
                "error": error,
                "error_description": format!(
                    "AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"
                ),
                "error_codes": [code],
                "timestamp": time.to_string(),
                "trace_id": trace.to_string(),
                "correlation_id": correlation.to_string(),
                "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
            }),
        )
    }
}
