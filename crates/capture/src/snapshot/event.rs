//! A capture as a snapshot, and as the event that a tracer sends.

use std::ops::Range;

use probelang_diagnostic::spell::{push_json, push_json_content};
use probelang_redact::{MASK, Mode, Policy};

use super::prune::{names_len, write_names};
use super::{Capture, MESSAGE, reason};

/// The smallest size that an event may be limited to, in bytes. A smaller limit counts as this one.
pub const MIN_SIZE: usize = 1_024;

/// Bytes of an identifier where there is room for nothing else.
const SHORT: usize = 48;

/// A frame of a call stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StackFrame<'e> {
    /// The file, where it is known.
    pub file: Option<&'e str>,
    /// The function, where it is known.
    pub function: Option<&'e str>,
    /// The line, from 1, where it is known.
    pub line: Option<u32>,
    /// The column, from 1, where it is known.
    pub column: Option<u32>,
}

impl StackFrame<'_> {
    fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        if let Some(file) = self.file {
            object.text("fileName", file);
        }
        if let Some(function) = self.function {
            object.text("function", function);
        }
        if let Some(line) = self.line {
            object.number("lineNumber", line.into());
        }
        if let Some(column) = self.column {
            object.number("columnNumber", column.into());
        }
        object.end();
    }
}

fn write_frames(frames: &[StackFrame<'_>], out: &mut String) {
    out.push('[');
    for (at, frame) in frames.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        frame.write(out);
    }
    out.push(']');
}

/// An exception, with what is known of it without running code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Throwable<'e> {
    /// Its full type; not written where it is empty.
    pub type_name: &'e str,
    /// Its message; 2,048 characters of it are written.
    pub message: Option<&'e str>,
    /// Whether `message` is itself only the beginning of it.
    pub truncated: bool,
    /// Whether something of the message was hidden before.
    pub redacted: bool,
    /// Where it was thrown, innermost frame first.
    pub stack: &'e [StackFrame<'e>],
}

impl Throwable<'_> {
    /// Writes it: how many parts of its message are hidden because of what they say.
    pub(super) fn write(&self, policy: &Policy, out: &mut String) -> u64 {
        let mut object = Object::begin(out);
        if !self.type_name.is_empty() {
            object.text("type", self.type_name);
        }
        let masked = self.message.map_or(0, |message| self.write_message(message, policy, &mut object));
        if self.redacted || masked > 0 {
            object.text("notCapturedReason", reason::REDACTED_VALUE);
        }
        write_frames(self.stack, object.member("stacktrace"));
        object.end();
        masked
    }

    fn write_message(&self, message: &str, policy: &Policy, object: &mut Object<'_>) -> u64 {
        let kept = first(message, MESSAGE);
        if policy.mode() == Mode::Strict && !message.is_empty() {
            return 1;
        }
        let (mut shown, mut at, mut masked) = (String::new(), 0, 0_u64);
        for mask in policy.masks_before(message, kept.len()) {
            shown.push_str(message.get(at..mask.start).unwrap_or_default());
            shown.push_str(MASK);
            (at, masked) = (mask.end, masked.saturating_add(1));
        }
        let mut is_cut = kept.len().max(at) < message.len();
        if masked == 0 {
            object.text("message", kept);
        } else {
            shown.push_str(message.get(at..kept.len()).unwrap_or_default());
            let kept = first(&shown, MESSAGE);
            is_cut |= kept.len() < shown.len();
            object.text("message", kept);
        }
        if self.truncated || is_cut {
            object.member("truncated").push_str("true");
        }
        masked
    }
}

/// An expression that failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct EventError<'e> {
    /// Its text.
    pub expr: &'e str,
    /// What went wrong.
    pub message: &'e str,
}

impl<'e> EventError<'e> {
    /// `expr` failed as `message` says.
    #[must_use]
    pub const fn new(expr: &'e str, message: &'e str) -> Self {
        Self { expr, message }
    }
}

/// Where a probe is installed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Location<'e> {
    /// At a function of a type or module.
    Method {
        /// The type or module.
        type_name: &'e str,
        /// The function.
        method: &'e str,
    },
    /// At a line of a file.
    Line {
        /// The file.
        file: &'e str,
        /// The line, as it is configured.
        line: &'e str,
    },
}

/// The probe that captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProbeName<'e> {
    /// Its id.
    pub id: &'e str,
    /// The version of its configuration.
    pub version: u64,
    /// Where it is.
    pub location: Location<'e>,
}

/// What was hidden because of what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Redaction {
    /// The mode that was in force, besides that of the capture; the stronger one counts. Nothing is written where it is off.
    pub mode: Mode,
    /// How many texts and parts of texts were hidden, those in the capture not counted.
    pub masked: u64,
}

impl Redaction {
    /// Nothing yet, in this mode.
    #[must_use]
    pub const fn new(mode: Mode) -> Self {
        Self { mode, masked: 0 }
    }
}

/// What a snapshot says besides what was captured.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct About<'e> {
    /// The language of the program: `json` for a plain document.
    pub language: &'e str,
    /// Its id, a UUID.
    pub id: Option<&'e str>,
    /// When it was taken, in milliseconds since 1970.
    pub timestamp: Option<u64>,
    /// How long the function ran, in nanoseconds.
    pub duration: Option<u64>,
    /// The probe.
    pub probe: Option<ProbeName<'e>>,
    /// The call stack, innermost frame first; not written where it is empty.
    pub stack: &'e [StackFrame<'e>],
    /// The expressions that failed.
    pub errors: &'e [EventError<'e>],
    /// What was hidden because of what it says.
    pub redaction: Redaction,
}

/// Who logged an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Logger<'e> {
    /// The type or the file.
    pub name: &'e str,
    /// The function, where it is one.
    pub method: Option<&'e str>,
    /// The thread's number.
    pub thread_id: u64,
    /// The thread's name.
    pub thread_name: Option<&'e str>,
}

/// An event: a snapshot in its envelope.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Event<'e> {
    /// The snapshot.
    pub snapshot: About<'e>,
    /// The service.
    pub service: &'e str,
    /// The rendered message.
    pub message: Option<&'e str>,
    /// The host's name.
    pub host: Option<&'e str>,
    /// Tags, separated by commas.
    pub tags: Option<&'e str>,
    /// Who logged it.
    pub logger: Option<Logger<'e>>,
    /// The ids of the trace and the span that were active.
    pub trace: Option<(&'e str, &'e str)>,
}

/// What became of a capture that was written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Written {
    /// Bytes that were appended.
    pub bytes: usize,
    /// Whether something was left out because of the size.
    pub pruned: bool,
    /// Where in the text the object of the captures is.
    pub captures: Range<usize>,
}

/// How much of what is around the values is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Trim {
    /// Everything.
    Whole,
    /// No call stack and no errors.
    Lean,
    /// What identifies the event, each name cut short, and so many bytes of the message.
    Bare(usize),
}

impl Capture {
    /// Appends the snapshot, an object, in no more than `size` bytes. A capture can be written more than once.
    ///
    /// # Cost
    /// Linear in the capture; where it is larger than `size` also `n log n` in its values.
    pub fn write_snapshot(&mut self, snapshot: &About<'_>, size: usize, out: &mut String) -> Written {
        let own = Redaction { mode: self.mode, masked: self.masked };
        let head = |trim: Trim, out: &mut String| {
            out.push('{');
            snapshot.write(trim, own, out);
        };
        self.write(head, "}", size, out)
    }

    /// Appends the event, an object, in no more than `size` bytes; its message and the names of its variables
    /// stay whatever is left out, as far as there is room for them. As [`write_snapshot`](Self::write_snapshot).
    pub fn write_event(&mut self, event: &Event<'_>, size: usize, out: &mut String) -> Written {
        let own = Redaction { mode: self.mode, masked: self.masked };
        let head = |trim: Trim, out: &mut String| {
            event.write(trim, out);
            out.push_str(",\"debugger\":{\"snapshot\":{");
            event.snapshot.write(trim, own, out);
        };
        self.write(head, "}}}", size, out)
    }

    fn write(
        &mut self,
        head: impl Fn(Trim, &mut String),
        tail: &str,
        size: usize,
        out: &mut String,
    ) -> Written {
        self.end();
        let size = size.max(MIN_SIZE);
        let start = out.len();
        let mut from = start;
        let mut before = |trim: Trim, out: &mut String| {
            out.truncate(start);
            head(trim, out);
            out.push_str(",\"captures\":");
            from = out.len();
            out.push('{');
            out.len().saturating_sub(start).saturating_add(tail.len()).saturating_add(1)
        };
        let mut pruned = true;
        let taken = before(Trim::Whole, out);
        if taken.saturating_add(self.out.len()) <= size {
            out.reserve(self.out.len().saturating_add(tail.len()).saturating_add(1));
            out.push_str(&self.out);
            pruned = false;
        } else if self.fits(size, taken) {
            out.reserve(size.saturating_sub(taken));
            self.pruner.write(&self.index, &self.out, out);
        } else {
            let lean = before(Trim::Lean, out);
            if self.fits(size, lean) {
                out.reserve(size.saturating_sub(lean));
                self.pruner.write(&self.index, &self.out, out);
            } else {
                let taken = before(Trim::Bare(size / 4), out);
                let room = size.saturating_sub(taken);
                write_names(&self.index, &self.out, room, reason::TOO_LARGE, out);
            }
        }
        out.push('}');
        let end = out.len();
        out.push_str(tail);
        Written { bytes: out.len().saturating_sub(start), pruned, captures: from..end }
    }

    /// Whether values can be left out until the capture fits beside `taken` bytes; they are chosen then.
    fn fits(&mut self, size: usize, taken: usize) -> bool {
        let room = size.saturating_sub(taken);
        if taken > size || names_len(&self.index, &self.out) > room {
            return false;
        }
        let excess = self.out.len().saturating_sub(room);
        self.pruner.choose(&self.index, excess) >= excess
    }
}

impl About<'_> {
    /// Writes the members before `captures`; `captured` says what is hidden in those.
    fn write(&self, trim: Trim, captured: Redaction, out: &mut String) {
        let mut object = Object::inside(out);
        object.name("language", self.language, trim);
        object.text("producer", "probelang");
        if let Some(id) = self.id {
            object.name("id", id, trim);
        }
        if let Some(timestamp) = self.timestamp {
            object.number("timestamp", timestamp);
        }
        if let Some(duration) = self.duration {
            object.number("duration", duration);
        }
        if let Some(probe) = &self.probe {
            probe.write(trim, object.member("probe"));
        }
        let mode = self.redaction.mode.at_least(captured.mode);
        if mode != Mode::Off {
            let mut redaction = Object::begin(object.member("redaction"));
            redaction.text("mode", mode.name());
            redaction.number("masked", self.redaction.masked.saturating_add(captured.masked));
            redaction.end();
        }
        if trim != Trim::Whole {
            object.text("notCapturedReason", reason::TOO_LARGE);
            return;
        }
        if !self.stack.is_empty() {
            write_frames(self.stack, object.member("stack"));
        }
        if !self.errors.is_empty() {
            let out = object.member("evaluationErrors");
            out.push('[');
            for (at, error) in self.errors.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                let mut object = Object::begin(out);
                object.text("expr", error.expr);
                object.text("message", error.message);
                object.end();
            }
            out.push(']');
        }
    }
}

impl ProbeName<'_> {
    fn write(&self, trim: Trim, out: &mut String) {
        let mut object = Object::begin(out);
        object.name("id", self.id, trim);
        object.number("version", self.version);
        let mut location = Object::begin(object.member("location"));
        match self.location {
            Location::Method { type_name, method } => {
                location.name("type", type_name, trim);
                location.name("method", method, trim);
            }
            Location::Line { file, line } => {
                location.name("file", file, trim);
                let lines = location.member("lines");
                lines.push('[');
                trim.push(lines, line);
                lines.push(']');
            }
        }
        location.end();
        object.end();
    }
}

impl Event<'_> {
    /// Writes the members before `debugger`, with the brace that opens the object.
    fn write(&self, trim: Trim, out: &mut String) {
        let mut object = Object::begin(out);
        object.name("service", self.service, trim);
        object.text("ddsource", "dd_debugger");
        if let Some(message) = self.message {
            match trim {
                Trim::Whole | Trim::Lean => object.text("message", message),
                Trim::Bare(bytes) => push_first(object.member("message"), message, bytes),
            }
        }
        if let Some(timestamp) = self.snapshot.timestamp {
            object.number("timestamp", timestamp);
        }
        if matches!(trim, Trim::Bare(_)) {
            return;
        }
        if let Some(host) = self.host {
            object.text("host", host);
        }
        if let Some(tags) = self.tags {
            object.text("ddtags", tags);
        }
        if let Some(logger) = &self.logger {
            logger.write(object.member("logger"));
        }
        if let Some((trace, span)) = self.trace {
            let mut ids = Object::begin(object.member("dd"));
            ids.text("trace_id", trace);
            ids.text("span_id", span);
            ids.end();
        }
    }
}

impl Logger<'_> {
    fn write(&self, out: &mut String) {
        let mut object = Object::begin(out);
        object.text("name", self.name);
        if let Some(method) = self.method {
            object.text("method", method);
        }
        // what the tracers write there
        object.number("version", 2);
        object.number("thread_id", self.thread_id);
        if let Some(name) = self.thread_name {
            object.text("thread_name", name);
        }
        object.end();
    }
}

impl Trim {
    /// Appends a name, as much of it as there is room for.
    fn push(self, out: &mut String, name: &str) {
        match self {
            Self::Whole | Self::Lean => push_json(out, name),
            Self::Bare(_) => push_first(out, name, SHORT),
        }
    }
}

/// The first characters of a text.
pub(super) fn first(text: &str, characters: usize) -> &str {
    let end = if text.len() <= characters { None } else { text.char_indices().nth(characters) };
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Appends as a JSON string as much of `text` as `bytes` bytes have room for, with `...` where it is cut.
fn push_first(out: &mut String, text: &str, bytes: usize) {
    out.push('"');
    let end = out.len().saturating_add(bytes.saturating_sub(3));
    for c in text.chars() {
        let before = out.len();
        push_json_content(out, c.encode_utf8(&mut [0; 4]));
        if out.len() > end {
            out.truncate(before);
            out.push_str("...");
            break;
        }
    }
    out.push('"');
}

/// A JSON object that is being written.
struct Object<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut String) -> Self {
        out.push('{');
        Self::inside(out)
    }

    /// One whose brace is written.
    const fn inside(out: &'o mut String) -> Self {
        Self { out, empty: true }
    }

    /// Writes a key of ours, which needs no escapes.
    fn member(&mut self, key: &'static str) -> &mut String {
        self.out.push_str(if self.empty { "\"" } else { ",\"" });
        self.empty = false;
        self.out.push_str(key);
        self.out.push_str("\":");
        self.out
    }

    fn text(&mut self, key: &'static str, text: &str) {
        push_json(self.member(key), text);
    }

    fn name(&mut self, key: &'static str, name: &str, trim: Trim) {
        trim.push(self.member(key), name);
    }

    fn number(&mut self, key: &'static str, number: u64) {
        self.member(key).push_str(itoa::Buffer::new().format(number));
    }

    fn end(self) {
        self.out.push('}');
    }
}
