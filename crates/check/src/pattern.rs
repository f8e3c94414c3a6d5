//! What a regular expression says, where it says something plain.

use regex_syntax::hir::{Hir, HirKind, Look};

mod tokens;

pub(crate) use tokens::{Tokens, tokens};

/// What matches any text, written so that every runtime reads it.
const ANYTHING: &str = r"[\s\S]*";

/// A pattern that needs no regular expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plain {
    /// The text that it looks for.
    pub(crate) text: String,
    /// Whether the text is at the very start.
    pub(crate) start: bool,
    /// Whether the text is at the very end.
    pub(crate) end: bool,
}

/// Whether a match can only begin at the start, and only end at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Anchors {
    pub(crate) start: bool,
    pub(crate) end: bool,
}

fn parse(pattern: &str) -> Option<Hir> {
    regex_syntax::parse(pattern).ok()
}

/// What the pattern looks for, if that is a plain text; `None` also for one that does not read.
pub(crate) fn plain(pattern: &str) -> Option<Plain> {
    let hir = parse(pattern)?;
    let mut parts: &[Hir] = match hir.kind() {
        HirKind::Concat(parts) => parts,
        _ => std::slice::from_ref(&hir),
    };
    let mut plain = Plain { text: String::new(), start: false, end: false };
    if let [first, rest @ ..] = parts
        && matches!(first.kind(), HirKind::Look(Look::Start))
    {
        plain.start = true;
        parts = rest;
    }
    if let [rest @ .., last] = parts
        && matches!(last.kind(), HirKind::Look(Look::End))
    {
        plain.end = true;
        parts = rest;
    }
    // what may be empty at an open side changes nothing
    while let [first, rest @ ..] = parts
        && !plain.start
        && is_optional(first)
    {
        parts = rest;
    }
    while let [rest @ .., last] = parts
        && !plain.end
        && is_optional(last)
    {
        parts = rest;
    }
    match parts {
        [] => Some(plain),
        [only] => match only.kind() {
            HirKind::Literal(literal) => {
                plain.text = std::str::from_utf8(&literal.0).ok()?.to_owned();
                Some(plain)
            }
            HirKind::Empty => Some(plain),
            _ => None,
        },
        _ => None,
    }
}

/// A repetition that matches nothing as well.
fn is_optional(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Repetition(repetition) if repetition.min == 0)
}

/// How the pattern is anchored; `None` for one that does not read.
pub(crate) fn anchors(pattern: &str) -> Option<Anchors> {
    let hir = parse(pattern)?;
    let properties = hir.properties();
    Some(Anchors {
        start: properties.look_set_prefix().contains(Look::Start),
        end: properties.look_set_suffix().contains(Look::End),
    })
}

/// The pattern so anchored that matching the whole string, its beginning or any part of it is the same, and
/// finds what the pattern finds anywhere.
pub(crate) fn anywhere(pattern: &str) -> Option<String> {
    let Anchors { start, end } = anchors(pattern)?;
    // an alternation binds less than what is put around it
    let alternatives = matches!(parse(pattern)?.kind(), HirKind::Alternation(_)) || pattern.contains('|');
    let body = if alternatives { format!("(?:{pattern})") } else { pattern.to_owned() };
    let before = if start { String::new() } else { format!("^{ANYTHING}") };
    let behind = if end { String::new() } else { format!("{ANYTHING}$") };
    let text = format!("{before}{body}{behind}");
    // flags inside the pattern, such as `(?m)`, may change what was added
    (anchors(&text)? == Anchors { start: true, end: true }).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_told_from_patterns() {
        let cases = [
            ("foo", Some(("foo", false, false))),
            ("^foo", Some(("foo", true, false))),
            (r"\.txt$", Some((".txt", false, true))),
            ("^a b$", Some(("a b", true, true))),
            (".*foo.*", Some(("foo", false, false))),
            ("^foo.*", Some(("foo", true, false))),
            ("", Some(("", false, false))),
            ("^foo.*$", None),
            ("^.*foo", None),
            ("fo+", None),
            ("(?i)foo", None),
            ("a|b", None),
            ("(", None),
            ("(?m)^foo", None),
            ("[f]oo", Some(("foo", false, false))),
        ];
        for (pattern, expected) in cases {
            let found = plain(pattern);
            let found = found.as_ref().map(|plain| (plain.text.as_str(), plain.start, plain.end));
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn an_anchored_spelling_finds_the_same() {
        let cases = [
            ("a", r"^[\s\S]*a[\s\S]*$"),
            ("^a", r"^a[\s\S]*$"),
            ("a$", r"^[\s\S]*a$"),
            ("a|b", r"^[\s\S]*(?:a|b)[\s\S]*$"),
            ("^a|b$", r"^[\s\S]*(?:^a|b$)[\s\S]*$"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(anywhere(pattern).as_deref(), Some(expected), "{pattern}");
        }
        assert_eq!(anywhere("("), None);
    }
}
