//! `probelang check`: errors and warnings of programs, before they ship.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use probelang::check::{Analysis, Fixed, Report, Sizes, Type};
use probelang::data::InSource;
use probelang::diagnostic::human::one_line;
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::dialect::Preset;
use probelang::syntax::{Tree, print};
use probelang::{Engine, ProgramKind};
use probelang_project::{Gate, Project, code};

use crate::args::{Common, DialectName, Format, InputArgs, KindArgs, SourceArgs};
use crate::configuration::Configuration;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::json;
use crate::program::inferred_kind;
use crate::render::targets;
use crate::sample::sample;
use crate::source::{NamedSource, display_name, is_stdin, rewrite_file};

/// Check programs: errors, warnings, type, cost and reads
///
/// Diagnostics go to standard error. The status is 3 if one of them is an error, otherwise 0, and a line says what the
/// program is. Warnings are errors with --deny.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang check 'len(items) > 2'
  probelang check 'request.stauts == 503' -i request.json --deny warnings
  probelang check 'matches(name, \"bc\")' --targets java,node
  probelang check 'any(xs, {any(ys, {@it == 1})})' --max-cost 5000
  probelang check --schema scope.json --strict -f condition.txt
  probelang check -f probes/*.json
  probelang check --fix 's.contains(\"x\") and ok'")]
pub struct Arguments {
    #[command(flatten)]
    source: Sources,

    #[command(flatten)]
    kind: KindArgs,

    /// Sample the schema of the variables from this data
    #[arg(
        short,
        long = "input-file",
        value_name = "FILE",
        conflicts_with = "schema",
        help_heading = "Input"
    )]
    inputs: Vec<PathBuf>,

    /// Report where these runtimes would answer differently (list, repeatable)
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "NAMES",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    targets: Vec<DialectName>,

    /// Report each difference between runtimes with its place and how it is known, instead of a table
    #[arg(short, long)]
    verbose: bool,

    /// Take these warnings for errors: codes, or `warnings` for all (list, repeatable)
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = denied)]
    deny: Vec<String>,

    /// Do not report these warnings (list, repeatable)
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = code)]
    allow: Vec<String>,

    /// Elements that a collection has at most, if no schema says more
    #[arg(long, value_name = "N", default_value_t = Sizes::default().items, help_heading = "Cost")]
    assume_items: u64,

    /// Characters that a string has at most, if no schema says more
    #[arg(long, value_name = "N", default_value_t = Sizes::default().chars, help_heading = "Cost")]
    assume_chars: u64,

    /// Values, nested ones included, in a collection that is compared whole
    #[arg(long, value_name = "N", default_value_t = Sizes::default().values, help_heading = "Cost")]
    assume_values: u64,

    /// Reject a program that may take more steps than this in the worst case
    #[arg(long, value_name = "STEPS")]
    max_cost: Option<u64>,

    /// Reject operations that are certain to end in a fault
    #[arg(long)]
    strict: bool,

    /// Apply the safe fixes and print the result; a file given by -f is rewritten
    #[arg(long)]
    fix: bool,

    /// How the summary is written
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<Format>,
}

/// Where the programs come from: exactly one of the three.
#[derive(Args, Debug)]
#[group(id = "source", required = true, multiple = false)]
struct Sources {
    /// The expression (write -- in front of one that looks like an option)
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    expression: Option<String>,

    /// Files with one expression each, or probe files; - is standard input
    #[arg(short, long = "file", value_name = "FILE", num_args = 1.., help_heading = "Source")]
    files: Vec<PathBuf>,

    /// The expression as wire JSON, or @FILE to read it from a file
    #[arg(long, value_name = "JSON|@FILE", help_heading = "Source")]
    json: Option<String>,
}

/// A code, or all warnings.
fn denied(text: &str) -> Result<String, String> {
    Gate::new([text], []).map(|_| text.to_owned())
}

pub fn run(arguments: &Arguments, common: &Common, project: &Project, console: &mut Console) -> Outcome {
    let mut targets = arguments.targets.clone();
    if targets.is_empty() {
        targets = project.targets.iter().copied().map(DialectName).collect();
    }
    let targets: Vec<Preset> = targets.iter().map(|name| name.0).collect();
    let gate = Gate::new(&arguments.deny, &arguments.allow).map_err(Failure::Usage)?.then(&project.gate);
    let mut engine =
        common.engine_with_schema(console)?.strict(arguments.strict).targets(targets.iter().copied());
    engine = engine.sizes(
        Sizes::default()
            .with_items(arguments.assume_items)
            .with_chars(arguments.assume_chars)
            .with_values(arguments.assume_values),
    );
    if let Some(steps) = arguments.max_cost {
        engine = engine.max_cost(steps);
    }
    let mut status = Status::Ok;
    let inputs = match common.schema {
        None if arguments.inputs.is_empty() => &project.data,
        _ => &arguments.inputs,
    };
    if !inputs.is_empty() {
        let inputs = InputArgs::of(inputs).open()?;
        let (schema, sampled) = sample(&inputs, &engine, console)?;
        status = sampled;
        if let Some(schema) = schema {
            engine = engine.schema(schema);
        }
    }
    if !targets.iter().chain([&common.dialect()]).all(|preset| preset.is_verified()) {
        console.remark("the dialect go is unverified: no recorded case of it exists");
    }
    let sources = arguments.source.each();
    let job = Job { arguments, engine, gate, base: common.dialect(), targets, named: sources.len() > 1 };
    for source in &sources {
        status = status.max(job.check(source, console)?);
    }
    Ok(status)
}

/// How the sources are checked.
struct Job<'a> {
    arguments: &'a Arguments,
    engine: Engine,
    gate: Gate,
    /// The dialect that the programs are written for.
    base: Preset,
    /// The runtimes that it is compared with.
    targets: Vec<Preset>,
    /// Whether there are several sources: then each line names its own.
    named: bool,
}

impl Sources {
    fn each(&self) -> Vec<SourceArgs> {
        let one = |file: Option<&PathBuf>| SourceArgs {
            expression: self.expression.clone(),
            file: file.cloned(),
            json: self.json.clone(),
        };
        if self.files.is_empty() {
            vec![one(None)]
        } else {
            self.files.iter().map(|file| one(Some(file))).collect()
        }
    }
}

impl Job<'_> {
    /// Checks one source.
    fn check(&self, from: &SourceArgs, console: &mut Console) -> Outcome {
        let Self { arguments, engine, gate, .. } = self;
        let mut source = from.read()?;
        if let Some(configuration) = Configuration::of(&source) {
            configuration.without_kind(arguments.kind.asked())?;
            if arguments.fix {
                return self.fix_configuration(from, &source, console);
            }
            let judge = |diagnostics: &mut Vec<Diagnostic>| gate.judge(diagnostics);
            return configuration.check(engine, arguments.format, console, judge, |program, report| {
                Some(summary(report.tree.as_ref()?, report.analysis.as_ref()?, program.kind))
            });
        }
        let kind = inferred_kind(engine, &source, arguments.kind.asked());
        let mut report = if arguments.fix {
            let Fixed { text, report, .. } = engine.fix(kind, source.source());
            console.line(&text)?;
            let path = from.file.as_deref().filter(|path| !is_stdin(path));
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
        gate.judge(&mut report.diagnostics);
        let text = match &report.tree {
            Some(tree) => SourceText::new(&source.name, tree.source()),
            None => source.unread(),
        };
        self.report(&report, &text, console);
        if arguments.format == Some(Format::Json) {
            console.line(&json::of(&InSource::new(&report, &text)))?;
        }
        let (Some(tree), Some(analysis), true) = (&report.tree, &report.analysis, report.is_ok()) else {
            return Ok(Status::Expression);
        };
        if arguments.format != Some(Format::Json) && !arguments.fix {
            let name = if self.named { format!("{}: ", one_line(&source.name)) } else { String::new() };
            console.line(&format!("{name}{}", summary(tree, analysis, kind)))?;
        }
        Ok(Status::Ok)
    }

    /// Reports what was found; for people differences between runtimes are a table.
    fn report(&self, report: &Report, text: &SourceText<'_>, console: &Console) {
        let mut diagnostics = report.diagnostics.clone();
        let table = if self.arguments.verbose || self.targets.is_empty() || console.writes_json() {
            String::new()
        } else {
            let base = (self.base.name(), &self.base.dialect());
            targets::table(&mut diagnostics, text, base, &self.targets)
        };
        console.report(text, &diagnostics);
        console.table(&table);
    }

    /// Applies the safe fixes to every program of a probe configuration, prints it, and checks what results.
    fn fix_configuration(&self, from: &SourceArgs, source: &NamedSource, console: &mut Console) -> Outcome {
        let Self { arguments, engine, gate, .. } = self;
        let Some(fixed) = engine.fix_configuration(&source.text) else { return Ok(Status::Ok) };
        console.line(&fixed.text)?;
        let path = from.file.as_deref().filter(|path| !is_stdin(path));
        if let Some(path) = path.filter(|_| !fixed.changed.is_empty()) {
            rewrite_file(path, &source.text, &fixed.text)?;
        }
        console.flush()?;
        let fixed = NamedSource { text: fixed.text, ..source.clone() };
        let judge = |diagnostics: &mut Vec<Diagnostic>| gate.judge(diagnostics);
        match Configuration::of(&fixed) {
            Some(configuration) => configuration.check(engine, arguments.format, console, judge, |_, _| None),
            None => Ok(Status::Ok),
        }
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
        1 => format!("ok: a {what} {ty}, at most 1 step"),
        steps => format!("ok: a {what} {ty}, at most {steps} steps"),
    };
    let assumes = analysis.cost.assumes;
    let sizes: Vec<String> = [
        assumes.items.map(|items| format!("{items} elements")),
        assumes.chars.map(|chars| format!("{chars} characters")),
        assumes.values.map(|values| format!("{values} compared values")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !sizes.is_empty() {
        text.push_str(&format!(" if nothing has more than {}", sizes.join(" or ")));
    }
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
