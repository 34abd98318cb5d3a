//! Connection strings of accounts.

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::status::cosmi_status;
use super::text::Text;
use crate::azure::{ConnectionStrings, Secret};

/// Connection strings of an account.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_connection_strings_count, cosmi_connection_strings_value, cosmi_connection_strings_description,
/// cosmi_connection_strings_key_kind, cosmi_connection_strings_type, cosmi_connection_strings_account_name
#[derive(Debug)]
pub struct cosmi_connection_strings {
    account_name: Text,
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    value: Secret,
    description: Text,
    key_kind: Option<Text>,
    kind: Option<Text>,
}

impl From<ConnectionStrings> for cosmi_connection_strings {
    fn from(strings: ConnectionStrings) -> Self {
        let items = strings.items.into_iter().map(|string| Item {
            value: string.value,
            description: string.description.into(),
            key_kind: string.key_kind.map(Text::from),
            kind: string.kind.map(Text::from),
        });
        Self {
            account_name: strings.account_name.into(),
            items: items.collect(),
        }
    }
}

/// Starts listing the connection strings of an account.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_connection_strings; otherwise
/// INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
/// cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_list_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                Ok(Output::ConnectionStrings(
                    client
                        .list_connection_strings(&call, &account)
                        .await?
                        .into(),
                ))
            },
        )
    })
}

/// How many connection strings there are.
///
/// connection_strings: may be NULL.
/// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_count(
    connection_strings: *const cosmi_connection_strings,
) -> usize {
    guard::value(0, || {
        Some(
            unsafe { guard::borrow(connection_strings) }
                .ok()?
                .items
                .len(),
        )
    })
}

/// A connection string. SECRET: copy it to where it is used, and wipe that.
///
/// connection_strings: may be NULL.
/// index: 0 to cosmi_connection_strings_count - 1.
/// out_len: receives the length in bytes; may be NULL.
/// Returns the bytes (ASCII, not NUL-terminated), borrowed until the operation is freed; NULL when there is none at
/// that index. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_value(
    connection_strings: *const cosmi_connection_strings,
    index: usize,
    out_len: *mut usize,
) -> *const u8 {
    unsafe {
        guard::bytes(connection_strings, out_len, |connection_strings| {
            Some(connection_strings.items.get(index)?.value.as_bytes())
        })
    }
}

/// What the service calls a connection string, for example Primary SQL Connection String.
///
/// connection_strings: may be NULL.
/// index: 0 to cosmi_connection_strings_count - 1.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none at that index.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_description(
    connection_strings: *const cosmi_connection_strings,
    index: usize,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(connection_strings, out_len, |connection_strings| {
            Some(&connection_strings.items.get(index)?.description)
        })
    }
}

/// Which key is in a connection string, in the service's words, for example Primary.
///
/// connection_strings: may be NULL.
/// index: 0 to cosmi_connection_strings_count - 1.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the service does not say.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_key_kind(
    connection_strings: *const cosmi_connection_strings,
    index: usize,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(connection_strings, out_len, |connection_strings| {
            connection_strings.items.get(index)?.key_kind.as_ref()
        })
    }
}

/// The protocol that a connection string is for, in the service's words, for example Sql.
///
/// connection_strings: may be NULL.
/// index: 0 to cosmi_connection_strings_count - 1.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the service does not say.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_type(
    connection_strings: *const cosmi_connection_strings,
    index: usize,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(connection_strings, out_len, |connection_strings| {
            connection_strings.items.get(index)?.kind.as_ref()
        })
    }
}

/// The name of the account that the connection strings are of.
///
/// connection_strings: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_connection_strings_account_name(
    connection_strings: *const cosmi_connection_strings,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(connection_strings, out_len, |connection_strings| {
            Some(&connection_strings.account_name)
        })
    }
}
