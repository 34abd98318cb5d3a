//! The parts every face shares.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use crate::arc;
use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::identity::Identity;
use crate::journal::Journal;
use crate::model::Model;
use crate::ports::Doors;
use crate::scenario::Scenario;
use crate::secret;
use crate::service_fabric;
use crate::stats::Stats;
use crate::sts::Assertions;
use crate::token::{Holder, Token, TokenIssuer};

pub struct Simulator {
    pub clock: Clock,
    pub faults: Faults,
    pub journal: Arc<Journal>,
    pub stats: Arc<Stats>,
    pub tokens: TokenIssuer,
    /// What App Service's token requests must carry.
    pub identity_header: String,
    /// What those of Azure ML must carry.
    pub msi_secret: String,
    /// What Service Fabric's must carry.
    pub service_fabric_secret: String,
    pub service_fabric: service_fabric::Cache,
    pub arc_keys: arc::Keys,
    pub assertions: Assertions,
    /// Where each account's data plane listens.
    pub doors: Doors,
    pub started: Timestamp,
    start: Start,
    model: RwLock<Model>,
}

#[derive(Clone, Debug)]
pub struct Endpoints {
    pub https: String,
    pub http: String,
}

/// What there is at the start, and what `reset` returns to.
#[derive(Debug)]
pub struct Start {
    pub scenario: Scenario,
    pub faults: Vec<Fault>,
    pub clock_offset_seconds: i64,
    /// The folder of Azure Arc's keys.
    pub arc_keys: PathBuf,
    /// The file of workload identity's token.
    pub assertion: PathBuf,
}

impl Simulator {
    pub fn new(start: Start, doors: Doors) -> Result<Simulator, String> {
        let clock = Clock::new(start.clock_offset_seconds);
        let now = clock.now();
        let assertions = Assertions::new(start.assertion.clone(), now)
            .map_err(|error| format!("{}: {error}", start.assertion.display()))?;
        Ok(Simulator {
            faults: Faults::new(start.faults.clone()),
            journal: Arc::new(Journal::new()),
            stats: Arc::default(),
            tokens: TokenIssuer::new(),
            identity_header: secret::hexadecimal::<16>(),
            msi_secret: secret::hexadecimal::<16>(),
            service_fabric_secret: secret::hexadecimal::<16>(),
            service_fabric: service_fabric::Cache::default(),
            arc_keys: arc::Keys::new(start.arc_keys.clone()),
            assertions,
            doors,
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

    /// Ends the work whose time has come.
    pub fn settle(&self) {
        let now = self.clock.now();
        self.model_mut().settle(now);
    }

    /// A token for one of the machine's identities.
    pub fn token(&self, scenario: &Scenario, identity: &Identity<'_>, resource: &str) -> Token {
        let holder = Holder::Identity(identity);
        self.tokens
            .issue(scenario, holder, resource, &[], self.clock.now())
    }

    /// How long tokens issued from now on are good, and when they say they are to be replaced.
    pub fn set_token_lifetime(&self, seconds: i64, refresh_in_seconds: Option<i64>) {
        let mut model = self.model_mut();
        model.scenario.token_lifetime_seconds = seconds;
        model.scenario.refresh_in_seconds = refresh_in_seconds;
        self.service_fabric.clear();
    }

    /// Everything as it was at the start, but for keys, which are new.
    pub fn reset(&self) -> std::io::Result<()> {
        self.clock.set_offset(self.start.clock_offset_seconds);
        *self.model_mut() = Model::new(self.start.scenario.clone(), self.clock.now())
            .expect("the scenario was valid at the start");
        self.faults.clear();
        for fault in &self.start.faults {
            self.faults.add(fault.clone());
        }
        self.journal.clear();
        self.stats.clear();
        self.service_fabric.clear();
        self.arc_keys.clear();
        self.assertions.rotate(self.clock.now())
    }
}
