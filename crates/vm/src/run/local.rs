//! Values of the frame itself: the key and value of an element that a loop keeps, and lazy filters.

use probelang_host::{Local, Role, Value};

use crate::program::ids::{Id, LoopId, SlotId};

impl LoopId {
    /// The lazy filter of this loop.
    pub(crate) fn filter(self) -> Value<'static> {
        Value::Local(Local { role: Role::Filter, slot: u32::from(self.raw()) })
    }

    /// The loop of the lazy filter `Local { slot, .. }`. One that a host made up is of no loop.
    pub(crate) fn of_filter(slot: u32) -> Self {
        Self::new(slot as usize).unwrap_or(Self::NOWHERE)
    }
}

impl SlotId {
    /// The key and value from this slot on, as an object.
    pub(crate) fn entry(self) -> Value<'static> {
        Value::Local(Local { role: Role::Entry, slot: u32::from(self.raw()) })
    }

    /// The key and value from this slot on, as a list.
    pub(crate) fn pair(self) -> Value<'static> {
        Value::Local(Local { role: Role::Pair, slot: u32::from(self.raw()) })
    }

    /// The first slot of the entry or pair `Local { slot, .. }`. One that a host made up has no slots.
    pub(crate) fn of_pair(slot: u32) -> Self {
        Self::new(slot as usize).unwrap_or(Self::NOWHERE)
    }
}
