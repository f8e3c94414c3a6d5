//! The server over a pair of streams.

use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::frame::{self, Incoming};
use crate::server::{Options, Server};

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The client asked for it, with `shutdown` and then `exit`.
    Asked,
    /// The client left: `exit` without `shutdown`, or the end of the stream.
    Left,
}

/// Messages that wait to be handled. A client that sends more waits.
const WAITING: usize = 1_024;

type Came = io::Result<Option<Incoming>>;

/// Speaks the protocol until the client ends it. `from` is read on a thread of its own, which stays when the client ends the session
/// without closing it.
///
/// # Errors
/// If a stream fails, or the client sends what is not a message.
pub fn serve(from: impl Read + Send + 'static, mut to: impl Write, options: Options) -> io::Result<Ended> {
    let (sender, messages) = sync_channel::<Came>(WAITING);
    thread::Builder::new().name("probelang-lsp-reader".to_owned()).spawn(move || {
        let mut from = BufReader::new(from);
        loop {
            let came = frame::read(&mut from);
            let is_last = !matches!(came, Ok(Some(_)));
            if sender.send(came).is_err() || is_last {
                break;
            }
        }
    })?;
    let (mut server, begin) = (Server::new(options), Instant::now());
    let mut end: Option<io::Result<Ended>> = None;
    loop {
        // everything that has come is looked at first: a message may cancel one before it
        while end.is_none() {
            match messages.try_recv() {
                Ok(came) => end = take(&mut server, came),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => end = Some(Ok(Ended::Left)),
            }
        }
        let now = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        let worked = server.step(now);
        for message in server.take() {
            frame::write(&mut to, &message)?;
        }
        to.flush()?;
        if let Some(ended) = server.ended() {
            return Ok(ended);
        }
        if !worked {
            match end {
                Some(end) => return end,
                None => end = wait(&mut server, &messages, now),
            }
        }
    }
}

/// Waits for a message, or until something is due.
fn wait(server: &mut Server, messages: &Receiver<Came>, now: u64) -> Option<io::Result<Ended>> {
    let came = match server.due() {
        None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        Some(due) => messages.recv_timeout(Duration::from_millis(due.saturating_sub(now))),
    };
    match came {
        Ok(came) => take(server, came),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Ok(Ended::Left)),
    }
}

fn take(server: &mut Server, came: Came) -> Option<io::Result<Ended>> {
    match came {
        Ok(Some(Incoming::Message(bytes))) => server.receive(&bytes),
        Ok(Some(Incoming::TooLong(length))) => server.too_long(length),
        Ok(None) => return Some(Ok(Ended::Left)),
        Err(error) => return Some(Err(error)),
    }
    None
}
