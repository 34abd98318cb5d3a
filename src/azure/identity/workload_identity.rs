//! Workload identity federation: a token of Kubernetes, exchanged at Entra.
//! <https://learn.microsoft.com/azure/aks/workload-identity-overview>

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Identity;
use super::answer::{self, Answer};
use super::ask::{Context, Patience, Spelling};
use crate::azure::env::Env;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Method, Plane, Request, Response, Url, parse_root_url};

const WHO: &str = "Entra";

const SPELLING: Spelling = Spelling {
    client: Some("client_id"),
    object: None,
    resource: None,
};

const LARGEST_ASSERTION: u64 = 64 << 10;

/// Who vouches for this workload, and where its word is exchanged.
#[derive(Debug)]
pub(super) struct Issuer {
    authority: Option<Url>,
    tenant: String,
    file: PathBuf,
    client_id: Option<String>,
}

impl Issuer {
    pub(super) fn find(env: &dyn Env) -> Option<Result<Issuer, Error>> {
        let tenant = env.get("AZURE_TENANT_ID")?;
        let file = PathBuf::from(env.get("AZURE_FEDERATED_TOKEN_FILE")?);
        let authority = env
            .get("AZURE_AUTHORITY_HOST")
            .map(|host| parse_root_url("AZURE_AUTHORITY_HOST", &host));
        Some(authority.transpose().and_then(|authority| {
            if !tenant
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
            {
                return Err(Error::invalid("AZURE_TENANT_ID is no tenant id")
                    .with_action("set AZURE_TENANT_ID to the id or domain of the tenant"));
            }
            Ok(Issuer {
                authority,
                tenant,
                file,
                client_id: env.get("AZURE_CLIENT_ID"),
            })
        }))
    }

    /// Exchanges the file's content as it is now for a token.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        context.chosen(&SPELLING, "workload identity federation")?;
        let client_id = match context.identity {
            Identity::ClientId(id) => Some(id),
            _ => self.client_id.as_ref(),
        };
        let client_id = client_id.ok_or_else(|| {
            Error::new(
                Kind::NoIdentity,
                "workload identity federation needs the client id of the identity",
            )
            .with_action("set AZURE_CLIENT_ID, or choose the identity by -ClientId")
        })?;
        let mut url = self
            .authority
            .clone()
            .unwrap_or_else(|| context.clouds.login());
        url.set_path(&format!("/{}/oauth2/v2.0/token", self.tenant));
        let request = || {
            let assertion = self.assertion()?;
            // base64url and dots: nothing in it needs encoding in a form
            let mut form = url.clone();
            form.query_pairs_mut()
                .append_pair("client_id", client_id)
                .append_pair("scope", &format!("{}/.default", context.resource))
                .append_pair("grant_type", "client_credentials")
                .append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                );
            let body = format!(
                "{}&client_assertion={}",
                form.query().unwrap_or_default(),
                assertion.as_str()
            );
            Ok(Request::new(Plane::Service, Method::Post, url.clone())
                .body("application/x-www-form-urlencoded", body.into_bytes()))
        };
        let absent = |error: Error| error.while_doing(WHO);
        let response = context
            .ask(&Patience, &request, &absent, &|response| {
                refused(response, context)
            })
            .await?;
        Answer::parse(&response)
    }

    fn assertion(&self) -> Result<Zeroizing<String>, Error> {
        let unreadable = || {
            Error::new(Kind::NoIdentity, "the file that AZURE_FEDERATED_TOKEN_FILE names holds no token that can be read")
                .with_action("see whether the pod's service account is set up for workload identity, and restart the pod")
        };
        let mut text = Zeroizing::new(String::with_capacity(16 << 10));
        let file = fs::File::open(&self.file).map_err(|_| unreadable())?;
        file.take(LARGEST_ASSERTION)
            .read_to_string(&mut text)
            .map_err(|_| unreadable())?;
        let assertion = text.trim();
        let fits = !assertion.is_empty()
            && assertion
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.=".contains(&b));
        if fits {
            Ok(Zeroizing::new(assertion.to_owned()))
        } else {
            Err(unreadable())
        }
    }
}

fn refused(response: &Response, context: &Context<'_>) -> Error {
    match response.status {
        400 | 401 | 403 => answer::refusal(
            response,
            Kind::Unauthenticated,
            format!("Entra does not exchange the token of this workload for {}", context.identity),
        )
        .with_action("see that the identity has a federated credential for this issuer, subject and audience, and that AZURE_CLIENT_ID and AZURE_TENANT_ID are right"),
        _ => answer::unavailable(response, WHO),
    }
}
