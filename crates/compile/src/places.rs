//! Places: paths into the host as a trie, and which of them are read once and kept.

use probelang_vm::{CacheId, Id, LoopId, Place, PlaceId, Step, Table};

use crate::pool::Pool;

/// The trie under construction.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) table: Table<PlaceId, Place>,
    pool: Pool<Place>,
    uses: Table<PlaceId, Use>,
}

/// How a place is used.
#[derive(Clone, Copy, Default, Debug)]
struct Use {
    /// How often it is read by an operand, a read inside a loop of a place outside of it counting twice.
    times: u32,
    /// The loop that it belongs to.
    owner: Option<LoopId>,
    /// It is read once and kept.
    keep: bool,
}

impl Places {
    /// None yet, with room for `room` places.
    pub(crate) fn of(room: usize) -> Self {
        Self { table: Table::with_capacity(room), pool: Pool::default(), uses: Table::with_capacity(room) }
    }

    /// The place one step from `base`.
    pub(crate) fn step(&mut self, base: Option<PlaceId>, step: Step, hidden: bool) -> PlaceId {
        let below = base.and_then(|base| self.table.get(base)).copied();
        let depth = match below {
            None | Some(Place { step: Step::Temp(_), .. }) => 0,
            Some(place) => place.depth.saturating_add(1),
        };
        let place = Place { base, step, depth, cache: None, hidden };
        let same = |other: &Place| other.base == base && other.step == step;
        let at = self.pool.get(&mut self.table, same, || place);
        if self.uses.len() < self.table.len() {
            let owner = match (step, base) {
                (Step::It(id) | Step::Key(id) | Step::Value(id), _) => Some(id),
                (_, Some(base)) => self.used_by(base).owner,
                _ => None,
            };
            self.uses.push(Use { owner, ..Use::default() });
        }
        at
    }

    fn used_by(&self, place: PlaceId) -> Use {
        self.uses.get(place).copied().unwrap_or_default()
    }

    /// Counts a read of `place` in the body of the loop `within`.
    pub(crate) fn used(&mut self, place: PlaceId, within: Option<LoopId>) {
        if let Some(of) = self.uses.get_mut(place) {
            of.times = of.times.saturating_add(if of.owner == within { 1 } else { 2 });
        }
    }

    /// Chooses what is kept: a place that would be read twice or more, deepest first. Gives how many.
    pub(crate) fn keep(&mut self) -> u16 {
        // children come after their base
        for at in self.table.ids().rev() {
            let Some(place) = self.table.get(at) else { continue };
            let wanted = self.uses.get(at).map_or(0, |of| of.times);
            let mut rooted = place;
            while let Some(base) = rooted.base.and_then(|base| self.table.get(base)) {
                rooted = base;
            }
            // what a temporary or an element holds is there already
            let kept_elsewhere = matches!(place.step, Step::It(_) | Step::Key(_) | Step::Outside)
                || matches!(rooted.step, Step::Temp(_))
                || place.hidden;
            let keep = wanted >= 2 && !kept_elsewhere;
            if let Some(base) = place.base
                && let Some(of_base) = self.uses.get_mut(base)
            {
                of_base.times = of_base.times.saturating_add(if keep { 1 } else { wanted });
            }
            if let Some(of) = self.uses.get_mut(at) {
                of.keep = keep;
            }
        }
        // the first ones, in order
        let keeps = self.table.items_mut().iter_mut().zip(self.uses.items()).filter(|(_, of)| of.keep);
        let mut kept = 0u16;
        for ((place, _), cache) in keeps.zip((0..).map_while(CacheId::new)) {
            place.cache = Some(cache);
            kept = kept.saturating_add(1);
        }
        kept
    }

    /// The bits of the kept places that belong to an element of the loop `id`.
    pub(crate) fn per_element(&self, id: LoopId) -> u64 {
        let mut bits = 0;
        for (place, of) in self.table.items().iter().zip(self.uses.items()) {
            if of.owner == Some(id)
                && let Some(cache) = place.cache
            {
                bits |= cache.bit();
            }
        }
        bits
    }
}
