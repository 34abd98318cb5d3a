//! What databases, containers and their throughput have in common.

use hyper::Method;
use serde_json::{Map, Value, json};

use crate::http::Reply;
use crate::model::{Account, Throughput};
use crate::operations::{Outcome, Work};

use super::accounts::{self, Place};
use super::operations::{Results, Task, start};
use super::{Call, account_writes, containers, databases, error, throughput};

/// A request to what an account holds, when the caller may send it.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub call: &'a Call<'a>,
    pub place: Place<'a>,
    pub account: &'a Account,
    /// `sqlDatabases/…` in the caller's spelling.
    pub path: &'a [&'a str],
}

type Handler = fn(Site<'_>) -> Result<Reply, Reply>;

/// Where a path leads: `lower` is what follows `sqlDatabases`.
pub fn answer(call: &Call<'_>, place: Place<'_>, lower: &[&str], path: &[&str]) -> Reply {
    const ITEM: &[Method] = &[Method::GET, Method::PUT, Method::DELETE];
    const LIST: &[Method] = &[Method::GET];
    const SETTINGS: &[Method] = &[Method::GET, Method::PUT];
    const ACTION: &[Method] = &[Method::POST];
    let (methods, handler): (_, Handler) = match lower {
        [] => (LIST, |site| Ok(databases::list(site))),
        [_] => (ITEM, databases::answer),
        [_, "containers"] => (LIST, containers::list),
        [_, "containers", _] => (ITEM, containers::answer),
        [_, "throughputsettings", "default"]
        | [_, "containers", _, "throughputsettings", "default"] => (SETTINGS, throughput::answer),
        [
            ..,
            "throughputsettings",
            "default",
            "migratetoautoscale" | "migratetomanualthroughput",
        ] if matches!(lower.len(), 4 | 6) => (ACTION, throughput::migrate),
        _ => return error::invalid_path(),
    };
    admit(call, place, path, methods)
        .and_then(|account| {
            handler(Site {
                call,
                place,
                account,
                path: &path[2..],
            })
        })
        .unwrap_or_else(|refusal| refusal)
}

fn admit<'a>(
    call: &Call<'a>,
    place: Place<'_>,
    path: &[&str],
    methods: &[Method],
) -> Result<&'a Account, Reply> {
    accounts::prepare(call, place, path[0], methods)?;
    let scope = place.resource(path);
    call.authorize(&action(call, place, path), &scope)?;
    accounts::group_exists(call, place)?;
    let account =
        accounts::find(call, place, path[1]).ok_or_else(|| error::parent_not_found(path[1]))?;
    accounts::check_locks(call, account, &scope)?;
    if !call.is(&Method::GET) {
        account_writes::free_to_change(call, account)?;
    }
    Ok(account)
}

/// `Microsoft.DocumentDB/databaseAccounts/sqlDatabases/write`: the kinds along the path, and what is done.
fn action(call: &Call<'_>, place: Place<'_>, path: &[&str]) -> String {
    let kinds: Vec<&str> = path.iter().step_by(2).copied().collect();
    let verb = match call.request.method {
        Method::GET => "read",
        Method::PUT => "write",
        Method::DELETE => "delete",
        _ => "action",
    };
    format!("{}/{}/{verb}", place.namespace, kinds.join("/"))
}

impl Site<'_> {
    pub fn database(&self) -> &str {
        self.path[1]
    }

    pub fn container(&self) -> &str {
        self.path[3]
    }

    /// The id of what is so many segments below the account.
    pub fn id(&self, segments: usize) -> String {
        const KINDS: [&str; 5] = ["sqlDatabases", "", "containers", "", "throughputSettings"];
        let mut id = self.account.resource_id();
        for (index, segment) in self.path[..segments].iter().enumerate() {
            let kind = KINDS
                .get(index)
                .filter(|kind| !kind.is_empty() && kind.eq_ignore_ascii_case(segment));
            id.push('/');
            id.push_str(kind.unwrap_or(segment));
        }
        id
    }

    /// Where the data plane has it, as errors tell.
    pub fn uri(&self) -> String {
        match self.path {
            [_, database, _, container, ..] => format!("/dbs/{database}/colls/{container}"),
            [_, database, ..] => format!("/dbs/{database}"),
            _ => "/dbs".to_owned(),
        }
    }

    pub fn not_found(&self) -> Reply {
        error::passed_on(404, "NotFound", "Resource Not Found", &self.uri())
    }

    pub fn owner_not_found(&self) -> Reply {
        error::passed_on(
            404,
            "NotFound",
            "Owner resource does not exist",
            &self.uri(),
        )
    }

    pub fn bad_request(&self, text: &str) -> Reply {
        error::passed_on(400, "BadRequest", text, &self.uri())
    }

    /// What the body says of the resource: it must bear the name that is in the path.
    pub fn resource(&self, body: &Value, name: &str) -> Result<Map<String, Value>, Reply> {
        let resource = body
            .pointer("/properties/resource")
            .and_then(Value::as_object)
            .ok_or_else(|| self.bad_request("The resource of the request is missing."))?;
        let id = resource
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if id != name {
            let text = format!(
                "The id '{id}' of the resource does not match the name '{name}' in the request URL."
            );
            return Err(self.bad_request(&text));
        }
        let forbidden = |letter: char| matches!(letter, '/' | '\\' | '?' | '#');
        if id.chars().count() > 255 || id.contains(forbidden) || id.ends_with(' ') {
            return Err(self.bad_request("Ensure to provide a unique non-empty string less than '255' characters, without '/', '\\\\', '?', '#' and without a space at the end."));
        }
        Ok(resource.clone())
    }

    /// What the body's options ask for.
    pub fn options(&self, body: &Value) -> Result<Option<Throughput>, Reply> {
        let options = body.pointer("/properties/options").unwrap_or(&Value::Null);
        let throughput = self.throughput(options, 400, 1000)?;
        if throughput.is_some() && self.account.spec.serverless() {
            return Err(error::cosmos_db(
                400,
                "BadRequest",
                "Setting offer throughput or autopilot on container is not supported for serverless accounts.",
            ));
        }
        Ok(throughput)
    }

    /// `throughput` or `autoscaleSettings`, within their bounds.
    pub fn throughput(
        &self,
        value: &Value,
        least_manual: u32,
        least_autoscale: u32,
    ) -> Result<Option<Throughput>, Reply> {
        let manual = &value["throughput"];
        let autoscale = &value["autoscaleSettings"]["maxThroughput"];
        let (asked, least, step) = match (manual.is_null(), autoscale.is_null()) {
            (true, true) => return Ok(None),
            (false, true) => (manual, least_manual, 100),
            (true, false) => (autoscale, least_autoscale, 1000),
            (false, false) => {
                return Err(
                    self.bad_request("Throughput and autoscale settings cannot both be specified.")
                );
            }
        };
        // Older versions of the protocol had texts here.
        let text = asked.as_str().and_then(|text| text.parse().ok());
        let number = asked
            .as_u64()
            .or(text)
            .and_then(|asked| u32::try_from(asked).ok());
        let valid =
            number.filter(|number| (least..=1_000_000).contains(number) && number % step == 0);
        let number = valid.ok_or_else(|| {
            self.bad_request(&format!("The offer should have valid throughput values between {least} and 1000000 inclusive in increments of {step}."))
        })?;
        Ok(Some(if manual.is_null() {
            Throughput::Autoscale(number)
        } else {
            Throughput::Manual(number)
        }))
    }

    /// Refuses what takes a migration.
    pub fn same_kind(&self, present: Throughput, asked: Throughput) -> Result<(), Reply> {
        match (present, asked) {
            (Throughput::Manual(_), Throughput::Autoscale(_)) => Err(self.bad_request(
                "The offer is a manual throughput offer. Use migrateToAutoscale to change it to autoscale.",
            )),
            (Throughput::Autoscale(_), Throughput::Manual(_)) => Err(self.bad_request(
                "The offer is an autoscale offer. Use migrateToManualThroughput to change it to manual throughput.",
            )),
            _ => Ok(()),
        }
    }

    /// 202: the work is begun.
    pub fn begin(&self, segments: usize, outcome: Outcome, work: Work) -> Reply {
        let links = start(
            self.call,
            Task {
                place: self.place,
                location: &self.account.spec.location,
                target: self.id(segments),
                outcome,
                results: Results::BelowTheRequest,
                work,
            },
        );
        let header = if outcome == Outcome::Gone {
            ("x-ms-ratelimit-remaining-subscription-deletes", "14999")
        } else {
            ("x-ms-ratelimit-remaining-subscription-writes", "1199")
        };
        links.accepted().with(header.0, header.1)
    }
}

/// A resource as Resource Manager wraps it.
pub fn wrapped(id: &str, kind: &str, name: &str, resource: &Value) -> Value {
    json!({
        "id": id,
        "type": format!("Microsoft.DocumentDB/databaseAccounts/{kind}"),
        "name": name,
        "properties": {"resource": resource},
    })
}
