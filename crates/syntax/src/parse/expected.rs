//! Our own words for what the grammar expected.

use std::ops::Range;

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, parse};

use super::foreign;
use super::report::Report;
use super::token::{Kind, Token};
use crate::lex::type_name;
use crate::operation::Operation;
use crate::{function, suggest};

/// The place at which the grammar did not read on.
pub struct Stuck<'a> {
    /// The source.
    pub source: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// The token that does not continue what comes before it; after the last one: the end.
    pub at: usize,
    /// The terminals that would.
    pub expected: &'a [String],
}

impl Stuck<'_> {
    /// Tells it. `piece` holds the tokens that are cut out because of it.
    pub fn tell(&self, piece: Range<usize>, report: &mut Report) {
        if self.constructs(piece.clone(), report) {
            return;
        }
        let found = self.token(self.at);
        // A bracket that was put in, and input that was refused, are reported already; what an edit repairs is reported
        // as what it would be then.
        let told =
            |token: Token| token.is_put_in() || token.kind == Kind::Error || report.explains(token.span);
        if found.is_some_and(told) {
            return;
        }
        if let Some(special) = self.special(&piece) {
            if found.is_some_and(|token| token.kind == Kind::Colon) {
                // What looks like a format was never meant as an expression.
                let rest = self.tokens.iter().skip(self.at).take_while(|token| token.kind != Kind::PartClose);
                report.forget(rest.fold(special.span, |all, token| all.cover(token.span)));
            }
            return report.push(special);
        }
        let words = self.words();
        let due = list(&words);
        let Some(found) = found else {
            let end = self.before().map_or(0, |token| token.span.end);
            let message = format!("the expression is not finished: {due} is missing");
            return report.push(Diagnostic::new(parse::INCOMPLETE, Span::empty(end), message));
        };
        let message = format!("expected {due}, found {}", self.describe(found));
        report
            .push(Diagnostic::new(parse::UNEXPECTED, found.span, message).arg("expected", words.join(", ")));
    }

    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).copied()
    }

    fn before(&self) -> Option<Token> {
        self.token(self.at.checked_sub(1)?)
    }

    fn text(&self, token: Token) -> &str {
        token.span.slice(self.source)
    }

    fn takes(&self, terminal: &str) -> bool {
        self.expected.iter().any(|name| name.trim_matches('"') == terminal)
    }

    /// Tells what other languages have in the piece: it is cut out before its production is read. Whether one
    /// of them is why the grammar did not read on.
    fn constructs(&self, piece: Range<usize>, report: &mut Report) -> bool {
        let mut is_reason = false;
        for at in piece.start..piece.end.max(self.at.saturating_add(1)) {
            let Some(token) = self.token(at).filter(|_| !report.is_full()) else { break };
            let is_operator =
                at.checked_sub(1).and_then(|at| self.token(at)).is_some_and(|t| t.kind.ends_operand());
            if token.kind == Kind::Minus && !is_operator {
                continue;
            }
            if let Some(told) = foreign::construct(token.kind, self.text(token), token.span) {
                if !report.speaks_of(token.span) {
                    report.push(told);
                }
                is_reason |= at.abs_diff(self.at) <= 1 || token.kind == Kind::Question && self.takes(":");
            }
        }
        is_reason
    }

    /// What was expected, at most three things, the closing bracket first.
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.takes("type") {
            words.push("a type name in quotes".to_owned());
        } else if self.takes("int") && self.takes("null") {
            words.push("a value".to_owned());
        } else if self.takes("word") && self.takes("quoted") {
            words.push("a member name".to_owned());
        } else {
            if let Some(closer) = self.innermost().and_then(Kind::closer) {
                words.push(format!("`{}`", closer.bracket()));
            }
            if self.takes(",") && self.takes(")") && self.is_in_call() {
                words.push("`,`".to_owned());
            }
            if self.takes("&&") || self.takes("==") || words.is_empty() {
                words.push("an operator".to_owned());
            }
        }
        words
    }

    /// Whether the innermost parenthesis that is open here is that of a call.
    fn is_in_call(&self) -> bool {
        let mut closed = 0u32;
        let before = self.tokens.get(..self.at).unwrap_or(&[]);
        for (at, token) in before.iter().enumerate().rev() {
            match token.kind {
                Kind::ParenClose => closed = closed.saturating_add(1),
                Kind::ParenOpen if closed > 0 => closed = closed.saturating_sub(1),
                Kind::ParenOpen => {
                    let callee = at.checked_sub(1).and_then(|at| before.get(at));
                    return callee.is_some_and(|callee| callee.kind.ends_operand());
                }
                _ => {}
            }
        }
        false
    }

    /// Whether an expression, or the part of a template, begins here.
    fn begins_expression(&self) -> bool {
        self.before().is_none_or(|before| {
            matches!(
                before.kind,
                Kind::Expression | Kind::PartOpen | Kind::And | Kind::Or | Kind::ParenOpen | Kind::Comma
            )
        })
    }

    /// The innermost bracket that is open here.
    fn innermost(&self) -> Option<Kind> {
        let mut closed = 0usize;
        for token in self.tokens.iter().take(self.at).rev() {
            if token.kind.is_closer() {
                closed = closed.saturating_add(1);
            } else if token.kind.closer().is_some() {
                match closed.checked_sub(1) {
                    Some(left) => closed = left,
                    None => return Some(token.kind),
                }
            }
        }
        None
    }

    /// A token in words; never the content of a string.
    fn describe(&self, token: Token) -> String {
        let text = self.text(token);
        match token.kind {
            Kind::Word | Kind::Quoted => format!("the name {text}"),
            Kind::Int | Kind::Float => "a number".to_owned(),
            Kind::Str => "a string".to_owned(),
            Kind::Refused => "a value".to_owned(),
            Kind::TypeName => "a type name".to_owned(),
            Kind::PartClose => "the end of the part".to_owned(),
            _ => format!("`{text}`"),
        }
    }

    /// Constructs that are known by a word or by where a sign is.
    fn special(&self, piece: &Range<usize>) -> Option<Diagnostic> {
        let found = self.token(self.at)?;
        let text = self.text(found);
        let error = |token: Token, message: String| Diagnostic::new(parse::UNEXPECTED, token.span, message);
        match found.kind {
            Kind::Colon if self.innermost() == Some(Kind::PartOpen) => {
                let message =
                    "`:` in a part: parts take no format, and braces of the text are written `{{` and `}}`";
                Some(error(found, message.to_owned()))
            }
            Kind::BraceOpen
                if self
                    .before()
                    .is_some_and(|before| before.kind == Kind::Word && self.text(before) == "$") =>
            {
                let message = "`${a}` is a part of other template languages: an expression reads `a`";
                Some(error(found, message.to_owned()))
            }
            Kind::BraceOpen if self.before().is_some_and(|before| before.kind.ends_operand()) => {
                let name = self.before().filter(|before| before.kind == Kind::Word)?;
                let Operation::Call(makes) = suggest::canonical(self.text(name))? else { return None };
                let function = makes.function();
                function.is_loop().then(|| {
                    let function = function.name;
                    let message =
                        format!("a block (closure) behind a name: write the predicate as an argument, `{function}(xs, {{@it > 1}})`");
                    error(found, message)
                })
            }
            // jq reads the members of its input so
            Kind::Dot
                if self.begins_expression()
                    && self
                        .token(self.at.saturating_add(1))
                        .is_some_and(|next| matches!(next.kind, Kind::Word | Kind::Quoted)) =>
            {
                let message = "names are read without a dot before them: write `a.b` for jq's `.a.b`";
                let edit = Edit::replace(found.span, "", "remove `.`", Applicability::Safe);
                Some(error(found, message.to_owned()).edit(edit))
            }
            Kind::Comma => {
                let message =
                    "a comma outside of a call: a program is one expression, conditions are joined by `&&`";
                let outside = matches!(self.innermost(), None | Some(Kind::PartOpen));
                let after = self.before().is_some_and(|before| before.kind.ends_operand());
                (outside && after).then(|| error(found, message.to_owned()))
            }
            Kind::Not if self.before().is_some_and(|before| before.kind.ends_operand()) => {
                let message =
                    format!("`{text}` stands between two values: unequal is written `!=`, both hold is `&&`");
                Some(error(found, message))
            }
            _ if !found.kind.ends_operand() && !matches!(found.kind, Kind::ParenOpen | Kind::Not) => None,
            _ => {
                let before = self.before().filter(|before| before.kind == Kind::Word);
                before
                    .and_then(|before| self.leading_word(before, found))
                    .or_else(|| self.infix_word(found, piece))
            }
        }
    }

    /// `new Foo()`, `typeof x`: a word of another language in front of a value.
    fn leading_word(&self, word: Token, operand: Token) -> Option<Diagnostic> {
        let text = self.text(word);
        let error = |message: String| Diagnostic::new(parse::UNEXPECTED, word.span, message);
        let replaced = |told: Diagnostic, by: &str| {
            let span = Span::new(word.span.start, operand.span.start);
            let title = if by.is_empty() { format!("remove `{text}`") } else { format!("write `{by}`") };
            told.edit(Edit::replace(span, by, title, Applicability::Maybe))
        };
        if let Some(function) = function::find(text) {
            let signature = function.signature();
            return Some(error(format!("the arguments of `{text}` stand in parentheses: {signature}")));
        }
        Some(match text {
            "new" => error("`new` creates an object: expressions only read values that exist".to_owned()),
            "typeof" | "type" => {
                error(format!("`{text}` is a type test of another language: write `a instanceof \"T\"`"))
            }
            "NOT" | "Not" => {
                replaced(error(format!("`{text}` is the negation of another language: write `!`")), "!")
            }
            "return" | "await" | "yield" | "print" | "when" | "where" => replaced(
                error(format!("`{text}` is a keyword of another language: write the expression alone")),
                "",
            ),
            "if" | "unless" | "while" | "for" | "switch" | "case" | "match" => {
                error(format!("`{text}` starts a statement of another language: a program is one expression"))
            }
            "var" | "let" | "const" | "val" | "def" | "auto" => {
                error(format!("`{text}` declares a variable: expressions change nothing"))
            }
            "lambda" | "fn" | "func" | "function" | "fun" => error(format!(
                "`{text}` starts a lambda (anonymous function): a predicate names its element `@it`"
            )),
            "delete" | "del" | "throw" | "raise" | "assert" | "import" => {
                error(format!("`{text}` is a statement of another language: expressions change nothing"))
            }
            _ => return None,
        })
    }

    /// `a if b`, `a between b`: a word of another language where an operator is due.
    fn infix_word(&self, word: Token, piece: &Range<usize>) -> Option<Diagnostic> {
        if word.kind != Kind::Word || !self.before().is_some_and(|before| before.kind.ends_operand()) {
            return None;
        }
        let text = self.text(word);
        let error = |message: String| Some(Diagnostic::new(parse::FOREIGN_OPERATOR, word.span, message));
        match &*text.to_ascii_lowercase() {
            "if" | "unless" | "then" | "else" => error(format!(
                "`{text}` is a conditional of another language: of Booleans `a && b || !a && c` says the same"
            )),
            "between" => {
                error(format!("`{text}` is a range test of another language: write `a <= x && x <= b`"))
            }
            "as" => error(format!("`{text}` is a cast: values are never converted")),
            "for" => error(format!("`{text}` is a comprehension (loop): write `any`, `all` or `filter`")),
            "instanceof" | "isinstance" | "isa" => {
                let told = error(format!("`{text}` is not read: write `instanceof`"))?;
                let fits =
                    if self.tests_type_alone(piece) { Applicability::Safe } else { Applicability::Maybe };
                Some(told.edit(Edit::replace(word.span, "instanceof", "write `instanceof`", fits)))
            }
            "plus" | "minus" | "times" => {
                error(format!("`{text}` is arithmetic: expressions do not compute"))
            }
            _ => None,
        }
    }

    /// Whether `piece` is a path, the word here and a type name: nothing else is wrong then.
    fn tests_type_alone(&self, piece: &Range<usize>) -> bool {
        let path = self.tokens.get(piece.start..self.at).unwrap_or_default();
        let behind = self.tokens.get(self.at.saturating_add(1)..piece.end).unwrap_or_default();
        let is_type = match behind {
            [Token { kind: Kind::Str, .. }] => true,
            [first, ..] => {
                let span = behind.iter().fold(first.span, |all, token| all.cover(token.span));
                let rest = self.source.get(span.start as usize..).unwrap_or("");
                type_name::read(rest).is_some_and(|name| name.plain && name.len == span.len() as usize)
            }
            [] => false,
        };
        let of_path =
            |token: &Token| matches!(token.kind, Kind::Word | Kind::Quoted | Kind::At(_) | Kind::Dot);
        is_type && path.iter().all(of_path)
    }
}

fn list(words: &[String]) -> String {
    match words {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
