//! The text that the spans of a diagnostic count in.

use crate::LineIndex;

/// A source text with its name and its lines: what a renderer needs to show where a span is.
///
/// Made once for all diagnostics of a source, since it reads the text once.
#[derive(Clone, Debug)]
pub struct SourceText<'s> {
    name: &'s str,
    text: &'s str,
    lines: LineIndex,
    has_spans: bool,
}

impl<'s> SourceText<'s> {
    /// A text that spans count in; `name` is what the user calls it, such as a file name. Linear in the text.
    #[must_use]
    pub fn new(name: &'s str, text: &'s str) -> Self {
        Self { name, text, lines: LineIndex::new(text), has_spans: true }
    }

    /// JSON that could not be read as a program. A diagnostic then has a path and no span of its own; its labels
    /// and edits count in the JSON. Linear in the text.
    #[must_use]
    pub fn unread_json(name: &'s str, json: &'s str) -> Self {
        Self { has_spans: false, ..Self::new(name, json) }
    }

    /// A source without a text that could be shown: its name is all there is.
    #[must_use]
    pub fn nowhere(name: &'s str) -> Self {
        Self::unread_json(name, "")
    }

    /// What the user calls the source.
    #[must_use]
    pub const fn name(&self) -> &'s str {
        self.name
    }

    /// The text; empty if there is none to show.
    #[must_use]
    pub const fn text(&self) -> &'s str {
        self.text
    }

    /// The lines of the text.
    #[must_use]
    pub const fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// Whether a diagnostic's own span counts in the text.
    #[must_use]
    pub const fn has_spans(&self) -> bool {
        self.has_spans
    }
}
