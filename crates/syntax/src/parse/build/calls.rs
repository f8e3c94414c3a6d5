//! Calls: the functions of the language, functions it does not have, and methods.

use probelang_diagnostic::{Applicability, Change, Diagnostic, Edit, Span, parse};
use probelang_dialect::TextOp;

use super::{Arguments, Build, Expr, Form, Made, MemberOf};
use crate::function::{self, FUNCTIONS, Function, Makes, Takes};
use crate::operation::Operation;
use crate::parse::token::{Kind, Token};
use crate::suggest;
use crate::tree::{LogicOp, Node};

/// What `contains` makes: other languages ask a list literal with it.
const CONTAINS: Makes = Makes::Text(TextOp::Contains);

/// Whether `function` is read with `count` arguments.
fn takes(function: &Function, count: usize) -> bool {
    let (fewest, most) = function.arity();
    (fewest..=most).contains(&count)
}

/// Whether the argument at `at` is a predicate.
fn is_predicate(function: &Function, at: usize) -> bool {
    function.parameters.get(at).is_some_and(|parameter| parameter.takes == Takes::Predicate)
}

impl Build<'_> {
    /// `name(arguments)`
    pub fn call(&mut self, name: Token, arguments: Arguments, close: Token) -> Made {
        let word = self.text_of(name.span);
        let span = name.span.cover(close.span);
        self.tell_trailing(&arguments, close);
        let Some(function) = function::find(word) else {
            self.tell_unknown_function(word, name, &arguments, close);
            // Braces may be right for the function that was meant.
            for argument in &arguments.list {
                self.node(*argument)?;
            }
            return self.error(span);
        };
        let mut ids = Vec::with_capacity(arguments.list.len());
        for (at, argument) in arguments.list.iter().enumerate() {
            ids.push(if is_predicate(function, at) { self.node(*argument)? } else { self.value(*argument)? });
        }
        if !takes(function, ids.len()) {
            // The rest of a call without its closing bracket may still come.
            let is_cut = arguments.list.iter().any(|argument| argument.form == Form::Cut);
            if !close.is_put_in() && !is_cut {
                self.tell_arity(function, word, ids.len(), span, name);
            }
            return self.error(span);
        }
        if let (CONTAINS, [list, x]) = (function.makes, arguments.list.as_slice()) {
            self.tell_contains_list(*list, *x, span);
        }
        match function.makes.node(&ids) {
            Some(node) => self.push(node, span, name.span, Form::Operand),
            None => self.error(span),
        }
    }

    fn tell_trailing(&mut self, arguments: &Arguments, close: Token) {
        let told = |comma: &Span| close.is_put_in() || self.report.speaks_of(*comma);
        let Some(comma) = arguments.trailing.filter(|comma| !told(comma)) else { return };
        self.tell(
            Diagnostic::new(parse::TRAILING_COMMA, comma, "a trailing comma: no argument stands behind it")
                .edit(Edit::replace(comma, "", "remove the comma", Applicability::Safe)),
        );
    }

    fn tell_arity(&mut self, function: &Function, word: &str, given: usize, span: Span, name: Token) {
        let due = function.parameters.len();
        let plural = if due == 1 { "" } else { "s" };
        let was = if given == 1 { "is" } else { "are" };
        self.tell(
            Diagnostic::new(
                parse::ARITY,
                name.span,
                format!(
                    "`{word}` takes {due} argument{plural}, {given} {was} given: {}",
                    function.signature()
                ),
            )
            .arg("function", function.name)
            .arg("expected", due.to_string())
            .arg("given", given.to_string())
            .label(span, "this call"),
        );
    }

    fn tell_unknown_function(&mut self, word: &str, name: Token, arguments: &Arguments, close: Token) {
        if self.report.is_full() {
            return;
        }
        let span = name.span.cover(close.span);
        let error = |message: String| {
            Diagnostic::new(parse::UNKNOWN_FUNCTION, name.span, message).arg("function", word)
        };
        let asks_existence = matches!(arguments.list.as_slice(), [only] if only.form != Form::Predicate)
            && ["exists", "defined", "has", "isset", "exist"].contains(&&*word.to_ascii_lowercase());
        let known = if asks_existence { function::find("isDefined") } else { None };
        let known =
            known.map(|function| Operation::Call(function.makes)).or_else(|| suggest::canonical(word));
        let meant = known.map(|operation| (operation.key(), operation)).or_else(|| {
            let near = suggest::suggest(word, FUNCTIONS.iter().flat_map(Function::names))?;
            function::find(near).map(|function| (near, Operation::Call(function.makes)))
        });
        let Some((key, meant)) = meant else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
            self.tell(
                error(format!("there is no function `{word}`"))
                    .note(format!("the functions are {}", names.join(", "))),
            );
            return;
        };
        let sure = known.is_some() && !suggest::takes_other_operands(word);
        let fits = if sure { Applicability::Safe } else { Applicability::Maybe };
        // A call with arguments that are refused anyway is left as it is.
        let whole = !close.is_put_in() && arguments.trailing.is_none();
        let told = if let Operation::Call(makes) = meant {
            let told = error(format!("there is no function `{word}`: did you mean `{key}`?"));
            let function = makes.function();
            if whole && self.call_text(function, &arguments.list).is_some() {
                told.edit(Edit::replace(name.span, key, format!("write `{key}`"), fits))
            } else {
                told.note(format!("it is written {}", function.signature()))
            }
        } else {
            let told = error(format!("there is no function `{word}`: write `{}`", Self::example(meant)));
            match self.operation(meant, span, &arguments.list).filter(|_| whole) {
                Some(text) => told.edit(Self::rewrite(span, text, fits)),
                None => told,
            }
        };
        self.tell(told);
    }

    /// What an operation looks like, for messages.
    fn example(operation: Operation) -> String {
        match operation {
            Operation::Call(makes) => makes.function().signature(),
            Operation::InstanceOf => "a instanceof \"T\"".to_owned(),
            Operation::Compare(op) => format!("a {} b", op.text()),
            Operation::Logic(op) => format!("a {} b", op.text()),
            Operation::Not => "!a".to_owned(),
            Operation::Member => "a.b".to_owned(),
            Operation::Index => "a[i]".to_owned(),
            Operation::Ref => "a".to_owned(),
        }
    }

    pub(super) fn rewrite(span: Span, text: String, fits: Applicability) -> Edit {
        let title = match Self::shown(&text) {
            Some(shown) => format!("write `{shown}`"),
            None => "write it in this language".to_owned(),
        };
        Edit::replace(span, text, title, fits)
    }

    /// The source of an operation over `operands`, in place of `span`; `None` where they do not fit it.
    fn operation(&self, operation: Operation, span: Span, operands: &[Expr]) -> Option<String> {
        let plain = |e: &Expr| self.text_of(e.span);
        let is_call = matches!(operation, Operation::Call(_));
        if !is_call && operands.iter().any(|e| e.form == Form::Predicate) {
            return None;
        }
        match (operation, operands) {
            (Operation::Call(makes), _) => self.call_text(makes.function(), operands),
            (Operation::InstanceOf, [left, right]) => {
                let is_string = matches!(self.builder.tree().node(right.id), Node::Str(_));
                let text = format!("{} instanceof {}", self.left_text(*left), plain(right));
                is_string.then(|| self.grouped(span, text))
            }
            (Operation::Logic(op), [_, _, ..]) => {
                let operand = |e: &Expr| {
                    let text = plain(e).to_owned();
                    if e.form == Form::Or && op == LogicOp::And { format!("({text})") } else { text }
                };
                let sign = format!(" {} ", op.text());
                let text = operands.iter().map(operand).collect::<Vec<_>>().join(&sign);
                Some(if self.stands_between_brackets(span) { text } else { format!("({text})") })
            }
            (Operation::Compare(op), [left, right]) => {
                let text = format!("{} {} {}", self.left_text(*left), op.text(), self.operand_text(*right));
                Some(self.grouped(span, text))
            }
            (Operation::Not, [e]) => Some(format!(
                "!{}",
                match e.form {
                    Form::Operand | Form::Name | Form::Member(_) | Form::Not => plain(e).to_owned(),
                    _ => format!("({})", plain(e)),
                }
            )),
            (Operation::Member, [base, name]) => {
                let Node::Str(text) = self.builder.tree().node(name.id) else { return None };
                let name = probelang_diagnostic::spell::Member(self.builder.tree().text(text)).to_string();
                Some(format!("{}.{name}", self.postfix_text(*base)))
            }
            (Operation::Index, [base, index]) => {
                Some(format!("{}[{}]", self.postfix_text(*base), plain(index)))
            }
            (Operation::Ref, [name]) => match self.builder.tree().node(name.id) {
                Node::Str(text) => {
                    Some(probelang_diagnostic::spell::Ident(self.builder.tree().text(text)).to_string())
                }
                Node::Name(_) => Some(plain(name).to_owned()),
                _ => None,
            },
            // too few or too many operands
            (
                Operation::InstanceOf
                | Operation::Logic(_)
                | Operation::Compare(_)
                | Operation::Not
                | Operation::Member
                | Operation::Index
                | Operation::Ref,
                _,
            ) => None,
        }
    }

    /// Whether `span` is on its own between brackets, commas and the ends: not even `&&` or `||` is next to it.
    pub(super) fn stands_between_brackets(&self, span: Span) -> bool {
        let before = self.source.get(..span.start as usize).unwrap_or("").trim_end();
        let behind = self.source.get(span.end as usize..).unwrap_or("").trim_start();
        (before.is_empty() || before.ends_with(['(', '[', '{', ',']))
            && (behind.is_empty() || behind.starts_with([')', ']', '}', ',']))
    }

    fn call_text(&self, function: &Function, operands: &[Expr]) -> Option<String> {
        let misplaced = |(at, e): (usize, &Expr)| e.form == Form::Predicate && !is_predicate(function, at);
        if operands.iter().enumerate().any(misplaced) {
            return None;
        }
        let mut arguments: Vec<&str> = operands.iter().map(|e| self.text_of(e.span)).collect();
        if function.makes == Makes::Substring && operands.len() == 2 {
            // to the end: an end after the text is cut to it
            arguments.push("2147483647");
        }
        takes(function, operands.len()).then(|| format!("{}({})", function.name, arguments.join(", ")))
    }

    /// The source of `e` in front of a dot or bracket.
    fn postfix_text(&self, e: Expr) -> String {
        let text = self.text_of(e.span);
        match e.form {
            Form::Operand | Form::Name | Form::Member(_) | Form::Error | Form::List(_) => text.to_owned(),
            _ => format!("({text})"),
        }
    }

    /// `(callee)(arguments)`: a method, or no function at all.
    pub fn call_value(&mut self, callee: Expr, open: Token, arguments: Arguments, close: Token) -> Made {
        let span = callee.span.cover(close.span);
        self.tell_trailing(&arguments, close);
        match callee.form {
            form if form.is_error() => {}
            Form::Member(member) if member.name.kind == Kind::Word => {
                self.tell_method(member, &arguments, close, span);
            }
            _ => {
                let told = Diagnostic::new(
                    parse::METHOD_CALL,
                    open.span.cover(close.span),
                    "a call of a value: expressions call only the functions of the language, never code of the program",
                );
                self.tell(told);
            }
        }
        self.value(callee)?;
        self.error(span)
    }

    fn tell_method(&mut self, member: MemberOf, arguments: &Arguments, close: Token, span: Span) {
        if self.report.is_full() {
            return;
        }
        let method = self.text_of(member.name.span);
        let receiver = self.receiver(member);
        if let (Some(Operation::Call(CONTAINS)), Some(list @ Expr { form: Form::List(_), .. }), [x]) =
            (suggest::canonical(method), receiver, arguments.list.as_slice())
        {
            return self.tell_contains_list(list, *x, span);
        }
        let error = |rest: String| {
            Diagnostic::new(
                parse::METHOD_CALL,
                member.name.span,
                format!("`{method}` is a method call{rest}"),
            )
            .arg("method", method)
            .label(span, "this call")
        };
        // The receiver is the first operand.
        let operands: Vec<Expr> = receiver.into_iter().chain(arguments.list.iter().copied()).collect();
        let known = suggest::canonical(method)
            .filter(|operation| !matches!(operation, Operation::Ref | Operation::Member));
        let whole = !close.is_put_in() && arguments.trailing.is_none() && receiver.is_some();
        let written =
            known.filter(|_| whole).and_then(|operation| self.operation(operation, span, &operands));
        let told = match (written, known) {
            (Some(text), _) => {
                let told = match Self::shown(&text) {
                    Some(shown) => error(format!(": write `{shown}`")),
                    None => error(": functions take the value as their first argument".to_owned()),
                };
                let sure = !suggest::takes_other_operands(method);
                let fits = if sure { Applicability::Safe } else { Applicability::Maybe };
                told.edit(Self::rewrite(span, text, fits))
            }
            (None, Some(Operation::Call(makes))) => {
                error(format!(": write it as the function {}", makes.function().signature()))
            }
            _ => {
                let told = error(", and expressions never run methods of the program".to_owned());
                match Self::field_of_getter(method).filter(|_| arguments.list.is_empty() && whole) {
                    Some(field) => {
                        let call = Span::new(member.name.span.start, span.end);
                        let title = format!("read the field `{field}`");
                        told.note("a field is read by its name: `a.b`").edit(Edit {
                            title,
                            changes: vec![Change { span: call, text: field }],
                            applicability: Applicability::Maybe,
                        })
                    }
                    None => told,
                }
            }
        };
        self.tell(told);
    }

    /// The receiver of a method call as an operand.
    fn receiver(&self, member: MemberOf) -> Option<Expr> {
        let text = self.text_of(member.base);
        // What comes before a dot needs no parentheses anywhere.
        (!text.is_empty()).then(|| Expr {
            id: crate::tree::NodeId(u32::MAX),
            waits: None,
            span: member.base,
            form: match self.lists.iter().position(|list| list.span == member.base) {
                Some(at) => Form::List(at),
                None if text.starts_with('{') => Form::Predicate,
                None => Form::Operand,
            },
        })
    }

    /// `name` of `getName`, `active` of `isActive`, `name` of `name`: what such a method most likely reads.
    fn field_of_getter(method: &str) -> Option<String> {
        let Some(field) = method.strip_prefix("get").or_else(|| method.strip_prefix("is")) else {
            return method.chars().all(char::is_lowercase).then(|| method.to_owned());
        };
        let mut letters = field.chars();
        let first = letters.next().filter(|first| first.is_uppercase())?;
        Some(first.to_lowercase().chain(letters).collect())
    }
}
