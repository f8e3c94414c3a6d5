//! Which nodes have the same value whatever the host and the dialect, where they do not fault.

use std::cmp::Ordering;

use probelang_dialect::{
    CompareOp, Dialect, FaultOrFalse, LoopOp, Matches, NullDefined, NullSubject, Quantifier, TextOp, TruthOp,
    ValueOp,
};
use probelang_host::number::{Number, compare};
use probelang_syntax::tree::{LogicOp, Node, NodeId, Tree, UnaryOp};

/// A value that is known without a host.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Constant {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

/// The constants of a tree, by node.
pub(crate) struct Constants(Vec<Option<Constant>>);

impl Constants {
    /// Those of a program for `dialect`, which counts only for texts that begin or end with nothing and for whether
    /// null is defined.
    pub(crate) fn new(tree: &Tree, dialect: &Dialect) -> Self {
        let mut constants = Self(Vec::with_capacity(tree.len()));
        for id in tree.ids() {
            let constant = constants.node(tree, dialect, id);
            constants.0.push(constant);
        }
        constants
    }

    pub(crate) fn of(&self, id: NodeId) -> Option<&Constant> {
        self.0.get(id.0 as usize)?.as_ref()
    }

    /// The truth of a node that is known.
    pub(crate) fn truth(&self, id: NodeId) -> Option<bool> {
        match self.of(id)? {
            Constant::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    fn text(&self, id: NodeId) -> Option<&str> {
        match self.of(id)? {
            Constant::Text(text) => Some(text),
            _ => None,
        }
    }

    fn node(&self, tree: &Tree, dialect: &Dialect, id: NodeId) -> Option<Constant> {
        let truth = match tree.node(id) {
            Node::Null => return Some(Constant::Null),
            Node::Bool(value) => Some(value),
            Node::Int(n) => return Some(Constant::Number(Number::Int(n))),
            Node::Uint(n) => return Some(Constant::Number(Number::Uint(n))),
            Node::Float(n) => return Some(Constant::Number(Number::Float(n))),
            Node::Str(text) => return Some(Constant::Text(tree.text(text).to_owned())),
            Node::Not { operand } => self.truth(operand).map(|truth| !truth),
            Node::Unary { op, operand } => match op {
                UnaryOp::Value(op) => return value(op, self.of(operand)?),
                UnaryOp::Truth(op) => truth(op, self.of(operand)?),
                UnaryOp::IsDefined => self.is_defined(dialect, operand),
                UnaryOp::IsUndefined => self.is_defined(dialect, operand).map(|defined| !defined),
            },
            Node::Text { op, subject, argument } => {
                let argument = self.text(argument)?;
                match (op, self.text(subject)) {
                    (TextOp::StartsWith, Some(subject)) => Some(subject.starts_with(argument)),
                    (TextOp::EndsWith, Some(subject)) => Some(subject.ends_with(argument)),
                    (TextOp::Contains, Some(subject)) => Some(subject.contains(argument)),
                    // every string starts and ends with nothing, and what is none is a fault
                    (TextOp::StartsWith | TextOp::EndsWith | TextOp::Matches, None) => {
                        let whole = op == TextOp::Matches && dialect.matches == Matches::Whole;
                        let other = if op == TextOp::Matches {
                            dialect.matches_subject
                        } else {
                            dialect.other_subject
                        };
                        let is_true = argument.is_empty()
                            && !whole
                            && dialect.null_subject != NullSubject::False
                            && other != FaultOrFalse::False;
                        is_true.then_some(true)
                    }
                    (TextOp::Contains, None) | (TextOp::Matches, Some(_)) => None,
                }
            }
            Node::Loop { op, body, .. } => match op {
                LoopOp::Quantifier(Quantifier::Any) => self.truth(body).filter(|truth| !truth),
                LoopOp::Quantifier(Quantifier::All) => self.truth(body).filter(|truth| *truth),
                LoopOp::Filter => None,
            },
            Node::Compare { op, left, right } => self.comparison(tree, op, left, right),
            Node::Logic { op, operands } => {
                let ends = op == LogicOp::Or;
                let operands = tree.operands(operands);
                let mut truths = operands.iter().map(|operand| self.truth(*operand));
                if truths.clone().any(|truth| truth == Some(ends)) {
                    Some(ends)
                } else {
                    truths.all(|truth| truth == Some(!ends)).then_some(!ends)
                }
            }
            Node::Name(_)
            | Node::At(_)
            | Node::Member { .. }
            | Node::Index { .. }
            | Node::Substring { .. }
            | Node::InstanceOf { .. }
            | Node::Error => None,
        };
        truth.map(Constant::Bool)
    }

    fn is_defined(&self, dialect: &Dialect, operand: NodeId) -> Option<bool> {
        let null = *self.of(operand)? == Constant::Null;
        Some(!null || dialect.null_defined == NullDefined::Yes)
    }

    fn comparison(&self, tree: &Tree, op: CompareOp, left: NodeId, right: NodeId) -> Option<bool> {
        if let Some(truth) = self.length(tree, op, left, right) {
            return Some(truth);
        }
        if let Some(truth) = self.length(tree, op.flipped(), right, left) {
            return Some(truth);
        }
        let (left, right) = (self.of(left)?, self.of(right)?);
        let order = match (left, right) {
            (Constant::Number(a), Constant::Number(b)) => {
                let exact = compare(*a, *b);
                // some compare both as floats
                return (exact == compare(Number::Float(a.to_f64()), Number::Float(b.to_f64())))
                    .then(|| op.holds(exact));
            }
            // Booleans may be numbers
            (Constant::Bool(_), Constant::Number(_)) | (Constant::Number(_), Constant::Bool(_)) => {
                return None;
            }
            (Constant::Text(a), Constant::Text(b)) => {
                let order = a.cmp(b);
                // some order by UTF-16 unit
                if a.encode_utf16().cmp(b.encode_utf16()) != order {
                    return None;
                }
                Some(order)
            }
            (a, b) if op.is_equality() => Some(if a == b { Ordering::Equal } else { Ordering::Less }),
            // a kind fault
            _ => return None,
        };
        Some(op.holds(order))
    }

    /// `len(x)` compared with a number that no length reaches.
    fn length(&self, tree: &Tree, op: CompareOp, left: NodeId, right: NodeId) -> Option<bool> {
        let Node::Unary { op: UnaryOp::Value(ValueOp::Len), .. } = tree.node(left) else { return None };
        let Constant::Number(number) = *self.of(right)? else { return None };
        let below = compare(number, Number::Int(0))? == Ordering::Less;
        let zero = compare(number, Number::Int(0))? == Ordering::Equal;
        match op {
            CompareOp::Eq | CompareOp::Ne if below || number.to_integer().is_none() => {
                Some(op == CompareOp::Ne)
            }
            CompareOp::Gt | CompareOp::Ge if below => Some(true),
            CompareOp::Lt | CompareOp::Le if below => Some(false),
            CompareOp::Ge if zero => Some(true),
            CompareOp::Lt if zero => Some(false),
            _ => None,
        }
    }
}

/// What a function gives of a constant, where every dialect gives the same.
fn value(op: ValueOp, of: &Constant) -> Option<Constant> {
    let Constant::Text(text) = of else { return None };
    match op {
        // the units of other texts differ
        ValueOp::Len if !text.is_ascii() => None,
        ValueOp::Len => Some(Constant::Number(Number::Int(i64::try_from(text.chars().count()).ok()?))),
    }
}

/// What a function answers of a constant, where every dialect answers the same.
fn truth(op: TruthOp, of: &Constant) -> Option<bool> {
    let Constant::Text(text) = of else { return None };
    match op {
        TruthOp::IsEmpty => Some(text.is_empty()),
    }
}
