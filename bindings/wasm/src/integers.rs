//! Integers that a JavaScript number cannot hold.

/// The largest integer that a JavaScript number holds exactly, and all below it.
const EXACT: u64 = (1 << 53) - 1;

/// How such integers are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Integers {
    /// As `{"$int": "18446744073709551615"}`.
    #[default]
    Object,
    /// As a string behind `\u0000n`, for a reader that makes it a `BigInt`. A string that begins with `\u0000` is written
    /// behind `\u0000s`, so that no text of the data is taken for a number.
    BigInt,
}

impl Integers {
    /// `json` with its large integers written so.
    ///
    /// Linear in it. What has no such integer is given back as it is, also its strings.
    pub fn write(self, json: String) -> String {
        let bytes = json.as_bytes();
        let mut places = Vec::new();
        let mut strings = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    if bytes.get(at..).is_some_and(|rest| rest.starts_with(br#""\u0000"#)) {
                        strings.push(at + 1);
                    }
                    at = string_end(bytes, at + 1);
                }
                b'-' | b'0'..=b'9' => {
                    let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                    let rest = bytes.get(at..).unwrap_or_default();
                    let end = at + rest.iter().take_while(|byte| number(byte)).count();
                    if json.get(at..end).is_some_and(is_large) {
                        places.push((at, end));
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
        if places.is_empty() {
            return json;
        }
        let mut changes: Vec<(usize, usize)> = places;
        if self == Self::BigInt {
            changes.extend(strings.into_iter().map(|at| (at, at)));
            changes.sort_unstable();
        }
        let mut out = String::with_capacity(json.len() + changes.len() * 16);
        let mut done = 0;
        for (start, end) in changes {
            out.push_str(json.get(done..start).unwrap_or_default());
            let number = json.get(start..end).unwrap_or_default();
            match self {
                _ if number.is_empty() => out.push_str(r"\u0000s"),
                Self::Object => {
                    out.push_str(r#"{"$int":""#);
                    out.push_str(number);
                    out.push_str(r#""}"#);
                }
                Self::BigInt => {
                    out.push_str(r#""\u0000n"#);
                    out.push_str(number);
                    out.push('"');
                }
            }
            done = end;
        }
        out.push_str(json.get(done..).unwrap_or_default());
        out
    }
}

/// The byte after the string whose text begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return at,
        }
    }
}

fn is_large(number: &str) -> bool {
    if number.len() < 16 || number.contains(['.', 'e', 'E']) {
        return false;
    }
    number.trim_start_matches('-').parse::<u64>().map_or(true, |size| size > EXACT)
}

#[cfg(test)]
mod tests {
    use super::Integers;

    #[test]
    fn only_integers_that_a_number_cannot_hold_are_written_anew() {
        let kept = r#"[9007199254740991,-9007199254740991,1e300,0.12345678901234567890,"18446744073709551615","\u0000n1"]"#;
        assert_eq!(Integers::Object.write(kept.to_owned()), kept);
        assert_eq!(Integers::BigInt.write(kept.to_owned()), kept);
        let large = r#"{"a":9007199254740992,"b":[-9007199254740993],"c\"":"\u0000x"}"#;
        assert_eq!(
            Integers::Object.write(large.to_owned()),
            r#"{"a":{"$int":"9007199254740992"},"b":[{"$int":"-9007199254740993"}],"c\"":"\u0000x"}"#
        );
        assert_eq!(
            Integers::BigInt.write(large.to_owned()),
            r#"{"a":"\u0000n9007199254740992","b":["\u0000n-9007199254740993"],"c\"":"\u0000s\u0000x"}"#
        );
    }
}
