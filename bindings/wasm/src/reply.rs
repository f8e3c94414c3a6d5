//! What calls give, as JSON.

use probelang::data::InSource;
use probelang::data::text::Object;
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::{CompileError, Source};

use crate::Outcome;

/// What messages call the expression.
pub const EXPRESSION: &str = "<expression>";

/// A call that no data could make right.
#[derive(Debug)]
pub struct Misuse(String);

impl Misuse {
    /// With the reason.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// What is written of an outcome.
pub fn misused(outcome: Outcome) -> String {
    outcome.unwrap_or_else(|Misuse(why)| {
        let mut object = Object::new();
        object.string("misuse", &why);
        object.end()
    })
}

/// Diagnostics with their text.
pub fn diagnostics(list: &[Diagnostic], source: &SourceText<'_>) -> String {
    probelang::data::text::of(&InSource::new(list, source))
}

/// Diagnostics of a source that was read to `text`, or not read.
pub fn of_source(list: &[Diagnostic], text: Option<&str>, source: Source<'_>) -> String {
    diagnostics(list, &source_text(text, source))
}

/// The text that diagnostics of a source count in.
pub fn source_text<'s>(text: Option<&'s str>, source: Source<'s>) -> SourceText<'s> {
    match (text, source) {
        (Some(text), _) => SourceText::new(EXPRESSION, text),
        (None, Source::Text(text)) => SourceText::new(EXPRESSION, text),
        (None, Source::Json(json)) => SourceText::unread_json(EXPRESSION, json),
    }
}

/// Diagnostics of a source that does not compile.
pub fn of_error(error: &CompileError) -> String {
    diagnostics(&error.diagnostics, &error.source_text(EXPRESSION))
}

/// The diagnostics of several things, one list after the other.
pub fn joined(lists: &[&str]) -> String {
    let inner = lists.iter().filter_map(|list| list.strip_prefix("[")?.strip_suffix("]"));
    let inner: Vec<_> = inner.filter(|list| !list.is_empty()).collect();
    format!("[{}]", inner.join(","))
}

/// A text that was made of a source, or why it was not.
pub fn text(made: Result<String, CompileError>) -> String {
    let mut object = Object::new();
    match made {
        Ok(text) => object.boolean("ok", true).string("text", &text).raw("diagnostics", "[]"),
        Err(error) => object.boolean("ok", false).string("text", "").raw("diagnostics", &of_error(&error)),
    };
    object.end()
}
