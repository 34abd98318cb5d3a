//! A piece of work that ends exactly once: by its own result, a cancellation, a time-out or a panic.
//!
//! Knows futures and outcomes, nothing of Azure and nothing of C.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, CatchUnwind};
use tokio::sync::Notify;
use tokio::time::sleep_until;

use crate::runtime::{self, Machine};

/// What a task ends with.
pub trait Outcome: Send + Sync + 'static {
    /// The short form, which outlives the outcome.
    type Status: fmt::Debug + Copy + Send + 'static;

    /// The short form of this outcome.
    fn status(&self) -> Self::Status;
}

/// The outcomes of a task whose work did not come to a result.
pub trait Endings<O>: Send + 'static {
    /// Someone wished it to end.
    fn cancelled(&self) -> O;
    /// Its time was up.
    fn timed_out(&self) -> O;
    /// The work panicked, with this message.
    fn panicked(&self, message: String) -> O;
}

/// Runs once, on the host thread, after the end is visible to [`Task::wait`].
pub type Completion<S> = Box<dyn FnOnce(S) + Send>;

/// Work under way, or its outcome.
#[derive(Debug)]
pub struct Task<O: Outcome> {
    state: Mutex<State<O>>,
    ended: Condvar,
    cancel: Notify,
}

#[derive(Debug)]
enum State<O: Outcome> {
    Running,
    /// Nobody will ask for the outcome: drop it as soon as there is one.
    Abandoned,
    Ended(O::Status, Option<Arc<O>>),
}

impl<O: Outcome> Task<O> {
    /// Starts `work`, which has `limit` to end in.
    pub fn start(
        machine: &'static Machine,
        work: BoxFuture<'static, O>,
        limit: Duration,
        endings: impl Endings<O>,
        completion: Option<Completion<O::Status>>,
    ) -> Arc<Self> {
        let deadline = Instant::now() + limit;
        let task = Arc::new(Self {
            state: Mutex::new(State::Running),
            ended: Condvar::new(),
            cancel: Notify::new(),
        });
        let end = End {
            task: Arc::clone(&task),
            endings,
            completion,
            machine,
        };
        let work = AssertUnwindSafe(work).catch_unwind();
        machine.run(end.drive(work, deadline));
        task
    }

    /// A task that has ended, with an outcome that took no work.
    pub fn ended(
        machine: &'static Machine,
        outcome: O,
        completion: Option<Completion<O::Status>>,
    ) -> Arc<Self> {
        let status = outcome.status();
        if let Some(completion) = completion {
            machine.run_on_host_thread(Box::new(move || completion(status)));
        }
        Arc::new(Self {
            state: Mutex::new(State::Ended(status, Some(Arc::new(outcome)))),
            ended: Condvar::new(),
            cancel: Notify::new(),
        })
    }

    /// Waits for the end: its status, or `None` when `limit` is over first. `None` as limit waits without bound.
    ///
    /// # Errors
    ///
    /// In a forked child, where the work has no thread to run on and would never end.
    pub fn wait(&self, limit: Option<Duration>) -> io::Result<Option<O::Status>> {
        let state = self.lock();
        if let State::Ended(status, _) = &*state {
            return Ok(Some(*status));
        }
        if runtime::is_forked() {
            return Err(io::Error::other(
                "the process was forked after the operation was started",
            ));
        }
        let running = |state: &mut State<O>| !matches!(state, State::Ended(..));
        let state = match limit {
            None => self
                .ended
                .wait_while(state, running)
                .unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                self.ended
                    .wait_timeout_while(state, limit, running)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        Ok(if let State::Ended(status, _) = &*state {
            Some(*status)
        } else {
            None
        })
    }

    /// The outcome, once there is one and until it is abandoned.
    pub fn outcome(&self) -> Option<Arc<O>> {
        if let State::Ended(_, outcome) = &*self.lock() {
            outcome.clone()
        } else {
            None
        }
    }

    /// Wishes the work to end now. It may still come to its own result first.
    pub fn cancel(&self) {
        // Leaves a permit, so that a wish before the first poll is not lost.
        self.cancel.notify_one();
    }

    /// Cancels, and drops the outcome: now if there is one, otherwise as soon as there is.
    pub fn abandon(&self) {
        self.cancel();
        let outcome = {
            let mut state = self.lock();
            match &mut *state {
                State::Running | State::Abandoned => {
                    *state = State::Abandoned;
                    None
                }
                State::Ended(_, outcome) => outcome.take(),
            }
        };
        drop(outcome);
    }

    fn lock(&self) -> MutexGuard<'_, State<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, outcome: O) -> O::Status {
        let status = outcome.status();
        let outcome = Arc::new(outcome);
        let mut state = self.lock();
        *state = State::Ended(
            status,
            if matches!(*state, State::Abandoned) {
                None
            } else {
                Some(outcome)
            },
        );
        drop(state);
        self.ended.notify_all();
        status
    }
}

/// The duty to end a task. Dropped without having ended it, it ends it.
struct End<O: Outcome, E: Endings<O>> {
    task: Arc<Task<O>>,
    endings: E,
    completion: Option<Completion<O::Status>>,
    machine: &'static Machine,
}

// boxed, so that there is one of this in the library and not one for each kind of work
type Work<O> = CatchUnwind<AssertUnwindSafe<BoxFuture<'static, O>>>;

enum Event<R> {
    Cancelled,
    TimedOut,
    Done(R),
}

impl<O: Outcome, E: Endings<O>> End<O, E> {
    async fn drive(self, mut work: Work<O>, deadline: Instant) {
        let event = {
            let mut cancelled = pin!(self.task.cancel.notified());
            let mut limit = pin!(sleep_until(deadline.into()));
            std::future::poll_fn(|context| {
                // The wish and the clock come first: work that is always busy can not keep them out.
                if cancelled.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Event::Cancelled);
                }
                if limit.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Event::TimedOut);
                }
                work.poll_unpin(context).map(Event::Done)
            })
            .await
        };
        // Its connections close before the end is visible.
        drop(work);
        match event {
            Event::Cancelled => {
                let outcome = self.endings.cancelled();
                self.with(Ok(outcome));
            }
            Event::TimedOut => {
                let outcome = self.endings.timed_out();
                self.with(Ok(outcome));
            }
            Event::Done(result) => self.with(result),
        }
    }

    fn with(mut self, result: Result<O, Box<dyn Any + Send>>) {
        let outcome = result.unwrap_or_else(|panic| self.endings.panicked(panic_text(&*panic)));
        self.end(outcome);
    }

    fn end(&mut self, outcome: O) {
        let status = self.task.end(outcome);
        if let Some(completion) = self.completion.take() {
            self.machine
                .run_on_host_thread(Box::new(move || completion(status)));
        }
    }
}

impl<O: Outcome, E: Endings<O>> Drop for End<O, E> {
    fn drop(&mut self) {
        if !matches!(*self.task.lock(), State::Ended(..)) {
            self.end(
                self.endings
                    .panicked("the operation was dropped before its end".to_owned()),
            );
        }
    }
}

/// The message of a caught panic.
#[must_use]
pub fn panic_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::future::{pending, ready};
    use std::sync::Weak;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;
    use tokio::time::sleep;

    const LONG: Duration = Duration::from_secs(30);

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    enum Status {
        Done,
        Cancelled,
        TimedOut,
        Panicked,
    }

    /// An outcome that tells whether it still exists.
    #[derive(Debug)]
    struct Ended {
        status: Status,
        message: String,
        _witness: Arc<()>,
    }

    impl Ended {
        fn new(status: Status) -> Self {
            Self {
                status,
                message: String::new(),
                _witness: Arc::default(),
            }
        }
    }

    impl Outcome for Ended {
        type Status = Status;

        fn status(&self) -> Status {
            self.status
        }
    }

    struct Plain;

    impl Endings<Ended> for Plain {
        fn cancelled(&self) -> Ended {
            Ended::new(Status::Cancelled)
        }
        fn timed_out(&self) -> Ended {
            Ended::new(Status::TimedOut)
        }
        fn panicked(&self, message: String) -> Ended {
            Ended {
                message,
                ..Ended::new(Status::Panicked)
            }
        }
    }

    fn machine() -> &'static Machine {
        runtime::machine().expect("threads")
    }

    fn start(
        work: impl Future<Output = Ended> + Send + 'static,
        limit: Duration,
    ) -> Arc<Task<Ended>> {
        Task::start(machine(), work.boxed(), limit, Plain, None)
    }

    fn end_of(task: &Task<Ended>) -> Status {
        task.wait(Some(LONG)).expect("not forked").expect("an end")
    }

    fn reporting() -> (Completion<Status>, Receiver<(Status, thread::ThreadId)>) {
        let (sender, receiver) = channel();
        (
            Box::new(move |status| {
                sender
                    .send((status, thread::current().id()))
                    .expect("the test waits");
            }),
            receiver,
        )
    }

    fn done() -> impl Future<Output = Ended> {
        ready(Ended::new(Status::Done))
    }

    #[test]
    fn an_outcome_that_took_no_work_is_there_at_once() {
        let task = Task::ended(machine(), Ended::new(Status::Done), None);
        assert_eq!(
            task.wait(Some(Duration::ZERO)).expect("not forked"),
            Some(Status::Done)
        );
    }

    #[test]
    fn work_is_never_polled_by_the_caller() {
        let work = async {
            Ended::new(if runtime::is_own_thread() {
                Status::Done
            } else {
                Status::Panicked
            })
        };
        assert_eq!(end_of(&start(work, LONG)), Status::Done);
    }

    #[test]
    fn a_panic_at_the_first_poll_or_later_is_an_outcome_with_its_message() {
        let late = async {
            sleep(Duration::from_millis(5)).await;
            panic!("injected {}", "late");
        };
        let never_polled_twice = async { panic!("injected at once") };
        for (task, message) in [
            (start(late, LONG), "injected late"),
            (start(never_polled_twice, LONG), "injected at once"),
        ] {
            assert_eq!(end_of(&task), Status::Panicked);
            assert_eq!(task.outcome().expect("kept").message, message);
        }
    }

    #[test]
    fn a_panic_while_the_work_is_dropped_still_ends_the_task() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("injected into a drop");
            }
        }
        let bomb = Bomb;
        let work = async move {
            let _bomb = bomb;
            pending::<Ended>().await
        };
        let (completion, ends) = reporting();
        let task = Task::start(machine(), work.boxed(), LONG, Plain, Some(completion));
        task.cancel();
        assert_eq!(end_of(&task), Status::Panicked);
        assert_eq!(
            ends.recv_timeout(LONG).expect("a completion").0,
            Status::Panicked
        );
        // The worker is none the worse for it.
        assert_eq!(end_of(&start(done(), LONG)), Status::Done);
    }

    #[test]
    fn an_early_cancellation_is_not_lost() {
        for _ in 0..200 {
            let task = start(pending(), LONG);
            task.cancel();
            task.cancel();
            assert_eq!(end_of(&task), Status::Cancelled);
        }
    }

    #[test]
    fn a_cancellation_after_the_end_changes_nothing() {
        let task = start(ready(Ended::new(Status::Done)), LONG);
        assert_eq!(end_of(&task), Status::Done);
        task.cancel();
        assert_eq!(end_of(&task), Status::Done);
    }

    #[test]
    fn the_limit_ends_waiting_work_and_busy_work() {
        let busy = async {
            loop {
                tokio::task::consume_budget().await;
            }
        };
        let started = Instant::now();
        for task in [
            start(pending(), Duration::from_millis(30)),
            start(busy, Duration::from_millis(30)),
        ] {
            assert_eq!(end_of(&task), Status::TimedOut);
        }
        assert!(started.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn work_is_dropped_before_its_end_is_visible() {
        let alive = Arc::new(());
        let held = Arc::clone(&alive);
        let work = async move {
            let ended = pending().await;
            drop(held);
            ended
        };
        let task = start(work, LONG);
        task.cancel();
        assert_eq!(end_of(&task), Status::Cancelled);
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn the_completion_runs_once_elsewhere_and_after_the_end_is_visible() {
        for took_work in [false, true] {
            let slot = Arc::new(Mutex::new(None::<Weak<Task<Ended>>>));
            let (sender, seen) = channel();
            let completion: Completion<Status> = Box::new({
                let slot = Arc::clone(&slot);
                move |status| {
                    let task = loop {
                        if let Some(task) = slot.lock().expect("no panic").clone() {
                            break task.upgrade().expect("held by the test");
                        }
                        thread::yield_now();
                    };
                    let visible = task.wait(Some(Duration::ZERO)).expect("not forked");
                    sender
                        .send((status, visible, thread::current().id()))
                        .expect("the test waits");
                }
            });
            let task = if took_work {
                Task::start(machine(), done().boxed(), LONG, Plain, Some(completion))
            } else {
                Task::ended(machine(), Ended::new(Status::Done), Some(completion))
            };
            *slot.lock().expect("no panic") = Some(Arc::downgrade(&task));
            let (status, visible, at) = seen.recv_timeout(LONG).expect("a completion");
            assert_eq!((status, visible), (Status::Done, Some(Status::Done)));
            assert_ne!(at, thread::current().id());
            assert!(
                seen.recv_timeout(Duration::from_millis(20)).is_err(),
                "a second completion"
            );
        }
    }

    #[test]
    fn an_abandoned_outcome_is_dropped_at_once_or_at_the_end() {
        let witness = Arc::new(());
        let outcome = |witness: &Arc<()>| Ended {
            _witness: Arc::clone(witness),
            ..Ended::new(Status::Done)
        };

        let ended = start(ready(outcome(&witness)), LONG);
        end_of(&ended);
        assert_eq!(Arc::strong_count(&witness), 2);
        ended.abandon();
        assert_eq!(
            Arc::strong_count(&witness),
            1,
            "the worker may not keep an abandoned outcome"
        );
        assert!(ended.outcome().is_none());

        let (completion, ends) = reporting();
        let running = Task::start(machine(), pending().boxed(), LONG, Plain, Some(completion));
        running.abandon();
        assert_eq!(
            ends.recv_timeout(LONG).expect("a completion").0,
            Status::Cancelled
        );
        assert!(running.outcome().is_none());
    }

    #[test]
    fn many_random_tasks_end_once_each() {
        const TASKS: usize = 10_000;
        let completions = Arc::new(AtomicUsize::new(0));
        let (all_done, finished) = channel();
        let mut random = 0x2545_F491_4F6C_DD1D_u64;
        let mut ends = HashMap::new();
        for _ in 0..TASKS {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let completion: Completion<Status> = Box::new({
                let (completions, all_done) = (Arc::clone(&completions), all_done.clone());
                move |_| {
                    if completions.fetch_add(1, Ordering::SeqCst) + 1 == TASKS {
                        all_done.send(()).expect("the test waits");
                    }
                }
            });
            let pause = Duration::from_micros(random % 300);
            let work = async move {
                if random & 0x100 == 0 {
                    sleep(pause).await;
                }
                Ended::new(Status::Done)
            };
            let limit = if random & 0xC00 == 0 {
                Duration::ZERO
            } else {
                LONG
            };
            let task = Task::start(machine(), work.boxed(), limit, Plain, Some(completion));
            if random & 0x3000 == 0 {
                task.cancel();
            }
            if random & 0x4000 == 0 {
                task.abandon();
            } else {
                let status = end_of(&task);
                assert_eq!(end_of(&task), status);
                *ends.entry(status).or_insert(0) += 1;
            }
        }
        finished.recv_timeout(LONG).expect("all completions");
        thread::sleep(Duration::from_millis(20));
        assert_eq!(completions.load(Ordering::SeqCst), TASKS);
        assert!(
            [Status::Done, Status::Cancelled, Status::TimedOut]
                .iter()
                .all(|status| ends.contains_key(status)),
            "{ends:?}"
        );
    }
}
