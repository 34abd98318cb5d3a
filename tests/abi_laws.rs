//! The law of operations (docs/ABI.md), a test a line, against servers on loopback.

mod abi_support;

use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use abi_support::*;
use cosmi::abi::access::*;
use cosmi::abi::account::*;
use cosmi::abi::client::*;
use cosmi::abi::collection::*;
use cosmi::abi::connection_strings::*;
use cosmi::abi::data_access::*;
use cosmi::abi::database::*;
use cosmi::abi::environment::*;
use cosmi::abi::error::*;
use cosmi::abi::identity::*;
use cosmi::abi::keys::*;
use cosmi::abi::operation::*;
use cosmi::abi::status::*;
use cosmi::abi::throughput::*;
use cosmi::abi::token::*;

type Start = Box<
    dyn Fn(
            *const cosmi_client,
            cosmi_completion_fn,
            *mut c_void,
            *mut *mut cosmi_operation,
        ) -> cosmi_status
        + Sync,
>;

/// Every function that starts an operation.
fn starts() -> Vec<(&'static str, Start)> {
    let mut starts: Vec<(&str, Start)> = vec![
        (
            "token",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_token_get_start(client, RESOURCE.as_ptr(), 0, callback, data, out)
            }),
        ),
        (
            "new token",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_token_renew_start(client, RESOURCE.as_ptr(), 0, callback, data, out)
            }),
        ),
        (
            "environment",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_environment_show_start(client, 0, callback, data, out)
            }),
        ),
        (
            "account list",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_account_list_start(client, ptr::null(), ptr::null(), 0, callback, data, out)
            }),
        ),
        (
            "account show",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_account_show_start(client, AccountRef::new().0, 0, callback, data, out)
            }),
        ),
        (
            "keys",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_keys_list_start(client, AccountRef::new().0, 0, 0, callback, data, out)
            }),
        ),
        (
            "connection strings",
            Box::new(|client, callback, data, out| unsafe {
                cosmi_connection_strings_list_start(
                    client,
                    AccountRef::new().0,
                    0,
                    callback,
                    data,
                    out,
                )
            }),
        ),
        (
            "collection",
            Box::new(|client, callback, data, out| unsafe {
                let (database, collection) = (c"Test".as_ptr(), c"Test".as_ptr());
                cosmi_collection_show_start(
                    client,
                    AccountRef::new().0,
                    database,
                    collection,
                    0,
                    callback,
                    data,
                    out,
                )
            }),
        ),
    ];
    starts.extend(resource_starts());
    starts
}

/// Those of what Resource Manager has: `(client, account, …, timeout_ms, callback, user_data, out_operation)`, or without the
/// account.
macro_rules! resource_starts {
    ($($function:ident($(@$account:ident;)? $($more:expr),*)),+) => { vec![$((
        stringify!($function),
        Box::new(|client, callback, data, out| unsafe {
            $(let $account = AccountRef::new();)?
            $function(client, $($account.0,)? $($more,)* 0, callback, data, out)
        }) as Start,
    )),+] };
}

fn resource_starts() -> Vec<(&'static str, Start)> {
    const PRINCIPAL: &CStr = c"33333333-0000-0000-0000-000000000002";
    resource_starts![
        cosmi_account_create_start(@account; c"{}".as_ptr(), 0),
        cosmi_account_delete_start(@account; 0),
        cosmi_account_name_check_start(@account;),
        cosmi_key_regenerate_start(@account; 0),
        cosmi_database_list_start(@account;),
        cosmi_database_show_start(@account; c"Test".as_ptr()),
        cosmi_database_create_start(@account; c"Test".as_ptr(), 0, 0, 0),
        cosmi_database_delete_start(@account; c"Test".as_ptr(), 0),
        cosmi_collection_list_start(@account; c"Test".as_ptr()),
        cosmi_collection_create_start(@account; c"Test".as_ptr(), c"Test".as_ptr(), c"{}".as_ptr(), 0, 0, 0),
        cosmi_collection_delete_start(@account; c"Test".as_ptr(), c"Test".as_ptr(), 0),
        cosmi_throughput_show_start(@account; c"Test".as_ptr(), ptr::null()),
        cosmi_throughput_set_start(@account; c"Test".as_ptr(), ptr::null(), 1, 400, 0),
        cosmi_identity_show_start(c"/machine".as_ptr()),
        cosmi_identity_enable_start(c"/machine".as_ptr(), 0),
        cosmi_access_grant_start(@account; PRINCIPAL.as_ptr(), c"Reader".as_ptr()),
        cosmi_access_list_start(@account; ptr::null()),
        cosmi_access_revoke_start(@account; PRINCIPAL.as_ptr(), c"Reader".as_ptr()),
        cosmi_data_access_grant_start(@account; ptr::null(), ptr::null(), PRINCIPAL.as_ptr(), c"r".as_ptr(), 0),
        cosmi_data_access_list_start(@account; ptr::null(), ptr::null(), ptr::null()),
        cosmi_data_role_list_start(@account;),
        cosmi_data_access_revoke_start(@account; ptr::null(), ptr::null(), PRINCIPAL.as_ptr(), c"r".as_ptr(), 0)
    ]
}

#[test]
fn every_starter_is_under_the_law() {
    let in_header = header_functions()
        .keys()
        .filter(|name| name.ends_with("_start"))
        .count();
    assert_eq!(
        starts().len(),
        in_header,
        "add the new function to `starts`"
    );
}

#[test]
fn law_1_a_start_is_ok_if_and_only_if_it_made_an_operation() {
    let server = Server::silent();
    let client = Client::of(&server);
    let completions = Completions::new();
    let untouched = ptr::without_provenance_mut::<cosmi_operation>(0x10);
    for (name, start) in starts() {
        let mut operation = untouched;
        let refused = start(
            ptr::null(),
            Some(Completions::callback),
            ptr::null_mut(),
            &raw mut operation,
        );
        assert_eq!(
            (refused, operation),
            (cosmi_status::InvalidArgument, untouched),
            "{name}"
        );
        let refused = start(
            client.0,
            Some(Completions::callback),
            ptr::null_mut(),
            ptr::null_mut(),
        );
        assert_eq!(refused, cosmi_status::InvalidArgument, "{name}");

        let made = start(
            client.0,
            Some(Completions::callback),
            completions.user_data(),
            &raw mut operation,
        );
        assert_eq!(made, cosmi_status::Ok, "{name}");
        assert_ne!(operation, untouched, "{name}");
        drop(Operation(operation));
    }
    // A callback of a refused start would have followed its NULL.
    completions.exactly(starts().len());
}

#[test]
fn law_2_an_operation_ends_once_and_wait_tells_it_for_ever() {
    let (silent, giving) = (Server::silent(), Server::with_token("t"));
    let cancelled = Client::of(&silent).start_plainly();
    assert_eq!(cancelled.wait(0), cosmi_status::Pending);
    cancelled.cancel();
    let successful = Client::of(&giving).start_plainly();
    for (operation, status) in [
        (&cancelled, cosmi_status::Cancelled),
        (&successful, cosmi_status::Ok),
    ] {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    assert_eq!(operation.end(), status);
                    for timeout_ms in [0, 1, u32::MAX] {
                        assert_eq!(operation.wait(timeout_ms), status);
                    }
                });
            }
        });
    }
    unsafe {
        assert_eq!(
            cosmi_error_status(cosmi_operation_error(cancelled.0)),
            cosmi_status::Cancelled
        );
        assert!(cosmi_operation_token(cancelled.0).is_null());
        assert!(cosmi_operation_error(successful.0).is_null());
        assert!(!cosmi_operation_token(successful.0).is_null());
        assert!(
            cosmi_operation_keys(successful.0).is_null(),
            "a result of another kind"
        );
    }
}

#[test]
fn law_3_the_callback_runs_exactly_once_elsewhere_also_after_cancel_and_after_free() {
    let (silent, giving) = (Server::silent(), Server::with_token("t"));
    let (stuck, quick) = (Client::of(&silent), Client::of(&giving));
    let start = |client: &Client| {
        let completions = Completions::new();
        (
            client.start(0, Some(Completions::callback), completions.user_data()),
            completions,
        )
    };
    let check = |completions: &Completions, status| {
        let (seen, thread) = completions.exactly(1)[0];
        assert_eq!(seen, status);
        assert_ne!(
            thread,
            thread::current().id(),
            "inside a call of the host's"
        );
    };

    let (_operation, completions) = start(&quick);
    check(&completions, cosmi_status::Ok);
    // This time the token is at hand, and the operation ends within its start.
    let (operation, completions) = start(&quick);
    assert_eq!(operation.wait(0), cosmi_status::Ok);
    check(&completions, cosmi_status::Ok);

    let (operation, completions) = start(&stuck);
    operation.cancel();
    check(&completions, cosmi_status::Cancelled);

    let (operation, completions) = start(&stuck);
    drop(operation);
    check(&completions, cosmi_status::Cancelled);
}

#[test]
fn law_3_the_end_is_visible_when_the_callback_runs_and_the_callback_may_block() {
    struct Host {
        operation: Mutex<mpsc::Receiver<usize>>,
        seen: Mutex<mpsc::Sender<cosmi_status>>,
    }
    unsafe extern "C" fn callback(user_data: *mut c_void, _: cosmi_status) {
        let host = unsafe { &*user_data.cast::<Host>() };
        // Blocks until the start has returned.
        let operation = host
            .operation
            .lock()
            .expect("unpoisoned")
            .recv_timeout(PATIENCE)
            .expect("an operation");
        let operation = ptr::with_exposed_provenance::<cosmi_operation>(operation);
        host.seen
            .lock()
            .expect("unpoisoned")
            .send(unsafe { cosmi_operation_wait(operation, 0) })
            .expect("a test");
    }
    let server = Server::with_token("t");
    let client = Client::of(&server);
    let ((give, operation), (seen, visible)) = (mpsc::channel(), mpsc::channel());
    let host = Host {
        operation: Mutex::new(operation),
        seen: Mutex::new(seen),
    };
    for _ in 0..100 {
        let operation = client.start(0, Some(callback), (&raw const host).cast_mut().cast());
        give.send(operation.0.expose_provenance())
            .expect("the callback listens");
        assert_eq!(visible.recv_timeout(PATIENCE), Ok(cosmi_status::Ok));
    }
}

#[test]
fn law_3_a_blocked_callback_holds_up_no_operation() {
    unsafe extern "C" fn callback(user_data: *mut c_void, _: cosmi_status) {
        let released = unsafe { &*user_data.cast::<AtomicBool>() };
        let until = Instant::now() + PATIENCE;
        while !released.load(Ordering::SeqCst) && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let (silent, giving) = (Server::silent(), Server::with_token("t"));
    let released = AtomicBool::new(false);
    let (quick, stuck) = (Client::of(&giving), Client::of(&silent));
    let first = quick.start(0, Some(callback), (&raw const released).cast_mut().cast());
    assert_eq!(first.end(), cosmi_status::Ok);
    // With the callback still inside: a result, a cancellation, a time-out.
    assert_eq!(Client::of(&giving).start_plainly().end(), cosmi_status::Ok);
    let cancelled = stuck.start_plainly();
    cancelled.cancel();
    assert_eq!(cancelled.end(), cosmi_status::Cancelled);
    assert_eq!(
        stuck.start(20, None, ptr::null_mut()).end(),
        cosmi_status::TimedOut
    );
    // And a second callback waits for its turn.
    let completions = Completions::new();
    let second = quick.start(0, Some(Completions::callback), completions.user_data());
    assert_eq!(second.end(), cosmi_status::Ok);
    completions.exactly(0);
    released.store(true, Ordering::SeqCst);
    completions.exactly(1);
}

#[test]
fn law_4_a_callback_gets_its_user_data_and_the_final_status_of_a_freed_operation_too() {
    let server = Server::silent();
    let client = Client::of(&server);
    let all: Vec<_> = (0..50)
        .map(|_| {
            let completions = Completions::new();
            drop(client.start(0, Some(Completions::callback), completions.user_data()));
            completions
        })
        .collect();
    drop(client);
    for completions in all {
        assert_eq!(completions.exactly(1)[0].0, cosmi_status::Cancelled);
    }
}

#[test]
fn law_5_cancel_is_a_wish_and_a_result_that_was_quicker_stands() {
    let server = Server::with_token("the-token");
    let client = Client::of(&server);
    let operation = client.start_plainly();
    assert_eq!(operation.end(), cosmi_status::Ok);
    for _ in 0..3 {
        operation.cancel();
        assert_eq!(operation.end(), cosmi_status::Ok);
    }
    unsafe {
        let mut len = 0;
        let value = cosmi_token_value(cosmi_operation_token(operation.0), &raw mut len);
        assert_eq!(std::slice::from_raw_parts(value, len), b"the-token");
    }
}

#[test]
fn law_5_a_cancelled_operation_ends_soon_and_drops_its_request() {
    let server = Server::silent();
    let client = Client::of(&server);
    let operation = client.start_plainly();
    server.await_requests(1);
    let wished = Instant::now();
    operation.cancel();
    assert_eq!(operation.end(), cosmi_status::Cancelled);
    let took = wished.elapsed();
    server.await_closed(1);
    assert!(took < Duration::from_secs(1), "{took:?}");
    let message = operation.message().expect("an error");
    assert!(
        message.starts_with("cancelled while waiting for "),
        "{message}"
    );
}

#[test]
fn law_6_free_is_possible_at_any_time_and_drops_the_request() {
    let server = Server::silent();
    let client = Client::of(&server);
    drop(client.start_plainly());
    let operation = client.start_plainly();
    server.await_requests(1);
    let requests = server.requests();
    drop(operation);
    server.await_closed(requests);
    // The client outlives its operations, and the other way round.
    let operation = client.start_plainly();
    drop(client);
    operation.cancel();
    assert_eq!(operation.end(), cosmi_status::Cancelled);
    unsafe { cosmi_operation_free(ptr::null_mut()) };
}

#[test]
fn law_7_the_timeout_of_a_start_ends_the_operation() {
    let server = Server::silent();
    let started = Instant::now();
    let own = Client::of(&server).start(150, None, ptr::null_mut());
    let default = Client::with_timeout(&server, 150).start_plainly();
    for operation in [own, default] {
        assert_eq!(operation.end(), cosmi_status::TimedOut);
        let message = operation.message().expect("an error");
        assert!(
            message.starts_with("gave up after 150 ms while waiting for "),
            "{message}"
        );
        assert_eq!(
            unsafe { cosmi_error_is_retryable(cosmi_operation_error(operation.0)) },
            1
        );
    }
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[test]
fn law_7_the_timeout_of_a_wait_does_not() {
    let server = Server::silent();
    let client = Client::of(&server);
    let operation = client.start_plainly();
    assert_eq!(operation.wait(0), cosmi_status::Pending);
    let started = Instant::now();
    assert_eq!(operation.wait(60), cosmi_status::Pending);
    assert!(started.elapsed() >= Duration::from_millis(60));
    // Without bound, until somebody ends it.
    let operation = Arc::new(operation);
    let waiting = thread::spawn({
        let operation = Arc::clone(&operation);
        move || operation.wait(u32::MAX)
    });
    thread::sleep(Duration::from_millis(30));
    assert!(!waiting.is_finished());
    operation.cancel();
    assert_eq!(waiting.join().expect("no panic"), cosmi_status::Cancelled);
}

#[test]
fn ids_are_above_zero_and_unique() {
    let server = Server::silent();
    let client = Client::of(&server);
    let operations: Vec<_> = (0..10).map(|_| client.start_plainly()).collect();
    let mut ids: Vec<_> = operations
        .iter()
        .map(|operation| unsafe { cosmi_operation_id(operation.0) })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() == 10 && ids[0] > 0, "{ids:?}");
}
