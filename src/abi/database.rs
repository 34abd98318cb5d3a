//! Databases.

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text;
use super::throughput;

/// Starts listing the databases of an account through Azure Resource Manager; no key is needed.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the
/// databases); otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the
/// caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_database_list_start(
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
                let found = client.list_resources(&call, &account, None).await?;
                Ok(Output::Resources(cosmi_resources::found(found)))
            },
        )
    })
}

/// Starts reading a database through Azure Resource Manager; no key is needed.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
/// resource); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is owned
/// by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_database_show_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let found = client
                    .show_resource(&call, &account, &database, None)
                    .await?;
                Ok(Output::Resources(cosmi_resources::found([found])))
            },
        )
    })
}

/// Starts making a database. One that exists with the same throughput stays as it is; with another, the operation ends
/// with COSMI_STATUS_CONFLICT.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// throughput_kind: a cosmi_throughput_kind; NONE = no throughput of its own (shared, or serverless).
/// throughput_ru: request units per second, the most of them for AUTOSCALE; 0 for NONE.
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
pub unsafe extern "C" fn cosmi_database_create_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
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
        let throughput = throughput::optional(throughput_kind, throughput_ru)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let created = client
                    .create_resource(&call, &account, &database, None, "{}", throughput, wait)
                    .await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}

/// Starts deleting a database with all that is in it.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database's name; UTF-8, copied before return; not NULL.
/// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
/// resource, and DELETED, ABSENT or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
/// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_database_delete_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let database = text::required(database)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let existed = client
                    .delete_resource(&call, &account, &database, None, wait)
                    .await?;
                Ok(Output::Resources(cosmi_resources::deleted(existed, wait)))
            },
        )
    })
}
