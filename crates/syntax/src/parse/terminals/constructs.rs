//! Tokens of other languages: their words and signs, patterns between slashes, private fields.

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, parse, spell};

use super::{Held, Reader};
use crate::lex::raw::Raw;
use crate::parse::brackets::PredicateAt;
use crate::parse::foreign::{self, Foreign};
use crate::parse::token::Kind;
use logos::Logos;

impl Reader<'_, '_> {
    /// `#name` after a dot, a private field of JavaScript.
    pub(super) fn private(&mut self, comment: Span) {
        let text = comment.slice(self.source);
        let name = text.get(1..).unwrap_or("");
        let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        let start = comment.start as usize;
        let span = Span::from_usize(start, start.saturating_add(1).saturating_add(name.len()));
        let told = Diagnostic::new(
            parse::COMMENT,
            span,
            "`#` begins a comment, and comments are not read: a private field is named in back quotes",
        );
        let quoted = spell::Member(span.slice(self.source)).to_string();
        let title = format!("write {quoted}");
        self.report.push(told.edit(Edit::replace(span, quoted, title, Applicability::Safe)));
        self.operand(Kind::Error, span);
    }

    /// `{n=}` of Python, which shows the expression with its value.
    fn shows_name(&self, told: Diagnostic, sign: Span) -> Diagnostic {
        let told = told.with_message("`=` at the end of a part is Python's: a part shows its value only");
        let Some(open) = self.brackets.part_start() else { return told };
        let shown = Span::new(open.end, sign.end).slice(self.source);
        let text = Span::new(open.end, sign.start).slice(self.source).trim();
        let close = self.rest(sign).find('}').unwrap_or(0).saturating_add(1);
        let part = Span::from_usize(open.start as usize, (sign.end as usize).saturating_add(close));
        let title = "write the name into the text";
        let mut told = told;
        told.edits = vec![Edit::replace(part, format!("{shown}{{{text}}}"), title, Applicability::Safe)];
        told
    }

    pub(super) fn foreign(&mut self, foreign: Foreign, text: &str, span: Span) {
        if let Some(error) = foreign.error {
            let mut told = error.diagnostic(text, span);
            let rest = self.rest(span).trim_start();
            let in_part = self.brackets.part_start().is_some();
            if in_part && text == "|" && rest.starts_with(char::is_alphabetic) {
                told = told
                    .with_message(
                        "`|` is a filter of other template languages: a part is an expression, and has none",
                    )
                    .note("the logical or is written `||`");
                told.edits.clear();
            }
            if in_part && text == "=" && rest.starts_with('}') {
                let told = self.shows_name(told, span);
                self.report.push(told);
                return;
            }
            if matches!(&*text.to_ascii_lowercase(), "is" | "is not" | "isnt") && is_literal(rest) {
                // identity of what there is once is equality
                for edit in &mut told.edits {
                    edit.applicability = Applicability::Safe;
                }
            }
            if !self.after_operand() {
                // No operator is due here: another one would not fit either.
                told.edits.clear();
            }
            self.report.push(told);
        }
        self.push(foreign.kind, span);
    }

    pub(super) fn foreign_sign(&mut self, text: &str, span: Span) -> Held {
        let foreign = foreign::sign(text, self.arrow());
        if matches!(text, "++" | "--") && self.after_operand() {
            let rest = self.rest(span).trim_start();
            let is_postfix = rest.is_empty() || rest.starts_with(|c: char| ")]},;.&|=<>?:+*/%^".contains(c));
            if is_postfix {
                // `x++` has no second operand to read.
                let told = foreign::construct(foreign.kind, text, span);
                told.into_iter().for_each(|told| self.report.push(told));
                return Ok(());
            }
        }
        if text == "/" && !self.after_operand() && self.pattern(span) {
            return Ok(());
        }
        if foreign.kind == Kind::Arithmetic && !self.after_operand() {
            return self.prefix(foreign.kind, span);
        }
        if text == "?." && self.rest(span).starts_with('[') {
            self.report.push(
                Diagnostic::new(
                    parse::FOREIGN_OPERATOR,
                    span,
                    "`?.[` is optional chaining (safe navigation): write `[`",
                )
                .edit(Edit::replace(span, "", "write `[`", Applicability::Maybe)),
            );
            return Ok(());
        }
        self.foreign(foreign, text, span);
        Ok(())
    }

    /// `/pattern/` of other languages, if it is one: its contents are not tokens of this one.
    fn pattern(&mut self, span: Span) -> bool {
        let stops: &[char] =
            if self.brackets.part_start().is_some() { &['\n', '\r', '}'] } else { &['\n', '\r'] };
        let line = self.rest(span).split(stops).next().unwrap_or("");
        let mut escaped = false;
        // Patterns are no longer than what is read of one.
        let end = line.char_indices().take(self.limits.patterns.bytes).find(|(_, c)| {
            let closes = *c == '/' && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        let Some((len, _)) = end.filter(|(len, _)| *len > 0) else { return false };
        let (pattern, behind) = (line.get(..len).unwrap_or(""), line.get(len..).unwrap_or(""));
        let flags = behind.get(1..).unwrap_or("");
        let flags = flags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(flags.len());
        let len = len.saturating_add(1).saturating_add(flags);
        // What follows must start with a token of its own.
        let mut tokens = Raw::lexer(self.rest(span));
        while tokens.span().end < len && tokens.next().is_some() {}
        if tokens.span().end != len {
            return false;
        }
        let whole = Span::from_usize(span.start as usize, (span.end as usize).saturating_add(len));
        let told = Diagnostic::new(
            parse::FOREIGN_OPERATOR,
            whole,
            "a regular expression literal: patterns are strings, `matches(text, \"…\")`",
        );
        let flags = behind.get(1..flags.saturating_add(1)).unwrap_or("");
        // `i`, `m` and `s` are written in the pattern; `g` and `u` say nothing where one match is sought
        let inline: String = flags.chars().filter(|flag| matches!(flag, 'i' | 'm' | 's')).collect();
        let known = flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | 'g' | 'u'));
        let pattern = pattern.replace("\\/", "/");
        let pattern = if inline.is_empty() { pattern } else { format!("(?{inline}){pattern}") };
        let quoted = spell::string(&pattern).to_string();
        let fits = if known { Applicability::Safe } else { Applicability::Maybe };
        self.report.push(told.edit(Edit::replace(whole, quoted, "write a string", fits)));
        self.operand(Kind::Refused, whole);
        self.skip = whole.end;
        true
    }

    /// What `->` means here: it makes a predicate where one is expected and only a name comes before it.
    fn arrow(&self) -> Kind {
        let word = self.last() == Kind::Word;
        let due = match (self.before_last(), self.brackets.innermost()) {
            (Kind::BraceOpen, _) => true,
            (Kind::Comma, Some((_, predicate))) => predicate == Some(PredicateAt::Second),
            (Kind::ParenOpen, Some((_, predicate))) => predicate == Some(PredicateAt::First),
            _ => false,
        };
        if word && due { Kind::Arrow } else { Kind::Dot }
    }
}

/// Whether `text` begins with a literal of which there is one, as Python and SQL spell it.
fn is_literal(text: &str) -> bool {
    let word = text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
    matches!(&*word.to_ascii_lowercase(), "none" | "null" | "nil" | "true" | "false")
}
