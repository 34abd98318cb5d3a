//! Identities of machines.

use libc::{c_char, c_void};

use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::resources::cosmi_resources;
use super::status::cosmi_status;
use super::text;

/// Starts reading a virtual machine, scale set, Web or Function app, Automation account or Arc server with its
/// identity.
///
/// client: not NULL.
/// resource_id: the machine's resource id in Azure; UTF-8, copied before return; not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_resources (one
/// resource; its identity.principalId is whom a role is granted to); otherwise INVALID_ARGUMENT, INVALID_UTF8 or
/// RUNTIME, and the callback never runs. The operation is owned by the caller, free with cosmi_operation_free.
/// Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_identity_show_start(
    client: *const cosmi_client,
    resource_id: *const c_char,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let resource_id = text::required(resource_id)?;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let found = client.show_machine(&call, &resource_id).await?;
                Ok(Output::Resources(cosmi_resources::found([found])))
            },
        )
    })
}

/// Starts turning the system-assigned identity of a machine on. Its user-assigned ones stay.
///
/// client: not NULL.
/// resource_id: the machine's resource id in Azure; UTF-8, copied before return; not NULL.
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
pub unsafe extern "C" fn cosmi_identity_enable_start(
    client: *const cosmi_client,
    resource_id: *const c_char,
    no_wait: i32,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        let resource_id = text::required(resource_id)?;
        let wait = no_wait == 0;
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                let created = client.enable_identity(&call, &resource_id, wait).await?;
                Ok(Output::Resources(created.into()))
            },
        )
    })
}
