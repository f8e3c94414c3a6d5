//! Each object of a capture, and of JSON, has each of its names once, whatever a host lends.

#![cfg(test)]

use probelang_capture::{
    About, Binding, Capture, CaptureLimits, Group, HostReader, JsonLimits, MessageWriter, TextLimits,
    write_json, write_text,
};
use probelang_dialect::Dialect;
use probelang_host::{Batch, Budget, Cursor, Handle, Host, More, Nature, Natures, Size, Symbol, Value};
use probelang_redact::{Mode, Policy};
use probelang_testkit::host::TestHost;
use probelang_testkit::schema;
use probelang_testkit::value::{Entries, Given, Object};
use serde_json::{Value as Json, json};

/// An object whose fields are numbered in their order.
fn object<'n>(names: impl IntoIterator<Item = &'n str>) -> Given {
    let fields = (0..).zip(names).map(|(n, name)| (name.to_owned(), Given::Int(n))).collect();
    Given::Object(Object {
        type_name: Some("T".to_owned()),
        supertypes: Vec::new(),
        fields,
        identity: None,
        missing: None,
        perhaps: None,
    })
}

/// What a snapshot has of a frame, whose every name is captured.
fn captured(frame: &[(&str, Given)], limits: &CaptureLimits) -> Json {
    let mut host = TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())));
    let symbols: Vec<_> = frame.iter().map(|(name, _)| host.names().symbol(name)).collect();
    let (policy, mut budget) = (Policy::built_in(), Budget::steps(1_000_000));
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let mut capture = Capture::new();
    capture.group(Group::Locals);
    for ((name, _), symbol) in frame.iter().zip(symbols) {
        capture.name(&mut reader, name, Binding::Variable(symbol), limits).unwrap();
    }
    let mut out = String::new();
    capture.write_snapshot(&About { language: "rust", ..About::default() }, 1 << 20, &mut out);
    let json = schema::snapshot(&out).unwrap_or_else(|error| panic!("{error}")).unwrap();
    json["captures"]["return"].clone()
}

fn number(n: usize) -> Json {
    json!({"type": "integer", "value": n.to_string()})
}

#[test]
fn a_field_that_is_lent_twice_is_written_once_and_the_object_says_so() {
    let value = object(["a", "b", "a", "password", "b", "password", "c"]);
    let context = captured(&[("x", Given::list(vec![value, Given::Int(1)]))], &CaptureLimits::default());
    let hidden = json!({"type": "integer", "notCapturedReason": "redactedIdent"});
    let fields = json!({"a": number(0), "b": number(1), "password": hidden, "c": number(6)});
    assert_eq!(
        context["locals"]["x"]["elements"],
        json!([{"type": "T", "fields": fields, "notCapturedReason": "fieldTwice"}, number(1)])
    );
}

#[test]
fn fields_that_are_left_out_count_for_the_limit_so_that_a_host_without_end_is_left() {
    let value = object(["a", "a", "a", "b", "c"]);
    let context = captured(&[("x", value)], &CaptureLimits::default().with_fields(4));
    assert_eq!(
        context["locals"]["x"],
        json!({"type": "T", "fields": {"a": number(0), "b": number(3)}, "notCapturedReason": "fieldCount"})
    );
}

#[test]
fn names_are_once_in_objects_of_any_width_and_in_each_of_them() {
    for width in [1usize, 2, 20, 63, 64, 65, 300] {
        let names: Vec<String> = (0..width).map(|n| format!("field{n}")).collect();
        let twice = || names.iter().chain(&names).map(String::as_str);
        let limits = CaptureLimits::default().with_fields(1_000);
        let (all, twice) = (object(names.iter().map(String::as_str)), object(twice()));
        let context = captured(&[("x", Given::list(vec![all, twice]))], &limits);
        let fields: serde_json::Map<String, Json> =
            names.iter().enumerate().map(|(n, name)| (name.clone(), number(n))).collect();
        assert_eq!(
            context["locals"]["x"]["elements"],
            json!([{"type": "T", "fields": &fields},
                {"type": "T", "fields": &fields, "notCapturedReason": "fieldTwice"}]),
            "{width}"
        );
    }
}

#[test]
fn a_name_that_is_given_twice_to_a_group_is_written_once_and_the_context_says_so() {
    let (one, other) = (Given::Int(0), object(["a", "a"]));
    let context = captured(&[("x", one), ("a", Given::Int(7)), ("x", other)], &CaptureLimits::default());
    assert_eq!(
        context,
        json!({
            "locals": {
                "x": {"type": "T", "fields": {"a": number(0)}, "notCapturedReason": "fieldTwice"},
                "a": number(7),
            },
            "notCapturedReason": "nameTwice",
        })
    );
}

#[test]
fn names_are_compared_as_they_are() {
    let names = ["a", "A", "a ", "a\"", "a\\\"", "é", "e\u{301}", "", "a\u{0}"];
    let context = captured(&[("x", object(names))], &CaptureLimits::default());
    let object = context["locals"]["x"].as_object().unwrap();
    assert_eq!((object["fields"].as_object().unwrap().len(), object.len()), (names.len(), 2));
}

#[test]
fn a_name_that_has_no_room_is_left_out() {
    let (policy, mut budget) = (Policy::none(), Budget::steps(10_000_000));
    let long = "n".repeat(9 << 20);
    let mut host = TestHost::new([("x", object(["a", &long, "b"]))]);
    let symbol = host.names().symbol("x");
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let mut capture = Capture::new();
    capture.group(Group::Locals);
    capture.name(&mut reader, "x", Binding::Variable(symbol), &CaptureLimits::default()).unwrap();
    capture.name(&mut reader, "y", Binding::Value(Value::Null), &CaptureLimits::default()).unwrap();
    let mut out = String::new();
    capture.write_snapshot(&About::default(), 1 << 20, &mut out);
    let json = schema::snapshot(&out).unwrap_or_else(|error| panic!("{error}")).unwrap();
    assert_eq!(
        json["captures"]["return"]["locals"],
        json!({
            "x": {
                "type": "T",
                "fields": {"a": number(0), "b": number(2)},
                "notCapturedReason": "payloadTooLarge",
            },
            "y": {"type": "null", "isNull": true},
        })
    );
}

/// What a value is as JSON.
fn json_of(value: Given) -> String {
    let mut host = TestHost::new([("x", value)]);
    let symbol = host.names().symbol("x");
    let (policy, mut budget) = (Policy::built_in(), Budget::steps(1_000_000));
    let mut reader = HostReader::new(&host, &policy, &mut budget);
    let (mut value, mut out) = (Value::Absent, String::new());
    host.var(symbol, &mut value);
    write_json(&mut reader, &value, &JsonLimits::default(), &mut out).unwrap();
    out
}

#[test]
fn an_object_or_map_with_a_key_twice_is_pairs_in_json() {
    let map = |keys: &[&str]| {
        let entries = (0..).zip(keys).map(|(n, key)| (Given::Str((*key).to_owned()), Given::Int(n)));
        Given::Map(Entries { entries: entries.collect(), ..Entries::default() })
    };
    for (value, json) in [
        (object(["a", "b"]), r#"{"a":0,"b":1}"#),
        (object(["a", "b", "a"]), r#"[["a",0],["b",1],["a",2]]"#),
        (map(&["a", "b", "a"]), r#"[["a",0],["b",1],["a",2]]"#),
        (map(&["A", "", "a\"", "a", "a "]), r#"{"A":0,"":1,"a\"":2,"a":3,"a ":4}"#),
        // a secret stays one
        (
            object(["password", "password"]),
            r#"[["password",{"$redacted":true}],["password",{"$redacted":true}]]"#,
        ),
        (Given::list(vec![object(["a", "a"]), object(["a"])]), r#"[[["a",0],["a",1]],{"a":0}]"#),
    ] {
        assert_eq!(json_of(value), json);
    }
}

#[test]
fn keys_of_json_are_compared_in_objects_of_any_width_and_in_objects_in_them() {
    for width in [2usize, 63, 64, 65, 300] {
        let names: Vec<String> = (0..width).map(|n| format!("key{n}")).collect();
        let inner = || object(names.iter().map(String::as_str));
        let twice = object(names.iter().chain([&names[1]]).map(String::as_str));
        let mut outer = inner();
        let Given::Object(of) = &mut outer else { panic!("an object") };
        of.fields[0].1 = twice;
        of.fields[width - 1].1 = inner();
        let json: Json = serde_json::from_str(&json_of(outer)).unwrap();
        assert_eq!(json["key0"].as_array().map(Vec::len), Some(width + 1));
        assert_eq!(json[format!("key{}", width - 1)].as_object().map(serde_json::Map::len), Some(width));
    }
}

#[test]
fn the_rest_that_is_missing_has_a_key_of_its_own_in_json() {
    for (names, json) in [
        (&["a"][..], r#"{"a":0,"$unreadable":"fieldCount"}"#),
        (&["$unreadable"], r#"{"$unreadable":0,"$$unreadable":"fieldCount"}"#),
        (
            &["$unreadable", "$$unreadable"],
            r#"{"$unreadable":0,"$$unreadable":1,"$$$unreadable":"fieldCount"}"#,
        ),
    ] {
        let mut value = object(names.iter().copied());
        let Given::Object(of) = &mut value else { panic!("an object") };
        of.missing = Some("fieldCount".to_owned());
        assert_eq!(json_of(value), json);
    }
}

/// A map with one key, which is an object by the same handle.
struct Both {
    /// Whether it says that the fields are besides.
    has_fields: bool,
}

impl Host for Both {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Map(Handle { shape: 0, word: 0 });
    }

    fn len(&self, _: Handle) -> Size<'_> {
        Size::Known(1)
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        if cursor.position > 0 {
            return Batch { count: 0, more: More::Done };
        }
        (keys[0], values[0]) = (Value::Str("ada"), Value::Int(7));
        cursor.position = 1;
        Batch { count: 1, more: More::Done }
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        (nature == Nature::Fields).then_some(value)
    }

    fn natures(&self, _: Handle) -> Natures {
        if self.has_fields { Natures::NONE.with(Nature::Fields) } else { Natures::NONE }
    }
}

#[test]
fn a_map_with_fields_besides_shows_no_key_under_strict() {
    let policy = Policy::none().with_mode(Mode::Strict);
    for (has_fields, shows) in [(true, false), (false, true)] {
        let host = Both { has_fields };
        let mut value = Value::Absent;
        host.var(Symbol(0), &mut value);
        let mut budget = Budget::steps(10_000);
        let mut reader = HostReader::new(&host, &policy, &mut budget);
        let mut json = String::new();
        write_json(&mut reader, &value, &JsonLimits::default(), &mut json).unwrap();
        let mut text = String::new();
        let mut message = MessageWriter::new(&mut text, 1_000);
        write_text(&mut reader, &value, &TextLimits::default(), &Dialect::default(), &mut message).unwrap();
        let mut capture = Capture::new();
        capture.group(Group::Locals);
        capture.name(&mut reader, "x", Binding::Value(value), &CaptureLimits::default()).unwrap();
        let mut snapshot = String::new();
        capture.write_snapshot(&About::default(), 1 << 20, &mut snapshot);
        for shown in [json, text, snapshot] {
            assert_eq!((shown.contains("ada"), shown.contains('7')), (shows, true), "{shown}");
        }
    }
}
