//! Literals and names.

use std::borrow::Cow;

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, lex, lint, parse};

use super::{Build, Expr, Form, Made};
use crate::lex::escape;
use crate::lex::number::{self, Integer, out_of_range};
use crate::parse::token::{Kind, Token};
use crate::tree::{At, Node};

/// Literals of other languages that are ordinary names here, and what is meant.
const FOREIGN_LITERALS: [(&str, Option<&str>); 9] = [
    ("True", Some("true")),
    ("TRUE", Some("true")),
    ("False", Some("false")),
    ("FALSE", Some("false")),
    ("None", Some("null")),
    ("Null", Some("null")),
    ("NULL", Some("null")),
    ("nil", Some("null")),
    ("undefined", None),
];

impl<'s> Build<'s> {
    /// A number with the sign in front of it.
    pub fn number(&mut self, minus: Option<Token>, digits: Token) -> Made {
        let text = self.text_of(digits.span);
        let span = minus.map_or(digits.span, |minus| minus.span.cover(digits.span));
        let node = if digits.kind == Kind::Int {
            number::integer(text, minus.is_some()).map(|integer| match integer {
                Integer::Signed(int) => Node::Int(int),
                Integer::Large(int) => Node::Uint(int),
            })
        } else {
            number::float(text).map(|float| Node::Float(if minus.is_some() { -float } else { float }))
        };
        if let Some(Node::Float(0.0)) = node
            && text
                .split(['e', 'E'])
                .next()
                .is_some_and(|digits| digits.contains(|c| ('1'..='9').contains(&c)))
        {
            let message = format!("`{text}` is too small for a float: it is read as 0.0");
            self.tell(Diagnostic::new(lint::UNDERFLOW, span, message));
        }
        match node {
            Some(node) => self.push(node, span, span, Form::Number),
            None => {
                self.tell(out_of_range(span, digits.kind == Kind::Float));
                self.error(span)
            }
        }
    }

    /// The text of a quoted token, with its bad escapes reported.
    fn unquoted(&mut self, token: Token) -> Cow<'s, str> {
        let text = self.text_of(token.span);
        let quote = text.chars().next().unwrap_or('"');
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        let at = (token.span.start as usize).saturating_add(1);
        let report = &mut *self.report;
        escape::unescape(inner, quote, at, |bad| report.push(bad))
    }

    /// The text of a name.
    pub(super) fn name_text(&mut self, token: Token) -> Cow<'s, str> {
        match token.kind {
            Kind::Quoted => self.unquoted(token),
            _ => Cow::Borrowed(self.text_of(token.span)),
        }
    }

    /// `"text"`
    pub fn string(&mut self, token: Token) -> Made {
        let text = self.unquoted(token);
        let text = self.intern(&text);
        self.push(Node::Str(text), token.span, token.span, Form::Operand)
    }

    /// The text of a string.
    pub(super) fn string_text(&mut self, token: Token) -> Cow<'s, str> {
        self.unquoted(token)
    }

    /// `true`, `false`
    pub fn boolean(&mut self, token: Token) -> Made {
        let value = token.kind == Kind::Bool(true);
        self.push(Node::Bool(value), token.span, token.span, Form::Operand)
    }

    /// `null`
    pub fn null(&mut self, token: Token) -> Made {
        self.push(Node::Null, token.span, token.span, Form::Operand)
    }

    /// A name, bare or in back quotes.
    pub fn name(&mut self, token: Token) -> Made {
        let text = self.name_text(token);
        let form = if token.kind == Kind::Word { Form::Name } else { Form::Operand };
        if token.kind == Kind::Word {
            self.tell_foreign_literal(&text, token.span);
        } else if text.starts_with('@') {
            if let Some(at) = At::find(&text) {
                return self.push(Node::At(at), token.span, token.span, form);
            }
            let shown = probelang_diagnostic::spell::Ident(&text).to_string();
            self.tell(
                Diagnostic::new(
                    lint::UNKNOWN_AT_NAME,
                    token.span,
                    format!("there is no such @-name: {shown} is read as an ordinary name"),
                )
                .arg("name", text.clone()),
            );
        }
        let name = self.intern(&text);
        self.push(Node::Name(name), token.span, token.span, form)
    }

    fn tell_foreign_literal(&mut self, text: &str, span: Span) {
        let Some((word, literal)) = FOREIGN_LITERALS.iter().find(|(word, _)| *word == text) else { return };
        let told = match literal {
            Some(literal) => Diagnostic::new(
                lint::FOREIGN_LITERAL,
                span,
                format!("`{word}` is read as a name: the literal is written `{literal}`"),
            )
            .edit(Edit::replace(
                span,
                *literal,
                format!("write `{literal}`"),
                Applicability::Safe,
            )),
            None => Diagnostic::new(
                lint::FOREIGN_LITERAL,
                span,
                format!(
                    "`{word}` is read as a name: ask with `isDefined(…)` or `isUndefined(…)`, or compare with `null`"
                ),
            ),
        };
        self.tell(told.arg("name", text));
    }

    /// `@it`, `@return`, …
    pub fn at_name(&mut self, token: Token) -> Made {
        match token.kind {
            Kind::At(at) => self.push(Node::At(at), token.span, token.span, Form::Operand),
            _ => self.error(token.span),
        }
    }

    /// `1.e5`: a member, and hardly meant.
    pub(super) fn tell_number_member(&mut self, base: Span, dot: Token, name: Token) {
        let (number, member) = (self.text_of(base), self.text_of(name.span));
        let told = Diagnostic::new(
            lint::NUMBER_MEMBER,
            name.span,
            format!("numbers have no members: {member} is read as one of the number in front of it"),
        );
        let float = format!("{number}.0{member}");
        let told = if !number.contains(['.', 'e', 'E']) && number::float(&float).is_some() {
            told.edit(Edit::replace(
                base.cover(dot.span).cover(name.span),
                &*float,
                format!("write the float `{float}`"),
                Applicability::Maybe,
            ))
        } else {
            told
        };
        self.tell(told);
    }

    /// `a.0`, `a."x"`: the key of an index after a dot.
    pub fn key_behind_dot(&mut self, base: Expr, dot: Token, key: Token) -> Made {
        let span = base.span.cover(key.span);
        self.value(base)?;
        // What is wrong with the key itself is reported too.
        if key.kind == Kind::Int {
            self.number(None, key)?
        } else {
            self.string(key)?
        };
        if !base.form.is_error() {
            if base.form == Form::Number && key.kind == Kind::Int {
                let message = "a number has one decimal point";
                self.tell(Diagnostic::new(lex::BAD_NUMBER, span, message));
                return self.error(span);
            }
            let text = self.text_of(key.span);
            let message = if key.kind == Kind::Int {
                "an index behind a dot: elements are read with brackets, `a[0]`"
            } else {
                "a string behind a dot: keys are read with brackets, `a[\"k\"]`"
            };
            let told = Diagnostic::new(parse::UNEXPECTED, key.span, message);
            self.tell(told.edit(Edit::replace(
                dot.span.cover(key.span),
                format!("[{text}]"),
                "write brackets",
                Applicability::Safe,
            )));
        }
        self.error(span)
    }
}
