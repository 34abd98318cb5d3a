//! A request as the faces see it, and their answer.

use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

#[derive(Debug)]
pub struct Request {
    pub method: Method,
    /// Path and query as they came.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Scheme and authority it was sent to, `https://localhost:1234`.
    pub origin: String,
    pub tls: bool,
    pub http2: bool,
}

#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Bytes,
    /// Sent without a length, as some services do.
    pub chunked: bool,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The decoded query, in order.
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        pairs(query.as_bytes())
    }

    /// The path's segments, decoded; empty ones do not count. None when a segment is not UTF-8.
    pub fn segments(&self) -> Option<Vec<String>> {
        self.path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| {
                percent_decode_str(segment)
                    .decode_utf8()
                    .ok()
                    .map(String::from)
            })
            .collect()
    }

    /// The decoded body; None when it is not a form.
    pub fn form(&self) -> Option<Vec<(String, String)>> {
        self.header("content-type")?
            .to_ascii_lowercase()
            .starts_with("application/x-www-form-urlencoded")
            .then(|| pairs(&self.body))
    }

    /// Whether `Metadata: true` says that nobody was tricked into sending this.
    pub fn has_metadata_header(&self) -> bool {
        self.header("metadata")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The URL without its query.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.path())
    }
}

/// Decodes `name=value&…`.
pub fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The first value of a parameter.
pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

impl Reply {
    pub fn new(status: u16) -> Reply {
        Reply {
            status: StatusCode::from_u16(status).expect("a status is between 100 and 999"),
            headers: Vec::new(),
            body: Bytes::new(),
            chunked: false,
        }
    }

    pub fn json(status: u16, document: &Value) -> Reply {
        Reply {
            body: Bytes::from(document.to_string()),
            ..Reply::new(status)
        }
        .with("content-type", "application/json; charset=utf-8")
    }

    pub fn text(status: u16, text: &str) -> Reply {
        Reply {
            body: Bytes::copy_from_slice(text.as_bytes()),
            ..Reply::new(status)
        }
        .with("content-type", "text/plain; charset=utf-8")
    }

    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(present, _)| present == name)
    }

    /// Sets a header in place of one there may be; text no header can carry is left out.
    pub fn set(&mut self, name: &'static str, value: impl AsRef<str>) {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.put(HeaderName::from_static(name), value);
        }
    }

    pub fn put(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.retain(|(present, _)| *present != name);
        self.headers.push((name, value));
    }

    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Reply {
        self.set(name, value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str) -> Request {
        Request {
            method: Method::GET,
            target: target.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            origin: "http://localhost".to_owned(),
            tls: false,
            http2: false,
        }
    }

    #[test]
    fn segments_are_decoded_after_splitting() {
        let segments = request("//dbs/%C3%9Cben%20%26%20Mehr/colls/100%25%20na%C3%AFve/?x=/y")
            .segments()
            .unwrap();
        assert_eq!(segments, ["dbs", "Üben & Mehr", "colls", "100% naïve"]);
        assert_eq!(request("/dbs/a%2Fb").segments().unwrap(), ["dbs", "a/b"]);
        assert_eq!(request("/dbs/%FF").segments(), None);
    }

    #[test]
    fn a_query_is_decoded() {
        let query = request("/x?api-version=1&resource=https%3A%2F%2Fa%2F&Resource=b").query();
        assert_eq!(value(&query, "resource"), Some("https://a/"));
        assert_eq!(query.len(), 3);
    }
}
