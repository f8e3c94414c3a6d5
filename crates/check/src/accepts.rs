//! Which kinds an operation takes without a fault, under a dialect.

use probelang_dialect::{
    BooleanNumbers, Condition, ContainsList, ContainsMap, ContainsNull, ContainsOther, ContainsSet, Dialect,
    EmptyNull, FaultOrFalse, FloatIndex, LenNull, LenObject, Logic, LoopNumber, LoopObject, LoopSet,
    LoopText, NoIndex, NullSubject, OtherBound, PlainObjects, SizeOrFault, SoughtInText,
};
use probelang_syntax::function::Takes;

use crate::Kinds;

/// What has fields; an enum constant is an object too.
const OBJECTS: Kinds = Kinds::OBJECT.union(Kinds::ENUM);
/// Texts, numbers and Booleans.
const SCALAR: Kinds = Kinds::STR.union(Kinds::NUMBER).union(Kinds::BOOL);

fn with(kinds: Kinds, condition: bool, more: Kinds) -> Kinds {
    if condition { kinds.union(more) } else { kinds }
}

fn without(kinds: Kinds, choice: SizeOrFault, less: Kinds) -> Kinds {
    if choice == SizeOrFault::Fault { kinds.minus(less) } else { kinds }
}

fn plain_objects(dialect: &Dialect) -> bool {
    dialect.plain_objects == PlainObjects::Yes
}

/// Operands of `&& || !`, and predicates.
pub(crate) fn logic(dialect: &Dialect) -> Kinds {
    if dialect.logic == Logic::Fault { Kinds::BOOL } else { Kinds::ALL }
}

/// The result of a condition.
pub(crate) fn condition(dialect: &Dialect) -> Kinds {
    if dialect.condition == Condition::Boolean { Kinds::BOOL } else { Kinds::ALL }
}

/// The result of a metric.
pub(crate) const METRIC: Kinds = Kinds::NUMBER.union(Kinds::BOOL);

/// The kinds that an operand of a function may be of.
///
/// What is sought is a matter of the collection in which it is sought; the kinds are those in a string.
pub(crate) fn operand(takes: Takes, dialect: &Dialect) -> Kinds {
    let fields = dialect.len_object == LenObject::Fields || plain_objects(dialect);
    let sized = with(Kinds::SIZED, fields, OBJECTS);
    match takes {
        Takes::Anything => Kinds::ALL,
        Takes::Sized => {
            with(without(sized, dialect.len_set, Kinds::SET), dialect.len_null == LenNull::Zero, Kinds::NULL)
        }
        Takes::Emptiable => {
            let sized = without(sized, dialect.empty_map, Kinds::SET.union(Kinds::MAP));
            let sized = with(sized, dialect.empty_null != EmptyNull::Fault, Kinds::NULL);
            let sized = with(sized, dialect.empty_number == FaultOrFalse::False, Kinds::NUMBER);
            let other = Kinds::BOOL.union(OBJECTS).union(Kinds::OPAQUE);
            with(sized, dialect.empty_other == FaultOrFalse::False, other)
        }
        Takes::Text | Takes::Affix | Takes::Pattern => Kinds::STR,
        Takes::Bound => {
            let kinds = match dialect.other_bound {
                OtherBound::Integral => Kinds::NUMBER,
                OtherBound::Python => Kinds::INT.union(Kinds::NULL),
                OtherBound::Ruby => Kinds::NUMBER.union(Kinds::NULL),
                OtherBound::JavaScript => Kinds::NUMBER
                    .union(Kinds::NULL)
                    .union(Kinds::BOOL)
                    .union(Kinds::STR)
                    .union(Kinds::UNDEFINED),
            };
            with(kinds, dialect.boolean_numbers == BooleanNumbers::Yes, Kinds::BOOL)
        }
        Takes::Subject => {
            let kinds = with(Kinds::STR, dialect.null_subject != NullSubject::Fault, Kinds::NULL);
            let other = Kinds::ALL.minus(Kinds::NULL).minus(Kinds::STR);
            let either = [dialect.other_subject, dialect.matches_subject].contains(&FaultOrFalse::False);
            with(kinds, either, other)
        }
        Takes::Searched => {
            let kinds = Kinds::TEXTUAL;
            let kinds = with(kinds, dialect.contains_list == ContainsList::Element, Kinds::LIST);
            let kinds = with(kinds, dialect.contains_set == ContainsSet::Element, Kinds::SET);
            let kinds = with(kinds, dialect.contains_map == ContainsMap::Key, Kinds::MAP);
            let kinds = with(kinds, dialect.contains_null == ContainsNull::Empty, Kinds::NULL);
            let other = Kinds::ALL.minus(Kinds::STR).minus(Kinds::COLLECTION);
            with(kinds, dialect.contains_other == ContainsOther::False, other)
        }
        Takes::Sought => {
            let other = SCALAR.union(Kinds::NULL).union(Kinds::UNDEFINED);
            with(Kinds::TEXTUAL, dialect.sought_in_text == SoughtInText::JavaScript, other)
        }
        Takes::Collection => {
            let kinds = Kinds::LIST.union(Kinds::MAP);
            let kinds = with(kinds, dialect.loop_set == LoopSet::Elements, Kinds::SET);
            let kinds = with(kinds, dialect.loop_text != LoopText::Fault, Kinds::STR);
            let kinds =
                with(kinds, dialect.loop_number == LoopNumber::Nothing, Kinds::NUMBER.union(Kinds::BOOL));
            let fields = dialect.loop_object == LoopObject::Fields || plain_objects(dialect);
            with(kinds, fields, OBJECTS)
        }
        Takes::Predicate => logic(dialect),
    }
}

/// The subjects of `startsWith endsWith matches` for which the argument must be text; of another that is taken the
/// answer is false, whatever the argument.
pub(crate) fn argument_asked(dialect: &Dialect) -> Kinds {
    with(Kinds::STR, dialect.null_subject == NullSubject::Empty, Kinds::NULL)
}

/// What can be indexed; an index of null is *undefined*, not a matter of kinds.
pub(crate) fn indexed(dialect: &Dialect) -> Kinds {
    let kinds = with(Kinds::LIST.union(Kinds::MAP), plain_objects(dialect), OBJECTS);
    with(kinds, dialect.scalar_index == NoIndex::JavaScript, SCALAR)
}

/// What a list may be indexed by.
pub(crate) fn position(dialect: &Dialect) -> Kinds {
    let kinds = with(Kinds::INT, dialect.float_index == FloatIndex::Position, Kinds::FLOAT);
    let kinds = with(kinds, dialect.boolean_numbers == BooleanNumbers::Yes, Kinds::BOOL);
    let property = SCALAR.union(Kinds::NULL).union(Kinds::UNDEFINED);
    with(kinds, dialect.list_index == NoIndex::JavaScript, property)
}
