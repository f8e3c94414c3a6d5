//! Values as snapshots record them: what a probe saw, in the format of the tracers.
//!
//! A [`Capture`] is filled while the program waits: a context for each moment (entry, return, a line), in it
//! groups of names, each name with its value, written at once under limits and redaction. When the hit is over
//! it is written out as a snapshot or an event of a given size; what does not fit is pruned, deepest parts first.
//!
//! ```
//! use probelang_capture::{About, Binding, Capture, CaptureLimits, Group, HostReader, Moment};
//! # use probelang_host::{Host, Symbol, Value};
//! # struct Nothing;
//! # impl Host for Nothing {
//! #     fn var<'a>(&'a self, _: Symbol, _: &mut Value<'a>) {}
//! # }
//! # let host = Nothing;
//! use probelang_host::Budget;
//! use probelang_redact::Policy;
//!
//! let (policy, limits) = (Policy::built_in(), CaptureLimits::default());
//! let mut budget = Budget::steps(10_000);
//! let mut reader = HostReader::new(&host, &policy, &mut budget);
//!
//! let mut capture = Capture::new();
//! capture.moment(Moment::Return);
//! capture.group(Group::Arguments);
//! capture.name(&mut reader, "id", Binding::Value(Value::Int(7)), &limits)?;
//! capture.name(&mut reader, "password", Binding::Value(Value::Str("hunter2")), &limits)?;
//!
//! let mut out = String::new();
//! capture.write_snapshot(&About { language: "rust", ..About::default() }, 1 << 20, &mut out);
//! assert_eq!(out, concat!(
//!     r#"{"language":"rust","producer":"probelang","captures":{"return":{"arguments":{"#,
//!     r#""id":{"type":"integer","value":"7"},"#,
//!     r#""password":{"type":"string","notCapturedReason":"redactedIdent"}}}}}"#,
//! ));
//! # Ok::<(), probelang_capture::Stop>(())
//! ```

mod event;
mod index;
mod limits;
mod plain;
mod prune;
mod value;

use std::fmt;

use probelang_diagnostic::spell::{push_json, push_json_content};
use probelang_host::{Hidden, Origin, Scratch, Symbol, Value};
use probelang_redact::{Mode, Policy};

pub use event::{
    About, Event, EventError, Location, Logger, MIN_SIZE, ProbeName, Redaction, StackFrame, Throwable,
    Written,
};
pub use limits::CaptureLimits;

use crate::keys::{Keys, Names};
use crate::walk::{Found, Leaf, Open, Place, Sink, drive_in, leaf, shows_scalars};
use crate::{Reader, Stop};
use event::first;
use index::{Context, Index, Named, narrow};
use prune::Pruner;
use value::{Level, ValueSink};

/// Why something was not captured, as snapshots say it.
mod reason {
    pub(super) const FIELDS: &str = "fieldCount";
    pub(super) const ITEMS: &str = "collectionSize";
    pub(super) const TIMEOUT: &str = "timeout";
    pub(super) const TOO_LARGE: &str = "payloadTooLarge";
    pub(super) const REDACTED_NAME: &str = "redactedIdent";
    pub(super) const REDACTED_TYPE: &str = "redactedType";
    pub(super) const REDACTED_VALUE: &str = "redactedValue";
    pub(super) const OPAQUE: &str = "opaque";
    pub(super) const UNREADABLE: &str = "unreadable";
    pub(super) const GROUP_TWICE: &str = "groupTwice";
    pub(super) const NAME_TWICE: &str = "nameTwice";
    pub(super) const FIELD_TWICE: &str = "fieldTwice";
}

/// Bytes of values that are written before anything is pruned: 8 MiB. After that nothing more is expanded, and
/// what remains says `payloadTooLarge`.
const CAP: usize = 8 << 20;
/// The members of `captures`, as bits, and of a context the one that is not a group.
const ENTRY: u8 = 1;
const RETURN: u8 = 2;
const LINES: u8 = 4;
const APART: u8 = 8;
const CAUGHT: u8 = 16;
const THROWABLE: u8 = 16;
/// Bytes from which on names, too, are left out.
const NAMES_CAP: usize = CAP.saturating_mul(2);
/// Characters of an exception's message.
const MESSAGE: usize = 2_048;

/// A moment of a hit, with a context of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment<'m> {
    /// Before the body of a function.
    Entry,
    /// After it.
    Return,
    /// Before the line of this number.
    Line(&'m str),
    /// None: its groups stand next to the contexts of the others, as some tracers write expressions.
    Apart,
}

/// Names of one kind in a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Arguments, `this` or `self` among them.
    Arguments,
    /// Locals, `@return` and `@exception` among them.
    Locals,
    /// Static fields or globals.
    StaticFields,
    /// Values of expressions.
    Expressions,
}

impl Group {
    const fn key(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Locals => "locals",
            Self::StaticFields => "staticFields",
            Self::Expressions => "captureExpressions",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Arguments => 1,
            Self::Locals => 2,
            Self::StaticFields => 4,
            Self::Expressions => 8,
        }
    }
}

/// Where a captured value comes from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Binding<'a> {
    /// The variable of this name in the host.
    Variable(Symbol),
    /// A value of the host, or of the engine's reader.
    Value(Value<'a>),
}

/// What was captured of one hit so far.
///
/// Its calls may come in any order: a context or group is closed when another begins. Each is written once: what
/// is given for a group later is left out, and the context says so; what is given for a context later, or for
/// lines or caught exceptions after something else began, is left out. All memory is kept for the next hit by
/// [`clear`](Self::clear), so that captures allocate nothing once it is large enough.
///
/// # Cost
/// Linear in what is written. The reader is charged for each element read and each 64 bytes of text. When its
/// budget is used up, what remains says `timeout`.
#[derive(Default)]
pub struct Capture {
    /// The members of `captures`.
    out: String,
    index: Index,
    pruner: Pruner,
    /// The names of the open group, and of objects that are open while a value is written.
    keys: Keys,
    /// Collections that are open while a value is written.
    open: Vec<Open<'static, Level>>,
    /// Room for the names of types. It is large, and a capture is moved.
    scratch: Option<Box<Scratch>>,
    place: State,
    exhausted: bool,
    /// Texts, and parts of texts, that were hidden because of what they say.
    masked: u64,
    /// The strongest mode under which something was captured.
    mode: Mode,
    /// What was begun, of the members of `captures`.
    had: u8,
    /// The lines that have contexts, each followed by a NUL.
    lines: String,
    /// Why names are missing, as the caller says it.
    given: String,
}

/// What of the text is open.
#[derive(Clone, Copy, Default)]
struct State {
    /// `lines` is.
    lines: bool,
    /// `caughtExceptions` is.
    caught: bool,
    /// A context is.
    context: bool,
    /// It has no key and no braces of its own.
    bare: bool,
    /// It was written before, and is not written again.
    silent: bool,
    /// A group of it is.
    group: Option<Group>,
    /// The groups that the context has or had.
    groups: u8,
    /// Whether the context, or what is innermost besides, has a member.
    filled: bool,
    /// Names of the open group that count.
    count: usize,
    /// All of them.
    names: Names,
    /// Why names of the context are missing.
    missing: Option<Why>,
}

/// Why names are missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// For one of the known reasons.
    Known(&'static str),
    /// For that which the caller gave.
    Given,
}

impl Capture {
    /// An empty capture without memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for a capture of so many bytes, so that it need not grow to them in steps.
    pub fn reserve(&mut self, bytes: usize) {
        self.out.reserve(bytes);
        // a value takes some 50 bytes
        self.index.spans.reserve(bytes / 48);
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.out.clear();
        self.index.clear();
        self.keys.clear();
        self.place = State::default();
        self.exhausted = false;
        self.masked = 0;
        self.mode = Mode::Off;
        self.had = 0;
        self.lines.clear();
    }

    /// Whether nothing was captured.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Bytes that were captured.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether a budget was used up, so that something says `timeout`.
    #[must_use]
    pub const fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// How many texts and parts of texts were hidden because of what they say.
    #[must_use]
    pub const fn masked(&self) -> u64 {
        self.masked
    }

    /// Begins the context of a moment.
    pub fn moment(&mut self, moment: Moment<'_>) {
        self.end_context();
        let line = matches!(moment, Moment::Line(_));
        if self.place.caught || (self.place.lines && !line) {
            self.end_outer();
        }
        if self.repeats(moment) {
            self.place = State { context: true, silent: true, groups: u8::MAX, ..self.place };
            return;
        }
        match moment {
            Moment::Entry => self.member("entry"),
            Moment::Return => self.member("return"),
            Moment::Line(number) => {
                if !self.place.lines {
                    self.member("lines");
                    self.out.push('{');
                    (self.place.lines, self.place.filled) = (true, false);
                }
                self.member(number);
            }
            Moment::Apart => {
                self.place = State { context: true, bare: true, ..self.place };
                return;
            }
        }
        self.out.push('{');
        self.place = State { context: true, lines: self.place.lines, ..State::default() };
    }

    /// Whether a context was written before, or can be written no more; notes that it is.
    fn repeats(&mut self, moment: Moment<'_>) -> bool {
        let bit = match moment {
            Moment::Entry => ENTRY,
            Moment::Return => RETURN,
            Moment::Line(_) => LINES,
            Moment::Apart => APART,
        };
        let had = self.had & bit != 0;
        self.had |= bit;
        let Moment::Line(number) = moment else { return had };
        // what no line is called would not be found again
        let again = self.lines.split_terminator('\0').any(|line| line == number) || number.contains('\0');
        if again || (had && !self.place.lines) {
            return true;
        }
        self.lines.push_str(number);
        self.lines.push('\0');
        false
    }

    /// Begins a group of the context, or goes on with it; without a context, of that of the return.
    pub fn group(&mut self, group: Group) {
        if self.place.group == Some(group) {
            return;
        }
        if !self.place.context {
            self.moment(Moment::Return);
        }
        self.end_group();
        if self.place.groups & group.bit() != 0 {
            self.note(reason::GROUP_TWICE);
            return;
        }
        self.place.groups |= group.bit();
        self.member(group.key());
        self.out.push('{');
        self.keys.clear();
        let names = self.keys.begin();
        self.place = State { group: Some(group), filled: false, count: 0, names, ..self.place };
    }

    /// Writes a name of the open group with its value. The name shows also where the value is hidden. A variable
    /// that the host does not have is left out; names beyond [`CaptureLimits::fields`] are left out too, and the
    /// context says so. Names that begin with `@` are always written.
    ///
    /// # Errors
    /// [`Stop`] where a lazy filter ended in a fault: then nothing is written.
    pub fn name<'a, R: Reader<'a> + ?Sized>(
        &mut self,
        reader: &mut R,
        name: &str,
        source: Binding<'a>,
        limits: &CaptureLimits,
    ) -> Result<(), Stop> {
        if self.place.group.is_none() {
            // its group was written before
            return Ok(());
        }
        let special = name.starts_with('@');
        if !special && self.place.count >= limits.fields {
            self.note(reason::FIELDS);
            return Ok(());
        }
        if self.out.len().saturating_add(name.len()) > NAMES_CAP {
            self.note(reason::TOO_LARGE);
            return Ok(());
        }
        let mut exhausted = self.exhausted || reader.charge(1).is_err();
        let (value, origin) = match source {
            Binding::Value(value) => (value, Origin::Elsewhere),
            Binding::Variable(symbol) => {
                let mut value = Value::Absent;
                reader.host().var(symbol, &mut value);
                if value == Value::Absent {
                    return Ok(());
                }
                (value, Origin::Var(symbol))
            }
        };
        let (start, spans, filled) = (self.out.len(), self.index.spans.len(), self.place.filled);
        if filled {
            self.out.push_str(",\"");
        } else {
            self.out.push('"');
        }
        let content = self.out.len();
        let mode = reader.policy().mode();
        let masked_name;
        let name_shown = match mode {
            Mode::Off => name,
            Mode::Targeted | Mode::Strict => {
                self.mode = self.mode.at_least(mode);
                masked_name = reader.policy().masked_name(name);
                &masked_name
            }
        };
        push_json_content(&mut self.out, name_shown);
        if !self.keys.add(&mut self.place.names, name_shown, &self.out, content) {
            self.out.truncate(start);
            self.note(reason::NAME_TWICE);
            return Ok(());
        }
        self.out.push_str("\":");
        self.place.filled = true;
        let scratch = self.scratch.get_or_insert_default();
        let (out, index, keys) = (&mut self.out, &mut self.index, &mut self.keys);
        let mut sink = ValueSink::new(out, index, keys, limits, CAP, origin, scratch);
        sink.mode = mode;
        let found = Found { value: &value, place: Place::Top, lent: None };
        let policy = reader.policy();
        let hidden = match self.place.group {
            // named by its text
            Some(Group::Expressions) => policy.redacts_expression(name),
            _ => policy.redacts_name(name),
        };
        let written = if hidden {
            sink.leaf(reader, Leaf::Redacted(Hidden::Name), &found)
        } else if exhausted {
            sink.leaf(reader, Leaf::Unreadable(reason::TIMEOUT), &found)
        } else if shows_scalars(reader.policy()) && sink.scalar(reader, &found) {
            Ok(())
        } else if let Some(leaf) = leaf(reader, &value) {
            sink.leaf(reader, leaf, &found)
        } else {
            let memory = recycled(std::mem::take(&mut self.open));
            let (written, memory) = drive_in(reader, &value, &mut sink, memory);
            self.open = recycled(memory);
            written
        };
        exhausted |= sink.exhausted;
        let masked = sink.masked;
        if let Err(Stop) = written {
            self.out.truncate(start);
            self.index.spans.truncate(spans);
            self.keys.rewind(&mut self.place.names, start);
            self.place.filled = filled;
            return Err(Stop);
        }
        self.masked = self.masked.saturating_add(masked);
        self.index.named.push(Named { start: narrow(start), span: narrow(spans), listed: true });
        self.place.count = self.place.count.saturating_add(usize::from(!special));
        if exhausted {
            self.exhausted = true;
            self.note(reason::TIMEOUT);
        }
        Ok(())
    }

    /// Says why names of the context are missing that the host could not list; 100 characters of it are written, as far as
    /// `policy` shows them.
    pub fn partial(&mut self, why: &str, policy: &Policy) {
        if self.place.context && matches!(self.place.missing, None | Some(Why::Known(reason::FIELDS))) {
            self.given.clear();
            self.given.push_str(first(&policy.masked_reason(why), value::REASON));
            self.place.missing = Some(Why::Given);
        }
    }

    /// Writes the exception that ended the function in the context of its return, or that there was none. Of its message
    /// what `policy` shows.
    pub fn throwable(&mut self, thrown: Option<&Throwable<'_>>, policy: &Policy) {
        if !self.place.context {
            self.moment(Moment::Return);
        }
        self.end_group();
        if self.place.silent || self.place.groups & THROWABLE != 0 {
            return;
        }
        self.place.groups |= THROWABLE;
        match thrown {
            Some(thrown) => self.thrown(Some("throwable"), thrown, policy),
            None => {
                self.member("throwable");
                self.out.push_str("null");
            }
        }
    }

    /// Writes an exception that was caught. Of its message what `policy` shows.
    pub fn caught(&mut self, thrown: &Throwable<'_>, policy: &Policy) {
        self.end_context();
        if !self.place.caught {
            self.end_outer();
            if self.had & CAUGHT != 0 {
                return;
            }
            self.had |= CAUGHT;
            self.member("caughtExceptions");
            self.out.push('[');
            (self.place.caught, self.place.filled) = (true, false);
        }
        self.thrown(None, thrown, policy);
    }

    fn thrown(&mut self, key: Option<&str>, thrown: &Throwable<'_>, policy: &Policy) {
        let start = self.out.len();
        match key {
            Some(key) => self.member(key),
            None => self.separate(),
        }
        let (span, at) = (narrow(self.index.spans.len()), self.out.len());
        self.mode = self.mode.at_least(policy.mode());
        self.masked = self.masked.saturating_add(thrown.write(policy, &mut self.out));
        self.index.leaf(at, self.out.len(), index::Missing::Nothing);
        self.index.named.push(Named { start: narrow(start), span, listed: key.is_none() });
    }

    /// Notes why names of the context are missing; the gravest reason counts.
    fn note(&mut self, why: &'static str) {
        let missing = &mut self.place.missing;
        if matches!(missing, None | Some(Why::Known(reason::FIELDS))) {
            *missing = Some(Why::Known(why));
        }
    }

    fn separate(&mut self) {
        if self.place.filled {
            self.out.push(',');
        }
        self.place.filled = true;
    }

    fn member(&mut self, key: &str) {
        self.separate();
        push_json(&mut self.out, key);
        self.out.push(':');
    }

    fn end_group(&mut self) {
        if self.place.group.take().is_some() {
            self.out.push('}');
            self.place.filled = true;
        }
    }

    fn end_context(&mut self) {
        if !self.place.context {
            return;
        }
        self.end_group();
        let State { lines, bare, silent, filled, missing, .. } = self.place;
        if silent {
            self.place = State { lines, filled, ..State::default() };
            return;
        }
        if let Some(why) = missing {
            self.member("notCapturedReason");
            match why {
                Why::Known(why) => push_json(&mut self.out, why),
                Why::Given => push_json(&mut self.out, &self.given),
            }
        }
        self.index.contexts.push(Context { end: narrow(self.out.len()), partial: missing.is_some() });
        if !bare {
            self.out.push('}');
        }
        self.place = State { lines, filled: !bare || !self.out.is_empty(), ..State::default() };
    }

    /// Ends what contexts or exceptions are listed in.
    fn end_outer(&mut self) {
        if self.place.lines {
            self.out.push('}');
        }
        if self.place.caught {
            self.out.push(']');
        }
        self.place = State { filled: !self.out.is_empty(), ..State::default() };
    }

    /// Ends everything.
    fn end(&mut self) {
        self.end_context();
        self.end_outer();
    }
}

impl fmt::Debug for Capture {
    /// Not what was captured.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("bytes", &self.out.len()).finish_non_exhaustive()
    }
}

/// The memory of a vector for values of another life.
fn recycled<'a, 'b>(mut memory: Vec<Open<'a, Level>>) -> Vec<Open<'b, Level>> {
    memory.clear();
    // the standard library collects into the memory that it iterates over
    memory.into_iter().map_while(|_| None).collect()
}
