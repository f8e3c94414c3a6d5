//! What rejects a program whatever the types: limits of the tree, patterns, and rules that a dialect may choose
//! otherwise.

use probelang_diagnostic::{Diagnostic, Severity, Span, limit, program};
use probelang_dialect::{BadPart, ComputedPattern, ElementOutside, SubstringEnd, TextOp};
use probelang_syntax::tree::{Node, NodeId, Part, Root, TextId, Tree};

use crate::Options;
use crate::regex::{self, CompiledPattern, Room};

/// Deeper trees are rejected, whatever limits they were read with: running them takes stack for each level.
const DEPTH: u16 = 256;

/// Larger trees are rejected, whatever limits they were read with: tables of a program count in 16 bits.
const NODES: usize = u16::MAX as usize / 4;

/// What was found, and what was made on the way.
#[derive(Clone, Default, Debug)]
pub(crate) struct Ruling {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The patterns, each once.
    pub(crate) patterns: Vec<(TextId, CompiledPattern)>,
    /// The parts of a template that are rejected while the rest of it is not, by their roots, each with its first error.
    pub(crate) bad_parts: Vec<(NodeId, Diagnostic)>,
}

/// Applies the rules of the language and of the dialect.
pub(crate) fn rule(tree: &Tree, options: &Options) -> Ruling {
    let mut rules =
        Rules { tree, options, room: Room::new(&options.limits.patterns), ruling: Ruling::default() };
    rules.size();
    match tree.root() {
        Root::Expression(root) => rules.expression(*root),
        Root::Template(parts) => {
            for part in parts {
                if let Part::Expression { root, .. } = part {
                    rules.part(*root);
                }
            }
        }
    }
    rules.ruling
}

struct Rules<'a> {
    tree: &'a Tree,
    options: &'a Options,
    room: Room,
    ruling: Ruling,
}

impl Rules<'_> {
    fn size(&mut self) {
        let tree = self.tree;
        if let Some(id) = tree.ids().find(|&id| tree.depth(id) > DEPTH) {
            let message = format!("nested too deeply: more than {DEPTH} levels");
            self.add(id, Diagnostic::new(limit::NESTED_TOO_DEEPLY, tree.span(id), message));
        }
        if tree.len() > NODES {
            let message = format!("too many operations: {}", tree.len());
            let diagnostic = Diagnostic::new(limit::TOO_MANY_NODES, Span::default(), message);
            self.ruling.diagnostics.push(diagnostic);
        }
    }

    /// A part of a template. Where the dialect rejects only the part, its errors are warnings, and nothing else of
    /// it is kept.
    fn part(&mut self, root: NodeId) {
        let (known, patterns, room) =
            (self.ruling.diagnostics.len(), self.ruling.patterns.len(), self.room.clone());
        self.expression(root);
        let added = self.ruling.diagnostics.get_mut(known..).unwrap_or_default();
        match (self.options.dialect.bad_part, added.first()) {
            (BadPart::PartOnly, Some(first)) => {
                self.ruling.bad_parts.push((root, first.clone()));
                for diagnostic in added {
                    diagnostic.severity = Severity::Warning;
                }
                self.ruling.patterns.truncate(patterns);
                self.room = room;
            }
            (BadPart::PartOnly, None) | (BadPart::Refused, _) => {}
        }
    }

    /// An expression, in the order of its text.
    fn expression(&mut self, root: NodeId) {
        let mut pending = Vec::with_capacity(16);
        pending.push((root, false));
        while let Some((id, in_predicate)) = pending.pop() {
            let node = self.tree.node(id);
            self.node(id, node, in_predicate);
            if let Node::Loop { over, body, .. } = node {
                pending.extend([(body, true), (over, in_predicate)]);
                continue;
            }
            let first = pending.len();
            pending.extend(self.tree.children(id).map(|child| (child, in_predicate)));
            pending.get_mut(first..).unwrap_or_default().reverse();
        }
    }

    fn node(&mut self, id: NodeId, node: Node, in_predicate: bool) {
        let dialect = &self.options.dialect;
        match node {
            Node::At(at)
                if at.is_element()
                    && !in_predicate
                    && dialect.element_outside == ElementOutside::CompileError =>
            {
                self.add(id, element_outside(self.tree, id, at.text()));
            }
            Node::Substring { to: None, .. } if dialect.substring_end == SubstringEnd::CompileError => {
                self.add(id, substring_without_end(self.tree, id));
            }
            Node::Text { op: TextOp::Matches, argument, .. } => match self.tree.node(argument) {
                Node::Str(text) => self.pattern(argument, text),
                // a literal of another kind is a matter of kinds
                Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) => {}
                _ if dialect.computed_pattern == ComputedPattern::CompileError => {
                    self.add(argument, computed_pattern(self.tree, argument));
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn pattern(&mut self, argument: NodeId, text: TextId) {
        if self.ruling.patterns.iter().any(|(known, _)| *known == text) {
            return;
        }
        let (limits, dialect) = (&self.options.limits.patterns, &self.options.dialect);
        let span = self.tree.span(argument);
        let cache = self.options.patterns.as_deref();
        match regex::compile(self.tree.text(text), span, limits, dialect, &mut self.room, cache) {
            Ok(compiled) => self.ruling.patterns.push((text, compiled)),
            Err(diagnostic) => self.add(argument, *diagnostic),
        }
    }

    fn add(&mut self, at: NodeId, diagnostic: Diagnostic) {
        self.ruling.diagnostics.push(match self.tree.path(at) {
            Some(path) => diagnostic.at_path(path),
            None => diagnostic,
        });
    }
}

/// `@it`, `@key` or `@value` outside of a predicate.
fn element_outside(tree: &Tree, id: NodeId, name: &str) -> Diagnostic {
    let message = format!("`{name}` is outside of `any`, `all` or `filter`");
    Diagnostic::new(program::ELEMENT_OUTSIDE, tree.span(id), message)
        .note(format!("`{name}` is an element of the collection that a predicate looks at"))
}

/// `substring` of two operands.
fn substring_without_end(tree: &Tree, id: NodeId) -> Diagnostic {
    let message = "`substring` takes three arguments; to the end is a large number, which is clamped: `substring(text, from, 2147483647)`";
    Diagnostic::new(program::SUBSTRING_WITHOUT_END, tree.span(id), message)
}

/// A pattern that is not a literal.
fn computed_pattern(tree: &Tree, argument: NodeId) -> Diagnostic {
    let message = "the pattern of `matches` must be a string literal";
    Diagnostic::new(program::COMPUTED_PATTERN, tree.span(argument), message)
        .note("a pattern is compiled once, before the program runs")
}
