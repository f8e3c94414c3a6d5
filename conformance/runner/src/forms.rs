//! The forms that a case is run in: on the wire, and as text.

use probelang::ProgramKind;
use probelang::diagnostic::Diagnostic;
use probelang::syntax::{Limits, Parsed, Tree, parse, wire};

use crate::case::Case;
use crate::judge::compares_text;

/// One form of a case, read.
#[derive(Debug)]
pub struct Form {
    /// `wire` or `text`.
    pub name: &'static str,
    /// The tree, or why the form is refused.
    pub tree: Result<Tree, String>,
    /// Whether it must be refused, whatever the case expects.
    pub must_be_refused: bool,
}

/// What the forms of a case are compiled as.
#[must_use]
pub fn kind(case: &Case) -> ProgramKind {
    if compares_text(case) { ProgramKind::Template } else { case.kind }
}

/// The forms of a case.
#[must_use]
pub fn read(case: &Case) -> Vec<Form> {
    let limits = Limits::default();
    // what compares the text of a value is the message that consists of the value
    let is_wrapped = case.kind != ProgramKind::Template && compares_text(case);
    let source = kind(case).source();
    let json = if is_wrapped { &format!(r#"[{{"json": {}}}]"#, case.wire()) } else { case.wire() };
    let mut forms =
        vec![Form { name: "wire", tree: tree(wire::read(json, source, &limits)), must_be_refused: false }];
    if let Some(text) = case.dsl.as_deref().filter(|_| case.runs_in_text()) {
        let text = if is_wrapped { &format!("{{{text}}}") } else { text };
        forms.push(Form {
            name: "text",
            tree: tree(parse(text, source, &limits)),
            must_be_refused: case.is_refused_in_text(),
        });
    }
    forms
}

fn tree(parsed: Parsed) -> Result<Tree, String> {
    let first = parsed.diagnostics.iter().find(|diagnostic| diagnostic.is_error()).map(describe);
    parsed.tree.ok_or_else(|| first.unwrap_or_else(|| "not read, and no error says why".to_owned()))
}

/// A diagnostic as one line.
#[must_use]
pub fn describe(diagnostic: &Diagnostic) -> String {
    format!("{} {}", diagnostic.code.text(), diagnostic.message)
}
