//! What the inference found: kinds, names, redaction.

use probelang_diagnostic::{Applicability, Diagnostic, Edit, Span, fault, lint, spell};
use probelang_dialect::{CompareOp, ProgramKind};
use probelang_syntax::print;
use probelang_syntax::tree::{Node, NodeId, TextId};

use super::Lint;
use crate::infer::{Finding, Problem};
use crate::suggest;
use crate::types::Fields;
use crate::{Kinds, Type};

impl Lint<'_> {
    pub(crate) fn kinds(&mut self) {
        let types = self.types;
        for Finding { node, problem } in &types.findings {
            self.finding(*node, problem);
        }
    }

    fn finding(&mut self, node: NodeId, problem: &Problem) {
        match *problem {
            Problem::WrongKind { operand, found, takes, fault, certain } => {
                let what = self.operation(node, operand);
                let (found, takes) = (found.phrase(), takes.phrase());
                let be = if certain { "is" } else { "may be" };
                let message = format!("{what} {takes}, and this {be} {found}");
                let consequence =
                    if certain { "evaluating it ends" } else { "where it is not, evaluating ends" };
                let diagnostic = Diagnostic::new(kind_code(certain), self.tree.span(operand), message)
                    .arg("found", found)
                    .arg("takes", takes)
                    .note(format!("{consequence} in the fault {fault}, {}", fault.title()));
                self.tell_kind(operand, diagnostic);
            }
            Problem::Unordered { left, right, certain } => {
                let (left, right) = (left.phrase(), right.phrase());
                let sign = self.sign(node);
                let be = if certain { "is" } else { "may be" };
                let message = format!(
                    "`{sign}` needs two numbers or two strings, and this {be} {left} next to {right}"
                );
                let diagnostic = Diagnostic::new(kind_code(certain), self.tree.span(node), message)
                    .arg("left", left)
                    .arg("right", right);
                let diagnostic = self.unquoted(node, diagnostic);
                self.tell_kind(node, diagnostic);
            }
            Problem::Unlike { left, right } => {
                let Node::Compare { op, .. } = self.tree.node(node) else { return };
                let (left, right) = (left.phrase(), right.phrase());
                let always = op == CompareOp::Ne;
                let message = format!("{left} never equals {right}, so this is always {always}");
                let diagnostic = Diagnostic::new(lint::NEVER_EQUAL, self.tree.span(node), message)
                    .arg("left", left)
                    .arg("right", right);
                let diagnostic = self.unquoted(node, diagnostic);
                self.tell(node, diagnostic);
            }
            Problem::StartAfterEnd => {
                let message = "the start is after the end, which is a fault for every text";
                let diagnostic = Diagnostic::new(lint::CERTAIN_FAULT, self.tree.span(node), message)
                    .note(format!("evaluating it ends in the fault {}", fault::START_AFTER_END));
                self.tell_certain(node, diagnostic);
            }
            Problem::UnknownName => self.unknown_name(node),
            Problem::UnknownMember { base, key } => self.unknown_member(node, base, key),
            Problem::Redacted { key } => self.redacted(node, key),
            Problem::NoMembers { found } => {
                let message = format!("{} has no members", found.phrase());
                let diagnostic = Diagnostic::new(lint::NEVER_FOUND, self.tree.span(node), message)
                    .arg("found", found.phrase())
                    .note("reading one is always undefined");
                let diagnostic = self.length(node, diagnostic);
                self.tell(node, diagnostic);
            }
            Problem::NegativeIndex { certain } => {
                let Node::Index { index, .. } = self.tree.node(node) else { return };
                let message = if certain {
                    "no element of a list has a negative index"
                } else {
                    "a negative index finds nothing in a list"
                };
                let diagnostic = Diagnostic::new(lint::NEGATIVE_INDEX, self.tree.span(index), message)
                    .note("lists are counted from 0, not from their end");
                self.tell(node, diagnostic);
            }
            Problem::UnlikeKey { found, keys } => {
                let Node::Index { index, .. } = self.tree.node(node) else { return };
                let (found, keys) = (found.phrase(), keys.phrase());
                let message = format!("a key of this map is {keys}, and this is {found}");
                let diagnostic = Diagnostic::new(lint::NEVER_FOUND, self.tree.span(index), message)
                    .arg("found", found)
                    .arg("keys", keys);
                self.tell(node, diagnostic);
            }
        }
    }

    /// A certain fault is rejected in strict mode, a possible one never.
    fn tell_kind(&mut self, node: NodeId, diagnostic: Diagnostic) {
        if diagnostic.code == lint::CERTAIN_KIND {
            self.tell_certain(node, diagnostic);
        } else {
            self.tell(node, diagnostic);
        }
    }

    /// The operation with its verb: `len takes`, `a condition must be`.
    fn operation(&self, node: NodeId, operand: NodeId) -> String {
        if node == operand {
            let what = if self.options.kind == ProgramKind::Metric { "metric" } else { "condition" };
            return format!("a {what} must be");
        }
        match self.tree.node(node) {
            Node::Loop { op, body, .. } if body == operand => {
                format!("the predicate of `{}` must be", op.text())
            }
            Node::Index { base, .. } if base == operand => "an index is taken of".to_owned(),
            Node::Index { .. } => "the index of a list must be".to_owned(),
            Node::Member { .. } => "a member is taken of".to_owned(),
            Node::Not { .. }
            | Node::Unary { .. }
            | Node::Substring { .. }
            | Node::Text { .. }
            | Node::Loop { .. }
            | Node::Compare { .. }
            | Node::InstanceOf { .. }
            | Node::Logic { .. }
            // what has no operand takes none
            | Node::Null
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Name(_)
            | Node::At(_)
            | Node::Error => format!("`{}` takes", self.sign(node)),
        }
    }

    /// The operator or function of a node.
    fn sign(&self, node: NodeId) -> &'static str {
        match self.tree.node(node) {
            Node::Not { .. } => "!",
            Node::Compare { op, .. } => op.text(),
            Node::Logic { op, .. } => op.text(),
            Node::InstanceOf { .. } => "instanceof",
            node => node.function().map_or("it", |function| function.name),
        }
    }

    /// A number or Boolean compared with text: the literal in the other form.
    fn unquoted(&self, node: NodeId, diagnostic: Diagnostic) -> Diagnostic {
        let Node::Compare { left, right, .. } = self.tree.node(node) else { return diagnostic };
        for (literal, other) in [(left, right), (right, left)] {
            let other = self.types.kinds(other);
            let text = match self.tree.node(literal) {
                Node::Str(text) => {
                    let text = self.tree.text(text);
                    let number = other.meets(Kinds::NUMBER) && is_number(text);
                    let word = other.meets(Kinds::BOOL) && matches!(text, "true" | "false");
                    if !number && !word {
                        continue;
                    }
                    text.to_owned()
                }
                Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_)
                    if Kinds::STR.union(Kinds::NULL).contains(other) && other.meets(Kinds::STR) =>
                {
                    spell::string(&print::node(self.tree, literal)).to_string()
                }
                _ => continue,
            };
            return diagnostic.edit(rename(self.tree.span(literal), &text));
        }
        diagnostic
    }

    /// `name.length` of a string or collection.
    fn length(&self, node: NodeId, diagnostic: Diagnostic) -> Diagnostic {
        let Node::Member { base, name } = self.tree.node(node) else { return diagnostic };
        if !is_length(self.tree.text(name)) || !self.types.kinds(base).meets(Kinds::SIZED) {
            return diagnostic;
        }
        let text = format!("len({})", print::node(self.tree, base));
        let title = format!("write {}", quoted(&text));
        diagnostic.edit(Edit::replace(self.tree.span(node), text, title, Applicability::Safe))
    }

    fn redacted(&mut self, node: NodeId, key: TextId) {
        let text = self.tree.text(key);
        let name = match self.tree.node(node) {
            Node::Index { .. } => spell::string(text).to_string(),
            Node::Member { .. } => spell::Member(text).to_string(),
            _ => spell::Ident(text).to_string(),
        };
        let by_policy = self.redacted.contains(node);
        let what = if by_policy { "a redacted name" } else { "redacted by the schema" };
        let message = format!("{} is {what}: reading it always fails", quoted(&name));
        let diagnostic = Diagnostic::new(lint::REDACTED_NAME, self.part_span(node), message)
            .arg("name", name)
            .note("no expression reads a value under a redacted name");
        self.tell(node, diagnostic);
    }

    /// Where the name, member or key of a read is.
    fn part_span(&self, node: NodeId) -> Span {
        match self.tree.node(node) {
            Node::Index { index, .. } => self.tree.span(index),
            Node::Member { .. } => self.tree.focus(node),
            _ => self.tree.span(node),
        }
    }

    fn unknown_name(&mut self, node: NodeId) {
        let (Node::Name(name), Some(schema)) = (self.tree.node(node), self.options.known()) else { return };
        let name = self.tree.text(name);
        let span = self.tree.span(node);
        let spelled = spell::Ident(name).to_string();
        let message = format!("the schema has no name {}", quoted(&spelled));
        let mut diagnostic = Diagnostic::new(lint::UNKNOWN_NAME, span, message).arg("name", spelled);
        let known = schema.names.iter().map(|(known, _)| known).filter(|known| !known.starts_with('@'));
        if let Some(near) = suggest::nearest(name, known.clone()) {
            diagnostic = diagnostic.edit(rename(span, &spell::Ident(near).to_string()));
        } else if let Some(owner) = owner(&schema.names, name) {
            let path = format!("{}.{}", spell::Ident(owner), spell::Member(name));
            diagnostic = diagnostic.edit(rename(span, &path));
        } else if let Some(list) = listed(known) {
            diagnostic = diagnostic.note(format!("it has {list}"));
        }
        self.tell(node, diagnostic);
    }

    fn unknown_member(&mut self, node: NodeId, base: NodeId, key: TextId) {
        let name = self.tree.text(key);
        let ty = self.types.ty(base);
        let (fields, what) = match (ty.fields(), ty.keys()) {
            (Some(fields), _) => (fields, "field"),
            (None, Some(keys)) => (keys, "key"),
            (None, None) => return,
        };
        let span = self.part_span(node);
        let literal = matches!(self.tree.node(node), Node::Index { .. });
        let spelled = |name: &str| {
            if literal { spell::string(name).to_string() } else { spell::Member(name).to_string() }
        };
        let message = format!("{} has no {what} {}", self.owner_text(base, ty), quoted(&spelled(name)));
        let mut diagnostic = Diagnostic::new(lint::UNKNOWN_MEMBER, span, message).arg("name", spelled(name));
        let known = fields.iter().map(|(known, _)| known);
        if let Some(near) = suggest::nearest(name, known.clone()) {
            diagnostic = diagnostic.edit(rename(span, &spelled(near)));
        } else if let Some(path) = self.enclosing(base, name) {
            diagnostic = diagnostic.edit(rename(self.tree.span(node), &path));
        } else if is_length(name) && ty.kinds().meets(Kinds::SIZED) {
            diagnostic = self.length(node, diagnostic);
        } else if let Some(list) = listed(known) {
            diagnostic = diagnostic.note(format!("it has {list}"));
        }
        self.tell(node, diagnostic);
    }

    /// How a message names the receiver of a member.
    fn owner_text(&self, base: NodeId, ty: &Type) -> String {
        const SHORT: usize = 40;
        let text = print::node(self.tree, base);
        if text.len() <= SHORT { quoted(&text) } else { ty.kinds().phrase() }
    }

    /// The same member of an object that encloses the receiver, or the name itself.
    fn enclosing(&self, base: NodeId, name: &str) -> Option<String> {
        let mut at = base;
        while let Node::Member { base, .. } | Node::Index { base, .. } = self.tree.node(at) {
            let ty = self.types.ty(base);
            if has(ty, name) {
                return Some(format!("{}.{}", print::node(self.tree, base), spell::Member(name)));
            }
            at = base;
        }
        self.options.known()?.name(name).map(|_| spell::Ident(name).to_string())
    }
}

const fn kind_code(certain: bool) -> probelang_diagnostic::Code {
    if certain { lint::CERTAIN_KIND } else { lint::POSSIBLE_KIND }
}

/// Whether values of the type are known to have that field or key.
fn has(ty: &Type, name: &str) -> bool {
    [ty.fields(), ty.keys()].into_iter().flatten().any(|fields| fields.get(name).is_some())
}

/// The name of the scope that has such a field.
fn owner<'f>(names: &'f Fields, field: &str) -> Option<&'f str> {
    names
        .iter()
        .filter(|(name, known)| !name.starts_with('@') && !known.redacted)
        .find(|(_, known)| has(&known.ty, field))
        .map(|(name, _)| name)
}

/// What other languages call the length of a value.
fn is_length(word: &str) -> bool {
    matches!(word, "length" | "size" | "count" | "len" | "Length" | "Size" | "Count")
}

/// A few names for a note; `None` where there is none.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    const FEW: usize = 8;
    let mut names = names.map(|name| quoted(&spell::Ident(name).to_string()));
    let few: Vec<String> = names.by_ref().take(FEW).collect();
    if few.is_empty() {
        return None;
    }
    let more = names.count();
    let text = few.join(", ");
    Some(if more > 0 { format!("{text} and {more} more") } else { text })
}

fn rename(span: Span, text: &str) -> Edit {
    Edit::replace(span, text, format!("write {}", quoted(text)), Applicability::Maybe)
}

/// Whether a text is a number literal of the language.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let edges = |c: char| c.is_ascii_digit();
    let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.starts_with(edges)
        && digits.ends_with(edges);
    plain && !leading && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A piece of source as messages show it: in back quotes, unless it has some itself.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains('`') { text.to_owned() } else { format!("`{text}`") }
}
