//! A host in Rust as a host of callbacks, and the exported functions as Rust calls them: for tests, the conformance
//! runner and the benchmarks. What they run has crossed the binary interface twice.

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::ptr::null_mut;

use probelang::host::{
    Batch, Clock, Cursor, Handle, Hidden, Host, Instance, More, Nature, Number, Origin, Resolve, RunLimits,
    Sameness, Scratch, Search, Size, Symbol, Use, Value,
};
use probelang::{ProgramKind, Source};

use crate::author::probelang_compile;
use crate::engine::{
    probelang_engine_free, probelang_engine_new, probelang_engine_redact, probelang_engine_set_clock,
    probelang_engine_set_dialect, probelang_engine_set_limits,
};
use crate::host::{
    probelang_answer, probelang_batch, probelang_cursor, probelang_host, probelang_more, probelang_origin,
};
use crate::program::{probelang_bind_with, probelang_bound, probelang_bound_free, probelang_program_free};
use crate::report::{probelang_report, probelang_report_free, probelang_report_json};
use crate::run::{
    probelang_budget_free, probelang_budget_new, probelang_eval, probelang_measure, probelang_render,
    probelang_test, probelang_verdict,
};
use crate::status::{probelang_reply, probelang_status};
use crate::text::{
    probelang_str, probelang_text, probelang_text_free, probelang_text_get, probelang_text_new,
};
use crate::value::{kind_of, probelang_hidden, probelang_kind, probelang_value};

/// A host in Rust as a struct of callbacks.
pub struct Through<'h, H> {
    callbacks: probelang_host,
    host: PhantomData<&'h H>,
}

const DONE: i32 = probelang_reply::Done as i32;
const NONE: i32 = probelang_reply::None as i32;
const FAILED: i32 = probelang_reply::Failed as i32;

impl<'h, H: Host> Through<'h, H> {
    /// `host`, with all callbacks.
    #[must_use]
    pub const fn new(host: &'h H) -> Self {
        let callbacks = probelang_host {
            size: size_of::<probelang_host>(),
            data: std::ptr::from_ref(host).cast_mut().cast(),
            var: Some(var::<H>),
            field: Some(field::<H>),
            index: Some(index::<H>),
            entry: Some(entry::<H>),
            key: Some(key::<H>),
            len: Some(len::<H>),
            open: Some(open::<H>),
            items: Some(items::<H>),
            entries: Some(entries::<H>),
            close: Some(close::<H>),
            type_name: Some(type_name::<H>),
            instance_of: Some(instance_of::<H>),
            same: Some(same::<H>),
            enum_name: Some(enum_name::<H>),
            text: Some(text::<H>),
            scalar: Some(scalar::<H>),
            digits: Some(digits::<H>),
            cut_reason: Some(cut_reason::<H>),
            also: Some(also::<H>),
            natures: Some(natures::<H>),
            doubt: Some(doubt::<H>),
            hidden_by: Some(hidden_by::<H>),
            scalar_instance_of: Some(scalar_instance_of::<H>),
            scalar_type: Some(scalar_type::<H>),
        };
        Self { callbacks, host: PhantomData }
    }

    /// The struct that the exported functions take. Only what runs it before `self` is gone may use it.
    #[must_use]
    pub const fn callbacks(&self) -> &probelang_host {
        &self.callbacks
    }
}

/// The host behind the data of a callback.
const fn host<'h, H>(data: *mut c_void) -> &'h H {
    // SAFETY: `Through::new` put a reference there, and the exported functions call back only while they run.
    unsafe { &*data.cast_const().cast() }
}

/// Writes an answer.
#[inline]
fn put<T>(out: *mut T, value: T) -> i32 {
    // SAFETY: the library lends a place for each answer.
    unsafe { out.write(value) };
    DONE
}

#[inline]
fn give(out: *mut probelang_value, value: &Value<'_>) -> i32 {
    put(out, probelang_value::lend(value))
}

fn fail(why: *mut probelang_str, reason: &str) -> i32 {
    put(why, probelang_str::lend(reason));
    FAILED
}

fn give_text(out: *mut probelang_str, text: Option<&str>) -> i32 {
    text.map_or(NONE, |text| put(out, probelang_str::lend(text)))
}

/// Lends a text, or copies it where it lies in the scratch of this call.
fn give_composed(
    scratch: usize,
    text: Option<&str>,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let Some(text) = text else { return NONE };
    if text.as_ptr().addr().wrapping_sub(scratch) >= size_of::<Scratch>() {
        return put(out, probelang_str::lend(text));
    }
    if text.len() > room {
        return FAILED;
    }
    // SAFETY: the library lends `room` bytes.
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), bytes.cast(), text.len()) };
    put(out, probelang_str { data: bytes, len: text.len() })
}

const fn handle(shape: u32, word: u64) -> Handle {
    Handle { shape, word }
}

const fn symbol(number: u32) -> Symbol {
    Symbol(number)
}

/// A value that the library lends.
fn taken<'c>(value: *const probelang_value) -> Value<'c> {
    use probelang_kind as kind;
    // SAFETY: the library lends a value for the length of the callback.
    let value = unsafe { &*value };
    let text = || {
        // SAFETY: and so its text.
        let bytes = unsafe { std::slice::from_raw_parts(value.text_of().cast::<u8>(), value.len) };
        str::from_utf8(bytes).unwrap_or_default()
    };
    match kind_of(value.kind) {
        None | Some(kind::Absent) => Value::Absent,
        Some(kind::Undefined) => Value::Undefined,
        Some(kind::Redacted) => {
            let number = value.word_of() as u32;
            Value::Redacted(match value.shape {
                shape if shape == probelang_hidden::Name as u32 => Hidden::Name,
                shape if shape == probelang_hidden::Type as u32 => Hidden::Type,
                shape if shape == probelang_hidden::NameOf as u32 => Hidden::NameOf(number),
                shape if shape == probelang_hidden::TypeOf as u32 => Hidden::TypeOf(number),
                _ => Hidden::Host,
            })
        }
        Some(kind::Unreadable) => Value::Unreadable(text()),
        Some(kind::Null) => Value::Null,
        Some(kind::Bool) => Value::Bool(value.word_of() != 0),
        Some(kind::Int) => Value::Int(value.word_of().cast_signed()),
        Some(kind::Uint) => Value::from_u64(value.word_of()),
        Some(kind::BigInt) => Value::BigInt(value.handle_of()),
        Some(kind::Float) => Value::Float(f64::from_bits(value.word_of())),
        Some(kind::Str) => Value::Str(text()),
        Some(kind::List) => Value::List(value.handle_of()),
        Some(kind::Set) => Value::Set(value.handle_of()),
        Some(kind::Map) => Value::Map(value.handle_of()),
        Some(kind::Object) => Value::Object(value.handle_of()),
        Some(kind::Opaque) => Value::Opaque(value.handle_of()),
        Some(kind::CutStr) => Value::CutStr(text()),
        Some(kind::Cut) => Value::Cut(value.handle_of()),
    }
}

fn taken_name<'c>(name: *const c_char, len: usize) -> &'c str {
    // SAFETY: the library lends text for the length of the callback.
    str::from_utf8(unsafe { std::slice::from_raw_parts(name.cast(), len) }).unwrap_or_default()
}

unsafe extern "C" fn var<H: Host>(data: *mut c_void, name: u32, out: *mut probelang_value) -> i32 {
    let mut value = Value::Absent;
    host::<H>(data).var(symbol(name), &mut value);
    give(out, &value)
}

unsafe extern "C" fn field<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    name: u32,
    out: *mut probelang_value,
) -> i32 {
    let mut value = Value::Absent;
    host::<H>(data).field(handle(shape, word), symbol(name), &mut value);
    give(out, &value)
}

unsafe extern "C" fn index<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    index: u64,
    out: *mut probelang_value,
) -> i32 {
    let mut value = Value::Absent;
    host::<H>(data).index(handle(shape, word), index, &mut value);
    give(out, &value)
}

fn found(search: Search, value: &Value<'_>, out: *mut probelang_value) -> i32 {
    match search {
        Search::Done => give(out, value),
        Search::Walk => NONE,
    }
}

unsafe extern "C" fn entry<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    key: u32,
    out: *mut probelang_value,
) -> i32 {
    let mut value = Value::Absent;
    let search = host::<H>(data).entry(handle(shape, word), symbol(key), &mut value);
    found(search, &value, out)
}

unsafe extern "C" fn key<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    key: *const probelang_value,
    out: *mut probelang_value,
) -> i32 {
    let mut value = Value::Absent;
    let search = host::<H>(data).key(handle(shape, word), &taken(key), &mut value);
    found(search, &value, out)
}

unsafe extern "C" fn len<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    out: *mut u64,
    why: *mut probelang_str,
) -> i32 {
    match host::<H>(data).len(handle(shape, word)) {
        Size::Known(len) => put(out, len),
        Size::Unreadable(reason) => fail(why, reason),
    }
}

/// A cursor that the library lends.
const fn cursor<'c>(cursor: *mut probelang_cursor) -> &'c mut probelang_cursor {
    // SAFETY: the library lends it for the length of the callback.
    unsafe { &mut *cursor }
}

const fn taken_cursor(cursor: &probelang_cursor) -> Cursor {
    let probelang_cursor { shape, word, position, state } = *cursor;
    Cursor { handle: handle(shape, word), position, state }
}

const fn left(cursor: &Cursor) -> probelang_cursor {
    let Cursor { handle, position, state } = *cursor;
    probelang_cursor { shape: handle.shape, word: handle.word, position, state }
}

unsafe extern "C" fn open<H: Host>(
    data: *mut c_void,
    place: *mut probelang_cursor,
    _: *mut probelang_str,
) -> i32 {
    let place = cursor(place);
    *place = left(&host::<H>(data).open(handle(place.shape, place.word)));
    DONE
}

fn give_batch(out: *mut probelang_batch, batch: Batch<'_>) -> i32 {
    let (more, why) = match batch.more {
        More::Done => (probelang_more::Done, probelang_str::EMPTY),
        More::Yes => (probelang_more::Yes, probelang_str::EMPTY),
        More::Cut(why) => (probelang_more::Cut, probelang_str::lend(why)),
    };
    put(out, probelang_batch { count: batch.count, more: more as u32, why })
}

/// The most values that the library asks for at once.
const ROOM: usize = 32;

unsafe extern "C" fn items<H: Host>(
    data: *mut c_void,
    place: *mut probelang_cursor,
    out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    let place = cursor(place);
    let (mut values, mut at) = ([Value::Absent; ROOM], taken_cursor(place));
    let values = values.get_mut(..room).unwrap_or_default();
    let lent = host::<H>(data).items(&mut at, values);
    *place = left(&at);
    for (at, value) in values.iter().take(lent.count).enumerate() {
        // SAFETY: the library lends `room` places.
        give(unsafe { out.add(at) }, value);
    }
    give_batch(batch, lent)
}

unsafe extern "C" fn entries<H: Host>(
    data: *mut c_void,
    place: *mut probelang_cursor,
    keys_out: *mut probelang_value,
    values_out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    let place = cursor(place);
    let (mut keys, mut values, mut at) = ([Value::Absent; ROOM], [Value::Absent; ROOM], taken_cursor(place));
    let (keys, values) =
        (keys.get_mut(..room).unwrap_or_default(), values.get_mut(..room).unwrap_or_default());
    let lent = host::<H>(data).entries(&mut at, keys, values);
    *place = left(&at);
    for (at, (key, value)) in keys.iter().zip(values.iter()).take(lent.count).enumerate() {
        // SAFETY: the library lends `room` places of each.
        unsafe {
            give(keys_out.add(at), key);
            give(values_out.add(at), value);
        }
    }
    give_batch(batch, lent)
}

unsafe extern "C" fn close<H: Host>(data: *mut c_void, place: *mut probelang_cursor) -> i32 {
    host::<H>(data).close(&mut taken_cursor(cursor(place)));
    DONE
}

unsafe extern "C" fn type_name<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let mut scratch = Scratch::new();
    let place = std::ptr::from_ref(&scratch).addr();
    let name = host::<H>(data).type_name(handle(shape, word), &mut scratch);
    give_composed(place, name, bytes, room, out)
}

fn give_instance(answer: Instance<'_>, out: *mut u32, why: *mut probelang_str) -> i32 {
    put(
        out,
        match answer {
            Instance::No => probelang_answer::No,
            Instance::Yes => probelang_answer::Yes,
            Instance::UnknownType => probelang_answer::UnknownType,
            Instance::Unreadable(reason) => {
                put(why, probelang_str::lend(reason));
                probelang_answer::Unknown
            }
        } as u32,
    )
}

unsafe extern "C" fn instance_of<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    name: *const c_char,
    len: usize,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    give_instance(host::<H>(data).instance_of(handle(shape, word), taken_name(name, len)), out, why)
}

unsafe extern "C" fn scalar_instance_of<H: Host>(
    data: *mut c_void,
    value: *const probelang_value,
    name: *const c_char,
    len: usize,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    give_instance(host::<H>(data).scalar_instance_of(&taken(value), taken_name(name, len)), out, why)
}

unsafe extern "C" fn same<H: Host>(
    data: *mut c_void,
    shape_a: u32,
    word_a: u64,
    shape_b: u32,
    word_b: u64,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    put(
        out,
        match host::<H>(data).same(handle(shape_a, word_a), handle(shape_b, word_b)) {
            Sameness::Same => probelang_answer::Yes,
            Sameness::Different => probelang_answer::No,
            Sameness::Unknown(reason) => {
                put(why, probelang_str::lend(reason));
                probelang_answer::Unknown
            }
        } as u32,
    )
}

unsafe extern "C" fn enum_name<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    out: *mut probelang_str,
) -> i32 {
    give_text(out, host::<H>(data).enum_name(handle(shape, word)))
}

unsafe extern "C" fn text<H: Host>(data: *mut c_void, shape: u32, word: u64, out: *mut probelang_str) -> i32 {
    give_text(out, host::<H>(data).text(handle(shape, word)))
}

unsafe extern "C" fn scalar<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    out: *mut probelang_value,
) -> i32 {
    give(out, &host::<H>(data).scalar(handle(shape, word)))
}

unsafe extern "C" fn digits<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let mut scratch = Scratch::new();
    let place = std::ptr::from_ref(&scratch).addr();
    let digits = host::<H>(data).digits(handle(shape, word), &mut scratch);
    give_composed(place, Some(digits), bytes, room, out)
}

unsafe extern "C" fn cut_reason<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    out: *mut probelang_str,
) -> i32 {
    give_text(out, Some(host::<H>(data).cut_reason(handle(shape, word))))
}

unsafe extern "C" fn also<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    nature: u32,
    out_shape: *mut u32,
    out_word: *mut u64,
) -> i32 {
    let Some(nature) = Nature::ALL.into_iter().find(|one| number(*one) == nature) else { return NONE };
    match host::<H>(data).also(handle(shape, word), nature) {
        Some(other) => {
            put(out_shape, other.shape);
            put(out_word, other.word)
        }
        None => NONE,
    }
}

const fn number(nature: Nature) -> u32 {
    match nature {
        Nature::Fields => 1,
        Nature::List => 2,
        Nature::Map => 4,
        Nature::Length => 8,
    }
}

unsafe extern "C" fn natures<H: Host>(data: *mut c_void, shape: u32, word: u64, out: *mut u32) -> i32 {
    let all = host::<H>(data).natures(handle(shape, word));
    put(out, all.iter().map(number).sum())
}

unsafe extern "C" fn doubt<H: Host>(
    data: *mut c_void,
    shape: u32,
    word: u64,
    with: *const probelang_value,
    out: *mut probelang_str,
) -> i32 {
    let with = (!with.is_null()).then(|| taken(with));
    give_text(out, host::<H>(data).doubt(handle(shape, word), with.as_ref()))
}

unsafe extern "C" fn hidden_by<H: Host>(data: *mut c_void, number: u32, out: *mut probelang_str) -> i32 {
    give_text(out, host::<H>(data).hidden_by(number))
}

unsafe extern "C" fn scalar_type<H: Host>(
    data: *mut c_void,
    value: *const probelang_value,
    origin: u32,
    number: u32,
    began: *const probelang_cursor,
    at: usize,
    bytes: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    // SAFETY: the library lends the cursor where there is one.
    let cursor = (!began.is_null()).then(|| taken_cursor(unsafe { &*began }));
    let origin = match (origin, &cursor) {
        (origin, _) if origin == probelang_origin::Var as u32 => Origin::Var(symbol(number)),
        (origin, Some(cursor)) if origin == probelang_origin::Key as u32 => Origin::Key { cursor, place: at },
        (_, Some(cursor)) => Origin::Element { cursor, place: at },
        _ => Origin::Elsewhere,
    };
    let mut scratch = Scratch::new();
    let place = std::ptr::from_ref(&scratch).addr();
    let name = host::<H>(data).scalar_type(&taken(value), origin, &mut scratch);
    give_composed(place, name, bytes, room, out)
}

/// A table of names in Rust as a callback.
pub(crate) unsafe extern "C" fn resolve(
    data: *mut c_void,
    name: *const c_char,
    len: usize,
    usage: u32,
) -> u32 {
    // SAFETY: whoever passes this function passes a table with it.
    let names = unsafe { &mut *data.cast::<&mut dyn Resolve>() };
    let usage = match usage {
        0 => Use::Variable,
        1 => Use::At,
        2 => Use::Field,
        _ => Use::Key,
    };
    names.resolve(taken_name(name, len), usage).0
}

/// What a run gave.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// A condition.
    Truth(bool),
    /// A metric.
    Number(Number),
    /// A value, as JSON.
    Value(String),
    /// A message, and the JSON of the parts that failed.
    Message(String, Option<String>),
    /// A fault, as JSON.
    Fault(String),
    /// The source is rejected: the JSON of the diagnostics.
    Rejected(String),
    /// Any other status.
    Other(probelang_status),
}

/// A program and how it is run.
pub struct Order<'o> {
    /// What it is for.
    pub kind: ProgramKind,
    /// Its source.
    pub source: Source<'o>,
    /// The name of its dialect.
    pub dialect: &'o str,
    /// Names that are not redacted.
    pub excluded: &'o [String],
    /// Types that are redacted.
    pub types: &'o [String],
    /// What a run may spend.
    pub limits: RunLimits,
    /// The time of deadlines.
    pub clock: &'o dyn Clock,
}

/// The clock behind the data of a callback.
unsafe extern "C" fn now(data: *mut c_void) -> u64 {
    // SAFETY: whoever passes this function passes a clock with it.
    unsafe { &*data.cast_const().cast::<&dyn Clock>() }.now()
}

/// A handle that is freed with its place.
struct Owned<T>(*mut T, unsafe extern "C" fn(*mut T) -> probelang_status);

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the handle is from the function whose sibling frees it, or null.
        unsafe { (self.1)(self.0) };
    }
}

/// Compiles, binds and runs a program over a host through the exported functions.
pub fn run<H: Host>(order: &Order<'_>, names: &mut dyn Resolve, host: &H) -> Ended {
    match attempt(order, names, host) {
        Ok(ended) | Err(ended) => ended,
    }
}

fn attempt<H: Host>(order: &Order<'_>, mut names: &mut dyn Resolve, host: &H) -> Result<Ended, Ended> {
    let check = |status| if status == probelang_status::Ok { Ok(()) } else { Err(Ended::Other(status)) };
    let strings =
        |texts: &[String]| -> Vec<_> { texts.iter().map(|text| probelang_str::lend(text)).collect() };
    let mut engine = Owned(null_mut(), probelang_engine_free);
    let mut program = Owned(null_mut(), probelang_program_free);
    let mut bound = Owned(null_mut(), probelang_bound_free);
    let mut text = Owned(null_mut(), probelang_text_free);
    let mut budget = Owned(null_mut(), probelang_budget_free);
    let mut report = Owned(null_mut(), probelang_report_free);
    let kind = match order.kind {
        ProgramKind::Condition => 0,
        ProgramKind::Value => 1,
        ProgramKind::Metric => 2,
        ProgramKind::Template => 3,
    };
    let form = u32::from(matches!(order.source, Source::Json(_)));
    let (source, mut clock) = (order.source.as_str(), order.clock);
    let nanoseconds = u64::try_from(order.limits.deadline.as_nanos()).unwrap_or(u64::MAX);
    let (excluded, types) = (strings(order.excluded), strings(order.types));
    // SAFETY: every pointer is to a place of this function, null, or from an exported function; texts, names and clock
    // live as long.
    unsafe {
        check(probelang_text_new(&mut text.0))?;
        check(probelang_engine_new(&mut engine.0))?;
        let dialect = order.dialect;
        check(probelang_engine_set_dialect(engine.0, dialect.as_ptr().cast(), dialect.len()))?;
        check(probelang_engine_redact(engine.0, 2, excluded.as_ptr(), excluded.len()))?;
        check(probelang_engine_redact(engine.0, 1, types.as_ptr(), types.len()))?;
        check(probelang_engine_set_limits(engine.0, order.limits.steps, nanoseconds))?;
        check(probelang_engine_set_clock(engine.0, Some(now), (&raw mut clock).cast()))?;
        check(probelang_budget_new(engine.0, &mut budget.0))?;
        let (at, len) = (source.as_ptr().cast(), source.len());
        let status = probelang_compile(engine.0, kind, form, at, len, &mut program.0, &mut report.0);
        if status == probelang_status::Rejected {
            return Ok(Ended::Rejected(json(&report, &text)?));
        }
        check(status)?;
        check(probelang_bind_with(program.0, Some(resolve), (&raw mut names).cast(), &mut bound.0))?;
        let through = Through::new(host);
        let mut report = Owned(null_mut(), probelang_report_free);
        let (host, to) = (through.callbacks(), &mut report.0);
        let (mut verdict, mut number) = (0, probelang_value::ABSENT);
        let status = match order.kind {
            ProgramKind::Condition => probelang_test(bound.0, host, budget.0, &mut verdict, to),
            ProgramKind::Value => probelang_eval(bound.0, host, budget.0, text.0, to),
            ProgramKind::Metric => probelang_measure(bound.0, host, budget.0, &mut number, to),
            ProgramKind::Template => probelang_render(bound.0, host, budget.0, text.0, to),
        };
        if status == probelang_status::Fault {
            return Ok(Ended::Fault(json(&report, &text)?));
        }
        check(status)?;
        Ok(match order.kind {
            ProgramKind::Condition => Ended::Truth(verdict == probelang_verdict::Matched as u32),
            ProgramKind::Value => Ended::Value(written(&text)?),
            ProgramKind::Metric => Ended::Number(taken(&number).number().unwrap_or(Number::Float(f64::NAN))),
            ProgramKind::Template => {
                let message = written(&text)?;
                let parts = if report.0.is_null() { None } else { Some(json(&report, &text)?) };
                Ended::Message(message, parts)
            }
        })
    }
}

/// A condition or a template, compiled and bound once, to be run again and again.
pub struct Prepared {
    bound: Owned<probelang_bound>,
    text: Owned<probelang_text>,
    /// Where the clock of the runs is: the data of a callback is one word, a reference to a trait takes two.
    #[expect(clippy::redundant_allocation, reason = "what is allocated is the second word")]
    _clock: Box<&'static dyn Clock>,
}

impl Prepared {
    /// Compiles text and binds it. `None` where it does not compile.
    pub fn new(
        kind: ProgramKind,
        source: &str,
        mut names: &mut dyn Resolve,
        clock: &'static dyn Clock,
    ) -> Option<Self> {
        let number = match kind {
            ProgramKind::Condition => 0,
            ProgramKind::Template => 3,
            ProgramKind::Value | ProgramKind::Metric => return None,
        };
        let mut engine = Owned(null_mut(), probelang_engine_free);
        let mut program = Owned(null_mut(), probelang_program_free);
        let mut bound = Owned(null_mut(), probelang_bound_free);
        let mut text = Owned(null_mut(), probelang_text_free);
        let mut clock = Box::new(clock);
        let (at, len, none) = (source.as_ptr().cast(), source.len(), null_mut());
        // SAFETY: every pointer is to a place of this function, null, or from an exported function; the clock stays in
        // its box.
        let made = unsafe {
            [
                probelang_text_new(&mut text.0),
                probelang_engine_new(&mut engine.0),
                probelang_engine_set_clock(engine.0, Some(now), (&raw mut *clock).cast()),
                probelang_compile(engine.0, number, 0, at, len, &mut program.0, none),
                probelang_bind_with(program.0, Some(resolve), (&raw mut names).cast(), &mut bound.0),
            ]
        };
        made.iter().all(|status| *status == probelang_status::Ok).then_some(Self {
            bound,
            text,
            _clock: clock,
        })
    }

    /// Whether the condition matches; `None` where it failed. The budget is the one of its engine.
    #[inline]
    #[must_use]
    pub fn test<H: Host>(&self, host: &Through<'_, H>) -> Option<bool> {
        let mut verdict = 0;
        // SAFETY: the handle lives, and so do host and place.
        let status =
            unsafe { probelang_test(self.bound.0, host.callbacks(), null_mut(), &mut verdict, null_mut()) };
        (status == probelang_status::Ok).then_some(verdict == probelang_verdict::Matched as u32)
    }

    /// Whether the message is this one.
    #[inline]
    #[must_use]
    pub fn renders<H: Host>(&self, host: &Through<'_, H>, expected: &str) -> bool {
        let mut lent = probelang_str::EMPTY;
        // SAFETY: the handles live, and so do host and place.
        let done = unsafe {
            probelang_render(self.bound.0, host.callbacks(), null_mut(), self.text.0, null_mut())
                == probelang_status::Ok
                && probelang_text_get(self.text.0, &mut lent) == probelang_status::Ok
        };
        // what the library writes is UTF-8, so that its bytes can be compared
        done && lent.len == expected.len() && taken_name(lent.data, lent.len) == expected
    }
}

/// What was written to a text.
fn written(text: &Owned<probelang_text>) -> Result<String, Ended> {
    let mut lent = probelang_str::EMPTY;
    // SAFETY: the text is from `probelang_text_new`.
    let status = unsafe { probelang_text_get(text.0, &mut lent) };
    if status != probelang_status::Ok {
        return Err(Ended::Other(status));
    }
    Ok(taken_name(lent.data, lent.len).to_owned())
}

/// The JSON of a report.
fn json(report: &Owned<probelang_report>, text: &Owned<probelang_text>) -> Result<String, Ended> {
    // SAFETY: both are handles of the library.
    let status = unsafe { probelang_report_json(report.0, text.0) };
    if status != probelang_status::Ok {
        return Err(Ended::Other(status));
    }
    written(text)
}
