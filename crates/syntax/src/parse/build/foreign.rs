//! Constructs of other languages that take a production to read: each ends in its error.

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Applicability, Change, Diagnostic, Edit, Span, parse, spell};

use super::{Arguments, Build, Expr, Form, ListLiteral, Made, MemberOf};
use crate::parse::foreign;
use crate::parse::token::{Kind, Token};
use crate::tree::Node;

impl Build<'_> {
    /// The error about `token`, which another language has.
    fn construct(&self, token: Token) -> Diagnostic {
        let text = self.text_of(token.span);
        foreign::construct(token.kind, text, token.span).unwrap_or_else(|| {
            Diagnostic::new(parse::FOREIGN_OPERATOR, token.span, format!("`{text}` is no operator here"))
        })
    }

    /// `a + b`
    pub fn arithmetic(&mut self, left: Expr, op: Token, right: Expr) -> Made {
        let (a, b) = (self.value(left)?, self.value(right)?);
        let span = left.span.cover(right.span);
        if !left.form.is_error() {
            let told = self.construct(op);
            let is_text = |id| matches!(self.builder.tree().node(id), Node::Str(_));
            let joins = self.text_of(op.span) == "+" && (is_text(a) || is_text(b));
            let told = match self.dashed(left, op) {
                Some(edit) => told.edit(edit),
                None if joins => told.note("texts are joined by the parts of a template"),
                None => told,
            };
            self.tell(told);
        }
        self.open_error(span)
    }

    /// `headers.X-Request-Id`, `x-request-id`: one name with dashes, which is written in quotes.
    fn dashed(&self, left: Expr, op: Token) -> Option<Edit> {
        let rest = self.source.get(op.span.end as usize..)?;
        let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
        let tail = rest.get(..end)?;
        let touches = left.span.end == op.span.start && self.text_of(op.span) == "-";
        if !touches
            || !tail.starts_with(char::is_alphabetic)
            || tail.ends_with('-')
            || rest.get(end..)?.starts_with('(')
        {
            return None;
        }
        let end = op.span.end.saturating_add(u32::try_from(end).ok()?);
        match left.form {
            Form::Member(MemberOf { base, name }) if name.kind == Kind::Word => {
                let name = Span::new(name.span.start, end);
                let text = format!("[{}]", spell::string(self.text_of(name)));
                let title = format!("write `{text}`");
                Some(Edit::replace(Span::new(base.end, end), text, title, Applicability::Safe))
            }
            // of single letters it is more likely a difference
            Form::Name if left.span.len() > 1 && tail.split('-').all(|part| part.len() > 1) => {
                let span = Span::new(left.span.start, end);
                let text = spell::Ident(self.text_of(span)).to_string();
                let title = format!("write {text}");
                Some(Edit::replace(span, text, title, Applicability::Maybe))
            }
            Form::Error
            | Form::Cut
            | Form::List(_)
            | Form::Number
            | Form::Operand
            | Form::Name
            | Form::Member(_)
            | Form::Predicate
            | Form::Not
            | Form::Order
            | Form::Equality
            | Form::Chain(_)
            | Form::And
            | Form::Or => None,
        }
    }

    /// `-a`, `~a`
    pub fn negation(&mut self, sign: Token, e: Expr) -> Made {
        self.value(e)?;
        if !e.form.is_error() {
            let told = self.construct(sign);
            let told = match self.text_of(sign.span) {
                minus @ "-" => told.with_message(format!(
                    "`{minus}` is arithmetic (negation): only a number can have a sign"
                )),
                _ => told,
            };
            self.tell(told);
        }
        self.open_error(sign.span.cover(e.span))
    }

    /// `+5`
    pub fn signed_number(&mut self, sign: Token, number: Token) -> Made {
        let told = self.construct(sign);
        let told = if self.text_of(sign.span) == "+" {
            told.with_message("a number has no `+` in front of it").edit(Edit::replace(
                sign.span,
                "",
                "remove `+`",
                Applicability::Safe,
            ))
        } else {
            told
        };
        self.tell(told);
        let number = self.number(None, number)?;
        self.error(sign.span.cover(number.span))
    }

    /// `a =~ b`, `a in b`
    pub fn relation(&mut self, left: Expr, op: Token, right: Expr) -> Made {
        self.value(left)?;
        self.value(right)?;
        let span = left.span.cover(right.span);
        let word = self.text_of(op.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = word.to_ascii_lowercase();
        let (negated, bare) = match lower.strip_prefix("not ") {
            Some(bare) => (true, bare),
            None => (lower == "!~", lower.as_str()),
        };
        // `not x in xs` and `!x in xs` negate the whole, whatever their language makes of the second.
        let (left, negated) = match (left.form, self.builder.tree().node(left.id)) {
            (Form::Not, Node::Not { operand }) => {
                let sign = self.builder.tree().focus(left.id);
                let inner = self.text_of(Span::new(sign.end, left.span.end));
                let start =
                    left.span.end.saturating_sub(u32::try_from(inner.trim_start().len()).unwrap_or(0));
                let span = Span::new(start, left.span.end);
                (Expr { id: operand, span, form: Form::Operand, ..left }, !negated)
            }
            _ => (left, negated),
        };
        let (function, swapped, construct) = match bare {
            "in" => ("contains", true, "the membership operator"),
            "=~" | "!~" => ("matches", false, "a match operator"),
            "like" | "ilike" => ("matches", false, "SQL's pattern comparison"),
            "startswith" => ("startsWith", false, "a function written as an operator"),
            "endswith" => ("endsWith", false, "a function written as an operator"),
            "matches" => ("matches", false, "a function written as an operator"),
            _ => ("contains", false, "a function written as an operator"),
        };
        let (first, second) = if swapped { (right, left) } else { (left, right) };
        let not = if negated { "!" } else { "" };
        let single = if bare == "in" { self.only_element(left, right, negated, span) } else { None };
        let one_of = if function == "contains" { self.one_of(first, second, negated, span) } else { None };
        let like = if bare == "like" { self.like(left, right, negated, span) } else { None };
        // without regard to case on purpose, a pattern says the same
        let like = like.or_else(|| {
            if bare == "ilike" { self.like_pattern(left, right, negated, "(?is)") } else { None }
        });
        // of one string in parentheses Python asks for a part of it
        let is_part = single.is_some() && word != "IN" && word != "NOT IN" && self.is_string(right);
        let plain = (!matches!(bare, "like" | "ilike") || like.is_some()) && !is_part;
        let like = like.or_else(|| if plain { None } else { self.like_pattern(left, right, negated, "") });
        let text = one_of.or(single).or(like).unwrap_or_else(|| {
            format!("{not}{function}({}, {})", self.text_of(first.span), self.text_of(second.span))
        });
        let is_list =
            matches!(right.form, Form::List(at) if self.lists.get(at).is_some_and(|list| !list.told));
        let message = match Self::shown(&text) {
            Some(_) if is_list => format!("`{word}` is {construct}: compare with each element"),
            Some(shown) => format!("`{word}` is {construct}: write `{shown}`"),
            None => format!("`{word}` is {construct}: write `{not}{function}(…)`"),
        };
        let told = Diagnostic::new(parse::FOREIGN_OPERATOR, op.span, message).arg("operator", word);
        // `%` and `_` of SQL mean something else in a pattern, and so does what `in` looks in.
        let fits = if plain { Applicability::Safe } else { Applicability::Maybe };
        let braces = [left.form, right.form].contains(&Form::Predicate);
        self.tell(if braces || is_list { told } else { told.edit(Self::rewrite(span, text, fits)) });
        self.error(span)
    }

    fn is_string(&self, e: Expr) -> bool {
        matches!(self.builder.tree().node(e.id), Node::Str(_))
    }

    /// What `x in (1)` means: a literal in parentheses is a list of one.
    fn only_element(&self, x: Expr, list: Expr, negated: bool, span: Span) -> Option<String> {
        let element = self.text_of(list.span).strip_prefix('(')?.strip_suffix(')')?;
        if !self.builder.tree().node(list.id).is_literal() {
            return None;
        }
        let sign = if negated { "!=" } else { "==" };
        Some(self.grouped(span, format!("{} {sign} {}", self.left_text(x), element.trim())))
    }

    /// `x LIKE "a_b%c"` as a pattern. SQL may compare without regard to case.
    fn like_pattern(&self, x: Expr, pattern: Expr, negated: bool, flags: &str) -> Option<String> {
        let Node::Str(text) = self.builder.tree().node(pattern.id) else { return None };
        let text = self.builder.tree().text(text);
        // a backslash may make the sign after it plain
        if text.contains('\\') {
            return None;
        }
        let mut regex = format!("{flags}^");
        for c in text.chars() {
            match c {
                '%' => regex.push_str(".*"),
                '_' => regex.push('.'),
                c if c.is_ascii_punctuation() => regex.extend(['\\', c]),
                c => regex.push(c),
            }
        }
        regex.push('$');
        let not = if negated { "!" } else { "" };
        Some(format!("{not}matches({}, {})", self.text_of(x.span), spell::string(&regex)))
    }

    /// What `x LIKE "text%"` means, where the pattern is a text with `%` at its ends only.
    fn like(&self, x: Expr, pattern: Expr, negated: bool, span: Span) -> Option<String> {
        let Node::Str(text) = self.builder.tree().node(pattern.id) else { return None };
        let text = self.builder.tree().text(text);
        let (start, text) = text.strip_prefix('%').map_or((false, text), |text| (true, text));
        let (end, text) = text.strip_suffix('%').map_or((false, text), |text| (true, text));
        if text.is_empty() || text.contains(['%', '_', '\\']) {
            return None;
        }
        let quoted = spell::string(text);
        let not = if negated { "!" } else { "" };
        let function = match (start, end) {
            (false, false) => {
                let sign = if negated { "!=" } else { "==" };
                return Some(self.grouped(span, format!("{} {sign} {quoted}", self.left_text(x))));
            }
            (false, true) => "startsWith",
            (true, false) => "endsWith",
            (true, true) => "contains",
        };
        Some(format!("{not}{function}({}, {quoted})", self.text_of(x.span)))
    }

    /// `a ? b : c`, `a ?? b`, `a ?: b`
    pub fn choice(&mut self, first: Expr, op: Token, last: Expr) -> Made {
        self.value(first)?;
        self.value(last)?;
        if !first.form.is_error() {
            let told = self.construct(op);
            self.tell(told);
        }
        self.open_error(first.span.cover(last.span))
    }

    /// `x => x > 1`, or `a => b` for `a >= b`
    pub fn arrow(&mut self, head: Expr, arrow: Token, body: Expr) -> Made {
        let span = head.span.cover(body.span);
        let sign = self.text_of(arrow.span);
        let source = self.source;
        let before = source.get(..span.start as usize).unwrap_or("").trim_end();
        let is_lambda = before.ends_with([',', '{', '(']) && matches!(head.form, Form::Name | Form::Operand);
        let told = if is_lambda {
            let error = self.construct(arrow);
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
        for id in tree.ids().skip((head.id.0 as usize).saturating_add(1)) {
            let span = tree.span(id);
            match tree.node(id) {
                _ if !body.span.contains(span) => {}
                // In a predicate inside of it `@it` is another element.
                Node::Loop { .. } | Node::Error => return None,
                Node::Name(text) if tree.text(text) == name => {
                    changes.push(Change { span, text: "@it".to_owned() });
                }
                _ => {}
            }
        }
        sort_by_number(&mut changes, |change| change.span.rank());
        // A body without the parameter is hardly one: `a->b` of PHP.
        let fits = if changes.len() > 1 { Applicability::Safe } else { Applicability::Maybe };
        Some(Edit { title: "name the element `@it`".to_owned(), changes, applicability: fits })
    }

    /// `a; b`
    pub fn semicolon(&mut self, e: Expr, semicolon: Token, more: Option<Expr>) -> Expr {
        let told = self.construct(semicolon);
        let told = match more {
            Some(_) => told.note("conditions are joined by `&&` and `||`"),
            None => told.edit(Edit::replace(semicolon.span, "", "remove `;`", Applicability::Safe)),
        };
        self.tell(told);
        let end = more.map_or(semicolon.span, |more| more.span);
        Expr { span: e.span.cover(end), ..e }
    }

    /// `[a, b]` or `(a, b)` as an operand: reported at the end, unless what contains it says it better.
    pub fn list(&mut self, open: Token, items: Arguments, close: Token) -> Made {
        let span = open.span.cover(close.span);
        for item in &items.list {
            self.value(*item)?;
        }
        let made = self.error(span)?;
        if close.is_put_in() {
            return Ok(made);
        }
        let at = self.lists.len();
        let what = if open.kind == Kind::ParenOpen { "tuple" } else { "list (array)" };
        self.lists.push(ListLiteral { span, items: items.list, what, told: false });
        Ok(Expr { form: Form::List(at), ..made })
    }

    /// Reports the list literals that are not reported yet.
    pub(super) fn tell_lists(&mut self) {
        for list in std::mem::take(&mut self.lists).into_iter().filter(|list| !list.told) {
            self.tell(list_error(
                &list,
                "the language has none, compare with each element: `x == a || x == b`",
            ));
        }
    }

    /// `x == a || x == b` for `x` in the list literal `list`, or its negation, in place of `span`. Marks the
    /// list as reported.
    fn one_of(&mut self, list: Expr, x: Expr, negated: bool, span: Span) -> Option<String> {
        let Form::List(at) = list.form else { return None };
        let literal = self.lists.get(at)?;
        let sound = self.is_sound(x);
        let x = self.left_text(x);
        let (sign, joint) = if negated { ("!=", " && ") } else { ("==", " || ") };
        let each = literal.items.iter().map(|item| format!("{x} {sign} {}", self.operand_text(*item)));
        let each: Vec<String> = each.collect();
        let text = each.join(joint);
        let text = match each.len() {
            0 => return None,
            2.. if !sound => return None,
            1 => self.grouped(span, text),
            _ if self.stands_between_brackets(span) => text,
            _ => format!("({text})"),
        };
        if let Some(literal) = self.lists.get_mut(at) {
            literal.told = true;
        }
        Some(text)
    }

    /// `contains([a, b], x)`: reports the list with the comparisons that mean the same.
    pub(super) fn tell_contains_list(&mut self, list: Expr, x: Expr, span: Span) {
        let Some(text) = self.one_of(list, x, false, span) else { return };
        let advice = match Self::shown(&text) {
            Some(shown) => format!("the language has none, write `{shown}`"),
            None => "the language has none, compare with each element".to_owned(),
        };
        let Form::List(at) = list.form else { return };
        let Some(literal) = self.lists.get(at) else { return };
        let told = list_error(literal, &advice);
        self.tell(told.edit(Edit::replace(span, text, "compare with each element", Applicability::Safe)));
    }

    /// `{a: b}`, `{}`, `{a, b}` as an operand
    pub fn map(&mut self, open: Token, close: Token, is_map: bool) -> Made {
        let span = open.span.cover(close.span);
        if !close.is_put_in() {
            let message = if self.unbraced(span).is_empty() {
                "an empty map (object, dictionary) literal or an empty predicate: the language has neither"
            } else if is_map {
                "a map (object, dictionary) literal: the language has none"
            } else {
                "a set literal: the language has none, and a predicate in braces is one expression"
            };
            self.tell(Diagnostic::new(parse::MAP_LITERAL, span, message));
        }
        self.error(span)
    }

    /// `a[]`
    pub fn empty_index(&mut self, base: Expr, open: Token, close: Token) -> Made {
        let span = base.span.cover(close.span);
        self.value(base)?;
        if !base.form.is_error() && !close.is_put_in() {
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
        self.value(base)?;
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
        if !base.form.is_error() {
            self.tell(match edit {
                Some(edit) => told.edit(edit),
                None => told,
            });
        }
        self.error(span)
    }
}

fn list_error(list: &ListLiteral, advice: &str) -> Diagnostic {
    Diagnostic::new(parse::LIST_LITERAL, list.span, format!("a {} literal: {advice}", list.what))
}
