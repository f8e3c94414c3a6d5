//! What a runtime does not support, or gets wrong: facts that are not rows, because no dialect emulates them.
//! Sources: the evaluators at the commits that `conformance/corpus/README.md` lists.

use std::borrow::Cow;

use probelang_diagnostic::Edit;
use probelang_diagnostic::spell::is_word;
use probelang_dialect::CompareOp;
use probelang_dialect::Preset::{self, Dotnet, Go, Java, Node as NodeJs, Php, Python, Ruby};
use probelang_syntax::function::{Function, Gives, Makes, Takes};
use probelang_syntax::print;
use probelang_syntax::tree::{At, Node, NodeId, TextId, UnaryOp};

use super::Portability;
use crate::Kinds;
use crate::rewrite::Level;

/// Something that some runtimes do not support.
pub(super) struct Unsupported {
    pub(super) runtimes: &'static [Preset],
    /// The rest of a sentence that begins with their names.
    pub(super) text: Cow<'static, str>,
    pub(super) edit: Option<Edit>,
}

#[derive(Default)]
struct Found(Vec<Unsupported>);

impl Found {
    fn add(&mut self, runtimes: &'static [Preset], text: impl Into<Cow<'static, str>>, edit: Option<Edit>) {
        self.0.push(Unsupported { runtimes, text: text.into(), edit });
    }
}

/// Literals that .NET takes for references, in whatever place.
const DOTNET_WORDS: [&str; 7] = ["this", "@return", "@exception", "@duration", "@it", "@key", "@value"];

impl Portability<'_> {
    /// What runtimes do not support of a node.
    pub(super) fn unsupported_at(&self, id: NodeId) -> Vec<Unsupported> {
        let mut found = Found::default();
        match self.tree.node(id) {
            Node::Name(name) => self.of_name(name, &mut found),
            Node::Member { name, .. } => self.of_member(name, &mut found),
            Node::Int(n) if i32::try_from(n).is_err() => {
                found.add(&[Dotnet], "takes integers of 32 bits only", None);
                if n.unsigned_abs() > 1 << 53 {
                    found.add(
                        &[NodeJs, Php],
                        "reads this integer as a float, which does not hold it exactly",
                        None,
                    );
                }
            }
            Node::Uint(_) => {
                found.add(&[Dotnet], "takes integers of 32 bits only", None);
                found.add(&[Java], "takes integers of 64 bits only", None);
                found.add(
                    &[NodeJs, Php],
                    "reads this integer as a float, which does not hold it exactly",
                    None,
                );
            }
            Node::Str(text) => self.of_text(text, &mut found),
            Node::At(At::Return | At::Duration | At::Exception) => {
                found.add(&[NodeJs], "has line probes only, without @return, @duration and @exception", None);
            }
            Node::Compare { op, left, right } => self.of_compare(id, op, left, right, &mut found),
            Node::InstanceOf { .. } => found.add(&[Go], "has no instanceof", None),
            Node::Logic { .. } => self.of_logic(id, &mut found),
            Node::Unary { .. } | Node::Substring { .. } | Node::Text { .. } | Node::Loop { .. } => {}
            Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Float(_)
            | Node::At(At::It | At::Key | At::Value)
            | Node::Index { .. }
            | Node::Not { .. }
            | Node::Error => {}
        }
        if let Some(function) = self.tree.node(id).function() {
            self.of_function(id, function, &mut found);
        }
        self.of_boolean(id, &mut found);
        self.of_redacted(id, &mut found);
        found.0
    }

    fn of_name(&self, name: TextId, found: &mut Found) {
        let text = self.tree.text(name);
        if text.starts_with('@') {
            return;
        }
        let ascii = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !ascii && !text.contains('$') {
            found.add(&[NodeJs, Ruby], "takes only names of ASCII letters, digits and _", None);
        } else if !ascii {
            found.add(&[Ruby], "takes only names of ASCII letters, digits and _", None);
        }
    }

    fn of_member(&self, name: TextId, found: &mut Found) {
        let text = self.tree.text(name);
        if !is_word(text) || text.contains('$') {
            found.add(&[Python, Ruby], "takes only identifiers as names of members", None);
        }
    }

    /// A redacted name, which some tracers look for before they run anything.
    fn of_redacted(&self, id: NodeId, found: &mut Found) {
        if !self.redacted.contains(id) {
            return;
        }
        let everywhere: &[Preset] = if self.is_condition() { &[Python] } else { &[NodeJs, Python] };
        let text = "rejects the whole expression for this redacted name, also where it would not be read";
        found.add(everywhere, text, None);
    }

    fn of_text(&self, text: TextId, found: &mut Found) {
        let text = self.tree.text(text);
        if DOTNET_WORDS.contains(&text) {
            found.add(&[Dotnet], "takes this string for a reference", None);
        } else if text.starts_with('#') {
            found.add(&[Dotnet], "takes a string that begins with # for a comment", None);
        } else if is_date(text) {
            found.add(&[Dotnet], "loses a string that looks like a date", None);
        }
    }

    /// A call of a function: its operands, then whether it is there.
    fn of_function(&self, id: NodeId, function: &Function, found: &mut Found) {
        let operands = || function.parameters.iter().zip(self.tree.children(id));
        for (parameter, operand) in operands() {
            self.of_operand(id, function, parameter.takes, operand, found);
        }
        let computed = operands().any(|(parameter, operand)| {
            parameter.takes == Takes::Bound && !matches!(self.tree.node(operand), Node::Int(_))
        });
        if computed {
            let text = format!("takes only integer literals as bounds of `{}`", function.name);
            found.add(&[Java], text, None);
        }
        if !function.lacking.is_empty() {
            let edit = match function.makes {
                Makes::Unary(op) => op.negated().and_then(|instead| self.negation(id, instead)),
                Makes::Substring | Makes::Text(_) | Makes::Loop(_) => None,
            };
            found.add(function.lacking, format!("has no `{}`", function.name), edit);
        }
    }

    fn of_operand(&self, id: NodeId, function: &Function, takes: Takes, operand: NodeId, found: &mut Found) {
        let (node, kinds) = (self.tree.node(operand), self.types.kinds(operand));
        let literal = matches!(node, Node::Str(_));
        match takes {
            Takes::Sized | Takes::Emptiable => {
                if takes == Takes::Emptiable && kinds.meets(Kinds::MAP) {
                    let written = format!("len({}) == 0", print::node(self.tree, operand));
                    let written = self.rewrite.fitted(id, written, Level::Comparison);
                    let edit = (kinds == Kinds::MAP).then(|| self.replace(id, written, true));
                    found.add(&[Ruby], format!("does not take a map in `{}`", function.name), edit);
                }
                if kinds == Kinds::SET {
                    found.add(&[Ruby], "does not take a set in `len` and `isEmpty`", None);
                }
            }
            Takes::Affix | Takes::Pattern if !literal => {
                found.add(&[Java, Php], "takes only a string literal as the second operand", None);
            }
            Takes::Sought if !literal => {
                let text =
                    format!("takes only a string literal as the second operand of `{}`", function.name);
                found.add(&[Php], text, None);
            }
            Takes::Collection => {
                if matches!(node, Node::Loop { .. }) && function.gives == Gives::Boolean {
                    found.add(&[Php, Go], "takes no filter as the collection of any and all", None);
                }
                if kinds == Kinds::MAP {
                    found.add(&[NodeJs], "takes a Map for an empty collection", None);
                }
            }
            // the bounds are looked at together
            Takes::Bound => {}
            Takes::Anything
            | Takes::Text
            | Takes::Subject
            | Takes::Affix
            | Takes::Pattern
            | Takes::Searched
            | Takes::Sought
            | Takes::Predicate => {}
        }
    }

    /// The negation of another function of the same operand, where all targets have that one.
    fn negation(&self, id: NodeId, op: UnaryOp) -> Option<Edit> {
        let function = Makes::Unary(op).function();
        let operand = self.tree.children(id).next()?;
        let written = format!("!{}({})", function.name, print::node(self.tree, operand));
        let written = self.rewrite.fitted(id, written, Level::Not);
        let had = !function.lacking.iter().any(|preset| self.targets(*preset));
        had.then(|| self.replace(id, written, true))
    }

    fn of_compare(&self, id: NodeId, op: CompareOp, left: NodeId, right: NodeId, found: &mut Found) {
        let duration = matches!(self.tree.node(right), Node::At(At::Duration));
        if duration && !matches!(self.tree.node(left), Node::At(At::Duration)) {
            // the left side is overwritten by the duration
            let sides = [right, left].map(|side| self.rewrite.operand(side, Level::Operand));
            let [first, second] = sides;
            let written = format!("{first} {} {second}", op.flipped().text());
            let edit = self.replace(id, written, true);
            found.add(&[Dotnet], "compares @duration with itself where it stands on the right", Some(edit));
        }
    }

    /// .NET reads on in an inner `&&` or `||` until the outermost list closes.
    fn of_logic(&self, id: NodeId, found: &mut Found) {
        let Node::Logic { op, .. } = self.tree.node(id) else { return };
        let (mut at, mut swallows) = (id, false);
        while let Some(parent) = self.rewrite.parent(at) {
            match self.tree.node(parent) {
                Node::Logic { op: outer, operands } => {
                    let last = self.tree.operands(operands).last() == Some(&at);
                    swallows |= !last && outer != op;
                }
                Node::Not { .. } | Node::Loop { .. } => {}
                _ => break,
            }
            at = parent;
        }
        if swallows {
            let text = "takes the operands behind this one for its own, because it is not the last one";
            found.add(&[Dotnet], text, None);
        }
    }

    /// A value where Java takes only an operation that gives a Boolean.
    fn of_boolean(&self, id: NodeId, found: &mut Found) {
        let bare = matches!(
            self.tree.node(id),
            Node::Name(_) | Node::At(_) | Node::Member { .. } | Node::Index { .. } | Node::Bool(_)
        );
        if !bare {
            return;
        }
        let parent = self.rewrite.parent(id).map(|parent| self.tree.node(parent));
        let condition = parent.is_none() && self.is_condition();
        let position = match parent {
            Some(Node::Logic { .. } | Node::Not { .. }) => true,
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
        found.add(if condition { &[Java, Php, Go] } else { &[Java, Go] }, text, edit);
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
