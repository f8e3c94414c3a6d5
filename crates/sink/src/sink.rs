//! What a sink is.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use probelang_probe::Timestamp;
use probelang_probe::event::Event;
use probelang_probe::settings::Settings;

use crate::lock;
use crate::report::{Loss, Tally};
use crate::time::Time;
use crate::totals::Total;

/// Where events go. A sink runs on a thread of its own, which belongs to it alone: it may encode, wait for a receiver
/// and block. The events wait in a bounded queue meanwhile.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use probelang_probe::settings::Settings;
/// use probelang_sink::{Batch, Context, Next, Profile, Sink, Sinks};
///
/// /// Counts events.
/// struct Counter;
/// impl Sink for Counter {
///     fn profile(&self) -> Profile {
///         Profile::new("counter", "nowhere")
///     }
///     fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
///         context.delivered(batch.count());
///         Next::Ready
///     }
/// }
/// let sinks = Sinks::builder(Settings::default()).with(Counter).start();
/// let reports = sinks.close(Duration::from_secs(2));
/// assert!(reports.iter().all(|report| report.is_complete()));
/// ```
pub trait Sink: Send {
    /// What the sink is called, what it takes, and how much may wait for it. It is asked once.
    fn profile(&self) -> Profile;

    /// Delivers events, and whatever is left from before.
    ///
    /// Each event of the batch must be counted once, now or later: with [`Context::delivered`] or [`Context::lost`].
    /// A sink that cannot deliver now, but may later, keeps what it has and returns [`Next::At`]; it gets no other events
    /// until then. When [`Context::is_over`], it keeps nothing.
    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next;
}

/// What a sink does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// It has nothing left, and takes more events.
    Ready,
    /// It has something left, and is to be called with an empty batch at that [time](Context::now).
    At(Duration),
}

impl Next {
    /// What a sink does next that has two things to do.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(one), Self::At(other)) => Self::At(one.min(other)),
            (Self::At(at), Self::Ready) | (Self::Ready, Self::At(at)) => Self::At(at),
            (Self::Ready, Self::Ready) => Self::Ready,
        }
    }
}

/// The kinds of events that a sink takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kinds(u8);

impl Kinds {
    /// All.
    pub const ALL: Self = Self(0b11111);
    /// Logs, snapshots and errors.
    pub const RECORDS: Self = Self(0b1);
    /// Metrics.
    pub const METRICS: Self = Self(0b10);
    /// Spans.
    pub const SPANS: Self = Self(0b100);
    /// Tags for spans.
    pub const TAGS: Self = Self(0b1000);
    /// Statuses.
    pub const STATUSES: Self = Self(0b1_0000);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has one of the others.
    #[must_use]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// The kind of an event.
    #[must_use]
    pub const fn of(event: &Event) -> Self {
        match event {
            Event::Log(_) | Event::Snapshot(_) | Event::Error(_) => Self::RECORDS,
            Event::Metric(_) => Self::METRICS,
            Event::Span(_) => Self::SPANS,
            Event::Tags(_) => Self::TAGS,
            Event::Status(_) => Self::STATUSES,
        }
    }
}

/// How a sink gets counts and gauges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metrics {
    /// As one [`Total`] per series and interval.
    Totals,
    /// One by one, and as totals only while the queue is full.
    Each,
}

/// What a sink is called, what it takes, and how much may wait for it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// Its name, as `targets` of a probe call it.
    pub name: String,
    /// Where it delivers, for reports.
    pub target: String,
    /// What it takes: all.
    pub kinds: Kinds,
    /// How it gets counts and gauges: as totals.
    pub metrics: Metrics,
    /// How long events wait at most while it is ready: one second. It is what an abrupt end of the process loses.
    pub interval: Duration,
    /// Events that may wait: 8,192.
    pub events: usize,
    /// Bytes that may wait: 16 MiB.
    pub bytes: usize,
    /// Bytes of the events of one batch, about: 4 MiB.
    pub batch_bytes: usize,
}

impl Profile {
    /// A sink of that name that delivers there, with the defaults.
    #[must_use]
    pub fn new(name: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            target: target.into(),
            kinds: Kinds::ALL,
            metrics: Metrics::Totals,
            interval: Duration::from_secs(1),
            events: 8_192,
            bytes: 16 << 20,
            batch_bytes: 4 << 20,
        }
    }

    /// The same with [`kinds`](Self::kinds) set.
    #[must_use]
    pub const fn with_kinds(mut self, kinds: Kinds) -> Self {
        self.kinds = kinds;
        self
    }

    /// The same with [`metrics`](Self::metrics) set.
    #[must_use]
    pub const fn with_metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// The same with [`interval`](Self::interval) set.
    #[must_use]
    pub const fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The same with [`events`](Self::events) and [`bytes`](Self::bytes) set.
    #[must_use]
    pub const fn with_queue(mut self, events: usize, bytes: usize) -> Self {
        (self.events, self.bytes) = (events, bytes);
        self
    }

    /// The same with [`batch_bytes`](Self::batch_bytes) set.
    #[must_use]
    pub const fn with_batch(mut self, bytes: usize) -> Self {
        self.batch_bytes = bytes;
        self
    }
}

/// An event that several sinks have. Only their threads lock it.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Event>>);

impl Shared {
    /// An event for several sinks.
    #[must_use]
    pub fn new(event: Event) -> Self {
        Self(Arc::new(Mutex::new(event)))
    }

    /// Looks at the event; writing it needs it whole.
    pub fn with<R>(&self, look: impl FnOnce(&mut Event) -> R) -> R {
        look(&mut lock(&self.0))
    }
}

/// Events for a sink.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Batch {
    /// Events, oldest first.
    pub events: Vec<Shared>,
    /// Sums of counts, and last values of gauges.
    pub totals: Vec<Total>,
}

impl Batch {
    /// How many events it has; each sample of a total is one.
    #[must_use]
    pub fn count(&self) -> u64 {
        let events = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        self.totals.iter().fold(events, |sum, total| sum.saturating_add(total.samples))
    }

    /// Whether it has nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty() && self.totals.is_empty()
    }
}

/// What a sink sees of what is around it.
pub struct Context<'c> {
    pub(crate) time: &'c dyn Time,
    pub(crate) tally: &'c Tally,
    pub(crate) settings: &'c Settings,
    pub(crate) deadline: Option<Duration>,
    pub(crate) is_urgent: bool,
}

impl Context<'_> {
    /// The time, since some fixed point.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.time.elapsed()
    }

    /// The time of day.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.time.wall()
    }

    /// A random number.
    #[must_use]
    pub fn random(&self) -> u64 {
        self.time.random()
    }

    /// The process, and its limits.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        self.settings
    }

    /// When everything ends, if it is about to end.
    #[must_use]
    pub const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Whether there is no time left to deliver anything.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| self.now() >= deadline)
    }

    /// Whether somebody waits for all to be delivered, so that a pause between attempts ends now.
    #[must_use]
    pub const fn is_urgent(&self) -> bool {
        self.is_urgent
    }

    /// Counts events that the receiver has taken.
    pub fn delivered(&self, events: u64) {
        self.tally.deliver(events);
        self.tally.handle(events);
    }

    /// Counts events that will not be delivered.
    pub fn lost(&self, why: Loss, events: u64) {
        self.tally.lose(why, events);
        self.tally.handle(events);
    }

    /// Remembers what went wrong, for the report. It must not contain values of the program.
    pub fn error(&self, error: &str) {
        self.tally.error(error);
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
