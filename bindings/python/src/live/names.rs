//! Names as one code object has them, resolved once.

use probelang::capture::Group;
use probelang::host::{Resolve, Symbol, Use};
use pyo3::prelude::*;

use super::code::{self, Body, Local};
use super::frames::{self, Slot};
use crate::names::Symbols;

/// Where a frame of a code object has a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The frame has it: an argument, a local, a cell, a free variable.
    Frame,
    /// The same, where it is known in which place.
    Slot(Slot),
    /// The dictionary of the module or class body has it, or else the module.
    Body,
    /// The module has it.
    Module,
    /// `@return`.
    Return,
    /// `@exception`.
    Exception,
    /// `@duration`.
    Duration,
    /// No variable: a field or key only, or an `@`-name that this version does not know.
    Nowhere,
}

/// The names of a code object.
#[derive(Debug)]
pub struct CodeNames {
    /// Their symbols.
    pub symbols: Symbols,
    sources: Vec<Source>,
    body: Body,
    locals: Vec<Local>,
    slots: Vec<(String, Slot)>,
    /// The variables that a snapshot shows.
    pub shown: Vec<(Group, Box<str>, Symbol)>,
    /// `@return` and `@exception`.
    pub results: [Symbol; 2],
}

/// What a snapshot calls the results of a call.
pub const RESULTS: [&str; 2] = ["@return", "@exception"];

impl CodeNames {
    /// Those of a code object.
    pub fn new(code: &Bound<'_, PyAny>) -> Self {
        let mut names = Self {
            symbols: Symbols::default(),
            sources: Vec::new(),
            body: code::body(code),
            locals: code::locals(code),
            slots: Vec::new(),
            shown: Vec::new(),
            results: [Symbol(u32::MAX); 2],
        };
        let py = code.py();
        // a class may have a name in its frame and in its dictionary
        if names.body != Body::Names {
            names.slots = frames::slots(code);
        }
        // a name with a dot is the iterator of a comprehension
        let shown: Vec<_> =
            names.locals.iter().filter(|local| !local.name.starts_with('.')).cloned().collect();
        for Local { name, group } in shown {
            let symbol = names.symbol(py, &name);
            names.shown.push((group, name.into(), symbol));
        }
        names.results = RESULTS.map(|name| names.symbol(py, name));
        names
    }

    /// Where the variable of a symbol is.
    #[inline]
    pub fn source(&self, symbol: Symbol) -> Source {
        self.sources.get(symbol.0 as usize).copied().unwrap_or(Source::Nowhere)
    }

    /// Whether frames have variables for themselves.
    pub const fn has_locals(&self) -> bool {
        !self.locals.is_empty()
    }

    /// Whether frames are suspended and go on.
    pub const fn is_suspending(&self) -> bool {
        matches!(self.body, Body::Suspending)
    }

    fn symbol(&mut self, py: Python<'_>, name: &str) -> Symbol {
        let symbol = self.symbols.symbol(py, name);
        if symbol.0 as usize == self.sources.len() {
            self.sources.push(self.find(name));
        }
        symbol
    }

    fn find(&self, name: &str) -> Source {
        match name {
            "@return" => Source::Return,
            "@exception" => Source::Exception,
            "@duration" => Source::Duration,
            _ if name.starts_with('@') => Source::Nowhere,
            _ if self.locals.iter().any(|local| local.name == name) => {
                let slot = self.slots.iter().find(|(other, _)| other == name);
                slot.map_or(Source::Frame, |(_, slot)| Source::Slot(*slot))
            }
            _ => match self.body {
                Body::Names => Source::Body,
                Body::Function | Body::Suspending => Source::Module,
            },
        }
    }
}

/// The names of a code object with the proof that the GIL is held.
pub struct Resolving<'s, 'py>(pub &'s mut CodeNames, pub Python<'py>);

impl Resolve for Resolving<'_, '_> {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        self.0.symbol(self.1, name)
    }
}
