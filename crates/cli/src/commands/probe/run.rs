//! `probelang probe run`: probes over hits that were recorded.

use std::time::Duration;

use clap::{Args, ValueEnum};
use probelang::diagnostic::{Diagnostic, SourceText};
use probelang_probe::config::{Outcome as Became, ProbeFile};
use probelang_probe::replay::{Matching, Options, Replay};
use probelang_probe::settings::Settings;

use super::load::{Files, Loaded};
use crate::args::{Common, InputArgs};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::input::Next;
use crate::json::{Object, array, of};
use crate::reply::Reply;

/// Replay recorded hits: what would the probes have sent?
///
/// Every snapshot of the input is a hit of the probes whose place is where it was recorded, at the time at which it was
/// recorded: limits, conditions, captures and redaction are those of a running process. Prints what the probes send, one
/// JSON object on a line, or with --report what became of the hits of each probe: a forecast of events, bytes and cost.
///
/// A probe at ENTRY sees the frame `entry`, one at EXIT `return`, one at line N `lines.N`; where that was not recorded,
/// what comes nearest, and the hit counts as approximate. `timestamp` is the end of a call, `duration` its length. A plain
/// document has no place, and is a hit of every probe.
///
/// The same input gives the same output: no clock and no environment is read. With --sink events go to receivers
/// instead, and what was not delivered is reported at the end, with the reason.
///
/// The exit status is 3 if a probe cannot be used, and 6 if an input cannot or if an event was not delivered.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang probe run probes.json -i snapshots.ndjson
  probelang probe run probes.json -i snapshots.ndjson --report
  probelang probe run probes.json -i snapshots.ndjson --sink otlp:http://localhost:4318
  probelang probe new --log 'shop/cart.py:42' --when 'total > 100' --template 'total {total}' \\
    | probelang probe run - -i snapshots.ndjson --match all")]
pub struct Arguments {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    input: InputArgs,

    /// Which probes a recorded snapshot is a hit of
    #[arg(
        long = "match",
        value_enum,
        ignore_case = true,
        value_name = "WHICH",
        default_value = "location",
        help_heading = "Replay"
    )]
    matching: Which,

    /// Milliseconds between hits that have no time
    #[arg(long, value_name = "MS", default_value_t = 1_000, help_heading = "Replay")]
    interval: u64,

    /// What the ids of events follow from
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Replay")]
    seed: u64,

    /// Print instead what became of the hits of each probe, and why it was silent: one JSON object
    #[arg(long)]
    report: bool,

    /// Send events there instead of printing them (repeatable)
    ///
    /// `console`: a readable line of each on standard error. `jsonl:PATH`: JSON lines, appended to a file; `{pid}` is the number of
    /// the process. `otlp[:URL]`: OpenTelemetry over HTTP. `agent[:URL]`: the Datadog agent, http:// or unix://.
    /// `statsd[:ADDRESS]`: DogStatsD, HOST:PORT or unix://PATH. Without an address that of the environment counts, as
    /// docs/live.md lists, or else the usual one of this machine.
    #[cfg(unix)]
    #[arg(long = "sink", value_name = "SPEC")]
    sinks: Vec<String>,
}

/// Which probes a recorded snapshot is a hit of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Which {
    /// Those whose place is where it was recorded
    Location,
    /// All
    All,
}

pub fn run(arguments: &Arguments, common: &Common, console: &mut Console) -> Outcome {
    if arguments.input.frame.is_some() {
        let message = "--frame: a probe looks at the frame of its own moment: entry, return, or its line";
        return Err(Failure::Usage(message.to_owned()));
    }
    if arguments.input.inputs.is_empty() {
        return Err(Failure::Usage("no hits: name recorded snapshots with -i FILE".to_owned()));
    }
    if arguments.files.reads_stdin() && arguments.input.reads_stdin() {
        return Err(Failure::Usage("standard input cannot be both the probes and the hits".to_owned()));
    }
    let mut to = arguments.to()?;
    let engine = common.engine();
    let mut highest = Status::Ok;
    let mut all: Option<ProbeFile> = None;
    for Loaded { name, text, file } in arguments.files.load(&engine)? {
        let source = SourceText::new(&name, &text);
        console.report(&source, &file.diagnostics);
        let mut rejected = file.diagnostics.iter().any(Diagnostic::is_error);
        for entry in &file.probes {
            console.report(&source, &entry.diagnostics);
            rejected |= matches!(entry.outcome, Became::Rejected);
        }
        if rejected {
            highest = Status::Expression;
        }
        match &mut all {
            Some(all) => all.join(file),
            None => all = Some(file),
        }
    }
    let Some(file) = all else { return Ok(highest) };
    let matching = match arguments.matching {
        Which::Location => Matching::Location,
        Which::All => Matching::All,
    };
    let options = Options::default()
        .with_matching(matching)
        .with_interval(Duration::from_millis(arguments.interval))
        .with_seed(arguments.seed);
    let settings = Settings::default().with_process(arguments.files.process());
    let inputs = arguments.input.open()?.only(file.projection(), engine.redaction());
    let mut replay = Replay::new(&engine, file, settings, options);
    inputs.each(|next| {
        let unusable = match next {
            Next::Read(read) => match replay.hit(&read.item, read.vars()) {
                Ok(()) => return to.take(&mut replay, console),
                Err(error) => read.unusable(&error),
            },
            Next::Unusable(unusable) => unusable,
            Next::Nothing => return console.flush(),
        };
        highest = highest.max(Status::Input);
        console.flush()?;
        Reply::Unusable(unusable).write(&SourceText::nowhere(""), false, console)
    })?;
    replay.end();
    to.take(&mut replay, console)?;
    highest = highest.max(to.end(console));
    inputs.remark(engine.redaction(), console);
    match replay.placeless() {
        0 => {}
        1 => console.remark("1 snapshot has no place, so no probe is hit by it; `--match all` makes it a hit of each"),
        count => console.remark(&format!(
            "{count} snapshots have no place, so no probe is hit by them; `--match all` makes them hits of each"
        )),
    }
    if arguments.report {
        let probes = replay.reports().iter().map(of).collect::<Vec<_>>();
        let mut object = Object::new();
        object.raw("probes", &array(probes));
        console.line(&object.end())?;
    }
    Ok(highest)
}

/// Where events go.
enum To {
    /// To standard output.
    Lines,
    /// Nowhere: a report is wanted.
    Nowhere,
    /// To receivers.
    #[cfg(unix)]
    Sinks(Box<super::deliver::Delivery>),
}

impl Arguments {
    /// A specification is read here and not by the parser of arguments, which would repeat the password in one that is wrong.
    fn to(&self) -> Result<To, Failure> {
        #[cfg(unix)]
        if !self.sinks.is_empty() {
            let wrong = |error: probelang_control::SpecError| Failure::Usage(format!("--sink: {error}"));
            let specs =
                self.sinks.iter().map(|spec| spec.parse()).collect::<Result<_, _>>().map_err(wrong)?;
            return Ok(To::Sinks(Box::new(super::deliver::Delivery::new(specs))));
        }
        Ok(if self.report { To::Nowhere } else { To::Lines })
    }
}

impl To {
    /// Takes the events of a hit.
    fn take(&mut self, replay: &mut Replay, console: &mut Console) -> Result<(), Failure> {
        let events = replay.take();
        match self {
            Self::Nowhere => {}
            Self::Lines => {
                let mut text = String::new();
                for mut event in events {
                    text.clear();
                    event.write_json(replay.settings(), &mut text);
                    console.line(&text)?;
                }
            }
            #[cfg(unix)]
            Self::Sinks(delivery) => delivery.take(events, replay.settings())?,
        }
        Ok(())
    }

    /// Delivers what is left, and reports what was not.
    fn end(&self, console: &Console) -> Status {
        match self {
            Self::Lines | Self::Nowhere => Status::Ok,
            #[cfg(unix)]
            Self::Sinks(delivery) => delivery.end(console),
        }
    }
}
