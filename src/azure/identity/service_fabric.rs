//! Service Fabric: https with a certificate that is known by its thumbprint.
//! <https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code>

use std::time::Duration;

use super::answer::{self, Answer};
use super::ask::{Context, Spelling, silent};
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Method, Plane, Request, Response, Url, parse_url};
use crate::azure::retry;

const WHO: &str = "Service Fabric's identity endpoint";

const SPELLING: Spelling = Spelling {
    client: None,
    object: Some("principalId"),
    resource: None,
};

/// The value of `IDENTITY_ENDPOINT`, and the certificate that it must show.
#[derive(Debug)]
pub(super) struct Endpoint {
    url: Url,
    thumbprint: [u8; 20],
}

struct Patience;

impl retry::Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, _: Duration) -> Option<Duration> {
        let second = Duration::from_secs(1);
        match error.http_status() {
            429 => (failures <= 5).then(|| retry::doubled(second, failures, 16 * second)),
            // 404 is an answer here: there is no such identity
            408 | 500..=599 => (failures <= 3).then(|| error.retry_after().unwrap_or(second)),
            _ => (failures <= 3 && error.kind() == Kind::Protocol).then_some(second),
        }
    }
}

impl Endpoint {
    pub(super) fn find(env: &dyn Env) -> Option<Result<Endpoint, Error>> {
        env.get("IDENTITY_HEADER")?;
        let thumbprint = env.get("IDENTITY_SERVER_THUMBPRINT")?;
        let url = parse_url("IDENTITY_ENDPOINT", &env.get("IDENTITY_ENDPOINT")?);
        Some(url.and_then(|url| {
            Ok(Endpoint {
                url,
                thumbprint: parse_thumbprint(&thumbprint)?,
            })
        }))
    }

    /// Asks for a token.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        let mut url = context.query(&self.url, "2019-07-01-preview", &SPELLING, WHO)?;
        if let Some(refused) = &context.refused {
            // the runtime keeps tokens, and would hand out the refused one again
            url.query_pairs_mut()
                .append_pair("xms_cc", "cp1")
                .append_pair("token_sha256_to_refresh", refused);
        }
        let header = context.secret("IDENTITY_HEADER");
        let request = || {
            Request::new(Plane::Pinned(self.thumbprint), Method::Get, url.clone())
                .secret_header("secret", &header)?
                .header("metadata", "true")
        };
        let absent = |error| {
            silent(
                error,
                WHO,
                "see whether the Service Fabric runtime works on this node",
            )
        };
        let response = context
            .ask(&Patience, &request, &absent, &|response| {
                refused(response, context)
            })
            .await?;
        Answer::parse(&response)
    }
}

fn parse_thumbprint(text: &str) -> Result<[u8; 20], Error> {
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b':' && *b != b' ').collect();
    let mut thumbprint = [0; 20];
    let hex = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let fits = digits.len() == 40
        && digits.chunks(2).zip(&mut thumbprint).all(|(pair, byte)| {
            let value = hex(pair[0])
                .zip(hex(pair[1]))
                .map(|(high, low)| high * 16 + low);
            value.map(|value| *byte = value).is_some()
        });
    fits.then_some(thumbprint).ok_or_else(|| {
        Error::invalid("IDENTITY_SERVER_THUMBPRINT is no SHA-1 thumbprint")
            .with_action("Service Fabric sets it to 40 hexadecimal digits; restart the application")
    })
}

fn refused(response: &Response, context: &Context<'_>) -> Error {
    match response.status {
        400 | 404 => answer::refusal(response, Kind::NoIdentity, format!("the application has not got {}", context.identity))
            .with_action("give the application an identity in its manifest and its resource, and deploy it again"),
        401 | 403 => answer::refusal(response, Kind::Unauthenticated, format!("{WHO} refuses the value of IDENTITY_HEADER"))
            .with_action("IDENTITY_HEADER is set by Service Fabric and must not be changed; restart the application"),
        _ => answer::unavailable(response, WHO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_come_in_three_spellings() {
        let expected = parse_thumbprint("00112233445566778899AABBCCDDEEFF00112233").expect("plain");
        assert_eq!(expected[..3], [0x00, 0x11, 0x22]);
        for text in [
            "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33",
            "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11 22 33",
        ] {
            assert_eq!(parse_thumbprint(text).expect(text), expected);
        }
        for text in ["", "0011", "zz112233445566778899AABBCCDDEEFF00112233"] {
            assert!(parse_thumbprint(text).is_err(), "{text}");
        }
    }
}
