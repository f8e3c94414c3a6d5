//! Edits: each one that is offered was tried, and a safe one was proven.

use std::collections::HashMap;

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, limit, portability};
use probelang_syntax::Tree;

use crate::analyse::read;
use crate::{Form, Options};

/// Edits that are tried for one report; more are not offered.
pub(crate) const TRIED: usize = 32;

/// How often something is reported: a difference of runtimes by its row, anything else by code and message.
pub(crate) type Told = HashMap<(Code, String), usize>;

pub(crate) fn keys(diagnostic: &Diagnostic) -> Vec<(Code, String)> {
    let rows: Vec<_> = diagnostic
        .args
        .iter()
        .filter(|(name, _)| *name == "row")
        .map(|(_, row)| (portability::DIFFERS, row.clone()))
        .collect();
    if rows.is_empty() { vec![(diagnostic.code, diagnostic.message.clone())] } else { rows }
}

pub(crate) fn told<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> Told {
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

/// Takes out the safe edits that do not remove their diagnostic, or that bring a new one. A suggestion that does
/// so comes after those that were proven.
pub(crate) fn keep_proven(tree: &Tree, options: &Options, diagnostics: &mut [Diagnostic]) {
    if diagnostics.iter().all(|diagnostic| diagnostic.edits.is_empty()) {
        return;
    }
    let options = canonical(options);
    let before = told(diagnostics.iter());
    let mut left = TRIED;
    for diagnostic in diagnostics.iter_mut() {
        let of = keys(diagnostic);
        let (mut kept, mut unproven) = (Vec::new(), Vec::new());
        for edit in std::mem::take(&mut diagnostic.edits) {
            let Some(less) = left.checked_sub(1) else { break };
            left = less;
            if is_proven(tree, &options, &before, &of, &edit) {
                kept.push(edit);
            } else if edit.applicability == Applicability::Maybe {
                unproven.push(edit);
            }
        }
        kept.extend(unproven);
        diagnostic.edits = kept;
    }
}

/// Of a source that does not read: a safe edit that does not remove its diagnostic, or leaves more errors, is only a
/// suggestion.
pub(crate) fn keep_helpful(source: &str, options: &Options, diagnostics: &mut [Diagnostic]) {
    let before = diagnostics.to_vec();
    let mut left = TRIED;
    for diagnostic in diagnostics.iter_mut().filter(|_| options.form == Form::Text) {
        let of = keys(diagnostic);
        for edit in diagnostic.edits.iter_mut().filter(|edit| edit.applicability == Applicability::Safe) {
            let tried = left.checked_sub(1);
            left = tried.unwrap_or(0);
            if tried.is_none() || !is_helpful(source, options, &before, &of, edit) {
                edit.applicability = Applicability::Maybe;
            }
        }
    }
}

/// Whether an edit of a source that does not read removes what it is for, and leaves no more errors. What else is wrong
/// may show only when this error is gone.
pub(crate) fn is_helpful(
    source: &str,
    options: &Options,
    before: &[Diagnostic],
    of: &[(Code, String)],
    edit: &Edit,
) -> bool {
    let Some(text) = edit.apply(source) else { return false };
    let after = read(&text, options, 0).diagnostics;
    let errors = |all: &[Diagnostic]| all.iter().filter(|one| one.is_error()).count();
    let count = |all: &[Diagnostic]| {
        let told = told(all);
        of.iter().map(|key| told.get(key).copied().unwrap_or(0)).sum::<usize>()
    };
    count(&after) < count(before) && errors(&after) <= errors(before)
}

/// The options for the text that spans speak of. That of JSON is our own, and may be longer than what is read
/// from outside.
pub(crate) fn canonical(options: &Options) -> Options {
    let mut options = options.clone();
    if options.form == Form::Wire {
        options.form = Form::Text;
        options.limits.source_bytes = usize::MAX;
    }
    options
}

pub(crate) fn is_proven(
    tree: &Tree,
    options: &Options,
    before: &Told,
    of: &[(Code, String)],
    edit: &Edit,
) -> bool {
    let Some(text) = edit.apply(tree.source()) else { return false };
    let report = read(&text, options, 0);
    if report.tree.is_none() {
        return false;
    }
    let after = told(&report.diagnostics);
    let count = |told: &Told, key: &(Code, String)| told.get(key).copied().unwrap_or(0);
    // of several rows at one place it may leave some
    let less = of.iter().any(|key| count(&after, key) < count(before, key));
    less && after.iter().all(|(key, now)| *now <= count(before, key))
}
