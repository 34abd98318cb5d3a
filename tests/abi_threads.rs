//! What the library costs the process: threads, and time while nothing happens.

#![cfg(target_os = "linux")]

mod abi_support;

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs;
use std::ptr;
use std::time::Duration;

use abi_support::*;
use cosmi::abi::client::*;
use cosmi::abi::environment::*;
use cosmi::abi::operation::*;
use cosmi::abi::options::*;
use cosmi::abi::status::*;

fn tasks() -> BTreeSet<u32> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux");
    tasks
        .map(|task| {
            task.expect("a task")
                .file_name()
                .to_string_lossy()
                .parse()
                .expect("a number")
        })
        .collect()
}

fn named_cosmi(tasks: &BTreeSet<u32>) -> usize {
    let is_ours = |task: &&u32| {
        fs::read_to_string(format!("/proc/self/task/{task}/comm"))
            .is_ok_and(|name| name == "cosmi\n")
    };
    tasks.iter().filter(is_ours).count()
}

/// Clock ticks that the library's threads and this one have used.
fn processor_time() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<_> = stat
        .rsplit_once(')')
        .expect("a name")
        .1
        .split_whitespace()
        .collect();
    fields[11].parse::<u64>().expect("user ticks")
        + fields[12].parse::<u64>().expect("system ticks")
}

/// A client whose metadata service must be looked up by name.
fn client_by_name(server: &Server) -> Client {
    let address = server
        .address()
        .into_string()
        .expect("ASCII")
        .replace("127.0.0.1", "localhost");
    let address = CString::new(address).expect("no NUL");
    let (mut options, mut client) = (ptr::null_mut(), ptr::null_mut());
    unsafe {
        assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
        assert_eq!(
            cosmi_options_set_metadata_endpoint(options, address.as_ptr()),
            cosmi_status::Ok
        );
        assert_eq!(
            cosmi_client_new(options, &raw mut client, ptr::null_mut()),
            cosmi_status::Ok
        );
        cosmi_options_free(options);
    }
    Client(client)
}

// One test, so that no other uses threads or time meanwhile.
#[test]
fn three_threads_at_most_and_waiting_is_free() {
    let silent = Server::silent();
    let before = tasks();
    let by_name = client_by_name(&silent);
    let completions = Completions::new();
    let operations: Vec<_> = (0..100)
        .map(|number| {
            let mut operation = ptr::null_mut();
            let callback: cosmi_completion_fn = Some(Completions::callback);
            let started = unsafe {
                cosmi_environment_show_start(
                    by_name.0,
                    50 + number,
                    callback,
                    completions.user_data(),
                    &raw mut operation,
                )
            };
            assert_eq!(started, cosmi_status::Ok);
            Operation(operation)
        })
        .collect();
    silent.await_requests(1);
    let ours = named_cosmi(&tasks());
    assert!((2..=3).contains(&ours), "{ours} threads named cosmi");
    completions.exactly(100);
    assert!(
        operations
            .iter()
            .all(|operation| operation.wait(0) == cosmi_status::TimedOut)
    );
    // The server has made one for each connection; all others are counted.
    let new: BTreeSet<_> = tasks().difference(&before).copied().collect();
    assert!(named_cosmi(&new) <= 3);

    let waiting = by_name.start(600, None, ptr::null_mut());
    let used = processor_time();
    assert_eq!(waiting.wait(400), cosmi_status::Pending);
    let used = processor_time() - used;
    assert!(
        used <= 4,
        "{used} ticks of processor time for waiting {:?}",
        Duration::from_millis(400)
    );
}
