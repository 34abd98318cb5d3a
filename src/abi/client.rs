//! The client.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::error::cosmi_error;
use super::guard;
use super::log::ProcessLog;
use super::options::cosmi_options;
use super::status::cosmi_status;
use crate::azure::{self, Background};
use crate::runtime;

/// A client: settings, connections, and what it has learnt (tokens, accounts, keys). One per process is enough.
///
/// Owned by the caller, free with cosmi_client_free. Any number of threads may use it at the same time.
///
/// Methods: cosmi_client_new, cosmi_client_new_for_checks, cosmi_client_free, cosmi_token_get_start,
/// cosmi_token_renew_start, cosmi_environment_show_start, cosmi_account_list_start, cosmi_account_show_start,
/// cosmi_account_create_start, cosmi_account_delete_start, cosmi_account_name_check_start, cosmi_keys_list_start,
/// cosmi_key_regenerate_start, cosmi_connection_strings_list_start, cosmi_database_list_start,
/// cosmi_database_show_start, cosmi_database_create_start, cosmi_database_delete_start, cosmi_collection_show_start,
/// cosmi_collection_list_start, cosmi_collection_create_start, cosmi_collection_delete_start,
/// cosmi_throughput_show_start, cosmi_throughput_set_start, cosmi_identity_show_start, cosmi_identity_enable_start,
/// cosmi_access_grant_start, cosmi_access_list_start, cosmi_access_revoke_start, cosmi_data_access_grant_start,
/// cosmi_data_access_list_start, cosmi_data_access_revoke_start, cosmi_data_role_list_start
pub struct cosmi_client(azure::Client);

impl cosmi_client {
    pub(super) fn get(&self) -> &azure::Client {
        &self.0
    }
}

impl fmt::Debug for cosmi_client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cosmi_client")
    }
}

/// Work that nobody waits for runs beside the operations.
struct OnWorker;

impl Background for OnWorker {
    fn run(&self, work: BoxFuture<'static, ()>) {
        // only a token that an operation has brought leads here, so there is a worker
        if let Ok(machine) = runtime::machine() {
            machine.run(work);
        }
    }
}

/// Makes a client. Sends nothing: whether there is an identity shows with the first operation.
///
/// options: copied before return; NULL = all defaults.
/// out_client: receives the client; not NULL.
/// out_error: receives what is wrong when the status is not COSMI_STATUS_OK, owned by the caller, free with
/// cosmi_error_free; untouched otherwise; may be NULL.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT for options that cannot work. The client is owned by the caller, free
/// with cosmi_client_free. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_client_new(
    options: *const cosmi_options,
    out_client: *mut *mut cosmi_client,
    out_error: *mut *mut cosmi_error,
) -> cosmi_status {
    unsafe {
        guard::status_with_error(out_error, || {
            let out_client = guard::writable(out_client).map_err(|fault| {
                cosmi_error::new(fault.into(), "the parameter out_client is NULL")
            })?;
            let settings = guard::borrow(options)
                .map(|options| options.settings().clone())
                .unwrap_or_default();
            let client = azure::Client::new(settings, Arc::new(ProcessLog), Arc::new(OnWorker))?;
            guard::give(out_client, cosmi_client(client));
            Ok(())
        })
    }
}

/// Makes a second client, of the same settings and memory, whose operations send nothing: they only say what is wrong
/// with what they are given.
///
/// client: not NULL.
/// out_client: receives the second client; not NULL.
/// Returns COSMI_STATUS_OK or INVALID_ARGUMENT. What the first client would refuse before it sends anything, such as a
/// name that Azure does not allow, the second refuses with the same status and error. Where the first would begin to
/// send, an operation of the second ends with COSMI_STATUS_CANCELLED. It is owned by the caller, free with
/// cosmi_client_free, before or after the first. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_client_new_for_checks(
    client: *const cosmi_client,
    out_client: *mut *mut cosmi_client,
) -> cosmi_status {
    guard::status(|| unsafe {
        let out_client = guard::writable(out_client)?;
        let client = guard::borrow(client)?.get().for_checks();
        guard::give(out_client, cosmi_client(client));
        Ok(cosmi_status::Ok)
    })
}

/// Frees a client. Operations that run go on: they hold what they need.
///
/// client: NULL does nothing.
/// Any thread, but not while another call uses the client. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_client_free(client: *mut cosmi_client) {
    unsafe { guard::free(client) }
}
