//! What a Datadog agent gets: paths, forms, tags, statuses, and the way down to what older agents have.

#![cfg(test)]

mod events;
mod support;

use std::collections::BTreeMap;

use events::{PROBES, events, events_of, hit, settings};
use probelang_probe::event::{Event, Output as _};
use probelang_probe::status::Status;
use probelang_sink::agent::{Agent, AgentOptions};
use probelang_sink::{Loss, SinkReport, Sinks};
use serde_json::{Value, json};
use support::{LONG, Received, Reply, Server, ok};

const INPUT_2: &str = "/debugger/v2/input";
const INPUT_1: &str = "/debugger/v1/input";
const DIAGNOSTICS: &str = "/debugger/v1/diagnostics";

/// An agent that has these paths, and says so unless it is silent.
fn agent(paths: &'static [&'static str], is_silent: bool) -> Server {
    Server::start(move |request| {
        if request.is_at("/info") {
            assert_eq!(request.method, "GET");
            let listed = if is_silent { &[][..] } else { paths };
            return Reply::Status(
                200,
                json!({"version": "7.80.0", "endpoints": listed}).to_string().into_bytes(),
            );
        }
        if !paths.iter().any(|path| request.is_at(path)) {
            return Reply::Status(404, b"404 page not found".to_vec());
        }
        // as the agent does, or more strictly
        check(request);
        Reply::Status(202, Vec::new())
    })
}

/// The events of a request, which must have the form that its path asks for.
fn check(request: &Received) -> Vec<Value> {
    assert_eq!(request.method, "POST");
    let kind = &request.headers["content-type"];
    let list = if kind == "application/json" {
        let (_, query) = request.path.split_once('?').expect("tags");
        let tags = query.strip_prefix("ddtags=").expect("tags");
        assert!(tags.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)), "{tags}");
        request.json()
    } else {
        assert!(request.is_at(DIAGNOSTICS), "{}", request.path);
        form(kind, request.text())
    };
    let events = list.as_array().expect("an array").clone();
    assert!(!events.is_empty() && request.body.len() <= 5 << 20);
    for event in &events {
        assert_eq!(event["ddsource"], "dd_debugger");
        assert!(event["service"].is_string() && event["timestamp"].is_u64(), "{event}");
        let diagnostics = &event["debugger"]["diagnostics"];
        if diagnostics.is_object() {
            let status = diagnostics["status"].as_str().unwrap();
            assert!(["RECEIVED", "INSTALLED", "EMITTING", "ERROR", "BLOCKED"].contains(&status), "{status}");
            assert!(status != "ERROR" || diagnostics["exception"]["type"].is_string());
            assert!(diagnostics["probeId"].is_string() && diagnostics["probeVersion"].is_u64());
        } else {
            let snapshot = &event["debugger"]["snapshot"];
            assert!(snapshot["captures"].is_object() && snapshot["probe"]["id"].is_string(), "{event}");
            assert!(event["message"].is_string() && snapshot["language"] == "python");
        }
    }
    events
}

/// The file of a form.
fn form(kind: &str, body: &str) -> Value {
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").expect("a form");
    let rest = body.strip_prefix(&format!("--{boundary}\r\n")).expect("a part");
    let rest = rest.strip_suffix(&format!("\r\n--{boundary}--\r\n")).expect("the end of the form");
    let (head, file) = rest.split_once("\r\n\r\n").expect("a file");
    assert_eq!(
        head,
        "Content-Disposition: form-data; name=\"event\"; filename=\"event.json\"\r\nContent-Type: application/json"
    );
    serde_json::from_str(file).expect("JSON")
}

fn send(server: &Server, events: Vec<Event>) -> SinkReport {
    send_to(AgentOptions::new(&server.url()).unwrap(), events)
}

fn send_to(mut options: AgentOptions, events: Vec<Event>) -> SinkReport {
    options.interval = LONG;
    let sinks = Sinks::builder(settings()).with(Agent::new(options)).start();
    assert!(sinks.flush(LONG));
    events.into_iter().for_each(|event| sinks.emit(event));
    sinks.close(LONG).remove(0)
}

/// How many events came by each path, the refused ones left out.
fn by_path(server: &Server, refused: &[&str]) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for request in server.requests() {
        let path = request.path.split('?').next().unwrap().to_owned();
        if path != "/info" && !refused.contains(&path.as_str()) {
            *all.entry(path).or_default() += check(&request).len();
        }
    }
    all
}

/// Logs, snapshots and errors, and statuses among the events of two calls.
fn counts() -> (usize, usize, usize) {
    let all = events(2);
    let count = |kinds: &[&str]| all.iter().filter(|event| kinds.contains(&event.kind())).count();
    (count(&["log"]), count(&["snapshot", "error"]), count(&["status"]))
}

#[test]
fn each_kind_goes_to_the_best_path_that_the_agent_has() {
    let (logs, snapshots, statuses) = counts();
    for (paths, expected) in [
        (&[INPUT_2, INPUT_1, DIAGNOSTICS][..], vec![(DIAGNOSTICS, statuses), (INPUT_2, logs + snapshots)]),
        (&[INPUT_1, DIAGNOSTICS], vec![(DIAGNOSTICS, snapshots + statuses), (INPUT_1, logs)]),
    ] {
        for is_silent in [false, true] {
            let server = agent(paths, is_silent);
            let report = send(&server, events(2));
            assert!(report.is_complete(), "{report}");
            assert_eq!(report.delivered, (logs + snapshots + statuses) as u64);
            let missing: Vec<&str> =
                [INPUT_2, INPUT_1, DIAGNOSTICS].into_iter().filter(|path| !paths.contains(path)).collect();
            let expected = expected.iter().map(|(path, count)| ((*path).to_owned(), *count)).collect();
            assert_eq!(by_path(&server, &missing), expected);
        }
    }
}

#[test]
fn an_agent_without_a_place_for_events_is_named_in_the_report() {
    let server = agent(&[], false);
    let report = send(&server, events(2));
    let (logs, snapshots, statuses) = counts();
    assert_eq!(report.of(Loss::Rejected), (logs + snapshots + statuses) as u64);
    assert!(report.to_string().contains("7.49 or newer"), "{report}");
}

#[test]
fn an_agent_without_a_place_is_not_asked_with_every_batch() {
    let server = agent(&[], false);
    let sinks =
        Sinks::builder(settings()).with(Agent::new(AgentOptions::new(&server.url()).unwrap())).start();
    let asked = |server: &Server| server.requests().len();
    events(1).into_iter().for_each(|event| sinks.emit(event));
    assert!(sinks.flush(LONG));
    let first = asked(&server);
    for _ in 0..5 {
        events(1).into_iter().for_each(|event| sinks.emit(event));
        assert!(sinks.flush(LONG));
    }
    assert_eq!(asked(&server), first);
    assert_eq!(sinks.close(LONG)[0].waiting, 0);
}

#[test]
fn tags_of_the_address_say_who_the_process_is() {
    let server = agent(&[INPUT_2, DIAGNOSTICS], false);
    let mut options = AgentOptions::new(&server.url()).unwrap();
    options.repository = Some("https://example.org/a,b".to_owned());
    options.commit = Some("ab c".to_owned());
    options.container = Some("f00".to_owned());
    send_to(options, events(1));
    let request = server.requests().into_iter().find(|request| request.is_at(INPUT_2)).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        request.path,
        format!(
            "{INPUT_2}?ddtags=env%3Atest%2Cversion%3A1.2%2Cdebugger_version%3A{version}%2Chost_name%3Abox%2Cruntime_id%3Arun-1%2Cgit.commit.sha%3Aab%20c"
        )
    );
    assert_eq!(request.headers["datadog-container-id"], "f00");
}

#[test]
fn statuses_that_the_agent_does_not_know_are_errors_or_not_sent() {
    let all: Vec<Event> = Status::ALL
        .into_iter()
        .map(|status| {
            let mut event = events(1).into_iter().find(|event| event.kind() == "status").unwrap();
            if let Event::Status(report) = &mut event {
                report.status = status;
                report.cause = (status == Status::Paused).then(|| "it costs too much".into());
            }
            event
        })
        .collect();
    let server = agent(&[INPUT_2, DIAGNOSTICS], false);
    let report = send(&server, all);
    assert_eq!((report.delivered, report.lost()), (9, 0));
    let request = server.requests().into_iter().find(|request| request.is_at(DIAGNOSTICS)).unwrap();
    let got: Vec<String> = check(&request)
        .iter()
        .map(|event| {
            let diagnostics = &event["debugger"]["diagnostics"];
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let exception = &diagnostics["exception"];
            [text(&diagnostics["status"]), text(&exception["type"]), text(&exception["message"])].join(" ")
        })
        .collect();
    assert_eq!(
        got,
        [
            "RECEIVED - -",
            "INSTALLED - -",
            "EMITTING - -",
            "ERROR ERROR unknown",
            "BLOCKED - -",
            "ERROR PAUSED it costs too much",
            "ERROR EXPIRED expired",
            "ERROR DRIFTED drifted",
        ]
    );
}

#[test]
fn an_event_is_no_larger_than_a_mebibyte_with_its_request() {
    let server = agent(&[INPUT_2, DIAGNOSTICS], false);
    let items: Vec<Value> = (0..100).map(|_| json!({"type": "str", "value": "x".repeat(250)})).collect();
    let list = json!({"type": "list", "size": 100, "elements": items});
    let locals: serde_json::Map<String, Value> = (0..60).map(|at| (format!("v{at}"), list.clone())).collect();
    let hit = json!({"timestamp": 1_760_000_000_000_u64, "language": "python",
        "probe": {"location": {"type": "shop.Cart", "method": "pay"}},
        "captures": {"return": {"arguments": {}, "locals": locals}}});
    let probe = r#"{"id": "big", "type": "LOG_PROBE", "template": "big", "captureSnapshot": true,
        "capture": {"maxFieldCount": 100}, "where": {"typeName": "shop.Cart", "methodName": "pay"}}"#;
    let report = send(&server, events_of(probe, [hit.to_string()]));
    assert!(report.is_complete(), "{report}");
    let request = server.requests().into_iter().find(|request| request.is_at(INPUT_2)).unwrap();
    assert!(request.body.len() > 500_000 && request.body.len() <= 1 << 20, "{}", request.body.len());
    assert!(request.text().contains("pruned"));
}

#[test]
fn large_batches_are_sent_in_parts() {
    let server = agent(&[INPUT_2, DIAGNOSTICS], false);
    let mut all: Vec<Event> = events_of(PROBES, (0..250).map(|at| hit(at * 1_000, 2)))
        .into_iter()
        .filter(|event| event.kind() == "snapshot")
        .collect();
    let count = all.len();
    if let Some(Event::Snapshot(record)) = all.get_mut(7) {
        record.message = "x".repeat(600_000);
    }
    let report = send(&server, all);
    assert_eq!((report.delivered, report.lost()), (count as u64, 0));
    let sizes: Vec<usize> = server
        .requests()
        .iter()
        .filter(|request| request.is_at(INPUT_2))
        .map(|request| check(request).len())
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), count);
    assert!(sizes.contains(&1) && sizes.iter().all(|size| *size <= 100), "{sizes:?}");
}

#[test]
fn snapshots_are_sent_once_and_statuses_again() {
    let server =
        Server::start(|request| if request.is_at("/info") { ok() } else { Reply::Status(503, Vec::new()) });
    let sinks =
        Sinks::builder(settings()).with(Agent::new(AgentOptions::new(&server.url()).unwrap())).start();
    events(2).into_iter().for_each(|event| sinks.emit(event));
    let (logs, snapshots, statuses) = counts();
    // each flush cuts the pause short once
    for attempts in 1..=3 {
        assert!(!sinks.flush(std::time::Duration::ZERO) || attempts > 0);
        server.wait(|requests| {
            requests.iter().filter(|request| request.is_at(DIAGNOSTICS)).count() >= attempts
        });
    }
    let report = sinks.reports().remove(0);
    assert_eq!(report.of(Loss::Unreachable), (logs + snapshots) as u64);
    assert_eq!(server.requests().iter().filter(|request| request.is_at(INPUT_2)).count(), 2);
    let report = sinks.close(std::time::Duration::from_millis(100)).remove(0);
    assert_eq!(report.lost(), (logs + snapshots + statuses) as u64, "{report}");
}

#[test]
#[cfg(unix)]
fn an_agent_may_be_at_a_unix_socket() {
    use std::io::{BufReader, Write as _};
    use std::os::unix::net::UnixListener;

    let path = std::env::temp_dir().join(format!("probelang-agent-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while let Ok(Some(request)) = support::read(&mut reader) {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
                if sender.send(request).is_err() {
                    return;
                }
            }
        }
    });
    let options = AgentOptions::new(&format!("unix://{}", path.display())).unwrap();
    let report = send_to(options, events(2));
    assert!(report.is_complete(), "{report}");
    let requests: Vec<Received> = receiver.try_iter().collect();
    assert!(requests.iter().any(|request| request.is_at("/info")));
    let sent: usize =
        requests.iter().filter(|request| request.method == "POST").map(|request| check(request).len()).sum();
    assert_eq!(sent as u64, report.delivered);
    std::fs::remove_file(path).unwrap();
}
