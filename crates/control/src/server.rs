//! The status socket of a process: who may ask, and that nobody who asks can disturb.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, RawFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use nix::unistd::geteuid;
use serde::Serialize;

use crate::folder::{Folder, FolderError};
use crate::protocol::{Ask, PROTOCOL, REQUEST_BYTES, Reply};

/// How long a request may take to come, and its reply to be taken.
const TIME: Duration = Duration::from_secs(1);
/// How many requests are answered at a time on threads of their own.
const ASIDE: usize = 4;
/// How many names are tried: where processes of several namespaces share a folder, their numbers may be the same.
const NAMES: u32 = 16;

/// Answers a request of somebody, or says why not.
pub(crate) type Answer = Arc<dyn Fn(Ask, Peer) -> Result<Reply, String> + Send + Sync>;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Peer {
    /// The user.
    pub uid: u32,
    /// The process, where the system says so.
    pub pid: Option<u32>,
}

/// A status socket that is served.
pub(crate) struct Server {
    folder: Folder,
    name: OsString,
    /// What the thread listens to; it owns it.
    listener: RawFd,
    /// Written to stop the thread.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Opens the socket of this process in the first of the folders that can be used, and serves it on a thread of its own.
    /// Also says what kept it from using others.
    pub fn start(folders: &[PathBuf], answer: Answer) -> (Option<Self>, Vec<String>) {
        let mut notes = Vec::new();
        for path in folders {
            match Self::start_in(path, &answer) {
                Ok(server) => return (Some(server), notes),
                // the folder of the user's session is not everywhere
                Err(Failed::Folder(FolderError::Missing { .. })) => {}
                Err(Failed::Folder(error)) => notes.push(error.to_string()),
                Err(Failed::System(error)) => {
                    notes.push(format!("no status socket in `{}`: {error}", path.display()));
                }
            }
        }
        notes.push("there is no status socket, so `probelang live` does not see this process".to_owned());
        (None, notes)
    }

    fn start_in(path: &Path, answer: &Answer) -> Result<Self, Failed> {
        let folder = Folder::create(path).map_err(Failed::Folder)?;
        let (listener, name) = listen(&folder)?;
        let (stop, stopped) = UnixStream::pair()?;
        let descriptor = listener.as_raw_fd();
        let answer = Arc::clone(answer);
        let thread = thread::Builder::new()
            .name("probelang-status".to_owned())
            .spawn(move || serve(&listener, &stopped, &answer))?;
        Ok(Self { folder, name, listener: descriptor, stop: Some(stop), thread: Some(thread) })
    }

    /// Removes the socket and stops the thread, which ends at the latest when the request that it serves is over.
    pub fn stop(&mut self) -> Option<JoinHandle<()>> {
        if let Some(mut stop) = self.stop.take() {
            self.folder.remove(&self.name);
            // to close it is not enough: a child of a fork may have it too
            let _ = stop.write_all(&[0]);
        }
        self.thread.take()
    }

    /// Closes, in a child of the process that has it, the socket that the child has inherited but does not serve: who asks
    /// the parent after its end shall be refused, not wait. The socket must not be used any more.
    pub fn close_inherited(&self) {
        // the thread that owns the descriptor does not exist in the child
        let _ = nix::unistd::close(self.listener);
    }
}

/// Why there is no socket in a folder.
enum Failed {
    Folder(FolderError),
    System(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// A socket in the folder, under a name that no living process has. It gets the name when it listens: who finds it and is
/// refused may take it for dead.
fn listen(folder: &Folder) -> io::Result<(UnixListener, OsString)> {
    let pid = std::process::id();
    let made = OsString::from(format!(".{pid}.new"));
    folder.remove(&made);
    let listener = UnixListener::bind(folder.address(&made))?;
    listener.set_nonblocking(true)?;
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    fchmodat(folder.descriptor(), made.as_os_str(), mode, FchmodatFlags::FollowSymlink)?;
    for number in 0..NAMES {
        let name = OsString::from(match number {
            0 => format!("{pid}.sock"),
            number => format!("{pid}-{number}.sock"),
        });
        if !is_served(folder, &name) {
            folder.rename(&made, &name)?;
            return Ok((listener, name));
        }
    }
    folder.remove(&made);
    Err(io::Error::new(io::ErrorKind::AddrInUse, "other processes have all its names"))
}

/// Whether somebody listens to a socket.
fn is_served(folder: &Folder, name: &OsString) -> bool {
    matches!(folder.connect(name), Ok(_) | Err(Errno::EAGAIN))
}

fn serve(listener: &UnixListener, stopped: &UnixStream, answer: &Answer) {
    let asides = Arc::default();
    loop {
        let wanted = PollFlags::POLLIN;
        let mut both = [PollFd::new(listener.as_fd(), wanted), PollFd::new(stopped.as_fd(), wanted)];
        match poll(&mut both, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return,
        }
        let [_, stop] = &both;
        if stop.any().unwrap_or(true) {
            return;
        }
        match listener.accept() {
            Ok((stream, _)) => {
                // who asks notices, the process does not
                let _ = exchange(stream, answer, &asides);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // no descriptors are left, say: wait a little before the next attempt, unless it is stopped meanwhile
            Err(_) => {
                let mut stop = [PollFd::new(stopped.as_fd(), wanted)];
                let _ = poll(&mut stop, PollTimeout::from(100_u8));
            }
        }
    }
}

/// Serves one request.
fn exchange(stream: UnixStream, answer: &Answer, asides: &Arc<AtomicUsize>) -> io::Result<()> {
    let until = Instant::now().checked_add(TIME);
    // on some systems what is accepted does not wait either
    stream.set_nonblocking(false)?;
    let user = geteuid().as_raw();
    let peer = peer(&stream)?;
    let line = match peer.uid {
        uid if uid == user || uid == 0 => read_line(&stream, until).map_err(|error| error.to_string()),
        uid => Err(format!("user {uid} may not ask this process, which runs as user {user}")),
    };
    match line.and_then(|line| Ask::read(&line)) {
        Ok(ask) if ask.is_slow() => aside(stream, ask, peer, answer, asides),
        Ok(ask) => reply(&stream, answer(ask, peer)),
        Err(error) => reply(&stream, Err(error)),
    }
}

/// Answers on a thread of its own: nothing that takes long may keep others from the kill switch.
fn aside(
    stream: UnixStream,
    ask: Ask,
    peer: Peer,
    answer: &Answer,
    asides: &Arc<AtomicUsize>,
) -> io::Result<()> {
    let Some(place) = Aside::take(asides) else {
        return reply(&stream, Err("others ask this process for too much at once; try again".to_owned()));
    };
    let answer = Arc::clone(answer);
    let thread = thread::Builder::new().name("probelang-temporary".to_owned());
    thread.spawn(move || {
        let _place = place;
        // who asks notices, the process does not
        let _ = reply(&stream, answer(ask, peer));
    })?;
    Ok(())
}

/// One of the requests that are answered aside.
struct Aside(Arc<AtomicUsize>);

impl Aside {
    /// Takes one, if there are fewer than [`ASIDE`] at the time.
    fn take(all: &Arc<AtomicUsize>) -> Option<Self> {
        let more = |now: usize| (now < ASIDE).then(|| now.saturating_add(1));
        all.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Self(Arc::clone(all)))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Writes what is answered, or why not.
fn reply(mut stream: &UnixStream, answer: Result<Reply, String>) -> io::Result<()> {
    let reply = match answer {
        Ok(reply) => line_of(&reply),
        Err(error) => {
            // there may be no time left, and a refusal needs none
            stream.set_nonblocking(true)?;
            return stream.write_all(&line_of(&Refusal { protocol: PROTOCOL, error: &error }));
        }
    };
    let until = Instant::now().checked_add(TIME);
    let mut rest = reply.as_slice();
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(until)?))?;
        let written = stream.write(rest)?;
        if written == 0 {
            break;
        }
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// A reply as a line.
fn line_of(reply: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(reply).unwrap_or_default();
    line.push(b'\n');
    line
}

/// The reply to what is no request.
#[derive(Serialize)]
struct Refusal<'e> {
    protocol: u32,
    error: &'e str,
}

/// Reads up to a line break, or to the end.
fn read_line(mut stream: &UnixStream, until: Option<Instant>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        stream.set_read_timeout(Some(left(until)?))?;
        let read = match stream.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(too_slow()),
            Err(error) => return Err(error),
        };
        let new = chunk.get(..read).unwrap_or_default();
        let end = new.iter().position(|byte| *byte == b'\n');
        line.extend(new.get(..end.unwrap_or(read)).unwrap_or_default());
        if line.len() >= REQUEST_BYTES {
            let message = format!("a request has at most {REQUEST_BYTES} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        if end.is_some() || read == 0 {
            return Ok(line);
        }
    }
}

/// The time that is left.
fn left(until: Option<Instant>) -> io::Result<Duration> {
    let left = until.map_or(TIME, |until| until.saturating_duration_since(Instant::now()));
    if left.is_zero() { Err(too_slow()) } else { Ok(left) }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("a request takes at most {} s", TIME.as_secs()))
}

/// Who is at the other end.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn peer(stream: &UnixStream) -> io::Result<Peer> {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    let peer = getsockopt(stream, PeerCredentials)?;
    Ok(Peer { uid: peer.uid(), pid: u32::try_from(peer.pid()).ok().filter(|pid| *pid > 0) })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn peer(stream: &UnixStream) -> io::Result<Peer> {
    Ok(Peer { uid: nix::unistd::getpeereid(stream)?.0.as_raw(), pid: None })
}
