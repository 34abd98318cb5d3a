//! Tokens.

use std::sync::Arc;

use libc::{c_char, c_void};

use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::options::cosmi_identity_source;
use super::status::cosmi_status;
use super::text::{self, Text};
use crate::azure::Token;

/// A token of the machine's identity.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_token_value, cosmi_token_expires_on_s, cosmi_token_resource, cosmi_token_client_id,
/// cosmi_token_identity_source, cosmi_token_claims_json
#[derive(Debug)]
pub struct cosmi_token {
    token: Arc<Token>,
    resource: Text,
    client_id: Option<Text>,
    claims_json: Option<Text>,
}

impl From<Arc<Token>> for cosmi_token {
    fn from(token: Arc<Token>) -> Self {
        Self {
            resource: token.resource.as_str().into(),
            client_id: token.client_id.as_deref().map(Text::from),
            claims_json: token.claims_json.as_deref().map(Text::from),
            token,
        }
    }
}

/// Starts getting a token. A token that the client still has is given at once: then the operation has ended when this
/// returns.
///
/// client: not NULL.
/// resource: whom the token is for, for example https://management.azure.com/; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_token; otherwise
/// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free
/// with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_get_start(
    client: *const cosmi_client,
    resource: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let resource = &text::required(resource)?;
        operation::start_unless_at_hand(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, id| Some(Output::Token(client.token_at_hand(id, resource)?.into())),
            |client, call| {
                let resource = resource.clone();
                async move { Ok(Output::Token(client.token(&call, &resource).await?.into())) }
            },
        )
    })
}

/// Starts getting a new token, whatever the client still has; it takes the place of the former one. App Service and
/// Service Fabric keep tokens themselves, and may answer the former one again.
///
/// client: not NULL.
/// resource: whom the token is for, for example https://management.azure.com/; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_token; otherwise
/// INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned by the caller, free
/// with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_renew_start(
    client: *const cosmi_client,
    resource: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let resource = text::required(resource)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                Ok(Output::Token(
                    client.new_token(&call, &resource).await?.into(),
                ))
            },
        )
    })
}

/// The token itself. SECRET: copy it to where it is used, and wipe that.
///
/// token: may be NULL.
/// out_len: receives the length in bytes; may be NULL.
/// Returns the bytes (ASCII, not NUL-terminated), borrowed until the operation is freed; NULL for NULL. Any thread.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_value(
    token: *const cosmi_token,
    out_len: *mut usize,
) -> *const u8 {
    unsafe { guard::bytes(token, out_len, |token| Some(token.token.value.as_bytes())) }
}

/// When the token expires.
///
/// token: may be NULL.
/// Returns seconds since 1970-01-01 UTC; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_expires_on_s(token: *const cosmi_token) -> i64 {
    guard::value(0, || {
        Some(unsafe { guard::borrow(token) }.ok()?.token.expires_on_s)
    })
}

/// Whom the token is for.
///
/// token: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_resource(
    token: *const cosmi_token,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(token, out_len, |token| Some(&token.resource)) }
}

/// The client id of the identity that the token is of.
///
/// token: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told. Any thread.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_client_id(
    token: *const cosmi_token,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(token, out_len, |token| token.client_id.as_ref()) }
}

/// Where the token came from.
///
/// token: may be NULL.
/// Returns a cosmi_identity_source; -1 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_identity_source(token: *const cosmi_token) -> i32 {
    guard::value(-1, || {
        let token = unsafe { guard::borrow(token) }.ok()?;
        Some(cosmi_identity_source::from(token.token.source) as i32)
    })
}

/// What the token says of its identity: a JSON object with those of oid, appid, tid, aud, exp and xms_mirid that it
/// has. For display only: nothing of it is verified.
///
/// token: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when the token cannot be read. Any thread.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_token_claims_json(
    token: *const cosmi_token,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(token, out_len, |token| token.claims_json.as_ref()) }
}
