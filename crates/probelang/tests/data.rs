//! The JSON form: everything that is written is what `grammar/*.schema.json` says.

#![cfg(test)]
#![cfg(all(feature = "front-end", feature = "serde", feature = "snapshot"))]

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use probelang::check::Schema;
use probelang::data::InSource;
use probelang::diagnostic::{Code, Diagnostic, Edit, Severity, SourceText, Span, parse};
use probelang::dialect::Preset;
use probelang::{Answer, Document, Engine, ProgramKind, Source};
use serde::Serialize;
use serde_json::Value;

/// Schemas by the name of their file, each able to refer to the others.
struct Schemas(Vec<(String, Value)>);

impl Schemas {
    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grammar");
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let schemas = paths.filter(|path| path.to_str().unwrap().ends_with(".schema.json"));
        Self(
            schemas
                .map(|path| {
                    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                    (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
                })
                .collect(),
        )
    }

    fn validator(&self, schema: &Value) -> Validator {
        let mut options = jsonschema::options();
        for (name, schema) in &self.0 {
            let resource = jsonschema::Resource::from_contents(schema.clone()).unwrap();
            options = options.with_resource(format!("https://probelang.dev/{name}"), resource);
        }
        options.build(schema).unwrap()
    }

    fn of(&self, name: &str) -> Validator {
        let schema = self.0.iter().find(|(other, _)| *other == format!("{name}.schema.json"));
        self.validator(&schema.unwrap().1)
    }
}

/// What is written, checked: against the schema, without a key that is repeated.
fn written(validator: &Validator, value: &impl Serialize) -> Value {
    let text = serde_json::to_string(value).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    // a repeated key is lost in the value
    let again = serde_json::to_string(&json).unwrap();
    assert_eq!(text.matches("\":").count(), again.matches("\":").count(), "a key is repeated in {text}");
    json
}

#[test]
fn every_schema_is_a_schema() {
    let schemas = Schemas::read();
    for (name, schema) in &schemas.0 {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        schemas.validator(schema);
    }
    assert!(schemas.0.len() >= 8);
}

/// Sources with errors, warnings, labels, edits of both kinds, repeated arguments, in text and JSON.
const SOURCES: &[(ProgramKind, Source<'static>)] = &[
    (ProgramKind::Value, Source::Text("\"😀\" == é and s.contains(\"é\")")),
    (ProgramKind::Value, Source::Text("1 < x < 10")),
    (ProgramKind::Value, Source::Text("x ==")),
    (ProgramKind::Value, Source::Text("matches(s, \"bc\") && user.nmae == \"Ada\" && user.password == 1")),
    (ProgramKind::Condition, Source::Text("any(xs,\n  {any(ys, {@it == 1})})")),
    (ProgramKind::Condition, Source::Text("len(5) > 1 || !a == b")),
    (ProgramKind::Metric, Source::Text("len(xs)")),
    (ProgramKind::Template, Source::Text("Hello {user.name}, {n ==}")),
    (ProgramKind::Template, Source::Text("Hello {user.name}, {len(xs)}")),
    (ProgramKind::Value, Source::Json(r#"{"equals": [{"ref": "é"}, 1]}"#)),
    (ProgramKind::Value, Source::Json(r#"{"gt": [{"len": ["a"]}]"#)),
    (ProgramKind::Condition, Source::Json(r#"{"gt": [{"len": {"ref": "xs"}}, "1"]}"#)),
    (ProgramKind::Value, Source::Text("")),
];

fn engine() -> Engine {
    let schema = r#"{"names": {"user": {"type": "object", "fields": {"name": "string", "password": "string"}},
        "xs": {"type": "list", "of": "integer"}, "s": "string"}}"#;
    Engine::new().schema(Schema::parse(schema).unwrap()).targets([Preset::Java, Preset::Node])
}

#[test]
fn reports_and_their_diagnostics_are_as_documented() {
    let schemas = Schemas::read();
    let (report_schema, diagnostic_schema) = (schemas.of("report"), schemas.of("diagnostic"));
    let (mut safe, mut maybe, mut lists) = (0, 0, 0);
    for (kind, source) in SOURCES {
        let report = engine().check(*kind, *source);
        let text = match (&report.tree, source) {
            (Some(tree), _) => SourceText::new("x", tree.source()),
            (None, Source::Text(text)) => SourceText::new("x", text),
            (None, Source::Json(json)) => SourceText::unread_json("x", json),
        };
        let json = written(&report_schema, &InSource::new(&report, &text));
        assert_eq!(json["ok"], report.is_ok(), "{json}");
        for diagnostic in &report.diagnostics {
            let json = written(&diagnostic_schema, &InSource::new(diagnostic, &text));
            assert!(json["span"].is_object(), "a diagnostic of a text has a place: {json}");
            for edit in json["edits"].as_array().unwrap() {
                *(if edit["applicability"] == "safe" { &mut safe } else { &mut maybe }) += 1;
            }
            lists += usize::from(json["args"]["row"].is_array());
        }
    }
    assert!(safe > 0 && maybe > 0 && lists > 0, "{safe} {maybe} {lists}");
}

#[test]
fn faults_and_traces_are_as_documented() {
    let schemas = Schemas::read();
    let (trace_schema, fault_schema) = (schemas.of("trace"), schemas.of("fault"));
    let scope = Document::parse(
        r#"{"xs": [1, 2, 3], "m": {"é": 1, "b": 2}, "user": {"name": "Ada", "password": "x"}, "n": 5, "e": []}"#
            .as_bytes(),
    )
    .unwrap();
    let long = format!("contains(filter(xs, {{@it > 1}}), 2) && {}", ["n > 4"; 40].join(" && "));
    let programs = [
        (ProgramKind::Condition, "n > 9 && any(xs, {@it > 1})"),
        (ProgramKind::Condition, "any(xs, {@it > 2}) && n > 9"),
        (ProgramKind::Condition, "any(m, {@key == \"é\" && @value > 7})"),
        (ProgramKind::Condition, "all(e, {@it > 2})"),
        (ProgramKind::Condition, "n && true"),
        (ProgramKind::Condition, "user.nope == 1"),
        (ProgramKind::Value, "filter(xs, {@it > 1})"),
        (ProgramKind::Value, "user"),
        (ProgramKind::Value, "all(xs, {@it.a > 1})"),
        (ProgramKind::Metric, "len(m)"),
        (ProgramKind::Template, "{n} of {user.password}, {nope}"),
        (ProgramKind::Template, "no expression"),
        (ProgramKind::Condition, long.as_str()),
    ];
    let mut faults = 0;
    for (kind, source) in programs {
        let program = Engine::new().compile(kind, source).unwrap();
        let trace = program.traced().unwrap().run(&scope);
        let text = SourceText::new("x", program.source());
        let json = written(&trace_schema, &InSource::new(&trace, &text));
        assert_eq!(json["status"], trace.answer.status());
        assert_eq!(json["span"]["end"], source.len(), "{json}");
        match &trace.answer {
            Answer::Fault(fault) => {
                faults += 1;
                written(&fault_schema, &InSource::new(fault, &text));
            }
            Answer::Message(message) => {
                let part =
                    serde_json::json!({ "$ref": "https://probelang.dev/fault.schema.json#/$defs/partError" });
                let part = schemas.validator(&part);
                for error in &message.errors {
                    faults += 1;
                    written(&part, &InSource::new(error, &text));
                }
            }
            Answer::Truth(_) | Answer::Number(_) | Answer::Value(_) => {}
        }
    }
    assert!(faults >= 5, "{faults}");
}

#[test]
fn candidates_and_hovers_are_as_documented() {
    let schemas = Schemas::read();
    let (candidates_schema, hover_schema) = (schemas.of("candidates"), schemas.of("hover"));
    let source = "len(xs) > 1 && user.na";
    let text = SourceText::new("x", source);
    let mut hovers = 0;
    for offset in 0..=u32::try_from(source.len()).unwrap() {
        let candidates = engine().complete(ProgramKind::Condition, source, offset);
        written(&candidates_schema, &InSource::new(candidates.as_slice(), &text));
        if let Some(hover) = engine().hover(ProgramKind::Condition, source, offset) {
            hovers += 1;
            written(&hover_schema, &InSource::new(&hover, &text));
        }
    }
    assert!(hovers > 3);
}

#[test]
fn every_part_of_a_diagnostic_is_written_in_every_unit() {
    let diagnostic = Diagnostic::new(parse::FOREIGN_OPERATOR, Span::new(9, 11), "`<>` is written `!=`")
        .arg("operator", "<>")
        .arg("row", "a")
        .arg("row", "b")
        .label(Span::new(0, 8), "left side")
        .note("a \"note\"")
        .edit(Edit::replace(
            Span::new(9, 11),
            "!=",
            "write `!=`",
            probelang::diagnostic::Applicability::Safe,
        ));
    let text = SourceText::new("<expression>", "\"ж😀\" <>x");
    let json = written(&Schemas::read().of("diagnostic"), &InSource::new(&diagnostic, &text));
    let span = serde_json::json!({
        "start": 9, "end": 11, "utf16": { "start": 6, "end": 8 },
        "line": { "start": 1, "end": 1 }, "column": { "start": 6, "end": 8 },
    });
    assert_eq!((&json["span"], &json["edits"][0]["changes"][0]["span"]), (&span, &span));
    assert_eq!(json["labels"][0]["span"]["utf16"]["end"], 5);
    assert_eq!(json["args"], serde_json::json!({ "operator": "<>", "row": ["a", "b"] }));
    assert_eq!((json["line"].as_u64(), json["column"].as_u64()), (Some(1), Some(6)));
    assert_eq!(json["url"], "docs/codes.md#pl0214");

    let nowhere = Diagnostic::new(parse::ARITY, Span::empty(0), "no").at_path("");
    let json =
        written(&Schemas::read().of("diagnostic"), &InSource::new(&nowhere, &SourceText::nowhere("<json>")));
    assert_eq!((&json["span"], json["path"].as_str()), (&Value::Null, Some("")));
    assert!(json.get("line").is_none());
}

#[test]
fn every_class_and_severity_is_in_the_schema() {
    let validator = Schemas::read().of("diagnostic");
    for code in Code::all() {
        let mut diagnostic = Diagnostic::new(code, Span::new(0, 1), "m");
        for severity in [Severity::Error, Severity::Warning] {
            diagnostic.severity = severity;
            written(&validator, &InSource::new(&diagnostic, &SourceText::new("x", "abc")));
        }
    }
}
