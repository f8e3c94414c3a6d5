//! What is measured: a work on a host by an engine, ready to run.

use probelang_compile::{Options, compile};
use probelang_host::{Host, Names};
use probelang_syntax::{Limits, SourceKind, parse, wire};
use probelang_vm::{Linked, ProgramKind, Verdict};

use crate::data::State;
use crate::hand::{self, Hand};
use crate::hosts::{StructHost, StructNames, TreeHost};
use crate::works::{Ask, Work};
use crate::{native, ours};

/// One evaluation; the answer is whether it was the expected one.
pub type Run = Box<dyn FnMut() -> bool>;

/// The hosts.
pub const HOSTS: [&str; 2] = ["struct", "tree"];

/// A work on `host` by `engine` (`ours`, `hand`, `native`, `compile-text`, `compile-json`, `parse-value`, or the
/// name of a peer); `None` where there is none.
#[must_use]
pub fn prepare(work: &'static Work, host: &str, engine: &str) -> Option<Run> {
    match (engine, host) {
        ("ours", "struct") => {
            let linked = ours::link(work, &mut StructNames::default());
            let host = StructHost { state: State::new() };
            Some(by_us(linked, work.ask, host))
        }
        ("ours", _) => {
            let mut names = Names::new();
            let linked = ours::link(work, &mut names);
            Some(by_us(linked, work.ask, TreeHost::new(&State::new(), names)))
        }
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

/// Reading and compiling a work, from text or from JSON, and for comparison a plain parse of the JSON.
fn front(work: &'static Work, engine: &str) -> Option<Run> {
    let Ask::Condition(_) = work.ask else { return None };
    let limits = Limits::default();
    let options = Options::new(ProgramKind::Condition);
    let json = wire::write(&parse(work.source, SourceKind::Expression, &limits).tree?);
    Some(match engine {
        "compile-text" => Box::new(move || {
            let parsed = parse(std::hint::black_box(work.source), SourceKind::Expression, &limits);
            parsed.tree.is_some_and(|tree| compile(&tree, &options).is_ok())
        }),
        "compile-json" => Box::new(move || {
            let parsed = wire::read(std::hint::black_box(&json), SourceKind::Expression, &limits);
            parsed.tree.is_some_and(|tree| compile(&tree, &options).is_ok())
        }),
        _ => Box::new(move || serde_json::from_str::<serde_json::Value>(std::hint::black_box(&json)).is_ok()),
    })
}

fn by_us(linked: Linked, ask: Ask, host: impl Host + 'static) -> Run {
    match ask {
        Ask::Condition(true) => Box::new(move || {
            matches!(ours::condition(&linked, std::hint::black_box(&host)), Verdict::Matched)
        }),
        Ask::Condition(false) => Box::new(move || {
            matches!(ours::condition(&linked, std::hint::black_box(&host)), Verdict::NotMatched)
        }),
        Ask::Template(text) => {
            let mut out = String::with_capacity(128);
            Box::new(move || {
                ours::render(&linked, std::hint::black_box(&host), &mut out);
                out == text
            })
        }
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
        }
    }))
}
