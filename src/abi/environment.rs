//! Where the program runs.

use libc::{c_char, c_void};

use super::client::cosmi_client;
use super::guard;
use super::operation::{self, Output, cosmi_completion_fn, cosmi_operation};
use super::options::cosmi_identity_source;
use super::status::cosmi_status;
use super::text::Text;
use crate::azure::Environment;

/// Where the program runs: which identity source was found, and what the machine says about itself.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_environment_identity_source, cosmi_environment_reason, cosmi_environment_subscription_id,
/// cosmi_environment_resource_group, cosmi_environment_machine_name, cosmi_environment_resource_id,
/// cosmi_environment_location, cosmi_environment_cloud, cosmi_environment_arm_endpoint,
/// cosmi_environment_metadata_json, cosmi_environment_scale_set_name, cosmi_environment_claims_json,
/// cosmi_environment_variables_seen
#[derive(Debug)]
pub struct cosmi_environment {
    identity_source: cosmi_identity_source,
    reason: Text,
    subscription_id: Option<Text>,
    resource_group: Option<Text>,
    machine_name: Option<Text>,
    resource_id: Option<Text>,
    location: Option<Text>,
    cloud: Text,
    arm_endpoint: Text,
    metadata_json: Option<Text>,
    scale_set_name: Option<Text>,
    claims_json: Option<Text>,
    variables_seen: Text,
}

impl From<Environment> for cosmi_environment {
    fn from(environment: Environment) -> Self {
        Self {
            identity_source: environment.source.into(),
            reason: environment.reason.into(),
            subscription_id: environment.subscription_id.map(Text::from),
            resource_group: environment.resource_group.map(Text::from),
            machine_name: environment.machine_name.map(Text::from),
            resource_id: environment.resource_id.map(Text::from),
            location: environment.location.map(Text::from),
            cloud: environment.cloud.into(),
            arm_endpoint: environment.arm_endpoint.into(),
            metadata_json: environment.metadata_json.map(Text::from),
            scale_set_name: environment.scale_set_name.map(Text::from),
            claims_json: environment.claims_json.map(Text::from),
            variables_seen: environment.variables_seen.into(),
        }
    }
}

/// Starts finding out where the program runs.
///
/// client: not NULL.
/// timeout_ms: milliseconds for the whole operation, retries included; 0 = the client's default.
/// callback: told the end, see cosmi_completion_fn; may be NULL.
/// user_data: handed to the callback as it is; may be NULL.
/// out_operation: receives the operation; not NULL.
/// Returns COSMI_STATUS_OK if and only if it has made an operation, whose result is cosmi_operation_environment;
/// otherwise INVALID_ARGUMENT or RUNTIME, and the callback never runs. The operation is owned by the caller, free
/// with cosmi_operation_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_show_start(
    client: *const cosmi_client,
    timeout_ms: u32,
    callback: cosmi_completion_fn,
    user_data: *mut c_void,
    out_operation: *mut *mut cosmi_operation,
) -> cosmi_status {
    guard::status(|| unsafe {
        operation::start(
            client,
            timeout_ms,
            callback,
            user_data,
            out_operation,
            |client, call| async move {
                Ok(Output::Environment(client.environment(&call).await?.into()))
            },
        )
    })
}

/// Where tokens come from on this machine.
///
/// environment: may be NULL.
/// Returns a cosmi_identity_source; -1 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_identity_source(
    environment: *const cosmi_environment,
) -> i32 {
    guard::value(-1, || {
        Some(unsafe { guard::borrow(environment) }.ok()?.identity_source as i32)
    })
}

/// Why this identity source was chosen, in one line.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_reason(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            Some(&environment.reason)
        })
    }
}

/// The subscription that the machine is in.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_subscription_id(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.subscription_id.as_ref()
        })
    }
}

/// The resource group that the machine is in.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_resource_group(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.resource_group.as_ref()
        })
    }
}

/// The machine's name in Azure.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_machine_name(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.machine_name.as_ref()
        })
    }
}

/// The machine's resource id.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_resource_id(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.resource_id.as_ref()
        })
    }
}

/// The region that the machine is in, for example westeurope.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when it was not told.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_location(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.location.as_ref()
        })
    }
}

/// The cloud, for example AzurePublicCloud.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_cloud(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(environment, out_len, |environment| Some(&environment.cloud)) }
}

/// The address of the Azure Resource Manager that is used.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_arm_endpoint(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            Some(&environment.arm_endpoint)
        })
    }
}

/// The metadata service's own description of the machine: its JSON, verbatim.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_metadata_json(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.metadata_json.as_ref()
        })
    }
}

/// The scale set that the machine belongs to; then the identity is the scale set's.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_scale_set_name(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.scale_set_name.as_ref()
        })
    }
}

/// What the token for Azure Resource Manager says of the identity, as cosmi_token_claims_json has it.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is no such token.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_claims_json(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            environment.claims_json.as_ref()
        })
    }
}

/// The names, never the values, of the environment variables of Azure's hosts that are set, separated by a comma and a
/// blank.
///
/// environment: may be NULL.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL for NULL.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_environment_variables_seen(
    environment: *const cosmi_environment,
    out_len: *mut usize,
) -> *const c_char {
    unsafe {
        guard::text(environment, out_len, |environment| {
            Some(&environment.variables_seen)
        })
    }
}
