//! What one input holds: a document, a snapshot, an array of snapshots, or one of these a line.

use probelang_diagnostic::input;
use probelang_host::Names;

use crate::document::{located, no_object, text, without_mark};
use crate::error::{InputError, Place};
use crate::json::{self, read_prefix};
use crate::raw::Json;
use crate::recorded::Recorded;
use crate::store::{Node, Store};
use crate::view::View;

/// How an input is taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mode {
    /// A document with `debugger.snapshot` or `captures` for a snapshot, any other for plain.
    #[default]
    Auto,
    /// For plain documents.
    Plain,
    /// For snapshots.
    Snapshot,
}

/// One document of an input.
#[derive(Clone, Copy, Debug)]
pub enum Item<'i> {
    /// A plain document.
    Plain(Plain<'i>),
    /// A recorded snapshot.
    Recorded(Recorded<'i>),
}

/// A plain document of an input. [`Document`](crate::Document) is the same with its own memory.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'i>(Json<'i>);

impl<'i> Plain<'i> {
    /// The host over this document.
    #[must_use]
    pub const fn view<'d>(&self, names: &'d Names) -> View<'d>
    where
        'i: 'd,
    {
        View::new(self.0.store, self.0.id, names)
    }
}

/// The documents of one input, one after the other. Each is read into the same memory.
///
/// ```
/// use probelang_redact::Policy;
/// use probelang_snapshot::{Inputs, Item, Mode};
///
/// let bytes = br#"{"captures": {"entry": {"arguments": {"a": {"type": "int", "value": "1"}}}}}"#;
/// let mut inputs = Inputs::open(bytes, Mode::Auto);
/// assert!(!inputs.is_several());
/// let Some(Ok(Item::Recorded(recorded))) = inputs.next() else { panic!("a snapshot") };
/// assert_eq!(recorded.frames()?, ["entry"]);
/// let snapshot = recorded.open(None, &Policy::built_in())?;
/// assert!(inputs.next().is_none());
/// # Ok::<(), probelang_snapshot::InputError>(())
/// ```
#[derive(Debug)]
pub struct Inputs<'b> {
    bytes: &'b [u8],
    mode: Mode,
    /// Where the next line starts, or the whole document.
    at: usize,
    /// Lines read, for places.
    line: usize,
    lines: bool,
    store: Store,
    /// The document that was read last, and how many of its elements were given.
    current: Option<Current>,
    several: bool,
}

#[derive(Clone, Debug)]
struct Current {
    result: Result<u32, InputError>,
    given: usize,
}

impl<'b> Inputs<'b> {
    /// The documents in `bytes`. Reads the first one.
    ///
    /// Lines are taken one by one where the first that is not blank holds a whole JSON text and another one
    /// follows; then each line is read, and fails, alone.
    #[must_use]
    pub fn open(bytes: &'b [u8], mode: Mode) -> Self {
        let start = bytes.len().saturating_sub(without_mark(bytes).len());
        let mut inputs = Self {
            bytes,
            mode,
            at: start,
            line: 0,
            lines: false,
            store: Store::default(),
            current: None,
            several: false,
        };
        inputs.lines = inputs.is_lines();
        inputs.read();
        inputs.several = inputs.lines || inputs.count() != 1;
        inputs
    }

    /// Whether there are several documents, so that answers need a number each. An array of one snapshot, or
    /// a single line, is one.
    #[must_use]
    pub const fn is_several(&self) -> bool {
        self.several
    }

    /// The next document.
    ///
    /// # Errors
    /// [`InputError`] for one that cannot be read; the next one may be read all the same.
    #[allow(clippy::should_implement_trait)] // what it lends lives until the next call
    pub fn next(&mut self) -> Option<Result<Item<'_>, InputError>> {
        loop {
            let given = self.current.as_ref()?.given;
            if given < self.count() {
                break;
            }
            self.read();
        }
        let current = self.current.as_mut()?;
        let element = current.given;
        current.given = element.saturating_add(1);
        let id = match &current.result {
            Ok(id) => *id,
            Err(error) => return Some(Err(error.clone())),
        };
        let json = Json { store: &self.store, id };
        let mut elements = json.elements();
        Some(match self.form(json) {
            Form::Plain => match json.node() {
                Node::Map(_) => Ok(Item::Plain(Plain(json))),
                other => Err(no_object(other)),
            },
            Form::Snapshot => Recorded::force(json).map(Item::Recorded),
            Form::Snapshots => match elements.nth(element) {
                Some(json) => Recorded::force(json).map(Item::Recorded),
                None => Err(InputError::new(input::NO_SNAPSHOT, "an array without snapshots")),
            },
        })
    }

    /// How many documents the current one stands for.
    fn count(&self) -> usize {
        match &self.current {
            Some(Current { result: Ok(id), .. }) => {
                let json = Json { store: &self.store, id: *id };
                match self.form(json) {
                    // an empty array is one mistake
                    Form::Snapshots => json.elements().len().max(1),
                    Form::Plain | Form::Snapshot => 1,
                }
            }
            Some(_) => 1,
            None => 0,
        }
    }

    fn form(&self, json: Json<'_>) -> Form {
        match self.mode {
            Mode::Plain => Form::Plain,
            Mode::Snapshot if json.is_array() => Form::Snapshots,
            Mode::Snapshot => Form::Snapshot,
            Mode::Auto if json.elements().any(|json| Recorded::detect(json).is_some()) => Form::Snapshots,
            Mode::Auto if Recorded::detect(json).is_some() => Form::Snapshot,
            Mode::Auto => Form::Plain,
        }
    }

    /// Reads the next document into the store.
    fn read(&mut self) {
        self.store.clear();
        self.current = None;
        if !self.lines {
            // the whole, once
            if self.at <= self.bytes.len() {
                let start = self.at;
                self.at = self.bytes.len().saturating_add(1);
                let result = text(self.bytes, start).and_then(|text| {
                    json::read(text, &mut self.store).map_err(|broken| located(broken, self.bytes, start))
                });
                self.current = Some(Current { result, given: 0 });
            }
            return;
        }
        while let Some((start, line)) = self.next_line() {
            if is_blank(line) {
                continue;
            }
            let result = text(line, 0).and_then(|text| {
                json::read(text, &mut self.store).map_err(|broken| located(broken, line, 0))
            });
            let result = result.map_err(|error| self.in_line(error, start));
            self.current = Some(Current { result, given: 0 });
            return;
        }
    }

    /// The next line, and where it starts.
    fn next_line(&mut self) -> Option<(usize, &'b [u8])> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        self.at = start.saturating_add(line.len()).saturating_add(1);
        self.line = self.line.saturating_add(1);
        Some((start, line))
    }

    /// An error in a line that starts at `start`, with its place in the whole.
    fn in_line(&self, mut error: InputError, start: usize) -> InputError {
        error.place = error.place.map(|place| Place {
            offset: place.offset.saturating_add(start),
            line: self.line,
            column: place.column,
        });
        error
    }

    /// Whether the input is one document a line.
    fn is_lines(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut lines = rest.split(|byte| *byte == b'\n').filter(|line| !is_blank(line));
        let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
        let mut is_whole = |line: &[u8]| {
            self.store.clear();
            let Ok(text) = std::str::from_utf8(line) else { return false };
            let end = read_prefix(text, &mut self.store).map(|(_, end)| end);
            end.is_ok_and(|end| is_blank(text.as_bytes().get(end..).unwrap_or_default()))
        };
        // a first line that is broken does not hide that there are lines
        is_whole(first) || (opens_long(first) && opens_long(second) && is_whole(second))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Snapshot,
    Snapshots,
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Whether a line begins an object or array and goes on, at its very start: the layout of one document over
/// several lines puts what it contains further in.
fn opens_long(line: &[u8]) -> bool {
    let trimmed = line.trim_ascii_end();
    matches!(trimmed.first(), Some(b'{' | b'[')) && trimmed.len() > 1
}
