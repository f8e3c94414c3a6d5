//! What a JSON text holds, with memory of its own.

use probelang_diagnostic::input;
use probelang_host::Names;
use probelang_redact::Policy;

use crate::document::Document;
use crate::error::InputError;
use crate::frame::Snapshot;
use crate::reader::{InputReader, Item, Mode};
use crate::view::View;

/// A document, or a frame of a recorded snapshot, whichever a text holds: for those who keep it.
///
/// [`InputReader`] reads many texts into the same memory; this is one with its own.
///
/// ```
/// use probelang_redact::Policy;
/// use probelang_snapshot::{Input, Mode};
///
/// let policy = Policy::built_in();
/// let document = Input::read(br#"{"n": 1}"#, Mode::Auto, 0, None, &policy)?;
/// assert_eq!((document.names(), document.frame.as_deref()), (vec!["n"], None));
///
/// let event = br#"{"captures": {"entry": {"arguments": {"n": {"type": "int", "value": "1"}}}, "return": {}}}"#;
/// let snapshot = Input::read(event, Mode::Auto, 0, Some("entry"), &policy)?;
/// assert_eq!((snapshot.names(), snapshot.frame.as_deref()), (vec!["n"], Some("entry")));
/// assert_eq!(snapshot.frames, ["entry", "return"]);
/// # Ok::<(), probelang_snapshot::InputError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Input {
    /// The values.
    pub values: Values,
    /// The language of the recorded program; `json` of a document.
    pub language: String,
    /// The frame that was opened; `None` of a document.
    pub frame: Option<String>,
    /// All frames that were recorded; none of a document.
    pub frames: Vec<String>,
    /// How many documents or snapshots the text contains.
    pub count: usize,
}

/// What an [`Input`] is.
#[derive(Clone, Debug)]
pub enum Values {
    /// A plain document.
    Document(Document),
    /// A recorded frame.
    Snapshot(Snapshot),
}

impl Input {
    /// Reads the document or snapshot at `index` among those in `bytes`, and its frame of that name, as
    /// [`Recorded::open`](crate::Recorded::open) chooses it.
    ///
    /// # Errors
    /// [`InputError`] as of [`InputReader::read`] and [`Recorded::open`](crate::Recorded::open), and for an index
    /// at which there is nothing.
    ///
    /// # Cost
    /// Linear in the bytes, and `n log n` in the keys of an object.
    pub fn read(
        bytes: &[u8],
        mode: Mode,
        index: usize,
        frame: Option<&str>,
        policy: &Policy,
    ) -> Result<Self, InputError> {
        let mut reader = InputReader::new();
        let mut items = reader.read(bytes, mode)?;
        let count = items.len();
        match items.nth(index) {
            Some(Ok(Item::Recorded(recorded))) => {
                let snapshot = recorded.open(frame, policy)?;
                Ok(Self {
                    language: recorded.language_name().to_owned(),
                    frame: Some(snapshot.frame().to_owned()),
                    frames: recorded.frames()?,
                    count,
                    values: Values::Snapshot(snapshot),
                })
            }
            Some(Ok(Item::Plain(plain))) => {
                let root = plain.root();
                Ok(Self {
                    values: Values::Document(reader.into_document(root)),
                    language: "json".to_owned(),
                    frame: None,
                    frames: Vec::new(),
                    count,
                })
            }
            Some(Err(error)) => Err(error),
            None => {
                let message = match count.checked_sub(1) {
                    Some(last) => format!("there is nothing at {index}, the last input is at {last}"),
                    None => "the array is empty".to_owned(),
                };
                Err(InputError::new(input::NO_SNAPSHOT, message))
            }
        }
    }

    /// The names in scope, in the order in which they are written.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match &self.values {
            Values::Document(document) => document.names(),
            Values::Snapshot(snapshot) => snapshot.names(),
        }
    }

    /// The host over it, with the table of names that programs were linked with.
    #[must_use]
    pub const fn view<'d>(&'d self, names: &'d Names) -> View<'d> {
        match &self.values {
            Values::Document(document) => document.view(names),
            Values::Snapshot(snapshot) => snapshot.view(names),
        }
    }
}
