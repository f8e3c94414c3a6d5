//! Functions that are the same.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Functions;

/// The place of the function that replaces each; its own if it stays.
///
/// Functions are the same if they have the same type and the same code, after the functions that they call were
/// replaced. Those that call themselves or each other are not found. A function that is exported stays, since its
/// export may be told by its number.
pub fn same(functions: &Functions<'_>) -> anyhow::Result<Vec<usize>> {
    let mut instead: Vec<usize> = (0..functions.defined.len()).collect();
    loop {
        let mut kept = HashMap::new();
        let mut next = instead.clone();
        for (place, function) in functions.defined.iter().enumerate() {
            if instead[place] != place {
                continue;
            }
            let code = super::rewrite::code(function, &|index| functions.replaced(index, &instead))?;
            match kept.entry((function.ty, code)) {
                Entry::Vacant(first) => {
                    first.insert(place);
                }
                Entry::Occupied(first) if !function.exported => next[place] = *first.get(),
                Entry::Occupied(_) => {}
            }
        }
        // a function that replaced another may be replaced now
        let next: Vec<usize> = next.iter().map(|&place| next[place]).collect();
        if next == instead {
            return Ok(instead);
        }
        instead = next;
    }
}
