//! The metadata service of a virtual machine (IMDS).
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt;

use super::answer::{self, Answer};
use super::ask::{Context, Spelling};
use super::environment::Found;
use super::{Identity, IdentitySource};
use crate::azure::call::Call;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Http, Method, Plane, Request, Response, Url, parse_root_url};
use crate::azure::retry;

const SPELLING: Spelling = Spelling {
    client: Some("client_id"),
    object: Some("object_id"),
    resource: Some("msi_res_id"),
};

/// The root of the metadata service.
#[derive(Debug)]
pub(super) struct Endpoint {
    root: Url,
    plane: Plane,
}

impl Endpoint {
    pub(super) fn parse(what: &str, text: &str) -> Result<Endpoint, Error> {
        Ok(Endpoint {
            root: parse_root_url(what, text)?,
            plane: Plane::Metadata,
        })
    }

    /// The address that all of Azure's machines have, on a machine that may be none.
    pub(super) fn if_there() -> Endpoint {
        let root = Url::parse("http://169.254.169.254/").expect("a constant URL");
        Endpoint {
            root,
            plane: Plane::MetadataIfThere,
        }
    }

    /// The same on a machine that is said to be one.
    pub(super) fn sure() -> Endpoint {
        Endpoint {
            plane: Plane::Metadata,
            ..Endpoint::if_there()
        }
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.root.clone();
        url.set_path(path);
        url
    }

    /// Asks for a token.
    pub(super) async fn token(&self, context: &Context<'_>) -> Result<Answer, Error> {
        let root = self.at("/metadata/identity/oauth2/token");
        let url = context.query(&root, "2018-02-01", &SPELLING, "the metadata service")?;
        let patience = Patience::new(context.update_wait);
        let request = || self.request(&url);
        let response = context
            .ask(&patience, &request, &absent, &|response| {
                refused(response, context)
            })
            .await?;
        Answer::parse(&response)
    }

    /// Reads the description of this machine.
    pub(super) async fn environment(
        &self,
        http: &Http,
        call: &Call,
        update_wait: Duration,
        reason: String,
    ) -> Result<Found, Error> {
        let mut url = self.at("/metadata/instance/compute");
        url.query_pairs_mut()
            .append_pair("api-version", "2021-02-01")
            .append_pair("format", "json");
        let attempt = || {
            async {
                let response = http.send(call, self.request(&url)?).await.map_err(absent)?;
                match response.status {
                    200 => Ok(response),
                    404 | 408 | 410 | 429 | 500..=599 => {
                        Err(answer::unavailable(&response, "the metadata service"))
                    }
                    _ => Err(not_described(&response)),
                }
            }
            .boxed()
        };
        let response = retry::run(call, &Patience::new(update_wait), &attempt).await?;
        let json = std::str::from_utf8(&response.body).ok().map(str::to_owned);
        let fields = json
            .as_deref()
            .and_then(|json| serde_json::from_str::<HashMap<String, serde_json::Value>>(json).ok());
        let (Some(json), Some(fields)) = (json, fields) else {
            return Err(response.not_understood("are no description of a machine"));
        };
        let field = |name: &str| {
            let text = fields.get(name).and_then(serde_json::Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Ok(Found {
            subscription_id: field("subscriptionId"),
            resource_group: field("resourceGroupName"),
            machine_name: field("name"),
            scale_set_name: field("vmScaleSetName"),
            resource_id: field("resourceId"),
            location: field("location"),
            cloud: field("azEnvironment"),
            metadata_json: Some(json),
            ..Found::new(IdentitySource::Imds, reason)
        })
    }

    fn request(&self, url: &Url) -> Result<Request, Error> {
        Request::new(self.plane, Method::Get, url.clone()).header("metadata", "true")
    }
}

/// Pauses after what the service answers while it starts, is busy, or is being updated.
struct Patience {
    update_wait: Duration,
    // what fails after an update is counted from there
    updating: AtomicU32,
}

impl Patience {
    fn new(update_wait: Duration) -> Patience {
        Patience {
            update_wait,
            updating: AtomicU32::new(0),
        }
    }
}

impl retry::Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, waited: Duration) -> Option<Duration> {
        let second = Duration::from_secs(1);
        let asked = error.retry_after();
        if error.http_status() == 410 {
            self.updating.fetch_add(1, Ordering::Relaxed);
            let left = self.update_wait.saturating_sub(waited);
            let pause = asked.unwrap_or(10 * second).max(second).min(left);
            return (!left.is_zero()).then_some(pause);
        }
        let failures = failures - self.updating.load(Ordering::Relaxed);
        let pause = match error.http_status() {
            404 | 408 | 429 | 500..=599 => {
                (failures <= 3).then(|| retry::doubled(second, failures, 8 * second))
            }
            _ => (failures <= 2 && error.kind() == Kind::Protocol).then_some(second / 5),
        };
        pause.map(|pause| asked.unwrap_or(pause))
    }
}

fn not_described(response: &Response) -> Error {
    answer::refusal(
        response,
        Kind::BadResponse,
        format!("{} does not describe this machine", response.host),
    )
    .with_action("see whether a proxy or another program answers in the metadata service's place")
}

/// Nobody at that address means that this machine is none of Azure's; somebody who is slow does not.
fn absent(error: Error) -> Error {
    match error.kind() {
        Kind::Connect | Kind::Dns => {
            Error::new(Kind::NoIdentity, format!("this machine has no managed identity to ask: {}", error.message()))
                .with_action(
                    "run this on an Azure virtual machine, Function, App Service or Automation runbook with a managed identity, \
                     or give the account's endpoint and key",
                )
        }
        _ => error.while_doing("the metadata service"),
    }
}

fn refused(response: &Response, context: &Context<'_>) -> Error {
    match response.status {
        400 => {
            let (message, action) = if *context.identity == Identity::System {
                (
                    "this machine has no system-assigned identity, or several user-assigned ones and none was chosen".to_owned(),
                    "turn the machine's system-assigned identity on, or choose one by -ClientId, -ObjectId or -ResourceId",
                )
            } else {
                (
                    format!("{} is not assigned to this machine", context.identity),
                    "assign the identity to this machine, or choose one that is",
                )
            };
            answer::refusal(response, Kind::NoIdentity, message).with_action(action)
        }
        403 => answer::refusal(
            response,
            Kind::NoIdentity,
            format!("{} has no way to the metadata service", response.host),
        )
        .with_action(
            "in a container, let it reach 169.254.169.254, or give the account's endpoint and key",
        ),
        401 => answer::refusal(
            response,
            Kind::Unauthenticated,
            "the metadata service refuses a token for this machine".to_owned(),
        )
        .with_action("look at the identity of this machine in the Azure portal"),
        _ => answer::unavailable(response, "the metadata service"),
    }
}
