//! The registry: one file a hundred-group. A released number is never given to another meaning.

use crate::Code;

/// Declares a group of codes: constants, and the list that [`Code::all`] walks. With `enum Name;` before them also an
/// enum of the group, so that a match over its codes is exhaustive.
macro_rules! codes {
    (enum $enum:ident; $($text:literal $name:ident $class:ident $severity:ident $title:literal;)*) => {
        codes! { $($text $name $class $severity $title;)* }

        /// A code of this group, to match on. The variants have the names of the constants.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        pub enum $enum {
            $(#[doc = concat!("`", $text, "`: ", $title, ".")] $name),*
        }

        impl $enum {
            /// Which code of the group this is; `None` for one of another group.
            #[must_use]
            pub fn of(code: Code) -> Option<Self> {
                let all = [$((self::$name, Self::$name)),*];
                all.into_iter().find_map(|(other, this)| (other == code).then_some(this))
            }
        }
    };
    ($($text:literal $name:ident $class:ident $severity:ident $title:literal;)*) => {
        use crate::code::{Class, Code, CodeInfo, Severity};
        $(
            #[doc = concat!("`", $text, "`: ", $title, ".")]
            pub const $name: Code = Code(&CodeInfo {
                text: $text,
                class: Class::$class,
                severity: Severity::$severity,
                title: $title,
            });
        )*
        pub(crate) const ALL: &[Code] = &[$($name),*];
    };
}

pub mod fault;
pub mod input;
pub mod lex;
pub mod limit;
pub mod lint;
pub mod parse;
pub mod portability;
pub mod probe;
pub mod program;
pub mod schema;
pub mod template;
pub mod wire;

/// All groups, in the order of their numbers.
pub(crate) const GROUPS: &[&[Code]] = &[
    lex::ALL,
    parse::ALL,
    template::ALL,
    wire::ALL,
    limit::ALL,
    program::ALL,
    lint::ALL,
    portability::ALL,
    schema::ALL,
    fault::ALL,
    input::ALL,
    probe::ALL,
];

#[cfg(test)]
mod tests {
    use crate::Code;

    #[test]
    fn codes_are_in_order_and_unique() {
        let all: Vec<_> = Code::all().map(Code::text).collect();
        for pair in all.windows(2) {
            assert!(pair[0] < pair[1], "{} stands before {}", pair[0], pair[1]);
        }
        for text in all {
            assert!(text.len() == 6 && text.starts_with("PL"), "{text}");
            assert_eq!(Code::find(&text.to_lowercase()).map(Code::text), Some(text));
        }
    }
}
