//! Cuts out what the grammar does not read, so that the rest can be read again.
//!
//! The parser generator could skip tokens itself, but tries every state of its stack for every token that it
//! skips; here brackets are paired beforehand, so the piece to cut is known at once.

use std::ops::Range;

use probelang_diagnostic::Span;

use super::brackets::partners;
use super::token::{Kind, Token};
use crate::Limits;

/// How often a source is read again.
pub struct Recovery {
    left: usize,
}

impl Recovery {
    pub fn new(limits: &Limits) -> Self {
        // A second attempt for each error: the piece around it, where cutting the piece was not enough.
        Self { left: usize::from(limits.errors).saturating_mul(2).max(2) }
    }

    /// The piece to cut around the token `at`: what is between brackets, commas, `&&` or `||` there; if that
    /// was cut before, the next larger one. `None` where nothing is left to cut.
    pub fn piece(&mut self, tokens: &[Token], at: usize) -> Option<Range<usize>> {
        self.left = self.left.checked_sub(1)?;
        let partners = partners(tokens);
        let row = Row { tokens, partners: &partners };
        let mut piece = row.piece(at, at, Kind::is_joint);
        if row.is_cut(&piece) {
            piece = row.piece(piece.start, piece.end, |_| false);
        }
        while row.is_cut(&piece) {
            let opener = piece.start.checked_sub(1).filter(|_| piece.end < tokens.len())?;
            if opener == 0 || tokens.get(piece.end).is_some_and(|token| token.kind == Kind::PartClose) {
                return None;
            }
            piece = row.piece(opener, piece.end.saturating_add(1), Kind::is_joint);
        }
        Some(piece)
    }

    /// Puts one operand without a meaning in the place of `piece`.
    pub fn cut(tokens: &mut Vec<Token>, piece: Range<usize>) {
        let (start, end) = (piece.start, piece.end);
        let span = match tokens.get(start..end) {
            Some([first, .., last]) => first.span.cover(last.span),
            Some([only]) => only.span,
            _ => Span::empty(tokens.get(end).map_or(0, |token| token.span.start)),
        };
        let end = end.min(tokens.len());
        tokens.splice(start.min(end)..end, [Token { kind: Kind::Error, span }]);
    }
}

impl Kind {
    /// Whether it is between operands that are read by themselves.
    fn is_joint(self) -> bool {
        matches!(self, Self::Comma | Self::And | Self::Or | Self::Semicolon)
    }

    fn is_edge(self) -> bool {
        matches!(self, Self::Expression | Self::Template | Self::Text)
    }
}

struct Row<'t> {
    tokens: &'t [Token],
    partners: &'t [usize],
}

impl Row<'_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn partner(&self, at: usize) -> usize {
        self.partners.get(at).copied().unwrap_or(at)
    }

    /// The piece around `start..end`, out to the bracket around it or a token that is a `joint`.
    fn piece(&self, start: usize, end: usize, joint: impl Fn(Kind) -> bool) -> Range<usize> {
        let (mut start, mut end) = (start, end);
        while let Some(before) = start.checked_sub(1) {
            match self.kind(before) {
                Some(kind) if kind.is_closer() && kind != Kind::PartClose => start = self.partner(before),
                Some(kind)
                    if kind.closer().is_some() || kind.is_edge() || kind.is_closer() || joint(kind) =>
                {
                    break;
                }
                _ => start = before,
            }
        }
        while let Some(kind) = self.kind(end) {
            if kind.is_closer() || kind.is_edge() || joint(kind) || kind == Kind::PartOpen {
                break;
            }
            end = self.partner(end).max(end).saturating_add(1);
        }
        start..end
    }

    /// Whether nothing but an earlier cut is there.
    fn is_cut(&self, piece: &Range<usize>) -> bool {
        matches!(self.tokens.get(piece.clone()), Some([Token { kind: Kind::Error, .. }]))
    }
}
