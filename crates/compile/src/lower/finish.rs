//! The end: slots behind the kept places, labels as targets, what faults need.

use std::sync::Arc;

use probelang_vm::{Branch, Event, Instr, LoopDef, Operand, Origins, SlotId, Step, Target};

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
        for place in self.tables.places.items_mut() {
            if let Step::Temp(slot) = &mut place.step {
                *slot = slot.plus(kept);
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
            *instr = moved(*instr, kept, &resolve);
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

/// An instruction with its temporaries behind the kept places and its labels resolved.
fn moved(instr: Instr, kept: u16, resolve: &impl Fn(Target) -> Target) -> Instr {
    let slot = |slot: SlotId| slot.plus(kept);
    let operand = |operand: Operand| match operand {
        Operand::Temp(at) => Operand::Temp(slot(at)),
        other => other,
    };
    let branch = |on: Branch| Branch { yes: resolve(on.yes), no: resolve(on.no) };
    match instr {
        Instr::Test { of, truth, on } => Instr::Test { of: operand(of), truth, on: branch(on) },
        Instr::Compare { op, left, right, on } => {
            Instr::Compare { op, left: operand(left), right: operand(right), on: branch(on) }
        }
        Instr::Text { op, subject, argument, on } => {
            Instr::Text { op, subject: operand(subject), argument: operand(argument), on: branch(on) }
        }
        Instr::Matches { subject, pattern, on } => {
            Instr::Matches { subject: operand(subject), pattern, on: branch(on) }
        }
        Instr::Empty { of, on } => Instr::Empty { of: operand(of), on: branch(on) },
        Instr::Defined { of, on } => Instr::Defined { of: operand(of), on: branch(on) },
        Instr::InstanceOf { of, type_name, on } => {
            Instr::InstanceOf { of: operand(of), type_name, on: branch(on) }
        }
        Instr::Loop { op, over, id, on } => Instr::Loop { op, over: operand(over), id, on: branch(on) },
        Instr::Goto { to } => Instr::Goto { to: resolve(to) },
        Instr::Move { from, to } => Instr::Move { from: operand(from), to: slot(to) },
        Instr::Index { base, index, to } => {
            Instr::Index { base: operand(base), index: operand(index), to: slot(to) }
        }
        Instr::Len { of, to } => Instr::Len { of: operand(of), to: slot(to) },
        Instr::Substring { text, from, until, to } => Instr::Substring {
            text: operand(text),
            from: operand(from),
            until: until.map(operand),
            to: slot(to),
        },
        Instr::Filter { over, id, to } => Instr::Filter { over: operand(over), id, to: slot(to) },
        Instr::Return { of } => Instr::Return { of: operand(of) },
        Instr::Observe { event: Event::Value { of, node }, to } => {
            Instr::Observe { event: Event::Value { of: operand(of), node }, to: resolve(to) }
        }
        Instr::Observe { event, to } => Instr::Observe { event, to: resolve(to) },
    }
}
