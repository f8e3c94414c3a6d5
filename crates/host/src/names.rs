//! Names cross to the host as symbols.

use std::collections::HashMap;

/// A name, resolved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Symbol(pub u32);

/// Turns names into the symbols of a family of hosts, once, when a program is linked.
///
/// Variables, fields, string keys and the `@`-names of the probe (`@return`, `@duration`, `@exception`)
/// all cross this way.
pub trait Resolve {
    /// The symbol of `name`; the same name always gives the same symbol.
    fn resolve(&mut self, name: &str) -> Symbol;
}

/// A table of names for hosts that look up by name: symbol to text and back.
#[derive(Clone, Default, Debug)]
pub struct Names {
    texts: Vec<Box<str>>,
    symbols: HashMap<Box<str>, Symbol>,
}

impl Names {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of `symbol`, empty for one that this table did not hand out.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", AsRef::as_ref)
    }

    /// The symbol of `name`, if it was resolved before.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }
}

impl Resolve for Names {
    fn resolve(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.symbols.get(name) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(name.into());
        self.symbols.insert(name.into(), symbol);
        symbol
    }
}
