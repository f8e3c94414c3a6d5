//! Logs, snapshots, errors, statuses and tags as log records.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use probelang::capture::Redaction;
use probelang::redact::Mode;
use probelang_probe::event::{Call, Event, Record, TagRecord, TraceIds};
use probelang_probe::probe::{Place, Probe};
use probelang_probe::settings::Settings;
use probelang_probe::status::{Status, StatusReport};
use serde::Deserialize;

use super::CaptureForm;
use super::value::{Attributes, FromJson, any, list, map, pair, text, whole};

/// The log record of an event; none of a metric or span.
pub(super) fn record(event: &mut Event, form: CaptureForm, settings: &Settings) -> Option<LogRecord> {
    match event {
        Event::Log(record) => Some(of_record(record, "probelang.log", None, form)),
        Event::Snapshot(record) => {
            let mut json = String::new();
            let written = record.write_payload(settings, &mut json);
            Some(of_record(record, "probelang.snapshot", json.get(written.captures), form))
        }
        Event::Error(record) => Some(of_error(record)),
        Event::Status(report) => Some(of_status(report)),
        Event::Tags(tags) => Some(of_tags(tags)),
        Event::Metric(_) | Event::Span(_) => None,
    }
}

/// What a capture may say of an exception, wherever it was captured.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Captures {
    #[serde(rename = "return")]
    at_return: Moment,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Moment {
    throwable: Option<Throwable>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Throwable {
    #[serde(rename = "type")]
    type_name: String,
    message: Option<String>,
    stacktrace: Vec<Frame>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Frame {
    file_name: Option<String>,
    function: Option<String>,
    line_number: Option<u32>,
}

/// The exception in a capture. Most have none, and are not read for it.
fn throwable(json: &str) -> Option<Throwable> {
    let captures: Captures =
        json.contains(r#""throwable":{"#).then(|| serde_json::from_str(json).ok()).flatten()?;
    captures.at_return.throwable
}

fn of_record(record: &Record, name: &'static str, captures: Option<&str>, form: CaptureForm) -> LogRecord {
    let mut attributes = common(record);
    if let Some(json) = captures {
        let captures = match form {
            CaptureForm::Structured => serde_json::from_str::<FromJson>(json).ok().map(|value| value.0),
            CaptureForm::Json => None,
        };
        // what is too deep for a reader of JSON is sent as it is
        attributes.add("probelang.captures", captures.unwrap_or_else(|| text(json)));
        attributes.text("code.stacktrace", stacktrace(&record.stack));
        if let Some(thrown) = throwable(json) {
            let stack: Vec<Call> = thrown.stacktrace.into_iter().map(Frame::into_call).collect();
            exception(&mut attributes, &thrown.type_name, thrown.message.as_deref(), &stack);
        }
    }
    if !record.errors.is_empty() {
        let errors = record.errors.iter().map(|error| {
            let mut pairs =
                vec![pair("expression", text(&error.expr)), pair("message", text(&error.message))];
            pairs.extend(error.code.map(|code| pair("code", text(code.text()))));
            map(pairs)
        });
        attributes.add("probelang.evaluation.errors", list(errors.collect()));
    }
    tags(&mut attributes, &record.probe.tags);
    log(record, name, SeverityNumber::Info, attributes)
}

fn of_error(record: &Record) -> LogRecord {
    let mut attributes = common(record);
    let first = record.errors.first();
    let code = first.and_then(|error| error.code).map_or("_OTHER", |code| code.text());
    attributes.text("error.type", code);
    if let Some(error) = first {
        attributes.text("probelang.expression", &error.expr);
    }
    tags(&mut attributes, &record.probe.tags);
    log(record, "probelang.evaluation.error", SeverityNumber::Warn, attributes)
}

fn log(record: &Record, name: &str, severity: SeverityNumber, attributes: Attributes) -> LogRecord {
    let (trace_id, span_id) = ids(record.trace);
    LogRecord {
        time_unix_nano: record.time.nanos(),
        severity_number: severity.into(),
        severity_text: severity_text(severity).to_owned(),
        body: Some(text(&record.message)),
        attributes: attributes.0,
        trace_id,
        span_id,
        event_name: name.to_owned(),
        ..LogRecord::default()
    }
}

/// What all records of probes say.
fn common(record: &Record) -> Attributes {
    let mut attributes = Attributes::default();
    code(&mut attributes, &record.probe, record.stack.first());
    of_probe(&mut attributes, &record.probe.id, record.probe.version);
    attributes.text("probelang.snapshot.id", record.uuid());
    attributes.text("probelang.evaluate_at", record.moment.name().to_ascii_lowercase());
    if let Some(duration) = record.duration {
        attributes.add("probelang.duration", any(Value::DoubleValue(duration.as_secs_f64())));
    }
    let captured = record.capture.as_ref().map_or(0, |capture| capture.masked());
    redaction(&mut attributes, record.redaction, captured);
    attributes.text("source", "dd_debugger");
    attributes.add("thread.id", whole(record.thread.id));
    if let Some(name) = &record.thread.name {
        attributes.text("thread.name", &**name);
    }
    attributes
}

/// What was hidden because of what it says, if anything was looked for: `more` besides what `redaction` counts.
pub(super) fn redaction(attributes: &mut Attributes, redaction: Redaction, more: u64) {
    if redaction.mode != Mode::Off {
        attributes.text("probelang.redaction.mode", redaction.mode.name());
        attributes.add("probelang.redaction.masked", whole(redaction.masked.saturating_add(more)));
    }
}

pub(super) fn of_probe(attributes: &mut Attributes, id: &str, version: u64) {
    attributes.text("probelang.probe.id", id);
    attributes.add("probelang.probe.version", whole(version));
}

/// Where a probe is: what its place says, and the innermost frame where that is known.
pub(super) fn code(attributes: &mut Attributes, probe: &Probe, frame: Option<&Call>) {
    match &probe.place {
        Place::Function { .. } => {
            attributes.text("code.function.name", probe.place.to_string());
            if let Some(file) = frame.and_then(|frame| frame.file.as_ref()) {
                attributes.text("code.file.path", file);
            }
            if let Some(line) = frame.and_then(|frame| frame.line) {
                attributes.add("code.line.number", whole(line.into()));
            }
        }
        Place::Lines { file, from, .. } => {
            if let Some(function) = frame.and_then(|frame| frame.function.as_ref()) {
                attributes.text("code.function.name", function);
            }
            attributes.text("code.file.path", file);
            attributes.add("code.line.number", whole((*from).into()));
        }
    }
}

pub(super) fn exception(attributes: &mut Attributes, type_name: &str, message: Option<&str>, stack: &[Call]) {
    if !type_name.is_empty() {
        attributes.text("exception.type", type_name);
    }
    if let Some(message) = message {
        attributes.text("exception.message", message);
    }
    if !stack.is_empty() {
        attributes.text("exception.stacktrace", stacktrace(stack));
    }
}

/// The tags of a probe, none of which replaces what is said already.
pub(super) fn tags(attributes: &mut Attributes, tags: &[String]) {
    tags.iter().for_each(|tag| attributes.tag(tag));
}

impl Frame {
    fn into_call(self) -> Call {
        Call { file: self.file_name, function: self.function, line: self.line_number, column: None }
    }
}

/// A call stack as text, one frame on a line.
fn stacktrace(stack: &[Call]) -> String {
    let line = |call: &Call| {
        let mut line = call.function.clone().unwrap_or_else(|| "?".to_owned());
        if let Some(file) = &call.file {
            line.push_str(" (");
            line.push_str(file);
            line.extend(call.line.map(|at| format!(":{at}")));
            line.push(')');
        }
        line
    };
    stack.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn ids(trace: Option<TraceIds>) -> (Vec<u8>, Vec<u8>) {
    let of = |ids: TraceIds| (ids.trace.to_be_bytes().to_vec(), ids.span.to_be_bytes().to_vec());
    // an id of nothing but zeros is none
    trace.filter(|ids| ids.trace != 0 && ids.span != 0).map(of).unwrap_or_default()
}

const fn severity_text(severity: SeverityNumber) -> &'static str {
    match severity {
        SeverityNumber::Error => "ERROR",
        SeverityNumber::Warn => "WARN",
        _ => "INFO",
    }
}

const fn severity(status: Status) -> SeverityNumber {
    match status {
        Status::Error => SeverityNumber::Error,
        Status::Blocked | Status::Paused | Status::Drifted => SeverityNumber::Warn,
        Status::Received | Status::Installed | Status::Emitting | Status::Expired | Status::Done => {
            SeverityNumber::Info
        }
    }
}

fn of_status(report: &StatusReport) -> LogRecord {
    let mut attributes = Attributes::default();
    of_probe(&mut attributes, &report.id, report.version);
    attributes.text("probelang.probe.status", report.status.name().to_ascii_lowercase());
    if report.status == Status::Error {
        attributes.text("error.type", "probe_error");
    }
    if let Some(cause) = &report.cause {
        attributes.text("probelang.probe.cause", &**cause);
    }
    attributes.text("source", "dd_debugger");
    let severity = severity(report.status);
    LogRecord {
        time_unix_nano: report.at.nanos(),
        severity_number: severity.into(),
        severity_text: severity_text(severity).to_owned(),
        body: Some(text(report.to_string())),
        attributes: attributes.0,
        event_name: "probelang.probe.status".to_owned(),
        ..LogRecord::default()
    }
}

/// Tags for a span of the program, for where nobody sets them on it.
fn of_tags(tags: &TagRecord) -> LogRecord {
    let mut attributes = Attributes::default();
    code(&mut attributes, &tags.probe, None);
    of_probe(&mut attributes, &tags.probe.id, tags.probe.version);
    attributes.text("probelang.span.target", tags.target.name().to_ascii_lowercase());
    let pairs = tags.tags.iter().map(|(name, value)| pair(name, text(value)));
    attributes.add("probelang.span.tags", map(pairs.collect()));
    redaction(&mut attributes, tags.redaction, 0);
    attributes.text("source", "dd_debugger");
    let (trace_id, span_id) = ids(tags.trace);
    LogRecord {
        time_unix_nano: tags.time.nanos(),
        severity_number: SeverityNumber::Info.into(),
        severity_text: "INFO".to_owned(),
        body: Some(text(format!("Tags of probe {} for a span.", tags.probe.id))),
        attributes: attributes.0,
        trace_id,
        span_id,
        event_name: "probelang.span.tags".to_owned(),
        ..LogRecord::default()
    }
}

#[cfg(test)]
#[path = "../../tests/events/mod.rs"]
mod events;

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    /// Prints microseconds: the least of many small batches, so that what else runs on the machine does not count.
    #[test]
    #[ignore = "it measures: run it with --release and --nocapture"]
    fn what_a_record_costs() {
        let settings = events::settings();
        for kind in ["log", "snapshot", "error"] {
            let mut all = events::events(64);
            all.retain(|event| event.kind() == kind);
            let mut least = f64::MAX;
            let mut bytes = 0;
            for _ in 0..2_000 {
                let start = std::time::Instant::now();
                bytes = all
                    .iter_mut()
                    .filter_map(|event| record(event, CaptureForm::Structured, &settings))
                    .map(|record| record.encode_to_vec().len())
                    .sum();
                least = least.min(start.elapsed().as_secs_f64() * 1e6);
            }
            let count = all.len() as f64;
            println!("{kind}: {:.2} µs, {:.0} bytes", least / count, bytes as f64 / count);
        }
    }
}
