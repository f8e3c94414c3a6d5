//! Events that wait to be drained.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use probelang_probe::event::{Event, Output};
use probelang_probe::settings::Settings;

use crate::boundary::Stop;
use crate::probes::lock;
use crate::status::probelang_status;

/// Events that may wait where the caller does not say.
const EVENTS: usize = 1_024;
/// Captured bytes that may wait where the caller does not say.
const BYTES: usize = 16 << 20;
/// Statuses that may wait besides: each probe of the largest file has a few.
const STATUSES: usize = 40_000;

/// A queue with room for so many events; what comes when it is full is dropped and counted. The lock is held for a
/// push or a pop, never while an event is written or freed.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    /// What one drainer has: an event that did not fit, as it was written.
    draining: Mutex<String>,
    dropped: AtomicU64,
    events: usize,
    bytes: usize,
}

#[derive(Default)]
struct Waiting {
    list: VecDeque<Event>,
    /// How many of them are statuses.
    statuses: usize,
    bytes: usize,
}

fn bytes(event: &Event) -> usize {
    match event {
        Event::Log(record) | Event::Snapshot(record) | Event::Error(record) => {
            record.captured().saturating_add(record.message.len())
        }
        Event::Metric(_) | Event::Span(_) | Event::Tags(_) | Event::Status(_) => 0,
    }
}

impl Queue {
    /// With room for that much, or the default where that is 0.
    pub fn new(events: usize, bytes: usize) -> Self {
        let or = |given: usize, default: usize| if given == 0 { default } else { given };
        Self {
            waiting: Mutex::default(),
            draining: Mutex::default(),
            dropped: AtomicU64::new(0),
            events: or(events, EVENTS),
            bytes: or(bytes, BYTES),
        }
    }

    /// How many events wait.
    pub fn len(&self) -> usize {
        let kept = self.draining.try_lock().is_ok_and(|kept| !kept.is_empty());
        lock(&self.waiting).list.len().saturating_add(kept.into())
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes events as lines as long as `take` takes them. One that it does not take stays; how long it is comes back.
    pub fn drain(
        &self,
        settings: &Settings,
        mut take: impl FnMut(&str) -> bool,
    ) -> Result<Option<usize>, Stop> {
        let mut line = match self.draining.try_lock() {
            Ok(line) => line,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => return Err(probelang_status::Busy.into()),
        };
        loop {
            if line.is_empty() {
                let Some(mut event) = lock(&self.waiting).pop() else { return Ok(None) };
                event.write_json(settings, &mut line);
                line.push('\n');
            }
            if !take(&line) {
                return Ok(Some(line.len()));
            }
            line.clear();
        }
    }
}

impl Waiting {
    fn pop(&mut self) -> Option<Event> {
        let event = self.list.pop_front()?;
        self.bytes = self.bytes.saturating_sub(bytes(&event));
        self.statuses = self.statuses.saturating_sub(usize::from(matches!(event, Event::Status(_))));
        Some(event)
    }

    /// Takes an event, or gives it back.
    fn push(&mut self, event: Event, events: usize, most: usize) -> Option<Event> {
        let is_status = matches!(event, Event::Status(_));
        let sum = self.bytes.saturating_add(bytes(&event));
        let others = self.list.len().saturating_sub(self.statuses);
        let fits = if is_status { self.statuses < STATUSES } else { others < events && sum <= most };
        if !fits {
            return Some(event);
        }
        self.bytes = sum;
        self.statuses = self.statuses.saturating_add(is_status.into());
        self.list.push_back(event);
        None
    }
}

impl Output for Queue {
    fn emit(&self, event: Event) {
        // freed after the lock is
        let refused = lock(&self.waiting).push(event, self.events, self.bytes);
        if refused.is_some() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}
