//! Text and bytes across the boundary.

use std::ffi::CStr;
use std::slice;

use libc::c_char;

use super::guard::Fault;

/// Text that is given out: its bytes are followed by a NUL that does not count.
#[derive(Debug)]
pub(super) struct Text(Box<[u8]>);

impl Text {
    /// Where it is, NUL included, and how long it is without.
    pub(super) fn parts(&self) -> (*const u8, usize) {
        (self.0.as_ptr(), self.0.len() - 1)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let mut bytes = text.into_bytes();
        bytes.reserve_exact(1);
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        Self(bytes.into_boxed_slice())
    }
}

/// Text that must be there; copied.
///
/// # Safety
///
/// `text` is NULL or NUL-terminated.
pub(super) unsafe fn required(text: *const c_char) -> Result<String, Fault> {
    // SAFETY: the caller's promise.
    unsafe { optional(text) }?.ok_or(Fault::Argument)
}

/// Text that NULL stands for the absence of; copied.
///
/// # Safety
///
/// `text` is NULL or NUL-terminated.
pub(super) unsafe fn optional(text: *const c_char) -> Result<Option<String>, Fault> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map(|text| Some(text.to_owned()))
        .map_err(|_| Fault::Utf8)
}

/// What a setter is given: NULL takes the value back, and empty text can only be a mistake.
///
/// # Safety
///
/// `text` is NULL or NUL-terminated.
pub(super) unsafe fn setting(text: *const c_char) -> Result<Option<String>, Fault> {
    // SAFETY: the caller's promise.
    let text = unsafe { optional(text) }?;
    if text.as_deref() == Some("") {
        Err(Fault::Argument)
    } else {
        Ok(text)
    }
}

/// Bytes: NULL if and only if there are none.
///
/// # Safety
///
/// `bytes` is NULL, or `len` bytes can be read from it for `'a`.
pub(super) unsafe fn bytes<'a>(bytes: *const u8, len: usize) -> Result<Option<&'a [u8]>, Fault> {
    if bytes.is_null() != (len == 0) || isize::try_from(len).is_err() {
        return Err(Fault::Argument);
    }
    if len == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise, and the length fits.
    Ok(Some(unsafe { slice::from_raw_parts(bytes, len) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn text_given_out_ends_with_a_nul_that_does_not_count() {
        for text in [Text::from("naïve"), Text::from("naïve".to_owned())] {
            let (bytes, len) = text.parts();
            assert_eq!(len, "naïve".len());
            assert_eq!(
                unsafe { CStr::from_ptr(bytes.cast()) }.to_str(),
                Ok("naïve")
            );
        }
        assert_eq!(Text::from("").parts().1, 0);
    }

    #[test]
    fn text_taken_in_is_checked() {
        let read = |text: &CStr| unsafe { required(text.as_ptr()) };
        assert_eq!(read(c"a"), Ok("a".to_owned()));
        assert_eq!(read(c""), Ok(String::new()));
        assert_eq!(read(c"\xff"), Err(Fault::Utf8));
        assert_eq!(unsafe { required(ptr::null()) }, Err(Fault::Argument));
        assert_eq!(unsafe { optional(ptr::null()) }, Ok(None));
        assert_eq!(unsafe { setting(ptr::null()) }, Ok(None));
        assert_eq!(unsafe { setting(c"".as_ptr()) }, Err(Fault::Argument));
    }

    #[test]
    fn bytes_are_null_if_and_only_if_there_are_none() {
        assert_eq!(unsafe { bytes(ptr::null(), 0) }, Ok(None));
        assert_eq!(unsafe { bytes(b"ab".as_ptr(), 2) }, Ok(Some(&b"ab"[..])));
        assert_eq!(unsafe { bytes(ptr::null(), 1) }, Err(Fault::Argument));
        assert_eq!(unsafe { bytes(b"ab".as_ptr(), 0) }, Err(Fault::Argument));
        assert_eq!(
            unsafe { bytes(b"ab".as_ptr(), usize::MAX) },
            Err(Fault::Argument)
        );
    }
}
