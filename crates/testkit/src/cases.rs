//! Cases as data: `conformance/semantics/*.ndjson` and `conformance/dialects/*.ndjson`.
//!
//! A case is one line of JSON. `expr` over `vars` (plain JSON, and [`Given::from_json`]'s tags for what JSON has
//! no word for), as a program of the kind `kind`, under the dialect `dialect`, gives `value`, `text`, `fault` or
//! `refused`. Every engine runs every case.

use std::fmt;
use std::path::Path;

use probelang_capture::TextLimits;
use probelang_diagnostic::{Code, Span};
use probelang_dialect::{Dialect, Preset, ProgramKind, Row};
use probelang_redact::Policy;
use probelang_syntax::{Limits, Tree};
use serde_json::{Map, Value as Json};

use crate::host::TestHost;
use crate::value::Given;
use crate::walk::{self, Out, Outcome, Settings};

/// Steps that no case needs.
pub const AMPLE: u64 = 10_000_000;

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, used once.
    pub id: String,
    /// The program.
    pub expr: String,
    /// Its kind.
    pub kind: ProgramKind,
    /// The variables.
    pub vars: Vec<(String, Given)>,
    /// The dialect.
    pub dialect: Dialect,
    /// What is redacted.
    pub policy: Policy,
    /// The answer.
    pub expect: Expect,
    /// What it shows.
    pub why: String,
}

/// What a case expects.
#[derive(Clone, PartialEq, Debug)]
pub enum Expect {
    /// The value as `eval` prints it.
    Value(Json),
    /// A fault: class and code, and the failing sub-expression.
    Fault(String, Option<String>),
    /// A refusal: the code.
    Refused(String),
    /// A message, and class and code of each part that failed. The message of a fault is its code here.
    Text(String, Vec<String>),
}

/// What an engine gives, in a form that can be compared.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// The value as JSON, on one line.
    Value(String),
    /// It failed, with this code at this place.
    Fault(Code, Span),
    /// It was rejected, for one of these reasons.
    Refused(Vec<Code>),
    /// A message, the faults of its parts, and whether it was cut.
    Text {
        /// With messages as the engine writes them.
        text: String,
        /// In order.
        faults: Vec<(Code, Span)>,
        /// Whether the end was cut off.
        cut: bool,
    },
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(json) => write!(f, "value {json}"),
            Self::Fault(code, span) => write!(f, "fault {code} ({}) at {span:?}", code.title()),
            Self::Refused(codes) => write!(f, "refused {codes:?}"),
            Self::Text { text, faults, cut } => write!(f, "text {text:?} faults {faults:?} cut {cut}"),
        }
    }
}

/// All that one run needs but the tree and the values.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The kind of program.
    pub kind: ProgramKind,
    /// The dialect.
    pub dialect: Dialect,
    /// What is redacted.
    pub policy: Policy,
    /// Limits of messages.
    pub text: TextLimits,
    /// Steps allowed.
    pub steps: u64,
}

/// Runs the reference evaluator: its answer, with codes for messages, and the steps.
pub fn walker(tree: &Tree, host: &mut TestHost, setup: &Setup) -> (Answer, u64) {
    walker_saying(tree, host, setup, &[])
}

/// Runs the reference evaluator with `messages` for the faults of a template, in order; after their end a
/// fault says its code.
pub fn walker_saying(tree: &Tree, host: &mut TestHost, setup: &Setup, messages: &[String]) -> (Answer, u64) {
    let run = walker_run(tree, host, setup, messages);
    (run.0, run.2)
}

/// As [`walker_saying`], with the value of a value program.
pub fn walker_run(
    tree: &Tree,
    host: &mut TestHost,
    setup: &Setup,
    messages: &[String],
) -> (Answer, Option<Out>, u64) {
    let limits = Limits::default();
    let settings = Settings {
        dialect: &setup.dialect,
        policy: &setup.policy,
        limits: &limits,
        text: &setup.text,
        steps: setup.steps,
        message: &|fault, at| messages.get(at).cloned().unwrap_or_else(|| fault.code.text().to_owned()),
    };
    let linked = walk::Linked::new(tree, host.names());
    let run = linked.run(setup.kind, &settings, host);
    let mut value = None;
    let answer = match run.outcome {
        Outcome::Refused(refusals) => Answer::Refused(refusals.iter().map(|refusal| refusal.code).collect()),
        Outcome::Fault(fault) => Answer::Fault(fault.code, fault.span),
        Outcome::Condition(matched) => Answer::Value(matched.to_string()),
        Outcome::Metric(out) => Answer::Value(walk::json(&out, &setup.policy)),
        Outcome::Value(out) => {
            let json = walk::json(&out, &setup.policy);
            value = Some(out);
            Answer::Value(json)
        }
        Outcome::Template { text, faults, cut } => {
            Answer::Text { text, faults: faults.iter().map(|fault| (fault.code, fault.span)).collect(), cut }
        }
    };
    (answer, value, run.steps)
}

impl Case {
    /// All that a run needs but tree and values.
    #[must_use]
    pub fn setup(&self) -> Setup {
        Setup {
            kind: self.kind,
            dialect: self.dialect,
            policy: self.policy.clone(),
            text: TextLimits::default(),
            steps: AMPLE,
        }
    }

    /// The host of the case.
    #[must_use]
    pub fn host(&self) -> TestHost {
        TestHost::new(self.vars.iter().map(|(name, value)| (name.as_str(), value.clone())))
    }

    /// Whether `answer` is the expected one; what is wrong otherwise.
    ///
    /// # Errors
    /// Expected and actual answer.
    ///
    /// # Panics
    /// On an engine whose JSON is not JSON.
    pub fn judge(&self, tree: &Tree, answer: &Answer) -> Result<(), String> {
        let named = |code: &Code| format!("{}/{code}", code.class().name());
        let met = match (&self.expect, answer) {
            (Expect::Value(expected), Answer::Value(json)) => {
                *expected == serde_json::from_str::<Json>(json).expect("an engine writes JSON")
            }
            (Expect::Fault(fault, at), Answer::Fault(code, span)) => {
                let text = tree.source().get(span.start as usize..span.end as usize);
                named(code) == *fault && at.as_deref().is_none_or(|at| Some(at) == text)
            }
            (Expect::Refused(expected), Answer::Refused(codes)) => {
                codes.iter().any(|code| code.text() == expected)
            }
            (Expect::Text(expected, expected_faults), Answer::Text { text, faults, .. }) => {
                let faults: Vec<_> = faults.iter().map(|(code, _)| named(code)).collect();
                text == expected && faults == *expected_faults
            }
            _ => false,
        };
        let at = match answer {
            Answer::Fault(_, span) => {
                format!(" (`{}`)", &tree.source()[span.start as usize..span.end as usize])
            }
            _ => String::new(),
        };
        if met {
            return Ok(());
        }
        Err(format!(
            "{}: `{}` ({}): expected {:?}, got {answer}{at}",
            self.id, self.expr, self.why, self.expect
        ))
    }
}

/// The cases of a directory, in the order of files and lines.
///
/// # Panics
/// On a file that does not contain cases.
#[must_use]
pub fn semantics(directory: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, line) in lines(directory) {
        let map = line.as_object().unwrap_or_else(|| panic!("{place}: no object"));
        cases.push(case(&place, map, Dialect::default(), map));
    }
    cases
}

/// A case of a dialect row: an answer for each choice.
pub struct RowCase {
    /// The row.
    pub row: Row,
    /// A case for each choice, in the order of the table. The dialect of each is the same but for the row.
    pub cases: Vec<Case>,
}

/// The cases of the dialect rows.
///
/// # Panics
/// On a file that does not contain such cases.
#[must_use]
pub fn rows(directory: &Path) -> Vec<RowCase> {
    let mut found = Vec::new();
    for (place, line) in lines(directory) {
        let map = line.as_object().unwrap_or_else(|| panic!("{place}: no object"));
        let name = map["row"].as_str().expect("row");
        let row = Row::find(name).unwrap_or_else(|| panic!("{place}: no row {name:?}"));
        let answers = map["answers"].as_object().expect("answers");
        assert_eq!(answers.len(), row.choices().len(), "{place}: an answer for each choice of {name}");
        let mut base = Dialect::default();
        if let Some(with) = map.get("with") {
            switch(&mut base, with, &place);
        }
        let cases = row.choices().iter().enumerate().map(|(at, choice)| {
            let mut dialect = base;
            row.set(&mut dialect, at);
            let answer =
                answers.get(*choice).unwrap_or_else(|| panic!("{place}: no answer for {:?}", choice));
            let mut case = case(&place, map, dialect, answer.as_object().expect("an answer"));
            case.id = format!("{} = {}", case.id, choice);
            case
        });
        found.push(RowCase { row, cases: cases.collect() });
    }
    found
}

fn lines(directory: &Path) -> Vec<(String, Json)> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{}:{}", file.display(), number + 1);
            let json = serde_json::from_str(line).unwrap_or_else(|error| panic!("{place}: {error}"));
            lines.push((place, json));
        }
    }
    lines
}

fn case(place: &str, map: &Map<String, Json>, mut dialect: Dialect, answer: &Map<String, Json>) -> Case {
    let known = [
        "id",
        "expr",
        "kind",
        "vars",
        "dialect",
        "redact",
        "redact_types",
        "value",
        "fault",
        "refused",
        "text",
        "faults",
        "span",
        "why",
        "row",
        "with",
        "answers",
    ];
    if let Some(key) = map.keys().find(|key| !known.contains(&key.as_str())) {
        panic!("{place}: unknown key {key:?}");
    }
    let text = |key: &str| map.get(key).map(|v| v.as_str().unwrap_or_else(|| panic!("{place}: {key}")));
    let texts = |json: Option<&Json>| -> Vec<String> {
        let list = json.map(|json| json.as_array().unwrap_or_else(|| panic!("{place}: a list")));
        list.into_iter().flatten().map(|text| text.as_str().expect("a string").to_owned()).collect()
    };
    if let Some(choice) = map.get("dialect") {
        switch(&mut dialect, choice, place);
    }
    let answered = |key: &str| answer.get(key).map(|v| v.as_str().expect("a string").to_owned());
    let expect = match answer.get("value") {
        Some(value) => Expect::Value(value.clone()),
        None => match (answered("fault"), answered("refused"), answered("text")) {
            (Some(fault), _, _) => Expect::Fault(fault, answered("span")),
            (_, Some(code), _) => Expect::Refused(code),
            (_, _, Some(text)) => Expect::Text(text, texts(answer.get("faults"))),
            _ => panic!("{place}: no answer"),
        },
    };
    let kind = text("kind").unwrap_or("value");
    let kind = ProgramKind::find(kind).unwrap_or_else(|| panic!("{place}: no kind {kind:?}"));
    let vars = map.get("vars").and_then(Json::as_object);
    Case {
        id: text("id").unwrap_or_else(|| panic!("{place}: no id")).to_owned(),
        expr: text("expr").unwrap_or_else(|| panic!("{place}: no expr")).to_owned(),
        kind,
        vars: vars
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), Given::from_json(value)))
            .collect(),
        dialect,
        policy: Policy::built_in()
            .with_names(texts(map.get("redact")))
            .with_types(texts(map.get("redact_types"))),
        expect,
        why: text("why").unwrap_or_default().to_owned(),
    }
}

/// Switches a dialect: a preset by its name, or rows to choices by theirs.
///
/// # Panics
/// If there is no such preset, row or choice.
pub fn switch(dialect: &mut Dialect, choice: &Json, place: &str) {
    if let Some(name) = choice.as_str() {
        *dialect = Preset::find(name).unwrap_or_else(|| panic!("{place}: no preset {name:?}")).dialect();
        return;
    }
    for (name, choice) in choice.as_object().unwrap_or_else(|| panic!("{place}: no dialect")) {
        let row = Row::find(name).unwrap_or_else(|| panic!("{place}: no row {name:?}"));
        let at = row.choices().iter().position(|known| Some(*known) == choice.as_str());
        row.set(dialect, at.unwrap_or_else(|| panic!("{place}: no choice {choice} of {name}")));
    }
}
