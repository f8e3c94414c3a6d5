//! Python records a text as its `repr`.

/// Appends the text that the `repr` `text` of a `str` or `bytes` stands for. `cut` says that only its
/// beginning was recorded: then it lacks the closing quote, and may end inside an escape. A text that is no
/// `repr` is appended as it is.
pub(crate) fn unquote(text: &str, cut: bool, out: &mut String) {
    let body = text.strip_prefix(['b', 'B']).filter(|rest| rest.starts_with(['\'', '"'])).unwrap_or(text);
    let Some(quote) = body.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        return out.push_str(text);
    };
    let body = body.get(1..).unwrap_or_default();
    let body = if cut {
        body
    } else {
        match body.strip_suffix(quote) {
            Some(body) => body,
            None => return out.push_str(text),
        }
    };
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        match read_escape(escape) {
            Some((c, length)) => {
                out.push(c);
                rest = escape.get(length..).unwrap_or_default();
            }
            // half an escape at the end of what was recorded
            None if cut && is_incomplete(escape) => return,
            None => {
                out.push('\\');
                rest = escape.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
}

/// The digits behind `\x`, `\u` and `\U`.
fn digits(letter: char) -> Option<usize> {
    match letter {
        'x' => Some(2),
        'u' => Some(4),
        'U' => Some(8),
        _ => None,
    }
}

/// The character of the escape at the start of `text`, and its length in bytes.
fn read_escape(text: &str) -> Option<(char, usize)> {
    let letter = text.get(1..)?.chars().next()?;
    let c = match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '\\' | '\'' | '"' => letter,
        _ => {
            let end = digits(letter)?.saturating_add(2);
            let code = text.get(2..end).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
            let code = u32::from_str_radix(code, 16).ok()?;
            // half a surrogate pair is no character
            return Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), end));
        }
    };
    Some((c, 2))
}

/// Whether `text` may be the beginning of an escape, with nothing behind it.
fn is_incomplete(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        None => true,
        Some(letter) => digits(letter).is_some_and(|count| {
            text.len() < count.saturating_add(2) && chars.all(|c| c.is_ascii_hexdigit())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes_are_taken_off() {
        let cases = [
            ("'paper'", false, "paper"),
            ("''", false, ""),
            (r#""it's""#, false, "it's"),
            (r#"'it\'s "fine"\n\té✨'"#, false, "it's \"fine\"\n\té✨"),
            (r"b'\x00\x01abc\xff'", false, "\0\u{1}abc\u{ff}"),
            (r"'\u2028\U0001f600\\'", false, "\u{2028}😀\\"),
            (r"'\ud800'", false, "\u{fffd}"),
            ("'xxx", true, "xxx"),
            (r"'a\", true, "a"),
            (r"'a\x1", true, "a"),
            (r"'a\'", true, "a'"),
            ("'it", false, "'it"),
            ("plain", false, "plain"),
            ("b", false, "b"),
            ("", true, ""),
            (r"'\q'", false, r"\q"),
        ];
        for (text, cut, expected) in cases {
            let mut out = String::new();
            unquote(text, cut, &mut out);
            assert_eq!(out, expected, "{text}");
        }
    }
}
