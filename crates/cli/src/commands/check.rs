//! `probelang check`: what is right, wrong and suspicious about a program, before it ships.

use std::fs;

use clap::Args;
use probelang::check::{Analysis, Fixed, Type};
use probelang::data::InSource;
use probelang::diagnostic::SourceText;
use probelang::syntax::{Tree, print};
use probelang::{Engine, ProgramKind};

use crate::args::{Common, DialectName, Format, KindArgs, SourceArgs};
use crate::configuration::Configuration;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::json;
use crate::program::kind_of;
use crate::source::{NamedSource, display_name, is_stdin, rewrite_file};

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
  probelang check -f probe.json
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

    /// Apply the safe fixes and print the result; a file given by -f is rewritten
    #[arg(long)]
    fix: bool,

    /// How the summary is written
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let mut source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let targets = arguments.targets.iter().map(|name| name.0);
    let mut engine = common.engine_with_schema(console)?.strict(arguments.strict).targets(targets.clone());
    if let Some(steps) = arguments.max_cost {
        engine = engine.max_cost(steps);
    }
    if let Some(configuration) = Configuration::of(&source) {
        configuration.without_kind(arguments.kind.asked())?;
        if arguments.fix {
            return fix_configuration(arguments, &engine, &source, console);
        }
        return configuration.check(&engine, arguments.format, console, |program, report| {
            Some(summary(report.tree.as_ref()?, report.analysis.as_ref()?, program.kind))
        });
    }
    let report = if arguments.fix {
        let Fixed { text, report, .. } = engine.fix(kind, source.source());
        console.line(&text)?;
        let path = arguments.source.file.as_deref().filter(|path| !is_stdin(path));
        if let Some(path) = path.filter(|_| text != source.text) {
            fs::write(path, format!("{text}\n")).map_err(|error| Failure::File {
                doing: "write",
                name: display_name(path),
                error,
            })?;
        }
        console.flush()?;
        source.text = text;
        report
    } else {
        engine.check(kind, source.source())
    };
    let text = match &report.tree {
        Some(tree) => SourceText::new(&source.name, tree.source()),
        None => source.unread(),
    };
    console.report(&text, &report.diagnostics);
    if !targets.chain([common.dialect.0]).all(|preset| preset.is_verified()) {
        console.remark("the dialect go is unverified: no recorded case of it exists");
    }
    if arguments.format == Some(Format::Json) {
        console.line(&json::of(&InSource::new(&report, &text)))?;
    }
    match (&report.tree, &report.analysis) {
        (Some(tree), Some(analysis)) if report.is_ok() => {
            if arguments.format != Some(Format::Json) && !arguments.fix {
                console.line(&summary(tree, analysis, kind))?;
            }
            Ok(Status::Ok)
        }
        _ => Ok(Status::Expression),
    }
}

/// Applies the safe fixes to every program of a probe configuration, prints it, and checks what results.
fn fix_configuration(
    arguments: &Arguments,
    engine: &Engine,
    source: &NamedSource,
    console: &mut Console,
) -> Outcome {
    let Some(fixed) = engine.fix_configuration(&source.text) else { return Ok(Status::Ok) };
    console.line(&fixed.text)?;
    let path = arguments.source.file.as_deref().filter(|path| !is_stdin(path));
    if let Some(path) = path.filter(|_| !fixed.changed.is_empty()) {
        rewrite_file(path, &source.text, &fixed.text)?;
    }
    console.flush()?;
    let fixed = NamedSource { text: fixed.text, ..source.clone() };
    match Configuration::of(&fixed) {
        Some(configuration) => configuration.check(engine, arguments.format, console, |_, _| None),
        None => Ok(Status::Ok),
    }
}

fn summary(tree: &Tree, analysis: &Analysis, kind: ProgramKind) -> String {
    let what = kind.name();
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
