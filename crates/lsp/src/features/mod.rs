//! What an editor can ask for, one file each. Every function takes what was found in a document and gives what the protocol wants.

pub(crate) mod actions;
pub(crate) mod complete;
pub(crate) mod diagnostics;
pub(crate) mod folding;
pub(crate) mod format;
pub(crate) mod hover;
pub(crate) mod inlay;
pub(crate) mod signature;
pub(crate) mod tokens;

use gen_lsp_types::{Contents, Documentation, MarkupContent, MarkupKind, Position, TextEdit};
use probelang::Engine;
use probelang::diagnostic::{Change, Span};

use crate::document::Analysis;
use crate::text::Text;
use crate::unit::Embedded;

/// What most features look at.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) text: &'a Text,
    pub(crate) analysis: &'a Analysis,
    pub(crate) engine: &'a Engine,
}

/// A text with the cursor in it.
struct Cursor<'a> {
    /// The start of its unit.
    start: u32,
    embedded: &'a Embedded,
    /// The byte of what the text says.
    at: u32,
}

impl<'a> View<'a> {
    fn cursor(self, position: Position) -> Option<Cursor<'a>> {
        let offset = self.text.offset(position);
        let (start, embedded) = self.analysis.embedded_at(offset)?;
        let at = embedded.places.said(offset.saturating_sub(start));
        Some(Cursor { start, embedded, at })
    }

    /// A change of a unit as the protocol writes it.
    fn edit(self, start: u32, change: Change) -> TextEdit {
        TextEdit { range: self.text.range(change.span.offset(start)), new_text: change.text }
    }

    /// A span of what a text says as a span of the document.
    fn written(start: u32, embedded: &Embedded, said: Span) -> Span {
        embedded.places.written_span(said).offset(start)
    }
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

fn documentation(text: &str) -> Option<Documentation> {
    (!text.is_empty()).then(|| Documentation::MarkupContent(markdown(text.to_owned())))
}

fn contents(value: String) -> Contents {
    Contents::MarkupContent(markdown(value))
}
