//! The settings of an engine, as they were given.

use std::sync::Arc;
use std::time::Duration;

use probelang::check::Schema;
use probelang::check::regex::PatternCache;
use probelang::dialect::Preset;
use probelang::host::RunLimits;
use probelang::output::TextLimits;
use probelang::redact::shape::Shape;
use probelang::redact::{Mode, Policy};
use probelang::{RedactionError, RedactionSettings, Terms, TextPattern};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors;

/// What an engine was made with. Two engines of equal settings give equal answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    pub dialect: String,
    pub redact: Vec<String>,
    pub redact_exclude: Vec<String>,
    pub redact_types: Vec<String>,
    /// The mode, if one was named.
    pub redaction: Option<String>,
    pub redact_shapes: Vec<String>,
    pub no_redact_shapes: Vec<String>,
    /// Names and patterns.
    pub redact_patterns: Vec<(String, String)>,
    pub targets: Vec<String>,
    pub strict: bool,
    pub max_cost: Option<u64>,
    pub schema: Option<String>,
    pub steps: u64,
    /// Seconds.
    pub deadline: f64,
    pub message: Message,
}

/// What a message shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message {
    pub depth: usize,
    pub items: usize,
    pub fields: usize,
    pub string: usize,
    pub length: usize,
}

impl Default for Message {
    fn default() -> Self {
        let TextLimits { depth, items, fields, string, message, .. } = TextLimits::default();
        Self { depth, items, fields, string, length: message }
    }
}

/// What the package calls settings.
const TERMS: Terms = Terms {
    redact: "`redact`",
    redact_exclude: "`redact_exclude=[\"{}\"]`",
    redact_types: "`redact_types`",
    names: "docs/redaction.md",
    mode: "`redaction`",
    shape_exclude: "`no_redact_shapes=[\"{}\"]`",
    patterns: "`redact_patterns`",
};

impl Settings {
    /// An engine of these settings.
    pub fn engine(&self, py: Python<'_>) -> PyResult<probelang::Engine> {
        let targets: PyResult<Vec<Preset>> = self.targets.iter().map(|name| preset(name)).collect();
        let Message { depth, items, fields, string, length } = self.message;
        let text = TextLimits::default()
            .with_depth(depth)
            .with_items(items)
            .with_fields(fields)
            .with_string(string)
            .with_message(length);
        let mut engine = probelang::Engine::new()
            .policy(self.policy(py)?)
            .terms(&TERMS)
            .dialect(preset(&self.dialect)?)
            .strict(self.strict)
            .targets(targets?)
            .run_limits(self.run()?)
            .text_limits(text)
            .keeping_patterns(PatternCache::default());
        if let Some(steps) = self.max_cost {
            engine = engine.max_cost(steps);
        }
        if let Some(json) = &self.schema {
            match Schema::parse(json) {
                Ok(schema) => engine = engine.schema(schema),
                Err(diagnostics) => return Err(errors::schema(py, &diagnostics, json)),
            }
        }
        Ok(engine)
    }

    fn policy(&self, py: Python<'_>) -> PyResult<Arc<Policy>> {
        for name in self.redact.iter().chain(&self.redact_exclude) {
            RedactionSettings::check_name(name, &TERMS).map_err(PyValueError::new_err)?;
        }
        let pattern = |(name, text): &(String, String)| {
            TextPattern::check_name(name).map_err(PyValueError::new_err)?;
            let pattern = TextPattern::new(text).map_err(|wrong| errors::pattern(py, &wrong, text))?;
            Ok((name.clone(), Arc::new(pattern)))
        };
        let settings = RedactionSettings {
            names: self.redact.clone(),
            exclude: self.redact_exclude.clone(),
            types: self.redact_types.clone(),
            mode: self.redaction.as_deref().map(mode).transpose()?,
            shapes: shapes(&self.redact_shapes)?,
            no_shapes: shapes(&self.no_redact_shapes)?,
            patterns: self.redact_patterns.iter().map(pattern).collect::<PyResult<_>>()?,
        };
        settings.policy().map_err(|error| {
            let setting = match error {
                RedactionError::Shapes => "redact_shapes",
                RedactionError::Patterns => "redact_patterns",
            };
            PyValueError::new_err(format!("`{setting}` hides nothing with `redaction=\"off\"`"))
        })
    }

    /// What a run may spend.
    pub fn run(&self) -> PyResult<RunLimits> {
        Ok(RunLimits::default().with_steps(self.steps).with_deadline(seconds(self.deadline)?))
    }

    /// The keyword arguments that make an engine of these settings.
    pub fn keywords<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let keywords = PyDict::new(py);
        keywords.set_item("dialect", &self.dialect)?;
        keywords.set_item("redact", &self.redact)?;
        keywords.set_item("redact_exclude", &self.redact_exclude)?;
        keywords.set_item("redact_types", &self.redact_types)?;
        keywords.set_item("redaction", self.redaction.as_deref())?;
        keywords.set_item("redact_shapes", &self.redact_shapes)?;
        keywords.set_item("no_redact_shapes", &self.no_redact_shapes)?;
        let patterns = PyDict::new(py);
        for (name, pattern) in &self.redact_patterns {
            patterns.set_item(name, pattern)?;
        }
        keywords.set_item("redact_patterns", patterns)?;
        keywords.set_item("targets", &self.targets)?;
        keywords.set_item("strict", self.strict)?;
        keywords.set_item("max_cost", self.max_cost)?;
        keywords.set_item("schema", self.schema.as_deref())?;
        keywords.set_item("steps", self.steps)?;
        keywords.set_item("deadline", self.deadline)?;
        keywords.set_item("message_depth", self.message.depth)?;
        keywords.set_item("message_items", self.message.items)?;
        keywords.set_item("message_fields", self.message.fields)?;
        keywords.set_item("message_string", self.message.string)?;
        keywords.set_item("message_length", self.message.length)?;
        Ok(keywords)
    }
}

/// A time in seconds.
pub fn seconds(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("a deadline is a number of seconds, not {seconds}")))
}

/// A mode of redaction by its name.
pub fn mode(name: &str) -> PyResult<Mode> {
    Mode::find(name).ok_or_else(|| no_such("redaction", name, &Mode::ALL.map(Mode::name)))
}

/// Shapes of secrets by their names.
fn shapes(names: &[String]) -> PyResult<Vec<Shape>> {
    let shape =
        |name: &String| Shape::find(name).ok_or_else(|| no_such("shape", name, &Shape::ALL.map(Shape::name)));
    names.iter().map(shape).collect()
}

/// A dialect by its name.
pub fn preset(name: &str) -> PyResult<Preset> {
    Preset::find(name).ok_or_else(|| no_such("dialect", name, &Preset::ALL.map(Preset::name)))
}

/// That there is no such thing, and which there are.
pub fn no_such(what: &str, name: &str, names: &[&str]) -> PyErr {
    PyValueError::new_err(format!("there is no {what} '{name}', only {}", names.join(", ")))
}
