//! What the interpreter calls at an event.
//!
//! A callback never raises: an exception would be one of the program. It takes what it needs from the frame that runs, and
//! between its beginning and its end no Python code runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

use probelang::capture::Throwable;
use probelang::host::Scratch;
use probelang_control::{coarse_now, now};
use probelang_probe::runtime::Outcome;
use probelang_probe::{Probes, Timestamp};
use pyo3::ffi;
use pyo3::prelude::*;

use super::arrival;
use super::frame::{Ending, Seen};
use super::frames::Frame;
use super::notes;
use super::state::{Armed, Call, State, attached, state};
use super::tool;
use crate::host::type_name;
use crate::object::scalar::fixed;
use crate::object::{Object, attributes};

/// The events with callbacks.
pub const NAMES: [&str; 7] =
    ["PY_START", "PY_RETURN", "PY_UNWIND", "LINE", "PY_YIELD", "PY_RESUME", "PY_THROW"];

/// `sys.monitoring.DISABLE`, which is never freed.
static DISABLE: AtomicPtr<ffi::PyObject> = AtomicPtr::new(std::ptr::null_mut());

/// The callbacks, by the names of their events.
///
/// # Errors
/// Those of making them.
pub fn all<'py>(monitoring: &Bound<'py, PyAny>) -> PyResult<Vec<(&'static str, Bound<'py, PyAny>)>> {
    let py = monitoring.py();
    if DISABLE.load(Ordering::Relaxed).is_null() {
        DISABLE.store(monitoring.getattr("DISABLE")?.into_ptr(), Ordering::Relaxed);
    }
    let [start, end, unwind, line, suspend, resume, throw] = NAMES;
    Ok(vec![
        (start, tool::function(py, c"probelang_start", on_start)?),
        (end, tool::function(py, c"probelang_return", on_return)?),
        (unwind, tool::function(py, c"probelang_unwind", on_unwind)?),
        (line, tool::function(py, c"probelang_line", on_line)?),
        (suspend, tool::function(py, c"probelang_yield", on_yield)?),
        (resume, tool::function(py, c"probelang_resume", on_resume)?),
        (throw, tool::function(py, c"probelang_throw", on_resume)?),
    ])
}

/// What a callback says to the interpreter.
enum Answer {
    /// Nothing.
    Fine,
    /// That this event is of no interest at this place of the code.
    Enough,
}

/// Runs a callback over its arguments. What panics is counted, and the program runs on.
///
/// # Safety
/// It is called by the interpreter: the GIL is held, and there are `count` arguments.
#[inline]
unsafe fn called(
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    callback: impl FnOnce(Python<'_>, &[Object<'_>]) -> Answer,
) -> *mut ffi::PyObject {
    let answer = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: as above; an `Object` is an address
        let arguments = unsafe {
            std::slice::from_raw_parts(
                arguments.cast::<Object<'_>>(),
                usize::try_from(count).unwrap_or_default(),
            )
        };
        callback(attached(), arguments)
    }));
    // SAFETY: both objects are there, and a new reference to one is given
    unsafe {
        match answer {
            Ok(Answer::Enough) => ffi::Py_NewRef(DISABLE.load(Ordering::Relaxed)),
            Ok(Answer::Fine) => ffi::Py_NewRef(ffi::Py_None()),
            Err(_) => {
                notes::PANICS.count();
                ffi::Py_NewRef(ffi::Py_None())
            }
        }
    }
}

/// What a callback gives that panics.
#[allow(clippy::panic, reason = "it is what this is for")]
pub fn panicking(py: Python<'_>) -> Bound<'_, PyAny> {
    // SAFETY: the GIL is held, and there are no arguments; a new reference
    unsafe { Bound::from_owned_ptr(py, called([].as_mut_ptr(), 0, |_, _| panic!("a test wants it"))) }
}

/// Runs something over the code object of an event, if it has probes.
#[inline]
fn with<R>(state: &State, code: Object<'_>, run: impl FnOnce(&Armed, &Probes) -> R) -> Option<R> {
    let codes = state.codes.try_borrow().ok()?;
    let armed = codes.get(&code.as_ptr().addr())?;
    let probes = state.probes.try_borrow().ok()?;
    Some(run(armed, probes.as_deref()?))
}

/// What the frame that runs is known by, of this code object: its address, or that of the object that it becomes, until it ends.
#[inline]
fn frame(code: Object<'_>) -> usize {
    // SAFETY: the GIL is held
    Frame::running(code).map_or_else(|| unsafe { ffi::PyEval_GetFrame() }.addr(), Frame::address)
}

unsafe extern "C" fn on_line(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    let callback = |py: Python<'_>, arguments: &[Object<'_>]| {
        let [code, line, ..] = *arguments else { return Answer::Fine };
        // SAFETY: a number of the interpreter's own
        let line = u32::try_from(unsafe { ffi::PyLong_AsLong(line.as_ptr()) }).unwrap_or_default();
        let hit = with(state(py), code, |armed, probes| {
            let Some(site) = armed.line(line) else { return Answer::Enough };
            probes.line(site, &Seen::new(py, code, armed), coarse_now());
            Answer::Fine
        });
        hit.unwrap_or(Answer::Enough)
    };
    // SAFETY: the interpreter calls
    unsafe { called(arguments, count, callback) }
}

unsafe extern "C" fn on_start(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    let callback = |py: Python<'_>, arguments: &[Object<'_>]| {
        let [code, ..] = *arguments else { return Answer::Fine };
        let state = state(py);
        if state.arriving.try_borrow().is_ok_and(|arriving| !arriving.is_empty()) {
            arrival::run(code.as_ptr().addr());
        }
        let hit = with(state, code, |armed, probes| {
            let Some(site) = armed.call.as_deref().filter(|site| site.moments().call) else {
                return Answer::Enough;
            };
            let seen = Seen::new(py, code, armed);
            // who waits for the end of a call needs the exact time of its start
            let now = if site.moments().end { seen.exact() } else { coarse_now() };
            let pending = probes.enter(site, &seen, now);
            if !pending.is_over()
                && let Ok(mut calls) = state.calls.try_borrow_mut()
            {
                let call =
                    Call { pending, code: code.as_ptr().addr(), suspended: Duration::ZERO, since: None };
                // a call that was here before has ended without a word
                if let Some(lost) = calls.insert(frame(code), call) {
                    probes.abandon(lost.pending);
                }
            }
            Answer::Fine
        });
        hit.unwrap_or(Answer::Enough)
    };
    // SAFETY: the interpreter calls
    unsafe { called(arguments, count, callback) }
}

unsafe extern "C" fn on_return(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    let callback = |py: Python<'_>, arguments: &[Object<'_>]| {
        let [code, _, value, ..] = *arguments else { return Answer::Fine };
        let state = state(py);
        if state.leaving.try_borrow().is_ok_and(|leaving| !leaving.is_empty()) {
            arrival::left(code.as_ptr().addr());
        }
        with(state, code, |armed, probes| {
            let Some(site) = &armed.call else { return };
            let Some(call) = ended(state, probes, code) else { return };
            let seen = Seen::ended(py, code, armed, Ending::Returned(value), &call);
            probes.exit(call.pending, site, &seen, Outcome::Returned, coarse_now());
        });
        Answer::Fine
    };
    // SAFETY: the interpreter calls
    unsafe { called(arguments, count, callback) }
}

unsafe extern "C" fn on_unwind(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    let callback = |py: Python<'_>, arguments: &[Object<'_>]| {
        let [code, _, error, ..] = *arguments else { return Answer::Fine };
        let state = state(py);
        with(state, code, |armed, probes| {
            let Some(site) = &armed.call else { return };
            let Some(call) = ended(state, probes, code) else { return };
            let now = coarse_now();
            // SAFETY: a class that is never freed
            if armed.names.is_suspending() && error.is_exactly(unsafe { ffi::PyExc_GeneratorExit }.cast()) {
                let seen = Seen::ended(py, code, armed, Ending::Closed, &call);
                return probes.exit(call.pending, site, &seen, Outcome::Unknown, now);
            }
            let mut scratch = Scratch::new();
            let thrown = Throwable {
                type_name: type_name(error.ty(), &mut scratch),
                message: message(error),
                ..Throwable::default()
            };
            let seen = Seen::ended(py, code, armed, Ending::Raised(error), &call);
            probes.exit(call.pending, site, &seen, Outcome::Threw(&thrown), now);
        });
        Answer::Fine
    };
    // SAFETY: the interpreter calls
    unsafe { called(arguments, count, callback) }
}

unsafe extern "C" fn on_yield(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls
    unsafe { called(arguments, count, |py, arguments| of_call(py, arguments, Call::suspend)) }
}

unsafe extern "C" fn on_resume(
    _: *mut ffi::PyObject,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls
    unsafe { called(arguments, count, |py, arguments| of_call(py, arguments, Call::resume)) }
}

/// Says to a call that has not ended what happens to it.
fn of_call(py: Python<'_>, arguments: &[Object<'_>], happens: impl FnOnce(&mut Call, Timestamp)) -> Answer {
    let [code, ..] = *arguments else { return Answer::Fine };
    let state = state(py);
    let is_of_probes = with(state, code, |armed, _| armed.names.is_suspending()).unwrap_or_default();
    if is_of_probes
        && let Ok(mut calls) = state.calls.try_borrow_mut()
        && let Some(call) = calls.get_mut(frame(code))
    {
        happens(call, now());
    }
    Answer::Fine
}

/// The call of the frame that runs, which is over.
#[inline]
fn ended(state: &State, probes: &Probes, code: Object<'_>) -> Option<Call> {
    let mut calls = state.calls.try_borrow_mut().ok()?;
    if calls.is_empty() {
        return None;
    }
    let call = calls.remove(frame(code))?;
    if call.code != code.as_ptr().addr() {
        // a call of other code, which has ended without a word
        probes.abandon(call.pending);
        return None;
    }
    Some(call)
}

/// The message of an exception, where it is a text that was given to it.
fn message(error: Object<'_>) -> Option<&str> {
    let args = attributes::readable(error, fixed!("args"))?.elements()?;
    if args.len() == 1 { args.get(0)?.name() } else { None }
}
