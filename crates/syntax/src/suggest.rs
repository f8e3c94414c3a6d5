//! What was meant by a name that the language does not know: a table of what other languages call a thing
//! first, then the nearest name.

use probelang_diagnostic::Applicability;

use crate::function::{self, FUNCTIONS};
use crate::nearest::{distance, nearest};
use crate::tree::At;

/// For each operation, by its canonical key on the wire, what other languages call it. Compared without case
/// and `_`.
const TABLE: &[(&str, &[&str])] = &[
    (
        "len",
        &[
            "length",
            "size",
            "strlen",
            "cardinality",
            "getlength",
            "getsize",
            "getcount",
            "sizeof",
            "arraylength",
        ],
    ),
    ("isEmpty", &["empty", "isblank", "isnullorempty"]),
    ("isDefined", &["defined", "isset", "ispresent", "hasvalue", "isavailable"]),
    ("isUndefined", &["undefined", "notdefined", "isnotdefined", "ismissing", "isabsent", "isunset"]),
    ("substring", &["substr", "slice", "mid", "strsub", "subsequence"]),
    ("startsWith", &["hasprefix", "beginswith", "startwith", "prefix", "isprefix", "strstartswith"]),
    ("endsWith", &["hassuffix", "endwith", "suffix", "issuffix", "finisheswith", "strendswith"]),
    (
        "contains",
        &[
            "includes",
            "include",
            "has",
            "haskey",
            "containskey",
            "containsvalue",
            "hasitem",
            "haselement",
            "strcontains",
            "inarray",
            "containselement",
            "contain",
        ],
    ),
    (
        "matches",
        &[
            "match",
            "regex",
            "regexp",
            "regexmatch",
            "ismatch",
            "rlike",
            "matchesregex",
            "regexlike",
            "test",
            "pregmatch",
            "matchstring",
        ],
    ),
    ("any", &["some", "exists", "anymatch", "anysatisfy", "containsany"]),
    ("all", &["every", "forall", "allmatch", "allsatisfy"]),
    ("filter", &["where", "select", "findall", "filtered", "arrayfilter"]),
    ("eq", &["equals", "equal", "equalto", "isequal", "isequalto", "same", "equalsto"]),
    ("ne", &["neq", "notequals", "notequal", "notequalto", "isnotequal", "differs"]),
    ("gt", &["greater", "greaterthan", "isgreaterthan", "above"]),
    ("ge", &["gte", "greaterorequal", "greaterthanorequal", "greaterequal", "atleast"]),
    ("lt", &["less", "lessthan", "islessthan", "below"]),
    ("le", &["lte", "lessorequal", "lessthanorequal", "lessequal", "atmost"]),
    ("and", &["allof", "both", "conjunction"]),
    ("or", &["anyof", "either", "disjunction"]),
    ("not", &["negate", "isfalse", "noneof"]),
    (
        "instanceof",
        &["typeof", "isinstance", "isinstanceof", "isa", "kindof", "oftype", "isoftype", "istype"],
    ),
    (
        "getmember",
        &["member", "getfield", "field", "getattr", "getattribute", "property", "getproperty", "attr"],
    ),
    ("index", &["at", "getitem", "elementat", "itemat", "nth", "item", "get", "getindex", "subscript"]),
    ("ref", &["reference", "variable", "var", "ident", "identifier", "getvar"]),
];

/// `name` without case and underscores.
fn fold(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The operation that `name` stands for, by its canonical key on the wire: its own name or alias, in any case
/// and with any underscores, or what another language calls it.
#[must_use]
pub fn canonical(name: &str) -> Option<&'static str> {
    if let Some(function) = function::find(name) {
        return Some(function.name);
    }
    let folded = fold(name);
    let own = FUNCTIONS
        .iter()
        .find(|f| fold(f.name) == folded || f.aliases.iter().any(|alias| fold(alias) == folded));
    own.map(|function| function.name).or_else(|| {
        TABLE
            .iter()
            .find(|(key, names)| fold(key) == folded || names.contains(&&*folded))
            .map(|(key, _)| *key)
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
    among(canonical(name))
        .or_else(|| nearest(name, candidates.iter().copied(), slips))
        .or_else(|| among(foreign_slip(name)))
}

/// The operation whose name in another language is one slip away: `lenght`.
fn foreign_slip(name: &str) -> Option<&'static str> {
    let folded = fold(name);
    let near = |foreign: &&str| foreign.len() > 4 && distance(&folded, foreign, 1).is_some();
    TABLE.iter().find(|(_, names)| names.iter().any(near)).map(|(key, _)| *key)
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
    fn every_entry_of_the_table_is_folded_and_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for (_, names) in TABLE {
            for name in *names {
                assert_eq!(&fold(name), name);
                assert!(seen.insert(name), "{name}");
                assert!(function::find(name).is_none(), "{name}");
            }
        }
    }
}
