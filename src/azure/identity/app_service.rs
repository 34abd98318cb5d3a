//! App Service's identity endpoint: App Service, Functions, Container Apps and Azure Automation.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity>

use std::time::Duration;

use super::answer::{self, Answer};
use super::environment::Found;
use super::{Identity, IdentitySource};
use crate::azure::call::Call;
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Http, Method, Plane, Request, Response, Url, parse_url};
use crate::azure::retry;
use crate::azure::secret::Secret;

/// The value of `IDENTITY_ENDPOINT`.
#[derive(Debug)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn parse(text: &str) -> Result<Endpoint, Error> {
        parse_url("IDENTITY_ENDPOINT", text).map(Endpoint)
    }
}

struct Patience;

impl retry::Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, _: Duration) -> Option<Duration> {
        let again = matches!(error.http_status(), 404 | 408 | 429 | 500..=599)
            || error.kind() == Kind::Protocol;
        (again && failures <= 3).then(|| error.retry_after().unwrap_or(Duration::from_secs(1)))
    }
}

/// Asks for a token. `header` is the value of `IDENTITY_HEADER`, which changes while a process lives.
pub(super) async fn token(
    http: &Http,
    call: &Call,
    endpoint: &Endpoint,
    header: Option<Secret>,
    identity: &Identity,
    resource: &str,
) -> Result<Answer, Error> {
    let mut url = endpoint.0.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("api-version", "2019-08-01")
            .append_pair("resource", resource);
        match identity {
            Identity::System => &mut query,
            Identity::ClientId(id) => query.append_pair("client_id", id),
            Identity::ObjectId(id) => query.append_pair("principal_id", id),
            Identity::ResourceId(id) => query.append_pair("mi_res_id", id),
        };
    }
    let header = header
        .as_ref()
        .and_then(Secret::as_ascii)
        .unwrap_or_default();
    let response = retry::run(call, &Patience, || async {
        let request = Request::new(Plane::Metadata, Method::Get, url.clone())
            .secret_header("x-identity-header", header)?
            // Azure Automation wants it, the others do not mind
            .header("metadata", "true")?;
        let response = http.send(call, request).await.map_err(|error| match error.kind() {
            Kind::Connect | Kind::Dns | Kind::TimedOut => {
                Error::new(Kind::NoIdentity, format!("the identity endpoint of this app does not answer: {}", error.message()))
                    .with_action("IDENTITY_ENDPOINT is set by Azure's host; restart the app, or unset it outside Azure")
            }
            _ => error.while_doing("the identity endpoint of this app"),
        })?;
        if response.status == 200 { Ok(response) } else { Err(refused(&response, identity)) }
    })
    .await?;
    Answer::parse(&response)
}

/// What the variables of the host tell. Automation tells nothing.
pub(super) fn environment(env: &dyn Env, reason: String) -> Found {
    // {subscription}+{resource group of the plan}-{region}webspace[-Linux]
    let owner = env.get("WEBSITE_OWNER_NAME");
    let subscription_id = owner
        .as_deref()
        .and_then(|owner| owner.split_once('+'))
        .map(|(id, _)| id.to_owned());
    Found {
        source: IdentitySource::AppService,
        reason,
        subscription_id,
        resource_group: env.get("WEBSITE_RESOURCE_GROUP"),
        machine_name: env.get("WEBSITE_SITE_NAME"),
        resource_id: None,
        location: env.get("REGION_NAME"),
        cloud: None,
        metadata_json: None,
    }
}

fn refused(response: &Response, identity: &Identity) -> Error {
    match response.status {
        400 => {
            let (message, action) = if *identity == Identity::System {
                (
                    "this app has no system-assigned identity".to_owned(),
                    "turn it on, or choose a user-assigned identity by -ClientId",
                )
            } else {
                (
                    format!("{identity} is not assigned to this app, or cannot be chosen here"),
                    "assign the identity to the app; an Automation hybrid worker can use the system-assigned one only",
                )
            };
            answer::refusal(response, Kind::NoIdentity, message).with_action(action)
        }
        401 | 403 => answer::refusal(
            response,
            Kind::Unauthenticated,
            "the identity endpoint of this app refuses the value of IDENTITY_HEADER".to_owned(),
        )
        .with_action(
            "IDENTITY_HEADER is set by Azure's host and must not be changed; restart the app",
        ),
        _ => answer::unavailable(response, "the identity endpoint of this app"),
    }
}
