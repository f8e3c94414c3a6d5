//! The functions, as data that parser, checker, completion and documentation read.
//!
//! A new function is an entry of the registry and, unless it is made by an operation that is there, a variant of
//! its operation. The compiler then asks for what it does: its evaluation, its cost, its constants.

mod registry;

use probelang_diagnostic::{Code, fault};
use probelang_dialect::{LoopOp, Preset, TextOp};

use crate::tree::{Node, NodeId, UnaryOp};

pub use registry::FUNCTIONS;

/// A function of the language.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Canonical name in text and key on the wire.
    pub name: &'static str,
    /// Other names that are read.
    pub aliases: &'static [&'static str],
    /// What other languages call it, without case and `_`: suggestions.
    pub foreign: &'static [&'static str],
    /// Its form on the wire, as messages show it.
    pub wire: &'static str,
    /// The node that a call makes.
    pub makes: Makes,
    /// The parameters, in order.
    pub parameters: &'static [Parameter],
    /// How many parameters at the end a call may leave out. What it then means is judged by the dialect.
    pub optional: usize,
    /// What it gives.
    pub gives: Gives,
    /// What it costs beyond its operands.
    pub cost: FunctionCost,
    /// The runtimes that do not have it.
    pub lacking: &'static [Preset],
    /// One sentence, with the faults in a second.
    pub summary: &'static str,
    /// Expressions that run, with a plain document and the answer as JSON.
    pub examples: &'static [Example],
}

/// A parameter of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name, as documentation shows it.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// The node that a call makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Makes {
    Unary(UnaryOp),
    Substring,
    Text(TextOp),
    Loop(LoopOp),
}

/// What an operand must be. Which kinds of values that are depends on the dialect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Takes {
    /// Anything, a fault of class *undefined* included.
    Anything,
    /// What has a length.
    Sized,
    /// What is empty or not: what has a length, and under some dialects more.
    Emptiable,
    /// A string.
    Text,
    /// A whole number from 0.
    Bound,
    /// A string in which something is looked for, and under some dialects more.
    Subject,
    /// The string that a subject begins or ends with.
    Affix,
    /// The pattern that is found in a subject.
    Pattern,
    /// A string or a collection in which something is looked for.
    Searched,
    /// What is looked for: a string in a string, anything in a collection.
    Sought,
    /// What has elements.
    Collection,
    /// A Boolean for each element of the collection before it.
    Predicate,
}

impl Takes {
    /// The fault of an operand of another kind; `None` where every kind is taken.
    #[must_use]
    pub const fn fault(self) -> Option<Code> {
        Some(match self {
            Self::Anything => return None,
            Self::Sized | Self::Emptiable => fault::NO_LENGTH,
            Self::Text | Self::Subject => fault::NOT_TEXT,
            Self::Bound => fault::BOUND_NOT_INTEGER,
            Self::Affix | Self::Sought => fault::ARGUMENT_NOT_TEXT,
            Self::Pattern => fault::PATTERN_NOT_TEXT,
            Self::Searched => fault::NOT_SEARCHABLE,
            Self::Collection => fault::NOT_COLLECTION,
            Self::Predicate => fault::NOT_BOOLEAN,
        })
    }
}

/// What a function gives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Gives {
    /// A Boolean.
    Boolean,
    /// An integer from 0.
    Integer,
    /// A part of its first operand, which is a string. One that is chosen by a [bound](Takes::Bound) is null under
    /// some dialects where the string ends before it.
    Part,
    /// The collection that is its first operand, with fewer elements.
    Kept,
}

impl Gives {
    /// The kind, as documentation shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "Boolean",
            Self::Integer => "integer",
            Self::Part => "string",
            Self::Kept => "collection",
        }
    }
}

/// What a function costs beyond its operands; the steps are in the table "Steps" of `docs/faults.md`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FunctionCost {
    /// The length of its operand: the bytes of a string, the elements of a filter.
    Length,
    /// The elements of a filter; nothing of any other operand.
    Consume,
    /// The bytes up to its bounds, measured and walked.
    Slice,
    /// The bytes that are compared at one end.
    Affix,
    /// The bytes of a string, or the elements of a collection with what comparing each costs.
    Search,
    /// The bytes that a pattern is matched against.
    Match,
    /// The elements, with the predicate for each.
    Loop,
}

impl FunctionCost {
    /// Whether it grows with the size of a value that is at hand: a filter is counted itself.
    #[must_use]
    pub const fn is_bulk(self) -> bool {
        match self {
            Self::Length | Self::Slice | Self::Affix | Self::Search | Self::Match | Self::Loop => true,
            Self::Consume => false,
        }
    }
}

impl Function {
    /// How it is written: `substring(text, from, to)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let names: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name).collect();
        format!("{}({})", self.name, names.join(", "))
    }

    /// How it is written, with what it gives: `startsWith(text, prefix) -> Boolean`.
    #[must_use]
    pub fn typed_signature(&self) -> String {
        format!("{} -> {}", self.signature(), self.gives.name())
    }

    /// Its name and its aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The fewest and the most operands that a call is read with.
    #[must_use]
    pub const fn arity(&self) -> (usize, usize) {
        let most = self.parameters.len();
        (most.saturating_sub(self.optional), most)
    }

    /// Whether an operand of it is `takes`.
    #[must_use]
    pub fn takes(&self, takes: Takes) -> bool {
        self.parameters.iter().any(|parameter| parameter.takes == takes)
    }

    /// Whether its last operand is a predicate.
    #[must_use]
    pub const fn is_loop(&self) -> bool {
        matches!(self.makes, Makes::Loop(_))
    }
}

impl Makes {
    /// Whether it gives a Boolean whatever it reads.
    #[must_use]
    pub const fn gives_truth(self) -> bool {
        matches!(self.function().gives, Gives::Boolean)
    }

    /// The node over `operands`; `None` where there are too few or too many.
    #[must_use]
    pub const fn node(self, operands: &[NodeId]) -> Option<Node> {
        match (self, operands) {
            (Self::Unary(op), &[operand]) => Some(Node::Unary { op, operand }),
            (Self::Substring, &[text, from]) => Some(Node::Substring { text, from, to: None }),
            (Self::Substring, &[text, from, to]) => Some(Node::Substring { text, from, to: Some(to) }),
            (Self::Text(op), &[subject, argument]) => Some(Node::Text { op, subject, argument }),
            (Self::Loop(op), &[over, body]) => Some(Node::Loop { op, over, body }),
            (Self::Unary(_) | Self::Substring | Self::Text(_) | Self::Loop(_), _) => None,
        }
    }
}

impl Node {
    /// The function that the node is a call of.
    #[must_use]
    pub const fn function(self) -> Option<&'static Function> {
        let makes = match self {
            Self::Unary { op, .. } => Makes::Unary(op),
            Self::Substring { .. } => Makes::Substring,
            Self::Text { op, .. } => Makes::Text(op),
            Self::Loop { op, .. } => Makes::Loop(op),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Uint(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::Name(_)
            | Self::At(_)
            | Self::Member { .. }
            | Self::Index { .. }
            | Self::Not { .. }
            | Self::Compare { .. }
            | Self::InstanceOf { .. }
            | Self::Logic { .. }
            | Self::Error => return None,
        };
        Some(makes.function())
    }
}

/// An example that the tests run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Example {
    /// The expression.
    pub expression: &'static str,
    /// A plain document, JSON.
    pub document: &'static str,
    /// The answer, JSON.
    pub answer: &'static str,
}

/// The function that is written `name`, canonical or alias.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name || function.aliases.contains(&name))
}

/// The function that was meant by a name that no function has: what another language calls it, or the nearest name.
///
/// ```
/// # use probelang_syntax::function::meant;
/// assert_eq!(meant("size").map(|function| function.name), Some("len"));
/// assert_eq!(meant("startWith").map(|function| function.name), Some("startsWith"));
/// assert!(meant("price").is_none());
/// ```
#[must_use]
pub fn meant(name: &str) -> Option<&'static Function> {
    find(crate::suggest::suggest(name, FUNCTIONS.iter().map(|function| function.name))?)
}

/// An operator, or an `@`-name, as completion and documentation show it.
#[derive(Debug)]
pub struct Word {
    /// As written.
    pub text: &'static str,
    /// The kind of its value.
    pub result: &'static str,
    /// One or two sentences.
    pub summary: &'static str,
}

/// The operators, loosest first.
pub const OPERATORS: &[Word] = &[
    Word {
        text: "||",
        result: "Boolean",
        summary: "True where one operand is. From left to right, and no further than needed; an operand that is no Boolean is a fault.",
    },
    Word {
        text: "&&",
        result: "Boolean",
        summary: "True where all operands are. From left to right, and no further than needed; an operand that is no Boolean is a fault.",
    },
    Word {
        text: "==",
        result: "Boolean",
        summary: "Numbers by exact value, strings by code point, collections by their elements; values of unlike kinds are unequal.",
    },
    Word { text: "!=", result: "Boolean", summary: "The negation of `==`." },
    Word {
        text: "<",
        result: "Boolean",
        summary: "Two numbers, or two strings by code point; anything else, null too, is a fault.",
    },
    Word { text: "<=", result: "Boolean", summary: "Less or equal; as `<`." },
    Word { text: ">", result: "Boolean", summary: "Greater; as `<`." },
    Word { text: ">=", result: "Boolean", summary: "Greater or equal; as `<`." },
    Word {
        text: "instanceof",
        result: "Boolean",
        summary: "Whether the value is of the quoted type or of a subtype. Plain kinds are `bool int float string list set map`; an unknown name is false.",
    },
    Word {
        text: "!",
        result: "Boolean",
        summary: "The negation of a Boolean; anything else is a fault. Also written `not`.",
    },
];

/// The `@`-names.
pub const AT_NAMES: &[Word] = &[
    Word {
        text: "@return",
        result: "unknown",
        summary: "What the method returned. Undefined where it has not returned.",
    },
    Word {
        text: "@exception",
        result: "unknown",
        summary: "What the method threw. Undefined where it did not throw.",
    },
    Word {
        text: "@duration",
        result: "float",
        summary: "How long the method ran, in milliseconds. Undefined before its end.",
    },
    Word {
        text: "@it",
        result: "unknown",
        summary: "The element that the innermost predicate looks at; over a map an entry with `.key` and `.value`.",
    },
    Word {
        text: "@key",
        result: "unknown",
        summary: "The key of the entry, over a map; undefined over a list or set.",
    },
    Word {
        text: "@value",
        result: "unknown",
        summary: "The value of the entry, over a map; undefined over a list or set.",
    },
];
