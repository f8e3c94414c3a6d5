//! What a thread has hit last, so that a hit finds what is armed at its place without counting who else uses it.
//!
//! As a thread keeps the lists of [sites](probelang_probe::Site): after any change it drops all that it keeps at its next hit.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use probelang_probe::Found;

use crate::adapter::Entry;
use crate::point::ArmedPoint;

/// Places that a thread keeps.
const KEPT: usize = 64;

/// How often what is armed in the process was changed.
static CHANGES: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static NEAR: RefCell<Near> = const { RefCell::new(Near { changes: 0, places: [const { None }; KEPT] }) };
}

/// A place, and who asks: each adapter has probes of its own at the callsites of the process.
pub type Key = (usize, usize);

/// What is armed at a place.
#[derive(Clone)]
pub enum Kept {
    /// Nothing.
    Nothing,
    Callsite(Entry),
    /// With what was found at its site.
    Point(Arc<ArmedPoint>, Found),
}

impl Kept {
    /// Whether what was found in it is what is there now.
    #[inline]
    fn is_current(&self) -> bool {
        match self {
            Self::Nothing | Self::Callsite(_) => true,
            Self::Point(_, found) => found.is_current(),
        }
    }
}

struct Near {
    /// The changes that there were when the places were looked up: after one more, all of them are dropped.
    changes: u64,
    places: [Option<(Key, Kept)>; KEPT],
}

/// Says that what is armed somewhere was replaced. To be called when that is done.
pub fn changed() {
    // a hit that sees the number sees what is armed now
    CHANGES.fetch_add(1, Ordering::Release);
}

/// Runs `hit` with what is armed at a place, which `find` looks up where the thread does not keep it.
#[inline]
pub fn with<R>(key: Key, find: impl FnOnce() -> Kept, mut hit: impl FnMut(&Kept) -> R) -> R {
    let answer = NEAR.try_with(|near| {
        // shared: what the program does within a hit may reach another place
        let near = near.try_borrow().ok()?;
        near.get(key).map(&mut hit)
    });
    match answer {
        Ok(Some(answer)) => answer,
        Ok(None) | Err(_) => look_up(key, find, hit),
    }
}

/// The same where the thread does not keep it.
#[cold]
#[inline(never)]
fn look_up<R>(key: Key, find: impl FnOnce() -> Kept, mut hit: impl FnMut(&Kept) -> R) -> R {
    // before it is looked up: what is replaced meanwhile is looked up again
    let changes = CHANGES.load(Ordering::Acquire);
    let kept = find();
    let _ = NEAR.try_with(|near| {
        if let Ok(mut near) = near.try_borrow_mut() {
            near.keep(key, changes, kept.clone());
        }
    });
    hit(&kept)
}

/// Where a thread keeps a place.
#[inline]
const fn slot((_, place): Key) -> usize {
    // by Fibonacci: the high bits depend on all
    ((place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize
}

impl Near {
    /// What is armed at a place, if that is kept and nothing was changed since.
    #[inline]
    fn get(&self, key: Key) -> Option<&Kept> {
        let (at, kept) = self.places.get(slot(key))?.as_ref()?;
        let is_current = *at == key && self.changes == CHANGES.load(Ordering::Acquire) && kept.is_current();
        is_current.then_some(kept)
    }

    /// Keeps what was looked up after so many changes.
    fn keep(&mut self, key: Key, changes: u64, kept: Kept) {
        if self.changes != changes {
            self.changes = changes;
            self.places.fill(None);
        }
        // what is outdated keeps probes alive that may be gone
        for place in &mut self.places {
            if place.as_ref().is_some_and(|(_, kept)| !kept.is_current()) {
                *place = None;
            }
        }
        if let Some(place) = self.places.get_mut(slot(key)) {
            *place = Some((key, kept));
        }
    }
}
