//! Completion and hover in sources that are not finished. `|` is the cursor.

#![cfg(test)]

use std::sync::Arc;

use probelang_check::{Options, Schema, complete, hover, signature};
use probelang_dialect::ProgramKind;

const SCHEMA: &str = r#"{"names": {
    "user": {"type": "object", "name": "com.acme.User", "doc": "who asks", "fields": {
        "name": "string", "age": "integer", "password": "string",
        "address": {"type": "object", "fields": {"city": "string", "zip code": "string"}}}},
    "children": {"type": "list", "of": {"type": "object", "fields": {"name": "string", "size": "float"}}},
    "stock": {"type": "map", "key": "string", "value": "integer", "keys": {"apples": "integer", "pears": "integer"}},
    "token": "string",
    "@return": "integer | null"}}"#;

fn cursor(text: &str) -> (String, u32) {
    let at = text.find('|').expect("a cursor");
    (text.replacen('|', "", 1), u32::try_from(at).unwrap())
}

fn labels(text: &str, kind: ProgramKind) -> Vec<String> {
    let schema = Schema::parse(SCHEMA).unwrap();
    let (source, at) = cursor(text);
    let found = complete(&source, at, &Options::of(kind).with_schema(schema));
    found.iter().map(|candidate| format!("{}: {}", candidate.label, candidate.ty)).collect()
}

#[test]
fn members_are_offered_behind_a_dot_whatever_stands_around() {
    let user =
        ["name: string", "age: integer", "password: redacted", "address: {city: string, `zip code`: string}"];
    for text in ["user.|", "len(user.|", "len(x) == 3 && user.| && (", "!user.|) ]", "f(user.|"] {
        assert_eq!(labels(text, ProgramKind::Condition), user, "{text}");
    }
    assert_eq!(labels("user.address.|", ProgramKind::Value), ["city: string", "`zip code`: string"]);
    assert_eq!(labels("children[0].|", ProgramKind::Value), ["name: string", "size: float"]);
    assert_eq!(labels("filter(children, {@it.size > 1})[0].n|", ProgramKind::Value), ["name: string"]);
    assert_eq!(labels("user.ag|e > 3", ProgramKind::Value), ["age: integer"]);
    assert_eq!(labels("stock.|", ProgramKind::Value), ["apples: integer", "pears: integer"]);
    assert_eq!(labels("1 + .|", ProgramKind::Value), Vec::<String>::new());
}

#[test]
fn elements_are_offered_in_predicates_alone_with_their_types() {
    let first = |text: &str, many: usize| {
        let mut found = labels(text, ProgramKind::Value);
        found.truncate(many);
        found
    };
    assert_eq!(first("any(children, {|", 1), ["@it: {name: string, size: float}"]);
    assert_eq!(first("any(children, @|", 1), ["@it: {name: string, size: float}"]);
    assert_eq!(
        first("any(stock, {|", 3),
        ["@it: {key: string, value: integer}", "@key: string", "@value: integer"]
    );
    assert_eq!(labels("any(children, {@it.|", ProgramKind::Value), ["name: string", "size: float"]);
    assert_eq!(first("any(children, {any(stock, {@it.|", 2), ["key: string", "value: integer"]);
    assert!(labels("@i|", ProgramKind::Value).iter().all(|label| !label.starts_with("@it")));
    assert!(
        labels("any(children, {true}) && @|", ProgramKind::Value)
            .iter()
            .all(|label| !label.starts_with("@it"))
    );
}

#[test]
fn keys_names_functions_and_operators_have_their_places() {
    assert_eq!(labels(r#"stock["|"#, ProgramKind::Value), [r#""apples": integer"#, r#""pears": integer"#]);
    assert_eq!(labels(r#"stock["pea|"#, ProgramKind::Value), [r#""pears": integer"#]);
    assert_eq!(labels("tok|", ProgramKind::Value)[0], "token: redacted");
    assert_eq!(labels("startsW|", ProgramKind::Value), ["startsWith: startsWith(text, prefix) -> Boolean"]);
    assert_eq!(labels("@ret|", ProgramKind::Value), ["@return: integer | null"]);
    assert!(labels("user |", ProgramKind::Value).contains(&"instanceof: Boolean".to_owned()));
    assert_eq!(labels("Hello {user.na|", ProgramKind::Template), ["name: string"]);
    assert_eq!(labels("Hello us|", ProgramKind::Template), Vec::<String>::new());
    assert_eq!(labels("{user.name} us|", ProgramKind::Template), Vec::<String>::new());
}

#[test]
fn types_rank_what_is_offered() {
    let first = |text: &str| labels(text, ProgramKind::Condition)[0].clone();
    for compared in ["user.age |", "user.name |", "stock.apples |", "children |"] {
        assert_eq!(first(compared), "==: Boolean", "{compared}");
        let all = labels(compared, ProgramKind::Condition);
        let at = |label: &str| all.iter().position(|one| one.starts_with(label)).unwrap();
        assert!(at(">:") < at("&&:") && at("instanceof:") < at("||:"), "{compared}: {all:?}");
    }
    assert_eq!(first("user.age > 3 |"), "||: Boolean");
    // a name of a kind that the function takes
    assert!(
        first("len(|").starts_with("user:") || first("len(|").starts_with("children:"),
        "{}",
        first("len(|")
    );
    assert!(first("any(|").starts_with("children:"), "{}", first("any(|"));
    assert!(first("startsWith(user.name, |").starts_with("token:"), "{}", first("startsWith(user.name, |"));
    let types = labels("user instanceof \"|", ProgramKind::Condition);
    assert!(types.contains(&"\"string\": type".to_owned()), "{types:?}");
    assert!(types.contains(&"\"com.acme.User\": type".to_owned()), "{types:?}");
}

#[test]
fn the_signature_is_that_of_the_innermost_call() {
    let found = |text: &str| {
        let (source, at) = cursor(text);
        signature(&source, at, &Options::of(ProgramKind::Condition))
            .map(|found| format!("{} {}", found.text.split('(').next().unwrap(), found.parameter))
    };
    assert_eq!(found("len(|").as_deref(), Some("len value"));
    assert_eq!(found("substring(user.name, 1, |").as_deref(), Some("substring to"));
    assert_eq!(found("any(xs, {len(@it) > |").as_deref(), Some("any predicate"));
    assert_eq!(found("any(xs, {len(|").as_deref(), Some("len value"));
    assert_eq!(found("len(a, b, |").as_deref(), Some("len "));
    assert_eq!(found("(a == |"), None);
    assert_eq!(found("|"), None);
}

#[test]
fn a_candidate_replaces_the_word_at_the_cursor() {
    let schema = Arc::new(Schema::parse(SCHEMA).unwrap());
    for (text, expected) in [
        ("user.ag| > 3", "user.age > 3"),
        ("user.address.zi|", "user.address.`zip code`"),
        ("chi|[0]", "children[0]"),
        (r#"stock["ap|"]"#, r#"stock["apples"]"#),
    ] {
        let (source, at) = cursor(text);
        let found = complete(&source, at, &Options::of(ProgramKind::Value).with_schema(schema.clone()));
        assert_eq!(found[0].edit.apply(&source).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_hover_tells_type_and_meaning() {
    let schema = Arc::new(Schema::parse(SCHEMA).unwrap());
    for (text, ty, docs) in [
        ("us|er.age", "com.acme.User", "who asks"),
        ("user.a|ge >", "integer", ""),
        ("l|en(user.name)", "len(value) -> integer", "Characters of a string"),
        ("any(children, {@i|t.size > 1})", "{name: string, size: float}", "The element"),
        ("user.pass|word", "redacted", ""),
        ("a =|= b", "Boolean", "Numbers by exact value"),
    ] {
        let (source, at) = cursor(text);
        let shown =
            hover(&source, at, &Options::of(ProgramKind::Value).with_schema(schema.clone())).expect(text);
        assert_eq!(shown.ty, ty, "{text}");
        assert!(shown.docs.starts_with(docs), "{text}: {}", shown.docs);
    }
    assert_eq!(hover("a  b", 1, &Options::default().with_schema(schema)), None);
}

#[test]
fn no_cursor_in_no_text_is_a_panic() {
    let schema = Arc::new(Schema::parse(SCHEMA).unwrap());
    for source in
        ["any(children, {@it.name == \"é\"}) && user.", "{a}}{{ {user.", "\"", "`", "((((", "]]})", "é.é[\"é"]
    {
        for kind in [ProgramKind::Value, ProgramKind::Template] {
            for at in 0..=source.len() as u32 + 2 {
                let _ = complete(source, at, &Options::of(kind).with_schema(schema.clone()));
                let _ = hover(source, at, &Options::of(kind).with_schema(schema.clone()));
            }
        }
    }
}
