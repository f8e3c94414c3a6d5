//! Hosts that lie: bounded, no panic, every cursor closed.

use probelang::host::{Budget, Names};
use probelang_safety::evil::{EvilHost, Sins};
use probelang_safety::{draw, observe};
use probelang_testkit::generate::for_each_seed;

const STEPS: u64 = 20_000;

#[test]
fn no_host_can_hurt_the_engine() {
    for_each_seed(5_000, |choices| {
        let drawn = draw::program(choices);
        let Some(program) = drawn.program() else { return Ok(()) };
        let bound = program.bind(&mut Names::new());
        let sins = Sins::draw(choices);
        let mut host = EvilHost::new(choices.bits(), sins);
        if choices.chance(40) {
            host = host.reentered(&bound);
        }
        let what = || format!("{} over {sins:?}", drawn.shown());
        let seen = observe::run(&bound, &host, &mut Budget::steps(STEPS));
        if seen.steps > STEPS {
            return Err(format!("{} steps of {STEPS}: {}", seen.steps, what()));
        }
        if host.still_open() > 0 {
            return Err(format!("{} of {} cursors open: {}", host.still_open(), host.opened.get(), what()));
        }
        if host.misused.get() > 0 {
            return Err(format!("{} cursors used while closed: {}", host.misused.get(), what()));
        }
        // 64 bytes a step, of which each may become an escape of six
        if seen.answer.len() as u64 > 6 * 64 * (seen.steps + 64) {
            return Err(format!("{} bytes for {} steps: {}", seen.answer.len(), seen.steps, what()));
        }
        // a step pays for a handful of questions
        let calls = host.asked.get();
        let allowed = 16 * seen.steps + 400;
        if calls > if sins == Sins::default() { allowed } else { 8 * allowed } {
            return Err(format!("{calls} calls for {} steps: {}", seen.steps, what()));
        }
        Ok(())
    });
}
