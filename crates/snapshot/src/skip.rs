//! JSON that is checked and not kept: the same texts pass here as in [`json`](crate::json), and none of them is copied.
//!
//! What does not pass is only said to be wrong. Who wants to know what is wrong reads the text again.

use crate::MAX_DEPTH;

/// Why nothing was skipped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stopped {
    /// It is not JSON, or nests too deeply.
    Broken,
    /// There is an event with a snapshot, which was looked for.
    Event,
}

/// What is looked for in what is skipped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Watch {
    /// Nothing.
    Nothing,
    /// Events with a snapshot.
    Events {
        /// The value is under the key that an event has its snapshot in.
        inside: bool,
    },
}

/// One bit for each level.
#[derive(Default)]
struct Levels([u64; MAX_DEPTH.div_ceil(64)]);

impl Levels {
    #[inline(always)]
    fn set(&mut self, level: usize, to: bool) {
        let bit = 1u64.wrapping_shl((level % 64) as u32);
        if let Some(word) = self.0.get_mut(level / 64) {
            *word = if to { *word | bit } else { *word & !bit };
        }
    }

    #[inline(always)]
    fn get(&self, level: usize) -> bool {
        self.0.get(level / 64).is_some_and(|word| word.wrapping_shr((level % 64) as u32) & 1 == 1)
    }
}

/// The byte at `at`; where there is none, one that is not JSON.
#[inline(always)]
pub(crate) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The next place that is not white space.
#[inline(always)]
pub(crate) fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(byte(bytes, at), b' ' | b'\t' | b'\n' | b'\r') {
        at = at.wrapping_add(1);
    }
    at
}

/// The next byte in a string that ends it, begins an escape, or must not be in it; the end of `bytes` where there is none.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        // the lowest bit that is set is right, and no bit is where there is no such byte
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES.wrapping_mul(limit)) & !word & TOPS;
        let quote = below(word ^ ONES.wrapping_mul(u64::from(b'"')), 1);
        let escape = below(word ^ ONES.wrapping_mul(u64::from(b'\\')), 1);
        let found = below(word, 0x20) | quote | escape;
        if found != 0 {
            return at.wrapping_add((found.trailing_zeros() / 8) as usize);
        }
        at = at.wrapping_add(8);
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < b' ');
    at.wrapping_add(special.unwrap_or(rest.len()))
}

/// The place after the string whose opening quote is before `at`.
#[inline(always)]
fn string(bytes: &[u8], at: usize) -> Result<usize, Stopped> {
    let end = plain(bytes, at);
    if byte(bytes, end) == b'"' { Ok(end.wrapping_add(1)) } else { escaped(bytes, end) }
}

/// The same from an escape on.
fn escaped(bytes: &[u8], mut at: usize) -> Result<usize, Stopped> {
    loop {
        match byte(bytes, at) {
            b'"' => return Ok(at.wrapping_add(1)),
            b'\\' => match byte(bytes, at.wrapping_add(1)) {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at = at.wrapping_add(2),
                b'u' => {
                    let digits = bytes.get(at.wrapping_add(2)..at.wrapping_add(6));
                    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                        return Err(Stopped::Broken);
                    }
                    at = at.wrapping_add(6);
                }
                _ => return Err(Stopped::Broken),
            },
            _ => return Err(Stopped::Broken),
        }
        at = plain(bytes, at);
    }
}

#[inline(always)]
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while byte(bytes, at).is_ascii_digit() {
        at = at.wrapping_add(1);
    }
    at
}

/// The place after the number at `at`.
#[inline(always)]
fn number(bytes: &[u8], at: usize) -> Result<usize, Stopped> {
    let start = at.wrapping_add(usize::from(byte(bytes, at) == b'-'));
    let mut end = digits(bytes, start);
    if end == start || (byte(bytes, start) == b'0' && end > start.wrapping_add(1)) {
        return Err(Stopped::Broken);
    }
    let some = |at: usize| {
        let after = digits(bytes, at);
        if after == at { Err(Stopped::Broken) } else { Ok(after) }
    };
    if byte(bytes, end) == b'.' {
        end = some(end.wrapping_add(1))?;
    }
    if matches!(byte(bytes, end), b'e' | b'E') {
        let sign = end.wrapping_add(1);
        end = some(sign.wrapping_add(usize::from(matches!(byte(bytes, sign), b'+' | b'-'))))?;
    }
    Ok(end)
}

#[inline(always)]
fn word(bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, Stopped> {
    let end = at.wrapping_add(word.len());
    let is_word = bytes.get(at..end) == Some(word) && !byte(bytes, end).is_ascii_alphanumeric();
    if is_word { Ok(end) } else { Err(Stopped::Broken) }
}

/// Skips the value at `at`, which is inside `level` others: the place after it.
///
/// # Errors
/// [`Stopped`], with nothing said of where.
#[inline]
pub(crate) fn skip(bytes: &[u8], at: usize, level: usize, watch: Watch) -> Result<usize, Stopped> {
    match byte(bytes, at) {
        b'{' | b'[' => skip_collection(bytes, at, level, watch),
        b'"' => string(bytes, at.wrapping_add(1)),
        _ => skip_word(bytes, at),
    }
}

/// Skips a number, a Boolean or null.
fn skip_word(bytes: &[u8], at: usize) -> Result<usize, Stopped> {
    match byte(bytes, at) {
        b'-' | b'0'..=b'9' => number(bytes, at),
        b't' => word(bytes, at, b"true"),
        b'f' => word(bytes, at, b"false"),
        b'n' => word(bytes, at, b"null"),
        _ => Err(Stopped::Broken),
    }
}

/// Skips an object or array.
fn skip_collection(bytes: &[u8], mut at: usize, level: usize, watch: Watch) -> Result<usize, Stopped> {
    let (mut objects, mut events) = (Levels::default(), Levels::default());
    let (watches, mut inside) = match watch {
        Watch::Nothing => (false, false),
        Watch::Events { inside } => (true, inside),
    };
    let mut depth = 0usize;
    loop {
        // a value is due
        let mut is_key = false;
        match byte(bytes, at) {
            b'"' => at = string(bytes, at.wrapping_add(1))?,
            open @ (b'{' | b'[') => {
                if level.saturating_add(depth) >= MAX_DEPTH {
                    return Err(Stopped::Broken);
                }
                let is_object = open == b'{';
                at = space(bytes, at.wrapping_add(1));
                if byte(bytes, at) == if is_object { b'}' } else { b']' } {
                    at = at.wrapping_add(1);
                } else {
                    objects.set(depth, is_object);
                    if watches {
                        events.set(depth, is_object && inside);
                    }
                    depth = depth.wrapping_add(1);
                    if !is_object {
                        inside = false;
                        continue;
                    }
                    is_key = true;
                }
            }
            b'-' | b'0'..=b'9' => at = number(bytes, at)?,
            b't' => at = word(bytes, at, b"true")?,
            b'f' => at = word(bytes, at, b"false")?,
            b'n' => at = word(bytes, at, b"null")?,
            _ => return Err(Stopped::Broken),
        }
        // what follows a value
        while !is_key {
            let Some(open) = depth.checked_sub(1) else { return Ok(at) };
            at = space(bytes, at);
            let next = byte(bytes, at);
            at = at.wrapping_add(1);
            match (next, objects.get(open)) {
                (b',', is_object) => {
                    at = space(bytes, at);
                    is_key = is_object;
                    break;
                }
                (b'}', true) | (b']', false) => depth = open,
                _ => return Err(Stopped::Broken),
            }
        }
        inside = false;
        if is_key {
            if byte(bytes, at) != b'"' {
                return Err(Stopped::Broken);
            }
            let start = at.wrapping_add(1);
            let end = string(bytes, start)?;
            at = space(bytes, end);
            if byte(bytes, at) != b':' {
                return Err(Stopped::Broken);
            }
            at = space(bytes, at.wrapping_add(1));
            if watches && byte(bytes, at) == b'{' {
                let key = bytes.get(start..end.wrapping_sub(1)).unwrap_or_default();
                match (Key::of(key), events.get(depth.wrapping_sub(1))) {
                    (Key::Flat | Key::Unknown, _) | (Key::Snapshot, true) => return Err(Stopped::Event),
                    (Key::Debugger, _) => inside = true,
                    (Key::Snapshot, false) | (Key::Other, _) => {}
                }
            }
        }
    }
}

/// What a key says of the object under it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    /// It may be that of an event.
    Debugger,
    /// It is the snapshot of one, under its key.
    Snapshot,
    /// It is the snapshot of an event.
    Flat,
    /// The key has escapes, and may be any.
    Unknown,
    /// Nothing.
    Other,
}

impl Key {
    /// As it is written, without its quotes.
    pub(crate) fn of(key: &[u8]) -> Self {
        match key {
            b"debugger" => Self::Debugger,
            b"snapshot" => Self::Snapshot,
            b"debugger.snapshot" => Self::Flat,
            // `\u0064ebugger`: at least as long as what it stands for, and it stands for ASCII
            key if key.contains(&b'\\') && may_be(key) => Self::Unknown,
            _ => Self::Other,
        }
    }
}

/// Whether a key with escapes may be one of those that are looked for.
fn may_be(key: &[u8]) -> bool {
    let (mut at, mut plain) = (0usize, Vec::new());
    while at < key.len() {
        if byte(key, at) == b'\\' && byte(key, at.wrapping_add(1)) == b'u' {
            let digits = key
                .get(at.wrapping_add(2)..at.wrapping_add(6))
                .and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(ascii) => plain.push(ascii),
                None => return false,
            }
            at = at.wrapping_add(6);
        } else {
            plain.push(byte(key, at));
            at = at.wrapping_add(1);
        }
    }
    matches!(&*plain, b"debugger" | b"snapshot" | b"debugger.snapshot")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(text: &str) -> Result<usize, Stopped> {
        skip(text.as_bytes(), 0, 0, Watch::Events { inside: false })
    }

    #[test]
    fn the_special_bytes_of_strings_are_found_wherever_they_are() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0, 0x1f] {
                let mut text = vec![b'a'; length];
                text.extend([special, b'"', 0x80, 0xff]);
                for start in 0..=length {
                    assert_eq!(plain(&text, start), length, "{special} from {start}");
                }
            }
            for other in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                assert_eq!(plain(&vec![other; length], 0), length, "{other}");
            }
        }
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        for text in [
            "1",
            "-0",
            "1.5e+3",
            "true",
            "null",
            r#""a\"\u00e9\\""#,
            "[]",
            "{}",
            "[1, [ ], {\"a\" : { }}]",
            r#"{"a":"b","c":[true,false]}"#,
            r#"{"debugger": {"x": {"snapshot": {}}}, "snapshot": {}}"#,
        ] {
            assert_eq!(skipped(text), Ok(text.len()), "{text}");
            assert_eq!(skipped(&format!("{text} ,")), Ok(text.len()), "{text}");
        }
        for text in [
            "",
            "tru",
            "truex",
            "01",
            "-",
            "1.",
            "1e",
            "[",
            "[1 2]",
            "[1,]",
            "[1}",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "\"",
            "\"\\q\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "\"a\\",
        ] {
            assert_eq!(skipped(text), Err(Stopped::Broken), "{text}");
        }
    }

    #[test]
    fn events_are_seen_however_their_keys_are_written() {
        for text in [
            r#"{"debugger": {"snapshot": {}}}"#,
            r#"[{"a": {"debugger.snapshot": {}}}]"#,
            r#"{"a": [{"\u0064ebugger": {"snapshot": {}}}]}"#,
            r#"{"debugger": {"a": 1, "b": {"snapshot": {}}, "sn\u0061pshot": {}}}"#,
        ] {
            assert_eq!(skipped(text), Err(Stopped::Event), "{text}");
            assert_eq!(skip(text.as_bytes(), 0, 0, Watch::Nothing), Ok(text.len()));
        }
        for text in [
            r#"{"debugger": {"snapshot": 1}}"#,
            r#"{"debugger": [{"snapshot": {}}]}"#,
            r#"{"d\u00e9bugger": {"snapshot": {}}, "caf\u00e9": {}}"#,
        ] {
            assert_eq!(skipped(text), Ok(text.len()), "{text}");
        }
    }

    #[test]
    fn nesting_ends_at_the_limit_wherever_it_begins() {
        for (outer, inner) in [(0, MAX_DEPTH), (12, MAX_DEPTH - 12)] {
            let text = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
            assert_eq!(skip(text(inner).as_bytes(), 0, outer, Watch::Nothing), Ok(2 * inner));
            assert_eq!(skip(text(inner + 1).as_bytes(), 0, outer, Watch::Nothing), Err(Stopped::Broken));
        }
    }
}
