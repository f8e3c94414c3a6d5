//! Writing JSON in a fixed order of keys, with values that are JSON already.

use probelang::diagnostic::spell::push_json;

/// `text` as a JSON string.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_json(&mut out, text);
    out
}

/// Something that serialises, as JSON.
pub fn of(value: &impl serde::Serialize) -> String {
    // what is written here has string keys only, so that it serialises
    serde_json::to_string(value).unwrap_or_default()
}

/// A JSON object that grows.
#[derive(Debug)]
pub struct Object(String);

impl Object {
    /// An empty one.
    pub fn new() -> Self {
        Self::behind(String::new())
    }

    /// An empty one behind what is in `text`, in the same memory.
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

    fn member(&mut self, key: &str) -> &mut String {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
        push_json(&mut self.0, key);
        self.0.push(':');
        &mut self.0
    }

    /// The text.
    pub fn end(&self) -> String {
        format!("{}}}", self.0)
    }

    /// The text, with what was before it.
    pub fn into_text(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A JSON array.
#[derive(Debug)]
pub struct Array;

impl Array {
    /// Of values that are JSON.
    pub fn of(values: impl IntoIterator<Item = String>) -> String {
        let values: Vec<_> = values.into_iter().collect();
        format!("[{}]", values.join(","))
    }
}
