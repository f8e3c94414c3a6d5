//! Writing JSON in a fixed order of keys, with values that are JSON already.

/// `text` as a JSON string.
pub fn string(text: &str) -> String {
    // A string always serialises.
    serde_json::to_string(text).unwrap_or_default()
}

/// A JSON object that grows.
#[derive(Debug)]
pub struct Object(String);

impl Object {
    /// An empty one.
    pub fn new() -> Self {
        Self("{".to_owned())
    }

    /// Adds a string.
    pub fn string(&mut self, key: &str, value: &str) -> &mut Self {
        self.raw(key, &string(value))
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
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&string(key));
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// The text.
    pub fn end(&self) -> String {
        format!("{}}}", self.0)
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
