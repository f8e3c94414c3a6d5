//! What a probe carries through its life: counters, limits, flags. All places where it is armed share it.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::Timestamp;
use crate::count::{Cause, Counters, Counts};
use crate::life::{Alive, Ended, Life};
use crate::limit::{Bucket, Share};
use crate::misses::{self, Misses};
use crate::probe::{Action, Probe};
use crate::settings::Limits;
use crate::sync::lock;

/// It was removed from the set.
pub(crate) const REMOVED: u32 = 1;
/// Its time is over.
pub(crate) const EXPIRED: u32 = 2;
/// It has given all its events.
pub(crate) const DONE: u32 = 4;
/// It costs too much.
pub(crate) const PAUSED: u32 = 8;
/// It may not run here.
pub(crate) const BLOCKED: u32 = 16;
/// Any of these stops it.
const STOPPED: u32 = REMOVED | EXPIRED | DONE | PAUSED | BLOCKED;
/// It has given an event.
pub(crate) const EMITTING: u32 = 32;
/// It is a temporary probe.
pub(crate) const TEMPORARY: u32 = 64;

/// Hits between two that are measured.
const MEASURE_EVERY: u32 = 32;
/// What the clock on the wall measures no longer than this counts as time of the CPU. The CPU clock, which takes a microsecond or two to
/// read, measures what is longer.
const SHORT: Duration = Duration::from_micros(50);
/// Measurements by the CPU clock after one that was not short.
const CLOSELY: u32 = 32;
/// Steps of one hit that are charged at once.
const LONG: u64 = 4_096;
const _: () = assert!(LONG <= misses::SHORT, "what is not charged at once must be short enough");
/// What a step is taken to cost before it was measured, in 16ths of a nanosecond: 10 ns.
const STEP: u64 = 160;
/// Time between two missed hits that are run again and traced.
const TRACE_EVERY: Duration = Duration::from_secs(1);
/// How often a probe whose condition or value fails says so.
const ERROR_EVERY: Duration = Duration::from_secs(300);
/// The same for tags of spans.
const TAG_ERROR_EVERY: Duration = Duration::from_secs(1);
/// Sub-expressions that are remembered as deciders of misses.
const DECIDERS: usize = 64;

/// The life of a probe in a set.
#[derive(Debug)]
pub(crate) struct State {
    pub counters: Counters,
    /// Most hits whose condition was false; the other ones are among the counters.
    missed: Misses,
    pub alive: Alive,
    pub bucket: Bucket,
    /// Calls whose entry waits for their end.
    pub waiting: AtomicU64,
    /// When it was installed, in nanoseconds; `u64::MAX` before that.
    installed: AtomicU64,
    flags: AtomicU32,
    ticks: AtomicU32,
    /// Measurements that are left for the CPU clock.
    closely: AtomicU32,
    share: Share,
    /// Steps of the counters that were charged to the shares; those of misses are when they are gathered.
    charged: AtomicU64,
    /// What a step costs, in 16ths of a nanosecond.
    pace: AtomicU64,
    /// All that it cost, in nanoseconds.
    cost: AtomicU64,
    next_error: AtomicU64,
    next_tag_error: AtomicU64,
    next_trace: AtomicU64,
    misses: Mutex<Vec<(String, u64)>>,
    combinations: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

/// Events per second of a probe.
pub(crate) const fn rate(probe: &Probe) -> f64 {
    match &probe.action {
        Action::Log(log) => log.rate,
        Action::Metric(_) | Action::Span | Action::Tags(_) => f64::INFINITY,
    }
}

impl State {
    pub fn new(probe: &Probe, limits: &Limits) -> Self {
        Self {
            counters: Counters::default(),
            missed: Misses::default(),
            alive: probe.life.wait(),
            bucket: Bucket::of_probe(rate(probe)),
            waiting: AtomicU64::new(0),
            installed: AtomicU64::new(u64::MAX),
            flags: AtomicU32::new(0),
            ticks: AtomicU32::new(0),
            closely: AtomicU32::new(0),
            share: Share::new(limits.probe_share),
            charged: AtomicU64::new(0),
            pace: AtomicU64::new(STEP),
            cost: AtomicU64::new(0),
            next_error: AtomicU64::new(0),
            next_tag_error: AtomicU64::new(0),
            next_trace: AtomicU64::new(0),
            misses: Mutex::default(),
            combinations: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    /// It is in place: its life begins, if it has not yet.
    pub fn install(&self, life: &Life, now: Timestamp) {
        let first =
            self.installed.compare_exchange(u64::MAX, now.nanos(), Ordering::Relaxed, Ordering::Relaxed);
        if first.is_ok() {
            self.alive.begin(life, now);
        }
    }

    /// Whether it was ever in place.
    pub fn is_installed(&self) -> bool {
        self.installed.load(Ordering::Relaxed) < u64::MAX
    }

    /// Goes on as `after`, which has the same place and type: with its counters and tokens. What has stopped it is
    /// decided anew, but for a place that is not allowed.
    pub fn retune(&self, after: &Probe, now: Timestamp) {
        self.bucket.retune_probe(rate(after), now);
        let installed = self.installed.load(Ordering::Relaxed);
        self.alive.retune(&after.life, (installed < u64::MAX).then(|| Timestamp::from_nanos(installed)));
        self.clear(DONE | EXPIRED | PAUSED | EMITTING);
        lock(&self.misses).clear();
    }

    /// Sets a flag, and says whether it was not set before.
    pub fn set(&self, flag: u32) -> bool {
        self.flags.load(Ordering::Relaxed) & flag == 0
            && self.flags.fetch_or(flag, Ordering::Relaxed) & flag == 0
    }

    /// Clears a flag, and says whether it was set before.
    pub fn clear(&self, flag: u32) -> bool {
        self.flags.fetch_and(!flag, Ordering::Relaxed) & flag != 0
    }

    pub fn has(&self, flag: u32) -> bool {
        self.flags.load(Ordering::Relaxed) & flag != 0
    }

    /// Whether it runs at `now`, as far as its flags and its end say.
    #[inline]
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.flags.load(Ordering::Relaxed) & STOPPED == 0 && !self.alive.is_expired(now)
    }

    /// Whether it has ended, as far as its flags say.
    pub fn ended(&self) -> Option<Ended> {
        let flags = self.flags.load(Ordering::Relaxed);
        [(DONE, Ended::Done), (EXPIRED, Ended::Expired)]
            .into_iter()
            .find(|(flag, _)| flags & flag != 0)
            .map(|(_, ended)| ended)
    }

    /// Why it does not run.
    pub fn stopped_by(&self) -> Option<Cause> {
        let flags = self.flags.load(Ordering::Relaxed);
        [(BLOCKED, Cause::Blocked), (EXPIRED, Cause::Expired), (DONE, Cause::Done), (PAUSED, Cause::Paused)]
            .into_iter()
            .find(|(flag, _)| flags & flag != 0)
            .map(|(_, cause)| cause)
    }

    /// Whether the hit that begins now is to be measured.
    #[inline]
    pub fn is_measured(&self) -> bool {
        // threads may overwrite each other's count: which hits are measured does not matter
        let ticks = self.ticks.load(Ordering::Relaxed);
        self.ticks.store(ticks.wrapping_add(1), Ordering::Relaxed);
        ticks.is_multiple_of(MEASURE_EVERY)
    }

    /// Whether the CPU clock is to measure, because something has lately taken long.
    pub fn is_close(&self) -> bool {
        self.closely.load(Ordering::Relaxed) > 0
    }

    /// Something took so long by the clock on the wall; gives what counts of it. Where it is not short, the thread may have waited for a CPU:
    /// then the next hit is measured too, by the clock that knows.
    pub fn took_on_wall(&self, time: Duration) -> Duration {
        if time > SHORT {
            self.closely.store(CLOSELY, Ordering::Relaxed);
            self.ticks.store(0, Ordering::Relaxed);
        }
        time.min(SHORT)
    }

    /// Something took so long by the CPU clock.
    pub fn took_of_cpu(&self, time: Duration) {
        let left =
            if time > SHORT { CLOSELY } else { self.closely.load(Ordering::Relaxed).saturating_sub(1) };
        self.closely.store(left, Ordering::Relaxed);
    }

    /// The counters now.
    pub fn counts(&self) -> Counts {
        let missed = self.missed.read();
        self.counters.read().and(Cause::NotMatched, missed.hits, missed.steps)
    }

    /// Counts a hit whose condition was false, and that is not measured. False: a share is used up.
    #[inline]
    pub fn miss(&self, all: &Share, now: Timestamp, steps: u64) -> bool {
        if steps < LONG {
            // nothing is charged yet
            self.missed.add(steps);
            return true;
        }
        self.counters.count(Cause::NotMatched);
        self.charge(all, now, steps, Measured::No)
    }

    /// Counts the steps of a hit, and charges what has gathered where the hit was long or `measured`: what it took of
    /// the CPU. False: a share is used up.
    #[inline]
    pub fn charge(&self, all: &Share, now: Timestamp, steps: u64, measured: Measured) -> bool {
        let before = self.counters.add_steps(steps);
        if matches!(measured, Measured::No) && steps < LONG {
            return true;
        }
        self.settle(all, now, before.saturating_add(steps), steps, measured)
    }

    #[cold]
    fn settle(&self, all: &Share, now: Timestamp, total: u64, steps: u64, measured: Measured) -> bool {
        let mut pace = self.pace.load(Ordering::Relaxed);
        let mut extra = 0;
        if let Measured::Whole(time) | Measured::Part(time) = measured {
            let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            if steps > 0 && matches!(measured, Measured::Whole(_)) {
                // one part in eight, so that one odd measurement does not count for much
                let seen = nanos.saturating_mul(16).checked_div(steps).unwrap_or(0);
                pace = pace.saturating_sub(pace / 8).saturating_add(seen / 8).max(1);
                self.pace.store(pace, Ordering::Relaxed);
            }
            extra = nanos.saturating_sub(steps.saturating_mul(pace) / 16);
        }
        let since = total.saturating_sub(self.charged.fetch_max(total, Ordering::Relaxed));
        let since = since.saturating_add(self.missed.gather());
        let nanos = (since.saturating_mul(pace) / 16).saturating_add(extra);
        self.cost.fetch_add(nanos, Ordering::Relaxed);
        let cost = Duration::from_nanos(nanos);
        let mine = self.share.charge(now, cost);
        all.charge(now, cost) && mine
    }

    /// Whether so much has drained that it may run again after a pause.
    pub fn has_room(&self, now: Timestamp) -> bool {
        self.share.has_room(now)
    }

    /// What it has cost of the CPU.
    pub fn cost(&self) -> Duration {
        Duration::from_nanos(self.cost.load(Ordering::Relaxed))
    }

    /// Whether a condition or value that failed may be reported now; the next one only after a while.
    pub fn may_report(&self, now: Timestamp) -> bool {
        claim(&self.next_error, now, ERROR_EVERY)
    }

    /// The same for tags of spans.
    pub fn may_report_tags(&self, now: Timestamp) -> bool {
        claim(&self.next_tag_error, now, TAG_ERROR_EVERY)
    }

    /// Whether it is time to trace a miss.
    #[inline]
    pub fn wants_trace(&self, now: Timestamp) -> bool {
        now.nanos() >= self.next_trace.load(Ordering::Relaxed)
    }

    /// Whether a miss is to be traced now, by nobody else.
    pub fn may_trace(&self, now: Timestamp) -> bool {
        self.wants_trace(now) && claim(&self.next_trace, now, TRACE_EVERY)
    }

    /// Remembers which sub-expression decided a miss.
    pub fn missed_by(&self, expression: &str) {
        let mut misses = lock(&self.misses);
        if let Some((_, count)) = misses.iter_mut().find(|(text, _)| text == expression) {
            *count = count.saturating_add(1);
        } else if misses.len() < DECIDERS {
            misses.push((expression.to_owned(), 1));
        }
    }

    /// The sub-expression that decided most of the misses that were traced: its text, how many, and of how many.
    pub fn decider(&self) -> Option<(String, u64, u64)> {
        let misses = lock(&self.misses);
        let all = misses.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        // of equal ones the first that was seen
        let (text, count) = misses.iter().rev().max_by_key(|(_, count)| *count)?;
        Some((text.clone(), *count, all))
    }

    /// Whether a combination of tags is one of the first `most`.
    pub fn has_combination(&self, tags: &[String], most: usize) -> bool {
        let hash = self.hasher.hash_one(tags);
        let mut seen = lock(&self.combinations);
        seen.contains(&hash) || (seen.len() < most && seen.insert(hash))
    }
}

/// What a hit was seen to take of the CPU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Measured {
    /// Nobody looked.
    No,
    /// It was to be measured, but there is no clock: what has gathered is charged by its steps.
    Steps,
    /// So much, for all that its steps did.
    Whole(Duration),
    /// So much, for what it captured.
    Part(Duration),
}

/// Claims the right to do something that is done once in `interval`.
fn claim(next: &AtomicU64, now: Timestamp, interval: Duration) -> bool {
    let claimed = |at: u64| (now.nanos() >= at).then(|| now.after(interval).nanos());
    next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, claimed).is_ok()
}

/// A waiting call of a probe, counted as long as this lives.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<State>);

impl Ticket {
    /// One more call, if there are fewer than `most`.
    pub fn take(state: &Arc<State>, most: usize) -> Option<Self> {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let take = |waiting: u64| (waiting < most).then(|| waiting.saturating_add(1));
        state.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        Some(Self(Arc::clone(state)))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
