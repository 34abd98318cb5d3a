//! The one error type of the Azure side: what was tried, what was answered, what to do.

use std::fmt;
use std::time::Duration;

use super::text;

/// What sort of failure it is; callers branch on this and on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The caller's input cannot work: nothing was sent, or the service says so.
    InvalidArgument,
    /// No connection could be made, or it broke before an answer came.
    Connect,
    /// The connection could not be secured.
    Tls,
    /// The host's name could not be resolved.
    Dns,
    /// The other side does not speak HTTP as expected.
    Protocol,
    /// The answer is larger than any honest one.
    TooLarge,
    /// This machine has no usable managed identity.
    NoIdentity,
    /// The service refused the token, the key or the signature.
    Unauthenticated,
    /// The identity is known and lacks the permission.
    Forbidden,
    /// The thing named does not exist.
    NotFound,
    /// The state of the resource forbids it (a lock, an existing name).
    Conflict,
    /// The service asked for patience and the patience ran out.
    Throttled,
    /// The service failed.
    Service,
    /// The service answered something that cannot be its answer.
    BadResponse,
    /// The operation's time ran out.
    TimedOut,
    /// The caller cancelled.
    Cancelled,
    /// A defect of this library.
    Internal,
}

/// An error that is safe to log: it is built from enums, numbers, names the caller gave, host names and sanitised
/// service text, never from the body of an identity or key endpoint.
#[derive(Clone)]
pub struct Error(Box<Fields>);

#[derive(Clone)]
struct Fields {
    kind: Kind,
    message: String,
    action: Option<String>,
    http_status: u16,
    service_code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    retryable: bool,
    substatus: u32,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Fields {
            kind,
            message: message.into(),
            action: None,
            http_status: 0,
            service_code: None,
            request_id: None,
            retry_after: None,
            retryable: false,
            substatus: 0,
        }))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Error {
        Error::new(Kind::InvalidArgument, message)
    }

    pub(crate) fn with_action(mut self, action: impl Into<String>) -> Error {
        self.0.action = Some(action.into());
        self
    }

    pub(crate) fn with_http_status(mut self, status: u16) -> Error {
        self.0.http_status = status;
        self
    }

    pub(crate) fn with_service_code(mut self, code: &str) -> Error {
        self.0.service_code = text::code(code);
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<&str>) -> Error {
        self.0.request_id = id.and_then(text::code);
        self
    }

    pub(crate) fn with_retry_after(mut self, after: Option<Duration>) -> Error {
        self.0.retry_after = after;
        self
    }

    pub(crate) fn with_substatus(mut self, substatus: u32) -> Error {
        self.0.substatus = substatus;
        self
    }

    pub(crate) fn retryable(mut self) -> Error {
        self.0.retryable = true;
        self
    }

    /// Says in front what was being done: `context: message`.
    pub(crate) fn while_doing(mut self, context: &str) -> Error {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// One line of English without a trailing period, safe to log.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the reader can do about it, when that is known.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.0.action.as_deref()
    }

    /// The HTTP status that was answered; 0 when there was none.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.0.http_status
    }

    /// The service's own error code, such as `AuthorizationFailed`.
    #[must_use]
    pub fn service_code(&self) -> Option<&str> {
        self.0.service_code.as_deref()
    }

    /// The id by which the service's support finds the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the service asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same request may succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Cosmos' `x-ms-substatus`; 0 when there was none.
    pub(crate) fn substatus(&self) -> u32 {
        self.0.substatus
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("action", &self.0.action)
            .field("http_status", &self.0.http_status)
            .field("service_code", &self.0.service_code)
            .field("request_id", &self.0.request_id)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}
