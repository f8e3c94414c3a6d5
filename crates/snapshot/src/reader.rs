//! What one JSON text contains: a document, a snapshot, or an array of either.

use probelang_diagnostic::input;
use probelang_host::{Names, Projection};

use crate::document::{self, Document, no_object, read, without_mark};
use crate::error::InputError;
use crate::json::{self, Scratch};
use crate::plan::{Plan, Way};
use crate::raw::Json;
use crate::recorded::Recorded;
use crate::skip::Stopped;
use crate::store::{Node, Store};
use crate::texts::ReadTexts;
use crate::view::View;

/// How a text is taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mode {
    /// A document with `debugger.snapshot` or `captures` for a snapshot, an array of such for several, any
    /// other for a plain document, or an array for several.
    #[default]
    Auto,
    /// For a plain document, or an array of plain documents.
    Plain,
    /// For a snapshot, or an array of snapshots.
    Snapshot,
}

/// One document of a text.
#[derive(Clone, Copy, Debug)]
pub enum Item<'r> {
    /// A plain document.
    Plain(Plain<'r>),
    /// A recorded snapshot.
    Recorded(Recorded<'r>),
}

/// A plain document in a reader's memory. [`Document`](crate::Document) is the same with its own.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'r>(Json<'r>);

impl<'r> Plain<'r> {
    /// The names in scope, in the order in which they are written.
    pub fn names(&self) -> impl Iterator<Item = &'r str> {
        self.0.entries().map(|(name, _)| name)
    }

    /// Where it is in the store of its reader.
    pub(crate) const fn root(&self) -> u32 {
        self.0.id
    }

    /// The host over this document.
    #[must_use]
    pub const fn view<'d>(&self, names: &'d Names) -> View<'d>
    where
        'r: 'd,
    {
        View::new(self.0.store, self.0.id, names)
    }
}

/// Reads one JSON text after the other into the same memory: a file, or a line of many.
///
/// ```
/// use probelang_redact::Policy;
/// use probelang_snapshot::{Item, Mode, InputReader, Snapshot};
///
/// let line = br#"{"captures": {"entry": {"arguments": {"a": {"type": "int", "value": "1"}}}}}"#;
/// let mut reader = InputReader::new();
/// let mut snapshot = Snapshot::default();
/// for item in reader.read(line, Mode::Auto)? {
///     let Item::Recorded(recorded) = item? else { panic!("a snapshot") };
///     assert_eq!(recorded.frames()?, ["entry"]);
///     recorded.open_into(None, &Policy::built_in(), &mut snapshot)?;
/// }
/// # Ok::<(), probelang_snapshot::InputError>(())
/// ```
#[derive(Clone, Default, Debug)]
pub struct InputReader {
    store: Store,
    reading: Reading,
}

/// How texts are read, and what reading them needs.
#[derive(Clone, Default, Debug)]
struct Reading {
    scratch: Scratch,
    /// What is kept; everything without one.
    projection: Option<Projection>,
    /// Whether the last text was a recording: the next one will be, mostly.
    recording: bool,
}

/// Names that are worth looking each key up among them.
const NAMES: usize = 64;

impl InputReader {
    /// A reader without memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The reader for programs that read no more than `projection`. It checks all of a text, and keeps what they read: of
    /// plain documents the members and elements on the way, of recordings whole variables. It takes a quarter of the time where
    /// programs read a few of many. Of more than 64 names it keeps everything.
    ///
    /// Answers and faults of those programs are the same, and so are the errors of [`read`](Self::read). Lists of names, call
    /// stacks, captures, hints and other programs need [`read_whole`](Self::read_whole): they find less than there is. The projection of a
    /// program is `Program::projection` of the crate `probelang`.
    ///
    /// ```
    /// use probelang_host::{Host, Names, Projector, Value};
    /// use probelang_snapshot::{InputReader, Item, Mode};
    ///
    /// let mut reads = Projector::new();
    /// let age = reads.member(Projector::ROOT, "age");
    /// reads.keep(age);
    /// let mut reader = InputReader::new().only(reads.finish());
    ///
    /// let line = br#"{"name": "Ada", "age": 36, "roles": ["admin", "author"]}"#;
    /// let mut items = reader.read(line, Mode::Auto)?;
    /// let Some(Ok(Item::Plain(plain))) = items.next() else { panic!("a document") };
    /// assert_eq!(plain.names().collect::<Vec<_>>(), ["age"]);
    /// // what is not kept is checked all the same
    /// assert!(reader.read(br#"{"name": nobody, "age": 36}"#, Mode::Auto).is_err());
    /// # Ok::<(), probelang_snapshot::InputError>(())
    /// ```
    #[must_use]
    pub fn only(mut self, projection: Projection) -> Self {
        let is_small = projection.part(Projection::ROOT).members().len() <= NAMES;
        self.reading.projection = Some(projection).filter(|projection| is_small && !projection.is_whole());
        self
    }

    /// The document that was read at `root`, with the memory of the reader.
    pub(crate) fn into_document(self, root: u32) -> Document {
        Document::of(self.store, root)
    }

    /// The documents in `bytes`; a byte order mark at its start is skipped. A reader for [a few names only](Self::only) keeps
    /// what is read by these.
    ///
    /// # Errors
    /// [`InputError`] for bytes that are not UTF-8, and for what is not JSON or nests deeper than
    /// [`MAX_DEPTH`](crate::MAX_DEPTH) levels.
    ///
    /// # Cost
    /// Linear in the bytes, and `n log n` in the keys of an object. A text that cannot be read is read twice if only a part of
    /// it was to be kept.
    pub fn read(&mut self, bytes: &[u8], mode: Mode) -> Result<Items<'_>, InputError> {
        self.store.clear();
        let (id, contents) = self.reading.read(&mut self.store, bytes, mode)?;
        Ok(Items::new(Json { store: &self.store, id }, contents))
    }

    /// As [`read`](Self::read), next to what was read into `texts` before, which stays.
    ///
    /// # Errors
    /// As [`read`](Self::read); `texts` is then as it was.
    pub fn read_into<'t>(
        &mut self,
        bytes: &[u8],
        mode: Mode,
        texts: &'t mut ReadTexts,
    ) -> Result<Items<'t>, InputError> {
        texts.add(bytes.len(), |store| self.reading.read(store, bytes, mode))
    }

    /// As [`read`](Self::read), with everything in the documents, whatever the reader was made for.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_whole(&mut self, bytes: &[u8], mode: Mode) -> Result<Items<'_>, InputError> {
        self.store.clear();
        let (id, contents) = self.reading.all(&mut self.store, bytes, mode)?;
        Ok(Items::new(Json { store: &self.store, id }, contents))
    }

    /// Whether texts are read only in part.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.reading.projection.is_some()
    }
}

impl Reading {
    /// Reads what is kept of a text, behind what is in the store.
    fn read(&mut self, store: &mut Store, bytes: &[u8], mode: Mode) -> Result<(u32, Contents), InputError> {
        match self.part(store, bytes, mode) {
            Some(read) => Ok(read),
            None => self.all(store, bytes, mode),
        }
    }

    fn all(&mut self, store: &mut Store, bytes: &[u8], mode: Mode) -> Result<(u32, Contents), InputError> {
        let before = store.end();
        let id = read(bytes, store, &mut self.scratch).inspect_err(|_| store.cut(before))?;
        let contents = Contents::of(Json { store, id }, mode);
        Ok((id, contents))
    }

    /// Reads what the projection keeps. `None` where that is all, or where the text may be wrong.
    fn part(&mut self, store: &mut Store, bytes: &[u8], mode: Mode) -> Option<(u32, Contents)> {
        let projection = self.projection.as_ref()?;
        let start = bytes.len().saturating_sub(without_mark(bytes).len());
        let text = document::text(bytes, start).ok()?;
        let ways: &[Way] = match mode {
            Mode::Plain => &[Way::Plain],
            Mode::Snapshot => &[Way::Recording],
            Mode::Auto if self.recording => &[Way::Recording, Way::Watching],
            Mode::Auto => &[Way::Watching, Way::Recording],
        };
        let before = store.end();
        for &way in ways {
            let plan = Plan { projection, way };
            let id = match json::read_part(text, store, &mut self.scratch, plan) {
                Ok(id) => id,
                Err(stopped) => {
                    store.cut(before);
                    match stopped {
                        Stopped::Event => continue,
                        Stopped::Broken => return None,
                    }
                }
            };
            let json = Json { store, id };
            let contents = match way {
                Way::Plain | Way::Watching => Contents::plain(json),
                Way::Recording => Contents::of(json, mode),
            };
            let is_plain = matches!(contents.form, Form::Plain | Form::Plains);
            if way == Way::Recording && is_plain {
                store.cut(before);
                continue;
            }
            self.recording = way == Way::Recording;
            return Some((id, contents));
        }
        None
    }
}

/// What a text contains, and where.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    form: Form,
    len: usize,
    found: Search,
}

impl Contents {
    /// Of a text without snapshots.
    fn plain(json: Json<'_>) -> Self {
        let (form, len) =
            if json.is_array() { (Form::Plains, json.elements().len()) } else { (Form::Plain, 1) };
        Self { form, len, found: Search::default() }
    }

    fn of(json: Json<'_>, mode: Mode) -> Self {
        let plain = if json.is_array() { Form::Plains } else { Form::Plain };
        let form = match mode {
            Mode::Plain => plain,
            Mode::Snapshot if json.is_array() => Form::Snapshots,
            Mode::Snapshot => Form::Snapshot,
            Mode::Auto if json.elements().any(|json| Recorded::detect(json).is_some()) => Form::Snapshots,
            Mode::Auto if Recorded::detect(json).is_some() => Form::Snapshot,
            Mode::Auto => plain,
        };
        let mut found = Search::default();
        let bare = form == Form::Snapshot && Recorded::detect(json).is_some();
        if form == Form::Snapshots && mode == Mode::Auto {
            for (element, json) in json.elements().enumerate() {
                found.element = element;
                match Recorded::detect(json) {
                    Some(_) => found.add(json),
                    None => {
                        let before = found.ids.len();
                        found.run(json, false);
                        let without = usize::from(found.ids.len() == before);
                        found.skipped = found.skipped.saturating_add(without);
                    }
                }
            }
        } else if mode != Mode::Plain && form != Form::Snapshots && !bare {
            found.run(json, true);
        }
        let form = if found.ids.is_empty() { form } else { Form::Found };
        let len = match form {
            Form::Found => found.ids.len(),
            // an empty array is one mistake
            Form::Snapshots => json.elements().len().max(1),
            Form::Plains => json.elements().len(),
            Form::Plain | Form::Snapshot => 1,
        };
        Self { form, len, found }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Plain,
    Plains,
    Snapshot,
    Snapshots,
    /// Snapshots somewhere in the document.
    Found,
}

/// Events with a snapshot, and how many siblings of theirs have none.
#[derive(Clone, Default, Debug)]
struct Search {
    ids: Vec<u32>,
    /// For each, which element of the array at the top it is in.
    elements: Vec<usize>,
    element: usize,
    skipped: usize,
}

/// What is to be done in a search.
enum Open<'j> {
    Look(Json<'j>),
    /// The next element of the innermost array begins.
    Element,
    /// The innermost array ends.
    End,
    /// An element of the array at the top begins.
    Top(usize),
}

impl Search {
    fn add(&mut self, json: Json<'_>) {
        self.ids.push(json.id);
        self.elements.push(self.element);
    }

    /// Finds the events with a snapshot that lie anywhere in `json`, in order. No recursion. `is_top`: if it is an array,
    /// it is the one whose elements are numbered.
    fn run(&mut self, json: Json<'_>, is_top: bool) {
        let mut top = is_top.then_some(json.id);
        let mut open = vec![Open::Look(json)];
        // for each array on the way, how many events there were before each of its elements
        let mut arrays: Vec<Vec<usize>> = Vec::new();
        while let Some(next) = open.pop() {
            match next {
                Open::Look(json) if Recorded::is_event(json) => self.add(json),
                Open::Look(json) if json.is_array() => {
                    let is_top = top.take() == Some(json.id);
                    arrays.push(Vec::new());
                    open.push(Open::End);
                    for (number, element) in json.elements().enumerate().rev() {
                        open.push(Open::Look(element));
                        if element.is_object() {
                            open.push(Open::Element);
                        }
                        if is_top {
                            open.push(Open::Top(number));
                        }
                    }
                }
                Open::Top(number) => self.element = number,
                Open::Look(json) => {
                    let start = open.len();
                    open.extend(json.entries().map(|(_, value)| Open::Look(value)));
                    open.get_mut(start..).unwrap_or_default().reverse();
                }
                Open::Element => {
                    if let Some(before) = arrays.last_mut() {
                        before.push(self.ids.len());
                    }
                }
                Open::End => {
                    let mut before = arrays.pop().unwrap_or_default();
                    before.push(self.ids.len());
                    let elements = before.windows(2);
                    let without = elements.clone().filter(|pair| pair.first() == pair.last()).count();
                    // an array of no events is no list of such
                    if without < elements.len() {
                        self.skipped = self.skipped.saturating_add(without);
                    }
                }
            }
        }
    }
}

/// The documents of one text: one, or the elements of an array. Siblings without
/// a snapshot are skipped with [`Mode::Auto`], and counted; with [`Mode::Snapshot`] an element of an array that is no
/// snapshot is an error of its own.
#[derive(Clone, Debug)]
pub struct Items<'r> {
    json: Json<'r>,
    form: Form,
    next: usize,
    len: usize,
    found: Search,
}

impl<'r> Items<'r> {
    pub(crate) fn new(json: Json<'r>, contents: Contents) -> Self {
        let Contents { form, len, found } = contents;
        Items { json, form, next: 0, len, found }
    }

    /// How many siblings of the snapshots have none, and are skipped.
    #[must_use]
    pub const fn skipped(&self) -> usize {
        self.found.skipped
    }

    /// Which element of the array at the top the next document is in, from 0; `None` where the text is no array.
    #[must_use]
    pub fn element(&self) -> Option<usize> {
        match self.form {
            Form::Plain | Form::Snapshot => None,
            Form::Plains | Form::Snapshots => Some(self.next),
            Form::Found if self.json.is_array() => self.found.elements.get(self.next).copied(),
            Form::Found => None,
        }
    }
}

impl<'r> Iterator for Items<'r> {
    type Item = Result<Item<'r>, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.len {
            return None;
        }
        let element = match self.form {
            Form::Found => self.found.ids.get(self.next).map(|id| Json { id: *id, ..self.json }),
            Form::Plain | Form::Plains | Form::Snapshot | Form::Snapshots => self.json.element(self.next),
        };
        self.next = self.next.saturating_add(1);
        Some(match self.form {
            Form::Plain => plain(self.json),
            // an element for each that was counted
            Form::Plains => plain(element.unwrap_or(self.json)),
            Form::Snapshot => Recorded::force(self.json).map(Item::Recorded),
            Form::Snapshots | Form::Found => match element {
                Some(json) => Recorded::force(json).map(Item::Recorded),
                None => Err(InputError::new(input::NO_SNAPSHOT, "an array without snapshots")),
            },
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.len.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Items<'_> {}

fn plain(json: Json<'_>) -> Result<Item<'_>, InputError> {
    match json.node() {
        Node::Map(_) => Ok(Item::Plain(Plain(json))),
        other => Err(no_object(other)),
    }
}
