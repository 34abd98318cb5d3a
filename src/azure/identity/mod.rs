//! Whose token, and from where: the source is chosen from the environment, the token is asked for once and kept.

mod answer;
mod app_service;
mod arc;
mod ask;
mod claims;
mod cloud_shell;
mod environment;
mod expiry;
mod imds;
mod machine_learning;
mod service_fabric;
mod source;
mod workload_identity;

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ring::digest;

pub use environment::Environment;

use super::call::{Call, Level};
use super::clock::unix_seconds;
use super::cloud::Clouds;
use super::error::Error;
use super::flight::Flights;
use super::host::Host;
use super::http::Http;
use super::secret::Secret;
use super::settings::{Identity, IdentitySource};
use super::text;
use ask::Context;
use source::{Choice, Source};

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
    /// What the token says of its identity, unverified: a JSON object.
    pub claims_json: Option<String>,
    // from then on another is asked for while this one is handed out
    refresh_on_s: i64,
}

// a token is given up this long before its end, so that no request carries one that ends on the way
const EXPIRY_MARGIN: Duration = Duration::from_secs(300);

// a token that lives as long as this is replaced after half its life
const LONG_LIFE_S: i64 = 7200;

// between two tries to replace a token that is still good
const REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// What a client knows of its identity.
pub(super) struct Wanted {
    pub source: IdentitySource,
    pub identity: Identity,
    pub metadata_endpoint: Option<String>,
    pub update_wait: Duration,
}

/// Gets tokens and remembers them.
pub(super) struct Identities {
    wanted: Wanted,
    http: Arc<Http>,
    host: Host,
    clouds: Arc<Clouds>,
    // by resource: a client has one identity, and while a token lasts its source is not looked for again
    tokens: Flights<String, Arc<Token>>,
    // by resource: the SHA-256 of a token that was refused, for the source that keeps tokens itself
    refused: Mutex<HashMap<String, String>>,
}

impl Identities {
    pub(super) fn new(
        wanted: Wanted,
        http: Arc<Http>,
        host: Host,
        clouds: Arc<Clouds>,
    ) -> Result<Identities, Error> {
        wanted.identity.check()?;
        if let Some(endpoint) = &wanted.metadata_endpoint {
            imds::Endpoint::parse("metadata endpoint", endpoint)?;
        }
        Ok(Identities {
            wanted,
            http,
            host,
            clouds,
            tokens: Flights::new(),
            refused: Mutex::default(),
        })
    }

    fn choose(&self) -> Result<Choice, Error> {
        source::choose(
            self.wanted.source,
            self.wanted.metadata_endpoint.as_deref(),
            &*self.host.env,
        )
    }

    /// The remembered token for `resource` while it is good; one that is due is replaced meanwhile, for `call`.
    pub(super) fn token_at_hand(
        self: &Arc<Self>,
        resource: &str,
        call: impl FnOnce() -> Call,
    ) -> Option<Arc<Token>> {
        let resource = bare(resource);
        let now = self.host.clock.now();
        let token = self.tokens.remembered(resource, fresh_at(now))?;
        if token.refresh_on_s <= unix_seconds(now) {
            self.refresh(&call(), resource);
        }
        Some(token)
    }

    /// A token for `resource`: remembered, or shared with whoever is asking already, or asked for.
    pub(super) async fn token(
        self: &Arc<Self>,
        call: &Call,
        resource: &str,
    ) -> Result<Arc<Token>, Error> {
        if let Some(token) = self.token_at_hand(resource, || call.clone()) {
            return Ok(token);
        }
        let resource = bare(resource);
        check_resource(resource)?;
        let choice = self.choose()?;
        call.waiting_for(format!("a token from {}", choice.source.name()));
        let asking = |call| self.asking(call, choice, resource);
        let fresh = fresh_at(self.host.clock.now());
        let asked = self.tokens.get(resource.to_owned(), call, fresh, asking);
        let error = match asked.await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let now = unix_seconds(self.host.clock.now());
        let lasting = |token: &Arc<Token>| token.expires_on_s > now;
        let Some(token) = self.tokens.remembered(resource, lasting) else {
            return Err(error);
        };
        call.log(Level::Warning, || {
            format!("the token in memory is used until its end: {error}")
        });
        Ok(token)
    }

    /// A new token, whatever is remembered.
    pub(super) async fn new_token(
        self: &Arc<Self>,
        call: &Call,
        resource: &str,
    ) -> Result<Arc<Token>, Error> {
        let resource = bare(resource);
        check_resource(resource)?;
        let choice = self.choose()?;
        call.waiting_for(format!("a token from {}", choice.source.name()));
        // the former one stays for others until this one is there
        self.tokens
            .get(
                resource.to_owned(),
                call,
                |_| false,
                |call| self.asking(call, choice, resource),
            )
            .await
    }

    /// Has a token replaced that is still good; nobody waits for it.
    fn refresh(self: &Arc<Self>, call: &Call, resource: &str) {
        let Ok(choice) = self.choose() else { return };
        let asking = |call| self.asking(call, choice, resource);
        if let Some(refreshing) =
            self.tokens
                .renew(resource.to_owned(), call, REFRESH_PAUSE, asking)
        {
            let call = call.clone();
            self.host.background.run(
                refreshing
                    .map(move |refreshed| {
                        if let Err(error) = refreshed {
                            call.log(Level::Info, || {
                                format!("the token in memory is used further: {error}")
                            });
                        }
                    })
                    .boxed(),
            );
        }
    }

    fn asking(
        self: &Arc<Self>,
        call: Call,
        Choice { source, reason }: Choice,
        resource: &str,
    ) -> BoxFuture<'static, Result<Arc<Token>, Error>> {
        let (this, resource) = (Arc::clone(self), resource.to_owned());
        async move {
            call.log(Level::Info, || reason);
            this.ask(&call, &source, resource).await.map(Arc::new)
        }
        .boxed()
    }

    /// Forgets a token that a service refused, unless it has been replaced already.
    pub(super) fn forget(&self, stale: &Arc<Token>) {
        let digest = digest::digest(&digest::SHA256, stale.value.as_bytes())
            .as_ref()
            .iter()
            .fold(String::new(), |hex, b| format!("{hex}{b:02x}"));
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(stale.resource.clone(), digest);
        self.tokens
            .forget(&stale.resource, |token| Arc::ptr_eq(token, stale));
    }

    async fn ask(&self, call: &Call, source: &Source, resource: String) -> Result<Token, Error> {
        let context = Context {
            http: &self.http,
            call,
            env: &*self.host.env,
            clouds: &self.clouds,
            identity: &self.wanted.identity,
            resource: &resource,
            refused: self
                .refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(&resource)
                .cloned(),
            update_wait: self.wanted.update_wait,
        };
        let answer = match source {
            Source::Imds(endpoint) => endpoint.token(&context).await,
            Source::AppService(endpoint) => endpoint.token(&context).await,
            Source::Arc(endpoint) => endpoint.token(&context).await,
            Source::ServiceFabric(endpoint) => endpoint.token(&context).await,
            Source::MachineLearning(endpoint) => endpoint.token(&context).await,
            Source::CloudShell(endpoint) => endpoint.token(&context).await,
            Source::WorkloadIdentity(issuer) => issuer.token(&context).await,
        }?;
        answer.confirm(&self.wanted.identity)?;
        let now = self.host.clock.now();
        let expires_on_s = answer.expires_on(now)?;
        let now = unix_seconds(now);
        call.log(Level::Info, || {
            let left = u64::try_from(expires_on_s - now).unwrap_or(0);
            format!(
                "token for {} from {}, good for {}",
                text::line(&resource, 200),
                source.name(),
                text::span(Duration::from_secs(left))
            )
        });
        Ok(Token {
            claims_json: claims::read(&answer.token),
            refresh_on_s: refresh_on(now, expires_on_s, answer.refresh_in()),
            client_id: answer.client_id,
            value: answer.token,
            expires_on_s,
            resource,
            source: source.name(),
        })
    }

    /// What the host tells of this machine.
    pub(super) async fn environment(&self, call: &Call) -> Result<environment::Found, Error> {
        let Choice { source, reason } = self.choose()?;
        call.waiting_for(format!("{} to describe this machine", source.name()));
        match &source {
            Source::Imds(endpoint) => {
                endpoint
                    .environment(&self.http, call, self.wanted.update_wait, reason)
                    .await
            }
            Source::AppService(_) => Ok(app_service::environment(&*self.host.env, reason)),
            other => Ok(environment::Found::new(other.name(), reason)),
        }
    }

    /// The names of the variables of Azure's hosts that are set here.
    pub(super) fn variables_seen(&self) -> String {
        source::variables_seen(&*self.host.env)
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

/// The resource of a scope.
fn bare(resource: &str) -> &str {
    resource.strip_suffix("/.default").unwrap_or(resource)
}

/// Whether a token is good for a request that is made then.
fn fresh_at(now: SystemTime) -> impl Fn(&Arc<Token>) -> bool {
    let until = unix_seconds(now + EXPIRY_MARGIN);
    move |token| token.expires_on_s > until
}

fn check_resource(resource: &str) -> Result<(), Error> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if resource.is_empty() || resource.len() > 2048 || resource.chars().any(odd) {
        return Err(Error::invalid("the resource for the token is not one")
            .with_action("name it by its URI, such as https://management.azure.com/"));
    }
    Ok(())
}

/// When a token is to be replaced: as the source says, else after half a long life, else at its end. Spread a little,
/// so that machines started together do not ask together.
fn refresh_on(now: i64, expires_on: i64, refresh_in: Option<i64>) -> i64 {
    let life = expires_on - now;
    let after = match refresh_in {
        Some(seconds) if (1..life).contains(&seconds) => seconds,
        _ if life >= LONG_LIFE_S => life / 2,
        _ => return expires_on,
    };
    let spread = i64::try_from(RandomState::new().build_hasher().finish() % 100).unwrap_or(0);
    now + after + (life - after) / 1000 * spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tokens_are_replaced_in_the_second_half_of_their_life() {
        assert_eq!(refresh_on(1000, 1000 + 3600, None), 4600);
        for _ in 0..100 {
            let at = refresh_on(0, 86_400, None);
            assert!((43_200..=43_200 + 4_320).contains(&at), "{at}");
            let at = refresh_on(0, 3600, Some(1800));
            assert!((1800..=1980).contains(&at), "{at}");
        }
        for odd in [0, -5, 3600, 5000] {
            assert_eq!(refresh_on(0, 3600, Some(odd)), 3600);
        }
    }
}
