//! Programs, and what runs give.

use std::ffi::CStr;

use probelang::diagnostic::Class;
use probelang::hints::Around;
use probelang::host::{self, Allowance, Clock, Host, Number, RunLimits, SystemClock};
use probelang::{Bound as Linked, Program, Verdict};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyTuple};

use crate::arrow::{self, Answers, Options};
use crate::call::{self, Arguments, Made, Runs};
use crate::engine::Engine;
use crate::errors;
use crate::host::Objects;
use crate::names::Symbols;
use crate::object::Object;
use crate::object::table::Table;
use crate::plain;
use crate::settings;

/// What a program was made of, so that it can be made again.
#[derive(Debug)]
pub enum Origin {
    /// Text or JSON.
    Source { source: String, form: &'static str },
    /// The bytes of an artifact.
    Artifact(Vec<u8>),
}

/// A program of some kind, bound to the names of Python objects.
pub struct Compiled<P> {
    pub program: Program,
    pub linked: Linked<P>,
    pub symbols: Symbols,
    pub allowance: Allowance,
    pub engine: Py<Engine>,
    pub origin: Origin,
}

/// The dictionary that somebody gives as variables, if anything.
///
/// # Errors
/// `TypeError` for an object of another class.
pub fn table<'a>(variables: Option<&'a Bound<'_, PyAny>>) -> PyResult<Option<Table<'a>>> {
    let Some(variables) = variables else { return Ok(None) };
    // SAFETY: the reference is kept for 'a, and nothing else runs until the run is over
    #[allow(unsafe_code)]
    let object = unsafe { Object::new(variables.as_ptr()) };
    call::table(variables.py(), object)
}

impl<P> Compiled<P> {
    /// A program that was bound to these symbols.
    pub fn new(
        program: Program,
        linked: Linked<P>,
        symbols: Symbols,
        engine: &Bound<'_, Engine>,
        origin: Origin,
    ) -> PyResult<Self> {
        let allowance = Allowance::new(engine.get().settings.run()?);
        Ok(Self { program, linked, symbols, allowance, engine: engine.clone().unbind(), origin })
    }

    /// Runs something over the variables of a call, within the budget that is given or a fresh one.
    #[inline]
    pub fn run<R>(
        &self,
        py: Python<'_>,
        arguments: &Arguments<'_>,
        run: impl FnOnce(&dyn Host, &mut host::Budget<'_>) -> R,
    ) -> PyResult<R> {
        let host = Objects::new(py, arguments.variables, &self.symbols);
        Ok(match arguments.budget(py)? {
            None => run(&host, &mut self.allowance.budget(Some(&SystemClock))),
            Some(budget) => budget.try_borrow_mut()?.spend(|budget| run(&host, budget)),
        })
    }

    #[cold]
    fn fault(&self, py: Python<'_>, raw: &probelang::RawFault, arguments: &Arguments<'_>) -> PyErr {
        errors::fault(py, &self.hinted(py, raw, arguments))
    }

    /// The fault with what the variables say of it. Runs no code of theirs.
    #[cold]
    fn hinted(
        &self,
        py: Python<'_>,
        raw: &probelang::RawFault,
        arguments: &Arguments<'_>,
    ) -> probelang::Fault {
        let fault = self.linked.fault(raw);
        // what cannot be read of an object is there, unlike in a recording
        if fault.class() == Class::Unreadable {
            return fault;
        }
        let host = Objects::new(py, arguments.variables, &self.symbols);
        let around = Around::default().with_no_input(Some("no variables were given"));
        fault.with_hint(&host, &host.scope(), &around)
    }

    fn reduce<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        static RESTORE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let restore = RESTORE.import(py, "probelang._restore", "restore")?.clone();
        let engine = self.engine.bind(py).clone().into_any();
        let kind = self.program.kind().name().into_pyobject(py)?.into_any();
        let (source, form) = match &self.origin {
            Origin::Source { source, form } => (source.into_pyobject(py)?.into_any(), *form),
            Origin::Artifact(bytes) => (PyBytes::new(py, bytes).into_any(), "artifact"),
        };
        let arguments = [engine, kind, source, form.into_pyobject(py)?.into_any()];
        Ok((restore, PyTuple::new(py, arguments)?))
    }

    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let variables = self.linked.variables();
        PyTuple::new(py, variables.iter().map(|variable| variable.name))
    }

    fn repr(&self, class: &str) -> String {
        format!("{class}({:?})", self.program.source())
    }
}

/// A number as Python has it.
pub fn number<'py>(py: Python<'py>, number: Number) -> PyResult<Bound<'py, PyAny>> {
    Ok(match number {
        Number::Int(n) => n.into_pyobject(py)?.into_any(),
        Number::Uint(n) => n.into_pyobject(py)?.into_any(),
        Number::Float(n) => n.into_pyobject(py)?.into_any(),
    })
}

macro_rules! programs {
    ($($class:ident: $doc:literal, $arrow:ident: $arrow_doc:literal,)*) => { $(
        #[doc = $doc]
        #[pyclass(frozen, module = "probelang")]
        pub struct $class(pub Compiled<probelang::$class>);

        #[pymethods]
        impl $class {
            /// The text that the spans of faults count in: the source, or the canonical text of a program from JSON.
            #[getter]
            fn source(&self) -> &str {
                self.0.program.source()
            }

            /// The variables that the program reads, in the order of their first use. Redacted ones are not among them.
            #[getter]
            fn variables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                self.0.names(py)
            }

            /// What is wrong with the program without being an error: a list of dictionaries.
            #[getter]
            fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                crate::engine::warnings(py, &self.0.program)
            }

            /// The engine that made it.
            #[getter]
            fn engine(&self, py: Python<'_>) -> Py<Engine> {
                self.0.engine.clone_ref(py)
            }

            /// The program as bytes, for `Engine.load`.
            fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
                PyBytes::new(py, &self.0.program.to_bytes())
            }

            #[doc = $arrow_doc]
            #[doc = ""]
            #[doc = "An entry is a JSON text, a document or a snapshot as `input` and `frame` say, or a struct whose fields are the"]
            #[doc = "variables. Null gives null. Without an answer, `faults` says what an entry becomes: with `\"struct\"` the result has"]
            #[doc = "the fields `value` and `fault`, a code such as `\"PL1003\"`; with `\"null\"` it is null; with `\"raise\"` the first one is"]
            #[doc = "raised. The GIL is free meanwhile."]
            #[pyo3(signature = (array, /, *, faults="struct", input="auto", frame=None))]
            fn $arrow(
                &self,
                py: Python<'_>,
                array: &Bound<'_, PyAny>,
                faults: &str,
                input: &str,
                frame: Option<&str>,
            ) -> PyResult<Answers> {
                arrow::run(py, &self.0, array, Options { faults, input, frame })
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
                self.0.reduce(py)
            }

            fn __repr__(&self) -> String {
                self.0.repr(stringify!($class))
            }
        }
    )* };
}

programs! {
    Condition: "A condition: does it hold?",
        test_arrow: "Whether the condition holds for each entry of an array of Arrow.",
    Template: "A message template: text with `{expression}` parts.",
        render_arrow: "The message for each entry of an array of Arrow; the fault is that of its first part that failed.",
    Metric: "A metric: an expression whose value is a number.",
        measure_arrow: "The number for each entry of an array of Arrow, as a float.",
    Expression: "An expression of any value.",
        eval_arrow: "The value for each entry of an array of Arrow, as JSON text.",
}

impl Runs for Condition {
    const METHOD: &'static CStr = c"test";
    const HELP: &'static CStr = c"test($self, variables=None, budget=None, /, **names)\n--\n
Whether the condition holds for these variables.

The variables are a dict, keyword arguments, or both; keyword arguments take precedence. Raises `Fault` where it
cannot be said. Holds the GIL; runs no code of the variables.";

    #[inline]
    fn run(&self, py: Python<'_>, arguments: &Arguments<'_>) -> PyResult<Made> {
        match self.0.run(py, arguments, |host, budget| self.0.linked.test(host, budget))? {
            Verdict::Matched => Ok(call::truth(true)),
            Verdict::NotMatched => Ok(call::truth(false)),
            Verdict::Failed(raw) => Err(Python::attach(|py| self.0.fault(py, &raw, arguments))),
        }
    }
}

impl Runs for Template {
    const METHOD: &'static CStr = c"render";
    const HELP: &'static CStr = c"render($self, variables=None, budget=None, /, **names)\n--\n
The message for these variables, as `Condition.test` takes them.

Never raises a fault: a part that fails shows why, and adds to the errors of the message.";

    fn run(&self, py: Python<'_>, arguments: &Arguments<'_>) -> PyResult<Made> {
        let mut text = String::new();
        let rendered =
            self.0.run(py, arguments, |host, budget| self.0.linked.render(host, budget, &mut text))?;
        Python::attach(|py| {
            let errors = rendered.errors.into_iter().map(|error| {
                let fault = error.fault.map(|raw| self.0.hinted(py, &raw, arguments));
                PartError::new(py, error.expr, error.message, fault.as_ref())
            });
            let errors = errors.collect::<PyResult<_>>()?;
            Ok(Bound::new(py, Message { text, errors, truncated: rendered.truncated })?.into_ptr())
        })
    }
}

impl Runs for Metric {
    const METHOD: &'static CStr = c"measure";
    const HELP: &'static CStr = c"measure($self, variables=None, budget=None, /, **names)\n--\n
The number for these variables, as `Condition.test` takes them: finite; a Boolean counts as 0 or 1.";

    fn run(&self, py: Python<'_>, arguments: &Arguments<'_>) -> PyResult<Made> {
        let measured = self.0.run(py, arguments, |host, budget| self.0.linked.measure(host, budget))?;
        Python::attach(|py| match measured {
            Ok(measured) => number(py, measured).map(Bound::into_ptr),
            Err(raw) => Err(self.0.fault(py, &raw, arguments)),
        })
    }
}

impl Runs for Expression {
    const METHOD: &'static CStr = c"eval";
    const HELP: &'static CStr = c"eval($self, variables=None, budget=None, /, **names)\n--\n
A copy of the value for these variables, as `Condition.test` takes them.

The copy is made of dict, list, str, int, float, bool and None. What is hidden or cannot be shown is a dictionary
with a `$` key, such as `{\"$redacted\": True}`.";

    fn run(&self, py: Python<'_>, arguments: &Arguments<'_>) -> PyResult<Made> {
        let mut json = String::new();
        let value = self.0.run(py, arguments, |host, budget| self.0.linked.eval(host, budget, &mut json))?;
        Python::attach(|py| match value {
            Ok(()) => plain::from_json(py, &json).map(Bound::into_ptr),
            Err(raw) => Err(self.0.fault(py, &raw, arguments)),
        })
    }
}

/// Steps and time that several runs share: everything that one probe does in one hit.
///
/// Time counts from the first run.
#[pyclass(module = "probelang")]
pub struct Budget {
    limits: RunLimits,
    left: u64,
    start: Option<u64>,
}

#[pymethods]
impl Budget {
    #[new]
    #[pyo3(signature = (*, steps=1_000_000, deadline=0.05))]
    fn new(steps: u64, deadline: f64) -> PyResult<Self> {
        if steps == 0 {
            return Err(PyValueError::new_err("a budget has at least one step"));
        }
        let limits = RunLimits::default().with_steps(steps).with_deadline(settings::seconds(deadline)?);
        Ok(Self { limits, left: steps, start: None })
    }

    /// Steps that are left.
    #[getter]
    const fn left(&self) -> u64 {
        self.left
    }

    /// Steps that were spent.
    #[getter]
    const fn spent(&self) -> u64 {
        self.limits.steps.saturating_sub(self.left)
    }

    fn __repr__(&self) -> String {
        format!("Budget(steps={}, left={})", self.limits.steps, self.left)
    }
}

impl Budget {
    /// Runs something within what is left.
    pub fn spend<R>(&mut self, run: impl FnOnce(&mut host::Budget<'_>) -> R) -> R {
        let start = *self.start.get_or_insert_with(|| SystemClock.now());
        let mut budget = host::Budget::since(self.limits.with_steps(self.left), &SystemClock, start);
        let outcome = run(&mut budget);
        self.left = budget.left();
        outcome
    }
}

/// A rendered message.
#[pyclass(frozen, eq, module = "probelang")]
#[derive(PartialEq)]
pub struct Message {
    text: String,
    errors: Vec<PartError>,
    truncated: bool,
}

impl Message {
    /// One that the engine rendered.
    pub fn of(py: Python<'_>, message: probelang::Message) -> PyResult<Self> {
        let errors = message
            .errors
            .into_iter()
            .map(|error| PartError::new(py, error.expression, error.message, error.fault.as_ref()));
        Ok(Self {
            text: message.text,
            errors: errors.collect::<PyResult<_>>()?,
            truncated: message.truncated,
        })
    }
}

#[pymethods]
impl Message {
    /// The text.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    /// One entry for each part that failed, and one if the text was cut.
    #[getter]
    fn errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.errors.iter().map(|error| error.copy(py)))
    }

    /// Whether the text was cut at its limit.
    #[getter]
    const fn truncated(&self) -> bool {
        self.truncated
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("Message({:?}, errors={})", self.text, self.errors.len())
    }
}

/// A part of a message that could not be rendered.
#[pyclass(frozen, eq, module = "probelang")]
pub struct PartError {
    expression: String,
    message: String,
    fault: Option<Py<PyAny>>,
}

impl PartialEq for PartError {
    fn eq(&self, other: &Self) -> bool {
        (&self.expression, &self.message) == (&other.expression, &other.message)
    }
}

impl PartError {
    fn new(
        py: Python<'_>,
        expression: String,
        message: String,
        fault: Option<&probelang::Fault>,
    ) -> PyResult<Self> {
        let fault = fault.map(|fault| errors::fault_object(py, fault)).transpose()?;
        Ok(Self { expression, message, fault: fault.map(Bound::unbind) })
    }

    fn copy(&self, py: Python<'_>) -> Self {
        Self {
            expression: self.expression.clone(),
            message: self.message.clone(),
            fault: self.fault.as_ref().map(|fault| fault.clone_ref(py)),
        }
    }
}

#[pymethods]
impl PartError {
    /// The sub-expression that failed.
    #[getter]
    fn expression(&self) -> &str {
        &self.expression
    }

    /// One line: what is wrong.
    #[getter]
    fn message(&self) -> &str {
        &self.message
    }

    /// The fault; `None` for the entry that says that the text was cut.
    #[getter]
    fn fault(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.fault.as_ref().map(|fault| fault.clone_ref(py))
    }

    fn __repr__(&self) -> String {
        format!("PartError({:?}, {:?})", self.expression, self.message)
    }
}
