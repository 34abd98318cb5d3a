//! The log: one sink for the process.
//!
//! Records are queued and given to the host on the host thread. So the host's callback can take its time and call
//! what it likes: the work that logs never waits for it, and never runs the host's code while it holds a lock.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use libc::{c_char, c_void};

use super::guard::{self, Fault};
use super::status::cosmi_status;
use super::text::Text;
use crate::azure::{Level, Log};
use crate::runtime;

/// How much is logged. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_log_level {
    /// Nothing.
    Off = 0,
    /// What failed for good.
    Error = 1,
    /// What was worked around.
    Warning = 2,
    /// What was done, in lines a person wants to read.
    Info = 3,
    /// Every request and answer.
    Debug = 4,
}

/// Takes one log record.
///
/// user_data: as given to cosmi_log_set.
/// level: a cosmi_log_level, 1 to 4.
/// operation_id: the operation it belongs to (cosmi_operation_id), or 0.
/// message: UTF-8, one line, no secrets, NUL-terminated; valid during the call only.
/// message_len: its length in bytes, without the NUL.
/// Called on a library thread, one call at a time; see cosmi_log_set. Since 0.1.0.
pub type cosmi_log_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        level: i32,
        operation_id: u64,
        message: *const c_char,
        message_len: usize,
    ),
>;

/// Records that wait for the host. Beyond this many the newest are lost, and counted.
const QUEUE_LIMIT: usize = 4096;

struct Record {
    level: Level,
    operation_id: u64,
    message: Text,
}

struct Queue {
    records: VecDeque<Record>,
    lost: usize,
}

struct Sink {
    level: i32,
    callback: unsafe extern "C" fn(*mut c_void, i32, u64, *const c_char, usize),
    user_data: *mut c_void,
}

// SAFETY: the host has promised that its callback and user data may be used on any thread.
unsafe impl Send for Sink {}

/// The sink's level, for a look without a lock.
static LEVEL: AtomicI32 = AtomicI32::new(cosmi_log_level::Off as i32);
static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    records: VecDeque::new(),
    lost: 0,
});
/// Held while the host's callback runs; so whoever holds it knows that the callback does not.
static SINK: Mutex<Option<Sink>> = Mutex::new(None);

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Where the clients log to.
#[derive(Debug)]
pub(super) struct ProcessLog;

impl Log for ProcessLog {
    fn enabled(&self, level: Level) -> bool {
        enabled(level)
    }

    fn record(&self, level: Level, operation_id: u64, message: &str) {
        record(level, operation_id, message);
    }
}

fn enabled(level: Level) -> bool {
    level as i32 <= LEVEL.load(Ordering::Relaxed)
}

/// Queues one record for the host; on any thread, and quick.
pub(super) fn record(level: Level, operation_id: u64, message: &str) {
    if !enabled(level) {
        return;
    }
    let first = {
        let mut queue = lock(&QUEUE);
        if queue.records.len() >= QUEUE_LIMIT {
            queue.lost += 1;
            return;
        }
        queue.records.push_back(Record {
            level,
            operation_id,
            message: Text::from(message),
        });
        queue.records.len() == 1
    };
    if first {
        // Without threads there is nobody to tell; cosmi_log_set still can.
        if let Ok(machine) = runtime::machine() {
            machine.run_on_host_thread(Box::new(|| deliver(lock(&SINK).as_ref())));
        }
    }
}

/// Gives all queued records to the sink, in order.
fn deliver(sink: Option<&Sink>) {
    loop {
        let (record, lost) = {
            let mut queue = lock(&QUEUE);
            let Some(record) = queue.records.pop_front() else {
                return;
            };
            (record, std::mem::take(&mut queue.lost))
        };
        let Some(sink) = sink else { continue };
        sink.take(&record);
        if lost > 0 {
            let message =
                format!("{lost} log records were lost because the log callback is too slow").into();
            sink.take(&Record {
                level: Level::Warning,
                operation_id: 0,
                message,
            });
        }
    }
}

impl Sink {
    fn take(&self, record: &Record) {
        if record.level as i32 > self.level {
            return;
        }
        let (message, len) = record.message.parts();
        IN_CALLBACK.set(true);
        // SAFETY: the host has promised that its callback can be called until it is replaced, and it is not: the lock
        // on SINK is held.
        unsafe {
            (self.callback)(
                self.user_data,
                record.level as i32,
                record.operation_id,
                message.cast(),
                len,
            );
        }
        IN_CALLBACK.set(false);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets the process's log callback, or removes it.
///
/// level: a cosmi_log_level; with COSMI_LOG_LEVEL_OFF the callback is removed.
/// callback: takes the records; NULL removes the former one.
/// user_data: handed to the callback as it is; may be NULL.
/// Returns COSMI_STATUS_OK; INVALID_ARGUMENT for a level out of range; INVALID_STATE from inside a log callback.
/// When it returns, the former callback is not running and never runs again: its user_data may be released. What was
/// recorded before is given to the former callback first, then on the calling thread. At all other times the callback
/// runs on a library thread, one call at a time and never during another library callback; it may block, and may call
/// everything but this function. While it (or a completion) blocks, records are kept; of more than 4096 the newest
/// are dropped and counted. The records of an operation come before its completion callback, but may come after
/// cosmi_operation_wait has returned. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_log_set(
    level: i32,
    callback: cosmi_log_fn,
    user_data: *mut c_void,
) -> cosmi_status {
    guard::status(|| {
        if IN_CALLBACK.get() {
            return Err(Fault::State);
        }
        if !(cosmi_log_level::Off as i32..=cosmi_log_level::Debug as i32).contains(&level) {
            return Err(Fault::Argument);
        }
        let next = callback.filter(|_| level > 0).map(|callback| Sink {
            level,
            callback,
            user_data,
        });
        let mut sink = lock(&SINK);
        LEVEL.store(
            next.as_ref().map_or(0, |next| next.level),
            Ordering::Relaxed,
        );
        deliver(sink.as_ref());
        *sink = next;
        Ok(cosmi_status::Ok)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::ffi::CStr;
    use std::ptr;
    use std::sync::Condvar;
    use std::time::Duration;

    /// The log is the process's; so the tests that use it take turns.
    static TURN: Mutex<()> = Mutex::new(());

    /// A callback of the host's that notes what it is given, and blocks while the gate is shut.
    #[derive(Default)]
    pub struct Host {
        records: Mutex<Vec<(i32, u64, String)>>,
        shut: Mutex<bool>,
        opened: Condvar,
    }

    unsafe extern "C" fn callback(
        user_data: *mut c_void,
        level: i32,
        id: u64,
        message: *const c_char,
        len: usize,
    ) {
        let host = unsafe { &*user_data.cast::<Host>() };
        let message = unsafe { CStr::from_ptr(message) }.to_str().expect("UTF-8");
        assert_eq!(message.len(), len);
        lock(&host.records).push((level, id, message.to_owned()));
        let _open = host.opened.wait_while(lock(&host.shut), |shut| *shut);
    }

    /// What is logged meanwhile.
    pub fn logged(level: Level, body: impl FnOnce(&Host)) -> Vec<(i32, u64, String)> {
        let _turn = lock(&TURN);
        let host = Host::default();
        let user_data = ptr::from_ref(&host).cast_mut().cast();
        assert_eq!(
            unsafe { cosmi_log_set(level as i32, Some(callback), user_data) },
            cosmi_status::Ok
        );
        body(&host);
        assert_eq!(
            unsafe { cosmi_log_set(0, None, ptr::null_mut()) },
            cosmi_status::Ok
        );
        host.records.into_inner().expect("unpoisoned")
    }

    #[test]
    fn records_come_in_order_up_to_the_level_and_removing_the_callback_brings_the_last() {
        let records = logged(Level::Warning, |_| {
            for number in 0..100 {
                record(Level::Warning, number, "seen");
                record(Level::Info, number, "not seen");
            }
            assert!(enabled(Level::Error) && !enabled(Level::Debug));
        });
        let ids: Vec<_> = records
            .iter()
            .filter(|record| record.2 == "seen")
            .map(|record| record.1)
            .collect();
        assert_eq!(ids, (0..100).collect::<Vec<_>>());
        assert!(records.iter().all(|record| record.0 == 2));
        assert!(!enabled(Level::Error));
    }

    #[test]
    fn a_slow_callback_costs_records_not_time_and_is_told_so() {
        let records = logged(Level::Info, |host| {
            *lock(&host.shut) = true;
            record(Level::Info, 1, "blocks");
            while lock(&host.records).is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
            for _ in 0..QUEUE_LIMIT + 5 {
                record(Level::Info, 2, "waits");
            }
            *lock(&host.shut) = false;
            host.opened.notify_all();
        });
        // other tests of this process may log a record of theirs in between
        let waited = records.iter().filter(|record| record.2 == "waits").count();
        let others = records.iter().filter(|record| record.2 != "waits").count();
        let told: Vec<usize> = records
            .iter()
            .filter_map(|record| {
                record
                    .2
                    .strip_suffix(" log records were lost because the log callback is too slow")
            })
            .map(|lost| lost.parse().expect("a number"))
            .collect();
        assert!(
            waited <= QUEUE_LIMIT && waited + others >= QUEUE_LIMIT,
            "{waited} {others}"
        );
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0] >= QUEUE_LIMIT + 5 - waited, "{waited} {told:?}");
    }

    #[test]
    fn nothing_is_kept_without_a_callback() {
        let _turn = lock(&TURN);
        record(Level::Error, 0, "to nobody");
        assert!(lock(&QUEUE).records.is_empty());
    }
}
