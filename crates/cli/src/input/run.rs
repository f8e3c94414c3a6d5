//! Work over every input, opened, spread over the cores.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use probelang::capture::{Subject, SubjectKind};
use probelang::host::{Names, Projection};
use probelang::redact::Policy;
use probelang::snapshot::{Exception, InputError, InputReader, Item, Items, Snapshot, View};

use super::chunks::{Chunk, Texts};
use super::feed::Feed;
use super::progress::Meter;
use super::{Entry, Inputs, Met, Origin, Unusable, cores, parts, pool};
use crate::exit::Failure;

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
        let work = |desk: &mut Desk, texts: Texts| {
            let mut gathered = G::default();
            job.run(desk, &texts, &mut gathered, &gather);
            gathered
        };
        pool::ordered(cores(), feed.batches(second), desk, work, |gathered, waits| {
            meter.tick();
            take(Came::Several { gathered, waits })
        })
    }
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
