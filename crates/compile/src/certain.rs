//! Kinds that are certain before anything runs: an operand that can never be of the right kind warns.

use probelang_host::Kind;
use probelang_syntax::tree::{CompareOp, LoopOp, TextOp, UnaryOp};
use probelang_syntax::{Node, NodeId};
use probelang_vm::{EmptyNull, Missing, NullSubject, Truth, UnlikeOrder};

use crate::lower::Lower;

impl Lower<'_> {
    /// The kind of a node's value, where it does not depend on what is read.
    fn kind(&self, id: NodeId) -> Option<Kind> {
        Some(match self.tree().node(id) {
            Node::Null => Kind::Null,
            Node::Bool(_) | Node::Compare { .. } | Node::Text { .. } | Node::InstanceOf { .. } => Kind::Bool,
            Node::Int(_) | Node::Uint(_) => Kind::Int,
            Node::Float(_) => Kind::Float,
            Node::Str(_) => Kind::Str,
            Node::Unary { op: UnaryOp::Len, .. } => Kind::Int,
            Node::Unary { .. } => Kind::Bool,
            Node::Loop { op, .. } if op != LoopOp::Filter => Kind::Bool,
            Node::Substring { .. } if self.modes().start_beyond != probelang_vm::StartBeyond::Null => {
                Kind::Str
            }
            Node::Logic { .. } if self.modes().truth == Truth::Boolean => Kind::Bool,
            _ => return None,
        })
    }

    /// Whether a node is a lazy filter: some collection.
    fn is_filter(&self, id: NodeId) -> bool {
        matches!(self.tree().node(id), Node::Loop { op: LoopOp::Filter, .. })
    }

    fn phrase(&self, id: NodeId) -> Option<&'static str> {
        if self.is_filter(id) { Some("a collection") } else { self.kind(id).map(Kind::phrase) }
    }

    pub(crate) fn check_boolean(&mut self, id: NodeId, truth: Truth) {
        if truth == Truth::Boolean
            && self.kind(id) != Some(Kind::Bool)
            && let Some(phrase) = self.phrase(id)
        {
            self.certain(id, format!("a Boolean stands here, this is {phrase}"));
        }
    }

    pub(crate) fn check_metric(&mut self, id: NodeId) {
        if !matches!(self.kind(id), Some(Kind::Bool | Kind::Int | Kind::Float))
            && let Some(phrase) = self.phrase(id)
        {
            self.certain(id, format!("a metric is a number, this is {phrase}"));
        }
    }

    pub(crate) fn check_length(&mut self, id: NodeId, operand: NodeId, empty: bool) {
        let modes = self.modes();
        let fault = match self.kind(operand) {
            Some(Kind::Null) if empty => modes.empty_null == EmptyNull::Fault,
            Some(Kind::Null) => !modes.len_null_zero,
            Some(Kind::Bool | Kind::Int | Kind::Float) => !(empty && modes.empty_other_false),
            _ => false,
        };
        if let (true, Some(phrase)) = (fault, self.phrase(operand)) {
            self.certain(id, format!("{phrase} has no length"));
        }
    }

    pub(crate) fn check_text(&mut self, id: NodeId, op: TextOp, subject: NodeId, argument: NodeId) {
        let modes = *self.modes();
        let contains = op == TextOp::Contains;
        let null = if contains { modes.contains_null } else { modes.null_subject };
        let fault = match self.kind(subject) {
            Some(Kind::Null) => null == NullSubject::Fault,
            Some(Kind::Bool | Kind::Int | Kind::Float) if contains => !modes.contains_other_false,
            Some(Kind::Bool | Kind::Int | Kind::Float) => !modes.other_subject_false,
            None => self.is_filter(subject) && !contains && !modes.other_subject_false,
            _ => false,
        };
        if let (true, Some(phrase)) = (fault, self.phrase(subject)) {
            let message = match contains {
                true => format!("{phrase} cannot contain anything"),
                false => format!("the first argument of {} is a string, this is {phrase}", op.text()),
            };
            self.certain(id, message);
            return;
        }
        let text_subject = !contains || self.kind(subject) == Some(Kind::Str);
        let bad_argument =
            self.is_filter(argument) || self.kind(argument).is_some_and(|kind| kind != Kind::Str);
        if let (true, true, Some(phrase)) = (text_subject, bad_argument, self.phrase(argument)) {
            self.certain(id, format!("the second argument of {} is a string, this is {phrase}", op.text()));
        }
    }

    pub(crate) fn check_substring(&mut self, id: NodeId, text: NodeId, from: NodeId, until: Option<NodeId>) {
        let subject = self.is_filter(text) || self.kind(text).is_some_and(|kind| kind != Kind::Str);
        if let (true, Some(phrase)) = (subject, self.phrase(text)) {
            self.certain(id, format!("the first argument of substring is a string, this is {phrase}"));
            return;
        }
        for bound in [Some(from), until].into_iter().flatten() {
            let number = matches!(self.kind(bound), None | Some(Kind::Int | Kind::Float));
            if let (true, Some(phrase)) = (!number || self.is_filter(bound), self.phrase(bound)) {
                self.certain(id, format!("a bound of substring is an integer, this is {phrase}"));
                return;
            }
        }
    }

    pub(crate) fn check_collection(&mut self, id: NodeId, op: LoopOp, over: NodeId) {
        let fault = match self.kind(over) {
            None => false,
            Some(Kind::Str) => !self.modes().loop_text,
            Some(_) => true,
        };
        if let (true, Some(phrase)) = (fault, self.phrase(over)) {
            self.certain(id, format!("{} looks at a list, set or map, this is {phrase}", op.text()));
        }
    }

    pub(crate) fn check_index(&mut self, id: NodeId, base: NodeId, index: NodeId) {
        let null = self.modes().null_receiver == Missing::Null;
        match self.kind(base) {
            None => {
                if self.is_filter(index) {
                    self.certain(id, "a collection is no index".to_owned());
                }
            }
            Some(Kind::Null) if null => {}
            Some(kind) => self.certain(id, format!("{} cannot be indexed", kind.phrase())),
        }
    }

    pub(crate) fn check_member(&mut self, id: NodeId, base: NodeId) {
        // a member of a number is told when it is read
        if let Some(kind @ (Kind::Bool | Kind::Str)) = self.kind(base) {
            self.certain(id, format!("{} has no fields", kind.phrase()));
        }
    }

    pub(crate) fn check_compare(&mut self, id: NodeId, op: CompareOp, left: NodeId, right: NodeId) {
        let modes = *self.modes();
        let (Some(left), Some(right)) = (self.kind(left), self.kind(right)) else {
            // one side is enough where it can stand in no order
            let side = [left, right].into_iter().find_map(|side| match self.kind(side) {
                Some(kind @ (Kind::Null | Kind::Bool)) => Some(kind.phrase()),
                _ if self.is_filter(side) => Some("a collection"),
                _ => None,
            });
            let unordered = modes.unlike_order == UnlikeOrder::Fault && !modes.boolean_numbers;
            if let (false, true, Some(phrase)) = (op.is_equality(), unordered, side) {
                self.certain(id, format!("{phrase} has no order"));
            }
            return;
        };
        let number = |kind: Kind| {
            matches!(kind, Kind::Int | Kind::Float) || (kind == Kind::Bool && modes.boolean_numbers)
        };
        let like = (number(left) && number(right)) || left == right;
        if op.is_equality() {
            let null = left == Kind::Null || right == Kind::Null;
            if modes.unlike_equality_fault && !like && !null {
                self.certain(id, format!("cannot compare {} with {}", left.phrase(), right.phrase()));
            }
            return;
        }
        let ordered = (number(left) && number(right)) || (left == Kind::Str && right == Kind::Str);
        if modes.unlike_order == UnlikeOrder::Fault && !ordered {
            self.certain(id, format!("no order between {} and {}", left.phrase(), right.phrase()));
        }
    }
}
