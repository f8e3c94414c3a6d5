//! `probelang capture`: what a probe would send of an input.

use std::time::Duration;

use clap::{Args, ValueEnum};
use probelang::capture::{CaptureLimits, MIN_SIZE};
use probelang::diagnostic::SourceText;
use probelang::host::Names;

use crate::args::{Common, InputArgs};
use crate::capture::{Expression, MAX_SIZE, Output, Task};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::binding;

/// Capture an input as a snapshot: limited, redacted, of a bounded size
///
/// Prints what a probe would send of the data: one JSON object per input, in the format of the tracers, marked
/// with "producer": "probelang". It can be read back with -i. What is too deep, too long or too much is cut and
/// says so; values under redacted names are hidden. A plain document is captured as the locals of a return, a
/// recorded frame as what it is.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang capture -i order.json | probelang eval 'items[0].price' -i -
  probelang capture -i event.json --max-depth 2 --redact iban --format human
  probelang capture -i event.json --expr 'total=len(items)' --expr 'first=items[0]'
  probelang capture -i event.json --max-size 4096 --audit")]
pub struct Arguments {
    #[command(flatten)]
    input: InputArgs,

    /// Capture the value of an expression under a name, in place of the variables (repeatable)
    ///
    /// One that fails is an entry of evaluationErrors.
    #[arg(long = "expr", value_name = "NAME=EXPR", help_heading = "Source")]
    expressions: Vec<String>,

    /// Levels of collections and objects that are expanded
    #[arg(long, value_name = "N", default_value_t = CaptureLimits::default().depth, help_heading = "Limits")]
    max_depth: usize,

    /// Elements of a collection
    #[arg(long, value_name = "N", default_value_t = CaptureLimits::default().items, help_heading = "Limits")]
    max_items: usize,

    /// Characters of a string
    #[arg(long, value_name = "N", default_value_t = CaptureLimits::default().length, help_heading = "Limits")]
    max_length: usize,

    /// Fields of an object, and names of a group
    #[arg(long, value_name = "N", default_value_t = CaptureLimits::default().fields, help_heading = "Limits")]
    max_fields: usize,

    /// Bytes of the snapshot or event, at least 1024; what does not fit is pruned, the deepest parts first
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SIZE, help_heading = "Limits")]
    max_size: usize,

    /// Milliseconds that one capture may take, with its expressions; without it there is no deadline
    #[arg(long, value_name = "MS", help_heading = "Limits")]
    max_time: Option<u64>,

    /// How the capture is written: snapshot without it, human or json with --audit
    #[arg(long, value_enum, ignore_case = true, value_name = "FORM")]
    format: Option<CaptureFormat>,

    /// List instead what was hidden, cut or pruned: every path, and by which rule or limit
    #[arg(long)]
    audit: bool,
}

/// How a capture is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum CaptureFormat {
    /// The snapshot, one JSON object on a line
    Snapshot,
    /// The event around it, as a tracer sends it
    Event,
    /// A tree for people; with --audit a table
    Human,
    /// With --audit: one JSON object on a line
    Json,
}

impl Arguments {
    fn output(&self) -> Result<Output, Failure> {
        Ok(match (self.audit, self.format) {
            (false, None | Some(CaptureFormat::Snapshot)) => Output::Snapshot,
            (false, Some(CaptureFormat::Event)) => Output::Event,
            (false, Some(CaptureFormat::Human)) => Output::Tree,
            (true, None | Some(CaptureFormat::Human)) => Output::Table,
            (true, Some(CaptureFormat::Json)) => Output::Audit,
            (false, Some(CaptureFormat::Json)) => {
                return Err(Failure::Usage(
                    "--format json goes with --audit; a snapshot is JSON as it is".to_owned(),
                ));
            }
            (true, Some(CaptureFormat::Snapshot | CaptureFormat::Event)) => {
                return Err(Failure::Usage("--audit takes --format human or --format json".to_owned()));
            }
        })
    }
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    let output = arguments.output()?;
    if arguments.max_size < MIN_SIZE {
        let message = format!("--max-size takes at least {MIN_SIZE} bytes, not {}", arguments.max_size);
        return Err(Failure::Usage(message));
    }
    let engine = common.engine_with_schema(console)?;
    let mut names = Names::new();
    let mut expressions = Vec::new();
    for text in &arguments.expressions {
        let (name, source) = binding(text)
            .ok_or_else(|| Failure::Usage(format!("--expr takes NAME=EXPR, '{text}' has no '='")))?;
        if name.is_empty() {
            return Err(Failure::Usage(format!("--expr takes NAME=EXPR, '{text}' has no name")));
        }
        if expressions.iter().any(|other: &Expression| other.name == name) {
            return Err(Failure::Usage(format!("--expr has the name '{name}' twice")));
        }
        let origin = format!("<expression {name}>");
        match engine.expression(source) {
            Ok(program) => {
                console.report(&SourceText::new(&origin, program.source()), program.warnings());
                expressions.push(Expression { name: name.to_owned(), bound: program.bind(&mut names) });
            }
            Err(error) => {
                console.report(&error.source_text(&origin), &error.diagnostics);
                return Err(Failure::Told(Status::Expression));
            }
        }
    }
    let task = Task {
        expressions,
        names,
        policy: engine.redaction(),
        limits: CaptureLimits::default()
            .with_depth(arguments.max_depth)
            .with_items(arguments.max_items)
            .with_length(arguments.max_length)
            .with_fields(arguments.max_fields),
        size: arguments.max_size,
        time: arguments.max_time.map(Duration::from_millis),
        output,
    };
    task.run(&arguments.input.open()?, console)
}
