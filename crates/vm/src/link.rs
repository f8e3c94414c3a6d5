//! Linking: names become symbols of a family of hosts, redaction by the policy of the process is decided for
//! literal names, instructions become operations.

use std::sync::Arc;

use probelang_host::{Resolve, Symbol, Value};
use probelang_redact::Policy;

use crate::frame::Frame;
use crate::instr::{Const, Step};
use crate::program::Program;

/// What an operation runs: gives where to go on.
pub(crate) type Run = for<'x, 'a, 'f, 'c> fn(&'x mut Frame<'a, 'f, 'c>, &'a Op, &'x Value<'a>) -> u32;

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub(crate) run: Run,
    /// The instruction that it stands for.
    pub(crate) index: u32,
    /// Its site: the node of the instruction; the reads of its operands follow.
    pub(crate) site: u32,
}

/// A place, its names resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkedPlace {
    pub(crate) base: Option<u16>,
    pub(crate) step: Step,
    pub(crate) depth: u16,
    pub(crate) cache: Option<u8>,
    pub(crate) symbol: Symbol,
    pub(crate) hidden: bool,
}

/// A program bound to a family of hosts and a policy: `Send + Sync`, shared by threads.
#[derive(Clone, Debug)]
pub struct Linked {
    pub(crate) program: Arc<Program>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) ops: Box<[Op]>,
    pub(crate) places: Box<[LinkedPlace]>,
    pub(crate) this: Option<Symbol>,
    /// The policy names types, so that every value with a handle is looked at.
    pub(crate) checks_types: bool,
}

impl Program {
    /// Binds the program to the hosts of `names` and to `policy`. Linear in the size of the program.
    #[must_use]
    pub fn link(self: &Arc<Self>, names: &mut dyn Resolve, policy: &Arc<Policy>) -> Linked {
        let symbols: Vec<Symbol> = self.tables.symbols.iter().map(|name| names.resolve(name)).collect();
        let symbol = |id: u16| symbols.get(id as usize).copied().unwrap_or(Symbol(u32::MAX));
        let places = self.tables.places.iter().map(|place| {
            let (linked, name) = match place.step {
                Step::Var(id) | Step::VarOrNull(id) | Step::Field(id) => (symbol(id), Some(self.symbol(id))),
                Step::At(id) => (symbol(id), None),
                Step::Index(id) => match self.constant(id) {
                    Const::Str(text) => (names.resolve(text), Some(&**text)),
                    _ => (Symbol(u32::MAX), None),
                },
                _ => (Symbol(u32::MAX), None),
            };
            LinkedPlace {
                base: place.base,
                step: place.step,
                depth: place.depth,
                cache: place.cache,
                symbol: linked,
                hidden: place.hidden || name.is_some_and(|name| policy.redacts_name(name)),
            }
        });
        let places = places.collect();
        let this = self.this.map(symbol);
        let ops = self.tables.code.iter().enumerate().map(|(at, instr)| Op {
            run: crate::ops::handler(instr),
            index: u32::try_from(at).unwrap_or(u32::MAX),
            site: self.tables.debug.sites.get(at).copied().unwrap_or(0),
        });
        Linked {
            program: Arc::clone(self),
            policy: Arc::clone(policy),
            ops: ops.collect(),
            places,
            this,
            checks_types: policy.redacts_types(),
        }
    }
}

impl Linked {
    /// The program.
    #[must_use]
    pub const fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The policy that it was linked with.
    #[must_use]
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }
}
