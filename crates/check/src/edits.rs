//! Edits: each one that is offered was tried, and `fix` applies the sure ones.

use std::collections::{HashMap, HashSet};

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, limit, portability};
use probelang_syntax::wire;
use probelang_syntax::{Tree, parse};

use crate::report::{Report, read};
use crate::{Form, Options, Schema};

/// Edits that are tried for one report; more are not offered.
const TRIED: usize = 32;
/// Edits that one fix applies.
const APPLIED: usize = 100;

/// How often something is told: a difference of runtimes by its row, anything else by code and message.
type Told = HashMap<(Code, String), usize>;

fn keys(diagnostic: &Diagnostic) -> Vec<(Code, String)> {
    let rows: Vec<_> = diagnostic
        .args
        .iter()
        .filter(|(name, _)| *name == "row")
        .map(|(_, row)| (portability::DIFFERS, row.clone()))
        .collect();
    if rows.is_empty() { vec![(diagnostic.code, diagnostic.message.clone())] } else { rows }
}

fn told<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> Told {
    let mut told = Told::new();
    // the number of steps in the message changes with every edit
    for diagnostic in diagnostics.into_iter().filter(|diagnostic| diagnostic.code != limit::COST) {
        for key in keys(diagnostic) {
            let count = told.entry(key).or_default();
            *count = count.saturating_add(1);
        }
    }
    told
}

/// Takes out the edits that do not remove their diagnostic, or that bring a new one; a suggestion among them
/// becomes a note.
pub(crate) fn keep_proven(
    tree: &Tree,
    schema: Option<&Schema>,
    options: &Options,
    diagnostics: &mut [Diagnostic],
) {
    if diagnostics.iter().all(|diagnostic| diagnostic.edits.is_empty()) {
        return;
    }
    let options = canonical(options);
    let before = told(diagnostics.iter());
    let mut left = TRIED;
    for diagnostic in diagnostics.iter_mut() {
        let of = keys(diagnostic);
        let mut kept = Vec::new();
        for edit in std::mem::take(&mut diagnostic.edits) {
            let Some(less) = left.checked_sub(1) else { break };
            left = less;
            if is_proven(tree, schema, &options, &before, &of, &edit) {
                kept.push(edit);
            } else if edit.applicability == Applicability::Maybe {
                diagnostic.notes.push(format!("perhaps: {}", edit.title));
            }
        }
        diagnostic.edits = kept;
    }
}

/// The options for the text that spans speak of. That of JSON is our own, and may be longer than what is read
/// from outside.
fn canonical(options: &Options) -> Options {
    let mut options = options.clone();
    if options.form == Form::Wire {
        options.form = Form::Text;
        options.limits.source_bytes = usize::MAX;
    }
    options
}

fn is_proven(
    tree: &Tree,
    schema: Option<&Schema>,
    options: &Options,
    before: &Told,
    of: &[(Code, String)],
    edit: &Edit,
) -> bool {
    let Some(text) = edit.apply(tree.source()) else { return false };
    let report = read(&text, schema, options);
    if report.tree.is_none() {
        return false;
    }
    let after = told(&report.diagnostics);
    let count = |told: &Told, key: &(Code, String)| told.get(key).copied().unwrap_or(0);
    // of several rows at one place it may leave some
    let less = of.iter().any(|key| count(&after, key) < count(before, key));
    less && after.iter().all(|(key, now)| *now <= count(before, key))
}

/// An edit that was applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// What it was for.
    pub code: Code,
    /// What it did, as a phrase.
    pub title: String,
}

/// A source with its sure edits applied.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The source, in the form in which it was handed in; untouched where nothing was applied.
    pub text: String,
    /// What was applied, in order.
    pub applied: Vec<Applied>,
    /// What is left to say of it.
    pub report: Report,
}

/// Applies sure edits, one after the other, until there is none: at most 100.
///
/// Wire JSON is repaired in its canonical text and written again as wire JSON.
///
/// ```
/// use probelang_check::{Options, Purpose, fix};
/// let fixed = fix(r#"matches(s, "^user-")"#, None, &Options::of(Purpose::Condition));
/// assert_eq!(fixed.text, r#"startsWith(s, "user-")"#);
/// assert_eq!(fixed.applied[0].code.text(), "PL0719");
/// ```
#[must_use]
pub fn fix(source: &str, schema: Option<&Schema>, options: &Options) -> Fixed {
    match options.form {
        Form::Text => fix_text(source, schema, options),
        Form::Wire => fix_wire(source, schema, options),
    }
}

fn fix_text(source: &str, schema: Option<&Schema>, options: &Options) -> Fixed {
    let mut text = source.to_owned();
    let mut applied = Vec::new();
    let mut seen = HashSet::from([text.clone()]);
    loop {
        let report = read(&text, schema, options);
        let next = if applied.len() < APPLIED { next_edit(&text, &report, schema, options) } else { None };
        match next {
            Some((edited, code, title)) if seen.insert(edited.clone()) => {
                applied.push(Applied { code, title });
                text = edited;
            }
            _ => {
                let report = crate::check(&text, schema, options);
                return Fixed { text, applied, report };
            }
        }
    }
}

/// The source after its first sure edit.
fn next_edit(
    text: &str,
    report: &Report,
    schema: Option<&Schema>,
    options: &Options,
) -> Option<(String, Code, String)> {
    let before = told(&report.diagnostics);
    let mut sure: Vec<(&Diagnostic, &Edit)> = Vec::new();
    for diagnostic in &report.diagnostics {
        let edits = diagnostic.edits.iter().filter(|edit| edit.applicability == Applicability::Sure);
        sure.extend(edits.map(|edit| (diagnostic, edit)));
    }
    // what is there twice goes before either of the two is rewritten
    sure.sort_by_key(|(diagnostic, _)| diagnostic.code);
    for (diagnostic, edit) in sure.into_iter().take(TRIED) {
        let proven = match &report.tree {
            Some(tree) => is_proven(tree, schema, options, &before, &keys(diagnostic), edit),
            // what else is wrong shows only when this error is gone
            None => true,
        };
        if proven && let Some(edited) = edit.apply(text) {
            return Some((edited, diagnostic.code, edit.title.clone()));
        }
    }
    None
}

fn fix_wire(source: &str, schema: Option<&Schema>, options: &Options) -> Fixed {
    let report = crate::check(source, schema, options);
    let unchanged = |report| Fixed { text: source.to_owned(), applied: Vec::new(), report };
    let Some(tree) = &report.tree else { return unchanged(report) };
    let as_text = canonical(options);
    let fixed = fix_text(tree.source(), schema, &as_text);
    let parsed = parse(&fixed.text, as_text.purpose.source(), &as_text.limits);
    let (Some(tree), false) = (parsed.tree, fixed.applied.is_empty()) else { return unchanged(report) };
    let text = wire::write(&tree);
    let report = crate::check(&text, schema, options);
    Fixed { text, applied: fixed.applied, report }
}
