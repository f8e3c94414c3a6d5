//! Reads: operands, places, roots. The rules of `docs/faults.md`, "Outcomes of a read".

mod index;
pub(crate) mod judge;
mod key;
mod member;
mod property;

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::MapElement;
use probelang_host::{Hidden, Value};

use crate::fault::Detail;
use crate::link::LinkedPlace;
use crate::program::ids::{Id, LoopId, PlaceId, SlotId};
use crate::program::instr::Operand;
use crate::program::tables::{Const, LoopDef, Step};
use crate::run::frame::Frame;

impl Const {
    /// The constant as a value.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Undefined => Value::Undefined,
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(n) => Value::Int(*n),
            Self::Uint(n) => Value::Uint(*n),
            Self::Float(n) => Value::Float(*n),
            Self::Str(text) => Value::Str(text),
        }
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Reads an operand into `out`. `site` is the site of its first read.
    pub(crate) fn fetch(
        &mut self,
        operand: Operand,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match operand {
            Operand::Const(id) => {
                self.charge(1, site)?;
                *out = self.linked.program.constant(id).value();
                Ok(())
            }
            Operand::Temp(at) => {
                *out = self.slot(at);
                Ok(())
            }
            Operand::Place(id) => {
                // each node now, each read when it is made
                self.charge(u64::from(self.sites(operand)), site)?;
                self.place(id, site, it, out)
            }
        }
    }

    /// How many sites an operand takes: one for each of its reads.
    pub(crate) fn sites(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Place(id) => match self.linked.places.get(id) {
                Some(place) if !matches!(place.step, Step::Temp(_)) => {
                    u32::from(place.depth).saturating_add(1)
                }
                _ => 0,
            },
            Operand::Const(_) | Operand::Temp(_) => 0,
        }
    }

    pub(crate) fn place(
        &mut self,
        id: PlaceId,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let linked = self.linked;
        let Some(place) = linked.places.get(id) else { return Ok(()) };
        if let Some(at) = place.cache
            && self.read & at.bit() != 0
        {
            *out = self.slot(at.slot());
            return Ok(());
        }
        let here = site.saturating_add(u32::from(place.depth));
        if !matches!(place.step, Step::Temp(_)) && place.base.is_none() {
            self.charge(1, here)?;
        }
        match place.base {
            None => self.root(place, here, it, out)?,
            Some(base) => {
                let mut receiver = Value::Absent;
                self.place(base, site, it, &mut receiver)?;
                self.charge(1, here)?;
                match place.step {
                    Step::Field(name) => {
                        self.member(&receiver, name, place, here, out)?;
                    }
                    Step::Index(key) => self.index_constant(&receiver, key, place, here, out)?,
                    _ => *out = receiver,
                }
            }
        }
        if let Some(at) = place.cache {
            self.set(at.slot(), *out);
            self.read |= at.bit();
        }
        Ok(())
    }

    fn root(
        &mut self,
        place: &LinkedPlace,
        site: u32,
        it: &Value<'a>,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let step = place.step;
        match step {
            Step::Var(name) | Step::VarOrNull(name) => {
                if place.hidden {
                    return self.hide(Hidden::Name, site, Detail::Name(name), out);
                }
                self.host.var(place.symbol, out);
                self.judge_root(step, place.member, site, out)
            }
            Step::At(_) => {
                self.host.var(place.symbol, out);
                self.judge_root(step, place.member, site, out)
            }
            Step::It(id) => {
                *out = *it;
                if *out == Value::Absent && self.is_keyed(id) {
                    return Err(self.fail(fault::OUTSIDE_PREDICATE, site, Detail::None));
                }
                self.settle(site, out)
            }
            Step::Key(id) => {
                *out = self.loop_key(id);
                self.found_or(self.dialect().list_key.into(), fault::NO_KEY_HERE, site, Detail::None, out)
            }
            Step::Value(id) => {
                let key = self.loop_key(id);
                if key == Value::Absent {
                    let missing = self.dialect().list_key.into();
                    return self.missing(missing, fault::NO_KEY_HERE, site, Detail::None, out);
                }
                let slot = self.loop_def(id).map_or(SlotId::NOWHERE, LoopDef::value);
                self.value_under(&key, slot, site, out)
            }
            Step::Outside => Err(self.fail(fault::OUTSIDE_PREDICATE, site, Detail::None)),
            Step::Temp(at) => {
                *out = self.slot(at);
                Ok(())
            }
            Step::Field(_) | Step::Index(_) => Err(self.fail(fault::INTERNAL, site, Detail::None)),
        }
    }

    /// Whether the running loop `id` is over a map whose elements a dialect does not bind to `@it`.
    fn is_keyed(&self, id: LoopId) -> bool {
        self.dialect().map_element == MapElement::Unbound && self.loop_key(id) != Value::Absent
    }

    pub(crate) fn loop_def(&self, id: LoopId) -> Option<&'a LoopDef> {
        self.linked.program.tables.loops.get(id)
    }

    /// The key of the element that the loop `id` has bound; absent where it is one of a list or set.
    pub(crate) fn loop_key(&self, id: LoopId) -> Value<'a> {
        self.loop_def(id).map_or(Value::Absent, |def| self.slot(def.key()))
    }

    /// The value that a loop keeps in `slot`, under `key`.
    fn value_under(
        &mut self,
        key: &Value<'a>,
        slot: SlotId,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        if self.redacted_key(key) {
            return self.hide_under(key, site, out);
        }
        *out = self.slot(slot);
        self.settle(site, out)
    }
}
