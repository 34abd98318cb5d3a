//! Linked into a Rust program, the library leaves the program's own panics to the program's own hook.

mod abi_support;

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use abi_support::*;
use cosmi::abi::status::*;

static OTHERS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn panics_of_others_go_where_they_went_before() {
    panic::set_hook(Box::new(|_| {
        OTHERS.fetch_add(1, Ordering::SeqCst);
    }));
    assert_eq!(
        Client::of(&Server::with_token("t")).start_plainly().end(),
        cosmi_status::Ok
    );
    let theirs = thread::spawn(|| panic!("of the program")).join();
    assert!(theirs.is_err());
    assert_eq!(OTHERS.load(Ordering::SeqCst), 1);
}
