//! What `docs/sinks.md` says is so.

#![cfg(test)]

use std::cell::RefCell;
use std::collections::BTreeSet;

use probelang_sink::agent::AgentOptions;
use probelang_sink::otlp::OtlpOptions;
use probelang_sink::statsd::StatsdOptions;

const PAGE: &str = include_str!("../../../docs/sinks.md");

#[test]
fn the_page_has_every_variable_that_a_sink_reads() {
    let asked = RefCell::new(BTreeSet::new());
    let ask = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    OtlpOptions::from_environment(None, ask).unwrap();
    AgentOptions::from_environment(None, ask).unwrap();
    StatsdOptions::from_environment(None, ask).unwrap();
    let asked = asked.into_inner();
    assert!(asked.len() > 20, "{asked:?}");
    for name in asked {
        // those of one kind of data are listed once for all
        let general = ["_LOGS_", "_METRICS_", "_TRACES_"]
            .iter()
            .fold(name.clone(), |name, kind| name.replace(kind, "_"));
        let has = |name: &str| {
            let short = ["OTEL_EXPORTER_OTLP_", "DD_DYNAMIC_INSTRUMENTATION_"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .map(|rest| format!("`…_{rest}`"));
            PAGE.contains(&format!("`{name}`")) || short.is_some_and(|short| PAGE.contains(&short))
        };
        assert!(has(&name) || has(&general), "{name}");
    }
}
