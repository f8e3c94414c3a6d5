//! The statuses of a set, and the news of them on the way to the output.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use crate::event::{Event, Output};
use crate::status::{StatusReport, Statuses};
use crate::sync::lock;

/// Hands news to the output one after the other, in the order in which they were decided, and without a lock while the
/// output runs: where several threads have news at once, one of them hands over all.
#[derive(Debug)]
pub(crate) struct Notices(Mutex<Board>);

#[derive(Debug)]
struct Board {
    statuses: Statuses,
    /// Probes whose statuses are no news to the output.
    hushed: HashSet<Arc<str>>,
    news: VecDeque<StatusReport>,
    /// Whether a thread is handing over news.
    is_busy: bool,
}

impl Notices {
    pub fn new(statuses: Statuses) -> Self {
        Self(Mutex::new(Board { statuses, hushed: HashSet::new(), news: VecDeque::new(), is_busy: false }))
    }

    /// Reads or cleans up the statuses, without news.
    pub fn with<R>(&self, run: impl FnOnce(&mut Statuses) -> R) -> R {
        run(&mut lock(&self.0).statuses)
    }

    /// Keeps the statuses of this probe from the output, unless it has one already: false then.
    pub fn hush(&self, id: &Arc<str>) -> bool {
        let mut board = lock(&self.0);
        let is_free = board.statuses.get(id).is_none();
        if is_free {
            board.hushed.insert(Arc::clone(id));
        }
        is_free
    }

    /// Forgets a probe.
    pub fn forget(&self, id: &str) {
        let mut board = lock(&self.0);
        board.hushed.remove(id);
        board.statuses.remove(id);
    }

    /// Forgets all probes but these and those that are hushed. One of these is hushed no more.
    pub fn keep(&self, named: &HashSet<&str>) {
        let board = &mut *lock(&self.0);
        board.hushed.retain(|id| !named.contains(&**id));
        board.statuses.retain(|id| named.contains(id) || board.hushed.contains(id));
    }

    /// Hands over what `decide` gives.
    pub fn send<N: IntoIterator<Item = StatusReport>>(
        &self,
        output: &dyn Output,
        decide: impl FnOnce(&mut Statuses) -> N,
    ) {
        {
            let board = &mut *lock(&self.0);
            let news = decide(&mut board.statuses);
            board.news.extend(news.into_iter().filter(|news| !board.hushed.contains(&news.id)));
            if board.news.is_empty() || std::mem::replace(&mut board.is_busy, true) {
                return;
            }
        }
        let mut turn = Turn { notices: self, is_over: false };
        while let Some(report) = turn.next() {
            output.emit(Event::Status(report));
        }
    }
}

/// A thread is handing over news.
struct Turn<'n> {
    notices: &'n Notices,
    is_over: bool,
}

impl Turn<'_> {
    /// The next report. Where there is none, the turn is over in the same moment.
    fn next(&mut self) -> Option<StatusReport> {
        let mut board = lock(&self.notices.0);
        let next = board.news.pop_front();
        if next.is_none() {
            board.is_busy = false;
            self.is_over = true;
        }
        next
    }
}

impl Drop for Turn<'_> {
    /// An output that panics ends the turn: whoever has news next hands over the rest.
    fn drop(&mut self) {
        if !self.is_over {
            lock(&self.notices.0).is_busy = false;
        }
    }
}
