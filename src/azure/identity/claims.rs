//! What a token says of itself, for display: nothing here is trusted or verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::azure::secret::Secret;

/// Who the token is of, whom it is for, and until when.
const SHOWN: [&str; 6] = ["oid", "appid", "tid", "aud", "exp", "xms_mirid"];

/// These claims as a JSON object; `None` when the token is none of the kind that can be read.
pub(super) fn read(token: &Secret) -> Option<String> {
    let payload = token.as_ascii()?.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let mut claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    let shown = SHOWN
        .iter()
        .filter_map(|name| Some(format!("\"{name}\":{}", claims.remove(*name)?)));
    Some(format!("{{{}}}", shown.collect::<Vec<_>>().join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(payload: &str) -> Option<String> {
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload));
        read(&Secret::new(token.into_bytes()))
    }

    #[test]
    fn the_six_claims_are_shown_and_no_others() {
        let shown =
            of(r#"{"exp":1700000000,"oid":"o","secret":"s","aud":"https://a/","xms_mirid":"/m"}"#);
        assert_eq!(
            shown.as_deref(),
            Some(r#"{"oid":"o","aud":"https://a/","exp":1700000000,"xms_mirid":"/m"}"#)
        );
    }

    #[test]
    fn what_cannot_be_read_shows_nothing() {
        assert_eq!(of("no json"), None);
        for token in ["", "opaque", "a.%%%.b"] {
            assert_eq!(read(&Secret::new(token.as_bytes().to_vec())), None);
        }
    }
}
