//! `probelang check`: what is right, wrong and suspicious about a program, before it ships.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use clap::Args;
use probelang_check::{Checked, Options, Purpose, Schema, Type, check_tree};
use probelang_compile::compile;
use probelang_diagnostic::Diagnostic;
use probelang_redact::Policy;
use probelang_syntax::{Preset, Tree, print, wire};

use crate::args::{Common, DialectName, Format, Kind, KindArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::fix;
use crate::json::{self, Array, Object};
use crate::program::{kind_of, parsed};
use crate::render::Origin;
use crate::run::{merge, options};
use crate::source::{Form, Source, display_name, is_stdin};

/// How often edits are applied and the result is read again.
const ROUNDS: usize = 16;

/// Check a program: errors, suspicions, its type, its cost, what it reads
///
/// Diagnostics go to standard error. The status is 3 where one of them refuses the program, otherwise 0 and a
/// line that says what the program is.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang check --kind condition 'len(items) > 2'
  probelang check 'matches(name, \"bc\")' --targets java,node
  probelang check 'any(xs, {any(ys, {@it == 1})})' --max-cost 5000
  probelang check --schema scope.json --strict -f condition.txt
  probelang check --fix 's.contains(\"x\") and ok'")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    /// Report where these runtimes would answer differently (list, repeatable)
    #[arg(long, value_enum, value_name = "NAMES", value_delimiter = ',', hide_possible_values = true)]
    targets: Vec<DialectName>,

    /// Refuse a program that may take more steps than this in the worst case
    #[arg(long, value_name = "STEPS")]
    max_cost: Option<u64>,

    /// Refuse operations that are certain to end in a fault
    #[arg(long)]
    strict: bool,

    /// Apply the edits that are sure, and print the result; a file given by -f is rewritten
    #[arg(long)]
    fix: bool,

    /// How the summary is written
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

/// A source with all that is known of it.
struct Report {
    source: Source,
    tree: Option<Tree>,
    checked: Option<Checked>,
    /// In the order of their places.
    diagnostics: Vec<Diagnostic>,
}

/// What a check is told besides the source.
struct Checker {
    kind: Kind,
    options: Options,
    policy: Arc<Policy>,
    schema: Option<Schema>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let policy = Arc::new(common.policy());
    let checks = Options {
        dialect: common.rules(),
        policy: Arc::clone(&policy),
        strict: arguments.strict,
        targets: arguments.targets.iter().map(|name| name.0).collect(),
        max_cost: arguments.max_cost,
        ..Options::of(kind.into())
    };
    let checker = Checker { kind, options: checks, policy, schema: common.schema(console)? };
    let mut report = checker.check(source.clone());
    if arguments.fix {
        report = checker.fix(report);
        console.line(&report.source.text)?;
        let path = arguments.source.file.as_deref().filter(|path| !is_stdin(path));
        if let Some(path) = path.filter(|_| report.source.text != source.text) {
            fs::write(path, format!("{}\n", report.source.text)).map_err(|error| Failure::File {
                doing: "write",
                name: display_name(path),
                error,
            })?;
        }
        console.flush()?;
    }
    console.tell(&report.origin(), &report.diagnostics);
    let unverified = checker.options.targets.iter().chain([&common.dialect.0]);
    if unverified.into_iter().any(|preset| *preset == Preset::Go) {
        console.remark("the dialect go is unverified: no recorded case of it exists");
    }
    let refused = report.diagnostics.iter().any(Diagnostic::is_error);
    match (&report.tree, &report.checked) {
        (Some(tree), Some(checked)) if !refused => {
            if arguments.format == Some(Format::Json) {
                console.line(&summary_json(tree, checked, kind))?;
            } else if !arguments.fix {
                console.line(&summary(tree, checked, kind))?;
            }
            Ok(Status::Ok)
        }
        _ => Ok(Status::Expression),
    }
}

impl Checker {
    fn check(&self, source: Source) -> Report {
        let read = parsed(&source, self.kind);
        let mut diagnostics = read.diagnostics;
        let Some(tree) = read.tree else {
            return Report { source, tree: None, checked: None, diagnostics };
        };
        let compile_options = probelang_compile::Options {
            strict: self.options.strict,
            ..options(self.kind, self.options.dialect, &self.policy)
        };
        let compiled = match compile(&tree, &compile_options) {
            Ok(compiled) => compiled.warnings,
            Err(diagnostics) => diagnostics,
        };
        let mut checked = check_tree(&tree, self.schema.as_ref(), &self.options);
        diagnostics.append(&mut checked.diagnostics);
        diagnostics.extend(compiled);
        merge(&mut diagnostics);
        Report { source, tree: Some(tree), checked: Some(checked), diagnostics }
    }

    /// Applies sure edits until none is left, or nothing comes of it.
    fn fix(&self, mut report: Report) -> Report {
        let mut seen = HashSet::new();
        for _ in 0..ROUNDS {
            // Edits of JSON that reads count in its canonical text, which goes on as text.
            let text = report.origin().text.to_owned();
            let Some(fixed) = fix::apply(&text, &report.diagnostics) else { break };
            if !seen.insert(fixed.clone()) {
                break;
            }
            let read = report.tree.is_some();
            let Source { name, form, .. } = report.source.clone();
            let next = if form == Form::Wire && read {
                let text = Source { name: name.clone(), form: Form::Text, text: fixed };
                let Some(tree) = parsed(&text, self.kind).tree else { break };
                Source { name, form, text: wire::write(&tree) }
            } else {
                Source { name, form, text: fixed }
            };
            report = self.check(next);
        }
        report
    }
}

impl Report {
    fn origin(&self) -> Origin<'_> {
        match &self.tree {
            Some(tree) => Origin { name: &self.source.name, text: tree.source(), spans: true },
            None => Origin {
                name: &self.source.name,
                text: &self.source.text,
                spans: self.source.form == Form::Text,
            },
        }
    }
}

fn reads(checked: &Checked) -> Vec<String> {
    checked.reads.paths.clone()
}

fn summary(tree: &Tree, checked: &Checked, kind: Kind) -> String {
    let what = Purpose::from(kind).name();
    let ty = if checked.ty == Type::never() {
        "that always ends in a fault".to_owned()
    } else {
        format!("of type {}", checked.ty)
    };
    let mut text = format!("ok: a {what} {ty}, at most {} steps", checked.cost.steps);
    if !checked.cost.loops.is_empty() {
        text.push_str(&format!(", most of them in {}", print::node(tree, checked.cost.dominating)));
    }
    let reads = reads(checked);
    if reads.is_empty() {
        text.push_str(", reads nothing");
    } else {
        text.push_str(&format!(", reads {}", reads.join(", ")));
    }
    text
}

fn summary_json(tree: &Tree, checked: &Checked, kind: Kind) -> String {
    let mut cost = Object::new();
    cost.number("steps", checked.cost.steps)
        .string("dominating", &print::node(tree, checked.cost.dominating))
        .number("dominating_steps", checked.cost.dominating_steps);
    let mut object = Object::new();
    object
        .boolean("ok", true)
        .string("kind", Purpose::from(kind).name())
        .string("type", &checked.ty.to_string())
        .raw("cost", &cost.end())
        .raw("reads", &Array::of(reads(checked).iter().map(|path| json::string(path))))
        .raw("names", &Array::of(checked.reads.names.iter().map(|name| json::string(name))));
    object.end()
}
