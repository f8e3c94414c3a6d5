//! Runs that explain themselves.

use probelang::Answer;
use probelang::Traced;
use probelang::data::InSource;
use probelang::data::text;
use probelang::diagnostic::SourceText;
use probelang::host::{Allowance, SystemClock};
use probelang::trace::TraceLimits;
use pyo3::prelude::*;

use crate::call::Given;
use crate::engine::Engine;
use crate::errors::{self, EXPRESSION};
use crate::host::Objects;
use crate::names::{Resolving, Symbols};
use crate::plain;
use crate::program::{Budget, Message, number, table};

/// A run explained.
#[pyclass(frozen, module = "probelang")]
pub struct Trace {
    trace: probelang::Trace,
    source: String,
}

/// Runs a program with an observer in it.
pub fn run(
    py: Python<'_>,
    traced: &Traced,
    engine: &Engine,
    variables: Option<&Bound<'_, PyAny>>,
    budget: Option<&Bound<'_, Budget>>,
) -> PyResult<Trace> {
    let mut symbols = Symbols::default();
    let bound = traced.bind(&mut Resolving(&mut symbols, py));
    let host = Objects::new(py, Given::table(table(variables)?), &symbols);
    let limits = TraceLimits::default();
    let trace = match budget {
        None => {
            let mut budget = Allowance::new(engine.settings.run()?).budget(Some(&SystemClock));
            bound.run(&host, &mut budget, &limits)
        }
        Some(budget) => budget.try_borrow_mut()?.spend(|budget| bound.run(&host, budget, &limits)),
    };
    Ok(Trace { trace, source: traced.source().to_owned() })
}

#[pymethods]
impl Trace {
    /// What the run gave: a bool, a number, a copy of a value, or a `Message`. Raises the fault that ended the run.
    #[getter]
    fn answer<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match &self.trace.answer {
            Answer::Truth(truth) => truth.into_pyobject(py)?.to_owned().into_any(),
            Answer::Number(measured) => number(py, *measured)?,
            Answer::Value(json) => plain::from_json(py, json)?,
            Answer::Message(message) => Bound::new(py, Message::of(py, message.clone())?)?.into_any(),
            Answer::Fault(fault) => return Err(errors::fault(py, fault)),
        })
    }

    /// Steps that the run took.
    #[getter]
    const fn steps(&self) -> u64 {
        self.trace.steps
    }

    /// The innermost part that decided that the answer is false; `None` for any other answer.
    #[getter]
    fn decided_by(&self) -> Option<&str> {
        self.trace.decider.and_then(|at| self.trace.nodes.get(at)).map(|node| node.expression.as_str())
    }

    /// All parts of the program with what each gave, as nested dictionaries.
    #[getter]
    fn tree<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain::from_json(
            py,
            &text::of(&InSource::new(&self.trace, &SourceText::new(EXPRESSION, &self.source))),
        )
    }

    fn __repr__(&self) -> String {
        format!("Trace({:?}, {}, steps={})", self.source, self.trace.answer.status(), self.trace.steps)
    }
}
