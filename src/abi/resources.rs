//! Resources as Azure Resource Manager shows them, and what became of them.

use libc::c_char;

use super::guard;
use super::text::Text;
use crate::azure::Created;

/// What an operation has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum cosmi_change {
    /// Nothing, and nothing was to change: it was a read.
    None = 0,
    /// It was made, or made so.
    New = 1,
    /// Nothing: it was so already.
    AlreadySo = 2,
    /// Azure has accepted the change and is at it: it was not to be waited for.
    Accepted = 3,
    /// It was deleted.
    Deleted = 4,
    /// Nothing: there was none.
    Absent = 5,
}

/// Resources as Azure Resource Manager shows them, and what became of them.
///
/// Borrowed from its operation.
///
/// Methods: cosmi_resources_count, cosmi_resources_json, cosmi_resources_change
#[derive(Debug)]
pub struct cosmi_resources {
    change: cosmi_change,
    items: Vec<Text>,
}

impl cosmi_resources {
    /// What a read has found.
    pub(super) fn found(items: impl IntoIterator<Item = String>) -> Self {
        Self {
            change: cosmi_change::None,
            items: items.into_iter().map(Text::from).collect(),
        }
    }

    /// What became of the wish that there be none.
    pub(super) fn deleted(existed: bool, waited: bool) -> Self {
        Self::without_any(match (existed, waited) {
            (true, true) => cosmi_change::Deleted,
            (true, false) => cosmi_change::Accepted,
            (false, _) => cosmi_change::Absent,
        })
    }

    /// Whether there is one, of which nothing more is known.
    pub(super) fn known_by_name(exists: bool) -> Self {
        Self::without_any(if exists {
            cosmi_change::AlreadySo
        } else {
            cosmi_change::Absent
        })
    }

    /// Something new that is not to be seen here.
    pub(super) fn new_unseen() -> Self {
        Self::without_any(cosmi_change::New)
    }

    fn without_any(change: cosmi_change) -> Self {
        Self {
            change,
            items: Vec::new(),
        }
    }
}

impl From<Created> for cosmi_resources {
    fn from(created: Created) -> Self {
        let (change, json) = match created {
            Created::New(json) => (cosmi_change::New, json),
            Created::AlreadySo(json) => (cosmi_change::AlreadySo, json),
            Created::Accepted(json) => (cosmi_change::Accepted, json),
        };
        Self {
            change,
            items: vec![json.into()],
        }
    }
}

/// How many resources there are.
///
/// resources: may be NULL.
/// Returns the number; 0 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_resources_count(resources: *const cosmi_resources) -> usize {
    guard::value(0, || {
        Some(unsafe { guard::borrow(resources) }.ok()?.items.len())
    })
}

/// A resource: Azure Resource Manager's JSON, verbatim.
///
/// resources: may be NULL.
/// index: 0 to cosmi_resources_count - 1.
/// out_len: receives the length in bytes, without the NUL; may be NULL.
/// Returns NUL-terminated UTF-8, borrowed until the operation is freed; NULL when there is none at that index.
/// Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_resources_json(
    resources: *const cosmi_resources,
    index: usize,
    out_len: *mut usize,
) -> *const c_char {
    unsafe { guard::text(resources, out_len, |resources| resources.items.get(index)) }
}

/// What the operation has changed.
///
/// resources: may be NULL.
/// Returns a cosmi_change; -1 for NULL. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cosmi_resources_change(resources: *const cosmi_resources) -> i32 {
    guard::value(-1, || {
        Some(unsafe { guard::borrow(resources) }.ok()?.change as i32)
    })
}
