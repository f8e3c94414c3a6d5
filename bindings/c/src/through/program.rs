//! The exported functions as Rust calls them.

use std::ffi::c_void;
use std::ptr::null_mut;

use probelang::host::{Clock, Host, Number, Resolve, RunLimits};
use probelang::{ProgramKind, Source};

use super::taken::{taken, taken_name};
use super::{Callbacks, Through, resolve};
use crate::author::{probelang_compile, probelang_form};
use crate::engine::{
    probelang_engine_free, probelang_engine_new, probelang_engine_redact, probelang_engine_set_clock,
    probelang_engine_set_dialect, probelang_engine_set_limits, probelang_redaction,
};
use crate::program::{
    number_of, probelang_bind_with, probelang_bound, probelang_bound_free, probelang_program_free,
};
use crate::report::{probelang_report, probelang_report_free, probelang_report_json};
use crate::run::{
    probelang_budget_free, probelang_budget_new, probelang_eval, probelang_measure, probelang_render,
    probelang_test, probelang_verdict,
};
use crate::status::probelang_status;
use crate::text::{
    probelang_str, probelang_text, probelang_text_free, probelang_text_get, probelang_text_new,
};
use crate::value::probelang_value;

/// What a run gave.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// A condition.
    Truth(bool),
    /// A metric.
    Number(Number),
    /// A value, as JSON.
    Value(String),
    /// A message, and the JSON of the parts that failed.
    Message(String, Option<String>),
    /// A fault, as JSON.
    Fault(String),
    /// The source is rejected: the JSON of the diagnostics.
    Rejected(String),
    /// Any other status.
    Other(probelang_status),
}

/// A program and how it is run.
pub struct Order<'o> {
    /// What it is for.
    pub kind: ProgramKind,
    /// Its source.
    pub source: Source<'o>,
    /// The name of its dialect.
    pub dialect: &'o str,
    /// Names that are not redacted.
    pub excluded: &'o [String],
    /// Types that are redacted.
    pub types: &'o [String],
    /// What a run may spend.
    pub limits: RunLimits,
    /// The time of deadlines.
    pub clock: &'o dyn Clock,
}

/// The clock behind the data of a callback.
unsafe extern "C" fn now(data: *mut c_void) -> u64 {
    // SAFETY: whoever passes this function passes a clock with it.
    unsafe { &*data.cast_const().cast::<&dyn Clock>() }.now()
}

/// A handle that is freed with its place.
struct Owned<T>(*mut T, unsafe extern "C" fn(*mut T) -> probelang_status);

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the handle is from the function whose sibling frees it, or null.
        unsafe { (self.1)(self.0) };
    }
}

/// Compiles, binds and runs a program over a host through the exported functions.
pub fn run<H: Host>(order: &Order<'_>, names: &mut dyn Resolve, host: &H) -> Ended {
    match attempt(order, names, host) {
        Ok(ended) | Err(ended) => ended,
    }
}

fn attempt<H: Host>(order: &Order<'_>, mut names: &mut dyn Resolve, host: &H) -> Result<Ended, Ended> {
    let check = |status| if status == probelang_status::Ok { Ok(()) } else { Err(Ended::Other(status)) };
    let strings =
        |texts: &[String]| -> Vec<_> { texts.iter().map(|text| probelang_str::lend(text)).collect() };
    let mut engine = Owned(null_mut(), probelang_engine_free);
    let mut program = Owned(null_mut(), probelang_program_free);
    let mut bound = Owned(null_mut(), probelang_bound_free);
    let mut text = Owned(null_mut(), probelang_text_free);
    let mut budget = Owned(null_mut(), probelang_budget_free);
    let mut report = Owned(null_mut(), probelang_report_free);
    let kind = number_of(order.kind);
    let form = match order.source {
        Source::Text(_) => probelang_form::Text,
        Source::Json(_) => probelang_form::Json,
    } as u32;
    let (source, mut clock) = (order.source.as_str(), order.clock);
    let nanoseconds = u64::try_from(order.limits.deadline.as_nanos()).unwrap_or(u64::MAX);
    let (excluded, types) = (strings(order.excluded), strings(order.types));
    // SAFETY: every pointer is to a place of this function, null, or from an exported function; texts, names and clock
    // live as long.
    unsafe {
        check(probelang_text_new(&mut text.0))?;
        check(probelang_engine_new(&mut engine.0))?;
        let dialect = order.dialect;
        check(probelang_engine_set_dialect(engine.0, dialect.as_ptr().cast(), dialect.len()))?;
        check(probelang_engine_redact(
            engine.0,
            probelang_redaction::Exclude as u32,
            excluded.as_ptr(),
            excluded.len(),
        ))?;
        check(probelang_engine_redact(
            engine.0,
            probelang_redaction::Types as u32,
            types.as_ptr(),
            types.len(),
        ))?;
        check(probelang_engine_set_limits(engine.0, order.limits.steps, nanoseconds))?;
        check(probelang_engine_set_clock(engine.0, Some(now), (&raw mut clock).cast()))?;
        check(probelang_budget_new(engine.0, &mut budget.0))?;
        let (at, len) = (source.as_ptr().cast(), source.len());
        let status = probelang_compile(engine.0, kind, form, at, len, &mut program.0, &mut report.0);
        if status == probelang_status::Rejected {
            return Ok(Ended::Rejected(json(&report, &text)?));
        }
        check(status)?;
        check(probelang_bind_with(program.0, Some(resolve), (&raw mut names).cast(), &mut bound.0))?;
        let through = Through::new(host);
        let mut report = Owned(null_mut(), probelang_report_free);
        let (host, to) = (through.callbacks(), &mut report.0);
        let (mut verdict, mut number) = (0, probelang_value::ABSENT);
        let status = match order.kind {
            ProgramKind::Condition => probelang_test(bound.0, host, budget.0, &mut verdict, to),
            ProgramKind::Value => probelang_eval(bound.0, host, budget.0, text.0, to),
            ProgramKind::Metric => probelang_measure(bound.0, host, budget.0, &mut number, to),
            ProgramKind::Template => probelang_render(bound.0, host, budget.0, text.0, to),
        };
        if status == probelang_status::Fault {
            return Ok(Ended::Fault(json(&report, &text)?));
        }
        check(status)?;
        Ok(match order.kind {
            ProgramKind::Condition => Ended::Truth(verdict == probelang_verdict::Matched as u32),
            ProgramKind::Value => Ended::Value(written(&text)?),
            ProgramKind::Metric => Ended::Number(taken(&number).number().unwrap_or(Number::Float(f64::NAN))),
            ProgramKind::Template => {
                let message = written(&text)?;
                let parts = if report.0.is_null() { None } else { Some(json(&report, &text)?) };
                Ended::Message(message, parts)
            }
        })
    }
}

/// What was written to a text.
fn written(text: &Owned<probelang_text>) -> Result<String, Ended> {
    let mut lent = probelang_str::EMPTY;
    // SAFETY: the text is from `probelang_text_new`.
    let status = unsafe { probelang_text_get(text.0, &mut lent) };
    if status != probelang_status::Ok {
        return Err(Ended::Other(status));
    }
    Ok(taken_name(lent.data, lent.len).to_owned())
}

/// The JSON of a report.
fn json(report: &Owned<probelang_report>, text: &Owned<probelang_text>) -> Result<String, Ended> {
    // SAFETY: both are handles of the library.
    let status = unsafe { probelang_report_json(report.0, text.0) };
    if status != probelang_status::Ok {
        return Err(Ended::Other(status));
    }
    written(text)
}

/// A condition or a template, compiled and bound once, to be run again and again.
pub struct Prepared {
    bound: Owned<probelang_bound>,
    text: Owned<probelang_text>,
    /// Where the clock of the runs is: the data of a callback is one word, a reference to a trait takes two.
    #[expect(clippy::redundant_allocation, reason = "what is allocated is the second word")]
    _clock: Box<&'static dyn Clock>,
}

impl Prepared {
    /// Compiles text and binds it. `None` where it does not compile.
    pub fn new(
        kind: ProgramKind,
        source: &str,
        mut names: &mut dyn Resolve,
        clock: &'static dyn Clock,
    ) -> Option<Self> {
        match kind {
            ProgramKind::Condition | ProgramKind::Template => {}
            ProgramKind::Value | ProgramKind::Metric => return None,
        }
        let (kind, form) = (number_of(kind), probelang_form::Text as u32);
        let mut engine = Owned(null_mut(), probelang_engine_free);
        let mut program = Owned(null_mut(), probelang_program_free);
        let mut bound = Owned(null_mut(), probelang_bound_free);
        let mut text = Owned(null_mut(), probelang_text_free);
        let mut clock = Box::new(clock);
        let (at, len, none) = (source.as_ptr().cast(), source.len(), null_mut());
        // SAFETY: every pointer is to a place of this function, null, or from an exported function; the clock stays in
        // its box.
        let made = unsafe {
            [
                probelang_text_new(&mut text.0),
                probelang_engine_new(&mut engine.0),
                probelang_engine_set_clock(engine.0, Some(now), (&raw mut *clock).cast()),
                probelang_compile(engine.0, kind, form, at, len, &mut program.0, none),
                probelang_bind_with(program.0, Some(resolve), (&raw mut names).cast(), &mut bound.0),
            ]
        };
        made.iter().all(|status| *status == probelang_status::Ok).then_some(Self {
            bound,
            text,
            _clock: clock,
        })
    }

    /// Whether the condition matches; `None` where it failed. The budget is the one of its engine.
    #[inline]
    #[must_use]
    pub fn test(&self, host: &impl Callbacks) -> Option<bool> {
        let mut verdict = 0;
        // SAFETY: the handle lives, and so do host and place.
        let status =
            unsafe { probelang_test(self.bound.0, host.callbacks(), null_mut(), &mut verdict, null_mut()) };
        (status == probelang_status::Ok).then_some(verdict == probelang_verdict::Matched as u32)
    }

    /// Whether the message is this one.
    #[inline]
    #[must_use]
    pub fn renders(&self, host: &impl Callbacks, expected: &str) -> bool {
        let mut lent = probelang_str::EMPTY;
        // SAFETY: the handles live, and so do host and place.
        let done = unsafe {
            probelang_render(self.bound.0, host.callbacks(), null_mut(), self.text.0, null_mut())
                == probelang_status::Ok
                && probelang_text_get(self.text.0, &mut lent) == probelang_status::Ok
        };
        // what the library writes is UTF-8, so that its bytes can be compared
        done && lent.len == expected.len() && taken_name(lent.data, lent.len) == expected
    }
}
