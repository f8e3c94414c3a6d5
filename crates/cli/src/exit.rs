//! Exit statuses, and how a command ends that cannot go on.

use std::io;
use std::process::ExitCode;

/// The exit status of the process. Of several inputs the highest counts, so the order matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Status {
    /// It worked; a condition was true.
    Ok = 0,
    /// A condition was false, a check that was asked for did not hold, or there is nothing of that name.
    False = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The expression is wrong.
    Expression = 3,
    /// The evaluation ended in a fault.
    Fault = 4,
    /// A limit was reached while running.
    Limit = 5,
    /// Something could not be read or written, or was not delivered.
    Input = 6,
    /// A defect of this program.
    Internal = 70,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// The command line is wrong in a way that only shows behind the parser of arguments.
    Usage(String),
    /// It was told already; this is the exit status.
    Told(Status),
    /// A file that is not data (an expression, a schema, an artifact) could not be read or written.
    File {
        /// What was tried, such as `read`.
        doing: &'static str,
        /// The file as the user named it.
        name: String,
        /// What the system says.
        error: io::Error,
    },
    /// Data of the command line that is no fault of its form.
    Data(String),
    /// Standard output or standard error does not take what is written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What a command gives.
pub type Outcome = Result<Status, Failure>;
