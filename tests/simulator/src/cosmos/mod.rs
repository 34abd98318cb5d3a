//! The data plane of an account: the account itself, databases, collections, partition key ranges and offers.
//!
//! Reads and queries only. What writes and documents need later gets a module here and a line in `route`; until then
//! they are answered as Azure answers what does not exist.

mod account;
mod address;
mod auth;
mod collections;
mod databases;
mod error;
mod feed;
mod headers;
mod offers;
mod query;

use hyper::Method;
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::model::{Account, Model, State};
use crate::simulator::Simulator;

use address::Address;

pub const GATEWAY_VERSION: &str = "version=2.14.0";

/// The values of `x-ms-version` the service takes.
const VERSIONS: [&str; 18] = [
    "2014-08-21",
    "2015-04-08",
    "2015-06-03",
    "2015-08-06",
    "2015-12-16",
    "2016-05-30",
    "2016-07-11",
    "2016-11-14",
    "2017-01-19",
    "2017-02-22",
    "2017-05-03",
    "2017-11-15",
    "2018-06-18",
    "2018-08-31",
    "2018-09-17",
    "2018-12-31",
    "2020-07-15",
    "2020-11-05",
];

/// One request to one account.
struct Call<'a> {
    simulator: &'a Simulator,
    model: &'a Model,
    account: &'a Account,
    request: &'a Request,
    activity_id: String,
}

pub fn answer(simulator: &Simulator, account: &str, request: &Request) -> Reply {
    let model = simulator.model();
    let Some(account) = model
        .account(account)
        .filter(|account| account.state != State::Creating)
    else {
        return nobody(account);
    };
    let activity_id = request
        .header("x-ms-activity-id")
        .and_then(|id| Uuid::parse_str(id).ok())
        .unwrap_or_else(Uuid::new_v4)
        .to_string();
    let call = Call {
        simulator,
        model: &model,
        account,
        request,
        activity_id,
    };
    headers::common(&call, admit(&call))
}

/// An address without an account: one that is still being made, or is gone.
fn nobody(account: &str) -> Reply {
    let activity_id = Uuid::new_v4().to_string();
    let message = format!("Database Account {account} does not exist");
    let reply = error::gateway_text(403, "Forbidden", &message, &activity_id);
    headers::gateway(&activity_id, reply).with("x-ms-substatus", "1008")
}

/// How the service words a status nobody gave a text for.
pub fn refusal(status: u16) -> Reply {
    let activity_id = Uuid::new_v4().to_string();
    let (code, message) = match status {
        401 => (
            "Unauthorized",
            "The input authorization token can't serve the request.",
        ),
        403 => (
            "Forbidden",
            "Request is blocked. Please check your authorization token and Cosmos DB account firewall settings.",
        ),
        404 => ("NotFound", "Resource Not Found."),
        408 => ("RequestTimeout", "Request timed out."),
        409 => (
            "Conflict",
            "Resource with specified id or name already exists.",
        ),
        410 => (
            "Gone",
            "The requested resource is no longer available at the server.",
        ),
        429 => (
            "429",
            "Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request later. Learn more: http://aka.ms/cosmosdb-error-429",
        ),
        449 => (
            "RetryWith",
            "Conflicting request to resource has been attempted. Retry to avoid conflicts.",
        ),
        503 => (
            "ServiceUnavailable",
            "Service is currently unavailable. Please retry after a while.",
        ),
        _ => (
            "InternalServerError",
            "Unknown server error occurred when processing this request.",
        ),
    };
    headers::gateway(
        &activity_id,
        error::gateway_text(status, code, message, &activity_id),
    )
}

fn admit(call: &Call<'_>) -> Reply {
    let version = call.request.header("x-ms-version");
    if !version.is_some_and(|version| VERSIONS.contains(&version)) {
        return error::gateway(
            call,
            400,
            "BadRequest",
            "Invalid API version. Ensure a valid x-ms-version header value is passed. Please update to the latest version of Azure Cosmos DB SDK.",
        );
    }
    let Some(address) = call
        .request
        .segments()
        .map(|segments| Address::new(segments, call.account))
    else {
        return error::gateway(call, 400, "BadRequest", "The request URI is not valid.");
    };
    if let Err(reply) = auth::authorize(call, &address) {
        return reply;
    }
    route(call, &address)
}

fn route(call: &Call<'_>, address: &Address) -> Reply {
    let get = call.request.method == Method::GET;
    let query = query::is_query(call.request);
    match address.path().as_slice() {
        [] if get => account::get(call),
        ["dbs"] if get => databases::list(call),
        ["dbs"] if query => databases::query(call),
        ["dbs", database] if get => databases::get(call, address, database),
        ["dbs", database, "colls"] if get => collections::list(call, address, database),
        ["dbs", database, "colls"] if query => collections::query(call, address, database),
        ["dbs", database, "colls", collection] if get => {
            collections::get(call, address, database, collection)
        }
        ["dbs", database, "colls", collection, "pkranges"] if get => {
            collections::partition_key_ranges(call, address, database, collection)
        }
        ["offers"] if get => offers::list(call),
        ["offers"] if query => offers::query(call),
        ["offers", rid] if get => offers::get(call, rid),
        []
        | ["dbs" | "offers"]
        | ["dbs" | "offers", _]
        | ["dbs", _, "colls"]
        | ["dbs", _, "colls", _]
        | ["dbs", _, "colls", _, "pkranges"] => error::gateway(
            call,
            405,
            "MethodNotAllowed",
            "The requested verb is not supported.",
        ),
        _ => error::gateway(
            call,
            404,
            "NotFound",
            "The requested resource does not exist.",
        ),
    }
}
