//! What a client is made from.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use libc::c_char;

use super::guard::{self, Fault};
use super::status::cosmi_status;
use super::text;
use crate::azure::{DEFAULT_TIMEOUT, Identity, IdentitySource, Settings};

/// Where the machine's token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_identity_source {
    /// Chosen by what the machine offers.
    Auto = 0,
    /// The metadata service of a virtual machine or scale set.
    Imds = 1,
    /// The endpoint of App Service, Functions, Container Apps and Automation.
    AppService = 2,
}

impl From<IdentitySource> for cosmi_identity_source {
    fn from(source: IdentitySource) -> Self {
        match source {
            IdentitySource::Auto => Self::Auto,
            IdentitySource::Imds => Self::Imds,
            IdentitySource::AppService => Self::AppService,
        }
    }
}

fn identity_source(number: i32) -> Result<IdentitySource, Fault> {
    [
        IdentitySource::Auto,
        IdentitySource::Imds,
        IdentitySource::AppService,
    ]
    .into_iter()
    .find(|source| cosmi_identity_source::from(*source) as i32 == number)
    .ok_or(Fault::Argument)
}

/// Settings for cosmi_client_new. Everything has a default; new options are all defaults.
///
/// Owned by the caller, free with cosmi_options_free. Setters copy what they are given.
///
/// Methods: cosmi_options_new, cosmi_options_set_identity_source, cosmi_options_set_client_id,
/// cosmi_options_set_object_id, cosmi_options_set_resource_id, cosmi_options_set_cloud,
/// cosmi_options_set_arm_endpoint, cosmi_options_set_metadata_endpoint, cosmi_options_set_ca_certificates,
/// cosmi_options_set_timeout_ms, cosmi_options_free
#[derive(Debug, Default)]
pub struct cosmi_options {
    settings: Mutex<Settings>,
}

impl cosmi_options {
    pub(super) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// # Safety
///
/// `options` is NULL or valid.
unsafe fn set(
    options: *mut cosmi_options,
    change: impl FnOnce(&mut Settings) -> Result<(), Fault>,
) -> Result<cosmi_status, Fault> {
    // SAFETY: the caller's promise.
    change(&mut unsafe { guard::borrow(options) }?.settings())?;
    Ok(cosmi_status::Ok)
}

fn identity(id: Option<String>, kind: fn(String) -> Identity) -> Identity {
    id.map_or(Identity::System, kind)
}

/// Makes options with all defaults.
///
/// out_options: receives the options; not NULL.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. The options are owned by the caller, free with cosmi_options_free.
/// Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_new(out_options: *mut *mut cosmi_options) -> cosmi_status {
    guard::status(|| {
        let out_options = guard::writable(out_options)?;
        unsafe { guard::give(out_options, cosmi_options::default()) };
        Ok(cosmi_status::Ok)
    })
}

/// Frees options. Clients made from them are not affected.
///
/// options: NULL does nothing.
/// Any thread, but not while another call uses the options. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_free(options: *mut cosmi_options) {
    unsafe { guard::free(options) }
}

/// Says where the token comes from, instead of finding out.
///
/// options: not NULL.
/// identity_source: a cosmi_identity_source; AUTO, the default, finds out.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT for a number out of range. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_identity_source(
    options: *mut cosmi_options,
    identity_source: i32,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.identity_source = self::identity_source(identity_source)?;
            Ok(())
        })
    })
}

/// Chooses the user-assigned identity with this client id (application id). Replaces an object or resource id.
///
/// options: not NULL.
/// client_id: UTF-8, copied before return; not empty. NULL = the system-assigned identity, the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_client_id(
    options: *mut cosmi_options,
    client_id: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.identity = identity(text::setting(client_id)?, Identity::ClientId);
            Ok(())
        })
    })
}

/// Chooses the user-assigned identity with this object id (principal id). Replaces a client or resource id.
///
/// options: not NULL.
/// object_id: UTF-8, copied before return; not empty. NULL = the system-assigned identity, the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_object_id(
    options: *mut cosmi_options,
    object_id: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.identity = identity(text::setting(object_id)?, Identity::ObjectId);
            Ok(())
        })
    })
}

/// Chooses the user-assigned identity with this Azure resource id. Replaces a client or object id.
///
/// options: not NULL.
/// resource_id: UTF-8, copied before return; not empty. NULL = the system-assigned identity, the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_resource_id(
    options: *mut cosmi_options,
    resource_id: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.identity = identity(text::setting(resource_id)?, Identity::ResourceId);
            Ok(())
        })
    })
}

/// Names the cloud, instead of asking the machine.
///
/// options: not NULL.
/// cloud: UTF-8, copied before return; not empty: AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud, in any
/// case; cosmi_client_new refuses others. NULL = find out, the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_cloud(
    options: *mut cosmi_options,
    cloud: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.cloud = text::setting(cloud)?;
            Ok(())
        })
    })
}

/// Sets the address of Azure Resource Manager, for private clouds and dry runs.
///
/// options: not NULL.
/// arm_endpoint: an https URL (http to loopback only), UTF-8, copied before return; not empty; cosmi_client_new
/// refuses what is none. NULL = the environment variable COSMI_ARM_ENDPOINT, else the cloud's; the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_arm_endpoint(
    options: *mut cosmi_options,
    arm_endpoint: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.arm_endpoint = text::setting(arm_endpoint)?;
            Ok(())
        })
    })
}

/// Sets the address of the machine's metadata service, for dry runs.
///
/// options: not NULL.
/// metadata_endpoint: an http URL, UTF-8, copied before return; not empty; cosmi_client_new refuses what is none.
/// NULL = the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST, else http://169.254.169.254; the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_metadata_endpoint(
    options: *mut cosmi_options,
    metadata_endpoint: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.metadata_endpoint = text::setting(metadata_endpoint)?;
            Ok(())
        })
    })
}

/// Sets the certificate authorities that servers must be signed by, in place of the system's trust.
///
/// options: not NULL.
/// pem: certificates in PEM, copied before return; NULL if and only if pem_len is 0. NULL = the file that the
/// environment variable COSMI_CA_FILE names, else the system's trust; the default.
/// pem_len: length in bytes.
/// Returns COSMI_STATUS_OK or INVALID_ARGUMENT; cosmi_client_new refuses what is no PEM. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_ca_certificates(
    options: *mut cosmi_options,
    pem: *const u8,
    pem_len: usize,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.ca_pem = text::bytes(pem, pem_len)?.map(<[u8]>::to_vec);
            Ok(())
        })
    })
}

/// Sets the time that each operation of the client may take when its start does not say.
///
/// options: not NULL.
/// timeout_ms: milliseconds; 0 = 100 seconds, the default.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_timeout_ms(
    options: *mut cosmi_options,
    timeout_ms: u32,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.timeout = if timeout_ms == 0 {
                DEFAULT_TIMEOUT
            } else {
                Duration::from_millis(timeout_ms.into())
            };
            Ok(())
        })
    })
}
