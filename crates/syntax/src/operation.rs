//! What expressions are made of besides literals: functions and operators, by their keys on the wire.

use probelang_dialect::CompareOp;

use crate::function::{self, FUNCTIONS, Function, Makes};
use crate::tree::LogicOp;

/// A function or an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operation {
    /// A name.
    Ref,
    /// `a.b`
    Member,
    /// `a[b]`
    Index,
    /// `!a`
    Not,
    /// `len(a)`, …
    Call(Makes),
    /// `a == b`, …
    Compare(CompareOp),
    /// `a instanceof T`
    InstanceOf,
    /// `a && b`, …
    Logic(LogicOp),
}

/// An operation with what it is called and how it looks.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) operation: Operation,
    /// Its canonical key on the wire.
    pub(crate) key: &'static str,
    /// Other keys that are read.
    pub(crate) aliases: &'static [&'static str],
    /// Its form on the wire, as messages show it.
    pub(crate) form: &'static str,
    /// What other languages call it, without case and `_`.
    pub(crate) foreign: &'static [&'static str],
}

const fn entry(
    operation: Operation,
    aliases: &'static [&'static str],
    form: &'static str,
    foreign: &'static [&'static str],
) -> Entry {
    Entry { operation, key: operation.key(), aliases, form, foreign }
}

/// The operations that are not functions.
static OPERATORS: [Entry; 13] = [
    entry(
        Operation::Ref,
        &[],
        r#"{"ref": "name"}"#,
        &["reference", "variable", "var", "ident", "identifier", "getvar"],
    ),
    entry(
        Operation::Member,
        &[],
        r#"{"getmember": [a, "name"]}"#,
        &["member", "getfield", "field", "getattr", "getattribute", "property", "getproperty", "attr"],
    ),
    entry(
        Operation::Index,
        &[],
        r#"{"index": [a, i]}"#,
        &["at", "getitem", "elementat", "itemat", "nth", "item", "get", "getindex", "subscript"],
    ),
    entry(Operation::Not, &["!"], r#"{"not": a}"#, &["negate", "isfalse", "noneof"]),
    entry(
        Operation::Compare(CompareOp::Eq),
        &["=="],
        r#"{"eq": [a, b]}"#,
        &["equals", "equal", "equalto", "isequal", "isequalto", "same", "equalsto"],
    ),
    entry(
        Operation::Compare(CompareOp::Ne),
        &["!=", "neq"],
        r#"{"ne": [a, b]}"#,
        &["notequals", "notequal", "notequalto", "isnotequal", "differs"],
    ),
    entry(
        Operation::Compare(CompareOp::Lt),
        &["<"],
        r#"{"lt": [a, b]}"#,
        &["less", "lessthan", "islessthan", "below"],
    ),
    entry(
        Operation::Compare(CompareOp::Le),
        &["<="],
        r#"{"le": [a, b]}"#,
        &["lte", "lessorequal", "lessthanorequal", "lessequal", "atmost"],
    ),
    entry(
        Operation::Compare(CompareOp::Gt),
        &[">"],
        r#"{"gt": [a, b]}"#,
        &["greater", "greaterthan", "isgreaterthan", "above"],
    ),
    entry(
        Operation::Compare(CompareOp::Ge),
        &[">="],
        r#"{"ge": [a, b]}"#,
        &["gte", "greaterorequal", "greaterthanorequal", "greaterequal", "atleast"],
    ),
    entry(
        Operation::InstanceOf,
        &[],
        r#"{"instanceof": [a, "type"]}"#,
        &["typeof", "isinstance", "isinstanceof", "isa", "kindof", "oftype", "isoftype", "istype"],
    ),
    entry(Operation::Logic(LogicOp::And), &["&&"], r#"{"and": [a, b]}"#, &["allof", "both", "conjunction"]),
    entry(Operation::Logic(LogicOp::Or), &["||"], r#"{"or": [a, b]}"#, &["anyof", "either", "disjunction"]),
];

impl Operation {
    /// The canonical key on the wire.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Member => "getmember",
            Self::Index => "index",
            Self::Not => "not",
            Self::Call(makes) => makes.function().name,
            Self::Compare(op) => op.key(),
            Self::InstanceOf => "instanceof",
            Self::Logic(op) => op.key(),
        }
    }

    /// The fewest and the most operands.
    pub(crate) const fn arity(self) -> (usize, usize) {
        match self {
            Self::Ref | Self::Not => (1, 1),
            Self::Call(makes) => makes.function().arity(),
            Self::Member | Self::Index | Self::Compare(_) | Self::InstanceOf => (2, 2),
            Self::Logic(_) => (1, usize::MAX),
        }
    }

    /// Its form on the wire, as messages show it.
    pub(crate) fn form(self) -> &'static str {
        entries().find(|entry| entry.operation == self).map_or("", |entry| entry.form)
    }
}

/// All operations: reads, functions, operators.
pub(crate) fn entries() -> impl Iterator<Item = Entry> + Clone {
    let is_read = |entry: &Entry| match entry.operation {
        Operation::Ref | Operation::Member | Operation::Index => true,
        Operation::Not
        | Operation::Call(_)
        | Operation::Compare(_)
        | Operation::InstanceOf
        | Operation::Logic(_) => false,
    };
    let calls = FUNCTIONS.iter().map(|function| {
        entry(Operation::Call(function.makes), function.aliases, function.wire, function.foreign)
    });
    let reads = OPERATORS.iter().copied().filter(is_read);
    reads.chain(calls).chain(OPERATORS.iter().copied().filter(move |entry| !is_read(entry)))
}

/// The operation of a key on the wire, canonical or alias.
pub(crate) fn find(key: &str) -> Option<Operation> {
    let call = |function: &Function| Operation::Call(function.makes);
    let operator = |found: fn(&Entry, &str) -> bool| {
        OPERATORS.iter().find(|entry| found(entry, key)).map(|entry| entry.operation)
    };
    operator(|entry, key| entry.key == key)
        .or_else(|| function::find(key).map(call))
        .or_else(|| operator(|entry, key| entry.aliases.contains(&key)))
}
