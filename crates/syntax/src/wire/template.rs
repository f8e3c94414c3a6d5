//! Objects with `dsl` and `json`, and segments.

use probelang_diagnostic::spell::push_visible_json;
use probelang_diagnostic::{Applicability, Class, Diagnostic, Edit, Label, Span, limit, wire};

use super::json::{Document, ValueId};
use super::lower::{Lower, list_keys};
use super::places::decode;
use super::problems::Place;
use super::scan::Kind;
use crate::tree::{NodeId, Part, Tree};
use crate::{Parsed, SourceKind, print};

/// What a part of a template was read from.
enum Piece {
    Text(String),
    Expression { root: NodeId, label: Option<String> },
}

impl Lower<'_, '_> {
    /// Reads the root of an expression: by its keys an object with `dsl` or `json`, else an expression.
    pub(super) fn wrapper_or_expression(&mut self, value: ValueId) -> Option<NodeId> {
        if self.json.members(value).any(|(key, _)| key == "dsl" || key == "json") {
            self.wrapped(value)
        } else {
            self.expression(value)
        }
    }

    /// Reads an object with `dsl` or `json`. Whether a key is there decides, not its value.
    fn wrapped(&mut self, value: ValueId) -> Option<NodeId> {
        let find = |name: &str| self.json.members(value).find(|(key, _)| *key == name).map(|(_, id)| id);
        match (find("json"), find("dsl")) {
            (Some(json), Some(dsl)) => {
                let root = self.expression(json)?;
                self.compare(dsl, json, root);
                Some(root)
            }
            (Some(json), None) => self.expression(json),
            (None, Some(dsl)) => self.text(dsl),
            (None, None) => None,
        }
    }

    /// Warns where the text next to an expression is one too, and another. A text that does not read may be in the
    /// spelling of another tool.
    fn compare(&mut self, dsl: ValueId, json: ValueId, root: NodeId) {
        let text = self.json.text(dsl);
        if text.trim().is_empty() || !self.problems.takes_warnings() {
            return;
        }
        let said = crate::parse(text, SourceKind::Expression, self.limits).tree;
        let runs = super::read(self.json.raw(json), SourceKind::Expression, self.limits).tree;
        let (Some(said), Some(runs)) = (said, runs) else { return };
        if super::meaning::is_same(&said, &runs) {
            return;
        }
        let (said, runs) = (print::tree(&said), print::tree(&runs));
        let message = format!("`dsl` and `json` differ: `json` runs, and means {}", super::short(&runs));
        let warning = Diagnostic::new(wire::DIFFERENT, Span::default(), message)
            .note(format!("`dsl` means {}", super::short(&said)))
            .at_path(self.json.path(dsl));
        self.problems.warn(self.json.value(dsl).span.start, warning, Place::Node(root));
    }

    /// Reads an expression from its text.
    fn text(&mut self, value: ValueId) -> Option<NodeId> {
        let json = self.json;
        let dsl = json.value(value);
        if dsl.kind != Kind::String {
            let kind = dsl.kind.describe();
            self.error(value, wire::OPERAND_FORM, format!("`dsl` is the text of an expression, not {kind}"));
            return None;
        }
        let text = json.text(value);
        let Parsed { tree, diagnostics, .. } = crate::parse(text, SourceKind::Expression, self.limits);
        let Some(tree) = tree else {
            for diagnostic in diagnostics {
                let problem = self.in_json(value, text, diagnostic);
                if problem.class() == Class::Limit {
                    self.stop_with(problem);
                    break;
                }
                self.tell(value, problem);
            }
            return None;
        };
        let root = tree.expression()?;
        let ids = self.graft(value, &tree)?;
        let to = |id: NodeId| ids.get(id.0 as usize).copied().unwrap_or(id);
        // Where the text is canonical a warning keeps its place and its edits, else it speaks of a node.
        let canonical = print::tree(&tree) == text;
        for mut diagnostic in diagnostics {
            let place = if canonical {
                Place::From(to(root))
            } else {
                diagnostic.labels.clear();
                diagnostic.edits.clear();
                Place::Node(to(innermost(&tree, diagnostic.span).unwrap_or(root)))
            };
            diagnostic.path = Some(json.path(value));
            self.problems.warn(dsl.span.start, diagnostic, place);
        }
        Some(to(root))
    }

    /// An error in the text of a JSON string, placed in the JSON text.
    fn in_json(&self, value: ValueId, text: &str, mut problem: Diagnostic) -> Diagnostic {
        let json = self.json;
        let (_, places) = decode(json.source, json.value(value).span.start);
        let place = |span: Span| places.written_span(span);
        let mut labels = vec![Label::new(place(problem.span), "here")];
        labels.extend(problem.labels.into_iter().map(|label| Label::new(place(label.span), label.text)));
        problem.labels = labels;
        problem.edits = problem
            .edits
            .into_iter()
            .filter_map(|edit| {
                let mut whole = String::new();
                push_visible_json(&mut whole, &edit.apply(text)?);
                Some(Edit::replace(json.value(value).span, whole, edit.title, edit.applicability))
            })
            .collect();
        problem.span = Span::default();
        problem.at_path(json.path(value))
    }

    /// Reads the segments of a template.
    pub(super) fn segments(&mut self) -> Option<Vec<Part>> {
        let json = self.json;
        if json.value(Document::ROOT).kind != Kind::List {
            self.no_segments();
            return None;
        }
        let mut pieces: Vec<Piece> = Vec::new();
        let mut expressions = 0u32;
        for segment in json.children(Document::ROOT) {
            expressions = expressions.saturating_add(u32::from(self.is_expression(segment)));
            let most = self.limits.parts;
            if expressions > u32::from(most) {
                let message = format!("too many template parts: at most {most} are read");
                self.stop(segment, limit::TOO_MANY_PARTS, message, most);
            }
            if self.done() {
                return None;
            }
            match self.segment(segment) {
                Some(Piece::Text(text)) if text.is_empty() => {}
                Some(Piece::Text(text)) => match pieces.last_mut() {
                    Some(Piece::Text(before)) => before.push_str(&text),
                    _ => pieces.push(Piece::Text(text)),
                },
                Some(expression) => pieces.push(expression),
                None => {}
            }
        }
        let span = Span::default();
        Some(
            pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Part::Text { text: self.builder.text(&text), span },
                    Piece::Expression { root, label } => {
                        Part::Expression { root, span, label: label.map(|label| self.builder.text(&label)) }
                    }
                })
                .collect(),
        )
    }

    fn is_expression(&self, segment: ValueId) -> bool {
        self.json.members(segment).any(|(key, _)| key == "dsl" || key == "json")
    }

    fn segment(&mut self, value: ValueId) -> Option<Piece> {
        let json = self.json;
        let object = json.value(value);
        if object.kind != Kind::Object {
            let message = format!(
                "a segment is an object with str, or with dsl and json, not {}",
                object.kind.describe()
            );
            let mut problem = self.problem(value, wire::SEGMENT, message);
            if object.kind == Kind::String {
                problem = problem.edit(wrap(object.span, json.raw(value), "{\"str\": ", "}"));
            }
            self.tell(value, problem);
            return None;
        }
        if object.repeats {
            return None;
        }
        let find = |name: &str| json.members(value).find(|(key, _)| *key == name).map(|(_, id)| id);
        let expression = self.is_expression(value);
        match find("str") {
            Some(_) if expression => {
                let message = "a segment is either text (str) or an expression (dsl, json), this one is both";
                self.error(value, wire::SEGMENT, message);
                None
            }
            Some(text) if json.value(text).kind == Kind::String => {
                Some(Piece::Text(json.text(text).to_owned()))
            }
            Some(text) => {
                let kind = json.value(text).kind.describe();
                self.error(text, wire::SEGMENT, format!("`str` is the text of a segment, not {kind}"));
                None
            }
            None if expression => {
                let label = find("dsl").filter(|&dsl| json.value(dsl).kind == Kind::String);
                let root = self.wrapped(value)?;
                Some(Piece::Expression { root, label: label.map(|dsl| json.text(dsl).to_owned()) })
            }
            None => {
                let found = if object.count == 0 {
                    "is empty".to_owned()
                } else {
                    format!("has {}", list_keys(json, value))
                };
                let message = format!("a segment has `str`, or `dsl` and `json`; this one {found}");
                self.error(value, wire::WRAPPER, message);
                None
            }
        }
    }

    /// The root of a template is no list.
    fn no_segments(&mut self) {
        let json = self.json;
        let root = json.value(Document::ROOT);
        let message = format!("a template is a list of segments, not {}", root.kind.describe());
        let mut problem = self.problem(Document::ROOT, wire::SEGMENT, message);
        let raw = json.raw(Document::ROOT);
        if root.kind == Kind::String {
            problem = problem.edit(wrap(root.span, raw, "[{\"str\": ", "}]"));
        } else if self.is_expression(Document::ROOT)
            || json.members(Document::ROOT).any(|(key, _)| key == "str")
        {
            problem = problem.edit(wrap(root.span, raw, "[", "]"));
        } else {
            problem = problem.edit(wrap(root.span, raw, "[{\"json\": ", "}]"));
        }
        self.tell(Document::ROOT, problem);
    }
}

fn wrap(span: Span, raw: &str, before: &str, after: &str) -> Edit {
    Edit::replace(span, format!("{before}{raw}{after}"), "write a segment", Applicability::Safe)
}

/// The smallest node around a place of the text.
fn innermost(tree: &Tree, place: Span) -> Option<NodeId> {
    tree.ids().filter(|&id| tree.span(id).contains(place)).min_by_key(|&id| tree.span(id).len())
}
