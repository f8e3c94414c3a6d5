//! Reading what a program reads: its answers, faults and steps are those over the whole, and so is what is wrong with a text.

use std::fmt::Write as _;

use probelang::dialect::ProgramKind;
use probelang::hints::{Around, Beyond};
use probelang::host::{Budget, Host, Names};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode, ReadTexts, Recorded, Vars, View};
use probelang::{Engine, Program};
use probelang_probe::config::Reader;
use probelang_probe::replay::{Matching, Options, Replay};
use probelang_probe::settings::Settings;
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world;
use probelang_testkit::value::{Entries, Given, Items, Object};

use crate::observe::{self, Seen};

/// Steps of a run.
const STEPS: u64 = 20_000;

/// Reads `texts` whole, and for `program` only, one after the other into the same memory, and compares all that shows.
///
/// # Panics
/// Where they differ; `shown` is what to say of the program then.
pub fn same(program: &Program, policy: &Policy, texts: &[&[u8]], shown: &str) {
    let mut names = Names::new();
    let bound = program.bind(&mut names);
    let run = |host: &dyn Host| observe::run(&bound, host, &mut Budget::steps(STEPS));
    // what a fault is told besides, where that is looked for in what was read
    let hinted = |view: &View<'_>, reach: Beyond| {
        let answer = bound.run_in(String::new(), view, &mut Budget::steps(STEPS));
        let hinted = (answer.beyond() < reach).then(|| {
            let scope = || view.scope();
            answer.with_hints(view, scope, &Around::default())
        });
        format!("{hinted:?}")
    };
    let reads = program.projection();
    let (mut whole, mut part) = (InputReader::new(), InputReader::new().only(reads.clone()));
    for &text in texts {
        for mode in [Mode::Auto, Mode::Plain, Mode::Snapshot] {
            let about =
                || format!("{shown}, which reads {reads}, {mode:?}: {}", String::from_utf8_lossy(text));
            let (mut all, mut some) = match (whole.read(text, mode), part.read(text, mode)) {
                (Ok(all), Ok(some)) => (all, some),
                (all, some) => {
                    assert_eq!(all.err(), some.err(), "{}", about());
                    continue;
                }
            };
            assert_eq!((all.len(), all.skipped()), (some.len(), some.skipped()), "{}", about());
            loop {
                assert_eq!(all.element(), some.element(), "{}", about());
                match (all.next(), some.next()) {
                    (None, None) => break,
                    (Some(Err(all)), Some(Err(some))) => assert_eq!(all, some, "{}", about()),
                    (Some(Ok(Item::Plain(all))), Some(Ok(Item::Plain(some)))) => {
                        let (all, some) = (all.view(&names), some.view(&names));
                        assert_eq!(run(&all), run(&some), "{}", about());
                        let reach = Beyond::Members;
                        assert_eq!(hinted(&all, reach), hinted(&some, reach), "{}", about());
                    }
                    (Some(Ok(Item::Recorded(all))), Some(Ok(Item::Recorded(some)))) => {
                        let run = |view: &View<'_>| (run(view), hinted(view, Beyond::Names));
                        let over = |recorded| frames(&recorded, policy, &names, run);
                        assert_eq!(over(all), over(some), "{}", about());
                    }
                    (all, some) => panic!("{all:?} and {some:?}, {}", about()),
                }
            }
        }
    }
}

/// What a program says of a frame, with its hints, or why the frame cannot be opened.
type Over = Result<(Seen, String), String>;

/// What a recording says of itself, and what a program says of each of its frames.
fn frames(
    recorded: &Recorded<'_>,
    policy: &Policy,
    names: &Names,
    run: impl Fn(&View<'_>) -> (Seen, String),
) -> Vec<(String, Over)> {
    let mut seen = Vec::new();
    let frames = recorded.frames().map_err(|error| format!("{error:?}"));
    let about = (recorded.language_name(), recorded.timestamp(), recorded.location(), recorded.running());
    seen.push((format!("{about:?} {:?}", recorded.call_time()), Err(format!("{frames:?}"))));
    let named = frames.iter().flatten().map(|name| Some(name.as_str()));
    for frame in named.chain([None, Some("captureExpressions"), Some("no")]) {
        let opened = recorded.open(frame, policy).map_err(|error| format!("{error:?}"));
        let ran = opened.map(|snapshot| {
            seen.push((format!("{} {:?}", snapshot.frame(), snapshot.missing()), Err(String::new())));
            run(&snapshot.view(names))
        });
        seen.push((format!("{frame:?}"), ran));
    }
    seen
}

/// Replays hits that are read whole, and hits of which only what the probes read is kept, and compares what is sent and reported.
///
/// # Panics
/// Where they differ.
pub fn same_replay(engine: &Engine, probes: &str, texts: &[&[u8]]) {
    let file = || Reader::new(engine).read(probes);
    let options = Options::default().with_matching(Matching::All);
    let replay = || Replay::new(engine, file(), Settings::default(), options);
    let reads = file().projection();
    let about = |text: &[u8]| format!("{probes}, which read {reads}: {}", String::from_utf8_lossy(text));
    let (mut all, mut some, vars) = (replay(), replay(), Vars::new());
    let (mut whole, mut part) = (InputReader::new(), InputReader::new().only(reads.clone()));
    // texts that are read ahead
    let mut kept = ReadTexts::default();
    for text in texts {
        let _ = part.read_into(text, Mode::Auto, &mut kept);
    }
    let mut kept = kept.iter();
    for &text in texts {
        let Ok(mut items) = whole.read(text, Mode::Auto) else { continue };
        let Some(mut parts) = kept.next() else { panic!("read whole, and not in part: {}", about(text)) };
        loop {
            let (item, part) = match (items.next(), parts.next()) {
                (None, None) => break,
                (Some(Ok(item)), Some(Ok(part))) => (item, part),
                (Some(Err(item)), Some(Err(part))) => {
                    assert_eq!(item, part, "{}", about(text));
                    continue;
                }
                (item, part) => panic!("{item:?} and {part:?}, {}", about(text)),
            };
            assert_eq!(all.hit(&item, &vars), some.hit(&part, &vars), "{}", about(text));
            assert_eq!(sent(&mut all), sent(&mut some), "{}", about(text));
        }
    }
    assert!(kept.next().is_none(), "{}", about(b""));
    all.end();
    some.end();
    assert_eq!(sent(&mut all), sent(&mut some), "{}", about(b""));
    assert_eq!(all.placeless(), some.placeless());
    assert_eq!(format!("{:?}", all.reports()), format!("{:?}", some.reports()), "{}", about(b""));
}

/// The events since the last time, as JSON lines.
fn sent(replay: &mut Replay) -> String {
    let mut text = String::new();
    for mut event in replay.take() {
        event.write_json(replay.settings(), &mut text);
        text.push('\n');
    }
    text
}

/// Probes of all types with a program of that kind in every place where they can have one.
pub fn probes(kind: ProgramKind, source: &str) -> String {
    let mut program = String::from("\"");
    for c in source.chars() {
        match c {
            '"' | '\\' => program.extend(['\\', c]),
            c if c < ' ' => drop(write!(program, "\\u{:04x}", u32::from(c))),
            c => program.push(c),
        }
    }
    program.push('"');
    let tags = |value: &str| format!(r#"[{{"name": "t", "value": {{"template": {value}}}}}]"#);
    let metric = r#""type": "METRIC_PROBE", "metricName": "n", "where": {"methodName": "f"}"#;
    let log = r#""type": "LOG_PROBE""#;
    let (call, line) = (r#"{"methodName": "f"}"#, r#"{"sourceFile": "f.py", "lines": ["4"]}"#);
    let decoration = r#""type": "SPAN_DECORATION_PROBE", "where": {"methodName": "f"}"#;
    let probes = match kind {
        ProgramKind::Condition => {
            let when = format!(r#""when": {{"dsl": {program}}}"#);
            let span = r#""type": "SPAN_PROBE", "where": {"methodName": "f"}, "evaluateAt": "ENTRY""#;
            let group = format!("[{{{when}, \"tags\": {}}}]", tags("\"x\""));
            vec![
                format!(r#""id": "a", {log}, "where": {call}, "template": "x", {when}"#),
                format!(r#""id": "b", {metric}, "kind": "COUNT", {when}"#),
                format!(r#""id": "c", {span}, {when}"#),
                format!(r#""id": "d", {decoration}, "decorations": {group}"#),
                format!(r#""id": "e", {log}, "where": {line}, {when}"#),
            ]
        }
        ProgramKind::Template => vec![
            format!(r#""id": "a", {log}, "where": {call}, "evaluateAt": "ENTRY", "template": {program}"#),
            format!(r#""id": "b", {metric}, "kind": "COUNT", "metricTags": {}"#, tags(&program)),
            format!(r#""id": "d", {decoration}, "decorations": [{{"tags": {}}}]"#, tags(&program)),
            format!(r#""id": "e", {log}, "where": {line}, "template": {program}"#),
        ],
        ProgramKind::Metric => {
            vec![format!(r#""id": "a", {metric}, "kind": "GAUGE", "value": {{"dsl": {program}}}"#)]
        }
        ProgramKind::Value => {
            let capture = format!(r#"[{{"name": "x", "expr": {{"dsl": {program}}}}}]"#);
            vec![
                format!(r#""id": "a", {log}, "where": {call}, "captureExpressions": {capture}"#),
                format!(r#""id": "b", {log}, "where": {line}, "template": "x""#),
            ]
        }
    };
    format!("[{{{}}}]", probes.join("}, {"))
}

/// A text: a document, a recording, several of either, now and then damaged.
pub fn text(choices: &mut Choices<'_>) -> Vec<u8> {
    let mut out = Out { text: String::new(), choices };
    out.texts();
    let Out { text, .. } = out;
    damaged(text.into_bytes(), choices)
}

/// A text with a few bytes changed, now and then.
pub fn damaged(mut text: Vec<u8>, choices: &mut Choices<'_>) -> Vec<u8> {
    const BYTES: &[u8] = b"\"\"{}[],:\\\\u0 1e.-tn\n\x00\x80\xed";
    if choices.chance(140) {
        return text;
    }
    for _ in 0..=choices.below(3) {
        let at = choices.below(text.len() + 1);
        let byte = BYTES[choices.below(BYTES.len())];
        match choices.below(6) {
            0 => text.truncate(at),
            1 => text.insert(at, byte),
            2 if at < text.len() => text[at] = byte,
            3 if at < text.len() => drop(text.remove(at)),
            4 => {
                // a key twice, perhaps
                let end = (at + choices.below(40)).min(text.len());
                let part = text[at..end].to_vec();
                let to = choices.below(text.len() + 1);
                text.splice(to..to, part);
            }
            _ => {
                let levels = if choices.chance(40) { 600 } else { choices.below(4) };
                text.splice(at..at, b"[".repeat(levels));
            }
        }
    }
    text
}

/// A key, and what writes its value.
type Member<'k, W> = (&'k str, fn(&mut W));

struct Out<'c, 'b> {
    text: String,
    choices: &'c mut Choices<'b>,
}

impl Out<'_, '_> {
    fn texts(&mut self) {
        match self.choices.below(12) {
            0 => self.list(3, Self::document),
            1 => self.list(3, Self::any),
            2 => {
                self.object(&[
                    ("took", Self::scalar),
                    ("hits", |out| out.list(3, Self::any)),
                    ("x", Self::any),
                ]);
            }
            3..=6 => self.recording(),
            _ => self.document(),
        }
    }

    fn any(&mut self) {
        if self.choices.chance(128) { self.document() } else { self.recording() }
    }

    fn space(&mut self) {
        let spaces = ["", "", "", " ", "\n", "\t \r"];
        self.text.push_str(spaces[self.choices.below(spaces.len())]);
    }

    fn scalar(&mut self) {
        let scalars =
            ["1", "\"a\"", "null", "-0", "1e999", "18446744073709551616", "true", "\"\\ud800\"", "[]", "{}"];
        self.text.push_str(scalars[self.choices.below(scalars.len())]);
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.text.extend(['\\', c]),
                c if c < ' ' || self.choices.chance(6) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(self.text, "\\u{unit:04x}");
                    }
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    fn key(&mut self, key: &str) {
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        self.space();
        self.string(key);
        self.space();
        self.text.push(':');
        self.space();
    }

    fn list(&mut self, most: usize, mut element: impl FnMut(&mut Self)) {
        self.text.push('[');
        for number in 0..self.choices.below(most + 1) {
            if number > 0 {
                self.text.push(',');
            }
            self.space();
            element(self);
        }
        self.space();
        self.text.push(']');
    }

    /// An object of some of these members, from any of them on.
    fn object(&mut self, members: &[Member<'_, Self>]) {
        self.text.push('{');
        let start = self.choices.below(members.len().max(1));
        for (key, value) in members.iter().cycle().skip(start).take(members.len()) {
            self.key(key);
            value(self);
        }
        self.space();
        self.text.push('}');
    }

    fn document(&mut self) {
        let frame = world::frame(self.choices);
        self.text.push('{');
        for (name, value) in &frame {
            if self.choices.chance(12) {
                // what only looks like a recording
                let key = ["debugger", "captures", "debugger.snapshot", "snapshot"][self.choices.below(4)];
                self.key(key);
                let empty: fn(&mut Self) = |out| out.text.push_str("{}");
                match self.choices.below(4) {
                    0 => self.scalar(),
                    1 => self.object(&[("snapshot", Self::scalar), ("a", Self::scalar)]),
                    2 => self.object(&[
                        ("debugger", |out| out.object(&[("x", Self::scalar)])),
                        ("captures", empty),
                    ]),
                    _ => self
                        .object(&[("a", |out| out.list(2, |out| out.object(&[("debugger", Self::scalar)])))]),
                }
            }
            self.key(name);
            self.plain(value);
        }
        self.space();
        self.text.push('}');
    }

    fn plain(&mut self, value: &Given) {
        match value {
            Given::Bool(truth) => self.text.push_str(if *truth { "true" } else { "false" }),
            Given::Int(n) => drop(write!(self.text, "{n}")),
            Given::Uint(n) => drop(write!(self.text, "{n}")),
            Given::BigInt(n) => drop(write!(self.text, "{n}")),
            Given::Float(n) if n.is_finite() => drop(write!(self.text, "{n:?}")),
            Given::Str(text) | Given::CutStr(text) => self.string(text),
            Given::List(Items { items, .. }) | Given::Set(Items { items, .. }) => {
                let mut items = items.iter();
                self.text.push('[');
                if let Some(first) = items.next() {
                    self.plain(first);
                }
                for item in items {
                    self.text.push(',');
                    self.space();
                    self.plain(item);
                }
                self.text.push(']');
            }
            Given::Map(Entries { entries, .. }) => {
                self.text.push('{');
                for (key, value) in entries {
                    self.key(&key_text(key));
                    self.plain(value);
                }
                self.text.push('}');
            }
            Given::Object(Object { fields, .. }) => {
                self.text.push('{');
                for (key, value) in fields {
                    self.key(key);
                    self.plain(value);
                }
                self.text.push('}');
            }
            Given::Enum { name, .. } => self.string(name),
            Given::Typed { scalar, .. } => self.plain(scalar),
            Given::Also { value, .. } => self.plain(value),
            Given::Null
            | Given::Float(_)
            | Given::Opaque { .. }
            | Given::Cut { .. }
            | Given::Undefined
            | Given::Redacted
            | Given::Unreadable(_) => self.text.push_str("null"),
        }
    }

    /// A snapshot, bare or in an event.
    fn recording(&mut self) {
        let meta: [Member<'_, Self>; 3] = [
            ("service", Self::scalar),
            ("message", Self::scalar),
            ("timestamp", |out| out.text.push_str("17")),
        ];
        match self.choices.below(5) {
            0 | 1 => self.snapshot(),
            2 => {
                let nested: fn(&mut Self) =
                    |out| out.object(&[("snapshot", Self::snapshot), ("type", Self::scalar)]);
                self.object(&[meta[0], ("debugger", nested), meta[1], meta[2]]);
            }
            3 => self.object(&[meta[0], ("debugger.snapshot", Self::snapshot), meta[1]]),
            _ => {
                let nested: fn(&mut Self) =
                    |out| out.object(&[("debugger", |out| out.object(&[("snapshot", Self::snapshot)]))]);
                self.object(&[meta[0], ("_source", nested), ("captures", Self::scalar)]);
            }
        }
    }

    fn snapshot(&mut self) {
        let language: fn(&mut Self) = |out| {
            let languages = ["java", "python", "javascript", "dotnet", "ruby", "php", "go", "json", ""];
            let language = languages[out.choices.below(languages.len())];
            out.string(language);
        };
        let mut members: Vec<Member<'_, Self>> = vec![
            ("language", language),
            ("captures", Self::captures),
            ("duration", |out| out.text.push_str("1500000")),
        ];
        if self.choices.chance(80) {
            members.push(("producer", |out| out.string("probelang")));
        }
        if self.choices.chance(60) {
            members.push(("stack", |out| out.list(2, Self::scalar)));
        }
        self.object(&members);
    }

    fn captures(&mut self) {
        let mut members: Vec<Member<'_, Self>> = Vec::new();
        if self.choices.chance(128) {
            members.push(("entry", Self::frame));
        }
        if self.choices.chance(128) {
            members.push(("return", Self::frame));
        }
        if self.choices.chance(80) {
            members.push(("lines", |out| out.object(&[("12", Self::frame)])));
        }
        if self.choices.chance(20) {
            members.push(("captureExpressions", Self::group));
        }
        if self.choices.chance(20) {
            members.push(("pruned", Self::scalar));
        }
        self.object(&members);
    }

    fn frame(&mut self) {
        let mut members: Vec<Member<'_, Self>> = Vec::new();
        for group in ["arguments", "locals", "staticFields", "captureExpressions"] {
            if self.choices.chance(110) {
                members.push((group, Self::group));
            }
        }
        if self.choices.chance(30) {
            members.push(("notCapturedReason", |out| out.string("timeout")));
        }
        if self.choices.chance(40) {
            members.push(("throwable", |out| {
                let text: fn(&mut Self) = |out| out.string("no");
                out.object(&[
                    ("type", text),
                    ("message", text),
                    ("stacktrace", |out| out.list(1, |out| out.text.push_str("{}"))),
                ]);
            }));
        }
        self.object(&members);
    }

    fn group(&mut self) {
        let frame = world::frame(self.choices);
        self.text.push('{');
        for (name, value) in &frame {
            if self.choices.chance(60) {
                continue;
            }
            if self.choices.chance(6) {
                let key = ["size", "pruned", "notCapturedReason", "debugger"][self.choices.below(4)];
                self.key(key);
                self.scalar();
            }
            self.key(name);
            self.recorded(value);
        }
        self.text.push('}');
    }

    fn recorded(&mut self, value: &Given) {
        self.text.push('{');
        let (type_name, part) = match value {
            Given::Bool(_) => ("bool", "value"),
            Given::Int(_) | Given::Uint(_) | Given::BigInt(_) => ("int", "value"),
            Given::Float(_) => ("float", "value"),
            Given::Str(_) | Given::CutStr(_) => ("str", "value"),
            Given::List(_) => ("list", "elements"),
            Given::Set(_) => ("set", "elements"),
            Given::Map(_) => ("dict", "entries"),
            Given::Object(object) => (object.type_name.as_deref().unwrap_or("User"), "fields"),
            Given::Enum { type_name, .. } => (type_name.as_deref().unwrap_or("Mode"), "value"),
            Given::Typed { type_name, .. } => (type_name.as_deref().unwrap_or("Code"), "value"),
            Given::Also { .. } => ("Pair", "value"),
            Given::Null | Given::Undefined => ("NoneType", "isNull"),
            Given::Opaque { .. } | Given::Cut { .. } | Given::Redacted | Given::Unreadable(_) => {
                ("object", "notCapturedReason")
            }
        };
        self.key("type");
        self.string(type_name);
        self.key(part);
        match value {
            Given::List(Items { items, .. }) | Given::Set(Items { items, .. }) => {
                let mut rest = items.iter();
                self.list_of(&mut rest, Self::recorded);
            }
            Given::Map(Entries { entries, .. }) => {
                let mut rest = entries.iter();
                self.list_of(&mut rest, |out, (key, value)| {
                    out.text.push('[');
                    out.recorded(key);
                    out.text.push(',');
                    out.recorded(value);
                    out.text.push(']');
                });
            }
            Given::Object(Object { fields, .. }) => {
                self.text.push('{');
                for (name, value) in fields {
                    self.key(name);
                    self.recorded(value);
                }
                self.text.push('}');
            }
            Given::Null | Given::Undefined => self.text.push_str("true"),
            Given::Opaque { .. } | Given::Cut { .. } | Given::Redacted | Given::Unreadable(_) => {
                let reasons = ["depth", "redactedIdent", "timeout", "collectionSize"];
                let reason = reasons[self.choices.below(reasons.len())];
                self.string(reason);
            }
            scalar => {
                let text = key_text(scalar);
                self.string(&text);
            }
        }
        if self.choices.chance(12) {
            let key = ["size", "truncated", "pruned"][self.choices.below(3)];
            self.key(key);
            self.scalar();
        }
        self.text.push('}');
    }

    fn list_of<T>(&mut self, rest: &mut impl Iterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.text.push('[');
        for (number, item) in rest.enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            each(self, item);
        }
        self.text.push(']');
    }
}

/// A scalar as text.
fn key_text(value: &Given) -> String {
    match value {
        Given::Bool(truth) => truth.to_string(),
        Given::Int(n) => n.to_string(),
        Given::Uint(n) => n.to_string(),
        Given::BigInt(n) => n.to_string(),
        Given::Float(n) => format!("{n:?}"),
        Given::Str(text) | Given::CutStr(text) => text.clone(),
        Given::Enum { name, .. } => name.clone(),
        Given::Typed { scalar, .. } => key_text(scalar),
        Given::Also { value, .. } => key_text(value),
        Given::Null
        | Given::List(_)
        | Given::Set(_)
        | Given::Map(_)
        | Given::Object(_)
        | Given::Opaque { .. }
        | Given::Cut { .. }
        | Given::Undefined
        | Given::Redacted
        | Given::Unreadable(_) => "x".to_owned(),
    }
}
