//! What probes cost in a Rust program, next to no subscriber, to an empty layer, and to a layer written by hand.
//!
//! Each figure is nanoseconds, the least of many small batches: what the machine does besides only adds. Nothing fails here.
//!
//! An argument `unprobed`, `beside`, `event`, `span` or `point` measures these rows only.

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::fmt::Debug;
use std::hint::black_box;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use probelang_tracing::control::{Settings, SinkSpec};
use probelang_tracing::{Inspect, Probing, probe_point};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

/// Batches, and runs in each.
const BATCHES: usize = 400;
const RUNS: u32 = 1_000;

fn least(mut run: impl FnMut(u32)) -> f64 {
    let batch = |run: &mut dyn FnMut(u32)| {
        let start = Instant::now();
        for at in 0..RUNS {
            run(black_box(at));
        }
        start.elapsed().as_nanos() as f64 / f64::from(RUNS)
    };
    (0..BATCHES).map(|_| batch(&mut run)).fold(f64::INFINITY, f64::min)
}

/// The places that are measured; each has callsites of its own, which `tracing` asks once about each subscriber.
fn event(total: u32) {
    tracing::info!(name: "event", total = i64::from(total), user = "eve", price = 1.5);
}

fn span(total: u32) {
    let _entered = tracing::info_span!("span", total = i64::from(total), user = "eve", price = 1.5).entered();
}

/// Wants everything, and does nothing.
struct Empty;

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Empty {}

/// What somebody would write for `total > 1000000`, for one event.
struct Hand;

#[derive(Default)]
struct Total(i64);

impl Visit for Total {
    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "total" {
            self.0 = value;
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Hand {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut total = Total::default();
        event.record(&mut total);
        if black_box(total.0) > 1_000_000 {
            println!("total is {}", total.0);
        }
    }
}

/// A program whose probe file is this.
fn probing(probes: &str) -> Probing {
    let folder = std::env::temp_dir().join(format!("probelang-bench-{}", std::process::id()));
    let file = folder.join("probes.json");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).expect("a folder of ours");
    std::fs::write(&file, format!(r#"{{"probes": [{probes}]}}"#)).expect("a file");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("a file of ours");
    let mut settings = Settings::from_environment(|_| None)
        .with_file(file)
        .with_sinks(vec![SinkSpec::JsonLines("/dev/null".to_owned())])
        .with_sockets(Vec::new());
    // as many hits as a loop has
    let limits = settings.probes.limits.with_rates(1e12, 1e12).with_shares(1e6, 1e6);
    settings.probes = settings.probes.with_limits(limits);
    probelang_tracing::init().settings(|_| settings).start()
}

fn log(name: &str, when: &str, template: &str) -> String {
    format!(
        r#"{{"id": "p", "type": "LOG_PROBE", "where": {{"methodName": "{name}"}}, "template": "{template}", "when": {{"dsl": "{when}"}}}}"#
    )
}

fn row(what: &str, figure: f64, target: &str) {
    println!("{what:<58} {figure:>8.1}  {target}");
}

/// Measures with our layer, alone or next to an empty one.
fn with(probes: &str, is_alone: bool, measure: impl Fn() -> f64) -> f64 {
    let probing = probing(probes);
    let settled = || {
        // at its end the order of the layers is checked, and within a second root spans are of no interest any more
        drop(tracing::info_span!("first").entered());
        std::thread::sleep(Duration::from_millis(1_500));
        measure()
    };
    if is_alone {
        tracing::subscriber::with_default(tracing_subscriber::registry().with(probing.layer()), settled)
    } else {
        let both = tracing_subscriber::registry().with(Empty).with(probing.layer());
        tracing::subscriber::with_default(both, settled)
    }
}

#[derive(Inspect)]
struct Cart {
    total: i64,
    user: User,
}

#[derive(Inspect)]
struct User {
    age: u8,
    plan: String,
}

fn scalar(n: u32) {
    probe_point!("scalar", n);
}

fn structs(cart: &Cart) {
    probe_point!("structs", cart);
}

fn main() {
    let elsewhere = log("elsewhere", "true", "x");
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wants = |rows: &str| only.as_deref().is_none_or(|only| only == rows);
    println!("{:<58} {:>8}  target", "nanoseconds, the least of many batches", "");
    if wants("unprobed") {
        unprobed(&elsewhere);
    }
    if wants("beside") {
        beside("event", 6.0, &elsewhere, &events);
        beside("span", 80.0, &elsewhere, &spans);
        beside("enter and exit", 45.0, &elsewhere, &|| {
            let span = tracing::info_span!("held", total = 1);
            least(|_| drop(span.enter()))
        });
    }
    if wants("event") {
        let hand = tracing_subscriber::registry().with(Hand);
        let by_hand = tracing::subscriber::with_default(hand, events);
        row("event, a layer by hand for the same condition", by_hand, "");
        row("event, condition false", with(&log("event", "total > 1000000", "x"), true, events), "75");
        let rendered = log("event", "total >= 0", "{user} pays {total}");
        row("event, rendered and queued", with(&rendered, true, events), "250");
    }
    if wants("span") {
        let ended = log("span", "total > 1000000", "x");
        row("span, condition false at its end", with(&ended, true, spans), "650");
    }
    if wants("point") {
        points(&elsewhere);
    }
}

fn events() -> f64 {
    least(event)
}

fn spans() -> f64 {
    least(span)
}

fn unprobed(elsewhere: &str) {
    row("event, no subscriber", events(), "");
    row("event, probes elsewhere", with(elsewhere, true, events), "as no subscriber");
    row("span, no subscriber", spans(), "");
    row("span, probes elsewhere", with(elsewhere, true, spans), "as no subscriber");
}

/// What probes elsewhere add next to a layer that wants everything.
fn beside(what: &str, target: f64, elsewhere: &str, measure: &dyn Fn() -> f64) {
    let alone = tracing::subscriber::with_default(tracing_subscriber::registry().with(Empty), measure);
    let both = with(elsewhere, false, measure);
    // what `tracing-subscriber` itself takes for a second layer with a filter
    let nothing = Empty.with_filter(tracing_subscriber::filter::filter_fn(|_| false));
    let filtered = tracing_subscriber::registry().with(Empty).with(nothing);
    let filtered = tracing::subscriber::with_default(filtered, measure);
    row(&format!("{what}, an empty layer"), alone, "");
    row(&format!("{what}, an empty layer and probes elsewhere"), both, "");
    row("  what probes add", both - alone, &format!("{target}"));
    row("  what a layer adds whose filter wants nothing", filtered - alone, "");
}

fn points(elsewhere: &str) {
    let cart = Cart { total: 5, user: User { age: 40, plan: "gold".to_owned() } };
    let point = |probes: &str, measure: &dyn Fn() -> f64| {
        let _probing = probing(probes);
        measure()
    };
    let nothing = least(|n| {
        let _ = black_box(n);
    });
    row("a loop that does nothing", nothing, "");
    row("point, no probe", point(elsewhere, &|| least(scalar)) - nothing, "1");
    row("point, false, a number", point(&log("scalar", "n > 1000000", "x"), &|| least(scalar)), "40");
    let condition = r#"cart.user.age > 40 && cart.user.plan == \"silver\""#;
    row(
        "point, false, two reads of structs",
        point(&log("structs", condition, "x"), &|| least(|_| structs(&cart))),
        "100",
    );
    let condition = "cart.total > 1000";
    row("point, false, one read", point(&log("structs", condition, "x"), &|| least(|_| structs(&cart))), "");
}
