//! What became of the events of a sink.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::ser::SerializeMap as _;

use crate::lock;

/// Why an event was not delivered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Loss {
    /// The queue had as many events as it takes.
    QueueFull,
    /// The events of the queue had as many bytes as it takes.
    QueueBytes,
    /// The event alone is larger than a queue, or than what the receiver takes.
    TooLarge,
    /// It came from the thread of a sink.
    OwnThread,
    /// The receiver cannot be reached, or does not answer.
    Unreachable,
    /// The receiver has answered that it does not take it.
    Rejected,
    /// It cannot be said in the words of the receiver, as a number that is not finite.
    Invalid,
    /// A file or stream cannot be written.
    Write,
    /// The sink has failed in a way that was not foreseen.
    Failed,
    /// There was no time left at the end.
    Exit,
}

impl Loss {
    /// All reasons, in the order in which reports list them.
    pub const ALL: [Self; 10] = [
        Self::QueueFull,
        Self::QueueBytes,
        Self::TooLarge,
        Self::OwnThread,
        Self::Unreachable,
        Self::Rejected,
        Self::Invalid,
        Self::Write,
        Self::Failed,
        Self::Exit,
    ];

    /// The key in reports: low in number, and the same for ever.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::QueueBytes => "queue_bytes",
            Self::TooLarge => "too_large",
            Self::OwnThread => "own_thread",
            Self::Unreachable => "unreachable",
            Self::Rejected => "rejected",
            Self::Invalid => "invalid",
            Self::Write => "write",
            Self::Failed => "failed",
            Self::Exit => "exit",
        }
    }

    /// The reason in words.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::QueueFull => "the queue was full",
            Self::QueueBytes => "the queue had no room for as many bytes",
            Self::TooLarge => "too large",
            Self::OwnThread => "from the sink's own thread",
            Self::Unreachable => "the receiver cannot be reached",
            Self::Rejected => "the receiver rejected it",
            Self::Invalid => "not valid for the receiver",
            Self::Write => "writing failed",
            Self::Failed => "the sink failed",
            Self::Exit => "no time left at the end",
        }
    }
}

const LOSSES: usize = Loss::ALL.len();

/// The counters of a sink, written by all threads.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    delivered: AtomicU64,
    lost: [AtomicU64; LOSSES],
    /// What the worker has counted, of what it took from the queue.
    handled: AtomicU64,
    last_error: Mutex<Option<String>>,
}

/// Characters of an error that a report shows.
const ERROR: usize = 300;

impl Tally {
    pub(crate) fn deliver(&self, events: u64) {
        self.delivered.fetch_add(events, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn lose(&self, why: Loss, events: u64) {
        if let Some(counter) = self.lost.get(why as usize) {
            counter.fetch_add(events, Ordering::Relaxed);
        }
    }

    pub(crate) fn error(&self, error: &str) {
        let clean: String = error.chars().take(ERROR).map(|c| if c.is_control() { ' ' } else { c }).collect();
        *lock(&self.last_error) = Some(clean);
    }

    /// Counts that the worker is done with events.
    pub(crate) fn handle(&self, events: u64) {
        self.handled.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn handled(&self) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }

    pub(crate) fn report(&self, name: &str, target: &str, waiting: u64) -> SinkReport {
        let mut lost = [0; LOSSES];
        for (count, counter) in lost.iter_mut().zip(&self.lost) {
            *count = counter.load(Ordering::Relaxed);
        }
        SinkReport {
            name: name.to_owned(),
            target: target.to_owned(),
            delivered: self.delivered.load(Ordering::Relaxed),
            waiting,
            last_error: lock(&self.last_error).clone(),
            lost,
        }
    }
}

/// What became of the events of a sink: each is delivered, lost for one reason, or still waiting.
///
/// The samples of a metric count one by one, also where they were delivered as their sum.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SinkReport {
    /// The name of the sink, as `targets` of a probe call it.
    pub name: String,
    /// Where it delivers.
    pub target: String,
    /// Events that the receiver has taken. A datagram counts as taken when it was sent.
    pub delivered: u64,
    /// Events that are on their way.
    pub waiting: u64,
    /// The last thing that went wrong, in one line.
    pub last_error: Option<String>,
    lost: [u64; LOSSES],
}

impl SinkReport {
    /// How many events were lost for that reason.
    #[must_use]
    pub fn of(&self, why: Loss) -> u64 {
        self.lost.get(why as usize).copied().unwrap_or_default()
    }

    /// How many events were lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.iter().copied().fold(0, u64::saturating_add)
    }

    /// The reasons for which events were lost, and how many.
    pub fn losses(&self) -> impl Iterator<Item = (Loss, u64)> + '_ {
        Loss::ALL.into_iter().map(|why| (why, self.of(why))).filter(|(_, count)| *count > 0)
    }

    /// The same at the end: what still waits is lost.
    pub(crate) fn ended(mut self) -> Self {
        if let Some(lost) = self.lost.get_mut(Loss::Exit as usize) {
            *lost = lost.saturating_add(self.waiting);
        }
        self.waiting = 0;
        self
    }

    /// Whether everything was delivered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.waiting == 0 && self.lost() == 0
    }
}

impl Serialize for SinkReport {
    /// An object: `name`, `target`, `delivered`, `waiting`, `lost` with a key for each [reason](Loss) for which events
    /// were lost, and `last_error`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Losses<'r>(&'r SinkReport);
        impl Serialize for Losses<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.losses().map(|(why, count)| (why.name(), count)))
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("target", &self.target)?;
        map.serialize_entry("delivered", &self.delivered)?;
        map.serialize_entry("waiting", &self.waiting)?;
        map.serialize_entry("lost", &Losses(self))?;
        map.serialize_entry("last_error", &self.last_error)?;
        map.end()
    }
}

impl fmt::Display for SinkReport {
    /// One line: what was delivered, what was not, and why.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {} delivered", self.name, self.target, self.delivered)?;
        if self.waiting > 0 {
            write!(f, ", {} waiting", self.waiting)?;
        }
        if self.lost() > 0 {
            write!(f, ", {} not delivered", self.lost())?;
            for (at, (why, count)) in self.losses().enumerate() {
                write!(f, "{}{count} {}", if at == 0 { ": " } else { ", " }, why.phrase())?;
            }
        }
        if !self.is_complete()
            && let Some(error) = &self.last_error
        {
            write!(f, " ({error})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_was_delivered_what_was_not_and_why() {
        let tally = Tally::default();
        tally.deliver(3);
        assert_eq!(tally.report("otlp", "http://a", 0).to_string(), "otlp http://a: 3 delivered");
        tally.lose(Loss::QueueFull, 2);
        tally.lose(Loss::Unreachable, 1);
        tally.error("refused\nby \u{1b}[31ma");
        let report = tally.report("otlp", "http://a", 4);
        assert_eq!(
            report.to_string(),
            "otlp http://a: 3 delivered, 4 waiting, 3 not delivered: 2 the queue was full, \
             1 the receiver cannot be reached (refused by  [31ma)"
        );
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"name":"otlp","target":"http://a","delivered":3,"waiting":4,"lost":{"queue_full":2,"unreachable":1},"last_error":"refused by  [31ma"}"#
        );
        let ended = report.ended();
        assert_eq!((ended.waiting, ended.of(Loss::Exit), ended.lost()), (0, 4, 7));
    }

    #[test]
    fn every_reason_has_a_name_and_a_place_of_its_own() {
        let page = include_str!("../../../docs/sinks.md");
        for (at, why) in Loss::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, at);
            assert!(page.contains(&format!("`{}`", why.name())), "{why:?} is not in docs/sinks.md");
        }
    }
}
