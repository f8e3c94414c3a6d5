//! What operators are to know besides statuses: counters, and what they say.

use std::sync::atomic::{AtomicU64, Ordering};

use super::spans::Missed;

/// How often something has happened in this process.
#[derive(Debug)]
pub struct Counter(AtomicU64);

impl Counter {
    /// It has happened once more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How often, in a sentence that is said of one and one that is said of more; nothing where it has not happened.
    fn say(&self, says: impl FnOnce(String) -> String, of: &str) -> Option<String> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(says(format!("1 {of}"))),
            count => Some(says(format!("{count} {of}s"))),
        }
    }
}

/// Callbacks that have panicked.
pub static PANICS: Counter = Counter(AtomicU64::new(0));
/// Hits whose tags were set on no span: none was active, its root is not known, it takes none.
static MISSED: [Counter; 3] = [const { Counter(AtomicU64::new(0)) }; 3];

/// The tags of a hit were set on no span.
pub fn missed(why: Missed) {
    let [no_span, no_root, closed] = &MISSED;
    match why {
        Missed::NoSpan => no_span.count(),
        Missed::NoRoot => no_root.count(),
        Missed::Closed => closed.count(),
    }
}

/// What there is to say.
pub fn all() -> Vec<String> {
    let [no_span, no_root, closed] = &MISSED;
    let tags = |counter: &Counter, why: &str| {
        counter.say(|hits| format!("the tags of {hits} are on no span: {why}"), "hit")
    };
    let all = [
        PANICS.say(|hits| format!("{hits} ended in a bug of probelang; the program ran on"), "hit"),
        tags(no_span, "no span of OpenTelemetry or ddtrace was active"),
        tags(no_root, "OpenTelemetry does not know the root of a span that has a parent in this process"),
        tags(closed, "the span is not recorded, has ended, or has as many attributes as it may have"),
    ];
    all.into_iter().flatten().collect()
}

/// Begins anew.
pub fn reset() {
    MISSED.iter().chain([&PANICS]).for_each(|counter| counter.0.store(0, Ordering::Relaxed));
}
