//! Receivers of other makers, as processes that end with the test. `crates/sink/test` installs them.

#![allow(dead_code, reason = "each test file needs other parts")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A time that is never reached where all is well.
const LONG: Duration = Duration::from_secs(60);

/// Where the receivers are installed.
pub fn folder() -> PathBuf {
    std::env::var_os("PROBELANG_RECEIVERS").expect("PROBELANG_RECEIVERS: run crates/sink/test").into()
}

/// A receiver, which ends with the test.
pub struct Process {
    child: Child,
    output: PathBuf,
}

impl Process {
    pub fn start(name: &str, command: &mut Command) -> Self {
        let output = std::env::temp_dir().join(format!("probelang-{name}-{}.log", std::process::id()));
        let file = File::create(&output).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { child, output }
    }

    pub fn text(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }

    /// Waits until something is so, or the receiver has ended.
    #[track_caller]
    pub fn wait<T>(&mut self, mut ready: impl FnMut(&str) -> Option<T>) -> T {
        let end = Instant::now() + LONG;
        loop {
            if let Some(ready) = ready(&self.text()) {
                return ready;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("it has ended with {status}: {}", self.text());
            }
            assert!(Instant::now() < end, "it is not ready: {}", self.text());
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.output);
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Reads a resource.
pub fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(LONG)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// All values of a key, wherever it is.
pub fn all<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get(key));
            map.values().for_each(|value| all(value, key, found));
        }
        Value::Array(list) => list.iter().for_each(|value| all(value, key, found)),
        _ => {}
    }
}

/// All values of a key, which one encoding writes in one way and the other in another.
pub fn named<'v>(value: &'v Value, names: &[&str]) -> Vec<&'v Value> {
    let mut found = Vec::new();
    for name in names {
        all(value, name, &mut found);
    }
    found
}

/// The elements of all lists under a key.
pub fn elements<'v>(value: &'v Value, names: &[&str]) -> Vec<&'v Value> {
    named(value, names).into_iter().flat_map(|list| list.as_array().unwrap()).collect()
}

/// An agent for tests, made by Datadog, that keeps what it receives over OTLP.
pub struct TestAgent {
    process: Process,
    /// Where it takes what agents take.
    pub port: u16,
    /// Where it takes OTLP.
    pub otlp: u16,
}

impl TestAgent {
    pub fn start() -> Self {
        let (port, otlp, grpc) = (free_port(), free_port(), free_port());
        let ports = [("-p", port), ("--otlp-http-port", otlp), ("--otlp-grpc-port", grpc)];
        let mut command = Command::new(folder().join("venv/bin/ddapm-test-agent"));
        for (option, port) in ports {
            command.args([option, &port.to_string()]);
        }
        let mut process = Process::start("test-agent", command.current_dir(std::env::temp_dir()));
        process.wait(|_| get(port, "/info").and(get(otlp, "/test/session/logs")));
        Self { process, port, otlp }
    }

    /// What it has received of a kind of data.
    pub fn received(&self, kind: &str) -> Value {
        let (status, body) = get(self.otlp, &format!("/test/session/{kind}")).unwrap();
        assert_eq!(status, 200);
        serde_json::from_str(&body).unwrap()
    }

    /// Forgets what it has received.
    pub fn clear(&self) {
        get(self.otlp, "/test/session/clear").unwrap();
    }
}
