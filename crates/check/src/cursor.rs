//! Where a cursor is in a source that need not parse: what is typed, what comes before it, and which
//! predicates are around it. Found from the lexemes only.

use probelang_diagnostic::Span;
use probelang_dialect::ProgramKind;
use probelang_syntax::tree::Root;
use probelang_syntax::{Lexeme, TokenClass, lex, parse};
use probelang_syntax::{SourceKind, function};

use crate::infer::{self, Bindings, Given};
use crate::numbering::Numbering;
use crate::redacted::Redacted;
use crate::{Options, Type};

/// What belongs at the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// The text of a template.
    Text,
    /// An operand begins.
    Operand,
    /// An operand has ended.
    Operator,
    /// A member of the receiver in that span.
    Member(Span),
    /// A key or index of the receiver in that span.
    Key(Span),
    /// The name of a type.
    Type,
}

pub(crate) struct Cursor<'s> {
    source: &'s str,
    /// Lexemes before the word at the cursor, white space left out.
    before: Vec<Lexeme>,
    /// The word at the cursor, to be replaced; empty where there is none.
    pub(crate) word: Span,
    pub(crate) place: Place,
}

impl<'s> Cursor<'s> {
    /// The cursor at byte `offset`.
    pub(crate) fn new(source: &'s str, offset: u32, kind: SourceKind) -> Self {
        let lexemes = lex(source, kind);
        let at = lexemes.iter().find(|lexeme| lexeme.span.start < offset && offset <= lexeme.span.end);
        let word = at.filter(|lexeme| is_word(lexeme, source)).map_or(Span::empty(offset), |at| at.span);
        let in_text = match at {
            Some(lexeme) => matches!(lexeme.class, TokenClass::Text | TokenClass::Escape),
            None => kind == SourceKind::Template,
        };
        let before: Vec<Lexeme> = lexemes
            .into_iter()
            .filter(|lexeme| lexeme.span.end <= word.start && lexeme.class != TokenClass::Space)
            .filter(|lexeme| !lexeme.span.is_empty())
            .collect();
        let mut cursor = Self { source, before, word, place: Place::Text };
        let closed = cursor.before.last().is_none_or(|last| {
            matches!(last.class, TokenClass::Text | TokenClass::Escape)
                || (kind == SourceKind::Template && cursor.open().is_empty())
        });
        cursor.place = match cursor.before.last().copied() {
            _ if in_text || (kind == SourceKind::Template && closed) => Place::Text,
            None => Place::Operand,
            Some(last) => cursor.place_after(last),
        };
        cursor
    }

    fn text(&self, lexeme: Lexeme) -> &'s str {
        lexeme.span.slice(self.source)
    }

    fn place_after(&self, last: Lexeme) -> Place {
        let behind = self.before.len().saturating_sub(1);
        match self.text(last) {
            // nothing belongs after a dot without a receiver
            "." => self.receiver(behind).map_or(Place::Text, Place::Member),
            "[" => self.receiver(behind).map_or(Place::Operand, Place::Key),
            "instanceof" => Place::Type,
            _ if ends_operand(last, self.text(last)) => Place::Operator,
            _ => Place::Operand,
        }
    }

    /// The postfix chain that ends before lexeme `end`.
    fn receiver(&self, end: usize) -> Option<Span> {
        let mut at = end.checked_sub(1)?;
        let last = *self.before.get(at)?;
        loop {
            let lexeme = *self.before.get(at)?;
            match (lexeme.class, self.text(lexeme)) {
                (TokenClass::Bracket, "]") => at = self.opener(at)?.checked_sub(1)?,
                (TokenClass::Bracket, ")") => {
                    let open = self.opener(at)?;
                    let call = open.checked_sub(1).and_then(|before| self.before.get(before));
                    let first = call.filter(|before| before.class == TokenClass::Function);
                    let first = first.or_else(|| self.before.get(open))?;
                    return Some(first.span.cover(last.span));
                }
                (TokenClass::Member, _) => {
                    // its dot, and what comes before that
                    at = at.checked_sub(2)?;
                }
                (TokenClass::Name | TokenClass::AtName | TokenClass::String | TokenClass::Function, _) => {
                    return Some(lexeme.span.cover(last.span));
                }
                _ => return None,
            }
        }
    }

    /// The bracket that lexeme `close` closes.
    fn opener(&self, close: usize) -> Option<usize> {
        let mut depth = 0u32;
        for (at, lexeme) in self.before.iter().enumerate().take(close.saturating_add(1)).rev() {
            if lexeme.class == TokenClass::Bracket {
                match self.text(*lexeme) {
                    ")" | "]" | "}" => depth = depth.saturating_add(1),
                    _ => depth = depth.saturating_sub(1),
                }
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The brackets that are open at the cursor, as indexes, each with the commas after it.
    fn open(&self) -> Vec<(usize, Vec<usize>)> {
        let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
        for (at, lexeme) in self.before.iter().enumerate() {
            match (lexeme.class, self.text(*lexeme)) {
                (TokenClass::Bracket, "(" | "[" | "{") => open.push((at, Vec::new())),
                (TokenClass::Bracket, _) => {
                    open.pop();
                }
                (TokenClass::Punctuation, ",") => {
                    if let Some((_, commas)) = open.last_mut() {
                        commas.push(at);
                    }
                }
                _ => {}
            }
        }
        open
    }

    /// The collections of the predicates around the cursor, the outermost first.
    fn collections(&self) -> Vec<Span> {
        let mut collections = Vec::new();
        for (bracket, commas) in self.open() {
            let name = bracket.checked_sub(1).and_then(|before| self.before.get(before));
            let Some(name) = name.filter(|name| name.class == TokenClass::Function) else { continue };
            let is_loop = function::find(self.text(*name)).is_some_and(function::Function::is_loop);
            let inside = self.before.get(bracket.saturating_add(1));
            if let (true, [comma], Some(first)) = (is_loop, commas.as_slice(), inside)
                && let Some(last) = comma.checked_sub(1).and_then(|last| self.before.get(last))
            {
                collections.push(first.span.cover(last.span));
            }
        }
        collections
    }

    /// What the innermost predicate around the cursor binds; `None` outside of all.
    pub(crate) fn bindings(&self, options: &Options) -> Option<Bindings> {
        let mut bindings: Option<Bindings> = None;
        for collection in self.collections() {
            let over = type_of(collection.slice(self.source), bindings.as_ref(), options);
            bindings = Some(infer::bindings(&over, &options.dialect));
        }
        bindings
    }

    /// The operand before the cursor, where an operator is due.
    pub(crate) fn left(&self) -> Option<Span> {
        self.receiver(self.before.len())
    }

    /// The function whose argument the cursor begins, and the place of the argument.
    pub(crate) fn argument(&self) -> Option<(&'static function::Function, usize)> {
        let open = self.open();
        let (bracket, commas) = open.last()?;
        // an argument of its own, not a part of one
        let begins = self.before.len() == commas.last().unwrap_or(bracket).saturating_add(1);
        Some((self.called(*bracket).filter(|_| begins)?, commas.len()))
    }

    /// The innermost call that the cursor is in, and the place of the argument.
    pub(crate) fn call(&self) -> Option<(&'static function::Function, usize)> {
        let open = self.open();
        open.iter().rev().find_map(|(bracket, commas)| Some((self.called(*bracket)?, commas.len())))
    }

    /// The function that a bracket calls.
    fn called(&self, bracket: usize) -> Option<&'static function::Function> {
        let name = self.before.get(bracket.checked_sub(1)?)?;
        function::find(self.text(*name)).filter(|_| name.class == TokenClass::Function)
    }

    /// The type of a piece of the source.
    pub(crate) fn type_of(&self, span: Span, options: &Options) -> Type {
        let bindings = self.bindings(options);
        type_of(span.slice(self.source), bindings.as_ref(), options)
    }

    /// The chain that ends with the word at the cursor.
    pub(crate) fn chain(&self) -> Span {
        match self.place {
            Place::Member(receiver) => receiver.cover(self.word),
            _ => self.word,
        }
    }
}

/// The type of an expression, unknown where it does not read.
fn type_of(text: &str, outer: Option<&Bindings>, options: &Options) -> Type {
    // elements outside of a predicate are bound by what is around the text
    let limits = options.limits.with_source_bytes(usize::MAX);
    let loose = wrapped(text, outer.is_some());
    let Some(tree) = parse(&loose, SourceKind::Expression, &limits).tree else { return Type::unknown() };
    let Root::Expression(root) = *tree.root() else { return Type::unknown() };
    // inside the predicate that makes `@it` read, the expression itself is the body
    let root = match (outer, tree.node(root)) {
        (Some(_), probelang_syntax::Node::Loop { body, .. }) => body,
        _ => root,
    };
    let (numbering, redacted) = (Numbering::new(&tree), Redacted::of(&tree, &options.policy));
    let inference = infer::infer_part(
        Given {
            tree: &tree,
            numbering: &numbering,
            schema: options.known(),
            dialect: &options.dialect,
            redacted: &redacted,
            kind: ProgramKind::Value,
            outer,
            sizes: true,
        },
        root,
    );
    inference.ty(root).clone()
}

/// The text so that `@it` may be used in it.
fn wrapped(text: &str, inside: bool) -> String {
    if inside { format!("any(x, {{{text}}})") } else { text.to_owned() }
}

/// Whether the cursor is in a word that a completion replaces.
fn is_word(lexeme: &Lexeme, source: &str) -> bool {
    match lexeme.class {
        TokenClass::Name
        | TokenClass::Member
        | TokenClass::Function
        | TokenClass::Keyword
        | TokenClass::AtName
        | TokenClass::String => true,
        TokenClass::Bad => lexeme.span.slice(source).starts_with(['@', '"', '\'', '`']),
        _ => false,
    }
}

/// Whether an operand may end with the lexeme.
fn ends_operand(lexeme: Lexeme, text: &str) -> bool {
    match lexeme.class {
        TokenClass::Name
        | TokenClass::Member
        | TokenClass::AtName
        | TokenClass::String
        | TokenClass::Number
        | TokenClass::TypeName => true,
        TokenClass::Keyword => matches!(text, "true" | "false" | "null"),
        TokenClass::Bracket => matches!(text, ")" | "]" | "}"),
        _ => false,
    }
}
