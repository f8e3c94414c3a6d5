//! A first look at a text: where a secret may be at all. The other bytes are passed over, most of them unread.
//!
//! A secret is a word of [`SHORTEST`] bytes, the digits of a card, what follows `Bearer` or `Basic`, a private key, or what is
//! before an `@`. A word of twenty bytes is found by its twentieth: where that ends no such word, the next look is at
//! the byte twenty places after the last delimiter before it.

use super::known::{self, SHORTEST};
use super::words::{is_delimiter, is_dull};

/// Bytes of a text that are looked at one by one.
const SHORT: usize = 32;

/// The fewest digits of a card.
const DIGITS: usize = 13;

/// Bytes of a private key before its first letter.
const DASHES: usize = 5;

/// Bytes of a text that need a second look, from the start of a word to the end of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What is known of the text after the place that the second look has reached.
#[derive(Clone, Copy)]
pub(super) struct First {
    /// No secret is looked for that starts at or after it.
    end: usize,
    word: Next,
    card: Next,
    letter: Next,
}

/// The next region of one sort.
#[derive(Clone, Copy, Default)]
enum Next {
    /// Not looked for yet.
    #[default]
    Unknown,
    /// There is none.
    None,
    Found(Region),
}

impl Next {
    /// The next region at or after `from`, looked for if what was found is passed.
    #[inline]
    fn at(&mut self, from: usize, find: impl FnOnce() -> Option<Region>) -> Option<Region> {
        match *self {
            Self::None => return None,
            Self::Found(region) if region.end > from => {
                return Some(Region { start: region.start.max(from), ..region });
            }
            Self::Found(_) | Self::Unknown => {}
        }
        let found = find();
        *self = found.map_or(Self::None, Self::Found);
        found
    }
}

impl First {
    /// Where a secret may be that starts before the byte `end`.
    pub(super) const fn until(end: usize) -> Self {
        Self { end, word: Next::Unknown, card: Next::Unknown, letter: Next::Unknown }
    }

    /// The first region at or after `from`; no secret begins between them.
    #[inline]
    pub(super) fn region(&mut self, text: &[u8], from: usize) -> Option<Region> {
        let end = self.end;
        let regions = [
            self.word.at(from, || word(text, from, end)),
            self.card.at(from, || card(text, from, end)),
            self.letter.at(from, || letter(text, from, end)),
        ];
        regions.into_iter().flatten().min_by_key(|region| region.start)
    }
}

/// The next long word that is no ordinary one.
fn word(text: &[u8], from: usize, until: usize) -> Option<Region> {
    let mut start = from;
    // `start` is less than half of what a number holds
    while start < until
        && let Some(tail) = text.get(start..).and_then(<[u8]>::first_chunk::<SHORTEST>)
    {
        let Some(last) = tail.last_chunk() else { break };
        if let Some(at) = last_blank(u64::from_le_bytes(*last)) {
            start = start.wrapping_add(SHORTEST - 7).wrapping_add(at);
            continue;
        }
        if let Some(at) = tail.iter().rposition(|byte| is_delimiter(*byte)) {
            start = start.wrapping_add(at).wrapping_add(1);
            continue;
        }
        let after = start.wrapping_add(SHORTEST);
        let end = after.wrapping_add(word_end(text, after));
        if !is_dull(text, start, end) {
            return Some(within(text, from, Region { start, end }));
        }
        start = end.wrapping_add(1);
    }
    None
}

/// The place of the last of eight bytes that is a blank or a control character.
#[inline]
fn last_blank(bytes: u64) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // the highest bit of each byte that is more than a blank
    let more = (bytes & (ONES * 0x7f)).wrapping_add(ONES * 0x5f) | bytes;
    let blanks = !more & (ONES * 0x80);
    blanks.checked_ilog2().map(|bit| bit as usize / 8)
}

/// The next digits that may be those of a card.
fn card(text: &[u8], from: usize, until: usize) -> Option<Region> {
    let is_part = |byte: &u8| byte.is_ascii_digit() | (*byte == b' ') | (*byte == b'-');
    let mut start = from;
    while start < until {
        // in a card there is a digit in each two bytes
        let [before, last] = *text.get(start.wrapping_add(DIGITS - 2)..)?.first_chunk()?;
        if !before.is_ascii_digit() & !last.is_ascii_digit() {
            start = start.wrapping_add(DIGITS);
            continue;
        }
        let tail = text.get(start..start.wrapping_add(DIGITS))?;
        if let Some(at) = tail.iter().rposition(|byte| !is_part(byte)) {
            start = start.wrapping_add(at).wrapping_add(1);
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let digits = rest.iter().take(length).filter(|byte| byte.is_ascii_digit()).count();
        let end = start.wrapping_add(length);
        if digits >= DIGITS {
            let before = text.get(from..start).unwrap_or_default();
            let before = before.iter().rev().take_while(|byte| !is_delimiter(**byte)).count();
            let region =
                Region { start: start.saturating_sub(before), end: end.wrapping_add(word_end(text, end)) };
            return Some(within(text, from, region));
        }
        start = end.wrapping_add(1);
    }
    None
}

/// The next `Bearer`, `Basic`, `-----BEGIN`, or `@`.
fn letter(text: &[u8], from: usize, until: usize) -> Option<Region> {
    // a private key begins with five dashes
    let until = until.saturating_add(DASHES).min(text.len());
    let mut at = from;
    loop {
        let rest = text.get(at..until).unwrap_or_default();
        let found = if rest.len() < SHORT {
            // for so few bytes the call costs more
            rest.iter().position(|byte| byte | 0x22 == b'b')
        } else {
            memchr::memchr3(b'@', b'b', b'B', rest)
        };
        at = match found {
            Some(found) => at.wrapping_add(found),
            // the URL whose password ends with it may begin before
            None => {
                let after = at.max(until);
                after.wrapping_add(memchr::memchr(b'@', text.get(after..)?)?)
            }
        };
        let after = text.get(at..)?;
        let follows = |at: usize| after.get(at).map_or(0, |byte| byte | 0x20);
        let is_marked = match after.first() {
            Some(b'@') => true,
            Some(b'b' | b'B') => matches!((follows(1), follows(2)), (b'e', b'a' | b'g') | (b'a', b's')),
            _ => false,
        };
        if is_marked {
            let before = text.get(from..at).unwrap_or_default();
            let before = before.iter().rev().take_while(|byte| !is_delimiter(**byte)).count();
            let region =
                Region { start: at.saturating_sub(before), end: at.wrapping_add(word_end(text, at).max(1)) };
            return Some(within(text, from, region));
        }
        at = at.wrapping_add(1);
    }
}

/// How many bytes are left of a word.
fn word_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().position(|byte| is_delimiter(*byte)).unwrap_or(rest.len())
}

/// The same from the scheme of the URL on in whose user and password it is.
fn within(text: &[u8], from: usize, region: Region) -> Region {
    let before = text.get(from..region.start).unwrap_or_default();
    let user = before.iter().rev().take_while(|byte| !known::ends_authority(byte)).count();
    let before = before.get(..before.len().saturating_sub(user)).unwrap_or_default();
    let Some(before) = before.strip_suffix(b"//").and_then(|before| before.strip_suffix(b":")) else {
        return region;
    };
    let scheme = before.iter().rev().take_while(|byte| !is_delimiter(**byte)).count();
    Region { start: from.wrapping_add(before.len()).saturating_sub(scheme), end: region.end }
}
