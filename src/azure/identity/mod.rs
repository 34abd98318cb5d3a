//! Whose token, and from where: the source is chosen from the environment, the token is asked for once and kept.

mod answer;
mod app_service;
mod environment;
mod expiry;
mod imds;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

pub use environment::Environment;

use super::call::{Call, Level};
use super::clock::{Clock, unix_seconds};
use super::env::Env;
use super::error::{Error, Kind};
use super::flight::Flights;
use super::http::Http;
use super::secret::Secret;
use super::settings::{DEFAULT_TIMEOUT, Identity, IdentitySource};
use super::text;

/// A token, and what is known of it.
#[derive(Debug)]
pub struct Token {
    /// The token itself.
    pub value: Secret,
    /// When it ends, in Unix seconds.
    pub expires_on_s: i64,
    /// What it is good for, as it was asked for.
    pub resource: String,
    /// The client id of the identity, when the source tells.
    pub client_id: Option<String>,
    /// Where it came from; never `Auto`.
    pub source: IdentitySource,
}

// a token is given up this long before its end, so that no request carries one that ends on the way
const EXPIRY_MARGIN: Duration = Duration::from_secs(300);

/// Where tokens come from on this machine at this moment.
#[derive(Debug)]
enum Source {
    Imds(imds::Endpoint),
    AppService(app_service::Endpoint),
}

impl Source {
    fn name(&self) -> IdentitySource {
        match self {
            Source::Imds(_) => IdentitySource::Imds,
            Source::AppService(_) => IdentitySource::AppService,
        }
    }
}

/// A source and the sentence that says why it was chosen.
struct Choice {
    source: Source,
    reason: String,
}

/// Gets tokens and remembers them.
pub(super) struct Identities {
    source: IdentitySource,
    identity: Identity,
    metadata_endpoint: Option<String>,
    http: Arc<Http>,
    env: Arc<dyn Env>,
    clock: Arc<dyn Clock>,
    // by resource: a client has one identity, and while a token lasts its source is not looked for again
    tokens: Flights<String, Arc<Token>>,
}

impl Identities {
    pub(super) fn new(
        source: IdentitySource,
        identity: Identity,
        metadata_endpoint: Option<String>,
        http: Arc<Http>,
        env: Arc<dyn Env>,
        clock: Arc<dyn Clock>,
    ) -> Result<Identities, Error> {
        identity.check()?;
        if let Some(endpoint) = &metadata_endpoint {
            imds::Endpoint::parse("metadata endpoint", endpoint)?;
        }
        Ok(Identities {
            source,
            identity,
            metadata_endpoint,
            http,
            env,
            clock,
            tokens: Flights::new(),
        })
    }

    /// The order is the one Azure's own libraries use; the variables are read at each call because hosts change them.
    fn choose(&self) -> Result<Choice, Error> {
        let endpoint = self.env.get("IDENTITY_ENDPOINT");
        let header = self.env.get("IDENTITY_HEADER");
        let imds = || {
            let (endpoint, why) = if let Some(endpoint) = &self.metadata_endpoint {
                (
                    imds::Endpoint::parse("metadata endpoint", endpoint)?,
                    "its address was given",
                )
            } else if let Some(endpoint) = self.env.get("AZURE_POD_IDENTITY_AUTHORITY_HOST") {
                (
                    imds::Endpoint::parse("AZURE_POD_IDENTITY_AUTHORITY_HOST", &endpoint)?,
                    "AZURE_POD_IDENTITY_AUTHORITY_HOST is set",
                )
            } else {
                (
                    imds::Endpoint::default(),
                    "no variable of another host is set",
                )
            };
            Ok((Source::Imds(endpoint), why))
        };
        let (source, why) = match (self.source, endpoint, header) {
            (IdentitySource::Imds, _, _) => (imds()?.0, "it was asked for"),
            (IdentitySource::AppService, Some(endpoint), Some(_)) => (
                Source::AppService(app_service::Endpoint::parse(&endpoint)?),
                "it was asked for",
            ),
            (IdentitySource::AppService, _, _) => {
                return Err(Error::new(
                    Kind::NoIdentity,
                    "the App Service identity endpoint was asked for, and IDENTITY_ENDPOINT and IDENTITY_HEADER are not both set",
                )
                .with_action("turn the identity of the app or Automation account on, or let the source be found automatically"));
            }
            (IdentitySource::Auto, Some(endpoint), Some(_)) => (
                Source::AppService(app_service::Endpoint::parse(&endpoint)?),
                "IDENTITY_ENDPOINT and IDENTITY_HEADER are set",
            ),
            (IdentitySource::Auto, Some(_), None) => {
                return Err(Error::new(
                    Kind::NoIdentity,
                    "IDENTITY_ENDPOINT is set without IDENTITY_HEADER, as on an Azure Arc server, which this version cannot ask",
                )
                .with_action("on a virtual machine unset IDENTITY_ENDPOINT, or ask for the source Imds"));
            }
            (IdentitySource::Auto, None, _) => imds()?,
        };
        let reason = format!("{} is used because {why}", source.name());
        Ok(Choice { source, reason })
    }

    /// A token for `resource`: remembered, or shared with whoever is asking already, or asked for.
    pub(super) async fn token(
        self: &Arc<Self>,
        call: &Call,
        resource: &str,
    ) -> Result<Arc<Token>, Error> {
        let resource = resource.strip_suffix("/.default").unwrap_or(resource);
        let now = self.clock.now();
        let fresh = |token: &Arc<Token>| token.expires_on_s > unix_seconds(now + EXPIRY_MARGIN);
        if let Some(token) = self.tokens.remembered(resource, fresh) {
            return Ok(token);
        }
        if resource.is_empty()
            || resource.len() > 2048
            || resource
                .chars()
                .any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(Error::invalid("the resource for the token is not one")
                .with_action("name it by its URI, such as https://management.azure.com/"));
        }
        let Choice { source, reason } = self.choose()?;
        call.waiting_for(format!("a token from {}", source.name()));
        let ask = || {
            let (this, call, resource) = (
                Arc::clone(self),
                call.detached(DEFAULT_TIMEOUT),
                resource.to_owned(),
            );
            async move {
                call.log(Level::Info, || reason);
                this.ask(&call, &source, resource).await.map(Arc::new)
            }
            .boxed()
        };
        self.tokens.get(resource.to_owned(), fresh, ask).await
    }

    /// Forgets a token that a service refused, unless it has been replaced already.
    pub(super) fn forget(&self, stale: &Arc<Token>) {
        self.tokens
            .forget(&stale.resource, |token| Arc::ptr_eq(token, stale));
    }

    async fn ask(&self, call: &Call, source: &Source, resource: String) -> Result<Token, Error> {
        let answer = match source {
            Source::Imds(endpoint) => {
                imds::token(&self.http, call, endpoint, &self.identity, &resource).await?
            }
            Source::AppService(endpoint) => {
                let header = self
                    .env
                    .get("IDENTITY_HEADER")
                    .map(|header| Secret::new(header.into_bytes()));
                app_service::token(
                    &self.http,
                    call,
                    endpoint,
                    header,
                    &self.identity,
                    &resource,
                )
                .await?
            }
        };
        let expires_on_s = answer.expires_on(self.clock.now())?;
        call.log(Level::Info, || {
            let left = u64::try_from(expires_on_s - unix_seconds(self.clock.now())).unwrap_or(0);
            format!(
                "token for {} from {}, good for {}",
                text::line(&resource, 200),
                source.name(),
                text::span(Duration::from_secs(left))
            )
        });
        Ok(Token {
            value: answer.token,
            expires_on_s,
            resource,
            client_id: answer.client_id,
            source: source.name(),
        })
    }

    /// What the host tells of this machine.
    pub(super) async fn environment(&self, call: &Call) -> Result<environment::Found, Error> {
        let Choice { source, reason } = self.choose()?;
        call.waiting_for(format!("{} to describe this machine", source.name()));
        match &source {
            Source::Imds(endpoint) => imds::environment(&self.http, call, endpoint, reason).await,
            Source::AppService(_) => Ok(app_service::environment(&*self.env, reason)),
        }
    }

    /// Whether tokens come from the metadata service, which also knows the cloud.
    pub(super) fn is_imds(&self) -> bool {
        matches!(
            self.choose(),
            Ok(Choice {
                source: Source::Imds(_),
                ..
            })
        )
    }
}
