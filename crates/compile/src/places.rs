//! Places: paths into the host as a trie, and which of them are read once and kept.

use probelang_vm::{Place, Step};

use crate::pool::Pool;

/// The trie under construction.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) table: Vec<Place>,
    pool: Pool<Place>,
    uses: Vec<Use>,
}

/// How a place is used.
#[derive(Clone, Copy, Default, Debug)]
struct Use {
    /// How often it is read by an operand, a read inside a loop of a place outside of it counting twice.
    times: u32,
    /// The loop that it belongs to.
    owner: Option<u16>,
    /// It is read once and kept.
    keep: bool,
}

/// Places that are kept at most: the bits of a word.
const KEPT: usize = 64;

impl Places {
    /// None yet, with room for so many.
    pub(crate) fn of(room: usize) -> Self {
        Self { table: Vec::with_capacity(room), pool: Pool::default(), uses: Vec::with_capacity(room) }
    }

    /// The place one step from `base`.
    pub(crate) fn step(&mut self, base: Option<u16>, step: Step, hidden: bool) -> u16 {
        let below = base.and_then(|base| self.table.get(base as usize)).copied();
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

    fn used_by(&self, place: u16) -> Use {
        self.uses.get(place as usize).copied().unwrap_or_default()
    }

    /// Counts a read of `place` in the body of the loop `within`.
    pub(crate) fn used(&mut self, place: u16, within: Option<u16>) {
        if let Some(of) = self.uses.get_mut(place as usize) {
            of.times = of.times.saturating_add(if of.owner == within { 1 } else { 2 });
        }
    }

    /// Chooses what is kept: a place that would be read twice or more, deepest first. Gives how many.
    pub(crate) fn keep(&mut self) -> u16 {
        let mut kept = 0usize;
        // children stand behind their base
        for at in (0..self.table.len()).rev() {
            let Some(place) = self.table.get(at) else { continue };
            let wanted = self.uses.get(at).map_or(0, |of| of.times);
            let mut rooted = place;
            while let Some(base) = rooted.base.and_then(|base| self.table.get(base as usize)) {
                rooted = base;
            }
            // what a temporary or an element holds is there already
            let kept_elsewhere = matches!(place.step, Step::It(_) | Step::Key(_) | Step::Outside)
                || matches!(rooted.step, Step::Temp(_))
                || place.hidden;
            let keep = wanted >= 2 && !kept_elsewhere;
            if let Some(base) = place.base
                && let Some(of_base) = self.uses.get_mut(base as usize)
            {
                of_base.times = of_base.times.saturating_add(if keep { 1 } else { wanted });
            }
            if let Some(of) = self.uses.get_mut(at) {
                of.keep = keep;
            }
            kept = kept.saturating_add(usize::from(keep));
        }
        // the first ones, in order
        let keeps = self.table.iter_mut().zip(&self.uses).filter(|(_, of)| of.keep).take(KEPT);
        for (bit, (place, _)) in (0..).zip(keeps) {
            place.cache = Some(bit);
        }
        u16::try_from(kept.min(KEPT)).unwrap_or(0)
    }

    /// The bits of the kept places that belong to an element of the loop `id`.
    pub(crate) fn per_element(&self, id: u16) -> u64 {
        let mut bits = 0;
        for (place, of) in self.table.iter().zip(&self.uses) {
            if of.owner == Some(id)
                && let Some(bit) = place.cache
            {
                bits |= 1u64 << (bit % 64);
            }
        }
        bits
    }
}
