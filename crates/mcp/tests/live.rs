//! The tools over a running program: what is allowed, what is denied and by which line, and what the audit log says of it.

#![cfg(test)]
#![cfg(unix)]

#[path = "../../control/tests/common/mod.rs"]
mod common;
#[path = "../../control/tests/program/mod.rs"]
mod program;
#[path = "../../control/examples/shop/shop.rs"]
mod shop;

use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{file, folder};
use probelang_control::{Access as Control_, Control, Settings};
use probelang_mcp::{Access, AuditLog, Config, Policy, Server, verify};
use probelang_probe::settings::Process;
use program::Program;
use serde_json::{Value, json};

const REASON: &str = "to see what is charged";

/// A running program of the service `shop`, which takes probes.
struct Running {
    program: Arc<Program>,
    control: Control,
    folder: PathBuf,
}

impl Running {
    fn start(name: &str, access: Control_) -> Self {
        let folder = folder(name);
        let path = file(folder.join("probes.json"), "[]");
        let process =
            Process::default().with_service(Some("shop".to_owned()), Some("staging".to_owned()), None);
        let settings = Settings::from_environment(|name| match name {
            "DD_SERVICE" => process.service.clone(),
            "DD_ENV" => process.env.clone(),
            _ => None,
        });
        let settings = settings
            .with_file(path)
            .with_sinks(Vec::new())
            .with_access(access)
            .with_sockets(vec![folder.join("s")]);
        let program = Arc::new(Program::default());
        let control = Control::start(settings.engine(), settings, Arc::clone(&program) as Arc<_>);
        Self { program, control, folder }
    }

    fn audit(&self) -> PathBuf {
        self.folder.join("audit.ndjson")
    }

    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.audit()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Runs a connection.
    fn agent(&self, access: Access, policy: &str, talk: impl FnOnce(&mut Agent)) {
        let mut config = Config::default();
        config.access = access;
        config.policy = Policy::parse("policy.toml", policy).unwrap();
        config.audit = Some(AuditLog::new(self.audit()));
        config.sockets = vec![self.folder.join("s")];
        let server = Server::new(config).unwrap();
        let (client, end) = UnixStream::pair().unwrap();
        std::thread::scope(|scope| {
            let output = end.try_clone().unwrap();
            let server = &server;
            let served = scope.spawn(move || server.serve(&mut BufReader::new(end), output).unwrap());
            let from = BufReader::new(client.try_clone().unwrap()).lines();
            let mut agent = Agent { to: client, from, id: 0 };
            agent.request(
                "initialize",
                &json!({"protocolVersion": "2025-11-25", "clientInfo": {"name": "tester", "version": "7"}}),
            );
            talk(&mut agent);
            agent.to.shutdown(std::net::Shutdown::Write).unwrap();
            served.join().unwrap();
        });
    }
}

struct Agent {
    to: UnixStream,
    from: Lines<BufReader<UnixStream>>,
    id: u64,
}

impl Agent {
    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        let request = json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params});
        writeln!(self.to, "{request}").unwrap();
        let answer: Value = serde_json::from_str(&self.from.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["id"], self.id);
        answer["result"].clone()
    }

    fn call(&mut self, name: &str, arguments: Value) -> Result<Value, Value> {
        let result = self.request("tools/call", &json!({"name": name, "arguments": arguments}));
        let text = result["content"][0]["text"].as_str().unwrap();
        let json: Value = serde_json::from_str(text).unwrap();
        if result["isError"] == true { Err(json["error"].clone()) } else { Ok(json) }
    }

    /// What a probe of these further arguments is denied for.
    fn denied(&mut self, more: &Value) -> String {
        let error = self.call("probe_create", create(more)).unwrap_err();
        format!(
            "{}: {} [{}]",
            error["kind"].as_str().unwrap(),
            error["message"].as_str().unwrap(),
            error["policy"].as_str().unwrap_or("-")
        )
    }
}

fn create(more: &Value) -> Value {
    let mut arguments = json!({"pid": std::process::id(), "place": "shop.Cart.pay", "template": "total {total} of {user}", "reason": REASON});
    for (key, value) in more.as_object().unwrap() {
        arguments[key] = value.clone();
    }
    arguments.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    arguments
}

fn messages(samples: &Value) -> Vec<&str> {
    let samples = samples["untrusted"]["samples"].as_array().unwrap();
    samples.iter().map(|sample| sample["event"]["event"]["message"].as_str().unwrap()).collect()
}

#[test]
fn a_probe_is_created_read_and_cancelled_and_all_of_it_is_written_down() {
    let running = Running::start("mcp-whole", Control_::Write);
    running.agent(Access::Write, "", |agent| {
        let listed = agent.call("live_list", json!({})).unwrap();
        assert_eq!(listed["untrusted"]["programs"][0]["service"], "shop");
        assert_eq!(listed["untrusted"]["programs"][0]["access"], "write");
        let pid = std::process::id();
        let created = agent
            .call("probe_create", create(&json!({"when": "user == \"eve hunter2\"", "hits": 2})))
            .unwrap();
        let id = created["id"].as_str().unwrap().to_owned();
        assert_eq!(
            (&created["status"], &created["redaction"], &created["hits"]),
            (&json!("INSTALLED"), &json!("strict"), &json!(2))
        );
        let poll = json!({"pid": pid, "id": id});
        let empty = agent.call("probe_samples", poll.clone()).unwrap();
        assert_eq!((messages(&empty).len(), &empty["next"]), (0, &json!(0)));
        for (total, user) in
            [(1, "bob"), (200, "eve hunter2"), (2, "bob"), (300, "eve hunter2"), (400, "eve hunter2")]
        {
            running.program.shop.pay(total, user);
        }
        let samples = agent.call("probe_samples", poll.clone()).unwrap();
        // the condition has seen the text, and nobody else does
        assert_eq!(messages(&samples), ["total 200 of {redacted}", "total 300 of {redacted}"]);
        assert!(samples["ended"].is_string(), "{samples}");
        let why = agent.call("live_why", poll.clone()).unwrap();
        assert!(why["untrusted"]["why"][0].is_string(), "{why}");
        let status = agent.call("live_status", poll.clone()).unwrap();
        assert_eq!(status["untrusted"]["program"]["probes"][0]["id"], id.as_str());
        let mut cancel = poll.clone();
        cancel["reason"] = json!("the samples are there");
        let cancelled = agent.call("probe_cancel", cancel.clone()).unwrap();
        assert_eq!(cancelled["untrusted"]["probe"]["causes"]["emitted"], 2);
        let again = agent.call("probe_cancel", cancel).unwrap_err();
        assert_eq!(again["kind"], "denied");
    });
    let lines = running.lines();
    let told: Vec<_> =
        lines.iter().map(|line| (line["tool"].as_str().unwrap(), line["result"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("probe_create", "asked"),
            ("probe_create", "done"),
            ("probe_samples", "done"),
            ("probe_cancel", "asked"),
            ("probe_cancel", "done")
        ]
    );
    let first = &lines[0];
    assert_eq!(
        (&first["why"], &first["who"]["client"], &first["who"]["version"]),
        (&json!(REASON), &json!("tester"), &json!("7"))
    );
    assert_eq!((&first["process"]["service"], &first["what"]["hits"]), (&json!("shop"), &json!(2)));
    assert_eq!(verify(&running.audit(), None).unwrap().lines, 5);
    running.control.stop();
}

#[test]
fn what_the_policy_does_not_allow_is_denied_with_its_line() {
    let running = Running::start("mcp-policy", Control_::Write);
    let policy =
        "redaction = \"targeted\"\nhits = 3\nexpires_seconds = 60\nplaces = [\"shop.Cart.*\"]\nprobes = 1\n";
    running.agent(Access::Write, policy, |agent| {
        for (more, expected) in [
            (json!({"hits": 4}), "denied: `hits` is 4, and at most 3 is allowed [policy.toml, line 2: hits = 3]"),
            (json!({"expires_seconds": 61}), "denied: `expires_seconds` is 61, and at most 60 is allowed [policy.toml, line 3: expires_seconds = 60]"),
            (json!({"place": "Cart.pay"}), "denied: a probe at `Cart.pay` is not allowed [policy.toml, line 4: places = [\"shop.Cart.*\"]]"),
            (json!({"place": "shop/cart.py:42"}), "denied: a probe at `shop/cart.py:42` is not allowed [policy.toml, line 4: places = [\"shop.Cart.*\"]]"),
            (
                json!({"place": null, "template": null, "probe": {"id": "s", "type": "SPAN_PROBE", "where": {"typeName": "shop.Cart", "methodName": "pay"}}}),
                "denied: probes of the type `span` are not allowed [built-in rule `types`; a policy file may have another]",
            ),
            (json!({"template": null}), "arguments: the probe would show nothing [-]"),
            (json!({"place": "not a place"}), "arguments: `not a place` is not a place [-]"),
            (json!({"template": "{total +}"}), "expression: `{total +}` is wrong: `+` is arithmetic (addition): expressions read and compare values, they do not compute [-]"),
            (json!({"pid": 1}), "live: no process 1 of this user has probelang in it [-]"),
        ] {
            assert_eq!(agent.denied(&more), expected);
        }
        // secrets are hidden, other texts are shown: the file says so
        let created = agent.call("probe_create", create(&json!({}))).unwrap();
        assert_eq!((&created["hits"], &created["redaction"]), (&json!(3), &json!("targeted")));
        running.program.shop.pay(7, "bob AKIAIOSFODNN7EXAMPLE");
        let poll = json!({"pid": std::process::id(), "id": created["id"]});
        let samples = agent.call("probe_samples", poll).unwrap();
        assert_eq!(messages(&samples), ["total 7 of bob {redacted}"]);
        assert_eq!(agent.denied(&json!({})), "denied: this connection has 1 probes in running programs [policy.toml, line 5: probes = 1]");
        // that of another connection is not this one's
        let other = agent.call("probe_samples", json!({"pid": std::process::id(), "id": "agent-0"})).unwrap_err();
        assert_eq!(other["kind"], "denied");
    });
    let lines = running.lines();
    assert_eq!(lines.iter().filter(|line| line["result"] == "denied").count(), 6);
    // the probe ended with the connection
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["tool"], &last["why"], &last["result"]),
        (&json!("probe_cancel"), &json!("the connection ended"), &json!("done"))
    );
    running.agent(Access::Read, "", |agent| {
        let status = agent.call("live_status", json!({"pid": std::process::id()})).unwrap();
        assert_eq!(status["untrusted"]["program"]["count"], 0);
        assert_eq!(
            agent.denied(&json!({})),
            "denied: `probe_create` is not allowed [the server was started as `probelang mcp --live`]"
        );
    });
    running.agent(Access::Write, "services = [\"other\"]\n", |agent| {
        let listed = agent.call("live_list", json!({})).unwrap();
        assert_eq!(
            (listed["untrusted"]["programs"].as_array().unwrap().len(), &listed["left_out"]),
            (0, &json!(1))
        );
        let error = agent.call("live_status", json!({"pid": std::process::id()})).unwrap_err();
        assert_eq!(error["policy"], "policy.toml, line 1: services = [\"other\"]");
    });
    running.control.stop();
}

#[test]
fn nothing_is_done_where_the_program_forbids_it_or_the_log_cannot_be_written() {
    let running = Running::start("mcp-forbidden", Control_::Read);
    running.agent(Access::Write, "", |agent| {
        assert_eq!(agent.denied(&json!({})), "live: the process takes no probes over its status socket [-]");
    });
    running.control.stop();
    let running = Running::start("mcp-log", Control_::Write);
    running.agent(Access::Write, "", |agent| {
        break_log(&running.audit());
        let error = agent.call("probe_create", create(&json!({}))).unwrap_err();
        assert_eq!(error["kind"], "audit", "{error}");
        let status = agent.call("live_status", json!({"pid": std::process::id()})).unwrap();
        assert_eq!(status["untrusted"]["program"]["count"], 0);
    });
    running.control.stop();
}

fn break_log(path: &Path) {
    fs::write(path, "not a line\n").unwrap();
}
