//! Who may do what with an account's data by Cosmos DB's own roles.

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text;
use crate::azure::{DataAssignment, DataScope};

/// Starts giving an identity one of Cosmos DB's own roles, by which it may use the data with a token instead of a key.
/// Who has it keeps it. It takes effect some minutes later.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database that the role is for; UTF-8, copied before return; NULL = the whole account.
/// collection: the collection in it; UTF-8, copied before return; NULL = the whole database.
/// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
/// role: the role's name or id; UTF-8, copied before return; not NULL.
/// no_wait: 0 = the operation ends when Azure is done; otherwise when Azure has accepted it.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
/// assignment, and NEW, ALREADY_SO or ACCEPTED); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback
/// never runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_data_access_grant_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    principal_id: *const c_char,
    role: *const c_char,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let scope = scope(database, collection)?;
        let principal_id = text::required(principal_id)?;
        let role = text::required(role)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let assignment = DataAssignment {
                    principal_id,
                    role,
                    scope,
                };
                let created = client
                    .grant_data_access(&call, &account, &assignment, wait)
                    .await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}

/// Starts listing who has which of Cosmos DB's own roles on an account.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: only what counts for this database; UTF-8, copied before return; NULL = everything in the account.
/// collection: only what counts for this collection in it; UTF-8, copied before return; NULL = for the database.
/// principal_id: the identity's object (principal) id; UTF-8, copied before return; NULL = of all.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
/// assignments); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs. The operation is
/// owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_data_access_list_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    principal_id: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let scope = scope(database, collection)?;
        let principal_id = text::optional(principal_id)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let found = client
                    .list_data_access(&call, &account, principal_id.as_deref(), &scope)
                    .await?;
                Ok(Output::Resources(cosmi_resources::found(found)))
            },
        )
    })
}

/// Starts listing Cosmos DB's own roles that an account has: the built-in ones and those made for it.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
/// definitions); otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the
/// caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_data_role_list_start(
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
                let found = client.list_data_roles(&call, &account).await?;
                Ok(Output::Resources(cosmi_resources::found(found)))
            },
        )
    })
}

/// Starts taking one of Cosmos DB's own roles away from an identity. What it has on more or on less than what is named
/// here stays.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// database: the database that the role is for; UTF-8, copied before return; NULL = the whole account.
/// collection: the collection in it; UTF-8, copied before return; NULL = the whole database.
/// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
/// role: the role's name or id; UTF-8, copied before return; not NULL.
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
pub unsafe extern "C" fn cosmi_data_access_revoke_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    database: *const c_char,
    collection: *const c_char,
    principal_id: *const c_char,
    role: *const c_char,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let scope = scope(database, collection)?;
        let principal_id = text::required(principal_id)?;
        let role = text::required(role)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let assignment = DataAssignment {
                    principal_id,
                    role,
                    scope,
                };
                let existed = client
                    .revoke_data_access(&call, &account, &assignment, wait)
                    .await?;
                Ok(Output::Resources(cosmi_resources::deleted(existed, wait)))
            },
        )
    })
}

unsafe fn scope(
    database: *const c_char,
    collection: *const c_char,
) -> Result<DataScope, guard::Fault> {
    Ok(DataScope {
        database: unsafe { text::optional(database) }?,
        collection: unsafe { text::optional(collection) }?,
    })
}
