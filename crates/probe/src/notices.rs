//! The statuses of a set, and the news of them on the way to the output.

use std::collections::VecDeque;
use std::sync::Mutex;

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
    news: VecDeque<StatusReport>,
    /// Whether a thread is handing over news.
    is_busy: bool,
}

impl Notices {
    pub fn new(statuses: Statuses) -> Self {
        Self(Mutex::new(Board { statuses, news: VecDeque::new(), is_busy: false }))
    }

    /// Reads or cleans up the statuses, without news.
    pub fn with<R>(&self, run: impl FnOnce(&mut Statuses) -> R) -> R {
        run(&mut lock(&self.0).statuses)
    }

    /// Hands over what `decide` gives.
    pub fn send<N: IntoIterator<Item = StatusReport>>(
        &self,
        output: &dyn Output,
        decide: impl FnOnce(&mut Statuses) -> N,
    ) {
        {
            let mut board = lock(&self.0);
            let news = decide(&mut board.statuses);
            board.news.extend(news);
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
