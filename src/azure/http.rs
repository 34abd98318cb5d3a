//! The only place with sockets: requests, answers, and what can go wrong between.
//!
//! Metadata endpoints are asked directly, never through a proxy. Redirects are never followed: the credentials in a
//! request are for the host that was named. Plain http is for loopback, for metadata addresses, and for the identity
//! endpoint that the host names on its private network.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use futures_util::future::{Either, select};
use futures_util::lock::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard};
use reqwest::header::{HeaderName, HeaderValue};
use tower::{Layer, Service};
use zeroize::Zeroizing;

use super::call::{Call, Level};
use super::clock::{Clock, SystemClock};
use super::error::{Error, Kind};
use super::tls;

pub(super) use reqwest::Url;

/// Which road a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Plane {
    /// To this machine's own identity endpoint: direct, short limits.
    Metadata,
    /// To the metadata address, not knowing whether anything is there.
    MetadataIfThere,
    /// To an identity endpoint whose certificate is known by its SHA-1 thumbprint.
    Pinned([u8; 20]),
    /// To Azure's services: through the system's proxy where one is set.
    Service,
}

impl Plane {
    fn is_service(self) -> bool {
        self == Plane::Service
    }

    fn connect_limit(self) -> Duration {
        match self {
            // "no identity here" is to come within a second
            Plane::MetadataIfThere => Duration::from_millis(900),
            Plane::Metadata | Plane::Pinned(_) => Duration::from_secs(5),
            Plane::Service => Duration::from_secs(10),
        }
    }

    fn attempt_limit(self) -> Duration {
        Duration::from_secs(if self.is_service() { 40 } else { 20 })
    }

    fn body_limit(self) -> usize {
        if self.is_service() { 16 << 20 } else { 1 << 20 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// One request. Header values marked secret are kept out of the HTTP library's own debug output.
pub(super) struct Request {
    plane: Plane,
    method: Method,
    url: Url,
    headers: Vec<(&'static str, HeaderValue)>,
    body: Vec<u8>,
}

impl Request {
    pub(super) fn new(plane: Plane, method: Method, url: Url) -> Request {
        Request {
            plane,
            method,
            url,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Result<Request, Error> {
        self.headers.push((name, header_value(name, value)?));
        Ok(self)
    }

    pub(super) fn secret_header(
        mut self,
        name: &'static str,
        value: &str,
    ) -> Result<Request, Error> {
        let mut value = header_value(name, value)?;
        value.set_sensitive(true);
        self.headers.push((name, value));
        Ok(self)
    }

    pub(super) fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Request {
        self.headers
            .push(("content-type", HeaderValue::from_static(content_type)));
        self.body = body;
        self
    }
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value).map_err(|_| {
        Error::invalid(format!(
            "the value of {name} has characters that no header may have"
        ))
    })
}

/// One answer, read to its end.
pub(super) struct Response {
    pub status: u16,
    /// Where it came from, for messages: `host` or `host:port`.
    pub host: String,
    headers: reqwest::header::HeaderMap,
    // what the request held in confidence, and its answer might quote
    secrets: Vec<HeaderValue>,
    /// Wiped when dropped: some answers hold keys or tokens.
    pub body: Zeroizing<Vec<u8>>,
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What the service says, as one line without the credentials that it was sent.
    pub(super) fn quote(&self, text: &str, max: usize) -> String {
        let mut text = Zeroizing::new(text.to_owned());
        for secret in self.secrets.iter().filter_map(|value| value.to_str().ok()) {
            let credential = secret
                .rsplit(' ')
                .next()
                .filter(|credential| !credential.is_empty());
            if let Some(credential) = credential {
                text = Zeroizing::new(text.replace(credential, "…"));
            }
        }
        super::text::line(&text, max)
    }

    /// The other side's clock.
    pub(super) fn date(&self) -> Option<SystemTime> {
        self.header("date")
            .and_then(|date| httpdate::parse_http_date(date).ok())
    }

    /// `Retry-After`, in seconds or as a date by the other side's clock.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?;
        if let Ok(seconds) = value.trim().parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        Some(date.duration_since(self.date()?).unwrap_or_default())
    }

    /// The answer is not the service's: an HTML page, broken JSON, a redirect.
    pub(super) fn not_understood(&self, why: &str) -> Error {
        let kind = self
            .header("content-type")
            .map_or_else(String::new, |kind| {
                let kind = kind
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase();
                super::text::code(&kind.replace('/', "-"))
                    .map_or_else(String::new, |_| format!(" of type {kind}"))
            });
        Error::new(
            Kind::BadResponse,
            format!("{} answered {} with {} bytes{kind} that {why}", self.host, self.status, self.body.len()),
        )
        .with_action("look for a proxy or sign-in page between this machine and the service, and check the endpoint")
        .with_http_status(self.status)
    }
}

// from the end of the TLS handshake until HTTP/2 has announced that the connection can be shared
const SETTLING: Duration = Duration::from_millis(10);

// a request that has waited this long asks whether its connection is still there, and as long for the answer
const STILL_THERE: Duration = Duration::from_secs(10);

// how long a request waits for the connection of another, which is longer than a good network needs for one
const PATIENCE: Duration = Duration::from_secs(1);

/// Sends requests; keeps one pool of connections for each origin.
pub(super) struct Http {
    tls: rustls::ClientConfig,
    origins: Mutex<HashMap<(Plane, String), Arc<Origin>>>,
}

/// Connections to one scheme, host and port.
struct Origin {
    client: reqwest::Client,
    // over plain http every request needs a connection of its own
    shared: bool,
    // held by the request that makes the first connection, so that others use it instead of making their own
    first: AsyncMutex<()>,
    connected: Arc<AtomicBool>,
}

impl Http {
    pub(super) fn new(ca_pem: Option<&[u8]>) -> Result<Http, Error> {
        Ok(Http {
            tls: tls::config(ca_pem)?,
            origins: Mutex::default(),
        })
    }

    /// Sends once and reads the whole answer. Any status is an answer; a redirect is an error.
    pub(super) async fn send(&self, call: &Call, request: Request) -> Result<Response, Error> {
        call.may_send()?;
        let Request {
            plane,
            method,
            url,
            headers,
            body,
        } = request;
        let host = host_of(&url);
        let shown = format!(
            "{} {}{}",
            method.as_str(),
            url.origin().ascii_serialization(),
            url.path()
        );
        let origin = self.origin(plane, &url)?;
        let mut builder = match method {
            Method::Get => origin.client.get(url),
            Method::Head => origin.client.head(url),
            Method::Post => origin.client.post(url),
            Method::Put => origin.client.put(url),
            Method::Patch => origin.client.patch(url),
            Method::Delete => origin.client.delete(url),
        };
        if !matches!(method, Method::Get | Method::Head | Method::Delete) {
            // Resource Manager wants the length of an empty body too, which HTTP/2 does not need
            builder = builder.header("content-length", body.len()).body(body);
        }
        let secrets = headers
            .iter()
            .map(|(_, value)| value)
            .filter(|value| value.is_sensitive())
            .cloned()
            .collect();
        for (name, value) in headers {
            builder = builder.header(HeaderName::from_static(name), value);
        }
        // the operation's own limit is for whoever runs it to keep: it must not look like a server that does not answer
        let started = std::time::Instant::now();
        let answer = origin
            .first_connection_shared(builder.timeout(plane.attempt_limit()).send())
            .await;
        let answer = answer.map_err(|error| failure(&error, &host))?;
        let response = read(answer, host, secrets, plane.body_limit()).await?;
        call.log(Level::Debug, || {
            let id = response
                .header("x-ms-request-id")
                .or(response.header("x-ms-activity-id"))
                .unwrap_or("none");
            format!(
                "{shown} → {} in {} ms, request id {}",
                response.status,
                started.elapsed().as_millis(),
                super::text::line(id, 128)
            )
        });
        if (300..400).contains(&response.status) && response.status != 304 {
            return Err(response.not_understood(
                "redirect elsewhere, which is not followed because the request holds credentials",
            ));
        }
        Ok(response)
    }

    fn origin(&self, plane: Plane, url: &Url) -> Result<Arc<Origin>, Error> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (plane, url.origin().ascii_serialization());
        if let Some(origin) = origins.get(&key) {
            return Ok(Arc::clone(origin));
        }
        let connected = Arc::new(AtomicBool::new(false));
        let tls = match plane {
            Plane::Pinned(thumbprint) => tls::pinned(thumbprint),
            _ => self.tls.clone(),
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(plane.connect_limit())
            // a connection that something on the way has forgotten is given up, and the next try makes another
            .http2_keep_alive_interval(STILL_THERE)
            .http2_keep_alive_timeout(STILL_THERE)
            .user_agent(concat!("cosmi/", env!("CARGO_PKG_VERSION")))
            .connector_layer(NoteConnected(Arc::clone(&connected)));
        if !plane.is_service() || is_loopback(url) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Error::new(
                Kind::Internal,
                format!(
                    "the HTTP client cannot be made: {}",
                    super::text::line(&error.to_string(), 200)
                ),
            )
        })?;
        let origin = Arc::new(Origin {
            client,
            shared: url.scheme() == "https",
            first: AsyncMutex::new(()),
            connected,
        });
        origins.insert(key, Arc::clone(&origin));
        Ok(origin)
    }
}

impl Origin {
    /// Sends; while there is no connection yet, others wait until this request has made one. With HTTP/2 they then
    /// share it, which saves them a TLS handshake each.
    async fn first_connection_shared<T>(&self, send: impl Future<Output = T>) -> T {
        let mut turn = self.turn().await;
        if turn.is_none() {
            return send.await;
        }
        let mut settled = None;
        let mut send = pin!(send);
        poll_fn(|context| {
            let progress = send.as_mut().poll(context);
            if turn.is_some() && self.connected.load(Ordering::Acquire) {
                let settled = settled.get_or_insert_with(|| SystemClock.sleep(SETTLING));
                if settled.as_mut().poll(context).is_ready() {
                    turn = None;
                }
            }
            progress
        })
        .await
    }

    /// The turn to make the first connection; `None` when there is one, or none that is worth waiting for.
    async fn turn(&self) -> Option<AsyncMutexGuard<'_, ()>> {
        let connected = || self.connected.load(Ordering::Acquire);
        if !self.shared || connected() {
            return None;
        }
        if let Some(turn) = self.first.try_lock() {
            return Some(turn);
        }
        match select(self.first.lock(), SystemClock.sleep(PATIENCE)).await {
            Either::Left((turn, _)) => (!connected()).then_some(turn),
            // nobody may be there: those who wait one after the other would find that out one after the other
            Either::Right(_) => None,
        }
    }
}

/// Notes when a connection has been made.
#[derive(Clone)]
struct NoteConnected(Arc<AtomicBool>);

#[derive(Clone)]
struct Noting<S> {
    inner: S,
    connected: Arc<AtomicBool>,
}

impl<S> Layer<S> for NoteConnected {
    type Service = Noting<S>;

    fn layer(&self, inner: S) -> Noting<S> {
        Noting {
            inner,
            connected: Arc::clone(&self.0),
        }
    }
}

impl<S, R> Service<R> for Noting<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.inner.call(request);
        let connected = Arc::clone(&self.connected);
        Box::pin(async move {
            let connection = connecting.await?;
            connected.store(true, Ordering::Release);
            Ok(connection)
        })
    }
}

async fn read(
    mut answer: reqwest::Response,
    host: String,
    secrets: Vec<HeaderValue>,
    limit: usize,
) -> Result<Response, Error> {
    let status = answer.status().as_u16();
    let expected = answer
        .content_length()
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    let mut body = Zeroizing::new(Vec::with_capacity(expected.min(limit)));
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|error| failure(&error, &host).with_http_status(status))?
    {
        if body.len() + chunk.len() > limit {
            return Err(Error::new(
                Kind::TooLarge,
                format!("{host} answered {status} with more than {limit} bytes"),
            )
            .with_action("check the endpoint: this is not how the service answers")
            .with_http_status(status));
        }
        grow(&mut body, chunk.len());
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status,
        host,
        headers: std::mem::take(answer.headers_mut()),
        secrets,
        body,
    })
}

/// Makes room without leaving an unwiped copy behind, as a plain Vec's growth would.
fn grow(body: &mut Zeroizing<Vec<u8>>, more: usize) {
    let needed = body.len() + more;
    if needed > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(body.capacity() * 2)));
        larger.extend_from_slice(body);
        *body = larger;
    }
}

/// Why no answer came, in words for a person.
fn failure(error: &reqwest::Error, host: &str) -> Error {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    let mut io_kind = None;
    let mut dns = false;
    let mut proxy = false;
    while let Some(current) = cause {
        if let Some(tls) = current.downcast_ref::<rustls::Error>() {
            let (what, action) = tls::explain(tls);
            return Error::new(Kind::Tls, format!("no secure connection to {host}: {what}"))
                .with_action(action);
        }
        let said = current.to_string();
        dns |= said.starts_with("dns error");
        proxy |= said.starts_with("tunnel error") || said.starts_with("proxy auth");
        let io = current.downcast_ref::<io::Error>();
        io_kind = io.map(io::Error::kind).or(io_kind);
        // an io::Error's source skips the error it wraps
        cause = io
            .and_then(|io| io.get_ref().map(|inner| inner as &(dyn StdError + 'static)))
            .or(current.source());
    }
    if error.is_timeout() {
        let (kind, what) = if error.is_connect() {
            (Kind::Connect, "did not accept a connection")
        } else {
            (Kind::TimedOut, "did not answer")
        };
        return Error::new(kind, format!("{host} {what} in time"))
            .with_action("check the network between this machine and the service: firewall, private endpoint, proxy")
            .retryable();
    }
    if proxy {
        return Error::new(
            Kind::Connect,
            format!("the proxy does not let this machine through to {host}"),
        )
        .with_action("see HTTPS_PROXY, NO_PROXY and the system's proxy settings: the proxy must allow CONNECT to this host without asking for a password");
    }
    if dns {
        return Error::new(Kind::Dns, format!("the name {host} cannot be resolved"))
            .with_action("check the name for a typing error, and this machine's DNS");
    }
    if error.is_connect() {
        let why = match io_kind {
            Some(io::ErrorKind::ConnectionRefused) => "refused the connection",
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                "cannot be reached from this network"
            }
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
                "closed the connection while it was being made"
            }
            _ => "could not be connected to",
        };
        return Error::new(Kind::Connect, format!("{host} {why}"))
            .with_action("check the network between this machine and the service: firewall, private endpoint, proxy")
            .retryable();
    }
    Error::new(
        Kind::Protocol,
        format!("{host} broke off before its answer was complete"),
    )
    .with_action(
        "try again; if the problem persists, look for a proxy or firewall that cuts connections",
    )
    .retryable()
}

/// `host`, or `host:port` where the port is not the scheme's own.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse()
            .is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn is_metadata_address(url: &Url) -> bool {
    let ip = url.host_str().and_then(|host| host.parse().ok());
    matches!(ip, Some(IpAddr::V4(ip)) if ip.is_link_local())
}

fn is_private(url: &Url) -> bool {
    let ip = url.host_str().and_then(|host| host.parse().ok());
    matches!(ip, Some(IpAddr::V4(ip)) if ip.is_private())
}

/// Reads the address of a service. `what` names it in errors.
///
/// # Errors
/// When it is no URL, has user info, a query or a fragment, or is plain http to anywhere but loopback or a metadata
/// address.
pub(super) fn parse_url(what: &str, text: &str) -> Result<Url, Error> {
    parse(what, text, |url| {
        is_loopback(url) || is_metadata_address(url)
    })
}

/// Like [`parse_url`] for identity endpoints that Azure's own hosts name in a variable: App Service puts them on a
/// private address beside the container, such as `http://172.16.5.3:8081/msi/token`, and has no https there.
pub(super) fn parse_identity_url(what: &str, text: &str) -> Result<Url, Error> {
    parse(what, text, |url| {
        is_loopback(url) || is_metadata_address(url) || is_private(url)
    })
}

fn parse(what: &str, text: &str, plain_http: impl Fn(&Url) -> bool) -> Result<Url, Error> {
    let wrong = |why: &str| {
        Error::invalid(format!("the {what} {why}")).with_action(format!(
            "give the {what} as https://HOST/ or https://HOST:PORT/"
        ))
    };
    if text.len() > 2048 {
        return Err(wrong("is too long"));
    }
    let url = Url::parse(text.trim()).map_err(|_| wrong("is not a URL"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("names no host"));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(wrong("has more than scheme, host, port and path"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if plain_http(&url) => Ok(url),
        "http" => Err(wrong("is plain http, over which no credential is sent")),
        _ => Err(wrong("is neither https nor http")),
    }
}

/// Like [`parse_url`] for services that live at the root of their host.
pub(super) fn parse_root_url(what: &str, text: &str) -> Result<Url, Error> {
    let url = parse_url(what, text)?;
    if url.path() == "/" {
        return Ok(url);
    }
    Err(
        Error::invalid(format!("the {what} has a path")).with_action(format!(
            "give the {what} as https://HOST/ or https://HOST:PORT/"
        )),
    )
}

/// A new id for a request, by which both sides' logs can be compared. Unique, not secret.
pub(super) fn new_request_id() -> String {
    let half = || RandomState::new().build_hasher().finish();
    let (a, b) = (half(), half());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | (b >> 48) & 0x3fff,
        b & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_and_metadata_only() {
        for url in [
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "http://[::1]:1/",
            "http://169.254.169.254",
            "https://a.example",
        ] {
            assert!(parse_url("endpoint", url).is_ok(), "{url}");
        }
        for url in [
            "http://a.example/",
            "http://10.0.0.1/",
            "ftp://localhost/",
            "",
            "localhost",
            "https://",
            "https://u:p@a.example/",
            "https://a.example/?x=1",
            "https://a.example/#x",
            "http://localhost.example/",
        ] {
            assert_eq!(
                parse_url("endpoint", url).map_err(|error| error.kind()),
                Err(Kind::InvalidArgument),
                "{url}"
            );
        }
        assert!(parse_root_url("endpoint", "https://a.example/x").is_err());
        for (url, allowed) in [
            ("http://172.16.5.3:8081/msi/token", true),
            ("http://169.254.129.2:8081/msi/token", true),
            ("http://20.1.2.3/msi/token", false),
            ("http://a.example/msi/token", false),
        ] {
            assert_eq!(
                parse_identity_url("endpoint", url).is_ok(),
                allowed,
                "{url}"
            );
        }
    }

    #[test]
    fn request_ids_are_guids_and_differ() {
        let (a, b) = (new_request_id(), new_request_id());
        assert_ne!(a, b);
        assert_eq!(a.len(), 36);
        assert_eq!(
            a.split('-').map(str::len).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
    }

    fn origin_of(http: &Http, url: &str) -> Arc<Origin> {
        let url = Url::parse(url).expect("a URL");
        http.origin(Plane::Service, &url).expect("a client")
    }

    #[tokio::test]
    async fn those_who_wait_for_the_first_connection_go_on_together() {
        let http = Http::new(None).expect("a client");
        let origin = origin_of(&http, "https://localhost:1/");
        let started = std::time::Instant::now();
        let sends = (0..100).map(|number| {
            let origin = Arc::clone(&origin);
            async move {
                let send = async {
                    SystemClock.sleep(Duration::from_millis(20)).await;
                    origin.connected.store(true, Ordering::Release);
                    SystemClock
                        .sleep(Duration::from_millis(if number == 0 { 1 } else { 200 }))
                        .await;
                };
                origin.first_connection_shared(send).await;
            }
        });
        futures_util::future::join_all(sends).await;
        assert!(
            started.elapsed() < Duration::from_millis(900),
            "{:?}",
            started.elapsed()
        );
    }

    #[tokio::test]
    async fn those_who_wait_for_a_connection_that_never_comes_do_not_wait_for_each_other() {
        let http = Http::new(None).expect("a client");
        for (url, most) in [("https://localhost:1/", 2500), ("http://localhost:1/", 900)] {
            let origin = origin_of(&http, url);
            let started = std::time::Instant::now();
            let failing = (0..20).map(|_| {
                // the time runs from the first poll, as that of a connect does
                origin.first_connection_shared(async {
                    SystemClock.sleep(Duration::from_millis(500)).await;
                })
            });
            futures_util::future::join_all(failing).await;
            assert!(
                started.elapsed() < Duration::from_millis(most),
                "{url}: {:?}",
                started.elapsed()
            );
        }
    }
}
