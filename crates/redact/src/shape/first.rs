//! A first look at a text: where a secret may be at all. The other bytes are passed over, most of them unread.
//!
//! A secret is a word of [`SHORTEST`] bytes, the digits of a card, what follows `Bearer` or `Basic`, a private key, or what is
//! before an `@`. A word of twenty bytes is found by its twentieth: where that ends no such word, the next look is at
//! the byte twenty places after the last delimiter before it.

use super::known::{self, SHORTEST};
use super::words::{DIGIT, is_delimiter, is_dull, kind};

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

/// Whether no secret is in a short text, for less than the beginning of a search takes.
#[inline]
pub(super) fn rules_out(text: &[u8]) -> bool {
    let end = text.len();
    (!may_have_card(text) || card(text, 0, end).is_none())
        && (end < SHORTEST || word(text, 0, end).is_none())
        && (!may_be_marked(text) || mark(text, 0, end).is_none())
}

/// Whether a short text has an `@` or a `b`.
#[inline]
fn may_be_marked(text: &[u8]) -> bool {
    match text.last_chunk() {
        Some(last) => text.as_chunks().0.iter().fold(marks(last), |all, chunk| all | marks(chunk)) != 0,
        None => text.iter().any(|byte| byte | 0x22 == 0x62),
    }
}

/// What is left of a text from `from` on without the bytes in which nothing of `length` bytes ends that starts before `until`.
#[inline]
fn part(text: &[u8], from: usize, until: usize, length: usize) -> &[u8] {
    let end = until.saturating_add(length).saturating_sub(1).min(text.len());
    text.get(from..end).unwrap_or_default()
}

/// The next long word that is no ordinary one.
#[inline]
fn word(text: &[u8], from: usize, until: usize) -> Option<Region> {
    let mut rest = part(text, from, until, SHORTEST);
    let end = from.wrapping_add(rest.len());
    while let Some(tail) = rest.first_chunk::<SHORTEST>() {
        let last = tail.last_chunk()?;
        let passed = if let Some(at) = last_marked(blanks(u64::from_le_bytes(*last))) {
            at.wrapping_add(SHORTEST - 7)
        } else if let Some(at) = tail.iter().rposition(|byte| is_delimiter(*byte)) {
            at.wrapping_add(1)
        } else {
            let start = end.wrapping_sub(rest.len());
            let after = start.wrapping_add(SHORTEST);
            let end = after.wrapping_add(word_end(text, after));
            if !is_dull(text, start, end) {
                return Some(within(text, from, Region { start, end }));
            }
            end.wrapping_sub(start).wrapping_add(1)
        };
        rest = rest.get(passed..)?;
    }
    None
}

/// One in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte.
const HIGHEST: u64 = ONES << 7;

/// Marks with its highest bit each of eight bytes that is a blank or a control character.
#[inline]
const fn blanks(bytes: u64) -> u64 {
    // the highest bit of each byte that is more than a blank
    let more = (bytes & !HIGHEST).wrapping_add(ONES.wrapping_mul(0x5f)) | bytes;
    !more & HIGHEST
}

/// The place of the last of eight bytes that is marked.
#[inline]
fn last_marked(marks: u64) -> Option<usize> {
    marks.checked_ilog2().map(|bit| bit as usize / 8)
}

/// The next digits that may be those of a card.
#[inline]
fn card(text: &[u8], from: usize, until: usize) -> Option<Region> {
    let is_part = |byte: &u8| byte.is_ascii_digit() | (*byte == b' ') | (*byte == b'-');
    let mut rest = part(text, from, until, DIGITS);
    let limit = from.wrapping_add(rest.len());
    while let Some((tail, after)) = rest.split_first_chunk::<DIGITS>() {
        if !ends_with_digit(tail) {
            rest = after;
            continue;
        }
        let last = u64::from_le_bytes(*tail.last_chunk()?);
        // letters, most often
        let passed = if let Some(at) = last_marked((last | last << 1) & HIGHEST) {
            at.wrapping_add(DIGITS - 7)
        } else if let Some(at) = tail.iter().rposition(|byte| !is_part(byte)) {
            at.wrapping_add(1)
        } else {
            let start = limit.wrapping_sub(rest.len());
            let rest = text.get(start..).unwrap_or_default();
            let length = rest.iter().take_while(|byte| is_part(byte)).count();
            let digits = rest.iter().take(length).filter(|byte| byte.is_ascii_digit()).count();
            if digits >= DIGITS {
                let end = start.wrapping_add(length);
                return Some(around(text, from, start, end.wrapping_add(word_end(text, end))));
            }
            length.wrapping_add(1)
        };
        rest = rest.get(passed..)?;
    }
    None
}

/// Whether one of the last two bytes is a digit. In a card there is one in each two.
#[inline]
fn ends_with_digit([.., before, last]: &[u8; DIGITS]) -> bool {
    (kind(Some(before)) | kind(Some(last))) & DIGIT != 0
}

/// Whether a short text may have a card in it.
#[inline]
fn may_have_card(text: &[u8]) -> bool {
    text.as_chunks().0.iter().any(ends_with_digit)
}

/// Bytes that are looked at together, as one processor or another can.
const BLOCK: usize = 32;

/// The next `Bearer`, `Basic`, `-----BEGIN`, or `@`.
#[inline]
fn letter(text: &[u8], from: usize, until: usize) -> Option<Region> {
    // a private key begins with five dashes
    let until = until.saturating_add(DASHES).min(text.len());
    let mut rest = text.get(from..until).unwrap_or_default();
    while let Some(block) = rest.first_chunk::<{ BLOCK + 1 }>() {
        let start = until.wrapping_sub(rest.len());
        if may_have_mark(block)
            && let Some(at) = mark(text, start, start.wrapping_add(BLOCK))
        {
            return Some(around_mark(text, from, at));
        }
        rest = rest.get(BLOCK..).unwrap_or_default();
    }
    if let Some(at) = mark(text, until.wrapping_sub(rest.len()), until) {
        return Some(around_mark(text, from, at));
    }
    // the URL whose password ends with it may begin before
    let after = from.max(until);
    let rest = text.get(after..).filter(|rest| !rest.is_empty())?;
    let found = memchr::memchr(b'@', rest)?;
    Some(around_mark(text, from, after.wrapping_add(found)))
}

/// Whether there is an `@` in the block, or a `b` with an `a` or `e` after it; the last byte is only looked at for that.
#[inline]
fn may_have_mark(block: &[u8; BLOCK + 1]) -> bool {
    // there, each byte would be looked at on its own
    if cfg!(target_family = "wasm") {
        return true;
    }
    let (Some(bytes), Some(next)) = (block.first_chunk::<BLOCK>(), block.last_chunk::<BLOCK>()) else {
        return true;
    };
    let marks = |(byte, next): (&u8, &u8)| (*byte == b'@') | ((byte | 0x20 == b'b') & (next | 0x24 == b'e'));
    // without a branch for each, so that many are looked at together
    bytes.iter().zip(next).fold(false, |any, pair| any | marks(pair))
}

/// Marks each of eight bytes that is `@`, `b` or `B`; others may be marked too.
#[inline]
fn marks(bytes: &[u8; 8]) -> u64 {
    let zero = (u64::from_le_bytes(*bytes) | ONES.wrapping_mul(0x22)) ^ ONES.wrapping_mul(0x62);
    zero.wrapping_sub(ONES) & !zero & HIGHEST
}

/// The first place from `from` on and before `until` at which one of the words begins, or with an `@`.
#[inline]
fn mark(text: &[u8], from: usize, until: usize) -> Option<usize> {
    let (chunks, rest) = text.get(from..until)?.as_chunks::<8>();
    let mut at = from;
    for chunk in chunks {
        let found = first_mark(text, at, marks(chunk));
        if found.is_some() {
            return found;
        }
        at = at.wrapping_add(8);
    }
    if rest.is_empty() {
        return None;
    }
    let Some(last) = text.get(..until)?.last_chunk::<8>() else {
        return (at..until).find(|at| is_mark(text, *at));
    };
    // only those in the rest
    let passed = 8usize.wrapping_sub(rest.len()).wrapping_mul(8);
    first_mark(text, until.wrapping_sub(8), marks(last) & u64::MAX.wrapping_shl(passed as u32))
}

/// The first of the places that are marked, of those from `at` on, that is one for the second look too.
#[inline]
fn first_mark(text: &[u8], at: usize, mut marks: u64) -> Option<usize> {
    while marks != 0 {
        let place = at.wrapping_add(marks.trailing_zeros() as usize / 8);
        if is_mark(text, place) {
            return Some(place);
        }
        marks &= marks.wrapping_sub(1);
    }
    None
}

/// Whether at this place there is an `@` or the beginning of one of the words.
#[inline]
fn is_mark(text: &[u8], at: usize) -> bool {
    match text.get(at..).unwrap_or_default() {
        [b'@', ..] => true,
        [b'b' | b'B', second, third, ..] => {
            matches!((second | 0x20, third | 0x20), (b'e', b'a' | b'g') | (b'a', b's'))
        }
        _ => false,
    }
}

fn around_mark(text: &[u8], from: usize, at: usize) -> Region {
    around(text, from, at, at.wrapping_add(word_end(text, at).max(1)))
}

/// The region from the word on in which `start` is.
fn around(text: &[u8], from: usize, start: usize, end: usize) -> Region {
    let before = text.get(from..start).unwrap_or_default();
    let before = before.iter().rev().take_while(|byte| !is_delimiter(**byte)).count();
    within(text, from, Region { start: start.saturating_sub(before), end })
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
