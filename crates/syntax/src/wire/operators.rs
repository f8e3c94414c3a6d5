//! The keys of the wire form, with every alias that an evaluator reads, and what people write instead.

use crate::tree::{CompareOp, LogicOp, LoopOp, TextOp, UnaryOp};

/// What a key makes of its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Ref,
    Member,
    Index,
    Unary(UnaryOp),
    Substring,
    Text(TextOp),
    Loop(LoopOp),
    Compare(CompareOp),
    InstanceOf,
    Logic(LogicOp),
}

impl Operator {
    /// The fewest and the most operands.
    pub(super) const fn arity(self) -> (u32, u32) {
        match self {
            Self::Ref | Self::Unary(_) => (1, 1),
            Self::Substring => (2, 3),
            Self::Logic(_) => (1, u32::MAX),
            _ => (2, 2),
        }
    }
}

/// Canonical key, aliases, operator.
const OPERATORS: &[(&str, &[&str], Operator)] = &[
    ("ref", &[], Operator::Ref),
    ("getmember", &[], Operator::Member),
    ("index", &[], Operator::Index),
    ("len", &["count"], Operator::Unary(UnaryOp::Len)),
    ("isEmpty", &[], Operator::Unary(UnaryOp::IsEmpty)),
    ("isDefined", &[], Operator::Unary(UnaryOp::IsDefined)),
    ("isUndefined", &[], Operator::Unary(UnaryOp::IsUndefined)),
    ("not", &["!"], Operator::Unary(UnaryOp::Not)),
    ("substring", &[], Operator::Substring),
    ("startsWith", &[], Operator::Text(TextOp::StartsWith)),
    ("endsWith", &[], Operator::Text(TextOp::EndsWith)),
    ("contains", &[], Operator::Text(TextOp::Contains)),
    ("matches", &[], Operator::Text(TextOp::Matches)),
    ("any", &["hasAny"], Operator::Loop(LoopOp::Any)),
    ("all", &["hasAll"], Operator::Loop(LoopOp::All)),
    ("filter", &[], Operator::Loop(LoopOp::Filter)),
    ("eq", &["=="], Operator::Compare(CompareOp::Eq)),
    ("ne", &["!=", "neq"], Operator::Compare(CompareOp::Ne)),
    ("lt", &["<"], Operator::Compare(CompareOp::Lt)),
    ("le", &["<="], Operator::Compare(CompareOp::Le)),
    ("gt", &[">"], Operator::Compare(CompareOp::Gt)),
    ("ge", &[">="], Operator::Compare(CompareOp::Ge)),
    ("instanceof", &[], Operator::InstanceOf),
    ("and", &["&&"], Operator::Logic(LogicOp::And)),
    ("or", &["||"], Operator::Logic(LogicOp::Or)),
];

/// The operator of a key, canonical or alias.
pub(super) fn find(key: &str) -> Option<Operator> {
    OPERATORS
        .iter()
        .find(|(canonical, aliases, _)| *canonical == key || aliases.contains(&key))
        .map(|(_, _, operator)| *operator)
}

/// Words of other languages and of other JSON forms, in lower case, the canonical key, and whether the one
/// can stand for the other without a second look.
const FOREIGN: &[(&str, &str, bool)] = &[
    ("typeof", "instanceof", false),
    ("isinstance", "instanceof", false),
    ("is", "instanceof", false),
    ("gte", "ge", true),
    ("lte", "le", true),
    ("=", "eq", true),
    ("===", "eq", true),
    ("equal", "eq", true),
    ("equals", "eq", true),
    ("!==", "ne", true),
    ("<>", "ne", true),
    ("notequals", "ne", true),
    ("notequal", "ne", true),
    ("noteq", "ne", true),
    ("greater", "gt", false),
    ("greaterthan", "gt", false),
    ("less", "lt", false),
    ("lessthan", "lt", false),
    ("length", "len", true),
    ("size", "len", true),
    ("sizeof", "len", false),
    ("includes", "contains", false),
    ("has", "contains", false),
    ("in", "contains", false),
    ("match", "matches", false),
    ("regex", "matches", false),
    ("regexp", "matches", false),
    ("=~", "matches", false),
    ("substr", "substring", false),
    ("slice", "substring", false),
    ("hasprefix", "startsWith", false),
    ("beginswith", "startsWith", false),
    ("start_with?", "startsWith", false),
    ("hassuffix", "endsWith", false),
    ("end_with?", "endsWith", false),
    ("some", "any", false),
    ("exists", "any", false),
    ("every", "all", false),
    ("where", "filter", false),
    ("select", "filter", false),
    ("&", "and", true),
    ("|", "or", true),
    ("~", "not", false),
    ("empty", "isEmpty", true),
    ("defined", "isDefined", false),
    ("undefined", "isUndefined", false),
    ("isnotdefined", "isUndefined", false),
    ("var", "ref", false),
    ("variable", "ref", false),
    ("name", "ref", false),
    ("reference", "ref", false),
    ("identifier", "ref", false),
    ("member", "getmember", false),
    ("field", "getmember", false),
    ("getfield", "getmember", false),
    ("property", "getmember", false),
    ("get", "getmember", false),
    (".", "getmember", false),
    ("[]", "index", false),
    ("at", "index", false),
    ("getindex", "index", false),
];

/// The canonical key that `key` was probably meant to be: by the table first, then by case, then by
/// distance. The second is whether it is sure.
pub(super) fn suggest(key: &str) -> Option<(&'static str, bool)> {
    // Nothing of this length is a slip of a key.
    if key.len() > 24 {
        return None;
    }
    let lower = key.to_ascii_lowercase();
    if let Some((_, canonical, sure)) = FOREIGN.iter().find(|(word, ..)| *word == lower) {
        return Some((canonical, *sure));
    }
    let (distance, canonical, len) = OPERATORS
        .iter()
        .flat_map(|(canonical, aliases, _)| {
            std::iter::once(canonical).chain(aliases.iter()).map(|word| (*canonical, *word))
        })
        .filter(|(_, word)| word.len() > 1)
        .map(|(canonical, word)| (distance(&lower, &word.to_ascii_lowercase()), canonical, word.len()))
        .min_by_key(|(distance, ..)| *distance)?;
    (distance <= (len.max(lower.len()) / 3).min(2)).then_some((canonical, distance == 0))
}

/// How many characters must be added, dropped, changed or swapped with their neighbour.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX);
            let next = j.saturating_add(1);
            let changed = at(&last, j).saturating_add(usize::from(x != y));
            let dropped = at(&last, next).saturating_add(1);
            let added = at(&row, j).saturating_add(1);
            let mut best = changed.min(dropped).min(added);
            let swapped = i > 0
                && j > 0
                && a.get(i.saturating_sub(1)) == Some(y)
                && b.get(j.saturating_sub(1)) == Some(x);
            if swapped {
                best = best.min(at(&before_last, j.saturating_sub(1)).saturating_add(1));
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}
