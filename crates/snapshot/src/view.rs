//! What an engine looks at: values in an arena, names, and variables laid over them.

use std::collections::HashSet;

use probelang_host::{
    Batch, Cursor, Digits, Handle, Host, Instance, More, Names, Nature, Natures, Origin, Sameness, Scratch,
    Search, Size, Symbol, Value,
};

use crate::Vars;
use crate::build::NOT_RECORDED;
use crate::instance::{Shape, instance_of};
use crate::language::{INHERITED, Language};
use crate::lookup::{Found, Wanted, enum_may_equal, enum_of, field, find, is_other_text, may_be, named};
use crate::raw::Json;
use crate::store::{Besides, Items, Meta, Node, Store, Text, narrow_id};
use crate::types::{is_complex, literal_type};

/// Handles of the document's own values.
const DOCUMENT: u32 = 0;
/// Handles of values of variables laid over it.
pub(crate) const VARS: u32 = 1;

/// Why a key that may be one of the recorded ones (which was cut, or is a collection) is not known.
const UNKNOWN_KEY: &str = "a key cannot be compared";
/// Why two recorded objects cannot be told apart.
const NO_IDENTITY: &str = "identity is not recorded";
/// Why a name with a dot may be one that was recorded with `_` for it.
const RENAMED: &str = "`.` in names was recorded as `_`";
/// Why the positions of the elements of a list are not known.
const NO_NULLS: &str = "null elements were left out";
/// Why a complex number may equal a number.
const COMPLEX: &str = "it may have no imaginary part";
/// Why a number may be a text.
const NAMED: &str = "its type may be a number or a text";
/// Why a constant may equal what is not its name.
const CONSTANT: &str = "the value of an enum constant was not recorded";
/// Why what was found under a text may belong to another key.
const OTHER_KEY: &str = "a key of another type";
/// Why only `==` is asked of an object that was recorded by its text.
const OBJECT_TEXT: &str = "only its text was recorded";
/// Why an object may be something else besides.
const NO_BASE: &str = "its base class was not recorded";

/// A host: a document or a frame, the table of names that programs were linked with, and variables.
///
/// Cheap to make and to copy; borrows everything.
#[derive(Clone, Copy, Debug)]
pub struct View<'d> {
    store: &'d Store,
    /// The map of the names in scope.
    scope: u32,
    names: &'d Names,
    vars: Option<&'d Vars>,
}

/// The children and the side information of a node, in its store.
struct Collection<'d> {
    store: &'d Store,
    shape: u32,
    items: Items,
    meta: Meta,
}

impl<'d> View<'d> {
    pub(crate) const fn new(store: &'d Store, scope: u32, names: &'d Names) -> Self {
        Self { store, scope, names, vars: None }
    }

    /// The view with `vars` laid over its scope: they win over every other name.
    #[must_use]
    pub const fn with_vars(mut self, vars: &'d Vars) -> Self {
        self.vars = Some(vars);
        self
    }

    /// Every name in scope with its value, the variables first. For completion, lists and samples: nothing is
    /// charged, and nothing redacted.
    #[must_use]
    pub fn scope(&self) -> Vec<(&'d str, Value<'d>)> {
        let scope = Json { store: self.store, id: self.scope };
        let mut seen = HashSet::new();
        let vars = self.vars.into_iter().flat_map(Vars::all);
        let own = scope.entries().map(|(name, json)| (name, self.store.value(json.id, DOCUMENT)));
        vars.chain(own).filter(|(name, value)| *value != Value::Absent && seen.insert(*name)).collect()
    }

    /// Whether names may have been in scope that were not recorded.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        match self.store.node(self.scope) {
            Node::Map(items) => self.store.meta(items.meta).is_some_and(|meta| meta.cut.is_some()),
            _ => false,
        }
    }

    fn store_of(&self, handle: Handle) -> &'d Store {
        match (handle.shape, self.vars) {
            (VARS, Some(vars)) => vars.store(),
            _ => self.store,
        }
    }

    fn node(&self, handle: Handle) -> Node {
        self.store_of(handle).node(id(handle))
    }

    fn collection(&self, handle: Handle) -> Option<Collection<'d>> {
        let store = self.store_of(handle);
        match store.node(id(handle)) {
            Node::List(items) | Node::Set(items) | Node::Map(items) | Node::Object(items) => {
                let meta = store.meta(items.meta).copied().unwrap_or_default();
                Some(Collection { store, shape: handle.shape, items, meta })
            }
            _ => None,
        }
    }

    fn meta(&self, handle: Handle) -> Option<&'d Meta> {
        let store = self.store_of(handle);
        match store.node(id(handle)) {
            Node::List(items) | Node::Set(items) | Node::Map(items) | Node::Object(items) => {
                store.meta(items.meta)
            }
            Node::Cut(meta) => store.meta(meta),
            _ => None,
        }
    }

    fn text_of(&self, handle: Handle, text: impl FnOnce(&Meta) -> Option<Text>) -> Option<&'d str> {
        self.meta(handle).and_then(text).map(|text| self.store_of(handle).text(text))
    }

    fn type_of(&self, value: Handle) -> Option<&'d str> {
        let store = self.store_of(value);
        match store.typed(id(value)) {
            Some(typed) => Some(store.text(typed.type_name)).filter(|name| !name.is_empty()),
            None if store.digits(id(value)).is_some() => store.noted_type(id(value)),
            None => self.text_of(value, |meta| meta.type_name),
        }
    }

    /// Whether a value is an object that was recorded by its text.
    fn is_recorded_by_text(&self, value: Handle) -> bool {
        let store = self.store_of(value);
        !store.own && self.type_of(value).is_some_and(|name| store.language.writes_text_of(name))
    }

    /// Whether a value is an object of plain JSON. Nobody said whether the program that it is from has it as an object or
    /// as a map, so it is either.
    fn is_plain_object(&self, value: Handle) -> bool {
        let store = self.store_of(value);
        !store.recorded && matches!(store.node(id(value)), Node::Map(_))
    }

    /// What a value is besides.
    fn besides(&self, value: Handle) -> Option<Besides> {
        match self.store_of(value).typed(id(value)) {
            Some(typed) => typed.besides,
            None => self.meta(value)?.besides,
        }
    }

    /// The noted type of the value, or key, that was lent through `cursor` at this place of its buffer.
    fn lent_at(&self, cursor: &Cursor, place: usize, key: bool) -> Option<&'d str> {
        let collection = self.collection(cursor.handle)?;
        let Collection { store, items, .. } = collection;
        let entry = u32::try_from(cursor.position.checked_add(place as u64)?).ok()?;
        let id = match store.node(id(cursor.handle)) {
            Node::Map(_) | Node::Object(_) => Store::value_id(items, entry).saturating_sub(u32::from(key)),
            _ => items.first.saturating_add(entry),
        };
        store.noted_type(id)
    }

    /// A key to be looked for.
    fn wanted<'k>(&'k self, key: &Value<'k>) -> Wanted<'k> {
        let digits = match *key {
            Value::BigInt(integer) => self.store_of(integer).digits(id(integer)).and_then(Digits::new),
            _ => None,
        };
        Wanted { value: *key, digits, constant: self.constant(key) }
    }

    /// Name and type of an enum constant among this view's values.
    fn constant(&self, value: &Value<'_>) -> Option<(&'d str, Option<&'d str>)> {
        let Value::Object(handle) = *value else { return None };
        match self.node(handle) {
            Node::Object(items) => enum_of(self.store_of(handle), items),
            _ => None,
        }
    }
}

/// The node of a handle.
fn id(handle: Handle) -> u32 {
    narrow_id(handle.word)
}

impl<'d> Collection<'d> {
    /// How many there are, if the recording says.
    fn size(&self) -> Result<u64, &'d str> {
        match (self.meta.size, self.meta.cut) {
            (Some(size), _) => Ok(size),
            (None, None) => Ok(u64::from(self.items.len)),
            (None, Some(reason)) => Err(self.store.text(reason)),
        }
    }

    /// Why what is not among the recorded children may exist all the same.
    fn cut(&self) -> Option<&'d str> {
        let size = self.meta.size.unwrap_or(u64::MAX);
        if size <= u64::from(self.items.len) {
            // all of them were recorded, whatever the recording says besides
            return None;
        }
        match (self.meta.cut, self.meta.size) {
            (Some(reason), _) => Some(self.store.text(reason)),
            (None, Some(_)) => Some(NOT_RECORDED),
            (None, None) => None,
        }
    }

    /// What reading the child that `found` says gives.
    fn give(&self, found: Found, out: &mut Value<'d>) {
        *out = match found {
            Found::At(entry) => self.store.value(Store::value_id(self.items, entry), self.shape),
            Found::Missing => match (self.cut(), self.meta.open) {
                (Some(reason), _) => Value::Unreadable(reason),
                (None, Some(reason)) => Value::Unreadable(self.store.text(reason)),
                (None, None) => Value::Absent,
            },
            Found::Unknown => Value::Unreadable(UNKNOWN_KEY),
            Found::Renamed => Value::Unreadable(RENAMED),
            Found::Inherited => Value::Unreadable(INHERITED),
        };
    }

    /// Why the positions of the elements are not known, if so.
    fn unplaced(&self) -> Option<&'d str> {
        if self.store.own {
            return self.doubt();
        }
        let type_name = self.meta.type_name.map(|name| self.store.text(name));
        (self.cut().is_some() && self.store.language.leaves_nulls_out(type_name)).then_some(NO_NULLS)
    }

    /// Why it may be something else, where the recording itself says so.
    fn doubt(&self) -> Option<&'d str> {
        self.meta.doubt.map(|reason| self.store.text(reason))
    }

    /// How many children one call can lend from `position`, and what follows.
    fn batch(&self, position: u64, room: usize) -> (u32, Batch<'d>) {
        let start = u32::try_from(position).unwrap_or(u32::MAX).min(self.items.len);
        let left = self.items.len.saturating_sub(start);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(room);
        let more = if left as usize > count { More::Yes } else { self.cut().map_or(More::Done, More::Cut) };
        (start, Batch { count, more })
    }
}

impl Host for View<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        let name = self.names.text(name);
        if let Some(vars) = self.vars
            && let Some(id) = vars.find(name)
        {
            *out = vars.store().value(id, VARS);
            return;
        }
        let scope = Handle { shape: DOCUMENT, word: u64::from(self.scope) };
        *out = Value::Absent;
        if let Some(scope) = self.collection(scope) {
            scope.give(named(scope.store, scope.items, name), out);
        }
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        *out = Value::Absent;
        let Some(collection) = self.collection(object) else { return };
        let name = self.names.text(name);
        match collection.store.node(id(object)) {
            Node::Object(items) => collection.give(field(collection.store, items, name), out),
            Node::Map(items) => collection.give(named(collection.store, items, name), out),
            Node::Absent
            | Node::Null
            | Node::Undefined
            | Node::Bool(_)
            | Node::Int(_)
            | Node::Uint(_)
            | Node::BigInt(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::CutStr(_)
            | Node::Redacted(_)
            | Node::RedactedName(_)
            | Node::RedactedType(_)
            | Node::Unreadable(_)
            | Node::List(_)
            | Node::Set(_)
            | Node::Cut(_)
            | Node::Typed(_) => {}
        }
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        *out = Value::Absent;
        let Some(collection) = self.collection(list) else { return };
        let items = collection.items;
        let within = collection.size().map_or(true, |size| index < size);
        if let (true, Some(reason)) = (within, collection.unplaced()) {
            *out = Value::Unreadable(reason);
        } else if index < u64::from(items.len) {
            let offset = u32::try_from(index).unwrap_or(u32::MAX);
            *out = collection.store.value(items.first.saturating_add(offset), collection.shape);
        } else if let (true, Some(reason)) = (within, collection.cut()) {
            *out = Value::Unreadable(reason);
        }
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        *out = Value::Absent;
        if let Some(collection) = self.collection(map) {
            let name = Wanted::text(self.names.text(key));
            collection.give(find(collection.store, collection.items, &name), out);
        }
        Search::Done
    }

    /// By halves over the sorted keys.
    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        *out = Value::Absent;
        let Some(collection) = self.collection(map) else { return Search::Done };
        let found = match (self.node(map), key) {
            (Node::Object(items), Value::Str(name)) => field(collection.store, items, name),
            (_, key) => find(collection.store, collection.items, &self.wanted(key)),
        };
        collection.give(found, out);
        Search::Done
    }

    fn len(&self, value: Handle) -> Size<'_> {
        if let Some(collection) = self.collection(value) {
            return match collection.size() {
                Ok(size) => Size::Known(size),
                Err(reason) => Size::Unreadable(reason),
            };
        }
        match self.meta(value) {
            Some(Meta { size: Some(size), .. }) => Size::Known(*size),
            _ => Size::Unreadable(self.cut_reason(value)),
        }
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let Some(collection) = self.collection(cursor.handle) else {
            return Batch { count: 0, more: More::Done };
        };
        let (start, batch) = collection.batch(cursor.position, out.len());
        let first = collection.items.first.saturating_add(start);
        for (id, place) in (first..).zip(out.iter_mut().take(batch.count)) {
            *place = collection.store.value(id, collection.shape);
        }
        cursor.position = cursor.position.saturating_add(batch.count as u64);
        batch
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let Some(collection) = self.collection(cursor.handle) else {
            return Batch { count: 0, more: More::Done };
        };
        let (start, batch) = collection.batch(cursor.position, keys.len().min(values.len()));
        let places = keys.iter_mut().zip(values.iter_mut()).take(batch.count);
        for (entry, (key, value)) in (start..).zip(places) {
            let id = Store::value_id(collection.items, entry);
            *key = collection.store.value(id.saturating_sub(1), collection.shape);
            *value = collection.store.value(id, collection.shape);
        }
        cursor.position = cursor.position.saturating_add(batch.count as u64);
        batch
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        let store = self.store_of(value);
        if matches!(store.node(id(value)), Node::BigInt(_)) {
            return self.scalar_instance_of(&Value::BigInt(value), type_name);
        }
        if !store.recorded {
            return Instance::UnknownType;
        }
        let recorded = self.type_of(value).unwrap_or_default();
        if self.text_of(value, |meta| meta.other_name) == Some(type_name) {
            return Instance::Yes;
        }
        let shape = match (self.node(value), store.typed(id(value))) {
            (_, Some(typed)) if typed.may_be_text => Shape::Doubtful,
            (_, Some(_)) => Shape::Scalar,
            (Node::List(_) | Node::Set(_) | Node::Map(_), _) => Shape::Collection,
            _ => match self.meta(value) {
                Some(Meta { enum_name: Some(_), .. }) => Shape::Constant,
                Some(Meta { thrown: true, .. }) => Shape::Thrown,
                _ => Shape::Object,
            },
        };
        instance_of(store.language, shape, recorded, type_name)
    }

    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        if !self.store.recorded {
            return Instance::No;
        }
        let language = self.store.language;
        let recorded = literal_type(value, language).unwrap_or_default();
        instance_of(language, Shape::Scalar, recorded, type_name)
    }

    fn type_name<'t>(&'t self, value: Handle, _: &'t mut Scratch) -> Option<&'t str> {
        self.type_of(value)
    }

    fn scalar_type<'t>(&'t self, _: &Value<'_>, origin: Origin<'_>, _: &'t mut Scratch) -> Option<&'t str> {
        match origin {
            Origin::Var(name) => {
                let name = self.names.text(name);
                if self.vars.is_some_and(|vars| vars.find(name).is_some()) {
                    return None;
                }
                let Node::Map(items) = self.store.node(self.scope) else { return None };
                match named(self.store, items, name) {
                    Found::At(entry) => self.store.noted_type(Store::value_id(items, entry)),
                    Found::Missing | Found::Unknown | Found::Renamed | Found::Inherited => None,
                }
            }
            Origin::Key { cursor, place } => self.lent_at(cursor, place, true),
            Origin::Element { cursor, place } => self.lent_at(cursor, place, false),
            Origin::Elsewhere => None,
        }
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        if a == b {
            return Sameness::Same;
        }
        match (self.type_of(a), self.type_of(b)) {
            (Some(a), Some(b)) if a != b => Sameness::Different,
            _ => Sameness::Unknown(NO_IDENTITY),
        }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        self.text_of(object, |meta| meta.enum_name)
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let store = self.store_of(opaque);
        match self.node(opaque) {
            Node::Typed(_) => store.plain(id(opaque), opaque.shape),
            _ => Value::Absent,
        }
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        let store = self.store_of(opaque);
        store.typed(id(opaque)).and_then(|typed| typed.text).map(|text| store.text(text))
    }

    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        if let Some(typed) = self.store_of(value).typed(id(value)) {
            let with = with.map(|with| with.plain(self));
            if typed.scalar == Node::Absent {
                let is_complex = is_complex(self.store_of(value).text(typed.type_name));
                return (is_complex && with.is_some_and(|with| with.number().is_some())).then_some(COMPLEX);
            }
            if with.is_none() && self.is_recorded_by_text(value) {
                return Some(OBJECT_TEXT);
            }
            let is_open = match with {
                None => typed.may_be_text,
                Some(Value::Str(text)) => may_be(self.store_of(value), typed, text),
                Some(Value::CutStr(beginning)) => {
                    typed.may_be_text && self.text(value).is_some_and(|text| text.starts_with(beginning))
                }
                Some(_) => false,
            };
            return is_open.then_some(NAMED);
        }
        let collection = self.collection(value)?;
        let store = collection.store;
        match (self.node(value), with) {
            (Node::List(_), None) => collection.unplaced(),
            (Node::Map(items), Some(key @ Value::Str(_))) => {
                // it may be the value of a key of another type
                let found = find(store, items, &self.wanted(key));
                matches!(found, Found::At(entry) if is_other_text(store, items, entry)).then_some(OTHER_KEY)
            }
            (Node::Object(_), Some(with)) if store.own && collection.meta.enum_name.is_some() => {
                // it may be the number, or in Python the text, that the constant is too
                let with = with.plain(self);
                let text = store.language == Language::Python && matches!(with, Value::Str(_));
                collection.doubt().filter(|_| text || with.number().is_some())
            }
            (Node::Object(_), _) if store.own => collection.doubt(),
            (Node::Object(items), with) if collection.meta.enum_name.is_some() => {
                let has_value = matches!(store.language, Language::DotNet | Language::Python);
                let is_open = match with {
                    None => has_value,
                    Some(with) => enum_may_equal(store, items, &with.plain(self)),
                };
                is_open.then_some(CONSTANT)
            }
            (Node::Object(_), _) => {
                let type_name = collection.meta.type_name.map(|name| store.text(name));
                let is_more = store.language.is_more_than_fields(type_name);
                (is_more && !collection.meta.thrown).then_some(NO_BASE)
            }
            _ => None,
        }
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        if nature == Nature::Fields && self.is_plain_object(value) {
            return Some(value);
        }
        let besides = self.besides(value).filter(|besides| besides.natures.has(nature))?;
        Some(Handle { word: u64::from(besides.node), ..value })
    }

    fn natures(&self, value: Handle) -> Natures {
        self.besides(value).map_or(Natures::NONE, |besides| besides.natures)
    }

    fn hidden_by(&self, number: u32) -> Option<&str> {
        match self.store.node(number) {
            Node::RedactedName(text) | Node::RedactedType(text) => Some(self.store.text(text)),
            _ => None,
        }
    }

    fn digits<'t>(&'t self, integer: Handle, _: &'t mut Scratch) -> &'t str {
        self.store_of(integer).digits(id(integer)).unwrap_or_default()
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        self.text_of(cut, |meta| meta.cut).unwrap_or("depth")
    }
}
