//! Resource Manager: requests with a token, its errors, its pages.

mod access;
mod accounts;
mod create;
mod data_access;
mod definition;
mod error;
mod keys;
mod machines;
mod operations;
mod sql;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::value::RawValue;

pub use access::Assignment;
pub use accounts::Account;
pub(super) use accounts::{Name, Scope};
pub use create::Created;
pub use data_access::{DataAssignment, DataScope};
pub use keys::{ConnectionString, ConnectionStrings, KeyKind, KeyRole, Keys};
pub(super) use sql::Place;
pub use sql::Throughput;

use super::call::{Call, Level};
use super::cloud::{Cloud, Clouds};
use super::error::{Error, Kind};
use super::flight::Flights;
use super::http::{Http, Method, Plane, Request, Response, Url, host_of, new_request_id};
use super::identity::{Identities, Token};
use super::retry;

/// Everything asked of `Microsoft.DocumentDB`; knows `disableLocalAuth`, which the tutorial's 2016-12-01 does not.
const COSMOS_API: &str = "2024-11-15";
const SUBSCRIPTIONS_API: &str = "2022-12-01";

// a list is never that long; one that links to itself would be read until there is no memory left
const MOST_PAGES: usize = 1000;

/// Asks Resource Manager.
pub(super) struct Arm {
    http: Arc<Http>,
    identities: Arc<Identities>,
    clouds: Arc<Clouds>,
    accounts: Flights<Name, Arc<Account>>,
    keys: Flights<(String, KeyKind), Arc<Keys>>,
}

struct Patience;

impl retry::Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, _: Duration) -> Option<Duration> {
        let again = match error.http_status() {
            // 412: something else goes on there
            408 | 412 | 429 | 500 | 502 | 503 | 504 => failures <= 3,
            409 => {
                failures <= 3 && error.service_code() == Some("RetryableErrorDueToAnotherOperation")
            }
            0 => {
                failures <= 2
                    && matches!(
                        error.kind(),
                        Kind::Protocol | Kind::Connect | Kind::TimedOut
                    )
            }
            _ => failures <= 2 && error.kind() == Kind::Protocol,
        };
        let pause = retry::doubled(
            Duration::from_millis(if error.http_status() == 0 { 250 } else { 1000 }),
            failures,
            Duration::from_secs(8),
        );
        again.then(|| error.retry_after().unwrap_or(pause))
    }
}

impl Arm {
    pub(super) fn new(http: Arc<Http>, identities: Arc<Identities>, clouds: Arc<Clouds>) -> Arm {
        Arm {
            http,
            identities,
            clouds,
            accounts: Flights::new(),
            keys: Flights::new(),
        }
    }

    fn url(&self, path: &str, api_version: &str) -> Url {
        let mut url = self.clouds.arm();
        url.set_path(path);
        url.query_pairs_mut()
            .append_pair("api-version", api_version);
        url
    }

    /// Reads a resource, or the first page of a list.
    async fn get(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        what: &What<'_>,
    ) -> Result<Response, Error> {
        self.send(call, Method::Get, path, api_version, None, what)
            .await
    }

    /// Sends a request, with a token; once more with a new token when the first is refused. Any 2xx is an answer.
    async fn send(
        &self,
        call: &Call,
        method: Method,
        path: &str,
        api_version: &str,
        body: Option<&str>,
        what: &What<'_>,
    ) -> Result<Response, Error> {
        let url = || self.url(path, api_version);
        let answer = self.send_to(call, method, &url, body, what).await;
        self.forget_moved(path, answer)
    }

    /// An account that is not where it was found may have been made anew elsewhere: it is looked for the next time.
    fn forget_moved<T>(&self, path: &str, answer: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &answer
            && error.http_status() == 404
            // the account's own answer, of what is in it
            && error.service_code() != Some("NotFound")
        {
            self.accounts
                .forget_all_that(|account| path.starts_with(&account.id));
        }
        answer
    }

    /// Sends to an address that depends on the cloud, which may only be learnt by the first answer.
    async fn send_to(
        &self,
        call: &Call,
        method: Method,
        url: &(dyn Fn() -> Url + Sync),
        body: Option<&str>,
        what: &What<'_>,
    ) -> Result<Response, Error> {
        // before a token is looked for: what is wrong with the identity is not the caller's input
        call.may_send()?;
        let asked_in = self.clouds.current();
        let here = || Sent {
            method,
            url: url(),
            body,
        };
        match self.send_here(call, &here(), what).await {
            Err(error) if self.is_elsewhere(call, &error, asked_in).await => {
                self.send_here(call, &here(), what).await
            }
            answer => answer,
        }
    }

    async fn send_here(
        &self,
        call: &Call,
        sent: &Sent<'_>,
        what: &What<'_>,
    ) -> Result<Response, Error> {
        let audience = self.clouds.arm_audience();
        let token = self.identities.token(call, &audience).await?;
        let error = match self.send_with(call, sent, what, &token).await {
            Err(error) if error.kind() == Kind::Unauthenticated => error,
            answer => return answer,
        };
        call.log(Level::Info, || {
            format!("{}; a new token follows", error.message())
        });
        self.identities.forget(&token);
        let token = self.identities.token(call, &audience).await?;
        self.send_with(call, sent, what, &token).await
    }

    async fn send_with(
        &self,
        call: &Call,
        sent: &Sent<'_>,
        what: &What<'_>,
        token: &Token,
    ) -> Result<Response, Error> {
        call.waiting_for(what.waiting());
        let attempt = || {
            async {
                let response = self.http.send(call, sent.signed(token)?).await;
                let response = response.map_err(|error| error.while_doing("Resource Manager"))?;
                if (200..300).contains(&response.status) {
                    Ok(response)
                } else {
                    Err(error::refused(&response, what))
                }
            }
            .boxed()
        };
        retry::run(call, &Patience, &attempt).await
    }

    /// Whether a refusal comes from asking in the public cloud on a machine of another one.
    async fn is_elsewhere(&self, call: &Call, error: &Error, asked_in: Cloud) -> bool {
        let suspicious = error.kind() == Kind::Unauthenticated
            || (error.kind() == Kind::NoIdentity && error.http_status() == 400)
            || error.service_code() == Some("invalid_resource");
        if !suspicious {
            return false;
        }
        if !self.clouds.is_certain()
            && self.identities.is_imds()
            && let Ok(found) = self.identities.environment(call).await
        {
            self.clouds.learn(found.cloud.as_deref());
        }
        // whoever found it out: of several who asked at the same time each has to ask again
        self.clouds.current() != asked_in
    }

    /// Reads all pages of a list; the items stay as they came.
    async fn list(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        what: &What<'_>,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let first = self.get(call, path, api_version, what).await?;
        self.pages(call, first, what).await
    }

    /// The same of those that the service's `$filter` lets through.
    async fn list_filtered(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        filter: &str,
        what: &What<'_>,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let url = || {
            let mut url = self.url(path, api_version);
            url.query_pairs_mut().append_pair("$filter", filter);
            url
        };
        let first = self.send_to(call, Method::Get, &url, None, what).await;
        let first = self.forget_moved(path, first)?;
        self.pages(call, first, what).await
    }

    async fn pages(
        &self,
        call: &Call,
        first: Response,
        what: &What<'_>,
    ) -> Result<Vec<Box<RawValue>>, Error> {
        let mut items = Vec::new();
        let mut response = first;
        for _ in 0..MOST_PAGES {
            let not_a_list = || response.not_understood("are no list");
            let mut page: HashMap<String, Box<RawValue>> =
                serde_json::from_slice(&response.body).map_err(|_| not_a_list())?;
            let value = page.remove("value").ok_or_else(not_a_list)?;
            items.extend(
                serde_json::from_str::<Vec<Box<RawValue>>>(value.get())
                    .map_err(|_| not_a_list())?,
            );
            let next = page.remove("nextLink").and_then(|link| {
                serde_json::from_str::<Option<String>>(link.get())
                    .ok()
                    .flatten()
            });
            let Some(next) = next.filter(|next| !next.is_empty()) else {
                return Ok(items);
            };
            let next = self.own_url(&next, "continues its list")?;
            response = self.send_here(call, &Sent::get(next), what).await?;
        }
        Err(response.not_understood("are the next page of a list without end"))
    }

    /// An address that an answer names, if it is Resource Manager's own: no other host gets a token.
    fn own_url(&self, text: &str, does: &str) -> Result<Url, Error> {
        let arm = self.clouds.arm();
        // some providers leave their own host out
        arm.join(text)
            .ok()
            .filter(|url| url.origin() == arm.origin())
            .ok_or_else(|| {
                let host = host_of(&arm);
                let message = format!("{host} {does} on another host, which gets no token");
                Error::new(Kind::BadResponse, message)
                    .with_action("look for a proxy that changes answers")
            })
    }
}

/// One request, before it has a token.
struct Sent<'a> {
    method: Method,
    url: Url,
    body: Option<&'a str>,
}

impl Sent<'_> {
    fn get(url: Url) -> Self {
        Sent {
            method: Method::Get,
            url,
            body: None,
        }
    }

    fn signed(&self, token: &Token) -> Result<Request, Error> {
        let secret = token.value.as_ascii();
        let secret =
            secret.ok_or_else(|| Error::new(Kind::BadResponse, "the token is not ASCII text"))?;
        let bearer = zeroize::Zeroizing::new(format!("Bearer {secret}"));
        let request = Request::new(Plane::Service, self.method, self.url.clone())
            .secret_header("authorization", &bearer)?
            .header("accept", "application/json")?
            .header("x-ms-client-request-id", &new_request_id())?
            .header("x-ms-return-client-request-id", "true")?;
        Ok(match self.body {
            Some(body) => request.body("application/json", body.as_bytes().to_vec()),
            None => request,
        })
    }
}

/// What is asked, in the words of its errors.
struct What<'a> {
    /// What is done to it: `read`, `create`, `change`, `delete`.
    verb: &'static str,
    /// What it is, as in "the keys of account x".
    thing: String,
    /// The action a role must allow.
    needs: &'static str,
    /// The account's name, when the request is for one.
    account: Option<&'a str>,
    /// Whether the answer or its errors may hold keys: then no text of the service is shown.
    secret: bool,
}

impl What<'_> {
    fn waiting(&self) -> String {
        match self.verb {
            "read" => format!("{} from Resource Manager", self.thing),
            verb => format!("Resource Manager to {verb} {}", self.thing),
        }
    }
}
