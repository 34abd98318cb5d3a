//! What a path addresses, and how a signature names it.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::model::Account;

#[derive(Debug)]
pub struct Address {
    segments: Vec<String>,
    /// Resources are named by their ids in the service, not by the names people gave them.
    pub by_rid: bool,
}

impl Address {
    pub fn new(segments: Vec<String>, account: &Account) -> Address {
        let by_rid = match segments.first().map(String::as_str) {
            Some("offers") => true,
            Some("dbs") => {
                are_rids(&segments)
                    && segments
                        .get(1)
                        .is_some_and(|id| account.database(id).is_none())
            }
            _ => false,
        };
        Address { segments, by_rid }
    }

    pub fn path(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The kind of the resource, or of what the feed holds.
    pub fn resource_type(&self) -> &str {
        let index = if self.is_feed() {
            self.segments.len().checked_sub(1)
        } else {
            self.segments.len().checked_sub(2)
        };
        index.map_or("", |index| self.segments[index].as_str())
    }

    /// The resource, or the owner of the feed. Names keep their case; ids stand alone and are lowered.
    pub fn resource_link(&self) -> String {
        let end = if self.is_feed() {
            self.segments.len() - 1
        } else {
            self.segments.len()
        };
        let link = &self.segments[..end];
        if self.by_rid {
            link.last()
                .map_or_else(String::new, |rid| rid.to_lowercase())
        } else {
            link.join("/")
        }
    }

    fn is_feed(&self) -> bool {
        self.segments.len() % 2 == 1
    }
}

/// Whether every id in a path under a database has the shape of a resource id.
fn are_rids(segments: &[String]) -> bool {
    let mut ids = segments.iter().skip(1).step_by(2);
    let database = ids.next().is_some_and(|id| rid_length(id) == Some(4));
    database && ids.all(|id| rid_length(id).is_some_and(|length| length >= 8))
}

fn rid_length(text: &str) -> Option<usize> {
    STANDARD
        .decode(text.replace('-', "/"))
        .ok()
        .map(|bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::scenario::Scenario;

    fn signed(path: &str) -> (String, String) {
        let model = Model::new(Scenario::tutorial(), jiff::Timestamp::UNIX_EPOCH).unwrap();
        let segments = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(str::to_owned)
            .collect();
        let address = Address::new(segments, model.account("myaccount").unwrap());
        (address.resource_type().to_owned(), address.resource_link())
    }

    fn pair(resource_type: &str, link: &str) -> (String, String) {
        (resource_type.to_owned(), link.to_owned())
    }

    #[test]
    fn what_is_signed() {
        assert_eq!(signed("/"), pair("", ""));
        assert_eq!(signed("/dbs"), pair("dbs", ""));
        assert_eq!(signed("//dbs/Test/"), pair("dbs", "dbs/Test"));
        assert_eq!(signed("/dbs/Test/colls"), pair("colls", "dbs/Test"));
        assert_eq!(
            signed("/dbs/Test/colls/Test"),
            pair("colls", "dbs/Test/colls/Test")
        );
        assert_eq!(
            signed("/dbs/Test/colls/Test/pkranges"),
            pair("pkranges", "dbs/Test/colls/Test")
        );
        assert_eq!(
            signed("/dbs/Test/colls/Test/docs/1"),
            pair("docs", "dbs/Test/colls/Test/docs/1")
        );
        assert_eq!(signed("/offers"), pair("offers", ""));
        assert_eq!(signed("/offers/Y8Kp"), pair("offers", "y8kp"));
    }

    #[test]
    fn resource_ids_stand_alone() {
        assert_eq!(signed("/dbs/jZVvAA=="), pair("dbs", "jzvvaa=="));
        assert_eq!(signed("/dbs/jZVvAA==/colls"), pair("colls", "jzvvaa=="));
        assert_eq!(
            signed("/dbs/jZVvAA==/colls/jZVvANXUXCw="),
            pair("colls", "jzvvanxuxcw=")
        );
        assert_eq!(
            signed("/dbs/x-ZnAA==/colls/jZVvANXUXCw=/pkranges"),
            pair("pkranges", "jzvvanxuxcw=")
        );
    }

    #[test]
    fn names_and_ids_do_not_mix() {
        assert_eq!(
            signed("/dbs/jZVvAA==/colls/Test"),
            pair("colls", "dbs/jZVvAA==/colls/Test")
        );
        assert_eq!(
            signed("/dbs/Test/colls/jZVvANXUXCw="),
            pair("colls", "dbs/Test/colls/jZVvANXUXCw=")
        );
    }
}
