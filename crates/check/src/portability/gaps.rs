//! What single runtimes do not take at all, or get wrong: facts that are no rows, because no dialect
//! emulates them. Sources: the fact sheets of the evaluators, §1 unless a comment names another.

use probelang_diagnostic::Edit;
use probelang_diagnostic::spell::is_word;
use probelang_syntax::Preset::{self, Dotnet, Go, Java, Node as NodeJs, Php, Python, Ruby};
use probelang_syntax::print;
use probelang_syntax::tree::{At, CompareOp, LoopOp, Node, NodeId, TextId, TextOp, UnaryOp};

use super::Portability;
use crate::rewrite::Level;
use crate::{Kinds, Purpose};

/// Something that some runtimes do not take.
pub(super) struct Gap {
    pub(super) runtimes: &'static [Preset],
    /// The rest of a sentence that begins with their names.
    pub(super) text: &'static str,
    pub(super) edit: Option<Edit>,
}

/// Literals that .NET takes for references, in whatever place (§1).
const DOTNET_WORDS: [&str; 7] = ["this", "@return", "@exception", "@duration", "@it", "@key", "@value"];

impl Portability<'_> {
    /// The gaps that a node runs into.
    pub(super) fn gaps_at(&self, id: NodeId) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut gap = |runtimes, text, edit| gaps.push(Gap { runtimes, text, edit });
        match self.tree.node(id) {
            Node::Name(name) => self.name_gap(name, &mut gap),
            Node::Member { name, .. } => self.member_gap(name, &mut gap),
            Node::Unary { op, operand } => self.unary_gap(id, op, operand, &mut gap),
            Node::Int(n) if i32::try_from(n).is_err() => {
                gap(&[Dotnet], "takes integers of 32 bits only", None);
                if n.unsigned_abs() > 1 << 53 {
                    gap(
                        &[NodeJs, Php],
                        "reads this integer as a float, which does not hold it exactly",
                        None,
                    );
                }
            }
            Node::Uint(_) => {
                gap(&[Dotnet], "takes integers of 32 bits only", None);
                gap(&[Java], "takes integers of 64 bits only", None);
                gap(&[NodeJs, Php], "reads this integer as a float, which does not hold it exactly", None);
            }
            Node::Str(text) => self.text_gap(text, &mut gap),
            Node::At(At::Return | At::Duration | At::Exception) => {
                gap(&[NodeJs], "has line probes only, without @return, @duration and @exception", None);
            }
            Node::Substring { from, to, .. } => {
                let computed = [Some(from), to]
                    .into_iter()
                    .flatten()
                    .any(|bound| !matches!(self.tree.node(bound), Node::Int(_)));
                if computed {
                    gap(&[Java], "takes only integer literals as bounds of substring", None);
                }
                gap(&[Go], "has no substring", None);
            }
            Node::Text { op, argument, .. } => {
                let literal = matches!(self.tree.node(argument), Node::Str(_));
                if !literal && op == TextOp::Contains {
                    gap(&[Php], "takes only a string literal as the second operand of contains", None);
                }
                if !literal && op != TextOp::Contains {
                    gap(&[Java, Php], "takes only a string literal as the second operand", None);
                }
                if op != TextOp::Contains {
                    gap(&[Go], "has no startsWith, endsWith and matches", None);
                }
            }
            Node::Loop { op, over, .. } => self.loop_gap(op, over, &mut gap),
            Node::Compare { op, left, right } => self.compare_gap(id, op, left, right, &mut gap),
            Node::InstanceOf { .. } => gap(&[Go], "has no instanceof", None),
            Node::Logic { .. } => self.logic_gap(id, &mut gap),
            _ => {}
        }
        self.boolean_gap(id, &mut gap);
        gaps
    }

    fn name_gap(&self, name: TextId, gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>)) {
        let text = self.tree.text(name);
        if text.starts_with('@') {
            return;
        }
        let ascii = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !ascii && !text.contains('$') {
            gap(&[NodeJs, Ruby], "takes only names of ASCII letters, digits and _", None);
        } else if !ascii {
            gap(&[Ruby], "takes only names of ASCII letters, digits and _", None);
        }
    }

    fn member_gap(&self, name: TextId, gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>)) {
        let text = self.tree.text(name);
        if !is_word(text) || text.contains('$') {
            gap(&[Python, Ruby], "takes only identifiers as names of members", None);
        }
    }

    fn text_gap(&self, text: TextId, gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>)) {
        let text = self.tree.text(text);
        if DOTNET_WORDS.contains(&text) {
            gap(&[Dotnet], "takes this string for a reference", None);
        } else if text.starts_with('#') {
            gap(&[Dotnet], "takes a string that begins with # for a comment", None);
        } else if is_date(text) {
            gap(&[Dotnet], "loses a string that looks like a date", None);
        }
    }

    fn unary_gap(
        &self,
        id: NodeId,
        op: UnaryOp,
        operand: NodeId,
        gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>),
    ) {
        match op {
            UnaryOp::IsUndefined => {
                let written = format!("!isDefined({})", print::node(self.tree, operand));
                let written = self.rewrite.fitted(id, written, Level::Not);
                // ruby has the one and not the other
                let edit = (!self.targets(Ruby)).then(|| self.replace(id, written, true));
                gap(&[Java, Python, NodeJs, Go], "has no isUndefined", edit);
            }
            UnaryOp::IsDefined => {
                let written = format!("!isUndefined({})", print::node(self.tree, operand));
                let written = self.rewrite.fitted(id, written, Level::Not);
                let others = [Java, Python, NodeJs, Go].iter().any(|other| self.targets(*other));
                let edit = (!others).then(|| self.replace(id, written, true));
                gap(&[Ruby], "has no isDefined", edit);
                gap(&[Go], "has no isDefined", None);
            }
            UnaryOp::IsEmpty if self.types.kinds(operand).meets(Kinds::MAP) => {
                // §8
                let written = format!("len({}) == 0", print::node(self.tree, operand));
                let written = self.rewrite.fitted(id, written, Level::Comparison);
                let edit = (self.types.kinds(operand) == Kinds::MAP).then(|| self.replace(id, written, true));
                gap(&[Ruby], "does not take a map in isEmpty", edit);
            }
            _ => {}
        }
        if matches!(op, UnaryOp::Len | UnaryOp::IsEmpty) && self.types.kinds(operand) == Kinds::SET {
            gap(&[Ruby], "does not take a set in len and isEmpty", None);
        }
    }

    fn loop_gap(
        &self,
        op: LoopOp,
        over: NodeId,
        gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>),
    ) {
        let filtered = matches!(self.tree.node(over), Node::Loop { .. });
        if filtered && op != LoopOp::Filter {
            gap(&[Php, Go], "takes no filter as the collection of any and all", None);
        }
        if self.types.kinds(over) == Kinds::MAP {
            // §10
            gap(&[NodeJs], "takes a Map for an empty collection", None);
        }
    }

    fn compare_gap(
        &self,
        id: NodeId,
        op: CompareOp,
        left: NodeId,
        right: NodeId,
        gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>),
    ) {
        let duration = matches!(self.tree.node(right), Node::At(At::Duration));
        if duration && !matches!(self.tree.node(left), Node::At(At::Duration)) {
            // §2: the left side is overwritten by the duration
            let sides = [right, left].map(|side| self.rewrite.operand(side, Level::Operand));
            let [first, second] = sides;
            let written = format!("{first} {} {second}", crate::constant::turned(op).text());
            let edit = self.replace(id, written, true);
            gap(&[Dotnet], "compares @duration with itself where it stands on the right", Some(edit));
        }
    }

    /// .NET reads on in an inner `&&` or `||` until the outermost list closes (§1).
    fn logic_gap(&self, id: NodeId, gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>)) {
        let Node::Logic { op, .. } = self.tree.node(id) else { return };
        let (mut at, mut swallows) = (id, false);
        while let Some(parent) = self.rewrite.parent(at) {
            match self.tree.node(parent) {
                Node::Logic { op: outer, operands } => {
                    let last = self.tree.operands(operands).last() == Some(&at);
                    swallows |= !last && outer != op;
                }
                Node::Unary { op: UnaryOp::Not, .. } | Node::Loop { .. } => {}
                _ => break,
            }
            at = parent;
        }
        if swallows {
            let text = "takes the operands behind this one for its own, because it is not the last one";
            gap(&[Dotnet], text, None);
        }
    }

    /// A value where Java takes only an operation that gives a Boolean.
    fn boolean_gap(&self, id: NodeId, gap: &mut impl FnMut(&'static [Preset], &'static str, Option<Edit>)) {
        let bare = matches!(
            self.tree.node(id),
            Node::Name(_) | Node::At(_) | Node::Member { .. } | Node::Index { .. } | Node::Bool(_)
        );
        if !bare {
            return;
        }
        let parent = self.rewrite.parent(id).map(|parent| self.tree.node(parent));
        let condition = parent.is_none() && self.options.purpose == Purpose::Condition;
        let position = match parent {
            Some(Node::Logic { .. } | Node::Unary { op: UnaryOp::Not, .. }) => true,
            Some(Node::Loop { body, .. }) => body == id,
            None => condition,
            _ => false,
        };
        if !position {
            return;
        }
        let edit = self.compared_with_true(id);
        let text = "takes only a comparison or a function here, no bare value";
        // the others refuse it only where it is the whole condition
        gap(if condition { &[Java, Php, Go] } else { &[Java, Go] }, text, edit);
    }
}

/// Whether .NET's JSON reader takes a string for a date.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    bytes.len() >= shape.len()
        && shape.iter().zip(bytes).all(|(shape, byte)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}
