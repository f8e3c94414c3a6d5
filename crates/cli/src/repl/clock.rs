//! The clock of a session, which Ctrl-C stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use probelang::host::{Clock, SystemClock};

/// Tells the time until somebody interrupts; from then on it is past every deadline.
#[derive(Clone, Debug, Default)]
pub struct Interruptible {
    clock: SystemClock,
    stopped: Arc<AtomicBool>,
}

impl Interruptible {
    /// What an interrupt sets.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopped)
    }

    /// Forgets an interrupt; whether there was one.
    pub fn resume(&self) -> bool {
        self.stopped.swap(false, Ordering::SeqCst)
    }
}

impl Clock for Interruptible {
    fn now(&self) -> u64 {
        if self.stopped.load(Ordering::SeqCst) { u64::MAX } else { self.clock.now() }
    }
}

#[cfg(test)]
mod tests {
    use probelang::host::{Budget, Exhausted, RunLimits};

    use super::*;

    #[test]
    fn an_interrupt_ends_a_run_and_no_later_one() {
        let clock = Interruptible::default();
        let mut budget = Budget::since(RunLimits::default(), &clock, clock.now());
        assert_eq!(budget.tick(), Ok(()));
        clock.flag().store(true, Ordering::SeqCst);
        assert_eq!(budget.tick(), Err(Exhausted::Deadline));
        assert!(clock.resume());
        assert_eq!(Budget::since(RunLimits::default(), &clock, clock.now()).tick(), Ok(()));
    }
}
