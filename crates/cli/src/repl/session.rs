//! What a session knows: data, names of one's own, the rules, and the last expression.

use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_check::{Purpose, Schema};
use probelang_diagnostic::spell;
use probelang_dialect::Preset;
use probelang_host::{Budget, Clock, Host, Names, RunLimits};
use probelang_redact::Policy;

use super::clock::Interruptible;
use crate::answer::Answer;
use crate::args::{Common, Format, InputArgs, Kind, LimitArgs};
use crate::commands::trace::Tracer;
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::Turn;
use crate::program::Program;
use crate::run::{Engine, compiled, options};
use crate::source::{Form, Source};

/// The state of a session.
pub struct Session {
    /// Where values come from; names of one's own are its variables.
    pub input: InputArgs,
    /// What a run may spend.
    pub limits: RunLimits,
    /// What is redacted beside the built-in names: names, types, exceptions.
    pub redact: Vec<String>,
    pub redact_type: Vec<String>,
    pub redact_exclude: Vec<String>,
    /// Whether anything is redacted.
    pub redacts: bool,
    /// What expressions are read as.
    pub kind: Kind,
    /// The last expression.
    pub last: Option<String>,
    preset: Preset,
    clock: Interruptible,
    given: Option<Schema>,
    /// The names in scope with their types, sampled from the data.
    sampled: Option<Schema>,
}

impl Session {
    /// A session as the command line asks for it. The data is looked at once, so that a wrong file is told at
    /// the start.
    ///
    /// # Errors
    /// Where a file or variable does not read.
    pub fn new(
        input: InputArgs,
        limits: &LimitArgs,
        kind: Kind,
        common: &Common,
        console: &mut Console,
    ) -> Result<Self, Failure> {
        let mut session = Self {
            input,
            limits: limits.limits(),
            redact: common.redact.clone(),
            redact_type: common.redact_type.clone(),
            redact_exclude: common.redact_exclude.clone(),
            redacts: true,
            kind,
            last: None,
            preset: common.dialect.0,
            clock: Interruptible::default(),
            given: common.schema(console)?,
            sampled: None,
        };
        match session.sample(console)? {
            Status::Ok => Ok(session),
            status => Err(Failure::Told(status)),
        }
    }

    /// What expressions are read as.
    pub const fn kind(&self) -> Kind {
        self.kind
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
    pub fn policy(&self) -> Arc<Policy> {
        if !self.redacts {
            return Arc::new(Policy::none());
        }
        Arc::new(
            Policy::built_in()
                .with_names(&self.redact)
                .without_names(&self.redact_exclude)
                .with_types(&self.redact_type),
        )
    }

    /// What is known of the names in scope.
    pub fn schema(&self) -> Option<&Schema> {
        self.given.as_ref().or(self.sampled.as_ref())
    }

    /// What a check of an expression is told.
    pub fn checks(&self) -> probelang_check::Options {
        probelang_check::Options {
            dialect: self.preset.dialect(),
            policy: self.policy(),
            ..probelang_check::Options::of(Purpose::from(self.kind))
        }
    }

    /// Looks at the first inputs again: names and types, no values.
    ///
    /// # Errors
    /// Where the data cannot be used; it is told.
    pub fn sample(&mut self, console: &mut Console) -> Outcome {
        self.sampled = None;
        let (schema, highest) = self.input.open()?.sample(&self.policy(), console)?;
        self.sampled = schema;
        Ok(highest)
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is wrong; its errors are told.
    pub fn read(&self, text: &str, console: &mut Console) -> Result<Program, Failure> {
        let source = Source { name: "<expression>".to_owned(), form: Form::Text, text: text.to_owned() };
        Program::read(source, self.kind, console)
    }

    /// Reads and compiles an expression.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn compile(
        &self,
        text: &str,
        console: &mut Console,
    ) -> Result<(Program, Arc<probelang_vm::Program>), Failure> {
        let source = self.read(text, console)?;
        let options = options(self.kind, self.preset.dialect(), &self.policy());
        let program = compiled(&source, &options, self.kind, self.schema(), console)?;
        Ok((source, program))
    }

    /// Evaluates an expression over the data and prints what it gives.
    ///
    /// # Errors
    /// Where it is wrong; its errors are told.
    pub fn evaluate(&mut self, text: &str, console: &mut Console) -> Outcome {
        self.last = Some(text.to_owned());
        let (source, program) = self.compile(text, console)?;
        let policy = self.policy();
        let mut names = Names::new();
        let engine = Engine::link(program, &mut names, &policy);
        let format = (self.kind == Kind::Value).then_some(Format::Human);
        self.over_inputs(
            &names,
            &policy,
            |view, budget| engine.answer_within(String::new(), view, budget, &TextLimits::default()),
            |turn, console| match turn {
                Turn { several: false, result, .. } => {
                    result.write(&source.origin(), format, console)?;
                    Ok(result.status())
                }
                Turn { index, result, .. } => {
                    console.line(&result.line(index, &source.origin(), Some(Format::Human)))?;
                    Ok(result.status_of_many())
                }
            },
            Answer::Unusable,
            console,
        )
    }

    /// Prints what every part of an expression gives.
    ///
    /// # Errors
    /// Where it is wrong; its errors are told.
    pub fn trace(&mut self, text: &str, console: &mut Console) -> Outcome {
        self.last = Some(text.to_owned());
        let (source, _) = self.compile(text, console)?;
        let policy = self.policy();
        let mut names = Names::new();
        let options = options(self.kind, self.preset.dialect(), &policy);
        let tracer = Tracer::with(source, &options, &policy, &mut names, self.limits)?;
        self.over_inputs(
            &names,
            &policy,
            |view, budget| Ok(tracer.trace_within(view, budget)),
            |Turn { index, several, result, .. }, console| match result {
                Ok(traced) => {
                    if several {
                        console.line(&format!("input {index}"))?;
                    }
                    tracer.write(&traced, console)?;
                    Ok(traced.status())
                }
                Err(unusable) => {
                    let unusable = Answer::Unusable(unusable);
                    unusable.write(&tracer.source().origin(), None, console)?;
                    Ok(unusable.status_of_many())
                }
            },
            Err,
            console,
        )
    }

    /// The value of an expression over the only input, as JSON.
    ///
    /// # Errors
    /// Where it is wrong or fails; it is told.
    pub fn value(&mut self, text: &str, console: &mut Console) -> Result<String, Failure> {
        let kind = std::mem::replace(&mut self.kind, Kind::Value);
        let compiled = self.compile(text, console);
        self.kind = kind;
        let (source, program) = compiled?;
        let policy = self.policy();
        let mut names = Names::new();
        let engine = Engine::link(program, &mut names, &policy);
        let mut value = None;
        let status = self.over_inputs(
            &names,
            &policy,
            |view, budget| engine.answer_within(String::new(), view, budget, &TextLimits::default()),
            |Turn { result, .. }, console| {
                let status = result.status();
                match result {
                    Answer::Value(json) => {
                        value.get_or_insert(json);
                    }
                    other => other.write(&source.origin(), None, console)?,
                }
                Ok(status)
            },
            Answer::Unusable,
            console,
        )?;
        value.ok_or(Failure::Told(status))
    }

    /// Runs something over every input, within the limits of the session, until it is interrupted.
    fn over_inputs<R: Send>(
        &self,
        names: &Names,
        policy: &Policy,
        work: impl Fn(&dyn Host, &mut Budget<'_>) -> R + Sync,
        mut take: impl FnMut(Turn<R>, &mut Console) -> Outcome,
        unusable: impl Fn(Box<crate::input::Unusable>) -> R + Sync,
        console: &mut Console,
    ) -> Outcome {
        let inputs = self.input.open()?;
        self.clock.resume();
        let mut highest = Status::Ok;
        inputs.run(
            names,
            policy,
            |input| match input {
                Ok(view) => {
                    let mut budget = Budget::since(self.limits, &self.clock, self.clock.now());
                    work(&view, &mut budget)
                }
                Err(error) => unusable(error),
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
            return Err(Failure::Usage(format!("there is no name of your own {}", spell::Name(name))));
        }
        self.sample(console)
    }
}
