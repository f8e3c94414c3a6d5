//! Names cross to the host as symbols.

use std::collections::HashMap;

/// A name, resolved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Symbol(pub u32);

/// What a name is used for, which says how its symbol comes back to the host.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Use {
    /// A variable, for [`Host::var`](crate::Host::var).
    Variable,
    /// A name of the probe (`@return`, `@duration`, `@exception`), with its `@`, for
    /// [`Host::var`](crate::Host::var).
    At,
    /// A field of an object, for [`Host::field`](crate::Host::field). Of a map it is the key of an entry, for
    /// [`Host::entry`](crate::Host::entry): which of the two is known only when the value is read.
    Field,
    /// A constant string key of a map, for [`Host::entry`](crate::Host::entry).
    Key,
}

/// Turns names into the symbols of a family of hosts, when a program is linked.
pub trait Resolve {
    /// The symbol of `name`, which the program uses for `usage`. The same name and use always give the same
    /// symbol, however often they are asked for; two uses of a name may have two symbols or one.
    ///
    /// A name that no host of the family will know gets a symbol that they answer with
    /// [`Value::Absent`](crate::Value::Absent).
    fn resolve(&mut self, name: &str, usage: Use) -> Symbol;
}

/// A table of names for hosts that look up by name: symbol to text and back. A name has one symbol, whatever it
/// is used for.
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

    /// How many names it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
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

    /// The symbol of `name`, which is added if it is new.
    pub fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.symbols.get(name) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(name.into());
        self.symbols.insert(name.into(), symbol);
        symbol
    }
}

impl Resolve for Names {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        self.symbol(name)
    }
}
