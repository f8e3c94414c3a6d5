//! The check of a whole program.

use probelang_syntax::Tree;

use crate::analyse::{Checked, Report, analyse, read};
use crate::{Options, Schema, prove};

/// Checks a tree. Every edit that is offered was tried: it removes its diagnostic and adds none.
///
/// # Cost
/// Linear in the nodes, but for lints that compare operands of one `&&` or `||` with each other; as much again
/// for each edit, of which at most 32 are offered.
#[must_use]
pub fn check_tree(tree: &Tree, schema: Option<&Schema>, options: &Options) -> Checked {
    let mut checked = analyse(tree, schema, options);
    prove::keep_proven(tree, schema, options, &mut checked.diagnostics);
    checked
}

/// Reads and checks a source.
///
/// ```
/// use probelang_check::{Options, Schema, check};
/// use probelang_dialect::ProgramKind;
/// let schema = Schema::parse(r#"{"names": {"total": "number"}}"#).unwrap();
/// let report = check("totla > 100", Some(&schema), &Options::of(ProgramKind::Condition));
/// assert_eq!(report.diagnostics[0].message, "the schema has no name totla");
/// assert_eq!(report.diagnostics[0].edits[0].title, "write total");
/// ```
#[must_use]
pub fn check(source: &str, schema: Option<&Schema>, options: &Options) -> Report {
    let mut report = read(source, schema, options);
    if let Some(tree) = &report.tree {
        prove::keep_proven(tree, schema, options, &mut report.diagnostics);
    }
    report
}
