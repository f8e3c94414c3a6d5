//! `probelang live` and `probe run --sink` against what runs: a program with probes, a receiver.

#![cfg(test)]
#![cfg(unix)]

#[path = "../../control/examples/shop/shop.rs"]
mod shop;

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use probelang::redact::Mode;
use probelang_control::{Access, Control, Settings};
use serde_json::Value;
use shop::Shop;

/// An empty folder of this name that only its owner can use.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("live").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Replaces a file at once.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, Permissions::from_mode(0o600)).unwrap();
    fs::rename(new, path).unwrap();
}

/// What a command printed, what it said, and its status.
struct Ran {
    out: String,
    error: String,
    status: i32,
}

/// Runs the command in a folder that is also that of the user's session.
fn probelang(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_probelang"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env("TMPDIR", folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { out: text(output.stdout), error: text(output.stderr), status: output.status.code().unwrap() }
}

fn probe(id: &str, method: &str) -> String {
    format!(
        r#"{{"id": "{id}", "type": "LOG_PROBE", "template": "x", "when": {{"dsl": "total > 100"}},
        "where": {{"typeName": "shop.Cart", "methodName": "{method}"}}}}"#
    )
}

/// A running program: this process.
fn start(folder: &Path) -> (Control, Arc<Shop>) {
    start_with(folder, |settings| settings)
}

fn start_with(folder: &Path, change: impl FnOnce(Settings) -> Settings) -> (Control, Arc<Shop>) {
    let path = folder.join("probes.json");
    replace(&path, &format!("[{}, {}]", probe("p1", "pay"), probe("p2", "buy")));
    let mut settings = Settings::from_environment(|_| None)
        .with_file(path)
        .with_sinks(vec![format!("jsonl:{}", folder.join("events.ndjson").display()).parse().unwrap()])
        .with_access(Access::Write)
        .with_sockets(vec![folder.join("probelang")]);
    settings.probes.process = settings
        .probes
        .process
        .with_service(Some("shop\u{1b}[31m".to_owned()), Some("prod".to_owned()), Some("1.2".to_owned()))
        .with_language("rust");
    let settings = change(settings);
    let shop = Arc::new(Shop::default());
    (Control::start(settings.engine(), settings, Arc::clone(&shop) as Arc<_>), shop)
}

#[test]
fn a_running_program_is_listed_explained_and_switched_off() {
    let folder = folder("program");
    let (control, shop) = start(&folder);
    let pid = std::process::id().to_string();
    shop.pay(7, "eve");
    let listed = probelang(&folder, &["live", "list"]);
    // nothing that a program says is obeyed by a terminal
    let row = format!("{pid}  shop\\u{{1b}}[31m 1.2 (prod)  rust  2 probes\n");
    assert_eq!((listed.out, listed.error, listed.status), (row.clone(), String::new(), 0));
    let status = probelang(&folder, &["live", "status"]);
    assert_eq!(status.status, 0, "{}", status.error);
    let lines: Vec<&str> = status.out.lines().collect();
    assert_eq!(format!("{}\n", lines[0]), row);
    assert!(lines[1].starts_with(&format!("  file  {}, loaded 2", folder.join("probes.json").display())));
    assert!(lines[2].starts_with("  sink  jsonl "), "{}", lines[2]);
    assert_eq!(
        lines[3..],
        [
            "INSTALLED  p1  shop.Cart.pay  hit once, and its condition was false; `total > 100` decided each miss that was looked at",
            "ERROR      p2  shop.Cart.buy  never hit: no place of the program was found for it",
        ]
    );
    // one probe, as JSON
    for form in [&["--format", "json"][..], &["--json"]] {
        let one = probelang(&folder, &[&["live", "status", "p1", "--pid", &pid], form].concat());
        let json: Value = serde_json::from_str(&one.out).unwrap();
        assert_eq!(json["pid"].to_string(), pid);
        assert_eq!(json["probes"][0]["causes"]["not_matched"], 1);
        assert_eq!(json["probes"].as_array().unwrap().len(), 1);
    }
    let why = probelang(&folder, &["live", "why", "p2"]);
    assert_eq!(
        (why.out, why.status),
        (
            format!(
                "{pid}: never hit: no place of the program was found for it\n{pid}: ERROR: `shop.Cart` has no function `buy`\n"
            ),
            0
        )
    );
    let why = probelang(&folder, &["live", "why", "p1", "--json"]);
    let json: Value = serde_json::from_str(&why.out).unwrap();
    assert_eq!(json["why"].as_array().unwrap().len(), 1);
    // the kill switch
    let off = probelang(&folder, &["live", "disable", "--pid", &pid]);
    assert!(off.out.ends_with("2 probes, switched off\n") && off.status == 0, "{}", off.out);
    shop.pay(200, "eve");
    let why = probelang(&folder, &["live", "why", "p1"]);
    assert!(
        why.out.starts_with(&format!(
            "{pid}: all probes are switched off, by the program or by `probelang live disable`\n{pid}: hit once"
        )),
        "{}",
        why.out
    );
    let on = probelang(&folder, &["live", "enable"]);
    assert_eq!((on.out, on.status), (row, 0));
    shop.pay(200, "eve");
    let status = probelang(&folder, &["live", "status", "p1"]);
    let lines: Vec<&str> = status.out.lines().collect();
    assert!(lines[3].starts_with("EMITTING  p1  "), "{}", status.out);
    assert!(lines[4].starts_with("  2 hits: 1 emitted, 1 not matched; 1 byte, "), "{}", status.out);
    // a file that changes, and one that is wrong
    replace(&folder.join("probes.json"), &probe("p3", "pay"));
    let until = |what: &str| {
        let end = Instant::now() + Duration::from_secs(60);
        while !probelang(&folder, &["live", "status"]).out.contains(what) {
            assert!(Instant::now() < end, "never: {what}");
        }
    };
    until("INSTALLED  p3");
    replace(&folder.join("probes.json"), "[{]");
    until("is not what runs: it cannot be read");
    let missing = probelang(&folder, &["live", "why", "p1"]);
    assert_eq!(
        (missing.out.as_str(), missing.error.as_str(), missing.status),
        ("", "note: no program that was asked has a probe `p1`: it is not in its probe file\n", 1)
    );
    control.stop();
    assert_eq!(probelang(&folder, &["live", "list"]).out, "");
}

/// A temporary probe, of this service of a program.
fn temporary(id: &str) -> String {
    format!(
        r#"{{"id": "{id}", "type": "LOG_PROBE", "template": "{{user}} pays {{total}}",
        "where": {{"typeName": "shop.Cart", "methodName": "pay"}},
        "sampling": {{"snapshotsPerSecond": 1000}}}}"#
    )
}

#[test]
fn a_temporary_probe_is_created_read_and_cancelled() {
    let folder = folder("temporary");
    let (control, shop) = start(&folder);
    let pid = std::process::id().to_string();
    replace(&folder.join("one.json"), &temporary("t1"));
    let made = probelang(&folder, &["live", "create", "one.json", "--for", "1h", "--hits", "3"]);
    assert!(
        made.out.starts_with(&format!("{pid}: INSTALLED t1 at shop.Cart.pay, until 2"))
            && made.out.ends_with(" or 3 events, redaction strict\n"),
        "{}{}",
        made.out,
        made.error
    );
    let status = probelang(&folder, &["live", "status", "t1"]);
    let row = status.out.lines().find(|line| line.starts_with("INSTALLED  t1")).unwrap();
    assert!(row.contains("; temporary, of user ") && row.contains(", until 2"), "{row}");
    // what was not hit yet has no events, and nobody waits for them
    let none = probelang(&folder, &["live", "samples", "t1"]);
    assert_eq!((none.out.as_str(), none.status), ("", 0), "{}", none.error);
    assert!(none.error.starts_with("note: INSTALLED: never hit"), "{}", none.error);
    shop.pay(1, "hunter2");
    shop.pay(2, "hunter2");
    let two = probelang(&folder, &["live", "samples", "t1"]);
    let events: Vec<Value> = two.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1]["event"]["message"], "{redacted} pays 2");
    assert!(!two.out.contains("hunter2"));
    let one = probelang(&folder, &["live", "samples", "t1", "--after", "1", "--json"]);
    let reply: Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!((&reply["samples"][0]["number"], &reply["next"]), (&2.into(), &2.into()));
    // the third is the last
    shop.pay(3, "hunter2");
    let all = probelang(&folder, &["live", "samples", "t1", "--follow"]);
    assert_eq!((all.out.lines().count(), all.status), (3, 0));
    assert!(all.error.contains("note: DONE, ended: hit limit reached: hit 3 times"), "{}", all.error);
    let why = probelang(&folder, &["live", "why", "t1"]);
    assert!(why.out.starts_with(&format!("{pid}: it has ended: hit limit reached\n")), "{}", why.out);
    let gone = probelang(&folder, &["live", "cancel", "t1"]);
    assert!(
        gone.out.starts_with(&format!("{pid}: t1 is gone: hit 3 times")) && gone.status == 0,
        "{}",
        gone.out
    );
    for command in ["samples", "cancel"] {
        let ran = probelang(&folder, &["live", command, "t1"]);
        assert!(
            ran.error.starts_with("note: no program that was asked has a temporary probe `t1`"),
            "{}",
            ran.error
        );
        assert_eq!((ran.out.as_str(), ran.status), ("", 1));
    }
    // in the other forms of a probe file; what may be a secret is shown if it does not look like one
    replace(&folder.join("one.json"), &format!("{{\"probes\": [{}]}}", temporary("t2")));
    let made = probelang(&folder, &["live", "create", "one.json", "--redaction", "targeted", "--json"]);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    assert_eq!((&made["redaction"], &made["hits"]), (&"targeted".into(), &20.into()));
    shop.pay(4, "eve");
    assert!(probelang(&folder, &["live", "samples", "t2"]).out.contains("eve pays 4"));
    control.stop();
}

#[test]
fn a_probe_that_is_waited_for_prints_its_events_until_it_ends() {
    let folder = folder("wait");
    let (control, shop) = start(&folder);
    replace(&folder.join("one.json"), &temporary("t1"));
    let over = std::sync::atomic::AtomicBool::new(false);
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                shop.pay(1, "eve");
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let ran = probelang(&folder, &["live", "create", "one.json", "--hits", "2", "--wait"]);
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        ran
    });
    assert_eq!((ran.out.lines().count(), ran.status), (2, 0), "{}{}", ran.out, ran.error);
    assert!(ran.error.contains("ended: hit limit reached"), "{}", ran.error);
    control.stop();
}

#[test]
fn why_a_temporary_probe_is_not_created_is_said() {
    let folder = folder("refused");
    let (control, _) = start(&folder);
    let pid = std::process::id();
    for (text, arguments, error, status) in [
        (probe("t", "buy"), &[][..], format!("process {pid}: `shop.Cart` has no function `buy`"), 1),
        (probe("p1", "pay"), &[], format!("process {pid}: another probe before it has the id `p1`"), 1),
        ("{".to_owned(), &[], format!("process {pid}: the probe is not JSON: EOF while parsing"), 1),
        ("[]".to_owned(), &[], "one.json: a temporary probe is one probe, and the file has 0".to_owned(), 6),
        (
            temporary("t"),
            &["--for", "25h"],
            format!("process {pid}: a temporary probe ends after 1 to 86400 s, not 90000"),
            1,
        ),
        (
            temporary("t"),
            &["--redaction", "off"],
            format!("process {pid}: `redaction` is `strict` or `targeted`, not `off`"),
            1,
        ),
    ] {
        replace(&folder.join("one.json"), &text);
        let ran = probelang(&folder, &[&["live", "create", "one.json"], arguments].concat());
        assert!(ran.error.starts_with(&format!("error: {error}")), "{}", ran.error);
        assert_eq!((ran.out.as_str(), ran.status), ("", status), "{}", ran.error);
    }
    control.stop();
}

#[test]
fn the_status_of_a_program_with_a_mode_of_redaction_shows_it() {
    for mode in [Mode::Targeted, Mode::Strict] {
        let folder = folder(mode.name());
        let (control, _) = start_with(&folder, |settings| settings.with_redaction_mode(mode));
        let pid = std::process::id().to_string();
        let status = probelang(&folder, &["live", "status"]);
        assert!(status.out.contains(&format!("\n  texts redaction is {mode}\n")), "{}", status.out);
        let json = probelang(&folder, &["live", "status", "--pid", &pid, "--format", "json"]);
        let json: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(json["redaction"], mode.name());
        control.stop();
    }
}

#[test]
fn where_no_program_has_probes_the_status_says_so() {
    let folder = folder("nobody");
    for (arguments, note, status) in [
        (&["live", "list"][..], "no program of this user has probes", 0),
        (&["live", "list", "--json"], "no program of this user has probes", 0),
        (&["live", "list", "--pid", "77"], "process 77 has no probes, or is not a process of this user", 1),
        (&["live", "status"], "no program of this user has probes", 1),
        (&["live", "why", "p"], "no program of this user has probes", 1),
        (&["live", "disable"], "no program of this user has probes", 1),
        (&["live", "samples", "p"], "no program of this user has probes", 1),
        (
            &["live", "cancel", "p", "--service", "shop"],
            "no program of this user has probes and is of the service `shop`",
            1,
        ),
        (
            &["live", "list", "--service", "shop"],
            "no program of this user has probes and is of the service `shop`",
            1,
        ),
        (&["live", "enable", "--pid", "77"], "process 77 has no probes, or is not a process of this user", 1),
    ] {
        let ran = probelang(&folder, arguments);
        assert_eq!((ran.out.as_str(), ran.error, ran.status), ("", format!("note: {note}\n"), status));
    }
    // a folder that others may use is not looked into
    let sockets = folder.join("probelang");
    fs::create_dir(&sockets).unwrap();
    fs::set_permissions(&sockets, Permissions::from_mode(0o755)).unwrap();
    let ran = probelang(&folder, &["live", "status"]);
    assert!(
        ran.error.contains("is not used: its mode is 0755, not 0700") && ran.status == 1,
        "{}",
        ran.error
    );
}

#[test]
fn a_program_that_does_not_reply_is_an_error() {
    let folder = folder("silent");
    let sockets = folder.join("probelang");
    fs::create_dir(&sockets).unwrap();
    fs::set_permissions(&sockets, Permissions::from_mode(0o700)).unwrap();
    // a path that fits the address of a socket
    let short = Path::new(env!("CARGO_TARGET_TMPDIR")).join("77.sock");
    let _ = fs::remove_file(&short);
    let _listener = UnixListener::bind(&short).unwrap();
    fs::rename(&short, sockets.join("77.sock")).unwrap();
    let ran = probelang(&folder, &["live", "disable", "--diagnostics", "json"]);
    let expected = "{\"severity\":\"error\",\"message\":\"process 77: the process does not reply\"}\n";
    assert_eq!((ran.out.as_str(), ran.error.as_str(), ran.status), ("", expected, 6));
}

/// The folder of the recordings and probes of the transcripts.
fn data(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).display().to_string()
}

#[test]
fn json_lines_are_what_is_printed_without_a_sink() {
    let folder = folder("lines");
    let (probes, hits) = (data("probes/shop.json"), data("hits.ndjson"));
    let run = ["probe", "run", &probes, "-i", &hits];
    let printed = probelang(&folder, &run);
    let sent = probelang(&folder, &[&run[..], &["--sink", "jsonl:events.ndjson"]].concat());
    assert_eq!((sent.out.as_str(), sent.status), ("", printed.status));
    assert_eq!(fs::read_to_string(folder.join("events.ndjson")).unwrap(), printed.out);
}

#[test]
fn a_receiver_gets_what_it_takes() {
    let folder = folder("receiver");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // as many paths as it was asked for, until the sender leaves
    let receiver = std::thread::spawn(move || {
        let mut paths = Vec::new();
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut line, mut length, mut first) = (String::new(), 0, String::new());
            while stream.read_line(&mut line).unwrap_or(0) > 0 && line.trim() != "" {
                if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = bytes.trim().parse().unwrap();
                }
                if first.is_empty() {
                    first.clone_from(&line);
                }
                line.clear();
            }
            if first.starts_with("GET /end ") {
                break;
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            paths.push(first.split(' ').nth(1).unwrap().to_owned());
            let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all(reply).unwrap();
        }
        paths
    });
    let (probes, hits) = (data("probes/shop.json"), data("hits.ndjson"));
    let sink = format!("otlp:http://{address}");
    let ran = probelang(&folder, &["probe", "run", &probes, "-i", &hits, "--sink", &sink]);
    std::net::TcpStream::connect(address).unwrap().write_all(b"GET /end HTTP/1.1\r\n\r\n").unwrap();
    let mut paths = receiver.join().unwrap();
    paths.sort();
    paths.dedup();
    assert_eq!(paths, ["/v1/logs", "/v1/metrics", "/v1/traces"], "{}", ran.error);
    assert!(ran.error.ends_with(" delivered\n") && ran.status == 0, "{} {}", ran.error, ran.status);
}
