//! Texts that were read, with memory of their own.

use crate::error::InputError;
use crate::raw::Json;
use crate::reader::{Contents, Items};
use crate::store::Store;

/// Texts that an [`InputReader`](crate::InputReader) read one after the other, kept together: to be looked at later, or in another
/// thread. [`clear`](Self::clear) makes room for others in the same memory.
///
/// ```
/// use probelang_snapshot::{InputReader, Mode, ReadTexts};
///
/// let (mut reader, mut texts) = (InputReader::new(), ReadTexts::default());
/// for line in [r#"{"a": 1}"#, "nobody", r#"[{"a": 2}, {"a": 3}]"#] {
///     let read = reader.read_into(line.as_bytes(), Mode::Auto, &mut texts);
///     assert_eq!(read.is_err(), line == "nobody");
/// }
/// // what cannot be read is not kept
/// assert_eq!(texts.iter().map(|items| items.len()).collect::<Vec<_>>(), [1, 2]);
/// ```
#[derive(Clone, Default, Debug)]
pub struct ReadTexts {
    /// The store that texts are read into, and the bytes of those in it.
    store: Store,
    bytes: usize,
    /// Stores that are full.
    full: Vec<Store>,
    /// For each text its store, and what it contains.
    texts: Vec<(usize, u32, Contents)>,
}

/// What a text takes in a store, besides its own bytes.
const BESIDES: usize = 16;

impl ReadTexts {
    /// Forgets the texts and keeps their memory.
    pub fn clear(&mut self) {
        self.full.clear();
        self.store.clear();
        self.bytes = 0;
        self.texts.clear();
    }

    /// What each of the texts contains, in the order in which they were read.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Items<'_>> {
        self.texts.iter().map(|(store, id, contents)| {
            let store = self.full.get(*store).unwrap_or(&self.store);
            Items::new(Json { store, id: *id }, contents.clone())
        })
    }

    /// Adds a text of so many bytes, which `read` reads into a store. Gives what came of it.
    pub(crate) fn add(
        &mut self,
        bytes: usize,
        read: impl FnOnce(&mut Store) -> Result<(u32, Contents), InputError>,
    ) -> Result<Items<'_>, InputError> {
        let bytes = bytes.saturating_add(BESIDES);
        // the nodes and texts of a store are counted in 32 bits
        if u32::try_from(self.bytes.saturating_add(bytes)).is_err() {
            self.full.push(std::mem::take(&mut self.store));
            self.bytes = 0;
        }
        let (id, contents) = read(&mut self.store)?;
        self.bytes = self.bytes.saturating_add(bytes);
        self.texts.push((self.full.len(), id, contents.clone()));
        Ok(Items::new(Json { store: &self.store, id }, contents))
    }
}
