//! Values: operands, and what is computed into temporaries.

use probelang_dialect::{self as rows, LoopOp, Truth};
use probelang_syntax::tree::{At, LogicOp, TextId, UnaryOp};
use probelang_syntax::{Node, NodeId, Tree};
use probelang_vm::{Branch, Const, Instr, Operand, PlaceId, Step};

use super::{Lower, Read};

impl Lower<'_> {
    /// Two operands, read left to right.
    pub(super) fn pair(&mut self, left: NodeId, right: NodeId) -> (Read, Read) {
        let mut first = self.value(left);
        if !self.is_simple(right) {
            first = self.keep(first);
        }
        let second = self.value(right);
        (first, second)
    }

    /// Reads a place now, because code that comes next must run after it.
    pub(crate) fn keep(&mut self, read: Read) -> Read {
        match read.0 {
            Operand::Place(_) => {
                let to = self.temp();
                self.emit(read.1, &[read], Instr::Move { from: read.0, to });
                (Operand::Temp(to), read.1)
            }
            _ => read,
        }
    }

    /// Whether reading a node takes no instruction of its own.
    pub(super) fn is_simple(&self, id: NodeId) -> bool {
        let mut id = id;
        loop {
            match self.tree.node(id) {
                Node::Member { base, .. } => id = base,
                Node::Index { base, index } if self.tree.node(index).is_literal() => id = base,
                node => return node.is_literal() || matches!(node, Node::Name(_) | Node::At(_)),
            }
        }
    }

    pub(crate) fn value(&mut self, id: NodeId) -> Read {
        let read = self.operand(id);
        self.observe_value(read)
    }

    pub(super) fn operand(&mut self, id: NodeId) -> Read {
        let node = self.tree.node(id);
        if let Some(constant) = literal(self.tree, node) {
            return (Operand::Const(self.constant(constant)), id);
        }
        let operand = match node {
            Node::Name(name) => self.name(id, name),
            Node::At(at) => self.at_name(at),
            Node::Member { base, name } => {
                let base = self.base(base);
                let name = self.symbol(self.tree.text(name));
                let hidden = self.accepted.is_redacted(id);
                Operand::Place(self.places.step(Some(base), Step::Field(name), hidden))
            }
            Node::Index { base, index } => self.index(id, base, index),
            Node::Unary { op: UnaryOp::Value(op), operand } => {
                let of = self.value(operand);
                let to = self.temp();
                self.emit(id, &[of], Instr::Apply { op, of: of.0, to });
                Operand::Temp(to)
            }
            Node::Substring { text, from, to } => self.substring(id, text, from, to),
            Node::Loop { op: LoopOp::Filter, over, body } => {
                let over = self.value(over);
                let loop_id = self.new_loop(id, body);
                let to = self.temp();
                self.emit(id, &[over], Instr::Filter { over: over.0, id: loop_id, to });
                self.observe_loop(id, loop_id);
                Operand::Temp(to)
            }
            Node::Logic { op, operands } if self.truth != Truth::Boolean => {
                let tree = self.tree;
                self.deciding(op, tree.operands(operands))
            }
            Node::Not { .. }
            | Node::Unary { op: UnaryOp::Truth(_) | UnaryOp::IsDefined | UnaryOp::IsUndefined, .. }
            | Node::Text { .. }
            | Node::Loop { op: LoopOp::Quantifier(_), .. }
            | Node::Compare { .. }
            | Node::InstanceOf { .. }
            | Node::Logic { .. } => self.boolean(id),
            // Literals are constants already, and no tree with an error is compiled.
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Error => Operand::Const(self.constant(Const::Null)),
        };
        (operand, id)
    }

    /// `&&` and `||` that give the operand that decided.
    pub(super) fn deciding(&mut self, op: LogicOp, operands: &[NodeId]) -> Operand {
        let to = self.temp();
        let end = self.label();
        for (at, &operand) in operands.iter().enumerate() {
            let mark = self.temps;
            let value = self.value(operand);
            self.emit(operand, &[value], Instr::Move { from: value.0, to });
            self.temps = mark;
            if at.saturating_add(1) < operands.len() {
                let next = self.label();
                let on = match op {
                    LogicOp::And => Branch { yes: next, no: end },
                    LogicOp::Or => Branch { yes: end, no: next },
                };
                self.test((Operand::Temp(to), operand), self.truth, operand, on);
                self.bind(next);
            }
        }
        self.bind(end);
        Operand::Temp(to)
    }

    /// A condition as a value.
    pub(super) fn boolean(&mut self, id: NodeId) -> Operand {
        let to = self.temp();
        let (yes, no, end) = (self.label(), self.label(), self.label());
        self.jump(id, yes, no, id);
        for (label, truth) in [(yes, true), (no, false)] {
            self.bind(label);
            let from = Operand::Const(self.constant(Const::Bool(truth)));
            self.emit(id, &[], Instr::Move { from, to });
            if truth {
                self.emit(id, &[], Instr::Goto { to: end });
            }
        }
        self.bind(end);
        Operand::Temp(to)
    }

    /// The place of a receiver; a computed one is where its temporary is.
    pub(super) fn base(&mut self, id: NodeId) -> PlaceId {
        match self.value(id).0 {
            Operand::Place(place) => place,
            Operand::Temp(slot) => self.places.step(None, Step::Temp(slot), false),
            Operand::Const(constant) => {
                let to = self.temp();
                self.emit(id, &[], Instr::Move { from: Operand::Const(constant), to });
                self.places.step(None, Step::Temp(to), false)
            }
        }
    }

    pub(super) fn name(&mut self, id: NodeId, name: TextId) -> Operand {
        let text = self.tree.text(name);
        let hidden = self.accepted.is_redacted(id);
        if self.options.dialect.predefined_names == rows::PredefinedNames::Yes && !hidden {
            match text {
                "undefined" => return Operand::Const(self.constant(Const::Undefined)),
                "Infinity" => return Operand::Const(self.constant(Const::Float(f64::INFINITY))),
                _ => {}
            }
        }
        let symbol = self.symbol(text);
        let or_null =
            text.starts_with('@') && self.options.dialect.unknown_at_name == rows::UnknownAtName::Null;
        let step = if or_null { Step::VarOrNull(symbol) } else { Step::Var(symbol) };
        Operand::Place(self.places.step(None, step, hidden))
    }

    pub(super) fn at_name(&mut self, at: At) -> Operand {
        let step = match (at, self.scope) {
            (At::Return | At::Duration | At::Exception, _) => Step::At(self.symbol(at.text())),
            (At::It, Some(scope)) => Step::It(scope),
            (At::Key, Some(scope)) => Step::Key(scope),
            (At::Value, Some(scope)) => Step::Value(scope),
            (At::It | At::Key | At::Value, None) => Step::Outside,
        };
        Operand::Place(self.places.step(None, step, false))
    }

    pub(super) fn index(&mut self, id: NodeId, base: NodeId, index: NodeId) -> Operand {
        if let Some(constant) = literal(self.tree, self.tree.node(index)) {
            let base = self.base(base);
            self.observe_literal(index);
            let hidden = self.accepted.is_redacted(id);
            let key = self.constant(constant);
            return Operand::Place(self.places.step(Some(base), Step::Index(key), hidden));
        }
        let (base, index) = self.pair(base, index);
        let to = self.temp();
        self.emit(id, &[base, index], Instr::Index { base: base.0, index: index.0, to });
        Operand::Temp(to)
    }

    pub(super) fn substring(
        &mut self,
        id: NodeId,
        text: NodeId,
        from: NodeId,
        until: Option<NodeId>,
    ) -> Operand {
        let mut first = self.value(text);
        if !self.is_simple(from) || until.is_some_and(|until| !self.is_simple(until)) {
            first = self.keep(first);
        }
        let mut second = self.value(from);
        if until.is_some_and(|until| !self.is_simple(until)) {
            second = self.keep(second);
        }
        let mut operands = vec![first, second];
        let until = until.map(|until| self.value(until));
        operands.extend(until);
        let to = self.temp();
        let until = until.map(|(operand, _)| operand);
        self.emit(id, &operands, Instr::Substring { text: first.0, from: second.0, until, to });
        Operand::Temp(to)
    }
}

fn literal(tree: &Tree, node: Node) -> Option<Const> {
    Some(match node {
        Node::Null => Const::Null,
        Node::Bool(b) => Const::Bool(b),
        Node::Int(n) => Const::Int(n),
        Node::Uint(n) => Const::Uint(n),
        Node::Float(n) => Const::Float(n),
        Node::Str(text) => Const::Str(tree.text(text).into()),
        _ => return None,
    })
}
