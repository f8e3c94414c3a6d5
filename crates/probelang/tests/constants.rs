//! What a check calls always true or false is so in every run, under every dialect.

#![cfg(all(feature = "front-end", feature = "snapshot"))]
#![cfg(test)]

use probelang::diagnostic::lint;
use probelang::dialect::Preset;
use probelang::{Document, Engine, ProgramKind};

const LITERALS: [&str; 19] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "1.0",
    "0.5",
    "9007199254740992",
    "9007199254740993",
    "9007199254740992.0",
    "18446744073709551615",
    "\"\"",
    "\"a\"",
    "\"1\"",
    "\"true\"",
    "\"é\"",
    "\"😀\"",
    "\"￿\"",
];

/// Names of a document whose values are of each kind.
const NAMES: [&str; 6] = ["none", "yes", "seven", "empty", "text", "list"];

const DOCUMENT: &str = r#"{"none": null, "yes": true, "seven": 7, "empty": "", "text": "aé😀", "list": [1]}"#;

fn programs() -> Vec<String> {
    let mut programs = Vec::new();
    for a in LITERALS {
        for function in ["isDefined", "isUndefined", "isEmpty", "!"] {
            programs.push(format!("{function}({a})"));
        }
        for b in LITERALS {
            programs.extend(["==", "!=", "<", "<=", ">", ">="].map(|op| format!("{a} {op} {b}")));
            programs.extend(["startsWith", "endsWith", "contains"].map(|f| format!("{f}({a}, {b})")));
        }
        programs.extend(["==", "<", ">="].map(|op| format!("len(text) {op} {a}")));
        programs.extend(["1", "2", "4"].map(|length| format!("len({a}) == {length}")));
        programs.push(format!("matches({a}, \"\")"));
    }
    for name in NAMES {
        programs
            .extend(["startsWith", "endsWith", "contains", "matches"].map(|f| format!("{f}({name}, \"\")")));
        programs.extend(["len({}) >= 0", "len({}) < 0", "len({}) != 0.5"].map(|of| of.replace("{}", name)));
    }
    programs
}

#[test]
fn what_is_called_always_true_or_false_is_so_under_every_dialect() {
    let document = Document::parse(DOCUMENT.as_bytes()).unwrap();
    let mut wrong = Vec::new();
    for preset in Preset::ALL {
        let engine = Engine::new().dialect(preset);
        let mut told = 0;
        for source in programs() {
            let report = engine.check(ProgramKind::Value, source.as_str());
            let of_all = report.diagnostics.iter().find(|diagnostic| {
                [lint::ALWAYS_TRUE, lint::ALWAYS_FALSE].contains(&diagnostic.code)
                    && diagnostic.span.start == 0
                    && diagnostic.span.end as usize == source.len()
            });
            let Some(of_all) = of_all else { continue };
            let Ok(program) = engine.expression(source.as_str()) else { continue };
            told += 1;
            if let Ok(answer) = program.eval(&document)
                && answer.parse() != Ok(of_all.code == lint::ALWAYS_TRUE)
            {
                wrong.push(format!(
                    "{} {source}: the check says {}, the answer is {answer}",
                    preset.name(),
                    of_all.message
                ));
            }
        }
        assert!(told > 900, "{}: {told}", preset.name());
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
