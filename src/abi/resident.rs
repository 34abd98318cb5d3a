//! Keeps the library in memory until the process ends: its threads outlive every call, so unloading it would pull
//! their code away. Where libraries are ELF, the linker has said so already (`-z nodelete`).

use std::ffi::c_void;
use std::ptr;

const PIN: u32 = 0x1;
const FROM_ADDRESS: u32 = 0x4;

/// Something that lies in this library.
static ADDRESS: u8 = 0;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
}

/// From now on `FreeLibrary` leaves the library where it is.
pub(super) fn stay() {
    let mut module = ptr::null_mut();
    let here = ptr::from_ref(&ADDRESS).cast();
    // SAFETY: the address is one of this library's, and the handle has a place to go.
    let pinned = unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, here, &raw mut module) };
    debug_assert_ne!(pinned, 0, "a loaded module can be pinned");
}
