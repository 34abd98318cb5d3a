//! What a client is made from.

use std::ffi::CString;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use libc::c_char;

use super::guard::{self, Fault};
use super::status::cosmi_status;
use super::text;
use crate::azure::{
    DEFAULT_TIMEOUT, DEFAULT_UPDATE_WAIT, Identity, IdentitySource, Settings, VARIABLES,
};

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
    /// The agent of an Azure Arc server.
    Arc = 3,
    /// The endpoint of a Service Fabric application.
    ServiceFabric = 4,
    /// The older endpoint with a secret: Azure ML, older Automation hybrid workers.
    MachineLearning = 5,
    /// Cloud Shell, whose tokens are the user's own.
    CloudShell = 6,
    /// A federated token of Kubernetes or another issuer, exchanged at Entra.
    WorkloadIdentity = 7,
}

const SOURCES: [(IdentitySource, cosmi_identity_source); 8] = [
    (IdentitySource::Auto, cosmi_identity_source::Auto),
    (IdentitySource::Imds, cosmi_identity_source::Imds),
    (
        IdentitySource::AppService,
        cosmi_identity_source::AppService,
    ),
    (IdentitySource::Arc, cosmi_identity_source::Arc),
    (
        IdentitySource::ServiceFabric,
        cosmi_identity_source::ServiceFabric,
    ),
    (
        IdentitySource::MachineLearning,
        cosmi_identity_source::MachineLearning,
    ),
    (
        IdentitySource::CloudShell,
        cosmi_identity_source::CloudShell,
    ),
    (
        IdentitySource::WorkloadIdentity,
        cosmi_identity_source::WorkloadIdentity,
    ),
];

impl From<IdentitySource> for cosmi_identity_source {
    fn from(source: IdentitySource) -> Self {
        let found = SOURCES.iter().find(|(one, _)| *one == source);
        found.expect("every source has its number").1
    }
}

fn identity_source(number: i32) -> Result<IdentitySource, Fault> {
    let found = SOURCES.iter().find(|(_, one)| *one as i32 == number);
    found.map(|(source, _)| *source).ok_or(Fault::Argument)
}

/// Settings for cosmi_client_new. Everything has a default; new options are all defaults.
///
/// Owned by the caller, free with cosmi_options_free. Setters copy what they are given.
///
/// Methods: cosmi_options_new, cosmi_options_set_identity_source, cosmi_options_set_client_id,
/// cosmi_options_set_object_id, cosmi_options_set_resource_id, cosmi_options_set_cloud,
/// cosmi_options_set_arm_endpoint, cosmi_options_set_arm_audience, cosmi_options_set_login_endpoint,
/// cosmi_options_set_cosmos_suffix, cosmi_options_set_metadata_endpoint, cosmi_options_set_ca_certificates,
/// cosmi_options_set_variable, cosmi_variable_name, cosmi_options_set_update_wait_ms, cosmi_options_set_timeout_ms, cosmi_options_free
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

fn or_default(ms: u32, default: Duration) -> Duration {
    if ms == 0 {
        default
    } else {
        Duration::from_millis(ms.into())
    }
}

static NAMES: OnceLock<Vec<CString>> = OnceLock::new();

fn names() -> Vec<CString> {
    let name = |name: &&str| CString::new(*name).expect("a name without NUL");
    VARIABLES.iter().map(name).collect()
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

/// Says what tokens for Azure Resource Manager are for, in private clouds.
///
/// options: not NULL.
/// arm_audience: a URI, UTF-8, copied before return; not empty. NULL = the cloud's, the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_arm_audience(
    options: *mut cosmi_options,
    arm_audience: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.arm_audience = text::setting(arm_audience)?;
            Ok(())
        })
    })
}

/// Sets where workload identities sign in, in private clouds.
///
/// options: not NULL.
/// login_endpoint: an https URL, UTF-8, copied before return; not empty; cosmi_client_new refuses what is none.
/// NULL = the cloud's, the default. The environment variable AZURE_AUTHORITY_HOST stands before both.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_login_endpoint(
    options: *mut cosmi_options,
    login_endpoint: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.login_endpoint = text::setting(login_endpoint)?;
            Ok(())
        })
    })
}

/// Says what follows the account's name in the host of its endpoint, in private clouds.
///
/// options: not NULL.
/// cosmos_suffix: for example documents.azure.com, UTF-8, copied before return; not empty; cosmi_client_new refuses
/// what is no host name. NULL = the cloud's, the default.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT, or INVALID_UTF8. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_cosmos_suffix(
    options: *mut cosmi_options,
    cosmos_suffix: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.cosmos_suffix = text::setting(cosmos_suffix)?;
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

/// Says what an environment variable is for the client, instead of the process's own. For hosts with an environment of
/// their own, such as .NET outside Windows.
///
/// options: not NULL.
/// name: one of those that cosmi_variable_name gives, UTF-8, copied before return; not NULL.
/// value: UTF-8, copied before return, SECRET for some; NULL or empty = the variable is not set.
/// Returns COSMI_STATUS_OK, INVALID_ARGUMENT for a name that no client looks at, or INVALID_UTF8. Any thread.
/// Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_variable(
    options: *mut cosmi_options,
    name: *const c_char,
    value: *const c_char,
) -> cosmi_status {
    guard::status(|| unsafe {
        let name = text::required(name)?;
        if !VARIABLES.contains(&name.as_str()) {
            return Err(Fault::Argument);
        }
        let value = text::optional(value)?;
        set(options, |settings| {
            settings.variables.set(name, value);
            Ok(())
        })
    })
}

/// The names of the environment variables that clients look at, one by one.
///
/// index: from 0.
/// Returns NUL-terminated UTF-8 that lives as long as the process; NULL after the last. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn cosmi_variable_name(index: usize) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Some(NAMES.get_or_init(names).get(index)?.as_ptr())
    })
}

/// Sets how long an update of the metadata service is waited for, which answers 410 meanwhile.
///
/// options: not NULL.
/// update_wait_ms: milliseconds; 0 = 70 seconds, the default. The operation's own time-out ends it sooner.
/// Returns COSMI_STATUS_OK, or INVALID_ARGUMENT. Any thread. Since 0.1.0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_options_set_update_wait_ms(
    options: *mut cosmi_options,
    update_wait_ms: u32,
) -> cosmi_status {
    guard::status(|| unsafe {
        set(options, |settings| {
            settings.update_wait = or_default(update_wait_ms, DEFAULT_UPDATE_WAIT);
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
            settings.timeout = or_default(timeout_ms, DEFAULT_TIMEOUT);
            Ok(())
        })
    })
}
