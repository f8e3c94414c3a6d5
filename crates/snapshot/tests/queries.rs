//! Questions to recordings and their answers: `conformance/snapshots` over what the tracers recorded,
//! `conformance/recordings` over what bug reports were about, `conformance/recorded` for each rule of how a
//! recording is read.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use probelang_capture::{JsonLimits, TextLimits, write_json};
use probelang_check::{Options, judge};
use probelang_compile::compile;
use probelang_diagnostic::Code;
use probelang_dialect::{Dialect, Preset, ProgramKind};
use probelang_host::{Budget, Names};
use probelang_redact::Policy;
use probelang_snapshot::{InputError, InputReader, Item, Mode, Snapshot, Vars};
use probelang_syntax::{Limits, Tree, parse};
use probelang_testkit::walk::{Linked, Outcome, Settings, json};
use probelang_vm::Verdict;
use serde_json::Value as Json;
use serde_json::value::RawValue;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    /// A recording of the folder …
    file: Option<String>,
    /// … or a snapshot or event …
    snapshot: Option<Box<RawValue>>,
    /// … or one value, bound to `x`.
    x: Option<Box<RawValue>>,
    language: Option<String>,
    frame: Option<String>,
    dialect: Option<String>,
    /// Further options of the command: `--redact-type NAME`.
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    vars: BTreeMap<String, Box<RawValue>>,
    expr: String,
    #[serde(default = "value")]
    kind: String,
    expect: Expect,
    why: String,
}

fn value() -> String {
    "value".to_owned()
}

impl Case {
    fn kind(&self) -> ProgramKind {
        ProgramKind::find(&self.kind).unwrap_or_else(|| panic!("{}: kind {}", self.id, self.kind))
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    #[serde(deserialize_with = "given")]
    value: Option<Json>,
    values: Option<Vec<Json>>,
    /// The value, to the character.
    text: Option<String>,
    fault: Option<String>,
    contains: Vec<String>,
    not_contains: Vec<String>,
    /// A mistake in the choice of the frame, and a part of its message.
    usage: Option<String>,
    /// The exit status of the command.
    exit: Option<u8>,
    /// What the command writes to standard error.
    #[serde(rename = "stderr")]
    _stderr: Option<String>,
}

/// A value that is given, null too.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    serde::Deserialize::deserialize(from).map(Some)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance").join(name)
}

/// What a program gave.
#[derive(Debug)]
enum Answer {
    /// Printed, as JSON; a message as it is.
    Printed(String),
    Fault(Code),
    Input(InputError),
    /// No snapshot was found in the input.
    Plain,
}

fn input(case: &Case, files: &Path) -> Vec<u8> {
    if let Some(file) = &case.file {
        return std::fs::read(files.join(file)).unwrap();
    }
    if let Some(snapshot) = &case.snapshot {
        return snapshot.get().as_bytes().to_vec();
    }
    let value = case.x.as_ref().expect("file, snapshot or x");
    let language = case.language.as_deref().unwrap_or_default();
    let captures = format!(r#"{{"return": {{"arguments": {{"x": {}}}}}}}"#, value.get());
    format!(r#"{{"language": "{language}", "captures": {captures}}}"#).into_bytes()
}

/// Whose answer is asked for.
#[derive(Clone, Copy, Debug)]
enum Engine {
    Vm,
    Walker,
}

fn dialect(case: &Case) -> Dialect {
    let named = case
        .dialect
        .as_deref()
        .map(|name| Preset::find(name).unwrap_or_else(|| panic!("{}: no dialect {name}", case.id)).dialect());
    named.unwrap_or_default()
}

fn policy(case: &Case) -> Policy {
    case.args.chunks(2).fold(Policy::built_in(), |policy, args| match args {
        [option, name] if option == "--redact-type" => policy.with_types([name]),
        other => panic!("{}: {other:?}", case.id),
    })
}

fn answer(case: &Case, tree: &Tree, engine: Engine, snapshot: &Snapshot, policy: &Arc<Policy>) -> Answer {
    let mut vars = Vars::new();
    for (name, value) in &case.vars {
        vars.set(name, value.get().as_bytes()).unwrap();
    }
    match engine {
        Engine::Vm => by_vm(case, tree, snapshot, &vars, policy),
        Engine::Walker => by_walker(case, tree, snapshot, &vars, policy),
    }
}

fn by_vm(case: &Case, tree: &Tree, snapshot: &Snapshot, vars: &Vars, policy: &Arc<Policy>) -> Answer {
    let kind = case.kind();
    let options = Options::of(kind).with_policy(Arc::clone(policy)).with_dialect(dialect(case));
    let judged = judge(tree.clone(), options);
    let accepted = judged.accepted.unwrap_or_else(|| panic!("{}: {:?}", case.id, judged.diagnostics));
    let program = compile(&accepted).unwrap();
    let mut names = Names::new();
    let linked = program.link(&mut names, policy);
    let view = snapshot.view(&names).with_vars(vars);
    let mut budget = Budget::steps(100_000);
    let printed = match kind {
        ProgramKind::Condition => match linked.condition(&view, &mut budget) {
            Verdict::Matched => Ok("true".to_owned()),
            Verdict::NotMatched => Ok("false".to_owned()),
            Verdict::Failed(fault) => Err(fault),
        },
        ProgramKind::Template => {
            let mut message = String::new();
            linked.render(&view, &mut budget, &TextLimits::default(), &mut message);
            Ok(message)
        }
        _ => linked.value(&view, &mut budget, |value, reader| {
            let mut json = String::new();
            write_json(reader, &value, &JsonLimits::default(), &mut json)?;
            Ok(json)
        }),
    };
    printed.map_or_else(|fault| Answer::Fault(fault.code), Answer::Printed)
}

fn by_walker(case: &Case, tree: &Tree, snapshot: &Snapshot, vars: &Vars, policy: &Policy) -> Answer {
    let mut names = Names::new();
    let linked = Linked::new(tree, &mut names);
    let view = snapshot.view(&names).with_vars(vars);
    let settings = Settings {
        dialect: &dialect(case),
        policy,
        limits: &Limits::default(),
        text: &TextLimits::default(),
        steps: 100_000,
        message: &|fault, _| fault.code.title().to_owned(),
    };
    match linked.run(case.kind(), &settings, &view).outcome {
        Outcome::Value(out) | Outcome::Metric(out) => Answer::Printed(json(&out, policy)),
        Outcome::Condition(truth) => Answer::Printed(truth.to_string()),
        Outcome::Template { text, .. } => Answer::Printed(text),
        Outcome::Fault(fault) => Answer::Fault(fault.code),
        Outcome::Refused(refusals) => panic!("{}: refused {refusals:?}", case.id),
    }
}

fn answers(case: &Case, files: &Path, engine: Engine) -> Vec<Answer> {
    let parsed = parse(&case.expr, case.kind().source(), &Limits::default());
    let tree = parsed.tree.unwrap_or_else(|| panic!("{}: {:?}", case.id, parsed.diagnostics));
    let policy = Arc::new(policy(case));
    let frame = case.frame.as_deref().filter(|frame| !frame.is_empty());
    let mut reader = InputReader::new();
    let bytes = input(case, files);
    let open = |item: Result<Item<'_>, InputError>| match item? {
        Item::Recorded(recorded) => recorded.open(frame, &policy).map(Some),
        Item::Plain(_) => Ok(None),
    };
    let items = reader.read(&bytes, Mode::Auto).unwrap();
    items
        .map(|item| match open(item) {
            Ok(Some(snapshot)) => answer(case, &tree, engine, &snapshot, &policy),
            Ok(None) => Answer::Plain,
            Err(error) => Answer::Input(error),
        })
        .collect()
}

/// Whether `answer` is the value `expected`.
fn is_value(case: &Case, answer: &Answer, expected: &Json) -> bool {
    let Answer::Printed(printed) = answer else { return false };
    match (case.kind.as_str(), expected) {
        ("template", Json::String(text)) => text == printed,
        _ => serde_json::from_str::<Json>(printed).is_ok_and(|printed| printed == *expected),
    }
}

fn is_expected(case: &Case, answers: &[Answer]) -> bool {
    let expect = &case.expect;
    if let Some(values) = &expect.values {
        return values.len() == answers.len()
            && answers.iter().zip(values).all(|(answer, value)| is_value(case, answer, value));
    }
    let [answer] = answers else { return false };
    if let Some(value) = &expect.value {
        return is_value(case, answer, value);
    }
    match answer {
        Answer::Printed(printed) => {
            let words = !expect.contains.is_empty() || !expect.not_contains.is_empty();
            expect.text.as_ref().map_or(words, |text| text == printed)
                && expect.contains.iter().all(|word| printed.contains(word))
                && expect.not_contains.iter().all(|word| !printed.contains(word))
        }
        Answer::Plain => false,
        Answer::Fault(code) => expect.fault.as_deref() == Some(code.class().name()),
        Answer::Input(error) => {
            expect.exit == Some(if error.is_usage() { 2 } else { 6 })
                || expect
                    .usage
                    .as_ref()
                    .is_some_and(|words| error.is_usage() && error.message.contains(words))
        }
    }
}

fn run(path: &Path) -> usize {
    let cases = std::fs::read_to_string(path).unwrap();
    let (mut count, mut wrong) = (0, String::new());
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        count += 1;
        for engine in [Engine::Vm, Engine::Walker] {
            let answers = answers(&case, path.parent().unwrap(), engine);
            if !is_expected(&case, &answers) {
                let Case { id, why, expr, .. } = &case;
                let expected = &serde_json::from_str::<Json>(line).unwrap()["expect"];
                writeln!(wrong, "{id} ({why}) by {engine:?}: {expr}\n  {answers:?}, not {expected}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{wrong}", path.display());
    count
}

#[test]
fn recordings_answer() {
    assert!(run(&folder("snapshots/queries.ndjson")) >= 44);
    assert!(run(&folder("snapshots/more.ndjson")) >= 34);
    assert!(run(&folder("recordings/queries.ndjson")) >= 58);
}

#[test]
fn recorded_values_answer_by_the_rules() {
    let files = std::fs::read_dir(folder("recorded")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|end| end == "ndjson")).collect();
    files.sort();
    let count: usize = files.iter().map(|file| run(file)).sum();
    assert!(count > 700, "{count} cases");
}
