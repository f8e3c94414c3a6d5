//! The rows: choices, presets, evidence. The first choice of a row is the portable one.

use crate::table::Evidence::{Case, Facts, Live, Source};
use crate::table::{Preset, PresetChoice, Section};

/// Whether a choice was marked.
macro_rules! marked {
    () => {
        false
    };
    ($mark:ident) => {
        true
    };
}

/// Declares what a row, or several, can choose from: an enum, its values and their names. A choice that ends in a fault,
/// or rejects the program, is marked `(faults)`.
macro_rules! choices {
    ($title:literal $Enum:ident {
        $First:ident $(($first_faults:ident))? $first:literal
        $(, $Choice:ident $(($faults:ident))? $name:literal)*
    }) => {
        #[doc = concat!("The choices for ", $title, ".")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
        #[repr(u8)]
        pub enum $Enum {
            #[default]
            #[doc = concat!("Portable: ", $first, ".")]
            $First,
            $(#[doc = concat!("Other: ", $name, ".")] $Choice),*
        }

        impl $Enum {
            /// The choices, the portable one first.
            pub const ALL: &[Self] = &[Self::$First $(, Self::$Choice)*];
            /// Their names, as documents show them.
            const NAMES: &[&str] = &[$first $(, $name)*];
            /// Which of them end in a fault.
            const FAULTS: &[bool] = &[marked!($($first_faults)?) $(, marked!($($faults)?))*];
        }
    };
}

/// The type of a row's choices: its own, or one that it shares.
macro_rules! choice_type {
    ($Row:ident) => {
        $Row
    };
    ($Row:ident $Shared:ident) => {
        $Shared
    };
}

/// Declares the rows: the choices of each that has its own, the [`Dialect`], and the table.
macro_rules! rows {
    ($($section:ident $field:ident $Row:ident $(: $Shared:ident)? $title:literal $({
        $($choices:tt)*
    })? [$($Preset:ident $Taken:ident $evidence:expr),*])*) => {
        $($(choices! { $title $Row { $($choices)* } })?)*

        /// One choice for each row. The default is the portable dialect.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
        pub struct Dialect {
            $(#[doc = concat!("The choice for ", $title, ".")] pub $field: choice_type!($Row $($Shared)?)),*
        }

        impl Dialect {
            /// The dialect as one byte for each row, in the order of [`Row::ALL`]: the number of the choice.
            #[must_use]
            pub const fn to_bytes(&self) -> [u8; Row::COUNT] {
                [$(self.$field as u8),*]
            }

            /// The dialect of these bytes, as [`to_bytes`](Self::to_bytes) gives them.
            ///
            /// # Errors
            /// The first row whose byte is not the number of a choice.
            pub fn from_bytes(bytes: &[u8; Row::COUNT]) -> Result<Self, Row> {
                let [$($field),*] = *bytes;
                Ok(Self {
                    $($field: <choice_type!($Row $($Shared)?)>::ALL
                        .get(usize::from($field))
                        .copied()
                        .ok_or(Row::$Row)?),*
                })
            }
        }

        /// One thing on which the runtimes differ.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Row {
            $(#[doc = concat!("The row for ", $title, ".")] $Row),*
        }

        impl Row {
            /// How many rows there are.
            pub const COUNT: usize = [$($title),*].len();
            /// All rows, in the order of the dialect page.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$Row),*];

            /// The stable name of the row: its field of [`Dialect`].
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Row => stringify!($field)),* }
            }

            /// What the row is about.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$Row => $title),* }
            }

            /// The part of the dialect page.
            #[must_use]
            pub const fn section(self) -> Section {
                match self { $(Self::$Row => Section::$section),* }
            }

            /// The names of the choices, the portable one first.
            #[must_use]
            pub const fn choices(self) -> &'static [&'static str] {
                match self { $(Self::$Row => <choice_type!($Row $($Shared)?)>::NAMES),* }
            }

            /// Whether a choice, an index into [`choices`](Self::choices), ends in a fault or rejects the program.
            #[must_use]
            pub fn faults(self, choice: usize) -> bool {
                let faults = match self { $(Self::$Row => <choice_type!($Row $($Shared)?)>::FAULTS),* };
                faults.get(choice).copied().unwrap_or(false)
            }

            /// The presets that do not take the first choice.
            #[must_use]
            pub const fn presets(self) -> &'static [PresetChoice] {
                match self {
                    $(Self::$Row => {
                        type Choices = choice_type!($Row $($Shared)?);
                        const PRESETS: &[PresetChoice] = &[$(PresetChoice {
                            preset: Preset::$Preset,
                            choice: Choices::$Taken as usize,
                            evidence: $evidence,
                        }),*];
                        PRESETS
                    }),*
                }
            }

            /// The choice of a dialect, an index into [`choices`](Self::choices).
            #[must_use]
            pub const fn get(self, dialect: &Dialect) -> usize {
                match self { $(Self::$Row => dialect.$field as usize),* }
            }

            /// Switches a dialect to a choice; an unknown index changes nothing.
            pub fn set(self, dialect: &mut Dialect, choice: usize) {
                match self {
                    $(Self::$Row => {
                        if let Some(&choice) = <choice_type!($Row $($Shared)?)>::ALL.get(choice) {
                            dialect.$field = choice;
                        }
                    }),*
                }
            }
        }
    };
}

choices! {
    "a read that finds nothing" Missing {
        Fault (faults) "fault", Null "null", Undefined "the value undefined"
    }
}

choices! {
    "a read that finds nothing, where it cannot be the value undefined" FaultOrNull {
        Fault (faults) "fault", Null "null"
    }
}

choices! {
    "a member of a value that has none" NoMember {
        Fault (faults) "fault", Null "null", JavaScript "JavaScript's property"
    }
}

choices! {
    "an index that is none" NoIndex {
        Fault (faults) "fault", JavaScript "JavaScript's property"
    }
}

choices! {
    "an operand of another kind, where the answer may be false" FaultOrFalse {
        Fault (faults) "fault", False "false"
    }
}

choices! {
    "a size that a runtime may not ask for" SizeOrFault {
        Size "its size decides", Fault (faults) "fault"
    }
}

rows! {
    Reading missing_name MissingName: FaultOrNull "a name that is not in scope" [Ruby Null Case("ruby-0093")]
    Reading missing_member MissingMember: Missing "a missing member of an object" [Ruby Null Source("ruby-0077"), Node Undefined Case("node-0086")]
    Reading missing_index MissingIndex: Missing "an index out of range" [Ruby Null Source("ruby-0071"), Node Undefined Case("node-0035")]
    Reading missing_key MissingKey: Missing "a missing map key" [Java Null Case("java-0007"), Dotnet Null Case("dotnet-0056"), Ruby Null Source("ruby-0074"), Node Undefined Case("node-0037")]
    Reading null_member NullMember: FaultOrNull "a member of null" [Ruby Null Live]
    Reading negative_index NegativeIndex "a negative index" {
        Fault (faults) "fault", FromEnd "from the end", Missing "as a missing index"
    } [Python FromEnd Live, Ruby FromEnd Live, Node Missing Live]
    Reading float_index FloatIndex "an integral float as index of a list" {
        Position "as the integer", Fault (faults) "fault"
    } [Python Fault Live, Ruby Fault Live]
    Reading list_index ListIndex: NoIndex "an index of a list that is not an integer" [Node JavaScript Live]
    Reading scalar_index ScalarIndex: NoIndex "an index of a text, number or Boolean" [Node JavaScript Live]
    Reading undefined_binding UndefinedBinding "a name bound to the host's undefined" {
        Fault (faults) "fault", Value "a value"
    } [Java Value Case("java-0354"), Node Value Case("node-0240")]
    Reading implicit_this ImplicitThis "a bare name that is not bound is a member of `this`" {
        No "no", Yes "yes"
    } [Java Yes Case("java-0001"), Dotnet Yes Case("dotnet-0013")]
    Reading predefined_names PredefinedNames "the names `undefined` and `Infinity` are predefined" {
        No "no", Yes "yes"
    } [Node Yes Case("node-0007")]
    Reading unknown_at_name UnknownAtName "an unknown `@`-name of the wire" {
        Name "a name", Null "null when unset"
    } [Ruby Null Facts]
    Reading element_outside ElementOutside "`@it @key @value` outside of a predicate" {
        CompileError (faults) "compile error", Undefined (faults) "undefined at run time"
    } [Java Undefined Facts, Dotnet Undefined Facts, Node Undefined Live, Ruby Undefined Facts, Php Undefined Facts]
    Reading missing_at MissingAt: FaultOrNull "`@return @exception @duration` where there is none" [Ruby Null Live]
    Reading map_member MapMember "member of a map" {
        Key "as its key", KindFault (faults) "kind fault", Null "null"
    } [Java KindFault Facts, Dotnet KindFault Facts, Python KindFault Live, Ruby Null Live, Node KindFault Case("node-0030")]
    Reading list_member ListMember: NoMember "member of a list" [Ruby Null Live, Node JavaScript Live]
    Reading set_member SetMember "member of a set" {
        Undefined (faults) "fault", KindFault (faults) "kind fault", Null "null"
    } [Ruby Null Live, Node KindFault Case("node-0028")]
    Reading scalar_member ScalarMember: NoMember "member of a text, number or Boolean" [Ruby Null Live, Node JavaScript Live]
    Reading plain_objects PlainObjects "plain objects are maps by text key" {
        No "no", Yes "yes"
    } [Node Yes Case("node-0036")]
    Equality unlike_equality UnlikeEquality "`==` of unlike kinds, null apart" {
        False "false", Fault (faults) "fault"
    } [Dotnet Fault Facts]
    Equality collection_equality CollectionEquality "`==` of lists, sets, maps" {
        Structural "structural", Identity "identity"
    } [Node Identity Live]
    Equality undefined_equality UndefinedEquality "`==` with the value undefined" {
        Fault (faults) "fault", Nothing "equals nothing", Itself "equals itself"
    } [Java Nothing Case("java-0199"), Node Itself Case("node-0086")]
    Equality undefined_operand UndefinedOperand "is the value undefined defined, and the fault of an operator on it" {
        Undefined "not defined, undefined", Kind "defined, kind"
    } [Node Kind Source("node-0251")]
    Equality unlike_order UnlikeOrder "order of anything but two numbers or two strings" {
        Fault (faults) "fault", False "false", JavaScript "JavaScript's conversions"
    } [Java False Case("java-0144"), Node JavaScript Live]
    Equality collection_order CollectionOrder "order of two lists, two sets, two maps" {
        Unlike "as of unlike kinds", Python "Python's: lists element by element, sets by inclusion", Ruby "Ruby's: sets and maps by inclusion"
    } [Python Python Live, Ruby Ruby Live]
    Equality text_order TextOrder "order of texts" {
        Scalar "by scalar value", Utf16 "by UTF-16 unit"
    } [Java Utf16 Facts, Dotnet Utf16 Facts, Node Utf16 Live]
    Equality boolean_numbers BooleanNumbers "Booleans are numbers, also as an index and as a bound" {
        No "no", Yes "yes"
    } [Python Yes Live]
    Equality number_comparison NumberComparison "comparison of numbers" {
        Exact "exact", Doubles "as f64"
    } [Php Doubles Facts, Node Doubles Live]
    Equality logic Logic "`&& || !` on non-Booleans" {
        Fault (faults) "fault", Python "Python's truth, the deciding operand", JavaScript "JavaScript's truth, the deciding operand", Ruby "Ruby's truth, the deciding operand"
    } [Python Python Case("python-0038"), Node JavaScript Case("node-0102"), Ruby Ruby Case("ruby-0045")]
    Equality condition Condition "result of a condition" {
        Boolean (faults) "Boolean, else fault", PythonTruth "Python's truth", RubyTruth "Ruby's truth", ExactlyTrue "exactly true"
    } [Python PythonTruth Live, Ruby RubyTruth Live, Node ExactlyTrue Live]
    Strings text_unit TextUnit "unit of `len` and `substring`" {
        Scalar "scalar value", Utf16 "UTF-16 unit", Byte "byte"
    } [Java Utf16 Facts, Dotnet Utf16 Facts, Node Utf16 Live, Php Byte Facts, Go Byte Facts]
    Strings end_beyond EndBeyond "`substring`, end beyond the string" {
        Cut "cut", Fault (faults) "fault"
    } [Java Fault Case("java-0378"), Dotnet Fault Facts]
    Strings start_beyond StartBeyond "`substring`, start beyond the string" {
        Empty "empty", Fault (faults) "fault", Null "null, also after the end, and before the beginning"
    } [Java Fault Facts, Dotnet Fault Facts, Php Fault Case("libdatadog-0069"), Ruby Null Live]
    Strings start_after_end StartAfterEnd "`substring`, start after end" {
        Fault (faults) "fault", Empty "empty", Swapped "swapped"
    } [Python Empty Live, Ruby Empty Facts, Node Swapped Source("node-0144")]
    Strings negative_bound NegativeBound "`substring`, negative start or end" {
        Fault (faults) "fault", Zero "zero", FromEnd "from the end"
    } [Node Zero Case("node-0145"), Php Zero Facts, Python FromEnd Case("python-0080"), Ruby FromEnd Live]
    Strings other_bound OtherBound "`substring`, a bound that is not an integer" {
        Integral (faults) "an integral float is one, else fault", Python (faults) "null is open, else fault", Ruby (faults) "null is open, a float is cut, else fault", JavaScript "JavaScript's conversion"
    } [Python Python Live, Ruby Ruby Live, Node JavaScript Live]
    Strings substring_end SubstringEnd "`substring` without end" {
        CompileError (faults) "compile error", ToEnd "to the end"
    } [Node ToEnd Case("node-0142")]
    Strings null_subject NullSubject "null as subject of `startsWith endsWith matches`" {
        Fault (faults) "fault", False "false", Empty "as \"\""
    } [Ruby False Case("ruby-0065"), Php Empty Facts]
    Strings contains_null ContainsNull "null as subject of `contains`" {
        Fault (faults) "fault", Empty "as \"\""
    } [Php Empty Facts]
    Strings other_subject OtherSubject: FaultOrFalse "another non-string subject of `startsWith endsWith`" [Java False Facts, Ruby False Live]
    Strings matches_subject MatchesSubject: FaultOrFalse "another non-string subject of `matches`" [Java False Facts]
    Strings sought_in_text SoughtInText "what is not a text, in a text: `contains`" {
        Fault (faults) "fault", JavaScript "as JavaScript's text"
    } [Node JavaScript Live]
    Strings matches Matches "`matches`" {
        Find "find", Whole "whole string", Prefix "prefix"
    } [Java Whole Case("java-0227"), Python Prefix Live]
    Strings pattern_classes PatternClasses "`\\d \\w \\s \\b` of a pattern" {
        Unicode "Unicode's", Python "Unicode's, `\\s` also U+001C to U+001F", Ascii "`\\d \\w \\s` of ASCII", JavaScript "`\\d \\w \\b` of ASCII, `\\s` JavaScript's"
    } [Java Ascii Facts, Python Python Live, Ruby Ascii Facts, Node JavaScript Live]
    Strings pattern_dot PatternDot "`.` of a pattern" {
        LineFeed "not U+000A", JavaScript "not U+000A, U+000D, U+2028, U+2029", Java "not U+000A, U+000D, U+0085, U+2028, U+2029"
    } [Java Java Facts, Node JavaScript Live]
    Strings pattern_lines PatternLines "`^ $` of a pattern" {
        Text "ends of the text", LastBreak "ends of the text, `$` also before a last line break", Lines "ends of every line"
    } [Dotnet LastBreak Facts, Python LastBreak Live, Ruby Lines Facts]
    Strings computed_pattern ComputedPattern "a computed pattern" {
        CompileError (faults) "compile error", Allowed "allowed"
    } [Ruby Allowed Case("ruby-0082"), Python Allowed Live, Node Allowed Case("node-0228"), Dotnet Allowed Facts]
    Collections len_null LenNull "`len` of null" {
        Fault (faults) "fault", Zero "0"
    } [Php Zero Source("libdatadog-0072")]
    Collections empty_null EmptyNull "`isEmpty` of null" {
        Fault (faults) "fault", True "true", False "false"
    } [Dotnet True Case("dotnet-0027"), Php True Facts, Ruby False Case("ruby-0013")]
    Collections empty_number EmptyNumber: FaultOrFalse "`isEmpty` of a number" [Java False Case("java-0113"), Ruby False Case("ruby-0012")]
    Collections empty_other EmptyOther: FaultOrFalse "`isEmpty` of a Boolean, object" [Java False Facts]
    Collections empty_map EmptyMap: SizeOrFault "`isEmpty` of a set, map" [Ruby Fault Live]
    Collections len_set LenSet: SizeOrFault "`len` of a set" [Ruby Fault Live]
    Collections len_object LenObject "`len` of an object" {
        Fault (faults) "fault", Fields "its fields"
    } [Node Fields Live]
    Collections contains_map ContainsMap "`contains(map, k)`" {
        Key "key", Fault (faults) "fault"
    } [Dotnet Fault Facts, Ruby Fault Live]
    Collections contains_list ContainsList "`contains(list, x)`" {
        Element "element", Fault (faults) "fault"
    } [Dotnet Fault Facts]
    Collections contains_set ContainsSet "`contains(set, x)`" {
        Element "element", Fault (faults) "fault"
    } [Dotnet Fault Facts, Ruby Fault Live]
    Collections contains_other ContainsOther "`contains` of anything else" {
        Fault (faults) "fault", False "false"
    } [Java False Facts]
    Collections contains_nan ContainsNan "`contains` of NaN" {
        Never "never", Found "found"
    } [Node Found Live]
    Collections sought_collection SoughtCollection "a list, set or map that is looked for in a set or map" {
        Compared "compared", Fault (faults) "fault"
    } [Python Fault Live]
    Collections contains_large ContainsLarge "`contains` in a collection of more than 1,000,000 elements" {
        Budget "budget", Fault (faults) "fault before looking"
    } [Java Fault Facts]
    Collections map_element MapElement "`@it` over a map" {
        Entry "entry", Key "key", Value "value", Pair "[key, value]", Unbound "unbound"
    } [Python Key Live, Go Key Facts, Php Value Facts, Ruby Pair Live, Node Unbound Live]
    Collections entry_members EntryMembers "members of a map entry" {
        Lower "`key value`", Upper "`Key Value`"
    } [Dotnet Upper Case("dotnet-0161")]
    Collections list_key ListKey "`@key @value` over a list" {
        Undefined (faults) "undefined", Null "null"
    } [Python Null Live, Ruby Null Case("ruby-0013")]
    Collections loop_set LoopSet "`any all filter` over a set" {
        Elements "its elements", Fault (faults) "fault"
    } [Ruby Fault Live]
    Collections loop_text LoopText "`any all filter` over a string" {
        Fault (faults) "fault", Characters "its characters", Entries "its UTF-16 units, as a map by position"
    } [Python Characters Live, Node Entries Live]
    Collections loop_object LoopObject "`any all filter` over an object" {
        Fault (faults) "fault", Fields "its fields, as a map"
    } [Node Fields Case("node-0172")]
    Collections loop_number LoopNumber "`any all filter` over a number, Boolean" {
        Fault (faults) "fault", Nothing "as over nothing"
    } [Node Nothing Live]
    Collections filter_set FilterSet "`filter` over a set" {
        Set "set", List "list"
    } [Node List Source("node-0188"), Dotnet List Facts]
    Collections filter_map FilterMap "`filter` over a map" {
        Map "map", Entries "list of entries", Values "list of values"
    } [Dotnet Entries Case("dotnet-0162"), Php Values Facts]
    Types unknown_type UnknownType "`instanceof` with an unknown type name" {
        False "false", Fault (faults) "fault", Always (faults) "fault, also of null"
    } [Java Fault Facts, Dotnet Fault Case("dotnet-0121"), Node Always Live]
    Types plain_types PlainTypes "names of the plain kinds" {
        Portable "`bool int float string list set map`", Python "Python's: `bool int float str list set dict object`, also after `builtins.`", Node "JavaScript's: `boolean number string Array Set Map Object undefined`", Ruby "Ruby's: `NilClass TrueClass FalseClass Integer Float Numeric String Array Set Hash Object`"
    } [Python Python Live, Node Node Case("node-0240"), Ruby Ruby Facts]
    Types defined_fault DefinedFault "`isDefined` of a fault that is neither undefined nor unreadable" {
        Propagates (faults) "propagates", False "false"
    } [Java False Facts, Python False Live, Node False Live, Php False Facts]
    Types null_defined NullDefined "is null defined?" {
        Yes "yes", No "no"
    } [Ruby No Case("ruby-0069")]
    Types redacted_read RedactedRead "a redacted read" {
        Fault (faults) "fault", Placeholder "goes on as a placeholder"
    } [Dotnet Placeholder Case("dotnet-0123")]
    Types redacted_text RedactedText "text of a redacted part or value" {
        Lower "`{redacted}`", Upper "`{REDACTED}`", Square "`[redacted]`"
    } [Dotnet Upper Case("dotnet-0180"), Ruby Square Case("ruby-0095")]
    Templates bad_part BadPart "a part that does not compile" {
        Refused (faults) "the template is refused", PartOnly "that part only"
    } [Dotnet PartOnly Facts]
    Templates failed_part FailedPart "text of a failed part" {
        Message "`{message}`", UndefinedValue "`UndefinedValue`", Error "`ERROR`", EvaluationError "`[evaluation error]`", Undefined "`UNDEFINED`", ErrorMessage "`{error: message}`"
    } [Dotnet UndefinedValue Case("dotnet-0179"), Python Error Case("python-0137"), Ruby EvaluationError Case("ruby-0097"), Php Undefined Case("libdatadog-0081"), Go ErrorMessage Facts]
    Templates failed_null FailedNull "text of a part that failed on a null receiver or a missing index" {
        Same "the same", Empty "empty"
    } [Dotnet Empty Case("dotnet-0044")]
    Templates null_text NullText "text of null" {
        Null "`null`", None "`None`", Nil "`nil`", Empty "empty"
    } [Python None Live, Ruby Nil Facts, Go Nil Facts, Php Empty Facts]
    Templates boolean_text BooleanText "text of true and false" {
        Lower "`true`", Capital "`True`"
    } [Dotnet Capital Case("dotnet-0061"), Python Capital Live]
    Templates inner_strings InnerStrings "strings inside collections" {
        Double "double quotes", Single "single quotes", Raw "raw"
    } [Python Single Live, Java Raw Facts, Dotnet Raw Case("dotnet-0050"), Php Raw Facts, Go Raw Facts]
    Templates duration_text DurationText "text of a duration" {
        Milliseconds "milliseconds", Clock "`hh:mm:ss.fffffff`"
    } [Dotnet Clock Case("dotnet-0057")]
    Templates whole_float WholeFloat "text of a whole float below 1e16" {
        WithPoint "`5.0`", Whole "`5`"
    } [Dotnet Whole Facts, Node Whole Live, Php Whole Facts, Go Whole Facts]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_one_byte_per_row_and_no_byte_is_beyond_its_choices() {
        for preset in Preset::ALL {
            let bytes = preset.dialect().to_bytes();
            assert_eq!(Dialect::from_bytes(&bytes), Ok(preset.dialect()));
        }
        for (at, row) in Row::ALL.into_iter().enumerate() {
            for byte in 0..=u8::MAX {
                let mut bytes = Dialect::default().to_bytes();
                bytes[at] = byte;
                let read = Dialect::from_bytes(&bytes);
                if usize::from(byte) < row.choices().len() {
                    assert_eq!(read.map(|dialect| row.get(&dialect)), Ok(usize::from(byte)));
                } else {
                    assert_eq!(read, Err(row));
                }
            }
        }
    }

    #[test]
    fn the_default_is_portable_and_every_row_can_be_switched_and_read() {
        assert_eq!(Preset::Portable.dialect(), Dialect::default());
        for row in Row::ALL {
            for choice in 0..row.choices().len() {
                let mut dialect = Dialect::default();
                row.set(&mut dialect, choice);
                assert_eq!(row.get(&dialect), choice, "{}", row.name());
            }
            for taken in row.presets() {
                assert!(taken.choice > 0 && taken.choice < row.choices().len(), "{}", row.name());
                assert_eq!(row.get(&taken.preset.dialect()), taken.choice, "{}", row.name());
            }
        }
    }
}
