//! Round trips over generated trees: JSON of any spelling, canonical JSON, canonical text.
//!
//! `PROBELANG_CASES` sets the number of cases.

use probelang_syntax::{Limits, Root, SourceKind, Tree, print, wire};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::{self, Shape, Want, for_each_seed};

/// Printed text may be longer than what is taken from outside.
const WIDE: Limits = Limits {
    source_bytes: 1 << 24,
    nodes: 100_000,
    depth: 1000,
    brackets: 5000,
    parts: 64,
    errors: 20,
    pattern_bytes: 1024,
    pattern_compiled: 1 << 22,
    pattern_nesting: 50,
};

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
    let parsed = wire::read(json, kind, &WIDE);
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
