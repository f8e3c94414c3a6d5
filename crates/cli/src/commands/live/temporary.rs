//! `probelang live create`, `samples` and `cancel`: temporary probes.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use probelang::diagnostic::human::one_line;
use probelang_control::protocol::{Create, Created, Poll, Request, Samples};
use probelang_control::{AskError, Socket};
use probelang_probe::life;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Which, find, many, name_of};
use crate::args::{Bytes, Common, bytes};
use crate::console::Console;
use crate::exit::{Failure, Outcome, Status};
use crate::json::of;
use crate::source::{display_name, read_file};

/// How often a probe is asked for what is new.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Args, Debug)]
pub(super) struct CreateArguments {
    /// A file with one probe, as `probelang probe new` prints it; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    which: Which,

    /// When it ends at the latest: 5s, 30m, 2h, at most 24h [default: 10m]
    #[arg(long = "for", value_name = "DURATION", value_parser = seconds)]
    lasts: Option<u64>,

    /// After how many events it ends, at most 100000 [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    hits: Option<u64>,

    /// How many events the program keeps until they are fetched, at most 1000 [default: 100]
    #[arg(long, value_name = "N")]
    keep: Option<usize>,

    /// How many bytes of events the program keeps, from 16K to 8M [default: 512K]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    keep_bytes: Option<Bytes>,

    /// Print its events until it ends; Ctrl-C cancels it
    #[arg(long)]
    wait: bool,
}

#[derive(Args, Debug)]
pub(super) struct SamplesArguments {
    /// The probe
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    which: Which,

    /// Go on until the probe ends
    #[arg(short, long)]
    follow: bool,

    /// Only events with greater numbers than this one
    #[arg(long, value_name = "NUMBER", default_value_t)]
    after: u64,

    /// At most so many events at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

#[derive(Args, Debug)]
pub(super) struct CancelArguments {
    /// The probe
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    which: Which,
}

fn seconds(text: &str) -> Result<u64, String> {
    life::duration(text).map(|duration| duration.as_secs()).ok_or_else(|| life::FORMS.to_owned())
}

pub(super) fn create(arguments: &CreateArguments, common: &Common, console: &mut Console) -> Outcome {
    let CreateArguments { file, which, lasts, hits, keep, keep_bytes, wait } = arguments;
    let text = read_file(file)?;
    let probe = only_probe(&text).map_err(|why| Failure::Data(format!("{}: {why}", display_name(file))))?;
    let mut create = Create::new(probe);
    (create.expires, create.hits, create.samples) = (*lasts, *hits, *keep);
    create.bytes = keep_bytes.map(|Bytes(bytes)| bytes);
    create.redaction = common.redaction.asked();
    let socket = match only(which, console) {
        Ok(socket) => socket,
        Err(status) => return Ok(status),
    };
    let created = match socket.create(&create) {
        Ok(created) => created,
        Err(error) => return Ok(failed(&socket, &error, console)),
    };
    for warning in &created.warnings {
        console.remark(warning);
    }
    if which.is_json() {
        console.line(&of(&created))?;
    } else {
        let said = said(&created);
        // what waits prints events, and nothing else
        if *wait { console.remark(&said) } else { console.line(&said)? }
    }
    if !wait {
        return Ok(Status::Ok);
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_over);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::Output(io::Error::other(error.to_string())))?;
    let follower = Follower { socket: &socket, which, follow: true, is_over: &is_over };
    let status = follower.run(Poll::new(&created.id), console)?;
    if is_over.load(Ordering::SeqCst)
        && let Err(error) = socket.cancel(&created.id)
    {
        return Ok(failed(&socket, &error, console));
    }
    Ok(status)
}

pub(super) fn samples(arguments: &SamplesArguments, console: &mut Console) -> Outcome {
    let SamplesArguments { id, which, follow, after, limit } = arguments;
    let socket = match having(id, which, console) {
        Ok(socket) => socket,
        Err(status) => return Ok(status),
    };
    let mut poll = Poll::new(id);
    poll.after = *after;
    poll.limit = limit.and_then(|limit| usize::try_from(limit).ok());
    Follower { socket: &socket, which, follow: *follow, is_over: &AtomicBool::new(false) }.run(poll, console)
}

pub(super) fn cancel(arguments: &CancelArguments, console: &mut Console) -> Outcome {
    let CancelArguments { id, which } = arguments;
    let socket = match having(id, which, console) {
        Ok(socket) => socket,
        Err(status) => return Ok(status),
    };
    match socket.cancel(id) {
        Ok(cancelled) => {
            let probe = &cancelled.probe;
            console.line(&if which.is_json() {
                of(&cancelled)
            } else {
                format!("{}: {} is gone: {}", cancelled.pid, one_line(&probe.id), one_line(&probe.verdict))
            })?;
            Ok(Status::Ok)
        }
        Err(error) => Ok(failed(&socket, &error, console)),
    }
}

/// What was created, in a sentence.
fn said(created: &Created) -> String {
    let Created { pid, id, place, status, cause, limits, .. } = created;
    let cause = cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
    one_line(&format!(
        "{pid}: {status} {id} at {place}{cause}, until {} or {}, redaction {}",
        limits.expires,
        many(limits.hits, "event"),
        limits.redaction
    ))
}

/// The only probe of a file, in any of the forms that a probe file has.
fn only_probe(text: &str) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Wrapped<'r> {
        #[serde(borrow)]
        probes: Vec<&'r RawValue>,
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    let all: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(all) => all,
        Err(_) => match serde_json::from_str::<Wrapped<'_>>(text) {
            Ok(wrapped) => wrapped.probes,
            Err(_) => return Ok(text.to_owned()),
        },
    };
    match all.as_slice() {
        [one] => Ok(one.get().to_owned()),
        all => Err(format!("a temporary probe is one probe, and the file has {}", all.len())),
    }
}

/// The only program that is meant.
fn only(which: &Which, console: &Console) -> Result<Socket, Status> {
    let (mut found, status) = find(which, console);
    match (found.pop(), found.is_empty()) {
        (Some((socket, _)), true) => Ok(socket),
        (None, _) => Err(status),
        (Some(last), false) => {
            found.push(last);
            let all = found.iter().map(|(socket, process)| {
                let service = process.service.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
                format!("{}{service}", name_of(socket))
            });
            let all: Vec<_> = all.collect();
            console
                .fail(&format!("several programs run: {}; name one with --pid or --service", all.join(", ")));
            Err(Status::Usage)
        }
    }
}

/// The program that has a temporary probe, of those that are meant.
fn having(id: &str, which: &Which, console: &Console) -> Result<Socket, Status> {
    let (found, status) = find(which, console);
    let has = |socket: &Socket| {
        let process = socket.ask(&Request::Status).ok()?;
        let mut all = process.probes.iter().flatten().filter(|probe| probe.temporary.is_some());
        all.any(|probe| probe.id == id).then_some(())
    };
    let any = !found.is_empty();
    let mut having: Vec<_> = found.into_iter().filter(|(socket, _)| has(socket).is_some()).collect();
    match (having.pop(), having.is_empty()) {
        (Some((socket, _)), true) => Ok(socket),
        (None, _) => {
            if any {
                console.remark(&format!(
                    "no program that was asked has a temporary probe `{id}`: it was cancelled, or has ended more than 10 minutes ago"
                ));
            }
            Err(status.max(Status::False))
        }
        (Some(_), false) => {
            console.fail(&format!(
                "several programs have a temporary probe `{id}`: name one with --pid or --service"
            ));
            Err(Status::Usage)
        }
    }
}

/// Says why a program does not do what it was asked to.
fn failed(socket: &Socket, error: &AskError, console: &Console) -> Status {
    console.fail(&format!("{}: {error}", name_of(socket)));
    match error {
        AskError::Refused(_) => Status::False,
        _ => Status::Input,
    }
}

/// Prints the events of a probe.
struct Follower<'f> {
    socket: &'f Socket,
    which: &'f Which,
    follow: bool,
    is_over: &'f AtomicBool,
}

impl Follower<'_> {
    fn run(&self, mut poll: Poll, console: &mut Console) -> Outcome {
        loop {
            let samples = match self.socket.samples(&poll) {
                Ok(samples) => samples,
                Err(error) => return Ok(failed(self.socket, &error, console)),
            };
            self.show(&samples, console)?;
            console.flush()?;
            poll.after = samples.next;
            let goes_on = self.follow && samples.ended.is_none();
            if samples.more && (self.follow || poll.limit.is_none()) {
                continue;
            }
            if !goes_on || self.is_over.load(Ordering::SeqCst) {
                if !self.which.is_json() {
                    let ended = samples.ended.as_ref().map(|ended| format!(", ended: {ended}"));
                    let (status, verdict) = (&samples.status, &samples.verdict);
                    console.remark(&format!("{status}{}: {verdict}", ended.unwrap_or_default()));
                }
                return Ok(Status::Ok);
            }
            thread::sleep(PAUSE);
        }
    }

    fn show(&self, samples: &Samples, console: &mut Console) -> Result<(), Failure> {
        if self.which.is_json() {
            // one that has nothing new to say is not worth a line
            let is_news = !samples.samples.is_empty() || samples.ended.is_some() || !self.follow;
            return if is_news { console.line(&of(samples)) } else { Ok(()) };
        }
        if samples.lost > 0 {
            console.remark(&format!("{} are not kept any more", many(samples.lost, "event")));
        }
        for sample in &samples.samples {
            match sample.json() {
                Some(json) => console.line(json)?,
                None => console.remark(&format!("event {} has {} bytes", sample.number, sample.bytes)),
            }
        }
        Ok(())
    }
}
