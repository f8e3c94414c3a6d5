//! The lists of the places that a thread has hit last, so that a hit reads the list of its place without counting who
//! else reads it, and whether the thread is within a hit.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::site::{List, Site};

/// Lists that a thread keeps.
const KEPT: usize = 64;

/// How often the list of any place of the process was changed.
static CHANGES: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// What the thread keeps. Borrowed while the thread is within a hit.
    static NEAR: RefCell<Near> = const { RefCell::new(Near { changes: 0, lists: [const { None }; KEPT] }) };
    /// Whether a thread that is about to end, and keeps nothing any more, is within a hit.
    static ENDING: Cell<bool> = const { Cell::new(false) };
}

struct Near {
    /// The changes that there were when the lists were read: after one more, all of them are dropped.
    changes: u64,
    lists: [Option<Arc<List>>; KEPT],
}

/// What is armed at a place, for an adapter that keeps in each thread what it knows of its places: a hit with it looks up
/// nothing more. It keeps the probes alive that are in it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The changes that there were before the list was read.
    changes: u64,
    pub(crate) list: Arc<List>,
}

impl Found {
    /// What is armed at a place now.
    #[must_use]
    pub fn at(site: &Site) -> Self {
        // before the list: what is replaced meanwhile is read again
        let changes = CHANGES.load(Ordering::Acquire);
        Self { changes, list: site.list.load_full() }
    }

    /// Whether nothing was changed since, at any place of the process.
    ///
    /// # Cost
    /// One load.
    #[inline]
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.changes == CHANGES.load(Ordering::Acquire)
    }
}

/// Says that the list of a place was replaced, or that the place is gone. To be called when that is done.
pub(crate) fn changed() {
    // a hit that sees the number sees the new list
    CHANGES.fetch_add(1, Ordering::Release);
}

/// Runs `hit` with the list of `site` at this moment, or with what was found there before, and with false if the thread is
/// within another hit.
#[inline]
pub(crate) fn with<R>(site: &Site, found: Option<&Found>, mut hit: impl FnMut(&List, bool) -> R) -> R {
    let answer = NEAR.try_with(|near| {
        let near = near.try_borrow_mut().ok()?;
        let list = match found {
            Some(found) => &*found.list,
            None => near.list(site)?,
        };
        Some(hit(list, true))
    });
    match answer {
        Ok(Some(answer)) => answer,
        Ok(None) | Err(_) => read(site, hit),
    }
}

/// The same where the list is not at hand.
#[cold]
#[inline(never)]
fn read<R>(site: &Site, mut hit: impl FnMut(&List, bool) -> R) -> R {
    let found = Found::at(site);
    let answer = NEAR.try_with(|near| match near.try_borrow_mut() {
        Ok(mut near) => {
            near.keep(site, &found);
            hit(&found.list, true)
        }
        Err(_) => hit(&found.list, false),
    });
    answer.unwrap_or_else(|_| {
        let is_within = ENDING.replace(true);
        let answer = hit(&found.list, !is_within);
        ENDING.set(is_within);
        answer
    })
}

/// Where a thread keeps the list of a site.
#[inline]
const fn slot(site: &Site) -> usize {
    // the low bits of a number that counts up
    site.key as usize % KEPT
}

impl Near {
    /// The list of a site, if it is kept and no list was replaced since.
    #[inline]
    fn list(&self, site: &Site) -> Option<&List> {
        let list = self.lists.get(slot(site))?.as_deref()?;
        (list.site == site.key && self.changes == CHANGES.load(Ordering::Acquire)).then_some(list)
    }

    /// Keeps a list that was found.
    fn keep(&mut self, site: &Site, found: &Found) {
        if self.changes != found.changes {
            self.changes = found.changes;
            self.lists.fill(None);
        }
        if let Some(kept) = self.lists.get_mut(slot(site)) {
            *kept = Some(Arc::clone(&found.list));
        }
    }
}
