//! Reads the parts of a JSON text that are asked for, and knows where each of them is.
//!
//! Objects are read one level at a time, so that expressions keep their text and every value knows where it is.

use std::cell::RefCell;
use std::fmt;

use probelang::diagnostic::{Code, Diagnostic, Span, probe};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Bytes of a scalar that a message still shows.
const SHOWN: usize = 32;

/// The keys and values of an object, in order, as they are written.
struct Pairs<'j>(Vec<(String, &'j RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Visit)
    }
}

/// What is said of one probe, or of the file.
#[derive(Debug)]
pub(super) struct Notes<'j> {
    /// The whole file: places are counted in it.
    file: &'j str,
    all: RefCell<Vec<Diagnostic>>,
}

impl<'j> Notes<'j> {
    pub(super) const fn new(file: &'j str) -> Self {
        Self { file, all: RefCell::new(Vec::new()) }
    }

    /// Where a value of the file is; of an object or array where it begins.
    pub(super) fn span_of(&self, item: &Item<'j>) -> Span {
        let text = item.json();
        self.span(text, if item.is_object() || item.is_array() { 1 } else { text.len() })
    }

    /// Where the whole of a value is.
    pub(super) fn whole(&self, item: &Item<'j>) -> Span {
        self.span(item.json(), item.json().len())
    }

    /// The first bytes of a part of the file.
    fn span(&self, text: &str, shown: usize) -> Span {
        // both are parts of one allocation, or `text` is foreign and has no place
        let start = (text.as_ptr() as usize).checked_sub(self.file.as_ptr() as usize);
        let place = start.and_then(|start| {
            let end = start.checked_add(shown).filter(|end| *end <= self.file.len())?;
            Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
        });
        place.unwrap_or_default()
    }

    pub(super) fn add(&self, diagnostic: Diagnostic) {
        self.all.borrow_mut().push(diagnostic);
    }

    pub(super) fn say(&self, code: Code, at: &Item<'j>, message: impl Into<String>) {
        self.add(Diagnostic::new(code, self.span_of(at), message).at_path(at.path.clone()));
    }

    /// Says that a value is not what its key takes.
    pub(super) fn wrong(&self, at: &Item<'j>, takes: &str) {
        let message = format!("{} takes {takes}, not {}", at.name(), at.shown());
        self.say(probe::WRONG_VALUE, at, message);
    }

    pub(super) fn take(self) -> Vec<Diagnostic> {
        self.all.into_inner()
    }

    pub(super) fn has_error(&self) -> bool {
        self.all.borrow().iter().any(Diagnostic::is_error)
    }
}

/// A value and its RFC 6901 path in the file.
#[derive(Clone, Debug)]
pub(super) struct Item<'j> {
    pub(super) raw: &'j RawValue,
    pub(super) path: String,
}

impl<'j> Item<'j> {
    /// The text of the value.
    pub(super) fn json(&self) -> &'j str {
        self.raw.get()
    }

    /// The last key of the path, in back quotes.
    fn name(&self) -> String {
        match self.path.rsplit('/').next() {
            Some(last) if last.parse::<u32>().is_ok() => format!("element {last}"),
            Some(last) if !last.is_empty() => format!("`{}`", last.replace("~1", "/").replace("~0", "~")),
            _ => "a probe file".to_owned(),
        }
    }

    /// What it is: a short scalar as it is written, anything else by its kind.
    fn shown(&self) -> &'j str {
        let json = self.json();
        match json.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') if json.len() > SHOWN => "this string",
            _ if json.len() > SHOWN => "this number",
            _ => json,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.json() == "null"
    }

    pub(super) fn is_object(&self) -> bool {
        self.json().starts_with('{')
    }

    pub(super) fn is_array(&self) -> bool {
        self.json().starts_with('[')
    }

    fn read<T: Deserialize<'j>>(&self) -> Option<T> {
        serde_json::from_str(self.json()).ok()
    }

    /// The text of a string.
    pub(super) fn text(&self, notes: &Notes<'j>) -> Option<String> {
        let text = self.read();
        if text.is_none() {
            notes.wrong(self, "a string");
        }
        text
    }

    pub(super) fn boolean(&self, notes: &Notes<'j>) -> Option<bool> {
        let boolean = self.read();
        if boolean.is_none() {
            notes.wrong(self, "true or false");
        }
        boolean
    }

    /// A whole number from 0.
    pub(super) fn whole(&self, notes: &Notes<'j>) -> Option<u64> {
        let number = self.read();
        if number.is_none() {
            notes.wrong(self, "a whole number from 0");
        }
        number
    }

    /// A finite number from 0.
    pub(super) fn rate(&self, notes: &Notes<'j>) -> Option<f64> {
        let number = self.read::<f64>().filter(|number| number.is_finite() && *number >= 0.0);
        if number.is_none() {
            notes.wrong(self, "a number from 0");
        }
        number
    }

    /// The elements of an array.
    pub(super) fn list(&self, notes: &Notes<'j>) -> Vec<Self> {
        match self.read::<Vec<&RawValue>>() {
            Some(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, raw)| Self { raw, path: format!("{}/{index}", self.path) })
                .collect(),
            None => {
                notes.wrong(self, "an array");
                Vec::new()
            }
        }
    }

    /// The members of an object.
    pub(super) fn object(&self, notes: &Notes<'j>) -> Option<Object<'j>> {
        let Some(Pairs(pairs)) = self.read::<Pairs<'j>>() else {
            notes.wrong(self, "an object");
            return None;
        };
        let mut members: Vec<(String, Self, bool)> = Vec::with_capacity(pairs.len());
        for (key, raw) in pairs {
            let path = format!("{}/{}", self.path, key.replace('~', "~0").replace('/', "~1"));
            let item = Self { raw, path };
            if members.iter().any(|(known, ..)| *known == key) {
                notes.say(probe::WRONG_VALUE, &item, format!("`{key}` is given twice"));
                continue;
            }
            members.push((key, item, false));
        }
        Some(Object { at: self.clone(), members })
    }
}

/// The members of an object, and which of them were asked for.
#[derive(Debug)]
pub(super) struct Object<'j> {
    pub(super) at: Item<'j>,
    members: Vec<(String, Item<'j>, bool)>,
}

impl<'j> Object<'j> {
    /// Whether there is such a member, null or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.members.iter().any(|(known, ..)| known == key)
    }

    /// A member. One that is null is missing.
    pub(super) fn get(&mut self, key: &str) -> Option<Item<'j>> {
        let (_, item, asked) = self.members.iter_mut().find(|(known, ..)| known == key)?;
        *asked = true;
        (!item.is_null()).then(|| item.clone())
    }

    /// A member that must be there.
    pub(super) fn need(&mut self, key: &str, what: &str, notes: &Notes<'j>) -> Option<Item<'j>> {
        let item = self.get(key);
        if item.is_none() {
            notes.say(probe::MISSING_KEY, &self.at, format!("{what} needs `{key}`"));
        }
        item
    }

    /// Warns about members that nobody has asked for and that are not among `ignored`.
    pub(super) fn end(self, ignored: &[&str], notes: &Notes<'j>) {
        for (key, item, asked) in &self.members {
            if !asked && !item.is_null() && !ignored.contains(&key.as_str()) {
                notes.say(probe::UNKNOWN_KEY, item, format!("nothing reads the key `{key}`"));
            }
        }
    }
}
