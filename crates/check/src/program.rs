//! What refuses a program that reads: rules that a dialect may choose otherwise. The lowering tells the same
//! with the same words where it comes upon them.

use std::collections::HashSet;

use probelang_diagnostic::{Diagnostic, program, spell};
use probelang_dialect::{ComputedPattern, ElementOutside, SubstringEnd, TextOp, UnknownAtName};
use probelang_syntax::tree::{Node, NodeId, Tree};

use crate::infer::Inference;
use crate::{Options, regex};

/// `@it`, `@key` or `@value` outside of a predicate.
#[must_use]
pub fn element_outside(tree: &Tree, id: NodeId, name: &str) -> Diagnostic {
    let message = format!("{name} stands outside of any, all or filter");
    Diagnostic::new(program::ELEMENT_OUTSIDE, tree.span(id), message)
        .note(format!("{name} is an element of the collection that a predicate looks at"))
}

/// `substring` of two operands.
#[must_use]
pub fn substring_without_end(tree: &Tree, id: NodeId) -> Diagnostic {
    let message = "substring needs its end: substring(text, from, to)";
    Diagnostic::new(program::SUBSTRING_WITHOUT_END, tree.span(id), message)
}

/// A pattern that is no literal.
#[must_use]
pub fn computed_pattern(tree: &Tree, argument: NodeId) -> Diagnostic {
    let message = "the pattern of matches must be a string literal";
    Diagnostic::new(program::COMPUTED_PATTERN, tree.span(argument), message)
        .note("a pattern is compiled once, before the program runs")
}

/// A name that begins with `@` and is none of the language's.
#[must_use]
pub fn unknown_at_name(tree: &Tree, id: NodeId, name: &str) -> Diagnostic {
    let message = format!("unknown @-name {}", spell::Ident(name));
    Diagnostic::new(program::UNKNOWN_AT_NAME, tree.span(id), message)
}

/// Everything that refuses the program under the dialect.
pub(crate) fn rules(tree: &Tree, types: &Inference, options: &Options) -> Vec<Diagnostic> {
    let dialect = &options.dialect;
    let mut out = Vec::new();
    let mut room = regex::Room::new(&options.limits.patterns);
    let mut compiled = HashSet::new();
    for id in tree.ids() {
        let (at, diagnostic) = match tree.node(id) {
            Node::At(at)
                if at.is_element()
                    && dialect.element_outside == ElementOutside::CompileError
                    && types.loop_of(id).is_none() =>
            {
                (id, element_outside(tree, id, at.text()))
            }
            Node::Substring { to: None, .. } if dialect.substring_end == SubstringEnd::CompileError => {
                (id, substring_without_end(tree, id))
            }
            Node::Text { op: TextOp::Matches, argument, .. } => match tree.node(argument) {
                Node::Str(text) if compiled.contains(&text) => continue,
                Node::Str(text) => {
                    let span = tree.span(argument);
                    match regex::compile(tree.text(text), span, &options.limits.patterns, dialect, &mut room)
                    {
                        Ok(_) => {
                            compiled.insert(text);
                            continue;
                        }
                        Err(diagnostic) => (argument, *diagnostic),
                    }
                }
                // a literal of another kind is a matter of kinds
                Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) => continue,
                _ if dialect.computed_pattern == ComputedPattern::CompileError => {
                    (argument, computed_pattern(tree, argument))
                }
                _ => continue,
            },
            Node::Name(name) if dialect.unknown_at_name == UnknownAtName::CompileError => {
                let text = tree.text(name);
                if !text.starts_with('@') {
                    continue;
                }
                (id, unknown_at_name(tree, id, text))
            }
            _ => continue,
        };
        out.push(match tree.path(at) {
            Some(path) => diagnostic.at_path(path),
            None => diagnostic,
        });
    }
    out
}
