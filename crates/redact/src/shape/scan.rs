//! One pass over a text.

use super::first::{self, First};
use super::known::{self, SHORTEST};
use super::words::{AT, DIGIT, DOT, Word, announced, is_alnum, is_random, kind};
use super::{Secret, Shape, Shapes};

/// The secrets of a text, one after the other: no two overlap.
///
/// # Cost
/// Linear in the text: each byte is read a bounded number of times. Allocates nothing.
pub fn secrets(text: &str, shapes: Shapes) -> Secrets<'_> {
    secrets_before(text, shapes, text.len())
}

/// Those that start before the byte `end`. What comes after it is read as far as one of them goes, and for an `@`.
pub(crate) fn secrets_before(text: &str, shapes: Shapes, end: usize) -> Secrets<'_> {
    let text = text.as_bytes();
    let end = end.min(text.len());
    // an address has few digits and no mark
    let until = if shapes.contains(Shape::Ip) { end } else { 0 };
    let word = Word { start: 0, end: 0, seen: 0 };
    Secrets { text, shapes, end, at: 0, until, first: First::until(end), word }
}

/// Bytes of a text that [`rules_out`] looks at. What is in a longer one is searched for at once.
const SHORT: usize = 64;

/// Whether one short look is enough to say that a text has no secret.
#[inline]
pub(crate) fn rules_out(text: &str, shapes: Shapes) -> bool {
    let text = text.as_bytes();
    // an address has few digits and no other mark
    let may_be_ip = || shapes.contains(Shape::Ip) && text.iter().any(|byte| matches!(byte, b'.' | b':'));
    text.len() <= SHORT && !may_be_ip() && first::rules_out(text)
}

/// The iterator of [`secrets`].
#[derive(Clone)]
pub struct Secrets<'t> {
    text: &'t [u8],
    shapes: Shapes,
    /// No secret starts at or after it.
    end: usize,
    /// Everything before is done.
    at: usize,
    /// Each word is looked at that begins before.
    until: usize,
    /// Where it is worth while to look.
    first: First,
    /// The word around it.
    word: Word,
}

impl std::fmt::Debug for Secrets<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Iterator for Secrets<'_> {
    type Item = Secret;

    fn next(&mut self) -> Option<Secret> {
        if self.shapes == Shapes::NONE {
            return None;
        }
        while self.at < self.end {
            if self.at >= self.until {
                let region = self.first.region(self.text, self.at)?;
                (self.at, self.until) = (region.start, region.end);
            }
            if self.at >= self.word.end {
                self.word = Word::after(self.text, self.at);
            }
            if self.is_ordinary() {
                self.at = self.word.end;
                continue;
            }
            if let Some(secret) = self.in_word() {
                self.at = secret.end;
                // what is left of the word is a word again
                self.word.start = secret.end;
                self.word.end = self.word.end.max(secret.end);
                return (secret.start < self.end).then_some(secret);
            }
            self.at = self.word.end;
        }
        None
    }
}

impl Secrets<'_> {
    /// Whether the word is one of most: short, of letters, and no beginning of anything.
    #[inline]
    fn is_ordinary(&self) -> bool {
        let word = self.word;
        let byte = |at: usize| self.text.get(at).copied().unwrap_or_default();
        word.len() < SHORTEST
            && word.seen & (DIGIT | AT) == 0
            && byte(word.start) != b'-'
            && match byte(word.end) {
                // a URL, or an address of version 6
                b':' => false,
                b' ' | b'\t' | b'+' => !matches!(byte(word.end.saturating_sub(1)) | 0x20, b'r' | b'c'),
                _ => true,
            }
    }

    /// The first secret that starts in the rest of the word.
    fn in_word(&self) -> Option<Secret> {
        let (word, text, shapes) = (self.word, self.text, self.shapes);
        let secret = |shape: Shape, start: usize, end: usize| Some(Secret { shape, start, end });
        let first = text.get(word.start).copied().unwrap_or_default();
        if first == b'-'
            && shapes.contains(Shape::PrivateKey)
            && let Some(end) = known::private_key(text, word.start)
        {
            return secret(Shape::PrivateKey, word.start, end);
        }
        if text.get(word.end) == Some(&b':')
            && shapes.contains(Shape::UrlPassword)
            && text.get(word.end.saturating_add(1)..).is_some_and(|rest| rest.starts_with(b"//"))
            && let Some((start, end)) = known::url_password(text, word.end.saturating_add(1))
        {
            return secret(Shape::UrlPassword, start, end);
        }
        if matches!(word.len(), 5..=8) && shapes.contains(Shape::Credentials) {
            let trimmed = word.of(text);
            let trimmed = trimmed.rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or(trimmed);
            if let Some((start, end)) = known::credentials(text, trimmed, word.end) {
                return secret(Shape::Credentials, start, end);
            }
        }
        if shapes.contains(Shape::Ip)
            && let Some((start, end)) = ip(text, word)
        {
            return secret(Shape::Ip, start, end);
        }
        if word.seen & (DIGIT | AT) != 0 || word.len() >= SHORTEST {
            for at in word.start..word.end {
                let byte = text.get(at).copied().unwrap_or_default();
                let before = at.checked_sub(1).and_then(|before| text.get(before));
                if byte == b'@'
                    && shapes.contains(Shape::Email)
                    && let Some((start, end)) = email(text, word.start, at)
                {
                    return secret(Shape::Email, start, end);
                }
                if is_alnum(before) || before == Some(&b'_') {
                    continue;
                }
                if byte.is_ascii_digit() {
                    let decimal = matches!(before, Some(b'.' | b'-' | b'+' | b'#'));
                    if shapes.contains(Shape::Card)
                        && !decimal
                        && let Some(end) = known::card(text, at)
                    {
                        return secret(Shape::Card, at, end);
                    }
                    continue;
                }
                if word.end.saturating_sub(at) < SHORTEST {
                    continue;
                }
                // what `-` joins is one part of a token
                if byte == b'e'
                    && before != Some(&b'-')
                    && shapes.contains(Shape::Jwt)
                    && let Some(end) = known::json_web_token(text, at)
                {
                    return secret(Shape::Jwt, at, end);
                }
                if known::begins(byte)
                    && let Some((shape, end)) = known::prefixed_key(text, at)
                    && shapes.contains(shape)
                {
                    return secret(shape, at, end);
                }
            }
        }
        if word.len() >= SHORTEST && shapes.contains(Shape::HighEntropy) {
            let trimmed = trimmed(text, word);
            let bytes = trimmed.of(text);
            if trimmed.len() >= SHORTEST && announced(text, word.start) && is_random(bytes) {
                return secret(Shape::HighEntropy, trimmed.start, trimmed.end);
            }
        }
        None
    }
}

/// The word without brackets and punctuation around it.
fn trimmed(text: &[u8], word: Word) -> Word {
    let around = |byte: &u8| {
        matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'.' | b'!' | b'?' | b'|')
    };
    let bytes = word.of(text);
    let before = bytes.iter().take_while(|byte| around(byte)).count();
    let after = bytes.iter().rev().take_while(|byte| around(byte)).count();
    let start = word.start.saturating_add(before);
    Word { start, end: word.end.saturating_sub(after).max(start), seen: word.seen }
}

/// Bytes of the name of an address that are looked at, and of its domain.
const NAME: usize = 64;
const DOMAIN: usize = 255;

/// The address whose `@` is at `at`: a name, not before `from`, and a domain with a dot.
fn email(text: &[u8], from: usize, at: usize) -> Option<(usize, usize)> {
    let named = |byte: &&u8| {
        is_alnum(Some(byte)) || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-') || !byte.is_ascii()
    };
    let before = text.get(from..at)?.iter().rev().take(NAME).take_while(named).count();
    let start = at.saturating_sub(before);
    // the middle of a character is no start
    let cut = text.get(start..at)?.iter().take_while(|byte| matches!(byte, 0x80..=0xbf)).count();
    let domain_at = at.saturating_add(1);
    let rest = text.get(domain_at..)?;
    let domain = rest
        .iter()
        .take(DOMAIN)
        .take_while(|byte| is_alnum(Some(byte)) || matches!(byte, b'.' | b'-'))
        .count();
    let domain = rest.get(..domain)?;
    let dots = domain.iter().rev().take_while(|byte| **byte == b'.').count();
    let domain = domain.get(..domain.len().saturating_sub(dots))?;
    let dot = domain.iter().rposition(|byte| *byte == b'.')?;
    let top = domain.get(dot.saturating_add(1)..)?;
    let fits = before > cut && dot > 0 && top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic);
    fits.then(|| (start.saturating_add(cut), domain_at.saturating_add(domain.len())))
}

/// An address of version 4 or 6. One of version 6 is several words: it has colons.
fn ip(text: &[u8], word: Word) -> Option<(usize, usize)> {
    let start = trimmed(text, word).start;
    let before = start.checked_sub(1).and_then(|before| text.get(before));
    let rest = text.get(start..)?;
    if word.seen & DIGIT != 0 && word.seen & DOT != 0 {
        let length = rest.iter().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let dots = rest.get(..length)?.iter().rev().take_while(|byte| **byte == b'.').count();
        let end = length.saturating_sub(dots);
        let parsed = std::str::from_utf8(rest.get(..end)?).ok()?.parse::<std::net::Ipv4Addr>();
        if parsed.is_ok() && !is_alnum(rest.get(end)) && rest.get(end) != Some(&b'-') {
            return Some((start, start.saturating_add(end)));
        }
    }
    if matches!(before, Some(b':')) || is_alnum(before) {
        return None;
    }
    let length = rest
        .iter()
        .take(46)
        .take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        .count();
    let part = rest.get(..length)?;
    if part.iter().filter(|byte| **byte == b':').count() < 2
        || kind(rest.get(length)) & super::words::ALNUM != 0
    {
        return None;
    }
    let parsed = std::str::from_utf8(part).ok()?.parse::<std::net::Ipv6Addr>().ok()?;
    (!parsed.is_unspecified()).then(|| (start, start.saturating_add(length)))
}
