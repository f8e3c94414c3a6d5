//! What the commands of `python -m probelang` ask of Rust.

use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::dialect::Preset;
use probelang_control::SinkSpec;
use probelang_probe::config::{Outcome, Reader};
use probelang_probe::draft::{Does, Draft};
use probelang_probe::life;
use probelang_probe::probe::{MetricKind, Moment, Place, Target};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors;
use crate::settings::no_such;

/// The functions of this module.
///
/// # Errors
/// Those of the interpreter.
pub fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("EXPIRES", Draft::EXPIRES)?;
    module.add_function(wrap_pyfunction!(live_sinks, module)?)?;
    module.add_function(wrap_pyfunction!(new_probe, module)?)
}

/// The specifications of sinks, checked, with the paths of files made absolute: they are opened elsewhere.
#[pyfunction]
#[pyo3(signature = (specs, /))]
fn live_sinks(specs: Vec<String>) -> PyResult<Vec<String>> {
    specs.iter().map(|text| sink(text)).collect()
}

/// A sink by its specification.
///
/// # Errors
/// `ValueError` says what is wrong with it.
pub fn spec(text: &str) -> PyResult<SinkSpec> {
    text.parse().map_err(|error: probelang_control::SpecError| wrong(error))
}

fn sink(text: &str) -> PyResult<String> {
    let spec = spec(text)?;
    Ok(match spec {
        SinkSpec::JsonLines(path) => {
            let path = std::path::absolute(&path)?;
            SinkSpec::JsonLines(path.to_str().unwrap_or(text).to_owned())
        }
        SinkSpec::Console | SinkSpec::Otlp(_) | SinkSpec::Agent(_) | SinkSpec::Statsd(_) => spec,
    }
    .to_string())
}

fn wrong(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// One of several things by its name in lower case.
fn named<T: Copy>(what: &str, name: &str, all: &[(&str, T)]) -> PyResult<T> {
    let found = all.iter().find(|(known, _)| *known == name).map(|(_, thing)| *thing);
    found.ok_or_else(|| no_such(what, name, &all.iter().map(|(known, _)| *known).collect::<Vec<_>>()))
}

/// The JSON of a probe that a few options describe, those of `probelang probe new`.
#[pyfunction]
#[pyo3(signature = (
    does, place, /, *, when=None, template=None, capture=false, name=None, kind="count", value=None, target="active",
    at=None, id=None, expires=None, max_hits=None, every=None
))]
#[expect(clippy::too_many_arguments, reason = "they are keywords")]
fn new_probe(
    py: Python<'_>,
    does: &str,
    place: &str,
    when: Option<String>,
    template: Option<String>,
    capture: bool,
    name: Option<String>,
    kind: &str,
    value: Option<String>,
    target: &str,
    at: Option<&str>,
    id: Option<String>,
    expires: Option<String>,
    max_hits: Option<u64>,
    every: Option<u64>,
) -> PyResult<String> {
    let place = Place::parse(place).ok_or_else(|| wrong(Place::FORMS))?;
    if expires.as_deref().is_some_and(|expires| life::duration(expires).is_none()) {
        return Err(wrong(life::FORMS));
    }
    let needed = |given: Option<String>, what: &str| {
        given.ok_or_else(|| wrong(format!("a {does} probe needs a {what}")))
    };
    let does = match does {
        "log" => Does::Log { template, capture },
        "span" => Does::Span,
        "metric" => Does::Metric {
            name: needed(name, "name")?,
            kind: named("kind", kind, &MetricKind::ALL.map(|kind| (lower(kind), kind)))?,
            value,
        },
        "tag" => Does::Tag {
            name: needed(name, "name")?,
            value: needed(value, "value")?,
            target: named("span", target, &[("active", Target::Active), ("root", Target::Root)])?,
        },
        other => return Err(no_such("type of probe", other, &["log", "metric", "span", "tag"])),
    };
    let mut draft = Draft::new(place, does);
    draft.when = when;
    let moments = [("entry", Moment::Entry), ("exit", Moment::Exit)];
    draft.at = at.map(|at| named("moment", at, &moments)).transpose()?;
    draft.id = id;
    draft.expires = expires;
    draft.max_hits = max_hits;
    draft.every = every;
    let engine = probelang::Engine::new().dialect(Preset::Python);
    let json = draft.to_json(&engine).map_err(|wrong| errors::compile(py, &wrong.error))?;
    // what the options cannot rule out is found as in any probe file
    let read = Reader::new(&engine).read(&json);
    let rejected = read.probes.iter().find(|entry| matches!(entry.outcome, Outcome::Rejected));
    match rejected {
        Some(entry) => Err(probe(py, &entry.diagnostics, &json)),
        None => Ok(json),
    }
}

const fn lower(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Count => "count",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
        MetricKind::Distribution => "distribution",
    }
}

/// A probe that is rejected.
fn probe(py: Python<'_>, diagnostics: &[Diagnostic], json: &str) -> PyErr {
    errors::diagnosed_in(py, diagnostics, &SourceText::new("<probe>", json))
}
