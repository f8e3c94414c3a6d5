//! What is measured: a work on a host by an engine, ready to run.

use probelang::host::{Host, Names};
use probelang::redact::{Mode, Policy};
use probelang::{Engine, ProgramKind, Source, Verdict};

use crate::data::{self, State};
use crate::hand::{self, Hand};
use crate::hosts::{StructHost, StructNames, TreeHost};
use crate::ours::Ours;
use crate::works::{Ask, Work};
use crate::{capture, hit, lines, native, ours};

/// One evaluation; the answer is whether it was the expected one.
pub type Run = Box<dyn FnMut() -> bool>;

/// The hosts.
pub const HOSTS: [&str; 2] = ["struct", "tree"];

/// A work on `host` by `engine` (`ours`, `hand`, `native`, `c`, `compile-text`, `compile-json`, `parse-value`, or the
/// name of a peer); `None` where there is none.
#[must_use]
pub fn prepare(work: &'static Work, host: &str, engine: &str) -> Option<Run> {
    if let Ask::Capture(scene) = work.ask {
        return if host == "struct" { capture::prepare(scene, engine) } else { None };
    }
    if let Ask::Hit(probes) = work.ask {
        return if host == "struct" { hit::prepare(work, probes, engine) } else { None };
    }
    if work.ask == Ask::Search {
        return if host == "struct" { search(engine) } else { None };
    }
    if let Ask::Line(line) = work.ask {
        return if host == "struct" { lines::over_text(work, line, engine) } else { None };
    }
    if work.ask == Ask::Row {
        return if host == "struct" { lines::over_columns(work, engine) } else { None };
    }
    match (engine, host) {
        ("ours", "struct") => {
            let bound = ours::bind(work, &mut StructNames::default());
            Some(by_us(bound, StructHost { state: State::new() }))
        }
        ("ours", _) => {
            let mut names = Names::new();
            let bound = ours::bind(work, &mut names);
            Some(by_us(bound, TreeHost::new(&State::new(), names)))
        }
        #[cfg(feature = "c")]
        ("c", "struct") => through_c(work),
        ("hand", "struct") => {
            let hand = Hand::new(&mut StructNames::default());
            by_hand(hand, work, StructHost { state: State::new() })
        }
        ("hand", _) => {
            let mut names = Names::new();
            let hand = Hand::new(&mut names);
            by_hand(hand, work, TreeHost::new(&State::new(), names))
        }
        ("native", _) => {
            let run = native::find(work.name)?;
            let (state, pattern) = (State::new(), regex::Regex::new("^user-[0-9]+$").ok()?);
            let mut out = String::with_capacity(128);
            let expected = work.ask != Ask::Condition(false);
            Some(Box::new(move || run(std::hint::black_box(&state), &pattern, &mut out) == expected))
        }
        ("compile-text" | "compile-json" | "parse-value", _) => front(work, engine),
        (peer, _) => {
            let peer = crate::peers::PEERS.iter().find(|other| other.name == peer)?;
            (peer.prepare)(work.name, &State::new())
        }
    }
}

/// A search for secrets under the mode *targeted*; by hand, the text is only read, for a byte that it does not have.
fn search(engine: &str) -> Option<Run> {
    let text = data::prose();
    let policy = Policy::built_in().with_mode(Mode::Targeted);
    match engine {
        "ours" => Some(Box::new(move || !policy.hides_text(std::hint::black_box(&text)))),
        "hand" => Some(Box::new(move || memchr::memchr(0, std::hint::black_box(text.as_bytes())).is_none())),
        _ => None,
    }
}

/// Reading and compiling a work, from text or from JSON, and for comparison a plain parse of the JSON.
fn front(work: &'static Work, name: &str) -> Option<Run> {
    let Ask::Condition(_) = work.ask else { return None };
    let engine = Engine::new();
    let json = engine.to_json(ProgramKind::Condition, work.source).ok()?;
    Some(match name {
        "compile-text" => Box::new(move || engine.condition(std::hint::black_box(work.source)).is_ok()),
        "compile-json" => {
            Box::new(move || engine.condition(Source::Json(std::hint::black_box(&json))).is_ok())
        }
        _ => Box::new(move || serde_json::from_str::<serde_json::Value>(std::hint::black_box(&json)).is_ok()),
    })
}

fn by_us(bound: Ours, host: impl Host + 'static) -> Run {
    match bound {
        Ours::Condition(condition, true) => Box::new(move || {
            matches!(ours::condition(&condition, std::hint::black_box(&host)), Verdict::Matched)
        }),
        Ours::Condition(condition, false) => Box::new(move || {
            matches!(ours::condition(&condition, std::hint::black_box(&host)), Verdict::NotMatched)
        }),
        Ours::Template(template, text) => {
            let mut out = String::with_capacity(128);
            Box::new(move || {
                ours::render(&template, std::hint::black_box(&host), &mut out);
                out == text
            })
        }
    }
}

/// The works through the C interface, on a tracer in C with the same values. It has none of the maps.
#[cfg(feature = "c")]
fn through_c(work: &'static Work) -> Option<Run> {
    use probelang_c::through::Prepared;
    use probelang_c::tracer::{Tracer, TracerNames};

    if work.name == "W2" || !work.is_common() {
        return None;
    }
    let tracer = Tracer::new();
    let prepare = |kind| Prepared::new(kind, work.source, &mut TracerNames, &ours::StillClock);
    match work.ask {
        Ask::Condition(expected) => {
            let condition = prepare(ProgramKind::Condition)?;
            Some(Box::new(move || condition.test(std::hint::black_box(&tracer)) == Some(expected)))
        }
        Ask::Template(text) => {
            let template = prepare(ProgramKind::Template)?;
            Some(Box::new(move || template.renders(std::hint::black_box(&tracer), text)))
        }
        Ask::Capture(_) | Ask::Hit(_) | Ask::Search | Ask::Line(_) | Ask::Row => None,
    }
}

fn by_hand(hand: Hand, work: &Work, host: impl Host + 'static) -> Option<Run> {
    let run = hand::find(work.name)?;
    let ask = work.ask;
    let mut out = String::with_capacity(128);
    Some(Box::new(move || {
        let host: &dyn Host = std::hint::black_box(&host);
        let answer = run(&hand, host, &mut out);
        match ask {
            Ask::Condition(expected) => answer == Some(expected),
            Ask::Template(text) => answer == Some(true) && out == text,
            Ask::Capture(_) | Ask::Hit(_) | Ask::Search | Ask::Line(_) | Ask::Row => false,
        }
    }))
}
