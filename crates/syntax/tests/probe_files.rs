//! Probe files as editors and commands take them apart.

#![cfg(test)]

use probelang_diagnostic::Applicability;
use probelang_syntax::wire::{Carrier, configuration, json_error, probe_entries, probe_texts, span_at};

const TAGS: &str =
    r#"[{"name": "t", "value": {"template": "a {b}", "segments": [{"str": "a "}, {"dsl": "b"}]}}]"#;

#[test]
fn the_programs_of_each_wrapper_are_found_with_their_paths() {
    let probe = format!(r#"{{"id": "p", "type": "METRIC_PROBE", "metricTags": {TAGS}}}"#);
    let paths = |json: &str| -> Vec<String> {
        configuration(json).unwrap().into_iter().map(|program| program.path).collect()
    };
    assert_eq!(paths(&probe), ["/metricTags/0/value/segments"]);
    let wrapped = format!(r#"{{"enabled": false, "probes": [{{"id": "q"}}, {probe}]}}"#);
    assert_eq!(paths(&wrapped), ["/probes/1/metricTags/0/value/segments"]);
    let service = format!(r#"{{"metricProbes": [{probe}], "logProbes": [{{"when": {{"dsl": "a"}}}}]}}"#);
    assert_eq!(paths(&service), ["/logProbes/0/when", "/metricProbes/0/metricTags/0/value/segments"]);
    assert!(configuration(r#"{"probes": [{"name": "not one of ours"}]}"#).is_none());
}

#[test]
fn the_texts_of_a_probe_are_found_as_it_is_written() {
    let whole = format!(
        r#"{{"id": "p", "when": {{"dsl": ""}}, "template": "x", "decorations": [{{"tags": {TAGS}}}]}}"#
    );
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let texts = probe_texts(&whole[..end]);
        for program in &texts.programs {
            assert!(program.span.end as usize <= end, "{end}");
        }
    }
    let texts = probe_texts(&whole);
    assert_eq!(texts.id.as_ref().map(|(id, _)| &**id), Some("p"));
    let when = &texts.programs[0];
    assert_eq!((when.carrier, &*when.expressions[0].dsl.as_ref().unwrap().1), (Carrier::When, ""));
    let templates: Vec<_> =
        texts.templates.iter().map(|one| (one.span.slice(&whole), one.segments.is_some())).collect();
    assert_eq!(templates, [("\"x\"", false), ("\"a {b}\"", true)]);
}

#[test]
fn a_path_leads_to_a_value_or_to_what_is_around_it() {
    let json = r#"{"a~/b": [10, {"c": true}], "d": "#;
    for (path, expected) in [
        ("", "{"),
        ("/a~0~1b", "["),
        ("/a~0~1b/0", "10"),
        ("/a~0~1b/1/c", "true"),
        ("/a~0~1b/7", "["),
        ("/a~0~1b/0/x/y", "10"),
        ("/nothing", "{"),
    ] {
        assert_eq!(span_at(json, path).slice(json), expected, "{path}");
    }
    assert!(span_at("", "/a").is_empty());
}

#[test]
fn what_ends_the_reading_of_json_is_found_with_its_fix() {
    let json = r#"[{"a": "é"}, ]"#;
    let error = json_error(json).unwrap();
    assert_eq!(error.labels[0].span.start as usize, json.find(", ]").unwrap());
    assert_eq!(error.edits[0].applicability, Applicability::Safe);
    assert_eq!(error.edits[0].apply(json).unwrap(), r#"[{"a": "é"} ]"#);
    // a key that is given twice does not end it
    assert!(json_error(r#"{"a": 1, "a": 2}"#).is_none() && json_error("1").is_none());
    assert!(json_error("").is_some());
}

#[test]
fn a_long_file_is_taken_apart_in_linear_time() {
    // paths that were found from the start of the file each would take minutes here
    let file = format!(
        "[{}]",
        vec![format!(r#"{{"id": "p", "type": "METRIC_PROBE", "metricTags": {TAGS}}}"#); 20_000].join(",")
    );
    assert_eq!(probe_entries(&file).probes.len(), 20_000);
    assert_eq!(configuration(&file).unwrap().last().unwrap().path, "/19999/metricTags/0/value/segments");
}
