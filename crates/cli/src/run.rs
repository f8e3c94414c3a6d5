//! A program run over every input.

use std::sync::Arc;

use probelang::capture::{Subject, SubjectKind};
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang::hints::{Around, Beyond};
use probelang::host::{Budget, Names, RunLimits, SystemClock};
use probelang::output::TextLimits;
use probelang::redact::Policy;
use probelang::snapshot::View;
use probelang::{Answer, Bound, Engine, Program, ProgramKind};

use crate::args::{AnswerFormat, Common, InputArgs, LayoutArgs, LimitArgs, SourceArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::{Came, Inputs};
use crate::matching;
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
    pub layout: Layout,
    /// Whether the inputs for which a condition holds are written, or their number, in place of replies.
    pub output: Option<matching::Output>,
}

/// How replies are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// The form that was asked for.
    pub format: Option<AnswerFormat>,
    /// Whether values are laid out in several lines, whatever they are written to.
    pub pretty: bool,
}

impl LayoutArgs {
    /// The layout that was asked for.
    pub const fn layout(&self) -> Layout {
        Layout { format: self.format, pretty: self.pretty }
    }
}

impl Layout {
    /// The form for one input, or for several, and whether values are laid out.
    fn of(self, several: bool, console: &Console) -> (AnswerFormat, bool) {
        let people = console.is_terminal();
        let format = self.format.unwrap_or(match several {
            _ if people => AnswerFormat::Human,
            true => AnswerFormat::Json,
            false => AnswerFormat::Value,
        });
        (format, self.pretty || format == AnswerFormat::Human)
    }
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
        let program = tree.compile_quietly(&engine, console)?;
        let bound = BoundProgram::new(&program, &engine, self.limits.limits());
        let inputs = self.input.open()?.only(program.projection(), bound.policy());
        match self.output {
            Some(output) => {
                console.report(&tree.text(), program.warnings());
                bound.matching(&inputs, &tree.text(), output, console)
            }
            None => bound.run(&inputs, &tree.text(), program.warnings(), self.layout, console),
        }
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

    /// Runs the program over every input and writes the replies. Places of faults count in `source`; `warnings` of the
    /// program are reported, but for what a fault of the only input says again.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn run(
        &self,
        inputs: &Inputs,
        source: &SourceText<'_>,
        warnings: &[Diagnostic],
        layout: Layout,
        console: &mut Console,
    ) -> Outcome {
        let (mut highest, mut index) = (Status::Ok, 0);
        let mut warnings = Some(warnings);
        let many = layout.of(true, console).0;
        inputs.run_part(
            false,
            &self.policy,
            |lines: &mut Lines, entry, input| {
                let reply = match input {
                    Ok(subject) => {
                        let answer = self.answer(lines.spare(), &subject);
                        if needs_whole(&answer, &subject) && !entry.whole {
                            return None;
                        }
                        Reply::Answer(self.hinted(answer, &subject, inputs))
                    }
                    Err(unusable) => Reply::Unusable(unusable),
                };
                Some((entry.from, reply))
            },
            |lines, (from, reply)| {
                lines.add(reply, inputs.source(from), from.line, source, many);
            },
            |came| match came {
                Came::Only((from, reply)) => {
                    highest = reply.status();
                    let told = |warning: &&Diagnostic| !reply.says_again(warning);
                    let rest: Vec<_> =
                        warnings.take().unwrap_or_default().iter().filter(told).cloned().collect();
                    console.report(source, &rest);
                    match layout.of(false, console) {
                        (AnswerFormat::Json, _) => {
                            let origin = inputs.source(from);
                            console.line(&reply.envelope(0, origin, from.line, source))
                        }
                        (AnswerFormat::Human | AnswerFormat::Value, pretty) => {
                            reply.write(source, pretty, console)
                        }
                    }
                }
                Came::Several { gathered: lines, waits } => {
                    console.report(source, warnings.take().unwrap_or_default());
                    highest = highest.max(lines.status);
                    lines.write(&mut index, source, many, console)?;
                    if waits { console.flush() } else { Ok(()) }
                }
            },
        )?;
        inputs.remark(&self.policy, console);
        Ok(highest)
    }

    /// What is redacted.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The answer over one input.
    pub fn answer(&self, out: String, subject: &Subject<'_>) -> Answer {
        let mut budget = Budget::new(self.limits, &SystemClock);
        self.bound.run_in(out, &subject.view(&self.names), &mut budget)
    }

    /// An answer with what its input says of its faults: of an input that was [read as far](needs_whole) as that needs.
    pub fn hinted(&self, answer: Answer, subject: &Subject<'_>, inputs: &Inputs) -> Answer {
        hinted(answer, subject, &subject.view(&self.names), inputs, &self.policy)
    }
}

/// Whether what the input says of faults may be in what was not read of it: of a recording variables, each of them whole, of a document
/// members too.
pub fn needs_whole(answer: &Answer, subject: &Subject<'_>) -> bool {
    match subject.kind {
        SubjectKind::Plain(_) => answer.beyond() >= Beyond::Members,
        SubjectKind::Recorded { .. } => answer.beyond() >= Beyond::Names,
    }
}

/// An answer with what its input says of its faults.
pub fn hinted(
    answer: Answer,
    subject: &Subject<'_>,
    view: &View<'_>,
    inputs: &Inputs,
    policy: &Policy,
) -> Answer {
    let around = Around::default().with_no_input(inputs.is_none().then_some(NO_INPUT));
    match &subject.kind {
        SubjectKind::Plain(_) => answer.with_hints(view, || view.scope(), &around),
        SubjectKind::Recorded { recorded, snapshot, .. } => {
            let elsewhere = |name: &str| {
                let frames = recorded.frames().unwrap_or_default().into_iter();
                let has = |frame: &String| {
                    let opened = recorded.open(Some(frame.as_str()), policy);
                    opened.is_ok_and(|frame| frame.names().contains(&name))
                };
                frames.filter(|frame| frame != snapshot.frame()).filter(has).collect()
            };
            let around = around.with_frame(snapshot.frame(), &elsewhere);
            answer.with_hints(view, || view.scope(), &around)
        }
    }
}

/// What is said of a name if nothing was given to read it from.
const NO_INPUT: &str = "no input was given: name a file with -i FILE, or standard input with -i -";

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
