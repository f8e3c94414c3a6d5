//! The console: one readable line per event.

use std::fmt::Write as _;
use std::io::{self, Stderr, Write};
use std::time::Duration;

use probelang::capture::Redaction;
use probelang::redact::Mode;
use probelang_probe::event::{Event, Record, Sample, SpanRecord, TagRecord};
use probelang_probe::status::StatusReport;

use crate::lines::{LineWriter, each};
use crate::sink::{Batch, Context, Metrics, Next, Profile, Sink};
use crate::totals::float;

/// Characters of what a line shows of the captures.
const SHOWN: usize = 400;

/// Writes one line per event, for people: the time, the kind, the probe, its place, and the message. Line breaks and
/// control characters are escaped, so an event is one line and cannot change the terminal.
///
/// ```
/// use probelang_sink::{Sink, console::Console};
/// assert_eq!(Console::stderr().profile().name, "console");
/// ```
#[derive(Debug)]
pub struct Console<W = Stderr> {
    out: LineWriter<W>,
    target: String,
    line: String,
}

impl Console {
    /// Writes to standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Console::to(io::stderr(), "stderr")
    }
}

impl<W: Write + Send> Console<W> {
    /// Writes to a stream, which reports call `target`.
    #[must_use]
    pub fn to(out: W, target: impl Into<String>) -> Self {
        Self { out: LineWriter { out, is_torn: false }, target: target.into(), line: String::new() }
    }
}

impl<W: Write + Send> Sink for Console<W> {
    fn profile(&self) -> Profile {
        Profile::new("console", self.target.clone())
            .with_metrics(Metrics::Each)
            .with_interval(Duration::from_millis(100))
    }

    fn deliver(&mut self, batch: Batch, context: &Context<'_>) -> Next {
        let Self { out, line, .. } = self;
        each(batch, |event, samples| {
            line.clear();
            let mut text = String::new();
            describe(event, context, &mut text);
            escape(&text, line);
            out.write(line, samples, context);
        });
        Next::Ready
    }
}

/// Appends a text without line breaks, other control characters and characters that turn the direction of text.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{2028}'
            | '\u{2029}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{200e}'
            | '\u{200f}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

fn describe(event: &mut Event, context: &Context<'_>, out: &mut String) {
    let captures = match event {
        Event::Snapshot(record) => captures(record, context),
        Event::Log(_)
        | Event::Error(_)
        | Event::Metric(_)
        | Event::Span(_)
        | Event::Tags(_)
        | Event::Status(_) => None,
    };
    let kind = event.kind();
    // a string takes any text
    let _ = match event {
        Event::Log(record) | Event::Snapshot(record) | Event::Error(record) => {
            of_record(kind, record, captures.as_deref(), out)
        }
        Event::Metric(sample) => of_sample(sample, out),
        Event::Span(span) => of_span(span, out),
        Event::Tags(tags) => of_tags(tags, out),
        Event::Status(report) => of_status(report, out),
    };
}

fn of_record(kind: &str, record: &Record, captures: Option<&str>, out: &mut String) -> std::fmt::Result {
    let probe = &record.probe;
    write!(out, "{} {kind} {} {}: {}", record.time, probe.id, probe.place, record.message)?;
    // the message of an error says it already
    for error in record.errors.iter().filter(|error| error.message != record.message) {
        write!(out, " [{}: {}]", error.expr, error.message)?;
    }
    if let Some(captures) = captures {
        write!(out, " {captures}")?;
    }
    let captured = record.capture.as_ref().map_or(0, |capture| capture.masked());
    of_redaction(record.redaction, captured, out)
}

fn of_sample(sample: &Sample, out: &mut String) -> std::fmt::Result {
    let kind = sample.kind.name().to_ascii_lowercase();
    write!(out, "{} metric {} {kind} {} {}", sample.time, sample.probe.id, sample.name, float(sample.value))?;
    if let Some(unit) = &sample.unit {
        write!(out, " {unit}")?;
    }
    for tag in &sample.tags {
        write!(out, " {tag}")?;
    }
    of_redaction(sample.redaction, 0, out)
}

fn of_span(span: &SpanRecord, out: &mut String) -> std::fmt::Result {
    let end = span.start.after(span.duration);
    write!(out, "{end} span {} {} took {:?}", span.probe.id, span.resource, span.duration)?;
    if let Some(error) = &span.error {
        let parts =
            [Some(error.type_name.as_str()).filter(|name| !name.is_empty()), error.message.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        write!(out, ", threw {}", parts.join(": "))?;
    }
    of_redaction(span.redaction, 0, out)
}

fn of_tags(tags: &TagRecord, out: &mut String) -> std::fmt::Result {
    let target = tags.target.name().to_ascii_lowercase();
    write!(out, "{} tags {} on the {target} span:", tags.time, tags.probe.id)?;
    // who set a tag is said already
    let own =
        tags.tags.iter().filter(|(name, _)| !name.ends_with(".probe_id") || !name.starts_with("_dd.di."));
    own.into_iter().try_for_each(|(name, value)| write!(out, " {name}={value}"))?;
    of_redaction(tags.redaction, 0, out)
}

/// What was hidden because of what it says, if anything was looked for: `more` besides what `redaction` counts.
fn of_redaction(redaction: Redaction, more: u64, out: &mut String) -> std::fmt::Result {
    if redaction.mode == Mode::Off {
        return Ok(());
    }
    write!(out, " [redaction {}: {} hidden]", redaction.mode, redaction.masked.saturating_add(more))
}

fn of_status(report: &StatusReport, out: &mut String) -> std::fmt::Result {
    write!(out, "{} status {} {}", report.at, report.id, report.status.name())?;
    report.cause.iter().try_for_each(|cause| write!(out, ": {cause}"))
}

/// The captures of an event, cut to what fits on a line.
fn captures(record: &mut Record, context: &Context<'_>) -> Option<String> {
    let mut json = String::new();
    let written = record.write_payload(context.settings(), &mut json);
    let text = json.get(written.captures)?;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    Some(shown)
}
