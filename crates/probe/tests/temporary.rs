//! Temporary probes of a set: they end by themselves, leave by an outlet of their own, and a file does not touch them.

#![cfg(test)]
#![cfg(not(loom))]

mod scene;

use std::sync::Arc;
use std::time::Duration;

use probelang::redact::{Mode, Policy};
use probelang_probe::config::{Outcome, Reader};
use probelang_probe::event::Event;
use probelang_probe::life::Ended;
use probelang_probe::settings::{Rules, Settings};
use probelang_probe::status::Status;
use probelang_probe::{AddError, Change, Outlet, Terms};
use scene::{Bench, Gathered, as_json, at_line, log, probe, words};
use serde_json::{Value, json};

fn terms(seconds: u64, hits: u64) -> Terms {
    Terms::new(Duration::from_secs(seconds), hits).unwrap()
}

/// Adds a probe that hides all texts, and arms it; gives where its events go.
fn add(bench: &Bench, config: &Value, terms: Terms) -> Result<Arc<Gathered>, AddError> {
    let policy = Policy::built_in().with_mode(Mode::Strict);
    let engine = bench.engine.clone().policy(policy);
    let read = Reader::new(&engine).read(&config.to_string());
    let Outcome::Ready(probe) = &read.probes[0].outcome else { panic!("{:?}", read.probes[0].diagnostics) };
    let out = Arc::new(Gathered::default());
    let outlet = Outlet { policy: Arc::clone(engine.redaction()), output: Arc::clone(&out) as Arc<_> };
    let change = bench.probes.add_temporary(probe, terms, outlet, bench.now())?;
    let Change::Add(probe) = change else { panic!("{change:?}") };
    let _ = bench.probes.arm(&probe.id, &bench.site, &mut *bench.names.borrow_mut(), bench.now());
    Ok(out)
}

fn messages(bench: &Bench, events: Vec<Event>) -> Vec<String> {
    let all = events.into_iter().map(|event| as_json(event, bench.probes.settings()));
    all.map(|event| event["event"]["message"].as_str().unwrap().to_owned()).collect()
}

fn ended(bench: &Bench, id: &str) -> (Option<Ended>, Option<Status>) {
    let (report, ended) = bench.probes.temporary(id).unwrap();
    (ended, report.status)
}

#[test]
fn it_ends_after_so_many_events_however_often_it_is_hit() {
    let bench = Bench::new();
    let config = at_line(log("t", json!({"when": {"dsl": "total > 1"}})));
    let out = add(&bench, &config, terms(60, 2)).unwrap();
    for total in [1, 2, 1, 3, 4, 5] {
        bench.after(2_000).line(&json!({"total": total}));
    }
    assert_eq!(messages(&bench, out.take()), ["paid 2", "paid 3"]);
    assert_eq!(ended(&bench, "t"), (Some(Ended::Done), Some(Status::Done)));
    assert_eq!(words(&bench.report("t")), "emitted 2, not_matched 2, done 2");
    // none of its statuses is news to the output of the set
    assert!(bench.all_events().is_empty());
    assert_eq!(bench.probes.ended_temporaries(), [(Arc::from("t"), Ended::Done)]);
    let (report, change) = bench.probes.remove_temporary("t").unwrap();
    assert!(matches!(change, Change::Remove(_)) && report.status == Some(Status::Done));
    assert!(bench.site.is_empty() && bench.probes.reports().is_empty() && bench.probes.statuses().is_empty());
    assert!(bench.probes.remove_temporary("t").is_none());
}

#[test]
fn it_ends_with_its_time_to_the_nanosecond_also_where_nothing_hits_it_or_it_was_never_placed() {
    let bench = Bench::new();
    // what it says of itself counts where that is less
    for (own, seconds) in [
        (json!({}), 60),
        (json!({"life": {"expiresAfter": "5s"}}), 5),
        (json!({"life": {"expiresAfter": "2h"}}), 60),
    ] {
        let out = add(&bench, &at_line(log("t", own)), terms(60, 20)).unwrap();
        bench.after(seconds * 1_000 - 1).line(&json!({"total": 1}));
        assert_eq!(out.take().len(), 1);
        bench.probes.tick(bench.now());
        assert_eq!(ended(&bench, "t"), (None, Some(Status::Emitting)));
        bench.after(1).line(&json!({"total": 1}));
        assert!(out.take().is_empty());
        assert_eq!(ended(&bench, "t"), (Some(Ended::Expired), Some(Status::Expired)));
        bench.probes.remove_temporary("t").unwrap();
    }
    let read = Reader::new(&bench.engine).read(&at_line(log("u", json!({}))).to_string());
    let Outcome::Ready(probe) = &read.probes[0].outcome else { panic!() };
    let outlet =
        Outlet { policy: Arc::clone(bench.engine.redaction()), output: Arc::clone(&bench.out) as Arc<_> };
    bench.probes.add_temporary(probe, terms(1, 1), outlet, bench.now()).unwrap();
    bench.after(1_000);
    assert!(bench.probes.ended_temporaries().is_empty());
    bench.probes.tick(bench.now());
    assert_eq!(ended(&bench, "u"), (Some(Ended::Expired), Some(Status::Expired)));
}

#[test]
fn its_events_are_redacted_as_its_outlet_says_and_those_of_the_file_as_before() {
    let bench = Bench::new();
    let own = json!({"template": "{user}", "captureSnapshot": true});
    bench.load(&at_line(log("f", own.clone())));
    let out = add(&bench, &at_line(log("t", own)), terms(60, 20)).unwrap();
    bench.after(5_000).line(&json!({"user": "eve hunter2", "total": 7}));
    let of_file = bench.events();
    assert!(of_file.len() == 1 && of_file[0].to_string().contains("eve hunter2"));
    let of_outlet = out.take().into_iter().map(|event| as_json(event, bench.probes.settings()).to_string());
    let of_outlet: Vec<_> = of_outlet.collect();
    assert!(of_outlet.len() == 1 && !of_outlet[0].contains("hunter2"), "{of_outlet:?}");
    assert!(of_outlet[0].contains("\"7\"") && of_outlet[0].contains("strict"), "{of_outlet:?}");
}

#[test]
fn all_kinds_of_probes_leave_by_the_outlet_and_show_no_text() {
    let bench = Bench::new();
    let kinds = [
        ("METRIC_PROBE", json!({"kind": "COUNT", "metricName": "m", "tags": ["a:b"]})),
        ("SPAN_PROBE", json!({})),
        (
            "SPAN_DECORATION_PROBE",
            json!({"targetSpan": "ACTIVE", "decorations": [{"tags": [
                {"name": "user", "value": {"segments": [{"dsl": "user", "json": {"ref": "user"}}]}},
            ]}]}),
        ),
        ("LOG_PROBE", json!({"template": "{user} {missing}", "captureSnapshot": true})),
        // one that fails
        ("LOG_PROBE", json!({"template": "x", "when": {"dsl": "user > 1"}})),
    ];
    let outs: Vec<_> = kinds
        .into_iter()
        .enumerate()
        .map(|(number, (kind, own))| {
            add(&bench, &probe(&format!("t{number}"), kind, own), terms(60, 20)).unwrap()
        })
        .collect();
    bench.after(5_000).call(&json!({"user": "eve hunter2"}));
    for (number, out) in outs.iter().enumerate() {
        let events = out.take();
        assert_eq!(events.len(), 1, "{number}");
        let text = as_json(events.into_iter().next().unwrap(), bench.probes.settings()).to_string();
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(bench.all_events().is_empty());
}

#[test]
fn a_file_leaves_it_alone_unless_it_has_a_probe_of_its_id() {
    let bench = Bench::new();
    bench.load(&at_line(log("f", json!({}))));
    let out = add(&bench, &at_line(log("t", json!({}))), terms(60, 20)).unwrap();
    assert!(
        matches!(add(&bench, &at_line(log("t", json!({}))), terms(1, 1)), Err(AddError::Used(id)) if id == "t")
    );
    assert!(
        matches!(add(&bench, &at_line(log("f", json!({}))), terms(1, 1)), Err(AddError::Used(id)) if id == "f")
    );
    assert_eq!(bench.load(&json!([])), ["remove f"]);
    bench.after(2_000).line(&json!({"total": 1}));
    assert_eq!(out.take().len(), 1);
    assert!(bench.events().is_empty());
    // one of the file that is rejected has the id too
    bench.load(&at_line(log("bad", json!({"when": {"dsl": "a +"}}))));
    assert!(matches!(add(&bench, &at_line(log("bad", json!({}))), terms(1, 1)), Err(AddError::Used(_))));
    bench.statuses();
    assert_eq!(bench.load(&at_line(log("t", json!({})))), ["remove t", "add t"]);
    assert_eq!(bench.statuses(), ["t v0 RECEIVED", "t v0 INSTALLED"]);
    assert!(bench.probes.temporary("t").is_none());
    bench.after(2_000).line(&json!({"total": 2}));
    assert!(out.take().is_empty());
    assert_eq!(bench.events().len(), 1);
}

#[test]
fn the_rules_of_the_program_and_the_kill_switch_count_for_it() {
    let mut settings = Settings::default();
    settings.rules = Rules::default().denying_types(["shop.Vault"]);
    let bench = Bench::with(settings, probelang::Engine::new());
    let mut denied = log("t", json!({}));
    denied["where"]["typeName"] = "shop.Vault".into();
    let vault = Arc::new(probelang_probe::Site::new(Some("shop.Vault"), "Vault.pay"));
    add(&bench, &denied, terms(60, 20)).unwrap();
    assert!(bench.probes.arm("t", &vault, &mut *bench.names.borrow_mut(), bench.now()).is_err());
    assert_eq!(ended(&bench, "t"), (None, Some(Status::Blocked)));
    bench.probes.remove_temporary("t").unwrap();
    let out = add(&bench, &at_line(log("t", json!({}))), terms(60, 20)).unwrap();
    bench.probes.switch_off(true);
    bench.line(&json!({"total": 1}));
    bench.probes.switch_off(false);
    assert!(out.take().is_empty());
    bench.line(&json!({"total": 1}));
    assert_eq!(out.take().len(), 1);
}

#[test]
fn what_is_not_allowed_wherever_it_is_is_not_added() {
    let mut settings = Settings::default();
    settings.rules = Rules::default().only_in(["staging"]);
    let bench = Bench::with(settings, probelang::Engine::new());
    assert!(matches!(add(&bench, &at_line(log("t", json!({}))), terms(1, 1)), Err(AddError::Blocked(_))));
    assert!(bench.probes.statuses().is_empty());
}

#[test]
fn terms_are_bounded() {
    assert!(Terms::new(Duration::from_millis(999), 1).is_err());
    assert!(Terms::new(Terms::LONGEST + Duration::from_nanos(1), 1).is_err());
    assert!(
        Terms::new(Terms::LONGEST, 0).is_err() && Terms::new(Terms::LONGEST, Terms::MOST_HITS + 1).is_err()
    );
    assert!(Terms::new(Terms::LONGEST, Terms::MOST_HITS).is_ok());
}
