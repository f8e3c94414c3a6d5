//! Where values come from: documents and recorded snapshots, one or many.

mod chunks;
mod feed;
mod pool;
mod progress;

use std::marker::PhantomData;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use probelang::capture::{Subject, SubjectKind};
use probelang::diagnostic::SourceText;
use probelang::diagnostic::{Diagnostic, Span, input};
use probelang::host::Names;
use probelang::redact::Policy;
use probelang::snapshot::{Exception, InputError, InputReader, Item, Mode, Snapshot, Vars, View};

use self::chunks::{Chunk, Texts, Unread};
use self::feed::Feed;
use self::progress::Meter;
use crate::args::{InputArgs, InputKind};
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::source::display_name;

/// The inputs that the command line names.
pub struct Inputs {
    paths: Vec<PathBuf>,
    mode: Mode,
    frame: Option<String>,
    vars: Vars,
    met: Met,
}

/// What was met in the inputs that their user should know of.
#[derive(Default)]
struct Met {
    /// Elements next to snapshots that have none.
    skipped: AtomicUsize,
    /// Whether there was a recording whose types have no namespaces, and one whose types have.
    short_types: AtomicBool,
    full_types: AtomicBool,
}

/// An input that cannot be used, or a question that it does not answer.
#[derive(Clone, Debug)]
pub struct Unusable {
    /// The file, the line where it is one of many, and the place in it.
    pub name: String,
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The status where it is the only input.
    pub status: Status,
}

impl Unusable {
    /// Where the diagnostic is: at a place that its name says, in no text that can be shown.
    pub fn origin(&self) -> SourceText<'_> {
        SourceText::nowhere(&self.name)
    }
}

/// An input that was read, and not opened.
pub struct Read<'d> {
    /// What it is.
    pub item: Item<'d>,
    inputs: &'d Inputs,
    chunk: &'d Chunk,
}

impl<'d> Read<'d> {
    /// The variables of the command line.
    pub const fn vars(&self) -> &'d Vars {
        &self.inputs.vars
    }

    /// What is wrong with it, with its place.
    pub fn unusable(&self, error: &InputError) -> Box<Unusable> {
        self.inputs.unusable(self.chunk, error)
    }
}

/// What came of inputs, in their order.
#[derive(Debug)]
pub enum Came<R, G> {
    /// The result of the only input.
    Only(R),
    /// The next results of several inputs.
    Several {
        /// The results.
        gathered: G,
        /// Whether the next ones are not there yet, so that what was written should be handed on.
        waits: bool,
    },
}

/// A result in its turn.
#[derive(Debug)]
pub struct Turn<R> {
    /// Which input, from 0.
    pub index: u64,
    /// Whether there are several inputs.
    pub several: bool,
    /// Whether the next result is not there yet, so that what was written should be handed on.
    pub waits: bool,
    /// What came of it.
    pub result: R,
}

impl InputArgs {
    /// The inputs, with the variables of the command line read.
    ///
    /// # Errors
    /// Where a variable does not read.
    pub fn open(&self) -> Result<Inputs, Failure> {
        self.open_with(&[])
    }

    /// As [`open`](Self::open), with further files behind the named ones.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(&self, further: &[PathBuf]) -> Result<Inputs, Failure> {
        let mut vars = Vars::new();
        for text in &self.variables {
            let (name, json) = binding(text)
                .ok_or_else(|| Failure::Usage(format!("--var takes NAME=JSON, '{text}' has no '='")))?;
            vars.set(name, json.as_bytes()).map_err(|error| variable(&error))?;
        }
        let paths = [&self.inputs, further].concat();
        Ok(Inputs { paths, mode: self.input.mode(), frame: self.frame.clone(), vars, met: Met::default() })
    }

    /// Whether standard input holds data.
    pub fn reads_stdin(&self) -> bool {
        self.inputs.iter().any(|path| crate::source::is_stdin(path))
    }
}

impl InputKind {
    /// How the reader takes an input of this kind.
    pub const fn mode(self) -> Mode {
        match self {
            Self::Auto => Mode::Auto,
            Self::Plain => Mode::Plain,
            Self::Snapshot => Mode::Snapshot,
        }
    }
}

/// `name=json`, the name in back quotes where it holds a `=`.
pub fn binding(text: &str) -> Option<(&str, &str)> {
    if let Some((name, json)) = text.strip_prefix('`').and_then(|rest| rest.split_once("`=")) {
        return Some((name, json));
    }
    text.split_once('=')
}

fn variable(error: &InputError) -> Failure {
    if error.code == input::DATA_TOO_DEEP {
        return Failure::Data(format!("--var: {error}"));
    }
    Failure::Usage(format!("--var: {error}; a string is written with its quotes, --var 'name=\"text\"'"))
}

/// What a thread uses again for each input.
struct Desk {
    reader: InputReader,
    snapshot: Snapshot,
}

impl Desk {
    fn new() -> Self {
        Self { reader: InputReader::new(), snapshot: Snapshot::default() }
    }
}

impl Inputs {
    /// Tells the user of what was skipped, and of redacted types that could be compared with none in the inputs.
    /// After a run.
    pub fn remark(&self, policy: &Policy, console: &Console) {
        match self.met.skipped.load(Ordering::Relaxed) {
            0 => {}
            1 => console.remark("1 element without a snapshot was skipped"),
            count => console.remark(&format!("{count} elements without a snapshot were skipped")),
        }
        let met = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        if met(&self.met.short_types) && !met(&self.met.full_types) {
            for pattern in policy.namespace_types() {
                console.remark(&format!(
                    "--redact-type {pattern} hides nothing: types were recorded without namespaces, so name the types"
                ));
            }
        }
    }

    /// Runs `work` over every input, over an empty document where none was named, and hands the results to
    /// `take` in the order of the inputs. Many inputs are spread over the cores; what is in memory does not
    /// grow with their number.
    ///
    /// # Errors
    /// What `take` gives, which ends the run.
    pub fn run<R: Send>(
        &self,
        names: &Names,
        policy: &Policy,
        work: impl Fn(Result<View<'_>, Box<Unusable>>) -> R + Sync,
        mut take: impl FnMut(Turn<R>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut index = 0;
        let work = |_: &mut Vec<R>, input: Result<View<'_>, Box<Unusable>>| work(input);
        self.run_gathered(names, policy, work, Vec::push, |came| {
            let (gathered, waits) = match came {
                Came::Only(result) => {
                    return take(Turn { index: 0, several: false, waits: true, result });
                }
                Came::Several { gathered, waits } => (gathered, waits),
            };
            let count = gathered.len();
            gathered.into_iter().enumerate().try_for_each(|(place, result)| {
                let turn = Turn { index, several: true, waits: waits && place + 1 == count, result };
                index += 1;
                take(turn)
            })
        })
    }

    /// As [`run`](Self::run), but what came of several inputs is gathered in the threads that work: `gather` adds
    /// one result to those before it, whose memory `work` may use.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_gathered<R, G: Default + Send>(
        &self,
        names: &Names,
        policy: &Policy,
        work: impl Fn(&mut G, Result<View<'_>, Box<Unusable>>) -> R + Sync,
        gather: impl Fn(&mut G, R) + Sync,
        take: impl FnMut(Came<R, G>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let work = |gathered: &mut G, opened: Result<Subject<'_>, Box<Unusable>>| match opened {
            Ok(opened) => work(gathered, Ok(opened.view(names))),
            Err(unusable) => work(gathered, Err(unusable)),
        };
        self.run_opened(false, policy, work, gather, take)
    }

    /// As [`run_gathered`](Self::run_gathered), with each input as it was opened. `apart` keeps what a frame says
    /// of an exception apart from what was recorded of it as a value, so that both can be captured again.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_opened<R, G: Default + Send>(
        &self,
        apart: bool,
        policy: &Policy,
        work: impl Fn(&mut G, Result<Subject<'_>, Box<Unusable>>) -> R + Sync,
        gather: impl Fn(&mut G, R) + Sync,
        mut take: impl FnMut(Came<R, G>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let job = Job { inputs: self, apart, policy, work, gathered: PhantomData };
        let mut feed = Feed::new(&self.paths);
        let (mut first, mut second) = (Texts::default(), Texts::default());
        if !feed.next_into(&mut first) {
            first = Texts::of(b"{}");
        }
        let many = feed.next_into(&mut second);
        let (mut results, mut gathered) = (Vec::new(), G::default());
        job.run(&mut Desk::new(), &first, &mut gathered, |_, result| results.push(result));
        if !many && results.len() == 1 {
            return results.pop().map_or(Ok(()), |only| take(Came::Only(only)));
        }
        results.into_iter().for_each(|result| gather(&mut gathered, result));
        take(Came::Several { gathered, waits: true })?;
        if !many {
            return Ok(());
        }
        let mut meter = Meter::new(feed.progress().clone());
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let work = |desk: &mut Desk, texts: Texts| {
            let mut gathered = G::default();
            job.run(desk, &texts, &mut gathered, &gather);
            gathered
        };
        pool::ordered(threads, feed.batches(second), Desk::new, work, |gathered, waits| {
            meter.tick();
            take(Came::Several { gathered, waits })
        })
    }
}

impl Inputs {
    /// Hands every input to `take`, one after the other, as it was read: no frame of a snapshot is chosen.
    ///
    /// # Errors
    /// What `take` gives, which ends the run.
    pub fn each(
        &self,
        mut take: impl FnMut(Result<Read<'_>, Box<Unusable>>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut feed = Feed::new(&self.paths);
        let mut meter = Meter::new(feed.progress().clone());
        let mut reader = InputReader::new();
        loop {
            let mut texts = Texts::default();
            if !feed.next_into(&mut texts) {
                return Ok(());
            }
            meter.tick();
            for (chunk, text) in texts.iter() {
                let text = match text {
                    Ok(text) => text,
                    Err(unread) => {
                        take(Err(self.unread(chunk, unread)))?;
                        continue;
                    }
                };
                match reader.read(text, self.mode) {
                    Ok(items) => {
                        self.met.skipped.fetch_add(items.skipped(), Ordering::Relaxed);
                        for item in items {
                            match item {
                                Ok(item) => take(Ok(Read { item, inputs: self, chunk }))?,
                                Err(error) => take(Err(self.unusable(chunk, &error)))?,
                            }
                        }
                    }
                    Err(error) => take(Err(self.unusable(chunk, &error)))?,
                }
            }
        }
    }
}

struct Job<'a, G, F> {
    inputs: &'a Inputs,
    apart: bool,
    policy: &'a Policy,
    work: F,
    gathered: PhantomData<fn(&mut G)>,
}

impl<R, G, F: Fn(&mut G, Result<Subject<'_>, Box<Unusable>>) -> R> Job<'_, G, F> {
    /// Hands on the results of all inputs: one of each text, or those of an array of snapshots.
    fn run(&self, desk: &mut Desk, texts: &Texts, gathered: &mut G, mut take: impl FnMut(&mut G, R)) {
        for (chunk, text) in texts.iter() {
            match text {
                Ok(text) => self.text(desk, chunk, text, |input| {
                    let result = (self.work)(gathered, input);
                    take(gathered, result);
                }),
                Err(unread) => {
                    let result = (self.work)(gathered, Err(self.inputs.unread(chunk, unread)));
                    take(gathered, result);
                }
            }
        }
    }

    fn text(
        &self,
        desk: &mut Desk,
        chunk: &Chunk,
        text: &[u8],
        mut take: impl FnMut(Result<Subject<'_>, Box<Unusable>>),
    ) {
        let unusable = |error: &InputError| Err(self.inputs.unusable(chunk, error));
        let Desk { reader, snapshot } = desk;
        let items = match reader.read(text, self.inputs.mode) {
            Ok(items) => items,
            Err(error) => return take(unusable(&error)),
        };
        self.inputs.met.skipped.fetch_add(items.skipped(), Ordering::Relaxed);
        for item in items {
            let frame = self.inputs.frame.as_deref();
            let kind = match item {
                Ok(Item::Plain(plain)) => Ok(SubjectKind::Plain(plain)),
                Ok(Item::Recorded(recorded)) => {
                    let opened = if self.apart {
                        recorded.open_apart(frame, self.policy, snapshot)
                    } else {
                        recorded.open_into(frame, self.policy, snapshot).map(|()| Exception::Unsaid)
                    };
                    opened.map(|exception| {
                        let Met { short_types, full_types, .. } = &self.inputs.met;
                        if snapshot.has_short_types() { short_types } else { full_types }
                            .store(true, Ordering::Relaxed);
                        SubjectKind::Recorded { recorded, snapshot: &*snapshot, exception }
                    })
                }
                Err(error) => Err(error),
            };
            take(match kind {
                Ok(kind) => Ok(Subject { kind, vars: &self.inputs.vars }),
                Err(error) => unusable(&error),
            });
        }
    }
}

impl Inputs {
    fn path(&self, chunk: &Chunk) -> String {
        self.paths.get(chunk.file).map_or_else(String::new, |path| display_name(path))
    }

    fn name(&self, chunk: &Chunk) -> String {
        let name = self.path(chunk);
        chunk.line.map_or_else(|| name.clone(), |line| format!("{name}:{line}"))
    }

    fn unusable(&self, chunk: &Chunk, error: &InputError) -> Box<Unusable> {
        let (name, diagnostic) = error.diagnose(&self.path(chunk), chunk.line);
        let status = if error.is_usage() { Status::Usage } else { Status::Input };
        Box::new(Unusable { name, diagnostic, status })
    }

    fn unread(&self, chunk: &Chunk, unread: &Unread) -> Box<Unusable> {
        let (code, message) = match unread {
            Unread::TooLong(most) if chunk.line.is_some() => {
                (input::LINE_TOO_LONG, format!("the line has more than {} MiB", most >> 20))
            }
            Unread::TooLong(most) => {
                (input::LINE_TOO_LONG, format!("the document has more than {} MiB", most >> 20))
            }
            Unread::Empty => (input::BAD_DATA, "there is no JSON in the input".to_owned()),
            Unread::Failed(error) => (input::CANNOT_OPEN, format!("the input cannot be read: {error}")),
        };
        let diagnostic = Diagnostic::new(code, Span::default(), message);
        Box::new(Unusable { name: self.name(chunk), diagnostic, status: Status::Input })
    }
}
