//! The functions of the language, one entry each.
//!
//! Everything that differs from function to function is here, or is found by an exhaustive match on
//! [`Makes`], [`Takes`], [`Gives`] or [`FunctionCost`].

use probelang_dialect::Preset::{Go, Java, Node, Python, Ruby};
use probelang_dialect::{LoopOp, Quantifier, TextOp, TruthOp, ValueOp};

use super::{Example, Function, FunctionCost, Gives, Makes, Parameter, Takes};
use crate::tree::UnaryOp;

macro_rules! functions {
    ($($kind:ident $(($($op:tt)*))? => {
        name: $name:expr,
        aliases: [$($alias:literal),*],
        foreign: [$($foreign:literal),* $(,)?],
        wire: $wire:literal,
        parameters: [$($parameter:literal: $takes:ident),*],
        $(optional: $optional:literal,)?
        gives: $gives:ident,
        cost: $cost:ident,
        lacking: [$($preset:ident),*],
        summary: $summary:literal,
        examples: [$($expression:literal over $document:literal gives $answer:literal;)*],
    })*) => {
        /// All functions, in the order of the language page.
        pub const FUNCTIONS: &[Function] = &[$(*Makes::$kind $(($($op)*))?.function()),*];

        impl Makes {
            /// The function that makes it.
            #[must_use]
            pub const fn function(self) -> &'static Function {
                match self {
                    $(Self::$kind $(($($op)*))? => const {
                        &Function {
                            name: $name,
                            aliases: &[$($alias),*],
                            foreign: &[$($foreign),*],
                            wire: $wire,
                            makes: Self::$kind $(($($op)*))?,
                            parameters: &[$(Parameter { name: $parameter, takes: Takes::$takes }),*],
                            optional: 0 $(+ $optional)?,
                            gives: Gives::$gives,
                            cost: FunctionCost::$cost,
                            lacking: &[$($preset),*],
                            summary: $summary,
                            examples: &[$(Example {
                                expression: $expression,
                                document: $document,
                                answer: $answer,
                            }),*],
                        }
                    },)*
                }
            }
        }
    };
}

functions! {
    Unary(UnaryOp::Value(ValueOp::Len)) => {
        name: ValueOp::Len.text(),
        aliases: ["count"],
        foreign: [
            "length", "size", "strlen", "cardinality", "getlength", "getsize", "getcount", "sizeof",
            "arraylength",
        ],
        wire: r#"{"len": a}"#,
        parameters: ["value": Sized],
        gives: Integer,
        cost: Length,
        lacking: [],
        summary: "Characters of a string, elements of a list, set or map. Anything else, null too, is a fault.",
        examples: [
            "len(name)" over r#"{"name": "héllo"}"# gives "5";
            "len(items)" over r#"{"items": [1, 2, 3]}"# gives "3";
        ],
    }
    Unary(UnaryOp::Truth(TruthOp::IsEmpty)) => {
        name: TruthOp::IsEmpty.text(),
        aliases: [],
        foreign: ["empty", "isblank", "isnullorempty"],
        wire: r#"{"isEmpty": a}"#,
        parameters: ["value": Emptiable],
        gives: Boolean,
        cost: Consume,
        lacking: [],
        summary: "Whether `len(value)` is 0, with the same faults.",
        examples: [
            "isEmpty(name)" over r#"{"name": ""}"# gives "true";
        ],
    }
    Unary(UnaryOp::IsDefined) => {
        name: "isDefined",
        aliases: [],
        foreign: ["defined", "isset", "ispresent", "hasvalue", "isavailable"],
        wire: r#"{"isDefined": a}"#,
        parameters: ["value": Anything],
        gives: Boolean,
        cost: Consume,
        lacking: [Ruby, Go],
        summary: "False exactly when evaluating `value` ends in *undefined*; null is defined. Other faults propagate.",
        examples: [
            "isDefined(user.email)" over r#"{"user": {}}"# gives "false";
            "isDefined(user)" over r#"{"user": null}"# gives "true";
        ],
    }
    Unary(UnaryOp::IsUndefined) => {
        name: "isUndefined",
        aliases: [],
        foreign: ["undefined", "notdefined", "isnotdefined", "ismissing", "isabsent", "isunset"],
        wire: r#"{"isUndefined": a}"#,
        parameters: ["value": Anything],
        gives: Boolean,
        cost: Consume,
        lacking: [Java, Python, Node, Go],
        summary: "The negation of `isDefined(value)`.",
        examples: [
            "isUndefined(user.email)" over r#"{"user": {}}"# gives "true";
        ],
    }
    Substring => {
        name: "substring",
        aliases: [],
        foreign: ["substr", "slice", "mid", "strsub", "subsequence"],
        wire: r#"{"substring": [s, i, j]}"#,
        parameters: ["text": Text, "from": Bound, "to": Bound],
        optional: 1,
        gives: Part,
        cost: Slice,
        lacking: [Go],
        summary: "Characters from `from` up to, not including, `to`, cut to the length. `from > to` or a negative bound is a fault.",
        examples: [
            "substring(name, 1, 3)" over r#"{"name": "héllo"}"# gives r#""él""#;
            "substring(name, 3, 99)" over r#"{"name": "hello"}"# gives r#""lo""#;
        ],
    }
    Text(TextOp::StartsWith) => {
        name: TextOp::StartsWith.text(),
        aliases: [],
        foreign: ["hasprefix", "beginswith", "startwith", "prefix", "isprefix", "strstartswith"],
        wire: r#"{"startsWith": [s, t]}"#,
        parameters: ["text": Subject, "prefix": Affix],
        gives: Boolean,
        cost: Affix,
        lacking: [Go],
        summary: "Whether `text` begins with `prefix`, character by character.",
        examples: [
            "startsWith(path, \"/api\")" over r#"{"path": "/api/users"}"# gives "true";
        ],
    }
    Text(TextOp::EndsWith) => {
        name: TextOp::EndsWith.text(),
        aliases: [],
        foreign: ["hassuffix", "endwith", "suffix", "issuffix", "finisheswith", "strendswith"],
        wire: r#"{"endsWith": [s, t]}"#,
        parameters: ["text": Subject, "suffix": Affix],
        gives: Boolean,
        cost: Affix,
        lacking: [Go],
        summary: "Whether `text` ends with `suffix`, character by character.",
        examples: [
            "endsWith(path, \".css\")" over r#"{"path": "/api/users"}"# gives "false";
        ],
    }
    Text(TextOp::Contains) => {
        name: TextOp::Contains.text(),
        aliases: [],
        foreign: [
            "includes", "include", "has", "haskey", "containskey", "containsvalue", "hasitem", "haselement",
            "strcontains", "inarray", "containselement", "contain",
        ],
        wire: r#"{"contains": [a, b]}"#,
        parameters: ["value": Searched, "part": Sought],
        gives: Boolean,
        cost: Search,
        lacking: [],
        summary: "A string in a string, an element of a list or set by `==`, a key of a map.",
        examples: [
            "contains(name, \"ell\")" over r#"{"name": "hello"}"# gives "true";
            "contains(ids, 7)" over r#"{"ids": [5, 7.0]}"# gives "true";
            "contains(headers, \"Host\")" over r#"{"headers": {"Host": "a"}}"# gives "true";
        ],
    }
    Text(TextOp::Matches) => {
        name: TextOp::Matches.text(),
        aliases: [],
        foreign: [
            "match", "regex", "regexp", "regexmatch", "ismatch", "rlike", "matchesregex", "regexlike",
            "test", "pregmatch", "matchstring",
        ],
        wire: r#"{"matches": [s, "pattern"]}"#,
        parameters: ["text": Subject, "pattern": Pattern],
        gives: Boolean,
        cost: Match,
        lacking: [Go],
        summary: "Whether the regular expression is found in `text`. The pattern is a string literal, compiled once, matched in linear time.",
        examples: [
            "matches(id, \"^user-[0-9]+$\")" over r#"{"id": "user-123"}"# gives "true";
        ],
    }
    Loop(LoopOp::Quantifier(Quantifier::Any)) => {
        name: Quantifier::Any.text(),
        aliases: ["hasAny"],
        foreign: ["some", "exists", "anymatch", "anysatisfy", "containsany"],
        wire: r#"{"any": [xs, predicate]}"#,
        parameters: ["collection": Collection, "predicate": Predicate],
        gives: Boolean,
        cost: Loop,
        lacking: [],
        summary: "Whether the predicate holds for one element (`@it`, and `@key`, `@value` over a map). False for an empty collection.",
        examples: [
            "any(ages, {@it > 30})" over r#"{"ages": [20, 40]}"# gives "true";
            "any(headers, {@key == \"Host\"})" over r#"{"headers": {"Host": "a"}}"# gives "true";
        ],
    }
    Loop(LoopOp::Quantifier(Quantifier::All)) => {
        name: Quantifier::All.text(),
        aliases: ["hasAll"],
        foreign: ["every", "forall", "allmatch", "allsatisfy"],
        wire: r#"{"all": [xs, predicate]}"#,
        parameters: ["collection": Collection, "predicate": Predicate],
        gives: Boolean,
        cost: Loop,
        lacking: [],
        summary: "Whether the predicate holds for every element. True for an empty collection.",
        examples: [
            "all(ages, {@it > 30})" over r#"{"ages": [20, 40]}"# gives "false";
        ],
    }
    Loop(LoopOp::Filter) => {
        name: LoopOp::Filter.text(),
        aliases: [],
        foreign: ["where", "select", "findall", "filtered", "arrayfilter"],
        wire: r#"{"filter": [xs, predicate]}"#,
        parameters: ["collection": Collection, "predicate": Predicate],
        gives: Kept,
        cost: Loop,
        lacking: [],
        summary: "The elements for which the predicate holds: a list of a list, a set of a set, a map of a map.",
        examples: [
            "filter(ages, {@it > 30})" over r#"{"ages": [20, 40]}"# gives "[40]";
            "len(filter(stock, {@value > 1}))" over r#"{"stock": {"a": 1, "b": 2}}"# gives "1";
        ],
    }
}
