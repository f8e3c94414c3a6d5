//! A program run over every input.

use std::sync::Arc;

use probelang::diagnostic::SourceText;
use probelang::host::{Budget, Names, RunLimits, SystemClock};
use probelang::output::TextLimits;
use probelang::redact::Policy;
use probelang::{Bound, Engine, Program, ProgramKind};

use crate::args::{Common, Format, InputArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::{Came, Inputs};
use crate::program::SourceTree;
use crate::reply::{Lines, Reply};
use crate::source::NamedSource;

/// A command line that evaluates a source.
pub struct Evaluation<'a> {
    /// What the program is for.
    pub kind: ProgramKind,
    /// The program.
    pub source: &'a SourceArgs,
    /// The values.
    pub input: &'a InputArgs,
    /// What a run may spend.
    pub limits: &'a LimitArgs,
    /// How much of a value a message shows.
    pub text: TextLimits,
    /// How replies are written.
    pub format: Option<Format>,
}

impl Evaluation<'_> {
    /// Compiles the source, runs it over every input and writes the replies.
    ///
    /// # Errors
    /// If the source or the data cannot be read, the source is wrong, or the output takes no more.
    pub fn run(&self, common: &Common, console: &mut Console) -> Outcome {
        one_stdin(self.source, self.input)?;
        self.run_source(self.source.read()?, common, console)
    }

    /// As [`run`](Self::run), of a source that was read.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_source(&self, source: NamedSource, common: &Common, console: &mut Console) -> Outcome {
        let tree = SourceTree::read(source, self.kind, console)?;
        let engine = common.engine_with_schema(console)?.text_limits(self.text);
        let program = tree.compile(&engine, console)?;
        let inputs = self.input.open()?;
        BoundProgram::new(&program, &engine, self.limits.limits()).run(
            &inputs,
            &tree.text(),
            self.format,
            console,
        )
    }
}

/// A program that is bound to the hosts of inputs, with all that a run needs.
pub struct BoundProgram {
    bound: Bound<Program>,
    names: Names,
    policy: Arc<Policy>,
    limits: RunLimits,
}

impl BoundProgram {
    /// Binds a program of that engine.
    pub fn new(program: &Program, engine: &Engine, limits: RunLimits) -> Self {
        let mut names = Names::new();
        let bound = program.bind(&mut names);
        Self { bound, names, policy: Arc::clone(engine.redaction()), limits }
    }

    /// Runs the program over every input and writes the replies. Places of faults count in `source`.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn run(
        &self,
        inputs: &Inputs,
        source: &SourceText<'_>,
        format: Option<Format>,
        console: &mut Console,
    ) -> Outcome {
        let (mut highest, mut index) = (Status::Ok, 0);
        inputs.run_gathered(
            &self.names,
            &self.policy,
            |lines: &mut Lines, input| match input {
                Ok(view) => {
                    let clock = SystemClock;
                    let mut budget = Budget::new(self.limits, &clock);
                    Reply::Answer(self.bound.run_in(lines.spare(), &view, &mut budget))
                }
                Err(unusable) => Reply::Unusable(unusable),
            },
            |lines, reply| lines.add(reply, source, format),
            |came| match came {
                Came::Only(reply) => {
                    highest = reply.status();
                    reply.write(source, format, console)
                }
                Came::Several { gathered: lines, waits } => {
                    highest = highest.max(lines.status);
                    lines.write(&mut index, format, console)?;
                    if waits { console.flush() } else { Ok(()) }
                }
            },
        )?;
        inputs.remark(&self.policy, console);
        Ok(highest)
    }
}

/// Rejects a command line that reads standard input twice.
///
/// # Errors
/// With what is wrong.
pub fn one_stdin(source: &SourceArgs, inputs: &InputArgs) -> Result<(), Failure> {
    if source.reads_stdin() && inputs.reads_stdin() {
        return Err(Failure::Usage("standard input cannot hold both the expression and the data".to_owned()));
    }
    Ok(())
}
