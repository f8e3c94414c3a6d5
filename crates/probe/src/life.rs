//! When a probe ends, and which of its hits count.
//!
//! ```
//! use std::time::Duration;
//! use probelang_probe::Timestamp;
//! use probelang_probe::life::{Ended, Expiry, Life};
//!
//! let life = Life { expiry: Some(Expiry::After(Duration::from_secs(60))), max_hits: Some(2), ..Life::default() };
//! let start = Timestamp::from_millis(0);
//! let alive = life.start(start);
//! assert!(alive.spend().is_ok() && alive.spend().is_ok());
//! assert_eq!(alive.spend(), Err(Ended::Done));
//! // it is done when both events were given
//! assert!(!alive.is_done());
//! (0..2).for_each(|_| alive.give());
//! assert!(alive.is_done());
//! assert_eq!(alive.is_expired(start.after(Duration::from_secs(60))), true);
//! ```

use std::num::NonZeroU64;
use std::time::Duration;

use crate::Timestamp;
use crate::sync::{AtomicU64, Ordering};

/// How long a probe lives, in the terms of its configuration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Life {
    /// When it expires. None: never.
    pub expiry: Option<Expiry>,
    /// After how many events it is done. None: never.
    pub max_hits: Option<u64>,
    /// Of so many hits that match, one counts: the first, and then every one after as many more. 1: all of them.
    pub every: NonZeroU64,
}

impl Default for Life {
    /// For ever, all hits.
    fn default() -> Self {
        Self { expiry: None, max_hits: None, every: NonZeroU64::MIN }
    }
}

/// When a probe expires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expiry {
    /// At a point in time: `expiresAt`.
    At(Timestamp),
    /// A while after it was installed; in a replay after its first hit: `expiresAfter`.
    After(Duration),
}

/// Why a probe fires no more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ended {
    /// Its time is over.
    Expired,
    /// It has given as many events as it was to give.
    Done,
}

impl Life {
    /// The life of a probe that is installed now.
    #[must_use]
    pub fn start(&self, now: Timestamp) -> Alive {
        let alive = self.wait();
        alive.begin(self, now);
        alive
    }

    /// The life of a probe that is not installed yet: [`Expiry::After`] counts from [`Alive::begin`].
    #[must_use]
    pub fn wait(&self) -> Alive {
        Alive {
            end: AtomicU64::new(self.end(None)),
            max: AtomicU64::new(self.max_hits.unwrap_or(u64::MAX)),
            taken: AtomicU64::new(0),
            given: AtomicU64::new(0),
            every: AtomicU64::new(self.every.get()),
            matched: AtomicU64::new(0),
        }
    }

    /// The same life, from `now` on, that ends after this time and so many events at the latest.
    ///
    /// ```
    /// use std::time::Duration;
    /// use probelang_probe::Timestamp;
    /// use probelang_probe::life::{Expiry, Life};
    /// let (now, minute) = (Timestamp::from_millis(0), Duration::from_secs(60));
    /// let life = Life { max_hits: Some(7), ..Life::default() }.within(now, minute, 20);
    /// assert_eq!((life.expiry, life.max_hits), (Some(Expiry::At(now.after(minute))), Some(7)));
    /// ```
    #[must_use]
    pub fn within(self, now: Timestamp, longest: Duration, most: u64) -> Self {
        let latest = now.after(longest);
        let end = match self.expiry {
            None => latest,
            Some(Expiry::At(end)) => end.min(latest),
            Some(Expiry::After(duration)) => now.after(duration).min(latest),
        };
        let hits = self.max_hits.map_or(most, |hits| hits.min(most));
        Self { expiry: Some(Expiry::At(end)), max_hits: Some(hits), every: self.every }
    }

    /// When a life that began at `start` ends, in nanoseconds; `u64::MAX` for never.
    fn end(&self, start: Option<Timestamp>) -> u64 {
        match (self.expiry, start) {
            (None, _) | (Some(Expiry::After(_)), None) => u64::MAX,
            (Some(Expiry::At(end)), _) => end.nanos(),
            (Some(Expiry::After(duration)), Some(start)) => start.after(duration).nanos(),
        }
    }
}

/// A life that has begun: its counters. All are exact under threads, without a lock.
#[derive(Debug)]
pub struct Alive {
    end: AtomicU64,
    /// Events that may be given in all; `u64::MAX` without a limit.
    max: AtomicU64,
    /// Events that hits have taken for themselves.
    taken: AtomicU64,
    /// Those of them that were given.
    given: AtomicU64,
    every: AtomicU64,
    matched: AtomicU64,
}

impl Alive {
    /// The probe is installed now: durations count from here.
    pub fn begin(&self, life: &Life, now: Timestamp) {
        self.end.store(life.end(Some(now)), Ordering::Relaxed);
    }

    /// Whether its time is over.
    #[inline]
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.nanos() >= self.end.load(Ordering::Relaxed)
    }

    /// Whether it has given all its events. One that a hit has [taken](Self::spend) and may still give back does not
    /// count.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.given.load(Ordering::Relaxed) >= self.max.load(Ordering::Relaxed)
    }

    /// Counts a hit that matched, and says whether it is one of those that count.
    #[must_use]
    pub fn counts(&self) -> bool {
        let every = self.every.load(Ordering::Relaxed);
        // without `every` there is nothing to count
        every <= 1 || self.matched.fetch_add(1, Ordering::Relaxed).is_multiple_of(every)
    }

    /// Takes one of the events that are left.
    ///
    /// # Errors
    /// [`Ended::Done`] if none is left.
    pub fn spend(&self) -> Result<(), Ended> {
        let max = self.max.load(Ordering::Relaxed);
        let take = |taken: u64| (taken < max).then(|| taken.saturating_add(1));
        match self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(()),
            Err(_) => Err(Ended::Done),
        }
    }

    /// Gives back an event that was taken and not used.
    pub fn refund(&self) {
        let back = |taken: u64| taken.checked_sub(1);
        let _ = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, back);
    }

    /// Counts that an event which was taken was given.
    pub fn give(&self) {
        self.given.fetch_add(1, Ordering::Relaxed);
    }

    /// Goes on under a changed configuration: what was counted stays counted. A duration counts from when it was
    /// `installed`, as it did.
    pub fn retune(&self, life: &Life, installed: Option<Timestamp>) {
        self.end.store(life.end(installed), Ordering::Relaxed);
        self.every.store(life.every.get(), Ordering::Relaxed);
        self.max.store(life.max_hits.unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// How a [`duration`] is written, for people.
pub const FORMS: &str = "a duration is written like 5s, 30m, 2h or 7d";

/// Reads a duration as configurations write it: a whole number and a unit, `s`, `m`, `h` or `d`. `None` for anything
/// else, and for what is longer than 500 years.
///
/// ```
/// use std::time::Duration;
/// use probelang_probe::life::duration;
/// assert_eq!(duration("30m"), Some(Duration::from_secs(1_800)));
/// assert_eq!(duration("1.5h"), None);
/// ```
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let unit = match text.as_bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        _ => return None,
    };
    let number = text.get(..text.len().checked_sub(1)?)?;
    // `parse` takes a sign
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: u64 = number.parse().ok()?;
    let seconds = seconds.checked_mul(unit)?;
    (seconds <= 500 * 366 * 86_400).then_some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_every_few_hits_counts_beginning_with_the_first() {
        let alive =
            Life { every: NonZeroU64::new(3).unwrap(), ..Life::default() }.start(Timestamp::default());
        let counted: Vec<bool> = (0..7).map(|_| alive.counts()).collect();
        assert_eq!(counted, [true, false, false, true, false, false, true]);
    }

    #[test]
    fn a_probe_without_a_life_never_ends() {
        let alive = Life::default().start(Timestamp::default());
        assert!((0..1_000).all(|_| alive.counts() && alive.spend().is_ok()));
        assert!(!alive.is_done() && !alive.is_expired(Timestamp::from_nanos(u64::MAX - 1)));
    }

    #[test]
    fn a_changed_limit_counts_what_was_given_before() {
        let installed = Some(Timestamp::default());
        let limited = |max| Life { max_hits: max, ..Life::default() };
        let alive = limited(Some(3)).wait();
        let give = || alive.spend().map(|()| alive.give());
        assert!(give().is_ok() && give().is_ok());
        alive.retune(&limited(Some(5)), installed);
        assert!(give().is_ok() && alive.spend().is_ok());
        // one was given back
        alive.refund();
        assert!(!alive.is_done());
        assert!(give().is_ok() && give().is_ok());
        assert_eq!(alive.spend(), Err(Ended::Done));
        assert!(alive.is_done());
        alive.retune(&limited(None), installed);
        assert!(!alive.is_done() && give().is_ok());
        alive.retune(&limited(Some(2)), installed);
        assert!(alive.is_done());
        assert_eq!(alive.spend(), Err(Ended::Done));
    }

    #[test]
    fn a_duration_counts_from_the_installation() {
        let life = Life { expiry: Some(Expiry::After(Duration::from_secs(5))), ..Life::default() };
        let alive = life.wait();
        let at = |seconds: u64| Timestamp::from_millis(seconds * 1_000);
        assert!(!alive.is_expired(at(1_000_000)));
        alive.begin(&life, at(100));
        assert!(!alive.is_expired(at(104)) && alive.is_expired(at(105)));
        let longer = Life { expiry: Some(Expiry::After(Duration::from_secs(9))), ..Life::default() };
        alive.retune(&longer, Some(at(100)));
        assert!(!alive.is_expired(at(108)) && alive.is_expired(at(109)));
    }

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, seconds) in [("5s", 5), ("30m", 1_800), ("2h", 7_200), ("7d", 604_800), ("0s", 0)] {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "s",
            "5",
            "5 s",
            "-5s",
            "+5s",
            "5ms",
            "5sec",
            "1.5h",
            "5S",
            "99999999999999999999s",
            "200000d",
            "é",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
