//! The actions of the grammar: nodes, and the errors of what the grammar reads and the language does not have.

mod calls;
mod comparisons;
mod foreign;
mod literals;

use lalrpop_util::ParseError;
use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, lint, parse, template};

use super::balance::is_balanced;
use super::report::Report;
use super::token::{Kind, Token};
use crate::Limits;
use crate::tree::{Builder, Full, LogicOp, Node, NodeId, Part, Root, TextId, Tree};
use comparisons::Chain;

/// Why reading stopped for good.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// The tree is full; the span of the node that did not fit.
    Full(Full, Span),
}

/// What ends a run of the parser.
pub type Failure = ParseError<usize, Token, Stop>;

/// What most actions give.
pub type Made = Result<Expr, Failure>;

/// A sub-expression: its node, and what the source around it is.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// Its node, unless it waits. For a predicate in braces the node inside.
    pub id: NodeId,
    /// Its place among the chains of `&&` or `||` that have no node yet: one around it may absorb it.
    pub waits: Option<usize>,
    /// Where it is, its own parentheses or braces included.
    pub span: Span,
    /// What it looks like in the source.
    pub form: Form,
}

/// What a sub-expression looks like in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// It was rejected and reported, and so is what continues it in the same way.
    Error,
    /// It was cut out of the source, with what was around it.
    Cut,
    /// A list literal, with its place among them.
    List(usize),
    /// A number without parentheses: a member of it looks like a float.
    Number,
    /// Any other operand.
    Operand,
    /// A bare name.
    Name,
    /// `a.b`: a call of it is a method call.
    Member(MemberOf),
    /// `{ … }`
    Predicate,
    /// `!a`
    Not,
    /// `a < b`, `a instanceof T`
    Order,
    /// `a == b`
    Equality,
    /// More than one comparison of a level, with its place among the chains.
    Chain(usize),
    /// `a && b`
    And,
    /// `a || b`
    Or,
}

impl Form {
    /// Whether it is reported so that what follows needs no error of its own: `+ c` of `a + b + c`.
    pub const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Cut)
    }
}

/// `a && b` that may still become a part of a longer one.
struct Waiting {
    op: LogicOp,
    operands: Vec<NodeId>,
    span: Span,
    focus: Span,
    node: Option<NodeId>,
}

/// `[a, b]`
struct ListLiteral {
    span: Span,
    items: Vec<Expr>,
    /// What other languages call it.
    what: &'static str,
    told: bool,
}

/// The pieces of `a.b`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberOf {
    /// Where the receiver is.
    pub base: Span,
    /// Where the name is; in back quotes it is never a function.
    pub name: Token,
}

/// The arguments of a call as written.
#[derive(Clone, Default, Debug)]
pub struct Arguments {
    /// The arguments.
    pub list: Vec<Expr>,
    /// A comma after the last one.
    pub trailing: Option<Span>,
}

impl Arguments {
    /// With one more argument.
    pub fn and(mut self, argument: Expr) -> Self {
        self.list.push(argument);
        self
    }
    /// With a comma after the last argument.
    pub const fn ends_with(mut self, comma: Token) -> Self {
        self.trailing = Some(comma.span);
        self
    }
}

/// The operands of a row of `&&` or `||`, and its first operator: a single operand is not a row.
pub struct Row {
    first: Expr,
    more: Vec<Expr>,
    operator: Option<Token>,
}

impl Row {
    /// One operand.
    pub const fn of(first: Expr) -> Self {
        Self { first, more: Vec::new(), operator: None }
    }
    /// With one more.
    pub fn and(mut self, operator: Token, operand: Expr) -> Self {
        self.operator.get_or_insert(operator);
        self.more.push(operand);
        self
    }
}

/// The state of one run of the parser.
pub struct Build<'s> {
    source: &'s str,
    report: &'s mut Report,
    builder: Builder,
    root: Option<Root>,
    parts: Vec<Part>,
    waiting: Vec<Waiting>,
    chains: Vec<Chain>,
    lists: Vec<ListLiteral>,
}

impl<'s> Build<'s> {
    /// The state at the start of `source`, which has that many tokens.
    pub fn new(source: &'s str, tokens: usize, limits: &Limits, report: &'s mut Report) -> Self {
        let mut builder = Builder::new(limits, source);
        // operators, names and literals are nodes, brackets and dots are none
        builder.room((tokens / 2).saturating_add(1), source.len() / 2);
        Self {
            source,
            report,
            builder,
            root: None,
            parts: Vec::new(),
            waiting: Vec::new(),
            chains: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// Words what is known only at the end, and gives the tree.
    pub fn finish(mut self) -> Option<Tree> {
        self.tell_lists();
        self.tell_chains();
        let root = self.root.take()?;
        Some(self.builder.finish(root))
    }

    fn text_of(&self, span: Span) -> &'s str {
        span.slice(self.source)
    }

    fn intern(&mut self, text: &str) -> TextId {
        self.builder.text(text)
    }

    fn full(full: Full, span: Span) -> Failure {
        ParseError::User { error: Stop::Full(full, span) }
    }

    fn push(&mut self, node: Node, span: Span, focus: Span, form: Form) -> Made {
        let id = self.builder.push(node, span, focus).map_err(|full| Self::full(full, span))?;
        Ok(Expr { id, waits: None, span, form })
    }

    /// Tells `diagnostic`.
    fn tell(&mut self, diagnostic: Diagnostic) {
        self.report.push(diagnostic);
    }

    /// The node of a construct that was rejected and reported.
    pub fn error(&mut self, span: Span) -> Made {
        self.push(Node::Error, span, span, Form::Operand)
    }

    /// The same for one that would be reported again for what continues it.
    fn open_error(&mut self, span: Span) -> Made {
        self.push(Node::Error, span, span, Form::Error)
    }

    /// The node of a piece that the grammar did not read.
    pub fn cut(&mut self, token: Token) -> Made {
        let made = self.error(token.span)?;
        Ok(Expr { form: Form::Cut, ..made })
    }

    /// The node of a predicate, in braces or without.
    fn node(&mut self, e: Expr) -> Result<NodeId, Failure> {
        let Some(waiting) = e.waits.and_then(|at| self.waiting.get_mut(at)) else { return Ok(e.id) };
        if let Some(node) = waiting.node {
            return Ok(node);
        }
        let node = self
            .builder
            .logic(waiting.op, waiting.operands.iter().copied(), waiting.span, waiting.focus)
            .map_err(|full| Self::full(full, waiting.span))?;
        waiting.node = Some(node);
        Ok(node)
    }

    /// The node of an operand; braces are none.
    fn value(&mut self, e: Expr) -> Result<NodeId, Failure> {
        if e.form == Form::Predicate {
            let inner = self.grouped(e.span, self.unbraced(e.span));
            let told = Diagnostic::new(
                parse::PREDICATE_OUTSIDE,
                e.span,
                "a predicate in braces stands only as the second argument of any, all or filter",
            );
            self.tell(told.edit(Edit::replace(e.span, inner, "remove the braces", Applicability::Maybe)));
        }
        self.node(e)
    }

    /// Whether `e` may be written twice: an edit must not double an error.
    fn is_sound(&self, e: Expr) -> bool {
        let tree = self.builder.tree();
        let mut pending = vec![e.id];
        while let Some(id) = pending.pop() {
            if tree.node(id) == Node::Error {
                return false;
            }
            pending.extend(tree.children(id));
        }
        true
    }

    /// The text between the first and the last byte of `span`.
    fn unbraced(&self, span: Span) -> String {
        let inner = Span::new(span.start.saturating_add(1), span.end.saturating_sub(1));
        self.text_of(inner).trim().to_owned()
    }

    /// Ends a program of one expression.
    pub fn expression(&mut self, e: Expr) -> Result<(), Failure> {
        self.root = Some(Root::Expression(self.value(e)?));
        Ok(())
    }

    /// Ends a template.
    pub fn template(&mut self) {
        self.root = Some(Root::Template(std::mem::take(&mut self.parts)));
    }

    /// Literal text of a template.
    pub fn text_part(&mut self, token: Token) {
        let written = self.text_of(token.span);
        let text = written.replace("{{", "{").replace("}}", "}");
        let text = self.intern(&text);
        self.parts.push(Part::Text { text, span: token.span });
    }

    /// `{expression}`
    pub fn part(&mut self, open: Token, e: Expr, close: Token) -> Result<(), Failure> {
        let root = self.value(e)?;
        self.tell_dollar(open);
        let label = self.text_of(Span::new(open.span.end, close.span.start)).trim();
        let label = Some(self.intern(label));
        self.parts.push(Part::Expression { root, span: open.span.cover(close.span), label });
        Ok(())
    }

    /// `${a}` of other languages.
    fn tell_dollar(&mut self, open: Token) {
        let at = open.span.start;
        let sign = Span::new(at.saturating_sub(1), at);
        if sign.is_empty() || self.text_of(sign) != "$" {
            return;
        }
        let message = "`$` before a part is printed: a part is written `{a}`, without it";
        let told = Diagnostic::new(lint::DOLLAR_BEFORE_PART, sign, message);
        self.tell(told.edit(Edit::replace(sign, "", "remove `$`", Applicability::Maybe)));
    }

    /// `{}`
    pub fn empty_part(&mut self, open: Token, close: Token) {
        let span = open.span.cover(close.span);
        let told = Diagnostic::new(
            template::EMPTY_PART,
            span,
            "an empty part: an expression is missing between the braces, or `{{}}` was meant",
        );
        self.tell(told.edit(Edit::replace(
            span,
            "{{}}",
            "write `{{}}` for braces in the text",
            Applicability::Maybe,
        )));
    }

    /// `a && b && c`
    pub fn logic(&mut self, op: LogicOp, row: Row) -> Made {
        let Row { first, more, operator } = row;
        let (Some(operator), Some(last)) = (operator, more.last()) else { return Ok(first) };
        let span = first.span.cover(last.span);
        let mut ids = Vec::with_capacity(more.len().saturating_add(1));
        for e in std::iter::once(&first).chain(&more) {
            let waiting = e.waits.and_then(|at| self.waiting.get_mut(at));
            match waiting.filter(|waiting| waiting.op == op && waiting.node.is_none()) {
                Some(inner) => ids.append(&mut inner.operands),
                None => ids.push(self.value(*e)?),
            }
        }
        let waits = Some(self.waiting.len());
        self.waiting.push(Waiting { op, operands: ids, span, focus: operator.span, node: None });
        let form = match op {
            LogicOp::And => Form::And,
            LogicOp::Or => Form::Or,
        };
        Ok(Expr { id: NodeId(u32::MAX), waits, span, form })
    }

    /// `!a`
    pub fn not(&mut self, op: Token, e: Expr) -> Made {
        let operand = self.value(e)?;
        let span = op.span.cover(e.span);
        self.push(Node::Not { operand }, span, op.span, Form::Not)
    }

    /// `(a)`
    pub fn parentheses(&mut self, open: Token, e: Expr, close: Token) -> Made {
        let span = open.span.cover(close.span);
        let form = match e.form {
            kept @ (Form::Error | Form::Cut) => kept,
            // Braces are no operand here either.
            Form::Predicate => {
                return Ok(Expr { id: self.value(e)?, waits: None, span, form: Form::Operand });
            }
            _ => Form::Operand,
        };
        Ok(Expr { span, form, ..e })
    }

    /// `{a}`
    pub fn predicate(&mut self, open: Token, e: Expr, close: Token) -> Made {
        let id = self.value(e)?;
        // Braces that lack their partner are reported already.
        let form = if close.is_put_in() { Form::Error } else { Form::Predicate };
        Ok(Expr { id, waits: None, span: open.span.cover(close.span), form })
    }

    /// `a.b`
    pub fn member(&mut self, base: Expr, dot: Token, name: Token) -> Made {
        let receiver = self.value(base)?;
        let span = base.span.cover(name.span);
        if name.kind == Kind::Error {
            return self.error(span);
        }
        if base.form == Form::Number {
            self.tell_number_member(base.span, dot, name);
        }
        let text = self.name_text(name);
        let name_id = self.intern(&text);
        let form = Form::Member(MemberOf { base: base.span, name });
        self.push(Node::Member { base: receiver, name: name_id }, span, name.span, form)
    }

    /// `a[i]`
    pub fn index(&mut self, base: Expr, open: Token, index: Expr, close: Token) -> Made {
        let (receiver, key) = (self.value(base)?, self.value(index)?);
        let span = base.span.cover(close.span);
        let focus = open.span.cover(close.span);
        self.push(Node::Index { base: receiver, index: key }, span, focus, Form::Operand)
    }

    /// Whether `span` is where any operator may follow it without regrouping: between brackets, commas,
    /// `&&`, `||` and the ends.
    fn stands_alone(&self, span: Span) -> bool {
        let before = self.source.get(..span.start as usize).unwrap_or("").trim_end();
        let behind = self.source.get(span.end as usize..).unwrap_or("").trim_start();
        let opens = before.is_empty() || before.ends_with(['(', '[', '{', ',']) || before.ends_with("&&");
        let closes =
            behind.is_empty() || behind.starts_with([')', ']', '}', ',']) || behind.starts_with("&&");
        (opens || before.ends_with("||")) && (closes || behind.starts_with("||"))
    }

    /// `text`, which replaces `span`, in parentheses where its neighbours would regroup it.
    fn grouped(&self, span: Span, text: String) -> String {
        if self.stands_alone(span) { text } else { format!("({text})") }
    }

    /// The source of `e` as an operand of a comparison.
    fn operand_text(&self, e: Expr) -> String {
        let text = self.text_of(e.span);
        match e.form {
            Form::Order | Form::Equality | Form::Chain(_) | Form::And | Form::Or => format!("({text})"),
            _ => text.to_owned(),
        }
    }

    /// The source of `e` as the left operand of a comparison: `!a == b` would be warned about.
    fn left_text(&self, e: Expr) -> String {
        match e.form {
            Form::Not => format!("({})", self.text_of(e.span)),
            _ => self.operand_text(e),
        }
    }

    /// `text` for a message: one line, and only if it is short and nothing of it is left open.
    fn shown(text: &str) -> Option<String> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (line.chars().count() <= 60 && is_balanced(&line)).then_some(line)
    }
}
