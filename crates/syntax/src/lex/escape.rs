//! Escapes of strings and quoted names.

use std::borrow::Cow;

use probelang_diagnostic::{Applicability, Code, Diagnostic, Edit, Span, lex};

/// Reads the text between quotes that starts at byte `at` of the source. Every escape is reported that names no
/// character; it is left out.
pub fn unescape(inner: &str, quote: char, at: usize, mut tell: impl FnMut(Diagnostic)) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(slash) = rest.find('\\') {
        out.push_str(rest.get(..slash).unwrap_or(""));
        let escape = rest.get(slash..).unwrap_or("");
        let start = at.saturating_add(inner.len().saturating_sub(escape.len()));
        let len = match read(escape, quote) {
            Ok((c, len)) => {
                out.push(c);
                len
            }
            Err(bad) => {
                tell(bad.diagnostic(escape, start));
                bad.len
            }
        };
        rest = escape.get(len..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// An escape that names no character.
struct Bad {
    len: usize,
    why: Why,
}

#[derive(Clone, Copy)]
enum Why {
    /// No such escape.
    Unknown,
    /// `\u` without its digits.
    Digits,
    /// Half of a surrogate pair.
    Surrogate,
    /// Above U+10FFFF.
    Range,
}

impl Bad {
    fn diagnostic(&self, escape: &str, start: usize) -> Diagnostic {
        let text = escape.get(..self.len).unwrap_or(escape);
        let span = Span::from_usize(start, start.saturating_add(self.len));
        let (code, message): (Code, String) = match self.why {
            Why::Unknown if text.chars().any(char::is_control) => {
                (lex::UNKNOWN_ESCAPE, "unknown escape: a backslash is written `\\\\`".to_owned())
            }
            Why::Unknown => {
                (lex::UNKNOWN_ESCAPE, format!("unknown escape `{text}`: a backslash is written `\\\\`"))
            }
            Why::Digits => (
                lex::BAD_CODE_POINT,
                "a character by its number is `\\u{…}` with one to six hexadecimal digits, or `\\u` and four"
                    .to_owned(),
            ),
            Why::Surrogate => (
                lex::BAD_CODE_POINT,
                format!("`{text}` is half of a surrogate pair and names no character by itself"),
            ),
            Why::Range => {
                (lex::BAD_CODE_POINT, format!("`{text}` names no character: the last one is U+10FFFF"))
            }
        };
        // Behind a backslash that nobody knows the author meant the backslash; `\u12` may be a slip.
        let fits = match self.why {
            Why::Unknown => Applicability::Safe,
            _ => Applicability::Maybe,
        };
        let slash = Span::from_usize(start, start.saturating_add(1));
        Diagnostic::new(code, span, message).edit(Edit::replace(slash, "\\\\", "double the backslash", fits))
    }
}

/// The character of the escape at the start of `text`, and its bytes.
fn read(text: &str, quote: char) -> Result<(char, usize), Bad> {
    let Some(kind) = text.chars().nth(1) else {
        return Err(Bad { len: text.len(), why: Why::Unknown });
    };
    let simple = match kind {
        '"' => '"',
        '\'' => '\'',
        '\\' => '\\',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        '`' if quote == '`' => '`',
        'u' => return code_point(text),
        other => return Err(Bad { len: other.len_utf8().saturating_add(1), why: Why::Unknown }),
    };
    Ok((simple, 2))
}

fn code_point(text: &str) -> Result<(char, usize), Bad> {
    let rest = text.get(2..).unwrap_or("");
    if let Some(braced) = rest.strip_prefix('{') {
        let digits = braced.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(braced.len());
        let closed = braced.get(digits..).is_some_and(|tail| tail.starts_with('}'));
        // `\u`, the braces, the digits.
        let len = digits.saturating_add(if closed { 4 } else { 3 });
        if !closed || !(1..=6).contains(&digits) {
            return Err(Bad { len, why: Why::Digits });
        }
        let number = braced.get(..digits).and_then(hex).unwrap_or(u32::MAX);
        return match char::from_u32(number) {
            Some(c) => Ok((c, len)),
            None if number <= 0xffff => Err(Bad { len, why: Why::Surrogate }),
            None => Err(Bad { len, why: Why::Range }),
        };
    }
    let Some(first) = four(rest) else {
        let digits = rest.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
        // `\users` is no slip in a number.
        let why = if digits == 0 { Why::Unknown } else { Why::Digits };
        return Err(Bad { len: digits.saturating_add(2), why });
    };
    if let Some(c) = char::from_u32(first) {
        return Ok((c, 6));
    }
    let second = rest.get(4..).and_then(|tail| tail.strip_prefix("\\u")).and_then(four);
    let pair = [Some(first), second].into_iter().flatten().filter_map(|unit| u16::try_from(unit).ok());
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) => Ok((c, 12)),
        _ => Err(Bad { len: 6, why: Why::Surrogate }),
    }
}

fn hex(digits: &str) -> Option<u32> {
    u32::from_str_radix(digits, 16).ok()
}

/// The number of four hexadecimal digits at the start of `text`.
fn four(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) { hex(digits) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inner: &str) -> (String, Vec<String>) {
        let mut told = Vec::new();
        let text = unescape(inner, '"', 0, |d| told.push(d.message));
        (text.into_owned(), told)
    }

    #[test]
    fn every_escape_of_the_language_reads() {
        let (text, told) = read(r#"\"\'\\\n\r\t\0\u{1F600}\u0041\ud83d\uDE00\u{a}é"#);
        assert_eq!(text, "\"'\\\n\r\t\0😀A😀\né");
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn every_bad_escape_is_told_and_left_out() {
        let (text, told) = read(r"a\d\u{}\u{1234567}\u{d800}\ud800x\udc00\u{110000}\u12z\`\é\users");
        assert_eq!(text, "axzsers");
        assert_eq!(told.len(), 11);
    }
}
