//! Trying again: which failures, how often, after how long. Each attempt is made anew, signature and all.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::call::{Call, Level};
use super::error::Error;
use super::http::Response;
use super::text;

/// What one service wants of its callers.
pub(super) trait Policy: Sync {
    /// The pause before the next attempt; `None` when there is none to be made. `failures` counts from 1, `waited`
    /// is the time spent in pauses so far.
    fn pause(&self, error: &Error, failures: u32, waited: Duration) -> Option<Duration>;
}

/// `base`, doubled with every failure, at most `most`.
pub(super) fn doubled(base: Duration, failures: u32, most: Duration) -> Duration {
    base.saturating_mul(1 << (failures - 1).min(16)).min(most)
}

/// One attempt. Boxed, so that there is one [`run`] in the library and not one for each kind of request.
pub(super) type Attempt<'a> = BoxFuture<'a, Result<Response, Error>>;

/// Runs attempts until one succeeds, the policy is exhausted, or the next pause would outlast the call.
pub(super) async fn run<'a>(
    call: &Call,
    policy: &dyn Policy,
    attempt: &(dyn Fn() -> Attempt<'a> + Sync),
) -> Result<Response, Error> {
    let mut failures = 0;
    let mut waited = Duration::ZERO;
    loop {
        let error = match attempt().await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        failures += 1;
        let Some(pause) = policy
            .pause(&error, failures, waited)
            .filter(|pause| *pause < call.remaining())
        else {
            return Err(error);
        };
        call.log(Level::Info, || {
            format!(
                "{}; attempt {} follows in {}",
                error.message(),
                failures + 1,
                text::span(pause)
            )
        });
        let before = Instant::now();
        call.sleep(pause).await;
        waited += before.elapsed().max(pause);
    }
}
