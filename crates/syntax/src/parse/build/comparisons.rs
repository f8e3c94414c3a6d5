//! Comparisons: each level takes one operator, and `!` binds tighter than all of them.

use probelang_diagnostic::{Applicability, Change, Diagnostic, Edit, Span, lint, parse, spell};

use super::{Build, Expr, Form, Made};
use crate::parse::token::{Kind, Token};
use crate::tree::Node;

/// Comparisons of one level in a row.
pub struct Chain {
    /// The operands; the one of a type test at the end is its type name.
    operands: Vec<Span>,
    /// The operators between them.
    operators: Vec<Token>,
}

impl Build<'_> {
    /// `a == b`, `a < b`
    pub fn compare(&mut self, left: Expr, op: Token, right: Expr) -> Made {
        let (a, b) = (self.value(left)?, self.value(right)?);
        let span = left.span.cover(right.span);
        let (operator, form) = match op.kind {
            Kind::Equality(operator) => (operator, Form::Equality),
            Kind::Order(operator) => (operator, Form::Order),
            _ => return self.error(span),
        };
        if let Some(chain) = self.chain(left, op, right.span) {
            return chain;
        }
        self.tell_not(left, span);
        self.push(Node::Compare { op: operator, left: a, right: b }, span, op.span, form)
    }

    /// `a instanceof "T"`, `a instanceof T`
    pub fn instance_of(&mut self, left: Expr, op: Token, name: Token) -> Made {
        let operand = self.value(left)?;
        let span = left.span.cover(name.span);
        let text = match name.kind {
            Kind::Str => self.string_text(name),
            Kind::TypeName => {
                // White space is free around the dots.
                self.text_of(name.span).split_whitespace().collect()
            }
            Kind::Quoted => {
                let text = self.name_text(name);
                let quoted = spell::string(&text).to_string();
                let told = Diagnostic::new(
                    parse::TYPE_NAME,
                    name.span,
                    "a type name stands in double quotes, not in back quotes",
                );
                self.tell(told.edit(Edit::replace(
                    name.span,
                    quoted,
                    "put it in double quotes",
                    Applicability::Safe,
                )));
                return self.open_error(span);
            }
            _ => return self.chain(left, op, name.span).unwrap_or_else(|| self.open_error(span)),
        };
        if let Some(chain) = self.chain(left, op, name.span) {
            return chain;
        }
        self.tell_not(left, span);
        let type_name = self.intern(&text);
        self.push(Node::InstanceOf { operand, type_name }, span, op.span, Form::Order)
    }

    /// A second comparison of the same level, if it is one.
    fn chain(&mut self, left: Expr, op: Token, right: Span) -> Option<Made> {
        let same_level = match op.kind {
            Kind::Equality(_) => left.form == Form::Equality,
            _ => left.form == Form::Order,
        };
        let span = left.span.cover(right);
        if let Form::Chain(at) = left.form {
            let chain = self.chains.get_mut(at)?;
            if !same_kind(chain.operators.last(), op) {
                // A chain of order as an operand of `==` is another level, which may be a chain of its own.
                return None;
            }
            chain.operands.push(right);
            chain.operators.push(op);
            return Some(self.error(span).map(|e| Expr { form: Form::Chain(at), ..e }));
        }
        if !same_level {
            return None;
        }
        let Comparison { left: first, op: before, right: second } = self.comparison(left)?;
        // What `!` binds to in a chain is not the question.
        let tree = self.builder.tree();
        let signs = tree.children(left.id).filter(|id| matches!(tree.node(*id), Node::Not { .. }));
        let sign = signs.map(|id| tree.focus(id)).find(|sign| sign.start == left.span.start);
        if let Some(sign) = sign {
            self.report.forget(sign);
        }
        let at = self.chains.len();
        self.chains.push(Chain { operands: vec![first, second, right], operators: vec![before, op] });
        Some(self.error(span).map(|e| Expr { form: Form::Chain(at), ..e }))
    }

    /// The pieces of a comparison without parentheses.
    fn comparison(&self, e: Expr) -> Option<Comparison> {
        let tree = self.builder.tree();
        let op = tree.focus(e.id);
        let kind = match tree.node(e.id) {
            Node::Compare { op, .. } if op.is_equality() => Kind::Equality(op),
            Node::Compare { op, .. } => Kind::Order(op),
            Node::InstanceOf { .. } => Kind::InstanceOf,
            _ => return None,
        };
        let trimmed = |span: Span| {
            let text = span.slice(self.source);
            let start = span.end.saturating_sub(u32::try_from(text.trim_start().len()).unwrap_or(0));
            let end = span.start.saturating_add(u32::try_from(text.trim_end().len()).unwrap_or(0));
            Span::new(start, end)
        };
        Some(Comparison {
            left: trimmed(Span::new(e.span.start, op.start)),
            op: Token { kind, span: op },
            right: trimmed(Span::new(op.end, e.span.end)),
        })
    }

    /// Words every chain, now that its end is known.
    pub(super) fn tell_chains(&mut self) {
        for chain in std::mem::take(&mut self.chains) {
            if self.report.is_full() {
                return;
            }
            let told = self.chain_error(&chain);
            self.tell(told);
        }
    }

    fn chain_error(&self, chain: &Chain) -> Diagnostic {
        let span = chain.operands.iter().fold(Span::new(u32::MAX, 0), |all, operand| all.cover(*operand));
        let second = chain.operators.get(1).map_or(span, |token| token.span);
        let error = |message: String| {
            Diagnostic::new(parse::CHAINED_COMPARISON, second, message).label(span, "this chain")
        };
        let ordered = chain.operators.iter().all(|token| matches!(token.kind, Kind::Order(_)));
        let spread = self.spread(chain);
        if ordered {
            let told = error(match Self::shown(&spread) {
                Some(shown) => format!("comparisons do not chain: write `{shown}`"),
                None => "comparisons do not chain: write `a < b && b < c` for `a < b < c`".to_owned(),
            });
            let text = self.grouped(span, spread);
            // The operand in the middle is written twice.
            let middle = chain.operands.get(1..chain.operands.len().saturating_sub(1)).unwrap_or(&[]);
            let sound = !middle.iter().any(|operand| self.report.speaks_of(*operand));
            let fits = if sound { Applicability::Safe } else { Applicability::Maybe };
            return told.edit(Edit::replace(span, text, "compare one by one", fits));
        }
        // From the left, `((a == b) == c) == d`.
        let deep = chain.operators.len().saturating_sub(1);
        let mut changes = vec![Change { span: Span::empty(span.start), text: "(".repeat(deep) }];
        for operand in chain.operands.iter().skip(1).take(deep) {
            changes.push(Change { span: Span::empty(operand.end), text: ")".to_owned() });
        }
        let group = Edit {
            title: "compare the outcome of the first comparison".to_owned(),
            changes,
            applicability: Applicability::Maybe,
        };
        let parenthesised = group.apply(self.source).and_then(|text| {
            let end = text.len().saturating_sub(self.source.len().saturating_sub(span.end as usize));
            Self::shown(text.get(span.start as usize..end)?)
        });
        let told = error(match parenthesised {
            Some(shown) => format!("comparisons do not chain: write the parentheses, `{shown}`"),
            None => "comparisons do not chain: write the parentheses, `(a == b) == c`".to_owned(),
        });
        let told = told.edit(group);
        if chain.operators.iter().all(|token| matches!(token.kind, Kind::Equality(_))) {
            let text = self.grouped(span, spread);
            return told.edit(Edit::replace(span, text, "compare one by one", Applicability::Maybe));
        }
        told
    }

    /// `a < b && b < c` of `a < b < c`.
    fn spread(&self, chain: &Chain) -> String {
        let pairs = chain.operands.windows(2).zip(&chain.operators);
        let pairs = pairs.map(|(pair, op)| {
            let [left, right] = pair else { return String::new() };
            format!("{} {} {}", self.text_of(*left), self.text_of(op.span), self.text_of(*right))
        });
        pairs.collect::<Vec<_>>().join(" && ")
    }

    /// `!a == b` compares `!a`.
    fn tell_not(&mut self, left: Expr, comparison: Span) {
        if left.form != Form::Not || self.report.is_full() {
            return;
        }
        let sign = self.builder.tree().focus(left.id);
        let word = self.text_of(sign);
        let operand = self.text_of(Span::new(sign.end, left.span.end)).trim_start();
        let rest = self.text_of(Span::new(left.span.end, comparison.end));
        let inner = match self.builder.tree().node(left.id) {
            Node::Not { operand } => self.builder.tree().node(operand),
            other => other,
        };
        // `!!a == b` would still be asked about as `!(!a == b)`.
        let twice = matches!(inner, Node::Not { .. }) && !operand.starts_with('(');
        let (open, close) = if twice { ("(", ")") } else { ("", "") };
        let as_read = Self::shown(&format!("({}){rest}", self.text_of(left.span)));
        let negated = Self::shown(&format!("{word}({open}{operand}{close}{rest})"));
        let message = match (as_read, negated) {
            (Some(as_read), Some(negated)) => {
                format!("`{word}` binds tighter than the comparison: this reads `{as_read}`, not `{negated}`")
            }
            _ => format!("`{word}` binds tighter than the comparison: it negates the left side alone"),
        };
        let as_read = Edit {
            title: "keep this reading, with parentheses".to_owned(),
            changes: vec![
                Change { span: Span::empty(left.span.start), text: "(".to_owned() },
                Change { span: Span::empty(left.span.end), text: ")".to_owned() },
            ],
            applicability: Applicability::Maybe,
        };
        let start = sign.end.saturating_add(
            len(self.text_of(Span::new(sign.end, left.span.end))).saturating_sub(len(operand)),
        );
        let negated = Edit {
            title: "negate the comparison".to_owned(),
            changes: [
                Change { span: Span::new(sign.start, start), text: format!("{word}({open}") },
                Change { span: Span::empty(left.span.end), text: close.to_owned() },
                Change { span: Span::empty(comparison.end), text: ")".to_owned() },
            ]
            .into_iter()
            .filter(|change| !change.text.is_empty())
            .collect(),
            applicability: Applicability::Maybe,
        };
        self.tell(
            Diagnostic::new(lint::NOT_BEFORE_COMPARISON, sign, message)
                .label(comparison, "this comparison")
                .edit(as_read)
                .edit(negated),
        );
    }
}

struct Comparison {
    left: Span,
    op: Token,
    right: Span,
}

fn same_kind(before: Option<&Token>, op: Token) -> bool {
    let is_equality = |token: &Token| matches!(token.kind, Kind::Equality(_));
    before.is_some_and(|before| is_equality(before) == is_equality(&op))
}

fn len(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
