//! `probe run --sink` and a receiver of another maker: what it has is what the command prints without a sink.
//! `crates/sink/test` installs and runs it.

#![cfg(test)]

#[path = "../../sink/tests/support/receiver.rs"]
mod receiver;

use std::collections::BTreeMap;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use receiver::{TestAgent, elements};
use serde_json::{Map, Value, json};

/// Replays the recorded hits of the shop in the probes of all types.
fn replay(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probelang"));
    command
        .args(["probe", "run", "probes/shop.json", "probes/log.json", "-i", "hits.ndjson"])
        .args(arguments);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")).env_clear();
    command.envs(variables.iter().copied()).output().unwrap()
}

/// A value of OTLP as plain JSON; both encodings write it.
fn plain(any: &Value) -> Value {
    let Some((kind, value)) = any.as_object().and_then(|any| any.iter().next()) else { return Value::Null };
    let inside = || value["values"].as_array().map_or(&[][..], Vec::as_slice);
    match kind.replace('_', "").to_lowercase().as_str() {
        "stringvalue" | "boolvalue" | "doublevalue" => value.clone(),
        "intvalue" => json!(whole(value)),
        "arrayvalue" => inside().iter().map(plain).collect(),
        "kvlistvalue" => Value::Object(attributes(inside())),
        other => panic!("{other}: {value}"),
    }
}

fn whole(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value}"))
}

fn attributes(list: &[Value]) -> Map<String, Value> {
    list.iter().map(|one| (one["key"].as_str().unwrap().to_owned(), plain(&one["value"]))).collect()
}

/// A member of an object that one encoding writes `like_this` and the other `likeThis`.
fn member<'v>(object: &'v Value, name: &str) -> &'v Value {
    let mut upper = false;
    let camel = name.chars().filter_map(|c| {
        let before = std::mem::replace(&mut upper, c == '_');
        (c != '_').then(|| if before { c.to_ascii_uppercase() } else { c })
    });
    object.get(name).or_else(|| object.get(camel.collect::<String>())).unwrap_or(&Value::Null)
}

/// An id as a number: protobuf has bytes, which the receiver shows in base 64, and JSON has hexadecimal digits.
fn id(value: &Value) -> u128 {
    let text = value.as_str().unwrap_or_default();
    if text.len() == 16 || text.len() == 32 {
        return u128::from_str_radix(text, 16).unwrap();
    }
    let bytes = STANDARD.decode(text).unwrap();
    bytes.into_iter().fold(0, |number, byte| number << 8 | u128::from(byte))
}

/// A span or trace id as the command prints it: a decimal number, if there is one.
fn printed_id(value: &Value) -> u128 {
    value.as_str().map_or(0, |text| text.parse().unwrap())
}

/// A record, metric or span that came, and what of it can be told from what the command prints.
fn received(agent: &TestAgent) -> Vec<String> {
    let mut all = Vec::new();
    let logs = agent.received("logs");
    for record in elements(&logs, &["log_records", "logRecords"]) {
        let has = attributes(record["attributes"].as_array().unwrap());
        let of = |name: &str| has.get(name).cloned().unwrap_or(Value::Null);
        all.push(json!({
            "name": member(record, "event_name"),
            "body": plain(&record["body"]),
            "time": whole(member(record, "time_unix_nano")),
            "trace": id(member(record, "trace_id")).to_string(),
            "span": id(member(record, "span_id")).to_string(),
            "probe": [of("probelang.probe.id"), of("probelang.probe.version")],
            "id": of("probelang.snapshot.id"),
            "captures": of("probelang.captures"),
            "errors": of("probelang.evaluation.errors").as_array().map(|errors| {
                errors.iter().map(|error| json!([error["expression"], error["message"]])).collect::<Vec<_>>()
            }),
            "expression": of("probelang.expression"),
            "status": of("probelang.probe.status"),
            "target": of("probelang.span.target"),
            "tags": of("probelang.span.tags"),
            "team": of("team"),
        }));
    }
    // each point says what came since the one before; how many there are depends on how long the run took
    let mut points = BTreeMap::<String, (Value, f64, i64)>::new();
    let metrics = agent.received("metrics");
    for metric in elements(&metrics, &["metrics"]) {
        for point in elements(metric, &["data_points", "dataPoints"]) {
            let has = attributes(point["attributes"].as_array().unwrap());
            let of = json!({
                "name": metric["name"], "unit": metric["unit"],
                "card": has["card"], "token": has["token"], "probe": has["probelang.probe.id"],
            });
            let (_, sum, count) = points.entry(of.to_string()).or_insert((of, 0.0, 0));
            *sum += point["sum"].as_f64().unwrap();
            *count += whole(&point["count"]);
        }
    }
    for (mut of, sum, count) in points.into_values() {
        of["sum"] = json!(sum);
        of["count"] = json!(count);
        all.push(of);
    }
    let traces = agent.received("traces");
    for span in elements(&traces, &["spans"]) {
        let has = attributes(span["attributes"].as_array().unwrap());
        let start = whole(member(span, "start_time_unix_nano"));
        all.push(json!({
            "name": span["name"], "start": start, "duration": whole(member(span, "end_time_unix_nano")) - start,
            "trace": id(member(span, "trace_id")).to_string(),
            "span": id(member(span, "span_id")).to_string(),
            "parent": id(member(span, "parent_span_id")).to_string(),
            "probe": has["probelang.probe.id"], "team": has["team"], "error": has.get("error.type"),
            "failed": span["status"]["message"].as_str().filter(|message| !message.is_empty()),
        }));
    }
    in_order(all)
}

/// The same of what the command prints.
fn printed(lines: &str) -> Vec<String> {
    let mut all = Vec::new();
    // the receiver adds up samples; all of this metric have the same tags
    let mut metric: Option<Value> = None;
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let kind = event["kind"].as_str().unwrap();
        let record = &event["event"];
        let nanos = |value: &Value| value.as_i64().map(|millis| millis * 1_000_000);
        match kind {
            "log" | "snapshot" | "error" => {
                let snapshot = &record["debugger"]["snapshot"];
                let errors = snapshot["evaluationErrors"].as_array().map_or(&[][..], Vec::as_slice);
                let captures = &snapshot["captures"];
                all.push(json!({
                    "name": if kind == "error" { "probelang.evaluation.error".to_owned() } else { format!("probelang.{kind}") },
                    "body": record["message"],
                    "time": nanos(&record["timestamp"]),
                    "trace": printed_id(&record["dd"]["trace_id"]).to_string(),
                    "span": printed_id(&record["dd"]["span_id"]).to_string(),
                    "probe": [&snapshot["probe"]["id"], &snapshot["probe"]["version"]],
                    "id": snapshot["id"],
                    "captures": if captures == &json!({}) { &Value::Null } else { captures },
                    "errors": (kind != "error" && !errors.is_empty()).then(|| {
                        errors.iter().map(|error| json!([error["expr"], error["message"]])).collect::<Vec<_>>()
                    }),
                    "expression": if kind == "error" { &errors[0]["expr"] } else { &Value::Null },
                    "status": null, "target": null, "tags": null,
                    "team": record["ddtags"].as_str().map(|tags| tags.strip_prefix("team:").unwrap()),
                }));
            }
            "status" => {
                let said = &record["debugger"]["diagnostics"];
                all.push(json!({
                    "name": "probelang.probe.status", "body": record["message"], "time": nanos(&record["timestamp"]),
                    "trace": "0", "span": "0", "probe": [said["probeId"], said["probeVersion"]],
                    "id": null, "captures": null, "errors": null, "expression": null,
                    "status": said["status"].as_str().unwrap().to_lowercase(),
                    "target": null, "tags": null, "team": null,
                }));
            }
            "metric" => {
                let tag = |key: &str| {
                    let mut tags = event["tags"].as_array().unwrap().iter().filter_map(Value::as_str);
                    tags.find_map(|tag| tag.strip_prefix(key)).map(str::to_owned)
                };
                let metric = metric.get_or_insert_with(|| {
                    json!({
                        "name": event["name"], "unit": event["unit"], "sum": 0.0, "count": 0,
                        "card": tag("card:"), "token": tag("token:"), "probe": event["probe"],
                    })
                });
                metric["sum"] = json!(metric["sum"].as_f64().unwrap() + event["value"].as_f64().unwrap());
                metric["count"] = json!(metric["count"].as_i64().unwrap() + 1);
            }
            "span" => all.push(json!({
                "name": event["resource"], "start": event["start"], "duration": event["duration"],
                "trace": event["trace_id"], "span": event["span_id"], "parent": event["parent_id"],
                "probe": event["probe"], "team": event["tags"]["team"], "error": event["error"]["type"],
                "failed": event["error"]["message"],
            })),
            "tags" => all
                .push(json!({ "tags of": event["probe"], "target": event["target"], "tags": event["tags"] })),
            other => panic!("{other}"),
        }
    }
    all.extend(metric);
    in_order(all)
}

fn in_order(all: Vec<Value>) -> Vec<String> {
    let mut all: Vec<String> = all
        .into_iter()
        // printed tags have no time and no ids
        .map(|one| match one["name"].as_str() {
            Some("probelang.span.tags") => {
                json!({ "tags of": one["probe"][0], "target": one["target"], "tags": one["tags"] })
            }
            _ => one,
        })
        .map(|one| one.to_string())
        .collect();
    all.sort();
    all
}

#[test]
#[ignore = "needs receivers: crates/sink/test"]
fn a_receiver_of_another_maker_has_what_the_command_prints() {
    let output = replay(&[], &[]);
    assert_eq!(output.status.code(), Some(0));
    let expected = printed(std::str::from_utf8(&output.stdout).unwrap());
    for part in [
        "probelang.log",
        "probelang.snapshot",
        "probelang.evaluation.error",
        "probelang.probe.status",
        "tags of",
        "cart.amount",
        "shop.Cart.pay",
        "PaymentError",
    ] {
        assert!(expected.iter().any(|one| one.contains(part)), "{part} is not among what is compared");
    }
    let agent = TestAgent::start();
    for protocol in ["http/protobuf", "http/json"] {
        agent.clear();
        let address = format!("otlp:http://127.0.0.1:{}", agent.otlp);
        let output = replay(&["--sink", &address], &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "{said}");
        let received = received(&agent);
        for (received, expected) in received.iter().zip(&expected) {
            assert_eq!(received, expected, "{protocol}");
        }
        assert_eq!(received.len(), expected.len(), "{protocol}");
    }
}
