//! How specifications of sinks are read, and what is said of those that are wrong.

#![cfg(test)]

use probelang_control::SinkSpec;

#[test]
fn every_form_is_read_and_printed_as_it_was_written() {
    for text in [
        "console",
        "jsonl:events.ndjson",
        "jsonl:/var/log/shop/{pid}:events.ndjson",
        "otlp",
        "otlp:http://collector:4318",
        "otlp:http://collector.example/otlp/v1",
        "otlp:http://[::1]:4318/",
        "agent",
        "agent:http://localhost:8126",
        "agent:unix:///var/run/datadog/apm.socket",
        "statsd",
        "statsd:localhost:8125",
        "statsd:[::1]:8125",
        "statsd:udp://10.0.0.1:8125",
        "statsd:unix:///var/run/datadog/dsd.socket",
    ] {
        let spec: SinkSpec = text.parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(spec.to_string(), text);
    }
}

#[test]
fn an_error_names_what_is_wrong() {
    let forms = "console, jsonl:PATH, otlp[:URL], agent[:URL] or statsd[:ADDRESS]";
    for (text, why) in [
        ("", format!("a sink is {forms}")),
        ("kafka", format!("there is no sink `kafka`; a sink is {forms}")),
        ("OTLP", format!("there is no sink `OTLP`; a sink is {forms}")),
        ("http://x:1", format!("there is no sink `http`; a sink is {forms}")),
        ("console:", "the console has no address".to_owned()),
        ("jsonl", "a file is missing: jsonl:PATH".to_owned()),
        ("jsonl:", "a file is missing: jsonl:PATH".to_owned()),
        ("otlp:", "`` is no address: write http://HOST:PORT or unix:///PATH".to_owned()),
        ("otlp:collector", "`collector` is no address: write http://HOST:PORT or unix:///PATH".to_owned()),
        (
            "otlp:https://collector",
            "`https://collector` needs TLS, which this program is built without (feature `tls`): use http, or a local agent"
                .to_owned(),
        ),
        (
            "otlp:http://user:secret@h:1",
            "an address has no user and password: send them as a header".to_owned(),
        ),
        ("agent:ftp://h", "`ftp://h` is no address: write http://HOST:PORT or unix:///PATH".to_owned()),
        ("agent:http://h:0", "`http://h:0` is no address: write http://HOST:PORT or unix:///PATH".to_owned()),
        ("statsd:", "`` is no address: write HOST:PORT, udp://HOST:PORT or unix:///PATH".to_owned()),
        ("statsd:tcp://h:1", "`tcp://h:1` is no address: write HOST:PORT, udp://HOST:PORT or unix:///PATH".to_owned()),
    ] {
        let error = text.parse::<SinkSpec>().unwrap_err();
        // a password is not repeated
        let shown = text.split_once('@').map_or(text, |_| "otlp:…");
        assert_eq!(error.to_string(), format!("`{shown}`: {why}"));
    }
}

#[test]
fn without_a_specification_events_go_where_the_environment_has_a_receiver() {
    let defaults = |set: &[&str]| {
        let all = SinkSpec::defaults(|name| set.contains(&name).then(|| "http://x:1".to_owned()));
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(defaults(&[]), "console");
    assert_eq!(defaults(&["OTEL_EXPORTER_OTLP_ENDPOINT"]), "otlp");
    assert_eq!(defaults(&["DD_AGENT_HOST"]), "agent statsd");
    assert_eq!(defaults(&["DD_TRACE_AGENT_URL"]), "agent statsd");
    assert_eq!(defaults(&["DD_TRACE_AGENT_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"]), "otlp agent statsd");
    // an empty variable is not set
    assert_eq!(SinkSpec::defaults(|_| Some(" ".to_owned())).len(), 1);
}
