//! Events as JSON: the objects of `probelang probe run`, and what tracers send.

use std::fmt::Write as _;

use probelang::capture::{About, Capture, EventError, Redaction, Written};
use probelang::capture::{Event as Envelope, Location, Logger, ProbeName, StackFrame};
use probelang::host::Number;
use probelang::redact::Mode;
use serde::Serialize;
use serde::ser::SerializeMap as _;

use super::{Call, Event, Record, Sample, SpanRecord, TagRecord, Thread, Thrown, TraceIds};
use crate::probe::{Place, Probe};
use crate::settings::{Process, Settings};
use crate::status::{Status, StatusReport};

/// Bytes of an event: 1 MiB, what the intake takes.
pub const EVENT_BYTES: usize = 1 << 20;

/// What the names of metrics begin with where they are sent.
pub const METRIC_PREFIX: &str = "dynamic.instrumentation.metric.probe.";

/// What spans of probes are called; the name of the call is their resource.
const SPAN: &str = "dd.dynamic.span";

impl Event {
    /// Appends the event as one JSON object without a line break: an object whose `kind` is
    /// [`kind`](Self::kind). Logs, snapshots, errors and statuses have under `event` what a tracer sends, of at most
    /// [`event_bytes`](crate::settings::Limits::event_bytes); what does not fit is pruned.
    ///
    /// # Cost
    /// Linear in the event.
    pub fn write_json(&mut self, settings: &Settings, out: &mut String) {
        let kind = self.kind();
        match self {
            Self::Log(_) | Self::Snapshot(_) | Self::Error(_) | Self::Status(_) => {
                out.push_str("{\"kind\":\"");
                out.push_str(kind);
                out.push_str("\",\"event\":");
                self.write_payload(settings, out);
                out.push('}');
            }
            Self::Metric(sample) => push(out, &MetricLine::of(sample)),
            Self::Span(span) => push(out, &SpanLine::of(span)),
            Self::Tags(tags) => push(out, &TagsLine::of(tags)),
        }
    }

    /// Appends what a tracer sends of the event: the event of a log, a snapshot, an error or a status without anything
    /// around it. As [`write_json`](Self::write_json), which is also what this writes for metrics, spans and tags.
    pub fn write_payload(&mut self, settings: &Settings, out: &mut String) {
        match self {
            Self::Log(record) | Self::Snapshot(record) | Self::Error(record) => {
                record.write_payload(settings, out);
            }
            Self::Status(report) => push(out, &StatusEvent::of(report, &settings.process)),
            Self::Metric(_) | Self::Span(_) | Self::Tags(_) => self.write_json(settings, out),
        }
    }
}

/// Appends a value as JSON.
fn push(out: &mut String, value: &impl Serialize) {
    if let Ok(json) = serde_json::to_string(value) {
        out.push_str(&json);
    }
}

impl Record {
    /// The number of the event as a random (version 4) UUID: the `id` of its snapshot.
    #[must_use]
    pub fn uuid(&self) -> String {
        uuid(self.id)
    }

    /// Appends what a tracer sends of the record, and says where in it the captures are. As [`Event::write_payload`].
    pub fn write_payload(&mut self, settings: &Settings, out: &mut String) -> Written {
        let process = &settings.process;
        let id = uuid(self.id);
        let tags = process.event_tags(&self.probe.tags);
        let stack: Vec<StackFrame<'_>> = self.stack.iter().map(Call::lent).collect();
        let errors: Vec<EventError<'_>> =
            self.errors.iter().map(|error| EventError::new(&error.expr, &error.message)).collect();
        let mut line = String::new();
        let ids = self.trace.map(|ids| (ids.trace_text(), ids.span.to_string()));
        let event = Envelope {
            snapshot: About {
                language: self.language.as_deref().unwrap_or(&process.language),
                id: Some(&id),
                timestamp: Some(self.time.millis()),
                duration: self.duration.map(nanos),
                probe: Some(ProbeName {
                    id: &self.probe.id,
                    version: self.probe.version,
                    location: location(&self.probe, &mut line),
                }),
                stack: &stack,
                errors: &errors,
                redaction: self.redaction,
            },
            service: process.service.as_deref().unwrap_or_default(),
            message: Some(&self.message),
            host: process.host.as_deref(),
            tags: (!tags.is_empty()).then_some(&*tags),
            logger: Some(logger(&self.probe, &self.thread)),
            trace: ids.as_ref().map(|(trace, span)| (trace.as_str(), span.as_str())),
        };
        let mut nothing = Capture::new();
        let capture = self.capture.as_deref_mut().unwrap_or(&mut nothing);
        capture.write_event(&event, settings.limits.event_bytes, out)
    }
}

fn location<'p>(probe: &'p Probe, line: &'p mut String) -> Location<'p> {
    match &probe.place {
        Place::Function { type_name, method, .. } => Location::Method { type_name, method },
        Place::Lines { file, from, to } => {
            // a string takes any text
            let _ = if from == to { write!(line, "{from}") } else { write!(line, "{from}-{to}") };
            Location::Line { file, line }
        }
    }
}

fn logger<'p>(probe: &'p Probe, thread: &'p Thread) -> Logger<'p> {
    let (name, method) = match &probe.place {
        Place::Function { type_name, method, .. } => (type_name, Some(method.as_str())),
        Place::Lines { file, .. } => (file, None),
    };
    Logger { name, method, thread_id: thread.id, thread_name: thread.name.as_deref() }
}

fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A number as a random (version 4) UUID.
#[must_use]
pub fn uuid(number: u128) -> String {
    let version = (number & !(0xf << 76)) | (4 << 76);
    let bits = (version & !(0x3 << 62)) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

impl TraceIds {
    /// The trace's id as logs carry it: a decimal number, or 32 hexadecimal digits where it has more than 64 bits.
    #[must_use]
    pub fn trace_text(&self) -> String {
        match u64::try_from(self.trace) {
            Ok(short) => short.to_string(),
            Err(_) => format!("{:032x}", self.trace),
        }
    }
}

/// Names and values as an object, in order.
struct Pairs<'p>(&'p [(String, String)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // of a name that is there twice the last value counts
        let last =
            |at: usize, name: &str| !self.0.iter().skip(at.saturating_add(1)).any(|(other, _)| other == name);
        let mut map = serializer.serialize_map(None)?;
        for (at, (name, value)) in self.0.iter().enumerate() {
            if last(at, name) {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct MetricLine<'e> {
    kind: &'static str,
    probe: &'e str,
    name: String,
    #[serde(rename = "type")]
    type_name: String,
    value: serde_json::Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'e str>,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redaction: Option<RedactionLine>,
}

/// What was hidden because of what it says.
#[derive(Serialize)]
struct RedactionLine {
    mode: &'static str,
    masked: u64,
}

impl RedactionLine {
    /// `None` where nothing was looked for.
    fn of(redaction: Redaction) -> Option<Self> {
        let Redaction { mode, masked } = redaction;
        (mode != Mode::Off).then(|| Self { mode: mode.name(), masked })
    }
}

impl<'e> MetricLine<'e> {
    fn of(sample: &'e Sample) -> Self {
        let mut tags = sample.tags.clone();
        tags.push(format!("debugger.probeid:{}", sample.probe.id));
        Self {
            kind: "metric",
            probe: &sample.probe.id,
            name: format!("{METRIC_PREFIX}{}", sample.name),
            type_name: sample.kind.name().to_ascii_lowercase(),
            value: number(sample.value),
            unit: sample.unit.as_deref(),
            tags,
            redaction: RedactionLine::of(sample.redaction),
        }
    }
}

fn number(number: Number) -> serde_json::Number {
    match number {
        Number::Int(number) => number.into(),
        Number::Uint(number) => number.into(),
        // a sample is finite
        Number::Float(number) => serde_json::Number::from_f64(number).unwrap_or_else(|| 0.into()),
    }
}

#[derive(Serialize)]
struct SpanLine<'e> {
    kind: &'static str,
    probe: &'e str,
    name: &'static str,
    resource: &'e str,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<String>,
    /// Nanoseconds since 1970.
    start: u64,
    /// Nanoseconds.
    duration: u64,
    tags: Pairs<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ThrownLine<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redaction: Option<RedactionLine>,
}

#[derive(Serialize)]
struct ThrownLine<'e> {
    #[serde(rename = "type")]
    type_name: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'e str>,
    /// Where it was thrown, as snapshots say it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stacktrace: Vec<FrameLine<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FrameLine<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column_number: Option<u32>,
}

impl<'e> FrameLine<'e> {
    fn of(call: &'e Call) -> Self {
        let StackFrame { file, function, line, column } = call.lent();
        Self { file_name: file, function, line_number: line, column_number: column }
    }
}

impl<'e> SpanLine<'e> {
    fn of(span: &'e SpanRecord) -> Self {
        let error = |thrown: &'e Thrown| ThrownLine {
            type_name: &thrown.type_name,
            message: thrown.message.as_deref(),
            stacktrace: thrown.stack.iter().map(FrameLine::of).collect(),
        };
        Self {
            kind: "span",
            probe: &span.probe.id,
            name: SPAN,
            resource: &span.resource,
            span_id: span.id.to_string(),
            trace_id: span.parent.map(|ids| ids.trace_text()),
            parent_id: span.parent.map(|ids| ids.span.to_string()),
            start: span.start.nanos(),
            duration: nanos(span.duration),
            tags: Pairs(&span.tags),
            error: span.error.as_ref().map(error),
            redaction: RedactionLine::of(span.redaction),
        }
    }
}

#[derive(Serialize)]
struct TagsLine<'e> {
    kind: &'static str,
    probe: &'e str,
    target: String,
    tags: Pairs<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redaction: Option<RedactionLine>,
}

impl<'e> TagsLine<'e> {
    fn of(tags: &'e TagRecord) -> Self {
        Self {
            kind: "tags",
            probe: &tags.probe.id,
            target: tags.target.name().to_ascii_lowercase(),
            tags: Pairs(&tags.tags),
            redaction: RedactionLine::of(tags.redaction),
        }
    }
}

/// A status as tracers send it.
#[derive(Serialize)]
struct StatusEvent<'e> {
    service: &'e str,
    ddsource: &'static str,
    message: String,
    timestamp: u64,
    #[serde(rename = "type")]
    type_name: &'static str,
    debugger: StatusDebugger<'e>,
}

#[derive(Serialize)]
struct StatusDebugger<'e> {
    diagnostics: Diagnostics<'e>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Diagnostics<'e> {
    probe_id: &'e str,
    probe_version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime_id: Option<&'e str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<StatusCause<'e>>,
}

#[derive(Serialize)]
struct StatusCause<'e> {
    #[serde(rename = "type")]
    type_name: &'static str,
    message: &'e str,
}

impl<'e> StatusEvent<'e> {
    fn of(report: &'e StatusReport, process: &'e Process) -> Self {
        let cause = report.cause.as_deref();
        Self {
            service: process.service.as_deref().unwrap_or_default(),
            ddsource: "dd_debugger",
            message: report.to_string(),
            timestamp: report.at.millis(),
            type_name: "diagnostic",
            debugger: StatusDebugger {
                diagnostics: Diagnostics {
                    probe_id: &report.id,
                    probe_version: report.version,
                    runtime_id: process.runtime_id.as_deref(),
                    status: report.status.name(),
                    exception: cause
                        .map(|message| StatusCause { type_name: report.status.name(), message })
                        // a receiver ignores an error without a cause
                        .or((report.status == Status::Error)
                            .then_some(StatusCause { type_name: "ERROR", message: "unknown" })),
                },
            },
        }
    }
}
