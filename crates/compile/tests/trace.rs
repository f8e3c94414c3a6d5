//! Properties of traces: they answer as the plain program does, each node shows what it gives on its own,
//! and what is redacted leaves no mark.

#![cfg(test)]

use std::sync::Arc;

use probelang_compile::{Options, State, Trace, compile, compile_traced, trace};
use probelang_dialect::{Dialect, LoopOp, Preset};
use probelang_host::Budget;
use probelang_redact::Policy;
use probelang_syntax::{Limits, Node, NodeId, SourceKind, Tree, parse, print};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{
    Freedom, any_type, expression_over_frame, for_each_seed, template_over_frame, world,
};
use probelang_testkit::host::TestHost;
use probelang_testkit::value::Given;
use probelang_vm::{Ended, ProgramKind, TraceLimits, Verdict};

const STEPS: u64 = 1_000_000;

type Frame = Vec<(&'static str, Given)>;

fn host(frame: &Frame) -> TestHost {
    TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())))
}

fn options(kind: ProgramKind, dialect: Dialect) -> Options {
    Options { dialect, policy: Arc::new(Policy::built_in().with_types(["com.acme.*"])), ..Options::new(kind) }
}

/// What the plain program ends with.
fn plain(tree: &Tree, options: &Options, frame: &Frame) -> Option<Ended> {
    let program = compile(tree, options).ok()?.program;
    let mut host = host(frame);
    let linked = program.link(host.names(), &options.policy);
    let mut budget = Budget::steps(STEPS);
    Some(match program.kind() {
        ProgramKind::Condition => Ended::Condition(linked.condition(&host, &mut budget)),
        ProgramKind::Metric => Ended::Metric(linked.metric(&host, &mut budget)),
        ProgramKind::Value => Ended::Value(linked.value(&host, &mut budget, |value, reader| {
            let mut out = String::new();
            probelang_capture::write_json(
                reader,
                &value,
                &probelang_capture::JsonLimits::default(),
                &mut out,
            )?;
            Ok(out)
        })),
        ProgramKind::Template => {
            let mut out = String::new();
            let limits = probelang_capture::TextLimits::default();
            let rendered = linked.render(&host, &mut budget, &limits, &mut out);
            Ended::Message(out, rendered)
        }
    })
}

fn traced(tree: &Tree, options: &Options, frame: &Frame) -> Option<Trace> {
    let program = compile_traced(tree, options).ok()?.program;
    let mut host = host(frame);
    let linked = program.link(host.names(), &options.policy);
    Some(trace(tree, &linked, &host, &mut Budget::steps(STEPS), &TraceLimits::default()))
}

/// An ending in the form in which two programs' can be compared: codes and places, and what messages say.
fn told(ended: &Ended) -> String {
    let fault =
        |fault: &probelang_vm::RawFault| format!("{} {:?} {:?}", fault.code, fault.span, fault.reason());
    match ended {
        Ended::Condition(Verdict::Failed(failed)) => fault(failed),
        Ended::Condition(verdict) => format!("{verdict:?}"),
        Ended::Metric(Ok(number)) => format!("{number:?}"),
        Ended::Value(Ok(json)) => json.clone(),
        Ended::Metric(Err(failed)) | Ended::Value(Err(failed)) => fault(failed),
        Ended::Message(text, rendered) => {
            let errors = rendered.errors.iter();
            let errors: Vec<_> =
                errors.map(|error| (&error.expr, &error.message, error.fault.as_ref().map(fault))).collect();
            format!("{text:?} {errors:?} {}", rendered.truncated)
        }
    }
}

struct Scene {
    tree: Tree,
    frame: Frame,
    options: Options,
}

fn scene(choices: &mut Choices<'_>) -> Scene {
    let frame = world::frame(choices);
    let freedom = Freedom { element_outside: false, computed_patterns: false, open_substrings: false };
    let kinds = [ProgramKind::Condition, ProgramKind::Value, ProgramKind::Metric, ProgramKind::Template];
    let kind = kinds[choices.below(4)];
    let want = any_type(choices);
    let tree = match kind {
        ProgramKind::Template => template_over_frame(choices, freedom),
        ProgramKind::Condition => expression_over_frame(choices, world::Type::Bool, freedom),
        ProgramKind::Metric => expression_over_frame(choices, world::Type::Number, freedom),
        ProgramKind::Value => expression_over_frame(choices, want, freedom),
    };
    let preset = if choices.chance(128) { Preset::Portable } else { Preset::ALL[choices.below(8)] };
    Scene { tree, frame, options: options(kind, preset.dialect()) }
}

#[test]
fn a_trace_ends_as_the_plain_program_does() {
    for_each_seed(3_000, |choices| {
        let Scene { tree, frame, options } = scene(choices);
        let plain = plain(&tree, &options, &frame);
        let traced = traced(&tree, &options, &frame);
        let (plain, traced) = match (plain, traced) {
            (Some(plain), Some(traced)) => (told(&plain), told(&traced.ended)),
            (None, None) => return Ok(()),
            _ => return Err("only one of the two compiles".to_owned()),
        };
        if plain == traced {
            return Ok(());
        }
        Err(format!("{}\nplain  {plain}\ntraced {traced}", print::tree(&tree)))
    });
}

#[test]
fn a_node_outside_of_predicates_shows_what_it_gives_on_its_own() {
    let compared = std::cell::Cell::new(0u32);
    for_each_seed(1_500, |choices| {
        let Scene { tree, frame, options } = scene(choices);
        if options.dialect != Dialect::default() {
            return Ok(());
        }
        let Some(trace) = traced(&tree, &options, &frame) else { return Ok(()) };
        let bodies = in_bodies(&tree);
        for node in &trace.nodes {
            let lazy = matches!(tree.node(node.id), Node::Loop { op: LoopOp::Filter, .. });
            if lazy || bodies[node.id.0 as usize] {
                continue;
            }
            let text = print::node(&tree, node.id);
            let alone = parse(&text, SourceKind::Expression, &Limits::default()).tree.expect("canonical");
            let value = self::options(ProgramKind::Value, options.dialect);
            let told = match plain(&alone, &value, &frame) {
                Some(Ended::Value(value)) => value,
                _ => continue,
            };
            let agrees = match (&node.state, &told) {
                (State::Value(shown), Ok(json)) => shown.json.as_ref().is_none_or(|shown| shown == json),
                // a cut value is none on its own, but may stand where only its kind counts
                (State::Value(shown), Err(_)) => !shown.hidden.is_empty(),
                (State::Fault { fault, value: None, own: true }, Err(alone)) => fault.code == alone.code,
                (State::Fault { fault, own: true, .. }, _) => {
                    fault.class() != probelang_diagnostic::Class::Internal
                }
                (State::Fault { fault, .. }, Err(alone)) => fault.code == alone.code,
                (State::Fault { .. }, Ok(_)) => false,
                (State::Skipped(_), _) => true,
            };
            compared.set(compared.get() + 1);
            if !agrees {
                return Err(format!(
                    "{}\nin {}\nalone {told:?}\ntraced {:?}",
                    text,
                    print::tree(&tree),
                    node.state
                ));
            }
        }
        Ok(())
    });
    assert!(compared.get() > 1_000, "{}", compared.get());
}

/// For each node whether it is part of a predicate.
fn in_bodies(tree: &Tree) -> Vec<bool> {
    let mut inside = vec![false; tree.len()];
    for id in tree.ids().rev() {
        let body = match tree.node(id) {
            Node::Loop { body, .. } => Some(body),
            _ => None,
        };
        let children: Vec<NodeId> = tree.children(id).collect();
        for child in children {
            inside[child.0 as usize] |= inside[id.0 as usize] || body == Some(child);
        }
    }
    inside
}

#[test]
fn what_is_redacted_leaves_no_mark() {
    let marked = std::cell::Cell::new(0u32);
    for_each_seed(3_000, |choices| {
        let Scene { tree, frame, options } = scene(choices);
        let twin: Frame = frame
            .iter()
            .map(|(name, value)| (*name, altered(value, options.policy.redacts_name(name), &options.policy)))
            .collect();
        if format!("{frame:?}") != format!("{twin:?}") {
            marked.set(marked.get() + 1);
        }
        let (one, other) = (traced(&tree, &options, &frame), traced(&tree, &options, &twin));
        // values may hold a NaN, so that traces are compared as they are written
        let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
        if one == other {
            return Ok(());
        }
        let differ = one.lines().zip(other.lines()).find(|(a, b)| a != b);
        Err(format!("{}\n{differ:?}", print::tree(&tree)))
    });
    assert!(marked.get() > 500, "{}", marked.get());
}

/// The same value with other secrets in it.
fn altered(value: &Given, secret: bool, policy: &Policy) -> Given {
    let named = |key: &Given| match key {
        Given::Str(name) | Given::CutStr(name) | Given::Enum { name, .. } => policy.redacts_name(name),
        _ => false,
    };
    if secret {
        return match value {
            Given::Str(text) => Given::Str(format!("another {text}")),
            Given::Int(n) => Given::Int(n.wrapping_add(1)),
            Given::Bool(b) => Given::Bool(!b),
            Given::List(items) => {
                let mut items = items.clone();
                items.items.iter_mut().for_each(|item| *item = altered(item, true, policy));
                Given::List(items)
            }
            other => other.clone(),
        };
    }
    match value {
        Given::List(items) | Given::Set(items) => {
            let mut items = items.clone();
            items.items.iter_mut().for_each(|item| *item = altered(item, false, policy));
            if matches!(value, Given::List(_)) { Given::List(items) } else { Given::Set(items) }
        }
        Given::Map(entries) => {
            let mut entries = entries.clone();
            for (key, value) in &mut entries.entries {
                *value = altered(value, named(key), policy);
            }
            Given::Map(entries)
        }
        Given::Object(object) => {
            let mut object = object.clone();
            let all = object.type_name.as_deref().is_some_and(|name| policy.redacts_type(name));
            for (name, value) in &mut object.fields {
                *value = altered(value, all || policy.redacts_name(name), policy);
            }
            Given::Object(object)
        }
        other => other.clone(),
    }
}
