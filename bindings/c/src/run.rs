//! Runs: a bound program over a host, within a budget.

use std::time::Duration;

use probelang::host::{Allowance, Budget, Clock, Number, RunLimits, SystemClock};
use probelang::{Bound, RawFault, Verdict};

use crate::boundary::{Stop, boundary, hand_out};
use crate::engine::{CallbackClock, probelang_engine, settings};
use crate::handle::{self, Opaque, exclusive, give, shared, tag};
use crate::host::probelang_host;
use crate::lent::{Callbacks, Lent};
use crate::program::{Kinds, probelang_bound};
use crate::report::{Report, probelang_report};
use crate::status::{numbered, probelang_status};
use crate::text::{probelang_text, put};
use crate::value::probelang_value;

/// What one probe may spend in one hit for everything that it does: steps and time. Used by one thread at a time.
pub struct probelang_budget {
    _opaque: [u8; 0],
}

impl Opaque for probelang_budget {
    type Inner = Purse;
    const TAG: u64 = tag(7);
}

/// The inside of a budget.
pub(crate) struct Purse {
    budget: Budget<'static>,
    allowance: Allowance,
    /// Where the clock of the budget is, if it is not the system's: freed with the purse.
    clock: *mut CallbackClock,
}

// SAFETY: the purse owns its clock, which can be read on any thread.
unsafe impl Send for Purse {}

impl Purse {
    fn new(limits: RunLimits, clock: Option<CallbackClock>) -> Self {
        let clock = clock.map_or(std::ptr::null_mut(), |clock| Box::into_raw(Box::new(clock)));
        let allowance = Allowance::new(limits);
        let mut purse = Self { budget: Budget::steps(0), allowance, clock };
        purse.start();
        purse
    }

    #[inline]
    pub const fn budget(&mut self) -> &mut Budget<'static> {
        &mut self.budget
    }

    fn start(&mut self) {
        let clock: &'static dyn Clock = if self.clock.is_null() {
            &SystemClock
        } else {
            // SAFETY: the box lives until the purse is dropped, and the budget, which is all that has this reference,
            // with it.
            unsafe { &*self.clock }
        };
        self.budget = self.allowance.budget(Some(clock));
    }
}

impl Drop for Purse {
    fn drop(&mut self) {
        if !self.clock.is_null() {
            self.budget = Budget::steps(0);
            // SAFETY: it is from `Box::into_raw`, and the budget that had a reference to it is gone.
            drop(unsafe { Box::from_raw(self.clock) });
        }
    }
}

/// A new budget with the current limits and clock of the engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_budget_new(
    engine: *const probelang_engine,
    out: *mut *mut probelang_budget,
) -> probelang_status {
    boundary! {
        let settings = settings(engine)?;
        give(out, Purse::new(settings.run, settings.clock))?;
        Ok(probelang_status::Ok)
    }
}

/// Fills the budget again, for the next hit. Time counts from when the clock is first read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_budget_start(budget: *mut probelang_budget) -> probelang_status {
    boundary! {
        exclusive(budget)?.start();
        Ok(probelang_status::Ok)
    }
}

/// Changes the limits, in steps and nanoseconds, and fills the budget.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_budget_set(
    budget: *mut probelang_budget,
    steps: u64,
    nanoseconds: u64,
) -> probelang_status {
    boundary! {
        let mut purse = exclusive(budget)?;
        let limits = RunLimits::default().with_steps(steps);
        purse.allowance = Allowance::new(limits.with_deadline(Duration::from_nanos(nanoseconds)));
        purse.start();
        Ok(probelang_status::Ok)
    }
}

/// The number of steps that were spent since it was filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_budget_spent(
    budget: *mut probelang_budget,
    out: *mut u64,
) -> probelang_status {
    boundary! {
        put(out, exclusive(budget)?.budget.spent())?;
        Ok(probelang_status::Ok)
    }
}

/// Frees a budget.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_budget_free(budget: *mut probelang_budget) -> probelang_status {
    boundary! { handle::free(budget) }
}

/// A budget for one run.
#[inline(always)]
pub(crate) fn fresh<'c>(allowance: &Allowance, clock: Option<&'c CallbackClock>) -> Budget<'c> {
    allowance.budget(Some(match clock {
        Some(clock) => clock,
        None => &SystemClock,
    }))
}

/// Runs with the budget of the caller, or with a fresh one where that is null. The two are written out one by one:
/// either is quicker than a value that may be both.
macro_rules! spending {
    ($budget:expr, $allowance:expr, $clock:expr, |$spend:ident| $run:expr) => {
        if $budget.is_null() {
            let $spend = &mut $crate::run::fresh($allowance, $clock.as_ref());
            $run
        } else {
            let mut purse = $crate::handle::exclusive($budget)?;
            let $spend = purse.budget();
            $run
        }
    };
}
pub(crate) use spending;

/// The answer of a condition.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum probelang_verdict {
    /// It does not match.
    NotMatched = 0,
    /// It matches.
    Matched = 1,
    /// It failed, which is neither a match nor a mismatch: report it.
    Failed = 2,
}

numbered!(probelang_verdict as u32: NotMatched Matched Failed);

#[cold]
fn faulted<P>(bound: &Bound<P>, raw: &RawFault, report: *mut *mut probelang_report) -> probelang_status {
    if !report.is_null() {
        hand_out(Report::fault(bound.fault(raw)), report);
    }
    probelang_status::Fault
}

/// Ends a run whose host failed where no answer could say so.
#[inline]
fn trusted(host: &Lent<'_>) -> Result<(), Stop> {
    match host.failed() {
        None => Ok(()),
        Some(why) => Err(distrusted(why)),
    }
}

#[cold]
fn distrusted(why: &str) -> Stop {
    Stop::saying(probelang_status::HostFailed, format!("the host could not answer: {why}"))
}

/// Whether a condition matches. `verdict` gets a `probelang_verdict`; if it failed, the status is
/// `PROBELANG_STATUS_FAULT` and `report` gets the fault. If `budget` is null, the run has the limits of the engine; if
/// `report` is null, nothing is allocated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_test(
    bound: *const probelang_bound,
    host: *const probelang_host,
    budget: *mut probelang_budget,
    verdict: *mut u32,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let ready = shared(bound)?;
        let Kinds::Condition(program) = &ready.program else { return Ok(probelang_status::WrongKind) };
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        put(verdict, probelang_verdict::Failed as u32)?;
        let answer = spending!(budget, &ready.allowance, ready.clock, |spend| program.test(&host, spend));
        trusted(&host)?;
        let said = match answer {
            Verdict::NotMatched => probelang_verdict::NotMatched,
            Verdict::Matched => probelang_verdict::Matched,
            Verdict::Failed(raw) => return Ok(faulted(program, &raw, report)),
        };
        put(verdict, said as u32)?;
        Ok(probelang_status::Ok)
    }
}

/// The finite number of a metric: `out` gets an integer, an unsigned integer or a float. As `probelang_test`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_measure(
    bound: *const probelang_bound,
    host: *const probelang_host,
    budget: *mut probelang_budget,
    out: *mut probelang_value,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let ready = shared(bound)?;
        let Kinds::Metric(program) = &ready.program else { return Ok(probelang_status::WrongKind) };
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        let number = spending!(budget, &ready.allowance, ready.clock, |spend| program.measure(&host, spend));
        trusted(&host)?;
        let value = match number {
            Ok(Number::Int(n)) => probelang::host::Value::Int(n),
            Ok(Number::Uint(n)) => probelang::host::Value::Uint(n),
            Ok(Number::Float(n)) => probelang::host::Value::Float(n),
            Err(raw) => return Ok(faulted(program, &raw, report)),
        };
        put(out, probelang_value::lend(&value))?;
        Ok(probelang_status::Ok)
    }
}

/// The value of an expression as one line of JSON. What is hidden or missing inside is a marker, such as `{"$redacted":
/// true}`. As `probelang_test`; after a fault `out` is empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_eval(
    bound: *const probelang_bound,
    host: *const probelang_host,
    budget: *mut probelang_budget,
    out: *mut probelang_text,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let ready = shared(bound)?;
        let Kinds::Value(program) = &ready.program else { return Ok(probelang_status::WrongKind) };
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        let mut out = exclusive(out)?;
        out.clear();
        let ended = spending!(budget, &ready.allowance, ready.clock, |spend| program.eval(&host, spend, &mut out));
        let outcome = trusted(&host);
        if outcome.is_err() || ended.is_err() {
            out.clear();
        }
        outcome?;
        match ended {
            Ok(()) => Ok(probelang_status::Ok),
            Err(raw) => Ok(faulted(program, &raw, report)),
        }
    }
}

/// The message of a template. A part that fails shows what the dialect says; the status is still `PROBELANG_STATUS_OK`,
/// and `report` gets the failed parts: its JSON is an array of objects with `expr`, `message` and perhaps `fault`.
/// Allocates only to grow `out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_render(
    bound: *const probelang_bound,
    host: *const probelang_host,
    budget: *mut probelang_budget,
    out: *mut probelang_text,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let ready = shared(bound)?;
        let Kinds::Template(program) = &ready.program else { return Ok(probelang_status::WrongKind) };
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        let mut out = exclusive(out)?;
        out.clear();
        let rendered = spending!(budget, &ready.allowance, ready.clock, |spend| program.render(&host, spend, &mut out));
        if let Err(stop) = trusted(&host) {
            out.clear();
            return Err(stop);
        }
        if !report.is_null() && !rendered.errors.is_empty() {
            hand_out(parts(program, &rendered.errors), report);
        }
        Ok(probelang_status::Ok)
    }
}

/// The parts of a message that failed.
#[cold]
fn parts(program: &Bound<probelang::Template>, errors: &[probelang::EvaluationError]) -> Report {
    use probelang::data::text::{Object, array};
    let one = |error: &probelang::EvaluationError| {
        let mut object = Object::new();
        object.string("expr", &error.expr).string("message", &error.message);
        if let Some(raw) = &error.fault {
            let fault = program.fault(raw);
            let source = fault.source_text("");
            object.serialized("fault", &probelang::data::InSource::new(&fault, &source));
        }
        object.end()
    };
    let json = array(errors.iter().map(one));
    let message = errors.first().map(|first| first.message.clone()).unwrap_or_default();
    let faults = errors.iter().filter_map(|error| Some(program.fault(error.fault.as_ref()?)));
    let faults: Vec<_> = faults.collect();
    let source = faults.first().map(|fault| fault.source().to_owned()).unwrap_or_default();
    let diagnostics = faults.iter().map(probelang::Fault::diagnostic).collect();
    let form = if source.is_empty() { crate::report::Form::Nowhere } else { crate::report::Form::Text };
    Report::diagnostics(message, diagnostics, source, form).with_json(json)
}

/// Runs a program that was bound with `probelang_bind_traced` and explains its answer, as JSON
/// (`grammar/trace.schema.json`).
#[cfg(feature = "front-end")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn probelang_trace(
    bound: *const probelang_bound,
    host: *const probelang_host,
    budget: *mut probelang_budget,
    out: *mut probelang_text,
    report: *mut *mut probelang_report,
) -> probelang_status {
    boundary! { report report;
        let ready = shared(bound)?;
        let Kinds::Traced(program, source) = &ready.program else { return Ok(probelang_status::WrongKind) };
        let callbacks = Callbacks::of(host)?;
        let host = Lent::new(callbacks.host());
        let mut out = exclusive(out)?;
        out.clear();
        let limits = probelang::trace::TraceLimits::default();
        let trace = spending!(budget, &ready.allowance, ready.clock, |spend| program.run(&host, spend, &limits));
        trusted(&host)?;
        let source = probelang::diagnostic::SourceText::new("", source);
        *out = probelang::data::text::of(&probelang::data::InSource::new(&trace, &source));
        Ok(probelang_status::Ok)
    }
}
