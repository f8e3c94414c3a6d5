//! The other end of status sockets: finds the processes of a user that have probes, and asks them.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::folder::{Folder, FolderError};
use crate::protocol::{
    Cancelled, Create, Created, PROTOCOL, Poll, Process, REQUEST_BYTES, Request, Samples, Written,
};

/// How long a process may take to reply. It takes at most 1 s for each of those who ask at the same time.
const TIME: Duration = Duration::from_secs(5);
/// Bytes of a reply: 64 MiB, a set of 10,000 probes several times.
const REPLY_BYTES: u64 = 64 << 20;

/// The status socket of a process.
#[derive(Clone, Debug)]
pub struct Socket {
    folder: Arc<Folder>,
    name: OsString,
}

/// Why a process did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The process is gone.
    #[error("the process is gone")]
    Gone,
    /// It does not reply in time: it is stopped, say, or others ask it too often.
    #[error("the process does not reply")]
    Silent,
    /// It rejects the request.
    #[error("{0}")]
    Refused(String),
    /// It does not speak this protocol.
    #[error("the process speaks another protocol: {0}")]
    Foreign(String),
    /// The system says so.
    #[error(transparent)]
    System(#[from] io::Error),
}

/// The status sockets in these [folders](crate::folder_candidates), and what kept it from looking into some of them. A folder
/// that does not exist has none.
///
/// # Cost
/// Reads each folder; asks nobody.
#[must_use]
pub fn sockets(folders: &[PathBuf]) -> (Vec<Socket>, Vec<FolderError>) {
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for path in folders {
        let found = Folder::open(path).and_then(|folder| {
            let names = folder.sockets();
            let names = names.map_err(|error| FolderError::System { path: path.clone(), error })?;
            Ok((folder, names))
        });
        match found {
            Ok((folder, names)) => {
                let folder = Arc::new(folder);
                all.extend(names.into_iter().map(|name| Socket { folder: Arc::clone(&folder), name }));
            }
            Err(FolderError::Missing { .. }) => {}
            Err(error) => errors.push(error),
        }
    }
    (all, errors)
}

impl Socket {
    /// Its path, for people.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }

    /// The number of the process that made it, if its name says so.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        let name = self.name.to_str()?.strip_suffix(".sock")?;
        name.split('-').next()?.parse().ok()
    }

    /// Asks the process. Removes the socket if nobody listens to it any more.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn ask(&self, request: &Request) -> Result<Process, AskError> {
        self.exchange(request)
    }

    /// Creates a temporary probe in the process. It does not wait for hits: what they give is fetched with
    /// [`samples`](Self::samples).
    ///
    /// # Errors
    /// [`AskError`]; it is [`Refused`](AskError::Refused) with what is wrong if the process does not take the probe.
    pub fn create(&self, create: &Create) -> Result<Created, AskError> {
        // a request is one line, and texts of JSON have no line breaks
        let line = create.probe.replace(['\n', '\r'], " ");
        let probe = RawValue::from_string(line)
            .map_err(|error| AskError::Refused(format!("the probe is not JSON: {error}")))?;
        self.exchange(&create.written(&probe))
    }

    /// Fetches events of a temporary probe. It does not wait for them.
    ///
    /// # Errors
    /// [`AskError`]; it is [`Refused`](AskError::Refused) if the process has no such temporary probe, or not any more.
    pub fn samples(&self, poll: &Poll) -> Result<Samples, AskError> {
        self.exchange(&poll.written())
    }

    /// Ends a temporary probe, and drops its events. One that has ended can be dropped so too.
    ///
    /// # Errors
    /// [`AskError`]; it is [`Refused`](AskError::Refused) if the process has no such temporary probe, or not any more.
    pub fn cancel(&self, id: &str) -> Result<Cancelled, AskError> {
        self.exchange(&Written::Cancel { id })
    }

    fn exchange<T: DeserializeOwned>(&self, request: &impl Serialize) -> Result<T, AskError> {
        let until = Instant::now().checked_add(TIME);
        let mut line = serde_json::to_vec(request).unwrap_or_default();
        line.push(b'\n');
        if line.len() > REQUEST_BYTES {
            return Err(AskError::Refused(format!("a request has at most {REQUEST_BYTES} bytes")));
        }
        let mut stream = self.connect(until)?;
        stream.set_write_timeout(Some(left(until)?))?;
        stream.write_all(&line).map_err(silent)?;
        let reply = read(&stream, until)?;
        #[derive(Deserialize)]
        struct Head {
            protocol: u32,
            error: Option<String>,
        }
        let foreign = |error: serde_json::Error| AskError::Foreign(error.to_string());
        match serde_json::from_slice::<Head>(&reply).map_err(foreign)? {
            Head { error: Some(error), .. } => Err(AskError::Refused(error)),
            Head { protocol: PROTOCOL, .. } => serde_json::from_slice(&reply).map_err(foreign),
            Head { protocol, .. } => Err(AskError::Foreign(format!("number {protocol}, not {PROTOCOL}"))),
        }
    }

    fn connect(&self, until: Option<Instant>) -> Result<UnixStream, AskError> {
        loop {
            match self.folder.connect(&self.name) {
                Ok(stream) => {
                    stream.set_nonblocking(false)?;
                    return Ok(stream);
                }
                // a process that is stopped must not stop this one
                Err(Errno::EAGAIN) => {
                    let pause = left(until)?.min(Duration::from_millis(10));
                    std::thread::sleep(pause);
                }
                Err(Errno::ECONNREFUSED) => {
                    self.folder.remove(&self.name);
                    return Err(AskError::Gone);
                }
                Err(Errno::ENOENT) => return Err(AskError::Gone),
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
    }
}

/// Reads a line.
fn read(mut stream: &UnixStream, until: Option<Instant>) -> Result<Vec<u8>, AskError> {
    let mut reply = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        stream.set_read_timeout(Some(left(until)?))?;
        let read = match stream.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(silent(error)),
        };
        let new = chunk.get(..read).unwrap_or_default();
        let end = new.iter().position(|byte| *byte == b'\n');
        reply.extend(new.get(..end.unwrap_or(read)).unwrap_or_default());
        if end.is_some() {
            return Ok(reply);
        }
        if read == 0 {
            return Err(AskError::Gone);
        }
        if u64::try_from(reply.len()).is_ok_and(|bytes| bytes > REPLY_BYTES) {
            return Err(AskError::Foreign("the reply has no end".to_owned()));
        }
    }
}

fn left(until: Option<Instant>) -> Result<Duration, AskError> {
    let left = until.map_or(TIME, |until| until.saturating_duration_since(Instant::now()));
    if left.is_zero() { Err(AskError::Silent) } else { Ok(left) }
}

/// A process that ended while it was asked, or takes too long.
fn silent(error: io::Error) -> AskError {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => AskError::Silent,
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => AskError::Gone,
        _ => AskError::System(error),
    }
}
