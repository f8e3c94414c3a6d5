//! What went wrong, as exceptions. Their classes are in the package.

use probelang::data::InSource;
use probelang::data::text;
use probelang::diagnostic::{Class, Code, Diagnostic, SourceText, Span};
use probelang::{ArtifactError, CompileError, Fault};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::plain;

/// What messages call the expression.
pub const EXPRESSION: &str = "<expression>";

/// The exceptions of the package.
#[derive(Clone, Copy)]
enum Exception {
    Compile,
    Fault,
    Limit,
    Artifact,
    Input,
}

/// The class of an exception.
fn class(py: Python<'_>, exception: Exception) -> PyResult<Py<PyType>> {
    static COMPILE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static FAULT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static LIMIT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static ARTIFACT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static INPUT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let (cell, name) = match exception {
        Exception::Compile => (&COMPILE, "CompileError"),
        Exception::Fault => (&FAULT, "Fault"),
        Exception::Limit => (&LIMIT, "LimitReached"),
        Exception::Artifact => (&ARTIFACT, "ArtifactError"),
        Exception::Input => (&INPUT, "InputError"),
    };
    cell.import(py, "probelang", name).map(|class| class.clone().unbind())
}

/// An exception of the package: its text, and its attributes.
fn exception<'py>(
    py: Python<'py>,
    kind: Exception,
    report: &str,
    attributes: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    class(py, kind)?.bind(py).call1((report.trim_end(), attributes))
}

/// The exception, or why it could not be made.
fn raised(made: PyResult<Bound<'_, PyAny>>) -> PyErr {
    made.map_or_else(|error| error, PyErr::from_value)
}

/// A span in characters, as Python counts.
fn characters<'py>(py: Python<'py>, text: &str, span: Span) -> PyResult<Bound<'py, PyTuple>> {
    let count = |end: u32| text.get(..end as usize).map_or(0, |before| before.chars().count());
    PyTuple::new(py, [count(span.start), count(span.end)])
}

/// What a diagnostic says to do: the first of its edits, or of its notes.
fn help(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.edits.first().map(|edit| edit.title.as_str()).or(diagnostic.notes.first().map(String::as_str))
}

/// What all exceptions have.
fn attributes<'py>(
    py: Python<'py>,
    diagnostic: &Diagnostic,
    source: &SourceText<'_>,
) -> PyResult<Bound<'py, PyDict>> {
    let attributes = PyDict::new(py);
    attributes.set_item("code", diagnostic.code.text())?;
    attributes.set_item("message", &diagnostic.message)?;
    attributes.set_item("help", help(diagnostic))?;
    attributes.set_item("path", diagnostic.path.as_deref())?;
    attributes.set_item("source", source.text())?;
    let span = if source.has_spans() { Some(characters(py, source.text(), diagnostic.span)?) } else { None };
    attributes.set_item("span", span)?;
    Ok(attributes)
}

/// A source that does not compile.
pub fn compile(py: Python<'_>, error: &CompileError) -> PyErr {
    diagnosed(py, &error.diagnostics, &error.source_text(EXPRESSION), &error.report(EXPRESSION))
}

/// A schema that cannot be read.
pub fn schema(py: Python<'_>, diagnostics: &[Diagnostic], json: &str) -> PyErr {
    diagnosed_in(py, diagnostics, &SourceText::unread_json("<schema>", json))
}

/// A pattern of the user that is rejected.
pub fn pattern(py: Python<'_>, diagnostic: &Diagnostic, pattern: &str) -> PyErr {
    diagnosed_in(py, std::slice::from_ref(diagnostic), &SourceText::new("<pattern>", pattern))
}

/// What is wrong with a text or some JSON.
pub fn diagnosed_in(py: Python<'_>, diagnostics: &[Diagnostic], text: &SourceText<'_>) -> PyErr {
    let report: String = diagnostics
        .iter()
        .map(|diagnostic| probelang::diagnostic::human::Human::PLAIN.render(text, diagnostic))
        .collect();
    diagnosed(py, diagnostics, text, &report)
}

fn diagnosed(py: Python<'_>, diagnostics: &[Diagnostic], text: &SourceText<'_>, report: &str) -> PyErr {
    let Some(first) = diagnostics.iter().find(|diagnostic| diagnostic.is_error()).or(diagnostics.first())
    else {
        return pyo3::exceptions::PyValueError::new_err(report.to_owned());
    };
    raised(attributes(py, first, text).and_then(|attributes| {
        let list = plain::from_json(py, &text::of(&InSource::new(diagnostics, text)))?;
        attributes.set_item("diagnostics", list)?;
        exception(py, Exception::Compile, report, &attributes)
    }))
}

/// A fault as an exception that is raised.
pub fn fault(py: Python<'_>, fault: &Fault) -> PyErr {
    raised(fault_object(py, fault))
}

/// A fault as an exception that is not raised.
pub fn fault_object<'py>(py: Python<'py>, fault: &Fault) -> PyResult<Bound<'py, PyAny>> {
    let attributes = attributes(py, &fault.diagnostic(), &fault.source_text(EXPRESSION))?;
    attributes.set_item("kind", fault.class().name())?;
    attributes.set_item("expression", &fault.expression)?;
    attributes.set_item("reason", fault.reason.as_deref())?;
    let class = if fault.class() == Class::Limit { Exception::Limit } else { Exception::Fault };
    exception(py, class, &fault.report(EXPRESSION), &attributes)
}

/// Bytes that are no program.
pub fn artifact(py: Python<'_>, error: &ArtifactError) -> PyErr {
    let attributes = PyDict::new(py);
    raised(
        attributes
            .set_item("message", error.to_string())
            .and_then(|()| exception(py, Exception::Artifact, &error.to_string(), &attributes)),
    )
}

/// Data that cannot be read.
#[cold]
pub fn input(py: Python<'_>, code: Code, message: &str) -> PyErr {
    let attributes = PyDict::new(py);
    let set = || {
        attributes.set_item("code", code.text())?;
        attributes.set_item("message", message)
    };
    let report = format!("error[{}]: {message}", code.text());
    raised(set().and_then(|()| exception(py, Exception::Input, &report, &attributes)))
}

/// The same exception, with the row of the array that it comes from.
#[cold]
pub fn in_row(py: Python<'_>, error: PyErr, row: usize) -> PyErr {
    let exception = error.value(py);
    let noted = exception
        .setattr("row", row)
        .and_then(|()| exception.call_method1("add_note", (format!("in row {row} of the array"),)));
    noted.err().unwrap_or(error)
}
