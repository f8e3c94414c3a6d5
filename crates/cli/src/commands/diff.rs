//! `probelang diff`: one expression under several dialects, and where they part.

use std::sync::Arc;

use clap::{Args, ValueEnum};
use probelang_capture::TextLimits;
use probelang_compile::{Compiled, Options, compile};
use probelang_diagnostic::{Diagnostic, Span, fault};
use probelang_dialect::{Dialect, Evidence, Preset, Row, deciding_rows};
use probelang_host::{Host, Names, Resolve, RunLimits, Symbol};
use probelang_redact::Policy;
use probelang_syntax::Tree;

use crate::answer::Answer;
use crate::args::{Common, DialectName, Format, InputArgs, Kind, KindArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::input::Turn;
use crate::json::{Array, Object};
use crate::program::{Program, kind_of};
use crate::run::{Engine, one_stdin, options};

/// Evaluate under several dialects side by side, and name the rows on which they part
///
/// Each dialect is compared with that of --dialect (portable). What parts them is the smallest set of rows of
/// the dialect table that, switched, gives the other answer. Differences are no failure: the status is 0.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang diff 'matches(name, \"bc\")' --var 'name=\"abcd\"' --dialects java,python,node
  probelang diff --kind condition 'user.name' -i snapshot.json")]
pub struct Arguments {
    #[command(flatten)]
    source: SourceArgs,

    #[command(flatten)]
    kind: KindArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// The dialects (list, repeatable); all of them without it
    #[arg(long, value_enum, value_name = "NAMES", value_delimiter = ',', hide_possible_values = true)]
    dialects: Vec<DialectName>,

    /// For people (the default) or one JSON object an input
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Format>,
}

/// What all runs share.
struct Setting<'a> {
    tree: &'a Tree,
    kind: Kind,
    policy: &'a Arc<Policy>,
    limits: RunLimits,
}

/// The program under one dialect, or why there is none.
type Compile = Result<Engine, Box<Diagnostic>>;

/// An answer in the form in which answers are compared and shown.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Told {
    status: &'static str,
    /// The value or message, as it is shown.
    text: String,
    /// The key of the text in JSON, and the text as JSON.
    json: (&'static str, String),
}

/// One dialect's answer.
struct Line {
    preset: Preset,
    told: Told,
    /// The rows that part it from the base; `None` where no set of rows explains it.
    rows: Option<Vec<Row>>,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    one_stdin(&arguments.source, &arguments.input)?;
    let source = arguments.source.read()?;
    let kind = kind_of(&source, arguments.kind.asked());
    let program = Program::read(source, kind, console)?;
    let inputs = arguments.input.open()?;
    let policy = Arc::new(common.policy());
    let setting = Setting { tree: &program.tree, kind, policy: &policy, limits: arguments.limits.limits() };
    let base = common.dialect.0;
    let mut asked: Vec<Preset> = arguments.dialects.iter().map(|name| name.0).collect();
    if asked.is_empty() {
        asked = DialectName::value_variants().iter().map(|name| name.0).collect();
    }
    asked.retain(|preset| *preset != base);

    // Every preset is linked, so that the table holds whatever name a choice of any of them reads.
    let mut names = Names::new();
    let engines: Vec<(Preset, Compile)> = Preset::ALL
        .into_iter()
        .map(|preset| (preset, setting.engine(preset.dialect(), &mut names)))
        .collect();

    let mut highest = Status::Ok;
    inputs.run(
        &names,
        &policy,
        |input| {
            let view = input?;
            let told = |preset: Preset| {
                let engine = engines.iter().find(|(other, _)| *other == preset);
                engine.map(|(_, engine)| setting.told(engine, &view))
            };
            let Some(ours) = told(base) else { return Ok(Vec::new()) };
            let others = asked.iter().filter_map(|&preset| {
                let told = told(preset)?;
                let holds = |dialect: &Dialect| {
                    setting.told(&setting.engine(*dialect, &mut Known(&names)), &view) == told
                };
                let rows = deciding_rows(&base.dialect(), &preset.dialect(), holds);
                Some(Line { preset, told, rows })
            });
            let others: Vec<Line> = others.collect();
            let ours = Line { preset: base, told: ours, rows: Some(Vec::new()) };
            Ok(std::iter::once(ours).chain(others).collect())
        },
        |Turn { index, several, waits, result }| {
            match result {
                Err(unusable) => {
                    let unusable = Answer::Unusable(unusable);
                    let status = if several { unusable.status_of_many() } else { unusable.status() };
                    highest = highest.max(status);
                    if several && arguments.format == Some(Format::Json) {
                        console.line(&unusable.line(index, &program.origin(), None))
                    } else {
                        unusable.write(&program.origin(), None, console)
                    }
                }
                Ok(lines) if arguments.format == Some(Format::Json) => {
                    console.line(&json(several.then_some(index), base, &lines))
                }
                Ok(lines) => {
                    if several {
                        console.line(&format!("input {index}"))?;
                    }
                    console.text(&table(base, &lines))
                }
            }?;
            if waits { console.flush() } else { Ok(()) }
        },
    )?;
    Ok(highest)
}

impl Setting<'_> {
    fn options(&self, dialect: Dialect) -> Options {
        options(self.kind, dialect, self.policy)
    }

    fn engine(&self, dialect: Dialect, names: &mut dyn Resolve) -> Compile {
        match compile(self.tree, &self.options(dialect)) {
            Ok(Compiled { program, .. }) => Ok(Engine::link(program, names, self.policy)),
            Err(diagnostics) => {
                let refused = diagnostics.into_iter().find(Diagnostic::is_error);
                Err(Box::new(
                    refused.unwrap_or_else(|| Diagnostic::new(fault::INTERNAL, Span::default(), "refused")),
                ))
            }
        }
    }

    fn told(&self, engine: &Compile, host: &dyn Host) -> Told {
        let engine = match engine {
            Ok(engine) => engine,
            Err(refused) => {
                return Told {
                    status: "refused",
                    text: format!("error[{}]: {}", refused.code, refused.message),
                    json: ("error", short(refused)),
                };
            }
        };
        let answer = engine.answer(host, &self.limits, &TextLimits::default());
        let (text, json) = match &answer {
            Answer::Value(value) => (value.clone(), ("value", value.clone())),
            Answer::Truth(truth) => (truth.to_string(), ("value", truth.to_string())),
            Answer::Message(message) => {
                (message.text.clone(), ("message", crate::json::string(&message.text)))
            }
            Answer::Failed(failed) => {
                let fault = &failed.diagnostic;
                (format!("fault[{}]: {}", fault.code, fault.message), ("fault", short(fault)))
            }
            // A host was given, so that it can be used.
            Answer::Unusable(_) => (String::new(), ("fault", "null".to_owned())),
        };
        Told { status: answer.word(), text, json }
    }
}

fn short(diagnostic: &Diagnostic) -> String {
    let mut object = Object::new();
    object
        .string("code", diagnostic.code.text())
        .string("class", diagnostic.class().name())
        .string("message", &diagnostic.message);
    object.end()
}

/// The names that are known already: a program of other choices has no others.
struct Known<'n>(&'n Names);

impl Resolve for Known<'_> {
    fn resolve(&mut self, name: &str) -> Symbol {
        self.0.find(name).unwrap_or(Symbol(u32::MAX))
    }
}

fn evidence(row: Row, preset: Preset) -> String {
    match row.choice_of(preset).1 {
        Some(Evidence::Case(id)) => format!("case {id}"),
        Some(Evidence::Source(id)) => format!("case {id} of its own suite"),
        Some(Evidence::Facts) => "no recorded case".to_owned(),
        None => String::new(),
    }
}

fn choice(row: Row, preset: Preset) -> &'static str {
    row.choice(row.choice_of(preset).0)
}

/// The table for people: dialect, answer, and below it the rows.
fn table(base: Preset, lines: &[Line]) -> String {
    let width = lines.iter().map(|line| line.preset.name().len()).max().unwrap_or(0);
    let mut out = String::new();
    for line in lines {
        let name = line.preset.name();
        let unverified = if line.preset.is_verified() { "" } else { "  (unverified)" };
        out.push_str(&format!(
            "{name:width$}  {}{unverified}\n",
            crate::render::human::one_line(&line.told.text)
        ));
        let Some(rows) = &line.rows else {
            out.push_str(&format!("{:width$}    no row of the dialect table explains it\n", ""));
            continue;
        };
        for &row in rows {
            let evidence = [base, line.preset].map(|preset| evidence(row, preset));
            let evidence: Vec<_> = evidence.into_iter().filter(|text| !text.is_empty()).collect();
            out.push_str(&format!(
                "{:width$}    {}: {}, {}: {} ({})\n",
                "",
                row.title(),
                choice(row, line.preset),
                base.name(),
                choice(row, base),
                evidence.join(", ")
            ));
        }
    }
    out
}

fn json(index: Option<u64>, base: Preset, lines: &[Line]) -> String {
    let lines = lines.iter().map(|line| {
        let mut object = Object::new();
        object
            .string("dialect", line.preset.name())
            .boolean("verified", line.preset.is_verified())
            .string("status", line.told.status)
            .raw(line.told.json.0, &line.told.json.1);
        let rows = line.rows.iter().flatten().map(|&row| {
            let mut object = Object::new();
            object
                .string("row", row.name())
                .string("title", row.title())
                .string("choice", choice(row, line.preset))
                .string("base", choice(row, base));
            if let Some(Evidence::Case(id) | Evidence::Source(id)) = row.choice_of(line.preset).1 {
                object.string("case", id);
            }
            object.end()
        });
        object.raw("rows", &Array::of(rows)).boolean("explained", line.rows.is_some());
        object.end()
    });
    let mut object = Object::new();
    if let Some(index) = index {
        object.number("index", index);
    }
    object.string("base", base.name()).raw("dialects", &Array::of(lines));
    object.end()
}
