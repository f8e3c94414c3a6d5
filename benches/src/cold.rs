//! Cold programs: many different programs of the work W1t, visited in scattered order, beside one that stays
//! in the cache.

use std::hint::black_box;
use std::time::Instant;

use probelang::host::Host;
use probelang::{Bound, Condition, Engine, Verdict};

use crate::data::State;
use crate::hosts::{StructHost, StructNames};
use crate::ours;

/// How many programs.
pub const PROGRAMS: usize = 4_096;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Cold {
    /// Nanoseconds of one program that is run again and again.
    pub warm: f64,
    /// Nanoseconds of a program among all, in scattered order.
    pub scattered: f64,
    /// Bytes of the operations of one program.
    pub operations: usize,
    /// Bytes of one bound program with all its tables, without the program that it was bound from.
    pub bound: usize,
}

/// Compiles the programs, each for itself, and measures: the least of `passes` passes.
#[must_use]
pub fn measure(passes: usize) -> Option<Cold> {
    let engine = Engine::new();
    let mut names = StructNames::default();
    let mut programs = Vec::with_capacity(PROGRAMS);
    for at in 0..PROGRAMS {
        let source = format!(r#"user.age > -{} && user.plan == "gold""#, at + 1);
        programs.push(engine.condition(&source).ok()?.bind(&mut names));
    }
    let host = StructHost { state: State::new() };
    // every program once, each far from the one before
    let scattered: Vec<&Bound<Condition>> =
        (0..PROGRAMS).filter_map(|at| programs.get(at * 1_597 % PROGRAMS)).collect();
    let first = programs.first()?;
    let same = vec![first; PROGRAMS];
    let (operations, bound) = first.bytes();
    let mut cold = Cold { warm: f64::MAX, scattered: f64::MAX, operations, bound };
    for _ in 0..passes {
        cold.warm = cold.warm.min(pass(&same, &host)?);
        cold.scattered = cold.scattered.min(pass(&scattered, &host)?);
    }
    Some(cold)
}

/// The same of datalogic-rs: nanoseconds of one program again and again, and of one among all.
#[cfg(feature = "peers")]
#[must_use]
pub fn of_datalogic(passes: usize) -> Option<(f64, f64)> {
    let mut programs = crate::peers::datalogic::many(PROGRAMS, &State::new())?;
    let (mut warm, mut scattered) = (f64::MAX, f64::MAX);
    for _ in 0..passes {
        let first = programs.first_mut()?;
        warm = warm.min(each(|| (0..PROGRAMS).all(|_| first()))?);
        let mut one = |at: usize| programs.get_mut(at * 1_597 % PROGRAMS).is_some_and(|run| run());
        scattered = scattered.min(each(|| (0..PROGRAMS).all(&mut one))?);
    }
    Some((warm, scattered))
}

/// Nanoseconds of works of ours by name over the tree, and of datalogic-rs with the reading of the one variable that
/// they ask for.
#[cfg(feature = "peers")]
#[must_use]
pub fn with_conversion(passes: usize) -> Option<Vec<(&'static str, f64, f64)>> {
    let works = [("W1t", "user"), ("W4", "items"), ("W3/1000", "names1000")];
    let measure = |work: &'static str, variable: &str| {
        let mut ours = crate::subject::prepare(crate::works::find(work)?, "tree", "ours")?;
        let mut peer = crate::peers::datalogic::prepare_with_conversion(work, variable, &State::new())?;
        let (mut least, mut least_peer) = (f64::MAX, f64::MAX);
        for _ in 0..passes {
            least = least.min(each(|| (0..PROGRAMS).all(|_| ours()))?);
            least_peer = least_peer.min(each(|| (0..PROGRAMS).all(|_| peer()))?);
        }
        Some((work, least, least_peer))
    };
    works.into_iter().map(|(work, variable)| measure(work, variable)).collect()
}

/// Nanoseconds of one of the evaluations that `all` makes, as many as there are programs.
#[cfg(feature = "peers")]
fn each(all: impl FnOnce() -> bool) -> Option<f64> {
    let start = Instant::now();
    let right = all();
    let spent = start.elapsed().as_nanos() as f64 / PROGRAMS as f64;
    right.then_some(spent)
}

/// Runs each program once; nanoseconds for one.
fn pass(programs: &[&Bound<Condition>], host: &dyn Host) -> Option<f64> {
    let start = Instant::now();
    let matched =
        programs.iter().filter(|bound| ours::condition(bound, black_box(host)) == Verdict::Matched).count();
    let spent = start.elapsed().as_nanos() as f64 / programs.len() as f64;
    (matched == programs.len()).then_some(spent)
}
