//! Captures: values of a hit as a snapshot, into a writer of the caller.

use std::ffi::c_char;

use probelang::capture::{
    About, Capture, CaptureLimits, Ending, EventError, Frame, Group, Location, Moment, Name, Named,
    ProbeName, Settings, StackFrame, Throwable, frame,
};
use probelang::host::{Allowance, Symbol};
use probelang::redact::Policy;

use crate::boundary::{Stop, boundary};
use crate::engine::{CallbackClock, probelang_engine, settings, sized};
use crate::handle::{self, Opaque, exclusive, give, shared, tag};
use crate::host::probelang_host;
use crate::lent::{Callbacks, Lent};
use crate::program::{Kinds, probelang_bound};
use crate::run::{probelang_budget, spending};
use crate::status::{Numbered, numbered, probelang_status};
use crate::text::{Zero, array, optional, probelang_str, probelang_writer, put, text_of};

/// Memory for the captures of a hit, to be reused for the next one. Used by one thread at a time.
pub struct probelang_capture {
    _opaque: [u8; 0],
}

impl Opaque for probelang_capture {
    type Inner = Captured;
    const TAG: u64 = tag(8);
}

/// The inside of a capture.
pub(crate) struct Captured {
    capture: Capture,
    /// What is redacted.
    policy: std::sync::Arc<Policy>,
    allowance: Allowance,
    clock: Option<CallbackClock>,
    /// The expressions that failed, with what went wrong.
    errors: Vec<(String, String)>,
    /// What is handed to the writer.
    out: String,
}

/// The group that a captured name belongs to.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_group {
    /// An argument, `this` or `self` among them.
    Arguments = 0,
    /// A local, `@return` and `@exception` among them.
    Locals = 1,
    /// A static field or a global.
    StaticFields = 2,
}

numbered!(probelang_group as u32: Arguments Locals StaticFields);

/// A name that a snapshot shows. Names of the same group must be adjacent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_name {
    /// The name.
    pub name: probelang_str,
    /// A `probelang_group`.
    pub group: u32,
    /// Its symbol in the host.
    pub symbol: u32,
}

impl probelang_name {
    /// As the engine takes it.
    pub(crate) fn read<'c>(&self) -> Result<Name<'c>, Stop> {
        let group = match probelang_group::given(self.group)? {
            probelang_group::Arguments => Group::Arguments,
            probelang_group::Locals => Group::Locals,
            probelang_group::StaticFields => Group::StaticFields,
        };
        Ok(Name { group, name: text_of(self.name)?, symbol: Symbol(self.symbol) })
    }
}

/// How much of each value a capture shows. 0 keeps the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_capture_limits {
    /// `sizeof(probelang_capture_limits)`.
    pub size: usize,
    /// Levels of collections and objects: 3.
    pub depth: usize,
    /// Elements of a collection: 100.
    pub items: usize,
    /// Characters of a string: 255.
    pub length: usize,
    /// Fields of an object, names of a group: 20.
    pub fields: usize,
}

// SAFETY: numbers.
unsafe impl Zero for probelang_capture_limits {}

fn limits(given: *const probelang_capture_limits, default: CaptureLimits) -> Result<CaptureLimits, Stop> {
    if given.is_null() {
        return Ok(default);
    }
    let given = sized(given)?;
    let or = |given: usize, default: usize| if given == 0 { default } else { given };
    Ok(CaptureLimits::default()
        .with_depth(or(given.depth, default.depth))
        .with_items(or(given.items, default.items))
        .with_length(or(given.length, default.length))
        .with_fields(or(given.fields, default.fields)))
}

/// An expression whose value is captured under a name.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_named {
    /// The name.
    pub name: probelang_str,
    /// The expression: a bound program that gives a value.
    pub program: *const probelang_bound,
    /// Its own limits; null for those of the frame.
    pub limits: *const probelang_capture_limits,
}

/// A moment of a hit.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_moment {
    /// Before the body of a function.
    Entry = 0,
    /// After it.
    Return = 1,
    /// Before a line.
    Line = 2,
}

numbered!(probelang_moment as u32: Entry Return Line);

/// How a call ended.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_ending {
    /// It has not ended, or how is not known.
    Unsaid = 0,
    /// It returned.
    Returned = 1,
    /// It threw `thrown`.
    Threw = 2,
}

numbered!(probelang_ending as u32: Unsaid Returned Threw);

/// A frame of a call stack. Fields that are not known are null or 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_stack_frame {
    /// The file.
    pub file: probelang_str,
    /// The function.
    pub function: probelang_str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_stack_frame {}

impl probelang_stack_frame {
    pub(crate) fn read<'c>(&self) -> Result<StackFrame<'c>, Stop> {
        let number = |number: u32| (number != 0).then_some(number);
        Ok(StackFrame {
            file: optional(self.file)?,
            function: optional(self.function)?,
            line: number(self.line),
            column: number(self.column),
        })
    }
}

/// Frames that a call stack may have.
pub(crate) const MOST_FRAMES: usize = 1_024;

pub(crate) fn stack<'c>(
    frames: *const probelang_stack_frame,
    count: usize,
) -> Result<Vec<StackFrame<'c>>, Stop> {
    if count > MOST_FRAMES {
        return Err(probelang_status::TooLong.into());
    }
    array(frames, count)?.iter().map(probelang_stack_frame::read).collect()
}

/// What a call threw.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_throwable {
    /// Its full type.
    pub type_name: probelang_str,
    /// Its message, or null.
    pub message: probelang_str,
    /// Where it was thrown, innermost frame first.
    pub stack: *const probelang_stack_frame,
    /// How many frames that are, at most 1,024.
    pub stack_count: usize,
}

/// Lends what a call threw as the engine takes it.
pub(crate) fn with_throwable<R>(
    thrown: *const probelang_throwable,
    read: impl FnOnce(&Throwable<'_>) -> Result<R, Stop>,
) -> Result<R, Stop> {
    let thrown = array(thrown, 1)?.first().ok_or(probelang_status::Null)?;
    let stack = stack(thrown.stack, thrown.stack_count)?;
    read(&Throwable {
        type_name: optional(thrown.type_name)?.unwrap_or_default(),
        message: optional(thrown.message)?,
        stack: &stack,
        ..Throwable::default()
    })
}

/// What is captured at one moment of a hit.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_frame {
    /// `sizeof(probelang_frame)`.
    pub size: usize,
    /// A `probelang_moment`.
    pub moment: u32,
    /// The line, of that moment.
    pub line: u32,
    /// Its names.
    pub names: *const probelang_name,
    /// How many names.
    pub name_count: usize,
    /// Expressions, captured after the names.
    pub expressions: *const probelang_named,
    /// How many expressions.
    pub expression_count: usize,
    /// Why the host could not list all names; null if it could.
    pub missing: probelang_str,
    /// A `probelang_ending`.
    pub ending: u32,
    /// What it threw, if it did.
    pub thrown: *const probelang_throwable,
    /// Limits; null for the default ones.
    pub limits: *const probelang_capture_limits,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_frame {}

/// What a snapshot contains besides captures.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_about {
    /// `sizeof(probelang_about)`.
    pub size: usize,
    /// The language of the program: `java`.
    pub language: probelang_str,
    /// Its id, a UUID; null for none.
    pub id: probelang_str,
    /// When it was taken, in milliseconds since 1970; 0 for not known.
    pub timestamp: u64,
    /// How long the call ran, in nanoseconds; 0 for not known.
    pub duration: u64,
    /// The id of the probe; null for none.
    pub probe_id: probelang_str,
    /// The version of its configuration.
    pub probe_version: u64,
    /// The type or module of the probe's function; for a line, its file.
    pub place: probelang_str,
    /// The function; null at a line.
    pub method: probelang_str,
    /// The line, as it is configured; null at a function.
    pub line: probelang_str,
    /// The call stack, innermost frame first.
    pub stack: *const probelang_stack_frame,
    /// How many frames, at most 1,024.
    pub stack_count: usize,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_about {}

/// New memory for captures, with the current redaction, limits and clock of the engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_capture_new(
    engine: *const probelang_engine,
    out: *mut *mut probelang_capture,
) -> probelang_status {
    boundary! {
        let settings = settings(engine)?;
        let captured = Captured {
            capture: Capture::new(),
            policy: settings.engine.redaction().clone(),
            allowance: Allowance::new(settings.run),
            clock: settings.clock,
            errors: Vec::new(),
            out: String::new(),
        };
        give(out, captured)?;
        Ok(probelang_status::Ok)
    }
}

/// Empties the memory for the next hit. It is kept, so that captures allocate nothing once it is large enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_capture_clear(capture: *mut probelang_capture) -> probelang_status {
    boundary! {
        let mut captured = exclusive(capture)?;
        captured.capture.clear();
        captured.errors.clear();
        Ok(probelang_status::Ok)
    }
}

/// Adds a moment of a hit to the capture. Values that the budget does not suffice for are marked `timeout` in the
/// snapshot; an expression that fails is listed there. Neither is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_capture_frame(
    capture: *mut probelang_capture,
    host: *const probelang_host,
    frame: *const probelang_frame,
    budget: *mut probelang_budget,
) -> probelang_status {
    boundary! {
        let mut captured = exclusive(capture)?;
        let Captured { capture, policy, allowance, clock, errors, .. } = &mut *captured;
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        let given = sized(frame)?;
        let names: Result<Vec<Name<'_>>, Stop> =
            array(given.names, given.name_count)?.iter().map(probelang_name::read).collect();
        let names = names?;
        let limits = limits(given.limits, CaptureLimits::default())?;
        let mut expressions = Vec::new();
        for one in array(given.expressions, given.expression_count)? {
            let Kinds::Value(program) = &shared(one.program)?.program else {
                return Ok(probelang_status::WrongKind);
            };
            let name = text_of(one.name)?;
            let own = if one.limits.is_null() { None } else { Some(self::limits(one.limits, limits)?) };
            expressions.push(Named { name, program, limits: own });
        }
        let line = given.line.to_string();
        let moment = match probelang_moment::given(given.moment)? {
            probelang_moment::Entry => Moment::Entry,
            probelang_moment::Return => Moment::Return,
            probelang_moment::Line => Moment::Line(&line),
        };
        let missing = optional(given.missing)?;
        let mut settings = Settings::new(policy);
        settings.limits = limits;
        let mut run = |ending: Ending<'_>| -> Result<_, Stop> {
            let frame = Frame { moment, names: &names, expressions: &expressions, missing, ending };
            Ok(spending!(budget, allowance, clock, |spend| self::frame(capture, &host, &frame, &settings, spend)))
        };
        let failed = match probelang_ending::given(given.ending)? {
            probelang_ending::Unsaid => run(Ending::Unsaid)?,
            probelang_ending::Returned => run(Ending::Returned)?,
            probelang_ending::Threw => with_throwable(given.thrown, |thrown| run(Ending::Threw(thrown)))?,
        };
        for (at, raw) in failed {
            if let Some(one) = expressions.get(at) {
                let fault = one.program.fault(&raw);
                errors.push((fault.source().to_owned(), fault.message));
            }
        }
        Ok(probelang_status::Ok)
    }
}

/// Writes the captures as a snapshot of at most `most` bytes (`grammar/snapshot.schema.json`), 0 for 1 MiB; a larger
/// one is pruned. The writer is called once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_capture_write(
    capture: *mut probelang_capture,
    about: *const probelang_about,
    most: usize,
    writer: *const probelang_writer,
) -> probelang_status {
    boundary! {
        let mut captured = exclusive(capture)?;
        let Captured { capture, errors, out, .. } = &mut *captured;
        let given = sized(about)?;
        let writer = sized(writer)?;
        let write = writer.write.ok_or(probelang_status::Null)?;
        let stack = stack(given.stack, given.stack_count)?;
        let errors: Vec<EventError<'_>> = errors.iter().map(|(expr, message)| EventError::new(expr, message)).collect();
        let known = |number: u64| (number != 0).then_some(number);
        let place = optional(given.place)?.unwrap_or_default();
        let location = match (optional(given.method)?, optional(given.line)?) {
            (Some(method), _) => Location::Method { type_name: place, method },
            (None, line) => Location::Line { file: place, line: line.unwrap_or_default() },
        };
        let probe = optional(given.probe_id)?.map(|id| ProbeName { id, version: given.probe_version, location });
        let about = About {
            language: optional(given.language)?.unwrap_or_default(),
            id: optional(given.id)?,
            timestamp: known(given.timestamp),
            duration: known(given.duration),
            probe,
            stack: &stack,
            errors: &errors,
            ..About::default()
        };
        out.clear();
        let most = if most == 0 { 1 << 20 } else { most };
        capture.write_snapshot(&about, most, out);
        // SAFETY: the caller gave the function together with its data; the text is lent for the call.
        let failed = unsafe { write(writer.data, out.as_ptr().cast::<c_char>(), out.len()) };
        Ok(if failed == 0 { probelang_status::Ok } else { probelang_status::WriteFailed })
    }
}

/// The number of bytes captured so far.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_capture_len(
    capture: *mut probelang_capture,
    out: *mut usize,
) -> probelang_status {
    boundary! {
        put(out, exclusive(capture)?.capture.len())?;
        Ok(probelang_status::Ok)
    }
}

/// Frees the memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_capture_free(capture: *mut probelang_capture) -> probelang_status {
    boundary! { handle::free(capture) }
}
