//! Work under way.

use std::fmt;
use std::future::Future;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use libc::c_void;

use super::account::cosmi_accounts;
use super::client::cosmi_client;
use super::collection::cosmi_collection;
use super::connection_strings::cosmi_connection_strings;
use super::environment::cosmi_environment;
use super::error::cosmi_error;
use super::guard::{self, Fault};
use super::keys::cosmi_keys;
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::token::cosmi_token;
use crate::azure;
use crate::runtime;
use crate::task::{Completion, Endings, Outcome, Task};

/// A piece of work, made by one of the functions that end in _start.
///
/// It ends exactly once, with one final status; results and errors are borrowed from it until it is freed. Owned by
/// the caller, free with cosmi_operation_free, at any time. Any number of threads may use it at the same time, except
/// that freeing it must be the last call.
///
/// Methods: cosmi_operation_id, cosmi_operation_wait, cosmi_operation_cancel, cosmi_operation_error,
/// cosmi_operation_token, cosmi_operation_environment, cosmi_operation_accounts, cosmi_operation_keys,
/// cosmi_operation_connection_strings, cosmi_operation_collection, cosmi_operation_resources, cosmi_operation_free
pub struct cosmi_operation {
    id: u64,
    task: Arc<Task<Ended>>,
}

/// Is told that an operation has ended.
///
/// user_data: as given to the function that started the operation. It may be released here: the call is the only one.
/// status: the final status, the same that cosmi_operation_wait returns.
/// Called exactly once for each operation that was started with it, also when the operation is cancelled or freed;
/// after the end is visible to cosmi_operation_wait; on a library thread that may block, one call at a time; never
/// inside the function that started the operation, but maybe before that has returned. Since 0.1.0.
pub type cosmi_completion_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, status: cosmi_status)>;

/// Something that an operation can come to.
trait Part {
    fn of(output: &Output) -> Option<&Self>;
}

macro_rules! output {
    ($($kind:ident($part:ident),)*) => {
        /// What an operation can come to.
        #[derive(Debug)]
        pub(super) enum Output {
            $($kind($part),)*
        }

        $(impl Part for $part {
            fn of(output: &Output) -> Option<&Self> {
                match output {
                    Output::$kind(part) => Some(part),
                    _ => None,
                }
            }
        })*
    };
}

output! {
    Token(cosmi_token),
    Environment(cosmi_environment),
    Accounts(cosmi_accounts),
    Keys(cosmi_keys),
    ConnectionStrings(cosmi_connection_strings),
    Collection(cosmi_collection),
    Resources(cosmi_resources),
}

#[derive(Debug)]
struct Ended(Result<Output, cosmi_error>);

impl Outcome for Ended {
    type Status = cosmi_status;

    fn status(&self) -> cosmi_status {
        self.0
            .as_ref()
            .err()
            .map_or(cosmi_status::Ok, cosmi_error::status)
    }
}

impl Endings<Ended> for azure::Call {
    fn cancelled(&self) -> Ended {
        Ended(Err(azure::Call::cancelled(self).into()))
    }

    fn timed_out(&self) -> Ended {
        Ended(Err(azure::Call::timed_out(self).into()))
    }

    fn panicked(&self, message: String) -> Ended {
        Ended(Err(cosmi_error::panicked(&message)))
    }
}

struct UserData(*mut c_void);

// SAFETY: the host has promised that its callback may be called with it on any thread.
unsafe impl Send for UserData {}

impl UserData {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

static LAST_ID: AtomicU64 = AtomicU64::new(0);

/// Starts `work` as an operation.
///
/// # Safety
///
/// `client` and `out_operation` are NULL or valid, and `callback` can be called once with `user_data` on any thread.
pub(super) unsafe fn start<W>(
    client: *const cosmi_client,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
    work: impl FnOnce(azure::Client, azure::Call) -> W,
) -> Result<cosmi_status, Fault>
where
    W: Future<Output = Result<Output, azure::Error>> + Send + 'static,
{
    // SAFETY: the caller's promise.
    unsafe {
        start_unless_at_hand(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |_, _| None,
            work,
        )
    }
}

/// The same where `at_hand`, which is also given the operation's id, may have the output: then there is nothing to
/// wait for, and the operation has ended when this returns.
///
/// # Safety
///
/// As for [`start`].
pub(super) unsafe fn start_unless_at_hand<W>(
    client: *const cosmi_client,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
    at_hand: impl FnOnce(&azure::Client, u64) -> Option<Output>,
    work: impl FnOnce(azure::Client, azure::Call) -> W,
) -> Result<cosmi_status, Fault>
where
    W: Future<Output = Result<Output, azure::Error>> + Send + 'static,
{
    let (mut at_hand, mut work) = (Some(at_hand), Some(work));
    // SAFETY: the caller's promise.
    unsafe {
        begin(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            &mut |client, id| at_hand.take()?(client, id),
            &mut |client, call| Some(work.take()?(client, call).boxed()),
        )
    }
}

type Work = BoxFuture<'static, Result<Output, azure::Error>>;

/// What is the same for all operations: once in the library, and not once for each kind. Both closures are called once at
/// most.
///
/// # Safety
///
/// As for [`start`].
unsafe fn begin(
    client: *const cosmi_client,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
    at_hand: &mut dyn FnMut(&azure::Client, u64) -> Option<Output>,
    work: &mut dyn FnMut(azure::Client, azure::Call) -> Option<Work>,
) -> Result<cosmi_status, Fault> {
    let out_operation = guard::writable(out_operation)?;
    // SAFETY: the caller's promise.
    let client = unsafe { guard::borrow(client) }?.get();
    let machine = runtime::machine().map_err(|_no_threads| Fault::Runtime)?;
    let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
    let task = if let Some(output) = at_hand(client, id) {
        Task::ended(machine, Ended(Ok(output)), completion(callback, user_data))
    } else {
        let limit = if timeout_ms == 0 {
            client.timeout()
        } else {
            Duration::from_millis(timeout_ms.into())
        };
        let call = client.call(id, limit);
        let work = work(client.clone(), call.clone()).ok_or(Fault::Runtime)?;
        let work = async move { Ended(work.await.map_err(Into::into)) }.boxed();
        Task::start(machine, work, limit, call, completion(callback, user_data))
    };
    // SAFETY: the caller's promise.
    unsafe { guard::give(out_operation, cosmi_operation { id, task }) };
    Ok(cosmi_status::Ok)
}

fn completion(
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
) -> Option<Completion<cosmi_status>> {
    callback.map(|callback| -> Completion<cosmi_status> {
        let user_data = UserData(user_data);
        // SAFETY: the promise of whoever gave it; a completion runs once.
        Box::new(move |status| unsafe { callback(user_data.get(), status) })
    })
}

impl Drop for cosmi_operation {
    fn drop(&mut self) {
        self.task.abandon();
    }
}

impl fmt::Debug for cosmi_operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cosmi_operation({})", self.id)
    }
}

impl cosmi_operation {
    /// Where the output is, if it is of this kind.
    fn output<P: Part>(&self) -> Option<*const P> {
        self.outcome(|outcome| outcome.as_ref().ok().and_then(P::of))
    }

    /// Where the part of the outcome is that `pick` finds.
    fn outcome<P>(
        &self,
        pick: impl FnOnce(&Result<Output, cosmi_error>) -> Option<&P>,
    ) -> Option<*const P> {
        // It stays there when this share is dropped: the task keeps its own until the operation is freed.
        let outcome = self.task.outcome()?;
        pick(&outcome.0).map(ptr::from_ref)
    }
}

/// The number of an operation, which its log records carry.
///
/// operation: may be NULL.
/// Returns a number above 0 that no other operation of the process has; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_id(operation: *const cosmi_operation) -> u64 {
    guard::value(0, || Some(unsafe { guard::borrow(operation) }.ok()?.id))
}

/// Waits for an operation to end. Uses no processor time while it waits.
///
/// operation: not NULL.
/// timeout_ms: milliseconds to wait at most; 0 = look without waiting; UINT32_MAX = without bound.
/// Returns the operation's final status, again and again, once it has ended; COSMI_STATUS_PENDING when it has not
/// ended in time, which does not end it; INVALID_ARGUMENT for NULL; RUNTIME in a forked child, where it cannot end.
/// Any thread, completion callbacks and log callbacks included. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_wait(
    operation: *const cosmi_operation,
    timeout_ms: u32,
) -> cosmi_status {
    guard::status(|| {
        // A share of its own, so that the task is still there should the host free the operation meanwhile.
        let task = Arc::clone(&unsafe { guard::borrow(operation) }?.task);
        let limit = (timeout_ms != u32::MAX).then(|| Duration::from_millis(timeout_ms.into()));
        let ended = task.wait(limit).map_err(|_forked| Fault::Runtime)?;
        Ok(ended.unwrap_or(cosmi_status::Pending))
    })
}

/// Wishes an operation to end now, with COSMI_STATUS_CANCELLED. If its work was quicker, the real result stands.
/// Requests on the way are dropped. Returns at once; again and again does no harm.
///
/// operation: NULL does nothing.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_cancel(operation: *const cosmi_operation) {
    guard::value((), || {
        unsafe { guard::borrow(operation) }.ok()?.task.cancel();
        None
    });
}

/// Why an operation failed.
///
/// operation: may be NULL.
/// Returns the error, borrowed until the operation is freed; NULL when the operation has not ended, or has succeeded.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_error(
    operation: *const cosmi_operation,
) -> *const cosmi_error {
    unsafe {
        guard::part(operation, |operation| {
            operation.outcome(|outcome| outcome.as_ref().err())
        })
    }
}

/// The result of cosmi_token_get_start.
///
/// operation: may be NULL.
/// Returns the token, borrowed until the operation is freed; NULL for an operation that has not ended with one.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_token(
    operation: *const cosmi_operation,
) -> *const cosmi_token {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// The result of cosmi_environment_show_start.
///
/// operation: may be NULL.
/// Returns the environment, borrowed until the operation is freed; NULL for an operation that has not ended with one.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_environment(
    operation: *const cosmi_operation,
) -> *const cosmi_environment {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// The result of cosmi_account_list_start and cosmi_account_show_start.
///
/// operation: may be NULL.
/// Returns the accounts, borrowed until the operation is freed; NULL for an operation that has not ended with them.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_accounts(
    operation: *const cosmi_operation,
) -> *const cosmi_accounts {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// The result of cosmi_keys_list_start.
///
/// operation: may be NULL.
/// Returns the keys, borrowed until the operation is freed; NULL for an operation that has not ended with them.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_keys(
    operation: *const cosmi_operation,
) -> *const cosmi_keys {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// The result of cosmi_connection_strings_list_start.
///
/// operation: may be NULL.
/// Returns the connection strings, borrowed until the operation is freed; NULL for an operation that has not ended
/// with them. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_connection_strings(
    operation: *const cosmi_operation,
) -> *const cosmi_connection_strings {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// The result of cosmi_collection_show_start.
///
/// operation: may be NULL.
/// Returns the collection, borrowed until the operation is freed; NULL for an operation that has not ended with one.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_collection(
    operation: *const cosmi_operation,
) -> *const cosmi_collection {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// The result of the functions that make, change and delete, and of those that list and show databases, throughput,
/// identities and access; cosmi_collection_list_start among them.
///
/// operation: may be NULL.
/// Returns the resources, borrowed until the operation is freed; NULL for an operation that has not ended with them.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_resources(
    operation: *const cosmi_operation,
) -> *const cosmi_resources {
    unsafe { guard::part(operation, cosmi_operation::output) }
}

/// Frees an operation. One that has not ended is cancelled, and its completion callback still runs. Everything
/// borrowed from the operation ends with it; secrets are wiped (a token that the client keeps for its next use is
/// wiped when the client forgets it).
///
/// operation: NULL does nothing.
/// Any thread, at any time, but as the last call on the operation. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_operation_free(operation: *mut cosmi_operation) {
    unsafe { guard::free(operation) }
}

#[cfg(test)]
mod tests {
    use super::super::client::{cosmi_client_free, cosmi_client_new};
    use super::super::error::{cosmi_error_message, cosmi_error_status};
    use super::*;
    use std::ffi::CStr;
    use std::sync::mpsc::{Sender, channel};

    unsafe extern "C" fn report(user_data: *mut c_void, status: cosmi_status) {
        let sender = unsafe { Box::from_raw(user_data.cast::<Sender<cosmi_status>>()) };
        sender.send(status).expect("the test waits");
    }

    #[test]
    fn a_panic_in_the_work_is_an_end_like_any_other() {
        let mut client = ptr::null_mut();
        assert_eq!(
            unsafe { cosmi_client_new(ptr::null(), &raw mut client, ptr::null_mut()) },
            cosmi_status::Ok
        );
        let (sender, receiver) = channel();
        let user_data = Box::into_raw(Box::new(sender)).cast();
        let mut operation = ptr::null_mut();
        unsafe {
            let started = start(
                client,
                0,
                Some(report),
                user_data,
                &raw mut operation,
                |_, _| async { panic!("injected behind the boundary") },
            );
            assert_eq!(started, Ok(cosmi_status::Ok));
            assert_eq!(
                cosmi_operation_wait(operation, u32::MAX),
                cosmi_status::Panic
            );
            let error = cosmi_operation_error(operation);
            assert_eq!(cosmi_error_status(error), cosmi_status::Panic);
            let message = CStr::from_ptr(cosmi_error_message(error, ptr::null_mut()));
            assert_eq!(
                message,
                c"the library has a bug: injected behind the boundary"
            );
            assert_eq!(
                receiver.recv_timeout(Duration::from_secs(30)),
                Ok(cosmi_status::Panic)
            );
            cosmi_operation_free(operation);
        }
        unsafe { cosmi_client_free(client) };
    }

    #[test]
    fn a_panic_while_the_work_is_made_is_a_refused_start() {
        let mut client = ptr::null_mut();
        assert_eq!(
            unsafe { cosmi_client_new(ptr::null(), &raw mut client, ptr::null_mut()) },
            cosmi_status::Ok
        );
        let mut operation = ptr::null_mut();
        let status = guard::status(|| unsafe {
            // Had the callback been kept, its NULL would be followed.
            start(
                client,
                0,
                Some(report),
                ptr::null_mut(),
                &raw mut operation,
                |_, _| {
                    assert!(client.is_null(), "injected");
                    std::future::pending()
                },
            )
        });
        assert_eq!(status, cosmi_status::Panic);
        assert!(operation.is_null());
        unsafe { cosmi_client_free(client) };
    }
}
