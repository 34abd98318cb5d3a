//! What identity endpoints answer: the token in its many spellings, and errors in four envelopes.

use std::collections::HashMap;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{Identity, claims, expiry};
use crate::azure::clock;
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;
use crate::azure::secret::Secret;
use crate::azure::text;

// the last second of the year 9999, beyond which .NET and others have no dates
const LATEST: i64 = 253_402_300_799;

/// A token as it was answered.
pub(super) struct Answer {
    pub token: Secret,
    pub client_id: Option<String>,
    object_id: Option<String>,
    resource_id: Option<String>,
    refresh_in: Option<String>,
    expires_on: Option<String>,
    expires_in: Option<String>,
    host: String,
}

impl Answer {
    /// Reads a 200. The body is in no error, since it may hold a token.
    pub(super) fn parse(response: &Response) -> Result<Answer, Error> {
        let not_a_token = || response.not_understood("hold no access token");
        let fields: HashMap<String, &RawValue> =
            serde_json::from_slice(&response.body).map_err(|_| not_a_token())?;
        let token = fields
            .get("access_token")
            .and_then(|raw| Secret::from_json(raw));
        let token = token
            .filter(|token| !token.as_bytes().is_empty())
            .ok_or_else(not_a_token)?;
        // strings and numbers are both in use
        let text = |name: &str| {
            let raw = fields.get(name)?.get();
            let text = if raw.starts_with('"') {
                serde_json::from_str(raw).ok()?
            } else {
                raw.to_owned()
            };
            (!text.is_empty() && text != "null").then_some(text)
        };
        Ok(Answer {
            token,
            client_id: text("client_id"),
            object_id: text("object_id"),
            resource_id: text("msi_res_id").or_else(|| text("mi_res_id")),
            refresh_in: text("refresh_in"),
            expires_on: text("expires_on"),
            expires_in: text("expires_in"),
            host: response.host.clone(),
        })
    }

    /// When the token ends, in Unix seconds.
    pub(super) fn expires_on(&self, now: SystemTime) -> Result<i64, Error> {
        let end = expiry::unix_seconds(self.expires_on.as_deref(), self.expires_in.as_deref(), now);
        let end = end.ok_or_else(|| {
            Error::new(Kind::BadResponse, format!("{} answered a token without saying when it ends", self.host))
                .with_action("look for something between this machine and its identity endpoint that changes answers")
        })?;
        if end <= clock::unix_seconds(now) {
            return Err(Error::new(
                Kind::BadResponse,
                format!("{} answered a token that has ended already", self.host),
            )
            .with_action("check this machine's clock"));
        }
        Ok(end.min(LATEST))
    }

    /// How long the source says the token is to be used before another is asked for, in seconds.
    pub(super) fn refresh_in(&self) -> Option<i64> {
        self.refresh_in.as_deref()?.parse().ok()
    }

    /// Whether the answer, or the token in it, tells the identity in the way in which one was chosen.
    pub(super) fn names(&self, identity: &Identity) -> bool {
        let claim = |name: &str, id: &str| {
            let claims = claims::read(&self.token).unwrap_or_default();
            let claims: HashMap<String, Value> = serde_json::from_str(&claims).unwrap_or_default();
            claims
                .get(name)
                .and_then(Value::as_str)
                .is_some_and(|claim| claim.eq_ignore_ascii_case(id))
        };
        match identity {
            Identity::System => true,
            Identity::ClientId(_) => self.client_id.is_some(),
            Identity::ObjectId(id) => self.object_id.is_some() || claim("oid", id),
            Identity::ResourceId(id) => self.resource_id.is_some() || claim("xms_mirid", id),
        }
    }

    /// Refuses a token of another identity than the one asked for, where the answer names it.
    pub(super) fn confirm(&self, identity: &Identity) -> Result<(), Error> {
        let (asked, answered) = match identity {
            Identity::System => return Ok(()),
            Identity::ClientId(id) => (id, &self.client_id),
            Identity::ObjectId(id) => (id, &self.object_id),
            Identity::ResourceId(id) => (id, &self.resource_id),
        };
        if answered
            .as_ref()
            .is_none_or(|answered| answered.eq_ignore_ascii_case(asked))
        {
            return Ok(());
        }
        Err(Error::new(
            Kind::NoIdentity,
            format!(
                "{} answered a token of another identity than {identity}",
                self.host
            ),
        )
        .with_action("assign the identity to this machine, or choose one that is"))
    }
}

/// The resource is none that the tenant, or the source, knows.
pub(super) fn unknown_resource(response: &Response, resource: &str) -> Option<Error> {
    let code = code(response)?;
    let unknown = ["invalid_resource", "AudienceNotSupported"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&code));
    unknown.then(|| {
        refusal(
            response,
            Kind::NotFound,
            format!("there are no tokens for {} here", text::line(resource, 200)),
        )
        .with_action("check the resource for a typing error, its final slash too, and the cloud")
    })
}

/// A refusal with the service's own code. Descriptions are not shown: they are prose, and may quote what was sent.
pub(super) fn refusal(response: &Response, kind: Kind, message: String) -> Error {
    let error = Error::new(kind, message)
        .with_http_status(response.status)
        .with_request_id(response.header("x-ms-request-id"));
    match code(response) {
        Some(code) => error.with_service_code(&code),
        None => error,
    }
}

/// A status that may pass.
pub(super) fn unavailable(response: &Response, who: &str) -> Error {
    let status = response.status;
    let (kind, message, action) = match status {
        429 => (
            Kind::Throttled,
            format!("{who} gets too many requests"),
            "let fewer processes ask at once, and try again",
        ),
        410 => (
            Kind::Service,
            format!("{who} is being updated"),
            "try again in a minute or two",
        ),
        404 | 408 | 500..=599 => (
            Kind::Service,
            format!("{who} does not work at the moment"),
            "try again; if the problem persists, check whether a proxy answers in its place",
        ),
        _ => (
            Kind::BadResponse,
            format!("{who} answers {status}, which it never does"),
            "see whether a proxy or another program answers in its place",
        ),
    };
    let error = refusal(response, kind, message)
        .with_action(action)
        .with_retry_after(response.retry_after());
    if kind == Kind::BadResponse {
        error
    } else {
        error.retryable()
    }
}

/// `{error,…}`, `{error:{code,…}}`, `{StatusCode,…}`, `{ErrorCode,…}`, keys in any case.
fn code(response: &Response) -> Option<String> {
    let fields: HashMap<String, Value> = serde_json::from_slice(&response.body).ok()?;
    let field = |wanted: &str| {
        fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    let found = match field("error") {
        Some(Value::Object(inner)) => inner
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("code"))
            .map(|(_, value)| value),
        Some(value) => Some(value),
        None => field("ErrorCode"),
    };
    found.and_then(Value::as_str).map(str::to_owned)
}
