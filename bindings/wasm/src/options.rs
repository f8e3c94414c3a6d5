//! The options of a call.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use probelang::check::regex::PatternCache;
use probelang::dialect::Preset;
use probelang::host::{Clock, RunLimits};
use probelang::redact::Policy;
use probelang::{Engine, ProgramKind, Source};
use serde::Deserialize;

use crate::integers::Integers;
use crate::kept::{self, Kept};
use crate::reply::Misuse;

/// Milliseconds that a run may take where nobody said.
const TIME: u64 = 1_000;

thread_local! {
    /// The patterns of all calls: an editor judges the same ones at every key.
    static PATTERNS: Arc<PatternCache> = Arc::new(PatternCache::default());
}

/// How the source is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    #[default]
    Text,
    Json,
}

/// An element of a loop that a trace shows.
#[cfg(feature = "evaluate")]
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Where the loop begins, in UTF-16 units.
    pub start: u32,
    /// How many elements come before it.
    pub index: u64,
}

/// All options of all operations; `index.d.ts` says which one has which. The package writes things that are kept as
/// their handles, and values of variables as JSON text.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Options {
    kind: Option<String>,
    form: Form,
    dialect: Option<String>,
    redact: Vec<String>,
    redact_exclude: Vec<String>,
    redact_types: Vec<String>,
    targets: Vec<String>,
    strict: bool,
    max_cost: Option<u64>,
    max_steps: Option<u64>,
    max_time: Option<u64>,
    /// How large integers are written.
    pub integers: Integers,
    /// The position of a cursor, in UTF-16 units.
    pub offset: u32,
    schema: Option<u32>,
    /// Handles of data and program.
    #[cfg(feature = "evaluate")]
    pub data: Option<u32>,
    #[cfg(feature = "evaluate")]
    pub program: Option<u32>,
    #[cfg(feature = "evaluate")]
    pub input: Option<String>,
    #[cfg(feature = "evaluate")]
    pub frame: Option<String>,
    #[cfg(feature = "evaluate")]
    pub index: usize,
    #[cfg(feature = "evaluate")]
    pub variables: Vec<(String, String)>,
    #[cfg(feature = "evaluate")]
    pub elements: Vec<Element>,
    #[cfg(feature = "evaluate")]
    pub base: Option<String>,
    #[cfg(feature = "evaluate")]
    pub dialects: Vec<String>,
    #[cfg(feature = "evaluate")]
    pub max_depth: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub max_items: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub max_fields: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub max_string: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub max_message: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub max_length: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub max_size: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub format: Option<String>,
    #[cfg(feature = "evaluate")]
    pub expressions: Vec<(String, String)>,
    #[cfg(feature = "evaluate")]
    pub service: Option<String>,
    #[cfg(feature = "evaluate")]
    pub env: Option<String>,
    #[cfg(feature = "evaluate")]
    pub version: Option<String>,
    #[cfg(feature = "evaluate")]
    pub by_language: bool,
    #[cfg(feature = "evaluate")]
    pub hits: String,
    #[cfg(feature = "evaluate")]
    pub r#match: Option<String>,
    #[cfg(feature = "evaluate")]
    pub interval: Option<u64>,
    #[cfg(feature = "evaluate")]
    pub seed: u64,
    #[cfg(feature = "evaluate")]
    pub max_events: Option<usize>,
    #[cfg(feature = "evaluate")]
    pub timeline: bool,
    /// Milliseconds since 1970, for probes that expire.
    #[cfg(feature = "evaluate")]
    pub now: u64,
}

impl Options {
    /// Reads them.
    pub fn read(json: &str) -> Result<Self, Misuse> {
        serde_json::from_str(json).map_err(|error| {
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default();
            let text = text.split(", expected one of").next().unwrap_or_default();
            Misuse::new(format!("options: {}", text.replace("field", "option")))
        })
    }

    /// The source as it is written.
    pub const fn source<'s>(&self, text: &'s str) -> Source<'s> {
        match self.form {
            Form::Text => Source::Text(text),
            Form::Json => Source::Json(text),
        }
    }

    /// What the source is for.
    pub fn kind(&self, source: Source<'_>) -> Result<ProgramKind, Misuse> {
        let Some(name) = &self.kind else { return Ok(source.usual_kind()) };
        ProgramKind::find(name).ok_or_else(|| no_such("kind", name, ProgramKind::ALL.map(ProgramKind::name)))
    }

    /// What is redacted.
    pub fn policy(&self) -> Arc<Policy> {
        if self.redact.is_empty() && self.redact_exclude.is_empty() && self.redact_types.is_empty() {
            return Policy::shared();
        }
        let policy = Policy::built_in().with_names(&self.redact).without_names(&self.redact_exclude);
        Arc::new(policy.with_types(&self.redact_types))
    }

    /// An engine with all of them that concern it.
    pub fn engine(&self) -> Result<Engine, Misuse> {
        let targets: Result<Vec<_>, _> = self.targets.iter().map(|name| preset(name)).collect();
        let mut engine = Engine::new()
            .policy(self.policy())
            .strict(self.strict)
            .targets(targets?)
            .run_limits(self.run_limits())
            .clock(Page)
            .keeping_patterns(PATTERNS.with(Arc::clone));
        if let Some(name) = &self.dialect {
            engine = engine.dialect(preset(name)?);
        }
        if let Some(steps) = self.max_cost {
            engine = engine.max_cost(steps);
        }
        Ok(engine)
    }

    /// What a run may spend.
    pub fn run_limits(&self) -> RunLimits {
        let limits = RunLimits::default();
        limits
            .with_steps(self.max_steps.unwrap_or(limits.steps))
            .with_deadline(Duration::from_millis(self.max_time.unwrap_or(TIME)))
    }

    /// Whether a time was asked for.
    #[cfg(feature = "evaluate")]
    pub fn time(&self) -> Option<Duration> {
        self.max_time.map(Duration::from_millis)
    }

    /// The schema of the names in scope, if there is one.
    pub fn schema(&self) -> Result<Option<Rc<Kept>>, Misuse> {
        self.schema.map(kept::get).transpose()
    }
}

/// A dialect by its name.
pub fn preset(name: &str) -> Result<Preset, Misuse> {
    Preset::find(name).ok_or_else(|| no_such("dialect", name, Preset::ALL.map(Preset::name)))
}

/// That there is no such thing, and which there are.
pub fn no_such<const N: usize>(what: &str, name: &str, names: [&str; N]) -> Misuse {
    Misuse::new(format!("there is no {what} '{name}', only {}", names.join(", ")))
}

/// The clock of the page.
#[derive(Clone, Copy, Debug)]
pub struct Page;

impl Clock for Page {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time of the page is small"
    )]
    fn now(&self) -> u64 {
        (crate::milliseconds() * 1e6) as u64
    }
}
