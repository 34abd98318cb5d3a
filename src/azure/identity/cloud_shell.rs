//! Cloud Shell: tokens of the person who signed in, for a few audiences.

use super::answer::{self, Answer};
use super::ask::{Context, Patience, Spelling, silent};
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Method, Plane, Request, Response, Url, parse_identity_url};

const WHO: &str = "Cloud Shell's identity endpoint";

const SPELLING: Spelling = Spelling {
    client: None,
    object: None,
    resource: None,
};

/// The value of `MSI_ENDPOINT`.
#[derive(Debug)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn find(env: &dyn Env) -> Option<Result<Endpoint, Error>> {
        Some(parse_identity_url("MSI_ENDPOINT", &env.get("MSI_ENDPOINT")?).map(Endpoint))
    }

    /// Asks for a token.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        context.chosen(&SPELLING, WHO)?;
        let mut form = self.0.clone();
        form.query_pairs_mut()
            .clear()
            .append_pair("resource", context.resource);
        let body = form.query().unwrap_or_default().as_bytes();
        let request = || {
            let request = Request::new(Plane::Metadata, Method::Post, self.0.clone())
                .header("metadata", "true")?;
            Ok(request.body("application/x-www-form-urlencoded", body.to_vec()))
        };
        let absent = |error| {
            silent(
                error,
                WHO,
                "start Cloud Shell anew, or unset MSI_ENDPOINT outside of it",
            )
        };
        let response = context.ask(&Patience, &request, &absent, &refused).await?;
        Answer::parse(&response)
    }
}

fn refused(response: &Response) -> Error {
    match response.status {
        400 | 401 | 403 => answer::refusal(
            response,
            Kind::Unauthenticated,
            format!("{WHO} refuses to give a token"),
        )
        .with_action("sign in to Cloud Shell again"),
        _ => answer::unavailable(response, WHO),
    }
}
