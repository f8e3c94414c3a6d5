//! `probelang-conformance live …`: the steps of `conformance/live/run`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::draw::draw;
use super::ledger::{Causes, Class};
use super::outcome::Outcome;
use super::program::{Program, Runtime};
use super::reduce::{candidates, pick, sort};
use crate::case::Case;

/// One step. Programs are read and written as lines of JSON.
#[derive(Subcommand)]
pub enum Step {
    /// Draw programs, of the seeds from FROM on
    Draw {
        /// Whose
        #[arg(value_enum)]
        runtime: Runtime,
        /// How many
        #[arg(long, default_value_t = 2_000)]
        count: u64,
        /// The first seed
        #[arg(long, default_value_t = 1)]
        from: u64,
    },
    /// Make programs of the cases of a runtime that the project wrote for its dialect rows
    Rows {
        /// Whose
        #[arg(value_enum)]
        runtime: Runtime,
        /// A file of cases
        cases: PathBuf,
    },
    /// Put the outcomes of a tracer, one per line, to the programs that it was given
    Join {
        /// The programs
        programs: PathBuf,
        /// The outcomes
        outcomes: PathBuf,
    },
    /// Print the programs on which the tracer and this engine disagree
    Disagree {
        /// Programs with outcomes
        programs: PathBuf,
    },
    /// Print smaller programs to ask the tracer
    Reduce {
        /// Programs with outcomes
        programs: PathBuf,
    },
    /// Print, for each program, the smallest answered one on which the runtimes still disagree
    Pick {
        /// Programs with outcomes
        programs: PathBuf,
        /// Smaller ones with outcomes
        answered: PathBuf,
    },
    /// Print the programs with the causes of the ledger, and on standard error the figures
    Judge {
        /// Programs with outcomes
        programs: PathBuf,
        /// Those on which the runtimes disagree, reduced
        reduced: PathBuf,
    },
}

/// Runs a step.
///
/// # Errors
/// A file that cannot be read or does not hold together, or a ledger that does not.
pub fn run(step: &Step, out: &mut dyn Write) -> Result<(), String> {
    let mut print =
        |program: &Program| writeln!(out, "{}", program.line()).map_err(|error| error.to_string());
    match step {
        Step::Draw { runtime, count, from } => {
            (*from..from.saturating_add(*count)).try_for_each(|seed| print(&draw(*runtime, seed)))
        }
        Step::Rows { runtime, cases } => rows(*runtime, cases)?.iter().try_for_each(print),
        Step::Join { programs, outcomes } => {
            let (programs, text) = (read(programs)?, text(outcomes)?);
            if programs.len() != text.lines().count() {
                return Err(format!("{} programs, {} outcomes", programs.len(), text.lines().count()));
            }
            programs.into_iter().zip(text.lines()).try_for_each(|(program, line)| {
                let tracer: Outcome =
                    serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
                print(&Program { tracer: Some(tracer), ..program })
            })
        }
        Step::Disagree { programs } => {
            read(programs)?.iter().filter(|program| sort(program).is_some()).try_for_each(print)
        }
        Step::Reduce { programs } => read(programs)?.iter().flat_map(candidates).try_for_each(|c| print(&c)),
        Step::Pick { programs, answered } => {
            let mut by_id: BTreeMap<String, Vec<Program>> = BTreeMap::new();
            for program in read(answered)? {
                by_id.entry(program.id.clone()).or_default().push(program);
            }
            read(programs)?.iter().try_for_each(|program| {
                print(&pick(program, by_id.get(&program.id).map_or(&[], Vec::as_slice)))
            })
        }
        Step::Judge { programs, reduced } => judge(&read(programs)?, &read(reduced)?, &mut print),
    }
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The programs of a file.
///
/// # Errors
/// Which line is wrong, or why the file cannot be read.
pub fn read(path: &Path) -> Result<Vec<Program>, String> {
    let text = text(path)?;
    text.lines()
        .map(|line| Program::read(line).map_err(|error| format!("{}: {error}", path.display())))
        .collect()
}

/// The cases of a runtime as programs.
fn rows(runtime: Runtime, path: &Path) -> Result<Vec<Program>, String> {
    let text = text(path)?;
    let mut programs = Vec::new();
    for line in text.lines() {
        let case = Case::read(line.as_bytes())?;
        let kind = case.kind.name();
        if case.preset()? != runtime.preset() || !["condition", "value", "template"].contains(&kind) {
            continue;
        }
        let line: serde_json::Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let vars = line.get("vars").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
        let json = line.get("json").cloned().unwrap_or_default();
        let (id, kind) = (case.id.clone(), kind.to_owned());
        programs.push(Program { id, runtime, kind, json, vars, tracer: None, cause: None });
    }
    Ok(programs)
}

/// Gives the disagreements their causes, and says how many there are of each.
fn judge(
    programs: &[Program],
    reduced: &[Program],
    print: &mut dyn FnMut(&Program) -> Result<(), String>,
) -> Result<(), String> {
    let causes = Causes::of_the_project()?;
    let by_id: BTreeMap<&str, &Program> =
        reduced.iter().map(|program| (program.id.as_str(), program)).collect();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut agree, mut unexplained) = (0usize, Vec::new());
    for program in programs {
        if sort(program).is_none() {
            agree += 1;
            print(program)?;
            continue;
        }
        let smallest = by_id.get(program.id.as_str()).copied().unwrap_or(program);
        let cause = causes.find(smallest);
        match cause {
            Some(cause) => *found.entry(cause.id.as_str()).or_default() += 1,
            None => unexplained.push(smallest),
        }
        print(&Program { cause: cause.map(|cause| cause.id.clone()), ..program.clone() })?;
    }
    let of = programs.len().max(1);
    let share = |count: usize| count as f64 * 100.0 / of as f64;
    let mut report = format!("{} programs, {agree} agree ({:.2} %)\n", programs.len(), share(agree));
    for (id, count) in &found {
        let class = causes.get(id).map(|cause| cause.class);
        let class = match class {
            Some(Class::Documented) => "documented",
            Some(Class::TracersBug) => "the tracer's bug",
            Some(Class::HostFact) => "host fact",
            None => "",
        };
        report.push_str(&format!("{count:6} {id} ({class})\n"));
    }
    let explained = programs.len().saturating_sub(unexplained.len());
    report.push_str(&format!(
        "{} without a cause; {:.2} % agree or have one\n",
        unexplained.len(),
        share(explained)
    ));
    for program in unexplained {
        let tracer = program.tracer.as_ref().map(Outcome::text).unwrap_or_default();
        let vars = serde_json::to_string(&program.vars).unwrap_or_default();
        report.push_str(&format!(
            "{} {} {} over {vars}\n    ours:   {}\n    tracer: {tracer}\n",
            program.id,
            program.kind,
            program.json,
            program.ours().text()
        ));
    }
    std::io::stderr().write_all(report.as_bytes()).map_err(|error| error.to_string())
}
