//! What is recorded of a traced run. Values are kept as they were read.

use probelang_dialect::{LoopOp, Quantifier};
use probelang_host::{Kind, Local, Role, Value};

use crate::program::Traced;
use crate::program::ids::{LoopId, SlotId, Table};
use crate::program::instr::{Event, Operand};
use crate::run::frame::{Frame, Raised};
use crate::trace::Wanted;

/// A value as it was read. What a loop keeps in the frame is copied with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) parts: [Value<'a>; 2],
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) value: Option<Held<'a>>,
    pub(crate) raised: Option<Raised>,
}

/// What became of a loop.
#[derive(Clone, Default, Debug)]
pub(crate) struct LoopRecord<'a> {
    pub(crate) started: bool,
    pub(crate) reached: u64,
    pub(crate) held: u64,
    pub(crate) decided: bool,
    /// The element that was bound last, with its key.
    current: Option<(u64, Value<'a>)>,
    /// Its predicate has not answered.
    open: bool,
    /// What its nodes gave for the element that is shown where none decides.
    sample: Option<Box<Sample<'a>>>,
    /// What a filter kept, as far as it is shown.
    pub(crate) kept: Vec<(Value<'a>, Held<'a>)>,
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

/// What is recorded of a run.
#[derive(Debug)]
pub(crate) struct Recorder<'a> {
    pub(crate) traced: &'a Traced,
    pub(crate) nodes: Vec<Record<'a>>,
    pub(crate) loops: Table<LoopId, LoopRecord<'a>>,
    /// For each loop the element that was asked for.
    wanted: Table<LoopId, Option<u64>>,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(traced: &'a Traced, wanted: &[Wanted]) -> Self {
        let asked = |node| wanted.iter().find(|wanted| wanted.node == node).map(|wanted| wanted.index);
        Self {
            wanted: traced.loops.map(|traced| asked(traced.node)),
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
        let wanted = self.wanted(id);
        let better = match &record.sample {
            _ if wanted.is_some() && record.current.map(|(index, _)| index) == wanted => true,
            Some(sample) if Some(sample.element.0) == wanted => false,
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

    /// The element of a loop that was asked for.
    fn wanted(&self, id: LoopId) -> Option<u64> {
        self.wanted.get(id).copied().flatten()
    }

    /// Lets the nodes of every predicate speak of the element that is shown. Gives that element, by loop.
    pub(crate) fn settle(&mut self) -> Vec<Option<((u64, Value<'a>), bool)>> {
        let mut elements = Vec::with_capacity(self.loops.len());
        // an outer loop comes before those in its predicate
        for (at, traced) in self.traced.loops.iter() {
            let Some(mut record) = self.loops.get_mut(at).map(std::mem::take) else { break };
            let sample = record.sample.take();
            let wanted = self.wanted(at);
            let mut failed = record.open;
            let element = match sample {
                Some(sample) if Some(sample.element.0) == wanted || (!record.open && !record.decided) => {
                    failed = false;
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
            elements.push(element.map(|element| (element, failed)));
            if let Some(place) = self.loops.get_mut(at) {
                *place = record;
            }
        }
        elements
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Records what a traced program reports.
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

    /// A walk over a lazy filter begins: what earlier walks saw is forgotten.
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

    pub(crate) fn held(&self, value: Value<'a>) -> Held<'a> {
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
