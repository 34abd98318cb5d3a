//! Law 6: what is freed is wiped first. An allocator looks at the memory that is given back to it.

mod abi_support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::CStr;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use abi_support::*;
use cosmi::abi::account::*;
use cosmi::abi::collection::*;
use cosmi::abi::operation::*;
use cosmi::abi::status::*;
use cosmi::abi::token::*;

/// A key that no other memory holds by chance. Given in base64, as it has to be.
const KEY: &[u8] =
    b"d2lwZS1tZS13aXBlLW1lLXdpcGUtbWUtd2lwZS1tZS13aXBlLW1lLXdpcGUtbWUtd2lwZS1tZS13aXBlLQ==";
const TOKEN: &str = "token-to-be-wiped-0123456789";

struct Watch;

static FREED_WITH_KEY: AtomicUsize = AtomicUsize::new(0);
static WATCHED: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());
/// Bytes of the watched block that were not zero when it was freed; `usize::MAX` until it is.
static LEFT_OVER: AtomicUsize = AtomicUsize::new(usize::MAX);

// SAFETY: hands everything to the system's allocator, and only reads blocks that are still allocated.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let bytes = unsafe { slice::from_raw_parts(block, layout.size()) };
        if bytes.windows(KEY.len()).any(|window| window == KEY) {
            FREED_WITH_KEY.fetch_add(1, Ordering::SeqCst);
        }
        if WATCHED.load(Ordering::SeqCst) == block {
            LEFT_OVER.store(
                bytes.iter().filter(|byte| **byte != 0).count(),
                Ordering::SeqCst,
            );
        }
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Watch = Watch;

fn freed_with_key(during: impl FnOnce()) -> usize {
    let before = FREED_WITH_KEY.load(Ordering::SeqCst);
    during();
    FREED_WITH_KEY.load(Ordering::SeqCst) - before
}

fn reference_with_key() -> AccountRef {
    let account = AccountRef::new();
    let endpoint: &CStr = c"http://127.0.0.1:9/";
    unsafe {
        assert_eq!(
            cosmi_account_ref_set_endpoint(account.0, endpoint.as_ptr()),
            cosmi_status::Ok
        );
        assert_eq!(
            cosmi_account_ref_set_key(account.0, KEY.as_ptr(), KEY.len()),
            cosmi_status::Ok
        );
    }
    account
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn law_6_free_wipes_secrets() {
    assert_eq!(
        freed_with_key(|| drop(KEY.to_vec())),
        1,
        "the allocator sees an unwiped key"
    );

    assert_eq!(
        freed_with_key(|| drop(reference_with_key())),
        0,
        "a key in a reference"
    );
    let replaced = freed_with_key(|| {
        let account = reference_with_key();
        assert_eq!(
            unsafe { cosmi_account_ref_set_key(account.0, ptr::null(), 0) },
            cosmi_status::Ok
        );
    });
    assert_eq!(replaced, 0, "a key that is replaced");

    let server = Server::silent();
    let client = Client::of(&server);
    let used = freed_with_key(|| {
        let account = reference_with_key();
        let completions = Completions::new();
        let mut operation = ptr::null_mut();
        let started = unsafe {
            let (name, user_data) = (c"Test".as_ptr(), completions.user_data());
            let callback: cosmi_completion_fn = Some(Completions::callback);
            cosmi_collection_show_start(
                client.0,
                account.0,
                name,
                name,
                0,
                callback,
                user_data,
                &raw mut operation,
            )
        };
        assert_eq!(started, cosmi_status::Ok);
        drop(account);
        drop(Operation(operation));
        completions.exactly(1);
    });
    assert_eq!(used, 0, "a key that an operation has used");

    let server = Server::with_token(TOKEN);
    let client = Client::of(&server);
    let operation = client.start_plainly();
    assert_eq!(operation.end(), cosmi_status::Ok);
    let mut len = 0;
    let value = unsafe { cosmi_token_value(cosmi_operation_token(operation.0), &raw mut len) };
    assert_eq!(
        unsafe { slice::from_raw_parts(value, len) },
        TOKEN.as_bytes()
    );
    WATCHED.store(value.cast_mut(), Ordering::SeqCst);
    drop(client);
    assert_eq!(
        LEFT_OVER.load(Ordering::SeqCst),
        usize::MAX,
        "the operation still holds it"
    );
    drop(operation);
    assert_eq!(LEFT_OVER.load(Ordering::SeqCst), 0, "a token");
}
