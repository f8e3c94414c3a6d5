//! What runtimes answer otherwise and no dialect follows: filters, characters of patterns, the text of floats.

use probelang_diagnostic::{Code, portability};
use probelang_dialect::LoopOp;
use probelang_dialect::Preset::{self, Dotnet, Java, Node as NodeJs, Python, Ruby};
use probelang_syntax::function::Takes;
use probelang_syntax::tree::{Node, NodeId};

use super::Portability;
use crate::Kinds;
use crate::pattern::{self, Tokens};

/// Something that some runtimes answer otherwise.
pub(super) struct Remark {
    pub(super) code: Code,
    pub(super) runtimes: &'static [Preset],
    /// The rest of a sentence that begins with their names; those for several runtimes are the same in the plural.
    pub(super) text: &'static str,
}

impl Portability<'_> {
    /// What runtimes answer otherwise at a node.
    pub(super) fn remarks_at(&self, id: NodeId) -> Vec<Remark> {
        let mut found = Vec::new();
        let mut add = |code, runtimes, text| found.push(Remark { code, runtimes, text });
        if self.is_lazy_filter(id) {
            add(
                portability::FAULTS_ELSEWHERE,
                &[NodeJs, Python, Ruby],
                "evaluate filter for every element first: a fault behind the element that decides here is one there",
            );
        }
        if self.is_part(id) && self.types.kinds(id).meets(Kinds::FLOAT) {
            for (runtimes, text) in FLOAT_TEXT {
                add(portability::DIFFERS, *runtimes, *text);
            }
        }
        if let Some(pattern) = self.literal_pattern(id) {
            let tokens = pattern::tokens(pattern);
            for (runtimes, text, applies) in PATTERNS {
                if applies(&tokens) {
                    add(portability::DIFFERS, *runtimes, *text);
                }
            }
        }
        found
    }

    /// The pattern of a call of `matches`, if it is a literal.
    fn literal_pattern(&self, id: NodeId) -> Option<&str> {
        let function = self.tree.node(id).function()?;
        let mut operands = function.parameters.iter().zip(self.tree.children(id));
        let (_, pattern) = operands.find(|(parameter, _)| parameter.takes == Takes::Pattern)?;
        match self.tree.node(pattern) {
            Node::Str(text) => Some(self.tree.text(text)),
            _ => None,
        }
    }

    /// Whether the node is a filter that something asks for no more elements than it needs, and whose predicate may fail.
    fn is_lazy_filter(&self, id: NodeId) -> bool {
        let Node::Loop { op: LoopOp::Filter, body, .. } = self.tree.node(id) else { return false };
        let Some(parent) = self.rewrite.parent(id) else { return false };
        let node = self.tree.node(parent);
        let parameters = node.function().into_iter().flat_map(|function| function.parameters);
        let stops = |takes: Takes| match takes {
            Takes::Emptiable | Takes::Searched | Takes::Collection => true,
            Takes::Anything
            | Takes::Sized
            | Takes::Text
            | Takes::Bound
            | Takes::Subject
            | Takes::Affix
            | Takes::Pattern
            | Takes::Sought
            | Takes::Predicate => false,
        };
        let stops_early = matches!(node, Node::Index { base, .. } if base == id)
            || parameters
                .zip(self.tree.children(parent))
                .any(|(parameter, operand)| operand == id && stops(parameter.takes));
        stops_early && !self.cannot_fail(body)
    }

    /// Whether a predicate certainly gives a Boolean; `false` if in doubt.
    fn cannot_fail(&self, id: NodeId) -> bool {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let fits = match self.tree.node(id) {
                Node::Null | Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) | Node::Str(_) => {
                    true
                }
                Node::At(at) => at.is_element() && self.types.loop_of(id).is_some(),
                Node::Compare { op, left, right } => {
                    let both = |kinds: Kinds| {
                        [left, right].iter().all(|side| kinds.contains(self.types.kinds(*side)))
                    };
                    op.is_equality() || both(Kinds::NUMBER) || both(Kinds::STR)
                }
                Node::Not { operand } => self.types.kinds(operand) == Kinds::BOOL,
                Node::Logic { operands, .. } => {
                    self.tree.operands(operands).iter().all(|of| self.types.kinds(*of) == Kinds::BOOL)
                }
                Node::InstanceOf { .. } => true,
                Node::Name(_)
                | Node::Member { .. }
                | Node::Index { .. }
                | Node::Unary { .. }
                | Node::Substring { .. }
                | Node::Text { .. }
                | Node::Loop { .. }
                | Node::Error => false,
            };
            if !fits {
                return false;
            }
            pending.extend(self.tree.children(id));
        }
        self.types.kinds(id) == Kinds::BOOL
    }
}

/// How runtimes write floats that are very large, very small or not finite. This engine writes `1e16`, `1e-5` and `NaN`.
const FLOAT_TEXT: &[(&[Preset], &str)] = &[
    (
        &[Python],
        "writes floats from 1e16 on as 1e+16, below 1e-4 as 1e-05, and NaN and infinity as nan and inf",
    ),
    (&[NodeJs], "writes floats below 1e21 and from 1e-6 on without exponent, and others as 1e+21 and 1e-7"),
    (&[Ruby], "writes floats from 1e16 on as 1.0e+16 and below 1e-4 as 1.0e-05"),
];

type Applies = fn(&Tokens) -> bool;

/// Characters of patterns that runtimes read otherwise.
const PATTERNS: &[(&[Preset], &str, Applies)] = &[
    (
        &[Python],
        "takes numbers such as U+00B2 and U+00BD for characters of \\w, and no combining marks such as U+0301",
        |tokens| tokens.word,
    ),
    (&[Dotnet], "takes no letter-like numbers such as U+2167 for characters of \\w", |tokens| tokens.word),
    (&[NodeJs], "reads \\B by the letters of ASCII, here by those of Unicode", |tokens| tokens.not_boundary),
    (&[Java], "reads \\b by other letters from release to release", |tokens| tokens.boundary),
    (&[NodeJs], "takes a character beyond U+FFFF for two: one . or class matches half of it", |tokens| {
        tokens.one_character
    }),
    (&[NodeJs], "takes no flags inside of a pattern, such as (?i)", |tokens| tokens.flags),
    (&[Python], "takes U+0130 and U+0131 for i under (?i)", |tokens| tokens.folds),
    (
        &[Java, Dotnet],
        "folds only some characters under (?i): Java those of ASCII, .NET those of its culture",
        |tokens| tokens.folds,
    ),
    (&[Ruby], "takes ss for U+00DF under (?i)", |tokens| tokens.folds),
    (&[Ruby], "reads (?m) as . matches line breaks, and knows no (?s)", |tokens| tokens.line_flags),
    (&[NodeJs], "reads \\A, \\z, \\a, \\p{…} and \\x{…} as letters", |tokens| tokens.rust_escapes),
    (&[Python], "does not read \\z, \\p{…} and \\x{…}", |tokens| tokens.rust_escapes),
    (
        &[NodeJs, Python, Dotnet],
        "read [[:alpha:]] and set operations such as && inside of brackets as single characters",
        |tokens| tokens.rust_classes,
    ),
    (&[NodeJs, Java, Dotnet], "do not read (?P<name>…)", |tokens| tokens.p_names),
];
