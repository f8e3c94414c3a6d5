//! Code objects: what they are called, which lines they have, what is nested in them.
//!
//! Their attributes are members and getters written in C, so that no code of the program runs here.

use probelang::capture::Group;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

/// Whether an object is a code object.
pub fn is_code(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object
    unsafe { ffi::PyCode_Check(object.as_ptr()) != 0 }
}

/// What a code object is known by while something keeps it alive.
pub fn address(code: &Bound<'_, PyAny>) -> usize {
    code.as_ptr().addr()
}

/// The code object of a function, and the dictionary of its module.
pub fn of_function<'py>(function: &Bound<'py, PyAny>) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    if function.get_type_ptr() != &raw mut ffi::PyFunction_Type {
        return None;
    }
    let py = function.py();
    // SAFETY: a function has both; they are borrowed from it
    unsafe {
        Some((
            Bound::from_borrowed_ptr(py, ffi::PyFunction_GetCode(function.as_ptr())),
            Bound::from_borrowed_ptr(py, ffi::PyFunction_GetGlobals(function.as_ptr())),
        ))
    }
}

/// A text attribute of a code object; empty for one that is not UTF-8.
fn text(code: &Bound<'_, PyAny>, name: &Bound<'_, pyo3::types::PyString>) -> String {
    code.getattr(name).and_then(|text| text.extract()).unwrap_or_default()
}

/// The file that it was compiled from, as it says.
pub fn file(code: &Bound<'_, PyAny>) -> String {
    text(code, intern!(code.py(), "co_filename"))
}

/// Its own name.
pub fn name(code: &Bound<'_, PyAny>) -> String {
    text(code, intern!(code.py(), "co_name"))
}

/// Its name within its module, in parts: those of the classes and functions around it, and its own.
pub fn path(code: &Bound<'_, PyAny>) -> Vec<String> {
    let qualname = text(code, intern!(code.py(), "co_qualname"));
    qualname.split('.').filter(|part| *part != "<locals>").map(str::to_owned).collect()
}

/// The line at which it begins: that of its first decorator.
pub fn first_line(code: &Bound<'_, PyAny>) -> u32 {
    number(code, "co_firstlineno")
}

fn number(code: &Bound<'_, PyAny>, name: &str) -> u32 {
    code.getattr(name).and_then(|number| number.extract()).unwrap_or_default()
}

/// What kind of code it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Body {
    /// A function, a method, a lambda, a generator expression.
    Function,
    /// The same, which is suspended and goes on: a generator, a coroutine.
    Suspending,
    /// The body of a module or class, whose names are in a dictionary.
    Names,
}

/// What kind of code it is.
pub fn body(code: &Bound<'_, PyAny>) -> Body {
    let flags = code.getattr(intern!(code.py(), "co_flags")).and_then(|flags| flags.extract::<i32>());
    let flags = flags.unwrap_or_default();
    let suspending =
        ffi::CO_GENERATOR | ffi::CO_COROUTINE | ffi::CO_ITERABLE_COROUTINE | ffi::CO_ASYNC_GENERATOR;
    if flags & ffi::CO_OPTIMIZED == 0 {
        Body::Names
    } else if flags & suspending != 0 {
        Body::Suspending
    } else {
        Body::Function
    }
}

/// The code objects directly within it: those of its functions, classes and comprehensions.
pub fn nested<'py>(code: &Bound<'py, PyAny>) -> Vec<Bound<'py, PyAny>> {
    let constants = code.getattr(intern!(code.py(), "co_consts"));
    let Some(constants) = constants.ok().and_then(|found| found.cast_into::<PyTuple>().ok()) else {
        return Vec::new();
    };
    constants.iter().filter(is_code).collect()
}

/// It and everything nested in it, each with the address of the one around it.
pub fn tree<'py>(code: &Bound<'py, PyAny>) -> Vec<(Bound<'py, PyAny>, Option<usize>)> {
    let mut found = vec![(code.clone(), None)];
    let mut next = 0_usize;
    while let Some((around, _)) = found.get(next) {
        let around_at = address(around);
        let inner = nested(around);
        found.extend(inner.into_iter().map(|code| (code, Some(around_at))));
        next = next.saturating_add(1);
    }
    found
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: String,
    /// Whether it is an argument.
    pub group: Group,
}

/// The variables that a frame of this code has for itself: arguments, locals, cells and what it takes from functions
/// around it.
pub fn locals(code: &Bound<'_, PyAny>) -> Vec<Local> {
    let py = code.py();
    let names = |attribute| -> Vec<String> {
        code.getattr(attribute).and_then(|names| names.extract()).unwrap_or_default()
    };
    let flags: i32 =
        code.getattr(intern!(py, "co_flags")).and_then(|flags| flags.extract()).unwrap_or_default();
    let arguments = number(code, "co_argcount")
        .saturating_add(number(code, "co_kwonlyargcount"))
        .saturating_add(u32::from(flags & ffi::CO_VARARGS != 0))
        .saturating_add(u32::from(flags & ffi::CO_VARKEYWORDS != 0));
    let mut found: Vec<Local> = Vec::new();
    let all = [intern!(py, "co_varnames"), intern!(py, "co_cellvars"), intern!(py, "co_freevars")];
    for name in all.into_iter().flat_map(names) {
        if found.iter().any(|local| local.name == name) {
            continue;
        }
        let is_argument = u32::try_from(found.len()).is_ok_and(|at| at < arguments);
        found.push(Local { name, group: if is_argument { Group::Arguments } else { Group::Locals } });
    }
    found
}

/// Numbers of instructions that lines depend on.
#[derive(Clone, Copy, Debug)]
pub struct Instructions {
    resume: u8,
    /// Those that never begin a line.
    silent: [u8; 4],
}

impl Instructions {
    /// Those of this Python.
    ///
    /// # Errors
    /// Those of importing `opcode`.
    pub fn of(py: Python<'_>) -> PyResult<Self> {
        let map = py.import("opcode")?.getattr("opmap")?;
        let number = |name: &str| -> PyResult<u8> { map.get_item(name)?.extract() };
        let resume = number("RESUME")?;
        let silent = ["END_SEND", "END_ASYNC_FOR", "END_FOR", "CACHE"];
        Ok(Self { resume, silent: silent.map(|name| number(name).unwrap_or(resume)) })
    }

    /// The lines of a code object that Python reports when they begin to run, in order. The line of `def` is one of them only
    /// where the body begins on it.
    pub fn lines(self, code: &Bound<'_, PyAny>) -> Vec<u32> {
        let py = code.py();
        let bytes = code.getattr(intern!(py, "co_code"));
        let Some(bytes) = bytes.ok().and_then(|bytes| bytes.cast_into::<PyBytes>().ok()) else {
            return Vec::new();
        };
        let operations: Vec<u8> = bytes.as_bytes().iter().copied().step_by(2).collect();
        // what comes before prepares the frame, and reports nothing
        let Some(start) = operations.iter().position(|operation| *operation == self.resume) else {
            return Vec::new();
        };
        let reports = |at: usize| {
            at > start
                && operations
                    .get(at)
                    .is_some_and(|found| *found != self.resume && !self.silent.contains(found))
        };
        let ranges = code.call_method0(intern!(py, "co_lines")).and_then(|ranges| {
            ranges
                .try_iter()?
                .map(|range| range?.extract::<(usize, usize, Option<u32>)>())
                .collect::<PyResult<Vec<_>>>()
        });
        let mut lines: Vec<u32> = ranges
            .unwrap_or_default()
            .into_iter()
            .filter(|(from, to, _)| (from / 2..to / 2).any(reports))
            .filter_map(|(_, _, line)| line.filter(|line| *line > 0))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}
