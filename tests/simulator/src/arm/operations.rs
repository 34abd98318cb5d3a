//! Long-running operations: how a request says that it started one, and what asking about it answers.

use hyper::Method;
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::clock;
use crate::http::{Reply, Request, value};
use crate::operations::{Failure, Operation, Outcome, Settings, State, Work};

use super::accounts::{Place, from_provider};
use super::{Call, error, regions, route};

/// An operation to be started.
pub struct Task<'a> {
    pub place: Place<'a>,
    /// Where the work is done, for the URLs.
    pub location: &'a str,
    /// The resource it is about.
    pub target: String,
    pub outcome: Outcome,
    /// The path that is asked for the outcome, without the operation's id.
    pub results: Results,
    pub work: Work,
}

pub enum Results {
    /// Below what was asked, as Cosmos DB has it.
    BelowTheRequest,
    /// Where the outcomes of the whole location are: that of a resource which will be gone.
    OfTheLocation,
    /// Only its status can be asked for.
    StatusOnly,
}

/// Where to ask how far it is.
pub struct Links {
    status: String,
    result: Option<String>,
    retry_after: Option<String>,
}

/// The operation is over, or that of somebody else.
const UNKNOWN: &str = "The entity was not found in this Azure location.";

pub fn start(call: &Call<'_>, task: Task<'_>) -> Links {
    start_as(call, task, call.model.operations.settings.clone())
}

/// Starts one that ends badly, whatever is set.
pub fn start_in_vain(call: &Call<'_>, task: Task<'_>, failure: Failure) -> Links {
    let settings = Settings {
        fail: Some(failure),
        ..call.model.operations.settings.clone()
    };
    start_as(call, task, settings)
}

fn start_as(call: &Call<'_>, task: Task<'_>, settings: Settings) -> Links {
    let is_cosmos = task
        .place
        .namespace
        .eq_ignore_ascii_case("Microsoft.DocumentDB");
    let running = if is_cosmos { "Dequeued" } else { "InProgress" };
    let foreign_host = settings.foreign_host;
    let operation = Operation::new(
        settings,
        task.target,
        running,
        task.outcome,
        task.work,
        call.now,
    );
    let id = &operation.id;
    let host = if foreign_host {
        "https://management.azure.invalid"
    } else {
        &call.request.origin
    };
    let mut query = format!("api-version={}", call.api_version);
    if let Some(ticket) = &operation.ticket {
        query.push_str("&t=");
        query.push_str(ticket);
    }
    let of_the_location = format!(
        "{host}/subscriptions/{}/providers/{}/locations/{}",
        task.place.subscription,
        task.place.namespace,
        regions::plain(task.location)
    );
    let statuses = if is_cosmos {
        "operationsStatus"
    } else {
        "operations"
    };
    let result = match task.results {
        Results::BelowTheRequest => {
            let path = call.request.path().trim_end_matches('/');
            Some(format!("{host}{path}/operationResults/{id}?{query}"))
        }
        Results::OfTheLocation => Some(format!("{of_the_location}/operationResults/{id}?{query}")),
        Results::StatusOnly => None,
    };
    let links = Links {
        status: format!("{of_the_location}/{statuses}/{id}?{query}"),
        result,
        retry_after: retry_after(call),
    };
    call.change(move |model| model.operations.start(operation));
    links
}

impl Links {
    pub fn on(self, mut reply: Reply) -> Reply {
        reply.set("azure-asyncoperation", self.status);
        if let Some(result) = self.result {
            reply.set("location", result);
        }
        if let Some(wait) = self.retry_after {
            reply.set("retry-after", wait);
        }
        reply
    }

    /// 202, as Cosmos DB says it.
    pub fn accepted(self) -> Reply {
        self.on(from_provider(Reply::json(
            202,
            &json!({"status": "Enqueued"}),
        )))
    }
}

fn retry_after(call: &Call<'_>) -> Option<String> {
    let text = call.model.operations.settings.retry_after.clone()?;
    if text != "date" {
        return Some(text);
    }
    let soon = call.now.saturating_add(jiff::SignedDuration::from_secs(1));
    soon.ok().map(clock::http_date)
}

/// `kind` is `operationsstatus`, `operations` or `operationresults`.
pub fn answer(call: &Call<'_>, kind: &str, id: &str) -> Reply {
    if !call.is(&Method::GET) {
        return error::method_not_allowed(&call.request.method);
    }
    let ticket = value(&call.request.query(), "t").map(str::to_owned);
    let Some(operation) = call
        .model
        .operations
        .find(id)
        .filter(|operation| operation.ticket == ticket)
    else {
        return error::enveloped(404, "NotFound", UNKNOWN);
    };
    let (now, known) = (call.now, operation.id.clone());
    call.change(move |model| model.operations.asked(&known, now));
    let mut reply = match kind {
        "operationsstatus" => from_provider(Reply::json(200, &cosmos_status(operation)))
            .with("vary", "Accept-Encoding"),
        "operations" => Reply::json(200, &status(operation)),
        "operationresults" => result(call, operation),
        _ => return error::invalid_path(),
    };
    if let (State::Running, Some(wait)) = (&operation.state, retry_after(call)) {
        reply.set("retry-after", wait);
        if kind == "operationresults" {
            reply.set(
                "location",
                format!("{}{}", call.request.origin, call.request.target),
            );
        }
    }
    reply
}

fn cosmos_status(operation: &Operation) -> Value {
    match &operation.state {
        State::Running => json!({"status": operation.running}),
        State::Succeeded => json!({"status": "Succeeded"}),
        State::Failed(failure) => json!({
            "status": failure.status(),
            "error": {"code": failure.code, "message": failure.message},
        }),
    }
}

fn status(operation: &Operation) -> Value {
    let mut status = json!({"startTime": clock::iso_date(operation.started)});
    if let Some(ended) = operation.ended {
        status["endTime"] = json!(clock::iso_date(ended));
    }
    let said = cosmos_status(operation);
    status["status"] = said["status"].clone();
    if let Some(error) = said.get("error") {
        status["error"] = error.clone();
    }
    status["name"] = json!(operation.id);
    status
}

fn result(call: &Call<'_>, operation: &Operation) -> Reply {
    match &operation.state {
        State::Running => from_provider(Reply::json(202, &json!({"status": operation.running}))),
        State::Failed(failure) => error::cosmos_db(400, &failure.code, &failure.message),
        State::Succeeded => match operation.outcome {
            Outcome::Gone => Reply::new(204),
            Outcome::Done => from_provider(Reply::new(200)),
            Outcome::Resource => resource(call, &operation.target),
        },
    }
}

/// What the resource is now.
fn resource(call: &Call<'_>, id: &str) -> Reply {
    let path: Vec<String> = id
        .split('/')
        .map(|segment| {
            percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        })
        .collect();
    let request = Request {
        method: Method::GET,
        target: format!("{}?api-version={}", path.join("/"), call.api_version),
        headers: call.request.headers.clone(),
        body: Bytes::new(),
        origin: call.request.origin.clone(),
        tls: call.request.tls,
        http2: call.request.http2,
    };
    route(&Call {
        request: &request,
        api_version: call.api_version.clone(),
        ..*call
    })
}
