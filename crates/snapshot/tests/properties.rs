//! What holds for every input.

#![cfg(test)]

use std::path::Path;

use probelang_capture::{HostReader, JsonLimits, MessageWriter, TextLimits, write_json, write_text};
use probelang_dialect::Dialect;
use probelang_host::{Budget, Host, Names, Search, Value};
use probelang_redact::Policy;
use probelang_snapshot::{Document, InputReader, Item, Mode, Vars, View};
use proptest::prelude::*;
use serde_json::Value as Json;

/// Cases of each property; more with `PROPTEST_CASES`.
const CASES: u32 = 200;

fn config() -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(wanted.unwrap_or(CASES)) }
}

/// Everything that can be seen of the names of `view`: text and JSON.
fn printed(view: &View<'_>, symbols: &[probelang_host::Symbol], policy: &Policy) -> Vec<String> {
    let limits = [
        TextLimits::default(),
        TextLimits::default()
            .with_depth(9)
            .with_items(99)
            .with_fields(99)
            .with_string(99)
            .with_message(9_999),
        TextLimits::default().with_depth(3).with_items(1).with_fields(1).with_string(2).with_message(20),
    ];
    let mut all = Vec::new();
    for symbol in symbols {
        let mut value = Value::Absent;
        view.var(*symbol, &mut value);
        let mut budget = Budget::steps(1_000_000);
        let mut reader = HostReader::new(view, policy, &mut budget);
        let mut json = String::new();
        write_json(&mut reader, &value, &JsonLimits::default(), &mut json).unwrap();
        assert!(serde_json::from_str::<Json>(&json).is_ok(), "{json}");
        all.push(json);
        for limits in &limits {
            let mut text = String::new();
            let mut message = MessageWriter::new(&mut text, limits.message);
            write_text(&mut reader, &value, limits, &Dialect::default(), &mut message).unwrap();
            message.finish();
            assert!(text.chars().count() <= limits.message + 3);
            all.push(text);
        }
    }
    all
}

/// Reads `bytes` in every way and prints all that is found.
fn read_all(bytes: &[u8], policy: &Policy) -> Vec<String> {
    read_as(&[Mode::Auto, Mode::Plain, Mode::Snapshot], bytes, policy)
}

fn read_as(modes: &[Mode], bytes: &[u8], policy: &Policy) -> Vec<String> {
    let mut reader = InputReader::new();
    let mut all = Vec::new();
    for &mode in modes {
        let Ok(items) = reader.read(bytes, mode) else { continue };
        for item in items {
            let mut names = Names::new();
            match item {
                Ok(Item::Plain(plain)) => {
                    // the names of a plain document that is not in an array are those of the same document alone
                    if let Ok(document) = Document::parse(bytes) {
                        assert_eq!(document.names(), plain.names().collect::<Vec<_>>());
                    }
                    let symbols: Vec<_> = plain.names().map(|name| names.symbol(name)).collect();
                    all.extend(printed(&plain.view(&names), &symbols, policy));
                }
                Ok(Item::Recorded(recorded)) => {
                    let Ok(frames) = recorded.frames() else { continue };
                    let frames =
                        frames.into_iter().map(Some).chain([None, Some("captureExpressions".into())]);
                    for frame in frames {
                        let Ok(snapshot) = recorded.open(frame.as_deref(), policy) else { continue };
                        let symbols: Vec<_> =
                            snapshot.names().iter().map(|name| names.symbol(name)).collect();
                        all.extend(printed(&snapshot.view(&names), &symbols, policy));
                    }
                }
                Err(error) => assert!(!error.message.is_empty() && !error.message.contains('\n')),
            }
        }
    }
    all
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e18..1e18).prop_map(Json::from),
        text().prop_map(Json::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ -~]{0,8}",
        2 => any::<String>(),
        1 => prop::sample::select(vec![
            "<scrubbed>", "ScrubbedValue", "true", "12", "1.5", "'a\\n'", "b'\\xff'", "depth", "fieldCount",
            "collectionSize", "redactedIdent", "int", "str", "set", "java.util.HashSet", "undefined", "getter",
            "array", "Nullable`1", "python", "dotnet", "php", "ruby", "javascript", "1e999", "-0", "\u{fffd}",
        ]).prop_map(str::to_owned),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "type", "value", "isNull", "elements", "entries", "fields", "size", "truncated",
            "notCapturedReason", "pruned", "captures", "entry", "return", "lines", "arguments", "locals",
            "staticFields", "captureExpressions", "throwable", "this", "@return", "@exception", "@duration",
            "message", "stacktrace", "debugger", "snapshot", "debugger.snapshot", "language", "duration",
            "evaluationErrors", "_name_", "_value_", "A::b", "@b", "b", "<runtime>",
        ]).prop_map(str::to_owned),
        1 => text(),
    ]
}

/// Any JSON, of words that mean something to a reader of recordings.
fn json() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((key(), inner), 0..12).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A recorded value, of almost the right form.
fn recorded() -> impl Strategy<Value = Json> {
    let parts = |value: BoxedStrategy<Json>| {
        (text(), value, prop::option::of(text()), prop::option::of(scalar()), any::<bool>()).prop_map(
            |(type_name, mut parts, reason, size, truncated)| {
                parts["type"] = type_name.into();
                if let Some(reason) = reason {
                    parts["notCapturedReason"] = reason.into();
                }
                if let Some(size) = size {
                    parts["size"] = size;
                }
                if truncated {
                    parts["truncated"] = true.into();
                }
                parts
            },
        )
    };
    let value = scalar().prop_map(|value| serde_json::json!({"value": value})).boxed();
    parts(value).prop_recursive(4, 40, 5, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..12)
            .prop_map(|elements| serde_json::json!({"elements": elements}));
        let map = prop::collection::vec((inner.clone(), inner.clone()), 0..12)
            .prop_map(|entries| serde_json::json!({"entries": entries}));
        let object = prop::collection::vec((key(), inner), 0..12)
            .prop_map(|fields| serde_json::json!({"fields": fields.into_iter().collect::<Json>()}));
        parts(prop_oneof![list, map, object].boxed())
    })
}

fn snapshot(values: Vec<(String, Json)>, language: &str) -> Json {
    let group: Json = values.into_iter().collect();
    serde_json::json!({"language": language, "captures": {"return": {"locals": group}}})
}

/// A place for a value: under a redacted name, at any depth, between innocent ones.
fn around(secret: Json) -> impl Strategy<Value = Json> {
    let name =
        prop::sample::select(vec!["password", "Api_Key", "x-auth-token", "__SSN", "pin$", "A::secret"]);
    let start = name.prop_map(move |name| serde_json::json!({"a": 1, name: secret.clone(), "b": "x"}));
    start.prop_recursive(5, 20, 1, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| serde_json::json!([1, inner, [inner]])),
            (key(), inner).prop_map(|(key, inner)| serde_json::json!({"c": 1, key: inner})),
        ]
    })
}

/// The same as a recording would have it.
fn record(json: &Json) -> Json {
    match json {
        Json::Null => serde_json::json!({"type": "null", "isNull": true}),
        Json::Bool(truth) => serde_json::json!({"type": "bool", "value": truth.to_string()}),
        Json::Number(number) => serde_json::json!({"type": "number", "value": number.to_string()}),
        Json::String(text) => serde_json::json!({"type": "string", "value": text}),
        Json::Array(elements) => {
            serde_json::json!({"type": "list", "elements": elements.iter().map(record).collect::<Vec<_>>()})
        }
        // a map and an object in turn
        Json::Object(members) if members.len() % 2 == 0 => {
            let entries: Vec<_> =
                members.iter().map(|(key, value)| (record(&key.clone().into()), record(value))).collect();
            serde_json::json!({"type": "dict", "entries": entries})
        }
        Json::Object(members) => {
            let fields: Json = members.iter().map(|(key, value)| (key.clone(), record(value))).collect();
            serde_json::json!({"type": "P", "fields": fields})
        }
    }
}

const CANARY: &str = "CANARY-4711";

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_json_reads_and_prints(json in json()) {
        read_all(json.to_string().as_bytes(), &Policy::built_in());
    }

    #[test]
    fn anything_like_a_recording_reads_and_prints(
        values in prop::collection::vec((key(), recorded()), 0..5),
        language in prop::sample::select(vec!["java", "dotnet", "python", "javascript", "ruby", "php", "go", ""]),
        throwable in json(),
        rest in json(),
    ) {
        let mut snapshot = snapshot(values, language);
        snapshot["captures"]["return"]["throwable"] = throwable;
        snapshot["captures"]["lines"] = rest;
        read_all(snapshot.to_string().as_bytes(), &Policy::built_in());
    }

    #[test]
    fn a_broken_recording_is_an_error_or_reads(file in 0..23_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = files()[file].clone();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        read_all(&bytes, &Policy::built_in());
    }

    #[test]
    fn what_is_accepted_is_what_serde_json_accepts(file in json(), at in any::<prop::sample::Index>(), with in "[\\[\\]{}\",:0-9.eE+\\-tfn \\\\u]{0,2}") {
        let mut text = file.to_string();
        let mut at = at.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let end = (at + 1..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(at);
        text.replace_range(at..end, &with);
        let ours = InputReader::new().read(text.as_bytes(), Mode::Snapshot).map(|_| ());
        match serde_json::from_str::<Json>(&text) {
            Ok(_) => prop_assert!(ours.is_ok(), "{text}: {ours:?}"),
            // it refuses floats that overflow and halves of surrogate pairs, and looks no further
            Err(error) if ["out of range", "surrogate", "hex escape"].iter().any(|words| error.to_string().contains(words)) => {}
            Err(_) => prop_assert!(ours.is_err(), "{text}"),
        }
    }

    #[test]
    fn json_comes_back(json in json()) {
        let text = serde_json::json!({"x": json}).to_string();
        let all = read_all(text.as_bytes(), &Policy::none());
        let read: Json = serde_json::from_str(&all[0]).unwrap();
        prop_assert_eq!(read, json);
    }

    #[test]
    fn what_a_name_hides_is_never_printed(
        plain in around(CANARY.into()).prop_union(around(serde_json::json!([{"x": CANARY}]))),
        language in prop::sample::select(vec!["java", "dotnet", "python", "ruby", "php"]),
    ) {
        let mut outputs = read_all(serde_json::json!({"x": plain.clone()}).to_string().as_bytes(), &Policy::built_in());
        let recorded = snapshot(vec![("x".to_owned(), record(&plain))], language);
        outputs.extend(read_all(recorded.to_string().as_bytes(), &Policy::built_in()));
        prop_assert!(!outputs.is_empty());
        for output in outputs {
            prop_assert!(!output.contains(CANARY), "{}", output);
        }
    }

    #[test]
    fn what_a_type_hides_is_never_printed(
        secret in prop_oneof![
            Just(serde_json::json!({"value": CANARY})),
            Just(serde_json::json!({"elements": [{"type": "string", "value": CANARY}], "size": 3})),
            Just(serde_json::json!({"entries": [[{"type": "string", "value": CANARY}, {"type": "int", "value": "1"}]]})),
            Just(serde_json::json!({"fields": {CANARY: {"type": "string", "value": CANARY}}, "notCapturedReason": "fieldCount"})),
            Just(serde_json::json!({"fields": {"_name_": {"type": "str", "value": CANARY}, "_value_": {"type": "int", "value": "1"}}})),
        ],
        type_name in prop::sample::select(vec!["acme.Card", "acme.CardNumber", "acme.Exact"]),
        levels in 0..4_usize,
    ) {
        let mut value = secret;
        value["type"] = type_name.into();
        for level in 0..levels {
            value = if level % 2 == 0 {
                serde_json::json!({"type": "list", "elements": [value, value]})
            } else {
                serde_json::json!({"type": "P", "fields": {"f": value}})
            };
        }
        let policy = Policy::built_in().with_types(["acme.Card*", "acme.Exact"]);
        let recorded = snapshot(vec![("x".to_owned(), value)], "python").to_string();
        let outputs = read_as(&[Mode::Auto], recorded.as_bytes(), &policy);
        prop_assert!(!outputs.is_empty());
        for output in outputs {
            prop_assert!(!output.contains(CANARY), "{}", output);
        }
    }

    #[test]
    fn a_key_is_found_however_many_there_are(
        keys in prop::collection::vec(scalar(), 0..40),
        wanted in prop::collection::vec(scalar(), 1..10),
    ) {
        let entries: Vec<_> = keys.iter().zip(0..).map(|(key, n)| serde_json::json!([record(key), record(&n.into())])).collect();
        let value = serde_json::json!({"type": "dict", "entries": entries});
        let snapshot = probelang_snapshot::Snapshot::parse(
            snapshot(vec![("x".to_owned(), value)], "java").to_string().as_bytes(), None, &Policy::none(),
        ).unwrap();
        let mut vars = Vars::new();
        vars.set("wanted", serde_json::to_string(&wanted).unwrap().as_bytes()).unwrap();
        vars.set("keys", serde_json::to_string(&keys).unwrap().as_bytes()).unwrap();
        let mut names = Names::new();
        let symbols = ["x", "wanted", "keys"].map(|name| names.symbol(name));
        let view = snapshot.view(&names).with_vars(&vars);
        let [x, lists @ ..] = symbols.map(|symbol| {
            let mut value = Value::Absent;
            view.var(symbol, &mut value);
            value
        });
        let Value::Map(map) = x else { panic!("{x:?}") };
        let mut entries = Vec::new();
        let (mut cursor, mut ks, mut vs) = (view.open(map), [Value::Absent; 64], [Value::Absent; 64]);
        let count = view.entries(&mut cursor, &mut ks, &mut vs).count;
        entries.extend(ks.into_iter().zip(vs).take(count));
        for list in lists {
            let Value::List(list) = list else { panic!("{list:?}") };
            let (mut cursor, mut all) = (view.open(list), [Value::Absent; 64]);
            let count = view.items(&mut cursor, &mut all).count;
            for key in &all[..count] {
                let mut found = Value::Absent;
                assert_eq!(view.key(map, key, &mut found), Search::Done);
                let first =
                    entries.iter().find(|(recorded, _)| recorded.plain(&view).scalar_eq(key) == Some(true));
                let scrubbed = entries.iter().any(|(recorded, _)| !recorded.is_found());
                match first {
                    Some((_, value)) => prop_assert_eq!(found, *value),
                    // the one that was scrubbed may be it
                    None if scrubbed => prop_assert!(matches!(found, Value::Unreadable(_))),
                    None => prop_assert_eq!(found, Value::Absent),
                }
            }
        }
    }
}

fn files() -> &'static [Vec<u8>] {
    static FILES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
    FILES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/snapshots");
        let mut paths: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
    })
}
