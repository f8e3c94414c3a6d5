//! Inputs captured, one after the other, and how that is written.

use std::time::Duration;

use probelang::Bound;
use probelang::capture::{Audit, Capture, CaptureLimits, Named, Order, Settings, Subject};
use probelang::diagnostic::SourceText;
use probelang::host::{Budget, Names, RunLimits, SystemClock};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode};

use crate::console::Console;
use crate::exit::{Outcome, Status};
use crate::input::{Came, Inputs, Unusable};
use crate::json;
use crate::render::capture as render;
use crate::reply::Reply;

/// Bytes of a snapshot or event that nobody limited: 1 MiB, what the intake takes.
pub const MAX_SIZE: usize = 1 << 20;

/// An expression whose value is captured.
pub struct Expression {
    /// The name that it is captured under.
    pub name: String,
    /// The expression.
    pub bound: Bound<probelang::Expression>,
}

/// What is written of a capture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// The snapshot.
    Snapshot,
    /// The event around it.
    Event,
    /// A tree for people.
    Tree,
    /// A table of what is missing.
    Table,
    /// The same as JSON.
    Audit,
}

/// What is captured of every input.
pub struct Task<'t> {
    /// Expressions in place of the variables.
    pub expressions: Vec<Expression>,
    /// The names of the expressions.
    pub names: Names,
    /// What is redacted.
    pub policy: &'t Policy,
    /// How much of a value is shown.
    pub limits: CaptureLimits,
    /// Bytes of a snapshot or event.
    pub size: usize,
    /// How long one capture may take.
    pub time: Option<Duration>,
    /// What is written.
    pub output: Output,
}

/// What came of inputs, and memory that is used again.
#[derive(Default)]
struct Batch {
    done: Vec<Result<String, Box<Unusable>>>,
    capture: Capture,
}

impl Task<'_> {
    /// Captures every input and writes what came of it.
    ///
    /// # Errors
    /// If the output takes no more.
    pub fn run(&self, inputs: &Inputs, console: &mut Console) -> Outcome {
        let mut highest = Status::Ok;
        let (palette, width) = (console.palette(), console.width());
        let finish = |json: String, pruned: bool| match self.output {
            Output::Snapshot | Output::Event => json,
            Output::Tree => Self::read(&json, |recorded| render::tree(recorded, palette, width)),
            Output::Table | Output::Audit => match Audit::under(json.as_bytes(), self.policy) {
                Ok(audit) if self.output == Output::Audit => json::of(&audit),
                Ok(audit) => render::table(&audit, pruned, palette),
                // what was written reads back
                Err(error) => error.to_string(),
            },
        };
        inputs.run_opened(
            self.expressions.is_empty(),
            self.policy,
            |batch: &mut Batch, _, subject| {
                let (json, pruned) = self.capture(&subject?, &mut batch.capture);
                Ok(finish(json, pruned))
            },
            |batch, result| batch.done.push(result),
            |came| {
                let (results, several, waits) = match came {
                    Came::Only(result) => (vec![result], false, false),
                    Came::Several { gathered, waits } => (gathered.done, true, waits),
                };
                for result in results {
                    match result {
                        Ok(text) => {
                            let line = format!("{}\n", text.trim_end_matches('\n'));
                            // the others are JSON, in which what a terminal obeys may be written as it is
                            match self.output {
                                Output::Tree | Output::Table => console.styled(&line)?,
                                Output::Snapshot | Output::Event | Output::Audit => console.text(&line)?,
                            }
                        }
                        Err(unusable) => {
                            let reply = Reply::Unusable(unusable);
                            highest =
                                highest.max(if several { reply.status_of_many() } else { reply.status() });
                            console.flush()?;
                            reply.write(&SourceText::nowhere(""), false, console)?;
                        }
                    }
                }
                if waits { console.flush() } else { Ok(()) }
            },
        )?;
        Ok(highest)
    }

    /// The snapshot or event of an input, and whether something was left out because of its size.
    fn capture(&self, subject: &Subject<'_>, capture: &mut Capture) -> (String, bool) {
        let clock = SystemClock;
        let mut budget = match self.time {
            Some(deadline) => {
                Budget::new(RunLimits::default().with_steps(u64::MAX).with_deadline(deadline), &clock)
            }
            None => Budget::steps(u64::MAX),
        };
        let expressions: Vec<Named<'_>> = self
            .expressions
            .iter()
            .map(|expression| Named { name: &expression.name, program: &expression.bound, limits: None })
            .collect();
        let order = Order {
            settings: Settings { policy: self.policy, limits: self.limits },
            expressions: &expressions,
            names: &self.names,
            size: self.size,
            event: self.output == Output::Event,
        };
        let mut text = String::new();
        let written = subject.write(capture, &order, &mut budget, &mut text);
        (text, written.pruned)
    }

    /// Reads a snapshot that was written.
    fn read(json: &str, show: impl Fn(&probelang::snapshot::Recorded<'_>) -> String) -> String {
        let mut reader = InputReader::new();
        let items = reader.read(json.as_bytes(), Mode::Snapshot);
        match items.map(|mut items| items.next()) {
            Ok(Some(Ok(Item::Recorded(recorded)))) => show(&recorded),
            // what was written reads back
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }
}
