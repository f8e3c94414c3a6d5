//! Redaction as taint: what is redacted decides nothing and shows nowhere.

use std::cell::Cell;

use probelang::diagnostic::Class;
use probelang::host::Budget;
use probelang::trace::{ShownElement, TraceLimits};
use probelang_safety::taint::{self, CANARY, Secret};
use probelang_safety::{draw, observe};
use probelang_testkit::generate::{for_each_seed, world};

#[test]
fn frames_that_differ_only_in_secrets_answer_alike() {
    let (looked_at, replaced_in) = (Cell::new(0u64), Cell::new(0u64));
    for_each_seed(5_000, |choices| {
        let drawn = draw::program(choices);
        let Some(program) = drawn.program() else { return Ok(()) };
        let one = world::frame(choices);
        let policy = &drawn.policy;
        let (two, replaced) = taint::other(&one, policy, Secret::Anything, choices);
        let (three, _) = taint::other(&one, policy, Secret::Canary, choices);
        replaced_in.set(replaced_in.get() + u64::from(replaced > 0));
        let steps = if choices.chance(60) { choices.below(300) as u64 } else { 1_000_000 };
        let frames = [&one, &two, &three];
        let mut runs = Vec::new();
        for mut host in taint::hosts(frames) {
            let bound = program.bind(host.names());
            let mut seen = observe::run(&bound, &host, &mut Budget::steps(steps));
            // the trace is one more thing to look at
            if let Some(traced) = drawn.traced() {
                let bound = traced.bind(host.names());
                let limits = TraceLimits::default();
                let mut trace = bound.run(&host, &mut Budget::steps(steps), &limits);
                // with other elements of its loops, every other time
                if steps % 2 == 0 {
                    let loops = trace.nodes.iter().filter(|node| node.elements.is_some());
                    let second: Vec<_> =
                        loops.map(|node| ShownElement { start: node.span.start, index: 1 }).collect();
                    bound.show(&mut trace, &second, &host, &mut Budget::steps(steps), &limits);
                }
                seen.faults.push(format!("trace: {trace:#?}"));
            }
            runs.push(seen);
        }
        if runs[0].codes.iter().any(|code| code.class() == Class::Redacted) {
            looked_at.set(looked_at.get() + 1);
        }
        for other in [1, 2] {
            if runs[0] != runs[other] {
                let mut said = format!("{}\n{:#?}\n{:#?}", drawn.shown(), runs[0], runs[other]);
                for ((name, one), (_, other)) in frames[0].iter().filter_map(|pair| {
                    let found = frames[other].iter().find(|(name, _)| *name == pair.0)?;
                    (found.1 != pair.1).then_some((pair, found))
                }) {
                    said += &format!("\n{name}: {}\n{name}: {}", one.to_json(), other.to_json());
                }
                return Err(said);
            }
        }
        let shown = format!("{:?}{}", runs[2], program.disassemble());
        if shown.contains(CANARY) {
            return Err(format!("{} shows a secret: {shown}", drawn.shown()));
        }
        Ok(())
    });
    // secrets were there, and programs asked for them
    assert!(replaced_in.get() > 500 && looked_at.get() > 100, "{replaced_in:?} {looked_at:?}");
}
