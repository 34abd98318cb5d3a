//! What a client takes from the process it lives in; tests give their own.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::clock::Clock;
use super::env::Env;

/// Runs work that nobody waits for.
pub trait Background: Send + Sync {
    /// Takes the work over and returns at once.
    fn run(&self, work: BoxFuture<'static, ()>);
}

/// The surroundings of a client.
#[derive(Clone)]
pub struct Host {
    /// Variables and agents.
    pub env: Arc<dyn Env>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where tokens are replaced ahead of their end.
    pub background: Arc<dyn Background>,
}
