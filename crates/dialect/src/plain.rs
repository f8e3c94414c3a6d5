//! Names of the plain kinds: those that `instanceof` takes under each dialect, and what languages call them.

use PlainKind::{False, Float, Int, List, Map, Null, Object, Set, Str, True, Undefined};

use crate::PlainTypes;

/// A plain value, as far as type names distinguish values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
#[allow(missing_docs)]
pub enum PlainKind {
    /// The undefined value of a runtime that has one.
    Undefined = 1 << 0,
    Null = 1 << 1,
    True = 1 << 2,
    False = 1 << 3,
    Int = 1 << 4,
    Float = 1 << 5,
    Str = 1 << 6,
    List = 1 << 7,
    Set = 1 << 8,
    Map = 1 << 9,
    /// Objects, entries of maps, opaque values: they have types of their own.
    Object = 1 << 10,
}

/// A name that `instanceof` takes, whether or not the host knows a type of that name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlainType {
    name: &'static str,
    kinds: u16,
}

impl PlainType {
    const fn of<const N: usize>(name: &'static str, of: [PlainKind; N]) -> Self {
        let (mut kinds, mut at) = (0, 0);
        while at < N {
            #[allow(
                clippy::indexing_slicing,
                clippy::arithmetic_side_effects,
                reason = "runs when this crate is compiled"
            )]
            {
                kinds |= of[at] as u16;
                at += 1;
            }
        }
        Self { name, kinds }
    }

    /// Every value but the undefined one.
    const fn of_all(name: &'static str) -> Self {
        Self { name, kinds: !(Undefined as u16) }
    }

    /// The name, as a program writes it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether values of the kind have this type.
    #[must_use]
    pub const fn has(&self, kind: PlainKind) -> bool {
        self.kinds & kind as u16 != 0
    }
}

impl PlainTypes {
    /// The names of the plain kinds, each once.
    #[must_use]
    pub const fn types(self) -> &'static [PlainType] {
        match self {
            Self::Portable => &PORTABLE,
            Self::Python => &PYTHON,
            Self::Node => &NODE,
            Self::Ruby => &RUBY,
        }
    }

    /// Whether the runtime knows a type of that name, which no plain value has or only the host can tell: its name is
    /// not an unknown one.
    #[must_use]
    pub fn knows(self, name: &str) -> bool {
        match self {
            Self::Node => NODE_GLOBALS.contains(&name),
            Self::Portable | Self::Python | Self::Ruby => false,
        }
    }

    /// The plain type of that name. Compares it with some ten names.
    #[must_use]
    pub fn find(self, name: &str) -> Option<&'static PlainType> {
        self.types().iter().find(|ty| ty.name == name)
    }
}

static PORTABLE: [PlainType; 7] = [
    PlainType::of("bool", [True, False]),
    PlainType::of("int", [Int]),
    PlainType::of("float", [Float]),
    PlainType::of("string", [Str]),
    PlainType::of("list", [List]),
    PlainType::of("set", [Set]),
    PlainType::of("map", [Map]),
];

static PYTHON: [PlainType; 17] = [
    PlainType::of("bool", [True, False]),
    PlainType::of("int", [Int, True, False]),
    PlainType::of("float", [Float]),
    PlainType::of("str", [Str]),
    PlainType::of("list", [List]),
    PlainType::of("set", [Set]),
    PlainType::of("dict", [Map]),
    PlainType::of_all("object"),
    PlainType::of("builtins.NoneType", [Null]),
    PlainType::of("builtins.bool", [True, False]),
    PlainType::of("builtins.int", [Int, True, False]),
    PlainType::of("builtins.float", [Float]),
    PlainType::of("builtins.str", [Str]),
    PlainType::of("builtins.list", [List]),
    PlainType::of("builtins.set", [Set]),
    PlainType::of("builtins.dict", [Map]),
    PlainType::of_all("builtins.object"),
];

static NODE: [PlainType; 8] = [
    PlainType::of("undefined", [Undefined]),
    PlainType::of("boolean", [True, False]),
    PlainType::of("number", [Int, Float]),
    PlainType::of("string", [Str]),
    PlainType::of("Array", [List]),
    PlainType::of("Set", [Set]),
    PlainType::of("Map", [Map]),
    PlainType::of("Object", [List, Set, Map, Object]),
];

/// What `typeof` may also answer, and the classes that every program of JavaScript has.
static NODE_GLOBALS: [&str; 45] = [
    "null",
    "bigint",
    "symbol",
    "Number",
    "String",
    "Boolean",
    "BigInt",
    "Symbol",
    "Function",
    "Date",
    "RegExp",
    "Promise",
    "Proxy",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
    "ArrayBuffer",
    "SharedArrayBuffer",
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "FinalizationRegistry",
    "Buffer",
    "URL",
    "URLSearchParams",
    "AbortController",
    "Event",
    "EventTarget",
];

static RUBY: [PlainType; 11] = [
    PlainType::of("NilClass", [Null]),
    PlainType::of("TrueClass", [True]),
    PlainType::of("FalseClass", [False]),
    PlainType::of("Integer", [Int]),
    PlainType::of("Float", [Float]),
    PlainType::of("Numeric", [Int, Float]),
    PlainType::of("String", [Str]),
    PlainType::of("Array", [List]),
    PlainType::of("Set", [Set]),
    PlainType::of("Hash", [Map]),
    PlainType::of_all("Object"),
];

/// Whether `name` is the name of a plain kind under some dialect.
#[must_use]
pub fn is_plain_type(name: &str) -> bool {
    ALL.iter().any(|types| types.find(name).is_some())
}

/// The plain type of the portable dialect for what some language calls `word`: in lower case, without a package, with or
/// without a size in bits (`boolean`, `int64`, `hashmap`).
#[must_use]
pub fn portable_type(word: &str) -> Option<&'static PlainType> {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let sized = |words: &[&str]| matches!(stem, "int" | "uint" | "float") && words.contains(&stem);
    let known = |words: &[&str]| words.contains(&word) || sized(words);
    PORTABLE.iter().zip(WORDS).find(|(_, words)| known(words)).map(|(ty, _)| ty)
}

/// All tables of names.
const ALL: [PlainTypes; 4] = [PlainTypes::Portable, PlainTypes::Python, PlainTypes::Node, PlainTypes::Ruby];

/// What languages call the types of [`PORTABLE`], in its order.
static WORDS: [&[&str]; PORTABLE.len()] = [
    &["bool", "boolean", "trueclass", "falseclass", "atomicboolean"],
    &[
        "int",
        "uint",
        "integer",
        "byte",
        "sbyte",
        "short",
        "ushort",
        "long",
        "ulong",
        "bigint",
        "biginteger",
        "atomicinteger",
        "atomiclong",
    ],
    &["float", "double", "single", "decimal", "bigdecimal", "number"],
    &["string", "str", "text"],
    &["list", "array", "arraylist", "tuple", "slice"],
    &["set", "hashset", "frozenset"],
    &["map", "dict", "dictionary", "hash", "hashmap"],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Row;

    #[test]
    fn the_table_of_dialects_lists_the_names_that_a_program_may_write() {
        assert_eq!(ALL.len(), Row::PlainTypes.choices().len());
        for (choice, types) in Row::PlainTypes.choices().iter().zip(ALL) {
            let listed = choice.split('`').nth(1).unwrap_or_default();
            let mut listed: Vec<&str> = listed.split(' ').collect();
            let full = |ty: &&PlainType| ty.name.starts_with("builtins.");
            let names = types.types().iter().filter(|ty| !full(ty));
            let mut names: Vec<&str> = names.map(PlainType::name).collect();
            for ty in types.types().iter().filter(full) {
                let last = ty.name.trim_start_matches("builtins.");
                assert!(last == "NoneType" || names.contains(&last), "{last}");
            }
            listed.sort_unstable();
            names.sort_unstable();
            assert_eq!(listed, names, "{choice}");
        }
    }

    #[test]
    fn every_name_of_a_scalar_or_collection_has_a_portable_one() {
        for ty in ALL.iter().flat_map(|types| types.types()) {
            let portable = portable_type(&ty.name().to_lowercase());
            let own = matches!(ty.name(), "NilClass" | "undefined" | "object" | "Object" | "Numeric")
                || ty.name().starts_with("builtins.");
            assert_eq!(portable.is_none(), own, "{}", ty.name());
            if let Some(portable) = portable {
                assert!(ty.kinds & portable.kinds != 0, "{} is not {}", ty.name(), portable.name());
            }
        }
        for (word, name) in [("int64", "int"), ("uint8", "int"), ("float32", "float"), ("hashmap", "map")] {
            assert_eq!(portable_type(word).map(PlainType::name), Some(name));
        }
        for word in ["", "string8", "interval", "64", "intptr"] {
            assert_eq!(portable_type(word), None, "{word}");
        }
    }
}
