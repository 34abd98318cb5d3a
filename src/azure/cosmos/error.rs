//! What the data plane's refusals mean, and what to do about them.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;
use crate::azure::prose::said_by_cosmos;
use crate::azure::text;

/// The service code that stands for keys being turned off, whatever the service called it.
const LOCAL_AUTH_DISABLED: &str = "LocalAuthDisabled";

/// Substatus of a 404: what is missing is not the thing itself but what it lies in.
const OWNER_NOT_FOUND: u32 = 1003;

// the service takes dates up to 15 minutes off; within that it is not the clock
const SKEW: Duration = Duration::from_secs(14 * 60);

/// The error of an answer that is not 200. `thing` is what was read, as in "collection a".
pub(super) fn refused(response: &Response, thing: &str, now: SystemTime) -> Error {
    let status = response.status;
    let substatus: u32 = response
        .header("x-ms-substatus")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let Some((code, message)) = envelope(response) else {
        return foreign(response, substatus);
    };
    let said = response.quote(&message, 300);
    let error = match (status, substatus) {
        (401 | 403, 5202 | 5203) => keys_disabled(),
        (401, _) if message.to_ascii_lowercase().contains("local authorization is disabled") => keys_disabled(),
        (401 | 403, _) if skew(response, now).is_some() => clock(response, now),
        (401, _) => Error::new(Kind::Unauthenticated, "the account refuses the key")
            .with_action("check that the key is this account's and has not been regenerated since"),
        (403, _) if message.to_ascii_lowercase().contains("firewall") => {
            Error::new(Kind::Forbidden, format!("the account's firewall does not let this machine in ({said})"))
                .with_action("add this machine's address or virtual network to the account's networking, or use its private endpoint")
        }
        (403, _) => Error::new(Kind::Forbidden, format!("the account does not allow reading {thing} ({said})"))
            .with_action("check the account's networking and keys in the Azure portal"),
        (404, OWNER_NOT_FOUND) => Error::new(Kind::NotFound, format!("{thing} does not exist, because its database does not"))
            .with_action("check the name of the database; names are case-sensitive"),
        (404, _) => Error::new(Kind::NotFound, format!("{thing} does not exist"))
            .with_action("check the names; they are case-sensitive"),
        (429, _) => Error::new(Kind::Throttled, format!("the account gets too many requests to read {thing} now"))
            .with_action("try again later, send fewer requests at the same time, or raise the throughput")
            .retryable(),
        (408 | 410 | 423 | 449 | 500..=599, _) => Error::new(Kind::Service, format!("Cosmos DB could not read {thing} at the moment ({said})"))
            .with_action("try again; if the problem persists, see Azure's service health")
            .retryable(),
        (409, _) => Error::new(Kind::Conflict, format!("{thing} cannot be read in its present state ({said})"))
            .with_action("wait until whatever is changing it has ended, and try again"),
        _ => Error::new(Kind::Service, format!("Cosmos DB refuses to read {thing} ({said})"))
            .with_action("the message says why; Azure's support can find the request by its id"),
    };
    let error = finish(error, response, substatus);
    if error.service_code().is_some() {
        error
    } else {
        error.with_service_code(&code)
    }
}

fn keys_disabled() -> Error {
    Error::new(
        Kind::Forbidden,
        "the account has its keys turned off (disableLocalAuth)",
    )
    .with_action("name the account and give no key: the identity of this machine can ask Resource Manager instead")
    .with_service_code(LOCAL_AUTH_DISABLED)
}

/// Whether the account said that it accepts no key at all.
pub(in crate::azure) fn is_keys_disabled(error: &Error) -> bool {
    error.service_code() == Some(LOCAL_AUTH_DISABLED)
}

/// An error status in a body that is not the service's: some pass, the others come from somebody else.
fn foreign(response: &Response, substatus: u32) -> Error {
    let error = match response.status {
        408 | 429 | 449 | 500..=599 => {
            let kind = if response.status == 429 {
                Kind::Throttled
            } else {
                Kind::Service
            };
            Error::new(
                kind,
                format!(
                    "{} answered {} without saying why",
                    response.host, response.status
                ),
            )
            .with_action(
                "try again; if the problem persists, check whether a proxy answers in the service's place",
            )
            .retryable()
        }
        _ => response.not_understood("are no answer of Cosmos DB"),
    };
    finish(error, response, substatus)
}

fn finish(error: Error, response: &Response, substatus: u32) -> Error {
    let ms = response
        .header("x-ms-retry-after-ms")
        .and_then(|text| text.parse().ok())
        .map(Duration::from_millis);
    error
        .with_http_status(response.status)
        .with_substatus(substatus)
        .with_request_id(response.header("x-ms-activity-id"))
        .with_retry_after(ms.or(response.retry_after()))
}

/// How far this machine's clock is from the service's, when that is far enough to matter: `(span, behind)`.
fn skew(response: &Response, now: SystemTime) -> Option<(Duration, bool)> {
    let date = response.date()?;
    let (span, behind) = match date.duration_since(now) {
        Ok(span) => (span, true),
        Err(earlier) => (earlier.duration(), false),
    };
    (span > SKEW).then_some((span, behind))
}

fn clock(response: &Response, now: SystemTime) -> Error {
    let (span, behind) = skew(response, now).unwrap_or_default();
    let way = if behind { "behind" } else { "ahead of" };
    Error::new(
        Kind::Unauthenticated,
        format!("the account refuses the signature's date: this machine's clock is {} {way} the service's", text::span(span)),
    )
    .with_action("set this machine's clock, and keep it right with a time service (NTP)")
}

/// `{code,message}`; of the message the sentence for people.
fn envelope(response: &Response) -> Option<(String, String)> {
    let mut fields: HashMap<String, Value> = serde_json::from_slice(&response.body).ok()?;
    let mut take = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (code, message) = (take("code")?, take("message")?);
    Some((code, said_by_cosmos(&message)))
}
