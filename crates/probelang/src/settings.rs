//! What a program takes from its engine into every run.

use std::fmt;
use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_host::{Budget, Clock, RunLimits};
use probelang_redact::Policy;

use crate::Terms;

/// What every run of a program needs.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) policy: Arc<Policy>,
    pub(crate) run: RunLimits,
    pub(crate) text: TextLimits,
    pub(crate) terms: &'static Terms,
    /// The clock of deadlines; `None` for that of the operating system.
    pub(crate) clock: Option<Arc<dyn Clock + Send + Sync>>,
}

/// What the texts of faults are made with.
#[derive(Clone, Copy)]
pub(crate) struct Told<'s> {
    /// What settings are called.
    pub(crate) terms: &'static Terms,
    /// What is hidden, for hints.
    pub(crate) policy: &'s Arc<Policy>,
}

impl Settings {
    pub(crate) const fn told(&self) -> Told<'_> {
        Told { terms: self.terms, policy: &self.policy }
    }

    pub(crate) fn new() -> Self {
        Self {
            policy: Policy::shared(),
            run: RunLimits::default(),
            text: TextLimits::default(),
            terms: &Terms::RUST,
            clock: None,
        }
    }

    /// Runs something within a fresh budget.
    pub(crate) fn with_budget<R>(&self, run: impl FnOnce(&mut Budget<'_>) -> R) -> R {
        match &self.clock {
            Some(clock) => run(&mut Budget::new(self.run, &**clock)),
            None => with_system_clock(self.run, run),
        }
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn with_system_clock<R>(limits: RunLimits, run: impl FnOnce(&mut Budget<'_>) -> R) -> R {
    run(&mut Budget::new(limits, &probelang_host::SystemClock))
}

/// A browser's WebAssembly has no clock of its own: steps alone bound a run until one is given.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn with_system_clock<R>(limits: RunLimits, run: impl FnOnce(&mut Budget<'_>) -> R) -> R {
    run(&mut Budget::steps(limits.steps))
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("run", &self.run)
            .field("text", &self.text)
            .field("clock", &self.clock.as_ref().map(|_| "injected"))
            .finish_non_exhaustive()
    }
}
