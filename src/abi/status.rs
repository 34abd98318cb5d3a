//! How calls and operations end.

use libc::c_char;

use super::guard;
use crate::azure::Kind;

/// How a call or an operation ended.
///
/// The numbers are banded: 1-99 not ended yet, 100-199 the caller's input, 200-299 ended early, 300-399 the network,
/// 400-499 identity and access, 500-599 the service, 900-999 the library itself. They never change their meaning, and
/// more may come: treat a number you do not know as its band (status / 100).
///
/// Methods: cosmi_status_name
// Append only. Numbers given up: none yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum cosmi_status {
    /// Done.
    Ok = 0,
    /// The operation has not ended yet. Only cosmi_operation_wait returns this.
    Pending = 1,

    /// A NULL where none is allowed, a number out of its range, or input that cannot work.
    InvalidArgument = 100,
    /// Text that is not UTF-8.
    InvalidUtf8 = 101,
    /// A call that cannot be made now or here.
    InvalidState = 102,

    /// The operation was cancelled.
    Cancelled = 200,
    /// The operation's time was up.
    TimedOut = 201,

    /// No connection could be made, or it broke.
    Connect = 300,
    /// The connection could not be secured: the certificate is not trusted, expired, or of another name.
    Tls = 301,
    /// The host's name could not be resolved.
    Dns = 302,
    /// The other side does not speak HTTP as it should.
    Protocol = 303,
    /// The answer is larger than any honest one.
    TooLarge = 304,

    /// This machine has no such managed identity.
    NoIdentity = 400,
    /// The token or the key was not accepted.
    Unauthenticated = 401,
    /// The identity or the key is known but may not do this.
    Forbidden = 403,

    /// There is no such thing.
    NotFound = 500,
    /// The state of the thing forbids it: for example, it is locked.
    Conflict = 501,
    /// The service asks for fewer requests.
    Throttled = 502,
    /// The service failed.
    Service = 503,
    /// The answer cannot be understood.
    BadResponse = 504,

    /// The library has a bug. The error's message tells where.
    Panic = 900,
    /// The operating system gives no threads, or the process was forked after the library was used.
    Runtime = 901,
    /// The library contradicts itself.
    Internal = 902,
}

impl cosmi_status {
    const ALL: [Self; 23] = [
        Self::Ok,
        Self::Pending,
        Self::InvalidArgument,
        Self::InvalidUtf8,
        Self::InvalidState,
        Self::Cancelled,
        Self::TimedOut,
        Self::Connect,
        Self::Tls,
        Self::Dns,
        Self::Protocol,
        Self::TooLarge,
        Self::NoIdentity,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::Throttled,
        Self::Service,
        Self::BadResponse,
        Self::Panic,
        Self::Runtime,
        Self::Internal,
    ];

    fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Ok => c"OK",
            Self::Pending => c"PENDING",
            Self::InvalidArgument => c"INVALID_ARGUMENT",
            Self::InvalidUtf8 => c"INVALID_UTF8",
            Self::InvalidState => c"INVALID_STATE",
            Self::Cancelled => c"CANCELLED",
            Self::TimedOut => c"TIMED_OUT",
            Self::Connect => c"CONNECT",
            Self::Tls => c"TLS",
            Self::Dns => c"DNS",
            Self::Protocol => c"PROTOCOL",
            Self::TooLarge => c"TOO_LARGE",
            Self::NoIdentity => c"NO_IDENTITY",
            Self::Unauthenticated => c"UNAUTHENTICATED",
            Self::Forbidden => c"FORBIDDEN",
            Self::NotFound => c"NOT_FOUND",
            Self::Conflict => c"CONFLICT",
            Self::Throttled => c"THROTTLED",
            Self::Service => c"SERVICE",
            Self::BadResponse => c"BAD_RESPONSE",
            Self::Panic => c"PANIC",
            Self::Runtime => c"RUNTIME",
            Self::Internal => c"INTERNAL",
        }
    }
}

impl From<Kind> for cosmi_status {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::InvalidArgument => Self::InvalidArgument,
            Kind::Connect => Self::Connect,
            Kind::Tls => Self::Tls,
            Kind::Dns => Self::Dns,
            Kind::Protocol => Self::Protocol,
            Kind::TooLarge => Self::TooLarge,
            Kind::NoIdentity => Self::NoIdentity,
            Kind::Unauthenticated => Self::Unauthenticated,
            Kind::Forbidden => Self::Forbidden,
            Kind::NotFound => Self::NotFound,
            Kind::Conflict => Self::Conflict,
            Kind::Throttled => Self::Throttled,
            Kind::Service => Self::Service,
            Kind::BadResponse => Self::BadResponse,
            Kind::TimedOut => Self::TimedOut,
            Kind::Cancelled => Self::Cancelled,
            Kind::Internal => Self::Internal,
        }
    }
}

/// The name of a status without its prefix, for example NOT_FOUND.
///
/// status: any number.
/// Returns the name, or UNKNOWN for a number that this version does not know; never NULL. It lives as long as the
/// process. Any thread. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn cosmi_status_name(status: i32) -> *const c_char {
    guard::value(c"UNKNOWN".as_ptr(), || {
        let known = cosmi_status::ALL
            .into_iter()
            .find(|known| *known as i32 == status);
        known.map(|known| known.name().as_ptr())
    })
}
