//! Finished calls as spans.

use opentelemetry_proto::tonic::trace::v1::span::{Event as SpanEvent, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use probelang_probe::event::SpanRecord;

use super::logs::{code, exception, ids, of_probe, redaction};
use super::value::Attributes;

/// The span of a call. `random` numbers a trace where the call was not in one.
pub(super) fn span(record: &SpanRecord, random: impl Fn() -> u64) -> Span {
    let end = record.start.after(record.duration);
    let (mut trace_id, parent_span_id) = ids(record.parent);
    if trace_id.is_empty() {
        // an id of nothing but zeros is none
        trace_id = [random().max(1), random()].iter().flat_map(|half| half.to_be_bytes()).collect();
    }
    let mut attributes = Attributes::default();
    code(&mut attributes, &record.probe, None);
    of_probe(&mut attributes, &record.probe.id, record.probe.version);
    redaction(&mut attributes, record.redaction, 0);
    let mut events = Vec::new();
    let mut status = None;
    if let Some(error) = &record.error {
        // what a language without types of errors throws
        let is_typed = !error.type_name.is_empty();
        attributes.text("error.type", if is_typed { error.type_name.as_str() } else { "_OTHER" });
        let mut thrown = Attributes::default();
        exception(&mut thrown, &error.type_name, error.message.as_deref(), &error.stack);
        events.push(SpanEvent {
            time_unix_nano: end.nanos(),
            name: "exception".to_owned(),
            attributes: thrown.0,
            ..SpanEvent::default()
        });
        let message = error.message.as_ref().unwrap_or(&error.type_name).clone();
        status = Some(Status { message, code: StatusCode::Error.into() });
    }
    for (name, value) in record.tags.iter().filter(|(name, _)| name != "debugger.probeid") {
        attributes.text(name, value);
    }
    Span {
        trace_id,
        span_id: record.id.max(1).to_be_bytes().to_vec(),
        parent_span_id,
        // it is sampled, or it would not be sent
        flags: 1,
        name: record.resource.clone(),
        kind: SpanKind::Internal.into(),
        start_time_unix_nano: record.start.nanos(),
        end_time_unix_nano: end.nanos(),
        attributes: attributes.0,
        events,
        status,
        ..Span::default()
    }
}
