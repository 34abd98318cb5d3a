//! Whatever the host passes, the answer is a status: NULL, bad UTF-8, empty and huge text, numbers out of range.
//! A table by function; one that is missing in it fails the test.

#![allow(clippy::too_many_lines, reason = "tables")]
#![allow(clippy::float_cmp, reason = "a constant is what is expected")]

mod abi_support;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};

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
use cosmi::abi::log::*;
use cosmi::abi::operation::*;
use cosmi::abi::options::*;
use cosmi::abi::resources::*;
use cosmi::abi::status::*;
use cosmi::abi::throughput::*;
use cosmi::abi::token::*;
use cosmi::abi::version::*;

const BAD_UTF8: &CStr = c"caf\xe9";
const OUT_OF_RANGE: [i32; 4] = [-1, 99, i32::MIN, i32::MAX];

fn huge() -> CString {
    CString::new(vec![b'x'; 1 << 20]).expect("no NUL")
}

struct World {
    server: Server,
    client: Client,
    account: AccountRef,
}

/// A function of the header, and what is tried on it.
struct Entry {
    name: &'static str,
    attempt: Box<dyn Fn(&World)>,
}

macro_rules! entry {
    ($function:ident, $attempt:expr) => {
        Entry {
            name: stringify!($function),
            attempt: Box::new($attempt),
        }
    };
}

/// An accessor of text or bytes: `(owner, out_len)`.
macro_rules! bytes {
    ($($function:ident),+) => { [$(entry!($function, |_| {
        let mut len = 77;
        assert!(unsafe { $function(null(), &raw mut len) }.is_null());
        assert_eq!(len, 0);
        assert!(unsafe { $function(null(), null_mut()) }.is_null());
    })),+] };
}

/// An accessor of text or bytes in a list: `(owner, index, out_len)`.
macro_rules! bytes_at {
    ($($function:ident),+) => { [$(entry!($function, |_| for index in [0, 1, usize::MAX] {
        let mut len = 77;
        assert!(unsafe { $function(null(), index, &raw mut len) }.is_null());
        assert_eq!(len, 0);
        assert!(unsafe { $function(null(), index, null_mut()) }.is_null());
    })),+] };
}

/// An accessor of a number, and what it is of NULL.
macro_rules! numbers {
    ($($function:ident = $of_null:expr),+) => { [$(entry!($function, |_| {
        assert_eq!(unsafe { $function(null()) }, $of_null);
    })),+] };
}

macro_rules! views {
    ($($function:ident),+) => { [$(entry!($function, |world: &World| {
        assert!(unsafe { $function(null()) }.is_null());
        let running = world.client.start_plainly();
        assert!(unsafe { $function(running.0) }.is_null());
    })),+] };
}

macro_rules! frees {
    ($($function:ident),+) => { [$(entry!($function, |_| unsafe { $function(null_mut()) })),+] };
}

macro_rules! news {
    ($($function:ident / $free:ident),+) => { [$(entry!($function, |_| {
        assert_eq!(unsafe { $function(null_mut()) }, cosmi_status::InvalidArgument);
        let mut made = null_mut();
        assert_eq!(unsafe { $function(&raw mut made) }, cosmi_status::Ok);
        unsafe { $free(made) };
    })),+] };
}

macro_rules! option_texts {
    ($($function:ident),+) => { [$(entry!($function, |_| {
        let mut options = null_mut();
        assert_eq!(unsafe { cosmi_options_new(&raw mut options) }, cosmi_status::Ok);
        setter(|text| unsafe { $function(options, text) });
        assert_eq!(unsafe { $function(null_mut(), c"x".as_ptr()) }, cosmi_status::InvalidArgument);
        unsafe { cosmi_options_free(options) };
    })),+] };
}

macro_rules! account_texts {
    ($($function:ident),+) => { [$(entry!($function, |_| {
        let account = AccountRef::new();
        setter(|text| unsafe { $function(account.0, text) });
        assert_eq!(unsafe { $function(null_mut(), c"x".as_ptr()) }, cosmi_status::InvalidArgument);
    })),+] };
}

fn setter(set: impl Fn(*const c_char) -> cosmi_status) {
    assert_eq!(set(BAD_UTF8.as_ptr()), cosmi_status::InvalidUtf8);
    assert_eq!(set(c"".as_ptr()), cosmi_status::InvalidArgument);
    assert_eq!(set(huge().as_ptr()), cosmi_status::Ok);
    assert_eq!(set(c"Üben & Mehr".as_ptr()), cosmi_status::Ok);
    assert_eq!(set(null()), cosmi_status::Ok);
}

fn bytes_setter(set: impl Fn(*const u8, usize) -> cosmi_status) {
    assert_eq!(set(null(), 1), cosmi_status::InvalidArgument);
    assert_eq!(set(b"x".as_ptr(), 0), cosmi_status::InvalidArgument);
    assert_eq!(
        set(b"x".as_ptr(), usize::MAX),
        cosmi_status::InvalidArgument
    );
    assert_eq!(set(huge().as_ptr().cast(), 1 << 20), cosmi_status::Ok);
    assert_eq!(set(b"\xff\0\xfe".as_ptr(), 3), cosmi_status::Ok);
    assert_eq!(set(null(), 0), cosmi_status::Ok);
}

unsafe extern "C" fn never(_: *mut c_void, _: cosmi_status) {
    std::process::abort();
}

/// A start that must be refused, and then neither produces anything nor calls back.
fn refused(
    status: cosmi_status,
    start: impl Fn(cosmi_completion_fn, *mut *mut cosmi_operation) -> cosmi_status,
) {
    let mut operation = null_mut();
    assert_eq!(start(Some(never), &raw mut operation), status);
    assert!(operation.is_null());
}

/// A start with input that may be refused now or by the operation, but ends in either case.
fn ends(start: impl Fn(*mut *mut cosmi_operation) -> cosmi_status) {
    let mut operation = null_mut();
    if start(&raw mut operation) == cosmi_status::Ok {
        let operation = Operation(operation);
        let status = operation.end();
        assert!(
            ![cosmi_status::Ok, cosmi_status::Pending, cosmi_status::Panic].contains(&status),
            "{status:?}"
        );
        assert!(
            operation
                .message()
                .is_some_and(|message| !message.is_empty() && message.len() < 4096)
        );
    }
}

const QUICK: u32 = 100;

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    entries.extend([
        entry!(cosmi_abi_version, |_| assert_eq!(
            cosmi_abi_version(),
            COSMI_ABI_VERSION
        )),
        entry!(cosmi_version, |_| {
            assert_eq!(
                unsafe { text(cosmi_version()) }.as_deref(),
                Some(env!("CARGO_PKG_VERSION"))
            );
        }),
        entry!(
            cosmi_status_name,
            |_| for number in [-1, 2, 99, 903, i32::MIN, i32::MAX] {
                assert_eq!(
                    unsafe { text(cosmi_status_name(number)) }.as_deref(),
                    Some("UNKNOWN")
                );
            }
        ),
        entry!(cosmi_log_set, |_| unsafe {
            for level in [-1, 5, i32::MIN, i32::MAX] {
                assert_eq!(
                    cosmi_log_set(level, None, null_mut()),
                    cosmi_status::InvalidArgument
                );
            }
            assert_eq!(cosmi_log_set(4, None, null_mut()), cosmi_status::Ok);
        }),
        entry!(cosmi_client_new, |_| unsafe {
            let mut error = null_mut();
            assert_eq!(
                cosmi_client_new(null(), null_mut(), &raw mut error),
                cosmi_status::InvalidArgument
            );
            assert_eq!(cosmi_error_status(error), cosmi_status::InvalidArgument);
            let message = text(cosmi_error_message(error, null_mut()));
            assert_eq!(message.as_deref(), Some("the parameter out_client is NULL"));
            cosmi_error_free(error);
            assert_eq!(
                cosmi_client_new(null(), null_mut(), null_mut()),
                cosmi_status::InvalidArgument
            );
        }),
        entry!(cosmi_client_new_for_checks, |world| unsafe {
            let mut second = null_mut();
            let without = cosmi_client_new_for_checks(world.client.0, null_mut());
            assert_eq!(without, cosmi_status::InvalidArgument);
            let of_none = cosmi_client_new_for_checks(null(), &raw mut second);
            assert_eq!(of_none, cosmi_status::InvalidArgument);
            assert!(second.is_null(), "untouched");
        }),
        entry!(cosmi_options_set_identity_source, |_| unsafe {
            let mut options = null_mut();
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            for number in OUT_OF_RANGE {
                assert_eq!(
                    cosmi_options_set_identity_source(options, number),
                    cosmi_status::InvalidArgument
                );
            }
            assert_eq!(
                cosmi_options_set_identity_source(null_mut(), 0),
                cosmi_status::InvalidArgument
            );
            cosmi_options_free(options);
        }),
        entry!(cosmi_options_set_timeout_ms, |_| unsafe {
            let mut options = null_mut();
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            assert_eq!(
                cosmi_options_set_timeout_ms(options, u32::MAX),
                cosmi_status::Ok
            );
            assert_eq!(
                cosmi_options_set_timeout_ms(null_mut(), 1),
                cosmi_status::InvalidArgument
            );
            cosmi_options_free(options);
        }),
        entry!(cosmi_options_set_ca_certificates, |_| unsafe {
            let mut options = null_mut();
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            bytes_setter(|pem, len| cosmi_options_set_ca_certificates(options, pem, len));
            let none = cosmi_options_set_ca_certificates(null_mut(), b"x".as_ptr(), 1);
            assert_eq!(none, cosmi_status::InvalidArgument);
            cosmi_options_free(options);
        }),
        entry!(cosmi_options_set_update_wait_ms, |_| unsafe {
            let mut options = null_mut();
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            for update_wait_ms in [0, 1, u32::MAX] {
                let set = cosmi_options_set_update_wait_ms(options, update_wait_ms);
                assert_eq!(set, cosmi_status::Ok);
            }
            assert_eq!(
                cosmi_options_set_update_wait_ms(null_mut(), 1),
                cosmi_status::InvalidArgument
            );
            cosmi_options_free(options);
        }),
        entry!(cosmi_options_set_variable, |_| unsafe {
            let (mut options, name) = (null_mut(), c"MSI_SECRET".as_ptr());
            assert_eq!(cosmi_options_new(&raw mut options), cosmi_status::Ok);
            let set = |name, value| cosmi_options_set_variable(options, name, value);
            let (bad, huge) = (BAD_UTF8.as_ptr(), huge());
            for name in [c"", c" MSI_SECRET", c"msi_secret", c"PATH", &huge] {
                for value in [c"x".as_ptr(), null()] {
                    assert_eq!(set(name.as_ptr(), value), cosmi_status::InvalidArgument);
                }
            }
            assert_eq!(set(null(), c"x".as_ptr()), cosmi_status::InvalidArgument);
            assert_eq!(set(bad, c"x".as_ptr()), cosmi_status::InvalidUtf8);
            assert_eq!(set(name, bad), cosmi_status::InvalidUtf8);
            for value in [c"", c"Üben & Mehr", &huge] {
                assert_eq!(set(name, value.as_ptr()), cosmi_status::Ok);
            }
            assert_eq!(set(name, null()), cosmi_status::Ok);
            assert_eq!(
                cosmi_options_set_variable(null_mut(), name, c"x".as_ptr()),
                cosmi_status::InvalidArgument
            );
            cosmi_options_free(options);
        }),
        entry!(cosmi_variable_name, |_| {
            for index in [1000, usize::MAX] {
                assert!(cosmi_variable_name(index).is_null());
            }
            assert_eq!(cosmi_variable_name(0), cosmi_variable_name(0), "for ever");
        }),
        entry!(cosmi_account_ref_set_key, |world| unsafe {
            bytes_setter(|key, len| cosmi_account_ref_set_key(world.account.0, key, len));
            assert_eq!(
                cosmi_account_ref_set_key(null_mut(), b"x".as_ptr(), 1),
                cosmi_status::InvalidArgument
            );
        }),
        entry!(
            cosmi_operation_wait,
            |_| for timeout_ms in [0, 1, u32::MAX] {
                assert_eq!(
                    unsafe { cosmi_operation_wait(null(), timeout_ms) },
                    cosmi_status::InvalidArgument
                );
            }
        ),
        entry!(cosmi_operation_cancel, |_| unsafe {
            cosmi_operation_cancel(null());
        }),
        entry!(cosmi_keys_role, |_| for index in [0, usize::MAX] {
            assert_eq!(unsafe { cosmi_keys_role(null(), index) }, -1);
        }),
    ]);
    entries.extend(frees![
        cosmi_account_ref_free,
        cosmi_client_free,
        cosmi_error_free,
        cosmi_operation_free,
        cosmi_options_free
    ]);
    entries.extend(news![
        cosmi_account_ref_new / cosmi_account_ref_free,
        cosmi_options_new / cosmi_options_free
    ]);
    entries.extend(option_texts![
        cosmi_options_set_client_id,
        cosmi_options_set_object_id,
        cosmi_options_set_resource_id,
        cosmi_options_set_cloud,
        cosmi_options_set_arm_endpoint,
        cosmi_options_set_arm_audience,
        cosmi_options_set_login_endpoint,
        cosmi_options_set_cosmos_suffix,
        cosmi_options_set_metadata_endpoint
    ]);
    entries.extend(account_texts![
        cosmi_account_ref_set_subscription_id,
        cosmi_account_ref_set_resource_group,
        cosmi_account_ref_set_name,
        cosmi_account_ref_set_endpoint
    ]);
    entries.extend(views![
        cosmi_operation_error,
        cosmi_operation_token,
        cosmi_operation_environment,
        cosmi_operation_accounts,
        cosmi_operation_keys,
        cosmi_operation_connection_strings,
        cosmi_operation_collection,
        cosmi_operation_resources
    ]);
    entries.extend(numbers![
        cosmi_operation_id = 0,
        cosmi_error_status = cosmi_status::Ok,
        cosmi_error_http_status = 0,
        cosmi_error_retry_after_ms = -1,
        cosmi_error_is_retryable = 0,
        cosmi_token_expires_on_s = 0,
        cosmi_token_identity_source = -1,
        cosmi_environment_identity_source = -1,
        cosmi_accounts_count = 0,
        cosmi_keys_count = 0,
        cosmi_keys_access = -1,
        cosmi_connection_strings_count = 0,
        cosmi_collection_offer_absence = -1,
        cosmi_collection_request_charge_ru = 0.0,
        cosmi_collection_key_access = -1,
        cosmi_resources_count = 0,
        cosmi_resources_change = -1
    ]);
    entries.extend(bytes![
        cosmi_error_message,
        cosmi_error_action,
        cosmi_error_service_code,
        cosmi_error_request_id,
        cosmi_token_value,
        cosmi_token_resource,
        cosmi_token_client_id,
        cosmi_token_claims_json,
        cosmi_environment_reason,
        cosmi_environment_subscription_id,
        cosmi_environment_resource_group,
        cosmi_environment_machine_name,
        cosmi_environment_resource_id,
        cosmi_environment_location,
        cosmi_environment_cloud,
        cosmi_environment_arm_endpoint,
        cosmi_environment_metadata_json,
        cosmi_environment_scale_set_name,
        cosmi_environment_claims_json,
        cosmi_environment_variables_seen,
        cosmi_keys_account_name,
        cosmi_connection_strings_account_name,
        cosmi_collection_json,
        cosmi_collection_offer_json,
        cosmi_collection_database_offer_json,
        cosmi_collection_with_offer_json,
        cosmi_collection_activity_id,
        cosmi_collection_etag,
        cosmi_collection_account_name,
        cosmi_collection_endpoint
    ]);
    entries.extend(bytes_at![
        cosmi_accounts_json,
        cosmi_keys_value,
        cosmi_connection_strings_value,
        cosmi_connection_strings_description,
        cosmi_connection_strings_key_kind,
        cosmi_connection_strings_type,
        cosmi_resources_json
    ]);
    entries.extend(starts());
    entries.extend(resource_starts());
    entries
}

/// A start that takes a resource: `(client, resource, timeout_ms, callback, user_data, out_operation)`.
macro_rules! token_start {
    ($function:ident) => {
        entry!($function, |world| unsafe {
            let client = world.client.0;
            let start = |client, resource, callback, out| {
                $function(client, resource, QUICK, callback, null_mut(), out)
            };
            refused(cosmi_status::InvalidArgument, |callback, out| {
                start(null(), RESOURCE.as_ptr(), callback, out)
            });
            refused(cosmi_status::InvalidArgument, |callback, out| {
                start(client, null(), callback, out)
            });
            refused(cosmi_status::InvalidUtf8, |callback, out| {
                start(client, BAD_UTF8.as_ptr(), callback, out)
            });
            refused(cosmi_status::InvalidArgument, |callback, _| {
                start(client, RESOURCE.as_ptr(), callback, null_mut())
            });
            let huge = huge();
            for resource in [c"", c" ", c"%&?#/\"", &huge] {
                ends(|out| start(client, resource.as_ptr(), None, out));
            }
        })
    };
}

fn starts() -> [Entry; 8] {
    use cosmi_status::{InvalidArgument, InvalidUtf8};
    [
        token_start!(cosmi_token_get_start),
        token_start!(cosmi_token_renew_start),
        entry!(cosmi_environment_show_start, |world| unsafe {
            let client = world.client.0;
            let start = |client, callback, out| {
                cosmi_environment_show_start(client, QUICK, callback, null_mut(), out)
            };
            refused(InvalidArgument, |callback, out| {
                start(null(), callback, out)
            });
            refused(InvalidArgument, |callback, _| {
                start(client, callback, null_mut())
            });
            ends(|out| start(client, None, out));
        }),
        entry!(cosmi_account_list_start, |world| unsafe {
            let client = world.client.0;
            let start = |client, subscription, group, callback, out| {
                cosmi_account_list_start(
                    client,
                    subscription,
                    group,
                    QUICK,
                    callback,
                    null_mut(),
                    out,
                )
            };
            refused(InvalidArgument, |callback, out| {
                start(null(), null(), null(), callback, out)
            });
            refused(InvalidUtf8, |callback, out| {
                start(client, BAD_UTF8.as_ptr(), null(), callback, out)
            });
            refused(InvalidUtf8, |callback, out| {
                start(client, null(), BAD_UTF8.as_ptr(), callback, out)
            });
            refused(InvalidArgument, |callback, _| {
                start(client, null(), null(), callback, null_mut())
            });
            let huge = huge();
            for strange in [c"", c"../..", c"a/b?c#d", &huge] {
                ends(|out| start(client, strange.as_ptr(), null(), None, out));
                ends(|out| {
                    start(
                        client,
                        c"11111111-2222-3333-4444-555555555555".as_ptr(),
                        strange.as_ptr(),
                        None,
                        out,
                    )
                });
            }
        }),
        entry!(cosmi_account_show_start, |world| unsafe {
            let client = world.client.0;
            let start = |client, account, callback, out| {
                cosmi_account_show_start(client, account, QUICK, callback, null_mut(), out)
            };
            refused(InvalidArgument, |callback, out| {
                start(null(), world.account.0, callback, out)
            });
            refused(InvalidArgument, |callback, out| {
                start(client, null_mut(), callback, out)
            });
            refused(InvalidArgument, |callback, _| {
                start(client, world.account.0, callback, null_mut())
            });
            strange_accounts(|account, out| start(client, account, None, out));
        }),
        entry!(cosmi_keys_list_start, |world| unsafe {
            let client = world.client.0;
            let start = |client, account, kind, callback, out| {
                cosmi_keys_list_start(client, account, kind, QUICK, callback, null_mut(), out)
            };
            refused(InvalidArgument, |callback, out| {
                start(null(), world.account.0, 0, callback, out)
            });
            refused(InvalidArgument, |callback, out| {
                start(client, null_mut(), 0, callback, out)
            });
            refused(InvalidArgument, |callback, _| {
                start(client, world.account.0, 0, callback, null_mut())
            });
            for kind in OUT_OF_RANGE {
                refused(InvalidArgument, |callback, out| {
                    start(client, world.account.0, kind, callback, out)
                });
            }
            strange_accounts(|account, out| start(client, account, 0, None, out));
        }),
        entry!(cosmi_connection_strings_list_start, |world| unsafe {
            let client = world.client.0;
            let start = |client, account, callback, out| {
                cosmi_connection_strings_list_start(
                    client,
                    account,
                    QUICK,
                    callback,
                    null_mut(),
                    out,
                )
            };
            refused(InvalidArgument, |callback, out| {
                start(null(), world.account.0, callback, out)
            });
            refused(InvalidArgument, |callback, out| {
                start(client, null_mut(), callback, out)
            });
            refused(InvalidArgument, |callback, _| {
                start(client, world.account.0, callback, null_mut())
            });
            strange_accounts(|account, out| start(client, account, None, out));
        }),
        entry!(cosmi_collection_show_start, |world| unsafe {
            let client = world.client.0;
            let account = world.account.0;
            let good = c"Test".as_ptr();
            let start = |client, account, database, collection, callback, out| {
                cosmi_collection_show_start(
                    client,
                    account,
                    database,
                    collection,
                    QUICK,
                    callback,
                    null_mut(),
                    out,
                )
            };
            refused(InvalidArgument, |callback, out| {
                start(null(), account, good, good, callback, out)
            });
            refused(InvalidArgument, |callback, out| {
                start(client, null_mut(), good, good, callback, out)
            });
            refused(InvalidArgument, |callback, out| {
                start(client, account, null(), good, callback, out)
            });
            refused(InvalidArgument, |callback, out| {
                start(client, account, good, null(), callback, out)
            });
            refused(InvalidUtf8, |callback, out| {
                start(client, account, BAD_UTF8.as_ptr(), good, callback, out)
            });
            refused(InvalidUtf8, |callback, out| {
                start(client, account, good, BAD_UTF8.as_ptr(), callback, out)
            });
            refused(InvalidArgument, |callback, _| {
                start(client, account, good, good, callback, null_mut())
            });
            let huge = huge();
            for strange in [
                c"", c"a/b", c"a?b", c"a#b", c"100%", c"\"'", c"naïve", &huge,
            ] {
                ends(|out| start(client, account, strange.as_ptr(), good, None, out));
                ends(|out| start(client, account, good, strange.as_ptr(), None, out));
            }
            strange_accounts(|account, out| start(client, account, good, good, None, out));
        }),
    ]
}

/// References that say nothing, or nonsense.
fn strange_accounts(
    start: impl Fn(*const cosmi_account_ref, *mut *mut cosmi_operation) -> cosmi_status,
) {
    type Set = unsafe extern "C" fn(*mut cosmi_account_ref, *const c_char) -> cosmi_status;
    let setters: [Set; 4] = [
        cosmi_account_ref_set_name,
        cosmi_account_ref_set_endpoint,
        cosmi_account_ref_set_resource_group,
        cosmi_account_ref_set_subscription_id,
    ];
    let huge = huge();
    for set in setters {
        for strange in [
            c"a/b?c#d",
            c"http://192.0.2.1/",
            c"https://localhost:9/path?query",
            c"100% \"naïve\"",
            &huge,
        ] {
            let account = AccountRef::new();
            assert_eq!(
                unsafe { set(account.0, strange.as_ptr()) },
                cosmi_status::Ok
            );
            // The key keeps an operation from asking for one, and is no base64.
            assert_eq!(
                unsafe { cosmi_account_ref_set_key(account.0, b"\xff%".as_ptr(), 2) },
                cosmi_status::Ok
            );
            ends(|out| start(account.0, out));
        }
    }
    let nothing = AccountRef::new();
    assert_eq!(
        unsafe { cosmi_account_ref_set_name(nothing.0, null()) },
        cosmi_status::Ok
    );
    ends(|out| start(nothing.0, out));
}

#[test]
fn no_input_to_any_function_does_harm() {
    let server = Server::silent();
    let client = Client::of(&server);
    let world = World {
        server,
        client,
        account: AccountRef::new(),
    };
    let entries: BTreeMap<_, _> = entries()
        .into_iter()
        .map(|entry| (entry.name, entry.attempt))
        .collect();
    let tried: BTreeSet<_> = entries.keys().copied().collect();
    let header = header_functions();
    let declared: BTreeSet<_> = header.keys().map(String::as_str).collect();
    assert_eq!(tried, declared, "add what is new to the table");
    for (name, attempt) in entries {
        println!("{name}");
        attempt(&world);
    }
    assert_eq!(
        Client::of(&world.server).start(20, None, null_mut()).end(),
        cosmi_status::TimedOut,
        "still works"
    );
}

/// Text that a start takes.
#[derive(Clone, Copy)]
enum Taken {
    Needed(&'static CStr),
    OrNull(&'static CStr),
}

/// A start of what Resource Manager has: its texts one by one in place of good ones, NULL, and the strangest accounts.
fn resource_start<const N: usize>(
    world: &World,
    takes_account: bool,
    texts: [Taken; N],
    start: impl Fn(
        *const cosmi_client,
        *const cosmi_account_ref,
        [*const c_char; N],
        cosmi_completion_fn,
        *mut *mut cosmi_operation,
    ) -> cosmi_status,
) {
    use cosmi_status::{InvalidArgument, InvalidUtf8};
    let (client, account) = (world.client.0, world.account.0);
    let good = texts.map(|(Taken::Needed(text) | Taken::OrNull(text))| text.as_ptr());
    refused(InvalidArgument, |callback, out| {
        start(null(), account, good, callback, out)
    });
    refused(InvalidArgument, |callback, _| {
        start(client, account, good, callback, null_mut())
    });
    if takes_account {
        refused(InvalidArgument, |callback, out| {
            start(client, null(), good, callback, out)
        });
        strange_accounts(|account, out| start(client, account, good, None, out));
    }
    let huge = huge();
    for at in 0..N {
        let with = |text| {
            let mut texts = good;
            texts[at] = text;
            texts
        };
        refused(InvalidUtf8, |callback, out| {
            start(client, account, with(BAD_UTF8.as_ptr()), callback, out)
        });
        match texts[at] {
            Taken::Needed(_) => refused(InvalidArgument, |callback, out| {
                start(client, account, with(null()), callback, out)
            }),
            Taken::OrNull(_) => ends(|out| start(client, account, with(null()), None, out)),
        }
        for strange in [
            c"", c"../..", c"a/b?c#d", c"100%", c"\"'", c"naïve", c"{", c"[]", &huge,
        ] {
            ends(|out| start(client, account, with(strange.as_ptr()), None, out));
        }
    }
}

/// `(client, account, text …, number …, timeout_ms, callback, user_data, out_operation)`, or without the account.
macro_rules! resource_starts {
    ($($function:ident($(@$account:ident;)? $($text:ident: $good:expr),*; $($number:expr),*)),+) => { vec![$(
        entry!($function, |world: &World| {
            let takes_account = !stringify!($($account)?).is_empty();
            resource_start(
                world,
                takes_account,
                [$($good),*],
                |client, _account, [$($text),*], callback, out| unsafe {
                    $(let $account = _account;)?
                    $function(
                        client, $($account,)? $($text,)* $($number,)* MOMENT, callback, null_mut(), out,
                    )
                },
            );
        })
    ),+] };
}

const MOMENT: u32 = 10;

fn resource_starts() -> Vec<Entry> {
    use Taken::{Needed, OrNull};
    const MANUAL: i32 = cosmi_throughput_kind::Manual as i32;
    const NAME: Taken = Needed(c"Test");
    const MACHINE: &CStr = c"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/myvm";
    const PRINCIPAL: &CStr = c"33333333-0000-0000-0000-000000000002";
    resource_starts![
        cosmi_account_create_start(@account; definition: Needed(c"{}"); 0),
        cosmi_account_delete_start(@account; ; 0),
        cosmi_account_name_check_start(@account; ;),
        cosmi_key_regenerate_start(@account; ; 3),
        cosmi_database_list_start(@account; ;),
        cosmi_database_show_start(@account; database: NAME;),
        cosmi_database_create_start(@account; database: NAME; MANUAL, 400, 0),
        cosmi_database_delete_start(@account; database: NAME; 1),
        cosmi_collection_list_start(@account; database: NAME;),
        cosmi_collection_create_start(@account; database: NAME, collection: NAME, definition: Needed(c"{}"); MANUAL, u32::MAX, i32::MIN),
        cosmi_collection_delete_start(@account; database: NAME, collection: NAME; 0),
        cosmi_throughput_show_start(@account; database: NAME, collection: OrNull(c"Test");),
        cosmi_throughput_set_start(@account; database: NAME, collection: OrNull(c"Test"); MANUAL, 400, 0),
        cosmi_identity_show_start(id: Needed(MACHINE);),
        cosmi_identity_enable_start(id: Needed(MACHINE); 0),
        cosmi_access_grant_start(@account; principal: Needed(PRINCIPAL), role: Needed(c"Reader");),
        cosmi_access_list_start(@account; principal: OrNull(PRINCIPAL);),
        cosmi_access_revoke_start(@account; principal: Needed(PRINCIPAL), role: Needed(c"Reader");),
        cosmi_data_access_grant_start(@account; database: OrNull(c"Test"), collection: OrNull(c"Test"), principal: Needed(PRINCIPAL), role: Needed(c"r"); 0),
        cosmi_data_access_list_start(@account; database: OrNull(c"Test"), collection: OrNull(c"Test"), principal: OrNull(PRINCIPAL);),
        cosmi_data_role_list_start(@account; ;),
        cosmi_data_access_revoke_start(@account; database: OrNull(c"Test"), collection: OrNull(c"Test"), principal: Needed(PRINCIPAL), role: Needed(c"r"); 1)
    ]
}

#[test]
fn numbers_that_mean_nothing_are_refused() {
    use cosmi_throughput_kind::{Autoscale, Manual, None as NoneOfItsOwn};
    let server = Server::silent();
    let client = Client::of(&server);
    let (account, name) = (AccountRef::new(), c"Test".as_ptr());
    let create = |kind, ru, callback, out| unsafe {
        cosmi_database_create_start(
            client.0,
            account.0,
            name,
            kind,
            ru,
            0,
            MOMENT,
            callback,
            null_mut(),
            out,
        )
    };
    let create_in = |kind, ru, callback, out| unsafe {
        cosmi_collection_create_start(
            client.0,
            account.0,
            name,
            name,
            c"{}".as_ptr(),
            kind,
            ru,
            0,
            MOMENT,
            callback,
            null_mut(),
            out,
        )
    };
    let set = |kind, ru, callback, out| unsafe {
        cosmi_throughput_set_start(
            client.0,
            account.0,
            name,
            null(),
            kind,
            ru,
            0,
            MOMENT,
            callback,
            null_mut(),
            out,
        )
    };
    let invalid = cosmi_status::InvalidArgument;
    for number in OUT_OF_RANGE.into_iter().chain([3]) {
        refused(invalid, |callback, out| create(number, 400, callback, out));
        refused(invalid, |callback, out| create_in(number, 0, callback, out));
        refused(invalid, |callback, out| set(number, 400, callback, out));
    }
    for number in OUT_OF_RANGE.into_iter().chain([4]) {
        refused(invalid, |callback, out| unsafe {
            cosmi_key_regenerate_start(
                client.0,
                account.0,
                number,
                MOMENT,
                callback,
                null_mut(),
                out,
            )
        });
    }
    // none of its own is no amount, and cannot be set
    let none = NoneOfItsOwn as i32;
    refused(invalid, |callback, out| create(none, 400, callback, out));
    refused(invalid, |callback, out| create_in(none, 1, callback, out));
    refused(invalid, |callback, out| set(none, 0, callback, out));
    // an amount that does not fit is told in words, before anything is sent
    for (kind, ru) in [
        (Manual, 0),
        (Manual, 399),
        (Manual, 450),
        (Autoscale, 400),
        (Autoscale, u32::MAX),
    ] {
        let starts: [&dyn Fn(*mut *mut cosmi_operation) -> cosmi_status; 3] = [
            &|out| create(kind as i32, ru, None, out),
            &|out| create_in(kind as i32, ru, None, out),
            &|out| set(kind as i32, ru, None, out),
        ];
        for start in starts {
            let mut operation = null_mut();
            assert_eq!(start(&raw mut operation), cosmi_status::Ok);
            let operation = Operation(operation);
            assert_eq!(operation.end(), invalid, "{kind:?} {ru}");
            let action = unsafe {
                text(cosmi_error_action(
                    cosmi_operation_error(operation.0),
                    null_mut(),
                ))
            };
            assert!(action.is_some_and(|action| action.contains("RU/s")));
        }
    }
    assert_eq!(server.requests(), 0);
}
