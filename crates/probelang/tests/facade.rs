//! The facade from outside: every kind of program, both ways to run, programs that cross threads and processes.

#![cfg(all(feature = "front-end", feature = "snapshot"))]
#![cfg(test)]

use probelang::diagnostic::fault;
use probelang::host::{Budget, Clock, Names, Number, RunLimits};
use probelang::{
    Answer, Condition, Document, Engine, Expression, Metric, Program, ProgramKind, Source, Template,
};

fn document() -> Document {
    Document::parse(br#"{"a": true, "n": 2, "s": "x\ny", "password": "hunter2"}"#).unwrap()
}

#[test]
fn each_kind_of_program_has_its_own_question() {
    let (engine, scope) = (Engine::new(), document());
    assert_eq!(engine.condition("n > 1").unwrap().test(&scope), Ok(true));
    assert_eq!(engine.condition("n > 2").unwrap().test(&scope), Ok(false));
    assert_eq!(engine.condition("n > s").unwrap().test(&scope).unwrap_err().code, fault::NOT_ORDERED);
    assert_eq!(engine.metric("n").unwrap().measure(&scope), Ok(Number::Int(2)));
    assert_eq!(engine.metric("a").unwrap().measure(&scope), Ok(Number::Int(1)));
    assert_eq!(engine.expression("s").unwrap().eval(&scope).as_deref(), Ok(r#""x\ny""#));
    let message = engine.template("{n} {password} {missing}").unwrap().render(&scope);
    assert_eq!(message.text, "2 {redacted} {`missing` is not defined}");
    let codes: Vec<_> = message.errors.iter().filter_map(|error| Some(error.fault.as_ref()?.code)).collect();
    assert_eq!(codes, [fault::REDACTED_NAME, fault::UNKNOWN_NAME]);
}

#[test]
fn an_untyped_program_answers_by_its_kind_and_converts_both_ways() {
    let (engine, scope) = (Engine::new(), document());
    let run = |kind, source: &str| engine.compile(kind, source).unwrap().run(&scope);
    assert_eq!(run(ProgramKind::Condition, "n > 1"), Answer::Truth(true));
    assert_eq!(run(ProgramKind::Metric, "n"), Answer::Number(Number::Int(2)));
    assert_eq!(run(ProgramKind::Value, "n"), Answer::Value("2".to_owned()));
    assert_eq!(run(ProgramKind::Template, "{s}").to_json().as_deref(), Some(r#""x\ny""#));
    let program: Program = engine.metric("n").unwrap().into();
    let wrong = Condition::try_from(program.clone()).unwrap_err();
    assert_eq!(wrong.to_string(), "expected a condition, found a metric");
    assert!(Metric::try_from(program).is_ok());
}

#[test]
fn a_program_from_json_faults_with_its_path() {
    let json = r#"{"and": [true, {"gt": [{"ref": "n"}, "1"]}]}"#;
    let fault = Engine::new().condition(Source::Json(json)).unwrap().test(&document()).unwrap_err();
    assert_eq!((fault.path.as_deref(), fault.expression.as_str()), (Some("/and/1"), "n > \"1\""));
    assert_eq!(fault.source(), "true && n > \"1\"");
}

#[test]
fn both_ways_give_the_same_answer_and_the_same_fault() {
    let (engine, scope) = (Engine::new(), document());
    for source in ["n == 2", "n > 5", "n > s", "missing == 1", "password == 1", "len(s) == 3"] {
        let condition = engine.condition(source).unwrap();
        let mut names = Names::new();
        let bound = condition.bind(&mut names);
        let verdict = bound.test(&scope.view(&names), &mut Budget::steps(1_000));
        let by_hand = match verdict {
            probelang::Verdict::Matched => Ok(true),
            probelang::Verdict::NotMatched => Ok(false),
            probelang::Verdict::Failed(raw) => Err(bound.fault(&raw)),
        };
        assert_eq!(by_hand, condition.test(&scope), "{source}");
    }
}

#[test]
fn one_budget_is_shared_by_what_one_probe_does() {
    let engine = Engine::new();
    let mut names = Names::new();
    let condition = engine.condition("n == 2").unwrap().bind(&mut names);
    let template = engine.template("{n}").unwrap().bind(&mut names);
    let metric = engine.metric("n").unwrap().bind(&mut names);
    let (scope, mut budget, mut text) = (document(), Budget::steps(100), String::new());
    let host = scope.view(&names);
    let _ = condition.test(&host, &mut budget);
    let after_condition = budget.spent();
    let _ = template.render(&host, &mut budget, &mut text);
    let after_template = budget.spent();
    metric.measure(&host, &mut budget).unwrap();
    assert!(0 < after_condition && after_condition < after_template && after_template < budget.spent());
}

#[test]
fn limits_and_clock_come_from_the_engine() {
    /// A clock that jumps a second at each reading.
    #[derive(Default)]
    struct Jumping(std::sync::atomic::AtomicU64);
    impl Clock for Jumping {
        fn now(&self) -> u64 {
            self.0.fetch_add(1_000_000_000, std::sync::atomic::Ordering::Relaxed)
        }
    }
    let items = format!("{{\"xs\": [{}]}}", vec!["1"; 5_000].join(","));
    let scope = Document::parse(items.as_bytes()).unwrap();
    let few = Engine::new().run_limits(RunLimits::default().with_steps(10));
    let loops = "any(xs, {@it == 2})";
    assert_eq!(few.condition(loops).unwrap().test(&scope).unwrap_err().code, fault::STEPS);
    let late = Engine::new().clock(Jumping::default());
    assert_eq!(late.condition(loops).unwrap().test(&scope).unwrap_err().code, fault::DEADLINE);
}

#[test]
fn an_artifact_gives_the_same_answers() {
    let (engine, scope) = (Engine::new(), document());
    let sent = engine.condition("n > s").unwrap().to_bytes();
    let loaded = Condition::try_from(Engine::new().load(&sent).unwrap()).unwrap();
    assert_eq!(loaded.test(&scope), engine.condition("n > s").unwrap().test(&scope));
    assert!(loaded.program().traced().is_none());
    let stripped = engine.condition("n > s").unwrap().program().to_stripped_bytes();
    let fault = Condition::try_from(engine.load(&stripped).unwrap()).unwrap().test(&scope).unwrap_err();
    assert_eq!((fault.code, fault.source(), fault.expression.as_str()), (fault::NOT_ORDERED, "", ""));
    assert!(engine.load(b"PBLANG").is_err() && engine.load(&sent[..sent.len() - 1]).is_err());
}

#[test]
fn programs_are_shared_by_threads_and_cheap_to_clone() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Engine>();
    shared::<Program>();
    shared::<Condition>();
    shared::<Template>();
    shared::<Metric>();
    shared::<Expression>();
    shared::<probelang::Bound<Condition>>();
    shared::<probelang::Traced>();
    let condition = Engine::new().condition("n == 2").unwrap();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let condition = condition.clone();
            std::thread::spawn(move || condition.test(&document()))
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == Ok(true)));
}

#[test]
fn a_fault_becomes_a_diagnostic_with_its_place() {
    let fault = Engine::new().condition("len(s) > 1 && n > s").unwrap().test(&document()).unwrap_err();
    let diagnostic = fault.diagnostic();
    assert_eq!(diagnostic.span.slice(fault.source()), "n > s");
    assert_eq!(diagnostic.message, fault.to_string());
}

#[test]
fn programs_are_bound_while_others_run_on_the_table_before() {
    use std::sync::{Arc, RwLock};
    let (engine, scope) = (Engine::new(), document());
    let mut first = Names::new();
    let running = engine.condition("n == 2").unwrap().bind(&mut first);
    let published = RwLock::new(Arc::new(first));
    let current = || Arc::clone(&published.read().unwrap());
    std::thread::scope(|threads| {
        let runs = threads.spawn(|| {
            (0..200).all(|_| {
                let names = current();
                running.test(&scope.view(&names), &mut Budget::steps(100)) == probelang::Verdict::Matched
            })
        });
        for at in 0..50 {
            let mut next = (*current()).clone();
            let bound =
                engine.condition(format!("name{at} == 1 || n == 2").as_str()).unwrap().bind(&mut next);
            let names = Arc::new(next);
            *published.write().unwrap() = Arc::clone(&names);
            let verdict = bound.test(&scope.view(&names), &mut Budget::steps(100));
            assert!(matches!(verdict, probelang::Verdict::Failed(_)));
        }
        assert!(runs.join().unwrap());
    });
}

#[test]
fn names_of_the_embedding_program_stay_redacted_under_any_policy() {
    use probelang::redact::Policy;
    let scope = Document::parse(br#"{"badge": 7, "password": 1}"#).unwrap();
    let before = Engine::new().redacting(["badge"]).policy(Policy::none());
    let after = Engine::new().policy(Policy::none()).redacting(["badge"]);
    for engine in [before, after] {
        let hidden = engine.condition("badge == 7").unwrap().test(&scope).unwrap_err();
        assert_eq!(hidden.code, fault::REDACTED_NAME);
        assert_eq!(engine.condition("password == 1").unwrap().test(&scope), Ok(true));
    }
}
