//! The span that is active, as OpenTelemetry or ddtrace has it. Neither is imported, and no code of theirs runs.

use probelang_probe::event::TraceIds;
use pyo3::ffi;

use crate::object::attributes::readable;
use crate::object::scalar::{self, Integer};
use crate::object::table::Table;
use crate::object::types::module_named;
use crate::object::{Object, Owned};

/// What OpenTelemetry calls its span in a context; a random number follows.
const CURRENT: &str = "current-span-";

/// The ids of the active span.
pub fn active() -> Option<TraceIds> {
    let mut kept = Vec::new();
    opentelemetry(&mut kept).or_else(|| ddtrace(&mut kept))
}

fn opentelemetry(kept: &mut Vec<Owned>) -> Option<TraceIds> {
    let runtime = module_named("opentelemetry.context")?.find_name("_RUNTIME_CONTEXT")?;
    let context = value(readable(runtime, "_current_context")?, kept)?;
    let mut entries = Table::of(context)?.entries();
    let (_, span) = entries.find(|(key, _)| key.name().is_some_and(|key| key.starts_with(CURRENT)))?;
    // a tuple: trace, span, and more
    let ids = readable(span, "_context")?.elements()?;
    ids_of(ids.get(0)?, ids.get(1)?)
}

fn ddtrace(kept: &mut Vec<Owned>) -> Option<TraceIds> {
    let variable = module_named("ddtrace._trace.provider")?.find_name("_DD_CONTEXTVAR")?;
    let span = value(variable, kept)?;
    ids_of(readable(span, "trace_id")?, readable(span, "span_id")?)
}

/// The value of a context variable in the running context.
fn value<'k>(variable: Object<'_>, kept: &'k mut Vec<Owned>) -> Option<Object<'k>> {
    let mut found = std::ptr::null_mut();
    // SAFETY: it is a context variable; a new reference is given, or null. Reading one is C code
    unsafe {
        if !variable.is_exactly(&raw mut ffi::PyContextVar_Type) {
            return None;
        }
        if ffi::PyContextVar_Get(variable.as_ptr(), std::ptr::null_mut(), &raw mut found) != 0 {
            ffi::PyErr_Clear();
            return None;
        }
    }
    // SAFETY: as above; the context keeps the value too, so that no finalizer runs when the reference is dropped
    kept.push(unsafe { Owned::new(found) }?);
    // SAFETY: the list keeps the reference
    kept.last().map(|owned| unsafe { owned.borrow() })
}

fn ids_of(trace: Object<'_>, span: Object<'_>) -> Option<TraceIds> {
    let (trace, span) = (number(trace)?, u64::try_from(number(span)?).ok()?);
    // zero is no id
    (trace != 0 && span != 0).then_some(TraceIds { trace, span })
}

/// A whole number.
fn number(object: Object<'_>) -> Option<u128> {
    if !object.is_exactly(&raw mut ffi::PyLong_Type) {
        return None;
    }
    match scalar::integer(object) {
        Integer::Small(number) => u128::try_from(number).ok(),
        Integer::Large(number) => Some(number.into()),
        Integer::Big => {
            let digits = scalar::digits(object)?;
            // SAFETY: the reference is kept until the text is read
            unsafe { digits.borrow() }.short_text()?.parse().ok()
        }
    }
}
