//! The master-key signature.
//! <https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;
use zeroize::Zeroizing;

use crate::azure::error::Error;
use crate::azure::secret::Secret;

/// An account key, decoded and fit to sign with.
pub(super) struct Key(Zeroizing<Vec<u8>>);

// what is left as it is in a header value
const VALUE: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*');

impl Key {
    /// Decodes the base64 text of a key.
    pub(super) fn decode(text: &Secret) -> Result<Key, Error> {
        let trimmed = text.as_bytes().trim_ascii();
        let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(trimmed.len())]);
        let length = STANDARD
            .decode_slice(trimmed, &mut bytes)
            .ok()
            .filter(|length| *length > 0);
        let length = length.ok_or_else(|| {
            Error::invalid("the account key is not base64 text").with_action(
                "copy the whole key from the account's Keys page, up to the = signs at its end",
            )
        })?;
        bytes.truncate(length);
        Ok(Key(bytes))
    }

    /// The value of the `authorization` header. `date` must be the value of `x-ms-date`; `link` has names as they are
    /// (not percent-encoded, case kept), ids of the service (`_rid`) in lower case.
    pub(super) fn authorization(
        &self,
        verb: &str,
        resource_type: &str,
        link: &str,
        date: &str,
    ) -> String {
        let payload = format!(
            "{}\n{}\n{link}\n{}\n\n",
            verb.to_ascii_lowercase(),
            resource_type.to_ascii_lowercase(),
            date.to_ascii_lowercase()
        );
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let signature = STANDARD.encode(hmac::sign(&key, payload.as_bytes()));
        let token = format!("type=master&ver=1.0&sig={signature}");
        utf8_percent_encode(&token, &VALUE).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<Key, Error> {
        Key::decode(&Secret::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn every_published_signature_is_reproduced() {
        let vectors: Vec<serde_json::Value> = serde_json::from_str(include_str!(
            "../../../tests/fixtures/masterkey_vectors.json"
        ))
        .expect("valid JSON");
        assert!(vectors.len() >= 55);
        for vector in &vectors {
            let field = |name: &str| vector[name].as_str().expect("a string");
            let authorization = key(field("key")).expect("base64").authorization(
                field("verb"),
                field("resourceType"),
                field("resourceLink"),
                field("date"),
            );
            assert_eq!(
                authorization,
                field("expectedHeader"),
                "{}",
                field("source")
            );
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        for text in ["", "=", "not base64!", "abc", "c2VjcmV0=c2VjcmV0", "é"] {
            let error = key(text).err().expect("refused");
            assert!(
                text.is_empty() || text == "=" || !error.message().contains(text),
                "{error}"
            );
        }
        assert!(
            key(" c2VjcmV0\r\n").is_ok(),
            "blanks around a pasted key do no harm"
        );
    }
}
