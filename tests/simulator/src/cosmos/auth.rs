//! Master-key signatures, recomputed over what the service believes was asked.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::Method;
use jiff::{SignedDuration, Timestamp};

use crate::clock::{http_date, parse_http_date};
use crate::http::Reply;
use crate::secret;

use super::address::Address;
use super::{Call, error, query};

/// How far a request's date may be from the service's.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// What an account without keys answers to one.
const LOCAL_AUTH_DISABLED: u32 = 5202;
/// What an account that does not take Entra tokens answers to one.
const AAD_AUTH_DISABLED: u32 = 5002;

#[derive(Debug, PartialEq)]
enum Credential {
    MasterKey { signature: Vec<u8> },
    AadToken,
}

pub fn authorize(call: &Call<'_>, address: &Address) -> Result<(), Reply> {
    let Some(header) = call
        .request
        .header("authorization")
        .filter(|header| !header.trim().is_empty())
    else {
        return Err(unauthorized(
            call,
            "Required Header authorization is missing. Ensure a valid Authorization token is passed.",
        ));
    };
    let signature = match parse(header) {
        None => {
            return Err(unauthorized(
                call,
                "Authorization header doesn't confirm to the required format. Please verify and try again.",
            ));
        }
        Some(Credential::AadToken) => {
            return Err(unauthorized(
                call,
                "Entra ID authorization is not enabled for this account.",
            )
            .with("x-ms-substatus", AAD_AUTH_DISABLED.to_string()));
        }
        Some(Credential::MasterKey { .. }) if call.account.spec.disable_local_auth => {
            return Err(unauthorized(
                call,
                "Local Authorization is disabled. Use an AAD token to authorize all requests.",
            )
            .with("x-ms-substatus", LOCAL_AUTH_DISABLED.to_string()));
        }
        Some(Credential::MasterKey { signature }) => signature,
    };
    let (date, payload) = payload(call, address);
    let signed_with = |keys: [&str; 2]| {
        keys.into_iter()
            .any(|key| verify(key, &payload, &signature))
    };
    let read_write = signed_with(call.account.keys.read_write());
    if !read_write && !signed_with(call.account.keys.read_only()) {
        return Err(unauthorized(
            call,
            &format!(
                "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized. Server used the following payload to sign: '{payload}'"
            ),
        ));
    }
    in_time(call, date)?;
    let reads = call.request.method == Method::GET || query::is_query(call.request);
    if !read_write && !reads {
        return Err(error::gateway(
            call,
            403,
            "Forbidden",
            "Unable to proceed with the request. Please check the authorization claims to ensure the required permissions to process the request.",
        ));
    }
    Ok(())
}

/// The date that counts, and the text that should have been signed. `date` counts where `x-ms-date` is absent.
fn payload<'a>(call: &'a Call<'_>, address: &Address) -> (&'a str, String) {
    let own = call.request.header("x-ms-date").unwrap_or_default();
    let standard = if own.is_empty() {
        call.request.header("date").unwrap_or_default()
    } else {
        ""
    };
    let text = string_to_sign(
        call.request.method.as_str(),
        address.resource_type(),
        &address.resource_link(),
        own,
        standard,
    );
    (if own.is_empty() { standard } else { own }, text)
}

fn string_to_sign(
    verb: &str,
    resource_type: &str,
    link: &str,
    own_date: &str,
    standard_date: &str,
) -> String {
    format!(
        "{}\n{}\n{link}\n{}\n{}\n",
        verb.to_lowercase(),
        resource_type.to_lowercase(),
        own_date.to_lowercase(),
        standard_date.to_lowercase()
    )
}

fn in_time(call: &Call<'_>, date: &str) -> Result<(), Reply> {
    let Some(start) = parse_http_date(date) else {
        return Err(unauthorized(
            call,
            "The input date header is invalid format. Please pass in RFC 1123 style date format.",
        ));
    };
    let now = call.simulator.clock.now();
    if now.duration_since(start).abs() <= WINDOW {
        return Ok(());
    }
    let expiry: Timestamp = start
        .saturating_add(WINDOW)
        .expect("adding minutes to a time saturates");
    Err(error::gateway(
        call,
        403,
        "Forbidden",
        &format!(
            "The authorization token is not valid at the current time. Please create another token and retry (token start time: {}, token expiry time: {}, current server time: {}).",
            http_date(start),
            http_date(expiry),
            http_date(now)
        ),
    ))
}

fn parse(header: &str) -> Option<Credential> {
    // The whole header is one URL-encoded value: a plus sign that is not encoded is a blank.
    let decoded = percent_encoding::percent_decode_str(&header.replace('+', " "))
        .decode_utf8()
        .ok()?
        .into_owned();
    let rest = decoded.strip_prefix("type=")?;
    let (kind, rest) = rest.split_once("&ver=1.0&sig=")?;
    match kind {
        "master" => Some(Credential::MasterKey {
            signature: STANDARD.decode(rest).ok()?,
        }),
        "aad" => Some(Credential::AadToken),
        _ => None,
    }
}

fn verify(key: &str, payload: &str, signature: &[u8]) -> bool {
    let key = STANDARD.decode(key).expect("keys are made as base64");
    secret::verify(&key, payload.as_bytes(), signature)
}

fn unauthorized(call: &Call<'_>, message: &str) -> Reply {
    error::gateway(call, 401, "Unauthorized", message)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Vector {
        source: String,
        verb: String,
        resource_type: String,
        resource_link: String,
        date: String,
        key: String,
        expected_sig: String,
        expected_header: String,
    }

    #[test]
    fn published_signatures_verify() {
        let vectors: Vec<Vector> =
            serde_json::from_str(include_str!("../../../fixtures/masterkey_vectors.json")).unwrap();
        assert!(vectors.len() > 50);
        for vector in vectors {
            let payload = string_to_sign(
                &vector.verb,
                &vector.resource_type,
                &vector.resource_link,
                &vector.date,
                "",
            );
            let Some(Credential::MasterKey { signature }) = parse(&vector.expected_header) else {
                panic!("{}: the header does not parse", vector.source);
            };
            assert_eq!(
                STANDARD.encode(&signature),
                vector.expected_sig,
                "{}",
                vector.source
            );
            assert!(
                verify(&vector.key, &payload, &signature),
                "{}",
                vector.source
            );
            assert!(
                !verify(&vector.key, &payload.replacen('\n', "", 1), &signature),
                "{}",
                vector.source
            );
        }
    }

    #[test]
    fn headers_are_encoded_once() {
        assert!(matches!(
            parse("type%3Dmaster%26ver%3D1.0%26sig%3DQUI%2B"),
            Some(Credential::MasterKey { .. })
        ));
        assert!(matches!(
            parse("type=master&ver=1.0&sig=QUJD"),
            Some(Credential::MasterKey { .. })
        ));
        assert_eq!(parse("type=master&ver=1.0&sig=QUI+"), None);
        assert_eq!(
            parse("type%3Daad%26ver%3D1.0%26sig%3Dx.y.z"),
            Some(Credential::AadToken)
        );
        assert_eq!(parse("type%3Dmaster%26ver%3D2.0%26sig%3DQUJD"), None);
        assert_eq!(parse("Bearer x"), None);
    }
}
