//! Why a tracer answers otherwise: rules over reduced programs, as data.

use regex::Regex;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::program::{Program, Runtime};

/// The ledger of the project.
const LEDGER: &str = include_str!("../../../live/ledger.ndjson");

/// What sort of cause it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A rule of this language that the pages of the project state, or a portability note.
    Documented,
    /// An outright bug of the tracer.
    TracersBug,
    /// A fact that only the host of the tracer knows.
    HostFact,
}

/// One cause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    runtimes: Vec<Runtime>,
    class: Class,
    why: String,
    /// What the wire form contains.
    #[serde(default)]
    program: String,
    /// What the values contain.
    #[serde(default)]
    values: String,
    /// What this engine answers.
    #[serde(default)]
    ours: String,
    /// What the tracer answers.
    #[serde(default)]
    tracer: String,
    /// With what instead of the values this engine answers as the tracer.
    #[serde(default)]
    instead: Option<Instead>,
}

/// Other values than those of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instead {
    /// Every map has no entries.
    EmptyMaps,
}

impl Instead {
    fn of(self, program: &Program) -> Program {
        let vars = program.vars.iter().map(|(name, value)| (name.clone(), self.value(value))).collect();
        Program { vars, ..program.clone() }
    }

    fn value(self, value: &Json) -> Json {
        match (self, value) {
            (Self::EmptyMaps, Json::Object(map)) if map.get("$type").is_none_or(|tag| tag == "map") => {
                json!({"$type": "map", "entries": []})
            }
            (Self::EmptyMaps, Json::Object(tagged)) => {
                let mut tagged = tagged.clone();
                if let Some(Json::Object(fields)) = tagged.get_mut("fields") {
                    fields.values_mut().for_each(|value| *value = self.value(value));
                }
                if let Some(items) = tagged.get_mut("items") {
                    *items = self.value(items);
                }
                Json::Object(tagged)
            }
            (Self::EmptyMaps, Json::Array(items)) => items.iter().map(|item| self.value(item)).collect(),
            (Self::EmptyMaps, other) => other.clone(),
        }
    }
}

/// A cause, and the reduced programs that it explains.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Its name.
    pub id: String,
    /// What sort it is.
    pub class: Class,
    /// Why, in a sentence.
    pub why: String,
    runtimes: Vec<Runtime>,
    patterns: [Regex; 4],
    instead: Option<Instead>,
}

impl Cause {
    /// Whether it explains that the runtimes disagree on a reduced program.
    #[must_use]
    pub fn explains(&self, program: &Program) -> bool {
        let values: Vec<String> =
            program.vars.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let tracer = program.tracer.as_ref().map(super::outcome::Outcome::text).unwrap_or_default();
        let texts = [program.json.to_string(), values.join("; "), program.ours().text(), tracer];
        self.runtimes.contains(&program.runtime)
            && self.patterns.iter().zip(&texts).all(|(pattern, text)| pattern.is_match(text))
            && self.instead.is_none_or(|instead| {
                let ours = instead.of(program).ours();
                program.tracer.as_ref().is_some_and(|tracer| ours.agrees(tracer, program.runtime))
            })
    }
}

/// All causes, in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Causes(Vec<Cause>);

impl Causes {
    /// The ledger of the project.
    ///
    /// # Errors
    /// Which line is wrong.
    pub fn of_the_project() -> Result<Self, String> {
        Self::read(LEDGER)
    }

    /// Reads a ledger.
    ///
    /// # Errors
    /// Which line is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut causes: Vec<Cause> = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |what: &dyn std::fmt::Display| format!("ledger, line {}: {what}", at + 1);
            let line: Line = serde_json::from_str(line).map_err(|error| wrong(&error))?;
            if line.why.trim().is_empty() || line.runtimes.is_empty() {
                return Err(wrong(&"no reason, or no runtime"));
            }
            if causes.iter().any(|cause| cause.id == line.id) {
                return Err(wrong(&"a name that is there twice"));
            }
            let pattern = |text: &str| Regex::new(text).map_err(|error| wrong(&error));
            let patterns = [
                pattern(&line.program)?,
                pattern(&line.values)?,
                pattern(&line.ours)?,
                pattern(&line.tracer)?,
            ];
            causes.push(Cause {
                id: line.id,
                class: line.class,
                why: line.why,
                runtimes: line.runtimes,
                patterns,
                instead: line.instead,
            });
        }
        Ok(Self(causes))
    }

    /// The first cause that explains a reduced program.
    #[must_use]
    pub fn find(&self, program: &Program) -> Option<&Cause> {
        self.0.iter().find(|cause| cause.explains(program))
    }

    /// The cause of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Cause> {
        self.0.iter().find(|cause| cause.id == id)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Cause> {
        self.0.iter()
    }
}
