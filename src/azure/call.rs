//! One operation's context: its id, its time, its log, and what it is waiting for.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::error::{Error, Kind};
use super::text;

/// How much a log record matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something failed for good.
    Error = 1,
    /// Something was worked around.
    Warning = 2,
    /// What was done, in a line a person wants to read.
    Info = 3,
    /// Every request and answer.
    Debug = 4,
}

/// Where log records go. Records are log-safe: no secret ever reaches one.
pub trait Log: Send + Sync {
    /// Whether a record of this level would be seen at all.
    fn enabled(&self, level: Level) -> bool;

    /// Takes one record; `operation_id` is 0 outside operations.
    fn record(&self, level: Level, operation_id: u64, message: &str);
}

/// The context that every verb of the client takes.
#[derive(Clone)]
pub struct Call {
    operation_id: u64,
    timeout: Duration,
    deadline: Deadline,
    log: Arc<dyn Log>,
    clock: Arc<dyn Clock>,
    waiting_for: Arc<Mutex<Cow<'static, str>>>,
    purpose: Purpose,
}

/// What operations are started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To do what they are asked.
    Work,
    /// To hear whether they would be refused: they end where they would begin to send.
    Check,
}

#[derive(Clone)]
enum Deadline {
    Own(Instant),
    Shared(SharedDeadline),
}

/// When the time of shared work is over: when that of whoever waits for it longest is.
#[derive(Clone)]
pub(super) struct SharedDeadline(Arc<Mutex<Instant>>);

impl SharedDeadline {
    /// Takes in one more who waits, until then.
    pub(super) fn extend(&self, until: Instant) {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = until.max(*latest);
    }

    fn get(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No host waits for longer than a year.
fn from_now(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_secs(365 * 24 * 3600))
}

impl Call {
    pub(super) fn new(
        operation_id: u64,
        timeout: Duration,
        log: Arc<dyn Log>,
        clock: Arc<dyn Clock>,
        purpose: Purpose,
    ) -> Call {
        Call {
            operation_id,
            timeout,
            deadline: Deadline::Own(from_now(timeout)),
            log,
            clock,
            waiting_for: Arc::new(Mutex::new(Cow::Borrowed("the start"))),
            purpose,
        }
    }

    /// The same operation for work that others may come to share, and their hold on its time.
    pub(super) fn shared(&self) -> (Call, SharedDeadline) {
        self.shared_until(self.deadline())
    }

    /// The same for work that goes on when the operation has ended.
    pub(super) fn left_behind(&self, timeout: Duration) -> (Call, SharedDeadline) {
        self.shared_until(from_now(timeout))
    }

    fn shared_until(&self, until: Instant) -> (Call, SharedDeadline) {
        let deadline = SharedDeadline(Arc::new(Mutex::new(until)));
        let call = Call {
            deadline: Deadline::Shared(deadline.clone()),
            ..self.clone()
        };
        (call, deadline)
    }

    /// When the time of the operation, or of all who share it, is over.
    pub(super) fn deadline(&self) -> Instant {
        match &self.deadline {
            Deadline::Own(deadline) => *deadline,
            Deadline::Shared(deadline) => deadline.get(),
        }
    }

    /// Whether it is for more than a check.
    pub(super) fn is_for_work(&self) -> bool {
        self.purpose == Purpose::Work
    }

    /// Ends a check here: what follows sends, or forgets what only sending makes stale.
    pub(super) fn may_send(&self) -> Result<(), Error> {
        if self.is_for_work() {
            return Ok(());
        }
        Err(Error::new(
            Kind::Cancelled,
            "nothing is wrong so far, and a check sends nothing",
        ))
    }

    /// Notes what is waited for now; a time-out's message says it.
    pub(super) fn waiting_for(&self, what: impl Into<Cow<'static, str>>) {
        *self
            .waiting_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = what.into();
    }

    /// The time left until then.
    pub(super) fn remaining(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    pub(super) async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    fn stage(&self) -> Cow<'static, str> {
        self.waiting_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The error of an operation whose time ran out: it says what was waited for.
    #[must_use]
    pub fn timed_out(&self) -> Error {
        let what = self.stage();
        Error::new(
            Kind::TimedOut,
            format!(
                "gave up after {} while waiting for {what}",
                text::span(self.timeout)
            ),
        )
        .with_action("allow more time, or look at the verbose log for what was slow")
        .retryable()
    }

    /// The error of an operation that the caller cancelled.
    #[must_use]
    pub fn cancelled(&self) -> Error {
        let what = self.stage();
        Error::new(
            Kind::Cancelled,
            format!("cancelled while waiting for {what}"),
        )
    }

    pub(super) fn log(&self, level: Level, message: impl FnOnce() -> String) {
        if self.log.enabled(level) {
            self.log.record(level, self.operation_id, &message());
        }
    }
}
