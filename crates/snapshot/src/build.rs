//! Recorded values into the arena.

mod own;
mod scalar;

use probelang_host::{Hidden, TRUNCATED};
use probelang_redact::Policy;

use self::own::Marked;
use crate::cut::message;
use crate::language::Language;
use crate::lookup::{Found, field, index, index_aliases};
use crate::python;
use crate::raw::Json;
use crate::store::{Items, Meta, NO_META, Node, Store, Text, TypeNames};
use crate::thrown::hides_message;
use crate::types::{is_python_scalar, is_set, says};

/// Texts that recorders put in the place of a value, whatever its type.
const SCRUBBED: [&str; 7] =
    ["<scrubbed>", "ScrubbedValue", "[redacted-entries]", "[addr]", "[ts]", "[id]", "[duration]"];
/// The reason for what was cut by depth.
const DEPTH: &str = "depth";
/// The reason for what a recorder wrote nothing of but a type.
pub(crate) const NOT_RECORDED: &str = "not recorded";
/// The reason for a text, part of which is hidden because of what it says.
pub(crate) const REDACTED_VALUE: &str = "redactedValue";
/// The reason for a pointer of Go whose target is written further out, or has no type that it could be written by.
const ADDRESS: &str = "only its address was recorded";
/// The reason for what a summary of an exception does not have.
const SUMMARY: &str = "only a summary was recorded";
/// The reason for what has none of the forms of a recorded value.
const UNKNOWN_FORM: &str = "unknown form";
/// Characters of a recorded reason that are kept: it stands in messages.
const REASON: usize = 100;

/// Builds the values of one frame. No recursion: children are tasks.
pub(crate) struct Builder<'j, 'o, 'p> {
    out: &'o mut Store,
    policy: &'p Policy,
    tasks: Vec<Task<'j>>,
    /// Maps whose keys are sorted when they are there.
    maps: Vec<u32>,
    /// Whether the types of scalars are noted.
    types: bool,
}

/// A value to be built in place.
#[derive(Clone, Copy)]
struct Task<'j> {
    json: Json<'j>,
    slot: u32,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A recorded value, at the top of a frame.
    Top,
    /// A recorded value within another.
    Inside,
    /// Any JSON: a part of `throwable`.
    Plain,
    /// The same, the message of an exception.
    Message,
    /// The same, where probelang wrote only its beginning.
    MessageStart,
    /// The same, where something of it is hidden.
    Hidden,
}

/// The keys of a recorded value.
#[derive(Clone, Copy, Default)]
struct Parts<'j> {
    type_name: Option<&'j str>,
    /// What `isNull` says.
    is_null: Option<bool>,
    value: Option<Json<'j>>,
    elements: Option<Json<'j>>,
    entries: Option<Json<'j>>,
    fields: Option<Json<'j>>,
    size: Option<Json<'j>>,
    truncated: bool,
    reason: Option<&'j str>,
    pruned: bool,
    address: Option<&'j str>,
    marks: Marked<'j>,
}

impl<'j> Parts<'j> {
    fn of(json: Json<'j>, store: &Store) -> Self {
        let mut parts = Self::default();
        let mut not_serialized = None;
        for (key, value) in json.entries().filter(|(_, value)| !value.is_null()) {
            match key {
                "type" => parts.type_name = value.text(),
                "isNull" => parts.is_null = Some(value.is_true()),
                "value" => parts.value = Some(value),
                "elements" => parts.elements = Some(value),
                "entries" => parts.entries = Some(value),
                "fields" => parts.fields = Some(value),
                "size" => parts.size = Some(value),
                "truncated" => parts.truncated = value.is_true(),
                "notCapturedReason" => parts.reason = Some(value.text().unwrap_or(UNKNOWN_FORM)),
                "notSerializedReason" => not_serialized = Some(value.text().unwrap_or(UNKNOWN_FORM)),
                "pruned" => parts.pruned = value.is_true(),
                "address" => parts.address = value.text(),
                key if store.own => parts.marks.read(key, value),
                _ => {}
            }
        }
        parts.reason = parts.reason.or(not_serialized);
        if !store.own && parts.reason.is_some_and(|reason| store.language.is_exception_text(reason)) {
            // it is the one that was known before the exception: 0, mostly
            parts.size = None;
        }
        parts
    }

    /// Whether nothing says that this is a recorded value.
    fn is_unknown(&self) -> bool {
        self.type_name.is_none()
            && self.is_null != Some(true)
            && !self.pruned
            && self.reason.is_none()
            && self.value.is_none()
            && self.children().is_none()
    }

    fn children(&self) -> Option<Json<'j>> {
        self.elements.or(self.entries).or(self.fields)
    }

    fn is_depth(&self) -> bool {
        self.reason == Some(DEPTH)
    }
}

impl<'j, 'o, 'p> Builder<'j, 'o, 'p> {
    pub(crate) fn new(out: &'o mut Store, policy: &'p Policy) -> Self {
        Self { out, policy, tasks: Vec::new(), maps: Vec::new(), types: false }
    }

    /// Notes the types of scalars too, so that they can be captured again.
    pub(crate) const fn noting_types(mut self, types: bool) -> Self {
        self.types = types;
        self
    }

    /// Puts `node` at `slot`.
    pub(crate) fn set(&mut self, slot: u32, node: Node) {
        self.out.set(slot, node);
    }

    /// Hides the value at `slot` by `name`.
    pub(crate) fn set_hidden(&mut self, slot: u32, name: &str) {
        let node = Node::RedactedName(self.out.push_text(name));
        self.out.set(slot, node);
    }

    /// Builds the recorded value `json`, a variable of a frame, at `slot`.
    pub(crate) fn variable(&mut self, json: Json<'j>, slot: u32) {
        self.tasks.push(Task { json, slot, form: Form::Top });
        self.finish();
    }

    /// Builds summaries of exceptions, a list, at `slot`.
    pub(crate) fn caught(&mut self, json: Json<'j>, slot: u32) {
        self.part(json, slot, Form::Plain);
    }

    fn finish(&mut self) {
        while let Some(task) = self.tasks.pop() {
            let node = self.node(task);
            self.out.set(task.slot, node);
            if self.types
                && matches!(task.form, Form::Top | Form::Inside)
                && let Some(name) = task.json.get("type").and_then(Json::text)
                && says(name, node, self.out)
            {
                self.out.push_type(task.slot, name);
            }
        }
        for slot in std::mem::take(&mut self.maps) {
            if let Node::Map(items) = self.out.node(slot) {
                let items = index(self.out, items);
                self.out.set(slot, Node::Map(items));
            }
        }
    }

    fn node(&mut self, task: Task<'j>) -> Node {
        match (task.form, task.json.node()) {
            (Form::Hidden, _) => Node::Redacted(Hidden::Host),
            (Form::Plain | Form::Message | Form::MessageStart, _) => self.plain(task),
            (_, Node::Map(_)) => self.recorded(task),
            // a text where an object would stand; one that no recorder puts there may be anything, a secret too
            (_, Node::Str(_)) => {
                let text = task.json.text().filter(|text| is_scrubbed(text));
                self.unreadable(text.unwrap_or(UNKNOWN_FORM))
            }
            (_, Node::List(_)) => self.unreadable(UNKNOWN_FORM),
            _ => self.copied(task.json),
        }
    }

    fn recorded(&mut self, task: Task<'j>) -> Node {
        let mut parts = Parts::of(task.json, self.out);
        if parts.is_unknown() {
            return self.unreadable(unknown_reason(task.json));
        }
        if matches!(parts.reason, Some("redactedIdent" | "redactedType" | REDACTED_VALUE)) {
            return Node::Redacted(Hidden::Host);
        }
        if parts.is_null == Some(true) {
            return Node::Null;
        }
        if parts.pruned {
            parts.reason = parts.reason.or(Some("pruned"));
        }
        if let Some(name) = parts.type_name {
            let names = if name.contains(['.', '\\', '/', ':']) { TypeNames::Full } else { TypeNames::Short };
            self.out.types = if self.out.types == TypeNames::Full { TypeNames::Full } else { names };
        }
        // a text has no type that an engine could ask for, so this is the place to hide it
        if parts.type_name.is_some_and(|name| self.hides_type(name)) {
            return Node::RedactedType(self.out.push_text(parts.type_name.unwrap_or_default()));
        }
        if let Some(children) = parts.children() {
            return self.collection(task, &parts, children);
        }
        if self.out.own {
            return self.own(&parts);
        }
        match (parts.value, parts.reason) {
            (Some(value), reason) if reason.is_none() || parts.truncated => self.scalar(&parts, value),
            (_, Some(reason)) if parts.is_depth() || parts.size.and_then(Json::count).is_some() => {
                self.cut(&parts, reason)
            }
            (_, Some(reason)) => self.unreadable(reason),
            _ => self.type_alone(task, &parts),
        }
    }

    /// A type, and nothing of its value.
    fn type_alone(&mut self, task: Task<'j>, parts: &Parts<'j>) -> Node {
        let name = parts.type_name.unwrap_or_default();
        let language = self.out.language;
        let javascript = matches!(language, Language::JavaScript | Language::Unknown);
        if javascript && name == "undefined" {
            Node::Undefined
        } else if javascript && matches!(name, "getter" | "setter" | "getter/setter") {
            // reading would run code
            self.unreadable(name)
        } else if let Some(address) = parts.address {
            if address == "0x0" { Node::Null } else { self.cut(parts, ADDRESS) }
        } else if language == Language::Php && name == "array" {
            let meta = self.meta(parts, None);
            Node::List(Items { first: 0, len: 0, meta })
        } else if language == Language::DotNet && task.form == Form::Inside {
            // so that tracer cuts by depth
            self.cut(parts, DEPTH)
        } else if parts.size.is_none() && matches!(language, Language::Php | Language::DotNet) {
            // they write no fields where there are none
            let meta = self.meta(parts, None);
            Node::Object(Items { first: 0, len: 0, meta })
        } else {
            self.cut(parts, NOT_RECORDED)
        }
    }

    fn collection(&mut self, task: Task<'j>, parts: &Parts<'j>, children: Json<'j>) -> Node {
        if let Some(reason) = children.text() {
            return self.unreadable(reason);
        }
        let empty = children.elements().len() == 0 && children.entries().next().is_none();
        let keyed = parts.elements.is_none() && parts.entries.is_none();
        let has_form = if keyed { children.is_object() } else { children.is_array() };
        // PHP writes `[]` for an object without fields
        let may_be_empty = empty && (children.is_object() || children.is_array());
        if !has_form && !may_be_empty {
            return self.unreadable(UNKNOWN_FORM);
        }
        if empty && parts.is_depth() {
            return self.cut(parts, DEPTH);
        }
        if keyed { self.object(parts, children) } else { self.elements(task, parts, children) }
    }

    fn elements(&mut self, task: Task<'j>, parts: &Parts<'j>, children: Json<'j>) -> Node {
        // what is no value, at the end, stands for what was cut
        let last = children.elements().next_back();
        let marker = last.filter(|last| last.is_object() && Parts::of(*last, self.out).is_unknown());
        let count = children.elements().len().saturating_sub(usize::from(marker.is_some()));
        let unknown_size = parts.size.filter(|size| size.count().is_none());
        let cut = parts
            .reason
            .or(marker.map(unknown_reason))
            .or(unknown_size.map(|size| size.text().unwrap_or(UNKNOWN_FORM)));
        let meta = self.meta(parts, cut);
        self.widen(meta, count);
        let pairs = parts.elements.is_none();
        let slots = if pairs { count.saturating_mul(2) } else { count };
        let first = self.out.extend(std::iter::repeat_n(Node::Absent, slots));
        let mut slot = first;
        for child in children.elements().take(count) {
            if !pairs {
                self.tasks.push(Task { json: child, slot, form: Form::Inside });
                slot = slot.saturating_add(1);
                continue;
            }
            let mut pair = child.elements();
            for part in [pair.next(), pair.next()] {
                match part {
                    Some(json) => self.tasks.push(Task { json, slot, form: Form::Inside }),
                    None => {
                        let node = self.unreadable(UNKNOWN_FORM);
                        self.out.set(slot, node);
                    }
                }
                slot = slot.saturating_add(1);
            }
        }
        let items = Items { first, len: u32::try_from(count).unwrap_or(u32::MAX), meta };
        if pairs {
            self.maps.push(task.slot);
            return Node::Map(items);
        }
        let set = if self.out.own { parts.marks.set } else { parts.type_name.is_some_and(is_set) };
        if set { Node::Set(items) } else { Node::List(items) }
    }

    fn object(&mut self, parts: &Parts<'j>, children: Json<'j>) -> Node {
        let name = parts.type_name.unwrap_or_default();
        let language = self.out.language;
        let own = self.out.own;
        let none = children.entries().next().is_none();
        if !own && language == Language::Python && none && is_python_scalar(name) {
            // NumPy's Booleans and texts, say, of which the tracer knows no fields
            return self.unreadable(NOT_RECORDED);
        }
        let meta = self.meta(parts, parts.reason);
        let count = children.entries().count();
        self.widen(meta, count);
        let enum_name = self.constant_of_fields(children);
        let open = language.unrecorded_members(name).filter(|_| !own).map(|reason| self.reason(reason));
        if let Some(meta) = self.out.meta_mut(meta) {
            (meta.enum_name, meta.open) = (enum_name, open);
        }
        self.fields(children, meta, Form::Inside)
    }

    /// The entries of `children` as the fields of an object.
    fn fields(&mut self, children: Json<'j>, meta: u32, form: Form) -> Node {
        let count = children.entries().count();
        let first = self.out.extend(std::iter::repeat_n(Node::Absent, count.saturating_mul(2)));
        let mut slot = first;
        let secret = Some(children).filter(|_| form == Form::Inside && !self.out.own);
        let secret = secret.and_then(|children| self.secret_entry(children));
        for (name, json) in children.entries() {
            let is_value = is_entry_part(self.out.language, name, "value");
            let is_hidden =
                form == Form::Plain && name == "message" && self.out.own && hides_message(children);
            let name = Node::Str(self.out.push_text(name));
            self.out.set(slot, name);
            slot = slot.saturating_add(1);
            match secret {
                Some(key) if is_value => self.out.set(slot, Node::RedactedName(key)),
                _ if is_hidden => self.out.set(slot, Node::Redacted(Hidden::Host)),
                _ => self.tasks.push(Task { json, slot, form }),
            }
            slot = slot.saturating_add(1);
        }
        let items = Items { first, len: u32::try_from(count).unwrap_or(u32::MAX), meta };
        let items = index(self.out, items);
        index_aliases(self.out, items);
        Node::Object(items)
    }

    /// The key, where the fields are those of an entry that stands alone under the key of a secret: a key that is a
    /// text, and a value (.NET's `KeyValuePair`, Java's `Map.Entry`).
    fn secret_entry(&mut self, fields: Json<'j>) -> Option<Text> {
        let language = self.out.language;
        let keys = fields.entries().filter(|(name, _)| is_entry_part(language, name, "key"));
        for (_, key) in keys {
            let text = key.get("value").and_then(Json::text).unwrap_or_default();
            let mut plain = String::new();
            python::unquote(text, false, &mut plain);
            if let Some(key) = [text, &plain].into_iter().find(|key| self.policy.redacts_name(key)) {
                return Some(self.out.push_text(key));
            }
        }
        None
    }

    /// Whether values of a recorded type are hidden. Our own recordings have the names that the host gave.
    fn hides_type(&self, name: &str) -> bool {
        if self.out.own { self.policy.redacts_type(name) } else { self.policy.redacts_recorded_type(name) }
    }

    /// A value of which no more than its type, and perhaps its size, is known.
    fn cut(&mut self, parts: &Parts<'j>, reason: &str) -> Node {
        Node::Cut(self.meta(parts, Some(reason)))
    }

    fn meta(&mut self, parts: &Parts<'j>, cut: Option<&str>) -> u32 {
        let type_name = parts.type_name.filter(|name| !self.out.own || parts.marks.names_type(name));
        let type_name = type_name.map(|name| self.out.push_text(name));
        let cut = cut.map(|reason| self.reason(reason));
        let size = parts.size.and_then(Json::count);
        let doubt = parts.marks.doubt.map(|reason| self.reason(reason));
        let besides = self.besides(parts, type_name);
        self.out.push_meta(Meta { type_name, size, cut, doubt, besides, ..Meta::default() })
    }

    /// A size is at least what was recorded.
    fn widen(&mut self, meta: u32, count: usize) {
        if let Some(Meta { size: Some(size), .. }) = self.out.meta_mut(meta) {
            *size = (*size).max(count as u64);
        }
    }

    pub(crate) fn unreadable(&mut self, reason: &str) -> Node {
        Node::Unreadable(self.reason(reason))
    }

    fn reason(&mut self, reason: &str) -> Text {
        let end = reason.char_indices().nth(REASON).map_or(reason.len(), |(at, _)| at);
        self.out.push_text(reason.get(..end).unwrap_or_default())
    }

    /// A part of `throwable`: JSON as it is, objects as objects.
    fn plain(&mut self, task: Task<'j>) -> Node {
        let json = task.json;
        match json.node() {
            Node::Str(_) => {
                let text = json.text().unwrap_or_default();
                if self.out.own {
                    return self.own_text(text, task.form == Form::MessageStart);
                }
                if is_scrubbed(text) {
                    return self.unreadable(text);
                }
                if matches!(task.form, Form::Message | Form::MessageStart) {
                    let (text, extent) = message(text, self.out.language);
                    return self.text(text, extent, false);
                }
                Node::Str(self.out.push_text(text))
            }
            Node::Map(_) if is_marker(json) => self.unreadable(unknown_reason(json)),
            Node::Map(_) => {
                let open = Some(self.reason(SUMMARY));
                let meta = self.out.push_meta(Meta { open, ..Meta::default() });
                self.fields(json, meta, Form::Plain)
            }
            Node::List(_) => {
                let marker = json.elements().next_back().filter(|last| is_marker(*last));
                let count = json.elements().len().saturating_sub(usize::from(marker.is_some()));
                let meta = match marker {
                    Some(marker) => self.meta(&Parts::default(), Some(unknown_reason(marker))),
                    None => NO_META,
                };
                let first = self.out.extend(std::iter::repeat_n(Node::Absent, count));
                for (slot, json) in (first..).zip(json.elements().take(count)) {
                    self.tasks.push(Task { json, slot, form: Form::Plain });
                }
                Node::List(Items { first, len: u32::try_from(count).unwrap_or(u32::MAX), meta })
            }
            _ => self.copied(json),
        }
    }

    /// A JSON scalar that is not a string.
    fn copied(&mut self, json: Json<'j>) -> Node {
        match json.node() {
            Node::BigInt(digits) => Node::BigInt(self.out.push_text(json.store.text(digits))),
            // it was skipped
            Node::Unreadable(reason) => self.unreadable(json.store.text(reason)),
            scalar => scalar,
        }
    }

    /// Builds the exception at `slot`: the recorded one with what it lacks from `throwable`, or that alone.
    pub(crate) fn exception(&mut self, recorded: Option<Json<'j>>, throwable: Option<Json<'j>>, slot: u32) {
        if let Some(recorded) = recorded {
            self.variable(recorded, slot);
        }
        let node = self.out.node(slot);
        let mut meta = match node {
            Node::Object(items) => self.out.meta(items.meta).copied().unwrap_or_default(),
            Node::Cut(meta) => Meta { size: None, ..self.out.meta(meta).copied().unwrap_or_default() },
            Node::Unreadable(reason) => Meta { cut: Some(reason), ..Meta::default() },
            Node::Str(_) | Node::CutStr(_) | Node::Absent | Node::Null if throwable.is_some() => {
                Meta { cut: Some(self.reason(SUMMARY)), ..Meta::default() }
            }
            _ => return,
        };
        let Some(throwable) = throwable else {
            if let Node::Object(items) = node
                && let Some(meta) = self.out.meta_mut(items.meta)
            {
                meta.thrown = true;
            }
            return;
        };
        if !throwable.is_object() {
            if matches!(node, Node::Absent | Node::Null) {
                let node = self.unreadable(throwable.text().unwrap_or(UNKNOWN_FORM));
                self.out.set(slot, node);
            }
            return;
        }
        let full_name = throwable.get("type").and_then(Json::text).filter(|name| !is_scrubbed(name));
        if let Some(name) = full_name.filter(|name| self.hides_type(name)) {
            let node = Node::RedactedType(self.out.push_text(name));
            self.out.set(slot, node);
            return;
        }
        let recorded_type = recorded.and_then(|json| json.get("type")).and_then(Json::text);
        meta.type_name = recorded_type.or(full_name).map(|name| self.out.push_text(name));
        meta.other_name = full_name.map(|name| self.out.push_text(name));
        meta.thrown = true;
        (meta.order, meta.aliases) = (None, None);
        let items = match node {
            Node::Object(items) => items,
            _ => Items { first: 0, len: 0, meta: NO_META },
        };
        let own = items.len.saturating_mul(2);
        let mut children: Vec<Node> =
            (0..own).map(|at| self.out.node(items.first.saturating_add(at))).collect();
        let is_hidden = self.out.own && hides_message(throwable);
        for name in ["message", "type", "stacktrace"] {
            let hidden = name == "message" && is_hidden;
            let Some(json) = throwable.get(name).or(hidden.then_some(throwable)) else { continue };
            let form = match name {
                "message" if hidden => Form::Hidden,
                "message" if throwable.get("truncated").is_some_and(Json::is_true) => Form::MessageStart,
                "message" => Form::Message,
                _ => Form::Plain,
            };
            let found = field(self.out, items, name);
            if let Found::At(entry) = found {
                let id = Store::value_id(items, entry);
                if matches!(self.out.node(id), Node::Unreadable(_) | Node::Cut(_)) {
                    self.part(json, id, form);
                    let at = (entry as usize).saturating_mul(2).saturating_add(1);
                    if let Some(place) = children.get_mut(at) {
                        *place = self.out.node(id);
                    }
                }
                continue;
            }
            let id = self.out.push(Node::Absent);
            self.part(json, id, form);
            children.push(Node::Str(self.out.push_text(name)));
            children.push(self.out.node(id));
        }
        let len = u32::try_from(children.len() / 2).unwrap_or(u32::MAX);
        let first = self.out.extend(children);
        let meta = self.out.push_meta(meta);
        let items = index(self.out, Items { first, len, meta });
        index_aliases(self.out, items);
        self.out.set(slot, Node::Object(items));
    }

    /// Builds a part of `throwable`.
    fn part(&mut self, json: Json<'j>, slot: u32, form: Form) {
        self.tasks.push(Task { json, slot, form });
        self.finish();
    }
}

/// Whether the field `name` is the `part` of an entry: the key or the value, in the spelling of the language.
fn is_entry_part(language: Language, name: &str, part: &str) -> bool {
    let name = language.short_name(name).unwrap_or(name);
    name.strip_prefix('_').unwrap_or(name).eq_ignore_ascii_case(part)
}

/// Whether an object stands for what was cut: `{"<runtime>": "<scrubbed>"}`.
pub(crate) fn is_marker(json: Json<'_>) -> bool {
    let mut entries = json.entries();
    let first = entries.next();
    first.is_some_and(|(key, value)| key.starts_with('<') && value.text().is_some_and(is_scrubbed))
        && entries.next().is_none()
}

/// Whether a recorder put `text` in the place of a value.
pub(crate) fn is_scrubbed(text: &str) -> bool {
    SCRUBBED.contains(&text)
}

/// Why an object that is no recorded value cannot be read.
fn unknown_reason(json: Json<'_>) -> &str {
    let mut entries = json.entries();
    match (entries.next().and_then(|(_, value)| value.text()), entries.next()) {
        (Some(text), None) if is_scrubbed(text) => text,
        _ => UNKNOWN_FORM,
    }
}
