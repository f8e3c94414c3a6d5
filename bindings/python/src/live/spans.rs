//! The span that is active, as OpenTelemetry or ddtrace has it. Neither is imported, and no Python code of theirs runs: what
//! they keep is read and set where it lies, or by functions of ddtrace that are not written in Python.

use std::cell::RefCell;
use std::ptr::null_mut;

use probelang_probe::event::{TagRecord, TraceIds};
use probelang_probe::probe::Target;
use pyo3::ffi;
use pyo3::prelude::*;

use super::state::attached;
use crate::object::attributes::readable;
use crate::object::scalar::{self, Scalar, fixed};
use crate::object::table::{Found, Table};
use crate::object::types::{Type, module};
use crate::object::{Object, Owned};

/// What OpenTelemetry calls its span in a context; a random number follows.
const CURRENT: &str = "current-span-";
/// How names of the classes of ddtrace begin that are not written in Python.
const NATIVE: &str = "ddtrace.";
/// Parents of a span that are looked at for the root.
const DEPTH: usize = 10_000;

/// Why tags were set on no span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missed {
    /// None is active.
    NoSpan,
    /// The root is not known: a span of OpenTelemetry does not refer to its parent.
    NoRoot,
    /// The span takes none: it is not recorded, has ended, or has as many attributes as it may have.
    Closed,
}

/// The ids of the active span.
pub fn active() -> Option<TraceIds> {
    Span::active(&Kept::default()).map(|(_, ids)| ids)
}

/// Sets tags on the active span, or on the first one of its trace in this process.
///
/// # Errors
/// Why it did not.
pub fn set_tags(record: &TagRecord) -> Result<(), Missed> {
    let kept = Kept::default();
    let (active, _) = Span::active(&kept).ok_or(Missed::NoSpan)?;
    let span = match record.target {
        Target::Active => active,
        Target::Root => active.root(&kept)?,
    };
    record.tags.iter().try_for_each(|(name, value)| span.set(name, value).ok_or(Missed::Closed))
}

/// References to what is looked at.
#[derive(Default)]
struct Kept(RefCell<Vec<Owned>>);

impl Kept {
    /// Keeps a reference until the end.
    fn keep(&self, owned: Owned) -> Object<'_> {
        // SAFETY: no reference is taken out before `self` is dropped
        let object = unsafe { owned.borrow() };
        self.0.borrow_mut().push(owned);
        object
    }
}

/// A span.
#[derive(Clone, Copy, Debug)]
enum Span<'k> {
    OpenTelemetry(Object<'k>),
    Ddtrace(Object<'k>),
}

impl<'k> Span<'k> {
    /// The active one, and its ids.
    fn active(kept: &'k Kept) -> Option<(Self, TraceIds)> {
        Self::of_opentelemetry(kept).or_else(|| Self::of_ddtrace(kept))
    }

    fn of_opentelemetry(kept: &'k Kept) -> Option<(Self, TraceIds)> {
        let runtime = module(&fixed!("opentelemetry.context"))?.find(&fixed!("_RUNTIME_CONTEXT"))?;
        let context = value(readable(runtime, fixed!("_current_context"))?, kept)?;
        let mut entries = Table::of(context)?.entries();
        let (_, span) = entries.find(|(key, _)| key.name().is_some_and(|key| key.starts_with(CURRENT)))?;
        // a tuple: trace, span, and more
        let ids = readable(span, fixed!("_context"))?.elements()?;
        Some((Self::OpenTelemetry(span), ids_of(ids.get(0)?, ids.get(1)?)?))
    }

    fn of_ddtrace(kept: &'k Kept) -> Option<(Self, TraceIds)> {
        let variable = module(&fixed!("ddtrace._trace.provider"))?.find(&fixed!("_DD_CONTEXTVAR"))?;
        let span = value(variable, kept)?;
        let ids =
            ids_of(computed(span, fixed!("trace_id"), kept)?, computed(span, fixed!("span_id"), kept)?)?;
        Some((Self::Ddtrace(span), ids))
    }

    /// The first span of its trace in this process.
    fn root(self, kept: &'k Kept) -> Result<Self, Missed> {
        match self {
            Self::OpenTelemetry(span) => {
                let parent = readable(span, fixed!("_parent")).ok_or(Missed::Closed)?;
                // the third part of a context says whether it is one of another process
                let is_remote = || parent.elements().and_then(|ids| ids.get(2)).is_some_and(scalar::is_true);
                if scalar::is_none(parent) || is_remote() { Ok(self) } else { Err(Missed::NoRoot) }
            }
            Self::Ddtrace(mut span) => {
                if let Some(root) = computed(span, fixed!("_local_root"), kept) {
                    return Ok(Self::Ddtrace(root));
                }
                for _ in 0..DEPTH {
                    match readable(span, fixed!("_parent")).ok_or(Missed::Closed)? {
                        parent if scalar::is_none(parent) => return Ok(Self::Ddtrace(span)),
                        parent => span = parent,
                    }
                }
                Err(Missed::NoRoot)
            }
        }
    }

    /// Sets an attribute. `None`: the span takes none.
    fn set(self, name: &str, value: &str) -> Option<()> {
        match self {
            Self::OpenTelemetry(span) => {
                if !scalar::is_none(readable(span, fixed!("_end_time"))?) {
                    return None;
                }
                let attributes = readable(span, fixed!("_attributes"))?;
                if scalar::is_true(readable(attributes, fixed!("_immutable"))?) {
                    return None;
                }
                let most = |name| readable(attributes, name).and_then(number);
                let length = most(fixed!("max_value_len")).and_then(|most| usize::try_from(most).ok());
                let value = match length.and_then(|length| value.char_indices().nth(length)) {
                    Some((end, _)) => value.get(..end)?,
                    None => value,
                };
                insert(readable(attributes, fixed!("_dict"))?, name, value, most(fixed!("maxlen")))
            }
            Self::Ddtrace(span) => match native_method(span, fixed!("_set_attribute")) {
                Some(method) => {
                    let (name, value) = (scalar::name(name)?, scalar::name(value)?);
                    // SAFETY: the objects live until the end of this function
                    let arguments =
                        unsafe { [span.as_ptr(), name.borrow().as_ptr(), value.borrow().as_ptr()] };
                    // SAFETY: a function of ddtrace, and so many arguments; it gives a new reference, or null
                    let done = unsafe {
                        Owned::new(ffi::PyObject_Vectorcall(
                            method.as_ptr(),
                            arguments.as_ptr(),
                            arguments.len(),
                            null_mut(),
                        ))
                    };
                    done.map(drop)
                }
                // older versions keep them in a dictionary; but that of a context is not its own
                None => {
                    readable(span, fixed!("_on_finish_callbacks"))?;
                    insert(readable(span, fixed!("_meta"))?, name, value, None)
                }
            },
        }
    }
}

unsafe extern "C" {
    /// The class `collections.OrderedDict`, which has the same layout for what is read, but is to be set in its own way.
    static mut PyODict_Type: ffi::PyTypeObject;
    fn PyODict_SetItem(
        table: *mut ffi::PyObject,
        key: *mut ffi::PyObject,
        value: *mut ffi::PyObject,
    ) -> std::ffi::c_int;
}

/// Puts a text into a dictionary that is a tracer's own, unless it has so many entries. Nothing is taken out: a tracer may be
/// about to do something with it.
fn insert(table: Object<'_>, name: &str, value: &str, most: Option<u128>) -> Option<()> {
    let is_ordered = table.is_exactly(&raw mut PyODict_Type);
    if !is_ordered && !table.is_exactly(&raw mut ffi::PyDict_Type) {
        return None;
    }
    let entries = Table::of(table)?;
    match entries.look_up(&Scalar::text(name)?) {
        // what goes is dropped: of another class, that could run code
        Found::Value(old) if is_plain(old) => {}
        Found::Nothing if most.is_none_or(|most| (entries.len() as u128) < most) => {}
        Found::Value(_) | Found::Nothing | Found::Unsure => return None,
    }
    let (name, value) = (scalar::name(name)?, scalar::name(value)?);
    // SAFETY: a dictionary whose keys are texts of the class `str` itself, so that none is compared by code; texts, which live until
    // the end of this function
    unsafe {
        let (name, value) = (name.borrow().as_ptr(), value.borrow().as_ptr());
        let failed = if is_ordered {
            PyODict_SetItem(table.as_ptr(), name, value)
        } else {
            ffi::PyDict_SetItem(table.as_ptr(), name, value)
        };
        if failed != 0 {
            ffi::PyErr_Clear();
            return None;
        }
    }
    Some(())
}

/// Whether no code runs when an object is freed.
fn is_plain(object: Object<'_>) -> bool {
    let plain = [
        &raw mut ffi::PyUnicode_Type,
        &raw mut ffi::PyLong_Type,
        &raw mut ffi::PyFloat_Type,
        &raw mut ffi::PyBool_Type,
    ];
    plain.contains(&object.ty().as_ptr()) || scalar::is_none(object)
}

/// An attribute that an object keeps, or that a class of ddtrace computes without Python.
fn computed<'k>(object: Object<'k>, name: Object<'_>, kept: &'k Kept) -> Option<Object<'k>> {
    if let Some(found) = readable(object, name) {
        return Some(found);
    }
    let descriptor = native(object, name, &raw mut ffi::PyGetSetDescr_Type)?;
    let get = descriptor.ty().raw().tp_descr_get?;
    // SAFETY: the descriptor is that of a class of the object, and gives a new reference, or null
    let made =
        unsafe { Owned::new(get(descriptor.as_ptr(), object.as_ptr(), object.ty().object().as_ptr())) };
    made.map(|made| kept.keep(made))
}

/// A method that a class of ddtrace has without Python.
fn native_method<'k>(object: Object<'k>, name: Object<'_>) -> Option<Object<'k>> {
    native(object, name, &raw mut ffi::PyMethodDescr_Type)
}

/// What the class of an object has under a name: a descriptor of this kind for a class of ddtrace that is not written in Python.
fn native<'k>(object: Object<'k>, name: Object<'_>, kind: *mut ffi::PyTypeObject) -> Option<Object<'k>> {
    let (descriptor, _) = object.ty().find(&name)?;
    if !descriptor.is_exactly(kind) {
        return None;
    }
    // SAFETY: descriptors of both kinds begin with this, and keep the class that they are for
    let owner = unsafe { Type::new((*descriptor.as_ptr().cast::<ffi::PyDescrObject>()).d_type) };
    (owner.c_name().starts_with(NATIVE) && object.ty().is_subtype(owner.as_ptr())).then_some(descriptor)
}

/// The value of a context variable in the running context.
fn value<'k>(variable: Object<'_>, kept: &'k Kept) -> Option<Object<'k>> {
    let mut found = null_mut();
    // SAFETY: it is a context variable; a new reference is given, or null. Reading one is C code
    unsafe {
        if !variable.is_exactly(&raw mut ffi::PyContextVar_Type) {
            return None;
        }
        if ffi::PyContextVar_Get(variable.as_ptr(), null_mut(), &raw mut found) != 0 {
            ffi::PyErr_Clear();
            return None;
        }
    }
    // SAFETY: as above; the context keeps the value too, so that no finalizer runs when the reference is dropped
    unsafe { Owned::new(found) }.map(|owned| kept.keep(owned))
}

fn ids_of(trace: Object<'_>, span: Object<'_>) -> Option<TraceIds> {
    let (trace, span) = (number(trace)?, u64::try_from(number(span)?).ok()?);
    // zero is no id
    (trace != 0 && span != 0).then_some(TraceIds { trace, span })
}

/// A whole number.
fn number(object: Object<'_>) -> Option<u128> {
    if !object.is_exactly(&raw mut ffi::PyLong_Type) {
        return None;
    }
    // SAFETY: a live object; this takes its own reference to it
    unsafe { Bound::from_borrowed_ptr(attached(), object.as_ptr()) }.extract().ok()
}
