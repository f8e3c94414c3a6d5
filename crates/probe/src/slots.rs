//! What was captured when calls were entered, until they end.

use std::sync::{Arc, Mutex};

use probelang::capture::Capture;

use crate::site::{Armed, Pending};
use crate::state::Ticket;
use crate::sync::lock;

/// A probe that fired when a call was entered.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub armed: Arc<Armed>,
    pub capture: Box<Capture>,
    /// Steps that it has left.
    pub steps: u64,
    /// Counts it among the calls that wait.
    pub ticket: Ticket,
}

/// A table with a slot for each call that has something waiting.
#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Tells the calls apart that have the slot one after the other.
    key: u32,
    waiting: Vec<Waiting>,
}

impl Slots {
    /// Keeps what waits for the end of `call`. False: there is no slot for it.
    pub fn keep(&self, call: &mut Pending, waiting: Waiting) -> bool {
        let mut table = lock(&self.0);
        let table = &mut *table;
        if !call.has_slot() {
            let slot = match table.free.pop() {
                Some(slot) => slot,
                None => {
                    let Some(slot) = u32::try_from(table.slots.len()).ok().filter(|slot| *slot < u32::MAX)
                    else {
                        return false;
                    };
                    table.slots.push(Slot::default());
                    slot
                }
            };
            call.slot = slot;
            call.key = table.slots.get(slot as usize).map_or(0, |slot| slot.key);
        }
        match table.slots.get_mut(call.slot as usize).filter(|slot| slot.key == call.key) {
            Some(slot) => {
                slot.waiting.push(waiting);
                true
            }
            None => false,
        }
    }

    /// How many probes wait for the end of calls.
    pub fn len(&self) -> usize {
        let table = lock(&self.0);
        table.slots.iter().fold(0, |sum, slot| sum.saturating_add(slot.waiting.len()))
    }

    /// Takes what waited for the end of `call`.
    pub fn take(&self, call: &Pending) -> Vec<Waiting> {
        if !call.has_slot() {
            return Vec::new();
        }
        let mut table = lock(&self.0);
        let table = &mut *table;
        let Some(slot) = table.slots.get_mut(call.slot as usize).filter(|slot| slot.key == call.key) else {
            return Vec::new();
        };
        slot.key = slot.key.wrapping_add(1);
        table.free.push(call.slot);
        std::mem::take(&mut slot.waiting)
    }
}
