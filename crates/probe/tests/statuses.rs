//! Statuses reach the output in the order in which they were decided, whoever decides them.

#![cfg(test)]
#![cfg(not(loom))]

mod scene;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use probelang::Engine;
use probelang::host::Names;
use probelang_probe::config::Reader;
use probelang_probe::event::{Event, Output};
use probelang_probe::runtime::Seeded;
use probelang_probe::settings::Settings;
use probelang_probe::status::Status;
use probelang_probe::{Probes, Site, Timestamp};
use scene::{at_line, log};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_000);

type Deed = Box<dyn Fn(Status) + Send + Sync>;

/// An output that does something before it notes a status.
#[derive(Default)]
struct Slow {
    noted: Mutex<Vec<String>>,
    deed: OnceLock<Deed>,
}

impl Output for Slow {
    fn emit(&self, event: Event) {
        let Event::Status(report) = event else { return };
        if let Some(deed) = self.deed.get() {
            deed(report.status);
        }
        self.noted.lock().unwrap().push(format!("{} {}", report.id, report.status.name()));
    }
}

fn set(ids: &[&str]) -> (Arc<Probes>, Arc<Slow>) {
    let (engine, out) = (Engine::new(), Arc::new(Slow::default()));
    let output = Arc::clone(&out) as Arc<dyn Output>;
    let probes =
        Arc::new(Probes::new(engine.redaction(), Settings::default(), Arc::new(Seeded::new(1)), output));
    let file = Value::from(ids.iter().map(|id| at_line(log(id, json!({})))).collect::<Vec<_>>());
    let _ = probes.load(&Reader::new(&engine).read(&file.to_string()), NOW);
    out.noted.lock().unwrap().clear();
    (probes, out)
}

fn arm(probes: &Probes, id: &str) {
    probes.arm(id, &Arc::new(Site::new(None, "here")), &mut Names::new(), NOW).unwrap();
}

#[test]
fn a_status_that_another_thread_decides_later_does_not_come_earlier() {
    let (probes, out) = set(&["p", "q"]);
    let other = Arc::clone(&probes);
    // while INSTALLED is on its way, another thread is further already
    let deed = move |status| {
        if status == Status::Installed {
            let other = Arc::clone(&other);
            let later = thread::spawn(move || {
                other.report("p", 0, Status::Emitting, None, NOW);
                other.report("q", 0, Status::Error, Some("there is no line 42"), NOW);
                other.report("p", 0, Status::Done, None, NOW);
            });
            // it does not wait for the output
            later.join().unwrap();
        }
    };
    assert!(out.deed.set(Box::new(deed)).is_ok());
    arm(&probes, "p");
    assert_eq!(*out.noted.lock().unwrap(), ["p INSTALLED", "p EMITTING", "q ERROR", "p DONE"]);
}

#[test]
fn an_output_may_report_a_status_itself() {
    let (probes, out) = set(&["p"]);
    let inner = Arc::clone(&probes);
    let deed = move |status| {
        if status == Status::Installed {
            inner.report("p", 0, Status::Drifted, None, NOW);
            assert_eq!(inner.statuses().len(), 1);
        }
    };
    assert!(out.deed.set(Box::new(deed)).is_ok());
    arm(&probes, "p");
    assert_eq!(*out.noted.lock().unwrap(), ["p INSTALLED", "p DRIFTED"]);
}

#[test]
fn after_an_output_has_panicked_statuses_come_as_before() {
    let (probes, out) = set(&["p"]);
    let inner = Arc::clone(&probes);
    let deed = move |status| {
        if status == Status::Installed {
            inner.report("p", 0, Status::Emitting, None, NOW);
            panic!("no room");
        }
    };
    assert!(out.deed.set(Box::new(deed)).is_ok());
    assert!(catch_unwind(AssertUnwindSafe(|| arm(&probes, "p"))).is_err());
    probes.report("p", 0, Status::Done, None, NOW);
    assert_eq!(*out.noted.lock().unwrap(), ["p EMITTING", "p DONE"]);
}
