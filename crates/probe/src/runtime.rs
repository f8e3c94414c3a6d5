//! What an adapter hands in: the values of a hit, time, ids.

use std::sync::Arc;
use std::time::Duration;

use probelang::capture::{Name, StackFrame, Throwable};
use probelang::host::{Clock, Host};

use crate::Timestamp;
use crate::event::{Thread, TraceIds};

/// What the engine asks of the process around it.
///
/// ```
/// use probelang_probe::runtime::{Runtime, Seeded};
/// let ids = Seeded::new(7);
/// assert_ne!(ids.id(), ids.id());
/// assert_eq!(Seeded::new(7).id(), Seeded::new(7).id());
/// ```
pub trait Runtime: Send + Sync {
    /// A random number, for the ids of events.
    fn id(&self) -> u128;

    /// The clock that bounds how long a hit may take. `None`: only steps bound it.
    fn clock(&self) -> Option<&dyn Clock> {
        None
    }

    /// The CPU time of the running thread. `None`: what hits cost is reckoned from their steps alone.
    fn cpu(&self) -> Option<Duration> {
        None
    }

    /// The time since some moment, by a clock that is cheaper to read than the one of the CPU, and as fine. Hits are measured by
    /// it first, so that the CPU clock is read only for probes with long hits. `None`: it is always read.
    fn wall(&self) -> Option<Duration> {
        None
    }
}

/// The clock of a runtime, which is asked for it only when the clock is read.
pub(crate) struct LateClock(pub Arc<dyn Runtime>);

impl Clock for LateClock {
    fn now(&self) -> u64 {
        // without a clock no time passes
        self.0.clock().map_or(0, Clock::now)
    }
}

/// A runtime for replay and tests: no clocks, and ids that follow from a seed.
#[derive(Debug)]
pub struct Seeded {
    state: std::sync::atomic::AtomicU64,
}

impl Seeded {
    /// The ids of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: std::sync::atomic::AtomicU64::new(seed) }
    }

    /// SplitMix64, by Steele, Lea and Flood: <https://doi.org/10.1145/2714064.2660195>.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let before = self.state.fetch_add(STEP, std::sync::atomic::Ordering::Relaxed);
        let mut mixed = before.wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Runtime for Seeded {
    fn id(&self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }
}

/// The scene of a hit: what can be seen at the place where the program stands.
///
/// All but the host is asked only where a probe fires.
pub trait Scene {
    /// The values, by the symbols that were given when probes were [armed](crate::Probes::arm) at this place.
    fn host(&self) -> &dyn Host;

    /// The exact time of the hit, where it is reported with that of a coarse clock: one that is cheap to read, and moves on in steps of
    /// some milliseconds. Limits and lives go by the coarse time; events, and the beginning of a call whose end is waited for, have
    /// the exact one. It is the same however often it is asked for. `None`: the time that the hit is reported with is exact.
    fn time(&self) -> Option<Timestamp> {
        None
    }

    /// The names that a snapshot shows, those of a group next to each other.
    fn names(&self) -> &[Name<'_>] {
        &[]
    }

    /// Why names are missing that cannot be listed, if so.
    fn missing(&self) -> Option<&str> {
        None
    }

    /// Appends the call stack, innermost frame first.
    fn stack<'s>(&'s self, _frames: &mut Vec<StackFrame<'s>>) {}

    /// Appends where the exception was thrown that ended the call, innermost frame first, if the adapter does not say so with
    /// the [`Throwable`] of the outcome: it is asked only for what a probe sends.
    fn thrown<'s>(&'s self, _frames: &mut Vec<StackFrame<'s>>) {}

    /// The running thread.
    fn thread(&self) -> Thread {
        Thread::default()
    }

    /// The active span.
    fn trace(&self) -> Option<TraceIds> {
        None
    }

    /// How long the call was suspended, at its end: a coroutine that waited, a generator between two values. `None` for a call
    /// that is never suspended. A span has it as its tag `suspended_ms`.
    fn suspended(&self) -> Option<Duration> {
        None
    }

    /// The language of the program, where it is not the one of the process.
    fn language(&self) -> Option<&str> {
        None
    }
}

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Outcome<'o> {
    /// It is not known.
    #[default]
    Unknown,
    /// It returned.
    Returned,
    /// It threw.
    Threw(&'o Throwable<'o>),
}
