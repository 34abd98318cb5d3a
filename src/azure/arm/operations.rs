//! Long-running operations: Resource Manager says "accepted", and where to ask how it goes.
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Arm, Sent, What, error};
use crate::azure::call::{Call, Level};
use crate::azure::error::Error;
use crate::azure::http::{Response, Url};
use crate::azure::text;

// when the service does not say how long to wait
const PAUSE: Duration = Duration::from_secs(5);

/// Where an operation tells how it goes.
enum Status {
    /// A document with `status`.
    Document(Url),
    /// 202 while it runs, another 2xx when it has ended.
    Location(Url),
}

impl Arm {
    /// Waits until what was accepted has been done. Dropping this leaves the work going on in Azure.
    pub(super) async fn settle(
        &self,
        call: &Call,
        accepted: Response,
        what: &What<'_>,
    ) -> Result<(), Error> {
        let Some(status) = self.status_of(&accepted)? else {
            return Ok(());
        };
        let started = Instant::now();
        let mut pause = accepted.retry_after();
        loop {
            call.sleep(pause.unwrap_or(PAUSE)).await;
            let (Status::Document(url) | Status::Location(url)) = &status;
            let response = self.send_here(call, &Sent::get(url.clone()), what).await?;
            let state = match &status {
                Status::Location(_) if response.status == 202 => "InProgress".to_owned(),
                Status::Location(_) => return Ok(()),
                Status::Document(_) => state_in(&response, what)?,
            };
            if state.eq_ignore_ascii_case("Succeeded") {
                return Ok(());
            }
            call.log(Level::Info, || {
                format!(
                    "{} {}: {state} after {}",
                    what.verb,
                    what.thing,
                    text::span(started.elapsed())
                )
            });
            pause = response.retry_after();
        }
    }

    /// `Azure-AsyncOperation` before `Location`; neither means that it has been done already.
    fn status_of(&self, accepted: &Response) -> Result<Option<Status>, Error> {
        let own = |url: &str| self.own_url(url, "has its operation watched");
        if let Some(url) = accepted.header("azure-asyncoperation") {
            return Ok(Some(Status::Document(own(url)?)));
        }
        match accepted.header("location") {
            Some(url) if matches!(accepted.status, 201 | 202) => {
                Ok(Some(Status::Location(own(url)?)))
            }
            _ => Ok(None),
        }
    }
}

/// The state of an operation that goes on or has succeeded; its own error when it has not.
fn state_in(response: &Response, what: &What<'_>) -> Result<String, Error> {
    let not_a_state = || response.not_understood("say nothing of the operation");
    let fields: HashMap<String, Value> =
        serde_json::from_slice(&response.body).map_err(|_| not_a_state())?;
    let state = fields
        .get("status")
        .and_then(Value::as_str)
        .ok_or_else(not_a_state)?
        .to_owned();
    if !["Failed", "Canceled", "Cancelled"]
        .iter()
        .any(|ended| ended.eq_ignore_ascii_case(&state))
    {
        return Ok(state);
    }
    let error = fields.get("error").unwrap_or(&Value::Null);
    Err(error::failed(response, &state, error, what))
}
