//! Conditions that are decided before they run: always true, always false, never evaluated, said twice.

use std::cmp::Ordering;
use std::collections::HashMap;

use probelang_diagnostic::{Applicability, Diagnostic, Edit, lint};
use probelang_dialect::{CompareOp, LoopOp, NullDefined, ValueOp};
use probelang_host::names_constant;
use probelang_host::number::compare;
use probelang_syntax::print;
use probelang_syntax::tree::{LogicOp, Node, NodeId, UnaryOp};

use super::Lint;
use crate::Kinds;
use crate::constant::Constant;
use crate::rewrite::Level;

impl Lint<'_> {
    pub(super) fn logic(&mut self) {
        for id in self.tree.ids() {
            match self.tree.node(id) {
                Node::Compare { op, left, right } => self.comparison(id, op, left, right),
                Node::Logic { op, operands } => {
                    let operands = self.tree.operands(operands).to_vec();
                    self.operands(id, op, &operands);
                }
                Node::Text { .. } | Node::Unary { op: UnaryOp::Truth(_), .. } => self.computed(id),
                Node::Unary { op: UnaryOp::IsDefined | UnaryOp::IsUndefined, operand } => {
                    if let Some(truth) = self.constants.truth(id) {
                        let is_null = matches!(self.constants.of(operand), Some(Constant::Null));
                        let why = if is_null && self.options.dialect.null_defined == NullDefined::No {
                            "null is never defined"
                        } else {
                            "a literal is always defined"
                        };
                        self.always(id, truth, why);
                    }
                }
                Node::Loop { op: LoopOp::Quantifier(_), body, .. } => {
                    if let (Some(truth), Node::Bool(_)) = (self.constants.truth(id), self.tree.node(body)) {
                        self.always(id, truth, "its predicate does not look at the elements");
                    }
                }
                _ => {}
            }
        }
    }

    /// A computed Boolean of literals.
    fn computed(&mut self, id: NodeId) {
        if let Some(truth) = self.constants.truth(id) {
            self.always(id, truth, "it does not depend on any value");
        }
    }

    fn always(&mut self, id: NodeId, truth: bool, why: &str) {
        let code = if truth { lint::ALWAYS_TRUE } else { lint::ALWAYS_FALSE };
        let diagnostic = Diagnostic::new(code, self.tree.span(id), format!("always {truth}: {why}"));
        self.tell(id, diagnostic);
    }

    fn comparison(&mut self, id: NodeId, op: CompareOp, left: NodeId, right: NodeId) {
        for (side, other) in [(left, right), (right, left)] {
            if matches!(self.tree.node(other), Node::Null) && op.is_equality() {
                return self.against_null(id, op, side);
            }
        }
        if let Some(truth) = self.constants.truth(id) {
            let length = [left, right].iter().any(|side| {
                matches!(self.tree.node(*side), Node::Unary { op: UnaryOp::Value(ValueOp::Len), .. })
            });
            let both = self.constants.of(left).is_some() && self.constants.of(right).is_some();
            let why = if length && !both {
                "a length is a whole number from 0"
            } else {
                "it does not depend on any value"
            };
            return self.always(id, truth, why);
        }
        if self.numbering.same(left, right) {
            let message = match op {
                CompareOp::Eq | CompareOp::Le | CompareOp::Ge => {
                    "both sides are the same, so this is true of all but NaN"
                }
                CompareOp::Ne => "both sides are the same, so this is false of all but NaN",
                CompareOp::Lt | CompareOp::Gt => "both sides are the same, so this is never true",
            };
            let diagnostic = Diagnostic::new(lint::SAME_OPERAND, self.tree.span(id), message);
            self.tell(id, diagnostic);
        }
    }

    /// Something compared with `null` that is never null.
    fn against_null(&mut self, id: NodeId, op: CompareOp, side: NodeId) {
        let always = op == CompareOp::Ne;
        match self.tree.node(side) {
            Node::Unary { op: UnaryOp::Value(ValueOp::Len), operand } => {
                let what = print::node(self.tree, operand);
                let text = format!("{} {} null", self.rewrite.operand(operand, Level::Operand), op.text());
                let message = format!("a length is never null, so this is always {always}");
                let diagnostic = Diagnostic::new(lint::LENGTH_OF_NULL, self.tree.span(id), message)
                    .note(format!("if `{what}` is null, `len` is a fault"))
                    .edit(Edit::replace(
                        self.tree.span(id),
                        text.clone(),
                        format!("write `{text}`"),
                        Applicability::Maybe,
                    ));
                self.tell(id, diagnostic);
            }
            Node::Null => self.always(id, !always, "null equals null"),
            _ if self.numbering.is_read(side) => {}
            _ => {
                let kinds = self.types.kinds(side);
                if !kinds.is_empty() && !kinds.meets(Kinds::NULL) {
                    let message = format!("{} is never null, so this is always {always}", kinds.phrase());
                    let diagnostic = Diagnostic::new(lint::NEVER_EQUAL, self.tree.span(id), message)
                        .arg("left", kinds.phrase())
                        .arg("right", "null");
                    self.tell(id, diagnostic);
                }
            }
        }
    }

    fn operands(&mut self, id: NodeId, op: LogicOp, operands: &[NodeId]) {
        let ends = op == LogicOp::Or;
        let first = operands.iter().position(|operand| self.constants.truth(*operand) == Some(ends));
        let rest = first.and_then(|at| operands.get(at.saturating_add(1)..)).unwrap_or(&[]);
        if let (Some(at), [next, ..]) = (first, rest) {
            self.unreachable(id, op, operands, at, *next);
        } else if let Some(at) = first
            && at > 0
            && operands.get(at).is_some_and(|operand| matches!(self.tree.node(*operand), Node::Bool(_)))
        {
            self.always(id, ends, "its last operand decides, unless one before it faults");
        }
        for (at, operand) in operands.iter().enumerate() {
            if matches!(self.tree.node(*operand), Node::Bool(value) if value != ends) {
                self.no_effect(id, op, operands, at);
            }
        }
        self.repeated(id, op, operands);
        self.contradiction(id, op, operands);
    }

    fn unreachable(&mut self, id: NodeId, op: LogicOp, operands: &[NodeId], at: usize, next: NodeId) {
        let truth = op == LogicOp::Or;
        let last = operands.last().copied().unwrap_or(next);
        let span = self.tree.span(next).cover(self.tree.span(last));
        let message = format!("never evaluated: what is before it is always {truth}");
        let mut diagnostic = Diagnostic::new(lint::UNREACHABLE, span, message);
        if let Some(decides) = operands.get(at) {
            diagnostic = diagnostic.label(self.tree.span(*decides), format!("always {truth}"));
        }
        let kept = operands.get(..=at).unwrap_or(&[]);
        let edit = self.keeping(id, op, kept, "leave it out");
        self.tell(next, diagnostic.edit(edit));
    }

    fn no_effect(&mut self, id: NodeId, op: LogicOp, operands: &[NodeId], at: usize) {
        let Some(&operand) = operands.get(at) else { return };
        let message = format!("`{}` has no effect in `{}`", print::node(self.tree, operand), op.text());
        let mut diagnostic = Diagnostic::new(lint::NO_EFFECT, self.tree.span(operand), message);
        let kept = self.others(operands, at);
        let boolean = match kept.as_slice() {
            [] => false,
            // an operand that is left on its own is no longer checked to be a Boolean
            [only] => self.types.kinds(*only) == Kinds::BOOL,
            _ => true,
        };
        if boolean {
            diagnostic = diagnostic.edit(self.keeping(id, op, &kept, "leave it out"));
        }
        self.tell(operand, diagnostic);
    }

    /// The operands but for the one at `at`, for an edit; none where no more edits are offered.
    fn others(&self, operands: &[NodeId], at: usize) -> Vec<NodeId> {
        if !self.offers() {
            return Vec::new();
        }
        let others = operands.iter().enumerate().filter(|(other, _)| *other != at);
        others.map(|(_, operand)| *operand).collect()
    }

    /// An operand that was there before: its value is known when it is reached.
    fn repeated(&mut self, id: NodeId, op: LogicOp, operands: &[NodeId]) {
        let mut seen: HashMap<NodeId, NodeId> = HashMap::new();
        for (at, &operand) in operands.iter().enumerate() {
            if self.constants.of(operand).is_some() {
                continue;
            }
            let twin = *seen.entry(self.numbering.first(operand)).or_insert(operand);
            if twin == operand {
                continue;
            }
            let kept = self.others(operands, at);
            let mut diagnostic =
                Diagnostic::new(lint::SAME_OPERAND, self.tree.span(operand), "the same operand again")
                    .label(self.tree.span(twin), "it is here already");
            if kept.len() > 1 || (!kept.is_empty() && self.types.kinds(operand) == Kinds::BOOL) {
                diagnostic = diagnostic.edit(self.keeping(id, op, &kept, "leave it out"));
            }
            self.tell(operand, diagnostic);
        }
    }

    /// Operands that exclude each other in `&&`, or cover everything in `||`.
    fn contradiction(&mut self, id: NodeId, op: LogicOp, operands: &[NodeId]) {
        let all = op == LogicOp::Or;
        // in `||` the negations must exclude each other
        let mut by_subject: HashMap<NodeId, Vec<Claim>> = HashMap::new();
        for &operand in operands {
            let Some(claim) = self.claim(operand, all) else { continue };
            let claims = by_subject.entry(self.numbering.first(claim.subject)).or_default();
            let Some(before) = claims.iter().find(|before| self.exclude(before, &claim)) else {
                claims.push(claim);
                continue;
            };
            let message = if all {
                "always true: one of these two operands always holds"
            } else {
                "always false: these two operands never hold together"
            };
            let code = if all { lint::ALWAYS_TRUE } else { lint::ALWAYS_FALSE };
            let mut diagnostic = Diagnostic::new(code, self.tree.span(operand), message)
                .label(self.tree.span(before.node), "next to this one");
            if let [_, _] = operands
                && matches!(self.tree.node(operand), Node::Compare { .. })
            {
                let other = if all { LogicOp::And } else { LogicOp::Or };
                let title = format!("write `{}`", other.text());
                let mut edit = self.keeping(id, other, operands, &title);
                edit.applicability = Applicability::Maybe;
                diagnostic = diagnostic.edit(edit);
            }
            self.tell(operand, diagnostic);
            return;
        }
    }

    /// What an operand, or its negation, says of one value.
    fn claim(&self, operand: NodeId, negate: bool) -> Option<Claim> {
        let mut node = operand;
        let mut truth = !negate;
        while let Node::Not { operand } = self.tree.node(node) {
            node = operand;
            truth = !truth;
        }
        if let Node::Compare { op, left, right } = self.tree.node(node) {
            for (subject, other, op) in [(left, right, op), (right, left, op.flipped())] {
                if self.constants.of(subject).is_none()
                    && let Some(constant) = self.constants.of(other)
                {
                    // of an order neither side holds for NaN
                    if !truth && !op.is_equality() {
                        return None;
                    }
                    let op = if truth { op } else { op.negated() };
                    return Some(Claim {
                        node: operand,
                        subject,
                        says: Says::Compared(op, constant.clone()),
                    });
                }
            }
        }
        if let Node::Unary { op: op @ (UnaryOp::IsDefined | UnaryOp::IsUndefined), operand: subject } =
            self.tree.node(node)
        {
            let defined = truth == (op == UnaryOp::IsDefined);
            return Some(Claim { node: operand, subject, says: Says::Defined(defined) });
        }
        Some(Claim { node: operand, subject: node, says: Says::Truth(truth) })
    }

    fn exclude(&self, a: &Claim, b: &Claim) -> bool {
        match (&a.says, &b.says) {
            (Says::Truth(a), Says::Truth(b)) | (Says::Defined(a), Says::Defined(b)) => a != b,
            (Says::Compared(a, x), Says::Compared(b, y)) => apart(*a, x, *b, y),
            _ => false,
        }
    }

    /// The node again with these operands.
    fn keeping(&self, id: NodeId, op: LogicOp, operands: &[NodeId], title: &str) -> Edit {
        let text = self.rewrite.joined(id, op, operands);
        Edit::replace(self.tree.span(id), text, title, Applicability::Safe)
    }
}

/// What an operand says of one value.
struct Claim {
    node: NodeId,
    subject: NodeId,
    says: Says,
}

enum Says {
    /// It is true, or it is false.
    Truth(bool),
    /// It is defined, or it is not.
    Defined(bool),
    /// How it compares with a constant.
    Compared(CompareOp, Constant),
}

/// Whether no value compares with both constants in both ways.
fn apart(a: CompareOp, x: &Constant, b: CompareOp, y: &Constant) -> bool {
    use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    let order = match (x, y) {
        (Constant::Number(x), Constant::Number(y)) => compare(*x, *y),
        (Constant::Text(x), Constant::Text(y)) => {
            let order = x.cmp(y);
            // an enum constant equals its name, with or without its type's before it
            let named = |a: &str, b: &str| names_constant(a, b, Some(a)) || a.ends_with(b);
            if order != Ordering::Equal && a == Eq && b == Eq && (named(x, y) || named(y, x)) {
                return false;
            }
            Some(order)
        }
        (x, y) => {
            let equal = x == y;
            return match (a, b) {
                (Eq, Eq) => !equal,
                (Eq, Ne) | (Ne, Eq) => equal,
                _ => false,
            };
        }
    };
    let Some(order) = order else { return false };
    match (a, b) {
        (Eq, Eq) => order != Ordering::Equal,
        // `v == x` and `v op y`: x itself must do
        (Eq, op) => !op.holds(Some(order)),
        (op, Eq) => !op.holds(Some(order.reverse())),
        // below x and above y: there must be room between
        (Lt | Le, Gt | Ge) => order == Ordering::Less || (order == Ordering::Equal && !(a == Le && b == Ge)),
        (Gt | Ge, Lt | Le) => {
            order == Ordering::Greater || (order == Ordering::Equal && !(a == Ge && b == Le))
        }
        _ => false,
    }
}
