//! What is wrong with an input.

use probelang_diagnostic::{Code, Diagnostic, Span, input};

/// A place in an input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Bytes from the start.
    pub offset: usize,
    /// From 1.
    pub line: usize,
    /// Characters from the start of the line, from 1.
    pub column: usize,
}

impl Place {
    /// The place of byte `offset` of `bytes`, which need not be UTF-8 behind it. Linear in `offset`.
    pub(crate) fn of(bytes: &[u8], offset: usize) -> Self {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        // every byte but those that continue a character
        let characters = before.get(start..).unwrap_or_default().iter().filter(|byte| *byte & 0xc0 != 0x80);
        Self { offset, line, column: characters.count().saturating_add(1) }
    }
}

/// An input that cannot be read, or a choice of frame that it does not have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}{}", self.suffix())]
#[non_exhaustive]
pub struct InputError {
    /// The code, of the group `PL2xxx`.
    pub code: Code,
    /// One line; tells nothing of the data but its form.
    pub message: String,
    /// Where, if it has a place.
    pub place: Option<Place>,
}

impl InputError {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None }
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// What the input is called from `name` on, with the place of the error, and the diagnostic.
    ///
    /// `line` is for an input that is one of many in a file: the line at which it begins.
    ///
    /// ```
    /// use probelang_snapshot::Document;
    /// let error = Document::parse(b"{").unwrap_err();
    /// assert_eq!(error.diagnose("orders.json", None).0, "orders.json:1:2");
    /// let (name, diagnostic) = error.diagnose("hits.ndjson", Some(7));
    /// assert_eq!(name, "hits.ndjson:7:2");
    /// assert_eq!(diagnostic.args[0].1, "7");
    /// ```
    #[must_use]
    pub fn diagnose(&self, name: &str, line: Option<u64>) -> (String, Diagnostic) {
        let mut diagnostic = Diagnostic::new(self.code, Span::default(), &self.message);
        let line = match (line, self.place) {
            (Some(first), Some(place)) => Some(first.saturating_add(place.line as u64).saturating_sub(1)),
            (line, place) => line.or(place.map(|place| place.line as u64)),
        };
        let mut name = line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
        if let (Some(place), Some(line)) = (self.place, line) {
            name = format!("{name}:{}", place.column);
            diagnostic = diagnostic.arg("line", line.to_string()).arg("column", place.column.to_string());
        }
        (name, diagnostic)
    }

    fn suffix(&self) -> String {
        self.place
            .map_or_else(String::new, |place| format!(" (line {}, column {})", place.line, place.column))
    }

    /// Whether the question is at fault, not the data: a frame that is not there, or several to choose from.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.code == input::NO_SUCH_FRAME || self.code == input::AMBIGUOUS_FRAME
    }
}
