//! What hits give: events, as data.
//!
//! A hit makes events and hands them to an [`Output`]. How they are written ([`Event::write_json`]) is decided later and
//! elsewhere, so that a hit does not pay for it.

use std::sync::Arc;
use std::time::Duration;

use probelang::capture::{Capture, Redaction, StackFrame, Throwable};
use probelang::diagnostic::Code;
use probelang::dialect::RedactedText;
use probelang::host::Number;
use probelang::redact::{Mode, Policy};

use crate::Timestamp;
use crate::probe::{MetricKind, Moment, Probe, Target};
use crate::status::StatusReport;

mod json;

pub use json::{EVENT_BYTES, METRIC_PREFIX, uuid};

/// Where events go.
pub trait Output: Send + Sync {
    /// Takes an event. It is called within the hit that gave the event, so it must not wait: it queues the event, or
    /// drops it and counts that.
    ///
    /// Statuses come one at a time and in the order in which they were decided. So where two threads have some at once,
    /// one of them may bring those of both.
    fn emit(&self, event: Event);
}

/// What is shown in place of a text that is hidden.
pub(crate) const HIDDEN: &str = RedactedText::Lower.text();

/// The value of a tag as it may leave: hidden where the name of the tag is redacted.
pub(crate) fn tag_value<'v>(policy: &Policy, name: &str, value: &'v str) -> &'v str {
    if policy.redacts_name(name.trim()) { HIDDEN } else { value }
}

/// A text of the program as it may leave: without the parts that `policy` hides because of what they say, which
/// `redaction` counts.
pub(crate) fn masked(policy: &Policy, text: String, redaction: &mut Redaction) -> String {
    let parts = match policy.mode() {
        Mode::Off => 0,
        Mode::Targeted | Mode::Strict => policy.masks(&text).count(),
    };
    if parts == 0 {
        return text;
    }
    redaction.masked = redaction.masked.saturating_add(parts as u64);
    policy.masked(&text).into_owned()
}

/// What a hit gave.
#[derive(Debug)]
pub enum Event {
    /// A message.
    Log(Box<Record>),
    /// A message with what was captured.
    Snapshot(Box<Record>),
    /// A condition or value that failed, in place of an event: without captures.
    Error(Box<Record>),
    /// A value of a metric.
    Metric(Box<Sample>),
    /// A finished call.
    Span(Box<SpanRecord>),
    /// Tags for a span.
    Tags(Box<TagRecord>),
    /// News of a probe.
    Status(StatusReport),
}

impl Event {
    /// What it is, in lower case.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Log(_) => "log",
            Self::Snapshot(_) => "snapshot",
            Self::Error(_) => "error",
            Self::Metric(_) => "metric",
            Self::Span(_) => "span",
            Self::Tags(_) => "tags",
            Self::Status(_) => "status",
        }
    }

    /// The probe that gave it; `None` for a status.
    #[must_use]
    pub fn probe(&self) -> Option<&Arc<Probe>> {
        match self {
            Self::Log(record) | Self::Snapshot(record) | Self::Error(record) => Some(&record.probe),
            Self::Metric(sample) => Some(&sample.probe),
            Self::Span(span) => Some(&span.probe),
            Self::Tags(tags) => Some(&tags.probe),
            Self::Status(_) => None,
        }
    }
}

/// A message of a log probe.
#[derive(Debug)]
#[non_exhaustive]
pub struct Record {
    /// The probe.
    pub probe: Arc<Probe>,
    /// The number of this event, random or from a seeded generator.
    pub id: u128,
    /// When it was hit; of a call, when it ended.
    pub time: Timestamp,
    /// How long the call took.
    pub duration: Option<Duration>,
    /// When the probe was evaluated: at a place with one moment always as before a line, whatever the probe asks for.
    pub moment: Moment,
    /// The rendered message; of an error what went wrong.
    pub message: String,
    /// Expressions that failed.
    pub errors: Vec<ExpressionError>,
    /// The language of the code, where it is not that of the process.
    pub language: Option<String>,
    /// Who ran.
    pub thread: Thread,
    /// The span that was active.
    pub trace: Option<TraceIds>,
    /// The call stack, innermost frame first; empty unless the probe captures.
    pub stack: Vec<Call>,
    /// What was captured, if the probe captures.
    pub capture: Option<Box<Capture>>,
    /// What was hidden because of what it says, that in the capture not counted.
    pub redaction: Redaction,
}

impl Record {
    /// Bytes that were captured.
    #[must_use]
    pub fn captured(&self) -> usize {
        self.capture.as_ref().map_or(0, |capture| capture.len())
    }
}

/// An expression that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ExpressionError {
    /// Its text.
    pub expr: String,
    /// What went wrong, without values.
    pub message: String,
    /// The code of the fault; a message that was cut has none.
    pub code: Option<Code>,
}

/// A thread.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Thread {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: Option<Arc<str>>,
}

/// The ids of a trace and of a span in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TraceIds {
    /// The trace.
    pub trace: u128,
    /// The span.
    pub span: u64,
}

/// A frame of a call stack.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Call {
    /// The file, where it is known.
    pub file: Option<String>,
    /// The function, where it is known.
    pub function: Option<String>,
    /// The line, from 1, where it is known.
    pub line: Option<u32>,
    /// The column, from 1, where it is known.
    pub column: Option<u32>,
}

impl Call {
    pub(crate) fn of(frame: &StackFrame<'_>) -> Self {
        Self {
            file: frame.file.map(str::to_owned),
            function: frame.function.map(str::to_owned),
            line: frame.line,
            column: frame.column,
        }
    }

    pub(crate) fn lent(&self) -> StackFrame<'_> {
        StackFrame {
            file: self.file.as_deref(),
            function: self.function.as_deref(),
            line: self.line,
            column: self.column,
        }
    }
}

/// A value of a metric probe.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// The probe.
    pub probe: Arc<Probe>,
    /// When it was hit.
    pub time: Timestamp,
    /// The name, without the prefix.
    pub name: Arc<str>,
    /// What is made of the values.
    pub kind: MetricKind,
    /// The value: finite.
    pub value: Number,
    /// The unit.
    pub unit: Option<Arc<str>>,
    /// The probe's tags and those with values of their own, `key:value` or a bare key.
    pub tags: Vec<String>,
    /// What was hidden because of what it says in its tags.
    pub redaction: Redaction,
}

/// A finished call, as a span.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanRecord {
    /// The probe.
    pub probe: Arc<Probe>,
    /// The number of the span.
    pub id: u64,
    /// The span that was active around it.
    pub parent: Option<TraceIds>,
    /// When the call began.
    pub start: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// What was called.
    pub resource: String,
    /// Tags: those of the probe, and its id.
    pub tags: Vec<(String, String)>,
    /// What the call threw.
    pub error: Option<Thrown>,
    /// What was hidden because of what it says.
    pub redaction: Redaction,
}

/// What ended a call in place of a result.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Thrown {
    /// Its type.
    pub type_name: String,
    /// Its message; `{redacted}` where its type is redacted, and in place of parts that are secrets. None where every text
    /// is hidden.
    pub message: Option<String>,
    /// Where it was thrown, innermost frame first.
    pub stack: Vec<Call>,
}

impl Thrown {
    /// What `policy` shows of it; `redaction` counts what it hides.
    pub(crate) fn of(throwable: &Throwable<'_>, policy: &Policy, redaction: &mut Redaction) -> Self {
        let message = throwable.message.map(|message| masked(policy, message.to_owned(), redaction));
        Self {
            type_name: throwable.type_name.to_owned(),
            message: message.filter(|_| policy.mode() != Mode::Strict),
            stack: throwable.stack.iter().map(Call::of).collect(),
        }
    }
}

/// Tags that a probe sets on a span.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TagRecord {
    /// The probe.
    pub probe: Arc<Probe>,
    /// When it was hit.
    pub time: Timestamp,
    /// Which span.
    pub target: Target,
    /// The span that was active.
    pub trace: Option<TraceIds>,
    /// Names and values: each tag, followed by those that say who set it and what failed.
    pub tags: Vec<(String, String)>,
    /// What was hidden because of what it says.
    pub redaction: Redaction,
}
