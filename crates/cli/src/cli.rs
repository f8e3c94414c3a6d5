//! The command line as a whole: every command, and how each is run.
//!
//! Only `main` looks at this file. A command that needs the whole command line, such as `man`, is given it.

use clap::{CommandFactory, Parser, Subcommand};
use probelang_project::Project;

use crate::args::Common;
use crate::commands;
use crate::console::Console;
use crate::exit::Outcome;

/// Evaluate, check, format and convert the expressions of dynamic instrumentation.
///
/// An expression comes as an argument, from a file (-f) or as wire JSON (--json); the values it speaks of from
/// JSON documents or recorded snapshots (-i) and from --var.
#[derive(Parser, Debug)]
#[command(
    name = "probelang",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = false,
    max_term_width = 100,
    after_long_help = EXIT_STATUSES
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
    /// What probelang.toml says.
    #[arg(skip)]
    pub project: Project,
}

/// What the numbers mean that the process ends with.
const EXIT_STATUSES: &str = "\
Exit status:
  0   it worked; a condition was true
  1   a condition was false (test), a program is not formatted (fmt --check), a name
      is not redacted (redaction NAME), there is no such program or probe, or a
      program refuses what it is asked (live), an audit log is broken (audit verify)
  2   the command line is wrong
  3   the expression is wrong, or beyond a limit on text or tree; an artifact is rejected
  4   the evaluation ended in a fault
  5   a limit was reached while running
  6   an input or output could not be read or written, events were not delivered
      (probe run --sink), a program did not reply (live)
  70  internal error, please report it
Of several inputs the highest status counts.";

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    Eval(commands::eval::Arguments),
    Test(commands::test::Arguments),
    Filter(commands::filter::Arguments),
    Render(commands::render::Arguments),
    Metric(commands::metric::Arguments),
    Capture(commands::capture::Arguments),
    Fmt(commands::fmt::Arguments),
    Convert(commands::convert::Arguments),
    Ast(commands::ast::Arguments),
    Trace(commands::trace::Arguments),
    Repl(commands::repl::Arguments),
    Asm(commands::asm::Arguments),
    Compile(commands::compile::Arguments),
    Run(commands::run::Arguments),
    Verify(commands::verify::Arguments),
    Disasm(commands::disasm::Arguments),
    Probe(commands::probe::Arguments),
    #[cfg(unix)]
    Live(commands::live::Arguments),
    Lsp(commands::lsp::Arguments),
    Mcp(commands::mcp::Arguments),
    Audit(commands::audit::Arguments),
    Diff(commands::diff::Arguments),
    Check(commands::check::Arguments),
    Schema(commands::schema::Arguments),
    Explain(commands::explain::Arguments),
    Functions(commands::functions::Arguments),
    Redaction(commands::redaction::Arguments),
    Examples(commands::examples::Arguments),
    Completions(commands::completions::Arguments),
    Man(commands::man::Arguments),
}

impl Cli {
    /// Runs the command.
    pub fn run(&self, console: &mut Console) -> Outcome {
        let common = &self.common;
        match &self.command {
            Command::Eval(arguments) => commands::eval::run(arguments, common, console),
            Command::Test(arguments) => commands::test::run(arguments, common, console),
            Command::Filter(arguments) => commands::filter::run(arguments, common, console),
            Command::Render(arguments) => commands::render::run(arguments, common, console),
            Command::Metric(arguments) => commands::metric::run(arguments, common, console),
            Command::Capture(arguments) => commands::capture::run(arguments, common, console),
            Command::Fmt(arguments) => commands::fmt::run(arguments, console),
            Command::Convert(arguments) => commands::convert::run(arguments, console),
            Command::Ast(arguments) => commands::ast::run(arguments, console),
            Command::Trace(arguments) => commands::trace::run(arguments, common, console),
            Command::Repl(arguments) => commands::repl::run(arguments, common, console),
            Command::Asm(arguments) => commands::asm::run(arguments, common, console),
            Command::Compile(arguments) => commands::compile::run(arguments, common, console),
            Command::Run(arguments) => commands::run::run(arguments, common, console),
            Command::Verify(arguments) => commands::verify::run(arguments, console),
            Command::Disasm(arguments) => commands::disasm::run(arguments, console),
            Command::Probe(arguments) => commands::probe::run(arguments, common, console),
            #[cfg(unix)]
            Command::Live(arguments) => commands::live::run(arguments, common, console),
            Command::Lsp(arguments) => commands::lsp::run(arguments, common, console),
            Command::Mcp(arguments) => commands::mcp::run(arguments, console),
            Command::Audit(arguments) => commands::audit::run(arguments, console),
            Command::Diff(arguments) => commands::diff::run(arguments, common, console),
            Command::Check(arguments) => commands::check::run(arguments, common, &self.project, console),
            Command::Schema(arguments) => commands::schema::run(arguments, common, console),
            Command::Explain(arguments) => commands::explain::run(arguments, console),
            Command::Functions(arguments) => commands::functions::run(arguments, console),
            Command::Redaction(arguments) => commands::redaction::run(arguments, common, console),
            Command::Examples(arguments) => commands::examples::run(arguments, console),
            Command::Completions(arguments) => {
                commands::completions::run(arguments, &mut Self::command(), console)
            }
            Command::Man(arguments) => commands::man::run(arguments, Self::command(), console),
        }
    }
}
