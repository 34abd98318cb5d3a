//! The older `MSI_*` form: Azure ML's compute, Automation's older hybrid workers, App Service's 2017 protocol.

use super::Identity;
use super::answer::{self, Answer};
use super::ask::{Context, Patience, Spelling, silent};
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Method, Plane, Request, Response, Url, parse_identity_url};

const WHO: &str = "the identity endpoint that MSI_ENDPOINT names";

const SPELLING: Spelling = Spelling {
    client: Some("clientid"),
    object: None,
    resource: None,
};

/// The value of `MSI_ENDPOINT`.
#[derive(Debug)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn find(env: &dyn Env) -> Option<Result<Endpoint, Error>> {
        env.get("MSI_SECRET")?;
        Some(parse_identity_url("MSI_ENDPOINT", &env.get("MSI_ENDPOINT")?).map(Endpoint))
    }

    /// Asks for a token. A compute's own identity is chosen by `DEFAULT_IDENTITY_CLIENT_ID`.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        let mut url = context.query(&self.0, "2017-09-01", &SPELLING, WHO)?;
        if let (Identity::System, Some(id)) = (
            context.identity,
            context.env.get("DEFAULT_IDENTITY_CLIENT_ID"),
        ) {
            url.query_pairs_mut().append_pair("clientid", &id);
        }
        let secret = context.secret("MSI_SECRET");
        let request = || {
            Request::new(Plane::Metadata, Method::Get, url.clone())
                .secret_header("secret", &secret)?
                .header("metadata", "true")
        };
        let absent = |error| {
            silent(
                error,
                WHO,
                "MSI_ENDPOINT is set by Azure's host; restart it, or unset it outside Azure",
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

fn refused(response: &Response, context: &Context<'_>) -> Error {
    match response.status {
        400 => answer::refusal(
            response,
            Kind::NoIdentity,
            format!("{} cannot be used here", context.identity),
        )
        .with_action("assign the identity to the compute or worker, and choose it by -ClientId"),
        401 | 403 => answer::refusal(
            response,
            Kind::Unauthenticated,
            format!("{WHO} refuses the value of MSI_SECRET"),
        )
        .with_action("MSI_SECRET is set by Azure's host and must not be changed; restart it"),
        _ => answer::unavailable(response, WHO),
    }
}
