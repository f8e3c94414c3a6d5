//! The audit log: a line of JSON for each thing that an agent does to a running program, in a chain of hashes.
//!
//! ```text
//! {"number":1,"time":"2026-11-30T12:00:00Z",…,"previous":"000…","hash":"9f3…"}
//! ```
//!
//! `hash` is SHA-256 over the bytes of the line before `,"hash":`, and `previous` is the hash of the line before. A line that was
//! edited, removed or moved breaks the chain. What the chain cannot show is that lines were cut off at the end, or that
//! somebody wrote the whole file anew: for that the last hash is compared with one that was kept elsewhere.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use probelang::data::text::Object;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// What the first line has as the hash of the one before.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Bytes of a line at most: 256 KiB.
const LINE_BYTES: usize = 256 << 10;

/// An audit log that lines are added to. Several processes may write the same one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditLog {
    path: PathBuf,
}

/// Why a line was not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The system says so.
    #[error("the audit log {path} cannot be written: {error}")]
    System {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Its end is not a whole line with the right hash.
    #[error(
        "the last line of the audit log {path} is broken: see `probelang audit verify {path}`, and move the file away"
    )]
    Broken {
        /// The file.
        path: String,
    },
}

impl AuditLog {
    /// The log at this path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where a log is if nobody says otherwise: `probelang/audit.ndjson` in `$XDG_STATE_HOME` or `~/.local/state`. None
    /// without a home.
    #[must_use]
    pub fn usual_path(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
        Some(state.join("probelang/audit.ndjson"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sees whether lines can be added: makes the file and its folder, readable by their owner only, if they are not there.
    ///
    /// # Errors
    /// [`AuditError`].
    pub fn check(&self) -> Result<(), AuditError> {
        let failed = |error| self.failed(error);
        let mut file = self.locked().map_err(failed)?;
        self.last(&mut file).map(drop)
    }

    /// Adds a line, with the members of `record` between its number and its hashes, and waits until the system has stored it.
    /// Gives its hash.
    ///
    /// # Errors
    /// [`AuditError`]. Nothing was added then, as far as the system says.
    pub fn add(&self, record: impl FnOnce(&mut Object)) -> Result<String, AuditError> {
        let failed = |error| self.failed(error);
        let mut file = self.locked().map_err(failed)?;
        let (number, previous) = self.last(&mut file)?;
        let mut object = Object::new();
        object.number("number", number.saturating_add(1));
        record(&mut object);
        object.string("previous", &previous);
        let body = object.end();
        let body = body.strip_suffix('}').unwrap_or(&body);
        let hash = hash(body.as_bytes());
        let line = format!("{body},\"hash\":\"{hash}\"}}\n");
        if line.len() > LINE_BYTES {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "the line is too long")));
        }
        file.write_all(line.as_bytes()).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        Ok(hash)
    }

    fn failed(&self, error: io::Error) -> AuditError {
        AuditError::System { path: self.path.display().to_string(), error }
    }

    /// The file, for this process only until it is closed.
    fn locked(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK);
        }
        let file = options.open(&self.path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
        }
        file.lock()?;
        Ok(file)
    }

    /// The number and the hash of the last line.
    fn last(&self, file: &mut File) -> Result<(u64, String), AuditError> {
        let failed = |error| self.failed(error);
        let broken = || AuditError::Broken { path: self.path.display().to_string() };
        let length = file.metadata().map_err(failed)?.len();
        if length == 0 {
            return Ok((0, START.to_owned()));
        }
        let window = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        file.seek(SeekFrom::Start(length.saturating_sub(window))).map_err(failed)?;
        let mut end = Vec::new();
        file.read_to_end(&mut end).map_err(failed)?;
        let line = end.strip_suffix(b"\n").and_then(|end| end.rsplit(|byte| *byte == b'\n').next());
        let line = line.and_then(|line| Line::read(line).ok()).ok_or_else(broken)?;
        Ok((line.number, line.hash))
    }
}

#[cfg(unix)]
fn create_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a line says of the chain.
#[derive(Deserialize)]
struct Line {
    number: u64,
    previous: String,
    hash: String,
}

impl Line {
    /// Reads a line whose own hash is right.
    fn read(bytes: &[u8]) -> Result<Self, Break> {
        let line: Self = serde_json::from_slice(bytes).map_err(|_| Break::NotALine)?;
        let end = format!(",\"hash\":\"{}\"}}", line.hash);
        match bytes.strip_suffix(end.as_bytes()) {
            Some(body) if hash(body) == line.hash => Ok(line),
            _ => Err(Break::Edited),
        }
    }
}

/// An audit log whose chain holds.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Verified {
    /// How many lines it has.
    pub lines: u64,
    /// The hash of the last one; [`START`] of an empty log.
    pub head: String,
    /// How many lines come after the one that has the hash that was asked for.
    pub after: Option<u64>,
}

/// How a chain is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Break {
    /// The line is not a line of an audit log.
    NotALine,
    /// The line is not the one that was written.
    Edited,
    /// Lines are missing before it.
    Removed {
        /// The number of the first one that is missing.
        first: u64,
        /// The number of the last one.
        last: u64,
    },
    /// The line was moved, or is there again.
    Reordered {
        /// The number that it should have.
        expected: u64,
        /// The number that it has.
        found: u64,
    },
    /// The line before it was replaced by another one with a right hash.
    Replaced,
    /// The last line has no end.
    Truncated,
    /// No line has the hash that was asked for: the end was cut off, or the file was written anew.
    NoHead,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotALine => f.write_str("it is not a line of an audit log"),
            Self::Edited => f.write_str("it was edited: its hash does not fit its text"),
            Self::Removed { first, last } if first == last => {
                write!(f, "removed: line number {first}, which comes before it, is missing")
            }
            Self::Removed { first, last } => {
                write!(f, "removed: the lines with the numbers {first} to {last}, which come before it, are missing")
            }
            Self::Reordered { expected, found } => {
                write!(f, "reordered: it has the number {found} where {expected} comes next")
            }
            Self::Replaced => f.write_str("the line before it was replaced: this one continues another"),
            Self::Truncated => f.write_str("truncated: it has no end"),
            Self::NoHead => f.write_str(
                "no line has the hash that was given: lines were cut off at the end, or the file was written anew",
            ),
        }
    }
}

/// Why a log was not verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It cannot be read.
    #[error(transparent)]
    System(#[from] io::Error),
    /// Its chain is broken.
    #[error("line {line}: {how}")]
    Broken {
        /// The first line that does not fit, from 1.
        line: u64,
        /// How.
        how: Break,
    },
}

/// Goes through the chain of an audit log. With `head`, a hash that was kept elsewhere, also sees whether that line is still there.
///
/// # Errors
/// [`VerifyError`] with the first line that is broken.
///
/// # Cost
/// Linear in the file; has one line of it in memory.
pub fn verify(path: &Path, head: Option<&str>) -> Result<Verified, VerifyError> {
    let mut input = BufReader::new(File::open(path)?);
    let mut verified =
        Verified { lines: 0, head: START.to_owned(), after: (head == Some(START)).then_some(0) };
    let most = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    loop {
        let mut bytes = Vec::new();
        input.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            break;
        }
        let number = verified.lines.saturating_add(1);
        let broken = |how| VerifyError::Broken { line: number, how };
        let Some(text) = bytes.strip_suffix(b"\n") else {
            let too_long = bytes.len() > LINE_BYTES;
            return Err(broken(if too_long { Break::NotALine } else { Break::Truncated }));
        };
        let line = Line::read(text).map_err(broken)?;
        if line.number > number {
            return Err(broken(if comes_later(&mut input, number)? {
                Break::Reordered { expected: number, found: line.number }
            } else {
                Break::Removed { first: number, last: line.number.saturating_sub(1) }
            }));
        }
        if line.number < number {
            return Err(broken(Break::Reordered { expected: number, found: line.number }));
        }
        if line.previous != verified.head {
            return Err(broken(Break::Replaced));
        }
        verified.lines = number;
        verified.head = line.hash;
        if head == Some(verified.head.as_str()) {
            verified.after = Some(0);
        } else if let Some(after) = &mut verified.after {
            *after = after.saturating_add(1);
        }
    }
    if head.is_some() && verified.after.is_none() {
        return Err(VerifyError::Broken { line: verified.lines, how: Break::NoHead });
    }
    Ok(verified)
}

/// Whether a line with this number is among those that are left.
fn comes_later(input: &mut impl BufRead, number: u64) -> io::Result<bool> {
    let most = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    loop {
        let mut bytes = Vec::new();
        if input.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(false);
        }
        if serde_json::from_slice::<Line>(&bytes).is_ok_and(|line| line.number == number) {
            return Ok(true);
        }
    }
}
