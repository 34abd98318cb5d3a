//! Throughput of databases and collections.

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard::{self, Fault};
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text;
use crate::azure::Throughput;

/// How the throughput of a database or collection is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_throughput_kind {
    /// Not at all: a collection shares its database's, and a serverless account has none.
    None = 0,
    /// As many request units per second, always: 400 or more, in hundreds.
    Manual = 1,
    /// Up to so many, as needed: 1000 or more, in thousands.
    Autoscale = 2,
}

/// What something new is to have. Whether the amount fits is for the operation to say, with words.
pub(super) fn optional(kind: i32, ru: u32) -> Result<Option<Throughput>, Fault> {
    use cosmi_throughput_kind::{Autoscale, Manual, None as NoneOfItsOwn};
    let kinds = [NoneOfItsOwn, Manual, Autoscale];
    match (kinds.into_iter().find(|known| *known as i32 == kind), ru) {
        (Some(NoneOfItsOwn), 0) => Ok(None),
        (Some(Manual), ru) => Ok(Some(Throughput::Manual(ru))),
        (Some(Autoscale), ru) => Ok(Some(Throughput::Autoscale(ru))),
        _ => Err(Fault::Argument),
    }
}

fn required(kind: i32, ru: u32) -> Result<Throughput, Fault> {
    optional(kind, ru)?.ok_or(Fault::Argument)
}

/// Starts reading the throughput of a database or collection.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// collection: the collection's name; UTF-8, copied before return; NULL = the database's own throughput.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
/// resource, or none where it has no throughput of its own); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and
/// the callback never runs. The operation is owned by the caller, free with cosmi_operation_free.
/// Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_throughput_show_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        let collection = text::optional(collection)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let found = client
                    .throughput(&call, &account, &database, collection.as_deref())
                    .await?;
                Ok(Output::Resources(cosmi_resources::found(found)))
            },
        )
    })
}

/// Starts setting the throughput of a database or collection that has its own. A change between manual and autoscale comes
/// first where one is needed, and is waited for whatever no_wait says.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// collection: the collection's name; UTF-8, copied before return; NULL = the database's own throughput.
/// throughput_kind: MANUAL or AUTOSCALE of cosmi_throughput_kind.
/// throughput_ru: request units per second, the most of them for AUTOSCALE.
/// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
/// resource, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
/// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_throughput_set_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    throughput_kind: i32,
    throughput_ru: u32,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        let collection = text::optional(collection)?;
        let throughput = required(throughput_kind, throughput_ru)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let created = client
                    .set_throughput(
                        &call,
                        &account,
                        &database,
                        collection.as_deref(),
                        throughput,
                        wait,
                    )
                    .await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}
