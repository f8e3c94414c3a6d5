//! Constructs of other languages that take a production to read: each ends in its error.

use probelang_diagnostic::{Applicability, Change, Diagnostic, Edit, Span, parse};

use super::{Arguments, Build, Expr, Form, Made};
use crate::parse::token::Token;
use crate::tree::Node;

/// The usual word for an operator of arithmetic and its like.
fn arithmetic_word(sign: &str) -> &'static str {
    match sign {
        "+" => "addition",
        "-" => "subtraction",
        "*" => "multiplication",
        "/" | "div" => "division",
        "%" | "mod" => "the remainder",
        "**" => "a power",
        "++" => "an increment",
        "--" => "a decrement",
        "&" | "^" | "~" => "a bitwise operation",
        "<<" | ">>" => "a shift",
        ".." | "..." | "..<" => "a range",
        _ => "arithmetic",
    }
}

/// Whether the operator computes nothing a reader would call arithmetic.
fn is_foreign(sign: &str) -> bool {
    matches!(sign, "~" | "^" | "<<" | ">>" | ".." | "..." | "..<")
}

impl Build<'_> {
    fn arithmetic_error(&self, op: Token) -> Diagnostic {
        let sign = self.text_of(op.span);
        let word = arithmetic_word(sign);
        let lower = sign.to_ascii_lowercase();
        if is_foreign(sign) {
            return Diagnostic::new(
                parse::FOREIGN_OPERATOR,
                op.span,
                format!("`{sign}` is {word}: the language has none"),
            );
        }
        let word = if word == "arithmetic" { arithmetic_word(&lower) } else { word };
        Diagnostic::new(
            parse::ARITHMETIC,
            op.span,
            format!(
                "`{sign}` is arithmetic ({word}): expressions read and compare values, they do not compute"
            ),
        )
        .arg("operator", sign)
    }

    /// `a + b`
    pub fn arithmetic(&mut self, left: Expr, op: Token, right: Expr) -> Made {
        let (a, b) = (self.value(left), self.value(right));
        let span = left.span.cover(right.span);
        if left.form != Form::Error {
            let told = self.arithmetic_error(op);
            let is_text = |id| matches!(self.builder.tree().node(id), Node::Str(_));
            let joins = self.text_of(op.span) == "+" && (is_text(a) || is_text(b));
            self.tell(if joins { told.note("texts are joined by the parts of a template") } else { told });
        }
        self.error(span)
    }

    /// `-a`, `~a`
    pub fn negation(&mut self, sign: Token, e: Expr) -> Made {
        self.value(e);
        if e.form != Form::Error {
            let told = self.arithmetic_error(sign);
            let told = match self.text_of(sign.span) {
                minus @ "-" => Diagnostic {
                    message: format!("`{minus}` is arithmetic (negation): only a number can have a sign"),
                    ..told
                },
                _ => told,
            };
            self.tell(told);
        }
        self.error(sign.span.cover(e.span))
    }

    /// `+5`
    pub fn signed_number(&mut self, sign: Token, number: Token) -> Made {
        let told = self.arithmetic_error(sign);
        let told = if self.text_of(sign.span) == "+" {
            let told = Diagnostic { message: "a number has no `+` in front of it".to_owned(), ..told };
            told.edit(Edit::replace(sign.span, "", "remove `+`", Applicability::Sure))
        } else {
            told
        };
        self.tell(told);
        self.error(sign.span.cover(number.span))
    }

    /// `a =~ b`, `a in b`
    pub fn relation(&mut self, left: Expr, op: Token, right: Expr) -> Made {
        let (_, b) = (self.value(left), self.value(right));
        let span = left.span.cover(right.span);
        let word = self.text_of(op.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = word.to_ascii_lowercase();
        let (negated, bare) = match lower.strip_prefix("not ") {
            Some(bare) => (true, bare),
            None => (lower == "!~", lower.as_str()),
        };
        let (function, swapped, construct) = match bare {
            "in" => ("contains", true, "the membership operator"),
            "=~" | "!~" => ("matches", false, "a match operator"),
            "like" => ("matches", false, "SQL's pattern comparison"),
            "startswith" => ("startsWith", false, "a function written as an operator"),
            "endswith" => ("endsWith", false, "a function written as an operator"),
            "matches" => ("matches", false, "a function written as an operator"),
            _ => ("contains", false, "a function written as an operator"),
        };
        let (first, second) = if swapped { (right, left) } else { (left, right) };
        let not = if negated { "!" } else { "" };
        let text = format!("{not}{function}({}, {})", self.text_of(first.span), self.text_of(second.span));
        let message = match Self::shown(&text) {
            Some(shown) => format!("`{word}` is {construct}: write `{shown}`"),
            None => format!("`{word}` is {construct}: write `{not}{function}(…)`"),
        };
        let told = Diagnostic::new(parse::FOREIGN_OPERATOR, op.span, message).arg("operator", word);
        // `%` and `_` of SQL mean something else in a pattern, and so does what `in` looks in.
        let fits = if bare == "like" { Applicability::Maybe } else { Applicability::Sure };
        let is_list = matches!(self.builder.tree().node(b), Node::Error);
        let title = format!("write `{not}{function}(…)`");
        let braces = [left.form, right.form].contains(&Form::Predicate);
        self.tell(if is_list || braces { told } else { told.edit(Edit::replace(span, text, title, fits)) });
        self.error(span)
    }

    /// `a ? b : c`
    pub fn conditional(&mut self, condition: Expr, question: Token, last: Expr) -> Made {
        if condition.form != Form::Error {
            self.tell(Diagnostic::new(
                parse::FOREIGN_OPERATOR,
                question.span,
                "`? :` is a conditional (ternary operator): for Booleans write `a && b || !a && c`, otherwise there is none",
            ));
        }
        self.error(condition.span.cover(last.span))
    }

    /// `a ?? b`, `a ?: b`
    pub fn fallback(&mut self, e: Expr, op: Token, last: Expr) -> Made {
        let sign = self.text_of(op.span);
        let name = if sign == "??" { "null coalescing" } else { "the Elvis operator" };
        if e.form != Form::Error {
            self.tell(Diagnostic::new(
                parse::FOREIGN_OPERATOR,
                op.span,
                format!("`{sign}` is {name}: the language has no default values, ask with `isDefined(…)` or `!= null`"),
            ));
        }
        self.error(e.span.cover(last.span))
    }

    /// `x => x > 1`, or `a => b` for `a >= b`
    pub fn arrow(&mut self, head: Expr, arrow: Token, body: Expr) -> Made {
        let span = head.span.cover(body.span);
        let sign = self.text_of(arrow.span);
        let source = self.source;
        let before = source.get(..span.start as usize).unwrap_or("").trim_end();
        let is_lambda = before.ends_with([',', '{', '(']) && matches!(head.form, Form::Name | Form::Operand);
        let told = if is_lambda {
            let error = Diagnostic::new(
                parse::FOREIGN_OPERATOR,
                arrow.span,
                format!("`{sign}` is a lambda (arrow function): a predicate names its element `@it`"),
            );
            match self.lambda_edit(head, body) {
                Some(edit) => error.edit(edit),
                None => error,
            }
        } else {
            Diagnostic::new(
                parse::FOREIGN_OPERATOR,
                arrow.span,
                format!("`{sign}` is an arrow of another language: greater or equal is written `>=`"),
            )
            .edit(Edit::replace(arrow.span, ">=", "write `>=`", Applicability::Maybe))
        };
        self.tell(told);
        self.error(span)
    }

    /// The body of a lambda with `@it` for its parameter.
    fn lambda_edit(&self, head: Expr, body: Expr) -> Option<Edit> {
        let tree = self.builder.tree();
        let Node::Name(parameter) = tree.node(head.id) else { return None };
        let name = tree.text(parameter);
        if body.form == Form::Predicate {
            return None;
        }
        let mut changes =
            vec![Change { span: Span::new(head.span.start, body.span.start), text: String::new() }];
        // Nodes stand in the order of their ends, so names in the order of their places.
        for id in tree.ids().skip((head.id.0 as usize).saturating_add(1)) {
            let span = tree.span(id);
            let is_parameter = matches!(tree.node(id), Node::Name(text) if tree.text(text) == name);
            if is_parameter && body.span.contains(span) {
                changes.push(Change { span, text: "@it".to_owned() });
            }
        }
        Some(Edit { title: "name the element `@it`".to_owned(), changes, applicability: Applicability::Sure })
    }

    /// `a; b`
    pub fn semicolon(&mut self, e: Expr, semicolon: Token, more: Option<Expr>) -> Expr {
        let told = Diagnostic::new(
            parse::FOREIGN_OPERATOR,
            semicolon.span,
            "`;` ends a statement: a program is one expression",
        );
        let told = match more {
            Some(_) => told.note("conditions are joined by `&&` and `||`"),
            None => told.edit(Edit::replace(semicolon.span, "", "remove `;`", Applicability::Sure)),
        };
        self.tell(told);
        let end = more.map_or(semicolon.span, |more| more.span);
        Expr { span: e.span.cover(end), ..e }
    }

    /// `[a, b]` as an operand
    pub fn list(&mut self, open: Token, items: Arguments, close: Token) -> Made {
        let span = open.span.cover(close.span);
        for item in &items.list {
            self.value(*item);
        }
        if !close.is_put_in() {
            let told = Diagnostic::new(
                parse::LIST_LITERAL,
                span,
                "a list (array) literal: the language has none, compare with each element, `x == a || x == b`",
            );
            self.tell(told);
        }
        self.error(span)
    }

    /// `{a: b}`, `{}`, `{a, b}` as an operand
    pub fn map(&mut self, open: Token, close: Token, is_map: bool) -> Made {
        let span = open.span.cover(close.span);
        if !close.is_put_in() {
            let what = if is_map { "a map (object, dictionary) literal" } else { "a set literal" };
            let told = Diagnostic::new(
                parse::MAP_LITERAL,
                span,
                format!("{what}: the language has none; a predicate in braces is one expression"),
            );
            self.tell(told);
        }
        self.error(span)
    }

    /// `a[]`
    pub fn empty_index(&mut self, base: Expr, open: Token, close: Token) -> Made {
        let span = base.span.cover(close.span);
        self.value(base);
        if base.form != Form::Error && !close.is_put_in() {
            let told = Diagnostic::new(
                parse::UNEXPECTED,
                open.span.cover(close.span),
                "an index is missing between the brackets",
            );
            self.tell(told);
        }
        self.error(span)
    }

    /// `a[i:j]`
    pub fn slice(
        &mut self,
        base: Expr,
        open: Token,
        from: Option<Expr>,
        colon: Token,
        to: Option<Expr>,
        close: Token,
    ) -> Made {
        let span = base.span.cover(close.span);
        self.value(base);
        let told = Diagnostic::new(
            parse::FOREIGN_OPERATOR,
            colon.span,
            "`[i:j]` is a slice: a part of a string is `substring(text, from, to)`, lists have none",
        )
        .label(open.span.cover(close.span), "this slice");
        let edit = to.map(|to| {
            let from = from.map_or("0", |from| self.text_of(from.span));
            let text = format!("substring({}, {from}, {})", self.text_of(base.span), self.text_of(to.span));
            Edit::replace(span, text, "write substring", Applicability::Maybe)
        });
        if base.form != Form::Error {
            self.tell(match edit {
                Some(edit) => told.edit(edit),
                None => told,
            });
        }
        self.error(span)
    }
}
