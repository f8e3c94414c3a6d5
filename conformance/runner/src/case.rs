//! A case of the corpus, as its line says it.

use probelang::ProgramKind;
use probelang::dialect::Preset;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::{Json, Object};

/// Tags that take a case out of the language-neutral core: it rests on a fact of one host or tracer.
const OUTSIDE_CORE: [&str; 9] = [
    "host-type",
    "host-class-name",
    "host-render",
    "wire-variant",
    "ruby-ivar",
    "timeout",
    "identifier",
    "known-bug",
    "regex-backreference",
];

/// Cases whose text, unlike its wire form, is no program of the language.
const REFUSED_IN_TEXT: [&str; 2] = ["java-0203", "java-0331"];

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ProgramKind, D::Error> {
    let name = String::deserialize(deserializer)?;
    ProgramKind::find(&name).ok_or_else(|| D::Error::custom(format!("no kind of program: {name}")))
}

/// One line of a corpus file.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Unique id.
    pub id: String,
    /// Where it comes from: decides the preset and what stands for the host.
    pub source: String,
    /// The expression as text, or a label.
    #[serde(default)]
    pub dsl: Option<String>,
    /// Whether `dsl` says the same as `json`.
    #[serde(default)]
    pub dsl_matches_json: bool,
    /// The wire form, as written.
    pub json: Box<RawValue>,
    /// Replaces `json` where the wire form is not valid JSON.
    #[serde(default)]
    pub json_text: Option<String>,
    /// What is evaluated: a Boolean decision, any value, or segments that are rendered and joined.
    #[serde(deserialize_with = "kind")]
    pub kind: ProgramKind,
    /// Names in scope, tagged values.
    #[serde(default)]
    pub vars: Object,
    /// The outcome.
    pub expect: Expect,
    /// Settings other than the default.
    #[serde(default)]
    pub config: Option<Config>,
    /// Filters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The tracers that a case of system-tests is enumerated for.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// The expected outcome.
#[derive(Debug, Deserialize)]
pub struct Expect {
    /// The value. Present and null is the value null.
    #[serde(default, deserialize_with = "present")]
    pub value: Option<Json>,
    /// `parse`, `undefined` or `evaluation`.
    #[serde(default)]
    pub error: Option<String>,
    /// `string`: the rendered text of the result is compared.
    #[serde(default, rename = "as")]
    pub compared_as: Option<String>,
    /// Errors that a template reports; only their number is compared.
    #[serde(default)]
    pub errors: Option<Vec<Json>>,
}

fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(from).map(Some)
}

/// Settings of a case.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Config {
    /// Deadline in milliseconds.
    #[serde(default)]
    pub timeout_ms: Option<i64>,
    /// A time limit of one pattern match. Matching is linear and paid in steps here: not used.
    #[serde(default)]
    pub matches_timeout_ms: Option<i64>,
    /// Types whose values are redacted.
    #[serde(default)]
    pub redacted_types: Vec<String>,
    /// Names taken out of the built-in redaction.
    #[serde(default)]
    pub redaction_excluded_identifiers: Vec<String>,
    /// Elements that a capture keeps of a collection.
    #[serde(default)]
    pub max_collection_size: Option<u64>,
    /// A host without types to check: not used.
    #[serde(default)]
    pub host_type_checks: Option<bool>,
}

impl Case {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|error| format!("not UTF-8: {error}"))?;
        serde_json::from_str(text).map_err(|error| format!("no case: {error}"))
    }

    /// The id of a line that is no case but may still have one.
    #[must_use]
    pub fn id_of(line: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        serde_json::from_slice::<Id>(line).ok().map(|id| id.id)
    }

    /// Whether the case belongs to the language-neutral core.
    #[must_use]
    pub fn is_core(&self) -> bool {
        !self.tags.iter().any(|tag| OUTSIDE_CORE.contains(&tag.as_str()))
    }

    /// Whether the case is run in text too.
    #[must_use]
    pub fn runs_in_text(&self) -> bool {
        self.dsl_matches_json && self.dsl.is_some() && self.expect.error.as_deref() != Some("parse")
    }

    /// Whether the text must be refused, whatever the wire form gives.
    #[must_use]
    pub fn is_refused_in_text(&self) -> bool {
        REFUSED_IN_TEXT.contains(&self.id.as_str())
    }

    /// The wire form, exactly as written.
    #[must_use]
    pub fn wire(&self) -> &str {
        self.json_text.as_deref().unwrap_or_else(|| self.json.get())
    }

    /// The preset that follows from the source.
    ///
    /// # Errors
    /// A sentence, where no preset is known for it.
    pub fn preset(&self) -> Result<Preset, String> {
        let name = self.source.strip_prefix("dd-trace-").unwrap_or(&self.source);
        let name = match name {
            "docs" | "system-tests" => "portable",
            "libdatadog" => "php",
            "js" => "node",
            "py" => "python",
            "rb" => "ruby",
            other => other,
        };
        Preset::find(name).ok_or_else(|| {
            format!("no preset follows from the source {:?}; name one with --dialect", self.source)
        })
    }
}
