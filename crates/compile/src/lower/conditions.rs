//! Conditions: where control goes.

use probelang_check::regex;
use probelang_dialect::{LoopOp, TextOp, Truth};
use probelang_syntax::tree::{LogicOp, TextId, UnaryOp};
use probelang_syntax::{Node, NodeId};
use probelang_vm::{Branch, Catch, Const, Instr, LoopDef, LoopId, Pattern, PatternId, SlotId, Target};

use super::{Body, Lower, Read};

impl Lower<'_> {
    /// Whether a node computes a Boolean: a literal does not. The deciding operand of `&&` and `||` counts the
    /// same, wherever it is.
    pub(super) fn is_boolean(&self, id: NodeId) -> bool {
        let node = self.tree.node(id);
        node.gives_truth() && !matches!(node, Node::Bool(_))
    }

    /// Goes to `yes` or `no` by whether a node counts as true. A fault of a value that cannot be used there is
    /// blamed on the node `blame`.
    pub(super) fn jump(&mut self, id: NodeId, yes: Target, no: Target, blame: NodeId) {
        let (yes_told, no_told) = self.observe_branch(id, yes, no);
        self.decide(id, yes_told, no_told, blame);
        self.observe_truth(id, (yes_told, yes), (no_told, no));
    }

    pub(super) fn decide(&mut self, id: NodeId, yes: Target, no: Target, blame: NodeId) {
        let on = Branch { yes, no };
        let mark = self.temps;
        match self.tree.node(id) {
            Node::Bool(b) => self.emit(id, &[], Instr::Goto { to: if b { yes } else { no } }),
            Node::Logic { op, operands } => {
                let tree = self.tree;
                let Some((&last, before)) = tree.operands(operands).split_last() else { return };
                for &operand in before {
                    let next = self.label();
                    match op {
                        LogicOp::And => self.jump(operand, next, no, operand),
                        LogicOp::Or => self.jump(operand, yes, next, operand),
                    }
                    self.bind(next);
                }
                // `&&` itself looks at its last operand only where it must be Boolean
                let strict = self.truth == Truth::Boolean;
                self.jump(last, yes, no, if strict { last } else { blame });
            }
            Node::Not { operand } => {
                self.jump(operand, no, yes, operand);
            }
            Node::Unary { op: UnaryOp::Truth(op), operand } => {
                let of = self.value(operand);
                self.emit(id, &[of], Instr::Decide { op, of: of.0, on });
            }
            Node::Unary { op: UnaryOp::IsDefined, operand } => self.defined(operand, yes, no),
            Node::Unary { op: UnaryOp::IsUndefined, operand } => self.undefined(operand, yes, no),
            Node::Compare { op, left, right } => {
                let (left, right) = self.pair(left, right);
                let instr = Instr::Compare { op, left: left.0, right: right.0, on };
                self.emit(id, &[left, right], instr);
            }
            Node::Text { op: TextOp::Matches, subject, argument } => {
                self.matches(id, subject, argument, on);
            }
            Node::Text { op, subject, argument } => {
                let (subject, argument) = self.pair(subject, argument);
                let instr = Instr::Text { op, subject: subject.0, argument: argument.0, on };
                self.emit(id, &[subject, argument], instr);
            }
            Node::InstanceOf { operand, type_name } => {
                let of = self.value(operand);
                let type_name = self.constant(Const::Str(self.tree.text(type_name).into()));
                self.emit(id, &[of], Instr::InstanceOf { of: of.0, type_name, on });
            }
            Node::Loop { op: LoopOp::Quantifier(op), over, body } => {
                let over = self.value(over);
                let loop_id = self.new_loop(id, body);
                self.observe_loop(id, loop_id);
                self.emit(id, &[over], Instr::Loop { op, over: over.0, id: loop_id, on });
            }
            Node::Null
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Name(_)
            | Node::At(_)
            | Node::Member { .. }
            | Node::Index { .. }
            | Node::Unary { op: UnaryOp::Value(_), .. }
            | Node::Substring { .. }
            | Node::Loop { op: LoopOp::Filter, .. }
            | Node::Error => {
                let value = self.value(id);
                self.test(value, self.truth, blame, on);
            }
        }
        self.temps = mark;
    }

    pub(super) fn test(&mut self, value: Read, truth: Truth, blame: NodeId, on: Branch) {
        self.emit(blame, &[value], Instr::Test { of: value.0, truth, on });
    }

    /// `isDefined`: a fault of class *undefined* inside goes to `no`.
    pub(super) fn defined(&mut self, operand: NodeId, yes: Target, no: Target) {
        let start = self.here();
        if self.is_boolean(operand) && !self.decides(operand) {
            self.jump(operand, yes, yes, operand);
        } else {
            let of = self.value(operand);
            self.emit(operand, &[of], Instr::Defined { of: of.0, on: Branch { yes, no } });
        }
        self.tables.catches.push(Catch { start, end: self.here(), to: no });
    }

    pub(super) fn undefined(&mut self, operand: NodeId, yes: Target, no: Target) {
        self.defined(operand, no, yes);
    }

    /// Whether the value of a node is that of a deciding operand, of whatever kind.
    pub(super) fn decides(&self, id: NodeId) -> bool {
        self.truth != Truth::Boolean && matches!(self.tree.node(id), Node::Logic { .. })
    }

    pub(super) fn matches(&mut self, id: NodeId, subject: NodeId, argument: NodeId, on: Branch) {
        let literal = match self.tree.node(argument) {
            Node::Str(text) => self.pattern(text),
            _ => None,
        };
        if let Some(pattern) = literal {
            let subject = self.value(subject);
            self.observe_literal(argument);
            self.emit(id, &[subject], Instr::Matches { subject: subject.0, pattern, on });
        } else {
            let (subject, argument) = self.pair(subject, argument);
            let op = TextOp::Matches;
            let instr = Instr::Text { op, subject: subject.0, argument: argument.0, on };
            self.emit(id, &[subject, argument], instr);
        }
    }

    /// The pattern of a literal; every literal of an accepted program has one.
    fn pattern(&mut self, text: TextId) -> Option<PatternId> {
        let source = self.tree.text(text);
        let known = self.tables.patterns.find(|pattern| *pattern.source == *source);
        if known.is_some() {
            return known;
        }
        let regex::CompiledPattern { regex, size } = self.accepted.pattern(text)?.clone();
        Some(self.tables.patterns.push(Pattern { source: source.into(), regex, size }))
    }

    pub(super) fn new_loop(&mut self, node: NodeId, body: NodeId) -> LoopId {
        if let Some(loops) = &mut self.traced {
            loops.push(node);
        }
        let label = self.label();
        let level = self.scope.and_then(|id| self.tables.loops.get(id)).map_or(0, |def| def.level);
        let id = self.tables.loops.push(LoopDef {
            body: label,
            slots: SlotId::FIRST,
            per_element: 0,
            level: level.saturating_add(1),
        });
        self.bodies.push(Body { node: body, id, label });
        id
    }
}
