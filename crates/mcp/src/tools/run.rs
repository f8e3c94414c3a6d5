//! Programs over data.

use std::ops::ControlFlow;
use std::sync::Arc;

use probelang::capture::{Audit, Capture, CaptureLimits, Order, Settings, Subject, SubjectKind};
use probelang::data::text::{self, Object, array};
use probelang::data::{InSource, write_answer};
use probelang::diagnostic::SourceText;
use probelang::hints::Around;
use probelang::host::{Budget, Names, RunLimits, SystemClock};
use probelang::snapshot::{Item, Snapshot, Vars, View};
use probelang::trace::TraceLimits;
use probelang::{Answer, Document, Engine, InputError, Program};

use super::{Bounded, Call, EXPRESSION, RESULT_BYTES, diagnostics, run_limits, untrusted};
use crate::data::Data;
use crate::failed::Failed;

/// Bytes of a snapshot that is made for its audit: what tracers send at most.
const SNAPSHOT_BYTES: usize = 1 << 20;
/// Inputs between two words about progress.
const STEP: usize = 1_000;

/// What is said of a name if there is no data.
const NO_DATA: &str = "no data was given: give `data` or `file`";

/// The program of a call.
fn compiled(call: &Call<'_>, engine: &Engine) -> Result<Program, Failed> {
    let source = call.arguments.source();
    let kind = call.arguments.kind().unwrap_or_else(|| engine.inferred_kind(source));
    engine.compile(kind, source).map_err(|error| {
        let first = error.diagnostics.first().map(|one| one.message.clone()).unwrap_or_default();
        Failed::program(
            format!("the expression is wrong: {first}"),
            diagnostics(&error.diagnostics, &error.source_text(EXPRESSION)),
        )
    })
}

/// Lends an input to `run`, with the variables of the call over it.
fn over<T>(
    item: &Item<'_>,
    call: &Call<'_>,
    engine: &Engine,
    (names, vars): (&Names, &Vars),
    run: impl FnOnce(&View<'_>, &Around<'_>) -> T,
) -> Result<T, InputError> {
    match item {
        Item::Plain(plain) => Ok(run(&plain.view(names).with_vars(vars), &Around::default())),
        Item::Recorded(recorded) => {
            let policy = engine.redaction();
            let snapshot = recorded.open(call.arguments.frame.as_deref(), policy)?;
            let elsewhere = |name: &str| {
                let frames = recorded.frames().unwrap_or_default().into_iter();
                let has = |frame: &String| {
                    recorded.open(Some(frame), policy).is_ok_and(|frame| frame.names().contains(&name))
                };
                frames.filter(|frame| frame != snapshot.frame()).filter(has).collect()
            };
            let around = Around::default().with_frame(snapshot.frame(), &elsewhere);
            Ok(run(&snapshot.view(names).with_vars(vars), &around))
        }
    }
}

pub(super) fn evaluate(call: &Call<'_>) -> Result<String, Failed> {
    let engine = call.engine();
    let program = compiled(call, &engine)?;
    let source = SourceText::new(EXPRESSION, program.source());
    let vars = call.arguments.vars()?;
    let mut names = Names::new();
    let bound = program.bind(&mut names);
    let answer = |view: &View<'_>, around: &Around<'_>| {
        let answer = bound.run(view, &mut Budget::new(run_limits(), &SystemClock));
        answer.with_hints(view, || view.scope(), around)
    };
    let mut results = Bounded::new(call.limit());
    let mut inputs = 0_u64;
    match Data::of(&call.arguments, call.folders)? {
        None => {
            let empty = empty()?;
            let around = Around::default().with_no_input(Some(NO_DATA));
            results.add(result(None, None, &answer(&empty.view(&names).with_vars(&vars), &around), &source));
        }
        Some(data) => data.each(|from, item| {
            if from.index < call.arguments.skip {
                return ControlFlow::Continue(());
            }
            let index = Some(from.index);
            let json = match item.and_then(|item| over(&item, call, &engine, (&names, &vars), answer)) {
                Ok(answer) => result(index, from.line, &answer, &source),
                Err(error) => {
                    let mut object = head(index, from.line);
                    object.string("status", "input").string("message", &data.unusable(from.line, &error));
                    object.end()
                }
            };
            if !results.add(json) || call.is_stopped() {
                return ControlFlow::Break(());
            }
            inputs = inputs.saturating_add(1);
            if inputs.is_multiple_of(STEP as u64) {
                (call.progress)(inputs);
            }
            ControlFlow::Continue(())
        }),
    }
    if results.items.is_empty() && results.truncated {
        return Err(too_large());
    }
    let mut object = Object::new();
    object
        .raw("untrusted", &untrusted("results", &array(results.items)))
        .number("inputs", inputs)
        .boolean("truncated", results.truncated)
        .raw("diagnostics", &diagnostics(program.warnings(), &source));
    Ok(object.end())
}

fn empty() -> Result<Document, Failed> {
    Document::parse(b"{}").map_err(|_| Failed::internal())
}

fn too_large() -> Failed {
    Failed::data(
        format!("the result has more than {RESULT_BYTES} bytes"),
        "ask for less: a part of the value, or its `len`",
    )
}

/// What is said first of an input.
fn head(index: Option<usize>, line: Option<u64>) -> Object {
    let mut object = Object::new();
    if let Some(index) = index {
        object.number("index", u64::try_from(index).unwrap_or(u64::MAX));
    }
    if let Some(line) = line {
        object.number("line", line);
    }
    object
}

fn result(index: Option<usize>, line: Option<u64>, answer: &Answer, source: &SourceText<'_>) -> String {
    let mut object = head(index, line);
    write_answer(&mut object, answer, source);
    object.end()
}

pub(super) fn trace(call: &Call<'_>) -> Result<String, Failed> {
    let engine = call.engine();
    let program = compiled(call, &engine)?;
    let source = SourceText::new(EXPRESSION, program.source());
    let vars = call.arguments.vars()?;
    let traced = program.traced().ok_or_else(Failed::internal)?;
    let mut names = Names::new();
    let bound = traced.bind(&mut names);
    let run = |view: &View<'_>, _: &Around<'_>| {
        let budget = &mut Budget::new(run_limits(), &SystemClock);
        text::of(&InSource::new(&bound.run(view, budget, &TraceLimits::default()), &source))
    };
    let traced = match Data::of(&call.arguments, call.folders)? {
        None => run(&empty()?.view(&names).with_vars(&vars), &Around::default()),
        Some(data) => one(call, &data, |item| over(item, call, &engine, (&names, &vars), run))?,
    };
    if traced.len() > RESULT_BYTES {
        return Err(too_large());
    }
    let mut object = Object::new();
    object
        .raw("untrusted", &untrusted("trace", &traced))
        .raw("diagnostics", &diagnostics(program.warnings(), &source));
    Ok(object.end())
}

/// Does something with the input that the call names.
fn one<T>(
    call: &Call<'_>,
    data: &Data,
    mut with: impl FnMut(&Item<'_>) -> Result<T, InputError>,
) -> Result<T, Failed> {
    let mut done = None;
    data.each(|from, item| {
        if from.index < call.arguments.skip {
            return ControlFlow::Continue(());
        }
        done = Some(item.and_then(|item| with(&item)).map_err(|error| {
            let next = if error.is_usage() {
                "name another `frame`; `places` lists the frames of recorded hits"
            } else {
                "mend the data, or look at another input with `skip`"
            };
            Failed::data(data.unusable(from.line, &error), next)
        }));
        ControlFlow::Break(())
    });
    done.unwrap_or_else(|| {
        Err(Failed::data(format!("there is no input at {}", call.arguments.skip), "give a smaller `skip`"))
    })
}

pub(super) fn capture_audit(call: &Call<'_>) -> Result<String, Failed> {
    let engine = call.engine();
    let data = Data::need(&call.arguments, call.folders)?;
    let policy = Arc::clone(engine.redaction());
    let (names, vars) = (Names::new(), Vars::new());
    let order = Order {
        settings: Settings { policy: &policy, limits: CaptureLimits::default() },
        expressions: &[],
        names: &names,
        size: SNAPSHOT_BYTES,
        event: false,
    };
    let audit = one(call, &data, |item| {
        let mut snapshot = Snapshot::default();
        let kind = match item {
            Item::Plain(plain) => SubjectKind::Plain(*plain),
            Item::Recorded(recorded) => {
                let frame = call.arguments.frame.as_deref();
                let exception = recorded.open_apart(frame, &policy, &mut snapshot)?;
                SubjectKind::Recorded { recorded: *recorded, snapshot: &snapshot, exception }
            }
        };
        let limits = RunLimits::default().with_steps(u64::MAX).with_deadline(super::RUN_TIME);
        let mut out = String::new();
        let subject = Subject { kind, vars: &vars };
        subject.write(&mut Capture::new(), &order, &mut Budget::new(limits, &SystemClock), &mut out);
        Audit::under(out.as_bytes(), &policy)
    })?;
    let json = text::of(&audit);
    if json.len() > RESULT_BYTES {
        return Err(too_large());
    }
    let mut object = Object::new();
    object.raw("audit", &json);
    Ok(object.end())
}
