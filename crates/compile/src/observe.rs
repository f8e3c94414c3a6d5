//! What a traced program reports to its observer. Nothing here adds an instruction to any other program.

use probelang_syntax::{Node, NodeId};
use probelang_vm::{Const, Event, Instr, LoopId, Operand, Table, Target, Traced, TracedLoop};

use crate::lower::{Body, Lower, Read};

impl Lower<'_> {
    const fn is_traced(&self) -> bool {
        self.traced.is_some()
    }

    fn observe(&mut self, node: NodeId, event: Event, to: Target) {
        self.emit(node, &[], Instr::Observe { event, to });
    }

    /// Reports something, and goes on after it.
    fn observe_here(&mut self, node: NodeId, event: Event) {
        let next = self.label();
        self.observe(node, event, next);
        self.bind(next);
    }

    /// Where a condition goes so that its truth can be reported.
    pub(crate) fn observe_branch(&mut self, id: NodeId, yes: Target, no: Target) -> (Target, Target) {
        if self.is_traced() && self.tree.node(id).gives_truth() {
            (self.label(), self.label())
        } else {
            (yes, no)
        }
    }

    /// Tells the truth of a condition on both of its ways.
    pub(crate) fn observe_truth(&mut self, id: NodeId, yes: (Target, Target), no: (Target, Target)) {
        if !(self.is_traced() && self.tree.node(id).gives_truth()) {
            return;
        }
        for ((told, to), truth) in [(yes, true), (no, false)] {
            self.bind(told);
            let of = Operand::Const(self.constant(Const::Bool(truth)));
            self.observe(id, Event::Value { of, node: id.0 }, to);
        }
    }

    /// Reads a value now, and reports it.
    pub(crate) fn observe_value(&mut self, read: Read) -> Read {
        if !self.is_traced() {
            return read;
        }
        let (of, id) = self.keep(read);
        self.observe_here(id, Event::Value { of, node: id.0 });
        (of, id)
    }

    /// Tells a literal that is part of an instruction.
    pub(crate) fn observe_literal(&mut self, id: NodeId) {
        if self.is_traced() {
            self.value(id);
        }
    }

    /// Tells that a loop begins.
    pub(crate) fn observe_loop(&mut self, node: NodeId, id: LoopId) {
        if self.is_traced() {
            self.observe_here(node, Event::Loop { id });
        }
    }

    /// Tells that an element is bound. Gives where the predicate goes.
    pub(crate) fn observe_element(&mut self, body: &Body) -> (Target, Target) {
        if !self.is_traced() {
            return (Target::YES, Target::NO);
        }
        self.observe_here(body.node, Event::Element { id: body.id });
        (self.label(), self.label())
    }

    /// Tells the answer of the predicate, and ends it.
    pub(crate) fn observe_passed(&mut self, body: &Body, yes: Target, no: Target) {
        if !self.is_traced() {
            return;
        }
        for (told, holds, to) in [(yes, true, Target::YES), (no, false, Target::NO)] {
            self.bind(told);
            self.observe(body.node, Event::Passed { id: body.id, holds }, to);
        }
    }

    /// What the observer knows of the tree.
    pub(crate) fn traced_tree(&self) -> Option<Box<Traced>> {
        let nodes = self.traced.as_ref()?;
        let tree = self.tree;
        let mut loops: Table<LoopId, TracedLoop> = Table::with_capacity(nodes.len());
        for &id in nodes.items() {
            let Node::Loop { op, body, .. } = tree.node(id) else { continue };
            let mut reached = vec![body];
            let mut at = 0;
            while let Some(&node) = reached.get(at) {
                reached.extend(tree.children(node));
                at = at.saturating_add(1);
            }
            let inner = nodes.iter().filter(|(_, node)| reached.contains(node));
            let inner = inner.map(|(id, _)| id).collect();
            loops.push(TracedLoop { node: id.0, op, body: reached.iter().map(|id| id.0).collect(), inner });
        }
        Some(Box::new(Traced {
            nodes: u32::try_from(tree.len()).unwrap_or(u32::MAX),
            sites: self.site_nodes.clone(),
            loops,
        }))
    }
}
