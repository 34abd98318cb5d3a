//! Keys and tokens: bytes that are wiped, never printed, never copied by accident.

use std::fmt;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// Secret bytes. Wiped when dropped; `Debug` shows the length only; a copy is made by [`Secret::duplicate`] and by
/// nothing else.
///
/// What is beyond reach: the buffers of the HTTP and TLS libraries that a secret passes through.
pub struct Secret(Zeroizing<Box<[u8]>>);

impl Secret {
    /// Takes the bytes over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Secret {
        // into_boxed_slice may move the bytes, and would leave the former buffer unwiped
        if bytes.capacity() == bytes.len() {
            return Secret(Zeroizing::new(bytes.into_boxed_slice()));
        }
        let bytes = Zeroizing::new(bytes);
        Secret(Zeroizing::new(Box::from(bytes.as_slice())))
    }

    /// The bytes, for the moment of use.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Secret {
        Secret(Zeroizing::new(Box::from(self.as_bytes())))
    }

    /// The secret as text, when it is ASCII as tokens and keys are.
    pub(crate) fn as_ascii(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes())
            .ok()
            .filter(|text| text.is_ascii())
    }

    /// Reads a JSON string into a secret without leaving a second copy behind, as a JSON parser's strings would.
    /// Escapes that services use in base64 and tokens (`\/`, `\u002B`) are undone; anything but ASCII is refused.
    pub(crate) fn from_json(raw: &RawValue) -> Option<Secret> {
        let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?.as_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(inner.len()));
        let mut rest = inner;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte != b'\\' {
                bytes.push(byte);
                continue;
            }
            match rest {
                [c @ (b'/' | b'\\' | b'"'), tail @ ..] => {
                    bytes.push(*c);
                    rest = tail;
                }
                [b'u', b'0', b'0', high, low, tail @ ..] => {
                    let hex = |digit: &u8| char::from(*digit).to_digit(16);
                    bytes.push(u8::try_from(hex(high)? * 16 + hex(low)?).ok()?);
                    rest = tail;
                }
                _ => return None,
            }
        }
        bytes
            .is_ascii()
            .then(|| Secret(Zeroizing::new(Box::from(bytes.as_slice()))))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

impl PartialEq for Secret {
    /// Takes the same time wherever the difference is.
    fn eq(&self, other: &Secret) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .zip(other.0.iter())
                .fold(0, |diff, (a, b)| diff | (a ^ b))
                == 0
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_json(text: &str) -> Option<String> {
        let raw: &RawValue = serde_json::from_str(text).expect("valid JSON");
        Secret::from_json(raw).map(|s| s.as_ascii().expect("ASCII").to_owned())
    }

    #[test]
    fn debug_shows_the_length_only() {
        assert_eq!(
            format!("{:?}", Secret::new(b"hunter2".to_vec())),
            "Secret(7 bytes)"
        );
    }

    #[test]
    fn json_escapes_of_base64_are_undone() {
        assert_eq!(from_json(r#""a\/b\u002Bc==""#).as_deref(), Some("a/b+c=="));
        assert_eq!(from_json("\"\"").as_deref(), Some(""));
    }

    #[test]
    fn what_is_not_an_ascii_string_is_refused() {
        for text in [
            "12",
            "null",
            r#""\n""#,
            r#""\u12ff""#,
            "\"\u{e9}\"",
            r#""\u00e9""#,
            "[]",
        ] {
            assert_eq!(from_json(text), None, "{text}");
        }
    }

    #[test]
    fn equality_is_by_content() {
        let secret = Secret::new(b"abc".to_vec());
        assert_eq!(secret, secret.duplicate());
        assert_ne!(secret, Secret::new(b"abd".to_vec()));
        assert_ne!(secret, Secret::new(b"ab".to_vec()));
    }
}
