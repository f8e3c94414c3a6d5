//! Probe configurations: the programs that one carries, each to be compiled on its own.

use probelang_diagnostic::Diagnostic;
use probelang_dialect::ProgramKind;
use probelang_syntax::wire::{self, Carrier};

use crate::{Answer, Source};

/// A program that a probe configuration carries.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct CarriedProgram<'c> {
    /// What it is for.
    pub kind: ProgramKind,
    /// The RFC 6901 path of its JSON in the configuration: `/when`, `/captureExpressions/0/expr`.
    pub path: String,
    /// The `id` of its probe, where it has one.
    pub probe: Option<String>,
    /// Its JSON, as it was written.
    pub json: &'c str,
}

impl<'c> CarriedProgram<'c> {
    /// The program as an engine takes it.
    #[must_use]
    pub const fn source(&self) -> Source<'c> {
        Source::Json(self.json)
    }

    /// Lets the paths of diagnostics of the program speak of the whole configuration.
    pub fn place(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics {
            self.place_path(&mut diagnostic.path);
        }
    }

    /// Lets the paths of what the program gave speak of the whole configuration.
    pub fn place_answer(&self, answer: &mut Answer) {
        match answer {
            Answer::Fault(fault) => self.place_path(&mut fault.path),
            Answer::Message(message) => {
                for fault in message.errors.iter_mut().filter_map(|error| error.fault.as_mut()) {
                    self.place_path(&mut fault.path);
                }
            }
            Answer::Truth(_) | Answer::Number(_) | Answer::Value(_) => {}
        }
    }

    fn place_path(&self, path: &mut Option<String>) {
        let inner = path.take().unwrap_or_default();
        *path = Some(format!("{}{inner}", self.path));
    }
}

/// The programs that `json` carries, in order, where it is the configuration of a probe, an array of such, or the
/// wrapper of a probe file: `when`, `segments`, `value`, each `captureExpressions[].expr`, and `when` and the segments
/// of each tag of `decorations`. `None` for anything else, such as an expression on the wire.
///
/// ```
/// use probelang::{Engine, ProgramKind, configuration};
///
/// let probe = r#"{"id": "p", "type": "LOG_PROBE", "when": {"dsl": "a > 1", "json": {"gt": [{"ref": "a"}, 1]}}}"#;
/// let programs = configuration::programs(probe).unwrap();
/// assert_eq!((programs[0].kind, &*programs[0].path), (ProgramKind::Condition, "/when"));
/// let when = Engine::new().condition(programs[0].source())?;
/// assert!(when.test(&probelang::Document::parse(br#"{"a": 2}"#)?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
/// Linear in `json`.
#[must_use]
pub fn programs(json: &str) -> Option<Vec<CarriedProgram<'_>>> {
    let carried = wire::configuration(json)?;
    Some(
        carried
            .into_iter()
            .map(|program| CarriedProgram {
                kind: match program.carrier {
                    Carrier::When => ProgramKind::Condition,
                    Carrier::Segments => ProgramKind::Template,
                    Carrier::Metric => ProgramKind::Metric,
                    Carrier::Capture => ProgramKind::Value,
                },
                path: program.path,
                probe: program.probe,
                json: program.span.slice(json),
            })
            .collect(),
    )
}
