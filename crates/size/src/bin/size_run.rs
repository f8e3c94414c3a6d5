//! Loads a condition from an artifact and runs it over a host in which each name is the number 42: what a tracer
//! links that gets compiled programs, for `safety/size`. Exit status: 0 matched, 1 not matched, 3 a fault, 2 no
//! program.

use std::process::ExitCode;

use probelang::host::{Budget, Host, Names, Symbol, Value};
use probelang::{Condition, Engine, Verdict};

struct Answers;

impl Host for Answers {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Int(42);
    }
}

fn main() -> ExitCode {
    let Some(bytes) = std::env::args_os().nth(1).and_then(|path| std::fs::read(path).ok()) else {
        return ExitCode::from(2);
    };
    let program = Engine::new().load(&bytes).ok().and_then(|program| Condition::try_from(program).ok());
    let Some(condition) = program else { return ExitCode::from(2) };
    match condition.bind(&mut Names::new()).test(&Answers, &mut Budget::steps(1_000_000)) {
        Verdict::Matched => ExitCode::SUCCESS,
        Verdict::NotMatched => ExitCode::FAILURE,
        Verdict::Failed(_) => ExitCode::from(3),
    }
}
