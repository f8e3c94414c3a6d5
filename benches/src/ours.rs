//! The work through this engine: compiled and linked beforehand, the budget on.

use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_compile::{Options, compile};
use probelang_host::{Budget, Clock, Host, Resolve, RunLimits};
use probelang_redact::Policy;
use probelang_syntax::{Limits, SourceKind, parse};
use probelang_vm::{Linked, Program, ProgramKind, Verdict};

use crate::works::{Ask, Work};

/// A clock that costs nothing, so that the budget is on and instructions repeat.
struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> u64 {
        0
    }
}

/// The program of a work.
///
/// # Panics
/// Where the work does not compile: the table is wrong.
#[must_use]
pub fn program(work: &Work, policy: &Arc<Policy>) -> Arc<Program> {
    let (kind, source) = match work.ask {
        Ask::Condition(_) => (ProgramKind::Condition, SourceKind::Expression),
        Ask::Template(_) => (ProgramKind::Template, SourceKind::Template),
    };
    let parsed = parse(work.source, source, &Limits::default());
    let tree = parsed.tree.unwrap_or_else(|| panic!("{}: {:?}", work.name, parsed.diagnostics));
    let options = Options { policy: Arc::clone(policy), ..Options::new(kind) };
    match compile(&tree, &options) {
        Ok(compiled) => compiled.program,
        Err(diagnostics) => panic!("{}: {diagnostics:?}", work.name),
    }
}

/// The program of a work, linked for a family of hosts.
#[must_use]
pub fn link(work: &Work, names: &mut dyn Resolve) -> Linked {
    let policy = Arc::new(Policy::built_in());
    program(work, &policy).link(names, &policy)
}

/// One evaluation of a condition.
#[inline]
pub fn condition(linked: &Linked, host: &dyn Host) -> Verdict {
    let mut budget = Budget::new(RunLimits::default(), &StillClock);
    linked.condition(host, &mut budget)
}

/// One rendering of a template into a buffer that is used again.
#[inline]
pub fn render(linked: &Linked, host: &dyn Host, out: &mut String) {
    let mut budget = Budget::new(RunLimits::default(), &StillClock);
    out.clear();
    linked.render(host, &mut budget, &TextLimits::default(), out);
}
