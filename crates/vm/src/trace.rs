//! Watching a run: what every node of a traced program gave, and what became of the elements of its loops.
//!
//! A traced program (`compile_traced`) reports what happens through [`Instr::Observe`](crate::Instr), and the run
//! records it. The values become text when the run is over, through the printer, so that redaction and limits apply
//! to a trace as to any other output.

mod kept;
mod show;

use probelang_dialect::ProgramKind;
use probelang_host::{Budget, Host, Number, Value};

use crate::fault::RawFault;
use crate::link::Linked;
use crate::program::instr::Target;
use crate::run::Verdict;
use crate::run::frame::Frame;
use crate::run::record::Recorder;
use crate::run::render::Rendered;

pub use show::{HiddenPart, Shown, TraceLimits};

/// What a watched run ended with.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// A condition.
    Condition(Verdict),
    /// A metric.
    Metric(Result<Number, RawFault>),
    /// A value, as the JSON that an evaluation prints.
    Value(Result<String, RawFault>),
    /// A message.
    Message(String, Rendered),
}

/// A watched run.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed {
    /// What it ended with: the same as without an observer.
    pub ended: Ended,
    /// Steps that it took.
    pub steps: u64,
    /// What each node of the tree gave, by its id; empty for a program that was not compiled to be traced.
    pub nodes: Vec<NodeSeen>,
}

/// What a node gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NodeSeen {
    /// Its value.
    pub value: Option<Shown>,
    /// The fault that arose at it; it may also have a value that could not be used there.
    pub fault: Option<RawFault>,
    /// For a loop that ran: its elements.
    pub elements: Option<LoopSeen>,
}

/// The elements of a loop.
#[derive(Clone, PartialEq, Debug)]
pub struct LoopSeen {
    /// Elements that its predicate was asked about.
    pub reached: u64,
    /// Elements for which it held.
    pub held: u64,
    /// Whether one element decided: a match of `any`, a counter-example of `all`.
    pub decided: bool,
    /// The element that the predicate's nodes speak of: the one that was asked for, if it was reached. Otherwise
    /// the one that decided, the one that failed, or, where none did, the first (of a filter the first that was
    /// kept).
    pub element: Option<Element>,
}

/// An element of a loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Element {
    /// How many elements the loop saw before.
    pub index: u64,
    /// Its key, of an entry of a map.
    pub key: Option<Shown>,
    /// Whether the predicate failed for it.
    pub failed: bool,
}

/// An element of a loop that a watched run is asked to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The node of the loop.
    pub node: u32,
    /// How many elements come before it.
    pub index: u64,
}

impl Linked {
    /// Runs a program of any kind under observation. The answer is that of the plain run; steps are charged
    /// as the program is written, so that where an ordinary run is charged less, a limit may be reached here
    /// that it just keeps. Observing allocates, and takes time that counts towards the deadline.
    ///
    /// The program must have been compiled to be traced; for another one there is only the answer.
    pub fn trace(
        &self,
        host: &dyn Host,
        budget: &mut Budget<'_>,
        limits: &TraceLimits,
        wanted: &[Wanted],
    ) -> Observed {
        self.framed(host, budget, |frame| {
            let tables = &frame.linked.program.tables;
            let traced = tables.debug.traced.as_deref();
            frame.set_recorder(traced.map(|traced| Box::new(Recorder::new(traced, wanted))));
            let before = frame.budget.spent();
            let ended = frame.ended(limits);
            let steps = frame.budget.spent().saturating_sub(before);
            let nodes = match frame.take_recorder() {
                Some(recorder) => frame.shown(*recorder, limits),
                None => Vec::new(),
            };
            Observed { ended, steps, nodes }
        })
    }
}

impl Frame<'_, '_, '_> {
    fn ended(&mut self, limits: &TraceLimits) -> Ended {
        let tables = &self.linked.program.tables;
        match tables.kind {
            ProgramKind::Condition => {
                Ended::Condition(match Target(self.run(tables.entry.0, &Value::Absent)) {
                    Target::YES => Verdict::Matched,
                    Target::NO => Verdict::NotMatched,
                    _ => Verdict::Failed(self.fault()),
                })
            }
            ProgramKind::Metric => Ended::Metric(
                self.evaluate(tables.entry)
                    .and_then(|value| self.number(&value, tables.entry))
                    .map_err(|_| self.fault()),
            ),
            ProgramKind::Value => Ended::Value(self.json(tables.entry).map_err(|_| self.fault())),
            ProgramKind::Template => {
                let mut text = String::new();
                let rendered = self.message(&limits.message, &mut text);
                Ended::Message(text, rendered)
            }
        }
    }
}
