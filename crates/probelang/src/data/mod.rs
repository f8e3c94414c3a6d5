//! The JSON form of what the engine says, for tools: one form for the command, the bindings and editors.
//!
//! Everything that has places is written together with the text that they count in, through [`InSource`]:
//!
//! ```
//! use probelang::Engine;
//! use probelang::data::InSource;
//! use probelang::diagnostic::SourceText;
//!
//! let error = Engine::new().condition("é = 1").unwrap_err();
//! let json = serde_json::to_value(InSource::new(&error.diagnostics[0], &error.source_text("when")))?;
//! assert_eq!(json["code"], "PL0209");
//! assert_eq!(json["span"]["start"], 3);
//! assert_eq!(json["span"]["utf16"]["start"], 2);
//! assert_eq!(json["span"]["column"]["start"], 3);
//! assert_eq!(json["edits"][0]["applicability"], "safe");
//! assert_eq!(json["url"], "docs/codes.md#pl0209");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! | what | schema |
//! |---|---|
//! | [`Diagnostic`](crate::diagnostic::Diagnostic) | `grammar/diagnostic.schema.json` |
//! | [`Fault`](crate::Fault), [`PartError`](crate::PartError) | `grammar/fault.schema.json` |
//! | [`Trace`](crate::Trace) | `grammar/trace.schema.json` |
//! | [`Candidate`](crate::check::Candidate), also a slice of them | `grammar/candidates.schema.json` |
//! | [`Hover`](crate::check::Hover) | `grammar/hover.schema.json` |
//! | [`SideBySide`] | |
//! | [`Explanation`](crate::Explanation) | |
//! | [`Report`](crate::check::Report), with the cost | `grammar/report.schema.json` |
//!
//! A span has `start` and `end` in bytes, and the same two in UTF-16 units (`utf16`), lines and columns (`line`,
//! `column`, both from 1, columns in characters). Keys may be added; none changes its meaning. Values of a
//! program are embedded as they are printed, which needs `serde_json` as the serializer.

mod answer;
#[cfg(feature = "front-end")]
mod compare;
mod diagnostic;
#[cfg(feature = "front-end")]
mod report;
pub mod text;
#[cfg(feature = "front-end")]
mod trace;

pub use answer::write_answer;
#[cfg(feature = "front-end")]
pub use compare::SideBySide;
use serde::ser::{Serialize, SerializeMap, Serializer};
#[cfg(feature = "front-end")]
use serde_json::value::RawValue;

use crate::diagnostic::{SourceText, Span};

/// A thing with the text that its spans count in.
///
/// Serialising it looks each place up in the lines of the text, which [`SourceText`] has read once.
#[derive(Debug)]
pub struct InSource<'a, T: ?Sized> {
    thing: &'a T,
    source: &'a SourceText<'a>,
}

impl<'a, T: ?Sized> InSource<'a, T> {
    /// `thing`, whose spans count in `source`.
    #[must_use]
    pub const fn new(thing: &'a T, source: &'a SourceText<'a>) -> Self {
        Self { thing, source }
    }

    /// Something else in the same text.
    const fn part<'p, U: ?Sized>(&'p self, part: &'p U) -> InSource<'p, U> {
        InSource { thing: part, source: self.source }
    }
}

impl<T> Serialize for InSource<'_, [T]>
where
    for<'t> InSource<'t, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.thing.iter().map(|thing| InSource { thing, source: self.source }))
    }
}

/// The first and the last of a pair, in some unit.
#[derive(serde::Serialize)]
struct Ends {
    start: u32,
    end: u32,
}

impl Serialize for InSource<'_, Span> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Span { start, end } = *self.thing;
        let lines = self.source.lines();
        let (first, last) = (lines.line_column(start), lines.line_column(end));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("start", &start)?;
        map.serialize_entry("end", &end)?;
        map.serialize_entry("utf16", &Ends { start: lines.utf16(start), end: lines.utf16(end) })?;
        map.serialize_entry("line", &Ends { start: first.line, end: last.line })?;
        map.serialize_entry("column", &Ends { start: first.column, end: last.column })?;
        map.end()
    }
}

/// JSON that the engine printed, embedded as it is.
#[cfg(feature = "front-end")]
struct Raw<'a>(&'a str);

#[cfg(feature = "front-end")]
impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<&RawValue>(self.0) {
            Ok(raw) => raw.serialize(serializer),
            Err(_) => serializer.serialize_str(self.0),
        }
    }
}
