//! The engines that cases are run on.

use std::sync::Arc;
use std::time::Duration;

use probelang::ProgramKind;
use probelang::dialect::Dialect;
use probelang::host::{Budget, Clock, RunLimits};
use probelang::redact::Policy;
use probelang::syntax::Tree;

use crate::answer::Outcome;
use crate::case::{Case, Config};
use crate::world::World;

/// Something that runs a program over a host.
pub trait Engine: Sync {
    /// Runs `tree` over `world`.
    fn run(&self, tree: &Tree, setup: &Setup, world: &World) -> Outcome;
}

/// What a run is made with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the program is for.
    pub kind: ProgramKind,
    /// The dialect that it is compiled under.
    pub dialect: Dialect,
    /// What is redacted.
    pub policy: Arc<Policy>,
    /// Names that it does not redact, for engines that make the policy themselves.
    pub excluded: Vec<String>,
    /// Types that it redacts.
    pub types: Vec<String>,
    /// Elements that are kept of a collection that is the result.
    pub keep: Option<u64>,
    /// The time that the run may take.
    pub deadline: Option<Duration>,
}

impl Setup {
    /// The set-up of a case under a dialect.
    #[must_use]
    pub fn new(case: &Case, kind: ProgramKind, dialect: Dialect) -> Self {
        let none = Config::default();
        let config = case.config.as_ref().unwrap_or(&none);
        let policy = Policy::built_in()
            .without_names(&config.redaction_excluded_identifiers)
            .with_types(&config.redacted_types);
        let millis = |millis: i64| Duration::from_millis(u64::try_from(millis).unwrap_or(0));
        Self {
            kind,
            dialect,
            policy: Arc::new(policy),
            excluded: config.redaction_excluded_identifiers.clone(),
            types: config.redacted_types.clone(),
            keep: config.max_collection_size,
            deadline: config.timeout_ms.map(millis),
        }
    }

    /// The steps of a run for an engine without a clock.
    #[must_use]
    pub fn steps(&self) -> u64 {
        let steps = RunLimits::default().steps;
        let timed = |deadline: Duration| u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX) / STEP;
        // a run below 512 steps never reads the clock
        self.deadline.map_or(steps, |deadline| steps.min(timed(deadline).max(512)))
    }

    /// Runs `work` with the budget of the case: the default steps, and a deadline only where the case sets
    /// one. A case must not pass on a quick machine alone, so time is counted, not measured.
    pub fn with_budget<R>(&self, work: impl FnOnce(&mut Budget<'_>) -> R) -> R {
        self.with_limits(|limits, clock| work(&mut Budget::new(limits, clock)))
    }

    /// The same for an engine that makes its budgets itself.
    pub fn with_limits<R>(&self, work: impl FnOnce(RunLimits, &dyn Clock) -> R) -> R {
        let limits = RunLimits::default();
        match self.deadline {
            None => work(limits, &Stopped),
            Some(deadline) => work(limits.with_deadline(deadline), &CountingClock::default()),
        }
    }
}

/// A clock that stands still: steps alone bound a run.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> u64 {
        0
    }
}

/// Nanoseconds that a step is taken to last.
const STEP: u64 = 100;

/// A clock that goes on by 1,024 steps each time it is read, for so often does a budget read it.
#[derive(Default)]
struct CountingClock(std::cell::Cell<u64>);

impl Clock for CountingClock {
    fn now(&self) -> u64 {
        let now = self.0.get() + 1_024 * STEP;
        self.0.set(now);
        now
    }
}
