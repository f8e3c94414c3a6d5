//! Cold programs: many different programs of the work W1t, visited in scattered order, beside one that stays
//! in the cache.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use probelang_compile::{Options, compile};
use probelang_host::Host;
use probelang_redact::Policy;
use probelang_syntax::{Limits, SourceKind, parse};
use probelang_vm::{Linked, ProgramKind, Verdict};

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
    /// Bytes of one linked program with all its tables, without the program that it was linked from.
    pub linked: usize,
}

/// Compiles the programs, each for itself, and measures: the least of `passes` passes.
#[must_use]
pub fn measure(passes: usize) -> Option<Cold> {
    let policy = Arc::new(Policy::built_in());
    let mut names = StructNames::default();
    let mut programs = Vec::with_capacity(PROGRAMS);
    for at in 0..PROGRAMS {
        let source = format!(r#"user.age > -{} && user.plan == "gold""#, at + 1);
        let tree = parse(&source, SourceKind::Expression, &Limits::default()).tree?;
        let options = Options { policy: Arc::clone(&policy), ..Options::new(ProgramKind::Condition) };
        programs.push(compile(&tree, &options).ok()?.program.link(&mut names, &policy));
    }
    let host = StructHost { state: State::new() };
    // every program once, each far from the one before
    let scattered: Vec<&Linked> =
        (0..PROGRAMS).filter_map(|at| programs.get(at * 1_597 % PROGRAMS)).collect();
    let first = programs.first()?;
    let same = vec![first; PROGRAMS];
    let (operations, linked) = first.bytes();
    let mut cold = Cold { warm: f64::MAX, scattered: f64::MAX, operations, linked };
    for _ in 0..passes {
        cold.warm = cold.warm.min(pass(&same, &host)?);
        cold.scattered = cold.scattered.min(pass(&scattered, &host)?);
    }
    Some(cold)
}

/// Runs each program once; nanoseconds for one.
fn pass(programs: &[&Linked], host: &dyn Host) -> Option<f64> {
    let start = Instant::now();
    let matched =
        programs.iter().filter(|linked| ours::condition(linked, black_box(host)) == Verdict::Matched).count();
    let spent = start.elapsed().as_nanos() as f64 / programs.len() as f64;
    (matched == programs.len()).then_some(spent)
}
