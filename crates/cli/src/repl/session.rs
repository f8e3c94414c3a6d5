//! What a session knows: data, names of one's own, the rules, and the last expression.

use std::mem;
use std::sync::Arc;

use probelang::check::types::Field;
use probelang::check::{Schema, Type};
use probelang::diagnostic::{Diagnostic, spell};
use probelang::dialect::Preset;
use probelang::hints::Around;
use probelang::host::{Budget, Clock, Names, RunLimits};
use probelang::redact::Policy;
use probelang::snapshot::View;
use probelang::{Answer, Engine, Program, ProgramKind};

use super::clock::Interruptible;
use crate::args::{Common, InputArgs, LimitArgs};
use crate::compare::SideBySide;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::{Turn, Unusable};
use crate::program::SourceTree;
use crate::redaction::RedactionArgs;
use crate::reply::Reply;
use crate::sample::sample;
use crate::source::NamedSource;
use crate::trace::{self, Tracer};

/// The state of a session.
pub struct Session {
    /// Where values come from; names of one's own are its variables.
    pub input: InputArgs,
    /// What a run may spend.
    pub limits: RunLimits,
    /// What is redacted beside the built-in names.
    pub redaction: RedactionArgs,
    /// Whether anything is redacted.
    pub redacts: bool,
    /// What expressions are read as.
    pub kind: ProgramKind,
    /// The last expression.
    pub last: Option<String>,
    /// The last value, which `_` reads.
    pub last_value: Option<String>,
    /// The code of the last fault.
    pub last_fault: Option<&'static str>,
    /// What was typed and could be read, for `:save`.
    pub typed: Vec<String>,
    preset: Preset,
    clock: Interruptible,
    given: Option<Arc<Schema>>,
    /// The names in scope with their types, sampled from the data.
    sampled: Option<Arc<Schema>>,
}

impl Session {
    /// A session as the command line asks for it. The data is looked at once, so that a wrong file is reported at
    /// the start.
    ///
    /// # Errors
    /// Where a file or variable does not read.
    pub fn new(
        input: InputArgs,
        limits: &LimitArgs,
        kind: ProgramKind,
        common: &Common,
        console: &mut Console,
    ) -> Result<Self, Failure> {
        let mut session = Self {
            input,
            limits: limits.limits(),
            redaction: common.redaction.clone(),
            redacts: true,
            kind,
            last: None,
            last_value: None,
            last_fault: None,
            typed: Vec::new(),
            preset: common.dialect(),
            clock: Interruptible::default(),
            given: common.schema(console)?.map(Arc::new),
            sampled: None,
        };
        match session.sample(console)? {
            Status::Ok => Ok(session),
            status => Err(Failure::Told(status)),
        }
    }

    /// The dialect.
    pub const fn preset(&self) -> Preset {
        self.preset
    }

    /// Chooses the dialect.
    pub fn choose(&mut self, preset: Preset) {
        self.preset = preset;
    }

    /// The clock that an interrupt stops.
    pub const fn clock(&self) -> &Interruptible {
        &self.clock
    }

    /// What is redacted.
    fn policy(&self) -> Policy {
        if self.redacts { self.redaction.policy() } else { Policy::none() }
    }

    /// What is known of the names in scope.
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        self.given.as_ref().or(self.sampled.as_ref())
    }

    /// An engine with the settings of the session.
    pub fn engine(&self) -> Engine {
        let engine = Engine::new()
            .dialect(self.preset)
            .policy(self.policy())
            .terms(&crate::program::FLAGS)
            .run_limits(self.limits)
            .clock(self.clock.clone());
        let Some(schema) = self.schema() else { return engine };
        let mut schema = Arc::clone(schema);
        if self.last_value.is_some() && schema.name("_").is_none() {
            Arc::make_mut(&mut schema).names.push("_", Field::of(Type::unknown()));
        }
        engine.schema(schema)
    }

    /// Looks at the first inputs again: names and types, no values.
    ///
    /// # Errors
    /// Where the data cannot be used; the reason is reported.
    pub fn sample(&mut self, console: &mut Console) -> Outcome {
        self.sampled = None;
        let (schema, highest) = sample(&self.input.open()?, &self.engine(), console)?;
        self.sampled = schema.map(Arc::new);
        Ok(highest)
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// If it is wrong; its errors are reported.
    pub fn read(&self, text: &str, console: &Console) -> Result<SourceTree, Failure> {
        SourceTree::read(NamedSource::typed(text), self.kind, console)
    }

    /// Reads and compiles an expression.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn compile(
        &self,
        engine: &Engine,
        text: &str,
        console: &Console,
    ) -> Result<(SourceTree, Program), Failure> {
        let tree = self.read(text, console)?;
        let program = tree.compile(engine, console)?;
        Ok((tree, program))
    }

    /// Evaluates an expression over the data and prints what it gives.
    ///
    /// # Errors
    /// If it is wrong; its errors are reported.
    pub fn evaluate(&mut self, text: &str, console: &mut Console) -> Outcome {
        self.last = Some(text.to_owned());
        let engine = self.engine();
        let tree = self.read(text, console)?;
        let program = tree.compile_quietly(&engine, console)?;
        let source = tree.text();
        let pretty = self.kind == ProgramKind::Value;
        let mut warnings = Some(program.warnings());
        let (mut value, mut fault) = (None, None);
        let outcome = self.replies(&engine, &program, console, |turn, console| {
            let reply = turn.result;
            // what a fault of the only input says is not said twice
            let again = |warning: &&Diagnostic| turn.several || !reply.says_again(warning);
            let told: Vec<_> = warnings.take().unwrap_or_default().iter().filter(again).cloned().collect();
            console.report(&source, &told);
            if turn.several {
                console.line(&reply.line(turn.index))?;
                Ok(reply.status_of_many())
            } else {
                reply.write(&source, pretty, console)?;
                let status = reply.status();
                match reply {
                    Reply::Answer(Answer::Fault(raised)) => fault = Some(raised.code.text()),
                    Reply::Answer(answer) => value = answer.to_json(),
                    Reply::Unusable(_) => {}
                }
                Ok(status)
            }
        });
        self.last_fault = fault.or(self.last_fault);
        self.last_value = value.or(self.last_value.take());
        outcome
    }

    /// Whether the data, or a name of one's own, has that name.
    pub fn knows(&self, name: &str) -> bool {
        self.schema().is_some_and(|schema| schema.name(name).is_some())
    }

    /// Prints what every part of an expression gives.
    ///
    /// # Errors
    /// If it is wrong; its errors are reported.
    pub fn trace(&mut self, text: &str, console: &mut Console) -> Outcome {
        self.last = Some(text.to_owned());
        let engine = self.engine();
        let (tree, program) = self.compile(&engine, text, console)?;
        let source = tree.text();
        let tracer = Tracer::new(&program, &source)?;
        self.over_inputs(
            &engine,
            tracer.names(),
            |view, budget| tracer.run(view, budget),
            |Turn { index, several, result, .. }, console| match result {
                Ok(trace) => {
                    if several {
                        console.line(&format!("input {index}"))?;
                    }
                    tracer.write(&trace, console)?;
                    Ok(trace::status(&trace))
                }
                Err(unusable) => {
                    let unusable = Reply::Unusable(unusable);
                    unusable.write(&source, false, console)?;
                    Ok(unusable.status_of_many())
                }
            },
            console,
        )
    }

    /// Prints the answers of an expression under all dialects.
    ///
    /// # Errors
    /// If it is wrong; its errors are reported.
    pub fn compare(&self, text: &str, console: &mut Console) -> Outcome {
        let tree = self.read(text, console)?;
        let inputs = self.input.open()?;
        let compared = SideBySide { base: self.preset, others: Preset::ALL.to_vec(), format: None };
        compared.run(&tree, &self.engine(), &inputs, console)
    }

    /// The value of an expression over the only input, as JSON.
    ///
    /// # Errors
    /// If it is wrong or fails; it is reported.
    pub fn value(&mut self, text: &str, console: &mut Console) -> Result<String, Failure> {
        let engine = self.engine();
        let kind = mem::replace(&mut self.kind, ProgramKind::Value);
        let compiled = self.read(text, console).and_then(|tree| {
            let program = tree.compile_quietly(&engine, console)?;
            Ok((tree, program))
        });
        self.kind = kind;
        let (tree, program) = compiled?;
        let mut value = None;
        let status = self.replies(&engine, &program, console, |Turn { result, .. }, console| {
            let status = result.status();
            match result {
                Reply::Answer(Answer::Value(json)) => {
                    value.get_or_insert(json);
                }
                other => other.write(&tree.text(), false, console)?,
            }
            Ok(status)
        })?;
        value.ok_or(Failure::Told(status))
    }

    /// Runs a program over every input.
    fn replies(
        &self,
        engine: &Engine,
        program: &Program,
        console: &mut Console,
        mut take: impl FnMut(Turn<Reply>, &mut Console) -> Outcome,
    ) -> Outcome {
        let mut names = Names::new();
        let bound = program.bind(&mut names);
        self.over_inputs(
            engine,
            &names,
            |view, budget| bound.run(view, budget).with_hints(view, || view.scope(), &Around::default()),
            |Turn { index, several, waits, from, result }, console| {
                let result = result.map_or_else(Reply::Unusable, Reply::Answer);
                take(Turn { index, several, waits, from, result }, console)
            },
            console,
        )
    }

    /// Runs something over every input, within the limits of the session, until it is interrupted.
    fn over_inputs<R: Send>(
        &self,
        engine: &Engine,
        names: &Names,
        work: impl Fn(&View<'_>, &mut Budget<'_>) -> R + Sync,
        mut take: impl FnMut(Turn<Result<R, Box<Unusable>>>, &mut Console) -> Outcome,
        console: &mut Console,
    ) -> Outcome {
        let mut input = self.input.clone();
        if let Some(value) = self.last_value.as_ref().filter(|_| !self.knows("_")) {
            input.variables.push(format!("_={value}"));
        }
        let inputs = input.open()?;
        self.clock.resume();
        let mut highest = Status::Ok;
        inputs.run(
            names,
            engine.redaction(),
            |input| {
                let view = input?;
                let mut budget = Budget::since(self.limits, &self.clock, self.clock.now());
                Ok(work(&view, &mut budget))
            },
            |turn| {
                highest = highest.max(take(turn, console)?);
                Ok(())
            },
        )?;
        if self.clock.resume() {
            console.remark("interrupted");
        }
        Ok(highest)
    }

    /// Names of one's own, as they were given.
    pub fn own_names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.input.variables.iter().filter_map(|text| crate::input::binding(text))
    }

    /// Gives a name a value; later ones win.
    ///
    /// # Errors
    /// Where the JSON does not read.
    pub fn bind(&mut self, name: &str, json: &str, console: &mut Console) -> Outcome {
        let before = self.input.variables.clone();
        self.input
            .variables
            .retain(|text| crate::input::binding(text).is_none_or(|(other, _)| other != name));
        self.input.variables.push(format!("`{name}`={json}"));
        match self.sample(console) {
            Ok(Status::Ok) => Ok(Status::Ok),
            failed => {
                self.input.variables = before;
                self.sample(console)?;
                failed
            }
        }
    }

    /// Takes a name of one's own away; whether there was one.
    ///
    /// # Errors
    /// As [`sample`](Self::sample).
    pub fn unbind(&mut self, name: &str, console: &mut Console) -> Outcome {
        let before = self.input.variables.len();
        self.input
            .variables
            .retain(|text| crate::input::binding(text).is_none_or(|(other, _)| other != name));
        if self.input.variables.len() == before {
            return Err(Failure::Usage(format!("there is no name of your own {}", spell::Ident(name))));
        }
        self.sample(console)
    }
}
