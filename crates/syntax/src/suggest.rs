//! What was meant by a name that the language does not know: a table of what other languages call a thing
//! first, then the nearest name.

use probelang_diagnostic::Applicability;

use crate::function::{self, FUNCTIONS};
use crate::nearest::{distance, nearest};
use crate::operation::{self, Operation};
use crate::tree::At;

/// `name` without case and underscores.
fn fold(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The operation that `name` means: a function by its name or alias, in any case and with any underscores, or
/// what another language calls an operation.
#[must_use]
pub(crate) fn canonical(name: &str) -> Option<Operation> {
    if let Some(function) = function::find(name) {
        return Some(Operation::Call(function.makes));
    }
    let folded = fold(name);
    let own = FUNCTIONS.iter().find(|function| function.names().any(|name| fold(name) == folded));
    own.map(|function| Operation::Call(function.makes)).or_else(|| {
        operation::entries()
            .find(|entry| fold(entry.key) == folded || entry.foreign.contains(&&*folded))
            .map(|entry| entry.operation)
    })
}

/// Whether what other languages call `name` takes its operands in another order than the operation here.
pub(crate) fn takes_other_operands(name: &str) -> bool {
    ["inarray", "pregmatch", "arrayfilter", "test", "isblank"].contains(&&*fold(name))
}

/// What was meant by `name`, among `candidates`; [`canonical`] before the nearest name.
#[must_use]
pub fn suggest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let among = |meant: Option<&str>| candidates.iter().copied().find(|candidate| Some(*candidate) == meant);
    among(canonical(name).map(Operation::key))
        .or_else(|| nearest(name, candidates.iter().copied(), slips))
        .or_else(|| among(foreign_slip(name).map(Operation::key)))
}

/// The operation whose name in another language is one slip away: `lenght`.
fn foreign_slip(name: &str) -> Option<Operation> {
    let folded = fold(name);
    let near = |foreign: &&str| foreign.len() > 4 && distance(&folded, foreign, 1).is_some();
    operation::entries().find(|entry| entry.foreign.iter().any(near)).map(|entry| entry.operation)
}

/// Slips at which a word of the language may still have been meant: two, one in a short word.
pub(crate) fn slips(word: &str) -> usize {
    if word.chars().count() <= 4 { 1 } else { 2 }
}

/// The `@`-name that was meant by `text`, and how sure that is.
#[must_use]
pub fn at_name(text: &str) -> Option<(At, Applicability)> {
    let name = text.strip_prefix('@')?;
    let at = match &*fold(name) {
        "it" | "this" | "element" | "item" | "elem" | "each" | "current" => At::It,
        "key" | "k" => At::Key,
        "value" | "v" | "val" => At::Value,
        "return" | "ret" | "result" | "returnvalue" | "returned" => At::Return,
        "exception" | "exc" | "ex" | "error" | "err" | "throwable" | "thrown" | "throws" => At::Exception,
        "duration" | "elapsed" | "time" | "latency" | "durationms" => At::Duration,
        _ => {
            let found = nearest(text, At::ALL.iter().map(|at| at.text()), slips)?;
            return At::find(found).map(|at| (at, Applicability::Maybe));
        }
    };
    Some((at, Applicability::Safe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_comes_before_the_distance() {
        let names = || FUNCTIONS.iter().map(|f| f.name);
        let cases = [
            ("length", Some("len")),
            ("size", Some("len")),
            ("has", Some("contains")),
            ("hasAll", Some("all")),
            ("is_empty", Some("isEmpty")),
            ("STARTSWITH", Some("startsWith")),
            ("lenght", Some("len")),
            ("contians", Some("contains")),
            ("fliter", Some("filter")),
            ("ayn", Some("any")),
            ("min", None),
            ("foo", None),
        ];
        for (name, meant) in cases {
            assert_eq!(suggest(name, names()), meant, "{name}");
        }
        assert_eq!(suggest("gte", ["eq", "gt", "ge"]), Some("ge"));
    }

    #[test]
    fn every_foreign_name_is_folded_and_belongs_to_one_operation() {
        let mut seen = std::collections::HashSet::new();
        for entry in operation::entries() {
            for name in entry.foreign {
                assert_eq!(&fold(name), name);
                assert!(seen.insert(name), "{name}");
                assert!(operation::find(name).is_none(), "{name}");
            }
        }
    }
}
