//! What is wrong, with its code, its page and further places.

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message,
    Uri,
};
use probelang::diagnostic::Severity;

use super::View;
use crate::unit::Finding;

/// Findings that are shown of one document.
const SHOWN: usize = 2_000;

pub(crate) fn diagnostics(view: View<'_>, uri: &str) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> =
        view.analysis.findings().take(SHOWN).map(|(start, finding)| one(view, uri, start, finding)).collect();
    all.sort_by_key(|one| (one.range.start, one.range.end));
    all
}

/// A finding of a unit that begins at `start`.
pub(crate) fn one(view: View<'_>, uri: &str, start: u32, finding: &Finding) -> Diagnostic {
    let said = &finding.said;
    // notes are what helps; the protocol has no place of their own for them
    let mut message = said.message.clone();
    for note in &said.notes {
        message.push('\n');
        message.push_str(note);
    }
    let related = finding.related.iter().map(|(span, text)| DiagnosticRelatedInformation {
        location: Location { uri: Uri(uri.to_owned()), range: view.text.range(span.offset(start)) },
        message: text.clone(),
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: view.text.range(finding.span.offset(start)),
        severity: Some(match said.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
        }),
        code: Some(Code::String(said.code.text().to_owned())),
        code_description: Some(CodeDescription { href: Uri(said.code.page_url()) }),
        source: Some("probelang".to_owned()),
        message: Message::String(message),
        tags: None,
        related_information: Some(related).filter(|related| !related.is_empty()),
        data: None,
    }
}
