//! What the values say of a fault.

use probelang::hints::Around;
use probelang::host::{Host, Symbol, Value};

use crate::boundary::{Stop, boundary};
use crate::handle::{give, shared};
use crate::host::probelang_host;
use crate::lent::{Callbacks, Lent};
use crate::report::probelang_report;
use crate::status::probelang_status;
use crate::text::{Zero, probelang_str, text_of};

/// Variables that are listed at most.
const MOST: usize = 1_000;

/// A variable that is in scope, whether or not a program reads it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct probelang_variable {
    /// Its name.
    pub name: probelang_str,
    /// The symbol that the host knows it by.
    pub symbol: u32,
}

// SAFETY: numbers and pointers.
unsafe impl Zero for probelang_variable {}

/// Makes another report of a fault, with what the values of the host say of it: the nearest name, the names that there
/// are, `len(x)` for `x.length`. They are notes and repairs, in the JSON as `notes` and `edits`; the message stays as it
/// is. `variables` are the `count` variables in scope, of which the first 1,000 are used. `report` is one of
/// `probelang_test`, `probelang_measure` or `probelang_eval`, or the status is `PROBELANG_STATUS_WRONG_KIND`; the host
/// shows what it showed to that run. No value is in the report. Costs up to 1,000 entries of each value on the way to
/// the one that is missing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_report_hint(
    report: *const probelang_report,
    host: *const probelang_host,
    variables: *const probelang_variable,
    count: usize,
    out: *mut *mut probelang_report,
) -> probelang_status {
    boundary! {
        let fault = shared(report)?.as_fault().ok_or(probelang_status::WrongKind)?.clone();
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        let named = named(variables, count)?;
        let mut scope = Vec::with_capacity(named.len());
        for (name, symbol) in named {
            let mut value = Value::Absent;
            host.var(Symbol(symbol), &mut value);
            scope.push((name, value));
        }
        let fault = fault.with_hint(&host, &scope, &Around::default());
        give(out, crate::report::Report::fault(fault))?;
        Ok(probelang_status::Ok)
    }
}

/// The variables that a caller lends.
fn named<'c>(variables: *const probelang_variable, count: usize) -> Result<Vec<(&'c str, u32)>, Stop> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if variables.is_null() {
        return Err(probelang_status::Null.into());
    }
    if !variables.is_aligned() {
        return Err(probelang_status::WrongSize.into());
    }
    // SAFETY: the caller lends `count` variables for the length of the call.
    let variables = unsafe { std::slice::from_raw_parts(variables, count.min(MOST)) };
    variables.iter().map(|variable| Ok((text_of(variable.name)?, variable.symbol))).collect()
}
