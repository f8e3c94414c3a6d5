//! A hit that comes to nothing allocates nothing and takes no lock.

#![cfg(test)]
#![cfg(not(loom))]

mod scene;

use probelang_probe::runtime::Outcome;
use scene::{Bench, at_line, log, probe};
use serde_json::{Value, json};

/// Allocations of `hits` hits at the place of these probes, after some that warm it.
fn allocations(probes: &Value) -> u64 {
    let bench = Bench::new();
    bench.load(probes);
    let hits = |bench: &Bench, times: u32| {
        bench.seen(&json!({"total": 1, "user": {"name": "Ada"}}), |seen| {
            let count = allocation_counter::measure(|| {
                for _ in 0..times {
                    bench.probes.line(&bench.site, seen, bench.now());
                    let call = bench.probes.enter(&bench.site, seen, bench.now());
                    bench.probes.exit(call, &bench.site, seen, Outcome::Returned, bench.now());
                }
            });
            count.count_total
        })
    };
    // the first miss of a second is run again and traced
    let _ = hits(&bench, 2);
    hits(&bench, 500)
}

#[test]
fn a_hit_that_does_not_match_allocates_nothing() {
    let when = json!({"when": {"dsl": "total > 100 && user.name == \"Ada\""}});
    let one = |id: &str| {
        let mut line = at_line(log(id, when.clone()));
        line["captureSnapshot"] = true.into();
        line
    };
    assert_eq!(allocations(&one("p")), 0);
    let several: Vec<Value> = (0..8).map(|at| one(&format!("p{at}"))).collect();
    assert_eq!(allocations(&Value::from(several)), 0);
    let calls = json!([
        log("entry", json!({"evaluateAt": "ENTRY", "when": {"dsl": "total > 100"}})),
        log("exit", json!({"captureSnapshot": true, "when": {"dsl": "total > 100"}})),
        probe(
            "metric",
            "METRIC_PROBE",
            json!({"kind": "COUNT", "metricName": "n", "when": {"dsl": "total > 100"}})
        ),
        probe("span", "SPAN_PROBE", json!({"evaluateAt": "ENTRY", "when": {"dsl": "total > 100"}})),
    ]);
    assert_eq!(allocations(&calls), 0);
}

#[test]
fn a_hit_that_a_limit_refuses_allocates_nothing() {
    let refused = json!([
        at_line(log("never", json!({"sampling": {"snapshotsPerSecond": 0}}))),
        log("call", json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 0}})),
        at_line(log("expired", json!({"life": {"expiresAt": "1970-01-01T00:00:00Z"}}))),
        at_line(log("failing", json!({"when": {"dsl": "missing > 1"}}))),
    ]);
    assert_eq!(allocations(&refused), 0);
}
