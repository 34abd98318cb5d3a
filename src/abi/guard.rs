//! The firewall of every export: a panic behind it becomes a value, a NULL is seen before it is followed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Once};
use std::{ptr, thread};

use libc::c_char;

use super::error::cosmi_error;
use super::log;
use super::status::cosmi_status;
use super::text::Text;
use crate::azure::Level;
use crate::{runtime, task};

/// Why an export did not do what it was asked, when a status says it all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A NULL where none is allowed, or a number out of its range.
    Argument,
    /// Text that is not UTF-8.
    Utf8,
    /// A call that cannot be made now or here.
    State,
    /// No threads.
    Runtime,
}

impl From<Fault> for cosmi_status {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Argument => Self::InvalidArgument,
            Fault::Utf8 => Self::InvalidUtf8,
            Fault::State => Self::InvalidState,
            Fault::Runtime => Self::Runtime,
        }
    }
}

/// For exports that return a status.
pub(super) fn status(body: impl FnOnce() -> Result<cosmi_status, Fault>) -> cosmi_status {
    match guarded(body) {
        Ok(result) => result.unwrap_or_else(cosmi_status::from),
        Err(_) => cosmi_status::Panic,
    }
}

/// For exports that return a status and, in `out_error`, more about it.
///
/// # Safety
///
/// `out_error` is NULL or can be written.
pub(super) unsafe fn status_with_error(
    out_error: *mut *mut cosmi_error,
    body: impl FnOnce() -> Result<(), cosmi_error>,
) -> cosmi_status {
    let error = match guarded(body) {
        Ok(Ok(())) => return cosmi_status::Ok,
        Ok(Err(error)) => error,
        Err(message) => cosmi_error::panicked(&message),
    };
    let status = error.status();
    if !out_error.is_null() {
        // SAFETY: the caller's promise.
        unsafe { out_error.write(Box::into_raw(Box::new(error))) };
    }
    status
}

/// For exports that return a value: `default` where the body has none to give.
pub(super) fn value<T>(default: T, body: impl FnOnce() -> Option<T>) -> T {
    guarded(body).ok().flatten().unwrap_or(default)
}

/// For accessors of text: borrowed from `owner`, NULL and length 0 where there is none.
///
/// # Safety
///
/// `owner` is NULL or valid, and so is `out_len`.
pub(super) unsafe fn text<'a, T: 'a>(
    owner: *const T,
    out_len: *mut usize,
    body: impl FnOnce(&'a T) -> Option<&'a Text>,
) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { give_bytes(out_len, || body(borrow(owner).ok()?).map(Text::parts)) }.cast()
}

/// For accessors of bytes: borrowed from `owner`, NULL and length 0 where there are none.
///
/// # Safety
///
/// `owner` is NULL or valid, and so is `out_len`.
pub(super) unsafe fn bytes<'a, T: 'a>(
    owner: *const T,
    out_len: *mut usize,
    body: impl FnOnce(&'a T) -> Option<&'a [u8]>,
) -> *const u8 {
    // SAFETY: the caller's promise.
    unsafe {
        give_bytes(out_len, || {
            body(borrow(owner).ok()?).map(|bytes| (bytes.as_ptr(), bytes.len()))
        })
    }
}

unsafe fn give_bytes(
    out_len: *mut usize,
    body: impl FnOnce() -> Option<(*const u8, usize)>,
) -> *const u8 {
    let (bytes, len) = value((ptr::null(), 0), body);
    if !out_len.is_null() {
        // SAFETY: the caller's promise.
        unsafe { out_len.write(len) };
    }
    bytes
}

/// For accessors of parts: borrowed from `owner`, NULL where there is none.
///
/// # Safety
///
/// `owner` is NULL or valid.
pub(super) unsafe fn part<T, P>(
    owner: *const T,
    body: impl FnOnce(&T) -> Option<*const P>,
) -> *const P {
    // SAFETY: the caller's promise.
    value(ptr::null(), || body(unsafe { borrow(owner) }.ok()?))
}

/// Ends a handle that was made by [`give`].
///
/// # Safety
///
/// `handle` is NULL, or was made by [`give`] and is not used any more.
pub(super) unsafe fn free<T>(handle: *mut T) {
    value((), || {
        if !handle.is_null() {
            // SAFETY: the caller's promise.
            drop(unsafe { Box::from_raw(handle) });
        }
        None
    });
}

/// Hands a new handle to the host.
///
/// # Safety
///
/// `out` can be written; [`writable`] has seen it.
pub(super) unsafe fn give<T>(out: *mut *mut T, handle: T) {
    // SAFETY: the caller's promise.
    unsafe { out.write(Box::into_raw(Box::new(handle))) };
}

/// An out-parameter that must be there.
pub(super) fn writable<T>(out: *mut T) -> Result<*mut T, Fault> {
    if out.is_null() {
        Err(Fault::Argument)
    } else {
        Ok(out)
    }
}

/// The object behind a handle that must be there.
///
/// # Safety
///
/// `handle` is NULL, or valid for `'a`.
pub(super) unsafe fn borrow<'a, T>(handle: *const T) -> Result<&'a T, Fault> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_ref() }.ok_or(Fault::Argument)
}

thread_local! {
    /// How many exports the calling thread is inside of.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// Runs `body`; the message of its panic, if it panics.
fn guarded<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    INSIDE.set(INSIDE.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(body));
    INSIDE.set(INSIDE.get() - 1);
    result.map_err(|panic| task::panic_text(&*panic))
}

fn is_inside() -> bool {
    INSIDE.get() > 0
}

/// Sends the panics of this library to the log instead of the host's console. Those of others, where this library is
/// linked into a Rust program, go where they went before.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    if INSTALLED.is_completed() || thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        // The hook is code of this library, too.
        #[cfg(windows)]
        super::resident::stay();
        let others = Arc::new(take_hook());
        set_hook(Box::new(move |panic| {
            if is_inside() || runtime::is_own_thread() {
                log::record(Level::Error, 0, &report(panic));
            } else {
                others(panic);
            }
        }));
    });
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let message = task::panic_text(panic.payload());
    match panic.location() {
        Some(place) => format!(
            "panic in {} line {}: {message}",
            file_name(place.file()),
            place.line()
        ),
        None => format!("panic: {message}"),
    }
}

/// Without the folders of the machine it was built on.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::super::error::{cosmi_error_free, cosmi_error_message, cosmi_error_status};
    use super::super::log::tests::logged;
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(status(|| panic!("injected")), cosmi_status::Panic);
        assert_eq!(status(|| Err(Fault::State)), cosmi_status::InvalidState);
        assert_eq!(status(|| Ok(cosmi_status::Pending)), cosmi_status::Pending);
    }

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        let mut error = ptr::null_mut();
        unsafe {
            assert_eq!(
                status_with_error(&raw mut error, || panic!("injected {}", 7)),
                cosmi_status::Panic
            );
            assert_eq!(cosmi_error_status(error), cosmi_status::Panic);
            let message = CStr::from_ptr(cosmi_error_message(error, ptr::null_mut()));
            assert_eq!(message, c"the library has a bug: injected 7");
            cosmi_error_free(error);
            assert_eq!(
                status_with_error(ptr::null_mut(), || panic!("injected")),
                cosmi_status::Panic
            );
        }
    }

    #[test]
    fn a_panic_becomes_the_value_of_nothing() {
        assert_eq!(value(-1, || panic!("injected")), -1);
        let mut len = 7;
        let owner = 1_u8;
        assert!(unsafe { text(&raw const owner, &raw mut len, |_| panic!("injected")) }.is_null());
        assert_eq!(len, 0);
        len = 7;
        assert!(unsafe { bytes(&raw const owner, &raw mut len, |_| panic!("injected")) }.is_null());
        assert_eq!(len, 0);
    }

    #[test]
    fn a_panic_in_a_drop_stays_behind_the_boundary() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("injected into a drop");
            }
        }
        let mut bomb = ptr::null_mut();
        unsafe {
            give(&raw mut bomb, Bomb);
            free(bomb);
        }
    }

    #[test]
    fn panics_go_to_the_log_with_the_place_but_not_the_folder() {
        let records = logged(Level::Error, |_| {
            assert_eq!(
                status(|| panic!("injected for the log")),
                cosmi_status::Panic
            );
        });
        let found = records
            .iter()
            .filter(|record| record.2.ends_with(": injected for the log"))
            .collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "{records:?}");
        assert!(
            found[0].2.starts_with("panic in guard.rs line "),
            "{found:?}"
        );
        assert_eq!((found[0].0, found[0].1), (1, 0));
    }

    #[test]
    fn a_place_is_told_without_its_folder() {
        assert_eq!(file_name("/build/src/a.rs"), "a.rs");
        assert_eq!(file_name(r"C:\build\src\a.rs"), "a.rs");
        assert_eq!(file_name("a.rs"), "a.rs");
    }
}
