//! The terminals of the grammar.

use probelang_diagnostic::Span;
use probelang_dialect::CompareOp;

use crate::tree::At;

/// What a token is to the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Marks a source that is one expression.
    Expression,
    /// Marks a source that is a template.
    Template,
    /// Text of a template, escapes included.
    Text,
    /// The `{` of a part.
    PartOpen,
    /// The `}` of a part.
    PartClose,
    /// Represents input that was cut out or has no meaning at all: any operand.
    Error,
    /// An operand that was rejected and reported: a number, a string in a form that is not read.
    Refused,
    /// A bare word that is a name, a function or a member.
    Word,
    /// A name in back quotes.
    Quoted,
    /// One of the `@`-names.
    At(At),
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A string.
    Str,
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `!`, `not`
    Not,
    /// `instanceof`
    InstanceOf,
    /// A bare type name.
    TypeName,
    /// `(`
    ParenOpen,
    /// `)`
    ParenClose,
    /// `[`
    BracketOpen,
    /// `]`
    BracketClose,
    /// `{`
    BraceOpen,
    /// `}`
    BraceClose,
    /// `,`
    Comma,
    /// `.`, and what other languages write for it.
    Dot,
    /// `&&`, and what other languages write for it.
    And,
    /// `||`, and what other languages write for it.
    Or,
    /// `==`, `!=`, and what other languages write for them.
    Equality(CompareOp),
    /// `<`, `<=`, `>`, `>=`, and what other languages write for them.
    Order(CompareOp),
    /// `-`
    Minus,
    /// The other signs of arithmetic.
    Arithmetic,
    /// A binary operator of other languages that a function of this one says: `=~`, `in`.
    Relation,
    /// `?`
    Question,
    /// `:`
    Colon,
    /// `??`, `?:`
    Fallback,
    /// `=>`, or `->` where it makes a predicate.
    Arrow,
    /// `;`
    Semicolon,
}

impl Kind {
    /// Whether an operand may end with this token, so that an operator is due.
    pub const fn ends_operand(self) -> bool {
        matches!(
            self,
            Self::Error
                | Self::Refused
                | Self::Word
                | Self::Quoted
                | Self::At(_)
                | Self::Int
                | Self::Float
                | Self::Str
                | Self::Bool(_)
                | Self::Null
                | Self::TypeName
                | Self::ParenClose
                | Self::BracketClose
                | Self::BraceClose
        )
    }

    /// The bracket that closes this one.
    pub const fn closer(self) -> Option<Self> {
        match self {
            Self::ParenOpen => Some(Self::ParenClose),
            Self::BracketOpen => Some(Self::BracketClose),
            Self::BraceOpen => Some(Self::BraceClose),
            Self::PartOpen => Some(Self::PartClose),
            _ => None,
        }
    }

    /// Whether it closes a bracket.
    pub const fn is_closer(self) -> bool {
        matches!(self, Self::ParenClose | Self::BracketClose | Self::BraceClose | Self::PartClose)
    }

    /// How a bracket is written.
    pub const fn bracket(self) -> &'static str {
        match self {
            Self::ParenOpen => "(",
            Self::ParenClose => ")",
            Self::BracketOpen => "[",
            Self::BracketClose => "]",
            Self::BraceOpen | Self::PartOpen => "{",
            Self::BraceClose | Self::PartClose => "}",
            _ => "",
        }
    }
}

/// A token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it is; empty for one that was put in.
    pub span: Span,
}

impl Token {
    /// Whether the source does not hold it: a closing bracket put in, an operand that is missing.
    pub const fn is_put_in(self) -> bool {
        self.span.is_empty()
    }
}
