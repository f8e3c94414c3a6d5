//! What a dialect resolves to: choices that rare paths read. The common paths (integers, strings, Booleans,
//! found values) never look here.
//!
//! The engine does not know the table of dialects; the lowering fills a [`Modes`] from it. The default is
//! the portable dialect.

/// What a read that finds nothing gives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Missing {
    /// Its fault.
    #[default]
    Fault,
    /// Null.
    Null,
    /// The value undefined.
    Undefined,
}

/// What a negative index is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum NegativeIndex {
    /// A fault.
    #[default]
    Fault,
    /// Counted from the end.
    FromEnd,
    /// An index where nothing is.
    Missing,
}

/// `==` with the value undefined.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum UndefinedEquality {
    /// A fault.
    #[default]
    Fault,
    /// It equals nothing.
    Nothing,
    /// It equals itself.
    Itself,
}

/// Order of anything but two numbers or two strings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum UnlikeOrder {
    /// A fault.
    #[default]
    Fault,
    /// False.
    False,
    /// JavaScript's conversions.
    JavaScript,
}

/// What counts as true.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Truth {
    /// Booleans; anything else is a fault.
    #[default]
    Boolean,
    /// Python's truth.
    Python,
    /// JavaScript's truth.
    JavaScript,
    /// Ruby's truth.
    Ruby,
    /// `true` and nothing else.
    ExactlyTrue,
}

/// The unit of `len` and `substring` on strings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum TextUnit {
    /// Unicode scalar values.
    #[default]
    Scalar,
    /// UTF-16 units.
    Utf16,
    /// Bytes.
    Byte,
}

/// A negative bound of `substring`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum NegativeBound {
    /// A fault.
    #[default]
    Fault,
    /// Zero.
    Zero,
    /// Counted from the end.
    FromEnd,
}

/// A start of `substring` beyond the string.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum StartBeyond {
    /// The empty string.
    #[default]
    Empty,
    /// A fault.
    Fault,
    /// Null.
    Null,
}

/// A start of `substring` after its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum StartAfterEnd {
    /// A fault.
    #[default]
    Fault,
    /// The empty string.
    Empty,
    /// The bounds are swapped.
    Swapped,
}

/// Null as the subject of a string operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum NullSubject {
    /// A fault.
    #[default]
    Fault,
    /// The answer is false.
    False,
    /// The empty string.
    Empty,
}

/// `isEmpty(null)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EmptyNull {
    /// A fault.
    #[default]
    Fault,
    /// True.
    True,
    /// False.
    False,
}

/// `@it` over a map.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum MapElement {
    /// An entry with a key and a value.
    #[default]
    Entry,
    /// The key.
    Key,
    /// The value.
    Value,
    /// A list of key and value.
    Pair,
    /// Not bound.
    Unbound,
}

/// What `filter` over a map gives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FilterMap {
    /// A map.
    #[default]
    Map,
    /// A list of entries.
    Entries,
    /// A list of values.
    Values,
}

/// The names of the plain kinds, for `instanceof`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum PlainTypes {
    /// `bool int float string list set map`.
    #[default]
    Portable,
    /// Python's.
    Python,
    /// JavaScript's.
    JavaScript,
    /// Ruby's.
    Ruby,
}

/// Text of a part that failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FailedPart {
    /// `{message}`.
    #[default]
    Message,
    /// `{error: message}`.
    ErrorMessage,
    /// `UndefinedValue`.
    UndefinedValue,
    /// `ERROR`.
    Error,
    /// `[evaluation error]`.
    EvaluationError,
    /// `UNDEFINED`.
    Undefined,
}

/// Every choice that is left to the run. The default is the portable dialect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[allow(clippy::struct_excessive_bools)]
pub struct Modes {
    /// A name that is not in scope.
    pub missing_name: Missing,
    /// A missing member of an object.
    pub missing_member: Missing,
    /// An index out of range.
    pub missing_index: Missing,
    /// A missing key.
    pub missing_key: Missing,
    /// `@return @exception @duration` where there is none.
    pub missing_at: Missing,
    /// Member or index of null.
    pub null_receiver: Missing,
    /// `@key @value` over a list.
    pub list_key: Missing,
    /// A negative index.
    pub negative_index: NegativeIndex,
    /// A name bound to the host's undefined is a value.
    pub undefined_is_value: bool,
    /// An operator's fault on the value undefined is one of kind, and the value is defined.
    pub undefined_kind: bool,
    /// A bare name that is not bound is a member of `this`.
    pub implicit_this: bool,
    /// A member of a map is a fault.
    pub map_member_fault: bool,
    /// A member of a list or set is a fault of kind.
    pub list_member_kind: bool,
    /// Objects are indexed by text.
    pub plain_objects: bool,
    /// `==` of unlike kinds is a fault.
    pub unlike_equality_fault: bool,
    /// Lists, sets, maps are compared by identity.
    pub identity_equality: bool,
    /// `==` with the value undefined.
    pub undefined_equality: UndefinedEquality,
    /// Order of unlike kinds.
    pub unlike_order: UnlikeOrder,
    /// Booleans are the numbers 0 and 1.
    pub boolean_numbers: bool,
    /// Numbers are compared as `f64`.
    pub doubles: bool,
    /// What counts as true for `&& || !` and predicates.
    pub truth: Truth,
    /// Unit of strings.
    pub text_unit: TextUnit,
    /// `substring` with an end beyond the string is a fault.
    pub end_beyond_fault: bool,
    /// `substring` with a start beyond the string.
    pub start_beyond: StartBeyond,
    /// `substring` with its start after its end.
    pub start_after_end: StartAfterEnd,
    /// `substring` with a negative bound.
    pub negative_bound: NegativeBound,
    /// Null as the subject of `startsWith endsWith matches`.
    pub null_subject: NullSubject,
    /// Null as the subject of `contains`.
    pub contains_null: NullSubject,
    /// Another subject that is no string answers false.
    pub other_subject_false: bool,
    /// `len(null)` is 0.
    pub len_null_zero: bool,
    /// `isEmpty(null)`.
    pub empty_null: EmptyNull,
    /// `isEmpty` of a number, Boolean, object is false.
    pub empty_other_false: bool,
    /// `len` of an object counts its fields.
    pub len_object_fields: bool,
    /// `contains` of a map is a fault.
    pub contains_map_fault: bool,
    /// `contains` of a list is a fault.
    pub contains_list_fault: bool,
    /// `contains` of a set is a fault.
    pub contains_set_fault: bool,
    /// `contains` of anything else is false.
    pub contains_other_false: bool,
    /// `contains` in more than 1,000,000 elements is a fault.
    pub contains_large_fault: bool,
    /// `@it` over a map.
    pub map_element: MapElement,
    /// Members of an entry are `Key` and `Value`.
    pub entry_upper: bool,
    /// Loops over a set are a fault.
    pub loop_set_fault: bool,
    /// Loops over a string see its characters.
    pub loop_text: bool,
    /// Loops over an object see its fields.
    pub loop_object: bool,
    /// `filter` over a set gives a list.
    pub filter_set_list: bool,
    /// What `filter` over a map gives.
    pub filter_map: FilterMap,
    /// `instanceof` with an unknown type is a fault.
    pub unknown_type_fault: bool,
    /// Names of the plain kinds.
    pub plain_types: PlainTypes,
    /// `isDefined` of any fault but a limit is false.
    pub defined_fault_false: bool,
    /// Null is not defined.
    pub null_undefined: bool,
    /// A redacted read goes on as a placeholder.
    pub placeholder: bool,
    /// Text of a failed part.
    pub failed_part: FailedPart,
    /// A part that failed on a null receiver or a missing index is empty.
    pub failed_null_empty: bool,
}
