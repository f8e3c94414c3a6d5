//! How many bytes of memory an event takes while it waits.

use std::mem::size_of;

use probelang_probe::event::{Call, Event, Record, Sample, SpanRecord, TagRecord, Thrown};
use probelang_probe::status::StatusReport;

/// What each event takes besides its texts.
const BASE: usize = size_of::<Event>().saturating_add(64);

/// How many bytes of memory an event takes while it waits, about. What many events share, as their probes, is not counted.
///
/// # Cost
/// Linear in its frames, tags and errors, not in its captures.
#[must_use]
pub fn of(event: &Event) -> usize {
    let own = match event {
        Event::Log(record) | Event::Snapshot(record) | Event::Error(record) => of_record(record),
        Event::Metric(sample) => of_sample(sample),
        Event::Span(span) => of_span(span),
        Event::Tags(tags) => size_of::<TagRecord>().saturating_add(pairs(&tags.tags)),
        Event::Status(report) => report.cause.as_ref().map_or(0, |cause| cause.len()),
    };
    own.saturating_add(BASE)
}

fn of_record(record: &Record) -> usize {
    let errors = record.errors.iter().map(|error| error.expr.len().saturating_add(error.message.len()));
    // the text of a capture, and its index
    let capture = record.captured().saturating_add(record.captured() / 4);
    sum(errors)
        .saturating_add(calls(&record.stack))
        .saturating_add(record.message.len())
        .saturating_add(capture)
        .saturating_add(size_of::<Record>())
}

pub(crate) fn of_sample(sample: &Sample) -> usize {
    let tags = sample.tags.iter().map(|tag| tag.len().saturating_add(size_of::<String>()));
    sum(tags).saturating_add(sample.name.len()).saturating_add(size_of::<Sample>())
}

fn of_span(span: &SpanRecord) -> usize {
    let thrown = |thrown: &Thrown| {
        let message = thrown.message.as_ref().map_or(0, String::len);
        calls(&thrown.stack).saturating_add(message).saturating_add(thrown.type_name.len())
    };
    pairs(&span.tags)
        .saturating_add(span.resource.len())
        .saturating_add(span.error.as_ref().map_or(0, thrown))
        .saturating_add(size_of::<SpanRecord>())
}

fn calls(stack: &[Call]) -> usize {
    sum(stack.iter().map(|call| {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        text(&call.file).saturating_add(text(&call.function)).saturating_add(size_of::<Call>())
    }))
}

fn pairs(pairs: &[(String, String)]) -> usize {
    sum(pairs.iter().map(|(name, value)| {
        name.len().saturating_add(value.len()).saturating_add(size_of::<(String, String)>())
    }))
}

fn sum(sizes: impl Iterator<Item = usize>) -> usize {
    sizes.fold(0, usize::saturating_add)
}

const _: () = assert!(size_of::<StatusReport>() <= BASE);
