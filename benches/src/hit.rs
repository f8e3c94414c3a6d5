//! Hits of probes whose condition is false: what a place with probes costs the program that runs through it.

use std::sync::Arc;

use probelang::Engine;
use probelang::host::{Clock, Host};
use probelang_probe::config::Reader;
use probelang_probe::event::{Event, Output};
use probelang_probe::runtime::{Runtime, Scene};
use probelang_probe::settings::Settings;
use probelang_probe::{Change, Probes, Site, Timestamp};

use crate::data::State;
use crate::hosts::{StructHost, StructNames};
use crate::ours::{self, Ours, StillClock};
use crate::subject::Run;
use crate::works::Work;

/// Ids that are not random, and a clock, so that the budget is on as in a real process.
struct Still;

impl Runtime for Still {
    fn id(&self) -> u128 {
        0
    }
    fn clock(&self) -> Option<&dyn Clock> {
        Some(&StillClock)
    }
}

struct Nowhere;

impl Output for Nowhere {
    fn emit(&self, _: Event) {}
}

struct Seen(StructHost);

impl Scene for Seen {
    fn host(&self) -> &dyn Host {
        &self.0
    }
}

/// A hit of a place with so many probes; by hand it is their conditions alone, bound and run by the engine.
#[must_use]
pub fn prepare(work: &'static Work, probes: u32, engine: &str) -> Option<Run> {
    let scene = Seen(StructHost { state: State::new() });
    match engine {
        "ours" => {
            let engine = Engine::new();
            let condition = serde_json::Value::from(work.source);
            let all: Vec<String> = (0..probes)
                .map(|id| {
                    format!(
                        r#"{{"id": "p{id}", "type": "LOG_PROBE", "template": "hit", "when": {{"dsl": {condition}}},
                            "where": {{"sourceFile": "shop/cart.py", "lines": ["42"]}}}}"#
                    )
                })
                .collect();
            let file = Reader::new(&engine).read(&format!("[{}]", all.join(",")));
            let set =
                Probes::new(engine.redaction(), Settings::default(), Arc::new(Still), Arc::new(Nowhere));
            let site = Arc::new(Site::new(None, "cart.py:42"));
            let now = Timestamp::from_millis(1_000);
            for change in set.load(&file, now) {
                let Change::Add(probe) = change else { return None };
                set.arm(&probe.id, &site, &mut StructNames::default(), now).ok()?;
            }
            Some(Box::new(move || {
                set.line(&site, std::hint::black_box(&scene), std::hint::black_box(now));
                true
            }))
        }
        "hand" => {
            let Ours::Condition(condition, _) = ours::bind(work, &mut StructNames::default()) else {
                return None;
            };
            Some(Box::new(move || {
                (0..probes).all(|_| {
                    let verdict = ours::condition(&condition, std::hint::black_box(&scene.0));
                    matches!(verdict, probelang::Verdict::NotMatched)
                })
            }))
        }
        _ => None,
    }
}
