//! What the callbacks see: code objects with probes, and calls that have not ended.
//!
//! All of it is touched under the GIL of one interpreter only.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use probelang_control::{ByAddress, Control};
use probelang_probe::{Pending, Probes, Site, Timestamp};
use pyo3::prelude::*;

use super::names::CodeNames;
use super::plan::Plan;
use super::tool::Tool;

/// A code object with probes.
pub struct Armed {
    /// Kept, since it is known by its address.
    pub code: Py<PyAny>,
    /// Its names.
    pub names: CodeNames,
    /// It as a function.
    pub call: Option<Arc<Site>>,
    /// Its lines with probes, in order.
    pub lines: Vec<(u32, Arc<Site>)>,
}

impl Armed {
    /// The place of a line.
    #[inline]
    pub fn line(&self, number: u32) -> Option<&Arc<Site>> {
        self.lines.iter().find(|(line, _)| *line == number).map(|(_, site)| site)
    }

    /// Whether calls of it have probes that wait for their end.
    pub fn has_ends(&self) -> bool {
        self.call.as_ref().is_some_and(|site| site.moments().end)
    }
}

/// A call that was entered.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// What the probes know it by.
    pub pending: Pending,
    /// The address of its code object.
    pub code: usize,
    /// How long it was suspended.
    pub suspended: Duration,
    /// Since when it is suspended.
    pub since: Option<Timestamp>,
}

impl Call {
    /// It is suspended.
    pub const fn suspend(&mut self, now: Timestamp) {
        self.since = Some(now);
    }

    /// It goes on.
    pub fn resume(&mut self, now: Timestamp) {
        if let Some(since) = self.since.take() {
            self.suspended = self.suspended.saturating_add(now.since(since));
        }
    }
}

/// The calls that have not ended, by the addresses of their frames. The one that was entered last is at hand: it mostly ends first.
#[derive(Debug, Default)]
pub struct Calls {
    last: Option<(usize, Call)>,
    others: ByAddress<Call>,
}

impl Calls {
    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.last.is_none() && self.others.is_empty()
    }

    /// Keeps a call, and gives the one that was there before.
    #[inline]
    pub fn insert(&mut self, frame: usize, call: Call) -> Option<Call> {
        let before = self.remove(frame);
        if let Some((frame, call)) = self.last.replace((frame, call)) {
            self.others.insert(frame, call);
        }
        before
    }

    /// Takes the call of a frame.
    #[inline]
    pub fn remove(&mut self, frame: usize) -> Option<Call> {
        if let Some((_, call)) = self.last.take_if(|(at, _)| *at == frame) {
            return Some(call);
        }
        if self.others.is_empty() { None } else { self.others.remove(&frame) }
    }

    /// The call of a frame.
    pub fn get_mut(&mut self, frame: usize) -> Option<&mut Call> {
        match &mut self.last {
            Some((at, call)) if *at == frame => Some(call),
            _ => self.others.get_mut(&frame),
        }
    }

    /// Forgets the calls of which `is_wanted` says no.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&mut Call) -> bool) {
        self.last.take_if(|(_, call)| !is_wanted(call));
        self.others.retain(|_, call| is_wanted(call));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// What the callbacks see.
#[derive(Default)]
pub struct State {
    /// The set that hits are reported to.
    pub probes: RefCell<Option<Arc<Probes>>>,
    /// Code objects with probes.
    pub codes: RefCell<ByAddress<Box<Armed>>>,
    /// Calls that have not ended. A call that ends is the only one of its frame.
    pub calls: RefCell<Calls>,
    /// Code objects of modules that are about to run.
    pub arriving: RefCell<ByAddress<Py<PyAny>>>,
    /// Code objects of modules that run for the first time, and may pass on what a probe names.
    pub leaving: RefCell<ByAddress<Py<PyAny>>>,
    /// How events are asked for, once something is armed.
    pub tool: RefCell<Option<Tool>>,
    /// What is to be placed.
    pub plan: RefCell<Plan>,
    /// What runs the set.
    pub control: RefCell<Option<Arc<Control>>>,
}

/// A value that is touched under the GIL only.
struct Held(State);

// SAFETY: `state` lends it only to a thread that holds the GIL, and only one interpreter may import this module
unsafe impl Sync for Held {}
// SAFETY: as above
unsafe impl Send for Held {}

/// The state of the process.
#[inline]
pub fn state(_: Python<'_>) -> &'static State {
    static STATE: std::sync::OnceLock<Held> = std::sync::OnceLock::new();
    &STATE.get_or_init(|| Held(State::default())).0
}

/// The proof that the GIL is held, where the interpreter calls.
#[inline]
pub fn attached<'a>() -> Python<'a> {
    // SAFETY: the interpreter holds it while it calls, and this is called nowhere else
    unsafe { Python::assume_attached() }
}
