//! Edits: each one that is offered was tried, and `fix` applies the sure ones.

use std::collections::{HashMap, HashSet};

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, limit};
use probelang_syntax::wire;
use probelang_syntax::{Tree, parse};

use crate::report::{Report, read};
use crate::{Form, Options, Schema};

/// Edits that are tried for one report; more are not offered.
const TRIED: usize = 32;
/// Edits that one fix applies.
const APPLIED: usize = 100;

/// How often something is told, by its code and message.
type Told = HashMap<(Code, String), usize>;

fn told<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> Told {
    let mut told = Told::new();
    // the number of steps in the message changes with every edit
    for diagnostic in diagnostics.into_iter().filter(|diagnostic| diagnostic.code != limit::COST) {
        let count = told.entry((diagnostic.code, diagnostic.message.clone())).or_default();
        *count = count.saturating_add(1);
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
        let key = (diagnostic.code, diagnostic.message.clone());
        let mut kept = Vec::new();
        for edit in std::mem::take(&mut diagnostic.edits) {
            let Some(less) = left.checked_sub(1) else { break };
            left = less;
            if is_proven(tree, schema, &options, &before, &key, &edit) {
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
    key: &(Code, String),
    edit: &Edit,
) -> bool {
    let Some(text) = edit.apply(tree.source()) else { return false };
    let report = read(&text, schema, options);
    if report.tree.is_none() {
        return false;
    }
    let after = told(&report.diagnostics);
    after.iter().all(|(told, count)| {
        let allowed = before.get(told).copied().unwrap_or(0);
        let allowed = if told == key { allowed.saturating_sub(1) } else { allowed };
        *count <= allowed
    })
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
    let sure = report.diagnostics.iter().flat_map(|diagnostic| {
        let edits = diagnostic.edits.iter().filter(|edit| edit.applicability == Applicability::Sure);
        edits.map(move |edit| (diagnostic, edit))
    });
    for (diagnostic, edit) in sure.take(TRIED) {
        let proven = match &report.tree {
            Some(tree) => {
                let key = (diagnostic.code, diagnostic.message.clone());
                is_proven(tree, schema, options, &before, &key, edit)
            }
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
