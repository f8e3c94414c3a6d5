//! What the checker says of a program's result, against what the engine answers.

use std::sync::Arc;

use probelang_check::schema::{SampleLimits, Sampler};
use probelang_check::{Kinds, Options, Schema, Type, check_tree};
use probelang_diagnostic::Class;
use probelang_dialect::{Condition, ProgramKind};
use probelang_host::{Host, Value};
use probelang_redact::Policy;
use probelang_syntax::Tree;

use crate::cases::{Answer, Setup};
use crate::engine::{VmRun, vm, vm_with};
use crate::generate::world::VARIABLES;
use crate::host::TestHost;
use crate::value::Given;
use crate::walk::Out;

/// A frame as a host that keeps to the language has it: the duration is a float.
#[must_use]
pub fn lawful(mut frame: Vec<(&'static str, Given)>) -> Vec<(&'static str, Given)> {
    for (name, given) in &mut frame {
        if *name == "@duration" {
            *given = Given::Float(1.5);
        }
    }
    frame
}

/// The schema of the one frame of `host`.
#[must_use]
pub fn sampled(host: &mut TestHost, policy: &Policy) -> Schema {
    let symbols = VARIABLES.iter().map(|(name, _)| (*name, host.names().symbol(name)));
    let symbols: Vec<_> = symbols.collect();
    let mut sampler = Sampler::new(policy, SampleLimits::default());
    let values = symbols.into_iter().filter_map(|(name, symbol)| {
        let mut value = Value::Absent;
        host.var(symbol, &mut value);
        (value != Value::Absent).then_some((name, value))
    });
    let values: Vec<(&str, Value<'_>)> = values.collect();
    sampler.frame(host, values, false);
    sampler.finish()
}

/// Checks that types cover values: with a schema of the very frame and without one, the type of the root holds
/// the answer's kind, and a program of the type `never` faults. And that a schema, the true one or one of the
/// frame `other`, changes nothing of a run.
///
/// # Errors
/// With what does not hold.
pub fn hold(
    tree: &Tree,
    setup: &Setup,
    frame: &[(&'static str, Given)],
    other: &[(&'static str, Given)],
) -> Result<(), String> {
    let host = |frame: &[(&'static str, Given)]| {
        TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())))
    };
    let run = vm(tree, &mut host(frame), setup);
    let truth = sampled(&mut host(frame), &setup.policy);
    let lie = sampled(&mut host(other), &setup.policy);
    for (name, schema) in [("no schema", None), ("the frame's schema", Some(&truth))] {
        let options = Options::of(setup.kind).with_dialect(setup.dialect).with_policy(setup.policy.clone());
        let options = match schema {
            Some(schema) => options.with_schema(schema.clone()),
            None => options,
        };
        let ty = check_tree(tree.clone(), options).analysis.ty;
        answered(&ty, &run, setup).map_err(|error| format!("with {name}: {error}"))?;
    }
    for (name, schema) in [("the frame's schema", truth), ("a schema of another frame", lie)] {
        let told = vm_with(tree, &mut host(frame), setup, Some(Arc::new(schema)));
        let shown = |run: &VmRun| (run.answer.clone(), run.value.clone(), run.messages.clone(), run.steps);
        if shown(&run) != shown(&told) {
            return Err(format!("{name} changes {run:?} to {told:?}"));
        }
    }
    Ok(())
}

/// Whether a root of that type may have led to the answer.
fn answered(ty: &Type, run: &VmRun, setup: &Setup) -> Result<(), String> {
    let json = match &run.answer {
        Answer::Value(json) => json,
        Answer::Text { .. } => return kind_of(ty, Kinds::STR, "a message"),
        Answer::Fault(code, _) if code.class() == Class::Internal => return Err(format!("{code}")),
        Answer::Fault(..) | Answer::Refused(_) => return Ok(()),
    };
    if ty.is_never() {
        return Err(format!("never, and the answer is {json}"));
    }
    match (setup.kind, &run.value) {
        (ProgramKind::Value, Some(out)) => covers(ty, out),
        (ProgramKind::Value, None) => Err(format!("the answer {json} is read but once")),
        (ProgramKind::Condition, _) if setup.dialect.condition == Condition::Boolean => {
            kind_of(ty, Kinds::BOOL, json)
        }
        // another result counts as a Boolean here
        (ProgramKind::Condition, _) => Ok(()),
        (ProgramKind::Metric, _) => match json.as_str() {
            "0" | "1" => kind_of(ty, Kinds::INT.union(Kinds::BOOL), json),
            integer if integer.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) => {
                kind_of(ty, Kinds::INT, json)
            }
            // it may be the nearest to an integer
            float if float.parse::<f64>().is_ok_and(|float| float.abs() >= 9e18) => {
                kind_of(ty, Kinds::INT.union(Kinds::FLOAT), json)
            }
            _ => kind_of(ty, Kinds::FLOAT, json),
        },
        (ProgramKind::Template, _) => Err(format!("a template answered {json}")),
    }
}

fn kind_of(ty: &Type, kinds: Kinds, answer: &str) -> Result<(), String> {
    if ty.kinds().meets(kinds) { Ok(()) } else { Err(format!("{ty} does not cover {answer}")) }
}

/// Whether `ty` says that `out` may be the value, with what is inside.
///
/// # Errors
/// Where it does not.
pub fn covers(ty: &Type, out: &Out) -> Result<(), String> {
    let kind = match out {
        Out::Null => Kinds::NULL,
        Out::Bool(_) => Kinds::BOOL,
        Out::Int(_) | Out::Uint(_) | Out::BigInt(_) => Kinds::INT,
        Out::Float(_) => Kinds::FLOAT,
        Out::Str(_) | Out::Typed(..) | Out::CutStr(_) => Kinds::STR,
        Out::List(_) => Kinds::LIST,
        Out::Set(_) => Kinds::SET,
        Out::Map(_) => Kinds::MAP,
        Out::Object(_) => Kinds::OBJECT,
        Out::Enum(_) => Kinds::ENUM,
        Out::Opaque(_) => Kinds::OPAQUE,
        Out::Undefined => Kinds::UNDEFINED,
        Out::Redacted => Kinds::PLACEHOLDER,
        Out::Unreadable(_) | Out::Doubtful(..) => return Ok(()),
    };
    if !ty.kinds().meets(kind) {
        return Err(format!("{ty} does not cover {out:?}"));
    }
    match out {
        Out::List(shown) | Out::Set(shown) => inside(&ty.element(), &shown.elements),
        Out::Map(shown) => {
            for (key, value) in &shown.elements {
                covers_part(&ty.key(), key)?;
                match (ty.keys().and_then(|keys| key_of(key).and_then(|key| keys.get(key))), value) {
                    (Some(field), _) if field.redacted => {}
                    (Some(field), value) => covers_part(&field.ty, value)?,
                    (None, value) => covers_part(&ty.value(), value)?,
                }
            }
            Ok(())
        }
        Out::Object(shown) => {
            for (name, value) in &shown.elements {
                let field = ty.fields().and_then(|fields| key_of(name).and_then(|name| fields.get(name)));
                if let Some(field) = field.filter(|field| !field.redacted) {
                    covers_part(&field.ty, value)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn key_of(out: &Out) -> Option<&str> {
    match out {
        Out::Str(text) | Out::Typed(_, text) => Some(text),
        _ => None,
    }
}

fn inside(ty: &Type, elements: &[Out]) -> Result<(), String> {
    elements.iter().try_for_each(|element| covers_part(ty, element))
}

/// A part may be hidden or undefined, which is a fault only where it is read.
fn covers_part(ty: &Type, out: &Out) -> Result<(), String> {
    match out {
        Out::Redacted | Out::Undefined | Out::Unreadable(_) => Ok(()),
        out => covers(ty, out),
    }
}
