//! What becomes of hits: their order, their events, their limits.

#![cfg(test)]
#![cfg(not(loom))]

mod scene;

use std::sync::Arc;
use std::time::Duration;

use probelang::Engine;
use probelang::capture::{StackFrame, Throwable};
use probelang::redact::Policy;
use probelang_probe::count::Cause;
use probelang_probe::event::Event;
use probelang_probe::probe::Moment;
use probelang_probe::runtime::{Outcome, Scene};
use probelang_probe::settings::{Limits, Process, Rules, Settings};
use probelang_probe::status::Status;
use probelang_probe::{ArmError, Site, Timestamp};
use scene::{Bench, THROWN, at_line, log, probe, word, words};
use serde_json::{Value, json};

fn vars() -> Value {
    json!({"total": 101, "user": {"name": "Ada"}})
}

fn when(text: &str) -> Value {
    json!({"when": {"dsl": text}})
}

/// The kinds of probes by name, without a place and a moment.
fn kinds() -> Vec<(&'static str, Value)> {
    let with = |mut probe: Value, own: Value| {
        probe.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        probe
    };
    let snapshot = || log("p", json!({"captureSnapshot": true}));
    let expression = json!([{"name": "all", "expr": {"dsl": "total"}}]);
    let metric = |value: &str| {
        probe(
            "p",
            "METRIC_PROBE",
            json!({"kind": "GAUGE", "metricName": "cart.total", "value": {"dsl": value}}),
        )
    };
    let tags = json!({"decorations": [{"tags": [{"name": "cart.total", "value": {"template": "{total}"}}]}]});
    vec![
        ("log", log("p", json!({}))),
        ("log when", log("p", when("total > 100"))),
        ("snapshot", snapshot()),
        ("snapshot when", with(snapshot(), when("total > 100"))),
        ("expressions", log("p", json!({"captureExpressions": expression.clone()}))),
        ("expressions when", with(log("p", json!({"captureExpressions": expression})), when("total > 100"))),
        ("metric", metric("total")),
        ("metric when", with(metric("total"), when("total > 100"))),
        ("duration", metric("@duration")),
        ("span", probe("p", "SPAN_PROBE", json!({}))),
        ("span when", probe("p", "SPAN_PROBE", when("total > 100"))),
        ("tags", probe("p", "SPAN_DECORATION_PROBE", tags.clone())),
        ("tags when", with(probe("p", "SPAN_DECORATION_PROBE", tags), when("total > 100"))),
    ]
}

/// What a call gives, as `at its entry|at its end`.
fn call(bench: &Bench, outcome: Option<Outcome<'_>>) -> String {
    let words = |bench: &Bench| bench.events().iter().map(word).collect::<Vec<_>>().join(" ");
    let call = bench.enter(&vars());
    let entry = words(bench);
    bench.after(5);
    match outcome {
        Some(outcome) => {
            let mut vars = vars();
            vars["@return"] = json!(7);
            vars["@duration"] = json!(5.0);
            bench.exit(call, &vars, outcome);
        }
        None => bench.probes.abandon(call),
    }
    format!("{entry}|{}", words(bench))
}

#[test]
fn each_probe_gives_its_events_in_every_order_of_entry_exit_exception_and_line() {
    // by kind and moment: what a call gives that returns, that throws, and that never ends
    let expected = [
        ("log", "ENTRY", ["log|", "log|", "log|"]),
        ("log", "EXIT", ["|log", "|log", "|"]),
        ("log", "DEFAULT", ["|log", "|log", "|"]),
        ("log when", "ENTRY", ["log|", "log|", "log|"]),
        ("log when", "EXIT", ["|log", "|log", "|"]),
        ("log when", "DEFAULT", ["|log", "|log", "|"]),
        ("snapshot", "ENTRY", ["snapshot(entry)|", "snapshot(entry)|", "snapshot(entry)|"]),
        ("snapshot", "EXIT", ["|snapshot(entry,return)", "|snapshot(entry,return!)", "|"]),
        ("snapshot", "DEFAULT", ["|snapshot(entry,return)", "|snapshot(entry,return!)", "|"]),
        ("snapshot when", "ENTRY", ["snapshot(entry)|", "snapshot(entry)|", "snapshot(entry)|"]),
        ("snapshot when", "EXIT", ["|snapshot(return)", "|snapshot(return!)", "|"]),
        ("snapshot when", "DEFAULT", ["|snapshot(return)", "|snapshot(return!)", "|"]),
        ("expressions", "ENTRY", ["snapshot(entry)|", "snapshot(entry)|", "snapshot(entry)|"]),
        ("expressions", "EXIT", ["|snapshot(return)", "|snapshot(return!)", "|"]),
        ("expressions", "DEFAULT", ["|snapshot(return)", "|snapshot(return!)", "|"]),
        ("expressions when", "ENTRY", ["snapshot(entry)|", "snapshot(entry)|", "snapshot(entry)|"]),
        ("expressions when", "EXIT", ["|snapshot(return)", "|snapshot(return!)", "|"]),
        ("expressions when", "DEFAULT", ["|snapshot(return)", "|snapshot(return!)", "|"]),
        ("metric", "ENTRY", ["metric|", "metric|", "metric|"]),
        ("metric", "EXIT", ["|metric", "|metric", "|"]),
        ("metric", "DEFAULT", ["metric|", "metric|", "metric|"]),
        ("metric when", "ENTRY", ["metric|", "metric|", "metric|"]),
        ("metric when", "EXIT", ["|metric", "|metric", "|"]),
        ("metric when", "DEFAULT", ["metric|", "metric|", "metric|"]),
        ("duration", "EXIT", ["|metric", "|metric", "|"]),
        ("duration", "DEFAULT", ["|metric", "|metric", "|"]),
        ("span", "ENTRY", ["|span", "|span!", "|"]),
        ("span", "EXIT", ["|span", "|span!", "|"]),
        ("span", "DEFAULT", ["|span", "|span!", "|"]),
        ("span when", "ENTRY", ["|span", "|span!", "|"]),
        ("span when", "EXIT", ["|span", "|span!", "|"]),
        ("span when", "DEFAULT", ["|span", "|span!", "|"]),
        ("tags", "ENTRY", ["tags|", "tags|", "tags|"]),
        ("tags", "EXIT", ["|tags", "|tags", "|"]),
        ("tags", "DEFAULT", ["|tags", "|tags", "|"]),
        ("tags when", "ENTRY", ["tags|", "tags|", "tags|"]),
        ("tags when", "EXIT", ["|tags", "|tags", "|"]),
        ("tags when", "DEFAULT", ["|tags", "|tags", "|"]),
    ];
    let kinds = kinds();
    for (kind, moment, each) in expected {
        let mut probe = kinds.iter().find(|(name, _)| *name == kind).unwrap().1.clone();
        probe["evaluateAt"] = moment.into();
        let ends = [Some(Outcome::Returned), Some(Outcome::Threw(&THROWN)), None];
        for (end, expected) in ends.into_iter().zip(each) {
            let bench = Bench::new();
            assert_eq!(bench.load(&probe), ["add p"]);
            let _ = bench.events();
            assert_eq!(call(&bench, end), expected, "{kind} at {moment}, {end:?}");
            let report = bench.report("p");
            let emitted = u64::from(expected != "|");
            assert_eq!(report.counts.of(Cause::Emitted), emitted, "{kind} at {moment}");
            // what was captured at the entry of a call that never ends was a hit, and is counted
            let is_kept = matches!((kind, moment), ("snapshot", "EXIT" | "DEFAULT") | ("span when", "ENTRY"));
            let skipped = u64::from(end.is_none() && is_kept);
            assert_eq!(report.counts.hits(), emitted + skipped, "{kind} at {moment}: {}", words(&report));
            // a line of that place is none of its hits, and neither is an end without a beginning
            bench.line(&vars());
            let none = Bench::new().enter(&vars());
            bench.exit(none, &vars(), Outcome::Returned);
            assert_eq!(bench.events(), Vec::<Value>::new());
            assert_eq!(bench.report("p").counts, report.counts);
        }
    }
    let lines = [
        ("log", "log"),
        ("log when", "log"),
        ("snapshot", "snapshot(lines)"),
        ("snapshot when", "snapshot(lines)"),
        ("expressions", "snapshot(lines)"),
        ("expressions when", "snapshot(lines)"),
        ("metric", "metric"),
        ("metric when", "metric"),
        ("tags", "tags"),
        ("tags when", "tags"),
    ];
    for (kind, expected) in lines {
        for moment in ["ENTRY", "EXIT", "DEFAULT"] {
            let mut probe = at_line(kinds.iter().find(|(name, _)| *name == kind).unwrap().1.clone());
            probe["evaluateAt"] = moment.into();
            let bench = Bench::new();
            bench.load(&probe);
            let _ = bench.events();
            bench.call(&vars());
            assert_eq!(bench.events(), Vec::<Value>::new());
            bench.line(&vars());
            let events: Vec<String> = bench.events().iter().map(word).collect();
            assert_eq!(events, [expected], "{kind} at a line, {moment}");
            assert_eq!(bench.counts("p"), "emitted 1");
        }
    }
}

#[test]
fn a_place_with_one_moment_has_it_whatever_a_probe_asks_for() {
    for asked in ["DEFAULT", "ENTRY", "EXIT"] {
        let bench = Bench::new();
        let site = Arc::new(Site::of_line(Some("shop.Cart"), "paid", 7));
        let moment = json!({"captureSnapshot": true, "evaluateAt": asked});
        bench.load_at(&json!([log("p", moment)]), &site);
        bench.seen(&vars(), |seen| {
            assert!(bench.probes.enter(&site, seen, bench.now()).is_over());
            bench.probes.line(&site, seen, bench.now());
        });
        let mut events = bench.out.take();
        events.retain(|event| !matches!(event, Event::Status(_)));
        let Ok([Event::Snapshot(record)]) = <[_; 1]>::try_from(events) else { panic!("{asked}") };
        assert_eq!(record.moment, Moment::Line, "{asked}");
        let event = scene::as_json(Event::Snapshot(record), bench.probes.settings());
        let lines = &event["event"]["debugger"]["snapshot"]["captures"]["lines"]["7"];
        assert_eq!(word(&event), "snapshot(lines)", "{asked}");
        assert_eq!(lines["locals"]["total"]["value"], "101", "{asked}");
    }
}

#[test]
fn a_false_condition_ends_a_hit_before_anything_else() {
    for (kind, mut probe) in kinds().into_iter().filter(|(kind, _)| kind.ends_with("when")) {
        probe["when"] = json!({"dsl": "total > 200"});
        probe["life"] = json!({"maxHits": 1, "every": 2});
        let bench = Bench::new();
        bench.load(&probe);
        let _ = bench.events();
        for _ in 0..50 {
            bench.call(&vars());
        }
        assert_eq!(bench.events(), Vec::<Value>::new());
        assert_eq!(bench.counts("p"), "not_matched 50", "{kind}");
        // and has used up no limit: the first that matches gives an event
        bench.call(&json!({"total": 300}));
        assert_eq!(bench.events().len(), 1, "{kind}");
        assert_eq!(bench.counts("p"), "emitted 1, not_matched 50");
    }
}

#[test]
fn an_event_says_what_was_seen() {
    let process = Process::default()
        .with_service(Some("shop".into()), Some("prod".into()), Some("1.2".into()))
        .with_language("python")
        .with_ids(Some("h1".into()), Some("r1".into()))
        .with_tags(vec!["team:pay".into()]);
    let bench = Bench::with(Settings::default().with_process(process), Engine::new());
    bench.load(&log("p", json!({"captureSnapshot": true, "version": 3, "tags": ["tier:1", "a,b"]})));
    let _ = bench.events();
    let entry = bench.enter(&json!({"total": 1}));
    bench.after(20);
    bench.exit(entry, &json!({"total": 2, "@return": 5}), Outcome::Returned);
    let event = bench.events().remove(0);
    let event = &event["event"];
    assert_eq!(event["service"], "shop");
    assert_eq!(event["host"], "h1");
    assert_eq!(event["message"], "paid 2");
    assert_eq!(event["timestamp"], bench.now().millis());
    assert_eq!(event["ddtags"], "env:prod,version:1.2,runtime_id:r1,team:pay,tier:1");
    assert_eq!(event["dd"], json!({"trace_id": "5", "span_id": "6"}));
    assert_eq!(
        event["logger"],
        json!({"name": "shop.Cart", "method": "pay", "version": 2, "thread_id": 7, "thread_name": "main"})
    );
    let snapshot = &event["debugger"]["snapshot"];
    assert_eq!(snapshot["language"], "python");
    assert_eq!(snapshot["duration"], 20_000_000);
    assert_eq!(
        snapshot["probe"],
        json!({"id": "p", "version": 3, "location": {"type": "shop.Cart", "method": "pay"}})
    );
    let value = |moment: &str, name: &str| snapshot["captures"][moment]["locals"][name]["value"].clone();
    assert_eq!(
        [value("entry", "total"), value("return", "total"), value("return", "@return")],
        ["1", "2", "5"]
    );
    assert_eq!(snapshot["captures"]["return"]["throwable"], Value::Null);
    let id = snapshot["id"].as_str().unwrap();
    assert_eq!((id.len(), &id[14..15]), (36, "4"));
}

#[test]
fn a_log_without_a_message_says_its_place() {
    let bench = Bench::new();
    let mut probe = at_line(log("p", json!({})));
    probe.as_object_mut().unwrap().remove("template");
    bench.load(&probe);
    bench.line(&vars());
    assert_eq!(bench.events()[0]["event"]["message"], "shop/cart.py:42");
}

#[test]
fn a_call_that_began_before_a_probe_was_armed_is_no_hit_of_it() {
    let bench = Bench::new();
    bench.load(&json!([log("a", json!({}))]));
    let early = bench.enter(&vars());
    bench.load(&json!([log("a", json!({})), log("b", json!({}))]));
    let late = bench.enter(&vars());
    bench.exit(early, &vars(), Outcome::Returned);
    assert_eq!((bench.counts("a").as_str(), bench.counts("b").as_str()), ("emitted 1", ""));
    bench.exit(late, &vars(), Outcome::Returned);
    assert_eq!((bench.counts("a").as_str(), bench.counts("b").as_str()), ("emitted 2", "emitted 1"));
}

#[test]
fn a_call_knows_the_change_of_a_probe_while_it_runs() {
    let snapshot = |own: Value| {
        let mut probe = log("p", json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1000}}));
        probe.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        probe
    };
    // what was captured at the entry is finished as it was begun
    let bench = Bench::new();
    bench.load(&snapshot(json!({})));
    let call = bench.enter(&vars());
    assert_eq!(bench.load(&snapshot(when("total > 0"))), ["update p"]);
    bench.exit(call, &vars(), Outcome::Returned);
    assert_eq!(bench.events().iter().map(word).collect::<Vec<_>>(), ["snapshot(entry,return)"]);
    assert_eq!(bench.counts("p"), "emitted 1");
    // a condition that is changed holds for the calls that run
    let call = bench.enter(&vars());
    bench.load(&snapshot(when("total > 1000")));
    bench.exit(call, &vars(), Outcome::Returned);
    assert_eq!(bench.counts("p"), "emitted 1, not_matched 1");
    // a probe that was removed gives nothing, and what waited is dropped
    bench.load(&snapshot(json!({})));
    let call = bench.enter(&vars());
    assert_eq!(bench.load(&json!([])), ["remove p"]);
    let _ = bench.events();
    bench.exit(call, &vars(), Outcome::Returned);
    assert_eq!(bench.all_events(), Vec::<Value>::new());
}

#[test]
fn a_call_handed_in_twice_captures_once() {
    let bench = Bench::new();
    bench.load(&log("p", json!({"captureSnapshot": true})));
    let call = bench.enter(&vars());
    bench.exit(call, &vars(), Outcome::Returned);
    bench.exit(call, &vars(), Outcome::Returned);
    bench.probes.abandon(call);
    assert_eq!(bench.events().len(), 1);
    assert_eq!(bench.counts("p"), "emitted 1");
}

#[test]
fn a_place_that_waits_for_nothing_says_so() {
    let bench = Bench::new();
    assert!(bench.enter(&vars()).is_over() && bench.site.is_empty());
    bench.load(&log("p", json!({"evaluateAt": "ENTRY"})));
    assert!(bench.enter(&vars()).is_over());
    assert!(bench.site.moments().call && !bench.site.moments().line && !bench.site.moments().end);
    bench.load(&log("p", json!({"evaluateAt": "EXIT"})));
    assert!(!bench.enter(&vars()).is_over() && bench.site.moments().end);
    bench.load(&at_line(log("p", json!({}))));
    assert!(bench.site.moments().line && !bench.site.moments().call && !bench.site.moments().end);
}

#[test]
fn a_span_says_how_long_its_call_was_suspended() {
    use probelang::host::Host;
    use probelang_probe::runtime::Scene;

    struct Coroutine<'s>(&'s scene::Seen<'s>);
    impl Scene for Coroutine<'_> {
        fn host(&self) -> &dyn Host {
            self.0.host()
        }
        fn suspended(&self) -> Option<Duration> {
            Some(Duration::from_micros(1_250))
        }
    }

    let bench = Bench::new();
    bench.load(&probe("p", "SPAN_PROBE", json!({})));
    let call = bench.enter(&vars());
    bench.seen(&vars(), |seen| {
        bench.probes.exit(call, &bench.site, &Coroutine(seen), Outcome::Returned, bench.now());
    });
    bench.call(&vars());
    let events = bench.events();
    let suspended: Vec<_> = events.iter().map(|event| event["tags"]["suspended_ms"].as_str()).collect();
    assert_eq!(suspended, [Some("1.250"), None]);
}

#[test]
fn a_hit_within_a_hit_is_counted_and_does_nothing() {
    use probelang_probe::event::{Event, Output};
    use probelang_probe::runtime::Seeded;
    use probelang_probe::{Probes, Timestamp};
    use std::sync::{Mutex, OnceLock};

    /// An output that runs into a probe itself.
    struct Nested {
        inner: OnceLock<(Arc<Probes>, Arc<Site>)>,
        kinds: Mutex<Vec<&'static str>>,
    }
    impl Output for Nested {
        fn emit(&self, event: Event) {
            self.kinds.lock().unwrap().push(event.kind());
            let Some((probes, site)) = self.inner.get() else { return };
            let names = probelang::host::Names::new();
            let document = probelang::Document::parse(b"{}").unwrap();
            let seen = scene::Seen { view: document.view(&names), names: &[] };
            let now = Timestamp::from_millis(1);
            probes.line(site, &seen, now);
            let call = probes.enter(site, &seen, now);
            assert!(call.is_over());
            probes.exit(call, site, &seen, Outcome::Returned, now);
        }
    }
    let bench = Bench::new();
    let nested = Arc::new(Nested { inner: OnceLock::new(), kinds: Mutex::default() });
    let output = Arc::clone(&nested) as Arc<dyn Output>;
    let probes = Arc::new(Probes::new(
        bench.engine.redaction(),
        Settings::default(),
        Arc::new(Seeded::new(1)),
        output,
    ));
    let file = json!([at_line(log("line", json!({}))), log("call", json!({"captureSnapshot": true}))]);
    let file = probelang_probe::config::Reader::new(&bench.engine).read(&file.to_string());
    for id in ["line", "call"] {
        if id == "line" {
            let _ = probes.load(&file, bench.now());
        }
        probes.arm(id, &bench.site, &mut *bench.names.borrow_mut(), bench.now()).unwrap();
    }
    assert!(nested.inner.set((Arc::clone(&probes), Arc::clone(&bench.site))).is_ok());
    nested.kinds.lock().unwrap().clear();
    bench.seen(&vars(), |seen| probes.line(&bench.site, seen, bench.now()));
    // the event, and the news that the probe gives events: each ran into both probes, and came to nothing
    assert_eq!(*nested.kinds.lock().unwrap(), ["log", "status"]);
    let counts: Vec<String> = probes.reports().iter().map(words).collect();
    assert_eq!(counts, ["reentered 2", "emitted 1, reentered 2"]);
}

#[test]
fn a_capturing_probe_gives_few_events_of_many_hits() {
    let expressions = json!({"captureExpressions": [{"name": "total", "expr": {"dsl": "total"}}]});
    for own in [json!({"captureSnapshot": true}), expressions] {
        for probe in [log("p", own.clone()), at_line(log("p", own))] {
            let bench = Bench::new();
            bench.load(&probe);
            let _ = bench.events();
            for _ in 0..150 {
                bench.call(&vars());
                bench.line(&vars());
                bench.after(5);
            }
            let events = bench.events().len();
            assert!((1..=20).contains(&events), "{events}");
            let counts = bench.report("p").counts;
            assert_eq!(counts.of(Cause::Emitted), events as u64);
            assert_eq!(counts.of(Cause::RateLimited), 150 - events as u64);
        }
    }
}

#[test]
fn a_log_probe_without_a_condition_is_limited() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({}))));
    let _ = bench.events();
    for _ in 0..10_000 {
        bench.line(&vars());
        bench.after_micros(100);
    }
    let events = bench.out.take().len();
    assert!((5_000..=5_500).contains(&events), "{events}");
    assert_eq!(bench.report("p").counts.hits(), 10_000);
}

#[test]
fn a_rate_of_zero_never_fires() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"sampling": {"snapshotsPerSecond": 0}}))));
    for _ in 0..10 {
        bench.line(&vars());
        bench.after(10_000);
    }
    assert_eq!(bench.counts("p"), "rate_limited 10");
}

#[test]
fn what_the_global_limit_refuses_the_probe_gets_back() {
    let limits = Limits::default().with_rates(2.0, 1.0);
    let bench = Bench::with(Settings::default().with_limits(limits), Engine::new());
    let rate = |rate: u32| json!({"sampling": {"snapshotsPerSecond": rate}});
    bench.load(&json!([at_line(log("a", rate(10))), at_line(log("b", rate(10)))]));
    bench.line(&vars());
    // one token of the global limit each; the next hit finds none, though the probes have theirs after 100 ms
    bench.after(100).line(&vars());
    assert_eq!(
        (bench.counts("a"), bench.counts("b")),
        ("emitted 1, rate_limited 1".into(), "emitted 1, rate_limited 1".into())
    );
    // half a second after the start there is one; `a` is asked first, and has kept its own
    bench.after(400).line(&vars());
    assert_eq!(bench.counts("a"), "emitted 2, rate_limited 1");
    assert_eq!(bench.counts("b"), "emitted 1, rate_limited 2");
    // metrics are limited by none of these
    let count = json!({"kind": "COUNT", "metricName": "n"});
    bench.load(&at_line(probe("m", "METRIC_PROBE", count)));
    (0..1_000).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.counts("m"), "emitted 1000");
}

#[test]
fn a_condition_that_fails_says_so_once_in_five_minutes() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"captureSnapshot": true, "when": {"dsl": "missing.x > 1"}}))));
    let _ = bench.all_events();
    let mut events = Vec::new();
    for _ in 0..601 {
        bench.line(&vars());
        bench.after(1_000);
        events.extend(bench.all_events());
    }
    assert_eq!(events.iter().map(word).collect::<Vec<_>>(), ["error", "error", "error"]);
    assert_eq!(bench.counts("p"), "failed 601");
    let snapshot = &events[0]["event"]["debugger"]["snapshot"];
    assert_eq!(snapshot["captures"], json!({}));
    let errors = snapshot["evaluationErrors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["expr"]), (1, &json!("missing.x > 1")));
    assert_eq!(errors[0]["message"], events[0]["event"]["message"]);
    assert!(errors[0]["message"].as_str().unwrap().contains("missing"));
    assert_eq!(bench.report("p").status, Some(Status::Installed));
    // the next that does not fail fires
    bench.line(&json!({"missing": {"x": 2}, "total": 1}));
    assert_eq!(bench.events().iter().map(word).collect::<Vec<_>>(), ["snapshot(lines)"]);
}

#[test]
fn a_metric_whose_value_fails_gives_an_error_and_no_sample() {
    let bench = Bench::new();
    let gauge =
        json!({"kind": "GAUGE", "metricName": "n", "value": {"dsl": "missing"}, "life": {"maxHits": 1}});
    bench.load(&at_line(probe("p", "METRIC_PROBE", gauge)));
    let _ = bench.events();
    (0..3).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.events().iter().map(word).collect::<Vec<_>>(), ["error"]);
    bench.line(&json!({"missing": 1.5}));
    let event = &bench.events()[0];
    assert_eq!((&event["value"], &event["type"]), (&json!(1.5), &json!("gauge")));
    assert_eq!(event["name"], "dynamic.instrumentation.metric.probe.n");
    assert_eq!(bench.counts("p"), "emitted 1, failed 3");
}

#[test]
fn a_part_of_a_message_that_fails_is_an_error_of_a_log() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"template": "paid {missing} of {total}"}))));
    let _ = bench.events();
    bench.line(&vars());
    let event = &bench.events()[0];
    assert_eq!(word(event), "log");
    assert!(event["event"]["message"].as_str().unwrap().ends_with(" of 101"));
    let errors = &event["event"]["debugger"]["snapshot"]["evaluationErrors"];
    assert_eq!((errors.as_array().unwrap().len(), &errors[0]["expr"]), (1, &json!("missing")));
    assert_eq!(bench.counts("p"), "emitted 1");
}

#[test]
fn a_captured_expression_that_fails_is_an_error_of_a_snapshot() {
    let bench = Bench::new();
    let own = json!({"captureExpressions": [
        {"name": "bad", "expr": {"dsl": "missing.x"}}, {"name": "good", "expr": {"dsl": "total"}}]});
    bench.load(&at_line(log("p", own)));
    let _ = bench.events();
    bench.line(&vars());
    let event = &bench.events()[0];
    let snapshot = &event["event"]["debugger"]["snapshot"];
    assert_eq!(
        snapshot["captures"]["lines"]["42"]["captureExpressions"],
        json!({"good": {"type": "integer", "value": "101"}})
    );
    assert_eq!(snapshot["evaluationErrors"][0]["expr"], "bad");
    assert_eq!(event["event"]["message"], "paid 101");
}

#[test]
fn tags_say_who_set_them_and_what_of_them_failed() {
    let bench = Bench::new();
    let decorations = json!({"targetSpan": "ROOT", "decorations": [
        {"when": {"dsl": "total > 100"}, "tags": [{"name": "big", "value": {"template": "{total}"}}]},
        {"when": {"dsl": "total > 200"}, "tags": [{"name": "huge", "value": {"template": "yes"}}]},
        {"when": {"dsl": "missing > 1"}, "tags": [{"name": "no", "value": {"template": "yes"}}]},
        {"tags": [{"name": "part", "value": {"template": "a {nothing}"}}]}]});
    bench.load(&at_line(probe("p", "SPAN_DECORATION_PROBE", decorations)));
    let _ = bench.events();
    bench.line(&vars());
    let events = bench.events();
    assert_eq!(events.iter().map(word).collect::<Vec<_>>(), ["error", "tags"]);
    assert_eq!(events[1]["target"], "root");
    let tags = events[1]["tags"].as_object().unwrap();
    let keys: Vec<&String> = tags.keys().collect();
    assert_eq!(
        keys,
        ["_dd.di.big.probe_id", "_dd.di.part.evaluation_error", "_dd.di.part.probe_id", "big", "part"]
    );
    assert_eq!((&tags["big"], &tags["_dd.di.big.probe_id"]), (&json!("101"), &json!("p")));
    assert!(tags["_dd.di.part.evaluation_error"].as_str().unwrap().contains("nothing"));
    // errors of tags: one per second
    let mut errors = 0;
    for _ in 0..50 {
        bench.after(100).line(&vars());
        errors += bench.events().iter().filter(|event| word(event) == "error").count();
    }
    assert_eq!(errors, 5);
    assert_eq!(bench.counts("p"), "emitted 51");
}

#[test]
fn tags_without_a_group_that_matches_are_not_matched() {
    let bench = Bench::new();
    let own = json!({"life": {"maxHits": 1}, "decorations": [
        {"when": {"dsl": "total > 200"}, "tags": [{"name": "huge", "value": {"template": "yes"}}]}]});
    bench.load(&at_line(probe("p", "SPAN_DECORATION_PROBE", own)));
    (0..3).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.counts("p"), "not_matched 3");
    bench.line(&json!({"total": 201}));
    assert_eq!(bench.counts("p"), "emitted 1, not_matched 3");
    assert_eq!(bench.report("p").status, Some(Status::Done));
}

#[test]
fn every_and_max_hits_choose_among_the_hits_that_match() {
    let bench = Bench::new();
    bench.load(&at_line(log(
        "p",
        json!({"when": {"dsl": "total > 100"}, "life": {"every": 3, "maxHits": 2}}),
    )));
    let _ = bench.events();
    let mut fired = Vec::new();
    for hit in 0..12 {
        bench.after(1_000).line(&vars());
        bench.line(&json!({"total": 1}));
        if bench.events().len() == 1 {
            fired.push(hit);
        }
    }
    assert_eq!(fired, [0, 3]);
    assert_eq!(bench.counts("p"), "emitted 2, not_matched 3, skipped 2, done 17");
    assert_eq!(bench.report("p").status, Some(Status::Done));
}

#[test]
fn a_done_probe_says_what_it_came_to() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"version": 2, "life": {"maxHits": 2}}))));
    assert_eq!(bench.statuses(), ["p v2 RECEIVED", "p v2 INSTALLED"]);
    (0..5).for_each(|_| bench.line(&vars()));
    assert_eq!(
        bench.statuses(),
        [
            "p v2 EMITTING",
            "p v2 DONE: it has given as many events as `maxHits` allows; it was hit 2 times and gave 2 events"
        ]
    );
    assert_eq!(bench.counts("p"), "emitted 2, done 3");
}

#[test]
fn a_probe_is_done_when_its_last_event_was_given_and_not_before() {
    let bench = Bench::new();
    let own =
        json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1000}, "life": {"maxHits": 2}});
    bench.load(&log("p", own));
    let calls = [bench.enter(&vars()), bench.enter(&vars()), bench.enter(&vars())];
    bench.exit(calls[0], &vars(), Outcome::Returned);
    // the second may still be abandoned, and is
    assert_eq!(bench.report("p").status, Some(Status::Emitting));
    bench.probes.abandon(calls[1]);
    bench.exit(calls[2], &vars(), Outcome::Returned);
    assert_eq!(bench.counts("p"), "emitted 1, skipped 1, done 1");
    bench.call(&vars());
    assert_eq!(bench.report("p").status, Some(Status::Done));
    assert_eq!(bench.counts("p"), "emitted 2, skipped 1, done 1");
}

#[test]
fn a_probe_expires_a_while_after_it_was_installed() {
    let bench = Bench::new();
    let file = at_line(log("p", json!({"life": {"expiresAfter": "5s"}})));
    let read = probelang_probe::config::Reader::new(&bench.engine).read(&file.to_string());
    let _ = bench.probes.load(&read, bench.now());
    // its code is loaded late
    bench.after(60_000);
    bench.probes.arm("p", &bench.site, &mut *bench.names.borrow_mut(), bench.now()).unwrap();
    bench.after(4_999).line(&vars());
    bench.after(1).line(&vars());
    bench.line(&vars());
    assert_eq!(bench.counts("p"), "emitted 1, expired 2");
    assert_eq!(
        bench.statuses().last().unwrap(),
        "p v0 EXPIRED: its time is over; it was hit once and gave 1 event"
    );
    // without a hit, a tick notices
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"life": {"expiresAt": "1970-01-01T01:00:00Z"}}))));
    bench.after(3_600_000);
    bench.probes.tick(bench.now());
    assert_eq!(bench.report("p").status, Some(Status::Expired));
}

#[test]
fn an_update_keeps_counters_and_tokens_and_a_new_place_is_a_new_probe() {
    let bench = Bench::new();
    let own = json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 0.1}});
    bench.load(&at_line(log("p", own.clone())));
    bench.line(&vars());
    let mut changed = at_line(log("p", own.clone()));
    changed["template"] = "now {total}".into();
    changed["version"] = 1.into();
    let _ = bench.all_events();
    assert_eq!(bench.load(&changed), ["update p"]);
    assert_eq!(bench.statuses(), ["p v1 RECEIVED", "p v1 INSTALLED"]);
    // the token of ten seconds is still taken
    bench.line(&vars());
    assert_eq!(bench.counts("p"), "emitted 1, rate_limited 1");
    bench.after(10_000).line(&vars());
    let events = bench.all_events();
    assert_eq!(events[0]["event"]["message"], "now 101");
    // the new version gives events, and says so
    assert_eq!(events[1]["event"]["debugger"]["diagnostics"]["status"], "EMITTING");
    assert_eq!(bench.counts("p"), "emitted 2, rate_limited 1");
    // the same file changes nothing
    assert_eq!(bench.load(&changed), Vec::<String>::new());
    assert_eq!(bench.all_events(), Vec::<Value>::new());
    changed["where"]["lines"] = json!(["43"]);
    assert_eq!(bench.load(&changed), ["remove p", "add p"]);
    bench.line(&vars());
    assert_eq!(bench.counts("p"), "emitted 1");
    let metric = at_line(probe("p", "METRIC_PROBE", json!({"kind": "COUNT", "metricName": "n"})));
    assert_eq!(bench.load(&metric), ["remove p", "add p"]);
}

#[test]
fn a_probe_that_was_wrong_and_is_mended_is_installed_without_a_new_version() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"when": {"dsl": "total >"}}))));
    let statuses = bench.statuses();
    assert!(statuses.len() == 1 && statuses[0].starts_with("p v0 ERROR: "), "{statuses:?}");
    bench.load(&at_line(log("p", json!({"when": {"dsl": "total > 1"}}))));
    assert_eq!(bench.statuses(), ["p v0 RECEIVED", "p v0 INSTALLED"]);
    // wrong again: it is stopped
    bench.load(&at_line(log("p", json!({"when": {"dsl": "total >"}}))));
    assert_eq!(bench.statuses().len(), 1);
    bench.line(&vars());
    assert_eq!(bench.all_events(), Vec::<Value>::new());
    // back to an older version
    bench.load(&at_line(log("p", json!({"version": 5}))));
    bench.load(&at_line(log("p", json!({"version": 4}))));
    let versions = ["p v5 RECEIVED", "p v5 INSTALLED", "p v4 RECEIVED", "p v4 INSTALLED"];
    assert_eq!(bench.statuses(), versions);
}

#[test]
fn a_done_or_expired_probe_goes_on_when_its_life_is_made_longer() {
    let bench = Bench::new();
    let of = |life: Value| at_line(log("p", json!({"life": life})));
    bench.load(&of(json!({"maxHits": 1})));
    (0..2).for_each(|_| bench.line(&vars()));
    bench.load(&of(json!({"maxHits": 3, "expiresAfter": "10s"})));
    (0..3).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.counts("p"), "emitted 3, done 2");
    bench.load(&of(json!({"expiresAfter": "10s"})));
    bench.line(&vars());
    bench.after(10_000).line(&vars());
    assert_eq!(bench.counts("p"), "emitted 4, expired 1, done 2");
    bench.load(&of(json!({"expiresAfter": "20s"})));
    bench.line(&vars());
    assert_eq!(bench.counts("p"), "emitted 5, expired 1, done 2");
    assert_eq!(bench.report("p").status, Some(Status::Emitting));
}

#[test]
fn the_kill_switch_stops_everything_also_calls_that_run() {
    let bench = Bench::new();
    bench.load(&json!([log("call", json!({"captureSnapshot": true})), at_line(log("line", json!({})))]));
    let _ = bench.all_events();
    let call = bench.enter(&vars());
    bench.probes.switch_off(true);
    bench.line(&vars());
    assert!(bench.enter(&vars()).is_over());
    bench.exit(call, &vars(), Outcome::Returned);
    assert_eq!(bench.all_events(), Vec::<Value>::new());
    assert_eq!((bench.counts("call").as_str(), bench.counts("line").as_str()), ("skipped 1", ""));
    // a file does not undo it, and it does not undo a file
    let file = json!([at_line(log("line", json!({})))]);
    bench.load(&file);
    assert!(bench.probes.is_off());
    bench.probes.switch_off(false);
    bench.line(&vars());
    assert_eq!(bench.counts("line"), "emitted 1");
    bench.load(&json!({"enabled": false, "probes": file}));
    bench.probes.switch_off(false);
    bench.line(&vars());
    assert_eq!(bench.counts("line"), "emitted 1");
    bench.load(&file);
    bench.line(&vars());
    assert_eq!(bench.counts("line"), "emitted 2");
}

#[test]
fn only_so_many_calls_of_a_probe_wait() {
    let limits = Limits::default().with_waiting(3);
    let bench = Bench::with(Settings::default().with_limits(limits), Engine::new());
    let own =
        json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1000}, "life": {"maxHits": 100}});
    bench.load(&log("p", own));
    let calls: Vec<_> = (0..5).map(|_| bench.enter(&vars())).collect();
    assert_eq!(bench.counts("p"), "over_budget 2");
    for call in calls {
        bench.exit(call, &vars(), Outcome::Returned);
    }
    assert_eq!(bench.counts("p"), "emitted 3, over_budget 2");
    // there is room again
    bench.call(&vars());
    assert_eq!(bench.counts("p"), "emitted 4, over_budget 2");
}

#[test]
fn captures_take_so_many_bytes_per_second_and_no_more() {
    let limits = Limits::default().with_capture_bytes(1_000);
    let bench = Bench::with(Settings::default().with_limits(limits), Engine::new());
    let text = "x".repeat(200);
    bench.load(&json!([
        log("call", json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1000}})),
        at_line(log("line", json!({"sampling": {"snapshotsPerSecond": 1000}}))),
    ]));
    // also what waits counts
    let calls: Vec<_> = (0..20).map(|_| bench.enter(&json!({"total": text}))).collect();
    let refused = bench.report("call").counts.of(Cause::OverBudget);
    assert!((14..=17).contains(&refused), "{refused}");
    for call in calls {
        bench.exit(call, &json!({"total": text}), Outcome::Returned);
    }
    let counts = bench.report("call").counts;
    assert_eq!(counts.of(Cause::Emitted), 20 - refused);
    // logs go on, and captures when the bytes have flown away
    bench.line(&vars());
    assert_eq!(bench.counts("line"), "emitted 1");
    bench.after(5_000).call(&vars());
    assert_eq!(bench.report("call").counts.of(Cause::Emitted), 21 - refused);
}

#[test]
fn a_probe_that_costs_too_much_is_paused_and_goes_on() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", when("total > 1000"))));
    let _ = bench.all_events();
    // 1 ms of CPU for each hit, measured on every 32nd, ten times as much as time passes; 100 ms may be taken at once
    bench.clocks.set_step(Duration::from_millis(1));
    let mut hits = 0;
    while bench.report("p").status != Some(Status::Paused) {
        bench.after_micros(100);
        bench.line(&vars());
        hits += 1;
        assert!(hits < 20_000);
    }
    let statuses = bench.statuses();
    assert_eq!(statuses.len(), 1);
    assert!(statuses[0].starts_with("p v0 PAUSED: it took 1"), "{statuses:?}");
    assert!(statuses[0].contains(" ms of CPU time in ") && statuses[0].ends_with("is hit less often helps"));
    bench.after(100).line(&vars());
    assert_eq!(bench.report("p").counts.of(Cause::Paused), 1);
    // half of the ten seconds have to drain, and what it was over
    bench.after(1_000);
    bench.probes.tick(bench.now());
    assert_eq!(bench.statuses(), Vec::<String>::new());
    bench.after(9_000);
    bench.probes.tick(bench.now());
    assert_eq!(bench.statuses(), ["p v0 INSTALLED"]);
    bench.line(&json!({"total": 2000}));
    assert_eq!(bench.statuses(), ["p v0 EMITTING"]);
}

#[test]
fn the_cpu_clock_is_read_on_every_32nd_hit_and_every_capture() {
    use std::sync::atomic::Ordering;
    let bench = Bench::new();
    bench.load(&at_line(log("p", when("total > 1000"))));
    (0..320).for_each(|_| bench.line(&vars()));
    // without a clock there is nothing to read at the end
    assert_eq!(bench.clocks.readings.swap(0, Ordering::Relaxed), 10);
    bench.clocks.set_step(Duration::from_nanos(1));
    (0..320).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.clocks.readings.swap(0, Ordering::Relaxed), 20);
    bench.load(&at_line(log("c", json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1e6}}))));
    (0..32).for_each(|_| bench.line(&vars()));
    // each capture, and one whole hit
    assert_eq!(bench.clocks.readings.load(Ordering::Relaxed), 66);
}

#[test]
fn the_cpu_clock_is_not_read_for_hits_that_are_short_on_the_wall() {
    use std::sync::atomic::Ordering;
    let bench = Bench::new();
    bench.load(&at_line(log("p", when("total > 1000"))));
    bench.clocks.set_step(Duration::from_millis(1));
    bench.clocks.set_wall_step(Duration::from_micros(50));
    (0..320).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.clocks.readings.load(Ordering::Relaxed), 0);
    assert_eq!(bench.clocks.wall_readings.load(Ordering::Relaxed), 20);
}

#[test]
fn after_a_hit_that_is_long_on_the_wall_the_cpu_clock_measures_32_times() {
    use std::sync::atomic::Ordering;
    let bench = Bench::new();
    bench.load(&at_line(log("p", when("total > 1000"))));
    // the thread waits for a CPU
    bench.clocks.set_step(Duration::from_nanos(100));
    bench.clocks.set_wall_step(Duration::from_micros(51));
    let readings = || {
        let read = |count: &std::sync::atomic::AtomicU64| count.swap(0, Ordering::Relaxed);
        (read(&bench.clocks.wall_readings), read(&bench.clocks.readings))
    };
    bench.line(&vars());
    assert_eq!(readings(), (2, 0));
    // at once, and from then on every 32nd
    bench.line(&vars());
    assert_eq!(readings(), (0, 2));
    (0..31 * 32).for_each(|_| bench.line(&vars()));
    assert_eq!(readings(), (0, 62));
    bench.clocks.set_wall_step(Duration::from_micros(50));
    (0..320).for_each(|_| bench.line(&vars()));
    assert_eq!(readings(), (20, 0));
    // it was short by the clock that knows
    assert_ne!(bench.report("p").status, Some(Status::Paused));
}

#[test]
fn a_thread_that_waits_for_a_cpu_does_not_pause_its_probe() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", when("total > 1000"))));
    bench.clocks.set_step(Duration::from_nanos(100));
    bench.clocks.set_wall_step(Duration::from_millis(10));
    for _ in 0..20_000 {
        bench.after_micros(100);
        bench.line(&vars());
    }
    assert_ne!(bench.report("p").status, Some(Status::Paused));
}

#[test]
fn a_probe_that_costs_too_much_is_paused_as_soon_with_a_clock_on_the_wall() {
    let hits = |probe: Value, wall: Duration| {
        let bench = Bench::new();
        bench.load(&at_line(probe));
        bench.clocks.set_step(Duration::from_millis(1));
        bench.clocks.set_wall_step(wall);
        let mut hits = 0;
        while bench.report("p").status != Some(Status::Paused) {
            bench.after_micros(100);
            bench.line(&vars());
            hits += 1;
            assert!(hits < 20_000);
        }
        hits
    };
    let capturing = json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1e6}});
    for (probe, later) in [(log("p", when("total > 1000")), 1), (log("p", capturing), 1)] {
        let without = hits(probe.clone(), Duration::ZERO);
        let with = hits(probe, Duration::from_millis(1));
        assert!(with <= without + later, "{with} {without}");
    }
}

#[test]
fn a_metric_has_only_so_many_combinations_of_tags() {
    let limits = Limits::default().with_combinations(2);
    let bench = Bench::with(Settings::default().with_limits(limits), Engine::new());
    let own = json!({"kind": "HISTOGRAM", "metricName": "n", "value": {"dsl": "total"}, "unit": "byte",
        "tags": ["team:pay"],
        "metricTags": [{"name": "user", "value": {"template": "{user}"}}, {"name": "fix", "value": {"template": "x"}}]});
    bench.load(&at_line(probe("p", "METRIC_PROBE", own)));
    let _ = bench.events();
    for user in ["a", "b", "c", "a", "d"] {
        bench.line(&json!({"total": 1, "user": user}));
    }
    let tags: Vec<String> = bench
        .events()
        .iter()
        .map(|event| {
            assert_eq!(event["unit"], "byte");
            let tags = event["tags"].as_array().unwrap();
            tags.iter().map(|tag| tag.as_str().unwrap()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let with = |user: &str, fix: &str| format!("team:pay user:{user} fix:{fix} debugger.probeid:p");
    let other = with("_other", "_other");
    assert_eq!(tags, [with("a", "x"), with("b", "x"), other.clone(), with("a", "x"), other]);
    assert_eq!(
        bench.report("p").verdict,
        "hit 5 times, and gave an event each time; 2 samples have too many different tags and count under `_other`"
    );
}

#[test]
fn what_the_program_does_not_allow_is_blocked_with_its_reason() {
    let settings = |rules: Rules, env: Option<&str>| {
        let process = Process::default().with_service(None, env.map(str::to_owned), None);
        Settings::default().with_rules(rules).with_process(process)
    };
    let capturing = at_line(log("p", json!({"captureSnapshot": true})));
    for (rules, env, why) in [
        (Rules::default().without_capture(), None, "the program allows no captures"),
        (
            Rules::default().only_in(["test"]),
            Some("prod"),
            "the program allows no probes in the environment `prod`",
        ),
        (
            Rules::default().only_in(["test"]),
            None,
            "the program allows probes in certain environments only, and does not say in which it runs",
        ),
        (Rules::default().denying_types(["shop.*"]), None, "the program allows no probes in `shop.*`"),
        (Rules::default().denying_packages(["shop"]), None, "the program allows no probes in `shop.*`"),
        (
            Rules::default().only_types(["bank.*"]),
            None,
            "the program allows probes in certain types only, and this is none of them",
        ),
    ] {
        let bench = Bench::with(settings(rules, env), Engine::new());
        bench.load(&capturing);
        assert_eq!(bench.statuses(), ["p v0 RECEIVED".to_owned(), format!("p v0 BLOCKED: {why}")]);
        bench.load(&capturing);
        bench.line(&vars());
        assert_eq!(bench.all_events(), Vec::<Value>::new());
    }
    let bench = Bench::with(settings(Rules::default().only_in(["test"]), Some("test")), Engine::new());
    bench.load(&capturing);
    assert_eq!(bench.statuses(), ["p v0 RECEIVED", "p v0 INSTALLED"]);
    let unknown = bench.probes.arm("q", &bench.site, &mut *bench.names.borrow_mut(), bench.now());
    assert_eq!(unknown, Err(ArmError::Unknown("q".into())));
}

#[test]
fn a_service_configuration_denies_more_and_never_less() {
    let rules = Rules::default().denying_types(["shop.Vault"]);
    let bench = Bench::with(Settings::default().with_rules(rules), Engine::new());
    let vault = Arc::new(Site::new(Some("shop.Vault"), "Vault.open"));
    let file = |service: Value| {
        let mut service = service;
        service["type"] = "SERVICE_CONFIGURATION".into();
        service["id"] = "shop".into();
        json!([service, at_line(log("p", json!({}))), at_line(log("q", json!({})))])
    };
    let arm = |id: &str, site: &Arc<Site>| {
        bench.probes.arm(id, site, &mut *bench.names.borrow_mut(), bench.now()).is_ok()
    };
    let _ = bench.load(&file(json!({})));
    assert!(arm("p", &bench.site) && !arm("q", &vault));
    let _ = bench.all_events();
    // now nothing is allowed in the shop: what runs is stopped
    let _ = bench.load(&file(json!({"denyList": {"packagePrefixes": ["shop."]}})));
    let statuses = bench.statuses();
    let why = "the service configuration allows no probes in `shop.*`";
    assert!(statuses.contains(&format!("p v0 BLOCKED: {why}")), "{statuses:?}");
    bench.line(&vars());
    assert_eq!(bench.counts("p"), "blocked 1");
    // and goes on when it is allowed again, but not in what the program denies
    for allow in [
        json!({"allowList": {"classes": ["shop.Cart", "shop.Vault"]}}),
        json!({"allow": {"package_prefixes": ["shop"]}}),
    ] {
        let _ = bench.load(&file(allow));
        bench.line(&vars());
        assert_eq!(bench.report("p").status, Some(Status::Emitting));
        assert!(!arm("q", &vault));
        let _ = bench.load(&file(json!({"allowList": {"classes": ["bank.Account"]}})));
        assert_eq!(bench.report("p").status, Some(Status::Blocked));
    }
}

#[test]
fn a_service_configuration_lowers_the_rate_of_captures_while_it_is_there() {
    let bench = Bench::new();
    let own = json!({"captureSnapshot": true, "sampling": {"snapshotsPerSecond": 1000}});
    let probes = json!([at_line(log("p", own))]);
    let file = |rate: f64| {
        let service =
            json!({"type": "SERVICE_CONFIGURATION", "id": "s", "sampling": {"snapshotsPerSecond": rate}});
        json!([service, probes[0].clone()])
    };
    let emitted = |hits: u32| {
        let before = bench.report("p").counts.of(Cause::Emitted);
        for _ in 0..hits {
            bench.after_micros(1_000);
            bench.line(&vars());
        }
        bench.report("p").counts.of(Cause::Emitted) - before
    };
    bench.load(&file(5.0));
    bench.after(10_000);
    assert_eq!(emitted(100), 5);
    // more than the program allows is not to be had
    bench.load(&file(1_000_000.0));
    bench.after(10_000);
    assert!((100..=150).contains(&emitted(500)));
    bench.load(&file(5.0));
    bench.load(&probes);
    bench.after(10_000);
    assert!((100..=150).contains(&emitted(500)));
}

#[test]
fn statuses_come_in_order_once_and_again_after_an_hour() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({}))));
    assert_eq!(bench.statuses(), ["p v0 RECEIVED", "p v0 INSTALLED"]);
    (0..3).for_each(|_| bench.line(&vars()));
    assert_eq!(bench.statuses(), ["p v0 EMITTING"]);
    for _ in 0..61 {
        bench.after(60_000);
        bench.probes.tick(bench.now());
    }
    assert_eq!(bench.statuses(), ["p v0 EMITTING"]);
    bench.probes.report("p", 0, Status::Drifted, Some("line 42 is another line now"), bench.now());
    bench.probes.report("p", 0, Status::Drifted, Some("line 42 is another line now"), bench.now());
    assert_eq!(bench.statuses(), ["p v0 DRIFTED: line 42 is another line now"]);
    // a probe that is gone gets no status, also not from a hit that comes late
    bench.load(&json!([]));
    bench.probes.report("p", 0, Status::Error, Some("late"), bench.now());
    bench.after(7_200_000);
    bench.probes.tick(bench.now());
    assert_eq!(bench.statuses(), Vec::<String>::new());
    assert_eq!(bench.probes.statuses(), []);
}

#[test]
fn a_verdict_names_what_decided_most_of_the_misses() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", when("total > 1000 && user.name == \"Ada\""))));
    assert_eq!(bench.report("p").verdict, "never hit: nothing has run at its place since it was installed");
    for _ in 0..5 {
        // one missed hit per second is looked at
        (0..10).for_each(|_| bench.line(&vars()));
        bench.after(1_000);
    }
    assert_eq!(
        bench.report("p").verdict,
        "hit 50 times, and its condition was false each time; `total > 1000` decided each miss that was looked at"
    );
    bench.line(&json!({"total": 2000, "user": {"name": "Grace"}}));
    assert_eq!(
        bench.report("p").verdict,
        "hit 51 times, and its condition was false each time; `total > 1000` decided most misses that were looked at"
    );
}

#[test]
fn a_probe_at_two_places_has_one_life() {
    let bench = Bench::new();
    bench.load(&at_line(log("p", json!({"life": {"maxHits": 3}}))));
    let other = Arc::new(Site::new(None, "cart.py:42"));
    bench.probes.arm("p", &other, &mut *bench.names.borrow_mut(), bench.now()).unwrap();
    for site in [&bench.site, &other, &other, &bench.site] {
        bench.seen(&vars(), |seen| bench.probes.line(site, seen, bench.now()));
    }
    assert_eq!(bench.counts("p"), "emitted 3, done 1");
    bench.probes.disarm("p", &other);
    assert!(other.is_empty() && !bench.site.is_empty());
}

#[test]
fn several_probes_of_a_place_do_not_disturb_each_other() {
    let bench = Bench::new();
    bench.load(&json!([
        at_line(log("bad", when("missing > 1"))),
        at_line(log("never", when("total > 1000"))),
        at_line(log("once", json!({"life": {"maxHits": 1}}))),
        at_line(log("good", json!({}))),
    ]));
    (0..3).for_each(|_| bench.line(&vars()));
    let counts: Vec<String> = bench.probes.reports().iter().map(words).collect();
    assert_eq!(counts, ["failed 3", "emitted 3", "not_matched 3", "emitted 1, done 2"]);
}

/// A secret under every name and type that is hidden, in everything that can leave.
#[test]
fn nothing_that_leaves_shows_what_is_hidden() {
    const CANARY: &str = "canary-7f3a";
    let policy = Policy::built_in().with_types(["shop.Secret*"]);
    let bench = Bench::redacting(policy);
    let template = "paid {password} {user} {user.password} {missing}";
    bench.load(&json!([
        log("snapshot", json!({"captureSnapshot": true, "template": template})),
        log("entry", json!({"captureSnapshot": true, "evaluateAt": "ENTRY", "template": template})),
        log("log", json!({"template": template})),
        log("failing", json!({"captureSnapshot": true, "when": {"dsl": "password == \"x\""}})),
        log("failing2", json!({"when": {"dsl": "len(user.password) > 1"}})),
        log("silent", json!({"when": {"dsl": "total == 5 && user.name == \"Ada\""}})),
        log(
            "expressions",
            json!({"template": template, "captureExpressions": [
            {"name": "a", "expr": {"dsl": "password"}}, {"name": "token", "expr": {"dsl": "total"}},
            {"name": "b", "expr": {"dsl": "user"}}]})
        ),
        probe(
            "metric",
            "METRIC_PROBE",
            json!({"kind": "GAUGE", "metricName": "n", "value": {"dsl": "total"},
            "tags": ["password:canary-7f3a", "team:pay"],
            "metricTags": [{"name": "apikey", "value": {"template": "{name}"}},
                {"name": "t", "value": {"template": template}}]})
        ),
        probe(
            "badmetric",
            "METRIC_PROBE",
            json!({"kind": "GAUGE", "metricName": "n", "value": {"dsl": "password"}})
        ),
        probe("span", "SPAN_PROBE", json!({"tags": ["session:canary-7f3a"]})),
        probe(
            "tags",
            "SPAN_DECORATION_PROBE",
            json!({"decorations": [
            {"when": {"dsl": "password == \"x\""}, "tags": [{"name": "no", "value": {"template": "x"}}]},
            {"tags": [{"name": "t", "value": {"template": template}},
                {"name": "secret", "value": {"template": "{name}"}}]}]})
        ),
    ]));
    let vars = json!({"total": 1, "name": CANARY, "password": CANARY,
        "user": {"name": "Ada", "password": CANARY, "tokens": {"token": CANARY}}, "@return": {"secret": CANARY}});
    // `name` is nobody's secret: only probes whose tags are hidden read it, and snapshots do not
    let thrown = Throwable { type_name: "shop.SecretError", message: Some(CANARY), ..THROWN };
    let mut captured = vars.clone();
    captured.as_object_mut().unwrap().remove("name");
    for outcome in [Outcome::Returned, Outcome::Threw(&thrown)] {
        let call = bench.seen(&vars, |seen| {
            let listed: Vec<_> = seen.names.iter().copied().filter(|name| name.name != "name").collect();
            let seen = scene::Seen { view: seen.view, names: &listed };
            bench.probes.enter(&bench.site, &seen, bench.now())
        });
        bench.after(2_000);
        bench.seen(&vars, |seen| {
            let listed: Vec<_> = seen.names.iter().copied().filter(|name| name.name != "name").collect();
            let seen = scene::Seen { view: seen.view, names: &listed };
            bench.probes.exit(call, &bench.site, &seen, outcome, bench.now());
        });
    }
    bench.probes.report("log", 0, Status::Drifted, None, bench.now());
    let events = bench.all_events();
    let kinds: std::collections::BTreeSet<&str> =
        events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    for event in &events {
        assert!(!event.to_string().contains(CANARY), "{event}");
        assert!(!event.to_string().contains("Ada") || event["kind"] != "status", "{event}");
    }
    for report in bench.probes.reports() {
        let text = format!("{report:?}");
        assert!(!text.contains(CANARY), "{text}");
    }
    let spans: Vec<&Value> = events.iter().filter(|event| event["kind"] == "span").collect();
    assert_eq!(spans[1]["error"], json!({"type": "shop.SecretError", "message": "{redacted}"}));
    assert_eq!(spans[0]["tags"]["session"], "{redacted}");
    let metric = events.iter().find(|event| event["kind"] == "metric").unwrap();
    assert_eq!(metric["tags"][0], "password:{redacted}");
    assert_eq!(metric["tags"][2], "apikey:{redacted}");
}

/// A scene whose hits are reported with the time of a coarse clock, and which counts how often it is asked for the exact one.
struct Coarse<'s>(&'s scene::Seen<'s>, Timestamp, std::cell::Cell<u32>);

impl Scene for Coarse<'_> {
    fn host(&self) -> &dyn probelang::host::Host {
        self.0.host()
    }
    fn time(&self) -> Option<Timestamp> {
        self.2.set(self.2.get() + 1);
        Some(self.1)
    }
}

#[test]
fn the_exact_time_is_asked_only_for_events_and_for_calls_whose_end_is_waited_for() {
    let exact = |bench: &Bench, millis: u64| Timestamp::from_millis(bench.now().millis() + millis);
    let at = |bench: &Bench, millis, hit: &dyn Fn(&dyn Scene)| {
        bench.seen(&vars(), |seen| {
            let scene = Coarse(seen, exact(bench, millis), std::cell::Cell::new(0));
            hit(&scene);
            scene.2.get()
        })
    };
    let bench = Bench::new();
    bench.load(&json!([
        at_line(log("line", when("total > 101"))),
        log("entry", json!({"evaluateAt": "ENTRY", "when": {"dsl": "total > 101"}})),
    ]));
    let line = |scene: &dyn Scene| bench.probes.line(&bench.site, scene, bench.now());
    let enter = |scene: &dyn Scene| assert!(bench.probes.enter(&bench.site, scene, bench.now()).is_over());
    assert_eq!((at(&bench, 3, &line), at(&bench, 3, &enter)), (0, 0));

    let bench = Bench::new();
    bench.load(&json!([log("exit", json!({})), probe("span", "SPAN_PROBE", json!({}))]));
    let _ = bench.events();
    let call = std::cell::Cell::new(None);
    let enter = |scene: &dyn Scene| call.set(Some(bench.probes.enter(&bench.site, scene, bench.now())));
    assert_eq!(at(&bench, 3, &enter), 1);
    let start = exact(&bench, 3);
    assert_eq!(call.get().unwrap().start(), start);
    bench.after(10);
    let exit = |scene: &dyn Scene| {
        let call = call.get().unwrap();
        bench.probes.exit(call, &bench.site, scene, Outcome::Returned, bench.now());
    };
    assert_eq!(at(&bench, 1, &exit), 2);
    let events = bench.events();
    let [log, span] = &events[..] else { panic!("{events:?}") };
    assert_eq!(log["event"]["debugger"]["snapshot"]["timestamp"], json!(exact(&bench, 1).millis()));
    assert_eq!(log["event"]["debugger"]["snapshot"]["duration"], json!(8_000_000));
    assert_eq!((&span["start"], &span["duration"]), (&json!(start.nanos()), &json!(8_000_000)));
}

/// A scene that says where an exception was thrown, and counts how often it is asked.
struct Throwing<'s>(&'s scene::Seen<'s>, std::cell::Cell<u32>);

impl Scene for Throwing<'_> {
    fn host(&self) -> &dyn probelang::host::Host {
        self.0.host()
    }
    fn thrown<'f>(&'f self, frames: &mut Vec<StackFrame<'f>>) {
        self.1.set(self.1.get() + 1);
        frames.push(StackFrame {
            file: Some("shop/cart.py"),
            function: Some("decline"),
            line: Some(7),
            column: None,
        });
    }
}

#[test]
fn where_an_exception_was_thrown_is_asked_only_for_what_is_sent() {
    let given = Throwable { stack: &[StackFrame { line: Some(9), ..StackFrame::default() }], ..THROWN };
    // the probe, the outcome of the call, how often the scene is asked, the line that is sent
    let table = [
        (log("p", json!({"captureSnapshot": true})), &THROWN, 1, Some(7)),
        (log("p", json!({"captureSnapshot": true})), &given, 0, Some(9)),
        (log("p", json!({"captureSnapshot": true, "when": {"dsl": "total < 0"}})), &THROWN, 0, None),
        (log("p", json!({})), &THROWN, 0, None),
        (probe("p", "SPAN_PROBE", json!({})), &THROWN, 1, Some(7)),
        (probe("p", "SPAN_PROBE", json!({})), &given, 0, Some(9)),
    ];
    for (probe, thrown, asked, line) in table {
        let bench = Bench::new();
        bench.load(&json!([probe]));
        let call = bench.enter(&vars());
        let count = bench.seen(&vars(), |seen| {
            let seen = Throwing(seen, std::cell::Cell::new(0));
            bench.probes.exit(call, &bench.site, &seen, Outcome::Threw(thrown), bench.now());
            seen.1.get()
        });
        assert_eq!(count, asked, "{probe}");
        let lines: Vec<Value> = bench
            .events()
            .iter()
            .map(|event| match event["kind"].as_str() {
                Some("span") => &event["error"],
                _ => &event["event"]["debugger"]["snapshot"]["captures"]["return"]["throwable"],
            })
            .map(|thrown| thrown["stacktrace"][0]["lineNumber"].clone())
            .collect();
        let sent = lines.first().and_then(Value::as_u64);
        assert_eq!(sent, line, "{probe}");
    }
}
