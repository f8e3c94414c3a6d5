//! A program with its values, as it crosses to a tracer and is kept.

use probelang::ProgramKind;
use probelang::dialect::{Dialect, Preset};
use probelang::syntax::{Limits, wire};
use probelang_testkit::cases::{AMPLE, Answer, Setup};
use probelang_testkit::engine::vm;
use probelang_testkit::host::TestHost;
use probelang_testkit::value::Given;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::outcome::Outcome;

/// A runtime whose tracer can be run in process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// `ddtrace`.
    Python,
    /// `dd-trace`.
    Node,
}

impl Runtime {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Python, Self::Node];

    /// The preset that describes the tracer.
    #[must_use]
    pub const fn preset(self) -> Preset {
        match self {
            Self::Python => Preset::Python,
            Self::Node => Preset::Node,
        }
    }
}

/// A program, its values, and what the tracer answered if it was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Unique among the programs of a file.
    pub id: String,
    /// Whose dialect and tracer.
    pub runtime: Runtime,
    /// `condition`, `value` or `template`.
    pub kind: String,
    /// The wire form; of a template, its parts.
    pub json: Json,
    /// The values, as [`Given`] reads them.
    pub vars: Map<String, Json>,
    /// What the tracer answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracer: Option<Outcome>,
    /// The entry of the ledger that says why the answers differ, if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Program {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| format!("no program: {error}"))
    }

    /// The program as one line.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("a program is JSON")
    }

    /// What the engine answers under the preset of the runtime.
    #[must_use]
    pub fn ours(&self) -> Outcome {
        self.ours_under(&self.runtime.preset().dialect())
    }

    /// What the engine answers under a dialect, with the built-in redaction.
    #[must_use]
    pub fn ours_under(&self, dialect: &Dialect) -> Outcome {
        let kind = ProgramKind::find(&self.kind).unwrap_or(ProgramKind::Value);
        let parsed = wire::read(&self.json.to_string(), kind.source(), &Limits::default());
        let Some(tree) = parsed.tree else {
            return Outcome::failed("compile", "not read");
        };
        let frame = self.vars.iter().map(|(name, value)| (name.as_str(), Given::from_json(value)));
        let setup = Setup {
            kind,
            dialect: *dialect,
            policy: probelang::redact::Policy::built_in(),
            text: probelang::output::TextLimits::default(),
            steps: AMPLE,
        };
        let run = vm(&tree, &mut TestHost::new(frame), &setup);
        match (run.answer, run.value) {
            (Answer::Value(_), Some(value)) => Outcome::of(&value),
            (Answer::Value(json), None) => Outcome::value(json.parse().unwrap_or(Json::Null)),
            (Answer::Fault(code, _), _) => Outcome::failed("run", &format!("{code} {}", code.title())),
            (Answer::Refused(codes), _) => {
                Outcome::failed("compile", codes.first().map_or("", |code| code.text()))
            }
            (Answer::Text { text, faults, .. }, _) => match faults.first() {
                None => Outcome::value(Json::String(text)),
                Some((code, _)) => Outcome::failed("run", &format!("{code} {}", code.title())),
            },
        }
    }
}
