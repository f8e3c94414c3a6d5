//! The dialect as the engine and the printer read it.

use probelang_capture::{
    BooleanText, DurationText, InnerStrings, NullText, RedactedText, TextStyle, WholeFloat,
};
use probelang_dialect::{self as rows, Dialect};
use probelang_vm::{
    EmptyNull, FailedPart, FilterMap, MapElement, Missing, Modes, NegativeBound, NegativeIndex, NullSubject,
    PlainTypes, StartAfterEnd, StartBeyond, TextUnit, Truth, UndefinedEquality, UnlikeOrder,
};

/// What `dialect` leaves to the run.
#[must_use]
pub fn modes(dialect: &Dialect) -> Modes {
    let d = dialect;
    Modes {
        missing_name: match d.missing_name {
            rows::FaultOrNull::Fault => Missing::Fault,
            rows::FaultOrNull::Null => Missing::Null,
        },
        missing_member: match d.missing_member {
            rows::Missing::Fault => Missing::Fault,
            rows::Missing::Null => Missing::Null,
            rows::Missing::Undefined => Missing::Undefined,
        },
        missing_index: match d.missing_index {
            rows::Missing::Fault => Missing::Fault,
            rows::Missing::Null => Missing::Null,
            rows::Missing::Undefined => Missing::Undefined,
        },
        missing_key: match d.missing_key {
            rows::Missing::Fault => Missing::Fault,
            rows::Missing::Null => Missing::Null,
            rows::Missing::Undefined => Missing::Undefined,
        },
        missing_at: match d.missing_at {
            rows::FaultOrNull::Fault => Missing::Fault,
            rows::FaultOrNull::Null => Missing::Null,
        },
        null_receiver: match d.null_receiver {
            rows::FaultOrNull::Fault => Missing::Fault,
            rows::FaultOrNull::Null => Missing::Null,
        },
        list_key: match d.list_key {
            rows::ListKey::Undefined => Missing::Fault,
            rows::ListKey::Null => Missing::Null,
        },
        negative_index: match d.negative_index {
            rows::NegativeIndex::Fault => NegativeIndex::Fault,
            rows::NegativeIndex::FromEnd => NegativeIndex::FromEnd,
            rows::NegativeIndex::Missing => NegativeIndex::Missing,
        },
        undefined_is_value: d.undefined_binding == rows::UndefinedBinding::Value,
        undefined_kind: d.undefined_operand == rows::UndefinedOperand::Kind,
        implicit_this: d.implicit_this == rows::ImplicitThis::Yes,
        map_member_fault: d.map_member == rows::MapMember::KindFault,
        list_member_kind: d.list_member == rows::ListMember::KindFault,
        plain_objects: d.plain_objects == rows::PlainObjects::Yes,
        unlike_equality_fault: d.unlike_equality == rows::UnlikeEquality::Fault,
        identity_equality: d.collection_equality == rows::CollectionEquality::Identity,
        undefined_equality: match d.undefined_equality {
            rows::UndefinedEquality::Fault => UndefinedEquality::Fault,
            rows::UndefinedEquality::Nothing => UndefinedEquality::Nothing,
            rows::UndefinedEquality::Itself => UndefinedEquality::Itself,
        },
        unlike_order: match d.unlike_order {
            rows::UnlikeOrder::Fault => UnlikeOrder::Fault,
            rows::UnlikeOrder::False => UnlikeOrder::False,
            rows::UnlikeOrder::JavaScript => UnlikeOrder::JavaScript,
        },
        boolean_numbers: d.boolean_numbers == rows::BooleanNumbers::Yes,
        doubles: d.number_comparison == rows::NumberComparison::Doubles,
        truth: truth(dialect),
        text_unit: match d.text_unit {
            rows::TextUnit::Scalar => TextUnit::Scalar,
            rows::TextUnit::Utf16 => TextUnit::Utf16,
            rows::TextUnit::Byte => TextUnit::Byte,
        },
        end_beyond_fault: d.end_beyond == rows::EndBeyond::Fault,
        start_beyond: match d.start_beyond {
            rows::StartBeyond::Empty => StartBeyond::Empty,
            rows::StartBeyond::Fault => StartBeyond::Fault,
            rows::StartBeyond::Null => StartBeyond::Null,
        },
        start_after_end: match d.start_after_end {
            rows::StartAfterEnd::Fault => StartAfterEnd::Fault,
            rows::StartAfterEnd::Empty => StartAfterEnd::Empty,
            rows::StartAfterEnd::Swapped => StartAfterEnd::Swapped,
        },
        negative_bound: match d.negative_bound {
            rows::NegativeBound::Fault => NegativeBound::Fault,
            rows::NegativeBound::Zero => NegativeBound::Zero,
            rows::NegativeBound::FromEnd => NegativeBound::FromEnd,
        },
        null_subject: match d.null_subject {
            rows::NullSubject::Fault => NullSubject::Fault,
            rows::NullSubject::False => NullSubject::False,
            rows::NullSubject::Empty => NullSubject::Empty,
        },
        contains_null: match d.contains_null {
            rows::ContainsNull::Fault => NullSubject::Fault,
            rows::ContainsNull::Empty => NullSubject::Empty,
        },
        other_subject_false: d.other_subject == rows::OtherSubject::False,
        len_null_zero: d.len_null == rows::LenNull::Zero,
        empty_null: match d.empty_null {
            rows::EmptyNull::Fault => EmptyNull::Fault,
            rows::EmptyNull::True => EmptyNull::True,
            rows::EmptyNull::False => EmptyNull::False,
        },
        empty_other_false: d.empty_other == rows::EmptyOther::False,
        len_object_fields: d.len_object == rows::LenObject::Fields,
        contains_map_fault: d.contains_map == rows::ContainsMap::Fault,
        contains_list_fault: d.contains_list == rows::ContainsList::Fault,
        contains_set_fault: d.contains_set == rows::ContainsSet::Fault,
        contains_other_false: d.contains_other == rows::ContainsOther::False,
        contains_large_fault: d.contains_large == rows::ContainsLarge::Fault,
        map_element: match d.map_element {
            rows::MapElement::Entry => MapElement::Entry,
            rows::MapElement::Key => MapElement::Key,
            rows::MapElement::Value => MapElement::Value,
            rows::MapElement::Pair => MapElement::Pair,
            rows::MapElement::Unbound => MapElement::Unbound,
        },
        entry_upper: d.entry_members == rows::EntryMembers::Upper,
        loop_set_fault: d.loop_set == rows::LoopSet::Fault,
        loop_text: d.loop_text == rows::LoopText::Characters,
        loop_object: d.loop_object == rows::LoopObject::Fields,
        filter_set_list: d.filter_set == rows::FilterSet::List,
        filter_map: match d.filter_map {
            rows::FilterMap::Map => FilterMap::Map,
            rows::FilterMap::Entries => FilterMap::Entries,
            rows::FilterMap::Values => FilterMap::Values,
        },
        unknown_type_fault: d.unknown_type == rows::UnknownType::Fault,
        plain_types: match d.plain_types {
            rows::PlainTypes::Portable => PlainTypes::Portable,
            rows::PlainTypes::Python => PlainTypes::Python,
            rows::PlainTypes::Node => PlainTypes::JavaScript,
            rows::PlainTypes::Ruby => PlainTypes::Ruby,
        },
        defined_fault_false: d.defined_fault == rows::DefinedFault::False,
        null_undefined: d.null_defined == rows::NullDefined::No,
        placeholder: d.redacted_read == rows::RedactedRead::Placeholder,
        failed_part: match d.failed_part {
            rows::FailedPart::Message => FailedPart::Message,
            rows::FailedPart::ErrorMessage => FailedPart::ErrorMessage,
            rows::FailedPart::UndefinedValue => FailedPart::UndefinedValue,
            rows::FailedPart::Error => FailedPart::Error,
            rows::FailedPart::EvaluationError => FailedPart::EvaluationError,
            rows::FailedPart::Undefined => FailedPart::Undefined,
        },
        failed_null_empty: d.failed_null == rows::FailedNull::Empty,
    }
}

/// What counts as true for `&& || !` and predicates.
pub(crate) fn truth(dialect: &Dialect) -> Truth {
    match dialect.logic {
        rows::Logic::Fault => Truth::Boolean,
        rows::Logic::Python => Truth::Python,
        rows::Logic::JavaScript => Truth::JavaScript,
        rows::Logic::Ruby => Truth::Ruby,
    }
}

/// What counts as true for a condition.
pub(crate) fn condition(dialect: &Dialect) -> Truth {
    match dialect.condition {
        rows::Condition::Boolean => Truth::Boolean,
        rows::Condition::PythonTruth => Truth::Python,
        rows::Condition::RubyTruth => Truth::Ruby,
        rows::Condition::ExactlyTrue => Truth::ExactlyTrue,
    }
}

/// The printing style of `dialect`.
#[must_use]
pub fn style(dialect: &Dialect) -> TextStyle {
    TextStyle {
        null: match dialect.null_text {
            rows::NullText::Null => NullText::Null,
            rows::NullText::None => NullText::None,
            rows::NullText::Nil => NullText::Nil,
            rows::NullText::Empty => NullText::Empty,
        },
        boolean: match dialect.boolean_text {
            rows::BooleanText::Lower => BooleanText::Lower,
            rows::BooleanText::Capital => BooleanText::Capital,
        },
        inner_strings: match dialect.inner_strings {
            rows::InnerStrings::Double => InnerStrings::Double,
            rows::InnerStrings::Single => InnerStrings::Single,
            rows::InnerStrings::Raw => InnerStrings::Raw,
        },
        duration: match dialect.duration_text {
            rows::DurationText::Milliseconds => DurationText::Milliseconds,
            rows::DurationText::Clock => DurationText::Clock,
        },
        whole_float: match dialect.whole_float {
            rows::WholeFloat::WithPoint => WholeFloat::WithPoint,
            rows::WholeFloat::Whole => WholeFloat::Whole,
        },
        redacted: match dialect.redacted_text {
            rows::RedactedText::Lower => RedactedText::Lower,
            rows::RedactedText::Upper => RedactedText::Upper,
            rows::RedactedText::Square => RedactedText::Square,
        },
    }
}
