//! Where a word ends, and what is in it.

use super::known;

/// What a byte is, as bits.
pub(super) const DELIMITER: u8 = 1;
pub(super) const LOWER: u8 = 2;
pub(super) const UPPER: u8 = 4;
pub(super) const DIGIT: u8 = 8;
pub(super) const AT: u8 = 16;
pub(super) const DOT: u8 = 32;
pub(super) const OTHER: u8 = 64;

pub(super) const ALNUM: u8 = LOWER | UPPER | DIGIT;

/// The bits of each byte.
static KINDS: [u8; 256] = kinds();

#[allow(clippy::indexing_slicing, reason = "evaluated while it is compiled, and a byte is an index of it")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [OTHER; 256];
    let mut byte = 0u8;
    loop {
        kinds[byte as usize] = match byte {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'@' => AT,
            b'.' => DOT,
            ..=b' ' | b'"' | b'\'' | b'`' | b'=' | b':' | b',' | b';' | b'&' => DELIMITER,
            _ => OTHER,
        };
        if byte == u8::MAX {
            return kinds;
        }
        byte = byte.wrapping_add(1);
    }
}

/// Whether a word ends before this byte: a blank, a control character, a quote, `=`, `:`, `,`, `;` or `&`.
#[inline]
pub(super) fn is_delimiter(byte: u8) -> bool {
    kind(Some(&byte)) == DELIMITER
}

/// The bits of a byte; those of a delimiter for the end of the text.
#[inline]
pub(super) fn kind(byte: Option<&u8>) -> u8 {
    byte.map_or(DELIMITER, |byte| KINDS.get(usize::from(*byte)).copied().unwrap_or(OTHER))
}

/// Whether a letter or a digit.
pub(super) fn is_alnum(byte: Option<&u8>) -> bool {
    kind(byte) & ALNUM != 0
}

/// A word: what is between two delimiters.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The bits of its bytes.
    pub(super) seen: u8,
}

impl Word {
    /// The first word at or after a byte; an empty one at the end of the text.
    #[inline]
    pub(super) fn after(text: &[u8], at: usize) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        let mut bytes = rest.iter();
        let mut seen = DELIMITER;
        while seen == DELIMITER {
            let Some(byte) = bytes.next() else { break };
            seen = kind(Some(byte));
        }
        let left = bytes.as_slice().len();
        let start = text.len().saturating_sub(left).saturating_sub(usize::from(seen != DELIMITER));
        let mut rest = left;
        for byte in bytes {
            let kind = kind(Some(byte));
            if kind == DELIMITER {
                break;
            }
            seen |= kind;
            rest = rest.wrapping_sub(1);
        }
        Self { start, end: text.len().saturating_sub(rest), seen }
    }

    pub(super) const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Words that announce a secret, in lower case.
const CONTEXT: [&[u8]; 15] = [
    b"key",
    b"token",
    b"secret",
    b"passw",
    b"pwd",
    b"credential",
    b"auth",
    b"bearer",
    b"private",
    b"signature",
    b"cookie",
    b"session",
    b"passphrase",
    b"salt",
    b"apikey",
];

/// A bit for the letter that each of them begins with, by the five bits that both cases of it share.
const FIRST_LETTERS: u32 = {
    let (mut bits, mut words) = (0, CONTEXT.as_slice());
    while let [[first, ..], rest @ ..] = words {
        bits |= 1u32.wrapping_shl(*first as u32);
        words = rest;
    }
    bits
};

/// Bytes before a word in which one that announces it is looked for.
const NEAR: usize = 40;

/// Whether what is before `at` announces a secret: a word such as `token`, not far away and on the same line.
pub(super) fn announced(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
    let line =
        before.iter().rposition(|byte| matches!(byte, b'\n' | b';')).map_or(0, |end| end.saturating_add(1));
    let before = before.get(line..).unwrap_or_default();
    let begins = |byte: u8| 1u32.wrapping_shl(u32::from(byte)) & FIRST_LETTERS != 0 && byte >= b'A';
    before.iter().enumerate().filter(|(_, byte)| begins(**byte)).any(|(at, _)| {
        let rest = before.get(at..).unwrap_or_default();
        CONTEXT.iter().any(|word| rest.get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)))
    })
}

/// Bytes of a word that are looked at for whether it means something. A longer one is looked at so far.
const LOOKED_AT: usize = 512;

/// The most bytes that the runs of a word without a meaning have, on the average.
const RUN: usize = 4;

/// Whether a word means nothing: it is long, has letters of both cases and digits, and no part of it reads as words, an id,
/// a digest, a time or a path.
pub(super) fn is_random(word: &[u8]) -> bool {
    let word = word.get(..LOOKED_AT).unwrap_or(word);
    let count = |bits: u8| word.iter().filter(|byte| kind(Some(byte)) & bits != 0).count();
    let (lower, upper, digits) = (count(LOWER), count(UPPER), count(DIGIT));
    if lower == 0 || digits == 0 || upper == 0 && count(OTHER) == 0 {
        return false;
    }
    let alnum = lower.saturating_add(upper).saturating_add(digits);
    if is_hex(word) || alnum.saturating_mul(10) < word.len().saturating_mul(7) || !word.is_ascii() {
        return false;
    }
    // words of camel, snake and kebab case, of paths and of times are longer than the runs of random letters
    in_words(word).max(in_camel_case(word)).saturating_mul(2) < alnum
        && runs(word).saturating_mul(RUN) >= alnum
        && distinct(word).saturating_mul(2) >= word.len().min(24)
}

/// Whether the word from `start` to `end` is no secret for one look at its bytes: what has letters and digits in it is
/// too short for a key, and it reads as words do, or nothing announces it.
pub(super) fn is_dull(text: &[u8], start: usize, end: usize) -> bool {
    let word = text.get(start..end).unwrap_or_default();
    if word.len() > LOOKED_AT || has_part(word) {
        return false;
    }
    let seen = word.iter().fold(0, |seen, byte| seen | kind(Some(byte)));
    if seen & AT != 0 {
        return false;
    }
    let is_mixed = seen & (LOWER | DIGIT) == LOWER | DIGIT && seen & (UPPER | OTHER) != 0;
    !is_mixed || !announced(text, start)
}

/// Whether so many letters, digits, `-` and `_` follow each other as each key and token has.
fn has_part(word: &[u8]) -> bool {
    let mut start = 0usize;
    while let Some(part) = word.get(start..start.saturating_add(known::PART)) {
        match part.iter().rposition(|byte| !is_part(*byte)) {
            Some(at) => start = start.saturating_add(at).saturating_add(1),
            None => return true,
        }
    }
    false
}

fn is_part(byte: u8) -> bool {
    kind(Some(&byte)) & ALNUM != 0 || matches!(byte, b'-' | b'_')
}

/// Digits of base 16 in groups: a digest, a UUID.
fn is_hex(word: &[u8]) -> bool {
    word.iter()
        .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b'{' | b'}' | b'(' | b')' | b'.'))
}

/// How many bytes are in parts that read as words: three small letters or more, or capitals, or such with a capital before
/// them, and digits after them.
fn in_words(word: &[u8]) -> usize {
    let is_word = |part: &&[u8]| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = part.get(..part.len().saturating_sub(digits)).unwrap_or_default();
        let tail = letters.get(1..).unwrap_or_default();
        let alike = tail.iter().all(u8::is_ascii_lowercase) || letters.iter().all(u8::is_ascii_uppercase);
        digits <= 4 && letters.len() >= 3 && alike && letters.iter().all(u8::is_ascii_alphabetic)
    };
    word.split(|byte| kind(Some(byte)) & ALNUM == 0)
        .filter(is_word)
        .map(<[u8]>::len)
        .fold(0, usize::saturating_add)
}

/// How many bytes are in runs of four small letters or more, with the capital before them.
fn in_camel_case(word: &[u8]) -> usize {
    let long = |run: &&[u8]| run.len() >= 4;
    let runs = word.chunk_by(|_, byte| byte.is_ascii_lowercase());
    runs.filter(|run| run.iter().all(u8::is_ascii_alphabetic))
        .filter(long)
        .map(<[u8]>::len)
        .fold(0, usize::saturating_add)
}

/// Runs of letters as names are written: a capital with the small letters after it, small letters, capitals, digits.
fn runs(word: &[u8]) -> usize {
    let mut runs = 0usize;
    let mut before = 0;
    for byte in word {
        let kind = kind(Some(byte)) & ALNUM;
        if kind != 0 && kind != before && !(before == UPPER && kind == LOWER) {
            runs = runs.saturating_add(1);
        }
        before = kind;
    }
    runs
}

/// How many different bytes there are.
fn distinct(word: &[u8]) -> usize {
    let mut seen = [0u64; 2];
    for byte in word.iter().filter(|byte| byte.is_ascii()) {
        if let Some(part) = seen.get_mut(usize::from(*byte >> 6)) {
            *part |= 1 << (*byte & 63);
        }
    }
    seen.iter().map(|part| part.count_ones() as usize).sum()
}
