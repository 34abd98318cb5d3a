//! Keys of accounts.

use std::sync::Arc;

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard::{self, Fault};
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text::Text;
use crate::azure::{KeyKind, KeyRole, Keys};

/// What keys permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_key_kind {
    /// As a wish: read-write keys, and read-only ones where those are refused. As an answer: not known.
    Auto = 0,
    /// Reading and writing.
    ReadWrite = 1,
    /// Reading only.
    ReadOnly = 2,
}

impl From<KeyKind> for cosmi_key_kind {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Auto => Self::Auto,
            KeyKind::ReadWrite => Self::ReadWrite,
            KeyKind::ReadOnly => Self::ReadOnly,
        }
    }
}

fn kind(number: i32) -> Result<KeyKind, Fault> {
    [KeyKind::Auto, KeyKind::ReadWrite, KeyKind::ReadOnly]
        .into_iter()
        .find(|kind| cosmi_key_kind::from(*kind) as i32 == number)
        .ok_or(Fault::Argument)
}

/// Which of an account's four keys it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_key_role {
    /// The primary read-write key.
    Primary = 0,
    /// The secondary read-write key.
    Secondary = 1,
    /// The primary read-only key.
    PrimaryReadOnly = 2,
    /// The secondary read-only key.
    SecondaryReadOnly = 3,
}

impl From<KeyRole> for cosmi_key_role {
    fn from(role: KeyRole) -> Self {
        match role {
            KeyRole::Primary => Self::Primary,
            KeyRole::Secondary => Self::Secondary,
            KeyRole::PrimaryReadOnly => Self::PrimaryReadOnly,
            KeyRole::SecondaryReadOnly => Self::SecondaryReadOnly,
        }
    }
}

fn role(number: i32) -> Result<KeyRole, Fault> {
    [
        KeyRole::Primary,
        KeyRole::Secondary,
        KeyRole::PrimaryReadOnly,
        KeyRole::SecondaryReadOnly,
    ]
    .into_iter()
    .find(|role| cosmi_key_role::from(*role) as i32 == number)
    .ok_or(Fault::Argument)
}

/// Keys of an account.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_keys_count, cosmi_keys_value, cosmi_keys_role, cosmi_keys_access, cosmi_keys_account_name
#[derive(Debug)]
pub struct cosmi_keys {
    keys: Arc<Keys>,
    account_name: Text,
}

impl From<Arc<Keys>> for cosmi_keys {
    fn from(keys: Arc<Keys>) -> Self {
        Self {
            account_name: keys.account_name.as_str().into(),
            keys,
        }
    }
}

/// Starts listing the keys of an account.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// key_kind: a cosmi_key_kind; AUTO asks for read-write keys, then for read-only ones.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_keys; otherwise
/// INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free with
/// cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_keys_list_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    key_kind: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let kind = kind(key_kind)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                Ok(Output::Keys(
                    client.list_keys(&call, &account, kind).await?.into(),
                ))
            },
        )
    })
}

/// Starts making a key of an account anew. The former one opens nothing any more.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// key_role: a cosmi_key_role.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
/// resource, and NEW; cosmi_keys_list_start gives the key); otherwise INVALID_ARGUMENT or RUNTIME, and the callback
/// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_key_regenerate_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    key_role: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let key_role = role(key_role)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                client.regenerate_key(&call, &account, key_role).await?;
                Ok(Output::Resources(cosmi_resources::new_unseen()))
            },
        )
    })
}

/// How many keys there are.
///
/// keys: may be NULL.
/// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_keys_count(keys: *const cosmi_keys) -> usize {
    guard::value(0, || {
        Some(unsafe { guard::borrow(keys) }.ok()?.keys.keys.len())
    })
}

/// A key: base64 text, as the service gives it. SECRET: copy it to where it is used, and wipe that.
///
/// keys: may be NULL.
/// index: 0 to cosmi_keys_count - 1.
/// out_len: receives the length in bytes; may be NULL.
/// Returns the bytes (ASCII, not NUL-terminated), borrowed until the operation is freed; NULL when there is none at
/// that index. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_keys_value(
    keys: *const cosmi_keys,
    index: usize,
    out_len: *mut usize,
) -> *const u8 {
    unsafe {
        guard::bytes(keys, out_len, |keys| {
            keys.keys.keys.get(index).map(|(_, key)| key.as_bytes())
        })
    }
}

/// Which of the account's keys it is.
///
/// keys: may be NULL.
/// index: 0 to cosmi_keys_count - 1.
/// Returns a cosmi_key_role; -1 when there is none at that index. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_keys_role(keys: *const cosmi_keys, index: usize) -> i32 {
    guard::value(-1, || {
        let (role, _) = unsafe { guard::borrow(keys) }.ok()?.keys.keys.get(index)?;
        Some(cosmi_key_role::from(*role) as i32)
    })
}

/// What the keys permit: what was granted, when AUTO was asked for.
///
/// keys: may be NULL.
/// Returns a cosmi_key_kind, READ_WRITE or READ_ONLY; -1 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_keys_access(keys: *const cosmi_keys) -> i32 {
    guard::value(-1, || {
        let keys = unsafe { guard::borrow(keys) }.ok()?;
        Some(cosmi_key_kind::from(keys.keys.access) as i32)
    })
}

/// The name of the account that the keys are of.
///
/// keys: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_keys_account_name(
    keys: *const cosmi_keys,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(keys, out_len, |keys| Some(&keys.account_name)) }
}
