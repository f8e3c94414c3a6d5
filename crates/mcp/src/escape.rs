//! What a model is shown of texts: nothing in them is invisible.

use probelang::diagnostic::spell::needs_code_point;

/// JSON in whose strings every character is written out, as in `\u{202e}`, that would vanish, turn the direction of
/// what follows or control a terminal, however the JSON wrote it. Line breaks and tabs stay. JSON stays JSON.
pub(crate) fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut chars, mut inside) = (json.chars(), false);
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                inside = !inside;
                out.push(c);
            }
            '\\' if inside => {
                let rest = chars.as_str();
                let (escaped, length) = escape(rest);
                match escaped.filter(|c| is_hidden(*c)) {
                    Some(c) => write_out(&mut out, c),
                    None => {
                        out.push('\\');
                        out.push_str(rest.get(..length).unwrap_or_default());
                    }
                }
                chars = rest.get(length..).unwrap_or_default().chars();
            }
            c if inside && is_hidden(c) => write_out(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

fn is_hidden(c: char) -> bool {
    let vanishes = matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}');
    !matches!(c, '\n' | '\t') && (needs_code_point(c) || vanishes)
}

fn write_out(out: &mut String, c: char) {
    out.push_str(&format!("\\\\u{{{:x}}}", u32::from(c)));
}

/// The character that an escape stands for, if it is one by number or a control character, and how many bytes it has after its
/// backslash.
fn escape(rest: &str) -> (Option<char>, usize) {
    let unit = |from: usize| u32::from_str_radix(rest.get(from..from.checked_add(4)?)?, 16).ok();
    match rest.chars().next() {
        Some('u') => match unit(1) {
            Some(high @ 0xd800..=0xdbff) if rest.get(5..7) == Some("\\u") => match unit(7) {
                Some(low @ 0xdc00..=0xdfff) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code), 11)
                }
                _ => (None, 5),
            },
            Some(code) => (char::from_u32(code), 5),
            None => (None, 1),
        },
        Some('b') => (Some('\u{8}'), 1),
        Some('f') => (Some('\u{c}'), 1),
        Some('r') => (Some('\r'), 1),
        Some(c) => (None, c.len_utf8()),
        None => (None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        for (json, expected) in [
            (r#"{"a":"b\n\t\"\\ é 😀"}"#, r#"{"a":"b\n\t\"\\ é 😀"}"#),
            ("\"a\u{202e}b\u{1b}[31m\"", r#""a\\u{202e}b\\u{1b}[31m""#),
            (r#""\u001b\u202E\r\u00e9""#, r#""\\u{1b}\\u{202e}\\u{d}\u00e9""#),
            ("\"\u{e0041}\u{200b}\u{fe0f}\"", r#""\\u{e0041}\\u{200b}\\u{fe0f}""#),
            (r#""\udb40\udc41 \ud83d\ude00""#, r#""\\u{e0041} \ud83d\ude00""#),
            (r#"["\\u202e"]"#, r#"["\\u202e"]"#),
        ] {
            let shown = visible(json);
            assert_eq!(shown, expected);
            serde_json::from_str::<serde_json::Value>(&shown).unwrap();
            assert_eq!(visible(&shown), shown);
        }
    }
}
