//! Who decides on a program: all that its text can be blamed for is found here, before it is compiled.

use std::sync::Arc;

use probelang_diagnostic::{Class, Diagnostic, lint};
use probelang_syntax::Tree;
use probelang_syntax::tree::{NodeId, TextId};

use crate::analyse::{Analysis, Report, analyse, given, in_order, read};
use crate::infer::{self, Finding, Given};
use crate::numbering::Numbering;
use crate::program::{self, Ruling};
use crate::redacted::Redacted;
use crate::regex::CompiledPattern;
use crate::trivial::trivial;
use crate::{Options, prove};

/// A tree that nothing rejects, with what was found out on the way. Only [`judge`] and [`check_tree`] make one, and
/// nothing else can be compiled. Cheap to clone, but for patterns.
#[derive(Clone, Debug)]
pub struct Accepted {
    tree: Arc<Tree>,
    options: Arc<Options>,
    redacted: Redacted,
    patterns: Vec<(TextId, CompiledPattern)>,
    bad_parts: Vec<(NodeId, Diagnostic)>,
}

impl Accepted {
    fn new(tree: Arc<Tree>, options: Arc<Options>, redacted: Redacted, ruling: Ruling) -> Self {
        let Ruling { diagnostics: _, patterns, bad_parts } = ruling;
        Self { tree, options, redacted, patterns, bad_parts }
    }

    /// The tree.
    #[must_use]
    pub const fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// How it was judged.
    #[must_use]
    pub const fn options(&self) -> &Arc<Options> {
        &self.options
    }

    /// Whether a node reads under a redacted name. Logarithmic in their number.
    #[must_use]
    pub fn is_redacted(&self, id: NodeId) -> bool {
        self.redacted.contains(id)
    }

    /// A literal pattern, compiled; `None` in a part that is [rejected](Self::bad_part). Linear in their number.
    #[must_use]
    pub fn pattern(&self, text: TextId) -> Option<&CompiledPattern> {
        self.patterns.iter().find(|(known, _)| *known == text).map(|(_, compiled)| compiled)
    }

    /// Why the part of a template with that root does not compile, where the dialect rejects only the part.
    #[must_use]
    pub fn bad_part(&self, root: NodeId) -> Option<&Diagnostic> {
        self.bad_parts.iter().find(|(part, _)| *part == root).map(|(_, why)| why)
    }
}

/// The outcome of [`judge`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Judged {
    /// Of a rejected program all that [`check_tree`] reports, in the order of the spans. Of an accepted one the warnings
    /// about what is certain: operands that can never be of a right kind, redacted names, rejected parts.
    pub diagnostics: Vec<Diagnostic>,
    /// The program to compile, if nothing rejects it.
    pub accepted: Option<Accepted>,
}

/// The outcome of checking a tree.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checked {
    /// The tree.
    pub tree: Arc<Tree>,
    /// Warnings and errors, in the order of their spans.
    pub diagnostics: Vec<Diagnostic>,
    /// Types, cost, reads.
    pub analysis: Analysis,
    /// The program to compile, if nothing rejects it.
    pub accepted: Option<Accepted>,
}

/// Decides whether a program is accepted, for compiling it. [`check_tree`] decides alike, and advises besides.
///
/// ```
/// use std::sync::Arc;
/// use probelang_check::{Options, judge};
/// use probelang_dialect::ProgramKind;
/// use probelang_syntax::{Limits, SourceKind, parse};
/// let tree = |text| parse(text, SourceKind::Expression, &Limits::default()).tree.unwrap();
/// let options = Arc::new(Options::of(ProgramKind::Condition));
/// assert!(judge(tree("len(items) > 2"), options.clone()).accepted.is_some());
/// assert!(judge(tree("matches(s, pattern)"), options).accepted.is_none());
/// ```
///
/// # Cost
/// Linear in the nodes, apart from patterns, which have limits of their own. A program with a
/// problem is checked whole.
#[must_use]
pub fn judge(tree: impl Into<Arc<Tree>>, options: impl Into<Arc<Options>>) -> Judged {
    let (tree, options) = (tree.into(), options.into());
    let redacted = Redacted::of(&tree, &options.policy);
    let ruling = program::rule(&tree, &options);
    if is_clean(&tree, &redacted, &ruling, &options) {
        let accepted = Some(Accepted::new(tree, options, redacted, ruling));
        return Judged { diagnostics: Vec::new(), accepted };
    }
    let Checked { mut diagnostics, accepted, .. } = whole(tree, redacted, ruling, options);
    if accepted.is_some() {
        diagnostics.retain(|one| match one.class() {
            Class::Lint => [lint::CERTAIN_KIND, lint::CERTAIN_FAULT, lint::REDACTED_NAME].contains(&one.code),
            Class::Portability => false,
            _ => true,
        });
    }
    Judged { diagnostics, accepted }
}

/// Whether nothing is to be said of a program that decides on it, or is certain.
fn is_clean(tree: &Tree, redacted: &Redacted, ruling: &Ruling, options: &Options) -> bool {
    if !ruling.diagnostics.is_empty() || options.max_cost.is_some() {
        return false;
    }
    if redacted.is_empty() && options.schema.is_none() && trivial(tree, options.kind) {
        return true;
    }
    let numbering = Numbering::new(tree);
    let types = infer::infer(Given { sizes: false, ..given(tree, &numbering, redacted, options) });
    !types.findings.iter().any(Finding::is_certain)
}

/// Checks a tree. Every edit that is offered was tried: it removes its diagnostic and adds none.
///
/// # Cost
/// Linear in the nodes, but for lints that compare operands of one `&&` or `||` with each other; as much again
/// for each edit; at most 32 are offered.
#[must_use]
pub fn check_tree(tree: impl Into<Arc<Tree>>, options: impl Into<Arc<Options>>) -> Checked {
    let (tree, options) = (tree.into(), options.into());
    let redacted = Redacted::of(&tree, &options.policy);
    let ruling = program::rule(&tree, &options);
    whole(tree, redacted, ruling, options)
}

fn whole(tree: Arc<Tree>, redacted: Redacted, mut ruling: Ruling, options: Arc<Options>) -> Checked {
    let mut diagnostics = std::mem::take(&mut ruling.diagnostics);
    let (advice, analysis) = analyse(&tree, &redacted, &options, prove::TRIED);
    diagnostics.extend(advice);
    in_order(&mut diagnostics);
    prove::keep_proven(&tree, &options, &mut diagnostics);
    cap_warnings(&mut diagnostics, &options);
    let rejected = diagnostics.iter().any(Diagnostic::is_error);
    let accepted = (!rejected).then(|| Accepted::new(Arc::clone(&tree), options, redacted, ruling));
    Checked { tree, diagnostics, analysis, accepted }
}

/// Reads and checks a source.
///
/// ```
/// use probelang_check::{Options, Schema, check};
/// use probelang_dialect::ProgramKind;
/// let schema = Schema::parse(r#"{"names": {"total": "number"}}"#).unwrap();
/// let report = check("totla > 100", &Options::of(ProgramKind::Condition).with_schema(schema));
/// assert_eq!(report.diagnostics[0].message, "the schema has no name `totla`");
/// assert_eq!(report.diagnostics[0].edits[0].title, "write `total`");
/// ```
#[must_use]
pub fn check(source: &str, options: &Options) -> Report {
    let mut report = read(source, options, prove::TRIED);
    match &report.tree {
        Some(tree) => prove::keep_proven(tree, options, &mut report.diagnostics),
        None => prove::keep_helpful(source, options, &mut report.diagnostics),
    }
    cap_warnings(&mut report.diagnostics, options);
    report
}

/// Warnings are reported up to the limit on errors; the last one says that there are more.
fn cap_warnings(diagnostics: &mut Vec<Diagnostic>, options: &Options) {
    let most = usize::from(options.limits.errors).max(1);
    let mut kept = 0usize;
    let before = diagnostics.len();
    diagnostics.retain(|diagnostic| {
        kept = kept.saturating_add(usize::from(!diagnostic.is_error()));
        diagnostic.is_error() || kept <= most
    });
    if diagnostics.len() < before
        && let Some(last) = diagnostics.iter_mut().rfind(|diagnostic| !diagnostic.is_error())
    {
        last.notes.push(format!("only the first {most} warnings are shown"));
    }
}
