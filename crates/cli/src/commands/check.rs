//! `probelang check`: what is right, wrong and suspicious about a program, before it ships.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use clap::Args;
use probelang_check::{Analysis, Options, Purpose, Report, Schema, Type, check};
use probelang_compile::compile;
use probelang_syntax::{Tree, print};

use crate::args::{Common, DialectName, Format, Kind, KindArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::fix;
use crate::json::{self, Array, Object};
use crate::program::kind_of;
use crate::render::Origin;
use crate::run::{merge, options};
use crate::source::{Form, Source, display_name, is_stdin};

/// How often JSON is repaired and read again.
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
struct Checked {
    source: Source,
    report: Report,
}

/// What a check is told besides the source.
struct Checker {
    kind: Kind,
    options: Options,
    schema: Option<Schema>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let checks = Options {
        form: match source.form {
            Form::Text => probelang_check::Form::Text,
            Form::Wire => probelang_check::Form::Wire,
        },
        dialect: common.rules(),
        policy: Arc::new(common.policy()),
        strict: arguments.strict,
        targets: arguments.targets.iter().map(|name| name.0).collect(),
        max_cost: arguments.max_cost,
        ..Options::of(kind.into())
    };
    let checker = Checker { kind, options: checks, schema: common.schema(console)? };
    let before = source.text.clone();
    let checked = if arguments.fix { checker.fix(source) } else { checker.check(source) };
    let Checked { source, report } = &checked;
    if arguments.fix {
        console.line(&source.text)?;
        let path = arguments.source.file.as_deref().filter(|path| !is_stdin(path));
        if let Some(path) = path.filter(|_| source.text != before) {
            fs::write(path, format!("{}\n", source.text)).map_err(|error| Failure::File {
                doing: "write",
                name: display_name(path),
                error,
            })?;
        }
        console.flush()?;
    }
    console.tell(&checked.origin(), &report.diagnostics);
    let mut presets = checker.options.targets.iter().chain([&common.dialect.0]);
    if presets.any(|preset| !preset.is_verified()) {
        console.remark("the dialect go is unverified: no recorded case of it exists");
    }
    match (&report.tree, &report.analysis) {
        (Some(tree), Some(analysis)) if report.is_ok() => {
            if arguments.format == Some(Format::Json) {
                console.line(&summary_json(tree, analysis, kind))?;
            } else if !arguments.fix {
                console.line(&summary(tree, analysis, kind))?;
            }
            Ok(Status::Ok)
        }
        _ => {
            if arguments.format == Some(Format::Json) {
                console.line("{\"ok\":false}")?;
            }
            Ok(Status::Expression)
        }
    }
}

impl Checker {
    fn check(&self, source: Source) -> Checked {
        let report = check(&source.text, self.schema.as_ref(), &self.options);
        self.complete(source, report)
    }

    /// Adds what the compiler says.
    fn complete(&self, source: Source, mut report: Report) -> Checked {
        if let Some(tree) = &report.tree {
            let options = probelang_compile::Options {
                strict: self.options.strict,
                ..options(self.kind, self.options.dialect, &self.options.policy)
            };
            report.diagnostics.extend(match compile(tree, &options) {
                Ok(compiled) => compiled.warnings,
                Err(diagnostics) => diagnostics,
            });
            merge(&mut report.diagnostics);
        }
        Checked { source, report }
    }

    /// Applies sure edits. JSON is repaired as JSON until it reads.
    fn fix(&self, mut source: Source) -> Checked {
        let mut seen = HashSet::new();
        for _ in 0..ROUNDS {
            let checked = self.check(source.clone());
            if source.form == Form::Text || checked.report.tree.is_some() {
                break;
            }
            match fix::apply(&source.text, &checked.report.diagnostics) {
                Some(fixed) if seen.insert(fixed.clone()) => source.text = fixed,
                _ => return checked,
            }
        }
        let fixed = probelang_check::fix(&source.text, self.schema.as_ref(), &self.options);
        self.complete(Source { text: fixed.text, ..source }, fixed.report)
    }
}

impl Checked {
    fn origin(&self) -> Origin<'_> {
        let (text, spans) = match &self.report.tree {
            Some(tree) => (&**tree.source(), true),
            None => (self.source.text.as_str(), self.source.form == Form::Text),
        };
        Origin { name: &self.source.name, text, spans }
    }
}

fn summary(tree: &Tree, analysis: &Analysis, kind: Kind) -> String {
    let what = Purpose::from(kind).name();
    let ty = if analysis.ty == Type::never() {
        "that always ends in a fault".to_owned()
    } else {
        format!("of type {}", analysis.ty)
    };
    let mut text = match analysis.cost.steps {
        u64::MAX => format!("ok: a {what} {ty}, steps without a useful bound"),
        steps => format!("ok: a {what} {ty}, at most {steps} steps"),
    };
    if !analysis.cost.loops.is_empty() {
        text.push_str(&format!(", most of them in {}", short(&print::node(tree, analysis.cost.dominating))));
    }
    let reads = &analysis.reads.paths;
    if reads.is_empty() {
        text.push_str(", reads nothing");
    } else {
        text.push_str(&format!(", reads {}", reads.join(", ")));
    }
    text
}

/// The beginning of a long expression.
fn short(expression: &str) -> String {
    const MOST: usize = 60;
    match expression.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", expression.get(..end).unwrap_or_default()),
        None => expression.to_owned(),
    }
}

fn summary_json(tree: &Tree, analysis: &Analysis, kind: Kind) -> String {
    let mut cost = Object::new();
    cost.number("steps", analysis.cost.steps)
        .string("dominating", &print::node(tree, analysis.cost.dominating))
        .number("dominating_steps", analysis.cost.dominating_steps);
    let mut object = Object::new();
    object
        .boolean("ok", true)
        .string("kind", Purpose::from(kind).name())
        .string("type", &analysis.ty.to_string())
        .raw("cost", &cost.end())
        .raw("reads", &Array::of(analysis.reads.paths.iter().map(|path| json::string(path))))
        .raw("names", &Array::of(analysis.reads.names.iter().map(|name| json::string(name))));
    object.end()
}
