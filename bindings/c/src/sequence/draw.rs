//! What a fuzzer decides.

use std::cell::Cell;

use crate::text::probelang_str;
use crate::value::probelang_payload;

/// Texts that a host lends, not all of them UTF-8.
const TEXTS: [&[u8]; 7] = [b"x", b"", b"k", b"T", b"\xff\xfe", "žluť😀".as_bytes(), &[b'y'; 5000]];

/// Bytes that decide. After the last one, zeros.
pub(super) struct Draw<'b>(pub Cell<&'b [u8]>);

impl Draw<'_> {
    pub fn byte(&self) -> u8 {
        match self.0.get().split_first() {
            Some((first, rest)) => {
                self.0.set(rest);
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
            u32::MAX => self.of(&[u32::MAX, 254, 255], 255),
            number => number,
        };
        // a batch takes the lowest byte of it
        if !matches!(kind & 255, 11 | 14 | 17 | 255) {
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
            0 => -1,
            1 => 1,
            2 => 77,
            _ => 0,
        }
    }
}
