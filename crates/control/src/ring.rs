//! The events of a temporary probe, until they are fetched.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use probelang_probe::event::{Event, Output};
use probelang_probe::settings::Settings;
use probelang_sink::weight_of;
use serde_json::value::RawValue;

use crate::gate::lock;
use crate::protocol::Sample;

/// Keeps the last events of a probe, by number and bytes. The oldest make room for new ones.
///
/// A hit only puts its event here. It is written as JSON when it is fetched.
pub(crate) struct Ring {
    kept: Mutex<Kept>,
    samples: usize,
    bytes: usize,
    /// Those that events are written with.
    settings: Settings,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<Held>,
    /// What the events take together.
    size: usize,
    /// The number of the last event.
    last: u64,
    /// Whether events are taken no more.
    is_sealed: bool,
}

struct Held {
    number: u64,
    size: usize,
    form: Form,
}

enum Form {
    Event(Box<Event>),
    /// It is being written.
    Leaving,
    Json(Arc<Box<RawValue>>),
}

/// The number of an event, its length, and itself if it fits.
type Lent = (u64, usize, Option<Arc<Box<RawValue>>>);

/// What is fetched.
#[derive(Default)]
pub(crate) struct Fetched {
    pub samples: Vec<Sample>,
    pub lost: u64,
    pub next: u64,
    pub more: bool,
}

/// What the line of an event has besides what [`event_bytes`](probelang_probe::settings::Limits::event_bytes) bounds.
const AROUND: usize = 64;

impl Ring {
    /// An empty ring for so many events, and bytes of events.
    pub fn new(samples: usize, bytes: usize, settings: &Settings) -> Self {
        let mut settings = settings.clone();
        settings.limits.event_bytes = settings.limits.event_bytes.min(bytes.saturating_sub(AROUND));
        Self { kept: Mutex::default(), samples, bytes, settings }
    }

    /// Takes no events any more.
    pub fn seal(&self) {
        lock(&self.kept).is_sealed = true;
    }

    /// Drops all events, and takes none any more.
    pub fn close(&self) {
        let gone = {
            let mut kept = lock(&self.kept);
            kept.is_sealed = true;
            kept.size = 0;
            std::mem::take(&mut kept.events)
        };
        drop(gone);
    }

    /// The events with numbers after `after`, the oldest first, at most `limit` of them, and `bytes` of theirs.
    pub fn fetch(&self, after: u64, limit: usize, bytes: usize) -> Fetched {
        self.write(after, limit);
        let mut fetched = Fetched::default();
        for (number, bytes, event) in self.lend(after, limit, bytes, &mut fetched) {
            // copied after the lock that hits wait for
            let event = event.map(|event| Box::clone(&event));
            fetched.samples.push(Sample { number, bytes, event });
        }
        fetched
    }

    /// The same, as they are kept; the rest of what is fetched goes to `fetched`.
    fn lend(&self, after: u64, limit: usize, bytes: usize, fetched: &mut Fetched) -> Vec<Lent> {
        let kept = lock(&self.kept);
        let mut lent = Vec::new();
        let after = after.min(kept.last);
        fetched.next = after;
        let (mut left, mut fits) = (bytes, 0_u64);
        for held in kept.events.iter().filter(|held| held.number > after) {
            // who else fetches has it in hands
            let Form::Json(json) = &held.form else {
                fetched.more = true;
                break;
            };
            let length = json.get().len();
            let is_huge = length > bytes;
            if lent.len() >= limit || (!is_huge && length > left) {
                fetched.more = true;
                break;
            }
            if !is_huge {
                left = left.saturating_sub(length);
            }
            lent.push((held.number, length, (!is_huge).then(|| Arc::clone(json))));
            fetched.next = held.number;
            fits = fits.saturating_add(1);
        }
        if !fetched.more {
            fetched.next = kept.last;
        }
        fetched.lost = fetched.next.saturating_sub(after).saturating_sub(fits);
        lent
    }

    /// Writes the next events as JSON. No lock is held meanwhile that a hit waits for.
    fn write(&self, after: u64, limit: usize) {
        let mut taken: Vec<(u64, Box<Event>)> = Vec::new();
        for held in lock(&self.kept).events.iter_mut().filter(|held| held.number > after).take(limit) {
            match std::mem::replace(&mut held.form, Form::Leaving) {
                Form::Event(event) => taken.push((held.number, event)),
                form @ (Form::Json(_) | Form::Leaving) => held.form = form,
            }
        }
        for (number, mut event) in taken {
            let mut json = String::new();
            event.write_json(&self.settings, &mut json);
            let json = RawValue::from_string(json).unwrap_or_default();
            let mut kept = lock(&self.kept);
            let Kept { events, size, .. } = &mut *kept;
            if let Some(held) = events.iter_mut().find(|held| held.number == number) {
                *size = size.saturating_sub(held.size).saturating_add(json.get().len());
                held.size = json.get().len();
                held.form = Form::Json(Arc::new(json));
            }
            let gone = kept.shrink(self.samples, self.bytes);
            drop(kept);
            drop(gone);
        }
    }
}

impl Kept {
    /// Makes room: gives the oldest events that are too many.
    fn shrink(&mut self, samples: usize, bytes: usize) -> Vec<Held> {
        let mut gone = Vec::new();
        while self.events.len() > samples || self.size > bytes {
            let Some(held) = self.events.pop_front() else { break };
            self.size = self.size.saturating_sub(held.size);
            gone.push(held);
        }
        gone
    }
}

impl Output for Ring {
    fn emit(&self, event: Event) {
        if event.probe().is_none() {
            return;
        }
        let size = weight_of(&event);
        let gone = {
            let mut kept = lock(&self.kept);
            if kept.is_sealed {
                return;
            }
            kept.last = kept.last.saturating_add(1);
            let number = kept.last;
            kept.size = kept.size.saturating_add(size);
            kept.events.push_back(Held { number, size, form: Form::Event(Box::new(event)) });
            kept.shrink(self.samples, self.bytes)
        };
        // after the lock: it may be much
        drop(gone);
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring")
            .field("samples", &self.samples)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use probelang_probe::Timestamp;
    use probelang_probe::config::{Outcome, Reader};
    use probelang_probe::runtime::Seeded;
    use probelang_probe::{Change, Probes, Site};

    use super::*;

    /// Fills a ring with events of this message, by hits of a probe.
    fn fill(ring: &Arc<Ring>, message: &str, hits: usize) {
        struct Nothing;
        impl probelang::host::Host for Nothing {
            fn var<'a>(&'a self, _: probelang::host::Symbol, _: &mut probelang::host::Value<'a>) {}
        }
        impl probelang_probe::runtime::Scene for Nothing {
            fn host(&self) -> &dyn probelang::host::Host {
                self
            }
        }
        let engine = probelang::Engine::new();
        let probe = format!(
            r#"{{"id": "p", "type": "LOG_PROBE", "template": "{message}", "sampling": {{"snapshotsPerSecond": 1e9}},
                "where": {{"sourceFile": "a.py", "lines": ["1"]}}}}"#
        );
        let file = Reader::new(&engine).read(&probe);
        assert!(matches!(file.probes[0].outcome, Outcome::Ready(_)), "{:?}", file.probes[0].diagnostics);
        let runtime = Arc::new(Seeded::new(1));
        let mut settings = Settings::default();
        settings.limits.logs = f64::INFINITY;
        let probes = Probes::new(engine.redaction(), settings, runtime, Arc::clone(ring) as Arc<_>);
        let (site, now) = (Arc::new(Site::new(None, "a.py:1")), Timestamp::from_millis(1));
        for change in probes.load(&file, now) {
            let Change::Add(probe) = change else { panic!("{change:?}") };
            probes.arm(&probe.id, &site, &mut probelang::host::Names::new(), now).unwrap();
        }
        for _ in 0..hits {
            probes.line(&site, &Nothing, now);
        }
    }

    fn ring(samples: usize, bytes: usize) -> Arc<Ring> {
        Arc::new(Ring::new(samples, bytes, &Settings::default()))
    }

    fn numbers(fetched: &Fetched) -> Vec<u64> {
        fetched.samples.iter().map(|sample| sample.number).collect()
    }

    #[test]
    fn the_last_events_are_kept_and_what_is_lost_is_counted() {
        let ring = ring(3, 1 << 20);
        fill(&ring, "m", 5);
        let all = ring.fetch(0, 10, 1 << 20);
        assert_eq!((numbers(&all), all.lost, all.next, all.more), (vec![3, 4, 5], 2, 5, false));
        assert!(all.samples[0].json().unwrap().starts_with(r#"{"kind":"log","event":{"#));
        // again from the middle, in parts, and from beyond the end
        let part = ring.fetch(3, 1, 1 << 20);
        assert_eq!((numbers(&part), part.lost, part.next, part.more), (vec![4], 0, 4, true));
        let none = ring.fetch(5, 10, 1 << 20);
        assert_eq!((numbers(&none), none.lost, none.next, none.more), (vec![], 0, 5, false));
        assert_eq!(ring.fetch(99, 10, 1 << 20).next, 5);
        ring.seal();
        fill(&ring, "m", 1);
        assert_eq!(numbers(&ring.fetch(0, 10, 1 << 20)), [3, 4, 5]);
        ring.close();
        let gone = ring.fetch(0, 10, 1 << 20);
        assert_eq!((numbers(&gone), gone.lost, gone.next), (vec![], 5, 5));
    }

    #[test]
    fn a_reply_has_no_more_bytes_than_were_asked_for() {
        let ring = ring(10, 1 << 20);
        fill(&ring, "m", 2);
        let length = ring.fetch(0, 1, 1 << 20).samples[0].bytes;
        // one that fits, and one for which nothing is left
        let one = ring.fetch(0, 10, length + 1);
        assert_eq!((numbers(&one), one.next, one.more), (vec![1], 1, true));
        // one that never fits says how long it is
        let none = ring.fetch(0, 10, length - 1);
        assert_eq!((numbers(&none), none.lost, none.more), (vec![1, 2], 0, false));
        assert!(none.samples.iter().all(|sample| sample.event.is_none() && sample.bytes == length));
    }

    #[test]
    fn no_more_bytes_are_kept_than_there_is_room_for() {
        let ring = ring(1_000, 32 << 10);
        fill(&ring, &"m".repeat(4_000), 100);
        assert!(lock(&ring.kept).size <= 32 << 10);
        let all = ring.fetch(0, 1_000, 1 << 20);
        let written: usize = all.samples.iter().map(|sample| sample.bytes).sum();
        assert!(written <= 32 << 10 && !all.samples.is_empty(), "{written}");
        assert_eq!(all.lost, 100 - u64::try_from(all.samples.len()).unwrap());
        // statuses are not events of a probe
        let before = lock(&ring.kept).last;
        fill(&ring, "m", 0);
        assert_eq!(lock(&ring.kept).last, before);
    }
}
