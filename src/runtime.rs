//! The process-wide runtime: its threads, and what becomes of them.
//!
//! Three threads at most, all named `cosmi`, made when the first operation starts and never ended:
//!
//! * one **worker** drives every operation. It never runs the host's code, so nothing the host does
//!   can hold up an operation, its time-out or its cancellation;
//! * one **host thread** runs everything of the host's (completions, log records), one call at a
//!   time, in order. It may block there for as long as it likes;
//! * one **blocking thread**, which the resolver borrows for `getaddrinfo` and which goes away when idle.
//!   Were completions to run on it, one that waits for another operation could starve that
//!   operation of its name look-up for ever.
//!
//! After `fork()` without `exec` the child has this memory but not these threads: [`machine`] says so
//! instead of handing out a runtime that never moves.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use once_cell::sync::OnceCell;
use tokio::runtime::{Builder, Handle};

const THREAD_NAME: &str = "cosmi";
const BLOCKING_THREADS: usize = 1;
const BLOCKING_THREAD_IDLE: Duration = Duration::from_secs(10);

/// Something of the host's to run on the host thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// The runtime with its host thread.
#[derive(Debug)]
pub struct Machine {
    runtime: Handle,
    host: mpsc::Sender<Job>,
    process: u32,
}

static MACHINE: OnceCell<Machine> = OnceCell::new();

thread_local! {
    static IS_OURS: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is one of this library's.
#[must_use]
pub fn is_own_thread() -> bool {
    IS_OURS.get()
}

/// The runtime, made at the first call.
///
/// # Errors
///
/// When the operating system gives no threads (the next call tries again), or after `fork()`.
pub fn machine() -> io::Result<&'static Machine> {
    let machine = MACHINE.get_or_try_init(Machine::new)?;
    if machine.is_forked() {
        Err(io::Error::other(
            "the process was forked after the library was used",
        ))
    } else {
        Ok(machine)
    }
}

/// Whether this is a forked child of the process that owns the threads: nothing ends here any more.
#[must_use]
pub fn is_forked() -> bool {
    MACHINE.get().is_some_and(Machine::is_forked)
}

impl Machine {
    fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_keep_alive(BLOCKING_THREAD_IDLE)
            .thread_name(THREAD_NAME)
            .on_thread_start(|| IS_OURS.set(true))
            .enable_all()
            .build()?;
        let (host, jobs) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name(THREAD_NAME.to_owned())
            .spawn(move || {
                IS_OURS.set(true);
                for job in jobs {
                    // The hook has reported it; the jobs behind it must still run.
                    let _reported = catch_unwind(AssertUnwindSafe(job));
                }
            })?;
        let handle = runtime.handle().clone();
        // last, since nothing ends this thread again
        thread::Builder::new()
            .name(THREAD_NAME.to_owned())
            .spawn(move || {
                IS_OURS.set(true);
                runtime.block_on(std::future::pending::<()>());
            })?;
        Ok(Self {
            runtime: handle,
            host,
            process: std::process::id(),
        })
    }

    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    /// Drives `work` on the worker.
    pub fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime.spawn(work));
    }

    /// Runs `job` on the host thread, after all jobs given before.
    pub fn run_on_host_thread(&self, job: Job) {
        // The receiver lives as long as the process, so there is always someone to take it.
        let _taken = self.host.send(job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[test]
    fn jobs_run_in_order_on_one_thread_of_ours() {
        let (sender, receiver) = channel();
        for number in 0..100 {
            let sender = sender.clone();
            machine()
                .expect("threads")
                .run_on_host_thread(Box::new(move || {
                    let thread = thread::current();
                    sender
                        .send((number, thread.id(), is_own_thread()))
                        .expect("the test waits");
                }));
        }
        let ran: Vec<_> = (0..100)
            .map(|_| receiver.recv_timeout(PATIENCE).expect("a job"))
            .collect();
        assert!(
            ran.iter()
                .enumerate()
                .all(|(position, (number, thread, ours))| position == *number
                    && *thread == ran[0].1
                    && *ours)
        );
        assert!(!is_own_thread());
    }

    #[test]
    fn a_panicking_job_does_not_take_the_next_with_it() {
        let (sender, receiver) = channel();
        let machine = machine().expect("threads");
        machine.run_on_host_thread(Box::new(|| panic!("injected into a job")));
        machine.run_on_host_thread(Box::new(move || sender.send(()).expect("the test waits")));
        receiver
            .recv_timeout(PATIENCE)
            .expect("the job behind the panic");
    }

    #[test]
    fn a_blocked_host_thread_holds_up_neither_work_nor_name_look_ups() {
        let (release, blocked) = channel::<()>();
        let (sender, receiver) = channel();
        let machine = machine().expect("threads");
        machine.run_on_host_thread(Box::new(move || {
            let _released = blocked.recv_timeout(PATIENCE);
        }));
        machine.run(async move {
            let found = tokio::net::lookup_host("localhost:80")
                .await
                .map(Iterator::count);
            sender.send(found).expect("the test waits");
        });
        let found = receiver
            .recv_timeout(PATIENCE)
            .expect("an answer while the host thread is blocked");
        assert!(found.expect("localhost") > 0);
        release.send(()).expect("the host thread waits");
    }
}
