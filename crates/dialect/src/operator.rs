//! The operators that a tree has and an instruction carries out.

use std::cmp::Ordering;

/// Declares operators: for each its number in an artifact, its variant and its canonical spelling.
macro_rules! operators {
    ($($(#[$doc:meta])* $Op:ident {
        $($(#[$variant_doc:meta])* $number:literal => $Variant:ident $text:literal,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $Op {
            $($(#[$variant_doc])* $Variant,)*
        }

        impl $Op {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$Variant),*];

            /// Canonical spelling.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$Variant => $text,)*
                }
            }

            /// Its number in an artifact.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self {
                    $(Self::$Variant => $number,)*
                }
            }

            /// The one with that number.
            #[must_use]
            pub const fn numbered(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Self::$Variant),)*
                    _ => None,
                }
            }
        }
    )*};
}

operators! {
    /// Comparisons.
    CompareOp {
        /// `==`
        0 => Eq "==",
        /// `!=`
        1 => Ne "!=",
        /// `<`
        2 => Lt "<",
        /// `<=`
        3 => Le "<=",
        /// `>`
        4 => Gt ">",
        /// `>=`
        5 => Ge ">=",
    }

    /// Functions of one operand that give a value.
    ValueOp {
        /// `len(text or collection)`
        0 => Len "len",
    }

    /// Functions of one operand that give a Boolean.
    TruthOp {
        /// `isEmpty(text or collection)`
        0 => IsEmpty "isEmpty",
    }

    /// Functions of a subject and an argument that give a Boolean.
    TextOp {
        /// `startsWith(text, start)`
        0 => StartsWith "startsWith",
        /// `endsWith(text, end)`
        1 => EndsWith "endsWith",
        /// `contains(text or collection, part)`
        2 => Contains "contains",
        /// `matches(text, pattern)`
        3 => Matches "matches",
    }

    /// Loops that decide.
    Quantifier {
        /// True where one element satisfies the predicate.
        0 => Any "any",
        /// True where every element does.
        1 => All "all",
    }
}

impl CompareOp {
    /// Canonical key on the wire.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
        }
    }

    /// The comparison that holds with its sides exchanged: `<` for `>`.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }

    /// The comparison that holds exactly where this one does not, NaN apart: `>=` for `<`.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt => Self::Ge,
            Self::Le => Self::Gt,
            Self::Gt => Self::Le,
            Self::Ge => Self::Lt,
        }
    }

    /// Whether it holds for two sides of that order; `None` where they have none, as NaN and any number.
    #[must_use]
    #[inline]
    pub const fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Eq => matches!(order, Some(Ordering::Equal)),
            Self::Ne => !matches!(order, Some(Ordering::Equal)),
            Self::Lt => matches!(order, Some(Ordering::Less)),
            Self::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Gt => matches!(order, Some(Ordering::Greater)),
            Self::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }

    /// Whether it is `==` or `!=`.
    #[must_use]
    pub const fn is_equality(self) -> bool {
        matches!(self, Self::Eq | Self::Ne)
    }
}

/// Operations of a collection and a predicate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LoopOp {
    /// `any(over, {predicate})` or `all(over, {predicate})`: gives a Boolean.
    Quantifier(Quantifier),
    /// `filter(over, {predicate})`: gives a collection.
    Filter,
}

impl LoopOp {
    /// Canonical spelling.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Quantifier(quantifier) => quantifier.text(),
            Self::Filter => "filter",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opposite_holds_where_a_comparison_does_not() {
        for &op in CompareOp::ALL {
            for order in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                assert_eq!(op.holds(Some(order)), !op.negated().holds(Some(order)), "{op:?} {order:?}");
                assert_eq!(
                    op.holds(Some(order)),
                    op.flipped().holds(Some(order.reverse())),
                    "{op:?} {order:?}"
                );
            }
            assert_eq!(op.holds(None), op == CompareOp::Ne, "{op:?}");
        }
    }
}
