//! One budget for everything that a hit does: steps and time.

use std::time::Duration;

/// Where time comes from.
pub trait Clock {
    /// Nanoseconds since some fixed moment; never goes back.
    fn now(&self) -> u64;
}

/// The monotonic clock of the operating system, one for the whole process. It is not read before somebody asks
/// it, so that a budget with this clock costs a short run nothing.
///
/// `wasm32-unknown-unknown` has no such clock, and so not this type either.
///
/// ```
/// use probelang_host::{Budget, RunLimits, SystemClock};
/// let budget = Budget::new(RunLimits::default(), &SystemClock);
/// assert_eq!(budget.spent(), 0);
/// ```
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct SystemClock;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl Clock for SystemClock {
    /// Nanoseconds since the first reading in this process.
    fn now(&self) -> u64 {
        use std::sync::LazyLock;
        use std::time::Instant;

        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What one run may spend. The defaults are the same in debug and release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RunLimits {
    /// Steps: 1,000,000.
    pub steps: u64,
    /// Time from the start: 50 ms.
    pub deadline: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { steps: 1_000_000, deadline: Duration::from_millis(50) }
    }
}

impl RunLimits {
    /// The same with [`steps`](Self::steps) set.
    #[must_use]
    pub const fn with_steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }
    /// The same with [`deadline`](Self::deadline) set.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

/// Which part of the budget is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exhausted {
    /// No steps left.
    Steps,
    /// No time left.
    Deadline,
}

/// Steps before the clock is first read.
const FIRST_CHECK: u64 = 512;
/// Steps between two readings of the clock.
const CHECK_EVERY: u64 = 1_024;
/// Bytes that make an operation a bulk one, with a reading of the clock before and after it.
pub(crate) const BULK: u64 = 64 * 1_024;

/// What each of many equal budgets begins with, worked out once.
///
/// ```
/// use probelang_host::{Allowance, RunLimits, SystemClock};
/// let allowance = Allowance::new(RunLimits::default());
/// let (first, second) = (allowance.budget(Some(&SystemClock)), allowance.budget(None));
/// assert_eq!(first.limits(), second.limits());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allowance {
    steps: u64,
    /// Those of them that a budget with a clock spends before it first reads it, and those after.
    unread: u64,
    rest: u64,
    /// Nanoseconds.
    deadline: u64,
}

impl Allowance {
    /// That of budgets with these limits.
    #[inline]
    #[must_use]
    pub const fn new(limits: RunLimits) -> Self {
        let RunLimits { steps, deadline } = limits;
        let unread = if steps < FIRST_CHECK { steps } else { FIRST_CHECK };
        // whole seconds and nanoseconds apart: cheaper than the 128 bits of `as_nanos`
        let nanos = deadline.as_secs().saturating_mul(1_000_000_000);
        Self {
            steps,
            unread,
            rest: steps.saturating_sub(unread),
            deadline: nanos.saturating_add(deadline.subsec_nanos() as u64),
        }
    }

    /// A budget; time counts from the first reading of `clock`. Without a clock it counts steps alone.
    #[inline]
    #[must_use]
    pub const fn budget<'c>(&self, clock: Option<&'c dyn Clock>) -> Budget<'c> {
        let Self { steps, unread, rest, deadline } = *self;
        let (window, rest) = if clock.is_some() { (unread, rest) } else { (steps, 0) };
        Budget { window, rest, refunds: steps, steps, deadline, clock, start: None }
    }
}

/// What is left of a run's limits. Work is charged **before** it is done.
///
/// The clock is first read after 512 steps, then at least every 1,024, and round every operation above
/// 64 KiB; a shorter run never reads it.
pub struct Budget<'c> {
    /// Steps until the next checkpoint.
    window: u64,
    /// Steps behind that checkpoint.
    rest: u64,
    /// Steps that may still be given back.
    refunds: u64,
    steps: u64,
    /// Nanoseconds from the start.
    deadline: u64,
    clock: Option<&'c dyn Clock>,
    start: Option<u64>,
}

impl<'c> Budget<'c> {
    /// A budget that counts steps alone.
    #[inline]
    #[must_use]
    pub fn steps(steps: u64) -> Self {
        Allowance::new(RunLimits { steps, ..RunLimits::default() }).budget(None)
    }

    /// A budget of `limits`; time counts from the first reading of `clock`.
    #[inline]
    #[must_use]
    pub fn new(limits: RunLimits, clock: &'c dyn Clock) -> Self {
        Allowance::new(limits).budget(Some(clock))
    }

    /// A budget of `limits`; time counts from `start`, a reading of `clock` that the caller took.
    #[inline]
    #[must_use]
    pub fn since(limits: RunLimits, clock: &'c dyn Clock, start: u64) -> Self {
        Self { start: Some(start), ..Self::new(limits, clock) }
    }

    /// Charges `steps`, before the work.
    ///
    /// # Errors
    /// [`Exhausted`] where they are not left, or the time is over.
    #[inline]
    pub fn charge(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.window.checked_sub(steps) {
            Some(left) => {
                self.window = left;
                Ok(())
            }
            None => self.checkpoint(steps),
        }
    }

    /// Charges an operation over `bytes` bytes at one step for each `per_step` of them.
    ///
    /// # Errors
    /// As [`charge`](Self::charge).
    #[inline]
    pub fn charge_bytes(&mut self, bytes: usize, per_step: u64) -> Result<(), Exhausted> {
        let bytes = bytes as u64;
        if bytes > BULK {
            self.tick()?;
        }
        self.charge(bytes.div_ceil(per_step.max(1)))
    }

    /// Reads the clock behind an operation over `bytes` bytes, if it was a bulk one.
    ///
    /// # Errors
    /// [`Exhausted::Deadline`].
    #[inline]
    pub fn after_bytes(&mut self, bytes: usize) -> Result<(), Exhausted> {
        if bytes as u64 > BULK { self.tick() } else { Ok(()) }
    }

    #[cold]
    fn checkpoint(&mut self, steps: u64) -> Result<(), Exhausted> {
        let left = self.window.saturating_add(self.rest);
        let Some(left) = left.checked_sub(steps) else {
            self.window = 0;
            self.rest = 0;
            return Err(Exhausted::Steps);
        };
        self.window = if self.clock.is_some() { left.min(CHECK_EVERY) } else { left };
        self.rest = left.saturating_sub(self.window);
        self.tick()
    }

    /// Reads the clock now.
    ///
    /// # Errors
    /// [`Exhausted::Deadline`].
    pub fn tick(&mut self) -> Result<(), Exhausted> {
        let Some(clock) = self.clock else { return Ok(()) };
        let now = clock.now();
        let start = *self.start.get_or_insert(now);
        if now.saturating_sub(start) > self.deadline { Err(Exhausted::Deadline) } else { Ok(()) }
    }

    /// Steps left.
    #[inline]
    #[must_use]
    pub fn left(&self) -> u64 {
        self.window.saturating_add(self.rest)
    }

    /// Gives back steps that were charged for work which the program as written would not have come to. Time
    /// is not given back, and no more steps in all than the budget began with: what is done twice as much is the
    /// most that a loop over refunds comes to.
    pub fn refund(&mut self, steps: u64) {
        let steps = steps.min(self.spent()).min(self.refunds);
        self.refunds = self.refunds.saturating_sub(steps);
        self.rest = self.rest.saturating_add(steps);
    }

    /// Steps charged so far.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.steps.saturating_sub(self.window.saturating_add(self.rest))
    }

    /// The limits that the budget was made with.
    #[must_use]
    pub const fn limits(&self) -> RunLimits {
        RunLimits { steps: self.steps, deadline: Duration::from_nanos(self.deadline) }
    }
}
