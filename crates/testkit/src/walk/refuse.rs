//! What a dialect refuses at compile time.

use probelang_diagnostic::{Code, program};
use probelang_dialect::{ComputedPattern, Dialect, ElementOutside, SubstringEnd, TextOp};

use probelang_syntax::{Limits, Node, NodeId, Tree};

use super::pattern::compile;

/// Why a program is not compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The code. Of a pattern that cannot be used it is [`program::BAD_PATTERN`], whatever is wrong with it.
    pub code: Code,
    /// The node.
    pub node: NodeId,
    /// The root of the expression that contains it.
    pub root: NodeId,
}

/// All reasons for which `dialect` does not compile `tree`, in the order of the tree.
#[must_use]
pub fn refusals(tree: &Tree, dialect: &Dialect, limits: &Limits) -> Vec<Refusal> {
    let mut found = Vec::new();
    for root in tree.roots() {
        look(tree, dialect, limits, root, false, &mut |code, node| {
            found.push(Refusal { code, node, root });
        });
    }
    found
}

fn look(
    tree: &Tree,
    dialect: &Dialect,
    limits: &Limits,
    node: NodeId,
    in_predicate: bool,
    refuse: &mut dyn FnMut(Code, NodeId),
) {
    match tree.node(node) {
        Node::At(at)
            if at.is_element()
                && !in_predicate
                && dialect.element_outside == ElementOutside::CompileError =>
        {
            refuse(program::ELEMENT_OUTSIDE, node);
        }
        Node::Substring { to: None, .. } if dialect.substring_end == SubstringEnd::CompileError => {
            refuse(program::SUBSTRING_WITHOUT_END, node);
        }
        Node::Text { op: TextOp::Matches, argument, .. } => match tree.node(argument) {
            Node::Str(pattern) if compile(tree.text(pattern), dialect, &limits.patterns).is_none() => {
                refuse(program::BAD_PATTERN, argument);
            }
            Node::Str(_) => {}
            Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) => {}
            _ if dialect.computed_pattern == ComputedPattern::CompileError => {
                refuse(program::COMPUTED_PATTERN, argument);
            }
            _ => {}
        },
        _ => {}
    }
    for child in tree.children(node) {
        let inside = matches!(tree.node(node), Node::Loop { body, .. } if body == child);
        look(tree, dialect, limits, child, in_predicate || inside, refuse);
    }
}
