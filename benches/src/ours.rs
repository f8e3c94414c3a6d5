//! The works through this engine: compiled and bound beforehand, the budget on.

use probelang::host::{Budget, Clock, Host, Resolve, RunLimits};
use probelang::{Bound, Condition, Engine, Template, Verdict};

use crate::works::{Ask, Work};

/// A clock that costs nothing, so that the budget is on and instructions repeat.
pub struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> u64 {
        0
    }
}

/// The program of a work, bound to a family of hosts.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Ours {
    /// A condition, and what it has to answer.
    Condition(Bound<Condition>, bool),
    /// A template, and what it has to give.
    Template(Bound<Template>, &'static str),
}

/// The program of a work, bound to the hosts of `names`.
///
/// # Panics
/// If the work does not compile: the table is wrong.
#[must_use]
pub fn bind(work: &Work, names: &mut dyn Resolve) -> Ours {
    let engine = Engine::new();
    let wrong = |error: probelang::CompileError| -> ! { panic!("{}: {:?}", work.name, error.diagnostics) };
    match work.ask {
        Ask::Condition(expected) => {
            let condition = engine.condition(work.source).unwrap_or_else(|error| wrong(error));
            Ours::Condition(condition.bind(names), expected)
        }
        Ask::Template(text) => {
            let template = engine.template(work.source).unwrap_or_else(|error| wrong(error));
            Ours::Template(template.bind(names), text)
        }
        Ask::Hit(_) => {
            let condition = engine.condition(work.source).unwrap_or_else(|error| wrong(error));
            Ours::Condition(condition.bind(names), false)
        }
        Ask::Capture(_) | Ask::Search | Ask::Line(_) | Ask::Row => panic!("{} has no program", work.name),
    }
}

/// One evaluation of a condition.
#[inline]
pub fn condition(bound: &Bound<Condition>, host: &dyn Host) -> Verdict {
    let mut budget = Budget::new(RunLimits::default(), &StillClock);
    bound.test(host, &mut budget)
}

/// One rendering of a template into a buffer that is used again.
#[inline]
pub fn render(bound: &Bound<Template>, host: &dyn Host, out: &mut String) {
    let mut budget = Budget::new(RunLimits::default(), &StillClock);
    out.clear();
    let _ = bound.render(host, &mut budget, out);
}
