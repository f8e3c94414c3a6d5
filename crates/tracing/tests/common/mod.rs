//! What the tests share: a program with probes, from a file to the events that came of them.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, LazyLock, Mutex};
use std::time::{Duration, Instant};

use probelang_tracing::Probing;
use probelang_tracing::control::{Settings, SinkSpec};
use serde_json::{Value, json};
use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::prelude::*;

/// Two subscribers that stay. Where a process has one, `tracing` takes a short way without a lock, on which a callsite that a
/// test meets while another test begins may be lost.
static OTHERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [NoSubscriber::default(), NoSubscriber::default()].map(Dispatch::new));

/// One program at a time: places and points belong to the process.
static TURN: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// The turn of a program, which may end in another thread than it began in.
struct Turn;

impl Turn {
    fn take() -> Self {
        let is_taken = TURN.0.lock().unwrap();
        *TURN.1.wait_while(is_taken, |is_taken| *is_taken).unwrap() = true;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TURN.0.lock().unwrap() = false;
        TURN.1.notify_one();
    }
}

/// A program with probes.
pub struct Program {
    pub probing: Probing,
    folder: PathBuf,
    turn: Option<Turn>,
}

/// What came of it.
pub struct Gone {
    pub events: Vec<Value>,
}

impl Program {
    /// Starts probes in a folder of this name.
    pub fn start(name: &str, probes: &Value) -> Self {
        Self::start_with(name, probes, |settings| settings)
    }

    pub fn start_with(name: &str, probes: &Value, change: impl FnOnce(Settings) -> Settings) -> Self {
        LazyLock::force(&OTHERS);
        let turn = Turn::take();
        Self { turn: Some(turn), ..Self::start_alone(name, probes, change) }
    }

    /// Starts probes in a process that has no other subscriber.
    pub fn start_alone(name: &str, probes: &Value, change: impl FnOnce(Settings) -> Settings) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
        write(&folder, probes);
        let settings = Settings::from_environment(|_| None)
            .with_file(folder.join("probes.json"))
            .with_sinks(vec![SinkSpec::JsonLines(folder.join("events.jsonl").display().to_string())])
            .with_sockets(Vec::new());
        let probing = probelang_tracing::init().settings(|_| change(settings)).start();
        Self { probing, folder, turn: None }
    }

    /// Runs something with the layer.
    pub fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        tracing::subscriber::with_default(tracing_subscriber::registry().with(self.probing.layer()), run)
    }

    /// Puts other probes into the file, and waits until they are obeyed.
    pub fn change(&self, probes: &Value, id: &str, version: u64) {
        write(&self.folder, probes);
        until("the change is obeyed", || self.has(id, version));
    }

    fn has(&self, id: &str, version: u64) -> bool {
        let probes = self.probing.status().probes.unwrap_or_default();
        probes.iter().any(|probe| *probe.id == *id && probe.version == version)
    }

    /// The status of a probe with its cause, and its verdict.
    pub fn status(&self, id: &str) -> (String, String) {
        let probes = self.probing.status().probes.unwrap_or_default();
        let probe = probes.iter().find(|probe| *probe.id == *id).unwrap_or_else(|| panic!("no probe {id}"));
        let value = serde_json::to_value(probe).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        (format!("{}: {}", text("status"), text("cause")), text("verdict"))
    }

    /// Ends it, and gives what it sent.
    pub fn end(self) -> Gone {
        let file = self.folder.join("events.jsonl");
        self.probing.stop();
        let text = fs::read_to_string(file).unwrap_or_default();
        Gone { events: text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() }
    }
}

fn write(folder: &Path, probes: &Value) {
    let (file, new) = (folder.join("probes.json"), folder.join("new"));
    fs::write(&new, probes.to_string()).unwrap();
    fs::set_permissions(&new, Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, file).unwrap();
}

impl Gone {
    /// The messages of logs and snapshots of a probe.
    pub fn messages(&self, id: &str) -> Vec<String> {
        let of = self.of(id);
        of.iter().filter_map(|event| event["message"].as_str()).map(str::to_owned).collect()
    }

    /// All events of a probe but its statuses.
    pub fn of(&self, id: &str) -> Vec<Value> {
        let own = self.events.iter().filter(|event| event["kind"] != "status");
        own.map(|event| event.get("event").unwrap_or(event))
            .filter(|event| is_of(event, id))
            .cloned()
            .collect()
    }
}

fn is_of(event: &Value, id: &str) -> bool {
    [&event["probe"], &event["debugger"]["snapshot"]["probe"]["id"], &event["probe_id"], &event["probeId"]]
        .iter()
        .any(|value| **value == json!(id))
}

/// A log probe.
pub fn log(id: &str, place: Value, template: &str) -> Value {
    json!({"id": id, "type": "LOG_PROBE", "where": place, "template": template})
}

/// The file of some probes.
pub fn file(probes: &[Value]) -> Value {
    json!({"probes": probes})
}

/// Waits until something holds, as long as it takes within reason.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
