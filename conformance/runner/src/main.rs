//! `probelang-conformance run FILE…`, `… portable FILE…`, `… export FILE…` and `… live STEP`.
//!
//! Exit status: 0 when nothing failed, 1 when something did, 2 for a mistake on the command line, 6 for a
//! file that cannot be read.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use probelang::dialect::Preset;
use probelang_conformance::engine::Engine;
use probelang_conformance::ledger::Ledger;
use probelang_conformance::run::{CaseFile, Runner, read_files};
use probelang_conformance::{engines, export, live, portable, report};

/// Runs conformance cases.
#[derive(Parser)]
#[command(name = "probelang-conformance")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every case under the preset of its source
    Run {
        #[command(flatten)]
        common: Common,
        /// Run all under this preset instead
        #[arg(long, value_name = "NAME", value_parser = preset)]
        dialect: Option<Preset>,
    },
    /// Print every case as data for other ways into the engine: its names as a snapshot, and the answer over it
    Export {
        /// Files of cases, one per line, or directories of *.ndjson
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Ask the tracers themselves: the steps of `conformance/live/run`
    Live {
        #[command(subcommand)]
        step: live::command::Step,
    },
    /// Run every core case under `portable` and name the rows on which its misses rest
    Portable {
        #[command(flatten)]
        common: Common,
    },
}

#[derive(clap::Args)]
struct Common {
    /// Files of cases, one per line, or directories of *.ndjson
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value = "table")]
    report: Format,
    /// Which engine
    #[arg(long, value_enum, default_value = "vm")]
    engine: Chosen,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Failures and a table
    Table,
    /// JSON
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Chosen {
    /// Compiler and VM
    Vm,
    /// The reference evaluator
    Walker,
    /// Compiler and VM through the C interface; for `run` only, since it has no dialects but the presets
    C,
}

impl Chosen {
    fn engine(self) -> &'static dyn Engine {
        match self {
            Self::Vm => &engines::Vm,
            Self::Walker => &engines::Walker,
            Self::C => &engines::CInterface,
        }
    }
}

fn preset(name: &str) -> Result<Preset, String> {
    Preset::find(name).ok_or_else(|| {
        let names: Vec<&str> = Preset::ALL.into_iter().map(Preset::name).collect();
        format!("no such dialect; there are {}", names.join(", "))
    })
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(code) => ExitCode::from(code),
        Err(Trouble { code, message }) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::from(code)
        }
    }
}

struct Trouble {
    code: u8,
    message: String,
}

/// Prints the cases of files as data, and on standard error how many were left out and why.
fn export(files: &[PathBuf]) -> Result<u8, Trouble> {
    let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = std::io::stdout().lock();
    for file in read(files)? {
        for line in &file.lines {
            match line.case.as_ref().map_err(Clone::clone).and_then(export::line) {
                Ok(text) => {
                    let _ = writeln!(out, "{text}");
                }
                Err(why) => *left_out.entry(why).or_default() += 1,
            }
        }
    }
    for (why, count) in left_out {
        let _ = writeln!(std::io::stderr(), "left out: {count}: {why}");
    }
    Ok(0)
}

fn read(files: &[PathBuf]) -> Result<Vec<CaseFile>, Trouble> {
    read_files(files).map_err(|unreadable| Trouble {
        code: 6,
        message: format!("{} cannot be read: {}", unreadable.path.display(), unreadable.why),
    })
}

fn run(command: Command) -> Result<u8, Trouble> {
    let defect = |message: String| Trouble { code: 1, message };
    let ledger = Ledger::of_the_project().map_err(defect)?;
    let common = match &command {
        Command::Run { common, .. } | Command::Portable { common } => common,
        Command::Export { files } => return export(files),
        Command::Live { step } => {
            live::command::run(step, &mut std::io::stdout().lock()).map_err(defect)?;
            return Ok(0);
        }
    };
    let files = read(&common.files)?;
    let (engine, format) = (common.engine.engine(), common.report);
    let (failed, text) = match command {
        Command::Run { dialect, .. } => {
            let runner = Runner { engine, dialect, ledger: &ledger };
            let reports: Vec<_> = files.iter().map(|file| runner.file(file)).collect();
            let failed = reports.iter().any(|report| report.failed > 0);
            (
                failed,
                if format == Format::Json { report::json(&reports) } else { Ok(report::run_table(&reports)) },
            )
        }
        Command::Export { .. } | Command::Live { .. } => return Ok(0),
        Command::Portable { .. } => {
            let reports: Vec<_> = files.iter().map(|file| portable::file(engine, &ledger, file)).collect();
            let failed = reports.iter().any(|report| report.failed > 0);
            let text = if format == Format::Json {
                report::json(&reports)
            } else {
                Ok(report::portable_table(&reports))
            };
            (failed, text)
        }
    };
    let text = text.map_err(defect)?;
    let mut out = std::io::stdout().lock();
    // a closed pipe is no failure of a case
    let _ = out
        .write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
    Ok(u8::from(failed))
}
