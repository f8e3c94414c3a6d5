//! Runs explained: what the `trace` command and the prompt share.

use probelang::data::InSource;
use probelang::diagnostic::SourceText;
use probelang::host::{Budget, Host, Names};
use probelang::trace::TraceLimits;
use probelang::{Answer, BoundTraced, Program, Trace};

use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::json;
use crate::render::trace as render;
use crate::reply;

/// A program that explains its runs, bound to the hosts of inputs.
pub struct Tracer<'o> {
    bound: BoundTraced,
    names: Names,
    source: &'o SourceText<'o>,
}

impl<'o> Tracer<'o> {
    /// Prepares a program that was compiled from source. Places of faults count in `source`.
    ///
    /// # Errors
    /// A program from an artifact cannot be traced.
    pub fn new(program: &Program, source: &'o SourceText<'o>) -> Result<Self, Failure> {
        let traced = program.traced().ok_or(Failure::Told(Status::Expression))?;
        let mut names = Names::new();
        let bound = traced.bind(&mut names);
        Ok(Self { bound, names, source })
    }

    /// The names of the program, for the hosts.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Runs the program over `host` within a budget.
    pub fn run(&self, host: &dyn Host, budget: &mut Budget<'_>) -> Trace {
        self.bound.run(host, budget, &TraceLimits::default())
    }

    /// Writes a trace for people: the tree, and what decided. A fault is reported as every fault is.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn write(&self, trace: &Trace, console: &mut Console) -> Result<(), Failure> {
        console.styled(&render::human(trace, console.palette(), console.width()))?;
        if let Answer::Message(message) = &trace.answer {
            console.line(&message.text)?;
        }
        let mut last = format!("{} steps", trace.steps);
        if let Some(decider) = decider(trace) {
            last.push_str(&format!("; decided by {decider}"));
        }
        console.line(&last)?;
        console.flush()?;
        if let Some(fault) = trace.answer.fault() {
            console.report(self.source, &[fault.diagnostic()]);
        }
        Ok(())
    }

    /// A trace as one JSON object, after the number of its input if there are several.
    pub fn json(&self, trace: &Trace, index: Option<u64>) -> String {
        json::numbered(index, json::of(&InSource::new(trace, self.source)))
    }
}

/// The status of an explanation: that a condition is false is no failure here.
pub fn status(trace: &Trace) -> Status {
    match reply::status(&trace.answer) {
        Status::False => Status::Ok,
        status => status,
    }
}

/// The part that decided that the answer is false.
pub fn decider(trace: &Trace) -> Option<&str> {
    Some(&trace.nodes.get(trace.decider?)?.expression)
}
