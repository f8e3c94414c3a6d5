//! Names as Python has them.

use std::collections::HashMap;

use probelang::host::{Resolve, Symbol, Use};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::object::Object;
use crate::object::attributes::Name;
use crate::object::types::Remembered;

/// The names of programs, each as a text that Python has once in the process, so that it is found in a table of names by
/// its address.
///
/// A name has one symbol, whatever it is used for. `@`-names keep their `@`.
#[derive(Debug, Default)]
pub struct Symbols {
    names: Vec<(Py<PyString>, Remembered)>,
    symbols: HashMap<Box<str>, Symbol>,
}

impl Symbols {
    /// The name of a symbol; `None` for a symbol that this table did not give.
    #[inline]
    pub fn name(&self, symbol: Symbol) -> Option<Name<'_>> {
        let (text, remembered) = self.names.get(symbol.0 as usize)?;
        // SAFETY: this table keeps the text
        #[allow(unsafe_code)]
        let text = unsafe { Object::new(text.as_ptr()) }?;
        Some(Name { text, remembered: Some(remembered) })
    }

    /// The symbol of a name, which is added if it is new.
    pub fn symbol(&mut self, py: Python<'_>, name: &str) -> Symbol {
        if let Some(&symbol) = self.symbols.get(name) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push((PyString::intern(py, name).unbind(), Remembered::default()));
        self.symbols.insert(name.into(), symbol);
        symbol
    }
}

/// A table of names with the proof that the GIL is held.
pub struct Resolving<'s, 'py>(pub &'s mut Symbols, pub Python<'py>);

impl Resolve for Resolving<'_, '_> {
    fn resolve(&mut self, name: &str, _: Use) -> Symbol {
        self.0.symbol(self.1, name)
    }
}
