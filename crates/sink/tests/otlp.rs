//! What an OpenTelemetry receiver gets, field by field, and what becomes of its answers.

#![cfg(test)]

mod events;
mod support;

use std::sync::Arc;

use events::{PROBES, events, events_of, hit, settings};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use probelang_probe::Timestamp;
use probelang_probe::event::{Event, Output as _};
use probelang_probe::status::Status;
use probelang_sink::otlp::{CaptureForm, Encoding, Otlp, OtlpOptions};
use probelang_sink::time::ManualTime;
use probelang_sink::{Loss, SinkReport, Sinks};
use prost::Message;
use serde::de::DeserializeOwned;
use support::{LONG, Received, Reply, Server, ok};

/// Everything that a receiver got.
#[derive(Debug, Default, PartialEq)]
struct Got {
    logs: Vec<LogRecord>,
    metrics: Vec<Metric>,
    spans: Vec<Span>,
    resource: Vec<KeyValue>,
}

fn decode<T: Message + Default + DeserializeOwned>(request: &Received) -> T {
    match request.headers["content-type"].as_str() {
        "application/x-protobuf" => T::decode(&*request.body).expect("protobuf"),
        "application/json" => serde_json::from_slice(&request.body).expect("JSON"),
        other => panic!("{other}"),
    }
}

impl Got {
    fn of(requests: &[Received]) -> Self {
        let mut got = Self::default();
        for request in requests {
            assert_eq!(request.method, "POST");
            let resource = match request.path.as_str() {
                "/v1/logs" => {
                    let [one] = <[_; 1]>::try_from(decode::<ExportLogsServiceRequest>(request).resource_logs)
                        .unwrap();
                    got.logs.extend(one.scope_logs.into_iter().flat_map(|scope| scope.log_records));
                    one.resource
                }
                "/v1/metrics" => {
                    let [one] =
                        <[_; 1]>::try_from(decode::<ExportMetricsServiceRequest>(request).resource_metrics)
                            .unwrap();
                    got.metrics.extend(one.scope_metrics.into_iter().flat_map(|scope| scope.metrics));
                    one.resource
                }
                "/v1/traces" => {
                    let [one] =
                        <[_; 1]>::try_from(decode::<ExportTraceServiceRequest>(request).resource_spans)
                            .unwrap();
                    for scope in one.scope_spans {
                        assert_eq!(scope.scope.unwrap().name, "probelang");
                        got.spans.extend(scope.spans);
                    }
                    one.resource
                }
                other => panic!("{other}"),
            };
            got.resource = resource.expect("a resource").attributes;
        }
        for log in &mut got.logs {
            assert!(log.observed_time_unix_nano >= log.time_unix_nano && log.time_unix_nano > 0);
            log.observed_time_unix_nano = 0;
        }
        got
    }

    fn log(&self, name: &str) -> &LogRecord {
        self.logs.iter().find(|log| log.event_name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn metric(&self, name: &str) -> &Metric {
        let name = format!("dynamic.instrumentation.metric.probe.{name}");
        self.metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("no {name}"))
    }
}

/// A value in short: maps as `{k=v}`, null as `null`.
fn show(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        None => "null".to_owned(),
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => format!("{number:?}"),
        Some(Value::ArrayValue(list)) => {
            format!("[{}]", list.values.iter().map(|value| show(Some(value))).collect::<Vec<_>>().join(", "))
        }
        Some(Value::KvlistValue(map)) => {
            let pair = |pair: &KeyValue| format!("{}={}", pair.key, show(pair.value.as_ref()));
            format!("{{{}}}", map.values.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Some(other) => panic!("{other:?}"),
    }
}

fn attribute(all: &[KeyValue], key: &str) -> Option<String> {
    all.iter().find(|pair| pair.key == key).map(|pair| show(pair.value.as_ref()))
}

#[track_caller]
fn has(all: &[KeyValue], expected: &[(&str, &str)]) {
    for (key, value) in expected {
        assert_eq!(attribute(all, key).as_deref(), Some(*value), "{key}");
    }
    let mut keys: Vec<&str> = all.iter().map(|pair| pair.key.as_str()).collect();
    keys.sort_unstable();
    assert!(keys.windows(2).all(|two| two[0] != two[1]), "a key comes twice: {keys:?}");
}

fn send(server: &Server, change: impl FnOnce(&mut OtlpOptions), events: Vec<Event>) -> SinkReport {
    let mut options = OtlpOptions::new(&server.url()).unwrap();
    change(&mut options);
    // one batch, so that totals are those of all events
    options.interval = LONG;
    let sinks = Sinks::builder(settings()).with(Otlp::new(options)).start();
    assert!(sinks.flush(LONG));
    events.into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG).remove(0)
}

/// What two calls give, of which the second has thrown.
fn got(change: impl FnOnce(&mut OtlpOptions)) -> (Got, SinkReport) {
    let server = Server::start(|_| ok());
    let report = send(&server, change, events(2));
    assert!(report.is_complete(), "{report}");
    (Got::of(&server.requests()), report)
}

#[test]
fn a_log_is_a_record_with_its_place_and_probe() {
    let (got, report) = got(|_| {});
    assert_eq!(report.delivered, events(2).len() as u64);
    let log = got.log("probelang.log");
    assert_eq!((log.severity_number, log.severity_text.as_str()), (9, "INFO"));
    assert_eq!(show(log.body.as_ref()), "paid 0 by ann\nb");
    assert_eq!(log.time_unix_nano, 1_760_000_000_000_000_000);
    assert_eq!(log.trace_id, 0x4d1a_9b1c_2e3f_4051_6273_8495_06a7_b8c9_u128.to_be_bytes());
    assert_eq!(log.span_id, 17_u64.to_be_bytes());
    has(
        &log.attributes,
        &[
            ("code.function.name", "shop.Cart.pay"),
            ("probelang.probe.id", "log"),
            ("probelang.probe.version", "3"),
            ("probelang.evaluate_at", "exit"),
            ("probelang.duration", "0.0025"),
            ("source", "dd_debugger"),
            ("team", "pay"),
        ],
    );
    assert_eq!(attribute(&log.attributes, "probelang.captures"), None);
    assert_eq!(attribute(&log.attributes, "probelang.snapshot.id").map(|id| id.len()), Some(36));
}

#[test]
fn a_snapshot_has_its_captures_as_a_structure_in_order_with_nulls_and_no_secrets() {
    let (got, _) = got(|_| {});
    let thrown = got.logs.iter().filter(|log| log.event_name == "probelang.snapshot").nth(1).unwrap();
    let captures = attribute(&thrown.attributes, "probelang.captures").unwrap();
    assert!(captures.starts_with("{entry={arguments={user={type=str, value=ann\nb}, password={type=str, notCapturedReason=redactedIdent}, boss={type=User, isNull=true}}"), "{captures}");
    has(
        &thrown.attributes,
        &[
            ("code.file.path", "shop/cart.py"),
            ("code.line.number", "42"),
            ("code.stacktrace", "pay (shop/cart.py:42)\nmain (shop/main.py:7)"),
            ("exception.type", "shop.PayError"),
            ("exception.message", "no money"),
            ("exception.stacktrace", "pay (shop/cart.py:44)"),
        ],
    );
    let errors = attribute(&thrown.attributes, "probelang.evaluation.errors").unwrap();
    assert!(errors.starts_with("[{expression=missing, message=") && errors.contains("code=P"), "{errors}");
    assert!(!format!("{got:?}").contains("qwertz"));
    let returned = got.log("probelang.snapshot");
    assert_eq!(attribute(&returned.attributes, "exception.type"), None);
}

#[test]
fn captures_may_be_one_text() {
    let (got, _) = got(|options| options.captures = CaptureForm::Json);
    let text = attribute(&got.log("probelang.snapshot").attributes, "probelang.captures").unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["return"]["arguments"]["boss"]["isNull"], true);
}

#[test]
fn a_failed_condition_is_a_warning_with_the_code_of_its_fault() {
    let (got, _) = got(|_| {});
    let error = got.log("probelang.evaluation.error");
    assert_eq!((error.severity_number, error.severity_text.as_str()), (13, "WARN"));
    let code = attribute(&error.attributes, "error.type").unwrap();
    assert!(code.starts_with('P') && code.len() == 6, "{code}");
    has(&error.attributes, &[("probelang.probe.id", "broken"), ("probelang.expression", "missing > 1")]);
    assert!(show(error.body.as_ref()).contains("missing"));
}

#[test]
fn statuses_and_tags_are_records() {
    let (got, _) = got(|_| {});
    let statuses: Vec<_> = got.logs.iter().filter(|log| log.event_name == "probelang.probe.status").collect();
    assert!(statuses.iter().any(|status| show(status.body.as_ref()) == "Probe log: installed."));
    has(&statuses[0].attributes, &[("probelang.probe.status", "received"), ("source", "dd_debugger")]);
    let tags = got.log("probelang.span.tags");
    has(&tags.attributes, &[("probelang.span.target", "active"), ("probelang.probe.id", "tags")]);
    assert_eq!(
        attribute(&tags.attributes, "probelang.span.tags").unwrap(),
        "{cart.total=0, _dd.di.cart.total.probe_id=tags}"
    );
}

#[test]
fn an_error_of_a_probe_is_an_error_and_says_why() {
    let mut event = events(1).into_iter().find(|event| event.kind() == "status").unwrap();
    if let Event::Status(report) = &mut event {
        report.status = Status::Error;
        report.cause = Some("no such line".into());
    }
    let server = Server::start(|_| ok());
    send(&server, |_| {}, vec![event]);
    let got = Got::of(&server.requests());
    let [error] = &got.logs[..] else { panic!() };
    assert_eq!((error.severity_number, error.severity_text.as_str()), (17, "ERROR"));
    has(
        &error.attributes,
        &[
            ("probelang.probe.status", "error"),
            ("error.type", "probe_error"),
            ("probelang.probe.cause", "no such line"),
        ],
    );
}

#[test]
fn metrics_are_deltas_of_their_kind() {
    let (got, _) = got(|_| {});
    let Some(metric::Data::Sum(sum)) = &got.metric("cart.paid").data else { panic!() };
    assert_eq!((sum.is_monotonic, sum.aggregation_temporality), (true, 1));
    let [point] = &sum.data_points[..] else { panic!() };
    assert_eq!(point.value, Some(number_data_point::Value::AsInt(2)));
    assert_eq!(
        (point.start_time_unix_nano, point.time_unix_nano),
        (1_760_000_000_000_000_000, 1_760_000_000_010_000_000)
    );
    has(&point.attributes, &[("probelang.probe.id", "count"), ("team", "pay")]);
    let Some(metric::Data::Gauge(gauge)) = &got.metric("cart.total").data else { panic!() };
    assert_eq!(gauge.data_points[0].value, Some(number_data_point::Value::AsInt(1)));
    for name in ["cart.sizes", "cart.spread"] {
        let Some(metric::Data::ExponentialHistogram(histogram)) = &got.metric(name).data else { panic!() };
        assert_eq!(histogram.aggregation_temporality, 1);
        let [point] = &histogram.data_points[..] else { panic!() };
        assert_eq!((point.count, point.sum, point.zero_count), (2, Some(1.0), 1));
        assert_eq!((point.min, point.max), (Some(0.0), Some(1.0)));
        assert!(point.start_time_unix_nano < point.time_unix_nano);
    }
}

#[test]
fn a_call_is_a_span_and_one_that_threw_has_failed() {
    let (got, _) = got(|_| {});
    let [fine, failed] = &got.spans[..] else { panic!("{:?}", got.spans) };
    assert_eq!((fine.name.as_str(), fine.kind), ("shop.Cart.pay", 1));
    assert_eq!(fine.end_time_unix_nano - fine.start_time_unix_nano, 2_500_000);
    assert_eq!((fine.trace_id.len(), fine.span_id.len()), (16, 8));
    assert_eq!(fine.parent_span_id, 17_u64.to_be_bytes());
    assert_eq!(fine.status, None);
    has(
        &fine.attributes,
        &[("probelang.probe.id", "span"), ("code.function.name", "shop.Cart.pay"), ("team", "pay")],
    );
    let status = failed.status.as_ref().unwrap();
    assert_eq!((status.code, status.message.as_str()), (2, "no money"));
    has(&failed.attributes, &[("error.type", "shop.PayError")]);
    assert_eq!(failed.events[0].name, "exception");
    has(
        &failed.events[0].attributes,
        &[("exception.type", "shop.PayError"), ("exception.message", "no money")],
    );
}

#[test]
fn an_error_without_a_type_is_one_of_another_type() {
    let untyped = hit(3, 7).replace(r#""type": "shop.PayError""#, r#""type": """#);
    let server = Server::start(|_| ok());
    send(&server, |_| {}, events_of(PROBES, [untyped]));
    let got = Got::of(&server.requests());
    let [failed] = &got.spans[..] else { panic!("{:?}", got.spans) };
    has(&failed.attributes, &[("error.type", "_OTHER")]);
    has(&failed.events[0].attributes, &[("exception.message", "no money")]);
    assert_eq!(attribute(&failed.events[0].attributes, "exception.type"), None);
}

#[test]
fn the_resource_is_the_process() {
    let (got, _) = got(|_| {});
    has(
        &got.resource,
        &[
            ("service.name", "shop"),
            ("service.version", "1.2"),
            ("deployment.environment.name", "test"),
            ("service.instance.id", "run-1"),
            ("host.name", "box"),
            ("telemetry.sdk.language", "python"),
        ],
    );
}

#[test]
fn json_says_what_protobuf_says() {
    let (protobuf, _) = got(|_| {});
    let (json, _) = got(|options| options.encoding = Encoding::Json);
    assert_eq!(json, protobuf);
}

#[test]
fn requests_are_compressed_unless_that_is_switched_off() {
    for gzip in [true, false] {
        let server = Server::start(|_| ok());
        send(&server, |options| options.gzip = gzip, events(5));
        let is_small = |request: &Received| request.headers.contains_key("content-encoding");
        assert_eq!(server.requests().iter().any(is_small), gzip);
        assert!(
            server.requests().iter().all(|request| request.headers["user-agent"].starts_with("probelang/"))
        );
    }
}

#[test]
fn large_batches_are_sent_in_parts() {
    let server = Server::start(|_| ok());
    let mut all = Vec::new();
    for event in events(40) {
        if let Event::Log(mut record) = event {
            record.message = "x".repeat(300_000);
            all.push(Event::Log(record));
        }
    }
    let report = send(&server, |options| options.gzip = false, all);
    assert_eq!((report.delivered, report.lost()), (40, 0));
    let requests = server.requests();
    assert!(requests.len() >= 4 && requests.iter().all(|request| request.body.len() <= 4 << 20));
}

#[test]
fn the_time_of_day_may_go_back() {
    let server = Server::start(|_| ok());
    let time = Arc::new(ManualTime::default());
    time.set_wall(Timestamp::from_millis(7));
    let options = OtlpOptions::new(&server.url()).unwrap();
    let sinks = Sinks::builder(settings()).with_time(time).with(Otlp::new(options)).start();
    events(1).into_iter().for_each(|event| sinks.emit(event));
    assert!(sinks.close(LONG)[0].is_complete());
    // it checks that nothing is observed before it happens
    assert!(!Got::of(&server.requests()).logs.is_empty());
}

fn logs_only(report: &SinkReport, requests: &[Received]) -> (u64, u64) {
    assert!(requests.iter().all(|request| request.is_at("/v1/logs")));
    (report.delivered, report.lost())
}

fn some_logs() -> Vec<Event> {
    events_of(PROBES, (0..3).map(|at| hit(at, 2))).into_iter().filter(|event| event.kind() == "log").collect()
}

#[test]
fn what_a_receiver_took_in_part_is_lost_in_part() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let answer = ExportLogsServiceResponse {
            partial_success: Some(ExportLogsPartialSuccess {
                rejected_log_records: 2,
                error_message: "too old".to_owned(),
            }),
        };
        let body = match encoding {
            Encoding::Protobuf => answer.encode_to_vec(),
            Encoding::Json => serde_json::to_vec(&answer).unwrap(),
        };
        let server = Server::start(move |_| Reply::Status(200, body.clone()));
        let report = send(&server, |options| options.encoding = encoding, some_logs());
        assert_eq!(logs_only(&report, &server.requests()), (1, 2));
        assert_eq!(report.of(Loss::Rejected), 2);
        assert!(report.to_string().contains("too old"), "{report}");
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_that_of_a_receiver_that_took_all() {
    let server = Server::start(|_| Reply::Status(200, b"<html>fine</html>".to_vec()));
    let report = send(&server, |_| {}, some_logs());
    assert_eq!((report.delivered, report.lost()), (3, 0));
}

#[test]
fn a_receiver_that_refuses_is_not_asked_again() {
    for (status, loss) in [
        (400, Loss::Rejected),
        (401, Loss::Rejected),
        (404, Loss::Rejected),
        (413, Loss::TooLarge),
        (500, Loss::Rejected),
    ] {
        let server = Server::start(move |_| Reply::Status(status, Vec::new()));
        let report = send(&server, |_| {}, some_logs());
        assert_eq!((report.delivered, report.of(loss), server.requests().len()), (0, 3, 1), "{status}");
    }
}

#[test]
fn redirects_are_not_followed() {
    let other = Server::start(|_| ok());
    let to = format!("{}/v1/logs", other.url());
    let server = Server::start(move |_| Reply::With(307, "Location", to.clone()));
    let report = send(&server, |_| {}, some_logs());
    assert_eq!((report.of(Loss::Rejected), other.requests().len()), (3, 0));
}
