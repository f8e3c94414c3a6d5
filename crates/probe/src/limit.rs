//! How often a probe may fire, and how much of a CPU it may take.
//!
//! Both are one mechanism, a bucket that is one number: the time at which it will be full again. Taking from the bucket
//! moves that time forward. So a bucket needs no thread that fills it and no lock, and no pair of numbers can be
//! seen half changed.
//!
//! ```
//! use probelang_probe::Timestamp;
//! use probelang_probe::limit::Bucket;
//!
//! let bucket = Bucket::of_probe(1.0);
//! let start = Timestamp::from_millis(1_000);
//! assert!(bucket.take(start) && !bucket.take(start));
//! assert!(bucket.take(Timestamp::from_millis(2_000)));
//! ```

use std::time::Duration;

use crate::Timestamp;
use crate::sync::{AtomicU64, Ordering};

const SECOND: f64 = 1e9;

/// The interval of a bucket without a limit.
const FREE: u64 = 0;

/// A token bucket: at most `rate` events a second on average, and a few at once.
///
/// A time before the latest that the bucket has seen counts as that latest one, so a clock that is set back neither stops
/// a probe nor frees it.
///
/// # Cost
/// Two atomic operations; no lock, no allocation. Exact under threads: whatever their interleaving, never more is
/// taken than one thread could have taken.
#[derive(Debug)]
pub struct Bucket {
    /// Nanoseconds that one token takes to come back. [`FREE`]: no limit.
    interval: AtomicU64,
    /// Nanoseconds in which an empty bucket fills.
    depth: AtomicU64,
    level: Level,
}

impl Bucket {
    /// A bucket of `rate` tokens a second that holds `burst` of them, one at least. It is full.
    ///
    /// A rate of 0, a negative one and NaN never fire. The interval is rounded up to whole nanoseconds, so a
    /// bucket is never faster than its rate.
    #[must_use]
    pub fn new(rate: f64, burst: f64) -> Self {
        let (interval, depth) = Self::pace(rate, burst);
        Self { interval: AtomicU64::new(interval), depth: AtomicU64::new(depth), level: Level::default() }
    }

    /// The bucket of one probe: a tenth of a second's events at once, one at least.
    #[must_use]
    pub fn of_probe(rate: f64) -> Self {
        Self::new(rate, rate / 10.0)
    }

    /// The bucket that all probes share: a whole second's events at once.
    #[must_use]
    pub fn of_all(rate: f64) -> Self {
        Self::new(rate, rate)
    }

    /// Gives the bucket another rate and burst. Tokens that were taken and have not come back stay taken; they come
    /// back at the new rate.
    pub fn retune(&self, rate: f64, burst: f64, now: Timestamp) {
        let (interval, depth) = Self::pace(rate, burst);
        let before = self.interval.swap(interval, Ordering::Relaxed);
        self.depth.store(depth, Ordering::Relaxed);
        let now = self.level.see(now);
        self.level.rescale(now, before, interval);
    }

    /// [`retune`](Self::retune) with the burst of one probe.
    pub fn retune_probe(&self, rate: f64, now: Timestamp) {
        self.retune(rate, rate / 10.0, now);
    }

    /// Takes a token, if there is one.
    #[must_use]
    pub fn take(&self, now: Timestamp) -> bool {
        let now = self.level.see(now);
        let (interval, depth) = (self.interval.load(Ordering::Relaxed), self.depth.load(Ordering::Relaxed));
        self.level.raise(now, interval, depth)
    }

    /// Gives back a token that was taken and not used.
    pub fn refund(&self) {
        self.level.lower(self.interval.load(Ordering::Relaxed));
    }

    /// Nanoseconds of one token, and of all that fit.
    fn pace(rate: f64, burst: f64) -> (u64, u64) {
        if rate.is_nan() || rate <= 0.0 {
            return (u64::MAX, 0);
        }
        // the conversion saturates; one nanosecond is the shortest interval there is
        let interval = if rate.is_infinite() { FREE } else { (SECOND / rate).ceil() as u64 };
        let depth = (interval as f64 * burst.max(1.0)) as u64;
        (interval, depth.max(interval))
    }
}

/// A flow of bytes: what comes after more than its rate has to wait.
///
/// How much something weighs is known only when it is there. So a flow is asked before, and charged after: it may go over
/// by the last piece, and then pays for it before it opens again.
#[derive(Debug)]
pub struct Flow {
    /// Nanoseconds for each 1,024 bytes.
    interval: u64,
    level: Level,
}

impl Flow {
    /// A flow of `rate` bytes a second, a second's worth of them at once. A rate of 0 never opens.
    #[must_use]
    pub fn new(rate: u64) -> Self {
        let interval = 1_024_000_000_000_u64.checked_div(rate).map_or(u64::MAX, |interval| interval.max(1));
        Self { interval, level: Level::default() }
    }

    /// Whether something may come now.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let now = self.level.see(now);
        self.interval != u64::MAX && self.level.ahead(now) < SECOND as u64
    }

    /// Counts what came.
    pub fn charge(&self, now: Timestamp, bytes: usize) {
        let now = self.level.see(now);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let _ = self.level.raise_any(now, bytes.saturating_mul(self.interval) / 1_024);
    }
}

/// A share of one CPU: what runs over it is to be paused.
///
/// A leaky bucket of CPU time. It drains at the share and may hold what the share gives in [`Share::WINDOW`].
#[derive(Debug)]
pub struct Share {
    /// Nanoseconds of time in which one nanosecond of CPU drains, in 1,024ths.
    factor: u64,
    level: Level,
}

impl Share {
    /// How far ahead of its share something may run: 10 seconds' worth, that is 100 ms of CPU at 1 %.
    pub const WINDOW: Duration = Duration::from_secs(10);

    /// A share of one CPU: 0.01 is 1 %. It is 1 at most and one millionth at least.
    #[must_use]
    pub fn new(share: f64) -> Self {
        let share = if share.is_nan() { 1e-6 } else { share.clamp(1e-6, 1.0) };
        Self { factor: (1024.0 / share) as u64, level: Level::default() }
    }

    /// Counts `cost` of CPU time, and says whether the share is still kept.
    #[must_use]
    pub fn charge(&self, now: Timestamp, cost: Duration) -> bool {
        let now = self.level.see(now);
        let cost = u64::try_from(cost.as_nanos()).unwrap_or(u64::MAX);
        let time = u64::try_from(u128::from(cost).saturating_mul(u128::from(self.factor)) >> 10);
        self.level.raise_any(now, time.unwrap_or(u64::MAX)) <= Self::window()
    }

    /// Whether so much has drained that what was paused may run again: half of the window.
    #[must_use]
    pub fn has_room(&self, now: Timestamp) -> bool {
        let now = self.level.see(now);
        self.level.ahead(now) <= Self::window() / 2
    }

    fn window() -> u64 {
        u64::try_from(Self::WINDOW.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The time at which a bucket is full (or drained) again, and the latest time that was seen.
#[derive(Debug, Default)]
struct Level {
    until: AtomicU64,
    seen: AtomicU64,
}

impl Level {
    /// The latest time, this one included.
    fn see(&self, now: Timestamp) -> u64 {
        let now = now.nanos();
        let seen = self.seen.load(Ordering::Relaxed);
        // mostly the time has not moved back, and often not at all
        if now <= seen { seen } else { self.seen.fetch_max(now, Ordering::Relaxed).max(now) }
    }

    /// Moves the time forward by `by`, if it then lies no further than `most` ahead of `now`.
    fn raise(&self, now: u64, by: u64, most: u64) -> bool {
        self.until
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |until| {
                let after = until.max(now).saturating_add(by);
                (after.saturating_sub(now) <= most).then_some(after)
            })
            .is_ok()
    }

    /// Moves the time forward by `by` and says how far ahead of `now` it then lies.
    fn raise_any(&self, now: u64, by: u64) -> u64 {
        let after = |until: u64| until.max(now).saturating_add(by);
        let update = |until| Some(after(until));
        let before = self.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
        // the update always gives a time
        after(before.unwrap_or_else(|until| until)).saturating_sub(now)
    }

    /// Changes how far ahead of `now` the time lies by the factor `after / before`.
    fn rescale(&self, now: u64, before: u64, after: u64) {
        let update = |until: u64| {
            let ahead = u128::from(until.saturating_sub(now));
            let ahead = ahead.saturating_mul(after.into()).checked_div(before.into()).unwrap_or(0);
            Some(now.saturating_add(u64::try_from(ahead).unwrap_or(u64::MAX)))
        };
        let _ = self.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    fn lower(&self, by: u64) {
        let update = |until: u64| Some(until.saturating_sub(by));
        let _ = self.until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    fn ahead(&self, now: u64) -> u64 {
        self.until.load(Ordering::Relaxed).saturating_sub(now)
    }
}
