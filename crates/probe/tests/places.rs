//! What a thread keeps of the places that it hits: it is what is armed there, and no longer than that.

#![cfg(test)]
#![cfg(not(loom))]

mod scene;

use std::cell::RefCell;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;

use probelang::host::Names;
use probelang::{Document, Engine};
use probelang_probe::config::Reader;
use probelang_probe::event::{Event, Output};
use probelang_probe::probe::Probe;
use probelang_probe::runtime::Seeded;
use probelang_probe::settings::Settings;
use probelang_probe::{Change, Probes, Site, Timestamp};
use scene::{Bench, Seen, at_line, log, words};
use serde_json::{Value, json};

/// More places than a thread keeps.
const PLACES: usize = 150;

const NOW: Timestamp = Timestamp::from_millis(1_000);

fn quiet(id: &str) -> Value {
    at_line(log(id, json!({"when": {"dsl": "total > 100"}})))
}

/// Names in which the variable of the hits has the same symbol each time.
fn names() -> Names {
    let mut names = Names::new();
    names.symbol("total");
    names
}

fn line(probes: &Probes, site: &Site) {
    let names = names();
    let document = Document::parse(br#"{"total": 1}"#).unwrap();
    probes.line(site, &Seen { view: document.view(&names), names: &[] }, NOW);
}

/// A set of these probes, each at a place of its own.
fn spread(ids: &[String]) -> (Bench, Vec<Arc<Site>>) {
    let bench = Bench::new();
    let sites: Vec<_> = ids.iter().map(|id| Arc::new(Site::new(None, id.as_str()))).collect();
    let file = Value::from(ids.iter().map(|id| quiet(id)).collect::<Vec<_>>());
    let _ = bench.probes.load(&Reader::new(&bench.engine).read(&file.to_string()), NOW);
    for (id, site) in ids.iter().zip(&sites) {
        bench.probes.arm(id, site, &mut names(), NOW).unwrap();
    }
    (bench, sites)
}

#[test]
fn every_hit_is_one_of_the_probe_of_its_place_however_many_places_there_are() {
    let ids: Vec<String> = (0..PLACES).map(|at| format!("p{at:03}")).collect();
    let (bench, sites) = spread(&ids);
    for round in 0..7 {
        // in another order each time, some of them twice
        for at in 0..PLACES {
            let at = (at * 37 + round) % PLACES;
            line(&bench.probes, &sites[at]);
            if at.is_multiple_of(5) {
                line(&bench.probes, &sites[at]);
            }
        }
    }
    for (at, report) in bench.probes.reports().iter().enumerate() {
        let hits = if at.is_multiple_of(5) { 14 } else { 7 };
        assert_eq!(words(report), format!("not_matched {hits}"), "{}", report.id);
    }
}

#[test]
fn a_probe_that_moves_from_place_to_place_is_hit_where_it_is() {
    let bench = Bench::new();
    let sites: Vec<_> = (0..3).map(|at| Arc::new(Site::new(None, format!("s{at}")))).collect();
    let file = Reader::new(&bench.engine).read(&quiet("p").to_string());
    let _ = bench.probes.load(&file, NOW);
    for round in 0..12 {
        let here = &sites[round % 3];
        bench.probes.arm("p", here, &mut names(), NOW).unwrap();
        sites.iter().for_each(|site| line(&bench.probes, site));
        bench.probes.disarm("p", here);
        sites.iter().for_each(|site| line(&bench.probes, site));
    }
    assert_eq!(bench.counts("p"), "not_matched 12");
}

/// Takes all but the first probe out, on another thread.
fn keep_first(bench: &Bench, ids: &[String]) -> Vec<Weak<Probe>> {
    let gone = bench.probes.probes().iter().skip(1).map(Arc::downgrade).collect();
    let (probes, engine) = (&bench.probes, &bench.engine);
    thread::scope(|scope| {
        scope.spawn(|| {
            let changes = probes.load(&Reader::new(engine).read(&quiet(&ids[0]).to_string()), NOW);
            assert_eq!(changes.len(), ids.len() - 1);
        });
    });
    gone
}

#[test]
fn a_thread_lets_go_of_removed_probes_at_its_next_hit_of_any_place() {
    let ids: Vec<String> = (0..20).map(|at| format!("p{at:02}")).collect();
    let (bench, sites) = spread(&ids);
    sites.iter().for_each(|site| line(&bench.probes, site));
    let gone = keep_first(&bench, &ids);
    assert!(
        gone.iter().any(|probe| probe.strong_count() > 0),
        "nothing was kept: the next line shows nothing"
    );
    line(&bench.probes, &sites[0]);
    assert!(gone.iter().all(|probe| probe.strong_count() == 0));
    assert_eq!(bench.counts("p00"), "not_matched 2");
}

#[test]
fn a_thread_that_ends_lets_go_of_what_it_kept() {
    let ids: Vec<String> = (0..20).map(|at| format!("p{at:02}")).collect();
    let (bench, sites) = spread(&ids);
    let probes = &bench.probes;
    // joined, because a scope does not wait for the end of what threads keep
    thread::scope(|scope| {
        let hits = scope.spawn(|| sites.iter().for_each(|site| line(probes, site)));
        hits.join().unwrap();
    });
    let gone = keep_first(&bench, &ids);
    assert!(gone.iter().all(|probe| probe.strong_count() == 0));
}

type Deed = Box<dyn Fn(&Event) + Send + Sync>;

/// An output that does something with each event.
#[derive(Default)]
struct Doing {
    kinds: Mutex<Vec<&'static str>>,
    deed: OnceLock<Deed>,
}

impl Output for Doing {
    fn emit(&self, event: Event) {
        self.kinds.lock().unwrap().push(event.kind());
        if let Some(deed) = self.deed.get() {
            deed(&event);
        }
    }
}

/// One probe that fires at each hit of a place, and a set whose output runs a function that the test gives it.
fn firing() -> (Engine, Arc<Probes>, Arc<Site>, Arc<Doing>) {
    let (engine, out) = (Engine::new(), Arc::new(Doing::default()));
    let output = Arc::clone(&out) as Arc<dyn Output>;
    let probes =
        Arc::new(Probes::new(engine.redaction(), Settings::default(), Arc::new(Seeded::new(1)), output));
    let site = Arc::new(Site::new(None, "here"));
    let _ = probes.load(&Reader::new(&engine).read(&at_line(log("p", json!({}))).to_string()), NOW);
    probes.arm("p", &site, &mut names(), NOW).unwrap();
    out.kinds.lock().unwrap().clear();
    (engine, probes, site, out)
}

#[test]
fn a_set_that_is_changed_within_a_hit_is_another_one_from_the_next_hit_on() {
    let (engine, probes, site, out) = firing();
    let (inner, here) = (Arc::clone(&probes), Arc::clone(&site));
    let deed = move |event: &Event| {
        if matches!(event, Event::Log(_)) {
            let other = at_line(log("q", json!({"when": {"dsl": "total > 100"}})));
            for change in inner.load(&Reader::new(&engine).read(&other.to_string()), NOW) {
                if let Change::Add(probe) = change {
                    inner.arm(&probe.id, &here, &mut names(), NOW).unwrap();
                }
            }
            // reads the new list while the old one is in use
            line(&inner, &here);
        }
    };
    assert!(out.deed.set(Box::new(deed)).is_ok());
    for _ in 0..3 {
        line(&probes, &site);
    }
    assert_eq!(out.kinds.lock().unwrap().iter().filter(|kind| **kind == "log").count(), 1);
    let reports: Vec<_> = probes.reports().iter().map(|it| format!("{} {}", it.id, words(it))).collect();
    assert_eq!(reports, ["q not_matched 2, reentered 1"]);
}

/// Hits a place when its thread ends.
struct Last(RefCell<Option<(Arc<Probes>, Arc<Site>)>>);

impl Drop for Last {
    fn drop(&mut self) {
        if let Some((probes, site)) = self.0.take() {
            line(&probes, &site);
            line(&probes, &site);
        }
    }
}

thread_local! {
    static LAST: Last = const { Last(RefCell::new(None)) };
}

#[test]
fn the_last_hits_of_a_thread_count_and_so_do_those_within_them() {
    let (_, probes, site, out) = firing();
    let (inner, here) = (Arc::clone(&probes), Arc::clone(&site));
    assert!(out.deed.set(Box::new(move |_| line(&inner, &here))).is_ok());
    let (set, place) = (Arc::clone(&probes), Arc::clone(&site));
    let thread = thread::spawn(move || {
        // before the first hit, so that it is dropped after everything that hits keep
        LAST.with(|last| *last.0.borrow_mut() = Some((Arc::clone(&set), Arc::clone(&place))));
        line(&set, &place);
    });
    thread.join().unwrap();
    // three logs and the news that the probe gives events: each ran into the probe again
    assert_eq!(*out.kinds.lock().unwrap(), ["log", "status", "log", "log"]);
    assert_eq!(words(&probes.reports()[0]), "emitted 3, reentered 4");
}
