//! The corpus of other evaluators' cases, as text and as JSON: both lower to the same tree, and come back.

#![cfg(test)]

use std::path::PathBuf;

use probelang_syntax::{Limits, SourceKind, Tree, parse, print, wire};
use serde_json::Value;

/// Cases with a name that the wire reads and the text does not.
const REFUSED_IN_TEXT: [&str; 2] = ["java-0203", "java-0331"];

fn lines(folder: &str) -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../conformance").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    files.sort();
    let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect()
}

fn comes_back(id: &str, tree: &Tree, kind: SourceKind) {
    let limits = Limits::default().with_source_bytes(1 << 20);
    let text = print::tree(tree);
    let back = parse(&text, kind, &limits).tree.unwrap_or_else(|| panic!("{id}: {text} is refused"));
    assert!(back.same(tree), "{id}: {text}");
    assert_eq!(print::tree(&back), text, "{id}");
    let json = wire::write(tree);
    let back = wire::read(&json, kind, &limits).tree.unwrap_or_else(|| panic!("{id}: {json} is refused"));
    assert!(back.same(tree), "{id}: {json}");
}

/// Reads a case in both forms; how many there were.
fn both_forms(case: &Value, json: Option<String>, kind: SourceKind, same: bool) -> usize {
    let id = case["id"].as_str().unwrap();
    let from_json = json.map(|json| wire::read(&json, kind, &Limits::default()));
    let from_text = case["dsl"]
        .as_str()
        .filter(|_| same && !REFUSED_IN_TEXT.contains(&id))
        .map(|dsl| (dsl, parse(dsl, kind, &Limits::default())));
    let mut read = 0;
    if let Some(tree) = from_json.as_ref().and_then(|parsed| parsed.tree.as_ref()) {
        comes_back(id, tree, kind);
        read += 1;
    }
    if let Some((dsl, parsed)) = from_text {
        let tree = parsed.tree.unwrap_or_else(|| panic!("{id}: {dsl} is refused: {:?}", parsed.diagnostics));
        comes_back(id, &tree, kind);
        if let Some(other) = from_json.and_then(|parsed| parsed.tree) {
            assert!(tree.same(&other), "{id}: {dsl} is not {}", print::tree(&other));
        }
        read += 1;
    }
    read
}

#[test]
fn pairs_of_text_and_json_are_the_same_tree() {
    let pairs = lines("pairs");
    assert!(!pairs.is_empty());
    for pair in pairs {
        let json = Some(&pair["json"]).filter(|json| !json.is_null()).map(Value::to_string);
        let forms = 1 + usize::from(json.is_some());
        assert_eq!(both_forms(&pair, json, SourceKind::Expression, true), forms, "{pair}");
    }
}

#[test]
fn cases_come_back_from_text_and_json() {
    for case in lines("corpus") {
        let kind = match case["kind"].as_str() {
            Some("template") => SourceKind::Template,
            _ => SourceKind::Expression,
        };
        let same = case["dsl_matches_json"] == true && case["expect"]["error"] != "parse";
        // Where the text of the JSON counts it stands as a string, and `json` is nothing.
        let json = case["json_text"].as_str().map_or_else(|| case["json"].to_string(), str::to_owned);
        let read = both_forms(&case, Some(json), kind, same);
        // Spellings of one tracer's wire form are no part of the wire form.
        let variant = case["tags"].as_array().is_some_and(|tags| tags.contains(&"wire-variant".into()));
        assert!(read > 0 || variant || case["expect"]["error"] != Value::Null, "{case} is refused");
    }
}
