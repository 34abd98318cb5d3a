//! Making things so that a second run changes nothing.

use std::time::Duration;

use serde_json::Value;

use super::definition::differences;
use super::{Arm, Method, What};
use crate::azure::call::{Call, Level};
use crate::azure::error::{Error, Kind};
use crate::azure::http::Response;

/// What became of a wish that something exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It was made; as it is now, verbatim.
    New(String),
    /// It was so already; as it is, verbatim.
    AlreadySo(String),
    /// Azure accepted it and nobody waits; as it is so far, verbatim.
    Accepted(String),
}

impl Created {
    /// The resource, whichever way it came to be.
    #[must_use]
    pub fn json(&self) -> &str {
        let (Created::New(json) | Created::AlreadySo(json) | Created::Accepted(json)) = self;
        json
    }
}

/// A wish that a resource exist.
pub(super) struct Wish<'a> {
    pub path: &'a str,
    pub api_version: &'static str,
    /// What is sent to make it.
    pub body: &'a Value,
    /// The part of the body that can be compared with what exists.
    pub compared: Value,
    pub what: What<'a>,
}

impl Wish<'_> {
    /// Refuses a resource that is not, and does not come to be, what is wished.
    fn check(&self, exists: &Value) -> Result<(), Error> {
        self.check_state(exists)?;
        let differences = differences(&self.compared, exists);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            Kind::Conflict,
            format!(
                "{} exists with another definition ({})",
                self.what.thing,
                differences.join("; ")
            ),
        )
        .with_action("ask for what exists, or change it, in the Azure portal for example; to delete it first deletes all that is in it")
        .with_http_status(409))
    }

    /// The same by its state alone.
    fn check_state(&self, exists: &Value) -> Result<(), Error> {
        match state(exists) {
            Some("Failed" | "Canceled") => Err(Error::new(
                Kind::Service,
                format!("Azure could not create {}", self.what.thing),
            )
            .with_action("delete it, and see the activity log in the Azure portal for the reason")),
            Some("Deleting") => Err(Error::new(
                Kind::Conflict,
                format!("{} is being deleted", self.what.thing),
            )
            .with_action("wait until it is gone, as deleting it once more does, and create it then")
            .with_http_status(409)),
            _ => Ok(()),
        }
    }
}

// between looks at a resource that somebody else is making or deleting
const PAUSE: Duration = Duration::from_secs(2);

impl Arm {
    /// Makes the resource unless it is there already. With another definition than the wish it is left as it is.
    pub(super) async fn ensure(
        &self,
        call: &Call,
        wish: &Wish<'_>,
        wait: bool,
    ) -> Result<Created, Error> {
        if let Some(found) = self.find_wished(call, wish).await? {
            return self.keep(call, wish, &found, wait).await;
        }
        let body = wish.body.to_string();
        let sent = self
            .send(
                call,
                Method::Put,
                wish.path,
                wish.api_version,
                Some(&body),
                &wish.what,
            )
            .await;
        let accepted = match sent {
            Ok(accepted) => accepted,
            // the same wish may be under way: somebody else's, or this one, whose first answer was lost
            Err(error) if is_busy(&error) => {
                return match self.find_wished(call, wish).await? {
                    Some(found) => self.keep(call, wish, &found, wait).await,
                    None => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        if !wait {
            return accepted_only(&accepted, body);
        }
        self.settle(call, accepted, &wish.what).await?;
        verbatim(&self.ready(call, wish).await?).map(Created::New)
    }

    async fn find_wished(&self, call: &Call, wish: &Wish<'_>) -> Result<Option<Response>, Error> {
        self.find_resource(call, wish.path, wish.api_version, &wish.what)
            .await
    }

    /// What becomes of the wish where the resource is there.
    async fn keep(
        &self,
        call: &Call,
        wish: &Wish<'_>,
        found: &Response,
        wait: bool,
    ) -> Result<Created, Error> {
        let exists = value(found)?;
        wish.check(&exists)?;
        let is_new = matches!(state(&exists), Some("Creating" | "Initializing"));
        if is_new && !wait {
            return verbatim(found).map(Created::Accepted);
        }
        if !wait || is_settled(&exists) {
            return verbatim(found).map(Created::AlreadySo);
        }
        let ready = self.ready(call, wish).await?;
        if is_new {
            return verbatim(&ready).map(Created::New);
        }
        // what was going on may have changed it
        wish.check(&value(&ready)?)?;
        verbatim(&ready).map(Created::AlreadySo)
    }

    /// Puts a resource: as it is when Azure is done, or, without `wait`, what Azure says when it has accepted.
    pub(super) async fn put(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        body: &str,
        what: &What<'_>,
        wait: bool,
    ) -> Result<Response, Error> {
        let accepted = self
            .send(call, Method::Put, path, api_version, Some(body), what)
            .await?;
        if !wait {
            return Ok(accepted);
        }
        self.settle(call, accepted, what).await?;
        self.get(call, path, api_version, what).await
    }

    /// The resource when it is ready.
    async fn ready(&self, call: &Call, wish: &Wish<'_>) -> Result<Response, Error> {
        loop {
            let found = self
                .get(call, wish.path, wish.api_version, &wish.what)
                .await?;
            let exists = value(&found)?;
            wish.check_state(&exists)?;
            if is_settled(&exists) {
                return Ok(found);
            }
            call.log(Level::Info, || {
                let state = state(&exists).unwrap_or("InProgress");
                format!("create {}: {state}", wish.what.thing)
            });
            call.sleep(found.retry_after().unwrap_or(PAUSE)).await;
        }
    }

    /// The resource, or nothing where there is none.
    pub(super) async fn find_resource(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        what: &What<'_>,
    ) -> Result<Option<Response>, Error> {
        match self.get(call, path, api_version, what).await {
            Ok(found) => Ok(Some(found)),
            // what it lies in must be there
            Err(error)
                if error.http_status() == 404
                    && error.service_code() != Some("ResourceGroupNotFound") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Deletes a resource. `false` when there was none.
    pub(super) async fn remove(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        what: &What<'_>,
        wait: bool,
    ) -> Result<bool, Error> {
        let accepted = match self
            .send(call, Method::Delete, path, api_version, None, what)
            .await
        {
            Ok(accepted) => accepted,
            // nothing is told of a subscription that is not seen
            Err(error)
                if error.http_status() == 404
                    && error.service_code() != Some("SubscriptionNotFound") =>
            {
                return Ok(false);
            }
            Err(error) if is_busy(&error) => {
                // it may be under way: somebody else's doing, or this one, whose first answer was lost
                let gone = self.gone(call, path, api_version, what, wait).await?;
                return if gone { Ok(true) } else { Err(error) };
            }
            Err(error) => return Err(error),
        };
        if accepted.status == 204 {
            return Ok(false);
        }
        if wait {
            self.settle(call, accepted, what).await?;
        }
        Ok(true)
    }

    /// Whether a resource is gone, or, without `wait`, going. What is not being deleted is not waited for.
    pub(super) async fn gone(
        &self,
        call: &Call,
        path: &str,
        api_version: &str,
        what: &What<'_>,
        wait: bool,
    ) -> Result<bool, Error> {
        while let Some(found) = self.find_resource(call, path, api_version, what).await? {
            if !is_going(&value(&found)?) {
                return Ok(false);
            }
            if !wait {
                break;
            }
            call.sleep(found.retry_after().unwrap_or(PAUSE)).await;
        }
        Ok(true)
    }
}

/// Whether something else goes on there, as Azure tells it.
fn is_busy(error: &Error) -> bool {
    error.kind() == Kind::Conflict
        && matches!(error.http_status(), 409 | 412)
        && error.service_code() != Some("ScopeLocked")
}

fn state(resource: &Value) -> Option<&str> {
    resource
        .pointer("/properties/provisioningState")
        .and_then(Value::as_str)
}

/// Resources that have no state of their own are there or not.
fn is_settled(resource: &Value) -> bool {
    state(resource).is_none_or(|state| state == "Succeeded")
}

/// Accounts are still to be seen while they are being deleted.
pub(super) fn is_going(resource: &Value) -> bool {
    state(resource) == Some("Deleting")
}

/// The resource in an answer, to look into.
pub(super) fn value(response: &Response) -> Result<Value, Error> {
    serde_json::from_slice(&response.body).map_err(|_| response.not_understood("are no resource"))
}

/// What came of [`Arm::put`].
pub(super) fn made(answer: &Response, waited: bool, sent: String) -> Result<Created, Error> {
    if waited {
        verbatim(answer).map(Created::New)
    } else {
        accepted_only(answer, sent)
    }
}

/// What nobody waits for, as Azure tells it; a 202 need not say anything, and then it is what was sent.
pub(super) fn accepted_only(accepted: &Response, sent: String) -> Result<Created, Error> {
    if accepted.body.is_empty() {
        return Ok(Created::Accepted(sent));
    }
    verbatim(accepted).map(Created::Accepted)
}

/// The resource in an answer, as the service wrote it.
pub(super) fn verbatim(response: &Response) -> Result<String, Error> {
    value(response)?;
    let text = std::str::from_utf8(&response.body)
        .map_err(|_| response.not_understood("are no resource"))?;
    Ok(text.trim().to_owned())
}
