//! App Service's identity endpoint: App Service, Functions, Container Apps and Azure Automation.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity>

use super::answer::{self, Answer};
use super::ask::{Context, Patience, Spelling, silent};
use super::environment::Found;
use super::{Identity, IdentitySource};
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Method, Plane, Request, Response, Url, parse_identity_url};

const WHO: &str = "the identity endpoint of this app";

const SPELLING: Spelling = Spelling {
    client: Some("client_id"),
    object: Some("principal_id"),
    resource: Some("mi_res_id"),
};

/// The value of `IDENTITY_ENDPOINT`.
#[derive(Debug)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn find(env: &dyn Env) -> Option<Result<Endpoint, Error>> {
        env.get("IDENTITY_HEADER")?;
        Some(parse_identity_url("IDENTITY_ENDPOINT", &env.get("IDENTITY_ENDPOINT")?).map(Endpoint))
    }

    /// Asks for a token. `IDENTITY_HEADER` is read now: it changes while a process lives.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        let url = context.query(&self.0, "2019-08-01", &SPELLING, WHO)?;
        let header = context.secret("IDENTITY_HEADER");
        let request = || {
            Request::new(Plane::Metadata, Method::Get, url.clone())
                .secret_header("x-identity-header", &header)?
                // Azure Automation wants it, the others do not mind
                .header("metadata", "true")
        };
        let absent = |error| {
            silent(
                error,
                WHO,
                "IDENTITY_ENDPOINT is set by Azure's host; restart the app, or unset it outside Azure",
            )
        };
        let response = context
            .ask(&Patience, &request, &absent, &|response| {
                refused(response, context)
            })
            .await?;
        Answer::parse(&response)
    }
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
        subscription_id,
        resource_group: env.get("WEBSITE_RESOURCE_GROUP"),
        machine_name: env.get("WEBSITE_SITE_NAME"),
        location: env.get("REGION_NAME"),
        ..Found::new(IdentitySource::AppService, reason)
    }
}

fn refused(response: &Response, context: &Context<'_>) -> Error {
    match response.status {
        400 => {
            let (message, action) = if *context.identity == Identity::System {
                (
                    "this app has no system-assigned identity".to_owned(),
                    "turn it on, or choose a user-assigned identity by -ClientId",
                )
            } else {
                (
                    format!(
                        "{} is not assigned to this app, or cannot be chosen here",
                        context.identity
                    ),
                    "assign the identity to the app; an Automation hybrid worker can use the system-assigned one only",
                )
            };
            answer::refusal(response, Kind::NoIdentity, message).with_action(action)
        }
        401 | 403 => answer::refusal(
            response,
            Kind::Unauthenticated,
            format!("{WHO} refuses the value of IDENTITY_HEADER"),
        )
        .with_action(
            "IDENTITY_HEADER is set by Azure's host and must not be changed; restart the app",
        ),
        _ => answer::unavailable(response, WHO),
    }
}
