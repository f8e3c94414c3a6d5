//! What is known of a whole program, and what is wrong with it, before its edits are tried.

use probelang_diagnostic::order::sort_by_number;
use probelang_diagnostic::{Diagnostic, limit};
use probelang_dialect::ProgramKind;
use probelang_syntax::tree::{At, Node, NodeId, Root, Tree};
use probelang_syntax::{parse, print, wire};

use crate::constant::Constants;
use crate::cost::{self, Cost};
use crate::infer::{self, Given, Inference};
use crate::lint::Lint;
use crate::numbering::Numbering;
use crate::portability::Portability;
use crate::program::{self, Ruling};
use crate::redacted::Redacted;
use crate::rewrite::Rewrite;
use crate::{Form, Kinds, Options, Type};

/// The types of the nodes of a tree.
#[derive(Clone, Debug)]
pub struct Types(Vec<Type>);

impl Types {
    /// The type of the value that the node gives; unknown for a node of another tree.
    #[must_use]
    pub fn of(&self, id: NodeId) -> &Type {
        static UNKNOWN: Type = Type::unknown();
        self.0.get(id.0 as usize).unwrap_or(&UNKNOWN)
    }
}

/// What a program reads of its host.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Reads {
    /// Names of the scope, each once, in the order of the text.
    pub names: Vec<String>,
    /// `@return`, `@duration`, `@exception`, each once.
    pub at: Vec<At>,
    /// Whole paths of names, members and literal keys in canonical spelling, each once: `user.tags["vip"]`.
    pub paths: Vec<String>,
}

/// What is known of a program besides what is wrong with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Analysis {
    /// The type of each node.
    pub types: Types,
    /// The type of the result; of a template, string.
    pub ty: Type,
    /// The worst case.
    pub cost: Cost,
    /// What it reads.
    pub reads: Reads,
}

/// The outcome of checking a source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What the program is for.
    pub kind: ProgramKind,
    /// Warnings and errors of reading and of checking, in the order of their spans.
    pub diagnostics: Vec<Diagnostic>,
    /// The tree, where the source reads.
    pub tree: Option<Tree>,
    /// Types, cost, reads, where there is a tree.
    pub analysis: Option<Analysis>,
    /// Whether the source is rejected only because it ends too early.
    pub incomplete: bool,
}

impl Report {
    /// Whether nothing refuses the program.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.tree.is_some() && !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// What the inference is given for a whole tree.
pub(crate) fn given<'a>(
    tree: &'a Tree,
    numbering: &'a Numbering<'a>,
    redacted: &'a Redacted,
    options: &'a Options,
) -> Given<'a> {
    Given {
        tree,
        numbering,
        redacted,
        schema: options.known(),
        dialect: &options.dialect,
        kind: options.kind,
        outer: None,
        sizes: true,
    }
}

/// Reads and checks a source, without a trial of the edits. At most `offered` diagnostics get one that is as long as the
/// program.
pub(crate) fn read(source: &str, options: &Options, offered: usize) -> Report {
    let kind = options.kind.source();
    let parsed = match options.form {
        Form::Text => parse(source, kind, &options.limits),
        Form::Wire => wire::read(source, kind, &options.limits),
    };
    let mut report = Report {
        kind: options.kind,
        diagnostics: parsed.diagnostics,
        tree: None,
        analysis: None,
        incomplete: parsed.incomplete,
    };
    if let Some(tree) = parsed.tree {
        let redacted = Redacted::of(&tree, &options.policy);
        let Ruling { diagnostics, .. } = program::rule(&tree, options);
        report.diagnostics.extend(diagnostics);
        let (advice, analysis) = analyse(&tree, &redacted, options, offered);
        report.diagnostics.extend(advice);
        in_order(&mut report.diagnostics);
        report.analysis = Some(analysis);
        report.tree = Some(tree);
    }
    report
}

/// Sorts diagnostics by their places.
pub(crate) fn in_order(diagnostics: &mut [Diagnostic]) {
    sort_by_number(diagnostics, |diagnostic| diagnostic.span.rank());
}

/// What follows from types: kinds, lints, cost, portability. Edits are not tried, diagnostics are in no order.
///
/// At most `offered` diagnostics get an edit that is as long as the program.
pub(crate) fn analyse(
    tree: &Tree,
    redacted: &Redacted,
    options: &Options,
    offered: usize,
) -> (Vec<Diagnostic>, Analysis) {
    let numbering = Numbering::new(tree);
    let types = infer::infer(given(tree, &numbering, redacted, options));
    let cost = cost::bound(tree, &types, options);
    let (constants, rewrite) = (Constants::new(tree, &options.dialect), Rewrite::new(tree));
    let mut lint = Lint {
        tree,
        numbering: &numbering,
        redacted,
        types: &types,
        constants: &constants,
        rewrite: &rewrite,
        options,
        offered,
        out: Vec::new(),
    };
    lint.run();
    let mut diagnostics = lint.out;
    let portability =
        Portability { tree, redacted, types: &types, constants: &constants, rewrite: &rewrite, options };
    diagnostics.extend(portability.run());
    if let Some(most) = options.max_cost.filter(|most| cost.steps > *most) {
        diagnostics.push(too_costly(tree, &cost, most));
    }
    let ty = match tree.root() {
        Root::Expression(root) => types.ty(*root).clone(),
        Root::Template(_) => Type::kinds_of(Kinds::STR),
    };
    let reads = reads(tree);
    let Inference { types, .. } = types;
    (diagnostics, Analysis { types: Types(types), ty, cost, reads })
}

fn too_costly(tree: &Tree, cost: &Cost, most: u64) -> Diagnostic {
    let message = format!("may take {} steps, more than the {most} allowed", cost.steps);
    let mut diagnostic = Diagnostic::new(limit::COST, tree.span(cost.dominating), message)
        .arg("steps", cost.steps.to_string())
        .arg("allowed", most.to_string());
    for cost_loop in &cost.loops {
        let by = if cost_loop.stated { "by the schema" } else { "assumed" };
        diagnostic = diagnostic.label(tree.focus(cost_loop.node), format!("{} times, {by}", cost_loop.times));
    }
    diagnostic.path = tree.path(cost.dominating);
    diagnostic
}

/// Names, `@`-names and whole paths.
fn reads(tree: &Tree) -> Reads {
    let mut reads = Reads::default();
    // a receiver is part of a longer path
    let mut inner = vec![false; tree.len()];
    let mut path = vec![false; tree.len()];
    let set = |list: &mut Vec<bool>, id: NodeId| {
        if let Some(place) = list.get_mut(id.0 as usize) {
            *place = true;
        }
    };
    let get = |list: &[bool], id: NodeId| list.get(id.0 as usize) == Some(&true);
    for id in tree.ids() {
        let of = match tree.node(id) {
            Node::Name(_) => true,
            Node::At(at) => !at.is_element(),
            Node::Member { base, .. } => get(&path, base),
            Node::Index { base, index } => {
                let literal = matches!(tree.node(index), Node::Str(_) | Node::Int(_) | Node::Uint(_));
                get(&path, base) && literal
            }
            _ => false,
        };
        if of {
            set(&mut path, id);
            if let Node::Member { base, .. } | Node::Index { base, .. } = tree.node(id) {
                set(&mut inner, base);
            }
        }
    }
    let mut ids: Vec<NodeId> = tree.ids().collect();
    sort_by_number(&mut ids, |id| tree.span(*id).start.into());
    for id in ids {
        match tree.node(id) {
            Node::Name(name) => push_once(&mut reads.names, tree.text(name).to_owned()),
            Node::At(at) if !at.is_element() && !reads.at.contains(&at) => reads.at.push(at),
            _ => {}
        }
        if get(&path, id) && !get(&inner, id) {
            push_once(&mut reads.paths, print::node(tree, id));
        }
    }
    reads
}

fn push_once(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}
