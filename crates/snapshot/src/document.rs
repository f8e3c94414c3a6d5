//! Plain documents, and variables laid over a scope.

use probelang_diagnostic::{input, spell};
use probelang_host::{Names, Value};

use crate::View;
use crate::error::{InputError, Place};
use crate::json::{self, Broken, Scratch};
use crate::raw::Json;
use crate::store::{Node, Store};
use crate::view::VARS;

/// A plain JSON document: its top-level keys are the names in scope.
///
/// Objects are maps with string keys, and objects where an expression needs one: under dialects that read no members of a
/// map, `user.name` and `user["name"]` both work. Arrays are lists, numbers integers or floats as they are written.
#[derive(Clone, Debug)]
pub struct Document {
    store: Store,
    root: u32,
}

impl Document {
    /// Reads a document; a byte order mark at its start is skipped.
    ///
    /// # Errors
    /// [`InputError`] for bytes that are not UTF-8, for what is not JSON or nests deeper than
    /// [`MAX_DEPTH`](crate::MAX_DEPTH) levels, and for a document that is no object.
    pub fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        let mut store = Store::default();
        let root = read(bytes, &mut store, &mut Scratch::default())?;
        match store.node(root) {
            Node::Map(_) => Ok(Self { store, root }),
            other => Err(no_object(other)),
        }
    }

    /// The object `root` of a store.
    pub(crate) const fn of(store: Store, root: u32) -> Self {
        Self { store, root }
    }

    /// The names in scope, in the order in which they are written. For completion and lists.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let root = Json { store: &self.store, id: self.root };
        root.entries().map(|(name, _)| name).collect()
    }

    /// The host over this document, with the table of names that programs were linked with.
    #[must_use]
    pub const fn view<'d>(&'d self, names: &'d Names) -> View<'d> {
        View::new(&self.store, self.root, names)
    }
}

/// A document that has no names.
pub(crate) fn no_object(node: Node) -> InputError {
    let found = match node {
        Node::List(_) => "an array",
        Node::Str(_) => "a string",
        Node::Bool(_) => "a Boolean",
        Node::Null => "null",
        _ => "a number",
    };
    let message = format!("a plain document is an object whose keys are the names in scope, this is {found}");
    InputError::new(input::NO_OBJECT, message)
}

/// Reads one JSON text into `store`.
pub(crate) fn read(bytes: &[u8], store: &mut Store, scratch: &mut Scratch) -> Result<u32, InputError> {
    let start = bytes.len().saturating_sub(without_mark(bytes).len());
    let text = text(bytes, start)?;
    json::read(text, store, scratch).map_err(|broken| located(broken, bytes, start))
}

/// `bytes` without a byte order mark.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

/// The text of `bytes` from `start`.
pub(crate) fn text(bytes: &[u8], start: usize) -> Result<&str, InputError> {
    let rest = bytes.get(start..).unwrap_or_default();
    // nodes and texts are counted in 32 bits
    if u32::try_from(rest.len()).is_err() {
        return Err(InputError::new(input::BAD_DATA, "one document is larger than 4 GiB"));
    }
    std::str::from_utf8(rest).map_err(|error| {
        let offset = start.saturating_add(error.valid_up_to());
        InputError::new(input::BAD_ENCODING, "the data is not UTF-8").at(Place::of(bytes, offset))
    })
}

/// The error of a text that starts at `start` of `bytes`.
pub(crate) fn located(broken: Broken, bytes: &[u8], start: usize) -> InputError {
    let place = Place::of(bytes, start.saturating_add(broken.offset));
    InputError::new(broken.code, broken.message).at(place)
}

/// Variables laid over the scope of any document or frame: they win over every other name.
#[derive(Clone, Default, Debug)]
pub struct Vars {
    store: Store,
    /// The later one of a name counts.
    ids: Vec<(Box<str>, u32)>,
}

impl Vars {
    /// No variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Binds `name` to a JSON value, in place of what it was bound to before.
    ///
    /// # Errors
    /// [`InputError`] as for a [`Document`], with the name; any value will do.
    pub fn set(&mut self, name: &str, json: &[u8]) -> Result<(), InputError> {
        let id = read(json, &mut self.store, &mut Scratch::default()).map_err(|mut error| {
            error.message = format!("variable {}: {}", spell::Ident(name), error.message);
            error
        })?;
        self.ids.push((name.into(), id));
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The names that are bound, each once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all().map(|(name, _)| name)
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.ids.iter().rev().find(|(bound, _)| **bound == *name).map(|(_, id)| *id)
    }

    /// Each name with its value, the one that counts.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let counts = |name: &str, id: u32| self.find(name) == Some(id);
        let all = self.ids.iter().filter(move |(name, id)| counts(name, *id));
        all.map(|(name, id)| (&**name, self.store.value(*id, VARS)))
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }
}
