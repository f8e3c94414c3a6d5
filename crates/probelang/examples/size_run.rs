//! Loads a condition from an artifact and runs it over a host in which each name is the number 42: what a tracer
//! links that gets compiled programs, for `safety/size`. Exit status: 0 matched, 1 not matched, 3 a fault, 2 no
//! program.

use std::process::ExitCode;

use probelang::host::{Batch, Budget, Cursor, Handle, Host, Instance, More, Names, Size, Symbol, Value};
use probelang::{Condition, Engine, Verdict};

struct Answers;

impl Host for Answers {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Int(42);
    }

    fn field<'a>(&'a self, _: Handle, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Absent;
    }

    fn index<'a>(&'a self, _: Handle, _: u64, out: &mut Value<'a>) {
        *out = Value::Absent;
    }

    fn len(&self, _: Handle) -> Size<'_> {
        Size::Known(0)
    }

    fn items<'a>(&'a self, _: &mut Cursor, _: &mut [Value<'a>]) -> Batch<'a> {
        Batch { count: 0, more: More::Done }
    }

    fn entries<'a>(&'a self, _: &mut Cursor, _: &mut [Value<'a>], _: &mut [Value<'a>]) -> Batch<'a> {
        Batch { count: 0, more: More::Done }
    }

    fn instance_of(&self, _: Handle, _: &str) -> Instance<'_> {
        Instance::No
    }

    fn type_name(&self, _: Handle) -> Option<&str> {
        None
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
