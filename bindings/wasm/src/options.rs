//! The options of a call.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use probelang::check::json::Json;
use probelang::check::regex::PatternCache;
use probelang::dialect::Preset;
use probelang::host::{Clock, RunLimits};
use probelang::redact::{Mode, Policy};
use probelang::{Engine, ProgramKind, Source, Terms};

use crate::integers::Integers;
use crate::kept::{self, Kept};
use crate::redaction::Redaction;
use crate::reply::Misuse;

/// Milliseconds that a run may take where nobody said.
const TIME: u64 = 1_000;

thread_local! {
    /// The patterns of all calls: an editor judges the same ones at every key.
    static PATTERNS: Arc<PatternCache> = Arc::new(PatternCache::default());
}

/// How the source is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Form {
    #[default]
    Text,
    Json,
}

/// An element of a loop that a trace shows.
#[cfg(feature = "evaluate")]
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Where the loop begins, in UTF-16 units.
    pub start: u32,
    /// How many elements come before it.
    pub index: u64,
}

/// All options of all operations; `index.d.ts` says which one has which. The package writes things that are kept as
/// their handles, and values of variables as JSON text.
#[derive(Debug, Default)]
pub struct Options {
    kind: Option<String>,
    form: Form,
    dialect: Option<String>,
    /// What they say of redaction.
    pub redaction: Redaction,
    /// What is redacted, once all of them are read.
    policy: Option<Arc<Policy>>,
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
        let entries = match Json::parse(json) {
            Ok(Json::Object(entries)) => entries,
            Ok(other) => return Err(Misuse::new(format!("options are an object, not {}", other.phrase()))),
            Err(error) => return Err(Misuse::new(format!("options: {error}"))),
        };
        let mut options = Self::default();
        for (name, value) in entries {
            let given = value.phrase();
            if !options.set(&name, value).map_err(|Takes(what)| {
                Misuse::new(format!("the option {name} takes {what}, and was given {given}"))
            })? {
                return Err(Misuse::new(format!("there is no option '{name}'")));
            }
        }
        options.policy = Some(options.redaction.clone().policy()?);
        Ok(options)
    }

    /// Sets an option; gives whether there is such a one.
    fn set(&mut self, name: &str, value: Json) -> Result<bool, Takes> {
        match name {
            "kind" => self.kind = text(value)?,
            "form" => {
                self.form =
                    one_of(value, "\"text\" or \"json\"", [("text", Form::Text), ("json", Form::Json)])?
            }
            "dialect" => self.dialect = text(value)?,
            "redact" => self.redaction.names = texts(value)?,
            "redactExclude" => self.redaction.exclude = texts(value)?,
            "redactTypes" => self.redaction.types = texts(value)?,
            "redaction" => {
                let modes = Mode::ALL.map(|mode| (mode.name(), mode));
                self.redaction.mode = Some(one_of(value, "\"off\", \"targeted\" or \"strict\"", modes)?);
            }
            "redactShapes" => self.redaction.shapes = texts(value)?,
            "noRedactShapes" => self.redaction.no_shapes = texts(value)?,
            "redactPatterns" => self.redaction.patterns = patterns(value)?,
            "targets" => self.targets = texts(value)?,
            "strict" => self.strict = boolean(value)?,
            "maxCost" => self.max_cost = number(value)?,
            "maxSteps" => self.max_steps = number(value)?,
            "maxTime" => self.max_time = number(value)?,
            "integers" => {
                let forms = [("object", Integers::Object), ("bigint", Integers::BigInt)];
                self.integers = one_of(value, "\"object\" or \"bigint\"", forms)?;
            }
            "offset" => self.offset = required(number(value)?)?,
            "schema" => self.schema = number(value)?,
            #[cfg(feature = "evaluate")]
            _ => return self.set_of_run(name, value),
            #[cfg(not(feature = "evaluate"))]
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Sets an option of what runs programs.
    #[cfg(feature = "evaluate")]
    fn set_of_run(&mut self, name: &str, value: Json) -> Result<bool, Takes> {
        match name {
            "data" => self.data = number(value)?,
            "program" => self.program = number(value)?,
            "input" => self.input = text(value)?,
            "frame" => self.frame = text(value)?,
            "index" => self.index = required(number(value)?)?,
            "variables" => self.variables = pairs(value)?,
            "elements" => self.elements = elements(value)?,
            "base" => self.base = text(value)?,
            "dialects" => self.dialects = texts(value)?,
            "maxDepth" => self.max_depth = number(value)?,
            "maxItems" => self.max_items = number(value)?,
            "maxFields" => self.max_fields = number(value)?,
            "maxString" => self.max_string = number(value)?,
            "maxMessage" => self.max_message = number(value)?,
            "maxLength" => self.max_length = number(value)?,
            "maxSize" => self.max_size = number(value)?,
            "format" => self.format = text(value)?,
            "expressions" => self.expressions = pairs(value)?,
            "service" => self.service = text(value)?,
            "env" => self.env = text(value)?,
            "version" => self.version = text(value)?,
            "byLanguage" => self.by_language = boolean(value)?,
            "hits" => self.hits = text(value)?.ok_or(Takes(TEXT))?,
            "match" => self.r#match = text(value)?,
            "interval" => self.interval = number(value)?,
            "seed" => self.seed = required(number(value)?)?,
            "maxEvents" => self.max_events = number(value)?,
            "timeline" => self.timeline = boolean(value)?,
            "now" => self.now = required(number(value)?)?,
            _ => return Ok(false),
        }
        Ok(true)
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

    /// The same, but an expression whose value is a Boolean is for a condition.
    pub fn inferred_kind(&self, engine: &Engine, source: Source<'_>) -> Result<ProgramKind, Misuse> {
        if self.kind.is_none() { Ok(engine.inferred_kind(source)) } else { self.kind(source) }
    }

    /// What is redacted.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.clone().unwrap_or_else(Policy::shared)
    }

    /// An engine with all of them that concern it.
    pub fn engine(&self) -> Result<Engine, Misuse> {
        let targets: Result<Vec<_>, _> = self.targets.iter().map(|name| preset(name)).collect();
        let mut engine = Engine::new()
            .policy(self.policy())
            .terms(&TERMS)
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

/// What an option takes, which was given something else.
struct Takes(&'static str);

const TEXT: &str = "a string";
const TEXTS: &str = "a list of strings";
const NUMBER: &str = "a whole number from 0";

/// Text, or nothing for `null`.
fn text(value: Json) -> Result<Option<String>, Takes> {
    match value {
        Json::Null => Ok(None),
        Json::Text(text) => Ok(Some(text)),
        _ => Err(Takes(TEXT)),
    }
}

fn texts(value: Json) -> Result<Vec<String>, Takes> {
    let Json::List(items) = value else { return Err(Takes(TEXTS)) };
    items.into_iter().map(|item| text(item).ok().flatten().ok_or(Takes(TEXTS))).collect()
}

/// Names with their texts, as lists of two.
#[cfg(feature = "evaluate")]
fn pairs(value: Json) -> Result<Vec<(String, String)>, Takes> {
    let Json::List(items) = value else { return Err(Takes(TEXTS)) };
    let pair = |item| <[String; 2]>::try_from(texts(item)?).map_err(|_| Takes(TEXTS));
    items.into_iter().map(|item| pair(item).map(|[name, text]| (name, text))).collect()
}

/// Patterns by their names.
fn patterns(value: Json) -> Result<Vec<(String, String)>, Takes> {
    const PATTERNS: &str = "an object with a pattern for each name";
    let Json::Object(entries) = value else { return Err(Takes(PATTERNS)) };
    let pattern = |(name, value)| match value {
        Json::Text(pattern) => Ok((name, pattern)),
        _ => Err(Takes(PATTERNS)),
    };
    entries.into_iter().map(pattern).collect()
}

/// Elements of loops, each with both of its members and no other.
#[cfg(feature = "evaluate")]
fn elements(value: Json) -> Result<Vec<Element>, Takes> {
    const ELEMENTS: &str = "a list of objects with start and index";
    let Json::List(items) = value else { return Err(Takes(ELEMENTS)) };
    let element = |item| {
        let Json::Object(members) = item else { return Err(Takes(ELEMENTS)) };
        let (mut start, mut index) = (None, None);
        for (name, value) in members {
            match name.as_str() {
                "start" => start = number(value)?,
                "index" => index = number(value)?,
                _ => return Err(Takes(ELEMENTS)),
            }
        }
        start.zip(index).map(|(start, index)| Element { start, index }).ok_or(Takes(ELEMENTS))
    };
    items.into_iter().map(element).collect()
}

fn boolean(value: Json) -> Result<bool, Takes> {
    match value {
        Json::Bool(value) => Ok(value),
        _ => Err(Takes("true or false")),
    }
}

/// A number, or nothing for `null`.
fn number<T: TryFrom<u64>>(value: Json) -> Result<Option<T>, Takes> {
    match value {
        Json::Null => Ok(None),
        Json::Size(number) => T::try_from(number).map(Some).map_err(|_| Takes("a smaller number")),
        _ => Err(Takes(NUMBER)),
    }
}

fn required<T>(number: Option<T>) -> Result<T, Takes> {
    number.ok_or(Takes(NUMBER))
}

fn one_of<T, const N: usize>(value: Json, takes: &'static str, of: [(&str, T); N]) -> Result<T, Takes> {
    let Json::Text(given) = value else { return Err(Takes(takes)) };
    of.into_iter().find_map(|(name, one)| (name == given).then_some(one)).ok_or(Takes(takes))
}

/// What the package calls settings.
pub const TERMS: Terms = Terms {
    redact: "`redact`",
    redact_exclude: "`redactExclude: [\"{}\"]`",
    redact_types: "`redactTypes`",
    names: "docs/redaction.md",
    mode: "`redaction`",
    shape_exclude: "`noRedactShapes: [\"{}\"]`",
    patterns: "`redactPatterns`",
};

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
