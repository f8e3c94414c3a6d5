//! The functions, as data that parser, checker, completion and documentation read.

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// Canonical name in text and key on the wire.
    pub name: &'static str,
    /// Other names that are read.
    pub aliases: &'static [&'static str],
    /// Names of the parameters, in order.
    pub parameters: &'static [&'static str],
    /// What it gives, as a kind.
    pub result: &'static str,
    /// One sentence, with the faults in a second.
    pub summary: &'static str,
    /// Expressions that run, with a plain document and the answer as JSON.
    pub examples: &'static [Example],
}

impl Function {
    /// How it is called: `substring(text, from, to)`.
    #[must_use]
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.parameters.join(", "))
    }
}

/// An example that the tests run.
#[derive(Debug)]
pub struct Example {
    /// The expression.
    pub expression: &'static str,
    /// A plain document, JSON.
    pub document: &'static str,
    /// The answer, JSON.
    pub answer: &'static str,
}

macro_rules! functions {
    ($(fn $name:literal $aliases:tt ($($parameter:literal)*) -> $result:literal: $summary:literal
        $($expression:literal over $document:literal gives $answer:literal;)*)*) => {
        /// All functions, in the order of the language page.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: $name,
            aliases: &$aliases,
            parameters: &[$($parameter),*],
            result: $result,
            summary: $summary,
            examples: &[$(Example { expression: $expression, document: $document, answer: $answer }),*],
        }),*];
    };
}

functions! {
    fn "len" ["count"] ("value") -> "integer":
        "Characters of a string, elements of a list, set or map. Anything else, null too, is a fault."
        "len(name)" over r#"{"name": "héllo"}"# gives "5";
        "len(items)" over r#"{"items": [1, 2, 3]}"# gives "3";
    fn "isEmpty" [] ("value") -> "Boolean":
        "Whether `len(value)` is 0, with the same faults."
        "isEmpty(name)" over r#"{"name": ""}"# gives "true";
    fn "isDefined" [] ("value") -> "Boolean":
        "False exactly when evaluating `value` ends in *undefined*; null is defined. Other faults propagate."
        "isDefined(user.email)" over r#"{"user": {}}"# gives "false";
        "isDefined(user)" over r#"{"user": null}"# gives "true";
    fn "isUndefined" [] ("value") -> "Boolean":
        "The negation of `isDefined(value)`."
        "isUndefined(user.email)" over r#"{"user": {}}"# gives "true";
    fn "substring" [] ("text" "from" "to") -> "string":
        "Characters from `from` up to, not including, `to`, cut to the length. `from > to` or a negative bound is a fault."
        "substring(name, 1, 3)" over r#"{"name": "héllo"}"# gives r#""él""#;
        "substring(name, 3, 99)" over r#"{"name": "hello"}"# gives r#""lo""#;
    fn "startsWith" [] ("text" "prefix") -> "Boolean":
        "Whether `text` begins with `prefix`, character by character."
        "startsWith(path, \"/api\")" over r#"{"path": "/api/users"}"# gives "true";
    fn "endsWith" [] ("text" "suffix") -> "Boolean":
        "Whether `text` ends with `suffix`, character by character."
        "endsWith(path, \".css\")" over r#"{"path": "/api/users"}"# gives "false";
    fn "contains" [] ("value" "part") -> "Boolean":
        "A string in a string, an element of a list or set by `==`, a key of a map."
        "contains(name, \"ell\")" over r#"{"name": "hello"}"# gives "true";
        "contains(ids, 7)" over r#"{"ids": [5, 7.0]}"# gives "true";
        "contains(headers, \"Host\")" over r#"{"headers": {"Host": "a"}}"# gives "true";
    fn "matches" [] ("text" "pattern") -> "Boolean":
        "Whether the regular expression is found in `text`. The pattern is a string literal, compiled once, matched in linear time."
        "matches(id, \"^user-[0-9]+$\")" over r#"{"id": "user-123"}"# gives "true";
    fn "any" ["hasAny"] ("collection" "predicate") -> "Boolean":
        "Whether the predicate holds for one element (`@it`, and `@key`, `@value` over a map). False for an empty collection."
        "any(ages, {@it > 30})" over r#"{"ages": [20, 40]}"# gives "true";
        "any(headers, {@key == \"Host\"})" over r#"{"headers": {"Host": "a"}}"# gives "true";
    fn "all" ["hasAll"] ("collection" "predicate") -> "Boolean":
        "Whether the predicate holds for every element. True for an empty collection."
        "all(ages, {@it > 30})" over r#"{"ages": [20, 40]}"# gives "false";
    fn "filter" [] ("collection" "predicate") -> "collection":
        "The elements for which the predicate holds: a list of a list, a set of a set, a map of a map."
        "filter(ages, {@it > 30})" over r#"{"ages": [20, 40]}"# gives "[40]";
        "len(filter(stock, {@value > 1}))" over r#"{"stock": {"a": 1, "b": 2}}"# gives "1";
}

/// The function that is written `name`, canonical or alias.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name || function.aliases.contains(&name))
}

impl Function {
    /// How it is called: `startsWith(text, prefix) -> Boolean`.
    #[must_use]
    pub fn call(&self) -> String {
        format!("{}({}) -> {}", self.name, self.parameters.join(", "), self.result)
    }
}

/// An operator, or an `@`-name, as completion and documentation show it.
#[derive(Debug)]
pub struct Word {
    /// As written.
    pub text: &'static str,
    /// The kind of its value.
    pub result: &'static str,
    /// One or two sentences.
    pub summary: &'static str,
}

/// The operators, loosest first.
pub const OPERATORS: &[Word] = &[
    Word {
        text: "||",
        result: "Boolean",
        summary: "True where one operand is. From left to right, and no further than needed; an operand that is no Boolean is a fault.",
    },
    Word {
        text: "&&",
        result: "Boolean",
        summary: "True where all operands are. From left to right, and no further than needed; an operand that is no Boolean is a fault.",
    },
    Word {
        text: "==",
        result: "Boolean",
        summary: "Numbers by exact value, strings by code point, collections by their elements; values of unlike kinds are unequal.",
    },
    Word { text: "!=", result: "Boolean", summary: "The negation of `==`." },
    Word {
        text: "<",
        result: "Boolean",
        summary: "Two numbers, or two strings by code point; anything else, null too, is a fault.",
    },
    Word { text: "<=", result: "Boolean", summary: "Less or equal; as `<`." },
    Word { text: ">", result: "Boolean", summary: "Greater; as `<`." },
    Word { text: ">=", result: "Boolean", summary: "Greater or equal; as `<`." },
    Word {
        text: "instanceof",
        result: "Boolean",
        summary: "Whether the value is of the quoted type or of a subtype. Plain kinds are `bool int float string list set map`; an unknown name is false.",
    },
    Word {
        text: "!",
        result: "Boolean",
        summary: "The negation of a Boolean; anything else is a fault. Also written `not`.",
    },
];

/// The `@`-names.
pub const AT_NAMES: &[Word] = &[
    Word {
        text: "@return",
        result: "unknown",
        summary: "What the method returned. Undefined where it has not returned.",
    },
    Word {
        text: "@exception",
        result: "unknown",
        summary: "What the method threw. Undefined where it did not throw.",
    },
    Word {
        text: "@duration",
        result: "float",
        summary: "How long the method ran, in milliseconds. Undefined before its end.",
    },
    Word {
        text: "@it",
        result: "unknown",
        summary: "The element that the innermost predicate looks at; over a map an entry with `.key` and `.value`.",
    },
    Word {
        text: "@key",
        result: "unknown",
        summary: "The key of the entry, over a map; undefined over a list or set.",
    },
    Word {
        text: "@value",
        result: "unknown",
        summary: "The value of the entry, over a map; undefined over a list or set.",
    },
];
