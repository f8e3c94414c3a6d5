//! What people write instead of the keys of the wire form.

use probelang_diagnostic::Applicability;
use probelang_dialect::{CompareOp, TextOp, ValueOp};

use crate::function::Makes;
use crate::nearest::nearest;
use crate::operation::{self, Operation};
use crate::suggest;
use crate::tree::{LogicOp, UnaryOp};

/// The canonical keys.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    operation::entries().map(|entry| entry.key)
}

/// Signs of other languages.
const SIGNS: &[(&str, Operation)] = &[
    ("=", Operation::Compare(CompareOp::Eq)),
    ("===", Operation::Compare(CompareOp::Eq)),
    ("!==", Operation::Compare(CompareOp::Ne)),
    ("<>", Operation::Compare(CompareOp::Ne)),
    ("&", Operation::Logic(LogicOp::And)),
    ("|", Operation::Logic(LogicOp::Or)),
    ("=~", Operation::Call(Makes::Text(TextOp::Matches))),
    (".", Operation::Member),
    ("[]", Operation::Index),
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

/// The operation that `key` was probably meant to be, and how sure that is.
pub(super) fn suggest(key: &str) -> Option<(Operation, Applicability)> {
    if absent(key).is_some() {
        return None;
    }
    let sign = SIGNS.iter().find(|(sign, _)| *sign == key).map(|(_, operation)| *operation);
    let known = sign.or_else(|| suggest::canonical(key));
    let near = || nearest(key, keys(), suggest::slips).and_then(operation::find);
    let meant = known.or_else(near)?;
    // What another language calls a comparison takes the same operands; a function may take them the other
    // way round.
    let plain = match meant {
        Operation::Compare(_) | Operation::Logic(_) | Operation::Not => true,
        Operation::Call(makes) => makes == Makes::Unary(UnaryOp::Value(ValueOp::Len)),
        Operation::Ref | Operation::Member | Operation::Index | Operation::InstanceOf => false,
    };
    let own = meant.key().eq_ignore_ascii_case(key);
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
        let keys: BTreeSet<&str> = operation::entries()
            .flat_map(|entry| std::iter::once(entry.key).chain(entry.aliases.iter().copied()))
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
        let functions: BTreeSet<&str> =
            crate::function::FUNCTIONS.iter().flat_map(|function| function.names()).collect();
        assert_eq!(named, functions);
    }
}
