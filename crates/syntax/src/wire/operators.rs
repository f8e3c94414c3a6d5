//! The keys of the wire form, with every alias that an evaluator reads, and what people write instead.

use probelang_diagnostic::Applicability;
use probelang_dialect::{CompareOp, LoopOp, Quantifier, TextOp};

use crate::nearest::nearest;
use crate::suggest;
use crate::tree::{LogicOp, UnaryOp};

/// What a key makes of its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Ref,
    Member,
    Index,
    Not,
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
            Self::Ref | Self::Not | Self::Unary(_) => (1, 1),
            Self::Substring => (2, 3),
            Self::Logic(_) => (1, u32::MAX),
            _ => (2, 2),
        }
    }
}

/// A key with its aliases, what it makes, and its form as messages show it.
struct Entry {
    key: &'static str,
    aliases: &'static [&'static str],
    operator: Operator,
    form: &'static str,
}

const fn entry(
    key: &'static str,
    aliases: &'static [&'static str],
    operator: Operator,
    form: &'static str,
) -> Entry {
    Entry { key, aliases, operator, form }
}

const OPERATORS: &[Entry] = &[
    entry("ref", &[], Operator::Ref, r#"{"ref": "name"}"#),
    entry("getmember", &[], Operator::Member, r#"{"getmember": [a, "name"]}"#),
    entry("index", &[], Operator::Index, r#"{"index": [a, i]}"#),
    entry("len", &["count"], Operator::Unary(UnaryOp::Len), r#"{"len": a}"#),
    entry("isEmpty", &[], Operator::Unary(UnaryOp::IsEmpty), r#"{"isEmpty": a}"#),
    entry("isDefined", &[], Operator::Unary(UnaryOp::IsDefined), r#"{"isDefined": a}"#),
    entry("isUndefined", &[], Operator::Unary(UnaryOp::IsUndefined), r#"{"isUndefined": a}"#),
    entry("not", &["!"], Operator::Not, r#"{"not": a}"#),
    entry("substring", &[], Operator::Substring, r#"{"substring": [s, i, j]}"#),
    entry("startsWith", &[], Operator::Text(TextOp::StartsWith), r#"{"startsWith": [s, t]}"#),
    entry("endsWith", &[], Operator::Text(TextOp::EndsWith), r#"{"endsWith": [s, t]}"#),
    entry("contains", &[], Operator::Text(TextOp::Contains), r#"{"contains": [a, b]}"#),
    entry("matches", &[], Operator::Text(TextOp::Matches), r#"{"matches": [s, "pattern"]}"#),
    entry(
        "any",
        &["hasAny"],
        Operator::Loop(LoopOp::Quantifier(Quantifier::Any)),
        r#"{"any": [xs, predicate]}"#,
    ),
    entry(
        "all",
        &["hasAll"],
        Operator::Loop(LoopOp::Quantifier(Quantifier::All)),
        r#"{"all": [xs, predicate]}"#,
    ),
    entry("filter", &[], Operator::Loop(LoopOp::Filter), r#"{"filter": [xs, predicate]}"#),
    entry("eq", &["=="], Operator::Compare(CompareOp::Eq), r#"{"eq": [a, b]}"#),
    entry("ne", &["!=", "neq"], Operator::Compare(CompareOp::Ne), r#"{"ne": [a, b]}"#),
    entry("lt", &["<"], Operator::Compare(CompareOp::Lt), r#"{"lt": [a, b]}"#),
    entry("le", &["<="], Operator::Compare(CompareOp::Le), r#"{"le": [a, b]}"#),
    entry("gt", &[">"], Operator::Compare(CompareOp::Gt), r#"{"gt": [a, b]}"#),
    entry("ge", &[">="], Operator::Compare(CompareOp::Ge), r#"{"ge": [a, b]}"#),
    entry("instanceof", &[], Operator::InstanceOf, r#"{"instanceof": [a, "type"]}"#),
    entry("and", &["&&"], Operator::Logic(LogicOp::And), r#"{"and": [a, b]}"#),
    entry("or", &["||"], Operator::Logic(LogicOp::Or), r#"{"or": [a, b]}"#),
];

impl Operator {
    /// Its form as messages show it.
    pub(super) fn form(self) -> &'static str {
        OPERATORS.iter().find(|entry| entry.operator == self).map_or("", |entry| entry.form)
    }
}

/// The canonical keys.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    OPERATORS.iter().map(|entry| entry.key)
}

/// The operator of a key, canonical or alias.
pub(super) fn find(key: &str) -> Option<Operator> {
    let canonical = OPERATORS.iter().find(|entry| entry.key == key);
    canonical
        .or_else(|| OPERATORS.iter().find(|entry| entry.aliases.contains(&key)))
        .map(|entry| entry.operator)
}

/// Signs of other languages, and the canonical key.
const SIGNS: &[(&str, &str)] = &[
    ("=", "eq"),
    ("===", "eq"),
    ("!==", "ne"),
    ("<>", "ne"),
    ("&", "and"),
    ("|", "or"),
    ("=~", "matches"),
    (".", "getmember"),
    ("[]", "index"),
];

/// What an operator of other languages is, where this language has nothing of the kind.
pub(super) fn absent(key: &str) -> Option<&'static str> {
    const ABSENT: &[(&[&str], &str)] = &[
        (
            &[
                "+", "-", "*", "/", "%", "**", "add", "sub", "subtract", "plus", "minus", "mul", "div",
                "mod", "neg",
            ],
            "arithmetic",
        ),
        (&["if", "?:", "?", "??", "ternary", "cond", "conditional", "switch", "case", "let"], "conditional"),
        (&["list", "array", "map", "object", "tuple"], "list or map literal"),
        (&["call", "invoke", "method"], "method call"),
        (&["ignore", "comment", "$comment"], "comment"),
    ];
    let lower = key.to_ascii_lowercase();
    ABSENT.iter().find(|(words, _)| words.contains(&lower.as_str())).map(|(_, what)| *what)
}

/// The canonical key that `key` was probably meant to be, and how sure that is.
pub(super) fn suggest(key: &str) -> Option<(&'static str, Applicability)> {
    if absent(key).is_some() {
        return None;
    }
    let sign = SIGNS.iter().find(|(sign, _)| *sign == key).map(|(_, canonical)| *canonical);
    let known = sign.or_else(|| suggest::canonical(key));
    let meant = known.or_else(|| nearest(key, keys(), suggest::slips))?;
    // What another language calls a comparison takes the same operands; a function may take them the other
    // way round.
    let plain = matches!(
        find(meant),
        Some(Operator::Compare(_) | Operator::Logic(_) | Operator::Not | Operator::Unary(UnaryOp::Len))
    );
    let own = meant.eq_ignore_ascii_case(key);
    let applicability =
        if own || known.is_some() && plain { Applicability::Safe } else { Applicability::Maybe };
    Some((meant, applicability))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_schema_has_every_key_and_no_other() {
        let schema = include_str!("../../grammar/wire.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let properties = schema["$defs"]["operation"]["properties"].as_object().unwrap();
        let described: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let keys: BTreeSet<&str> = OPERATORS
            .iter()
            .flat_map(|entry| std::iter::once(&entry.key).chain(entry.aliases).copied())
            .collect();
        assert_eq!(described, keys);
    }

    #[test]
    fn the_grammar_of_editors_has_every_function() {
        let grammar = include_str!("../../grammar/probelang.tmLanguage.json");
        let grammar: serde_json::Value = serde_json::from_str(grammar).unwrap();
        let pattern = grammar["repository"]["function"]["match"].as_str().unwrap();
        let inside = pattern.rsplit_once("(?:").unwrap().1.split_once(')').unwrap().0;
        let named: BTreeSet<&str> = inside.split('|').collect();
        let functions: BTreeSet<&str> = crate::function::FUNCTIONS
            .iter()
            .flat_map(|function| std::iter::once(&function.name).chain(function.aliases).copied())
            .collect();
        assert_eq!(named, functions);
    }
}
