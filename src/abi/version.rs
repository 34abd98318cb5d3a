//! Which library this is.

use std::ffi::CStr;

use libc::c_char;

use super::guard;

/// The version of this interface: major << 16 | minor. A greater minor only adds; another major is another library,
/// with another SONAME. Compare with cosmi_abi_version before anything else when the library is loaded at run time.
pub const COSMI_ABI_VERSION: u32 = 0x0001_0000;

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => unreachable!(),
    };

/// The version of the interface that the loaded library has.
///
/// Returns major << 16 | minor. It fits when the major is that of COSMI_ABI_VERSION and the minor is not smaller.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn cosmi_abi_version() -> u32 {
    guard::value(COSMI_ABI_VERSION, || Some(COSMI_ABI_VERSION))
}

/// The version of the loaded library as text, for example 0.1.0.
///
/// Returns the text, never NULL. It lives as long as the process. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn cosmi_version() -> *const c_char {
    guard::value(VERSION.as_ptr(), || Some(VERSION.as_ptr()))
}
