//! The operators that a tree has and an instruction carries out.

use std::cmp::Ordering;

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl CompareOp {
    /// Canonical spelling in text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

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

/// Operations of a subject and an argument that give a Boolean.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TextOp {
    /// `startsWith(text, start)`
    StartsWith,
    /// `endsWith(text, end)`
    EndsWith,
    /// `contains(text or collection, part)`
    Contains,
    /// `matches(text, pattern)`
    Matches,
}

impl TextOp {
    /// Canonical spelling.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Contains => "contains",
            Self::Matches => "matches",
        }
    }
}

/// Loops that decide.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Quantifier {
    /// True where one element satisfies the predicate.
    Any,
    /// True where every element does.
    All,
}

impl Quantifier {
    /// Canonical spelling.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
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

    const ALL: [CompareOp; 6] =
        [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];

    #[test]
    fn the_opposite_holds_where_a_comparison_does_not() {
        for op in ALL {
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
