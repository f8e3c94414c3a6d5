//! What may be done about a finding, and about all of a document.

use std::collections::HashMap;

use gen_lsp_types::{CodeAction, CodeActionKind, TextEdit, Uri, WorkspaceEdit};
use probelang::diagnostic::Span;
use probelang::{ProgramKind, Source};

use super::{View, diagnostics};
use crate::unit::Embedded;

/// The kinds of actions that there are.
pub(crate) fn kinds() -> Vec<CodeActionKind> {
    vec![CodeActionKind::QuickFix, CodeActionKind::RefactorRewrite, CodeActionKind::SourceFixAll]
}

pub(crate) fn actions(
    view: View<'_>,
    uri: &str,
    span: Span,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeAction> {
    let wants = |kind: &CodeActionKind| {
        only.is_none_or(|only| only.iter().any(|asked| is_under(&kind_name(kind), &kind_name(asked))))
    };
    let mut all = Vec::new();
    if wants(&CodeActionKind::QuickFix) {
        quick_fixes(view, uri, span, &mut all);
    }
    if wants(&CodeActionKind::RefactorRewrite) {
        rewrites(view, uri, span, &mut all);
    }
    // editors ask for it when they save; in every menu it would be in the way
    if only.is_some()
        && wants(&CodeActionKind::SourceFixAll)
        && let Some(edits) = fix_all(view)
    {
        all.push(action("apply all safe fixes".to_owned(), CodeActionKind::SourceFixAll, uri, edits));
    }
    all
}

/// `quickfix.x` is under `quickfix`.
fn is_under(kind: &str, asked: &str) -> bool {
    kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || asked.is_empty() || rest.starts_with('.'))
}

fn kind_name(kind: &CodeActionKind) -> String {
    serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn action(title: String, kind: CodeActionKind, uri: &str, edits: Vec<TextEdit>) -> CodeAction {
    let changes = HashMap::from([(Uri(uri.to_owned()), edits)]);
    let edit = WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    CodeAction { title, kind: Some(kind), edit: Some(edit), ..CodeAction::default() }
}

fn quick_fixes(view: View<'_>, uri: &str, span: Span, all: &mut Vec<CodeAction>) {
    let touches = |other: Span| other.start <= span.end && span.start <= other.end;
    for (start, finding) in view.analysis.findings() {
        if finding.fixes.is_empty() || !touches(finding.span.offset(start)) {
            continue;
        }
        let of = diagnostics::one(view, uri, start, finding);
        for (rank, fix) in finding.fixes.iter().enumerate() {
            let edits = fix.changes.iter().cloned().map(|change| view.edit(start, change)).collect();
            let mut found = action(fix.title.clone(), CodeActionKind::QuickFix, uri, edits);
            found.diagnostics = Some(vec![of.clone()]);
            found.is_preferred = (rank == 0 && fix.is_safe).then_some(true);
            all.push(found);
        }
    }
}

/// Writes the JSON that runs anew from the text that people read.
fn rewrites(view: View<'_>, uri: &str, span: Span, all: &mut Vec<CodeAction>) {
    let Some((start, embedded)) = view.analysis.embedded_at(span.start) else { return };
    let Some(beside) = embedded.beside.filter(|_| !embedded.runs) else { return };
    let what = if embedded.kind == ProgramKind::Template {
        "`segments` from `template`"
    } else {
        "`json` from `dsl`"
    };
    if let Ok(json) = view.engine.to_json(embedded.kind, &embedded.text) {
        let edits = vec![TextEdit { range: view.text.range(beside.offset(start)), new_text: json }];
        all.push(action(format!("write {what}"), CodeActionKind::RefactorRewrite, uri, edits));
    }
}

/// All safe fixes; `None` where there is none.
fn fix_all(view: View<'_>) -> Option<Vec<TextEdit>> {
    if view.analysis.is_probe_file {
        let text = view.text.as_str();
        let mark = text.len().saturating_sub(text.trim_start_matches('\u{feff}').len());
        let inner = text.get(mark..)?;
        let fixed = view.engine.fix_configuration(inner)?;
        return (!fixed.changed.is_empty()).then(|| vec![narrowed(view, mark, inner, &fixed.text)]);
    }
    let mut edits = Vec::new();
    for placed in &view.analysis.units {
        edits.extend(placed.unit.embedded.iter().filter_map(|one| fixed(view, placed.start, one)));
    }
    (!edits.is_empty()).then_some(edits)
}

fn fixed(view: View<'_>, start: u32, embedded: &Embedded) -> Option<TextEdit> {
    let fixed = view.engine.fix(embedded.kind, Source::Text(&embedded.text));
    if fixed.applied.is_empty() || fixed.text == embedded.text {
        return None;
    }
    let whole = Span::new(0, crate::text::clip(embedded.text.len()));
    Some(view.edit(start, embedded.change(whole, &fixed.text)))
}

/// The edit from `old`, which begins at byte `mark` of the document, to `new`: what both begin and end with stays.
fn narrowed(view: View<'_>, mark: usize, old: &str, new: &str) -> TextEdit {
    let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let mut begin = same(old, new);
    while !(old.is_char_boundary(begin) && new.is_char_boundary(begin)) {
        begin = begin.saturating_sub(1);
    }
    let (old_rest, new_rest) = (old.get(begin..).unwrap_or(""), new.get(begin..).unwrap_or(""));
    let mut end = old_rest.bytes().rev().zip(new_rest.bytes().rev()).take_while(|(a, b)| a == b).count();
    let old_end = |end: usize| old_rest.len().saturating_sub(end);
    let new_end = |end: usize| new_rest.len().saturating_sub(end);
    while !(old_rest.is_char_boundary(old_end(end)) && new_rest.is_char_boundary(new_end(end))) {
        end = end.saturating_sub(1);
    }
    let start = mark.saturating_add(begin);
    let span = Span::from_usize(start, start.saturating_add(old_end(end)));
    TextEdit { range: view.text.range(span), new_text: new_rest.get(..new_end(end)).unwrap_or("").to_owned() }
}
