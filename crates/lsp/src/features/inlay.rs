//! Types in the text: of what a predicate looks at, and of what an expression gives.

use gen_lsp_types::{InlayHint, InlayHintKind, Label};
use probelang::diagnostic::Span;
use probelang::syntax::tree::{Node, NodeId, Tree};
use probelang::{Engine, ProgramKind};

use super::View;
use crate::text::clip;
use crate::unit::Embedded;

/// Longer types are cut.
const LONGEST: usize = 40;

pub(crate) fn hints(view: View<'_>, span: Span) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    for (start, embedded) in view.analysis.embedded_in(span) {
        for (said, label) in of(embedded, view.engine) {
            let at = embedded.places.written(said).saturating_add(start);
            if span.start <= at && at <= span.end {
                hints.push(InlayHint {
                    position: view.text.position(at),
                    label: Label::String(label),
                    kind: Some(InlayHintKind::Type),
                    text_edits: None,
                    tooltip: None,
                    padding_left: Some(true),
                    padding_right: Some(true),
                    data: None,
                });
            }
        }
    }
    hints
}

/// The hints of a text with their places in what it says.
fn of(embedded: &Embedded, engine: &Engine) -> Vec<(u32, String)> {
    let Some(tree) = engine.parse(embedded.kind, &embedded.text).tree else { return Vec::new() };
    let tree = std::sync::Arc::new(tree);
    let checked = engine.check_tree(embedded.kind, std::sync::Arc::clone(&tree));
    let analysis = checked.analysis;
    let shown = |id: NodeId| {
        let ty = analysis.types.of(id).to_string();
        (!matches!(&*ty, "any" | "unknown" | "")).then(|| short(&ty))
    };
    let mut hints = Vec::new();
    for id in tree.ids() {
        let Node::Loop { body, .. } = tree.node(id) else { continue };
        let mut elements: Vec<(String, String)> = Vec::new();
        elements_in(&tree, body, &mut |at, name| {
            if let Some(ty) = shown(at).filter(|_| !elements.iter().any(|(known, _)| known == name)) {
                elements.push((name.to_owned(), ty));
            }
        });
        if !elements.is_empty() {
            let all: Vec<String> = elements.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
            hints.push((tree.span(body).start, all.join(", ")));
        }
    }
    match embedded.kind {
        ProgramKind::Value | ProgramKind::Metric => {
            let end = clip(embedded.text.trim_end().len());
            hints.extend(tree.expression().and_then(shown).map(|ty| (end, format!(": {ty}"))));
        }
        // always the same
        ProgramKind::Condition | ProgramKind::Template => {}
    }
    hints.sort_by_key(|(at, _)| *at);
    hints
}

/// Hands the elements that a predicate names to `each`, those of predicates in it apart.
fn elements_in(tree: &Tree, body: NodeId, each: &mut impl FnMut(NodeId, &str)) {
    let mut pending = vec![body];
    while let Some(id) = pending.pop() {
        match tree.node(id) {
            Node::At(at) if at.is_element() => each(id, at.text()),
            Node::Loop { over, .. } => pending.push(over),
            _ => pending.extend(tree.children(id)),
        }
    }
}

fn short(ty: &str) -> String {
    match ty.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", ty.get(..end).unwrap_or_default()),
        None => ty.to_owned(),
    }
}
