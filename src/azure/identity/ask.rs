//! What asking has in common for all sources.

use std::time::Duration;

use futures_util::FutureExt;
use zeroize::Zeroizing;

use super::{Identity, answer};
use crate::azure::call::Call;
use crate::azure::cloud::Clouds;
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Http, Request, Response, Url};
use crate::azure::retry::{self, Policy};

/// What a source needs to ask for one token.
pub(super) struct Context<'a> {
    pub http: &'a Http,
    pub call: &'a Call,
    pub env: &'a dyn Env,
    pub clouds: &'a Clouds,
    pub identity: &'a Identity,
    pub resource: &'a str,
    /// The SHA-256 of a token that was refused, in hexadecimal.
    pub refused: Option<String>,
    /// How long an update of the metadata service is waited for.
    pub update_wait: Duration,
}

/// How a source spells the choice of a user-assigned identity by its client, object or resource id; `None` where it
/// cannot.
pub(super) struct Spelling {
    pub client: Option<&'static str>,
    pub object: Option<&'static str>,
    pub resource: Option<&'static str>,
}

impl Context<'_> {
    /// `url` with the source's version, the resource and the identity in its query.
    ///
    /// # Errors
    /// When the source cannot choose that identity.
    pub(super) fn query(
        &self,
        url: &Url,
        api_version: &str,
        spelling: &Spelling,
        who: &str,
    ) -> Result<Url, Error> {
        let mut url = url.clone();
        let chosen = self.chosen(spelling, who)?;
        let mut query = url.query_pairs_mut();
        query
            .append_pair("api-version", api_version)
            .append_pair("resource", self.resource);
        if let Some((name, id)) = chosen {
            query.append_pair(name, id);
        }
        drop(query);
        Ok(url)
    }

    /// A variable whose value is a secret.
    pub(super) fn secret(&self, variable: &str) -> Zeroizing<String> {
        Zeroizing::new(self.env.get(variable).unwrap_or_default())
    }

    /// The parameter that chooses the identity.
    pub(super) fn chosen(
        &self,
        spelling: &Spelling,
        who: &str,
    ) -> Result<Option<(&'static str, &str)>, Error> {
        let (name, id) = match self.identity {
            Identity::System => return Ok(None),
            Identity::ClientId(id) => (spelling.client, id),
            Identity::ObjectId(id) => (spelling.object, id),
            Identity::ResourceId(id) => (spelling.resource, id),
        };
        let name = name.ok_or_else(|| {
            let ways = [
                spelling.client.map(|_| "by client id"),
                spelling.object.map(|_| "by object id"),
                spelling.resource.map(|_| "by resource id"),
            ];
            let ways: Vec<_> = ways.into_iter().flatten().collect();
            let action = if ways.is_empty() {
                "choose no identity: there is one only".to_owned()
            } else {
                format!("choose the identity {}, or none", ways.join(" or "))
            };
            Error::invalid(format!("{who} cannot choose an identity in that way"))
                .with_action(action)
        })?;
        Ok(Some((name, id)))
    }

    /// Asks until there is a 200, as the policy has it.
    pub(super) async fn ask(
        &self,
        policy: &dyn Policy,
        request: &(dyn Fn() -> Result<Request, Error> + Sync),
        absent: &(dyn Fn(Error) -> Error + Sync),
        refused: &(dyn Fn(&Response) -> Error + Sync),
    ) -> Result<Response, Error> {
        let attempt = || {
            async {
                let response = self
                    .http
                    .send(self.call, request()?)
                    .await
                    .map_err(absent)?;
                if response.status == 200 {
                    return Ok(response);
                }
                Err(answer::unknown_resource(&response, self.resource)
                    .unwrap_or_else(|| refused(&response)))
            }
            .boxed()
        };
        retry::run(self.call, policy, &attempt).await
    }
}

/// What is waited for at every source but the metadata service: three more tries, a second apart.
pub(super) struct Patience;

impl Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, _: Duration) -> Option<Duration> {
        let again = matches!(error.http_status(), 404 | 408 | 429 | 500..=599)
            || error.kind() == Kind::Protocol;
        (again && failures <= 3).then(|| error.retry_after().unwrap_or(Duration::from_secs(1)))
    }
}

/// Nobody is at an endpoint that the environment names.
pub(super) fn silent(error: Error, who: &str, action: &str) -> Error {
    match error.kind() {
        Kind::Connect | Kind::Dns => Error::new(
            Kind::NoIdentity,
            format!("{who} does not answer: {}", error.message()),
        )
        .with_action(action),
        _ => error.while_doing(who),
    }
}
