//! Probes in a program whose spans go to OpenTelemetry.

#![cfg(test)]
#![cfg(feature = "opentelemetry")]

mod common;

use std::pin::pin;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use common::{Gone, Program, file, log};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use probelang_tracing::probe_point;
use serde_json::{Value, json};
use tracing::{Subscriber, instrument};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

/// Keeps the spans that have ended.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Ended {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

impl Ended {
    fn span(&self, name: &str) -> SpanData {
        let spans = self.0.lock().unwrap();
        spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no span {name}")).clone()
    }

    /// A tag of a span.
    fn tag(&self, span: &str, tag: &str) -> Option<String> {
        let attributes = self.span(span).attributes;
        attributes.iter().find(|one| one.key.as_str() == tag).map(|one| one.value.to_string())
    }
}

fn otel<S>(provider: &SdkTracerProvider) -> OpenTelemetryLayer<S, SdkTracer>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_opentelemetry::layer().with_tracer(provider.tracer("test"))
}

/// Runs a program with these probes and with OpenTelemetry.
fn run(name: &str, probes: &[Value], program: impl FnOnce()) -> (Ended, Gone) {
    let spans = Ended::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let probing = Program::start(name, &file(probes));
    let subscriber = tracing_subscriber::registry().with(otel(&provider)).with(probing.probing.layer());
    tracing::subscriber::with_default(subscriber, program);
    (spans, probing.end())
}

fn of(name: &str) -> Value {
    json!({"typeName": "opentelemetry", "methodName": name})
}

/// A probe whose tag has its name.
fn tags(id: &str, name: &str, target: &str, value: &str) -> Value {
    json!({"id": id, "type": "SPAN_DECORATION_PROBE", "where": of(name), "targetSpan": target,
        "decorations": [{"tags": [{"name": id, "value": {"template": value}}]}]})
}

#[instrument(skip_all)]
fn request() {
    checkout(5);
}

#[instrument(ret)]
fn checkout(total: u64) -> u64 {
    tracing::info!(name: "paid", user = "eve");
    let twice = total * 2;
    probe_point!("point", twice);
    twice
}

#[test]
fn tags_are_set_on_the_active_or_on_the_root_span() {
    let places =
        [("paid", "{user}", "eve"), ("point", "{twice}", "10"), ("checkout", "{total} {@return}", "5 10")];
    let mut probes = Vec::new();
    for (place, template, _) in places {
        probes.push(tags(&format!("{place}.active"), place, "ACTIVE", template));
        probes.push(tags(&format!("{place}.root"), place, "ROOT", template));
    }
    let mut entry = tags("entry", "checkout", "ACTIVE", "{total}");
    entry["evaluateAt"] = json!("ENTRY");
    probes.push(entry);
    let (spans, gone) = run("otel-tags", &probes, request);
    for (place, _, value) in places {
        let (active, root) = (format!("{place}.active"), format!("{place}.root"));
        assert_eq!(spans.tag("checkout", &active).as_deref(), Some(value), "{place}");
        assert_eq!(spans.tag("request", &root).as_deref(), Some(value), "{place}");
        assert_eq!((spans.tag("request", &active), spans.tag("checkout", &root)), (None, None), "{place}");
    }
    assert_eq!(spans.tag("checkout", "entry").as_deref(), Some("5"));
    // and to the sinks
    assert_eq!(gone.events.iter().filter(|event| event["kind"] == "tags").count(), probes.len());
}

#[test]
fn a_tag_of_an_async_function_is_on_its_own_span_whatever_runs_between() {
    #[instrument]
    async fn slow(item: u32) {
        let mut is_first = true;
        std::future::poll_fn(
            move |_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) },
        )
        .await;
    }
    let probes = [tags("end", "slow", "ACTIVE", "{item}"), log("exit", of("slow"), "{item}")];
    let (spans, gone) = run("otel-async", &probes, || {
        let mut future = pin!(slow(7));
        let mut poll = || future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending());
        tracing::info_span!("other").in_scope(|| ());
        assert!(poll().is_ready());
    });
    assert_eq!(spans.tag("slow", "end").as_deref(), Some("7"));
    assert_eq!(spans.tag("other", "end"), None);
    assert_eq!(gone.messages("exit"), ["7"]);
}

#[test]
fn events_have_the_ids_of_the_active_span() {
    let probes =
        [log("event", of("paid"), "x"), log("exit", of("checkout"), "x"), log("at", of("point"), "x")];
    let (spans, gone) = run("otel-ids", &probes, request);
    let context = spans.span("checkout").span_context;
    let trace = u128::from_be_bytes(context.trace_id().to_bytes());
    let span = u64::from_be_bytes(context.span_id().to_bytes());
    for id in ["event", "exit", "at"] {
        let event = &gone.of(id)[0];
        assert_eq!(
            event["dd"],
            json!({"trace_id": format!("{trace:032x}"), "span_id": span.to_string()}),
            "{id}: {event}"
        );
    }
}

/// What a program with its layers in this order says on standard error.
fn said(order: &str) -> String {
    let test = std::env::current_exe().unwrap();
    let child = Command::new(test)
        .args(["--exact", "program_with_layers_in_some_order", "--ignored", "--nocapture"])
        .env("ORDER", order)
        .output()
        .unwrap();
    let text = String::from_utf8(child.stderr).unwrap();
    assert!(child.status.success(), "{text}");
    text
}

#[test]
#[ignore = "other tests start it"]
fn program_with_layers_in_some_order() {
    let order = std::env::var("ORDER").unwrap();
    let provider = SdkTracerProvider::builder().with_simple_exporter(Ended::default()).build();
    let probes = if order == "none" { vec![tags("t", "paid", "ACTIVE", "x")] } else { vec![] };
    let program = Program::start(&format!("otel-{order}"), &file(&probes));
    let (registry, probing) = (tracing_subscriber::registry(), &program.probing);
    match order.as_str() {
        "right" => {
            let layers = registry.with(otel(&provider)).with(probing.layer());
            tracing::subscriber::with_default(layers, request);
        }
        "wrong" => {
            let layers = registry.with(probing.layer()).with(otel(&provider));
            tracing::subscriber::with_default(layers, request);
        }
        "none" => tracing::subscriber::with_default(registry.with(probing.layer()), request),
        order => panic!("no order {order}"),
    }
}

#[test]
fn the_order_of_layers_is_checked_at_the_first_span_without_any_probe() {
    let note = "probelang: the layer of probelang comes before the one of OpenTelemetry";
    let (wrong, right) = (said("wrong"), said("right"));
    assert_eq!(wrong.matches(note).count(), 1, "{wrong}");
    assert_eq!(right.matches("probelang:").count(), 0, "{right}");
}

#[test]
fn tags_without_a_span_of_open_telemetry_go_to_the_sinks_and_the_program_says_so() {
    let text = said("none");
    assert!(text.contains("probelang: the tags of probe t go to the sinks only"), "{text}");
    assert!(!text.contains("comes before"), "{text}");
}
