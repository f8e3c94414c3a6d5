//! Temporary probes: created, fetched and cancelled over the status socket of a running program.

#![cfg(test)]

mod common;
mod program;
#[path = "../examples/shop/shop.rs"]
mod shop;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common::{file, folder, replace, until};
use probelang::redact::Mode;
use probelang_control::protocol::{Create, Created, Poll, Probe, Process, Request, Samples};
use probelang_control::{Access, AskError, Control, Settings, Socket, sockets};
use program::Program;

/// A probe of the file, of another id than those that are created.
const FILE: &str = r#"{"id": "f1", "type": "LOG_PROBE", "template": "of the file",
    "where": {"typeName": "shop.Cart", "methodName": "pay"}}"#;

/// A running program with a probe file, whose socket can be asked.
struct Running {
    control: Control,
    program: Arc<Program>,
    socket: Socket,
    file: PathBuf,
}

impl Running {
    fn start(folder: &Path, change: impl FnOnce(Settings) -> Settings) -> Self {
        let path = file(folder.join("probes.json"), FILE);
        let settings = Settings::from_environment(|_| None)
            .with_file(path.clone())
            .with_sinks(Vec::new())
            .with_access(Access::Write)
            .with_sockets(vec![folder.join("s")]);
        let settings = change(settings);
        let program = Arc::new(Program::default());
        let control = Control::start(settings.engine(), settings, Arc::clone(&program) as Arc<_>);
        let (all, errors) = sockets(&[folder.join("s")]);
        assert!(errors.is_empty(), "{errors:?}");
        let [socket] = all.as_slice() else { panic!("{all:?}") };
        Self { control, program, socket: socket.clone(), file: path }
    }

    fn create(&self, create: &Create) -> Created {
        self.socket.create(create).unwrap()
    }

    /// What was said to this request.
    fn refusal(&self, create: &Create) -> String {
        match self.socket.create(create) {
            Err(AskError::Refused(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    fn samples(&self, id: &str) -> Samples {
        self.socket.samples(&Poll::new(id)).unwrap()
    }

    fn status(&self) -> Process {
        self.socket.ask(&Request::Status).unwrap()
    }

    fn probe(&self, id: &str) -> Option<Probe> {
        self.status().probes.unwrap().into_iter().find(|probe| probe.id == id)
    }

    fn pay(&self, times: usize) {
        for _ in 0..times {
            self.program.shop.pay(200, "eve hunter2");
        }
    }
}

/// A log probe of the only function.
fn log(id: &str, template: &str) -> Create {
    Create::new(format!(
        r#"{{"id": "{id}", "type": "LOG_PROBE", "template": "{template}",
            "where": {{"typeName": "shop.Cart", "methodName": "pay"}},
            "sampling": {{"snapshotsPerSecond": 1000}}}}"#
    ))
}

fn messages(samples: &Samples) -> Vec<String> {
    samples
        .samples
        .iter()
        .map(|sample| {
            let json: serde_json::Value = serde_json::from_str(sample.json().unwrap()).unwrap();
            json["event"]["message"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn a_probe_is_created_fetched_and_cancelled() {
    let running = Running::start(&folder("temporary-whole"), |settings| settings);
    let mut create = log("t1", "total {total}");
    create.expires = Some(60);
    let created = running.create(&create);
    assert_eq!(
        (created.id.as_str(), created.status.as_str(), created.place.as_str(), created.pid),
        ("t1", "INSTALLED", "shop.Cart.pay", std::process::id())
    );
    let limits = &created.limits;
    assert_eq!((limits.hits, limits.samples, limits.bytes), (20, 100, 512 << 10));
    assert_eq!(limits.redaction, "strict");
    // an operator sees who it was
    assert!(running.program.has_noted("temporary probe `t1` at shop.Cart.pay until "));
    let uid = nix::unistd::geteuid().as_raw();
    let about = running.probe("t1").unwrap().temporary.unwrap();
    assert_eq!((about.uid, about.limits.expires.as_str()), (uid, limits.expires.as_str()));
    assert_eq!(about.pid.is_some(), cfg!(target_os = "linux"));
    assert!(running.probe("f1").unwrap().temporary.is_none());
    assert_eq!(running.status().access, "write");

    // it does not wait for a hit
    let none = running.samples("t1");
    assert_eq!((none.samples.len(), none.next, none.more, none.ended), (0, 0, false, None));
    running.pay(3);
    let all = running.samples("t1");
    assert_eq!(messages(&all), ["total 200", "total 200", "total 200"]);
    assert_eq!((all.status.as_str(), all.lost, all.next), ("EMITTING", 0, 3));
    let mut poll = Poll::new("t1");
    (poll.after, poll.limit) = (1, Some(1));
    let one = running.socket.samples(&poll).unwrap();
    assert_eq!((one.samples[0].number, one.next, one.more), (2, 2, true));

    let gone = running.socket.cancel("t1").unwrap().probe;
    assert_eq!((gone.hits, gone.id.as_str(), gone.temporary.unwrap().ended), (3, "t1", None));
    assert!(running.probe("t1").is_none());
    for error in [
        running.socket.samples(&Poll::new("t1")).unwrap_err(),
        running.socket.cancel("t1").unwrap_err(),
        // a probe of the file is not for whoever asks
        running.socket.cancel("f1").unwrap_err(),
        running.socket.samples(&Poll::new("f1")).unwrap_err(),
    ] {
        assert!(error.to_string().starts_with("there is no temporary probe `"), "{error}");
    }
    assert_eq!(running.control.probes().probes().len(), 1);
    // its id is free again
    running.create(&create);
}

#[test]
fn a_probe_ends_when_it_has_given_its_events_and_they_are_kept() {
    let running = Running::start(&folder("temporary-hits"), |settings| settings);
    let mut create = log("t1", "{total}");
    create.hits = Some(2);
    running.create(&create);
    running.pay(5);
    let all = running.samples("t1");
    assert_eq!((messages(&all).len(), all.status.as_str()), (2, "DONE"));
    assert_eq!(all.ended.as_deref(), Some("hit limit reached"));
    assert!(all.cause.unwrap().starts_with("it has given as many events as its hit limit allows"));
    // it is in no place any more, and its status says so
    assert_eq!(running.control.probes().probes().len(), 1);
    let status = running.status();
    let why = status.why("t1").unwrap();
    assert_eq!(why[0], "it has ended: hit limit reached");
    assert_eq!(status.probes.unwrap()[1].status, "DONE");
    assert!(running.refusal(&create).starts_with("a temporary probe with the id `t1` has ended"));
    assert_eq!(running.samples("t1").samples.len(), 2);
    running.socket.cancel("t1").unwrap();
    running.create(&create);
}

#[test]
fn a_probe_ends_when_its_time_is_over_also_when_nobody_asks() {
    let running = Running::start(&folder("temporary-time"), |settings| settings);
    let mut create = log("t1", "{total}");
    create.expires = Some(1);
    running.create(&create);
    until("it is taken out", || running.control.probes().probes().len() == 1);
    running.pay(1);
    let all = running.samples("t1");
    assert_eq!((messages(&all).len(), all.status.as_str()), (0, "EXPIRED"));
    assert_eq!(all.ended.as_deref(), Some("expired"));
    assert_eq!(running.status().why("t1").unwrap()[0], "it has ended: expired");
}

#[test]
fn what_is_not_allowed_is_refused_in_the_words_of_the_probe_file() {
    let running = Running::start(&folder("temporary-refused"), |settings| {
        let mut probes = settings.probes.clone();
        probes.process.service = Some("shop".to_owned());
        settings.with_probes(probes)
    });
    let at = |place: &str| {
        Create::new(format!(r#"{{"id": "t1", "type": "LOG_PROBE", "template": "x", "where": {place}}}"#))
    };
    let with = |change: &dyn Fn(&mut Create)| {
        let mut create = log("t1", "x");
        change(&mut create);
        create
    };
    for (create, why) in [
        (Create::new("["), "the probe is not JSON: "),
        (Create::new("[]"), "`probe` is one probe: an object with `id`, `type` and `where`"),
        (Create::new(r#"{"probes": []}"#), "`probe` is one probe"),
        (Create::new(format!("[{FILE}]")), "`probe` is one probe"),
        (Create::new(FILE), "another probe before it has the id `f1`"),
        (log("t1", "{total + 1}"), "`+` is arithmetic (addition)"),
        (at(r#"{"typeName": "shop.Cart", "methodName": "buy"}"#), "`shop.Cart` has no function `buy`"),
        (
            at(r#"{"sourceFile": "shop/cart.py", "lines": ["7"]}"#),
            "nothing runs at line 7 of `/app/shop/cart.py`",
        ),
        (
            Create::new(FILE.replace("f1", "t1").replace('{', r#"{"tags": ["service:other"],"#).replacen(
                r#"{"tags": ["service:other"],"typeName"#,
                r#"{"typeName"#,
                1,
            )),
            "its tags name another service, environment or version",
        ),
        (with(&|one| one.expires = Some(0)), "a temporary probe ends after 1 to 86400 s, not 0"),
        (with(&|one| one.expires = Some(86_401)), "a temporary probe ends after 1 to 86400 s, not 86401"),
        (with(&|one| one.hits = Some(0)), "a temporary probe gives 1 to 100000 events, not 0"),
        (with(&|one| one.hits = Some(100_001)), "a temporary probe gives 1 to 100000 events, not 100001"),
        (with(&|one| one.samples = Some(0)), "a temporary probe keeps 1 to 1000 events, not 0"),
        (with(&|one| one.bytes = Some(9 << 20)), "a temporary probe keeps 16384 to 8388608 bytes of events"),
        (with(&|one| one.redaction = Some(Mode::Off)), "`redaction` is `strict` or `targeted`, not `off`"),
        (log("t1", &"x".repeat(64 << 10)), "a request has at most 65536 bytes"),
    ] {
        let said = running.refusal(&create);
        assert!(said.contains(why), "{said} is not: {why}");
        assert!(running.probe("t1").is_none(), "{why}");
    }
    // nothing of it is left
    assert_eq!(running.control.probes().probes().len(), 1);
    running.create(&log("t1", "x"));
    assert_eq!(running.refusal(&log("t1", "x")), "another probe before it has the id `t1`");
}

#[test]
fn only_a_program_that_allows_it_takes_probes() {
    let running = Running::start(&folder("temporary-read"), |settings| settings.with_access(Access::Read));
    let why = "this process takes no probes over its status socket: it does if it is started with PROBELANG_CONTROL=write";
    assert_eq!(running.refusal(&log("t1", "x")), why);
    assert_eq!(running.socket.samples(&Poll::new("t1")).unwrap_err().to_string(), why);
    assert_eq!(running.socket.cancel("f1").unwrap_err().to_string(), why);
    assert_eq!((running.status().access.as_str(), running.status().count), ("read", 1));
    assert!(running.socket.ask(&Request::Disable).unwrap().off.program);
}

#[test]
fn the_mode_of_redaction_is_at_least_that_of_the_process() {
    let note = |running: &Running, mode| {
        let mut create = log("t1", "{total} {user}");
        create.redaction = mode;
        let created = running.create(&create);
        running.program.shop.pay(200, "hunter2 4111 1111 1111 1111");
        let samples = running.samples("t1");
        let event = samples.samples[0].json().unwrap().to_owned();
        running.socket.cancel("t1").unwrap();
        (created.limits.redaction, messages(&samples).remove(0), event)
    };
    let weak = Running::start(&folder("temporary-weak"), |settings| settings);
    let (mode, message, event) = note(&weak, None);
    assert_eq!(mode, "strict");
    assert!(
        message.starts_with("200 ") && !event.contains("hunter2") && !event.contains("4111 1111"),
        "{event}"
    );
    let (mode, message, event) = note(&weak, Some(Mode::Targeted));
    assert_eq!(mode, "targeted");
    assert!(message.starts_with("200 hunter2 ") && !event.contains("4111 1111"), "{event}");
    let strict =
        Running::start(&folder("temporary-strict"), |settings| settings.with_redaction_mode(Mode::Strict));
    let (mode, _, event) = note(&strict, Some(Mode::Targeted));
    assert_eq!(mode, "strict");
    assert!(!event.contains("hunter2"), "{event}");
}

#[test]
fn captures_of_a_strict_probe_have_no_texts_while_the_file_goes_on_as_it_was() {
    let out = folder("temporary-captures");
    let lines = out.join("events.ndjson");
    let running = Running::start(&out, |settings| {
        settings.with_sinks(vec![format!("jsonl:{}", lines.display()).parse().unwrap()])
    });
    running.create(&Create::new(
        r#"{"id": "t1", "type": "LOG_PROBE", "captureSnapshot": true,
            "where": {"typeName": "shop.Cart", "methodName": "pay"}}"#,
    ));
    replace(&running.file, &FILE.replace("of the file", "{user} of the file"));
    until("the file is loaded again", || {
        running.pay(1);
        std::fs::read_to_string(&lines).is_ok_and(|text| text.contains("eve hunter2 of the file"))
    });
    let samples = running.samples("t1");
    let event = samples.samples[0].json().unwrap();
    assert!(event.contains("\"captures\"") && !event.contains("hunter2"), "{event}");
    // its events, and news of it, are in the ring only
    running.control.stop();
    let written = std::fs::read_to_string(&lines).unwrap();
    assert!(!written.contains("t1") && written.contains("\"f1\""), "{written}");
}

#[test]
fn the_file_leaves_a_temporary_probe_alone_unless_it_names_it() {
    let running = Running::start(&folder("temporary-reload"), |settings| settings);
    running.create(&log("t1", "of the socket"));
    replace(&running.file, &FILE.replace("f1", "f2"));
    until("the file is loaded again", || running.probe("f2").is_some());
    assert!(running.probe("f1").is_none());
    running.pay(1);
    assert_eq!(messages(&running.samples("t1")), ["of the socket"]);
    // the kill switch stops it, and so does that of the file
    running.socket.ask(&Request::Disable).unwrap();
    running.pay(1);
    running.socket.ask(&Request::Enable).unwrap();
    assert_eq!(running.samples("t1").next, 1);
    replace(&running.file, &FILE.replace("f1", "t1"));
    until("the file has taken its place", || {
        running.program.has_noted("the temporary probe `t1` has ended: the probe file has a probe of its id")
            && running
                .probe("t1")
                .is_some_and(|probe| probe.temporary.is_none() && probe.status == "INSTALLED")
    });
    assert!(running.socket.samples(&Poll::new("t1")).is_err());
    running.pay(1);
    assert_eq!(running.probe("t1").unwrap().causes.get("emitted"), Some(&1));
}

#[test]
fn a_process_has_so_many_temporary_probes_and_bytes_of_theirs() {
    let running = Running::start(&folder("temporary-many"), |settings| settings);
    for number in 0..50 {
        let mut create = log(&format!("t{number}"), "x");
        create.bytes = Some(16 << 10);
        create.hits = Some(1);
        running.create(&create);
    }
    let mut more = log("more", "x");
    assert_eq!(running.refusal(&more), "a process has at most 50 temporary probes: cancel one first");
    running.pay(1);
    // all have ended, and make room
    more.bytes = Some(8 << 20);
    for number in 0..4 {
        more.probe = log(&format!("more{number}"), "x").probe;
        running.create(&more);
    }
    more.probe = log("most", "x").probe;
    let why = running.refusal(&more);
    assert!(
        why.starts_with("the temporary probes of a process may keep 33554432 bytes of events together"),
        "{why}"
    );
    assert_eq!(running.status().count, 5);
}

#[test]
fn what_is_unknown_in_a_request_is_an_error() {
    use std::io::{Read as _, Write as _};
    let running = Running::start(&folder("temporary-unknown"), |settings| settings);
    for (request, why) in [
        (r#"{"do": "create"}"#, "missing field `probe`"),
        (r#"{"do": "create", "probe": {}, "expire": 5}"#, "unknown field `expire`"),
        (
            r#"{"do": "create", "probe": {}, "redaction": "none"}"#,
            "`redaction` is `strict` or `targeted`, not `none`",
        ),
        (r#"{"do": "samples"}"#, "missing field `id`"),
        (r#"{"do": "samples", "id": "x", "after": -1}"#, "invalid value"),
        (r#"{"do": "cancel", "id": 7}"#, "invalid type"),
    ] {
        let mut stream = std::os::unix::net::UnixStream::connect(running.socket.path()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("{\"protocol\":1,\"error\":") && reply.contains(why), "{reply}");
    }
}

#[test]
fn who_places_a_probe_for_long_keeps_nobody_from_the_kill_switch() {
    use std::sync::mpsc;

    use probelang_control::Adapter;
    use probelang_probe::{Change, Probes, Timestamp};

    /// An adapter that takes as long as the test wants.
    struct Slow(std::sync::Mutex<mpsc::Receiver<()>>);
    impl Adapter for Slow {
        fn apply(&self, _: &Arc<Probes>, _: Vec<Change>, _: Timestamp) {
            let _ = self.0.lock().unwrap().recv();
        }
        fn note(&self, _: &str) {}
    }
    let folder = folder("temporary-slow");
    let settings = Settings::from_environment(|_| None)
        .with_sinks(Vec::new())
        .with_access(Access::Write)
        .with_sockets(vec![folder.join("s")]);
    let (go, wait) = mpsc::channel();
    let control = Control::start(settings.engine(), settings, Arc::new(Slow(std::sync::Mutex::new(wait))));
    let socket = sockets(&[folder.join("s")]).0.remove(0);
    std::thread::scope(|scope| {
        let creating = scope.spawn(|| socket.create(&log("t1", "x")));
        until("it is being placed", || control.probes().probes().len() == 1);
        assert!(socket.ask(&Request::Disable).unwrap().off.program);
        // others that would place something are told to try again
        let busy = socket.create(&log("t2", "x")).unwrap_err().to_string();
        assert!(busy.starts_with("the process places other probes just now"), "{busy}");
        assert!(matches!(socket.samples(&Poll::new("t1")), Err(AskError::Refused(_))));
        go.send(()).unwrap();
        assert_eq!(creating.join().unwrap().unwrap().id, "t1");
    });
    drop(go);
    control.stop();
}
