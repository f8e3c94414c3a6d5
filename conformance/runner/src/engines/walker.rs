//! The reference evaluator of the test kit.

use probelang::host::Number;
use probelang::output::TextLimits;
use probelang::syntax::{Limits, Tree};
use probelang_testkit::walk::{self, Out, Settings, Shown};

use crate::answer::{Answer, Failure, Outcome, Thing};
use crate::engine::{Engine, Setup};
use crate::world::World;

/// The reference evaluator. It has no clock: a deadline is so many steps.
pub struct Walker;

impl Engine for Walker {
    fn run(&self, tree: &Tree, setup: &Setup, world: &World) -> Outcome {
        let message = |fault: &walk::Fault, _: usize| fault.code.title().to_owned();
        let settings = Settings {
            dialect: &setup.dialect,
            policy: &setup.policy,
            limits: &Limits::default(),
            text: &TextLimits::default(),
            steps: setup.steps(),
            message: &message,
        };
        let failure = |fault: &walk::Fault| Failure { code: Some(fault.code), message: message(fault, 0) };
        match walk::run(tree, setup.kind, &settings, world, &mut &*world).outcome {
            walk::Outcome::Refused(refusals) => {
                let first = refusals.first().map(|refusal| format!("{refusal:?}"));
                Outcome::Refused(first.unwrap_or_default())
            }
            walk::Outcome::Fault(fault) => Outcome::Failed(failure(&fault)),
            walk::Outcome::Condition(truth) => Outcome::Value(Answer::Bool(truth)),
            walk::Outcome::Metric(out) | walk::Outcome::Value(out) => Outcome::Value(answer(out, setup.keep)),
            walk::Outcome::Template { text, faults, .. } => {
                Outcome::Text { text, errors: faults.iter().map(failure).collect() }
            }
        }
    }
}

fn answer(out: Out, keep: Option<u64>) -> Answer {
    fn cut<T>(shown: Shown<T>, keep: Option<u64>, whole: impl FnOnce(Vec<T>) -> Answer) -> Answer {
        let Shown { mut elements, cut } = shown;
        let kept = keep.and_then(|keep| usize::try_from(keep).ok()).unwrap_or(usize::MAX);
        let is_truncated = cut.is_some() || elements.len() > kept;
        elements.truncate(kept);
        let whole = whole(elements);
        if is_truncated { Answer::Truncated(Box::new(whole)) } else { whole }
    }
    let all = |items: Vec<Out>| items.into_iter().map(|item| answer(item, None)).collect();
    match out {
        Out::Undefined => Answer::Undefined,
        Out::Null => Answer::Null,
        Out::Bool(value) => Answer::Bool(value),
        Out::Int(value) => Answer::Number(Number::Int(value)),
        Out::Uint(value) => Answer::Number(Number::Uint(value)),
        Out::BigInt(digits) => Answer::Number(Number::Float(digits.parse().unwrap_or(f64::NAN))),
        Out::Float(value) => Answer::Number(Number::Float(value)),
        Out::Str(text) | Out::CutStr(text) => Answer::Str(text),
        Out::List(shown) => cut(shown, keep, |items| Answer::List(all(items))),
        Out::Set(shown) => cut(shown, keep, |items| Answer::Set(all(items))),
        Out::Map(shown) => cut(shown, keep, |entries| {
            let pair = |(key, value)| (answer(key, None), answer(value, None));
            Answer::Map(entries.into_iter().map(pair).collect())
        }),
        Out::Object(shown) => cut(shown, keep, |fields| {
            let field = |(name, value)| match answer(name, None) {
                Answer::Str(name) => (name, answer(value, None)),
                name => (name.to_string(), answer(value, None)),
            };
            Answer::Object(Thing { fields: fields.into_iter().map(field).collect(), ..Thing::copied() })
        }),
        Out::Enum(name) => Answer::Object(Thing { constant: Some(name), ..Thing::copied() }),
        Out::Typed(_, text) => Answer::Str(text),
        Out::Doubtful(_, reason) => Answer::Unreadable(reason),
        Out::Opaque(text) => Answer::Opaque(text),
        Out::Redacted => Answer::Redacted,
        Out::Unreadable(reason) => Answer::Unreadable(reason),
    }
}
