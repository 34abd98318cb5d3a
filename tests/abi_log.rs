//! The log callback: which thread, which records, and when it is over.

mod abi_support;

use std::ffi::{CString, c_char, c_void};
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::Instant;

use abi_support::*;
use cosmi::abi::log::*;
use cosmi::abi::operation::*;
use cosmi::abi::status::*;

/// The log is the process's; so its tests take turns.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn set(level: cosmi_log_level, callback: cosmi_log_fn, user_data: *const impl Sized) {
    assert_eq!(
        unsafe { cosmi_log_set(level as i32, callback, user_data.cast_mut().cast()) },
        cosmi_status::Ok
    );
}

fn remove() {
    assert_eq!(
        unsafe { cosmi_log_set(0, None, ptr::null_mut()) },
        cosmi_status::Ok
    );
}

#[derive(Debug, Clone)]
struct Record {
    operation_id: u64,
    message: String,
    thread: ThreadId,
}

type Records = Mutex<Vec<Record>>;

unsafe extern "C" fn note(
    user_data: *mut c_void,
    level: i32,
    operation_id: u64,
    message: *const c_char,
    len: usize,
) {
    assert!((1..=4).contains(&level));
    let bytes = unsafe { slice::from_raw_parts(message.cast::<u8>(), len + 1) };
    assert_eq!(bytes[len], 0);
    let message = std::str::from_utf8(&bytes[..len])
        .expect("UTF-8")
        .to_owned();
    let records = unsafe { &*user_data.cast::<Records>() };
    records.lock().expect("unpoisoned").push(Record {
        operation_id,
        message,
        thread: thread::current().id(),
    });
}

#[test]
fn records_of_an_operation_come_before_its_callback_and_on_a_library_thread() {
    struct Host {
        records: Records,
        at_completion: Mutex<Option<Vec<Record>>>,
        completed: Condvar,
    }
    unsafe extern "C" fn log(
        host: *mut c_void,
        level: i32,
        id: u64,
        message: *const c_char,
        len: usize,
    ) {
        let host = unsafe { &*host.cast::<Host>() };
        unsafe {
            note(
                (&raw const host.records).cast_mut().cast(),
                level,
                id,
                message,
                len,
            );
        }
    }
    unsafe extern "C" fn complete(host: *mut c_void, _: cosmi_status) {
        let host = unsafe { &*host.cast::<Host>() };
        let records = host.records.lock().expect("unpoisoned").clone();
        *host.at_completion.lock().expect("unpoisoned") = Some(records);
        host.completed.notify_all();
    }
    let _turn = turn();
    let server = Server::with_token("not-to-be-logged");
    let host = Host {
        records: Records::default(),
        at_completion: Mutex::default(),
        completed: Condvar::new(),
    };
    set(cosmi_log_level::Debug, Some(log), &raw const host);
    for _ in 0..20 {
        let client = Client::of(&server);
        let operation = client.start(0, Some(complete), (&raw const host).cast_mut().cast());
        let id = unsafe { cosmi_operation_id(operation.0) };
        let waiting = host.at_completion.lock().expect("unpoisoned");
        let (mut records, _) = host
            .completed
            .wait_timeout_while(waiting, PATIENCE, |records| records.is_none())
            .expect("unpoisoned");
        let records = records.take().expect("a completion");
        assert!(
            records.iter().any(|record| record.operation_id == id),
            "{records:?}"
        );
        assert!(
            records
                .iter()
                .all(|record| record.thread == records[0].thread),
            "one thread"
        );
        assert!(
            records
                .iter()
                .all(|record| record.thread != thread::current().id()),
            "on the caller's thread"
        );
        assert!(
            records
                .iter()
                .all(|record| !record.message.contains("not-to-be-logged")),
            "{records:?}"
        );
        assert!(
            records.iter().all(|record| !record.message.contains('\n')),
            "{records:?}"
        );
    }
    remove();
}

#[test]
fn a_removed_callback_never_runs_again() {
    struct Host {
        removed: AtomicBool,
        late: AtomicUsize,
        records: AtomicUsize,
    }
    unsafe extern "C" fn log(host: *mut c_void, _: i32, _: u64, _: *const c_char, _: usize) {
        let host = unsafe { &*host.cast::<Host>() };
        host.records.fetch_add(1, Ordering::SeqCst);
        thread::yield_now();
        if host.removed.load(Ordering::SeqCst) {
            host.late.fetch_add(1, Ordering::SeqCst);
        }
    }
    let _turn = turn();
    let server = Server::with_token("t");
    let client = Client::of(&server);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut number = 0;
                while !stop.load(Ordering::SeqCst) {
                    // Somebody new, so that the token is not at hand and there is something to log.
                    number += 1;
                    let resource =
                        CString::new(format!("https://{number}.example/")).expect("no NUL");
                    let operation = client.start_for(&resource, 0, None, ptr::null_mut());
                    assert_eq!(operation.end(), cosmi_status::Ok);
                }
            });
        }
        let (mut rounds, mut records, mut late) = (0, 0, 0);
        let until = Instant::now() + PATIENCE;
        while (rounds < 300 || records < 100) && Instant::now() < until {
            let host = Host {
                removed: AtomicBool::new(false),
                late: AtomicUsize::new(0),
                records: AtomicUsize::new(0),
            };
            set(cosmi_log_level::Debug, Some(log), &raw const host);
            thread::yield_now();
            remove();
            host.removed.store(true, Ordering::SeqCst);
            thread::yield_now();
            late += host.late.load(Ordering::SeqCst);
            records += host.records.load(Ordering::SeqCst);
            rounds += 1;
        }
        stop.store(true, Ordering::SeqCst);
        assert_eq!(late, 0, "records after the removal");
        assert!(records >= 100, "little was logged, so little was tested");
    });
}

#[test]
fn a_callback_may_do_everything_but_set_the_log() {
    struct Host {
        client: Client,
        stuck: Client,
        set: Mutex<Vec<cosmi_status>>,
        waited: Mutex<Vec<cosmi_status>>,
    }
    unsafe extern "C" fn log(host: *mut c_void, _: i32, id: u64, _: *const c_char, _: usize) {
        let this = unsafe { &*host.cast::<Host>() };
        this.set
            .lock()
            .expect("unpoisoned")
            .push(unsafe { cosmi_log_set(4, Some(log), host) });
        let mut waited = this.waited.lock().expect("unpoisoned");
        if id > 0 && waited.is_empty() {
            waited.push(this.client.start_plainly().end());
            let stuck = this.stuck.start_plainly();
            stuck.cancel();
            waited.push(stuck.end());
        }
    }
    let _turn = turn();
    let (server, silent) = (Server::with_token("t"), Server::silent());
    let host = Arc::new(Host {
        client: Client::of(&server),
        stuck: Client::of(&silent),
        set: Mutex::default(),
        waited: Mutex::default(),
    });
    set(cosmi_log_level::Debug, Some(log), Arc::as_ptr(&host));
    let client = Client::of(&server);
    let completions = Completions::new();
    let operation = client.start(0, Some(Completions::callback), completions.user_data());
    assert_eq!(
        operation.end(),
        cosmi_status::Ok,
        "while the callback waits for others"
    );
    completions.exactly(1);
    remove();
    let set = host.set.lock().expect("unpoisoned");
    assert!(
        !set.is_empty()
            && set
                .iter()
                .all(|status| *status == cosmi_status::InvalidState),
        "{set:?}"
    );
    assert_eq!(
        *host.waited.lock().expect("unpoisoned"),
        [cosmi_status::Ok, cosmi_status::Cancelled]
    );
}

#[test]
fn a_blocked_callback_holds_up_no_operation() {
    struct Gate {
        entered: AtomicBool,
        open: AtomicBool,
    }
    unsafe extern "C" fn log(gate: *mut c_void, _: i32, _: u64, _: *const c_char, _: usize) {
        let gate = unsafe { &*gate.cast::<Gate>() };
        gate.entered.store(true, Ordering::SeqCst);
        while !gate.open.load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }
    let _turn = turn();
    let (server, silent) = (Server::with_token("t"), Server::silent());
    let (client, stuck) = (Client::of(&server), Client::of(&silent));
    let gate = Gate {
        entered: AtomicBool::new(false),
        open: AtomicBool::new(false),
    };
    set(cosmi_log_level::Debug, Some(log), &raw const gate);
    assert_eq!(client.start_plainly().end(), cosmi_status::Ok);
    while !gate.entered.load(Ordering::SeqCst) {
        thread::yield_now();
    }
    let cancelled = stuck.start_plainly();
    cancelled.cancel();
    assert_eq!(cancelled.end(), cosmi_status::Cancelled);
    assert_eq!(
        stuck.start(20, None, ptr::null_mut()).end(),
        cosmi_status::TimedOut
    );
    gate.open.store(true, Ordering::SeqCst);
    remove();
}
