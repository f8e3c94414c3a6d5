//! A function of the registry is everywhere where people and tools look for it.

#![cfg(test)]

use std::collections::BTreeSet;
use std::{fs, io};

use probelang_syntax::function::FUNCTIONS;

/// A file of the repository.
fn read(path: &str) -> io::Result<String> {
    fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR")))
}

fn names() -> BTreeSet<String> {
    FUNCTIONS.iter().map(|function| function.name.to_owned()).collect()
}

#[test]
fn the_language_page_has_a_heading_for_every_function_and_runs_an_example_of_it() {
    let page = read("docs/language.md").unwrap();
    let mut headed = BTreeSet::new();
    for section in page.split("\n## ").skip(1) {
        let (heading, text) = section.split_once('\n').unwrap();
        for name in heading.split(", ").filter(|name| names().contains(*name)) {
            assert!(headed.insert(name.to_owned()), "{name} has two headings");
            let mut examples = text.split("```example\n").skip(1).filter_map(|rest| rest.split("```").next());
            assert!(examples.any(|example| example.contains(&format!("{name}("))), "{name} has no example");
        }
    }
    assert_eq!(headed, names());
}

#[test]
fn the_page_of_faults_has_every_function() {
    let page = read("docs/faults.md").unwrap();
    let described = page.lines().filter_map(|line| line.strip_prefix("**`")?.split_once("`**"));
    let words = described.flat_map(|(words, _)| words.split([' ', '(']).map(str::to_owned));
    let described: BTreeSet<String> = words.filter(|word| names().contains(word)).collect();
    assert_eq!(described, names());
}

#[test]
fn the_grammar_for_readers_has_every_name_of_every_function() {
    let page = read("grammar/README.md").unwrap();
    let (_, calls) = page.split_once("\ncall ").unwrap();
    let (calls, _) = calls.split_once(';').unwrap();
    let written = calls.split('"').skip(1).step_by(2).filter(|word| word.starts_with(char::is_alphabetic));
    let written: BTreeSet<&str> = written.collect();
    assert_eq!(written, FUNCTIONS.iter().flat_map(|function| function.names()).collect());
}

#[test]
fn the_readme_shows_a_call_of_every_function() {
    let page = read("README.md").unwrap();
    for name in names() {
        assert!(page.contains(&format!("`{name}(")), "{name}");
    }
}

#[test]
fn the_dictionary_of_the_fuzzers_has_every_function() {
    let words = read("fuzz/probelang.dict").unwrap();
    let calls = words.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix("(\""));
    let calls: BTreeSet<&str> = calls.collect();
    for name in names() {
        assert!(calls.contains(name.as_str()), "{name}");
    }
}
