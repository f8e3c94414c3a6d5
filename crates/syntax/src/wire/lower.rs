//! JSON values to nodes of the tree, with a stack on the heap.

use std::sync::Arc;

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, Span, limit, lint, spell, wire};

use super::foreign;
use super::json::{Document, ValueId};
use super::problems::{Place, Problems};
use super::scan::Kind;
use super::{names, short};
use crate::operation::{self, Operation};
use crate::tree::{At, Builder, LogicOp, Node, NodeId, Root};
use crate::{Limits, Parsed, SourceKind, suggest};

/// Reads a whole document; `first` is what was wrong with it as JSON.
pub(super) fn document(
    json: &Document<'_>,
    kind: SourceKind,
    limits: &Limits,
    first: Vec<Diagnostic>,
) -> Parsed {
    let mut lower = Lower::new(json, limits, first);
    let root = match kind {
        SourceKind::Expression => lower.wrapper_or_expression(Document::ROOT).map(Root::Expression),
        SourceKind::Template => lower.segments().map(Root::Template),
    };
    lower.finish(root)
}

/// Where the value of a node goes.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// Its level, the root at 1.
    depth: u32,
    /// The `and` or `or` that it is an operand of; one of the same kind is spliced into it.
    inside: Option<LogicOp>,
}

impl Slot {
    pub(super) const ROOT: Self = Self { depth: 1, inside: None };

    const fn below(self, inside: Option<LogicOp>) -> Self {
        Self { depth: self.depth.saturating_add(1), inside }
    }
}

/// What remains to be done.
enum Task {
    Read(ValueId, Slot),
    /// Make the node of the operands that were read since `mark`.
    Build {
        value: ValueId,
        operation: Operation,
        mark: usize,
        /// The member's or type's name.
        name: Option<ValueId>,
    },
}

pub(super) struct Lower<'a, 'j> {
    pub(super) json: &'a Document<'j>,
    pub(super) limits: &'a Limits,
    pub(super) builder: Builder,
    pub(super) problems: Problems,
    tasks: Vec<Task>,
    /// Operands that were read; `None` after an error.
    operands: Vec<Option<NodeId>>,
    /// Nodes so far, those that an error kept out too.
    nodes: u32,
    /// A limit was reported; nothing further is read.
    stopped: bool,
}

impl<'a, 'j> Lower<'a, 'j> {
    fn new(json: &'a Document<'j>, limits: &'a Limits, first: Vec<Diagnostic>) -> Self {
        let mut builder = Builder::new(limits, Arc::<str>::default());
        // an operation is two values or more, with its name or its list
        builder.room((json.len() / 2).saturating_add(1), json.source.len() / 4);
        Self {
            json,
            limits,
            builder,
            problems: Problems::new(limits, first),
            tasks: Vec::with_capacity(8),
            operands: Vec::with_capacity(8),
            nodes: 0,
            stopped: false,
        }
    }

    fn finish(mut self, root: Option<Root>) -> Parsed {
        let tree = root.filter(|_| !self.problems.has_errors()).map(|root| {
            self.builder.json(self.json.source);
            self.builder.finish_canonical(root)
        });
        let diagnostics = self.problems.finish(tree.as_ref());
        Parsed { tree, diagnostics, incomplete: false }
    }

    /// Reads one expression.
    pub(super) fn expression(&mut self, value: ValueId) -> Option<NodeId> {
        self.tasks.push(Task::Read(value, Slot::ROOT));
        while let Some(task) = self.tasks.pop() {
            if self.done() {
                self.tasks.clear();
                self.operands.clear();
                return None;
            }
            match task {
                Task::Read(value, slot) => self.read(value, slot),
                Task::Build { value, operation, mark, name } => {
                    let node = self.build(value, operation, mark, name);
                    self.operands.push(node);
                }
            }
        }
        self.operands.pop().flatten()
    }

    fn read(&mut self, value: ValueId, slot: Slot) {
        let node = match self.json.value(value).kind {
            Kind::Null => Node::Null,
            Kind::Bool(truth) => Node::Bool(truth),
            Kind::Number => match number(self.json.raw(value)) {
                Ok(node) => node,
                Err(message) => {
                    self.error(value, wire::WIRE_NUMBER, message);
                    return self.operands.push(None);
                }
            },
            Kind::String => Node::Str(self.builder.text(self.json.text(value))),
            Kind::List => {
                let problem =
                    self.problem(value, wire::LIST_FORM, "a list stands where an expression belongs");
                self.tell(value, self.about_list(value, problem));
                return self.operands.push(None);
            }
            Kind::Object => return self.operation(value, slot),
        };
        if self.enter(value, slot) {
            let node = self.add(value, node);
            self.operands.push(node);
        }
    }

    /// Counts a node before it is made. False where a limit is reached.
    fn enter(&mut self, value: ValueId, slot: Slot) -> bool {
        let most = self.limits.depth;
        if slot.depth > u32::from(most) {
            self.too_deep(value);
        }
        self.count(value, 1)
    }

    /// Counts nodes against the limit.
    pub(super) fn count(&mut self, value: ValueId, nodes: u32) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        let most = self.limits.nodes;
        if self.nodes > most && !self.stopped {
            self.too_many(value);
        }
        !self.stopped
    }

    #[cold]
    fn too_deep(&mut self, value: ValueId) {
        let most = self.limits.depth;
        let message = format!("nested too deeply: at most {most} levels of operations are read");
        self.stop(value, limit::NESTED_TOO_DEEPLY, message, most);
    }

    #[cold]
    fn too_many(&mut self, value: ValueId) {
        let most = self.limits.nodes;
        let message =
            format!("too many operations: at most {most} literals, names, operators and calls are read");
        self.stop(value, limit::TOO_MANY_NODES, message, most);
    }

    /// Whether what remains is not read: a limit is reached, or there are enough errors.
    pub(super) const fn done(&self) -> bool {
        self.stopped || self.problems.full()
    }

    /// A limit is reached at `value`: nothing further is read.
    pub(super) fn stop(&mut self, value: ValueId, code: Code, message: String, most: impl ToString) {
        let problem = self.problem(value, code, message).arg("limit", most.to_string());
        self.stop_with(problem);
    }

    pub(super) fn stop_with(&mut self, limit: Diagnostic) {
        self.stopped = true;
        self.problems.only(limit);
    }

    /// Reads the object of an operation, and queues its operands.
    fn operation(&mut self, value: ValueId, slot: Slot) {
        let Some((key, operand)) = self.only_member(value) else { return self.operands.push(None) };
        let Some(operation) = operation::find(key) else {
            self.unknown_operator(key, operand);
            return self.operands.push(None);
        };
        if !self.holds_operands(key, operation, operand) {
            return self.operands.push(None);
        }
        let json = self.json;
        // what is read: the elements of a list, or the operand itself
        let (_, most) = operation.arity();
        let mut operands = json.children(operand);
        match operation {
            Operation::Ref => self.reference(value, operand, slot),
            Operation::Logic(op) => {
                let count = json.value(operand).count;
                if let (Some(only), 1) = (operands.next(), count) {
                    self.tasks.push(Task::Read(only, slot));
                } else if slot.inside == Some(op) {
                    self.queue(operand, slot);
                } else if self.enter(value, slot) {
                    self.build_later(value, operation, None);
                    self.queue(operand, slot.below(Some(op)));
                }
            }
            Operation::Member | Operation::InstanceOf => {
                let (Some(subject), Some(name)) = (operands.next(), operands.next()) else { return };
                if json.value(name).kind != Kind::String {
                    self.name_form(operation, name);
                    return self.operands.push(None);
                }
                if self.enter(value, slot) {
                    self.build_later(value, operation, Some(name));
                    self.tasks.push(Task::Read(subject, slot.below(None)));
                }
            }
            Operation::Index | Operation::Not | Operation::Call(_) | Operation::Compare(_) => {
                if self.enter(value, slot) {
                    self.build_later(value, operation, None);
                    if most == 1 {
                        self.tasks.push(Task::Read(operand, slot.below(None)));
                    } else {
                        self.queue(operand, slot.below(None));
                    }
                }
            }
        }
    }

    fn build_later(&mut self, value: ValueId, operation: Operation, name: Option<ValueId>) {
        let mark = self.operands.len();
        self.tasks.push(Task::Build { value, operation, mark, name });
    }

    /// Queues the elements of a list, to be read in their order.
    fn queue(&mut self, list: ValueId, slot: Slot) {
        let first = self.tasks.len();
        self.tasks.extend(self.json.children(list).map(|operand| Task::Read(operand, slot)));
        if let Some(queued) = self.tasks.get_mut(first..) {
            queued.reverse();
        }
    }

    /// The one member of an operation.
    fn only_member(&mut self, value: ValueId) -> Option<(&'a str, ValueId)> {
        let json = self.json;
        let object = json.value(value);
        if object.repeats {
            return None;
        }
        if object.count == 1 {
            return json.members(value).next();
        }
        let found = if object.count == 0 {
            "this one is empty".to_owned()
        } else {
            format!("this one has {}", list_keys(json, value))
        };
        let message = format!("an operation is an object with exactly one key; {found}");
        let mut problem = self.problem(value, wire::KEY_COUNT, message);
        if json.members(value).any(|(key, _)| key == "dsl" || key == "json") {
            problem = problem.note("an object with dsl and json holds a whole expression, not an operand");
        }
        self.tell(value, problem);
        None
    }

    /// Whether an operation has the operands that it takes: a bare one, or that many in a list. Reports it where
    /// not.
    fn holds_operands(&mut self, key: &str, operation: Operation, operand: ValueId) -> bool {
        let json = self.json;
        let kind = json.value(operand).kind;
        let count = json.value(operand).count;
        let (fewest, most) = operation.arity();
        let holds = match most {
            1 => kind != Kind::List,
            _ => kind == Kind::List && (fewest..=most).contains(&(count as usize)),
        };
        if !holds {
            self.wrong_operands(key, operation, operand);
        }
        holds
    }

    #[cold]
    fn wrong_operands(&mut self, key: &str, operation: Operation, operand: ValueId) {
        let json = self.json;
        let value = json.value(operand);
        let named = spell::string(key);
        let (fewest, most) = operation.arity();
        let wanted = match (fewest, most) {
            (1, _) => "at least 1 operand".to_owned(),
            (a, b) if a == b => format!("{a} operands"),
            (a, b) => format!("{a} or {b} operands"),
        };
        let problem = if most == 1 {
            let message = format!("{named} takes its operand bare, not in a list");
            let problem = self.problem(operand, wire::OPERAND_FORM, message).arg("operator", key);
            match (json.children(operand).next(), value.count) {
                (Some(only), 1) => problem.edit(self.bare(operand, only)),
                _ => problem.note(form_note(operation)),
            }
        } else if value.kind == Kind::List {
            let message = format!("{named} takes {wanted}, not {}", value.count);
            self.problem(operand, wire::WIRE_ARITY, message)
                .arg("operator", key)
                .arg("found", value.count.to_string())
                .note(form_note(operation))
        } else {
            let message = format!("{named} takes a list of {wanted}, not {}", value.kind.describe());
            self.problem(operand, wire::OPERAND_FORM, message).arg("operator", key).note(form_note(operation))
        };
        self.tell(operand, problem);
    }

    /// The edit that takes `only` out of its list.
    fn bare(&self, list: ValueId, only: ValueId) -> Edit {
        let text = self.json.raw(only);
        Edit::replace(
            self.json.value(list).span,
            text,
            "write the operand without the list",
            Applicability::Safe,
        )
    }

    fn name_form(&mut self, operation: Operation, name: ValueId) {
        let kind = self.json.value(name).kind.describe();
        let problem = if operation == Operation::Member {
            self.problem(name, wire::OPERAND_FORM, format!("the name of a member is a string, not {kind}"))
                .note("a key or index that is computed is read with \"index\"")
        } else {
            self.problem(name, wire::OPERAND_FORM, format!("the name of a type is a string, not {kind}"))
        };
        self.tell(name, problem);
    }

    fn reference(&mut self, value: ValueId, name: ValueId, slot: Slot) {
        let json = self.json;
        if json.value(name).kind != Kind::String {
            let kind = json.value(name).kind.describe();
            let message = format!("\"ref\" takes a name as a string, not {kind}");
            let problem = self.problem(name, wire::OPERAND_FORM, message).note(form_note(Operation::Ref));
            self.tell(name, problem);
            return self.operands.push(None);
        }
        if !self.enter(value, slot) {
            return;
        }
        let text = json.text(name);
        let node = At::find(text).map_or_else(|| Node::Name(self.builder.text(text)), Node::At);
        let node = self.add(value, node);
        if let (Some(id), None, true) = (node, At::find(text), self.problems.takes_warnings()) {
            self.judge_name(name, text, Place::Node(id));
            if text.starts_with('@') && names::path_like(text).is_none() {
                self.unknown_at_name(name, text, id);
            }
        }
        self.operands.push(node);
    }

    fn unknown_at_name(&mut self, value: ValueId, name: &str, id: NodeId) {
        let spelled = spell::Ident(name);
        let message = format!("{spelled} is not an @-name of the language: it is read as an ordinary name");
        let all: Vec<_> = At::ALL.into_iter().map(|at| format!("`{}`", at.text())).collect();
        let mut warning = self
            .unlabelled(value, lint::UNKNOWN_AT_NAME, message)
            .arg("name", name)
            .note(format!("the @-names are {}", all.join(", ")));
        if let Some((at, applicability)) = suggest::at_name(name) {
            let title = format!("write `{}`", at.text());
            warning = warning.edit(Edit::replace(Span::default(), at.text(), title, applicability));
        }
        self.problems.warn(self.json.value(value).span.start, warning, Place::Node(id));
    }

    /// Warns about a name that looks like a path.
    fn judge_name(&mut self, value: ValueId, name: &str, place: Place) {
        let Some(path) = names::path_like(name) else { return };
        let warning = self
            .unlabelled(
                value,
                lint::PATH_LIKE_NAME,
                format!("{} is read as one name, though it looks like a path", spell::Ident(name)),
            )
            .arg("name", name)
            .note(path_note(&path))
            .edit(Edit::replace(
                Span::default(),
                path.as_str(),
                format!("write the path `{path}`"),
                Applicability::Maybe,
            ));
        self.problems.warn(self.json.value(value).span.start, warning, place);
    }

    fn build(
        &mut self,
        value: ValueId,
        operation: Operation,
        mark: usize,
        name: Option<ValueId>,
    ) -> Option<NodeId> {
        let json = self.json;
        let read = self.operands.get(mark..).unwrap_or(&[]);
        if read.contains(&None) {
            self.operands.truncate(mark);
            return None;
        }
        if let Operation::Logic(op) = operation {
            let operands = self.operands.drain(mark..).flatten();
            let id = self.builder.logic(op, operands, Span::default(), Span::default()).ok()?;
            return Some(self.stands(id, value));
        }
        let mut operands = [NodeId(0); 3];
        for (place, id) in operands.iter_mut().zip(read.iter().flatten()) {
            *place = *id;
        }
        let count = read.len();
        self.operands.truncate(mark);
        let text = name.map(|name| self.builder.text(json.text(name)));
        let operands = operands.get(..count).unwrap_or(&[]);
        let node = match (operation, operands, text) {
            (Operation::Member, &[base], Some(name)) => Node::Member { base, name },
            (Operation::InstanceOf, &[operand], Some(type_name)) => Node::InstanceOf { operand, type_name },
            (Operation::Index, &[base, index], _) => Node::Index { base, index },
            (Operation::Not, &[operand], _) => Node::Not { operand },
            (Operation::Call(makes), operands, _) => makes.node(operands)?,
            (Operation::Compare(op), &[left, right], _) => Node::Compare { op, left, right },
            // Operands were counted before; `ref`, `and` and `or` were made there.
            (
                Operation::Ref
                | Operation::Member
                | Operation::InstanceOf
                | Operation::Index
                | Operation::Not
                | Operation::Compare(_)
                | Operation::Logic(_),
                ..,
            ) => return None,
        };
        let id = self.add(value, node)?;
        if let (Operation::Member, Some(name), true) = (operation, name, self.problems.takes_warnings()) {
            self.judge_name(name, json.text(name), Place::Focus(id));
        }
        Some(id)
    }

    /// Adds a node that was read at `value`. Limits were held before.
    pub(super) fn add(&mut self, value: ValueId, node: Node) -> Option<NodeId> {
        let id = self.builder.push(node, Span::default(), Span::default()).ok()?;
        Some(self.stands(id, value))
    }

    /// Notes that a node was read at `value`.
    pub(super) fn stands(&mut self, id: NodeId, value: ValueId) -> NodeId {
        self.builder.origin(id, self.json.value(value).span.start);
        id
    }

    fn unknown_operator(&mut self, key: &str, operand: ValueId) {
        let suggestion = foreign::suggest(key);
        let mut message = format!("unknown operator {}", short(key));
        if let Some((meant, _)) = suggestion {
            message.push_str(&format!(", did you mean \"{}\"?", meant.key()));
        }
        let mut problem = Diagnostic::new(wire::UNKNOWN_OPERATOR, Span::default(), message)
            .arg("operator", key)
            .at_path(self.json.path(operand))
            .label(self.json.value(operand).key_span, "this key");
        if let Some((meant, applicability)) = suggestion {
            let canonical = meant.key();
            problem = problem.arg("suggestion", canonical).edit(Edit::replace(
                self.json.value(operand).key_span,
                format!("\"{canonical}\""),
                format!("write \"{canonical}\""),
                applicability,
            ));
        } else if let Some(what) = foreign::absent(key) {
            problem = problem.note(format!("the language has no {what}"));
        } else if key == "dsl" || key == "json" {
            problem = problem.note("an object with dsl and json holds a whole expression, not an operand");
        } else if key == "str" {
            problem = problem.note("a segment with str is a part of a template");
        } else {
            let keys: Vec<_> = foreign::keys().collect();
            problem = problem.note(format!("the operators are {}", keys.join(" ")));
        }
        self.tell(operand, problem);
    }

    fn about_list(&self, list: ValueId, problem: Diagnostic) -> Diagnostic {
        let json = self.json;
        let segments = json
            .children(list)
            .any(|child| json.members(child).any(|(key, _)| key == "str" || key == "dsl" || key == "json"));
        if segments {
            problem.note("a list of segments is a template, not an expression")
        } else if let (Some(only), 1) = (json.children(list).next(), json.value(list).count) {
            problem.edit(self.bare(list, only))
        } else {
            problem.note("the language has no list literal")
        }
    }

    /// Tells an error at a value.
    pub(super) fn error(&mut self, value: ValueId, code: Code, message: impl Into<String>) {
        let problem = self.problem(value, code, message);
        self.tell(value, problem);
    }

    pub(super) fn problem(&self, value: ValueId, code: Code, message: impl Into<String>) -> Diagnostic {
        self.unlabelled(value, code, message).label(self.json.value(value).span, "here")
    }

    pub(super) fn unlabelled(&self, value: ValueId, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Span::default(), message).at_path(self.json.path(value))
    }

    pub(super) fn tell(&mut self, value: ValueId, problem: Diagnostic) {
        self.problems.error(self.json.value(value).span.start, problem);
    }
}

fn form_note(operation: Operation) -> String {
    format!("it is written {}", operation.form())
}

/// The keys of an object, spelled, with the last ones counted where they are many.
pub(super) fn list_keys(json: &Document<'_>, object: ValueId) -> String {
    const MOST: usize = 6;
    let mut keys: Vec<_> = json.members(object).take(MOST).map(|(key, _)| short(key)).collect();
    let more = (json.value(object).count as usize).saturating_sub(MOST);
    if more > 0 {
        keys.push(format!("{more} more"));
    }
    match keys.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// The literal of a JSON number.
fn number(raw: &str) -> Result<Node, &'static str> {
    if raw.contains(['.', 'e', 'E']) {
        // `parse` rounds correctly, and overflows to an infinity.
        return match raw.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Node::Float(float)),
            _ => Err("a float out of range, the largest is about 1.8e308"),
        };
    }
    if let Ok(int) = raw.parse::<i64>() {
        Ok(Node::Int(int))
    } else if let Ok(uint) = raw.parse::<u64>() {
        Ok(Node::Uint(uint))
    } else {
        Err("an integer out of range, integers go from -2^63 to 2^64-1")
    }
}

/// How a path is written on the wire, where it is made of plain members.
fn path_note(path: &str) -> String {
    let mut words = path.split('.');
    let mut json = String::from("{\"ref\": ");
    spell::push_visible_json(&mut json, words.next().unwrap_or(""));
    json.push('}');
    for word in words {
        json.insert_str(0, "{\"getmember\": [");
        json.push_str(", ");
        spell::push_visible_json(&mut json, word);
        json.push_str("]}");
    }
    if path.contains('[') || json.len() > 200 {
        return "a path is written with \"getmember\" and \"index\"".to_owned();
    }
    format!("as a path it is {json}")
}
