//! Matches brackets before the grammar reads, so that it only ever sees pairs: a missing partner is reported once,
//! at the bracket that lacks it, and put in where it most likely belongs.

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, parse, template};

use super::report::Report;
use super::token::{Kind, Token};

/// An opening bracket whose partner has not come.
struct Open {
    kind: Kind,
    span: Span,
    /// Its place among the tokens.
    at: usize,
    /// A closing bracket of another sort that stood where its own was due.
    wrong: Option<usize>,
    /// A string after it has no end, so its partner may be in there.
    swallowed: bool,
    /// The function or method in front of a parenthesis: where it takes a predicate.
    predicate: Option<PredicateAt>,
}

/// Where the predicate of a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PredicateAt {
    /// `any(xs, …`
    Second,
    /// `xs.any(…`
    First,
}

/// The tokens so far and the brackets open among them.
pub struct Brackets {
    tokens: Vec<Token>,
    open: Vec<Open>,
    /// Closing brackets without a partner, to be dropped, in order.
    strays: Vec<usize>,
    /// Closing brackets to put in: the token that each goes before, and the bracket.
    missing: Vec<(usize, Token)>,
    /// The first bracket whose partner more text at the end could not bring.
    lost: Option<u32>,
}

impl Brackets {
    pub fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, open: Vec::new(), strays: Vec::new(), missing: Vec::new(), lost: None }
    }

    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Drops the last token.
    pub fn pop(&mut self) {
        self.tokens.pop();
    }

    /// How many brackets are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The innermost open bracket, and where its call takes a predicate.
    pub fn innermost(&self) -> Option<(Kind, Option<PredicateAt>)> {
        self.open.last().map(|open| (open.kind, open.predicate))
    }

    /// Where the innermost part starts.
    pub fn part_start(&self) -> Option<Span> {
        self.open.first().filter(|open| open.kind == Kind::PartOpen).map(|open| open.span)
    }

    /// A string without its end: it may hold the partner of every open bracket.
    pub fn swallow(&mut self) {
        for open in &mut self.open {
            open.swallowed = true;
        }
    }

    pub fn push(&mut self, token: Token) {
        self.tokens.push(token);
    }

    pub fn open(&mut self, token: Token, predicate: Option<PredicateAt>) {
        let at = self.tokens.len();
        self.tokens.push(token);
        self.open.push(Open {
            kind: token.kind,
            span: token.span,
            at,
            wrong: None,
            swallowed: false,
            predicate,
        });
    }

    /// A closing bracket.
    pub fn close(&mut self, token: Token, report: &mut Report) {
        let at = self.tokens.len();
        self.tokens.push(token);
        let partner = self
            .open
            .iter()
            .rposition(|open| open.kind.closer() == Some(token.kind) || open.kind == Kind::PartOpen);
        match partner {
            Some(place)
                if self.open.get(place).is_some_and(|open| open.kind.closer() == Some(token.kind)) =>
            {
                while self.open.len() > place.saturating_add(1) {
                    self.leave_open(at, Some(token), report);
                }
                self.open.pop();
            }
            _ => {
                if self.strays.last() != Some(&at) {
                    self.strays.push(at);
                }
                if let Some(innermost) = self.open.last_mut() {
                    innermost.wrong.get_or_insert(at);
                }
            }
        }
    }

    /// The innermost bracket stays open: its partner goes in front of token `before`, or where another bracket
    /// was in its place. `by` is what closes a bracket around it.
    fn leave_open(&mut self, before: usize, by: Option<Token>, report: &mut Report) {
        let Some(open) = self.open.pop() else { return };
        let (Some(closer), sign) = (open.kind.closer(), open.kind.bracket()) else { return };
        let written = closer.bracket();
        if by.is_some() || open.wrong.is_some() || open.swallowed {
            self.lost = Some(self.lost.map_or(open.span.start, |first| first.min(open.span.start)));
        }
        if let Some(stray) = open.wrong
            && let Some(token) = self.tokens.get_mut(stray)
        {
            let wrong = token.kind.bracket();
            let told = Diagnostic::new(
                parse::UNCLOSED_BRACKET,
                open.span,
                format!("`{sign}` is closed by `{wrong}`: write `{written}`"),
            );
            report.push(told.label(token.span, format!("`{written}` belongs here")).edit(Edit::replace(
                token.span,
                written,
                format!("write `{written}` for `{wrong}`"),
                Applicability::Safe,
            )));
            token.kind = closer;
            if let Ok(at) = self.strays.binary_search(&stray) {
                self.strays.remove(at);
            }
            return;
        }
        let end = by.map_or_else(|| self.end(), |token| token.span.start);
        // Those inside of it that lack their partner in the same place come first.
        let inner = self.missing.iter().rev().take_while(|(at, _)| *at == before);
        let mut all: Vec<&str> = inner.map(|(_, token)| token.kind.bracket()).collect();
        all.reverse();
        all.push(written);
        let all = all.concat();
        self.missing.push((before, Token { kind: closer, span: Span::empty(end) }));
        if open.swallowed && by.is_none() {
            return;
        }
        let told = Diagnostic::new(
            parse::UNCLOSED_BRACKET,
            open.span,
            format!("`{sign}` is never closed: `{written}` is missing"),
        );
        let told = match by {
            Some(token) => told.label(
                token.span,
                format!("this `{}` belongs to a bracket further out", token.kind.bracket()),
            ),
            None => told,
        };
        report.push(told.edit(Edit::replace(
            Span::empty(end),
            &*all,
            format!("add `{all}`"),
            Applicability::Maybe,
        )));
    }

    fn end(&self) -> u32 {
        self.tokens.last().map_or(0, |token| token.span.end)
    }

    /// Ends the source, and gives the tokens with every bracket paired, and whether some were open.
    pub fn finish(mut self, report: &mut Report) -> (Vec<Token>, bool) {
        let mut unfinished = !self.open.is_empty();
        if let Some(start) = self.part_start() {
            // What comes after an open part was hardly meant as an expression.
            let swallowed = self.open.first().is_some_and(|open| open.swallowed);
            unfinished &= !swallowed && self.lost.is_none_or(|first| first >= start.end);
            report.forget(Span::new(start.end, u32::MAX));
            report.push(
                Diagnostic::new(
                    template::UNCLOSED_PART,
                    start,
                    "`{` opens a part that is never closed: `}` is missing, or `{{` was meant",
                )
                .edit(Edit::replace(
                    start,
                    "{{",
                    "write `{{` for a brace in the text",
                    Applicability::Maybe,
                )),
            );
            let at = self.open.first().map_or(0, |open| open.at);
            let end = self.end();
            self.tokens.truncate(at.saturating_add(1));
            self.tokens.push(Token { kind: Kind::Error, span: Span::new(start.end, end) });
            self.tokens.push(Token { kind: Kind::PartClose, span: Span::empty(end) });
            self.strays.retain(|&stray| stray < at);
            self.missing.retain(|&(before, _)| before <= at);
        } else {
            let all = self.tokens.len();
            while !self.open.is_empty() {
                self.leave_open(all, None, report);
            }
            unfinished &= self.lost.is_none();
        }
        for &stray in &self.strays {
            if let Some(token) = self.tokens.get(stray).filter(|_| !report.is_full()) {
                let sign = token.kind.bracket();
                let told = Diagnostic::new(
                    parse::UNOPENED_BRACKET,
                    token.span,
                    format!("`{sign}` closes nothing: no bracket of its kind is open"),
                );
                report.push(told.edit(Edit::replace(
                    token.span,
                    "",
                    format!("remove `{sign}`"),
                    Applicability::Maybe,
                )));
            }
        }
        (self.assemble(), unfinished)
    }

    fn assemble(self) -> Vec<Token> {
        if self.missing.is_empty() && self.strays.is_empty() {
            return self.tokens;
        }
        let mut tokens = Vec::with_capacity(self.tokens.len().saturating_add(self.missing.len()));
        let mut missing = self.missing.into_iter().peekable();
        for (at, token) in self.tokens.into_iter().enumerate() {
            while let Some((_, put_in)) = missing.next_if(|(before, _)| *before <= at) {
                tokens.push(put_in);
            }
            if self.strays.binary_search(&at).is_err() {
                tokens.push(token);
            }
        }
        tokens.extend(missing.map(|(_, put_in)| put_in));
        tokens
    }
}

/// For each token the place of its partner, itself where it is no bracket. The brackets are paired.
pub fn partners(tokens: &[Token]) -> Vec<usize> {
    let mut partners: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind.closer().is_some() {
            open.push(at);
        } else if token.kind.is_closer()
            && let Some(partner) = open.pop()
        {
            if let Some(place) = partners.get_mut(partner) {
                *place = at;
            }
            if let Some(place) = partners.get_mut(at) {
                *place = partner;
            }
        }
    }
    partners
}
