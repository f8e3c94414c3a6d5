//! JSON texts: what is read, and what is refused with which message at which place.

#![cfg(test)]

use probelang_capture::{HostReader, JsonLimits, write_json};
use probelang_diagnostic::{Code, input};
use probelang_host::{Budget, Host, Names, Search, Value};
use probelang_redact::Policy;
use probelang_snapshot::{Document, InputError, InputReader, Item, Mode, Snapshot, Vars};

/// What the JSON value `json` prints as when it was read.
fn round(json: &str) -> String {
    let document = Document::parse(format!("{{\"x\": {json}}}").as_bytes()).unwrap();
    let mut names = Names::new();
    let symbol = names.symbol("x");
    let view = document.view(&names);
    let mut value = Value::Absent;
    view.var(symbol, &mut value);
    let (mut out, mut budget) = (String::new(), Budget::steps(u64::MAX));
    let policy = Policy::none();
    let mut reader = HostReader::new(&view, &policy, &mut budget);
    write_json(&mut reader, &value, &JsonLimits::default(), &mut out).unwrap();
    out
}

fn error(bytes: &[u8]) -> (Code, String) {
    let error = Document::parse(bytes).unwrap_err();
    (error.code, error.to_string())
}

#[test]
fn values_are_read_as_they_are_written() {
    let same = [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551617",
        "-9223372036854775809",
        "123456789012345678901234567890123456789012345678901234567890",
        "1.5",
        "0.1",
        "1e21",
        "-2.5e-7",
        r#""""#,
        r#""é✨😀""#,
        "[]",
        "{}",
        "[[],{}]",
        r#"[1,"a",null,{"b":[true]}]"#,
        r#"{"b":1,"a":2}"#,
    ];
    for json in same {
        assert_eq!(round(json), json);
    }
    let others = [
        ("-0", "0"),
        ("1E2", "100.0"),
        ("1.0", "1.0"),
        ("-0.0", "-0.0"),
        ("9007199254740993", "9007199254740993"),
        ("1e999", r#"{"$float":"Infinity"}"#),
        (r#""\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\""#, "\"é😀/\\u0008\\u000c\\n\\r\\t\\\"\\\\\""),
        // half a pair: tracers that count UTF-16 units cut between the two
        (r#""a\ud83d""#, "\"a\u{fffd}\""),
        (r#""\ude00\ud83d\u0041""#, "\"\u{fffd}\u{fffd}A\""),
        (" [ 1 ,\n2\t] ", "[1,2]"),
        // the last counts, in the place of the first
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"{"a":1,"a":2,"\u0061":[]}"#, r#"{"a":[]}"#),
    ];
    for (json, expected) in others {
        assert_eq!(round(json), expected);
    }
}

#[test]
fn a_large_object_keeps_its_order_and_drops_repeated_keys() {
    let members: Vec<String> = (0..1_000).map(|n| format!("\"k{}\":{n}", n * 7 % 600)).collect();
    let read: serde_json::Value =
        serde_json::from_str(&round(&format!("{{{}}}", members.join(",")))).unwrap();
    let object = read.as_object().unwrap();
    assert_eq!(object.len(), 600);
    for n in 0..1_000 {
        let last = (0..1_000).rev().find(|other| other * 7 % 600 == n * 7 % 600).unwrap();
        assert_eq!(object[&format!("k{}", n * 7 % 600)], last);
    }
}

#[test]
fn what_is_not_json_says_where_and_why() {
    let cases = [
        ("", "the JSON ends where a value was expected (line 1, column 1)"),
        ("{\n  \"a\": 1,\n  \"é\" 2}", "`:` was expected behind a key (line 3, column 7)"),
        ("{\"a\": 1", "the JSON ends inside an object or array (line 1, column 8)"),
        ("{\"a\": 1 \"b\": 2}", "`,` or `}` was expected (line 1, column 9)"),
        ("{\"a\": [1 2]}", "`,` or `]` was expected (line 1, column 10)"),
        ("{\"a\": 1,}", "a key in double quotes was expected (line 1, column 9)"),
        ("{\"a\": [1,]}", "a JSON value was expected (line 1, column 10)"),
        ("{a: 1}", "a key in double quotes was expected (line 1, column 2)"),
        ("{\"a\": 'x'}", "a JSON value was expected (line 1, column 7)"),
        ("{\"a\": NaN}", "a JSON value was expected (line 1, column 7)"),
        ("{\"a\": nullx}", "a JSON value was expected (line 1, column 7)"),
        ("{\"a\": 01}", "a number begins with a zero (line 1, column 7)"),
        ("{\"a\": -}", "a number has no digits (line 1, column 7)"),
        ("{\"a\": 1.}", "a number has no digits behind its point (line 1, column 7)"),
        ("{\"a\": 1e}", "a number has no digits in its exponent (line 1, column 7)"),
        ("{\"a\": \"x", "a string has no closing quote (line 1, column 7)"),
        ("{\"a\": \"x\ny\"}", "a string holds a control character that must be escaped (line 1, column 9)"),
        ("{\"a\": \"\\q\"}", "a string holds an escape that JSON does not have (line 1, column 8)"),
        (
            "{\"a\": \"\\u12\"}",
            "an escape of a string needs four hexadecimal digits behind `\\u` (line 1, column 8)",
        ),
        ("{} x", "there is text behind the JSON value (line 1, column 4)"),
        ("\u{feff}{\"a\": }", "a JSON value was expected (line 1, column 8)"),
    ];
    for (json, message) in cases {
        assert_eq!(error(json.as_bytes()), (input::BAD_DATA, message.to_owned()), "{json}");
    }
    let bad = error(b"{\"a\":\n \"\xff\"}");
    assert_eq!(bad, (input::BAD_ENCODING, "the data is not UTF-8 (line 2, column 3)".to_owned()));
    for (json, found) in [("[1]", "an array"), ("\"a\"", "a string"), ("null", "null"), ("1.5", "a number")] {
        let message =
            format!("a plain document is an object whose keys are the names in scope, this is {found}");
        assert_eq!(error(json.as_bytes()), (input::NO_OBJECT, message));
    }
}

#[test]
fn nesting_is_limited_before_memory_grows_with_it() {
    let nested = |levels: usize| format!("{{\"a\": {}{}}}", "[".repeat(levels), "]".repeat(levels));
    // the document itself is the first level
    assert!(Document::parse(nested(511).as_bytes()).is_ok());
    let message = "the data nests deeper than 512 levels (line 1, column 518)".to_owned();
    assert_eq!(error(nested(512).as_bytes()), (input::DATA_TOO_DEEP, message.clone()));
    assert_eq!(error("{\"a\": ".to_owned().as_bytes()).0, input::BAD_DATA);
    assert_eq!(
        error(format!("{{\"a\": {}", "[".repeat(1_000_000)).as_bytes()),
        (input::DATA_TOO_DEEP, message)
    );
    // all that is read is printed
    let json = format!("{}{}", "[".repeat(511), "]".repeat(511));
    assert_eq!(round(&json), json);
}

fn names(result: Result<&str, InputError>) -> String {
    result.map_or_else(|error| error.to_string(), str::to_owned)
}

#[test]
fn a_text_is_told_by_its_form() {
    let snapshot = r#"{"captures": {"entry": {"arguments": {}}}}"#;
    let event = format!(r#"{{"debugger": {{"snapshot": {snapshot}}}}}"#);
    let flat = format!(r#"{{"debugger.snapshot": {snapshot}}}"#);
    let cases = [
        (Mode::Auto, snapshot.to_owned(), "snapshot"),
        (Mode::Auto, event.clone(), "snapshot"),
        (Mode::Auto, flat, "snapshot"),
        (Mode::Auto, format!("\u{feff}[{event}, {snapshot}]"), "snapshot, snapshot"),
        (Mode::Auto, format!("[{event}]"), "snapshot"),
        (Mode::Auto, format!("[{event}, {{}}, 1]"), "snapshot"),
        (
            Mode::Snapshot,
            format!("[{event}, {{}}, 1]"),
            "snapshot, snapshot, a snapshot is an object with `captures`, or an event with `debugger.snapshot`",
        ),
        (
            Mode::Auto,
            format!(r#"{{"data": [{{"a": {event}}}, {{"a": 1}}, [{event}]]}}"#),
            "snapshot, snapshot",
        ),
        (Mode::Auto, r#"{"captures": 5, "debugger": {}}"#.to_owned(), "plain"),
        (Mode::Auto, "{}".to_owned(), "plain"),
        (Mode::Auto, "[]".to_owned(), ""),
        (
            Mode::Auto,
            "[{}, 5, {}]".to_owned(),
            "plain, a plain document is an object whose keys are the names in scope, this is a number, plain",
        ),
        (Mode::Plain, format!("[{snapshot}]"), "plain"),
        (Mode::Plain, snapshot.to_owned(), "plain"),
        (Mode::Snapshot, "{}".to_owned(), "snapshot"),
        (Mode::Snapshot, "[]".to_owned(), "an array without snapshots"),
        (
            Mode::Snapshot,
            "5".to_owned(),
            "a snapshot is an object with `captures`, or an event with `debugger.snapshot`",
        ),
    ];
    let mut reader = InputReader::new();
    for (mode, text, expected) in cases {
        let items = reader.read(text.as_bytes(), mode).unwrap();
        let count = items.len();
        let found: Vec<String> = items
            .map(|item| {
                names(item.map(|item| match item {
                    Item::Plain(_) => "plain",
                    Item::Recorded(_) => "snapshot",
                }))
            })
            .collect();
        assert_eq!((found.join(", "), found.len()), (expected.to_owned(), count), "{mode:?} {text}");
    }
}

#[test]
fn siblings_without_a_snapshot_are_counted() {
    let event = r#"{"debugger": {"snapshot": {"captures": {"entry": {"arguments": {}}}}}}"#;
    let cases = [
        (format!("[{event}, {{}}, {event}, {{}}]"), 2),
        (format!(r#"{{"data": [{{"a": {event}}}, {{"a": 1}}]}}"#), 1),
        (format!(r#"{{"data": [{{"a": {event}}}], "more": [{{}}, {{}}]}}"#), 0),
        (format!(r#"[[{{}}, {event}], {{"x": [{event}, {{}}, {{}}]}}]"#), 3),
        (format!(r#"[{{"captures": {{}}}}, {{"a": {event}}}, {{}}]"#), 1),
        (event.to_owned(), 0),
        ("{}".to_owned(), 0),
    ];
    for (text, expected) in cases {
        let mut reader = InputReader::new();
        assert_eq!(reader.read(text.as_bytes(), Mode::Auto).unwrap().skipped(), expected, "{text}");
    }
}

#[test]
fn the_frame_is_the_return_or_the_only_line_or_the_entry() {
    let lines = r#""lines": {"12": {}, "40": {}}"#;
    let line = r#""lines": {"12": {}}"#;
    let expressions = r#""return": {"captureExpressions": {}}"#;
    let cases = [
        (r#""entry": {}, "return": {}, "lines": {"12": {}}"#, None, "return"),
        (line, None, "lines.12"),
        (r#""entry": {}, "return": null"#, None, "entry"),
        (r#""entry": {}, "return": {}"#, Some("entry"), "entry"),
        (lines, Some("lines.40"), "lines.40"),
        (lines, None, "the snapshot has several frames, choose one of lines.12, lines.40"),
        (line, Some("return"), "there is no frame \"return\"; the snapshot has lines.12"),
        (line, Some("lines"), "there is no frame \"lines\"; the snapshot has lines.12"),
        ("", None, "the snapshot has no captures"),
        (expressions, Some("captureExpressions"), "return"),
        (
            r#""entry": {}"#,
            Some("captureExpressions"),
            "no frame has capture expressions; the snapshot has entry",
        ),
        (r#""captureExpressions": {}"#, None, "captureExpressions"),
    ];
    for (captures, frame, expected) in cases {
        let text = format!(r#"{{"captures": {{{captures}}}}}"#);
        match Snapshot::parse(text.as_bytes(), frame, &Policy::none()) {
            Ok(snapshot) => assert_eq!(snapshot.frame(), expected, "{captures}"),
            Err(error) => {
                assert_eq!(error.to_string(), expected, "{captures}");
                assert_eq!(error.is_usage(), !captures.is_empty());
            }
        }
    }
}

#[test]
fn a_snapshot_without_captures_quotes_its_evaluation_errors() {
    let parse = |text: &str| Snapshot::parse(text.as_bytes(), None, &Policy::none()).unwrap_err();
    let errors = r#"{"evaluationErrors": [{"expr": "a.b", "message": "no such\nfield"}, {"message": "x"}]}"#;
    let error = parse(errors);
    let expected = "the snapshot has no captures; its evaluation errors: `a.b`: no such field, x";
    assert_eq!((error.code, error.to_string().as_str()), (input::NO_CAPTURES, expected));
    assert!(!error.is_usage());
    assert_eq!(parse("{}").to_string(), "the snapshot has no captures");
    let pruned = parse(r#"{"captures": {"pruned": true}}"#);
    assert_eq!(pruned.to_string(), "the captures of the snapshot were not recorded: pruned");
    let two = parse(r#"[{"captures": {}}, {"captures": {}}]"#);
    assert_eq!(two.to_string(), "one snapshot was expected, here are 2");
}

#[test]
fn variables_win_over_every_other_name() {
    let document = Document::parse(br#"{"a": 1, "b": 2}"#).unwrap();
    let mut vars = Vars::new();
    vars.set("a", b"\"first\"").unwrap();
    vars.set("a", b"[{\"c\": 3}]").unwrap();
    let error = vars.set("x y", b"[").unwrap_err();
    let expected = "variable `x y`: the JSON ends where a value was expected (line 1, column 2)";
    assert_eq!(error.to_string(), expected);
    let mut names = Names::new();
    let [a, b, c] = ["a", "b", "c"].map(|name| names.symbol(name));
    let view = document.view(&names).with_vars(&vars);
    let mut value = Value::Absent;
    view.var(b, &mut value);
    assert_eq!(value, Value::Int(2));
    view.var(c, &mut value);
    assert_eq!(value, Value::Absent);
    view.var(a, &mut value);
    let Value::List(list) = value else { panic!("{value:?}") };
    view.index(list, 0, &mut value);
    let Value::Map(map) = value else { panic!("{value:?}") };
    assert_eq!(view.entry(map, c, &mut value), Search::Done);
    assert_eq!(value, Value::Int(3));
    assert_eq!(view.key(map, &Value::Str("c"), &mut value), Search::Done);
    assert_eq!(value, Value::Int(3));
}

#[test]
fn what_is_read_can_be_sent_to_other_threads() {
    const fn send<T: Send + Sync>() {}
    send::<Document>();
    send::<Snapshot>();
    send::<InputReader>();
    send::<Vars>();
    send::<probelang_snapshot::View<'_>>();
}
