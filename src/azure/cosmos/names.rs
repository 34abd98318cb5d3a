//! Names of databases and collections: what the service allows, and how they go into a path.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::azure::error::Error;

// RFC 3986's unreserved characters stay
const SEGMENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A resource by its names: what is signed and what is sent differ in the encoding only.
pub(super) struct Link {
    /// As it is signed: names as they are.
    pub signed: String,
    /// As it is sent: names percent-encoded, with a leading slash.
    pub path: String,
}

/// Refuses names that the service would not take, before anything is sent.
pub(in crate::azure) fn check_names(database: &str, collection: Option<&str>) -> Result<(), Error> {
    check("database", database)?;
    collection.map_or(Ok(()), |collection| check("collection", collection))
}

impl Link {
    pub(super) fn collection(database: &str, collection: &str) -> Result<Link, Error> {
        check_names(database, Some(collection))?;
        Ok(Link {
            signed: format!("dbs/{database}/colls/{collection}"),
            path: format!(
                "/dbs/{}/colls/{}",
                utf8_percent_encode(database, &SEGMENT),
                utf8_percent_encode(collection, &SEGMENT)
            ),
        })
    }
}

fn check(what: &str, name: &str) -> Result<(), Error> {
    let wrong = |why: &str| {
        let error = Error::invalid(format!("the name of the {what} {why}"));
        Err(error.with_action(
            "names have 1 to 255 characters, none of them / \\ ? #, and no blank at the end",
        ))
    };
    if name.is_empty() {
        return wrong("is empty");
    }
    if name.chars().count() > 255 {
        return wrong("is longer than 255 characters");
    }
    if let Some(c) = name.chars().find(|c| "/\\?#".contains(*c)) {
        return wrong(&format!("has a {c}"));
    }
    if name.chars().any(char::is_control) {
        return wrong("has a control character");
    }
    if name.ends_with(' ') {
        return wrong("ends with a blank");
    }
    // as a segment of a path these mean "here" and "above", encoded or not
    if name == "." || name == ".." {
        return wrong("is a path, not a name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_signed_as_they_are_and_sent_encoded() {
        let link = Link::collection("Üben & Mehr", "100% 'n\"a.b~c").expect("allowed");
        assert_eq!(link.signed, "dbs/Üben & Mehr/colls/100% 'n\"a.b~c");
        assert_eq!(
            link.path,
            "/dbs/%C3%9Cben%20%26%20Mehr/colls/100%25%20%27n%22a.b~c"
        );
    }

    #[test]
    fn what_the_service_forbids_is_refused_here() {
        for name in [
            "",
            "a/b",
            "a\\b",
            "a?b",
            "a#b",
            "a\nb",
            "a ",
            ".",
            "..",
            &"x".repeat(256),
        ] {
            assert!(Link::collection(name, "c").is_err(), "{name:?}");
            assert!(Link::collection("d", name).is_err(), "{name:?}");
        }
        assert!(Link::collection(&"ü".repeat(255), "...").is_ok());
    }
}
