//! The source as lexemes, for highlighting.
//!
//! Lexing never fails: what the language does not know is a lexeme too. Braces of templates are counted here,
//! so that parts end where the parser says that they end.

pub(crate) mod escape;
pub(crate) mod number;
pub(crate) mod raw;
pub(crate) mod scan;
pub(crate) mod type_name;

use probelang_diagnostic::Span;

use crate::tree::At;
use crate::{SourceKind, function};
use raw::Raw;
use scan::{Scanned, Scanner};

/// What a lexeme is to the eye.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenClass {
    /// White space that separates tokens.
    Space,
    /// `true false null not instanceof`, where they are no members.
    Keyword,
    /// A name, bare or in back quotes.
    Name,
    /// A word after a dot.
    Member,
    /// One of the `@`-names.
    AtName,
    /// The name of a function, with its bracket after it.
    Function,
    /// A type name after `instanceof`.
    TypeName,
    /// A string.
    String,
    /// A number.
    Number,
    /// An operator of the language.
    Operator,
    /// A bracket of any sort, the braces of a part too.
    Bracket,
    /// A dot or a comma.
    Punctuation,
    /// Text of a template.
    Text,
    /// A doubled brace in the text of a template.
    Escape,
    /// What the language does not know: comments, operators of other languages, open strings.
    Bad,
}

impl TokenClass {
    /// Lower-case name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Keyword => "keyword",
            Self::Name => "name",
            Self::Member => "member",
            Self::AtName => "at-name",
            Self::Function => "function",
            Self::TypeName => "type-name",
            Self::String => "string",
            Self::Number => "number",
            Self::Operator => "operator",
            Self::Bracket => "bracket",
            Self::Punctuation => "punctuation",
            Self::Text => "text",
            Self::Escape => "escape",
            Self::Bad => "bad",
        }
    }
}

/// A piece of the source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Lexeme {
    /// What it is.
    pub class: TokenClass,
    /// Where, in bytes.
    pub span: Span,
}

/// Cuts `source` into lexemes that tile it: each starts where the one before ends, on a character boundary.
///
/// Linear in the length of `source`, without a limit of its own.
///
/// ```
/// use probelang_syntax::{TokenClass, SourceKind, lex};
/// let classes: Vec<_> = lex("{len(x)}!", SourceKind::Template).iter().map(|lexeme| lexeme.class).collect();
/// use TokenClass::*;
/// assert_eq!(classes, [Bracket, Function, Bracket, Name, Bracket, Bracket, Text]);
/// ```
#[must_use]
pub fn lex(source: &str, kind: SourceKind) -> Vec<Lexeme> {
    let mut lexemes: Vec<Lexeme> = Vec::new();
    let mut after_dot = false;
    // The word that may turn out to be a function, when its bracket comes.
    let mut word: Option<usize> = None;
    for Scanned { raw, span } in Scanner::new(source, kind) {
        let text = span.slice(source);
        let class = class(raw, text, after_dot);
        if class == TokenClass::Bracket
            && text == "("
            && let Some(lexeme) = word.and_then(|at| lexemes.get_mut(at))
        {
            lexeme.class = TokenClass::Function;
        }
        if raw != Raw::Space {
            let is_function = class == TokenClass::Name && raw == Raw::Word && function::find(text).is_some();
            word = is_function.then_some(lexemes.len());
            after_dot = raw == Raw::Dot;
        }
        lexemes.push(Lexeme { class, span });
    }
    lexemes
}

fn class(raw: Raw, text: &str, after_dot: bool) -> TokenClass {
    match raw {
        Raw::Space => TokenClass::Space,
        Raw::Word | Raw::Quoted if after_dot => TokenClass::Member,
        Raw::Word if probelang_diagnostic::spell::RESERVED.contains(&text) => TokenClass::Keyword,
        Raw::Word | Raw::Quoted => TokenClass::Name,
        Raw::AtName if At::find(text).is_some() => TokenClass::AtName,
        Raw::TypeName => TokenClass::TypeName,
        Raw::Str => TokenClass::String,
        Raw::Int | Raw::Float => TokenClass::Number,
        Raw::Operator => TokenClass::Operator,
        Raw::Open | Raw::Close | Raw::PartOpen | Raw::PartClose => TokenClass::Bracket,
        Raw::Comma | Raw::Dot => TokenClass::Punctuation,
        Raw::Text => TokenClass::Text,
        Raw::BraceEscape => TokenClass::Escape,
        Raw::AtName
        | Raw::BadSpace
        | Raw::Comment
        | Raw::OpenQuoted
        | Raw::OpenStr
        | Raw::FancyStr
        | Raw::BadNumber
        | Raw::Foreign
        | Raw::OddTypeName
        | Raw::Unknown
        | Raw::LoneBrace => TokenClass::Bad,
    }
}
