//! What a fuzzer decides.

use std::cell::Cell;

use super::host::Within;
use crate::status::{Numbered, probelang_reply};
use crate::text::probelang_str;
use crate::value::{probelang_kind, probelang_payload};

/// Texts that a host lends, not all of them UTF-8.
const TEXTS: [&[u8]; 7] = [b"x", b"", b"k", b"T", b"\xff\xfe", "žluť😀".as_bytes(), &[b'y'; 5000]];

/// Bytes that decide. After the last one, zeros.
pub(super) struct Draw<'b> {
    bytes: Cell<&'b [u8]>,
    /// Cursors that are open.
    pub open: Cell<i64>,
    /// What callbacks may call the library with.
    pub within: Cell<Option<Within>>,
}

impl<'b> Draw<'b> {
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: Cell::new(bytes), open: Cell::new(0), within: Cell::new(None) }
    }

    pub const fn is_over(&self) -> bool {
        self.bytes.get().is_empty()
    }

    pub fn byte(&self) -> u8 {
        match self.bytes.get().split_first() {
            Some((first, rest)) => {
                self.bytes.set(rest);
                *first
            }
            None => 0,
        }
    }

    pub fn below(&self, most: usize) -> usize {
        usize::from(self.byte()).checked_rem(most).unwrap_or(0)
    }

    pub fn word(&self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    pub fn of<T: Copy>(&self, all: &[T], otherwise: T) -> T {
        all.get(self.below(all.len())).copied().unwrap_or(otherwise)
    }

    pub fn text(&self) -> probelang_str {
        let text = self.of(&TEXTS, b"");
        probelang_str { data: text.as_ptr().cast(), len: text.len() }
    }

    /// A number that is mostly a small one.
    pub fn number(&self) -> u32 {
        let number = u32::from(self.byte());
        if number == 255 { u32::MAX } else { number % 20 }
    }

    /// A kind, and what it carries.
    pub fn value(&self) -> (u32, probelang_payload) {
        let kind = match self.number() {
            u32::MAX => self.of(&[u32::MAX, probelang_kind::NoAnswer as u32], probelang_kind::Failed as u32),
            number => number,
        };
        // a batch takes the lowest byte of it
        if !probelang_kind::of(kind & 255).is_some_and(probelang_kind::is_text) {
            return (kind, probelang_payload::handle(self.number(), self.word() % 8));
        }
        let mut text = self.text();
        if self.byte() == 255 {
            text.len = usize::MAX;
        }
        (kind, probelang_payload { text })
    }

    pub fn reply(&self) -> i32 {
        match self.byte() % 16 {
            0 => probelang_reply::Failed as i32,
            1 => probelang_reply::None as i32,
            2 => 77,
            _ => probelang_reply::Done as i32,
        }
    }
}
