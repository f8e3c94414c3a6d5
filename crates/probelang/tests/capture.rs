//! Recordings that are captured again: with limits far above the data they answer every question as before.

#![cfg(test)]
#![cfg(all(feature = "front-end", feature = "snapshot"))]

use std::path::{Path, PathBuf};

use probelang::capture::{Capture, CaptureLimits, Recording, Settings};
use probelang::dialect::Preset;
use probelang::host::{Budget, Names};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode, Snapshot, Vars};
use probelang::{Answer, Engine, Program, ProgramKind, Scope};
use probelang_testkit::schema;
use serde_json::Value as Json;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance").join(name)
}

/// What a program gives over a scope: the answer, or the class of its fault. A message shows its faults itself.
fn answer(program: &Program, scope: &impl Scope) -> String {
    match program.run(scope) {
        Answer::Fault(fault) => fault.class().name().to_owned(),
        answer => answer.to_json().unwrap_or_default(),
    }
}

/// The recording of a case, as text.
fn recording(case: &Json, files: &Path) -> Vec<u8> {
    if let Some(file) = case["file"].as_str() {
        return std::fs::read(files.join(file)).unwrap();
    }
    if !case["snapshot"].is_null() {
        return case["snapshot"].to_string().into_bytes();
    }
    let language = case["language"].as_str().unwrap_or_default();
    let x = &case["x"];
    serde_json::json!({"language": language, "captures": {"return": {"arguments": {"x": x}}}})
        .to_string()
        .into_bytes()
}

fn policy(case: &Json) -> Policy {
    let args: Vec<&str> = case["args"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    args.chunks(2).fold(Policy::built_in(), |policy, args| match args {
        [option, name] if *option == "--redact-type" => policy.with_types([name]),
        _ => policy,
    })
}

/// What is captured of an opened frame with limits far above the data.
fn captured(bytes: &[u8], at: usize, frame: Option<&str>, policy: &Policy) -> Option<String> {
    let (mut reader, mut snapshot, mut names) = (InputReader::new(), Snapshot::default(), Names::new());
    let Ok(Item::Recorded(recorded)) = reader.read(bytes, Mode::Auto).ok()?.nth(at)? else { return None };
    let exception = recorded.open_apart(frame, policy, &mut snapshot).ok()?;
    let vars = Vars::new();
    let recording = Recording::of_snapshot(&recorded, &snapshot, exception, &vars, policy, &mut names);
    let many = usize::MAX;
    let limits =
        CaptureLimits::default().with_depth(many).with_items(many).with_length(many).with_fields(many);
    let mut capture = Capture::new();
    let settings = Settings { policy, limits };
    let host = snapshot.view(&names);
    assert!(recording.capture(&mut capture, &host, &[], &settings, &mut Budget::steps(u64::MAX)).is_empty());
    let mut text = String::new();
    capture.write_snapshot(&recording.about(), usize::MAX, &mut text);
    if let Err(error) = schema::snapshot(&text) {
        panic!("{error}");
    }
    Some(text)
}

#[test]
fn a_recording_that_is_captured_again_answers_as_before() {
    let files = [
        "snapshots/queries",
        "snapshots/more",
        "recordings/queries",
        "recorded/scalars",
        "recorded/containers",
        "recorded/cut",
        "recorded/frames",
        "recorded/own",
    ];
    let (mut count, mut lost, mut wrong) = (0, 0, Vec::new());
    for file in files {
        let path = folder(file).with_extension("ndjson");
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let case: Json = serde_json::from_str(line).unwrap();
            let policy = policy(&case);
            let preset =
                case["dialect"].as_str().map_or(Preset::Portable, |name| Preset::find(name).unwrap());
            let engine = Engine::new().dialect(preset).policy(policy.clone());
            let kind =
                case["kind"].as_str().map_or(ProgramKind::Value, |kind| ProgramKind::find(kind).unwrap());
            let Ok(program) = engine.compile(kind, case["expr"].as_str().unwrap()) else { continue };
            let mut vars = Vars::new();
            for (name, value) in case["vars"].as_object().into_iter().flatten() {
                vars.set(name, value.to_string().as_bytes()).unwrap();
            }
            let frame = case["frame"].as_str().filter(|frame| !frame.is_empty());
            let bytes = recording(&case, path.parent().unwrap());
            let mut reader = InputReader::new();
            let Ok(items) = reader.read(&bytes, Mode::Auto) else { continue };
            for (at, item) in items.enumerate() {
                let Ok(Item::Recorded(recorded)) = item else { continue };
                let Ok(before) = recorded.open(frame, &policy) else { continue };
                let text = captured(&bytes, at, frame, &policy).expect("it opens");
                let after = match Snapshot::parse(text.as_bytes(), Some(before.frame()), &policy) {
                    Ok(after) => answer(&program, &(after, &vars)),
                    Err(error) => error.to_string(),
                };
                let before = answer(&program, &(before, &vars));
                count += 1;
                // a value that may be a number or a text, a summary of which calls were taken out
                let known = !file.starts_with("snapshots/") && after == "unreadable";
                lost += u32::from(before != after && known);
                if before != after && !known {
                    wrong.push(format!(
                        "{} {}\n  before {before}\n  after  {after}\n  {text}",
                        case["id"], case["expr"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(lost <= 6, "{lost} are not answered any more");
    assert!(count > 400, "{count} questions");
}

#[test]
fn what_a_capture_hides_for_what_it_says_reads_back_as_redacted() {
    let card = "4111 1111 1111 1111";
    let text = |text: &str| serde_json::json!({"type": "str", "value": text});
    let recording = serde_json::json!({"language": "python", "captures": {"return": {
        "arguments": {
            "note": text(&format!("paid with {card}")),
            "plain": text("cash"),
            "book": {"type": "dict", "entries": [[text(card), text("x")], [text("k"), text("y")]]},
            "total": {"type": "int", "value": "7"},
        },
        "throwable": {"type": "E", "message": format!("declined: {card}"), "stacktrace": []},
    }}})
    .to_string();
    let cases: [(&str, [&str; 2]); 9] = [
        ("note", ["redacted", "redacted"]),
        (r#"note == "x""#, ["redacted", "redacted"]),
        (r#"contains(note, "paid")"#, ["redacted", "redacted"]),
        ("plain", ["\"cash\"", "redacted"]),
        ("total", ["7", "7"]),
        ("len(book)", ["2", "2"]),
        ("book == null", ["false", "false"]),
        ("@exception.message", ["redacted", "redacted"]),
        (r#"startsWith(@exception.message, "declined")"#, ["redacted", "redacted"]),
    ];
    let modes = [probelang::redact::Mode::Targeted, probelang::redact::Mode::Strict];
    for (at, mode) in modes.into_iter().enumerate() {
        let policy = Policy::built_in().with_mode(mode);
        let written = captured(recording.as_bytes(), 0, None, &policy).expect("a capture");
        assert!(!written.contains("1111"), "{written}");
        schema::snapshot(&written).unwrap().unwrap();
        let snapshot = Snapshot::parse(written.as_bytes(), None, &Policy::built_in()).unwrap();
        for (source, expected) in &cases {
            let program = Engine::new().compile(ProgramKind::Value, *source).unwrap();
            assert_eq!(answer(&program, &snapshot), expected[at], "{mode}: {source}\n{written}");
        }
        // whether a key is there nobody can say who sees only some of them
        let missing = Engine::new().compile(ProgramKind::Value, r#"book["z"]"#).unwrap();
        let answered = answer(&missing, &snapshot);
        assert!(["redacted", "unreadable"].contains(&answered.as_str()), "{mode}: {answered}");
        let again = captured(written.as_bytes(), 0, None, &Policy::built_in()).expect("a capture");
        assert!(!again.contains("1111") && again.contains("notCapturedReason"), "{again}");
    }
}
