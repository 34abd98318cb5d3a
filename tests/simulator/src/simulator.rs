//! The parts every face shares.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::journal::Journal;
use crate::model::Model;
use crate::scenario::Scenario;
use crate::secret;
use crate::stats::Stats;
use crate::token::TokenIssuer;

pub struct Simulator {
    pub clock: Clock,
    pub faults: Faults,
    pub journal: Arc<Journal>,
    pub stats: Arc<Stats>,
    pub tokens: TokenIssuer,
    /// What App Service's token requests must carry.
    pub identity_header: String,
    /// Where each account's data plane listens.
    pub endpoints: BTreeMap<String, Endpoints>,
    pub started: Timestamp,
    start: Start,
    model: RwLock<Model>,
}

#[derive(Clone, Debug)]
pub struct Endpoints {
    pub https: String,
    pub http: String,
}

/// What `reset` returns to.
#[derive(Debug)]
pub struct Start {
    pub scenario: Scenario,
    pub faults: Vec<Fault>,
    pub clock_offset_seconds: i64,
}

impl Simulator {
    pub fn new(start: Start, endpoints: BTreeMap<String, Endpoints>) -> Result<Simulator, String> {
        let clock = Clock::new(start.clock_offset_seconds);
        let now = clock.now();
        Ok(Simulator {
            faults: Faults::new(start.faults.clone()),
            journal: Arc::new(Journal::new()),
            stats: Arc::default(),
            tokens: TokenIssuer::new(),
            identity_header: secret::hexadecimal::<16>(),
            endpoints,
            started: now,
            model: RwLock::new(Model::new(start.scenario.clone(), now)?),
            start,
            clock,
        })
    }

    pub fn model(&self) -> RwLockReadGuard<'_, Model> {
        self.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn model_mut(&self) -> RwLockWriteGuard<'_, Model> {
        self.model.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything as it was at the start, but for keys, which are new.
    pub fn reset(&self) {
        self.clock.set_offset(self.start.clock_offset_seconds);
        *self.model_mut() = Model::new(self.start.scenario.clone(), self.clock.now())
            .expect("the scenario was valid at the start");
        self.faults.clear();
        for fault in &self.start.faults {
            self.faults.add(fault.clone());
        }
        self.journal.clear();
        self.stats.clear();
    }
}
