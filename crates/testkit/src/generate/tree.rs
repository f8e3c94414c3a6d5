//! Trees of every kind of node.

use probelang_diagnostic::Span;
use probelang_dialect::{CompareOp, LoopOp, Quantifier, TextOp};
use probelang_syntax::function::{Gives, Takes};
use probelang_syntax::tree::{At, Builder, LogicOp, Part, Root, UnaryOp};
use probelang_syntax::{Limits, Node, NodeId, Tree};

use super::{functions_of_one, literals, one_of};
use crate::choices::Choices;

/// What trees are made of.
#[derive(Clone, Debug)]
pub struct Shape<'n> {
    /// About the most levels.
    pub depth: u16,
    /// About the most nodes.
    pub nodes: u32,
    /// Only what `portable` compiles: `@it @key @value` inside of predicates, patterns as literals that read
    /// as regular expressions, three operands of `substring`.
    pub compilable: bool,
    /// Of 256 names and strings, how many come from the rare ones rather than from the lists below.
    pub odd: u8,
    /// Of 256 operands, how many are of a kind that their operator does not ask for.
    pub unkind: u8,
    /// Names of the scope.
    pub names: &'n [&'n str],
    /// Names of members.
    pub members: &'n [&'n str],
    /// Strings: contents, keys, parts.
    pub strings: &'n [&'n str],
    /// Names of types.
    pub types: &'n [&'n str],
}

impl Shape<'static> {
    /// Everything that can be read, compiled or not.
    pub const READABLE: Self = Self {
        depth: 9,
        nodes: 60,
        compilable: false,
        odd: 128,
        unkind: 128,
        names: &["a", "b", "user", "xs", "m", "s"],
        members: &["name", "id", "a", "len", "null"],
        strings: &["", "a", "abc", "k"],
        types: &["string", "int", "pkg.Type", "java.util.List", "A$B", "A+B", "std::map<int>", "a b", ""],
    };

    /// What `portable` compiles, over ordinary names.
    pub const COMPILABLE: Self = Self { compilable: true, odd: 20, unkind: 24, ..Self::READABLE };
}

/// What kind of value an expression is to give, mostly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Want {
    Any,
    Boolean,
    Number,
    Text,
    Collection,
}

const WANTS: &[Want] = &[Want::Any, Want::Boolean, Want::Number, Want::Text, Want::Collection];

/// Regular expressions that compile.
const PATTERNS: &[&str] =
    &["a", "", "^a", "b$", "^[a-z]+$", "a|b", "\\d+", "(?i)ABC", "a.c", "\\p{L}", "x{0,3}"];

/// A tree of one expression. Its source is its canonical text.
#[must_use]
pub fn expression(choices: &mut Choices<'_>, shape: &Shape<'_>, want: Want) -> Tree {
    let mut trees = Trees::new(choices, shape);
    let root = trees.node(want, shape.depth, false);
    trees.builder.finish_canonical(Root::Expression(root))
}

/// A template. Its source is its canonical text.
#[must_use]
pub fn template(choices: &mut Choices<'_>, shape: &Shape<'_>) -> Tree {
    let mut trees = Trees::new(choices, shape);
    let mut parts: Vec<Part> = Vec::new();
    let span = Span::default();
    for _ in 0..trees.choices.below(7) {
        let after_text = matches!(parts.last(), Some(Part::Text { .. }));
        if !after_text && trees.choices.chance(128) {
            let text = trees.string();
            if !text.is_empty() {
                parts.push(Part::Text { text: trees.builder.text(&text), span });
            }
        } else {
            let root = trees.node(Want::Any, shape.depth.min(4), false);
            parts.push(Part::Expression { root, span, label: None });
        }
    }
    trees.builder.finish_canonical(Root::Template(parts))
}

struct Trees<'c, 'b, 's> {
    choices: &'c mut Choices<'b>,
    shape: &'s Shape<'s>,
    builder: Builder,
    left: u32,
}

impl<'c, 'b, 's> Trees<'c, 'b, 's> {
    fn new(choices: &'c mut Choices<'b>, shape: &'s Shape<'s>) -> Self {
        // The shape bounds the tree; the builder's own limits are out of the way.
        let limits = Limits::default().with_nodes(u32::MAX).with_depth(u16::MAX);
        Self { choices, shape, builder: Builder::new(&limits, ""), left: shape.nodes }
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.left = self.left.saturating_sub(1);
        self.builder.push(node, Span::default(), Span::default()).expect("a tree within wide limits")
    }

    fn string(&mut self) -> String {
        if self.choices.chance(self.shape.odd) {
            literals::string(self.choices)
        } else {
            self.choices.pick(self.shape.strings).to_owned()
        }
    }

    fn name_of(&mut self, ordinary: &[&str]) -> String {
        if self.choices.chance(self.shape.odd) {
            literals::name(self.choices)
        } else {
            self.choices.pick(ordinary).to_owned()
        }
    }

    /// An expression. `inside` says whether a predicate is around it.
    fn node(&mut self, want: Want, depth: u16, inside: bool) -> NodeId {
        let want = if self.choices.chance(self.shape.unkind) {
            WANTS[self.choices.below(WANTS.len())]
        } else {
            want
        };
        if depth <= 1 || self.left == 0 {
            return self.leaf(want, inside);
        }
        let below = depth - 1;
        match want {
            Want::Any => {
                let want = WANTS[self.choices.below(WANTS.len())];
                if want == Want::Any { self.path(below, inside) } else { self.operation(want, below, inside) }
            }
            want => self.operation(want, below, inside),
        }
    }

    fn operation(&mut self, want: Want, below: u16, inside: bool) -> NodeId {
        match want {
            Want::Any => self.path(below, inside),
            Want::Boolean => self.boolean(below, inside),
            Want::Number => match self.choices.below(4) {
                0 => self.leaf(want, inside),
                1 => self.path(below, inside),
                _ => {
                    let function = one_of(self.choices, functions_of_one(Gives::Integer));
                    self.unary(function, below, inside)
                }
            },
            Want::Text => match self.choices.below(4) {
                0 => self.leaf(want, inside),
                1 => self.path(below, inside),
                _ => {
                    let mut parts = functions_of_one(Gives::Part).peekable();
                    if parts.peek().is_some() && self.choices.chance(128) {
                        let function = one_of(self.choices, parts);
                        self.unary(function, below, inside)
                    } else {
                        self.substring(below, inside)
                    }
                }
            },
            Want::Collection => match self.choices.below(4) {
                0 | 1 => self.path(below, inside),
                _ => self.over(LoopOp::Filter, below, inside),
            },
        }
    }

    fn boolean(&mut self, below: u16, inside: bool) -> NodeId {
        match self.choices.below(16) {
            0 => self.leaf(Want::Boolean, inside),
            1 | 2 => {
                let op = [CompareOp::Eq, CompareOp::Ne][self.choices.below(2)];
                let want = WANTS[self.choices.below(WANTS.len())];
                let left = self.node(want, below, inside);
                let right = self.node(want, below, inside);
                self.add(Node::Compare { op, left, right })
            }
            3 | 4 => {
                let all = [CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];
                let op = all[self.choices.below(all.len())];
                let want = if self.choices.chance(64) { Want::Text } else { Want::Number };
                let left = self.node(want, below, inside);
                let right = self.node(want, below, inside);
                self.add(Node::Compare { op, left, right })
            }
            5..=7 => {
                let op = [LogicOp::And, LogicOp::Or][self.choices.below(2)];
                let count = 2 + [0, 0, 0, 1, 1, 2, 7][self.choices.below(7)];
                let operands: Vec<_> = (0..count).map(|_| self.node(Want::Boolean, below, inside)).collect();
                self.left = self.left.saturating_sub(1);
                self.builder
                    .logic(op, operands, Span::default(), Span::default())
                    .expect("a tree within wide limits")
            }
            8 => {
                let operand = self.node(Want::Boolean, below, inside);
                self.add(Node::Not { operand })
            }
            kind @ (9 | 10) => {
                let of_anything = kind == 10;
                let functions = functions_of_one(Gives::Boolean);
                let functions = functions.filter(|(_, takes)| (*takes == Takes::Anything) == of_anything);
                let function = one_of(self.choices, functions);
                self.unary(function, below, inside)
            }
            11 | 12 => self.text_operation(below, inside),
            13 | 14 => {
                let op = [LoopOp::Quantifier(Quantifier::Any), LoopOp::Quantifier(Quantifier::All)]
                    [self.choices.below(2)];
                self.over(op, below, inside)
            }
            _ => {
                let operand = self.node(Want::Any, below, inside);
                let type_name = self.name_of(self.shape.types);
                let type_name = self.builder.text(&type_name);
                self.add(Node::InstanceOf { operand, type_name })
            }
        }
    }

    /// A function of one operand, mostly of one that it takes.
    fn unary(&mut self, function: (UnaryOp, Takes), below: u16, inside: bool) -> NodeId {
        let (op, takes) = function;
        let want = match takes {
            Takes::Anything => Want::Any,
            Takes::Sized | Takes::Emptiable | Takes::Searched if self.choices.chance(128) => Want::Text,
            Takes::Sized | Takes::Emptiable | Takes::Searched | Takes::Collection => Want::Collection,
            Takes::Text | Takes::Subject | Takes::Affix | Takes::Pattern | Takes::Sought => Want::Text,
            Takes::Bound => Want::Number,
            Takes::Predicate => Want::Boolean,
        };
        let operand = self.node(want, below, inside);
        self.add(Node::Unary { op, operand })
    }

    fn over(&mut self, op: LoopOp, below: u16, inside: bool) -> NodeId {
        let over = self.node(Want::Collection, below, inside);
        let body = self.node(Want::Boolean, below, true);
        self.add(Node::Loop { op, over, body })
    }

    fn substring(&mut self, below: u16, inside: bool) -> NodeId {
        let text = self.node(Want::Text, below, inside);
        let from = self.node(Want::Number, below, inside);
        let short = !self.shape.compilable && self.choices.chance(64);
        let to = (!short).then(|| self.node(Want::Number, below, inside));
        self.add(Node::Substring { text, from, to })
    }

    fn text_operation(&mut self, below: u16, inside: bool) -> NodeId {
        let all = [TextOp::Contains, TextOp::StartsWith, TextOp::EndsWith, TextOp::Matches];
        let op = all[self.choices.below(all.len())];
        let subject = match op {
            TextOp::Contains if self.choices.chance(128) => Want::Collection,
            _ => Want::Text,
        };
        let subject = self.node(subject, below, inside);
        let argument = match op {
            TextOp::Matches if self.shape.compilable => {
                let pattern = self.choices.pick(PATTERNS);
                let pattern = self.builder.text(pattern);
                self.add(Node::Str(pattern))
            }
            TextOp::Contains => self.node(Want::Any, below, inside),
            _ => self.node(Want::Text, below, inside),
        };
        self.add(Node::Text { op, subject, argument })
    }

    /// A name, `@`-name or literal with members and indexes after it.
    fn path(&mut self, below: u16, inside: bool) -> NodeId {
        if self.choices.chance(96) {
            return self.leaf(Want::Any, inside);
        }
        let base = self.node(Want::Any, below, inside);
        if self.choices.chance(128) {
            let index = self.node(Want::Any, below.min(3), inside);
            self.add(Node::Index { base, index })
        } else {
            let name = self.name_of(self.shape.members);
            let name = self.builder.text(&name);
            self.add(Node::Member { base, name })
        }
    }

    fn leaf(&mut self, want: Want, inside: bool) -> NodeId {
        let node = match (want, self.choices.below(8)) {
            (_, 0..=2) => self.scope_name(),
            (_, 3 | 4) => self.at(inside),
            (Want::Boolean, _) => Node::Bool(self.choices.chance(128)),
            (Want::Number, 5) => Node::Float(literals::float(self.choices)),
            (Want::Number, _) => self.integer(),
            (Want::Text, _) => self.str(),
            (Want::Collection, _) => self.scope_name(),
            (Want::Any, 5) => Node::Null,
            (Want::Any, 6) => self.integer(),
            (Want::Any, _) => self.str(),
        };
        self.add(node)
    }

    fn scope_name(&mut self) -> Node {
        let name = self.name_of(self.shape.names);
        Node::Name(self.builder.text(&name))
    }

    fn at(&mut self, inside: bool) -> Node {
        let all: &[At] = if inside {
            &[At::It, At::It, At::Value, At::Key, At::Return]
        } else if self.shape.compilable {
            &[At::Return, At::Duration, At::Exception]
        } else {
            &At::ALL
        };
        Node::At(all[self.choices.below(all.len())])
    }

    fn integer(&mut self) -> Node {
        let integer = literals::integer(self.choices);
        match i64::try_from(integer) {
            Ok(int) => Node::Int(int),
            Err(_) => Node::Uint(u64::try_from(integer).expect("an integer of the language")),
        }
    }

    fn str(&mut self) -> Node {
        let text = self.string();
        Node::Str(self.builder.text(&text))
    }
}
