//! Round trips over generated trees: JSON of any spelling, canonical JSON, canonical text.
//!
//! `PROBELANG_CASES` sets the number of cases.

use probelang_syntax::function::FUNCTIONS;
use probelang_syntax::tree::Part;
use probelang_syntax::{Limits, Node, Root, SourceKind, Tree, parse, print, wire};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{self, Shape, Want, for_each_seed};
use proptest::prelude::*;

/// Printed text may be longer than what is taken from outside.
fn wide() -> Limits {
    Limits::default().with_source_bytes(1 << 24).with_nodes(100_000).with_depth(1000).with_brackets(5000)
}

fn tree(choices: &mut Choices<'_>) -> Tree {
    let shape = if choices.chance(64) { Shape::COMPILABLE } else { Shape::READABLE };
    if choices.chance(48) {
        generate::template(choices, &shape)
    } else {
        generate::expression(choices, &shape, Want::Any)
    }
}

const fn kind(tree: &Tree) -> SourceKind {
    match tree.root() {
        Root::Expression(_) => SourceKind::Expression,
        Root::Template(_) => SourceKind::Template,
    }
}

fn read(json: &str, kind: SourceKind) -> Result<Tree, String> {
    let parsed = wire::read(json, kind, &wide());
    parsed.tree.ok_or_else(|| format!("{json} is refused: {:?}", parsed.diagnostics))
}

fn json_gives_the_same_tree(choices: &mut Choices<'_>) -> Result<(), String> {
    let tree = tree(choices);
    let written = wire::write(&tree);
    let back = read(&written, kind(&tree))?;
    if !tree.same(&back) {
        return Err(format!("{} became {} by way of {written}", print::tree(&tree), print::tree(&back)));
    }
    if written.contains('\n') || wire::write(&back) != written {
        return Err(format!("{written} is not stable: {}", wire::write(&back)));
    }
    serde_json::from_str::<&serde_json::value::RawValue>(&written)
        .map_err(|error| format!("{written} is no JSON: {error}"))?;
    let spelled = generate::wire_json(choices, &tree);
    let back = read(&spelled, kind(&tree))?;
    if !tree.same(&back) {
        return Err(format!("{} became {} by way of {spelled}", print::tree(&tree), print::tree(&back)));
    }
    places_hold(&back)
}

/// Each node's text is under its span, and its path leads to it in the JSON text.
fn places_hold(tree: &Tree) -> Result<(), String> {
    for id in tree.ids() {
        let (span, own) = (tree.span(id), print::node(tree, id));
        if span.slice(tree.source()) != own {
            return Err(format!("{own} is not under {span:?} of {}", tree.source()));
        }
        if !span.contains(tree.focus(id)) || tree.focus(id).is_empty() {
            return Err(format!("the focus of {own} does not lie in it"));
        }
        if tree.path(id).is_none() {
            return Err(format!("{own} has no path"));
        }
    }
    Ok(())
}

#[test]
fn json_round_trips() {
    for_each_seed(10_000, json_gives_the_same_tree);
}

fn parsed(text: &str, kind: SourceKind) -> Result<Tree, String> {
    let parsed = parse(text, kind, &wide());
    parsed.tree.ok_or_else(|| format!("{text} is refused: {:?}", parsed.diagnostics))
}

fn text_gives_the_same_tree(choices: &mut Choices<'_>) -> Result<(), String> {
    let tree = tree(choices);
    let printed = print::tree(&tree);
    if matches!(tree.root(), Root::Expression(_)) && printed.contains(['\n', '\r', '\u{2028}', '\u{85}']) {
        return Err(format!("{printed} is more than one line"));
    }
    let back = parsed(&printed, kind(&tree))?;
    if !tree.same(&back) {
        return Err(format!("{printed} became {}", print::tree(&back)));
    }
    // The places that the printer gives are those that the parser finds.
    let Some(located) = located_alike(&tree, &back) else {
        return Err(format!("{printed}: printer and parser place a node differently"));
    };
    if located != tree.len() {
        return Err(format!("{printed}: a node was not placed"));
    }
    let spelled = generate::source(choices, &tree);
    let back = parsed(&spelled, kind(&tree))?;
    if !tree.same(&back) {
        return Err(format!("{spelled} became {}, not {printed}", print::tree(&back)));
    }
    if print::tree(&back) != printed {
        return Err(format!("{spelled} is printed as {}, not {printed}", print::tree(&back)));
    }
    // Text to JSON and back.
    let written = wire::write(&back);
    let again = read(&written, kind(&tree))?;
    if print::tree(&again) != printed || wire::write(&again) != written {
        return Err(format!("{spelled} became {} by way of {written}", print::tree(&again)));
    }
    Ok(())
}

/// How many nodes stand at the same place in both trees, whose nodes are in any order.
fn located_alike(a: &Tree, b: &Tree) -> Option<usize> {
    let mut pending: Vec<_> = match (a.root(), b.root()) {
        (Root::Expression(a), Root::Expression(b)) => vec![(*a, *b)],
        (Root::Template(a), Root::Template(b)) => {
            let roots = a.iter().zip(b).filter_map(|parts| match parts {
                (
                    Part::Expression { root: a, span: at, .. },
                    Part::Expression { root: b, span: there, .. },
                ) => (at == there).then_some((*a, *b)),
                _ => None,
            });
            roots.collect()
        }
        _ => return None,
    };
    let mut count = 0;
    while let Some((x, y)) = pending.pop() {
        if a.span(x) != b.span(y) || a.focus(x) != b.focus(y) {
            return None;
        }
        count += 1;
        pending.extend(a.children(x).zip(b.children(y)));
    }
    Some(count)
}

#[test]
fn text_round_trips() {
    for_each_seed(10_000, text_gives_the_same_tree);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same over bytes that shrink.
    #[test]
    fn round_trips_over_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        json_gives_the_same_tree(&mut Choices::new(&bytes)).map_err(TestCaseError::fail)?;
        text_gives_the_same_tree(&mut Choices::new(&bytes)).map_err(TestCaseError::fail)?;
    }
}

/// The generators leave out no kind of node.
#[test]
fn every_kind_of_node_is_generated() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..500 {
        let tree = tree(&mut Choices::seeded(seed));
        seen.extend(tree.ids().map(|id| match tree.node(id) {
            Node::Substring { to, .. } => format!("substring {}", to.is_some()),
            Node::Compare { op, .. } => format!("{op:?}"),
            Node::Logic { op, .. } => format!("{op:?}"),
            Node::At(at) => format!("{at:?}"),
            node => match node.function() {
                Some(function) => function.name.to_owned(),
                None => format!("{node:?}").chars().take_while(|c| c.is_alphabetic()).collect(),
            },
        }));
    }
    let others = [
        "Null",
        "Bool",
        "Int",
        "Uint",
        "Float",
        "Str",
        "Name",
        "Member",
        "Index",
        "InstanceOf",
        "Return",
        "Duration",
        "Exception",
        "It",
        "Key",
        "Value",
        "Not",
        "substring true",
        "substring false",
        "Eq",
        "Ne",
        "Lt",
        "Le",
        "Gt",
        "Ge",
        "And",
        "Or",
    ];
    let functions = FUNCTIONS.iter().map(|function| function.name).filter(|name| *name != "substring");
    let expected = others.into_iter().chain(functions);
    let expected: std::collections::BTreeSet<_> = expected.map(str::to_owned).collect();
    assert_eq!(seen, expected);
}
