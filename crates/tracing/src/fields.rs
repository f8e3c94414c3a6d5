//! The values of an event or a span: copied where they are lent for one call only, and shown to probes.

use std::cell::Cell;
use std::fmt::{self, Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use probelang::host::{Batch, Cursor, Handle, Host, More, Nature, Sameness, Scratch, Size, Symbol, Value};
use probelang_control::HitTime;
use probelang_probe::Timestamp;
use tracing_core::Field;
use tracing_core::field::Visit;

use crate::shape::{DURATION, EXCEPTION, RETURN, Shape};

/// Bytes of all texts of one event or span that are kept.
const TEXTS: usize = 64 << 10;

/// A value.
#[derive(Clone, Copy, Debug, Default)]
enum Slot {
    /// Not recorded, or not read by any probe.
    #[default]
    Missing,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// A part of the texts.
    Text {
        from: usize,
        to: usize,
    },
    /// The beginning of a text for which there was no room.
    Cut {
        from: usize,
        to: usize,
    },
    /// The digits of an integer beyond 64 bits.
    Digits {
        from: usize,
        to: usize,
    },
    /// The program's own code to write it has panicked.
    Panicked,
}

/// The values of an event or a span.
#[derive(Debug, Default)]
pub struct Fields {
    slots: Vec<Slot>,
    texts: String,
}

thread_local! {
    /// Memory for the values of an event; taken while it is used.
    static SPARE: Cell<Option<Box<Fields>>> = const { Cell::new(None) };
}

impl Fields {
    /// Runs with memory of the thread, so that an event need not allocate.
    pub fn with_spare<R>(len: usize, run: impl FnOnce(&mut Self) -> R) -> R {
        let mut fields = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        fields.clear(len);
        let result = run(&mut fields);
        // a big text is not kept for ever
        if fields.texts.capacity() <= TEXTS {
            let _ = SPARE.try_with(|spare| spare.set(Some(fields)));
        }
        result
    }

    /// No values.
    pub fn clear(&mut self, len: usize) {
        self.slots.clear();
        self.slots.resize(len, Slot::Missing);
        self.texts.clear();
    }

    /// What keeps the values that are recorded, by the fields of a callsite.
    pub const fn recorder<'f>(&'f mut self, shape: &'f Shape) -> Recorder<'f> {
        Recorder { fields: self, shape }
    }

    fn set(&mut self, at: usize, slot: Slot) {
        if let Some(place) = self.slots.get_mut(at) {
            *place = slot;
        }
    }

    /// Keeps a text, as far as there is room.
    fn text(&mut self, at: usize, write: impl FnOnce(&mut Room<'_>) -> fmt::Result) {
        let from = self.texts.len();
        let mut room = Room { texts: &mut self.texts, is_full: false };
        let _ = write(&mut room);
        let is_full = room.is_full;
        let to = self.texts.len();
        self.set(at, if is_full { Slot::Cut { from, to } } else { Slot::Text { from, to } });
    }

    /// Keeps a text of somebody else.
    pub fn set_text(&mut self, at: usize, text: &str) {
        self.text(at, |room| room.write_str(text));
    }

    /// The text of a value, if it is one.
    pub fn as_text(&self, at: usize) -> Option<&str> {
        match self.slots.get(at)? {
            Slot::Text { from, to } | Slot::Cut { from, to } => self.texts.get(*from..*to),
            Slot::Missing
            | Slot::Bool(_)
            | Slot::Int(_)
            | Slot::Uint(_)
            | Slot::Float(_)
            | Slot::Digits { .. }
            | Slot::Panicked => None,
        }
    }

    /// Takes a value over, if it was recorded, and says so.
    pub fn copy(&mut self, other: &Self, from: usize, to: usize) -> bool {
        let Some(slot) = other.slots.get(from).copied() else { return false };
        let (first, last, kept): (_, _, fn(usize, usize) -> Slot) = match slot {
            Slot::Missing => return false,
            Slot::Bool(_) | Slot::Int(_) | Slot::Uint(_) | Slot::Float(_) | Slot::Panicked => {
                self.set(to, slot);
                return true;
            }
            Slot::Text { from, to } => (from, to, |from, to| Slot::Text { from, to }),
            Slot::Cut { from, to } => (from, to, |from, to| Slot::Cut { from, to }),
            Slot::Digits { from, to } => (from, to, |from, to| Slot::Digits { from, to }),
        };
        self.set_text(to, other.texts.get(first..last).unwrap_or_default());
        if let Some(place) = self.slots.get_mut(to)
            && let Slot::Text { from, to } = *place
        {
            *place = kept(from, to);
        }
        true
    }

    fn value(&self, at: Option<usize>) -> Value<'_> {
        let part = |from: usize, to: usize| self.texts.get(from..to).unwrap_or_default();
        match at.and_then(|at| self.slots.get(at)) {
            None | Some(Slot::Missing) => Value::Absent,
            Some(Slot::Bool(value)) => Value::Bool(*value),
            Some(Slot::Int(value)) => Value::Int(*value),
            Some(Slot::Uint(value)) => Value::from_u64(*value),
            Some(Slot::Float(value)) => Value::Float(*value),
            Some(Slot::Text { from, to }) => Value::Str(part(*from, *to)),
            Some(Slot::Cut { from, to }) => Value::CutStr(part(*from, *to)),
            Some(Slot::Digits { .. }) => {
                Value::BigInt(Handle { shape: DIGITS, word: at.unwrap_or_default() as u64 })
            }
            Some(Slot::Panicked) => Value::Unreadable("its text could not be written"),
        }
    }
}

/// Text that stops when it is long enough.
struct Room<'t> {
    texts: &'t mut String,
    is_full: bool,
}

impl fmt::Write for Room<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = TEXTS.saturating_sub(self.texts.len());
        let end = text.floor_char_boundary(room);
        self.texts.push_str(text.get(..end).unwrap_or_default());
        self.is_full |= end < text.len();
        if self.is_full { Err(fmt::Error) } else { Ok(()) }
    }
}

/// Keeps values as they are recorded.
pub struct Recorder<'f> {
    fields: &'f mut Fields,
    shape: &'f Shape,
}

impl Recorder<'_> {
    fn record(&mut self, field: &Field, slot: Slot) {
        if self.shape.wants(field.index()) {
            self.fields.set(field.index(), slot);
        }
    }

    fn digits(&mut self, field: &Field, number: impl fmt::Display) {
        if !self.shape.wants(field.index()) {
            return;
        }
        self.fields.text(field.index(), |room| write!(room, "{number}"));
        if let Some(slot) = self.fields.slots.get_mut(field.index())
            && let Slot::Text { from, to } = *slot
        {
            *slot = Slot::Digits { from, to };
        }
    }

    /// Code of the program: it may log, and it may panic.
    fn written(&mut self, field: &Field, write: impl FnOnce(&mut Room<'_>) -> fmt::Result) {
        let at = field.index();
        if !self.shape.wants(at) {
            return;
        }
        let fields = &mut *self.fields;
        if catch_unwind(AssertUnwindSafe(|| quietly(|| fields.text(at, write)))).is_err() {
            self.fields.set(at, Slot::Panicked);
        }
    }
}

impl Visit for Recorder<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.record(field, Slot::Float(value));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record(field, Slot::Int(value));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record(field, Slot::Uint(value));
    }
    fn record_i128(&mut self, field: &Field, value: i128) {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.record(field, Slot::Int(value)),
            (Err(_), Ok(value)) => self.record(field, Slot::Uint(value)),
            (Err(_), Err(_)) => self.digits(field, value),
        }
    }
    fn record_u128(&mut self, field: &Field, value: u128) {
        match u64::try_from(value) {
            Ok(value) => self.record(field, Slot::Uint(value)),
            Err(_) => self.digits(field, value),
        }
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.record(field, Slot::Bool(value));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        if self.shape.wants(field.index()) {
            self.fields.set_text(field.index(), value);
        }
    }
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.written(field, |room| write!(room, "{value}"));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.written(field, |room| write!(room, "{value:?}"));
    }
}

thread_local! {
    /// Whether the thread writes a value of the program, whose code may log.
    static WRITES: Cell<bool> = const { Cell::new(false) };
}

/// Whether the thread is within code of the program that was called from here: what that logs is no hit.
pub fn is_writing() -> bool {
    WRITES.try_with(Cell::get).unwrap_or(true)
}

fn quietly(run: impl FnOnce()) {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            let _ = WRITES.try_with(|writes| writes.set(self.0));
        }
    }
    let _reset = Reset(WRITES.try_with(|writes| writes.replace(true)).unwrap_or(true));
    run();
}

/// The shapes of handles: a variable with members; an integer beyond 64 bits.
const MEMBERS: u32 = 0;
const DIGITS: u32 = 1;

/// The values of a hit, as a host.
pub struct FieldHost<'h> {
    pub shape: &'h Shape,
    fields: &'h Fields,
    /// When the call began.
    start: Option<Timestamp>,
    /// When the hit is.
    pub time: HitTime,
}

impl<'h> FieldHost<'h> {
    /// What is seen now; at a call that began then.
    pub fn new(shape: &'h Shape, fields: &'h Fields, start: Option<Timestamp>) -> Self {
        Self { shape, fields, start, time: HitTime::default() }
    }

    fn lend(&self, at: usize) -> Value<'_> {
        let Some(node) = self.shape.node(at) else { return Value::Absent };
        let own = self.fields.value(node.field);
        let handle = Handle { shape: MEMBERS, word: at as u64 };
        match (node.members.is_empty(), own) {
            (true, own) => own,
            (false, Value::Absent) => Value::Object(handle),
            // a field `http` next to a field `http.method`
            (false, _) => Value::Opaque(handle),
        }
    }

    fn at(handle: Handle) -> Option<usize> {
        (handle.shape == MEMBERS).then(|| usize::try_from(handle.word).ok()).flatten()
    }

    fn members(&self, handle: Handle) -> &[usize] {
        Self::at(handle).and_then(|at| self.shape.node(at)).map_or(&[], |node| &node.members)
    }
}

impl Host for FieldHost<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = match name {
            RETURN => self.fields.value(self.shape.returned),
            EXCEPTION => self.fields.value(self.shape.thrown),
            // milliseconds
            DURATION => match self.start {
                Some(start) => Value::Float(self.time.exact().since(start).as_secs_f64() * 1_000.0),
                None => Value::Absent,
            },
            _ => self.shape.variable(name).map_or(Value::Absent, |at| self.lend(at)),
        };
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        let member = Self::at(object).and_then(|at| self.shape.member(at, name));
        *out = member.map_or(Value::Absent, |at| self.lend(at));
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(self.members(value).len() as u64)
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let from = usize::try_from(cursor.position).unwrap_or(usize::MAX);
        let left = self.members(cursor.handle).get(from..).unwrap_or_default();
        let mut count = 0;
        for ((member, key), value) in left.iter().zip(keys.iter_mut()).zip(values.iter_mut()) {
            *key = Value::Str(self.shape.node(*member).map_or("", |node| node.name));
            *value = self.lend(*member);
            count = usize::saturating_add(count, 1);
        }
        cursor.position = cursor.position.saturating_add(count as u64);
        Batch { count, more: if count == left.len() { More::Done } else { More::Yes } }
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b { Sameness::Same } else { Sameness::Different }
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let node = Self::at(opaque).and_then(|at| self.shape.node(at));
        node.map_or(Value::Absent, |node| self.fields.value(node.field))
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        (nature == Nature::Fields && !self.members(value).is_empty()).then_some(value)
    }

    fn digits<'t>(&'t self, integer: Handle, _: &'t mut Scratch) -> &'t str {
        let at = usize::try_from(integer.word).ok();
        let slot = at.and_then(|at| self.fields.slots.get(at));
        let Some(Slot::Digits { from, to }) = slot else { return "" };
        self.fields.texts.get(*from..*to).unwrap_or_default()
    }
}
