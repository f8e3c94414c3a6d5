//! The cases that are not met, and why.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The ledger of the project.
const LEDGER: &str = include_str!("../../ledger.jsonl");

/// Why a case is not met, in a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It rests on a fact that the host of the case knows and the language does not ask for.
    HostFact,
    /// It asserts how one host or test harness writes a value.
    HostText,
    /// It asserts an outright bug of the tracer, or a limitation of its front end.
    TracersBug,
    /// It is written in a spelling of the wire form that one tracer alone reads.
    WireSpelling,
    /// It rests on the time that passes.
    WallClock,
    /// It needs an engine that backtracks.
    NoBacktracking,
    /// Our rule is stricter, or safer, on purpose.
    OurRule,
}

/// One line of the ledger.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The case.
    pub id: String,
    /// Why, in a word.
    pub class: Class,
    /// Why, in a sentence.
    pub why: String,
}

/// The cases that are not met.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<String, Entry>,
}

impl Ledger {
    /// An empty one.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

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
        let mut entries = BTreeMap::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = at + 1;
            let entry: Entry =
                serde_json::from_str(line).map_err(|error| format!("ledger, line {number}: {error}"))?;
            if entry.why.trim().is_empty() {
                return Err(format!("ledger, line {number}: {} gives no reason", entry.id));
            }
            if let Some(twice) = entries.insert(entry.id.clone(), entry) {
                return Err(format!("ledger, line {number}: {} stands there twice", twice.id));
            }
        }
        Ok(Self { entries })
    }

    /// The entry of a case.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// All entries, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }
}
