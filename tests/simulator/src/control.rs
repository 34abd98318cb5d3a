//! The control address: faults, the journal, counts, the clock, keys, tokens, how long things take.

use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::http::{Reply, Request};
use crate::simulator::Simulator;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    offset_seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rotation {
    account: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenLifetime {
    seconds: i64,
    refresh_in: Option<i64>,
}

pub fn answer(simulator: &Simulator, request: &Request) -> Reply {
    respond(simulator, request).unwrap_or_else(|refusal| refusal)
}

fn respond(simulator: &Simulator, request: &Request) -> Result<Reply, Reply> {
    const GET: &Method = &Method::GET;
    const POST: &Method = &Method::POST;
    const DELETE: &Method = &Method::DELETE;
    match (&request.method, request.path()) {
        (POST, "/faults") => {
            let text = String::from_utf8_lossy(&request.body);
            simulator
                .faults
                .add(Fault::parse(&text).map_err(|error| refuse(400, &error))?);
        }
        (DELETE, "/faults") => simulator.faults.clear(),
        (GET, "/journal") => return Ok(Reply::json(200, &json!(simulator.journal.entries()))),
        (DELETE, "/journal") => simulator.journal.clear(),
        (GET, "/stats") => return Ok(Reply::json(200, &simulator.stats.document())),
        (DELETE, "/stats") => simulator.stats.clear(),
        (POST, "/clock") => simulator
            .clock
            .set_offset(body::<ClockChange>(request)?.offset_seconds),
        (POST, "/rotate-keys") => {
            let account = body::<Rotation>(request)?.account;
            let now = simulator.clock.now();
            if !simulator.model_mut().rotate_keys(&account, now) {
                return Err(refuse(404, &format!("there is no account {account:?}")));
            }
        }
        (POST, "/token-lifetime") => {
            let lifetime = body::<TokenLifetime>(request)?;
            simulator.set_token_lifetime(lifetime.seconds, lifetime.refresh_in);
        }
        (POST, "/operations") => {
            simulator.model_mut().operations.settings = body(request)?;
        }
        (POST, "/role-assignments") => simulator.model_mut().rbac.delays = body(request)?,
        (POST, "/revoke-tokens") => simulator.tokens.revoke_all(),
        (POST, "/rotate-assertion") => simulator
            .assertions
            .rotate(simulator.clock.now())
            .map_err(|error| refuse(500, &error.to_string()))?,
        (POST, "/reset") => simulator
            .reset()
            .map_err(|error| refuse(500, &error.to_string()))?,
        (
            _,
            "/faults" | "/journal" | "/stats" | "/clock" | "/rotate-keys" | "/token-lifetime"
            | "/operations" | "/role-assignments" | "/revoke-tokens" | "/rotate-assertion"
            | "/reset",
        ) => {
            return Err(refuse(405, "this path has other methods"));
        }
        _ => return Err(refuse(404, "there is nothing here")),
    }
    Ok(Reply::new(204))
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Reply> {
    serde_json::from_slice(&request.body).map_err(|error| refuse(400, &error.to_string()))
}

fn refuse(status: u16, error: &str) -> Reply {
    Reply::json(status, &Value::from_iter([("error", error)]))
}
