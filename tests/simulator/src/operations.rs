//! Work that takes time: what Resource Manager accepted and has not finished.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use crate::model::Model;

/// How operations behave that start from now on.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// How often one says that it is not done.
    pub polls: u32,
    /// One nobody has asked about for so long is done, too; None: never.
    pub seconds: Option<i64>,
    /// `Retry-After`: seconds, or `date` for a second from now as a date; None: without.
    pub retry_after: Option<String>,
    /// How they end, when not well.
    pub fail: Option<Failure>,
    /// Their URLs have more than four thousand characters.
    pub long_urls: bool,
    /// Their URLs lead to another host.
    pub foreign_host: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Failure {
    pub code: String,
    pub message: String,
    #[serde(default)]
    pub status: Ending,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum Ending {
    #[default]
    Failed,
    Canceled,
}

/// What an operation changes in the end, told whether it went well.
pub type Work = Box<dyn FnOnce(&mut Model, Timestamp, bool) + Send + Sync>;

/// What the URL in `Location` answers in the end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// 200 and what the resource is now.
    Resource,
    /// 200 alone.
    Done,
    /// 204: the resource is gone.
    Gone,
}

#[derive(Clone, Debug)]
pub enum State {
    Running,
    Succeeded,
    Failed(Failure),
}

pub struct Operation {
    pub id: String,
    /// The resource it is about, as an id.
    pub target: String,
    pub outcome: Outcome,
    /// How it says that it is running.
    pub running: &'static str,
    /// What its long URL has to carry.
    pub ticket: Option<String>,
    pub state: State,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
    asked: u32,
    last_asked: Timestamp,
    settings: Settings,
    work: Option<Work>,
}

#[derive(Default)]
pub struct Operations {
    pub settings: Settings,
    all: Vec<Operation>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            polls: 1,
            seconds: Some(10),
            retry_after: Some("1".to_owned()),
            fail: None,
            long_urls: false,
            foreign_host: false,
        }
    }
}

impl Settings {
    /// What makes a URL long: text the operation expects back.
    pub fn ticket(&self) -> Option<String> {
        self.long_urls.then(|| {
            let part = || Uuid::new_v4().simple().to_string();
            (0..130).map(|_| part()).collect()
        })
    }
}

impl Failure {
    pub fn status(&self) -> &'static str {
        match self.status {
            Ending::Failed => "Failed",
            Ending::Canceled => "Canceled",
        }
    }
}

impl Operation {
    pub fn new(
        settings: Settings,
        target: String,
        running: &'static str,
        outcome: Outcome,
        work: Work,
        now: Timestamp,
    ) -> Operation {
        Operation {
            id: Uuid::new_v4().to_string(),
            target,
            outcome,
            running,
            ticket: settings.ticket(),
            state: State::Running,
            started: now,
            ended: None,
            asked: 0,
            last_asked: now,
            settings,
            work: Some(work),
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let waited =
            |seconds| now.duration_since(self.last_asked) >= SignedDuration::from_secs(seconds);
        self.asked >= self.settings.polls || self.settings.seconds.is_some_and(waited)
    }

    fn is_running(&self) -> bool {
        matches!(self.state, State::Running)
    }

    fn was_asked(&mut self, now: Timestamp) {
        self.asked = self.asked.saturating_add(1);
        self.last_asked = now;
    }
}

impl Operations {
    pub fn start(&mut self, operation: Operation) {
        self.all.push(operation);
    }

    pub fn find(&self, id: &str) -> Option<&Operation> {
        self.all
            .iter()
            .find(|operation| operation.id.eq_ignore_ascii_case(id))
    }

    /// Somebody asked how far an operation is.
    pub fn asked(&mut self, id: &str, now: Timestamp) {
        let operation = self.all.iter_mut().find(|operation| operation.id == id);
        if let Some(operation) = operation {
            operation.was_asked(now);
        }
    }

    /// Somebody looked at a resource: what is going on with it was asked about as well.
    pub fn looked_at(&mut self, target: &str, now: Timestamp) {
        for operation in &mut self.all {
            if operation.is_running() && operation.target.eq_ignore_ascii_case(target) {
                operation.was_asked(now);
            }
        }
    }

    /// Whether something is going on with a resource.
    pub fn busy(&self, target: &str) -> bool {
        self.all.iter().any(|operation| {
            operation.is_running() && operation.target.eq_ignore_ascii_case(target)
        })
    }

    /// Ends what is due; the work is left to the caller, with whether it went well.
    pub fn end_due(&mut self, now: Timestamp) -> Vec<(Work, bool)> {
        let due = self
            .all
            .iter_mut()
            .filter(|operation| operation.is_running() && operation.is_due(now));
        due.filter_map(|operation| {
            operation.ended = Some(now);
            operation.state = match operation.settings.fail.clone() {
                Some(failure) => State::Failed(failure),
                None => State::Succeeded,
            };
            let went_well = matches!(operation.state, State::Succeeded);
            operation.work.take().map(|work| (work, went_well))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn started(settings: Settings) -> (Operations, String) {
        let work: Work = Box::new(|_, _, _| {});
        let operation = Operation::new(
            settings,
            "/a".to_owned(),
            "Dequeued",
            Outcome::Done,
            work,
            at(0),
        );
        let id = operation.id.clone();
        let mut operations = Operations::default();
        operations.start(operation);
        (operations, id)
    }

    #[test]
    fn asking_ends_them() {
        let (mut operations, id) = started(Settings {
            polls: 2,
            ..Settings::default()
        });
        operations.asked(&id, at(0));
        assert!(operations.end_due(at(0)).is_empty());
        operations.looked_at("/A", at(0));
        assert!(operations.busy("/a"));
        assert_eq!(operations.end_due(at(0)).len(), 1);
        assert!(!operations.busy("/a"));
        assert!(operations.end_due(at(0)).is_empty(), "once");
    }

    #[test]
    fn so_does_time_without_a_question() {
        let settings = Settings {
            polls: 1000,
            ..Settings::default()
        };
        let (mut operations, id) = started(settings.clone());
        operations.asked(&id, at(9));
        assert!(operations.end_due(at(12)).is_empty());
        assert_eq!(operations.end_due(at(19)).len(), 1);
        let (mut operations, _) = started(Settings {
            seconds: None,
            ..settings
        });
        assert!(operations.end_due(at(1_000_000)).is_empty());
    }

    #[test]
    fn settings_have_defaults() {
        let settings: Settings = serde_json::from_str(r#"{"polls":3,"retryAfter":null}"#).unwrap();
        assert_eq!(
            (settings.polls, settings.seconds, settings.retry_after),
            (3, Some(10), None)
        );
        let long = Settings {
            long_urls: true,
            ..Settings::default()
        };
        assert!(long.ticket().unwrap().len() > 4096);
        assert!(serde_json::from_str::<Settings>(r#"{"poll":3}"#).is_err());
    }
}
