//! What a snapshot says of exceptions in a place of its own, besides values that were captured.

use std::borrow::Cow;

use probelang_redact::Policy;

use crate::build::{REDACTED_VALUE, is_marker, is_scrubbed};
use crate::cut::{Extent, certain, message};
use crate::language::Language;
use crate::raw::Json;

/// What a frame says of the exception that ended it, under `throwable`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Exception<'i> {
    /// Nothing.
    #[default]
    Unsaid,
    /// That there was none.
    None,
    /// A summary of it.
    Summary(Thrown<'i>),
    /// Something that is not a summary, or not a whole one: reading `@exception` gives what there is of it.
    Joined,
}

/// A summary of an exception.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Thrown<'i> {
    /// Its full type, empty where it is not said.
    pub type_name: &'i str,
    /// Its message.
    pub message: Option<Cow<'i, str>>,
    /// Whether that is only the beginning of it.
    pub truncated: bool,
    /// Whether something of the message is hidden, or all of it.
    pub redacted: bool,
    /// The calls that led to it, innermost first.
    pub stack: Vec<ThrownIn<'i>>,
}

/// A call that led to an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ThrownIn<'i> {
    /// The file.
    pub file: Option<&'i str>,
    /// The function.
    pub function: Option<&'i str>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

impl<'i> Exception<'i> {
    /// Reads `throwable`, if there is one. Of a summary only the parts are kept that are documented.
    pub(crate) fn of(throwable: Option<Json<'i>>, own: bool, language: Language, policy: &Policy) -> Self {
        let Some(json) = throwable else { return Self::Unsaid };
        if json.is_null() {
            return Self::None;
        }
        match Thrown::of(json, own, language) {
            Some(thrown) if !policy.redacts_recorded_type(thrown.type_name) => Self::Summary(thrown),
            _ => Self::Joined,
        }
    }
}

/// Whether a summary that probelang wrote says that its message is hidden.
pub(crate) fn hides_message(summary: Json<'_>) -> bool {
    summary.get("notCapturedReason").and_then(Json::text) == Some(REDACTED_VALUE)
}

impl<'i> ThrownIn<'i> {
    /// Reads a call.
    pub(crate) fn of(json: Json<'i>) -> Self {
        let text = |key| json.get(key).and_then(Json::text);
        let number =
            |key| json.get(key).and_then(Json::count).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        Self {
            file: text("fileName"),
            function: text("function"),
            line: number("lineNumber"),
            column: number("columnNumber"),
        }
    }
}

impl<'i> Thrown<'i> {
    /// Reads a summary; `None` for what is not one, or lacks calls.
    pub(crate) fn of(json: Json<'i>, own: bool, language: Language) -> Option<Self> {
        let calls = |json: Json<'i>| json.get("stacktrace").into_iter().flat_map(Json::elements);
        if !json.is_object() || calls(json).any(|json| !json.is_object() || is_marker(json)) {
            return None;
        }
        let text =
            |json: Json<'i>, key| json.get(key).and_then(Json::text).filter(|text| own || !is_scrubbed(text));
        let (mut said, mut truncated) = (text(json, "message").map(Cow::Borrowed), false);
        if own {
            truncated = said.is_some() && json.get("truncated").is_some_and(Json::is_true);
        } else if let Some(whole) = &said {
            let (beginning, extent) = message(whole, language);
            if extent != Extent::Whole {
                let mut beginning = beginning.to_owned();
                truncated = certain(&mut beginning, 0, extent, language).is_some();
                said = truncated.then_some(Cow::Owned(beginning));
            }
        }
        let stack = calls(json).map(|json| {
            let call = ThrownIn::of(json);
            let shown = |text: &&str| own || !is_scrubbed(text);
            ThrownIn { file: call.file.filter(shown), function: call.function.filter(shown), ..call }
        });
        Some(Self {
            type_name: text(json, "type").unwrap_or_default(),
            message: said,
            truncated,
            redacted: own && hides_message(json),
            stack: stack.collect(),
        })
    }
}
