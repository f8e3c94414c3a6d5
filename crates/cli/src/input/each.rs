//! Every input, one after the other, as it was read: the threads read ahead.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use probelang::snapshot::{InputError, InputReader, Item, ReadTexts, Vars};

use super::chunks::Texts;
use super::feed::Feed;
use super::progress::Meter;
use super::{Inputs, Origin, Unusable, cores, parts, pool};
use crate::exit::Failure;

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

/// What comes next.
pub enum Next<'d> {
    /// An input.
    Read(Read<'d>),
    /// One that cannot be used.
    Unusable(Box<Unusable>),
    /// Nothing yet, so that what was written should be handed on.
    Nothing,
}

/// Texts as they were read, in their order.
#[derive(Default)]
struct Pile {
    /// What is in those that could be read.
    read: ReadTexts,
    /// All of them: why one could not be read, if so.
    texts: Vec<(Origin, Option<Box<Unusable>>)>,
}

impl Inputs {
    /// Hands every input to `take`, one after the other, as it was read: no frame of a snapshot is chosen. Many inputs are read
    /// by all cores, ahead of `take`; what is in memory does not grow with their number.
    ///
    /// # Errors
    /// What `take` gives, which ends the run.
    pub fn each(&self, mut take: impl FnMut(Next<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut feed = Feed::new(&self.paths, self.sizes);
        let reader = || InputReader::new().only(self.reads.clone());
        // the first may be long before the second
        let (mut texts, mut first) = (Texts::default(), Pile::default());
        if !feed.next_into(&mut texts) {
            return Ok(());
        }
        self.read(&mut reader(), &texts, &mut first);
        self.hand(&first, &mut take)?;
        take(Next::Nothing)?;
        let mut texts = Texts::default();
        if !feed.next_into(&mut texts) {
            return Ok(());
        }
        let mut meter = Meter::new(feed.progress().clone());
        // piles that were handed on, whose memory is used again
        let done = Mutex::new(vec![first]);
        let lock = || done.lock().unwrap_or_else(PoisonError::into_inner);
        let work = |reader: &mut InputReader, texts: Texts| {
            let mut pile = lock().pop().unwrap_or_default();
            self.read(reader, &texts, &mut pile);
            pile
        };
        pool::ordered(cores(), feed.batches(texts), reader, work, |pile, waits| {
            meter.tick();
            self.hand(&pile, &mut take)?;
            lock().push(pile);
            if waits { take(Next::Nothing) } else { Ok(()) }
        })
    }

    /// Reads texts into a pile, in place of what was in it.
    fn read(&self, reader: &mut InputReader, texts: &Texts, pile: &mut Pile) {
        pile.read.clear();
        pile.texts.clear();
        for (chunk, text) in texts.iter() {
            let from = Origin::of(chunk);
            let text = match text {
                Ok(text) => text,
                Err(unread) => {
                    pile.texts.push((from, Some(self.unread(chunk, unread))));
                    continue;
                }
            };
            let Some(error) = self.read_one(reader, from, text, pile) else { continue };
            let parts = parts(from, text);
            if parts.is_empty() {
                pile.texts.push((from, Some(self.unusable(from, &error))));
            }
            for (from, part) in parts {
                if let Some(error) = self.read_one(reader, from, part, pile) {
                    pile.texts.push((from, Some(self.unusable(from, &error))));
                }
            }
        }
    }

    /// Adds one JSON value to a pile, or says why it cannot be read.
    fn read_one(
        &self,
        reader: &mut InputReader,
        from: Origin,
        text: &[u8],
        pile: &mut Pile,
    ) -> Option<InputError> {
        let Pile { read, texts } = pile;
        match reader.read_into(text, self.mode, read) {
            Ok(items) => {
                self.met.skipped.fetch_add(items.skipped(), Ordering::Relaxed);
                texts.push((from, None));
                None
            }
            Err(error) => Some(error),
        }
    }

    /// Hands on what is in a pile.
    fn hand(
        &self,
        pile: &Pile,
        take: &mut impl FnMut(Next<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut read = pile.read.iter();
        for (from, unusable) in &pile.texts {
            if let Some(unusable) = unusable {
                take(Next::Unusable(unusable.clone()))?;
                continue;
            }
            for item in read.next().into_iter().flatten() {
                take(match item {
                    Ok(item) => Next::Read(Read { item, inputs: self, from: *from }),
                    Err(error) => Next::Unusable(self.unusable(*from, &error)),
                })?;
            }
        }
        Ok(())
    }
}
