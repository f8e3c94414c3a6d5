//! Sets under random configurations, hits and changes, one after the other and by many threads at once.

#![cfg(test)]
#![cfg(not(loom))]

mod scene;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use probelang::host::Names;
use probelang::{Document, Engine};
use probelang_probe::config::Reader;
use probelang_probe::count::Cause;
use probelang_probe::event::{Event, Output};
use probelang_probe::runtime::{Outcome, Seeded};
use probelang_probe::settings::{Limits, Settings};
use probelang_probe::{Probes, Site, Timestamp};
use proptest::prelude::*;
use scene::{Bench, THROWN, at_line, log, probe};
use serde_json::{Value, json};

/// What happens to a set.
#[derive(Clone, Debug)]
enum Step {
    /// A file with these of the probes.
    Load(u16, bool),
    Disarm(u8),
    Off(bool),
    Enter(i64),
    /// The end of the call that began so many calls ago.
    Exit(u8, i64, bool),
    Abandon(u8),
    Line(i64),
    /// Milliseconds; the time may also go back.
    Time(i32),
    Tick,
}

fn step() -> impl Strategy<Value = Step> {
    let total = 0_i64..6;
    prop_oneof![
        1 => (any::<u16>(), prop::bool::weighted(0.9)).prop_map(|(which, on)| Step::Load(which, on)),
        1 => any::<u8>().prop_map(Step::Disarm),
        1 => prop::bool::weighted(0.2).prop_map(Step::Off),
        8 => total.clone().prop_map(Step::Enter),
        8 => (0_u8..4, total.clone(), any::<bool>()).prop_map(|(ago, total, thrown)| Step::Exit(ago, total, thrown)),
        2 => (0_u8..4).prop_map(Step::Abandon),
        8 => total.prop_map(Step::Line),
        4 => (-2_000_i32..3_000).prop_map(Step::Time),
        1 => Just(Step::Tick),
    ]
}

/// Ten probes of all kinds. A bit of `changed` gives each another version.
fn probes(which: u16, on: bool) -> Value {
    let metric = json!({"kind": "GAUGE", "metricName": "n", "value": {"dsl": "10 / 1 > 0"}});
    let all = [
        log("a", json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 20}})),
        log("b", json!({"captureSnapshot": true, "when": {"dsl": "total > 2"}, "life": {"maxHits": 3}})),
        log("c", json!({"evaluateAt": "ENTRY", "life": {"every": 2, "expiresAfter": "4s"}})),
        log("d", json!({"when": {"dsl": "missing > 2"}})),
        probe(
            "e",
            "METRIC_PROBE",
            json!({"kind": "GAUGE", "metricName": "n", "value": {"dsl": "total"}, "life": {"maxHits": 5}}),
        ),
        probe("f", "SPAN_PROBE", json!({"evaluateAt": "ENTRY", "when": {"dsl": "total > 1"}})),
        probe(
            "g",
            "SPAN_DECORATION_PROBE",
            json!({"life": {"maxHits": 4}, "decorations": [
            {"when": {"dsl": "total > 3"}, "tags": [{"name": "t", "value": {"template": "{total}"}}]},
            {"when": {"dsl": "missing"}, "tags": [{"name": "u", "value": {"template": "{total}"}}]}]}),
        ),
        at_line(log("h", json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 3}}))),
        at_line(log("i", json!({"captureExpressions": [{"name": "x", "expr": {"dsl": "missing"}}]}))),
        at_line(probe("j", "METRIC_PROBE", metric)),
    ];
    let changed = which & 1 << 15 != 0;
    let of = |at: usize| which & (1 << at) != 0;
    let some = all.into_iter().enumerate().filter(|(at, _)| of(*at)).map(|(at, mut probe)| {
        if changed && at % 2 == 0 {
            probe["version"] = 1.into();
            // a condition is taken away or comes
            match probe.as_object_mut().unwrap().remove("when") {
                Some(_) => {}
                None => probe["when"] = json!({"dsl": "total > 1"}),
            }
        }
        probe
    });
    json!({"enabled": on, "probes": some.collect::<Vec<_>>()})
}

/// Does the steps; says what went wrong.
fn run(steps: &[Step]) -> Result<(), TestCaseError> {
    let limits = Limits::default().with_waiting(3).with_capture_bytes(2_000).with_rates(50.0, 10.0);
    let bench = Bench::with(Settings::default().with_limits(limits), Engine::new());
    let mut calls = Vec::new();
    let mut emitted = std::collections::BTreeMap::<String, u64>::new();
    let mut removed = std::collections::BTreeSet::<String>::new();
    for step in steps {
        match step {
            Step::Load(which, on) => {
                for change in bench.load(&probes(*which, *on)) {
                    // what a probe gave that is no more is nowhere counted
                    if let Some(id) = change.strip_prefix("remove ") {
                        removed.insert(id.to_owned());
                    }
                }
                let _ = tally(&bench, &mut emitted);
                for id in &removed {
                    emitted.remove(id);
                }
                removed.clear();
            }
            Step::Disarm(at) => {
                let all = bench.probes.probes();
                if let Some(probe) = all.get(usize::from(*at) % all.len().max(1)) {
                    bench.probes.disarm(&probe.id, &bench.site);
                }
            }
            Step::Off(off) => bench.probes.switch_off(*off),
            Step::Enter(total) => calls.push(bench.enter(&json!({"total": total}))),
            Step::Exit(ago, total, thrown) => {
                if let Some(at) = calls.len().checked_sub(1 + usize::from(*ago)) {
                    let outcome = if *thrown { Outcome::Threw(&THROWN) } else { Outcome::Returned };
                    bench.exit(calls.remove(at), &json!({"total": total}), outcome);
                }
            }
            Step::Abandon(ago) => {
                if let Some(at) = calls.len().checked_sub(1 + usize::from(*ago)) {
                    bench.probes.abandon(calls.remove(at));
                }
            }
            Step::Line(total) => bench.line(&json!({"total": total})),
            Step::Time(millis) => {
                bench.after((*millis).into());
            }
            Step::Tick => bench.probes.tick(bench.now()),
        }
        tally(&bench, &mut emitted)?;
    }
    // no call is left
    let waiting = calls.len();
    for call in calls {
        bench.probes.abandon(call);
    }
    for report in bench.probes.reports() {
        let sum: u64 = Cause::ALL.iter().map(|cause| report.counts.of(*cause)).sum();
        prop_assert_eq!(report.counts.hits(), sum);
        let gave = emitted.get(&*report.id).copied().unwrap_or_default();
        prop_assert_eq!(report.counts.of(Cause::Emitted), gave, "{}", report.id);
    }
    let debug = format!("{:?}", bench.probes.waiting());
    prop_assert_eq!(bench.probes.waiting(), 0, "{} {}", debug, waiting);
    Ok(())
}

/// Counts the events of each probe, all of them valid.
fn tally(bench: &Bench, emitted: &mut std::collections::BTreeMap<String, u64>) -> Result<(), TestCaseError> {
    for event in bench.out.take() {
        let probe = event.probe().map(|probe| probe.id.to_string());
        let is_error = matches!(event, Event::Error(_));
        let json = scene::as_json(event, bench.probes.settings());
        prop_assert!(json.is_object());
        if let Some(id) = probe.filter(|_| !is_error) {
            *emitted.entry(id).or_default() += 1;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn each_hit_has_one_cause_each_event_is_counted_and_no_call_is_left(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut all = vec![Step::Load(0x3ff, true)];
        all.extend(steps);
        run(&all)?;
    }
}

/// Counts events by kind.
#[derive(Default)]
struct Tally {
    events: AtomicU64,
}

impl Output for Tally {
    fn emit(&self, event: Event) {
        if !matches!(event, Event::Status(_) | Event::Error(_)) {
            self.events.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn sixteen_threads_count_exactly_while_probes_change() {
    const THREADS: u64 = 16;
    const HITS: u64 = 400;
    let engine = Engine::new();
    let tally = Arc::new(Tally::default());
    let set = Probes::new(
        engine.redaction(),
        Settings::default(),
        Arc::new(Seeded::new(1)),
        Arc::clone(&tally) as Arc<dyn Output>,
    );
    let site = Arc::new(Site::new(None, "pay"));
    let mut names = Names::new();
    let now = Timestamp::from_millis(1_000_000);
    // `kept` and `limited` stay, though their text changes; `comes` comes and goes
    let file = |version: u64| {
        let mut all = vec![
            at_line(log(
                "kept",
                json!({"version": version, "when": {"dsl": format!("total > {version}")},
                "sampling": {"snapshotsPerSecond": 1e9}}),
            )),
            at_line(log(
                "limited",
                json!({"version": version, "sampling": {"snapshotsPerSecond": 100},
                "template": format!("{version}")}),
            )),
            log(
                "call",
                json!({"version": version, "captureSnapshot": true,
                "sampling": {"snapshotsPerSecond": 500}}),
            ),
            at_line(log("done", json!({"version": version, "life": {"maxHits": 7}}))),
        ];
        if version.is_multiple_of(2) {
            all.push(at_line(probe("comes", "METRIC_PROBE", json!({"kind": "COUNT", "metricName": "n"}))));
        }
        Reader::new(&engine).read(&Value::from(all).to_string())
    };
    // documents are read before the names are shared
    let documents: Vec<Document> =
        (0..10).map(|total| Document::parse(format!("{{\"total\": {total}}}").as_bytes()).unwrap()).collect();
    for change in set.load(&file(1), now) {
        if let probelang_probe::Change::Add(probe) = change {
            set.arm(&probe.id, &site, &mut names, now).unwrap();
        }
    }
    let names = &names;
    let (set, site, documents, file) = (&set, &site, &documents, &file);
    let mine = AtomicU64::new(0);
    let running = AtomicU64::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (mine, running) = (&mine, &running);
            scope.spawn(move || {
                for hit in 0..HITS {
                    let document = &documents[usize::try_from((hit + thread) % 10).unwrap()];
                    let seen = scene::Seen { view: document.view(names), names: &[] };
                    set.line(site, &seen, now);
                    let call = set.enter(site, &seen, now);
                    if hit % 3 == 0 {
                        set.abandon(call);
                    } else {
                        set.exit(call, site, &seen, Outcome::Returned, now);
                    }
                    mine.fetch_add(1, Ordering::Relaxed);
                }
                running.fetch_sub(1, Ordering::Relaxed);
            });
        }
        scope.spawn(|| {
            let mut version = 1;
            // symbols that are resolved again are the same ones
            let mut own = names.clone();
            while running.load(Ordering::Relaxed) > 0 {
                version += 1;
                for change in set.load(&file(version % 4 + 1), now) {
                    match change {
                        probelang_probe::Change::Add(probe) | probelang_probe::Change::Update(probe) => {
                            set.arm(&probe.id, site, &mut own, now).unwrap();
                        }
                        probelang_probe::Change::Remove(_) => {}
                    }
                }
                set.tick(now);
                let _ = set.reports();
            }
        });
    });
    let hits = mine.into_inner();
    assert_eq!(hits, THREADS * HITS);
    let reports = set.reports();
    let of = |id: &str| &reports.iter().find(|report| &*report.id == id).unwrap().counts;
    // each hit of a probe that was always there is counted once
    for id in ["kept", "limited", "call", "done"] {
        assert_eq!(
            of(id).hits(),
            hits,
            "{id}: {}",
            scene::words(reports.iter().find(|it| &*it.id == id).unwrap())
        );
    }
    // no time passes: each bucket gives what it holds
    assert_eq!(of("limited").of(Cause::Emitted), 10);
    assert_eq!(of("done").of(Cause::Emitted), 7);
    let calls = of("call");
    assert!(calls.of(Cause::Emitted) + calls.of(Cause::Skipped) <= 50, "{calls:?}");
    assert!(of("kept").of(Cause::Emitted) <= 5_000);
    assert_eq!(set.waiting(), 0);
    let counted: u64 = reports.iter().map(|report| report.counts.of(Cause::Emitted)).sum();
    assert!(tally.events.load(Ordering::Relaxed) >= counted);
}
