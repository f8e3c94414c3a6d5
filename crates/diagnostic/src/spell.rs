//! How names and strings are spelled wherever the project prints one: printer, messages, templates, JSON.

use std::fmt::{self, Write};

/// The words that are no names where a name may stand alone.
pub const RESERVED: [&str; 5] = ["true", "false", "null", "not", "instanceof"];

/// Whether `c` may start a bare name.
#[must_use]
pub fn is_name_start(c: char) -> bool {
    c == '_' || c == '$' || unicode_ident::is_xid_start(c)
}

/// Whether `c` may continue a bare name.
#[must_use]
pub fn is_name_continue(c: char) -> bool {
    c == '$' || unicode_ident::is_xid_continue(c)
}

/// Which bytes are ASCII characters of a bare word.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while it is compiled")]
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        word[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
        byte += 1;
    }
    word
};

/// Whether `text` has the form of a bare word.
#[must_use]
pub fn is_word(text: &str) -> bool {
    if text.bytes().all(|byte| WORD.get(usize::from(byte)) == Some(&true)) {
        return text.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    }
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_continue)
}

/// Writes one character of a quoted text with the escapes of the language.
///
/// # Errors
/// What `out` reports.
pub fn write_escaped(out: &mut impl Write, c: char, quote: char) -> fmt::Result {
    match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\0' => out.write_str("\\0"),
        '\\' => out.write_str("\\\\"),
        c if c == quote => {
            out.write_char('\\')?;
            out.write_char(c)
        }
        c if needs_code_point(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
        c => out.write_char(c),
    }
}

/// Whether `c` would break a line, vanish, or turn the direction of what follows: controls, line and
/// paragraph separators, the byte order mark, bidi controls. All of them lie in the basic plane.
#[must_use]
pub fn needs_code_point(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` between `quote`s, on one line.
pub struct Quoted<'a>(pub &'a str, pub char);

impl Quoted<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        let Self(text, quote) = *self;
        out.write_char(quote)?;
        let plain = |c: char| matches!(c, ' '..='~') && c != quote && c != '\\';
        if text.chars().all(plain) {
            out.write_str(text)?;
        } else {
            text.chars().try_for_each(|c| write_escaped(out, c, quote))?;
        }
        out.write_char(quote)
    }
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// A string literal in canonical spelling.
///
/// ```
/// use probelang_diagnostic::spell::string;
/// assert_eq!(string("a\"b\n").to_string(), r#""a\"b\n""#);
/// ```
#[must_use]
pub const fn string(text: &str) -> Quoted<'_> {
    Quoted(text, '"')
}

/// Which bytes a JSON string never contains as they are.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed while it is compiled")]
const JSON_ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        escaped[byte as usize] = byte < b' ' || byte == b'"' || byte == b'\\';
        byte += 1;
    }
    escaped
};

/// Appends `text` as a JSON string, with the escapes that JSON demands and no others.
///
/// ```
/// use probelang_diagnostic::spell::push_json;
/// let mut out = String::new();
/// push_json(&mut out, "a\"b\n\u{7}\u{e9}");
/// assert_eq!(out, "\"a\\\"b\\n\\u0007\u{e9}\"");
/// ```
#[inline]
pub fn push_json(out: &mut String, text: &str) {
    out.push('"');
    push_json_content(out, text);
    out.push('"');
}

/// Appends what a JSON string of `text` has between its quotes.
#[inline]
pub fn push_json_content(out: &mut String, text: &str) {
    if is_json_plain(text.as_bytes()) {
        out.push_str(text);
    } else {
        push_json_escaping(out, text, find_json_escaped);
    }
}

/// Whether a JSON string contains `text` as it is: eight bytes at a time, the last ones twice.
#[inline]
fn is_json_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<8>() {
        let (words, _) = text.as_chunks::<8>();
        return words.iter().fold(special(*last), |found, word| found | special(*word)) == 0;
    }
    if let (Some([a, b, c, d]), Some([e, f, g, h])) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return special([*a, *b, *c, *d, *e, *f, *g, *h]) == 0;
    }
    !text.iter().any(|byte| JSON_ESCAPED.get(usize::from(*byte)) == Some(&true))
}

/// Not 0 where one of eight bytes is escaped: below a blank, a quote or a backslash.
#[inline]
fn special(word: [u8; 8]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    const BLANKS: u64 = 0x2020_2020_2020_2020;
    const QUOTES: u64 = 0x2222_2222_2222_2222;
    const BACKSLASHES: u64 = 0x5c5c_5c5c_5c5c_5c5c;
    // the top bit of each byte that is below `bound`, where no byte of that has its own
    let below = |word: u64, bound: u64| word.wrapping_sub(bound) & !word;
    let word = u64::from_le_bytes(word);
    (below(word, BLANKS) | below(word ^ QUOTES, ONES) | below(word ^ BACKSLASHES, ONES)) & TOPS
}

/// Where the first byte of `text` is that a JSON string escapes.
fn find_json_escaped(text: &str) -> Option<usize> {
    let (words, _) = text.as_bytes().as_chunks::<8>();
    let plain = words.iter().take_while(|word| special(**word) == 0).count().saturating_mul(8);
    let rest = text.as_bytes().get(plain..)?;
    let found = rest.iter().position(|byte| JSON_ESCAPED.get(usize::from(*byte)) == Some(&true))?;
    Some(plain.saturating_add(found))
}

/// Appends `text` as a JSON string for people to read: besides what JSON demands, the characters that
/// [`needs_code_point`] names are escaped, so that the text stays on one line and nothing in it vanishes.
pub fn push_visible_json(out: &mut String, text: &str) {
    out.push('"');
    push_json_escaping(out, text, |text| text.find(|c: char| matches!(c, '"' | '\\') || needs_code_point(c)));
    out.push('"');
}

/// Appends `text` and escapes each character that `find` gives the place of.
#[inline(never)]
fn push_json_escaping(out: &mut String, text: &str, find: impl Fn(&str) -> Option<usize>) {
    let mut rest = text;
    while let Some((plain, special)) = find(rest).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            // all that are escaped lie in the basic plane, so four digits are enough; a string takes any text
            Some(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// A name where it stands alone: back quotes exactly where the bare word would not read back.
pub struct Ident<'a>(pub &'a str);

impl Ident<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        if is_word(self.0) && !RESERVED.contains(&self.0) {
            out.write_str(self.0)
        } else {
            Quoted(self.0, '`').write(out)
        }
    }
}

impl fmt::Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// A name behind a dot, where every word is a member.
pub struct Member<'a>(pub &'a str);

impl Member<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        if is_word(self.0) { out.write_str(self.0) } else { Quoted(self.0, '`').write(out) }
    }
}

impl fmt::Display for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// A float in canonical spelling: the shortest digits that read back, `.0` where they would look
/// whole, an exponent from 1e16 up and below 1e-4; `NaN`, `Infinity`, `-Infinity`.
pub struct Float(pub f64);

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() {
            f.write_str("NaN")
        } else if self.0.is_infinite() {
            f.write_str(if self.0 > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// Appends a float as [`Float`] spells it; fast where it has up to three decimal places, as most have.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked by the way back")]
pub fn push_float(out: &mut String, float: f64) {
    let thousandths = float * 1_000.0;
    let whole = thousandths as i64;
    // of 15 digits two different decimals are never one float, so that one which gives the float is the shortest
    let exact = whole != 0 && thousandths.abs() < 1e15 && whole as f64 / 1_000.0 == float;
    if !exact {
        // a string takes any text
        let _ = write!(out, "{}", Float(float));
        return;
    }
    let places = whole.unsigned_abs() % 1_000;
    let (hundreds, rest) = (places / 100, places % 100);
    let digit = |digit: u64| b'0'.saturating_add(digit as u8);
    let digits = [b'.', digit(hundreds), digit(rest / 10), digit(rest % 10)];
    let shown = match (rest, rest % 10) {
        (0, _) => 2,
        (_, 0) => 3,
        _ => 4,
    };
    if whole < 0 {
        out.push('-');
    }
    out.push_str(itoa::Buffer::new().format(whole.unsigned_abs() / 1_000));
    out.push_str(digits.get(..shown).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_exactly_where_the_bare_word_would_not_read_back() {
        assert_eq!(Ident("a").to_string(), "a");
        assert_eq!(Ident("null").to_string(), "`null`");
        assert_eq!(Member("null").to_string(), "null");
        assert_eq!(Member("<T>k__BackingField").to_string(), "`<T>k__BackingField`");
        assert_eq!(Ident("").to_string(), "``");
        assert_eq!(Ident("a\"`").to_string(), "`a\"\\``");
        assert_eq!(Ident("@foo").to_string(), "`@foo`");
    }

    #[test]
    fn floats_read_back_and_never_look_whole() {
        let cases = [(1.0, "1.0"), (1e16, "1e16"), (1e-5, "1e-5"), (100_000.0, "100000.0"), (-0.0, "-0.0")];
        for (float, text) in cases {
            assert_eq!(Float(float).to_string(), text);
        }
    }

    #[test]
    fn a_json_string_escapes_what_it_must_and_the_visible_one_what_would_vanish() {
        let cases = [
            ("", r#""""#, r#""""#),
            ("plain é😀", r#""plain é😀""#, r#""plain é😀""#),
            ("a\"\\\n\r\t\0\u{1f}z", r#""a\"\\\n\r\t\u0000\u001fz""#, r#""a\"\\\n\r\t\u0000\u001fz""#),
            ("\u{7f}\u{2028}\u{202e}", "\"\u{7f}\u{2028}\u{202e}\"", r#""\u007f\u2028\u202e""#),
        ];
        for (text, plain, visible) in cases {
            let (mut one, mut other) = (String::new(), String::new());
            push_json(&mut one, text);
            push_visible_json(&mut other, text);
            assert_eq!((one.as_str(), other.as_str()), (plain, visible));
        }
    }

    #[test]
    fn the_fast_way_spells_every_float_alike() {
        let check = |float: f64| {
            let mut out = String::new();
            push_float(&mut out, float);
            assert_eq!(out, Float(float).to_string());
        };
        let few = [0.0, -0.0, 0.1, 0.25, 129.5, 1.005, -2.05, 0.001, 0.0001, 1e15, 1e16, 999_999_999_999.999];
        let rare =
            [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2];
        few.into_iter().chain(rare).for_each(check);
        let mut state = 7u64;
        for round in 0..200_000u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            check(f64::from_bits(state));
            // numbers of few decimal places, and their neighbours
            let near = (state >> 20) as f64 / f64::from(10u32.pow(round % 7));
            [near, -near, near.next_up(), near.next_down()].into_iter().for_each(check);
        }
    }

    #[test]
    fn a_byte_that_is_escaped_is_found_wherever_it_is() {
        for len in 0..40 {
            let plain = "é".repeat(len / 2) + &"x".repeat(len % 2);
            let mut out = String::new();
            push_json(&mut out, &plain);
            assert_eq!(out, format!("\"{plain}\""));
            for at in (0..=plain.len()).filter(|at| plain.is_char_boundary(*at)) {
                for special in ['"', '\\', '\n', '\u{1f}', '\0'] {
                    let mut text = plain.clone();
                    text.insert(at, special);
                    let (mut fast, mut slow) = (String::new(), String::new());
                    push_json_content(&mut fast, &text);
                    push_json_escaping(&mut slow, &text, |text| {
                        text.find(|c| c < ' ' || c == '"' || c == '\\')
                    });
                    assert_eq!(fast, slow);
                    assert_ne!(fast, text);
                }
            }
        }
    }

    #[test]
    fn strings_stay_on_one_line() {
        assert_eq!(string("\u{2028}\u{7}\u{202e}").to_string(), "\"\\u{2028}\\u{7}\\u{202e}\"");
    }
}
