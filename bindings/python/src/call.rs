//! The methods that run programs, called by the fast protocol of CPython: neither a tuple nor a dictionary is made of their
//! arguments.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use probelang::host::Symbol;
use pyo3::exceptions::PyTypeError;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::{PyClass, ffi};

use crate::host::{Variable, Variables};
use crate::object::table::{Table, Wanted};
use crate::object::{Elements, Object};
use crate::program::Budget;

/// A new reference, as the interpreter takes it.
pub type Made = *mut ffi::PyObject;

/// A Boolean of Python.
#[inline]
pub fn truth(truth: bool) -> Made {
    // SAFETY: the GIL is held, without which nothing here is called; static objects
    unsafe { ffi::PyBool_FromLong(truth.into()) }
}

/// A class whose objects run programs.
pub trait Runs: PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync {
    /// The name of the method.
    const METHOD: &'static CStr;
    /// Its documentation.
    const HELP: &'static CStr;

    /// Runs the program; gives a reference to what it came to.
    ///
    /// The GIL is held, but PyO3 does not count it: who drops a `Py` attaches first.
    ///
    /// # Errors
    /// The fault that ended the run; arguments of other classes.
    fn run(&self, py: Python<'_>, arguments: &Arguments<'_>) -> PyResult<Made>;
}

/// The arguments of a call: the variables as a dictionary, a budget, and variables by keyword.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    /// What the program reads.
    pub variables: Given<'a>,
    budget: Option<Object<'a>>,
}

/// Variables in a dictionary, and as keyword arguments; these take precedence.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    all: Option<Table<'a>>,
    keywords: Option<Keywords<'a>>,
}

/// Keyword arguments.
#[derive(Clone, Copy, Debug)]
struct Keywords<'a> {
    names: Elements<'a>,
    /// As many as there are names.
    values: Elements<'a>,
}

impl<'a> Given<'a> {
    /// Variables in a dictionary.
    pub const fn table(all: Option<Table<'a>>) -> Self {
        Self { all, keywords: None }
    }

    /// All of them with their names, those by keyword first.
    pub fn each(self) -> impl Iterator<Item = (Object<'a>, Object<'a>)> {
        let keywords = self.keywords.into_iter().flat_map(|Keywords { names, values }| {
            (0..names.len()).filter_map(move |at| Some((names.get(at)?, values.get(at)?)))
        });
        keywords.chain(self.all.into_iter().flat_map(Table::entries))
    }
}

impl<'a> Variables<'a> for Given<'a> {
    #[inline]
    fn variable(&self, _: Symbol, name: Object<'_>) -> Variable<'a> {
        if let Some(Keywords { names, values }) = self.keywords {
            for at in 0..names.len() {
                if names.get(at).is_some_and(|given| name.is(given)) {
                    return values.get(at).into();
                }
            }
        }
        self.all.and_then(|table| table.find(&name)).into()
    }
}

/// The dictionary that somebody gives as variables; `None` for no object, or `None` of Python.
///
/// # Errors
/// `TypeError` for an object of another class.
pub fn table<'a>(py: Python<'_>, variables: Option<Object<'a>>) -> PyResult<Option<Table<'a>>> {
    let Some(variables) = variables else { return Ok(None) };
    if let Some(table) = Table::of(variables) {
        return Ok(Some(table));
    }
    // SAFETY: the address of a static object
    if variables.as_ptr() == unsafe { ffi::Py_None() } {
        return Ok(None);
    }
    // SAFETY: a live object
    let class = unsafe { Bound::from_borrowed_ptr(py, variables.as_ptr()) }.get_type();
    Err(PyTypeError::new_err(format!(
        "the variables are a dict, not {class}: any other mapping would run its own code; pass dict(…) of it"
    )))
}

impl<'a> Arguments<'a> {
    /// The arguments as the interpreter gives them.
    ///
    /// # Safety
    /// They are those of a call by the fast protocol, and outlive `'a`.
    #[inline]
    unsafe fn new(
        py: Python<'_>,
        method: &CStr,
        arguments: *const *mut ffi::PyObject,
        count: ffi::Py_ssize_t,
        names: *mut ffi::PyObject,
    ) -> PyResult<Self> {
        let count = usize::try_from(count).unwrap_or_default();
        if count > 2 {
            return Err(PyTypeError::new_err(format!(
                "{}() takes at most 2 positional arguments ({count} given)",
                method.to_string_lossy()
            )));
        }
        // SAFETY: there are `count` arguments, then a value for each name
        let (positional, keywords) = unsafe {
            let names = Object::new(names).and_then(Object::elements).filter(|names| names.len() > 0);
            let keywords = names
                .map(|names| Keywords { names, values: Elements::new(arguments.add(count), names.len()) });
            (Elements::new(arguments, count), keywords)
        };
        Ok(Self {
            variables: Given { all: table(py, positional.get(0))?, keywords },
            budget: positional.get(1),
        })
    }

    /// The budget, if there is one.
    ///
    /// # Errors
    /// `TypeError` for an object of another class.
    #[inline]
    pub fn budget<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, Budget>>> {
        // SAFETY: the address of a static object
        let Some(budget) = self.budget.filter(|budget| budget.as_ptr() != unsafe { ffi::Py_None() }) else {
            return Ok(None);
        };
        // SAFETY: a live object
        let budget = unsafe { Bound::from_borrowed_ptr(py, budget.as_ptr()) };
        match budget.cast_into::<Budget>() {
            Ok(budget) => Ok(Some(budget)),
            Err(other) => Err(PyTypeError::new_err(format!(
                "the budget is a Budget, not {}",
                other.into_inner().get_type()
            ))),
        }
    }
}

/// The method of a class as CPython calls it.
unsafe extern "C" fn method<C: Runs>(
    program: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: who calls holds the GIL. The descriptor of the method has checked the class of its object
        unsafe {
            let py = Python::assume_attached();
            let program = Bound::ref_from_ptr(py, &program).cast_unchecked::<C>().get();
            program.run(py, &Arguments::new(py, C::METHOD, arguments, count, names)?)
        }
    }));
    match outcome {
        Ok(Ok(made)) => return made,
        Ok(Err(error)) => Python::attach(|py| error.restore(py)),
        Err(_) => Python::attach(|py| {
            PanicException::new_err("the engine of probelang has panicked; this is a bug").restore(py);
        }),
    }
    std::ptr::null_mut()
}

/// Gives a class its method.
///
/// # Errors
/// Those of the interpreter.
pub fn add<C: Runs>(py: Python<'_>) -> PyResult<()> {
    const FAST: c_int = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;
    let class = C::type_object(py);
    // the class keeps it for as long as the process runs
    let definition = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: C::METHOD.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: method::<C> },
        ml_flags: FAST,
        ml_doc: C::HELP.as_ptr(),
    }));
    // SAFETY: a class, and a definition that is never freed; a new reference, or null with an exception
    let descriptor =
        unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(class.as_type_ptr(), definition))? };
    class.setattr(C::METHOD, descriptor)
}
