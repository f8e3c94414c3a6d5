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
use probelang::trace::{ShownElement, State, TraceLimits};
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

/// What the predicates of loops show for the elements that are asked for.
fn shown(source: &str, json: &str, elements: &[(u32, u64)]) -> Trace {
    let program = Engine::new().expression(source).expect("the source is right");
    let traced = program.program().traced().expect("a program from text can be traced");
    let data = probelang::Document::parse(json.as_bytes()).expect("the data are right");
    let mut names = probelang::host::Names::new();
    let bound = traced.bind(&mut names);
    let host = data.view(&names);
    let limits = TraceLimits::default();
    let mut trace = bound.run(&host, &mut Budget::steps(STEPS), &limits);
    let elements: Vec<_> = elements.iter().map(|&(start, index)| ShownElement { start, index }).collect();
    bound.show(&mut trace, &elements, &host, &mut Budget::steps(STEPS), &limits);
    trace
}

/// What a part gave.
fn gave(trace: &Trace, expression: &str) -> String {
    let node = trace.nodes.iter().find(|node| node.expression == expression).expect("it is a part");
    match &node.state {
        State::Value(shown) => shown.text.clone(),
        State::Fault { fault, .. } => fault.code.text().to_owned(),
        State::Skipped(skip) => skip.name().to_owned(),
    }
}

/// Source, data, the elements that are asked for, a part, and what it gave.
type Case = (&'static str, &'static str, &'static [(u32, u64)], &'static str, &'static str);

#[test]
fn a_loop_shows_the_element_that_is_asked_for() {
    let cases: &[Case] = &[
        ("any(xs, {@it > 9})", r#"{"xs": [1, 2, 3]}"#, &[(0, 0)], "@it", "1"),
        ("any(xs, {@it > 9})", r#"{"xs": [1, 2, 3]}"#, &[(0, 2)], "@it", "3"),
        // the element that decided, and one before it
        ("any(xs, {@it > 1})", r#"{"xs": [1, 2, 3]}"#, &[(0, 1)], "@it > 1", "true"),
        ("any(xs, {@it > 1})", r#"{"xs": [1, 2, 3]}"#, &[(0, 0)], "@it > 1", "false"),
        // one that was not reached leaves what was chosen
        ("any(xs, {@it > 1})", r#"{"xs": [1, 2, 3]}"#, &[(0, 2)], "@it", "2"),
        ("any(xs, {@it > 1})", r#"{"xs": [1, 2, 3]}"#, &[(7, 0)], "@it", "2"),
        ("all(xs, {@it < 3})", r#"{"xs": [1, 2, 3]}"#, &[(0, 1)], "@it", "2"),
        ("len(filter(xs, {@it > 1}))", r#"{"xs": [1, 2, 3]}"#, &[(4, 2)], "@it", "3"),
        ("any(m, {@value > 9})", r#"{"m": {"a": 1, "b": 2}}"#, &[(0, 1)], "@value", "2"),
        // one before the element that failed: the loop fails all the same
        ("any(xs, {@it > 1})", r#"{"xs": [1, "a"]}"#, &[(0, 0)], "@it", "1"),
        ("any(xs, {@it > 1})", r#"{"xs": [1, "a"]}"#, &[(0, 0)], "any(xs, {@it > 1})", "PL1302"),
        ("any(xs, {@it > 1})", r#"{"xs": [1, "a"]}"#, &[(0, 1)], "@it > 1", "PL1302"),
        // a loop inside another
        (
            "any(xs, {any(@it, {@it > 9})})",
            r#"{"xs": [[1, 2], [3, 4]]}"#,
            &[(0, 1), (9, 1)],
            "@it > 9",
            "false",
        ),
        ("any(xs, {any(@it, {@it > 3})})", r#"{"xs": [[1, 2], [3, 4]]}"#, &[(0, 0)], "@it > 3", "false"),
    ];
    for (source, json, elements, part, value) in cases {
        assert_eq!(gave(&shown(source, json, elements), part), *value, "{source} {elements:?} {part}");
    }
    let nested = shown("any(xs, {any(@it, {@it > 9})})", r#"{"xs": [[1, 2], [3, 4]]}"#, &[(0, 1), (9, 1)]);
    let last = nested.nodes.iter().rfind(|node| node.expression == "@it").expect("it is a part");
    assert!(matches!(&last.state, State::Value(shown) if shown.text == "4"), "{last:?}");
}

#[test]
fn showing_another_element_changes_nothing_but_the_predicate() {
    let looked_at = Cell::new(0u32);
    for_each_seed(1_500, |choices| {
        let scene = scene(choices);
        let engine = scene.engine();
        let Ok(program) = engine.compile_tree(scene.kind, scene.tree.clone(), Vec::new()) else {
            return Ok(());
        };
        let mut host = scene.host();
        let bound = program.traced().expect("a program from a tree can be traced").bind(host.names());
        let limits = TraceLimits::default();
        let before = bound.run(&host, &mut Budget::steps(STEPS), &limits);
        for (at, node) in before.nodes.iter().enumerate() {
            let Some(elements) = node.elements.as_ref().filter(|elements| elements.reached > 0) else {
                continue;
            };
            let wanted = choices.below(usize::try_from(elements.reached).unwrap_or(1)) as u64;
            let mut after = before.clone();
            let element = ShownElement { start: node.span.start, index: wanted };
            bound.show(&mut after, &[element], &host, &mut Budget::steps(STEPS), &limits);
            let found = after.nodes[at].elements.as_ref().and_then(|elements| elements.element.as_ref());
            if found.is_none_or(|found| found.index != wanted) {
                return Err(format!("{} shows {found:?}, not {wanted}", node.expression));
            }
            let body = *node.children.last().expect("a loop has a predicate");
            let end = before.nodes[body + 1..].iter().position(|next| next.level <= before.nodes[body].level);
            let end = end.map_or(before.nodes.len(), |end| body + 1 + end);
            for (other, (one, two)) in before.nodes.iter().zip(&after.nodes).enumerate() {
                let same = one.state == two.state && (one.elements == two.elements || other == at);
                if !same && !(body..end).contains(&other) {
                    return Err(format!("{}: {one:?} became {two:?}", node.expression));
                }
            }
            if before.answer != after.answer || before.steps != after.steps {
                return Err(format!("{}: the answer became another", node.expression));
            }
            looked_at.set(looked_at.get() + 1);
        }
        Ok(())
    });
    assert!(looked_at.get() > 200, "{}", looked_at.get());
}

#[test]
fn the_listing_has_the_lines_of_the_disassembly_with_their_places() {
    let program = Engine::new().condition("any(xs, {@it > 1}) && ok").expect("the source is right");
    let listing = program.program().listing();
    let text: String = listing.iter().map(|line| format!("{}\n", line.text)).collect();
    assert_eq!(text, program.program().disassemble());
    let of_the_predicate = listing.iter().filter(|line| {
        line.span.is_some_and(|span| span.slice(program.source()) == "@it > 1")
            && line.text.contains("@it > 1")
    });
    assert_eq!(of_the_predicate.count(), 1);
    assert!(listing[0].span.is_none());
    let stripped = program.program().to_stripped_bytes();
    let loaded = Engine::new().load(&stripped).expect("an artifact of ours is right");
    assert!(loaded.listing().iter().all(|line| line.span.is_none()));
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
