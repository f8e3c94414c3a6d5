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
        Alive {
            end: AtomicU64::new(self.end(now)),
            left: AtomicU64::new(self.max_hits.unwrap_or(u64::MAX)),
            every: AtomicU64::new(self.every.get()),
            matched: AtomicU64::new(0),
        }
    }

    /// When a life that began at `start` ends, in nanoseconds; `u64::MAX` for never.
    fn end(&self, start: Timestamp) -> u64 {
        match self.expiry {
            None => u64::MAX,
            Some(Expiry::At(end)) => end.nanos(),
            Some(Expiry::After(duration)) => start.after(duration).nanos(),
        }
    }
}

/// A life that has begun: its counters. All are exact under threads, without a lock.
#[derive(Debug)]
pub struct Alive {
    end: AtomicU64,
    /// Events that may still be given; `u64::MAX` without a limit.
    left: AtomicU64,
    every: AtomicU64,
    matched: AtomicU64,
}

impl Alive {
    /// Whether its time is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.nanos() >= self.end.load(Ordering::Relaxed)
    }

    /// Whether it has given all its events.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
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
        let take = |left: u64| if left == u64::MAX { Some(left) } else { left.checked_sub(1) };
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(()),
            Err(_) => Err(Ended::Done),
        }
    }

    /// Gives back an event that was taken and not used.
    pub fn refund(&self) {
        let back = |left: u64| (left < u64::MAX).then(|| left.saturating_add(1));
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, back);
    }

    /// Goes on under a changed configuration: what was counted under `before` stays counted, a duration counts from
    /// `installed` as it did.
    pub fn retune(&self, before: &Life, after: &Life, installed: Timestamp) {
        self.end.store(after.end(installed), Ordering::Relaxed);
        self.every.store(after.every.get(), Ordering::Relaxed);
        let change = |left: u64| {
            let spent = before.max_hits.map_or(0, |max| max.saturating_sub(left));
            Some(after.max_hits.map_or(u64::MAX, |max| max.saturating_sub(spent)))
        };
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
    }
}

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
        let installed = Timestamp::default();
        let three = Life { max_hits: Some(3), ..Life::default() };
        let alive = three.start(installed);
        assert!(alive.spend().is_ok() && alive.spend().is_ok());
        let five = Life { max_hits: Some(5), ..Life::default() };
        alive.retune(&three, &five, installed);
        assert!((0..2).all(|_| alive.spend().is_ok()));
        alive.refund();
        assert!((0..2).all(|_| alive.spend().is_ok()));
        assert_eq!(alive.spend(), Err(Ended::Done));
        alive.retune(&five, &Life { max_hits: Some(2), ..Life::default() }, installed);
        assert!(alive.is_done());
        alive.retune(&Life { max_hits: Some(2), ..Life::default() }, &Life::default(), installed);
        assert!(!alive.is_done());
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
