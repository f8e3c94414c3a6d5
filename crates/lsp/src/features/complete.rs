//! What may be written at the cursor.

use gen_lsp_types::{CompletionItem, CompletionItemKind, CompletionItemTextEdit, CompletionList, Position};
use probelang::check::CandidateKind;

use super::{View, documentation};

/// Candidates that are shown at once; the editor asks again as more is typed.
const SHOWN: usize = 500;

pub(crate) fn complete(view: View<'_>, position: Position) -> Option<CompletionList> {
    let cursor = view.cursor(position)?;
    let mut found = view.engine.complete(cursor.embedded.kind, &cursor.embedded.text, cursor.at);
    let is_incomplete = found.len() > SHOWN;
    found.truncate(SHOWN);
    let items = found.into_iter().enumerate().filter_map(|(rank, candidate)| {
        let change = candidate.edit.changes.into_iter().next()?;
        let edit = view.edit(cursor.start, cursor.embedded.change(change.span, &change.text));
        Some(CompletionItem {
            kind: Some(kind(candidate.kind)),
            detail: Some(candidate.ty).filter(|ty| !ty.is_empty()),
            documentation: documentation(&candidate.docs),
            // the order is ours: what fits the type comes first
            sort_text: Some(format!("{rank:04}")),
            // editors compare it with what is in the range, and that is JSON
            filter_text: Some(edit.new_text.clone()).filter(|text| *text != candidate.label),
            label: candidate.label,
            text_edit: Some(CompletionItemTextEdit::TextEdit(edit)),
            ..CompletionItem::default()
        })
    });
    Some(CompletionList { is_incomplete, items: items.collect(), ..CompletionList::default() })
}

const fn kind(kind: CandidateKind) -> CompletionItemKind {
    match kind {
        CandidateKind::Name | CandidateKind::AtName => CompletionItemKind::Variable,
        CandidateKind::Member => CompletionItemKind::Field,
        CandidateKind::Key => CompletionItemKind::Value,
        CandidateKind::Function => CompletionItemKind::Function,
        CandidateKind::Operator => CompletionItemKind::Operator,
        CandidateKind::Keyword => CompletionItemKind::Keyword,
    }
}
