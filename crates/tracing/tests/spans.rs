//! Probes at spans: entry, end, results, `async`, panics, threads.

#![cfg(test)]

mod common;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use common::{Program, file, log, until};
use serde_json::{Value, json};
use tracing::instrument;

/// A function of this file.
fn of(name: &str) -> Value {
    json!({"typeName": "spans", "methodName": name})
}

fn span(id: &str, name: &str) -> Value {
    json!({"id": id, "type": "SPAN_PROBE", "where": of(name)})
}

#[instrument(ret, err)]
fn pay(total: i64) -> Result<i64, String> {
    if total > 100 { Err(format!("{total} is too much")) } else { Ok(total * 2) }
}

#[test]
fn the_end_of_a_span_shows_its_fields_its_result_and_its_duration() {
    let program = Program::start(
        "result",
        &file(&[
            log("exit", of("pay"), "{total} {@return} {@duration < 60000}"),
            {
                let mut failed = log("failed", of("pay"), "{total}: {@exception}");
                failed["when"] = json!({"dsl": "isDefined(@exception)"});
                failed
            },
            span("span", "pay"),
        ]),
    );
    program.within(|| {
        let _ = (pay(7), pay(120));
    });
    assert_eq!(program.status("exit").0, "EMITTING: ");
    let gone = program.end();
    let exits = gone.messages("exit");
    assert_eq!(exits[0], "7 14 true");
    assert!(exits[1].starts_with("120 {"), "{exits:?}");
    assert_eq!(gone.messages("failed"), ["120: 120 is too much"]);
    let spans: Vec<&Value> = gone.events.iter().filter(|event| event["kind"] == "span").collect();
    assert_eq!(spans.len(), 2);
    assert!(spans[0].to_string().contains("spans::pay"), "{}", spans[0]);
    assert!(!spans[0].to_string().contains("too much") && spans[1].to_string().contains("120 is too much"));
}

#[test]
fn a_result_that_is_not_written_is_said_in_the_status() {
    #[instrument]
    fn silent() -> i64 {
        5
    }
    let program = Program::start("silent", &file(&[log("p", of("silent"), "{@return}")]));
    program.within(silent);
    let (status, _) = program.status("p");
    assert!(status.starts_with("EMITTING: `@return` is seen only with `#[instrument(ret)]`"), "{status}");
    let gone = program.end();
    assert!(gone.messages("p")[0].starts_with('{'), "{:?}", gone.messages("p"));
}

#[test]
fn an_entry_is_evaluated_when_the_span_is_entered_first() {
    let mut entry = log("entry", of("order"), "{total} {status}");
    entry["evaluateAt"] = json!("ENTRY");
    let program = Program::start("entry", &file(&[entry, log("exit", of("order"), "{total} {status}")]));
    program.within(|| {
        let span = tracing::info_span!("order", total = 3, status = tracing::field::Empty);
        {
            let _entered = span.enter();
            span.record("status", "paid");
        }
        let _entered = span.enter();
    });
    let gone = program.end();
    assert!(gone.messages("entry")[0].starts_with("3 {"), "{:?}", gone.messages("entry"));
    assert_eq!(gone.messages("exit"), ["3 paid"]);
}

#[test]
fn a_span_that_is_never_entered_is_no_call() {
    let program = Program::start("unentered", &file(&[log("p", of("unentered"), "x")]));
    program.within(|| drop(tracing::info_span!("unentered")));
    let (status, verdict) = program.status("p");
    assert_eq!(status, "INSTALLED: ");
    assert!(verdict.starts_with("never hit"), "{verdict}");
}

/// Is pending so many times, and takes a while between.
struct Waits(u32);

impl Future for Waits {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::sleep(Duration::from_millis(10)),
        }
    }
}

#[instrument(ret)]
async fn fetch(item: u32) -> u32 {
    Waits(3).await;
    item + 1
}

#[test]
fn the_duration_of_an_async_function_counts_its_pauses_and_its_end_comes_once() {
    let program = Program::start(
        "async",
        &file(&[log("p", of("fetch"), "{item} {@return} {@duration >= 30}"), span("s", "fetch")]),
    );
    program.within(|| run(fetch(4)));
    let gone = program.end();
    assert_eq!(gone.messages("p"), ["4 5 true"]);
    assert_eq!(gone.events.iter().filter(|event| event["kind"] == "span").count(), 1);
}

#[test]
fn a_future_that_is_dropped_ends_its_span() {
    let program = Program::start("dropped", &file(&[log("p", of("fetch"), "{item} {isDefined(@return)}")]));
    program.within(|| {
        let mut future = Box::pin(fetch(4));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(future);
    });
    assert_eq!(program.end().messages("p"), ["4 false"]);
}

#[test]
fn a_function_that_panics_ends_with_an_exception() {
    #[instrument]
    fn explode(total: i64) {
        assert!(total < 0, "no");
    }
    let program = Program::start("panic", &file(&[span("s", "explode"), log("p", of("explode"), "{total}")]));
    program.within(|| {
        assert!(std::panic::catch_unwind(|| explode(3)).is_err());
        explode(-1);
    });
    let gone = program.end();
    assert_eq!(gone.messages("p"), ["3", "-1"]);
    let spans: Vec<String> =
        gone.events.iter().filter(|event| event["kind"] == "span").map(Value::to_string).collect();
    assert!(spans[0].contains("\"panic\"") && !spans[1].contains("\"panic\""), "{spans:?}");
}

#[test]
fn tags_for_the_end_of_a_span_are_set_whenever_it_is_left() {
    let tags = json!({"id": "t", "type": "SPAN_DECORATION_PROBE", "where": of("fetch"), "targetSpan": "ACTIVE",
        "decorations": [{"when": {"dsl": "isDefined(@return)"},
            "tags": [{"name": "result", "value": {"template": "{@return}"}}]}]});
    let program = Program::start("leave", &file(&[tags]));
    program.within(|| run(fetch(4)));
    let gone = program.end();
    let tags: Vec<String> =
        gone.events.iter().filter(|event| event["kind"] == "tags").map(Value::to_string).collect();
    assert!(!tags.is_empty() && tags.iter().all(|tags| tags.contains('5')), "{tags:?}");
}

#[test]
fn a_line_of_a_span_is_hit_before_it_is_entered() {
    let line = line!() + 1;
    let start = |total: i64| tracing::info_span!("lined", total);
    let place = json!({"sourceFile": file!(), "lines": [line.to_string()]});
    let program = Program::start("lined", &file(&[log("p", place, "{total}")]));
    program.within(|| drop(start(5)));
    assert_eq!(program.end().messages("p"), ["5"]);
}

#[test]
fn a_span_that_began_before_its_probe_is_no_hit() {
    let program = Program::start("before", &file(&[]));
    program.within(|| {
        let open = || tracing::info_span!("long", total = 1).entered();
        let before = open();
        program.change(&file(&[log("p", of("long"), "{total}")]), "p", 0);
        until("it is installed", || program.status("p").0.starts_with("INSTALLED"));
        drop(before);
        drop(open());
    });
    assert_eq!(program.end().messages("p"), ["1"]);
}

#[test]
fn places_lists_what_was_met() {
    let program = Program::start("places", &file(&[]));
    program.within(|| drop(tracing::info_span!(target: "listed", "met", total = 1)));
    let places: Vec<String> = program.probing.places().iter().map(ToString::to_string).collect();
    let mine: Vec<_> = places.iter().filter(|place| place.starts_with("span listed")).collect();
    assert_eq!(mine.len(), 1, "{places:?}");
    assert!(mine[0].starts_with("span listed.met (") && mine[0].ends_with("): total"), "{mine:?}");
}

#[test]
fn a_span_that_is_entered_on_many_threads_is_one_call() {
    let mut entry = log("entry", of("moves"), "{total}");
    entry["evaluateAt"] = json!("ENTRY");
    let program = Program::start("moves", &file(&[entry, log("exit", of("moves"), "{total}")]));
    program.within(|| {
        let span = tracing::info_span!("moves", total = 1);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| span.in_scope(thread::yield_now));
            }
        });
        assert!(program.status("exit").1.starts_with("never hit"), "{}", program.status("exit").1);
        drop(span);
    });
    let gone = program.end();
    assert_eq!((gone.messages("entry"), gone.messages("exit")), (vec!["1".to_owned()], vec!["1".to_owned()]));
}

#[test]
fn hits_of_all_threads_are_counted() {
    let mut never = log("p", of("counted"), "x");
    never["when"] = json!({"dsl": "total < 0"});
    let program = Program::start("counted", &file(&[never]));
    let count = |total: u64| tracing::info!(name: "counted", total);
    program.within(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    tracing::dispatcher::with_default(&dispatch, || (0..500).for_each(count));
                });
            }
        });
    });
    let (_, verdict) = program.status("p");
    assert!(verdict.starts_with("hit 4000 times"), "{verdict}");
}

#[test]
fn probes_change_while_sixteen_threads_hit_them() {
    let probes = |version: u64| {
        let mut one = log("p", of("hot"), "{total}");
        one["version"] = json!(version);
        one["when"] = json!({"dsl": format!("total == {version}")});
        let mut other = log("q", json!({"typeName": "spans", "methodName": "event"}), "{total}");
        other["version"] = json!(version);
        // every other version has one probe only
        if version.is_multiple_of(2) { file(&[one, other]) } else { file(&[one]) }
    };
    let program = Program::start("reload", &probes(0));
    let is_over = AtomicBool::new(false);
    program.within(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    tracing::dispatcher::with_default(&dispatch, || {
                        while !is_over.load(Ordering::Relaxed) {
                            for total in 0..20 {
                                let _span = tracing::info_span!("hot", total).entered();
                                tracing::info!(name: "event", total);
                            }
                            thread::yield_now();
                        }
                    });
                });
            }
            for version in 1..10 {
                program.change(&probes(version), "p", version);
                // each version is really obeyed
                until("the new condition fires", || program.status("p").0.starts_with("EMITTING"));
            }
            is_over.store(true, Ordering::Relaxed);
        });
    });
    let gone = program.end();
    let seen: BTreeSet<u64> = gone.messages("p").iter().map(|message| message.parse().unwrap()).collect();
    assert!((1..10).all(|version| seen.contains(&version)), "{seen:?}");
}
