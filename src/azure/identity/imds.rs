//! The metadata service of a virtual machine (IMDS).
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use std::collections::HashMap;
use std::time::Duration;

use super::answer::{self, Answer};
use super::environment::Found;
use super::{Identity, IdentitySource};
use crate::azure::call::Call;
use crate::azure::error::{Error, Kind};
use crate::azure::http::{Http, Method, Plane, Request, Response, Url, parse_root_url};
use crate::azure::retry;

/// The root of the metadata service.
#[derive(Debug)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn parse(what: &str, text: &str) -> Result<Endpoint, Error> {
        parse_root_url(what, text).map(Endpoint)
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }
}

impl Default for Endpoint {
    fn default() -> Endpoint {
        Endpoint(Url::parse("http://169.254.169.254/").expect("a constant URL"))
    }
}

/// Pauses after what the service answers while it starts, is busy, or is being updated.
struct Patience;

// an update of the service takes up to 70 s, and it answers 410 meanwhile
const UPDATE: Duration = Duration::from_secs(70);

impl retry::Policy for Patience {
    fn pause(&self, error: &Error, failures: u32, waited: Duration) -> Option<Duration> {
        let pause = match error.http_status() {
            410 => (waited < UPDATE).then_some(Duration::from_secs(10)),
            404 | 408 | 429 | 500..=599 => {
                (failures <= 3).then(|| retry::doubled(Duration::from_secs(1), failures, UPDATE))
            }
            _ => (failures <= 2 && error.kind() == Kind::Protocol)
                .then_some(Duration::from_millis(200)),
        };
        pause.map(|pause| error.retry_after().unwrap_or(pause))
    }
}

/// Asks for a token.
pub(super) async fn token(
    http: &Http,
    call: &Call,
    endpoint: &Endpoint,
    identity: &Identity,
    resource: &str,
) -> Result<Answer, Error> {
    let mut url = endpoint.at("/metadata/identity/oauth2/token");
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("api-version", "2018-02-01")
            .append_pair("resource", resource);
        match identity {
            Identity::System => &mut query,
            Identity::ClientId(id) => query.append_pair("client_id", id),
            Identity::ObjectId(id) => query.append_pair("object_id", id),
            Identity::ResourceId(id) => query.append_pair("msi_res_id", id),
        };
    }
    let response = get(http, call, url, |response| refused(response, identity)).await?;
    Answer::parse(&response)
}

/// Reads the description of this machine.
pub(super) async fn environment(
    http: &Http,
    call: &Call,
    endpoint: &Endpoint,
    reason: String,
) -> Result<Found, Error> {
    let mut url = endpoint.at("/metadata/instance/compute");
    url.query_pairs_mut()
        .append_pair("api-version", "2021-02-01")
        .append_pair("format", "json");
    let response = get(http, call, url, |response| {
        answer::refusal(
            response,
            Kind::BadResponse,
            format!("{} does not describe this machine", response.host),
        )
    })
    .await?;
    let json = std::str::from_utf8(&response.body).ok().map(str::to_owned);
    let fields = json
        .as_deref()
        .and_then(|json| serde_json::from_str::<HashMap<String, serde_json::Value>>(json).ok());
    let (Some(json), Some(fields)) = (json, fields) else {
        return Err(response.not_understood("are no description of a machine"));
    };
    let field = |name: &str| {
        fields
            .get(name)
            .and_then(serde_json::Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    Ok(Found {
        source: IdentitySource::Imds,
        reason,
        subscription_id: field("subscriptionId"),
        resource_group: field("resourceGroupName"),
        machine_name: field("name"),
        resource_id: field("resourceId"),
        location: field("location"),
        cloud: field("azEnvironment"),
        metadata_json: Some(json),
    })
}

async fn get(
    http: &Http,
    call: &Call,
    url: Url,
    refused: impl Fn(&Response) -> Error,
) -> Result<Response, Error> {
    retry::run(call, &Patience, || async {
        let request =
            Request::new(Plane::Metadata, Method::Get, url.clone()).header("metadata", "true")?;
        let response = http.send(call, request).await.map_err(absent)?;
        if response.status == 200 {
            Ok(response)
        } else {
            Err(refused(&response))
        }
    })
    .await
}

/// No answer at that address means that this machine is none of Azure's.
fn absent(error: Error) -> Error {
    match error.kind() {
        Kind::Connect | Kind::Dns | Kind::TimedOut => {
            Error::new(Kind::NoIdentity, format!("this machine has no managed identity to ask: {}", error.message())).with_action(
                "run this on an Azure virtual machine, Function, App Service or Automation runbook with a managed identity, \
                 or give the account's endpoint and key",
            )
        }
        _ => error.while_doing("the metadata service"),
    }
}

fn refused(response: &Response, identity: &Identity) -> Error {
    match response.status {
        400 => {
            let (message, action) = if *identity == Identity::System {
                (
                    "this machine has no system-assigned identity, or several user-assigned ones and none was chosen".to_owned(),
                    "turn the machine's system-assigned identity on, or choose one by -ClientId, -ObjectId or -ResourceId",
                )
            } else {
                (
                    format!("{identity} is not assigned to this machine"),
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
