//! Faults are data: which requests they hit, how often, and what happens instead of the answer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use crate::face::Face;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    #[serde(rename = "match", default)]
    target: Target,
    /// How many requests it hits; 0 = all.
    #[serde(default = "once")]
    times: u64,
    /// How many requests it lets pass first.
    #[serde(default)]
    skip: u64,
    action: Action,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Target {
    #[serde(default)]
    face: AnyFace,
    method: Option<String>,
    path: Option<String>,
    account: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AnyFace {
    #[default]
    Any,
    #[serde(untagged)]
    One(Face),
}

/// What happens; the keys combine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Action {
    pub delay_ms: Option<u64>,
    pub status: Option<u16>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
    pub close: Option<Close>,
    pub truncate: Option<usize>,
    #[serde(default)]
    pub endless: bool,
    #[serde(default)]
    pub hang: bool,
    pub redirect: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Close {
    OnAccept,
    BeforeHeaders,
    AfterHeaders,
    MidBody,
}

/// What a fault is matched against.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub face: Face,
    pub account: Option<&'a str>,
    pub method: &'a str,
    pub path: &'a str,
}

#[derive(Debug, Default)]
pub struct Faults {
    active: Mutex<Vec<Fault>>,
}

fn once() -> u64 {
    1
}

impl Fault {
    pub fn parse(text: &str) -> Result<Fault, String> {
        let fault: Fault = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let on_accept = fault.action.close == Some(Close::OnAccept);
        if on_accept && (fault.target.method.is_some() || fault.target.path.is_some()) {
            return Err("a connection closed on accept has no method or path to match".to_owned());
        }
        if let Some(name) = fault
            .action
            .headers
            .keys()
            .find(|name| hyper::header::HeaderName::try_from(*name).is_err())
        {
            return Err(format!("{name:?} is not a header name"));
        }
        if fault
            .action
            .status
            .is_some_and(|status| !(200..=599).contains(&status))
        {
            return Err("status is between 200 and 599".to_owned());
        }
        Ok(fault)
    }

    fn at_accept(&self) -> bool {
        self.action.close == Some(Close::OnAccept)
    }

    /// Counts a request that matches; false while it lets requests pass.
    fn hit(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        true
    }
}

impl Target {
    fn matches_place(&self, face: Face, account: Option<&str>) -> bool {
        let face_matches = match self.face {
            AnyFace::Any => true,
            AnyFace::One(wanted) => wanted == face,
        };
        let account_matches = self.account.as_deref().is_none_or(|wanted| {
            account.is_some_and(|account| wanted.eq_ignore_ascii_case(account))
        });
        face_matches && account_matches
    }

    fn matches(&self, subject: Subject<'_>) -> bool {
        let method_matches = self
            .method
            .as_deref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(subject.method));
        let path_matches = self
            .path
            .as_deref()
            .is_none_or(|wanted| subject.path.to_lowercase().contains(&wanted.to_lowercase()));
        method_matches && path_matches && self.matches_place(subject.face, subject.account)
    }
}

impl Faults {
    pub fn new(faults: Vec<Fault>) -> Faults {
        Faults {
            active: Mutex::new(faults),
        }
    }

    pub fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The first fault that hits this request.
    pub fn for_request(&self, subject: Subject<'_>) -> Option<Action> {
        self.take(|fault| !fault.at_accept() && fault.target.matches(subject))
    }

    /// Whether a connection is dropped as soon as it is accepted.
    pub fn drops_connection(&self, face: Face, account: Option<&str>) -> bool {
        self.take(|fault| fault.at_accept() && fault.target.matches_place(face, account))
            .is_some()
    }

    fn take(&self, matches: impl Fn(&Fault) -> bool) -> Option<Action> {
        let mut active = self.lock();
        let index = active
            .iter_mut()
            .position(|fault| matches(fault) && fault.hit())?;
        let action = active[index].action.clone();
        match active[index].times {
            0 => {}
            1 => {
                active.remove(index);
            }
            _ => active[index].times -= 1,
        }
        Some(action)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Subject<'_> = Subject {
        face: Face::Arm,
        account: Some("myaccount"),
        method: "POST",
        path: "/subscriptions/x/listKeys",
    };

    fn faults(texts: &[&str]) -> Faults {
        Faults::new(
            texts
                .iter()
                .map(|text| Fault::parse(text).unwrap())
                .collect(),
        )
    }

    fn statuses(faults: &Faults, requests: usize) -> Vec<Option<u16>> {
        (0..requests)
            .map(|_| faults.for_request(REQUEST).and_then(|action| action.status))
            .collect()
    }

    #[test]
    fn faults_follow_one_another() {
        let faults = faults(&[
            r#"{"match":{"face":"arm"},"times":2,"skip":1,"action":{"status":429}}"#,
            r#"{"match":{"face":"any","path":"LISTKEYS"},"action":{"status":503}}"#,
        ]);
        assert_eq!(
            statuses(&faults, 5),
            [Some(503), Some(429), Some(429), None, None]
        );
    }

    #[test]
    fn zero_times_is_always() {
        let faults = faults(&[r#"{"times":0,"action":{"status":500}}"#]);
        assert_eq!(statuses(&faults, 3), [Some(500); 3]);
        faults.clear();
        assert_eq!(statuses(&faults, 1), [None]);
    }

    #[test]
    fn only_what_matches_is_hit() {
        for other in [
            r#"{"match":{"face":"cosmos"},"action":{"hang":true}}"#,
            r#"{"match":{"method":"GET"},"action":{"hang":true}}"#,
            r#"{"match":{"path":"/dbs"},"action":{"hang":true}}"#,
            r#"{"match":{"account":"other"},"action":{"hang":true}}"#,
        ] {
            assert!(faults(&[other]).for_request(REQUEST).is_none(), "{other}");
        }
    }

    #[test]
    fn accepting_is_separate_from_answering() {
        let faults = faults(&[r#"{"match":{"face":"arm"},"action":{"close":"on-accept"}}"#]);
        assert!(faults.for_request(REQUEST).is_none());
        assert!(!faults.drops_connection(Face::Cosmos, None));
        assert!(faults.drops_connection(Face::Arm, None));
        assert!(!faults.drops_connection(Face::Arm, None));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(Fault::parse(r#"{"match":{"face":"armm"},"action":{}}"#).is_err());
        assert!(Fault::parse(r#"{"action":{"statuss":1}}"#).is_err());
        assert!(Fault::parse(r#"{"action":{"status":42}}"#).is_err());
        assert!(Fault::parse(r#"{"action":{"headers":{"a b":""}}}"#).is_err());
        assert!(Fault::parse(r#"{"match":{"path":"x"},"action":{"close":"on-accept"}}"#).is_err());
    }
}
