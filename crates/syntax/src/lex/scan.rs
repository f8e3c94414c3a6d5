//! The whole source as raw tokens that tile it: expressions, and the text and parts of templates.

use logos::{Lexer, Logos};
use probelang_diagnostic::Span;
use probelang_diagnostic::spell::is_name_start;

use super::raw::{Mode, Raw};
use super::type_name;
use crate::SourceKind;

/// A raw token and where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scanned {
    /// What it is.
    pub raw: Raw,
    /// Where.
    pub span: Span,
}

/// Walks a source from its start to its end. Tokens tile it, on character boundaries; time is linear.
pub struct Scanner<'s> {
    source: &'s str,
    /// Bytes walked.
    at: usize,
    /// The lexer of an expression, with the byte at which its text starts; `None` in the text of a template.
    lexer: Option<(Lexer<'s, Raw>, usize)>,
    template: bool,
    /// Braces open inside the part.
    braces: u32,
    /// Whether the last token that is no white space was a dot: a word after it is a member.
    after_dot: bool,
    /// Whether a type name comes next.
    after_instanceof: bool,
}

impl<'s> Scanner<'s> {
    /// A scanner at the start of `source`.
    pub fn new(source: &'s str, kind: SourceKind) -> Self {
        let template = kind == SourceKind::Template;
        let mut scanner = Self {
            source,
            at: 0,
            lexer: None,
            template,
            braces: 0,
            after_dot: false,
            after_instanceof: false,
        };
        if !template {
            scanner.enter();
        }
        scanner
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or("")
    }

    /// Starts an expression here.
    fn enter(&mut self) {
        let mode = Mode { in_part: self.template };
        self.lexer = Some((Raw::lexer_with_extras(self.rest(), mode), self.at));
        self.braces = 0;
        self.after_dot = false;
        self.after_instanceof = false;
    }

    fn token(&mut self, raw: Raw, end: usize) -> Scanned {
        let span = Span::from_usize(self.at, end);
        self.at = end;
        Scanned { raw, span }
    }

    fn text(&mut self) -> Option<Scanned> {
        let rest = self.rest();
        let (raw, len) = match rest.find(['{', '}']) {
            None if rest.is_empty() => return None,
            None => (Raw::Text, rest.len()),
            Some(0) if rest.starts_with("{{") || rest.starts_with("}}") => (Raw::BraceEscape, 2),
            Some(0) if rest.starts_with('}') => (Raw::LoneBrace, 1),
            Some(0) => (Raw::PartOpen, 1),
            Some(len) => (Raw::Text, len),
        };
        let token = self.token(raw, self.at.saturating_add(len));
        if raw == Raw::PartOpen {
            self.enter();
        }
        Some(token)
    }

    fn expression(&mut self) -> Option<Scanned> {
        let (lexer, base) = self.lexer.as_mut()?;
        let type_name = if self.after_instanceof && lexer.remainder().starts_with(is_name_start) {
            type_name::read(lexer.remainder())
        } else {
            None
        };
        let raw = if let Some(found) = type_name {
            lexer.bump(found.len);
            if found.plain { Raw::TypeName } else { Raw::OddTypeName }
        } else {
            lexer.next()?.unwrap_or(Raw::Unknown)
        };
        let end = base.saturating_add(lexer.span().end);
        let text = self.source.get(self.at..end).unwrap_or("");
        let mut raw = match raw {
            // Control characters that are white space elsewhere have a name too.
            Raw::Unknown if text == "\u{b}" || text == "\u{c}" => Raw::BadSpace,
            raw => raw,
        };
        if raw == Raw::Open && text == "{" {
            self.braces = self.braces.saturating_add(1);
        } else if raw == Raw::Close && text == "}" {
            if self.template && self.braces == 0 {
                raw = Raw::PartClose;
                self.lexer = None;
            }
            self.braces = self.braces.saturating_sub(1);
        }
        if !matches!(raw, Raw::Space | Raw::BadSpace | Raw::Comment) {
            self.after_instanceof = raw == Raw::Word && text == "instanceof" && !self.after_dot;
            self.after_dot = raw == Raw::Dot;
        }
        Some(self.token(raw, end))
    }
}

impl Iterator for Scanner<'_> {
    type Item = Scanned;

    fn next(&mut self) -> Option<Scanned> {
        if self.lexer.is_some() { self.expression() } else { self.text() }
    }
}
