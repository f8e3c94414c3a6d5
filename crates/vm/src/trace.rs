//! Watching a run: what every node of a traced program gave, and what became of the elements of its loops.
//!
//! A traced program (`compile_traced`) says what happens through [`Instr::Observe`](crate::Instr); the frame
//! keeps what it is told here. Values are kept as they were read and become text when the run is over,
//! through the printer, so that redaction and limits hold for a trace as for any other output.

mod kept;
mod show;

use probelang_dialect::{LoopOp, ProgramKind, Quantifier};
use probelang_host::{Budget, Host, Kind, Local, Number, Role, Value};

use crate::fault::RawFault;
use crate::link::Linked;
use crate::program::Traced;
use crate::program::ids::{LoopId, SlotId, Table};
use crate::program::instr::{Event, Operand, Target};
use crate::run::Verdict;
use crate::run::frame::{Frame, Raised};
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
    /// The fault that arose at it; it may have a value too that could not stand where it stands.
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
    /// The element that the predicate's nodes speak of: the one that decided, the one that failed, or, where
    /// none did, the first (of a filter the first that was kept).
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

/// A value as it was read. What a loop keeps in the frame is copied beside it.
#[derive(Clone, Copy, Debug)]
struct Held<'a> {
    value: Value<'a>,
    parts: [Value<'a>; 2],
    kind: Kind,
}

#[derive(Clone, Copy, Default, Debug)]
struct Record<'a> {
    value: Option<Held<'a>>,
    raised: Option<Raised>,
}

/// What became of a loop.
#[derive(Clone, Default, Debug)]
struct LoopRecord<'a> {
    started: bool,
    reached: u64,
    held: u64,
    decided: bool,
    /// The element that was bound last, with its key.
    current: Option<(u64, Value<'a>)>,
    /// Its predicate has not answered.
    open: bool,
    /// What its nodes gave for the element that is shown where none decides.
    sample: Option<Box<Sample<'a>>>,
    /// What a filter kept, as far as it is shown.
    kept: Vec<(Value<'a>, Held<'a>)>,
}

#[derive(Clone, Debug)]
struct Sample<'a> {
    element: (u64, Value<'a>),
    kept: bool,
    nodes: Vec<Record<'a>>,
    loops: Vec<LoopRecord<'a>>,
}

/// Elements of a filter that are kept for the printer at most.
const KEPT: usize = 64;

/// What is kept of a run.
#[derive(Debug)]
pub(crate) struct Recorder<'a> {
    traced: &'a Traced,
    nodes: Vec<Record<'a>>,
    loops: Table<LoopId, LoopRecord<'a>>,
}

impl<'a> Recorder<'a> {
    fn new(traced: &'a Traced) -> Self {
        Self {
            traced,
            nodes: vec![Record::default(); traced.nodes as usize],
            loops: traced.loops.map(|_| LoopRecord::default()),
        }
    }

    /// Notes a fault, also one that `isDefined` takes.
    pub(crate) fn raised(&mut self, raised: Raised) {
        let node = self.traced.sites.get(raised.site as usize);
        if let Some(record) = node.and_then(|&node| self.nodes.get_mut(node as usize)) {
            record.raised = Some(raised);
        }
    }

    fn value(&mut self, node: u32, held: Held<'a>) {
        if let Some(record) = self.nodes.get_mut(node as usize) {
            *record = Record { value: Some(held), raised: None };
        }
    }

    /// A loop begins.
    fn starts(&mut self, id: LoopId) {
        self.forget(id);
        if let Some(record) = self.loops.get_mut(id) {
            *record = LoopRecord { started: true, ..LoopRecord::default() };
        }
    }

    /// Forgets what the predicate of a loop gave.
    fn forget(&mut self, id: LoopId) {
        let Some(traced) = self.traced.loops.get(id) else { return };
        for &node in &traced.body {
            if let Some(record) = self.nodes.get_mut(node as usize) {
                *record = Record::default();
            }
        }
        for &inner in &traced.inner {
            if let Some(record) = self.loops.get_mut(inner) {
                *record = LoopRecord::default();
            }
        }
    }

    fn element(&mut self, id: LoopId, key: Value<'a>) {
        self.forget(id);
        if let Some(record) = self.loops.get_mut(id) {
            record.current = Some((record.reached, key));
            record.reached = record.reached.saturating_add(1);
            record.open = true;
        }
    }

    fn passed(&mut self, id: LoopId, holds: bool, element: Held<'a>) {
        let Some(traced) = self.traced.loops.get(id) else { return };
        let Some(mut record) = self.loops.get_mut(id).map(std::mem::take) else { return };
        record.open = false;
        record.held = record.held.saturating_add(u64::from(holds));
        record.decided = match traced.op {
            LoopOp::Quantifier(Quantifier::Any) => holds,
            LoopOp::Quantifier(Quantifier::All) => !holds,
            LoopOp::Filter => false,
        };
        let key = record.current.map_or(Value::Absent, |(_, key)| key);
        if traced.op == LoopOp::Filter && holds && record.kept.len() < KEPT {
            record.kept.push((key, element));
        }
        let better = match &record.sample {
            None => true,
            Some(sample) => traced.op == LoopOp::Filter && holds && !sample.kept,
        };
        if let (true, false, Some(element)) = (better, record.decided, record.current) {
            let nodes = traced.body.iter().filter_map(|&node| self.nodes.get(node as usize)).copied();
            let loops = traced.inner.iter().filter_map(|&id| self.loops.get(id)).cloned();
            record.sample = Some(Box::new(Sample {
                element,
                kept: holds,
                nodes: nodes.collect(),
                loops: loops.collect(),
            }));
        }
        if let Some(place) = self.loops.get_mut(id) {
            *place = record;
        }
    }

    /// Lets the nodes of every predicate speak of the element that is shown. Gives that element, by loop.
    fn settle(&mut self) -> Vec<Option<((u64, Value<'a>), bool)>> {
        let mut elements = Vec::with_capacity(self.loops.len());
        // an outer loop stands before those in its predicate
        for (at, traced) in self.traced.loops.iter() {
            let Some(mut record) = self.loops.get_mut(at).map(std::mem::take) else { break };
            let sample = record.sample.take();
            let element = match sample {
                Some(sample) if !record.open && !record.decided => {
                    for (&node, kept) in traced.body.iter().zip(&sample.nodes) {
                        if let Some(place) = self.nodes.get_mut(node as usize) {
                            *place = *kept;
                        }
                    }
                    for (&id, kept) in traced.inner.iter().zip(sample.loops) {
                        if let Some(place) = self.loops.get_mut(id) {
                            *place = kept;
                        }
                    }
                    Some(sample.element)
                }
                _ => record.current,
            };
            elements.push(element.map(|element| (element, record.open)));
            if let Some(place) = self.loops.get_mut(at) {
                *place = record;
            }
        }
        elements
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Notes what a traced program tells.
    pub(crate) fn observe(&mut self, event: Event, it: &Value<'a>) {
        let Some(mut recorder) = self.take_recorder() else { return };
        match event {
            Event::Value { of, node } => {
                let value = match of {
                    Operand::Const(id) => self.linked.program.constant(id).value(),
                    Operand::Temp(at) => self.slot(at),
                    Operand::Place(_) => Value::Absent,
                };
                let held = self.held(value);
                recorder.value(node, held);
            }
            Event::Loop { id } => recorder.starts(id),
            Event::Element { id } => {
                let key = self.loop_key(id);
                recorder.element(id, key);
            }
            Event::Passed { id, holds } => {
                let element = match (self.loop_key(id), self.loop_def(id)) {
                    (Value::Absent, _) | (_, None) => self.held(*it),
                    (_, Some(def)) => self.held(self.slot(def.value())),
                };
                recorder.passed(id, holds, element);
            }
        }
        self.set_recorder(Some(recorder));
    }

    /// A walk over a lazy filter begins: what earlier walks saw is told no more.
    #[cold]
    pub(crate) fn observe_pass(&mut self, filter: LoopId) {
        let Some(mut recorder) = self.take_recorder() else { return };
        let mut id = filter;
        for _ in 0..=self.linked.program.tables.loops.len() {
            recorder.starts(id);
            let Value::Local(Local { role: Role::Filter, slot }) = self.filtered(id) else { break };
            id = LoopId::of_filter(slot);
        }
        self.set_recorder(Some(recorder));
    }

    fn held(&self, value: Value<'a>) -> Held<'a> {
        let kind = self.kind(&value);
        let parts = match value {
            Value::Local(Local { role: Role::Entry | Role::Pair, slot }) => {
                let slot = SlotId::of_pair(slot);
                [self.slot(slot), self.slot(slot.plus(1))]
            }
            _ => [Value::Absent; 2],
        };
        Held { value, parts, kind }
    }
}

impl Linked {
    /// Runs a program of any kind under observation. The answer is that of the plain run; steps are charged
    /// as the program is written, so that where an ordinary run is charged less, a limit may be reached here
    /// that it just keeps. Observing allocates, and takes time that counts towards the deadline.
    ///
    /// The program must have been compiled to be traced; of another one only the answer is told.
    pub fn trace(&self, host: &dyn Host, budget: &mut Budget<'_>, limits: &TraceLimits) -> Observed {
        self.framed(host, budget, |frame| {
            let tables = &frame.linked.program.tables;
            let traced = tables.debug.traced.as_deref();
            frame.set_recorder(traced.map(|traced| Box::new(Recorder::new(traced))));
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
