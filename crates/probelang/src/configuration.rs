//! Probe configurations: the programs that one carries, each to be compiled on its own.

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::spell::push_visible_json;
use probelang_diagnostic::{Diagnostic, Span};
use probelang_dialect::ProgramKind;
use probelang_syntax::wire::{self, Carrier, Spelled};
use probelang_syntax::{Tree, print};

use crate::{Answer, Engine, Source};

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
    /// The expressions in it, by their places in the configuration.
    expressions: Vec<Spelled>,
}

impl<'c> CarriedProgram<'c> {
    /// The program as an engine takes it.
    #[must_use]
    pub const fn source(&self) -> Source<'c> {
        Source::Json(self.json)
    }

    /// Makes the paths of the program's diagnostics paths in the whole configuration.
    pub fn place(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics {
            self.place_path(&mut diagnostic.path);
        }
    }

    /// Makes the paths in the program's answer paths in the whole configuration.
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

/// The programs that `json` carries, in order, if it is the configuration of a probe, an array of such, or the
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
                expressions: program.expressions,
            })
            .collect(),
    )
}

/// A configuration whose expressions were rewritten.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Respelled {
    /// The whole configuration. Only the expressions that changed are written anew, every other byte is kept.
    pub text: String,
    /// The RFC 6901 paths of the expressions that changed, in order.
    pub changed: Vec<String>,
}

/// What takes the place of bytes of a configuration.
struct Change {
    span: Span,
    text: String,
}

impl Engine {
    /// `json` with the `dsl` of every expression in canonical spelling; `None` if it is not a probe configuration.
    ///
    /// What runs stays as it is: `json` is not touched. A `dsl` that means something else than the `json` next to it, or
    /// cannot be read, is left as it is.
    ///
    /// ```
    /// use probelang::Engine;
    ///
    /// let probe = r#"{"type": "LOG_PROBE", "when": {"dsl": "count( xs )>2 ", "json": {"gt": [{"len": {"ref": "xs"}}, 2]}}}"#;
    /// let formatted = Engine::new().format_configuration(probe).unwrap();
    /// assert_eq!(formatted.changed, ["/when"]);
    /// assert_eq!(formatted.text, probe.replace("count( xs )>2 ", "len(xs) > 2"));
    /// ```
    #[must_use]
    pub fn format_configuration(&self, json: &str) -> Option<Respelled> {
        self.respell(json, |_, spelled| {
            let (span, text) = spelled.dsl.as_ref()?;
            let tree = self.read_expression(Source::Text(text))?;
            let canonical = print::tree(&tree);
            (canonical != *text && self.agrees(&tree, spelled.json, json))
                .then(|| vec![Change { span: *span, text: quoted(&canonical) }])
        })
    }

    /// `json` with the safe fixes of every expression applied, as [`fix`](Self::fix) does; `None` if it is not a
    /// probe configuration.
    ///
    /// The `json` of an expression is what is fixed. The `dsl` next to it is written anew if it said the same. An
    /// expression that has only a `dsl` is fixed there.
    #[must_use]
    pub fn fix_configuration(&self, json: &str) -> Option<Respelled> {
        self.respell(json, |kind, spelled| {
            let Some(span) = spelled.json else {
                let (span, text) = spelled.dsl.as_ref()?;
                let fixed = self.fix(kind, Source::Text(text));
                return (fixed.text != *text)
                    .then(|| vec![Change { span: *span, text: quoted(&fixed.text) }]);
            };
            let source = span.slice(json);
            let fixed = self.fix(kind, Source::Json(source));
            if fixed.applied.is_empty() || fixed.text == source {
                return None;
            }
            let mut changes = Vec::new();
            if let Some((span, text)) = &spelled.dsl {
                let said = self.read_expression(Source::Text(text));
                let agreed = said.is_some_and(|said| self.agrees(&said, spelled.json, json));
                if let Some(tree) = self.read_expression(Source::Json(&fixed.text)).filter(|_| agreed) {
                    changes.push(Change { span: *span, text: quoted(&print::tree(&tree)) });
                }
            }
            changes.push(Change { span, text: fixed.text });
            Some(changes)
        })
    }

    /// Whether an expression is the one that the bytes `json` of a configuration say, if there are any.
    fn agrees(&self, tree: &Tree, json: Option<Span>, configuration: &str) -> bool {
        let Some(json) = json else { return true };
        let runs = self.read_expression(Source::Json(json.slice(configuration)));
        runs.is_some_and(|runs| print::tree(&runs) == print::tree(tree))
    }

    fn read_expression(&self, source: Source<'_>) -> Option<Tree> {
        self.parse(ProgramKind::Value, source).tree
    }

    /// `json` with the changes that `each` makes to its expressions.
    fn respell(
        &self,
        json: &str,
        each: impl Fn(ProgramKind, &Spelled) -> Option<Vec<Change>>,
    ) -> Option<Respelled> {
        let (mut changed, mut changes) = (Vec::new(), Vec::new());
        for program in programs(json)? {
            let kind = match program.kind {
                // each part of it is an expression
                ProgramKind::Template => ProgramKind::Value,
                kind => kind,
            };
            for spelled in &program.expressions {
                if let Some(more) = each(kind, spelled) {
                    changed.push(spelled.path.clone());
                    changes.extend(more);
                }
            }
        }
        sort_by_number(&mut changes, |change| change.span.start.into());
        let (mut text, mut at) = (String::with_capacity(json.len()), 0);
        for change in &changes {
            text.push_str(Span::new(at, change.span.start).slice(json));
            text.push_str(&change.text);
            at = change.span.end;
        }
        text.push_str(json.get(at as usize..).unwrap_or_default());
        Some(Respelled { text, changed })
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    push_visible_json(&mut out, text);
    out
}
