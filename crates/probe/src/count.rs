//! Why a probe is silent: a counter for each thing that can become of a hit, and one verdict in words.
//!
//! ```
//! use probelang_probe::count::{Cause, Counters};
//! let counters = Counters::default();
//! (0..120).for_each(|_| counters.count(Cause::NotMatched));
//! assert_eq!(counters.read().verdict(), "hit 120 times, and its condition was false each time");
//! ```

use crate::sync::{AtomicU64, Ordering};

/// What became of a hit. Each hit has exactly one cause.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cause {
    /// It gave an event.
    Emitted,
    /// The condition was false.
    NotMatched,
    /// The condition or the value of a metric failed.
    Failed,
    /// The limit of the probe or that of all probes was reached.
    RateLimited,
    /// Too much would have to be kept or captured at once.
    OverBudget,
    /// It was not one of those that `every` counts, or it had no end.
    Skipped,
    /// The probe has expired.
    Expired,
    /// The probe has given as many events as it was to give.
    Done,
    /// The probe is paused, because it costs too much.
    Paused,
    /// The embedding program does not allow it.
    Blocked,
    /// It came from within another hit on the same thread.
    Reentered,
}

impl Cause {
    /// All causes, in the order in which reports list them.
    pub const ALL: [Self; 11] = [
        Self::Emitted,
        Self::NotMatched,
        Self::Failed,
        Self::RateLimited,
        Self::OverBudget,
        Self::Skipped,
        Self::Expired,
        Self::Done,
        Self::Paused,
        Self::Blocked,
        Self::Reentered,
    ];

    /// The key in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emitted => "emitted",
            Self::NotMatched => "not_matched",
            Self::Failed => "failed",
            Self::RateLimited => "rate_limited",
            Self::OverBudget => "over_budget",
            Self::Skipped => "skipped",
            Self::Expired => "expired",
            Self::Done => "done",
            Self::Paused => "paused",
            Self::Blocked => "blocked",
            Self::Reentered => "reentered",
        }
    }

    /// What a verdict says if all hits had this cause, and if most of them had it.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Emitted => ("gave an event each time", "gave an event most times"),
            Self::NotMatched => ("its condition was false each time", "its condition was mostly false"),
            Self::Failed => {
                ("its condition or value failed each time", "its condition or value mostly failed")
            }
            Self::RateLimited => {
                ("its rate limit was reached each time", "its rate limit was mostly reached")
            }
            Self::OverBudget => {
                ("too much had to be kept for each event", "too much had to be kept for most events")
            }
            Self::Skipped => (
                "none of them was one that counts: see `every`",
                "most of them were not among those that count: see `every`",
            ),
            Self::Expired => ("it had expired before", "most of them came after it had expired"),
            Self::Done => ("it was done before", "most of them came after it was done: see `maxHits`"),
            Self::Paused => (
                "it was paused, because it costs too much",
                "it was mostly paused, because it costs too much",
            ),
            Self::Blocked => ("it is not allowed here", "it is mostly not allowed here"),
            Self::Reentered => {
                ("each of them came from within another hit", "most of them came from within another hit")
            }
        }
    }
}

const CAUSES: usize = Cause::ALL.len();

/// The counters of one probe, written by all threads.
#[derive(Debug, Default)]
pub struct Counters {
    causes: [AtomicU64; CAUSES],
    approximate: AtomicU64,
    bytes: AtomicU64,
    steps: AtomicU64,
    other: AtomicU64,
}

impl Counters {
    /// Counts a hit.
    #[inline]
    pub fn count(&self, cause: Cause) {
        if let Some(counter) = self.causes.get(cause as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts that a recorded hit was not recorded where the probe looks, and the nearest was taken.
    pub fn count_approximate(&self) {
        self.approximate.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds what an event weighs.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Adds what a hit took, and gives what all before it took.
    #[inline]
    pub fn add_steps(&self, steps: u64) -> u64 {
        self.steps.fetch_add(steps, Ordering::Relaxed)
    }

    /// Counts a sample whose tags were one combination too many.
    pub fn count_other(&self) {
        self.other.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters now. Each is exact; hits that end meanwhile may be in some and not yet in others.
    #[must_use]
    pub fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut causes = [0; CAUSES];
        for (count, counter) in causes.iter_mut().zip(&self.causes) {
            *count = read(counter);
        }
        Counts {
            causes,
            approximate: read(&self.approximate),
            bytes: read(&self.bytes),
            steps: read(&self.steps),
            other: read(&self.other),
        }
    }
}

/// The counters of a probe at one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counts {
    causes: [u64; CAUSES],
    /// Recorded hits that were taken from the nearest place that was recorded.
    pub approximate: u64,
    /// Bytes of its events.
    pub bytes: u64,
    /// Steps that its programs took.
    pub steps: u64,
    /// Samples of a metric that count under `_other`, because there were too many combinations of its tags.
    pub other: u64,
}

impl Counts {
    /// With these hits too, and their steps.
    pub(crate) fn and(mut self, cause: Cause, hits: u64, steps: u64) -> Self {
        if let Some(count) = self.causes.get_mut(cause as usize) {
            *count = count.saturating_add(hits);
        }
        self.steps = self.steps.saturating_add(steps);
        self
    }

    /// How many hits had that cause.
    #[must_use]
    pub fn of(&self, cause: Cause) -> u64 {
        self.causes.get(cause as usize).copied().unwrap_or_default()
    }

    /// All hits: the sum of the causes.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.causes.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Why the probe is silent, or that it is not, in words and without values.
    #[must_use]
    pub fn verdict(&self) -> String {
        let hits = self.hits();
        if hits == 0 {
            return "never hit: nothing has run at its place since it was installed".to_owned();
        }
        let emitted = self.of(Cause::Emitted);
        let times = times(hits);
        let main = Cause::ALL.into_iter().filter(|cause| *cause != Cause::Emitted).max_by_key(|cause| {
            // of equal ones the first, which is the one that is asked first
            (self.of(*cause), std::cmp::Reverse(*cause as usize))
        });
        let Some(cause) = main.filter(|cause| self.of(*cause) > 0) else {
            return format!("hit {times}, and {}", one_or_all(hits, Cause::Emitted.words().0));
        };
        let (all, most) = cause.words();
        if self.of(cause) == hits {
            return format!("hit {times}, and {}", one_or_all(hits, all));
        }
        let events = events(emitted);
        if self.of(cause).saturating_mul(2) > hits {
            format!("hit {times}, {events}: {most}")
        } else {
            let parts: Vec<String> = Cause::ALL
                .into_iter()
                .filter(|cause| *cause != Cause::Emitted && self.of(*cause) > 0)
                .map(|cause| format!("{} {}", self.of(cause), cause.name().replace('_', " ")))
                .collect();
            format!("hit {times}, {events}: {}", parts.join(", "))
        }
    }
}

/// What is said of all hits, where one hit is no series.
fn one_or_all(hits: u64, all: &str) -> &str {
    if hits == 1 { all.trim_end_matches(" each time") } else { all }
}

/// How often, in words.
pub(crate) fn times(hits: u64) -> String {
    if hits == 1 { "once".to_owned() } else { format!("{hits} times") }
}

/// So many events, in words.
pub(crate) fn events(events: u64) -> String {
    if events == 1 { "1 event".to_owned() } else { format!("{events} events") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(Cause, u64)]) -> Counts {
        let counters = Counters::default();
        for (cause, count) in of {
            (0..*count).for_each(|_| counters.count(*cause));
        }
        counters.read()
    }

    #[test]
    fn hits_are_the_sum_of_their_causes() {
        let counted = counts(&Cause::ALL.map(|cause| (cause, cause as u64 + 1)));
        assert_eq!(counted.hits(), (1..=11).sum::<u64>());
        assert!(Cause::ALL.into_iter().all(|cause| counted.of(cause) == cause as u64 + 1));
    }

    #[test]
    fn a_verdict_names_what_stopped_most_hits() {
        use Cause::*;
        for (of, verdict) in [
            (&[][..], "never hit: nothing has run at its place since it was installed"),
            (&[(Emitted, 3)], "hit 3 times, and gave an event each time"),
            (&[(Emitted, 1)], "hit once, and gave an event"),
            (&[(NotMatched, 1)], "hit once, and its condition was false"),
            (&[(NotMatched, 9), (Emitted, 1)], "hit 10 times, 1 event: its condition was mostly false"),
            (&[(RateLimited, 99), (Emitted, 1)], "hit 100 times, 1 event: its rate limit was mostly reached"),
            (
                &[(NotMatched, 3), (Failed, 3), (Emitted, 4)],
                "hit 10 times, 4 events: 3 not matched, 3 failed",
            ),
            (&[(Paused, 5)], "hit 5 times, and it was paused, because it costs too much"),
        ] {
            assert_eq!(counts(of).verdict(), verdict);
        }
    }
}
