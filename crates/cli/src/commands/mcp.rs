//! `probelang mcp`: the server for agents.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use probelang_mcp::{Access, AuditLog, Config, Folders, Policy, Server};

use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};

/// Serve an agent over the Model Context Protocol, on standard input and output
///
/// The agent checks and evaluates expressions, and replays recorded hits. With --live it also looks at the running programs
/// of your user, and with --live=write it places temporary probes in them, within the policy; all that it does to
/// running programs is written to an audit log. It reads files in the folders that you name, and no others, and opens no network
/// connection.
///
/// You rarely start it yourself: put the command line into the settings of the agent's program.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  probelang mcp
  probelang mcp --folder recordings --live
  probelang mcp --live=write --policy agents.toml")]
pub struct Arguments {
    /// A folder that files may be read from (repeatable); without one no file is read
    #[arg(long = "folder", value_name = "DIR")]
    folders: Vec<PathBuf>,

    /// Look at running programs (read), or also create temporary probes in them (write)
    #[cfg(unix)]
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "HOW",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "read"
    )]
    live: Option<Live>,

    /// What the agent may do: a TOML file; without one the built-in policy counts
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Where what it does to running programs is written; without it the file probelang/audit.ndjson in $XDG_STATE_HOME or
    /// ~/.local/state
    #[cfg(unix)]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
}

#[cfg(unix)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Live {
    /// Look at them
    Read,
    /// Create temporary probes in them
    Write,
}

pub fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let mut config = Config::default();
    config.folders =
        Folders::open(&arguments.folders).map_err(|why| Failure::Data(format!("--folder: {why}")))?;
    if let Some(path) = &arguments.policy {
        config.policy = Policy::read(path).map_err(|error| Failure::Data(error.to_string()))?;
    }
    #[cfg(unix)]
    {
        let variable = |name: &str| std::env::var(name).ok();
        config.access = match arguments.live {
            None => Access::Offline,
            Some(Live::Read) => Access::Read,
            Some(Live::Write) => Access::Write,
        };
        if config.access == Access::Write {
            let path = arguments.audit.clone().or_else(|| AuditLog::usual_path(variable));
            config.audit = path.map(AuditLog::new);
        }
        config.sockets = probelang_control::folder_candidates(variable);
    }
    let server = Server::new(config).map_err(|error| Failure::Data(error.to_string()))?;
    console.flush()?;
    // the console has the lock of standard output for this thread, and answers come from another one
    let output = duplicate()?;
    let served = server.serve(&mut io::stdin().lock(), output);
    served.map_err(|error| Failure::Data(format!("cannot read standard input: {error}")))?;
    Ok(Status::Ok)
}

#[cfg(unix)]
fn duplicate() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd as _;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn duplicate() -> io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle as _;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}
