//! The end: slots after the cached places, labels as targets, what faults need.

use std::sync::Arc;

use probelang_vm::{LoopDef, Origins, SlotId, Step, Target};

use super::Lower;

impl Lower<'_> {
    pub(super) fn finish(&mut self) {
        let kept = self.places.keep();
        let mut slots = kept.saturating_add(self.most_temps);
        for id in self.tables.loops.ids() {
            let per_element = self.places.per_element(id);
            if let Some(def) = self.tables.loops.get_mut(id) {
                def.slots = SlotId::FIRST.plus(slots);
                def.per_element = per_element;
                slots = slots.saturating_add(LoopDef::SLOTS);
            }
        }
        self.tables.slots = slots;
        self.tables.places = std::mem::take(&mut self.places.table);
        let moved = |slot: SlotId| slot.plus(kept);
        for place in self.tables.places.items_mut() {
            if let Step::Temp(slot) = &mut place.step {
                *slot = moved(*slot);
            }
        }
        let labels = std::mem::take(&mut self.labels);
        let resolve = |target: Target| {
            if target.is_end() {
                target
            } else {
                Target(labels.get(target.0 as usize).copied().unwrap_or(u32::MAX))
            }
        };
        for instr in &mut self.tables.code {
            *instr = instr.relocated(&moved, &resolve);
        }
        for def in self.tables.loops.items_mut() {
            def.body = resolve(def.body);
        }
        for catch in &mut self.tables.catches {
            catch.to = resolve(catch.to);
        }
        for part in &mut self.tables.parts {
            if let probelang_vm::Part::Expression { entry, .. } = part {
                *entry = resolve(*entry);
            }
        }
        self.tables.entry = resolve(self.tables.entry);
        if let Some(json) = self.tree.json() {
            let at = std::mem::take(&mut self.origins);
            self.tables.debug.origins = Some(Origins { json: Arc::clone(json), at });
        }
        self.tables.debug.traced = self.traced_tree();
    }
}
