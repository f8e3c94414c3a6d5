//! What was meant by a name that the language does not know: a table of what other languages call a thing
//! first, then the nearest name.

use probelang_diagnostic::Applicability;

use crate::function::{self, FUNCTIONS};
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
    let (known, slip) = (canonical(name), foreign_slip(name));
    let (mut best, mut meant): (Option<(usize, &str)>, Option<&str>) = (None, None);
    for candidate in candidates {
        if Some(candidate) == known {
            return Some(candidate);
        }
        if Some(candidate) == slip {
            meant = Some(candidate);
        }
        if let Some(distance) = nearness(name, candidate)
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or(meant)
}

/// The operation whose name in another language is one slip away: `lenght`.
fn foreign_slip(name: &str) -> Option<&'static str> {
    let folded = fold(name);
    let near = |foreign: &&str| foreign.len() > 4 && distance(&folded, foreign, 1).is_some();
    TABLE.iter().find(|(_, names)| names.iter().any(near)).map(|(key, _)| *key)
}

/// The nearest of `candidates`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .filter_map(|candidate| Some((nearness(name, candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The distance of two names where it is small enough: two slips, one in a short name.
fn nearness(name: &str, candidate: &str) -> Option<usize> {
    let most = if candidate.chars().count() <= 4 { 1 } else { 2 };
    distance(name, candidate, most)
}

/// Insertions, deletions, replacements and swaps of neighbours that make `b` of `a`, up to `most`, without
/// regard to ASCII case. Names longer than 64 characters are near nothing.
#[must_use]
pub fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let lower = |text: &str| text.chars().take(65).map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let (a, b) = (lower(a), lower(b));
    if a.len() > 64 || b.len() > 64 || a.len().abs_diff(b.len()) > most {
        return None;
    }
    // Three rows of the table: swaps look two back.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut swapped: Option<char> = None;
    for (row, &x) in a.iter().enumerate() {
        let mut line = vec![row.saturating_add(1)];
        let mut left: Option<char> = None;
        for (column, &y) in b.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX);
            let next = column.saturating_add(1);
            let mut cost = at(&above, column).saturating_add(usize::from(x != y));
            cost = cost.min(at(&above, next).saturating_add(1)).min(at(&line, column).saturating_add(1));
            if let Some(two) = column.checked_sub(1)
                && left == Some(x)
                && swapped == Some(y)
            {
                cost = cost.min(at(&before, two).saturating_add(1));
            }
            line.push(cost);
            left = Some(y);
        }
        swapped = Some(x);
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().filter(|&cost| cost <= most)
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
            let found = nearest(text, At::ALL.iter().map(|at| at.text()))?;
            return At::find(found).map(|at| (at, Applicability::Maybe));
        }
    };
    Some((at, Applicability::Sure))
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

    #[test]
    fn distances_count_swaps_once() {
        assert_eq!(distance("ab", "ba", 2), Some(1));
        assert_eq!(distance("contains", "contians", 2), Some(1));
        assert_eq!(distance("abc", "abcde", 2), Some(2));
        assert_eq!(distance("abc", "xyz", 2), None);
        assert_eq!(distance(&"a".repeat(70), &"a".repeat(70), 2), None);
    }
}
