//! The wire form: JSON that probe configurations carry, equal in power to the text.
//!
//! [`read`] and [`write()`] are inverse up to spelling: aliases become canonical keys, nested `and` and `or`
//! of one kind become one.

mod configuration;
mod entries;
mod foreign;
mod graft;
mod json;
mod lower;
mod meaning;
mod names;
mod places;
mod problems;
mod scan;
mod template;
mod write;

use probelang_diagnostic::{Diagnostic, Span, limit, spell};

use crate::{Limits, Parsed, SourceKind};

pub use configuration::{
    Carried, Carrier, PROBE_LISTS, ProbeTexts, Spelled, WrittenTemplate, configuration, json_error,
    probe_texts, span_at,
};
pub use entries::{ProbeEntries, ProbeEntry, probe_entries};
pub use names::path_like;
pub use places::{StringPlaces, decode};
pub use write::{write, write_node};

/// Reads the wire form: an expression, an object with `dsl` or `json` or both, or, of a template, the list of
/// segments.
///
/// The tree keeps the RFC 6901 path of each node in `json`; its source and spans are those of its canonical
/// text. Of an object `json` runs, and `dsl` is read only where `json` is not there. Where both are there and mean
/// different things, that is a warning.
///
/// An error has its `path` and no span, as there is no canonical text to point into; its labels and edits
/// speak of bytes of `json`. A warning that comes with a tree refers to the canonical text.
///
/// ```
/// use probelang_syntax::{Limits, SourceKind, wire};
/// let json = r#"{"hasAny": [{"ref": "xs"}, {">": [{"ref": "@it"}, 2]}]}"#;
/// let tree = wire::read(json, SourceKind::Expression, &Limits::default()).tree.unwrap();
/// assert_eq!(tree.source().as_ref(), "any(xs, {@it > 2})");
/// assert_eq!(wire::write(&tree), r#"{"any":[{"ref":"xs"},{"gt":[{"ref":"@it"},2]}]}"#);
/// let parsed = wire::read(r#"{"len": [{"ref": "xs"}]}"#, SourceKind::Expression, &Limits::default());
/// assert_eq!(parsed.diagnostics[0].path.as_deref(), Some("/len"));
/// ```
///
/// Time and memory are linear in `json`, which is no longer than `limits.source_bytes`; nesting lies on the
/// heap.
#[must_use]
pub fn read(json: &str, kind: SourceKind, limits: &Limits) -> Parsed {
    // Spans are 32 bits wide.
    let most = limits.source_bytes.min(u32::MAX as usize);
    if json.len() > most {
        let message = format!("the source is longer than {most} bytes, the most that is read");
        let too_long = Diagnostic::new(limit::SOURCE_TOO_LONG, Span::default(), message)
            .arg("limit", most.to_string())
            .at_path("");
        return Parsed { tree: None, diagnostics: vec![too_long], incomplete: false };
    }
    // One more than is reported shows that there are more.
    let enough = usize::from(limits.errors).max(1).saturating_add(1);
    let json::Outcome { document, problems, incomplete } = json::read(json, enough);
    match document {
        None => {
            let diagnostics = problems::Problems::new(limits, problems).finish(None);
            Parsed { tree: None, diagnostics, incomplete }
        }
        Some(document) => lower::document(&document, kind, limits, problems),
    }
}

/// `text` as messages show it: spelled as a string, cut where it is long.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        None => spell::string(text).to_string(),
        Some((end, _)) => format!("{}...", spell::string(text.get(..end).unwrap_or(""))),
    }
}
