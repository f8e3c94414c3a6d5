//! Code that is about to run for the first time.
//!
//! An audit hook sees each module, script and text that is executed. If it has what a probe wants, the start of the code
//! is awaited, where the name of its module is known, and its probes are placed before its first line runs. If it may pass on
//! what a probe names, its end is awaited.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::code;
use super::find::{Filter, Search, module};
use super::lookup;
use super::plan::Found;
use super::state::{attached, state};
use super::tool;

/// Whether anything is waited for.
static ACTIVE: AtomicBool = AtomicBool::new(false);
/// The interpreter whose code is looked at.
static INTERPRETER: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" {
    fn PySys_AddAuditHook(
        hook: unsafe extern "C" fn(*const c_char, *mut ffi::PyObject, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// Looks at new code from now on, or no more. The hook stays in the process once it was added, as Python has it; while nothing
/// is waited for it costs one load for each audited event.
///
/// # Errors
/// Those of adding the hook: another hook may forbid it.
pub fn watch(py: Python<'_>, is_active: bool) -> PyResult<()> {
    if is_active && INTERPRETER.load(Ordering::Relaxed) == 0 {
        // SAFETY: the hook is a function of this library, which is never unloaded
        if unsafe { PySys_AddAuditHook(hook, std::ptr::null_mut()) } != 0 {
            return Err(PyErr::fetch(py));
        }
        // SAFETY: the GIL is held
        INTERPRETER.store(unsafe { ffi::PyInterpreterState_Get() }.addr(), Ordering::Relaxed);
    }
    ACTIVE.store(is_active, Ordering::Relaxed);
    Ok(())
}

unsafe extern "C" fn hook(event: *const c_char, arguments: *mut ffi::PyObject, _: *mut c_void) -> c_int {
    if !ACTIVE.load(Ordering::Relaxed) {
        return 0;
    }
    // SAFETY: the interpreter gives the name of the event
    if unsafe { CStr::from_ptr(event) } != c"exec" {
        return 0;
    }
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: events of this name come with the GIL held
        if INTERPRETER.load(Ordering::Relaxed) != unsafe { ffi::PyInterpreterState_Get() }.addr() {
            return;
        }
        let py = attached();
        // SAFETY: the interpreter gives a tuple, and keeps it
        let Some(arguments) = (unsafe { Bound::from_borrowed_ptr_or_opt(py, arguments) }) else { return };
        if let Ok(code) =
            arguments.cast_into::<PyTuple>().map_err(|_| ()).and_then(|all| all.get_item(0).map_err(|_| ()))
            && code::is_code(&code)
        {
            announce(&code);
        }
    }));
    0
}

/// Awaits the start of a code object, if it has what a probe wants.
fn announce(code: &Bound<'_, PyAny>) {
    let py = code.py();
    let state = state(py);
    let address = code::address(code);
    let Ok(plan) = state.plan.try_borrow() else { return };
    let Some(filter) = &plan.filter else { return };
    let is_wanted = filter.wants_file(py, &code::file(code))
        || filter.wants_function(code)
        || (code::body(code) == code::Body::Names && plan.names().next().is_some());
    if !is_wanted || state.codes.try_borrow().map_or(true, |codes| codes.contains_key(&address)) {
        return;
    }
    drop(plan);
    let Ok(mut arriving) = state.arriving.try_borrow_mut() else { return };
    // without a tool id the probe stays RECEIVED until something of it is loaded, which says why
    if tool::with(py, state, |tool| tool.await_start(code)).is_ok() {
        arriving.insert(address, code.clone().unbind());
    } else {
        drop(arriving);
        place(code, "");
    }
}

/// Places what a module that begins to run has.
pub fn run(address: usize) {
    let py = attached();
    let state = state(py);
    let Some(code) = state.arriving.try_borrow_mut().ok().and_then(|mut arriving| arriving.remove(&address))
    else {
        return;
    };
    let code = code.bind(py);
    let _ = tool::with(py, state, |tool| tool.silence(code));
    // SAFETY: a borrowed dictionary that the running frame keeps, or null
    let globals = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetGlobals()) };
    let module = globals.map(|globals| module(&globals)).unwrap_or_default();
    place(code, &module);
    let may_pass_on = state.plan.try_borrow().is_ok_and(|plan| {
        let is_within = |name: String| name.strip_prefix(&module).is_some_and(|rest| rest.starts_with('.'));
        !module.is_empty() && plan.names().any(is_within)
    });
    if may_pass_on
        && tool::with(py, state, |tool| tool.await_end(code)).is_ok()
        && let Ok(mut leaving) = state.leaving.try_borrow_mut()
    {
        leaving.insert(address, code.clone().unbind());
    }
}

/// Looks up what a module passes on that has run.
pub fn left(address: usize) {
    let py = attached();
    let state = state(py);
    let Some(code) = state.leaving.try_borrow_mut().ok().and_then(|mut leaving| leaving.remove(&address))
    else {
        return;
    };
    let listened = state.codes.try_borrow().map_or(Ok(()), |codes| {
        tool::with(py, state, |tool| match codes.get(&address) {
            Some(armed) => tool.listen(py, armed),
            None => tool.silence(code.bind(py)),
        })
    });
    let is_there = state.plan.try_borrow().is_ok_and(|plan| {
        let mut names = plan.names();
        names.any(|name| lookup::function(py, &name).is_some())
    });
    let filter = state.plan.try_borrow().ok().filter(|_| is_there).and_then(|plan| Filter::of(&plan, false));
    if let (Ok(()), Some(filter)) = (listened, filter)
        && let Ok(search) = Search::run(py, state, &filter)
    {
        state.offer_named(py, &search.running);
    }
}

fn place(code: &Bound<'_, PyAny>, module: &str) {
    let found: Vec<_> = Found::tree(code, module.into(), code::file(code).into()).collect();
    state(code.py()).offer(code.py(), &found, None);
}
