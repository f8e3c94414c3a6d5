//! Where values come from: documents and recorded snapshots, one or many.

mod chunks;
mod feed;
mod pool;
mod progress;
mod unpack;

use std::marker::PhantomData;
use std::num::NonZero;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use probelang::capture::{Subject, SubjectKind};
use probelang::diagnostic::SourceText;
use probelang::diagnostic::human::one_line;
use probelang::diagnostic::{Diagnostic, Span, input};
use probelang::host::{Names, Projection};
use probelang::redact::Policy;
use probelang::snapshot::{Exception, InputError, InputReader, Item, Items, Mode, Snapshot, Vars, View};

pub use self::chunks::elements;
use self::chunks::{Chunk, Sizes, Texts, Unread, values};
use self::feed::Feed;
use self::progress::Meter;
use crate::args::{InputArgs, InputKind};
use crate::console::Console;
use crate::exit::{Failure, Status};
use crate::source::{display_name, is_stdin, read_file};

/// The inputs that the command line names.
pub struct Inputs {
    paths: Vec<PathBuf>,
    /// What messages call them.
    names: Vec<String>,
    mode: Mode,
    frame: Option<String>,
    vars: Vars,
    sizes: Sizes,
    met: Met,
    /// What programs read of the inputs.
    reads: Projection,
}

/// Where an input is from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Which of the files; none is there if no input was named.
    file: usize,
    /// The line of the file at which it begins.
    pub line: Option<u64>,
}

/// The text that an input is from.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t> {
    /// Where it is.
    pub from: Origin,
    /// One JSON value, or what was to be one; empty where there is none.
    pub text: &'t [u8],
    /// Which of the inputs of the text it is, from 0.
    pub number: usize,
    /// Which element of the text it is in, from 0, where the text is an array.
    pub element: Option<usize>,
    /// All of it was read, not only what programs read.
    pub whole: bool,
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
    from: Origin,
}

impl<'d> Read<'d> {
    /// The variables of the command line.
    pub const fn vars(&self) -> &'d Vars {
        &self.inputs.vars
    }

    /// What is wrong with it, with its place.
    pub fn unusable(&self, error: &InputError) -> Box<Unusable> {
        self.inputs.unusable(self.from, error)
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
    /// Where the input is from.
    pub from: Origin,
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
            let (name, json) = named_binding(text)?;
            let json = match json.strip_prefix('@') {
                Some(path) => read_file(Path::new(path))?,
                None => json.to_owned(),
            };
            vars.set(name, json.as_bytes()).map_err(|error| variable(&error))?;
        }
        let paths = [&self.inputs, further].concat();
        if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
            return Err(Failure::Usage("standard input can be read once: '-i -' is given twice".to_owned()));
        }
        Ok(Inputs {
            names: paths.iter().map(|path| display_name(path)).collect(),
            paths,
            mode: self.input.mode(),
            frame: self.frame.clone(),
            vars,
            sizes: Sizes::up_to(self.max_input.0),
            met: Met::default(),
            reads: Projection::whole(),
        })
    }

    /// Whether standard input holds data.
    pub fn reads_stdin(&self) -> bool {
        self.inputs.iter().any(|path| is_stdin(path))
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

/// The name and the value of `--var`.
fn named_binding(text: &str) -> Result<(&str, &str), Failure> {
    let usage = |message: String| Err(Failure::Usage(message));
    let Some((name, json)) = binding(text) else {
        return usage(format!("--var takes NAME=JSON or NAME=@FILE, '{}' has no '='", one_line(text)));
    };
    let (quoted, name) = (text.starts_with('`'), name.trim());
    if name.is_empty() {
        return usage("--var takes NAME=JSON, and the name is missing".to_owned());
    }
    if matches!(name, "@it" | "@key" | "@value") {
        return usage(format!(
            "--var cannot define {name}: only the predicate of any, all or filter binds it"
        ));
    }
    if !quoted && name.contains(char::is_whitespace) {
        return usage(format!(
            "--var: a name with a blank is written in back quotes, '`{}`=…'",
            one_line(name)
        ));
    }
    Ok((name, json.trim()))
}

/// `name=json`, the name in back quotes if it contains a `=`.
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
    fn new(reads: &Projection) -> Self {
        Self { reader: InputReader::new().only(reads.clone()), snapshot: Snapshot::default() }
    }
}

impl Inputs {
    /// The inputs for programs that read no more than `reads`, so that no more is kept of them.
    pub fn only(self, reads: Projection, policy: &Policy) -> Self {
        // what is said of such types after a run depends on all types that were recorded
        let sees_types = policy.namespace_types().next().is_some();
        Self { reads: if sees_types { Projection::whole() } else { reads }, ..self }
    }

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

    /// Whether nothing was named that values could come from.
    pub fn is_none(&self) -> bool {
        self.paths.is_empty() && self.vars.is_empty()
    }

    /// What the user calls the file that an input is from.
    pub fn source(&self, from: Origin) -> Option<&str> {
        self.names.get(from.file).map(String::as_str)
    }

    /// Runs `work` over every input, over an empty document if none was named, and hands the results to
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
        let work =
            |_: &mut Vec<(Origin, R)>, entry: Entry<'_>, opened: Result<Subject<'_>, Box<Unusable>>| {
                (entry.from, work(opened.map(|opened| opened.view(names))))
            };
        self.run_opened(false, policy, work, Vec::push, |came| {
            let (gathered, several, waits) = match came {
                Came::Only(result) => (vec![result], false, true),
                Came::Several { gathered, waits } => (gathered, true, waits),
            };
            let count = gathered.len();
            gathered.into_iter().enumerate().try_for_each(|(place, (from, result))| {
                let turn = Turn { index, several, waits: waits && place + 1 == count, from, result };
                index += 1;
                take(turn)
            })
        })
    }

    /// As [`run`](Self::run), with each input as it was opened, and what came of several inputs gathered in the threads
    /// that work: `gather` adds one result to those before it, whose memory `work` may use. `apart` keeps what a frame
    /// says of an exception apart from what was recorded of it as a value, so that both can be captured again.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_opened<R, G: Default + Send>(
        &self,
        apart: bool,
        policy: &Policy,
        work: impl Fn(&mut G, Entry<'_>, Result<Subject<'_>, Box<Unusable>>) -> R + Sync,
        gather: impl Fn(&mut G, R) + Sync,
        take: impl FnMut(Came<R, G>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let work = |gathered: &mut G, entry: Entry<'_>, input: Result<Subject<'_>, Box<Unusable>>| {
            Some(work(gathered, entry, input))
        };
        self.run_part(apart, policy, work, gather, take)
    }

    /// As [`run_opened`](Self::run_opened), over inputs of which [only](Self::only) a part was read. Where `work` gives nothing, it
    /// is asked again over the whole input, and then has an answer.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_part<R, G: Default + Send>(
        &self,
        apart: bool,
        policy: &Policy,
        work: impl Fn(&mut G, Entry<'_>, Result<Subject<'_>, Box<Unusable>>) -> Option<R> + Sync,
        gather: impl Fn(&mut G, R) + Sync,
        mut take: impl FnMut(Came<R, G>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let desk = || Desk::new(&self.reads);
        let job = Job { inputs: self, apart, policy, work, gathered: PhantomData };
        let mut feed = Feed::new(&self.paths, self.sizes);
        let (mut first, mut second) = (Texts::default(), Texts::default());
        if !feed.next_into(&mut first) && self.paths.is_empty() {
            first = Texts::of(b"{}");
        }
        let many = feed.next_into(&mut second);
        let (mut results, mut gathered) = (Vec::new(), G::default());
        job.run(&mut desk(), &first, &mut gathered, |_, result| results.push(result));
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
        pool::ordered(threads, feed.batches(second), desk, work, |gathered, waits| {
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
        let mut feed = Feed::new(&self.paths, self.sizes);
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
                let from = Origin::of(chunk);
                let Some(error) = self.each_of(&mut reader, from, text, &mut take)? else { continue };
                let parts = parts(from, text);
                if parts.is_empty() {
                    take(Err(self.unusable(from, &error)))?;
                }
                for (from, part) in parts {
                    if let Some(error) = self.each_of(&mut reader, from, part, &mut take)? {
                        take(Err(self.unusable(from, &error)))?;
                    }
                }
            }
        }
    }

    /// Hands on what one JSON value contains; why it cannot be read, if so.
    fn each_of(
        &self,
        reader: &mut InputReader,
        from: Origin,
        text: &[u8],
        take: &mut impl FnMut(Result<Read<'_>, Box<Unusable>>) -> Result<(), Failure>,
    ) -> Result<Option<InputError>, Failure> {
        let items = match reader.read(text, self.mode) {
            Ok(items) => items,
            Err(error) => return Ok(Some(error)),
        };
        self.met.skipped.fetch_add(items.skipped(), Ordering::Relaxed);
        for item in items {
            match item {
                Ok(item) => take(Ok(Read { item, inputs: self, from }))?,
                Err(error) => take(Err(self.unusable(from, &error)))?,
            }
        }
        Ok(None)
    }
}

/// The values of a text that has several, one after the other, each with its place.
fn parts(from: Origin, text: &[u8]) -> Vec<(Origin, &[u8])> {
    let place = |value: Range<usize>| {
        let before = text.get(..value.start).unwrap_or_default();
        let breaks = before.iter().filter(|byte| **byte == b'\n').count();
        let line = from.line.unwrap_or(1).saturating_add(breaks as u64);
        (Origin { line: Some(line), ..from }, text.get(value).unwrap_or_default())
    };
    values(text).into_iter().map(place).collect()
}

struct Job<'a, G, F> {
    inputs: &'a Inputs,
    apart: bool,
    policy: &'a Policy,
    work: F,
    gathered: PhantomData<fn(&mut G)>,
}

impl<R, G, F: Fn(&mut G, Entry<'_>, Result<Subject<'_>, Box<Unusable>>) -> Option<R>> Job<'_, G, F> {
    /// Hands on the results of all inputs: one of each text, or those of an array of snapshots.
    fn run(&self, desk: &mut Desk, texts: &Texts, gathered: &mut G, mut take: impl FnMut(&mut G, R)) {
        for (chunk, text) in texts.iter() {
            match text {
                Ok(text) => self.text(desk, chunk, text, |entry, input| {
                    let result = (self.work)(gathered, entry, input);
                    let came = result.is_some();
                    result.into_iter().for_each(|result| take(gathered, result));
                    came
                }),
                Err(unread) => {
                    let unread = self.inputs.unread(chunk, unread);
                    let result = (self.work)(gathered, Entry::of(Origin::of(chunk), b""), Err(unread));
                    result.into_iter().for_each(|result| take(gathered, result));
                }
            }
        }
    }

    fn text(
        &self,
        desk: &mut Desk,
        chunk: &Chunk,
        text: &[u8],
        mut take: impl FnMut(Entry<'_>, Result<Subject<'_>, Box<Unusable>>) -> bool,
    ) {
        let whole = Entry::of(Origin::of(chunk), text);
        let Err(error) = self.value(desk, whole, &mut take) else { return };
        let parts = parts(whole.from, text);
        if parts.is_empty() {
            take(whole, Err(self.inputs.unusable(whole.from, &error)));
        }
        for (from, part) in parts {
            let entry = Entry::of(from, part);
            if let Err(error) = self.value(desk, entry, &mut take) {
                take(entry, Err(self.inputs.unusable(from, &error)));
            }
        }
    }

    /// Hands on what one JSON value contains. `take` says whether something came of it; what nothing came of is handed on
    /// again whole, and all after it.
    fn value(
        &self,
        desk: &mut Desk,
        text: Entry<'_>,
        take: &mut impl FnMut(Entry<'_>, Result<Subject<'_>, Box<Unusable>>) -> bool,
    ) -> Result<(), InputError> {
        let Desk { reader, snapshot } = desk;
        let mode = self.inputs.mode;
        let whole = !reader.is_partial();
        let items = reader.read(text.text, mode)?;
        self.inputs.met.skipped.fetch_add(items.skipped(), Ordering::Relaxed);
        if let Some(number) = self.items(items, snapshot, Entry { whole, ..text }, take) {
            let mut items = reader.read_whole(text.text, mode)?;
            let _ = items.by_ref().take(number).count();
            self.items(items, snapshot, Entry { whole: true, number, ..text }, take);
        }
        Ok(())
    }

    /// Hands on inputs from the one with the number of `text` on: the number of the first that nothing came of.
    fn items(
        &self,
        mut items: Items<'_>,
        snapshot: &mut Snapshot,
        text: Entry<'_>,
        take: &mut impl FnMut(Entry<'_>, Result<Subject<'_>, Box<Unusable>>) -> bool,
    ) -> Option<usize> {
        let from = text.from;
        let mut number = text.number;
        loop {
            let entry = Entry { number, element: items.element(), ..text };
            let item = items.next()?;
            let frame = self.inputs.frame.as_deref();
            let kind = match item {
                Ok(Item::Plain(_)) if frame.is_some() => Err(self.inputs.without_frames(from)),
                Ok(Item::Plain(plain)) => Ok(SubjectKind::Plain(plain)),
                Ok(Item::Recorded(recorded)) => {
                    let opened = if self.apart {
                        recorded.open_apart(frame, self.policy, snapshot)
                    } else {
                        recorded.open_into(frame, self.policy, snapshot).map(|()| Exception::Unsaid)
                    };
                    opened.map_err(|error| self.inputs.unusable(from, &error)).map(|exception| {
                        let Met { short_types, full_types, .. } = &self.inputs.met;
                        if snapshot.has_short_types() { short_types } else { full_types }
                            .store(true, Ordering::Relaxed);
                        SubjectKind::Recorded { recorded, snapshot: &*snapshot, exception }
                    })
                }
                Err(error) => Err(self.inputs.unusable(from, &error)),
            };
            if !take(entry, kind.map(|kind| Subject { kind, vars: &self.inputs.vars })) && !entry.whole {
                return Some(number);
            }
            number += 1;
        }
    }
}

impl<'t> Entry<'t> {
    const fn of(from: Origin, text: &'t [u8]) -> Self {
        Self { from, text, number: 0, element: None, whole: true }
    }
}

impl Origin {
    const fn of(chunk: &Chunk) -> Self {
        Self { file: chunk.file, line: chunk.line }
    }
}

impl Inputs {
    /// What messages call the place of an input.
    pub fn name(&self, from: Origin) -> String {
        let name = self.source(from).unwrap_or_default();
        from.line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"))
    }

    /// The error about `--frame` over a plain document.
    fn without_frames(&self, from: Origin) -> Box<Unusable> {
        let message = "--frame is for snapshots, and this is a plain document";
        let diagnostic = Diagnostic::new(input::NO_SUCH_FRAME, Span::default(), message);
        Box::new(Unusable { name: self.name(from), diagnostic, status: Status::Usage })
    }

    fn unusable(&self, from: Origin, error: &InputError) -> Box<Unusable> {
        let (name, diagnostic) = error.diagnose(self.source(from).unwrap_or_default(), from.line);
        let status = if error.is_usage() { Status::Usage } else { Status::Input };
        Box::new(Unusable { name, diagnostic, status })
    }

    fn unread(&self, chunk: &Chunk, unread: &Unread) -> Box<Unusable> {
        let (code, message) = match unread {
            Unread::TooLong(most) => {
                let message = format!("the document has more than {most} bytes; --max-input sets the limit");
                (input::LINE_TOO_LONG, message)
            }
            Unread::Failed(error) => (input::CANNOT_OPEN, format!("the input cannot be read: {error}")),
        };
        let diagnostic = Diagnostic::new(code, Span::default(), message);
        Box::new(Unusable { name: self.name(Origin::of(chunk)), diagnostic, status: Status::Input })
    }
}
