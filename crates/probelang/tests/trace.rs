//! Properties of traces: they answer as the plain program does, and each node shows what it gives on its own.
//!
//! That a trace shows nothing of what is redacted is part of the taint test of `crates/safety`.

#![cfg(test)]
#![cfg(feature = "front-end")]

use std::cell::Cell;

use probelang::diagnostic::Class;
use probelang::dialect::{Dialect, LoopOp, Preset};
use probelang::host::Budget;
use probelang::redact::Policy;
use probelang::syntax::tree::Part;
use probelang::syntax::{Node, NodeId, Root, Tree, print};
use probelang::trace::{State, TraceLimits};
use probelang::{Answer, Engine, ProgramKind, Trace};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{
    Freedom, any_type, expression_over_frame, for_each_seed, template_over_frame, world,
};
use probelang_testkit::host::TestHost;
use probelang_testkit::value::Given;

const STEPS: u64 = 1_000_000;

type Frame = Vec<(&'static str, Given)>;

/// A program over the values of a frame.
struct Scene {
    tree: Tree,
    kind: ProgramKind,
    dialect: Dialect,
    frame: Frame,
}

impl Scene {
    fn engine(&self) -> Engine {
        Engine::new().dialect(self.dialect).policy(Policy::built_in().with_types(["com.acme.*"]))
    }

    fn host(&self) -> TestHost {
        TestHost::new(self.frame.iter().map(|(name, value)| (*name, value.clone())))
    }

    /// What the plain program gives; `None` if it does not compile.
    fn plain(&self) -> Option<Answer> {
        let program = self.engine().compile_tree(self.kind, self.tree.clone(), Vec::new()).ok()?;
        let mut host = self.host();
        let bound = program.bind(host.names());
        Some(bound.run(&host, &mut Budget::steps(STEPS)))
    }

    fn trace(&self) -> Option<Trace> {
        let program = self.engine().compile_tree(self.kind, self.tree.clone(), Vec::new()).ok()?;
        let mut host = self.host();
        let bound = program.traced().expect("a program from a tree can be traced").bind(host.names());
        Some(bound.run(&host, &mut Budget::steps(STEPS), &TraceLimits::default()))
    }
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
    Scene { tree, kind, dialect: preset.dialect(), frame }
}

#[test]
fn a_trace_answers_as_the_plain_program_does() {
    for_each_seed(3_000, |choices| {
        let scene = scene(choices);
        let (plain, traced) = match (scene.plain(), scene.trace()) {
            (Some(plain), Some(trace)) => (plain, trace.answer),
            (None, None) => return Ok(()),
            _ => return Err("only one of the two compiles".to_owned()),
        };
        if plain == traced {
            return Ok(());
        }
        Err(format!("{}\nplain  {plain:?}\ntraced {traced:?}", print::tree(&scene.tree)))
    });
}

#[test]
fn a_node_outside_of_predicates_shows_what_it_gives_on_its_own() {
    let compared = Cell::new(0u32);
    for_each_seed(1_500, |choices| {
        let scene = scene(choices);
        if scene.dialect != Dialect::default() {
            return Ok(());
        }
        let Some(trace) = scene.trace() else { return Ok(()) };
        let written = written(&scene.tree);
        assert_eq!(written.len(), trace.nodes.len(), "a trace has every node of its tree");
        for (node, &(id, in_predicate)) in trace.nodes.iter().zip(&written) {
            let lazy = matches!(scene.tree.node(id), Node::Loop { op: LoopOp::Filter, .. });
            if lazy || in_predicate {
                continue;
            }
            let text = print::node(&scene.tree, id);
            let parsed = Engine::new().parse(ProgramKind::Value, text.as_str());
            let alone = Scene {
                tree: parsed.tree.expect("canonical text can be read"),
                kind: ProgramKind::Value,
                dialect: scene.dialect,
                frame: scene.frame.clone(),
            };
            let Some(alone) = alone.plain() else { continue };
            let agrees = match (&node.state, &alone) {
                (State::Value(shown), Answer::Value(json)) => {
                    shown.json.as_ref().is_none_or(|shown| shown == json)
                }
                // a cut value is none on its own, but may be enough where only its kind counts
                (State::Value(shown), Answer::Fault(_)) => !shown.hidden.is_empty(),
                (State::Fault { fault, value: Some(_), own: true }, _)
                | (State::Fault { fault, own: true, .. }, Answer::Value(_)) => {
                    fault.class() != Class::Internal
                }
                (State::Fault { fault, .. }, Answer::Fault(alone)) => fault.code == alone.code,
                (State::Skipped(_), _) => true,
                (State::Fault { own: false, .. }, Answer::Value(_)) => false,
                (_, Answer::Truth(_) | Answer::Number(_) | Answer::Message(_)) => false,
            };
            compared.set(compared.get() + 1);
            if !agrees {
                let whole = print::tree(&scene.tree);
                return Err(format!("{text}\nin {whole}\nalone {alone:?}\ntraced {:?}", node.state));
            }
        }
        Ok(())
    });
    assert!(compared.get() > 1_000, "{}", compared.get());
}

/// The nodes in the order in which they are written, parents first, each with whether it is part of a predicate.
fn written(tree: &Tree) -> Vec<(NodeId, bool)> {
    let mut pending: Vec<(NodeId, bool)> = match tree.root() {
        Root::Expression(root) => vec![(*root, false)],
        Root::Template(parts) => parts
            .iter()
            .rev()
            .filter_map(|part| match part {
                Part::Expression { root, .. } => Some((*root, false)),
                Part::Text { .. } => None,
            })
            .collect(),
    };
    let mut written = Vec::new();
    while let Some((id, inside)) = pending.pop() {
        written.push((id, inside));
        let body = match tree.node(id) {
            Node::Loop { body, .. } => Some(body),
            _ => None,
        };
        let children: Vec<NodeId> = tree.children(id).collect();
        pending.extend(children.into_iter().rev().map(|child| (child, inside || body == Some(child))));
    }
    written
}
