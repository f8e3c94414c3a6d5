//! A recorded snapshot as rows: what people are shown of it, and what an audit looks through.

use probelang_dialect::captured;

use crate::language::Language;
use crate::raw::Json;
use crate::recorded::Recorded;
use crate::types::{class, scalar};

/// What a row is called within the row that it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowName<'i> {
    /// A frame: `entry`, `return`, or a group apart from them.
    Frame(&'i str),
    /// The frame of a line.
    Line(&'i str),
    /// A group of names: `arguments`.
    Group(&'i str),
    /// A variable, `throwable`, or an expression.
    Variable(&'i str),
    /// A field of an object.
    Field(&'i str),
    /// An element, from 0: of a list, a set, or the exceptions that were caught.
    Element(usize),
    /// The value under a key that is a text.
    Key(&'i str),
    /// The value under a key that is another scalar.
    ScalarKey(&'i str),
    /// The key of an entry, from 0, where it is not a scalar.
    EntryKey(usize),
    /// The value of an entry, from 0, whose key is not a scalar.
    EntryValue(usize),
}

/// A row of an [`Outline`]: a frame, a group, or a value. What the recording does not say is `None` or false.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutlineRow<'i> {
    /// How many rows it lies within.
    pub level: usize,
    /// What it is called there.
    pub label: RowName<'i>,
    /// Its type.
    pub type_name: Option<&'i str>,
    /// Its text: of a scalar, a constant, the message of an exception.
    pub text: Option<&'i str>,
    /// Whether that text is a string, not a number, a Boolean or the name of a constant.
    pub is_string: bool,
    /// Whether it is null.
    pub is_null: bool,
    /// How many parts of it were recorded, of a collection or object.
    pub parts: Option<usize>,
    /// Its recorded size.
    pub size: Option<u64>,
    /// Whether its text is only the beginning.
    pub truncated: bool,
    /// Why it, or a part of it, is missing.
    pub reason: Option<&'i str>,
    /// Whether it was left out because of the size of the whole.
    pub pruned: bool,
}

impl<'i> OutlineRow<'i> {
    fn new(level: usize, label: RowName<'i>, json: Json<'i>) -> Self {
        let text = |key| json.get(key).and_then(Json::text);
        Self {
            level,
            label,
            type_name: text("type"),
            text: text("value"),
            is_string: text("value").is_some_and(|text| is_string(json, text)),
            is_null: json.get("isNull").is_some_and(Json::is_true),
            parts: None,
            size: json.get("size").and_then(Json::count),
            truncated: json.get("truncated").is_some_and(Json::is_true),
            reason: text("notCapturedReason").or_else(|| text("notSerializedReason")),
            pruned: json.get("pruned").is_some_and(|pruned| !pruned.is_object() && pruned.is_true()),
        }
    }
}

/// What a place in the JSON is.
#[derive(Clone, Copy, Debug)]
enum Sort {
    Frame,
    Group,
    Value,
    Thrown,
    /// The list of exceptions that were caught.
    Caught,
}

/// The rows of a snapshot, each before those that belong to it. Nothing is hidden that the recording shows.
///
/// Reading it takes time and memory linear in the snapshot.
#[derive(Clone, Debug)]
pub struct Outline<'i> {
    /// What is to come, the next last.
    open: Vec<(usize, RowName<'i>, Sort, Json<'i>)>,
}

impl<'i> Recorded<'i> {
    /// The snapshot as rows.
    #[must_use]
    pub fn outline(&self) -> Outline<'i> {
        let mut open = Vec::new();
        for (name, json) in self.captures().into_iter().flat_map(Json::entries) {
            match name {
                "lines" => {
                    open.extend(
                        json.entries().map(|(line, json)| (0, RowName::Line(line), Sort::Frame, json)),
                    );
                }
                "caughtExceptions" => open.push((0, RowName::Frame(name), Sort::Caught, json)),
                "arguments" | "locals" | "staticFields" | "captureExpressions" => {
                    open.push((0, RowName::Frame(name), Sort::Group, json));
                }
                "throwable" => open.push((0, RowName::Frame(name), Sort::Thrown, json)),
                _ => open.push((0, RowName::Frame(name), Sort::Frame, json)),
            }
        }
        open.retain(|(.., json)| json.is_object() || json.is_array());
        open.reverse();
        Outline { open }
    }

    /// Why something is missing of the snapshot as a whole.
    #[must_use]
    pub fn reason(&self) -> Option<&'i str> {
        self.member("notCapturedReason").and_then(Json::text)
    }
}

impl<'i> Outline<'i> {
    /// Puts off the parts of a frame or group.
    fn members(&mut self, level: usize, sort: Sort, json: Json<'i>) {
        for (name, member) in json.entries() {
            let next = match (sort, name) {
                (Sort::Frame, "throwable") => (RowName::Variable(name), Sort::Thrown),
                (Sort::Frame, "this") => (RowName::Variable(name), Sort::Value),
                (Sort::Frame, _) => (RowName::Group(name), Sort::Group),
                _ => (RowName::Variable(name), Sort::Value),
            };
            if member.is_object() {
                self.open.push((level, next.0, next.1, member));
            }
        }
    }

    /// Puts off the parts of a value: how many there are, if it has parts.
    fn parts(&mut self, level: usize, json: Json<'i>) -> Option<usize> {
        if let Some(elements) = json.some("elements") {
            let each = elements.elements().enumerate();
            self.open.extend(each.map(|(at, json)| (level, RowName::Element(at), Sort::Value, json)));
            return Some(elements.elements().len());
        }
        if let Some(entries) = json.some("entries") {
            for (at, entry) in entries.elements().enumerate() {
                let (Some(key), Some(value)) = (entry.element(0), entry.element(1)) else { continue };
                let label = match key.get("value").and_then(Json::text) {
                    Some(text) if is_string(key, text) => RowName::Key(text),
                    Some(text) => RowName::ScalarKey(text),
                    None if key.get("isNull").is_some_and(Json::is_true) => RowName::ScalarKey("null"),
                    None => RowName::EntryValue(at),
                };
                let walked = matches!(label, RowName::EntryValue(_))
                    || key.get("truncated").is_some_and(Json::is_true)
                    || key.get("notCapturedReason").is_some();
                if walked {
                    self.open.push((level, RowName::EntryKey(at), Sort::Value, key));
                }
                self.open.push((level, label, Sort::Value, value));
            }
            return Some(entries.elements().len());
        }
        let fields = json.some("fields")?;
        let before = self.open.len();
        self.open
            .extend(fields.entries().map(|(name, json)| (level, RowName::Field(name), Sort::Value, json)));
        Some(self.open.len().saturating_sub(before))
    }
}

/// Whether the text of a value is a string, as far as its type and its marks say.
fn is_string(value: Json<'_>, text: &str) -> bool {
    let said = |key| value.get(key).and_then(Json::text);
    let type_name = said("type").unwrap_or_default();
    let (class, language) = (class(type_name, Language::default()), Language::default());
    !value.get("enum").is_some_and(Json::is_true)
        && !matches!(said("kind"), Some(captured::BOOLEAN | captured::INTEGER | captured::NUMBER))
        && (said("kind").is_some() || scalar(class, text, language).is_none())
}

impl<'i> Iterator for Outline<'i> {
    type Item = OutlineRow<'i>;

    fn next(&mut self) -> Option<OutlineRow<'i>> {
        let (level, label, sort, json) = self.open.pop()?;
        let mut row = OutlineRow::new(level, label, json);
        let start = self.open.len();
        let below = level.saturating_add(1);
        match sort {
            Sort::Frame | Sort::Group => self.members(below, sort, json),
            Sort::Value => row.parts = self.parts(below, json),
            Sort::Thrown => row.text = json.get("message").and_then(Json::text),
            Sort::Caught => {
                let each = json.elements().enumerate();
                self.open.extend(each.map(|(at, json)| (below, RowName::Element(at), Sort::Thrown, json)));
            }
        }
        self.open.get_mut(start..).unwrap_or_default().reverse();
        Some(row)
    }
}
