//! Where values come from: documents and recorded snapshots, one or many.

mod brackets;
mod chunks;
mod each;
mod feed;
mod open;
mod pool;
mod progress;
mod run;
mod unpack;

use std::num::NonZero;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use probelang::diagnostic::{Diagnostic, SourceText, Span, input};
use probelang::host::Projection;
use probelang::redact::Policy;
use probelang::snapshot::{InputError, Mode, Vars};

pub use self::brackets::elements;
use self::brackets::values;
use self::chunks::{Chunk, Sizes, Unread};
pub use self::each::Next;
pub use self::open::binding;
pub use self::run::{Came, Turn};
use crate::console::Console;
use crate::exit::Status;

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
}

/// Threads that work.
fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
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
