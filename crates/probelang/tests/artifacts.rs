//! Programs sent as artifacts: a build without a front end loads them and gives the same answers.
//!
//! `tests/data/artifacts.ndjson` has one program per line, with its artifact in hexadecimal and its answer over the
//! host below. `cargo test -p probelang --test artifacts` compiles each source and compares the bytes
//! (`UPDATE_DATA=1` writes them anew); `cargo test -p probelang-size --no-default-features` only loads and runs them.

#![cfg(test)]

use probelang::host::{Batch, Budget, Cursor, Handle, Host, More, Names, Size, Symbol, Value};
use probelang::{Answer, Engine, Program, Scope};

/// One line of the data.
struct Line {
    kind: String,
    source: String,
    artifact: Vec<u8>,
    answer: String,
}

fn data() -> Vec<Line> {
    let text = include_str!("data/artifacts.ndjson");
    text.lines()
        .map(|line| {
            let json: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            let text = |key: &str| json[key].as_str().unwrap_or_else(|| panic!("{key} in {line}")).to_owned();
            let hex = text("artifact");
            let bytes =
                (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex"));
            Line {
                kind: text("kind"),
                source: text("source"),
                artifact: bytes.collect(),
                answer: text("answer"),
            }
        })
        .collect()
}

/// A list of numbers, a text, a secret and a null.
struct Frame;

struct Seen<'s>(&'s Names);

const LIST: Handle = Handle { shape: 0, word: 0 };
const NUMBERS: [i64; 3] = [1, 5, 9];

impl Scope for Frame {
    type Host<'s> = Seen<'s>;

    fn host<'s>(&'s self, names: &'s Names) -> Seen<'s> {
        Seen(names)
    }
}

impl Host for Seen<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        *out = match self.0.text(name) {
            "numbers" => Value::List(LIST),
            "text" => Value::Str("größer"),
            "password" => Value::Str("hunter2"),
            "nothing" => Value::Null,
            "@duration" => Value::Float(1.5),
            _ => Value::Absent,
        };
    }

    fn index<'a>(&'a self, _: Handle, index: u64, out: &mut Value<'a>) {
        let number = usize::try_from(index).ok().and_then(|index| NUMBERS.get(index));
        *out = number.map_or(Value::Absent, |number| Value::Int(*number));
    }

    fn len(&self, _: Handle) -> Size<'_> {
        Size::Known(NUMBERS.len() as u64)
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let start = usize::try_from(cursor.position).unwrap_or(usize::MAX).min(NUMBERS.len());
        let mut count = 0;
        for (place, number) in out.iter_mut().zip(&NUMBERS[start..]) {
            *place = Value::Int(*number);
            count += 1;
        }
        cursor.position += count as u64;
        Batch { count, more: if start + count == NUMBERS.len() { More::Done } else { More::Yes } }
    }
}

/// An answer in one line.
fn said(answer: &Answer) -> String {
    match answer {
        Answer::Truth(truth) => truth.to_string(),
        Answer::Number(number) => number.to_f64().to_string(),
        Answer::Value(json) => json.clone(),
        Answer::Message(message) => {
            let codes: Vec<_> =
                message.errors.iter().filter_map(|error| Some(error.fault.as_ref()?.code.text())).collect();
            format!("{} {codes:?}", message.text)
        }
        Answer::Fault(fault) => format!("{} {} `{}`", fault.code, fault, fault.expression),
    }
}

fn load(line: &Line) -> Program {
    Engine::new().load(&line.artifact).unwrap_or_else(|error| panic!("{}: {error}", line.source))
}

#[test]
fn every_artifact_loads_and_gives_its_answer() {
    let data = data();
    assert!(data.len() > 10);
    for line in data {
        let program = load(&line);
        assert_eq!((program.kind().name(), program.source()), (line.kind.as_str(), line.source.as_str()));
        assert_eq!(said(&program.run(&Frame)), line.answer, "{}", line.source);
    }
}

#[test]
fn bound_by_hand_an_artifact_gives_the_same_answer() {
    for line in data() {
        let mut names = Names::new();
        names.symbol("a name before all others");
        let bound = load(&line).bind(&mut names);
        let answer = bound.run(&Seen(&names), &mut Budget::steps(10_000));
        assert_eq!(said(&answer), line.answer, "{}", line.source);
    }
}

#[cfg(feature = "front-end")]
#[test]
fn every_source_compiles_to_its_artifact() {
    use probelang::ProgramKind;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut text = String::new();
    for line in data() {
        let kind = ProgramKind::find(&line.kind).expect("a kind");
        let program = Engine::new().compile(kind, &line.source).unwrap_or_else(|error| panic!("{error}"));
        let json = serde_json::json!({
            "kind": line.kind,
            "source": line.source,
            "answer": said(&program.run(&Frame)),
            "artifact": hex(&program.to_bytes()),
        });
        text.push_str(&json.to_string());
        text.push('\n');
    }
    if std::env::var_os("UPDATE_DATA").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/artifacts.ndjson");
        std::fs::write(path, text).expect("the data can be written");
    } else if text != include_str!("data/artifacts.ndjson") {
        panic!("artifacts changed: raise ARTIFACT_VERSION if the form changed, then run with UPDATE_DATA=1");
    }
}
