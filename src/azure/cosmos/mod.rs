//! The data plane: requests signed with an account key, its errors, its patience.

mod collections;
mod error;
mod names;
mod offers;
mod signing;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

pub use offers::{Offer, OfferAbsence};

pub(super) use collections::Shown;
pub(super) use error::is_keys_disabled;
pub(super) use names::check_names;

use super::call::Call;
use super::clock::Clock;
use super::error::{Error, Kind};
use super::http::{Http, Method, Plane, Request, Response, Url};
use super::retry;
use super::secret::Secret;
use signing::Key;

/// The oldest version that has what is asked for here; all accounts answer it.
const API_VERSION: &str = "2020-07-15";

/// Asks accounts' data planes.
pub(super) struct Cosmos {
    http: Arc<Http>,
    clock: Arc<dyn Clock>,
}

/// An account's data plane and the key that opens it.
pub(super) struct Account {
    endpoint: Url,
    key: Key,
}

impl Account {
    /// `key` is base64 text.
    pub(super) fn new(endpoint: Url, key: &Secret) -> Result<Account, Error> {
        Ok(Account {
            endpoint,
            key: Key::decode(key)?,
        })
    }
}

/// What is read: its type, the link that is signed, the path that is sent.
struct Resource<'a> {
    kind: &'static str,
    link: &'a str,
    path: &'a str,
}

struct Patience;

// as the service's own libraries: nine attempts or half a minute of waiting
const THROTTLED_FAILURES: u32 = 9;
const THROTTLED_WAIT: Duration = Duration::from_secs(30);

impl retry::Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, waited: Duration) -> Option<Duration> {
        let ms = Duration::from_millis;
        let pause = match (error.http_status(), error.substatus()) {
            (429, _) => {
                let pause =
                    error
                        .retry_after()
                        .unwrap_or(retry::doubled(ms(100), failures, ms(5_000)));
                return (failures < THROTTLED_FAILURES
                    && waited.saturating_add(pause) <= THROTTLED_WAIT)
                    .then_some(pause);
            }
            (449, _) => {
                return (failures < THROTTLED_FAILURES)
                    .then(|| retry::doubled(ms(10), failures, ms(1_000)));
            }
            // the collection is still being made
            (404, 1013) | (408 | 410 | 423 | 500 | 502 | 503 | 504, _) => {
                retry::doubled(ms(200), failures, ms(2_000))
            }
            (0, _)
                if matches!(
                    error.kind(),
                    Kind::Protocol | Kind::Connect | Kind::TimedOut
                ) =>
            {
                retry::doubled(ms(250), failures, ms(1_000))
            }
            (_, _) if error.kind() == Kind::Protocol => ms(250),
            _ => return None,
        };
        (failures <= 3).then(|| error.retry_after().unwrap_or(pause))
    }
}

impl Cosmos {
    pub(super) fn new(http: Arc<Http>, clock: Arc<dyn Clock>) -> Cosmos {
        Cosmos { http, clock }
    }

    async fn get(
        &self,
        call: &Call,
        account: &Account,
        resource: &Resource<'_>,
        thing: &str,
    ) -> Result<Response, Error> {
        let attempt = || {
            async {
                let request = self.signed(account, Method::Get, resource)?;
                self.answer(call, request, thing).await
            }
            .boxed()
        };
        retry::run(call, &Patience, &attempt).await
    }

    /// One page of a query.
    async fn query(
        &self,
        call: &Call,
        account: &Account,
        resource: &Resource<'_>,
        query: &[u8],
        continuation: Option<&str>,
        thing: &str,
    ) -> Result<Response, Error> {
        let attempt = || {
            async {
                let mut request = self
                    .signed(account, Method::Post, resource)?
                    .header("x-ms-documentdb-isquery", "True")?
                    .body("application/query+json", query.to_vec());
                if let Some(continuation) = continuation {
                    request = request.header("x-ms-continuation", continuation)?;
                }
                self.answer(call, request, thing).await
            }
            .boxed()
        };
        retry::run(call, &Patience, &attempt).await
    }

    /// A request with a date and signature of now.
    fn signed(
        &self,
        account: &Account,
        method: Method,
        resource: &Resource<'_>,
    ) -> Result<Request, Error> {
        let mut url = account.endpoint.clone();
        url.set_path(resource.path);
        let date = httpdate::fmt_http_date(self.clock.now());
        let authorization =
            account
                .key
                .authorization(method.as_str(), resource.kind, resource.link, &date);
        Request::new(Plane::Service, method, url)
            .secret_header("authorization", &authorization)?
            .header("x-ms-date", &date)?
            .header("x-ms-version", API_VERSION)?
            .header("accept", "application/json")
    }

    async fn answer(&self, call: &Call, request: Request, thing: &str) -> Result<Response, Error> {
        let response = self
            .http
            .send(call, request)
            .await
            .map_err(|error| error.while_doing("Cosmos DB"))?;
        if response.status == 200 {
            return Ok(response);
        }
        Err(error::refused(&response, thing, self.clock.now()))
    }
}

/// `x-ms-request-charge`, in request units.
fn charge(response: &Response) -> f64 {
    response
        .header("x-ms-request-charge")
        // read as JSON: the standard library's way comes with 16 KB of its own
        .and_then(|charge| serde_json::from_str(charge).ok())
        .unwrap_or(0.0)
}
