//! A live program: its probe file is obeyed, whatever becomes of it.

#![cfg(test)]

mod common;
mod program;
#[path = "../examples/shop/shop.rs"]
mod shop;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use common::{file, folder, mode, replace, until};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use probelang_control::protocol::Process;
use probelang_control::{Adapter, Control, Settings, SinkSpec};
use probelang_probe::{Change, Probes, Timestamp};
use program::Program;

/// A log probe of the function, with that id and template.
fn probe(id: &str, template: &str) -> String {
    format!(
        r#"{{"id": "{id}", "type": "LOG_PROBE", "template": "{template}", "where": {{"typeName": "shop.Cart", "methodName": "pay"}}}}"#
    )
}

/// Settings of a program that writes its events to a file of the folder, and has no status socket.
fn settings(folder: &Path) -> Settings {
    Settings::from_environment(|_| None)
        .with_file(folder.join("probes.json"))
        .with_sinks(vec![SinkSpec::JsonLines(folder.join("events.ndjson").display().to_string())])
        .with_sockets(Vec::new())
}

fn start(settings: Settings) -> (Control, Arc<Program>) {
    let program = Arc::new(Program::default());
    let control = Control::start(settings.engine(), settings, Arc::clone(&program) as Arc<_>);
    (control, program)
}

/// The probes that run. A status waits for changes that are being made.
fn ids(control: &Control) -> Vec<String> {
    control.status().probes.unwrap().iter().map(|probe| probe.id.to_string()).collect()
}

fn problem(control: &Control) -> Option<String> {
    control.status().file.unwrap().problem
}

/// The probe of that id as the status shows it.
fn shown(process: &Process, id: &str) -> probelang_control::protocol::Probe {
    process.probes.as_ref().unwrap().iter().find(|probe| probe.id == id).unwrap().clone()
}

#[test]
fn probes_are_in_place_before_the_first_line_of_the_program_and_their_events_are_delivered_at_its_end() {
    let folder = folder("live-first");
    file(folder.join("probes.json"), &probe("p1", "{user} pays {total}"));
    let (control, program) = start(settings(&folder));
    program.shop.pay(7, "eve");
    control.stop();
    let events = fs::read_to_string(folder.join("events.ndjson")).unwrap();
    assert!(events.contains(r#""message":"eve pays 7""#), "{events}");
    for status in ["RECEIVED", "INSTALLED", "EMITTING"] {
        assert!(events.contains(status), "{events}");
    }
    assert!(program.notes().is_empty(), "{:?}", program.notes());
    // after its end nothing more comes
    program.shop.pay(8, "eve");
    control.stop();
    assert_eq!(fs::read_to_string(folder.join("events.ndjson")).unwrap(), events);
}

#[test]
fn a_file_that_changes_is_obeyed_however_it_is_written() {
    let folder = folder("live-changes");
    let path = folder.join("probes.json");
    let (control, _program) = start(settings(&folder));
    assert!(problem(&control).unwrap().starts_with("there is no file"));
    // made
    file(path.clone(), &format!("[{}]", probe("made", "x")));
    until("made", || ids(&control) == ["made"]);
    assert_eq!(problem(&control), None);
    // replaced at once
    replace(&path, &format!("[{}]", probe("replaced", "x")));
    until("replaced", || ids(&control) == ["replaced"]);
    // written in place
    fs::write(&path, format!("[{}]", probe("written", "x"))).unwrap();
    until("written", || ids(&control) == ["written"]);
    // as editors do: the old one is moved away first
    fs::rename(&path, folder.join("probes.json~")).unwrap();
    file(path.clone(), &format!("[{}]", probe("edited", "x")));
    until("edited", || ids(&control) == ["edited"]);
    // its permissions
    mode(&path, 0o666);
    until("permissions", || problem(&control).is_some());
    mode(&path, 0o600);
    until("permissions", || problem(&control).is_none());
    assert_eq!(ids(&control), ["edited"]);
    // and switched off
    replace(&path, &format!(r#"{{"enabled": false, "probes": [{}]}}"#, probe("edited", "x")));
    until("off", || control.status().off.file);
}

#[test]
fn a_volume_of_kubernetes_is_followed() {
    let volume = folder("live-volume");
    let put = |version: &str, id: &str| {
        fs::create_dir(volume.join(version)).unwrap();
        mode(&volume.join(version), 0o755);
        file(volume.join(version).join("probes.json"), &probe(id, "x"));
        symlink(version, volume.join("..data_tmp")).unwrap();
        fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    };
    put("..1", "one");
    symlink("..data/probes.json", volume.join("probes.json")).unwrap();
    let (control, _program) = start(settings(&volume));
    assert_eq!(ids(&control), ["one"]);
    put("..2", "two");
    until("two", || ids(&control) == ["two"]);
    fs::remove_dir_all(volume.join("..1")).unwrap();
    put("..3", "three");
    until("three", || ids(&control) == ["three"]);
}

#[test]
fn a_link_to_another_folder_is_followed_when_either_changes() {
    let folder = folder("live-link");
    for (name, id) in [("blue", "b1"), ("green", "g1")] {
        fs::create_dir(folder.join(name)).unwrap();
        mode(&folder.join(name), 0o700);
        file(folder.join(name).join("probes.json"), &probe(id, "x"));
    }
    symlink("blue", folder.join("current")).unwrap();
    let settings = settings(&folder).with_file(folder.join("current/probes.json"));
    let (control, _program) = start(settings);
    assert_eq!(ids(&control), ["b1"]);
    replace(&folder.join("blue/probes.json"), &probe("b2", "x"));
    until("b2", || ids(&control) == ["b2"]);
    symlink("green", folder.join("next")).unwrap();
    fs::rename(folder.join("next"), folder.join("current")).unwrap();
    until("g1", || ids(&control) == ["g1"]);
    replace(&folder.join("green/probes.json"), &probe("g2", "x"));
    until("g2", || ids(&control) == ["g2"]);
}

#[test]
fn a_folder_that_is_renamed_and_made_anew_is_followed() {
    let parent = folder("live-folder");
    let folder = parent.join("probes");
    let make = |id: &str| {
        fs::create_dir(&folder).unwrap();
        mode(&folder, 0o700);
        file(folder.join("probes.json"), &probe(id, "x"));
    };
    let (control, program) = start(settings(&parent).with_file(folder.join("probes.json")));
    make("one");
    until("one", || ids(&control) == ["one"]);
    fs::rename(&folder, parent.join("away")).unwrap();
    until("away", || problem(&control).is_some_and(|problem| problem.contains("there is no file")));
    // what was moved away is not what counts
    replace(&parent.join("away/probes.json"), &probe("away", "x"));
    make("two");
    until("two", || ids(&control) == ["two"]);
    fs::remove_dir_all(&folder).unwrap();
    until("removed", || problem(&control).is_some());
    assert_eq!(ids(&control), ["two"]);
    make("three");
    until("three", || ids(&control) == ["three"]);
    assert!(program.has_noted("is used again"));
}

/// What the problem says, and how it comes about.
type Fault<'f> = (&'f str, &'f dyn Fn(&Path));

#[test]
fn whatever_is_in_the_place_of_the_file_the_last_good_set_goes_on() {
    let folder = folder("live-faults");
    let path = folder.join("probes.json");
    file(path.clone(), &probe("good", "{total}"));
    let (control, program) = start(settings(&folder));
    let elsewhere = folder.join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    file(elsewhere.join("probes.json"), &probe("elsewhere", "x"));
    mode(&elsewhere, 0o777);
    let put = |what: &dyn Fn(&Path)| {
        let new = folder.join("new");
        what(&new);
        fs::rename(&new, &path).unwrap();
    };
    let faults: [Fault<'_>; 9] = [
        ("is a FIFO", &|path| mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap()),
        ("may be written by others", &|path| symlink("elsewhere/probes.json", path).unwrap()),
        ("is a device", &|path| symlink("/dev/zero", path).unwrap()),
        ("there is no file", &|path| symlink("nowhere", path).unwrap()),
        ("has more than 16777216 bytes", &|path| {
            file(path.to_owned(), "");
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(20 << 20).unwrap();
        }),
        ("not JSON", &|path| drop(file(path.to_owned(), &"\u{1}[{".repeat(1 << 10)))),
        ("not JSON", &|path| drop(file(path.to_owned(), ""))),
        ("is not UTF-8", &|path| {
            fs::write(path, [0xff; 64]).unwrap();
            mode(path, 0o600);
        }),
        ("may be written by others", &|path| {
            file(path.to_owned(), "[]");
            mode(path, 0o666);
        }),
    ];
    for (number, (said, fault)) in faults.iter().enumerate() {
        put(fault);
        until(said, || problem(&control).is_some_and(|problem| problem.contains(said)));
        assert_eq!(ids(&control), ["good"], "{said}");
        program.shop.pay(1, "eve");
        let hits = i64::try_from(shown(&control.status(), "good").hits).unwrap();
        assert_eq!(hits, i64::try_from(number).unwrap() + 1);
        assert!(program.has_noted("go on"), "{:?}", program.notes());
        // and a good one is used again
        put(&|path| drop(file(path.to_owned(), &probe("good", "{total}"))));
        until("good again", || problem(&control).is_none());
    }
    fs::remove_file(&path).unwrap();
    until("removed", || problem(&control).is_some());
    assert_eq!(ids(&control), ["good"]);
    assert!(shown(&control.status(), "good").hits == 9);
}

#[test]
fn after_a_thousand_replacements_the_last_one_counts() {
    let folder = folder("live-thousand");
    let path = folder.join("probes.json");
    file(path.clone(), &probe("p0", "x"));
    let (control, program) = start(settings(&folder));
    for number in 1..=1_000 {
        replace(&path, &format!("[{}]", probe(&format!("p{number}"), "x")));
        program.shop.pay(number, "eve");
    }
    until("the last", || ids(&control) == ["p1000"]);
    program.shop.pay(0, "eve");
    assert!(shown(&control.status(), "p1000").hits >= 1);
    assert!(program.notes().is_empty(), "{:?}", program.notes());
}

#[test]
fn what_is_wrong_in_a_file_is_said_with_its_line() {
    let folder = folder("live-diagnostics");
    let path = folder.join("probes.json");
    let good = probe("good", "x");
    file(
        path.clone(),
        &format!(
            "[{good},\n {{\"id\": \"bad\", \"type\": \"LOG_PROBE\",\n  \"when\": {{\"dsl\": \"total >\"}}, \"where\": {{\"typeName\": \"shop.Cart\", \"methodName\": \"pay\"}}, \"template\": \"x\"}},\n {},\n {}]",
            probe("lost", "x").replace("pay", "buy"),
            good.replace("\"id\": \"good\"", "\"id\": \"other\", \"tags\": [\"service:bank\"]")
        ),
    );
    let mut settings = settings(&folder);
    settings.probes.process = settings.probes.process.with_service(Some("shop".to_owned()), None, None);
    let (control, program) = start(settings);
    let notes = program.notes();
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(
        note.starts_with(&format!("{}:3:", path.display())) && note.contains("at /1/when/dsl: error[PL0202]"),
        "{note}"
    );
    let status = control.status();
    assert_eq!(status.count, 4);
    let standing = |id: &str| {
        let probe = shown(&status, id);
        (probe.status.clone(), probe.verdict.clone())
    };
    assert_eq!(standing("good").0, "INSTALLED");
    let (standing_of_bad, verdict) = standing("bad");
    assert!(
        standing_of_bad == "ERROR" && verdict.starts_with("never hit: the expression is not finished"),
        "{verdict}"
    );
    assert_eq!(standing("lost").0, "ERROR");
    let other = "never hit: its tags name another service, environment or version";
    assert_eq!(standing("other"), ("IGNORED".to_owned(), other.to_owned()));
    // why
    let why = |id: &str| control.status().why(id);
    assert_eq!(why("nobody"), None);
    assert_eq!(why("lost").unwrap()[1], "ERROR: `shop.Cart` has no function `buy`");
    replace(&path, "[{]");
    until("broken", || problem(&control).is_some());
    control.switch_off(true);
    let why = why("good").unwrap();
    assert_eq!(why[0], "all probes are switched off, by the program or by `probelang live disable`");
    assert!(
        why[2].starts_with("the probe file has changed, and is not what runs: it cannot be read"),
        "{why:?}"
    );
}

#[test]
fn a_program_that_is_not_enabled_reads_and_starts_nothing() {
    let folder = folder("live-disabled");
    file(folder.join("probes.json"), &probe("p", "x"));
    let sockets = folder.join("sockets");
    let settings = settings(&folder).with_enabled(false).with_sockets(vec![sockets.clone()]);
    let (control, program) = start(settings);
    program.shop.pay(1, "eve");
    assert!(ids(&control).is_empty() && program.notes().is_empty());
    assert!(!sockets.exists() && !folder.join("events.ndjson").exists());
}

#[test]
fn an_adapter_that_panics_does_not_stop_anything() {
    #[derive(Default)]
    struct Panics(Mutex<Vec<String>>);
    impl Adapter for Panics {
        fn apply(&self, _: &Arc<Probes>, _: Vec<Change>, _: Timestamp) {
            panic!("as the test wants it");
        }
        fn note(&self, note: &str) {
            self.0.lock().unwrap().push(note.to_owned());
        }
    }
    let folder = folder("live-panic");
    let path: PathBuf = file(folder.join("probes.json"), &probe("one", "x"));
    let adapter = Arc::new(Panics::default());
    let settings = settings(&folder);
    let control = Control::start(settings.engine(), settings, Arc::clone(&adapter) as Arc<_>);
    replace(&path, &probe("two", "x"));
    until("two", || ids(&control) == ["two"]);
    until("both are noted", || adapter.0.lock().unwrap().len() == 2);
}
