//! The language reference: every example is run, and every row of the dialect table has its place on the page.

#![cfg(all(feature = "front-end", feature = "snapshot"))]
#![cfg(test)]

use probelang::diagnostic::Severity;
use probelang::dialect::Row;
use probelang::{Answer, Document, Engine, ProgramKind};

const PAGE: &str = include_str!("../../../docs/language.md");

/// One block marked `example`.
struct Example<'p> {
    line: usize,
    template: bool,
    source: &'p str,
    document: &'p str,
    /// What is expected: a word and its argument.
    expected: Vec<(&'p str, &'p str)>,
}

fn examples() -> Vec<Example<'static>> {
    let mut examples = Vec::new();
    let mut lines = PAGE.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(kind) = line.strip_prefix("```example") else { continue };
        let mut example = Example {
            line: at + 1,
            template: kind.trim() == "template",
            source: "",
            document: "{}",
            expected: Vec::new(),
        };
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                _ if example.source.is_empty() => example.source = line,
                "with" => example.document = rest.trim(),
                "gives" | "renders" | "faults" | "refused" | "warns" => {
                    example.expected.push((word, rest.trim()));
                }
                _ => panic!("line {}: {line:?} is no line of an example", example.line),
            }
        }
        assert!(!example.expected.is_empty(), "line {}: expects nothing", example.line);
        examples.push(example);
    }
    examples
}

/// What an example comes to, in the words of the page.
fn outcomes(example: &Example<'_>) -> Vec<(&'static str, String)> {
    let engine = Engine::new();
    let scope = Document::parse(example.document.as_bytes()).expect("the document reads");
    let kind = if example.template { ProgramKind::Template } else { ProgramKind::Value };
    let program = match engine.compile(kind, example.source) {
        Ok(program) => program,
        Err(refused) => {
            let errors =
                refused.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
            return errors.map(|diagnostic| ("refused", diagnostic.code.text().to_owned())).collect();
        }
    };
    let mut outcomes: Vec<_> =
        program.warnings().iter().map(|warning| ("warns", warning.code.text().to_owned())).collect();
    outcomes.push(match program.run(&scope) {
        Answer::Message(message) => ("renders", message.text),
        Answer::Value(json) => ("gives", json),
        Answer::Fault(fault) => ("faults", fault.code.text().to_owned()),
        other => panic!("{}: {other:?} is no answer of an expression or a template", example.source),
    });
    outcomes
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("an answer is JSON")
}

#[test]
fn every_example_of_the_reference_comes_to_what_the_page_says() {
    let examples = examples();
    assert!(examples.len() > 50, "only {} examples were found", examples.len());
    let mut wrong = Vec::new();
    for example in &examples {
        let outcomes = outcomes(example);
        for (word, argument) in &example.expected {
            let holds = outcomes.iter().any(|(is, what)| {
                is == word && if *word == "gives" { json(what) == json(argument) } else { what == argument }
            });
            if !holds {
                wrong.push(format!(
                    "line {}: {} {word} {argument}, not {outcomes:?}",
                    example.line, example.source
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_dialect_table_stands_at_its_rule() {
    for row in Row::ALL {
        assert!(PAGE.contains(&format!("`{}`", row.name())), "{} is not on the page", row.name());
    }
}
