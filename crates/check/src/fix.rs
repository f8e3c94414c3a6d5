//! Applies the safe fixes of a source.

use std::collections::HashSet;

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit};
use probelang_syntax::{parse, wire};

use crate::analyse::{Report, read};
use crate::judge::check;
use crate::prove::{TRIED, canonical, is_helpful, is_proven, keys, told};
use crate::{Form, Options};

/// Edits that one fix applies.
const APPLIED: usize = 100;

/// An edit that was applied.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Applied {
    /// What it was for.
    pub code: Code,
    /// What it did, as a phrase.
    pub title: String,
}

impl Applied {
    /// An edit for `code`, which did what `title` says.
    #[must_use]
    pub fn new(code: Code, title: impl Into<String>) -> Self {
        Self { code, title: title.into() }
    }
}

/// A source with its safe fixes applied.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fixed {
    /// The source, in the form in which it was handed in; untouched where nothing was applied.
    pub text: String,
    /// What was applied, in order.
    pub applied: Vec<Applied>,
    /// What is left to say of it.
    pub report: Report,
}

/// Applies safe fixes, one after the other, until there is none: at most 100.
///
/// Wire JSON is repaired in its canonical text and written again as wire JSON.
///
/// ```
/// use probelang_check::{Options, fix};
/// use probelang_dialect::ProgramKind;
/// let fixed = fix(r#"matches(s, "^user-")"#, &Options::of(ProgramKind::Condition));
/// assert_eq!(fixed.text, r#"startsWith(s, "user-")"#);
/// assert_eq!(fixed.applied[0].code.text(), "PL0719");
/// ```
#[must_use]
pub fn fix(source: &str, options: &Options) -> Fixed {
    match options.form {
        Form::Text => fix_text(source, options),
        Form::Wire => fix_wire(source, options),
    }
}

fn fix_text(source: &str, options: &Options) -> Fixed {
    let mut text = source.to_owned();
    let mut applied = Vec::new();
    let mut seen = HashSet::from([text.clone()]);
    loop {
        let report = read(&text, options, TRIED);
        let next = if applied.len() < APPLIED { next_edit(&text, &report, options) } else { None };
        match next {
            Some((edited, code, title)) if seen.insert(edited.clone()) => {
                applied.push(Applied { code, title });
                text = edited;
            }
            _ => {
                let report = check(&text, options);
                return Fixed { text, applied, report };
            }
        }
    }
}

/// The source after its first safe fix.
fn next_edit(text: &str, report: &Report, options: &Options) -> Option<(String, Code, String)> {
    let before = told(&report.diagnostics);
    let mut safe: Vec<(&Diagnostic, &Edit)> = Vec::new();
    for diagnostic in &report.diagnostics {
        let edits = diagnostic.edits.iter().filter(|edit| edit.applicability == Applicability::Safe);
        safe.extend(edits.map(|edit| (diagnostic, edit)));
    }
    // what is there twice goes before either of the two is rewritten
    sort_by_number(&mut safe, |(diagnostic, _)| diagnostic.code.number().into());
    for (diagnostic, edit) in safe.into_iter().take(TRIED) {
        let proven = match &report.tree {
            Some(tree) => is_proven(tree, options, &before, &keys(diagnostic), edit),
            None => is_helpful(text, options, &report.diagnostics, &keys(diagnostic), edit),
        };
        if proven && let Some(edited) = edit.apply(text) {
            return Some((edited, diagnostic.code, edit.title.clone()));
        }
    }
    None
}

fn fix_wire(source: &str, options: &Options) -> Fixed {
    let report = check(source, options);
    let unchanged = |report| Fixed { text: source.to_owned(), applied: Vec::new(), report };
    let Some(tree) = &report.tree else { return unchanged(report) };
    let as_text = canonical(options);
    let fixed = fix_text(tree.source(), &as_text);
    let parsed = parse(&fixed.text, as_text.kind.source(), &as_text.limits);
    let (Some(tree), false) = (parsed.tree, fixed.applied.is_empty()) else { return unchanged(report) };
    let text = wire::write(&tree);
    let report = check(&text, options);
    Fixed { text, applied: fixed.applied, report }
}
