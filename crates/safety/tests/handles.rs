#![cfg(test)]
//! The contract of handles: an engine hands back what it was lent in this run, and nothing after it.

use std::cell::Cell;

use probelang::host::Budget;
use probelang::redact::Policy;
use probelang::trace::TraceLimits;
use probelang_capture::{About, Binding, Capture, CaptureLimits, Group, HostReader};
use probelang_safety::lent::LentHost;
use probelang_safety::{draw, observe};
use probelang_testkit::generate::{for_each_seed, world};
use probelang_testkit::host::TestHost;

fn kept(host: &LentHost<'_>, what: impl FnOnce() -> String) -> Result<(), String> {
    let broken = host.broken();
    if broken.is_empty() { Ok(()) } else { Err(format!("{broken:?}: {}", what())) }
}

#[test]
fn programs_ask_only_by_handles_that_they_were_lent() {
    let lent = Cell::new(0);
    for_each_seed(4_000, |choices| {
        let drawn = draw::program(choices);
        let Some(program) = drawn.program() else { return Ok(()) };
        let frame = world::frame(choices);
        let mut inner = TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())));
        let bound = program.bind(inner.names());
        let traced = drawn.traced().map(|traced| traced.bind(inner.names()));
        let steps = if choices.chance(60) { choices.below(300) as u64 } else { 1_000_000 };
        let host = LentHost::new(&inner, choices.bits());
        let seen = observe::run(&bound, &host, &mut Budget::steps(steps));
        let trace =
            traced.map(|traced| traced.run(&host, &mut Budget::steps(steps), &TraceLimits::default()));
        host.end();
        // faults and traces have their texts by now
        let shown = format!("{seen:?} {trace:?}");
        kept(&host, || format!("{} {shown}", drawn.shown()))?;
        let plain = observe::run(&bound, &inner, &mut Budget::steps(steps));
        if seen != plain {
            return Err(format!("{}: other handles, another answer: {seen:?} {plain:?}", drawn.shown()));
        }
        lent.set(lent.get() + host.lent());
        Ok(())
    });
    assert!(lent.get() > 10_000, "{lent:?}");
}

#[test]
fn captures_ask_only_by_handles_that_they_were_lent() {
    let lent = Cell::new(0);
    for_each_seed(1_000, |choices| {
        let frame = world::frame(choices);
        let mut inner = TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())));
        let names: Vec<_> = frame.iter().map(|(name, _)| (*name, inner.names().symbol(name))).collect();
        let host = LentHost::new(&inner, choices.bits());
        let policy = Policy::built_in().with_types(["com.acme.Card*"]);
        let limits = CaptureLimits::default();
        let written = |host: &dyn probelang::host::Host, steps| {
            let mut budget = Budget::steps(steps);
            let mut reader = HostReader::new(host, &policy, &mut budget);
            let mut capture = Capture::new();
            capture.group(Group::Locals);
            for (name, symbol) in &names {
                let stopped = capture.name(&mut reader, name, Binding::Variable(*symbol), &limits);
                stopped.expect("what is short of steps says so in the capture");
            }
            capture
        };
        let steps = if choices.chance(60) { choices.below(300) as u64 } else { 1_000_000 };
        let mut capture = written(&host, steps);
        host.end();
        let (mut text, mut plain) = (String::new(), String::new());
        capture.write_snapshot(&About::default(), 1 << 20, &mut text);
        kept(&host, || text.clone())?;
        written(&inner, steps).write_snapshot(&About::default(), 1 << 20, &mut plain);
        lent.set(lent.get() + host.lent());
        if text == plain { Ok(()) } else { Err(format!("{text}\n{plain}")) }
    });
    assert!(lent.get() > 10_000, "{lent:?}");
}
