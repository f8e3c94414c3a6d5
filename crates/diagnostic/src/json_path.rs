//! The path of a place in a JSON text.

/// A list or object that is open at the place.
enum Open {
    /// The element that is read.
    List(usize),
    /// Where the key of the member that is read stands, quotes apart.
    Object(usize, usize),
}

/// The RFC 6901 path of the value that starts at byte `at` of `json`, which is JSON; `None` where no value does.
///
/// Linear in `at`; nesting lies on the heap.
///
/// ```
/// use probelang_diagnostic::json_path;
/// let json = r#"{"eq": [{"ref": "a"}, 1]}"#;
/// assert_eq!(json_path(json, 16).as_deref(), Some("/eq/0/ref"));
/// assert_eq!(json_path(json, 0).as_deref(), Some(""));
/// assert_eq!(json_path(json, 3), None);
/// ```
#[must_use]
pub fn json_path(json: &str, at: u32) -> Option<String> {
    let place = at as usize;
    let bytes = json.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut here = 0usize;
    // whether a string that comes next is a key
    let mut key = false;
    while let Some(byte) = bytes.get(here) {
        let value = !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b']' | b'}');
        if here >= place {
            return (here == place && value && !key).then(|| path(json, &open));
        }
        let next = here.checked_add(1)?;
        here = match byte {
            b'[' => {
                open.push(Open::List(0));
                next
            }
            b'{' => {
                open.push(Open::Object(next, next));
                key = true;
                next
            }
            b']' | b'}' => {
                open.pop();
                key = false;
                next
            }
            b',' => {
                match open.last_mut() {
                    Some(Open::List(index)) => *index = index.saturating_add(1),
                    Some(Open::Object(..)) => key = true,
                    None => {}
                }
                next
            }
            b'"' => {
                let end = string_end(bytes, next)?;
                if key {
                    if let Some(last) = open.last_mut() {
                        *last = Open::Object(next, end);
                    }
                    key = false;
                }
                end.checked_add(1)?
            }
            _ => next,
        };
    }
    None
}

/// Where the closing quote of a string stands.
fn string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at.checked_add(2)?,
            _ => at.checked_add(1)?,
        };
    }
}

fn path(json: &str, open: &[Open]) -> String {
    let mut path = String::new();
    for step in open {
        path.push('/');
        match *step {
            Open::List(index) => path.push_str(&index.to_string()),
            Open::Object(start, end) => push_key(&mut path, json.get(start..end).unwrap_or("")),
        }
    }
    path
}

/// A key as it was written in JSON, as RFC 6901 writes it.
fn push_key(path: &mut String, key: &str) {
    let mut push = |c: char| match c {
        '~' => path.push_str("~0"),
        '/' => path.push_str("~1"),
        c => path.push(c),
    };
    let mut chars = key.chars();
    // the first half of a surrogate pair
    let mut high: Option<u16> = None;
    while let Some(c) = chars.next() {
        let unit = match c {
            '\\' => match chars.next() {
                Some('u') => {
                    let digits: String = chars.by_ref().take(4).collect();
                    u16::from_str_radix(&digits, 16).map_or(Err(char::REPLACEMENT_CHARACTER), Ok)
                }
                Some('b') => Err('\u{8}'),
                Some('f') => Err('\u{c}'),
                Some('n') => Err('\n'),
                Some('r') => Err('\r'),
                Some('t') => Err('\t'),
                Some(other) => Err(other),
                None => break,
            },
            c => Err(c),
        };
        let first = high.take();
        match (first, unit) {
            (Some(first), Ok(second)) if (0xdc00..0xe000).contains(&second) => {
                char::decode_utf16([first, second]).flatten().for_each(&mut push);
                continue;
            }
            (Some(_), _) => push(char::REPLACEMENT_CHARACTER),
            (None, _) => {}
        }
        match unit {
            Ok(unit @ 0xd800..0xdc00) => high = Some(unit),
            Ok(unit) => push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
            Err(c) => push(c),
        }
    }
    if high.is_some() {
        push(char::REPLACEMENT_CHARACTER);
    }
}

#[cfg(test)]
mod tests {
    use super::json_path;

    #[test]
    fn a_path_leads_to_each_value_and_to_no_other_place() {
        let json = r#" {"a": [1, {"b\/~\u00e9\ud83d\ude00\ud83d": null}, "x,]"], "c": {}} "#;
        let path = |needle: &str| json_path(json, u32::try_from(json.find(needle).unwrap()).unwrap());
        assert_eq!(path("{").as_deref(), Some(""));
        assert_eq!(path("[").as_deref(), Some("/a"));
        assert_eq!(path("1").as_deref(), Some("/a/0"));
        assert_eq!(path("null").as_deref(), Some("/a/1/b~1~0é\u{1f600}\u{fffd}"));
        assert_eq!(path("\"x,").as_deref(), Some("/a/2"));
        assert_eq!(path("{}").as_deref(), Some("/c"));
        for no_value in ["\"a\"", ",", "]", "}, \"x", "b"] {
            assert_eq!(path(no_value), None, "{no_value}");
        }
        assert_eq!(json_path(json, 1_000), None);
    }

    #[test]
    fn what_is_no_json_gives_no_panic() {
        for json in ["", "\"", "{\"\\", "]]]{", "[,\\u", "{\"\\ud800\\u\":1}", "{\"\\u12\":1}"] {
            for at in 0..12 {
                let _ = json_path(json, at);
            }
        }
    }
}
