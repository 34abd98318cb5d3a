//! Connections and what every request goes through: the journal, faults, then the face.

use std::fmt;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::body::{AnswerBody, Delivery};
use crate::clock;
use crate::face::Face;
use crate::faults::{Action, Close, Subject};
use crate::http::{Reply, Request};
use crate::journal::{Arrival, Ticket};
use crate::simulator::Simulator;
use crate::stats::OpenConnection;
use crate::{
    app_service, arc, arm, cloud_shell, control, cosmos, imds, machine_learning, service_fabric,
    sts,
};

/// Far more than any request here needs.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

/// How long a client may take to say anything.
const FIRST_WORD: Duration = Duration::from_secs(300);

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// One address this Azure answers on.
pub struct Port {
    pub listener: TcpListener,
    pub serves: Serves,
    pub tls: Option<TlsAcceptor>,
}

#[derive(Clone, Debug)]
pub enum Serves {
    Imds,
    AppService,
    Arc,
    ServiceFabric,
    MachineLearning,
    CloudShell,
    Sts,
    Arm,
    /// The data plane of one account.
    Account(String),
    Control,
}

struct Connection {
    id: u64,
    serves: Serves,
    tls: bool,
    local: SocketAddr,
    closing: Arc<Notify>,
    closed_here: Arc<AtomicBool>,
}

/// The connection is closed instead of answering.
#[derive(Debug)]
struct Unanswered;

impl fmt::Display for Unanswered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("closed without an answer, as asked")
    }
}

impl std::error::Error for Unanswered {}

impl Serves {
    fn face(&self) -> Option<Face> {
        match self {
            Serves::Imds => Some(Face::Imds),
            Serves::AppService => Some(Face::AppService),
            Serves::Arc => Some(Face::Arc),
            Serves::ServiceFabric => Some(Face::ServiceFabric),
            Serves::MachineLearning => Some(Face::MachineLearning),
            Serves::CloudShell => Some(Face::CloudShell),
            Serves::Sts => Some(Face::Sts),
            Serves::Arm => Some(Face::Arm),
            Serves::Account(_) => Some(Face::Cosmos),
            Serves::Control => None,
        }
    }

    fn account(&self) -> Option<&str> {
        match self {
            Serves::Account(name) => Some(name),
            _ => None,
        }
    }
}

/// Accepts connections for ever.
pub async fn serve(simulator: Arc<Simulator>, port: Port) {
    let Port {
        listener,
        serves,
        tls,
    } = port;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, say; it may pass.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let counted = serves.face().map(|face| simulator.stats.connection(face));
        if serves
            .face()
            .is_some_and(|face| simulator.faults.drops_connection(face, serves.account()))
        {
            continue;
        }
        let Ok(local) = stream.local_addr() else {
            continue;
        };
        let connection = Arc::new(Connection {
            id: CONNECTIONS.fetch_add(1, Ordering::Relaxed) + 1,
            serves: serves.clone(),
            tls: tls.is_some(),
            local,
            closing: Arc::new(Notify::new()),
            closed_here: Arc::default(),
        });
        tokio::spawn(connect(
            Arc::clone(&simulator),
            connection,
            stream,
            tls.clone(),
            counted,
        ));
    }
}

async fn connect(
    simulator: Arc<Simulator>,
    connection: Arc<Connection>,
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    counted: Option<OpenConnection>,
) {
    // Small answers are not held back; a socket that refuses this still works.
    let _ = stream.set_nodelay(true);
    match tls {
        None => speak(simulator, connection, stream).await,
        Some(acceptor) => {
            // A client that does not trust the certificate ends here.
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            if let Some(counted) = &counted {
                counted.handshake_done();
            }
            speak(simulator, connection, stream).await;
        }
    }
}

async fn speak<S>(simulator: Arc<Simulator>, connection: Arc<Connection>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let closing = Arc::clone(&connection.closing);
    let closed_here = Arc::clone(&connection.closed_here);
    let service = service_fn(move |request| {
        let (simulator, connection) = (Arc::clone(&simulator), Arc::clone(&connection));
        async move { answer(&simulator, &connection, request).await }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(FIRST_WORD);
    builder.http2().timer(TokioTimer::new());
    let mut conversation = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // Clients come and go as they like; what they did is in the journal.
    tokio::select! {
        _ = &mut conversation => {}
        // Other requests on the connection end with it.
        () = closing.notified() => closed_here.store(true, Ordering::Release),
    }
}

async fn answer(
    simulator: &Simulator,
    connection: &Connection,
    request: hyper::Request<Incoming>,
) -> Result<Response<AnswerBody>, Unanswered> {
    let (parts, body) = request.into_parts();
    let target = parts
        .uri
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    let mut request = Request {
        origin: origin(connection, &parts),
        method: parts.method,
        target,
        headers: parts.headers,
        body: Bytes::new(),
        tls: connection.tls,
        http2: parts.version == Version::HTTP_2,
    };
    let Some(face) = connection.serves.face() else {
        request.body = read(body).await?;
        let mut reply = control::answer(simulator, &request);
        reply.set("date", clock::http_date(simulator.clock.now()));
        return Ok(respond(connection, reply, None, &Delivery::Whole));
    };

    let account = match &connection.serves {
        Serves::Account(name) => Some(name.clone()),
        Serves::Arm => arm::account_in(&request),
        _ => None,
    };
    let mut ticket = simulator.journal.arrived(Arrival {
        face,
        account: account.clone(),
        method: request.method.to_string(),
        target: request.target.clone(),
        headers: request.headers.clone(),
        http: if request.http2 { "2" } else { "1.1" },
        connection: connection.id,
        closed_here: Arc::clone(&connection.closed_here),
        tls: connection.tls,
    });
    request.body = read(body).await?;
    ticket.body(&request.body);

    let subject = Subject {
        face,
        account: account.as_deref(),
        method: request.method.as_str(),
        path: request.path(),
    };
    let action = simulator.faults.for_request(subject).unwrap_or_default();
    if let Some(delay) = action.delay_ms {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    if action.close == Some(Close::BeforeHeaders) {
        ticket.finish();
        connection.closing.notify_one();
        return Err(Unanswered);
    }
    if action.hang && action.truncate.is_none() && action.close.is_none() {
        std::future::pending::<()>().await;
    }

    let mut reply = ordinary_or_asked(simulator, connection, face, &request, &action);
    if !reply.has("date") {
        reply.set("date", clock::http_date(simulator.clock.now()));
    }
    if request.method == hyper::Method::HEAD {
        reply.body.clear();
    }
    let delivery = delivery(&action, &mut reply);
    ticket.status(reply.status.as_u16());
    Ok(respond(connection, reply, Some(ticket), &delivery))
}

/// The face's own answer, unless a fault says what to answer.
fn ordinary_or_asked(
    simulator: &Simulator,
    connection: &Connection,
    face: Face,
    request: &Request,
    action: &Action,
) -> Reply {
    simulator.settle();
    let asked = action.status.or(action.redirect.as_ref().map(|_| 307));
    let mut reply = match asked {
        Some(status) => refusal(simulator, face, status),
        None => match &connection.serves {
            Serves::Imds => imds::answer(simulator, request),
            Serves::AppService => app_service::answer(simulator, request),
            Serves::Arc => arc::answer(simulator, request),
            Serves::ServiceFabric => service_fabric::answer(simulator, request),
            Serves::MachineLearning => machine_learning::answer(simulator, request),
            Serves::CloudShell => cloud_shell::answer(simulator, request),
            Serves::Sts => sts::answer(simulator, request),
            Serves::Arm => arm::answer(simulator, request),
            Serves::Account(name) => cosmos::answer(simulator, name, request),
            Serves::Control => control::answer(simulator, request),
        },
    };
    if let Some(url) = &action.redirect {
        reply.set("location", url);
    }
    if let Some(body) = &action.body {
        reply.body = Bytes::from(body.clone());
    }
    for (name, value) in &action.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            reply.put(name, value);
        }
    }
    reply
}

/// How a face words a status nobody gave a text for.
fn refusal(simulator: &Simulator, face: Face, status: u16) -> Reply {
    match face {
        Face::Imds => imds::refusal(status),
        Face::AppService | Face::MachineLearning => {
            app_service::refusal(&simulator.model().scenario, status)
        }
        Face::Arc => arc::refusal(status),
        Face::ServiceFabric => service_fabric::refusal(status),
        Face::CloudShell => cloud_shell::refusal(status),
        Face::Sts => sts::refusal(simulator, status),
        Face::Arm => arm::refusal(status),
        Face::Cosmos => cosmos::refusal(status),
    }
}

fn delivery(action: &Action, reply: &mut Reply) -> Delivery {
    let length = reply.body.len();
    let cut = match action.close {
        Some(Close::AfterHeaders) => Some(0),
        Some(Close::MidBody) => Some(action.truncate.unwrap_or(length / 2)),
        _ => None,
    };
    match (cut, action.truncate) {
        _ if action.endless => Delivery::Endless,
        (Some(after), _) => Delivery::Close { after },
        (None, Some(after)) if action.hang => Delivery::Stall { after },
        (None, Some(after)) => {
            reply.body.truncate(after);
            Delivery::Whole
        }
        (None, None) => Delivery::Whole,
    }
}

fn respond(
    connection: &Connection,
    reply: Reply,
    ticket: Option<Ticket>,
    delivery: &Delivery,
) -> Response<AnswerBody> {
    let promised =
        matches!(delivery, Delivery::Close { .. } | Delivery::Stall { .. }) && !reply.chunked;
    let length = reply.body.len();
    let body = AnswerBody::new(
        reply.body,
        reply.chunked,
        delivery,
        ticket,
        &connection.closing,
    );
    let mut response = Response::new(body);
    *response.status_mut() = reply.status;
    response.headers_mut().extend(reply.headers);
    if promised {
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// A client that goes away while it sends gets no answer.
async fn read(body: Incoming) -> Result<Bytes, Unanswered> {
    Ok(Limited::new(body, LARGEST_REQUEST)
        .collect()
        .await
        .map_err(|_| Unanswered)?
        .to_bytes())
}

fn origin(connection: &Connection, parts: &hyper::http::request::Parts) -> String {
    let scheme = if connection.tls { "https" } else { "http" };
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    match parts
        .uri
        .authority()
        .map(hyper::http::uri::Authority::as_str)
        .or(host)
    {
        Some(authority) => format!("{scheme}://{authority}"),
        None => format!("{scheme}://{}", connection.local),
    }
}
