//! What went wrong.

use std::fmt;

use libc::c_char;

use super::guard;
use super::status::cosmi_status;
use super::text::Text;
use crate::azure;

/// What went wrong, for people and for programs. Its text is safe to log: it holds no secrets.
///
/// Owned by the caller when it came from an out_error parameter (free with cosmi_error_free); borrowed from its
/// operation when it came from cosmi_operation_error (never freed).
///
/// Methods: cosmi_error_status, cosmi_error_message, cosmi_error_action, cosmi_error_http_status,
/// cosmi_error_service_code, cosmi_error_request_id, cosmi_error_retry_after_ms, cosmi_error_is_retryable,
/// cosmi_error_free
pub struct cosmi_error {
    status: cosmi_status,
    message: Text,
    action: Option<Text>,
    http_status: u32,
    service_code: Option<Text>,
    request_id: Option<Text>,
    retry_after_ms: Option<i64>,
    is_retryable: bool,
}

impl cosmi_error {
    pub(super) fn new(status: cosmi_status, message: &str) -> Self {
        Self {
            status,
            message: message.into(),
            action: None,
            http_status: 0,
            service_code: None,
            request_id: None,
            retry_after_ms: None,
            is_retryable: false,
        }
    }

    pub(super) fn panicked(message: &str) -> Self {
        Self::new(
            cosmi_status::Panic,
            &format!("the library has a bug: {message}"),
        )
    }

    pub(super) fn status(&self) -> cosmi_status {
        self.status
    }
}

impl From<azure::Error> for cosmi_error {
    fn from(error: azure::Error) -> Self {
        Self {
            status: error.kind().into(),
            message: error.message().into(),
            action: error.action().map(Text::from),
            http_status: error.http_status().into(),
            service_code: error.service_code().map(Text::from),
            request_id: error.request_id().map(Text::from),
            retry_after_ms: error
                .retry_after()
                .map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            is_retryable: error.is_retryable(),
        }
    }
}

impl fmt::Debug for cosmi_error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cosmi_error({:?})", self.status)
    }
}

/// The status of an error: the same as its operation's.
///
/// error: NULL is no error.
/// Returns the status; COSMI_STATUS_OK for NULL. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_status(error: *const cosmi_error) -> cosmi_status {
    guard::value(cosmi_status::Ok, || {
        unsafe { guard::borrow(error) }
            .ok()
            .map(cosmi_error::status)
    })
}

/// What happened, in one line of English without a final period; causes follow after ": ".
///
/// error: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL for NULL. Any thread.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_message(
    error: *const cosmi_error,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(error, out_len, |error| Some(&error.message)) }
}

/// What the reader can do about it, in one line.
///
/// error: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL when there is no advice.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_action(
    error: *const cosmi_error,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(error, out_len, |error| error.action.as_ref()) }
}

/// The HTTP status of the answer that was the error.
///
/// error: may be NULL.
/// Returns the HTTP status, or 0 when there was no answer. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_http_status(error: *const cosmi_error) -> u32 {
    guard::value(0, || {
        Some(unsafe { guard::borrow(error) }.ok()?.http_status)
    })
}

/// The service's own code for the error, for example AuthorizationFailed.
///
/// error: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL when there is none.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_service_code(
    error: *const cosmi_error,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(error, out_len, |error| error.service_code.as_ref()) }
}

/// The id by which the service's support finds the failed request.
///
/// error: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the error or its operation is freed; NULL when there is none.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_request_id(
    error: *const cosmi_error,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(error, out_len, |error| error.request_id.as_ref()) }
}

/// How long the service asked to wait before the next try.
///
/// error: may be NULL.
/// Returns milliseconds, or -1 when it did not ask. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_retry_after_ms(error: *const cosmi_error) -> i64 {
    guard::value(-1, || unsafe { guard::borrow(error) }.ok()?.retry_after_ms)
}

/// Whether the same call may succeed later with nothing changed.
///
/// error: may be NULL.
/// Returns 1 or 0. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_is_retryable(error: *const cosmi_error) -> i32 {
    guard::value(0, || {
        Some(unsafe { guard::borrow(error) }.ok()?.is_retryable.into())
    })
}

/// Frees an error that came from an out_error parameter.
///
/// error: NULL does nothing. Never one that was borrowed from an operation.
/// Any thread, but not while another call uses the error. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_error_free(error: *mut cosmi_error) {
    unsafe { guard::free(error) }
}
