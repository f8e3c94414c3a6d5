//! Writing JSON in a fixed order of keys, with values that are JSON already: for tools that wrap what the engine printed.

use serde::Serialize;

use crate::diagnostic::spell::push_json;

/// `text` as a JSON string.
#[must_use]
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    push_json(&mut out, text);
    out
}

/// Something that serialises, as JSON. Empty for what does not; all of this module's siblings do.
#[must_use]
pub fn of(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A JSON object behind the number of its input, if there are several.
#[must_use]
pub fn numbered(index: Option<u64>, object: String) -> String {
    match (index, object.strip_prefix('{')) {
        (Some(index), Some(members)) => format!("{{\"index\":{index},{members}"),
        _ => object,
    }
}

/// A JSON object that grows.
///
/// ```
/// use probelang::data::text::Object;
/// let mut object = Object::new();
/// object.string("status", "ok").raw("value", "[1,2]");
/// assert_eq!(object.end(), r#"{"status":"ok","value":[1,2]}"#);
/// ```
#[derive(Debug)]
pub struct Object(String);

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

impl Object {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::behind(String::new())
    }

    /// An empty one behind what is in `text`, in the same memory.
    #[must_use]
    pub fn behind(mut text: String) -> Self {
        text.push('{');
        Self(text)
    }

    /// Adds a string.
    pub fn string(&mut self, key: &str, value: &str) -> &mut Self {
        push_json(self.member(key), value);
        self
    }

    /// Adds a whole number.
    pub fn number(&mut self, key: &str, value: u64) -> &mut Self {
        self.raw(key, &value.to_string())
    }

    /// Adds a Boolean.
    pub fn boolean(&mut self, key: &str, value: bool) -> &mut Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// Adds a value that is JSON.
    pub fn raw(&mut self, key: &str, value: &str) -> &mut Self {
        self.member(key).push_str(value);
        self
    }

    /// Adds something that serialises.
    pub fn serialized(&mut self, key: &str, value: &impl Serialize) -> &mut Self {
        self.raw(key, &of(value))
    }

    fn member(&mut self, key: &str) -> &mut String {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
        push_json(&mut self.0, key);
        self.0.push(':');
        &mut self.0
    }

    /// The text.
    #[must_use]
    pub fn end(&self) -> String {
        format!("{}}}", self.0)
    }

    /// The text, with what was before it.
    #[must_use]
    pub fn into_text(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A JSON array of values that are JSON.
#[must_use]
pub fn array(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    format!("[{}]", values.join(","))
}
