//! A schema sampled from a real recording, and what a prompt offers over it.

#![cfg(test)]

use probelang_check::schema::{SampleLimits, Sampler};
use probelang_check::{Options, Schema, check, complete};
use probelang_dialect::ProgramKind;
use probelang_host::{Host, Names, Value};
use probelang_redact::Policy;
use probelang_snapshot::Snapshot;

fn sampled() -> Schema {
    let bytes = include_bytes!("../../../conformance/snapshots/dotnet-HasLocalListOfObjects.json");
    let policy = Policy::built_in();
    let snapshot = Snapshot::parse(bytes, None, &policy).unwrap();
    let mut names = Names::new();
    let symbols: Vec<_> =
        snapshot.names().into_iter().map(|name| (name.to_owned(), names.symbol(name))).collect();
    let view = snapshot.view(&names);
    let values = symbols.iter().map(|(name, symbol)| {
        let mut value = Value::Absent;
        view.var(*symbol, &mut value);
        (name.as_str(), value)
    });
    let mut sampler = Sampler::new(&policy, SampleLimits::default());
    sampler.frame(&view, values, false);
    sampler.finish()
}

#[test]
fn completion_behind_an_element_of_a_recorded_list_offers_its_fields_with_types() {
    let schema = sampled();
    let source = "children[0].";
    let found = complete(source, 12, &Options::of(ProgramKind::Value).with_schema(schema));
    let found: Vec<_> = found.iter().map(|found| (found.label.as_str(), found.ty.as_str())).collect();
    assert!(found.contains(&("_shouldCloned", "integer")), "{found:?}");
    assert!(found.iter().any(|(label, _)| *label == "Adrs"), "{found:?}");
}

#[test]
fn a_sampled_schema_reads_back_and_knows_the_names_of_the_recording() {
    let schema = sampled();
    assert_eq!(Schema::parse(&schema.to_json()).unwrap(), schema);
    let report =
        check("chldren[0].Adrs.Number > 1", &Options::of(ProgramKind::Condition).with_schema(schema));
    assert_eq!(report.diagnostics[0].edits[0].title, "write `children`");
}
