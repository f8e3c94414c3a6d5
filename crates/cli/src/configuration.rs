//! Commands over a whole probe configuration: each program that it carries, with its path.

use probelang::configuration::{CarriedProgram, programs};
use probelang::data::InSource;
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::host::{Budget, Names, RunLimits, SystemClock};
use probelang::syntax::{Parsed, Tree};
use probelang::{Engine, ProgramKind};

use crate::args::{AnswerFormat, Format, InputArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::Turn;
use crate::json::{self, Object};
use crate::reply::Reply;
use crate::source::NamedSource;

/// The programs of a source that is a probe configuration.
pub struct Configuration<'s> {
    source: &'s NamedSource,
    programs: Vec<CarriedProgram<'s>>,
}

impl<'s> Configuration<'s> {
    /// The configuration that `source` is, if it is one.
    pub fn of(source: &'s NamedSource) -> Option<Self> {
        let starts = source.text.trim_start().starts_with(['{', '[']);
        let programs = starts.then(|| programs(&source.text)).flatten()?;
        Some(Self { source, programs })
    }

    /// Rejects `--kind`.
    ///
    /// # Errors
    /// If it is given.
    pub fn without_kind(&self, asked: Option<ProgramKind>) -> Result<(), Failure> {
        match asked {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(
                "--kind is for one program; in a probe configuration the place of a program says its kind"
                    .to_owned(),
            )),
        }
    }

    /// Hands each program that reads to `take` with its path and its tree; reports what does not read.
    ///
    /// # Errors
    /// What `take` gives.
    pub fn read(
        &self,
        console: &mut Console,
        mut take: impl FnMut(&CarriedProgram<'_>, &Tree, &mut Console) -> Result<(), Failure>,
    ) -> Outcome {
        let mut status = Status::Ok;
        for program in &self.programs {
            let Parsed { tree, mut diagnostics, .. } = Engine::new().parse(program.kind, program.source());
            program.place(&mut diagnostics);
            match tree {
                Some(tree) => {
                    console.report(&SourceText::new(&self.source.name, tree.source()), &diagnostics);
                    take(program, &tree, console)?;
                }
                None => {
                    console.report(&SourceText::unread_json(&self.source.name, program.json), &diagnostics);
                    status = Status::Expression;
                }
            }
        }
        Ok(status)
    }

    /// Checks each program; `judge` decides what is reported, `summary` says what a good one is.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn check(
        &self,
        engine: &Engine,
        format: Option<Format>,
        console: &mut Console,
        judge: impl Fn(&mut Vec<Diagnostic>),
        summary: impl Fn(&CarriedProgram<'_>, &probelang::check::Report) -> Option<String>,
    ) -> Outcome {
        let mut status = Status::Ok;
        for program in &self.programs {
            let mut report = engine.check(program.kind, program.source());
            program.place(&mut report.diagnostics);
            judge(&mut report.diagnostics);
            let name = &self.source.name;
            let text = match &report.tree {
                Some(tree) => SourceText::new(name, tree.source()),
                None => SourceText::unread_json(name, program.json),
            };
            console.report(&text, &report.diagnostics);
            if !report.is_ok() {
                status = Status::Expression;
            }
            if format == Some(Format::Json) {
                console.line(&at_path(program, &json::of(&InSource::new(&report, &text))))?;
            } else if let Some(summary) = summary(program, &report).filter(|_| report.is_ok()) {
                console.line(&format!("{}: {summary}", program.path))?;
            }
        }
        Ok(status)
    }

    /// Runs each program over every input, and writes a line for each answer.
    ///
    /// # Errors
    /// If the data cannot be read, or the output takes no more.
    pub fn eval(
        &self,
        engine: &Engine,
        input: &InputArgs,
        limits: RunLimits,
        format: Option<AnswerFormat>,
        console: &mut Console,
    ) -> Outcome {
        if input.reads_stdin() && self.programs.len() > 1 {
            let message = "standard input can be read once, and the configuration has several programs";
            return Err(Failure::Usage(message.to_owned()));
        }
        let mut status = Status::Ok;
        for program in &self.programs {
            let compiled = match engine.compile(program.kind, program.source()) {
                Ok(compiled) => compiled,
                Err(mut error) => {
                    program.place(&mut error.diagnostics);
                    console.report(&error.source_text(&self.source.name), &error.diagnostics);
                    status = status.max(Status::Expression);
                    continue;
                }
            };
            let text = SourceText::new(&self.source.name, compiled.source());
            let mut warnings = compiled.warnings().to_vec();
            program.place(&mut warnings);
            console.report(&text, &warnings);
            let mut names = Names::new();
            let bound = compiled.bind(&mut names);
            let inputs = input.open()?.only(compiled.projection(), engine.redaction());
            inputs.run(
                &names,
                engine.redaction(),
                |input| match input {
                    Ok(view) => {
                        let mut answer = bound.run(&view, &mut Budget::new(limits, &SystemClock));
                        program.place_answer(&mut answer);
                        Reply::Answer(answer)
                    }
                    Err(unusable) => Reply::Unusable(unusable),
                },
                |Turn { index, from, result, .. }| {
                    status = status.max(match result.status() {
                        // the answer false is an answer
                        Status::False => Status::Ok,
                        other => other,
                    });
                    match format {
                        Some(AnswerFormat::Human) => {
                            console.line(&format!("{} {}", program.path, result.line(index)))
                        }
                        Some(AnswerFormat::Value) => result.write(&text, false, console),
                        Some(AnswerFormat::Json) | None => {
                            let origin = inputs.source(from);
                            let line = result.envelope(index, origin, from.line, &text);
                            console.line(&at_path(program, &line))
                        }
                    }
                },
            )?;
            inputs.remark(engine.redaction(), console);
        }
        Ok(status)
    }
}

/// A JSON object with the path of the program, and its probe, before its members.
pub fn at_path(program: &CarriedProgram<'_>, object: &str) -> String {
    let mut start = Object::new();
    start.string("path", &program.path);
    if let Some(probe) = &program.probe {
        start.string("probe", probe);
    }
    let start = start.end();
    match (start.strip_suffix('}'), object.strip_prefix('{')) {
        (Some(head), Some(members)) if members != "}" => format!("{head},{members}"),
        _ => start,
    }
}
