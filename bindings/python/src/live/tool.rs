//! The tool of `sys.monitoring` through which events come.

use std::ptr::null_mut;

use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;

use super::callbacks;
use super::plan::sys;
use super::state::{Armed, State};

/// What the tool is called.
const NAME: &str = "probelang";
/// Ids that are nobody's by convention: 0 is for debuggers, 1 for coverage, 2 for profilers, 5 for optimisers.
const IDS: [u8; 2] = [4, 3];

/// Numbers of events.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    start: i32,
    line: i32,
    ends: i32,
    suspends: i32,
    /// Those that Python 3.12 and 3.13 give for all code or none.
    global: i32,
}

/// The tool that this process has.
pub struct Tool {
    id: u8,
    monitoring: Py<PyAny>,
    set_local_events: Py<PyAny>,
    events: Events,
    /// Whether events for all code are on.
    is_global: bool,
}

impl Tool {
    /// Takes a tool id, and registers the callbacks.
    ///
    /// # Errors
    /// Who holds the ids, or what else went wrong.
    pub fn take(py: Python<'_>) -> PyResult<Self> {
        let none = || PyRuntimeError::new_err("this Python has no sys.monitoring");
        let monitoring = sys(py, c"monitoring").ok_or_else(none)?;
        let mut holders = Vec::new();
        let mut free = None;
        for id in IDS {
            let holder = monitoring.call_method1("get_tool", (id,))?;
            if holder.is_none() {
                free = Some(id);
                break;
            }
            holders.push(format!("{id} by {:?}", holder.extract::<String>().unwrap_or_default()));
        }
        let Some(id) = free else {
            let holders = holders.join(" and ");
            return Err(PyRuntimeError::new_err(format!("no tool id of sys.monitoring is free: {holders}")));
        };
        monitoring.call_method1("use_tool_id", (id, NAME))?;
        let names = monitoring.getattr("events")?;
        let number = |name: &str| -> PyResult<i32> { names.getattr(name)?.extract() };
        let events = Events {
            start: number("PY_START")?,
            line: number("LINE")?,
            ends: number("PY_RETURN")?,
            suspends: number("PY_YIELD")? | number("PY_RESUME")?,
            global: number("PY_UNWIND")? | number("PY_THROW")?,
        };
        for (name, callback) in callbacks::all(&monitoring)? {
            monitoring.call_method1("register_callback", (id, number(name)?, callback))?;
        }
        let set_local_events = monitoring.getattr("set_local_events")?.unbind();
        Ok(Self { id, monitoring: monitoring.unbind(), set_local_events, events, is_global: false })
    }

    /// Gives the tool id back. What is armed must have been [silenced](Self::silence) before.
    pub fn give_back(self, py: Python<'_>) -> PyResult<()> {
        let monitoring = self.monitoring.bind(py);
        monitoring.call_method1("set_events", (self.id, 0))?;
        let names = monitoring.getattr("events")?;
        for name in callbacks::NAMES {
            monitoring.call_method1("register_callback", (self.id, names.getattr(name)?, py.None()))?;
        }
        monitoring.call_method1("free_tool_id", (self.id,))?;
        Ok(())
    }

    /// Asks for the events of a code object that its probes need, and those at places that were found to be of no interest
    /// again.
    pub fn listen(&self, py: Python<'_>, armed: &Armed) -> PyResult<()> {
        let mut mask = 0;
        let moments = armed.call.as_ref().map(|site| site.moments());
        if moments.is_some_and(|moments| moments.call) {
            mask |= self.events.start;
        }
        if armed.has_ends() {
            mask |= self.events.ends;
            if armed.names.is_suspending() {
                mask |= self.events.suspends;
            }
        }
        if !armed.lines.is_empty() {
            // without the start of a call Python 3.13 is silent about a first line that is also that of `def`:
            // https://github.com/python/cpython/issues/155992
            mask |= self.events.line | self.events.start;
        }
        self.set(py, armed.code.bind(py), mask)
    }

    /// Asks for the start of a code object only.
    pub fn await_start(&self, code: &Bound<'_, PyAny>) -> PyResult<()> {
        self.set(code.py(), code, self.events.start)
    }

    /// Asks for the end of a code object besides what is asked for already.
    pub fn await_end(&self, code: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = code.py();
        let now: i32 =
            self.monitoring.bind(py).call_method1("get_local_events", (self.id, code))?.extract()?;
        self.set(py, code, now | self.events.ends)
    }

    /// Asks for nothing of a code object.
    pub fn silence(&self, code: &Bound<'_, PyAny>) -> PyResult<()> {
        self.set(code.py(), code, 0)
    }

    /// Sets the events of a code object. Set to none and then again, those come again that were answered with DISABLE; to
    /// restart them all would also restart those of other tools.
    fn set(&self, py: Python<'_>, code: &Bound<'_, PyAny>, mask: i32) -> PyResult<()> {
        let set = self.set_local_events.bind(py);
        set.call1((self.id, code, 0))?;
        if mask != 0 {
            set.call1((self.id, code, mask))?;
        }
        Ok(())
    }

    /// Turns the events for all code on while they are needed, and off again.
    pub fn follow_ends(&mut self, py: Python<'_>, are_needed: bool) -> PyResult<()> {
        if self.is_global != are_needed {
            let mask = if are_needed { self.events.global } else { 0 };
            self.monitoring.bind(py).call_method1("set_events", (self.id, mask))?;
            self.is_global = are_needed;
        }
        Ok(())
    }
}

/// The tool of the process, taken when it is first needed.
///
/// # Errors
/// Those of [`Tool::take`].
pub fn with<R>(py: Python<'_>, state: &State, use_it: impl FnOnce(&mut Tool) -> PyResult<R>) -> PyResult<R> {
    let mut tool = state.tool.borrow_mut();
    match &mut *tool {
        Some(tool) => use_it(tool),
        None => use_it(tool.insert(Tool::take(py)?)),
    }
}

/// A function of the interpreter that is this one.
///
/// # Errors
/// Those of making an object.
pub fn function<'py>(
    py: Python<'py>,
    name: &'static std::ffi::CStr,
    function: ffi::PyCFunctionFast,
) -> PyResult<Bound<'py, PyAny>> {
    let definition = Box::new(ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFast: function },
        ml_flags: ffi::METH_FASTCALL,
        ml_doc: std::ptr::null(),
    });
    // SAFETY: the definition is never freed, and says how the function is called; what comes back is a new reference, or
    // null with an exception set
    let made = unsafe {
        let made = ffi::PyCFunction_NewEx(Box::into_raw(definition), null_mut(), null_mut());
        Bound::from_owned_ptr_or_err(py, made)
    }?;
    Ok(made.cast_into::<PyCFunction>()?.into_any())
}
