//! Captures of variables.

use probelang::capture::{
    About, Capture, CaptureLimits, EventError, Frame, Group, MIN_SIZE, Name, Named, Settings, frame,
};
use probelang::host::{Allowance, Resolve, SystemClock, Use};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::call::Given;
use crate::engine::Engine;
use crate::host::Objects;
use crate::names::{Resolving, Symbols};
use crate::program::{Budget, table};
use crate::settings::no_such;

/// The limits of a capture, as far as they were given.
pub fn limits(
    depth: Option<usize>,
    items: Option<usize>,
    length: Option<usize>,
    fields: Option<usize>,
) -> CaptureLimits {
    let usual = CaptureLimits::default();
    usual
        .with_depth(depth.unwrap_or(usual.depth))
        .with_items(items.unwrap_or(usual.items))
        .with_length(length.unwrap_or(usual.length))
        .with_fields(fields.unwrap_or(usual.fields))
}

/// The snapshot of variables, or of expressions in their place.
#[expect(clippy::too_many_arguments, reason = "they are the keywords of the function of Python")]
pub fn capture(
    py: Python<'_>,
    engine: &Engine,
    variables: Option<&Bound<'_, PyAny>>,
    budget: Option<&Bound<'_, Budget>>,
    expressions: &[(String, probelang::Expression)],
    group: &str,
    limits: CaptureLimits,
    size: usize,
) -> PyResult<String> {
    let group = match group {
        "locals" => Group::Locals,
        "arguments" => Group::Arguments,
        other => return Err(no_such("group", other, &["locals", "arguments"])),
    };
    if size < MIN_SIZE {
        return Err(PyValueError::new_err(format!("max_size is at least {MIN_SIZE} bytes, not {size}")));
    }
    let table = table(variables)?;
    let mut symbols = Symbols::default();
    let bound: Vec<_> =
        expressions.iter().map(|(_, program)| program.bind(&mut Resolving(&mut symbols, py))).collect();
    let named: Vec<_> = expressions
        .iter()
        .zip(&bound)
        .map(|((name, _), program)| Named { name, program, limits: None })
        .collect();
    let mut texts = Vec::new();
    if expressions.is_empty() {
        for (key, _) in table.into_iter().flat_map(|table| table.entries()) {
            // what is not a text of the class `str` itself is no variable
            if let Some(text) = key.name() {
                texts.push((text, Resolving(&mut symbols, py).resolve(text, Use::Variable)));
            }
        }
    }
    let names: Vec<_> = texts.iter().map(|&(name, symbol)| Name { group, name, symbol }).collect();
    let host = Objects::new(py, Given::table(table), &symbols);
    let policy = engine.engine.redaction();
    let settings = Settings { policy, limits };
    let hit = Frame { names: &names, expressions: &named, ..Frame::default() };
    let mut capture = Capture::new();
    let failed = match budget {
        None => {
            let mut budget = Allowance::new(engine.settings.run()?).budget(Some(&SystemClock));
            frame(&mut capture, &host, &hit, &settings, &mut budget)
        }
        Some(budget) => {
            budget.try_borrow_mut()?.spend(|budget| frame(&mut capture, &host, &hit, &settings, budget))
        }
    };
    let faults: Vec<_> =
        failed.iter().filter_map(|(at, raw)| named.get(*at).map(|named| named.program.fault(raw))).collect();
    let errors: Vec<_> = faults.iter().map(|fault| EventError::new(fault.source(), &fault.message)).collect();
    let about = About { language: "python", errors: &errors, ..About::default() };
    let mut text = String::new();
    capture.write_snapshot(&about, size, &mut text);
    Ok(text)
}
