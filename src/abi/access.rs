//! Who may do what with an account.

use libc::{c_char, c_void};

use super::account::{self, cosmi_account_ref};
use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text;
use crate::azure::Assignment;

/// Starts giving an identity a role on an account. Who has it keeps it. It takes effect some minutes later.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
/// role: the role's name or id; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (the role
/// assignment, and NEW or ALREADY_SO); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never
/// runs. The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_access_grant_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    principal_id: *const c_char,
    role: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let principal_id = text::required(principal_id)?;
        let role = text::required(role)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let created = client
                    .grant_access(&call, &account, &Assignment { principal_id, role })
                    .await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}

/// Starts listing the role assignments that count for an account.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
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
pub unsafe extern "C" fn cosmi_access_list_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    principal_id: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let principal_id = text::optional(principal_id)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let found = client
                    .list_access(&call, &account, principal_id.as_deref())
                    .await?;
                Ok(Output::Resources(cosmi_resources::found(found)))
            },
        )
    })
}

/// Starts taking a role on an account away from an identity. What comes down from the resource group or the
/// subscription stays.
///
/// client: not NULL.
/// account: which account; copied before return; not NULL.
/// principal_id: the identity's object (principal) id; UTF-8, copied before return; not NULL.
/// role: the role's name or id; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (no
/// resource, and DELETED or ABSENT); otherwise INVALID_ARGUMENT, INVALID_UTF8 or RUNTIME, and the callback never runs.
/// The operation is owned by the caller, free with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_access_revoke_start(
    client: *const cosmi_client,
    account: *const cosmi_account_ref,
    principal_id: *const c_char,
    role: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let account = account::duplicate(account)?;
        let principal_id = text::required(principal_id)?;
        let role = text::required(role)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let existed = client
                    .revoke_access(&call, &account, &Assignment { principal_id, role })
                    .await?;
                Ok(Output::Resources(cosmi_resources::deleted(existed, true)))
            },
        )
    })
}
