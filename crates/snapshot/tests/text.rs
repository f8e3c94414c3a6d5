//! `conformance/text`: values as text and as JSON.

#![cfg(test)]

use std::path::Path;

use probelang_capture::{HostReader, JsonLimits, MessageWriter, TextLimits, write_json, write_text};
use probelang_dialect::Dialect;
use probelang_host::{Budget, Host, Names, Value};
use probelang_redact::Policy;
use probelang_snapshot::{Document, Snapshot};
use probelang_testkit::cases::switch;
use serde_json::Value as Json;
use serde_json::value::RawValue;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'c> {
    id: String,
    #[serde(borrow, default, deserialize_with = "given")]
    plain: Option<&'c RawValue>,
    #[serde(borrow)]
    recorded: Option<&'c RawValue>,
    #[serde(default = "python")]
    language: String,
    #[serde(default)]
    limits: Limits,
    /// The rows of the dialect table that are not portable.
    #[serde(default)]
    dialect: Json,
    #[serde(default)]
    redact: Redact,
    text: String,
    json: Option<String>,
    why: String,
}

/// A value that is given, null too.
fn given<'de: 'c, 'c, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'c RawValue>, D::Error> {
    serde::Deserialize::deserialize(from).map(Some)
}

fn python() -> String {
    "python".to_owned()
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Limits {
    depth: Option<usize>,
    items: Option<usize>,
    fields: Option<usize>,
    string: Option<usize>,
    message: Option<usize>,
}

impl Limits {
    fn limits(&self) -> TextLimits {
        let default = TextLimits::default();
        default
            .with_depth(self.depth.unwrap_or(default.depth))
            .with_items(self.items.unwrap_or(default.items))
            .with_fields(self.fields.unwrap_or(default.fields))
            .with_string(self.string.unwrap_or(default.string))
            .with_message(self.message.unwrap_or(default.message))
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Redact {
    #[serde(default)]
    names: Vec<String>,
    #[serde(default, rename = "except")]
    exceptions: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
}

fn check(case: &Case<'_>, host: &dyn Host, symbol: probelang_host::Symbol, policy: &Policy) -> Vec<String> {
    let mut value = Value::Absent;
    host.var(symbol, &mut value);
    let limits = case.limits.limits();
    let mut budget = Budget::steps(10_000);
    let mut reader = HostReader::new(host, policy, &mut budget);
    let mut text = String::new();
    let mut message = MessageWriter::new(&mut text, limits.message);
    let mut dialect = Dialect::default();
    if !case.dialect.is_null() {
        switch(&mut dialect, &case.dialect, &case.id);
    }
    write_text(&mut reader, &value, &limits, &dialect, &mut message).unwrap();
    message.finish();
    let mut json = String::new();
    write_json(&mut reader, &value, &JsonLimits::default(), &mut json).unwrap();
    assert!(serde_json::from_str::<Json>(&json).is_ok(), "{}: {json}", case.id);
    let mut wrong = Vec::new();
    if text != case.text {
        wrong.push(format!("{} ({}): text\n  {text}\n  {}", case.id, case.why, case.text));
    }
    if let Some(expected) = &case.json
        && *expected != json
    {
        wrong.push(format!("{} ({}): JSON\n  {json}\n  {expected}", case.id, case.why));
    }
    wrong
}

#[test]
fn values_look_as_the_cases_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/text/values.ndjson");
    let cases = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases.lines() {
        let case: Case<'_> = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        count += 1;
        let policy = Policy::built_in()
            .with_names(&case.redact.names)
            .without_names(&case.redact.exceptions)
            .with_types(&case.redact.types);
        let mut names = Names::new();
        let symbol = names.symbol("x");
        match (case.plain, case.recorded) {
            (Some(plain), None) => {
                let document = Document::parse(format!("{{\"x\": {}}}", plain.get()).as_bytes()).unwrap();
                wrong.extend(check(&case, &document.view(&names), symbol, &policy));
            }
            (None, Some(recorded)) => {
                let text = format!(
                    r#"{{"language": "{}", "captures": {{"entry": {{"arguments": {{"x": {}}}}}}}}}"#,
                    case.language,
                    recorded.get()
                );
                let snapshot = Snapshot::parse(text.as_bytes(), None, &policy).unwrap();
                wrong.extend(check(&case, &snapshot.view(&names), symbol, &policy));
            }
            _ => panic!("{}: one of `plain` and `recorded`", case.id),
        }
    }
    assert!(count > 90, "{count} cases");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
