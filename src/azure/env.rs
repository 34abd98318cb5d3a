//! The process environment, injected.

use std::collections::HashMap;
use std::hash::BuildHasher;

/// Where environment variables come from.
pub trait Env: Send + Sync {
    /// The variable's value; an empty one counts as unset, as Azure's own libraries treat it.
    fn get(&self, name: &str) -> Option<String>;
}

/// The variables of this process, read at each call because Azure's hosts change some while a process lives.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnv;

impl Env for ProcessEnv {
    fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }
}

impl<S: BuildHasher + Send + Sync> Env for HashMap<String, String, S> {
    fn get(&self, name: &str) -> Option<String> {
        HashMap::get(self, name)
            .filter(|value| !value.is_empty())
            .cloned()
    }
}
