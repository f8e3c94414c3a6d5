//! How much of a text was recorded. Tracers cut long texts, and not all of them say so.

use crate::language::Language;

/// Characters of a `repr` that Python's tracer keeps before any other limit.
const REPR: usize = 255;
/// Units at which .NET's tracer cuts without a mark: since August 2026, and before.
const SILENT: [usize; 2] = [255, 1_000];
/// Units of an exception's message that Java's tracer keeps.
const MESSAGE: usize = 2_048;

/// How a recorded text compares to the one that was there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extent {
    /// It is the text.
    Whole,
    /// It is the text but for a closing quote.
    Unclosed,
    /// The text is longer.
    Longer,
    /// The text may be longer.
    Perhaps,
}

/// What a recording says of a text besides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Marks {
    pub(crate) truncated: bool,
    pub(crate) size: Option<u64>,
}

/// The recorded part of `text`, and how it compares to the one that was there.
pub(crate) fn extent(text: &str, marks: Marks, language: Language) -> (&str, Extent) {
    // in whatever unit the size is counted, a text has no more of them than bytes
    let cut = marks.truncated || marks.size.is_some_and(|size| size > text.len() as u64);
    match language {
        Language::Python => python(text, cut, marks.size),
        Language::DotNet if !cut => {
            let silent = SILENT.contains(&text.encode_utf16().count());
            (text, if silent { Extent::Perhaps } else { Extent::Whole })
        }
        _ if !cut => (text, Extent::Whole),
        // a size that is no larger says nothing, or something else
        _ if marks.size.is_some_and(|size| size <= text.chars().count() as u64) => (text, Extent::Perhaps),
        _ => (text, Extent::Longer),
    }
}

/// Python's tracer cuts a `repr` twice: at 255 characters, with `...` and the quote that it began with behind
/// them, then by the limit of the probe. The size that it writes is that after the first cut.
fn python(text: &str, cut: bool, size: Option<u64>) -> (&str, Extent) {
    let length = text.chars().count();
    let beginning = text.char_indices().nth(REPR).and_then(|(at, _)| text.split_at_checked(at));
    let elided = if text.starts_with('\'') { "...'" } else { "..." };
    match beginning {
        Some((beginning, rest)) if cut || rest == elided => return (beginning, Extent::Perhaps),
        _ if !cut => return (text, Extent::Whole),
        _ => {}
    }
    let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    // what was elided was longer than it looks
    let known = if size == REPR.saturating_add(elided.len()) { REPR.saturating_add(1) } else { size };
    let extent = match known.saturating_sub(length) {
        0 => Extent::Perhaps,
        1 if size > REPR => Extent::Perhaps,
        1 => Extent::Unclosed,
        _ => Extent::Longer,
    };
    (text, extent)
}

/// The message of an exception, as its summary has it.
pub(crate) fn message(text: &str, language: Language) -> (&str, Extent) {
    match language {
        Language::Java if text.encode_utf16().count() == MESSAGE => (text, Extent::Perhaps),
        Language::Python => python(text, false, None),
        _ => (text, Extent::Whole),
    }
}

/// Takes from the end of `text`, the recorded beginning of a longer or perhaps longer text, what the rest may
/// change, so that the whole text is longer than what is left, and begins with it. `None` where nothing is
/// known.
pub(crate) fn certain(text: &mut String, start: usize, extent: Extent, language: Language) -> Option<()> {
    let end = text.len();
    // characters of which a part was cut off
    while text.len() > start && text.ends_with(char::REPLACEMENT_CHARACTER) {
        text.pop();
    }
    // Java writes half a character so
    if text.len() == end && text.len() > start && language == Language::Java && text.ends_with('?') {
        text.pop();
    }
    if extent == Extent::Perhaps && text.len() == end && (text.len() == start || text.pop().is_none()) {
        return None;
    }
    Some(())
}

/// The text of a Ruby string of bytes that are no text, which is recorded as `b'\xff'`.
pub(crate) fn is_binary(text: &str, type_name: &str, language: Language) -> bool {
    language == Language::Ruby
        && type_name == "String"
        && text.strip_prefix("b'").and_then(|rest| rest.strip_suffix('\'')).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(size: u64) -> Marks {
        Marks { truncated: true, size: Some(size) }
    }

    #[test]
    fn a_repr_is_cut_twice() {
        let long = |quote: &str, end: &str| format!("{quote}{}...{end}", "a".repeat(REPR - quote.len()));
        for (text, expected) in [
            (long("'", "'"), Extent::Perhaps),
            (long("\"", ""), Extent::Perhaps),
            (long("b'", ""), Extent::Perhaps),
            // not the forms that the tracer writes
            (long("\"", "'"), Extent::Whole),
            (long("'", ""), Extent::Whole),
            (format!("'{}'", "a".repeat(REPR - 2)), Extent::Whole),
        ] {
            let (beginning, extent) = extent(&text, Marks::default(), Language::Python);
            assert_eq!(extent, expected, "{text}");
            let length = if expected == Extent::Whole { text.len() } else { REPR };
            assert_eq!(beginning.len(), length, "{text}");
        }
        let cases = [
            // the quote alone is missing
            ("'abc", 5, Extent::Unclosed),
            ("'abc", 6, Extent::Longer),
            ("'abc", 4, Extent::Perhaps),
            ("'abc", 259, Extent::Longer),
            ("\"abc", 258, Extent::Longer),
        ];
        for (text, size, expected) in cases {
            assert_eq!(extent(text, marks(size), Language::Python), (text, expected), "{size}");
        }
        // cut at 255 characters by the limit of the probe: of the elided text, the quote may be all that is missing
        let text = format!("'{}", "a".repeat(REPR - 1));
        assert_eq!(extent(&text, marks(259), Language::Python), (&*text, Extent::Perhaps));
        let text = format!("{text}..");
        assert_eq!(extent(&text, marks(259), Language::Python).1, Extent::Perhaps);
    }

    #[test]
    fn a_text_of_the_limit_may_be_cut() {
        for (length, expected) in
            [(254, Extent::Whole), (255, Extent::Perhaps), (256, Extent::Whole), (1_000, Extent::Perhaps)]
        {
            let text = "a".repeat(length);
            assert_eq!(extent(&text, Marks::default(), Language::DotNet).1, expected, "{length}");
        }
        let pairs = "😀".repeat(127);
        assert_eq!(extent(&pairs, Marks::default(), Language::DotNet).1, Extent::Whole);
        assert_eq!(extent(&format!("{pairs}a"), Marks::default(), Language::DotNet).1, Extent::Perhaps);
    }

    #[test]
    fn the_end_that_may_be_half_a_character_goes() {
        let cases = [
            ("abc", Extent::Longer, Language::Java, Some("abc")),
            ("ab?", Extent::Longer, Language::Java, Some("ab")),
            ("a??", Extent::Longer, Language::Java, Some("a?")),
            ("ab?", Extent::Longer, Language::Ruby, Some("ab?")),
            ("ab\u{fffd}", Extent::Longer, Language::JavaScript, Some("ab")),
            ("ab\u{fffd}\u{fffd}", Extent::Longer, Language::Go, Some("ab")),
            ("abc", Extent::Perhaps, Language::DotNet, Some("ab")),
            // half a character is more than nothing
            ("ab\u{fffd}", Extent::Perhaps, Language::DotNet, Some("ab")),
            ("", Extent::Longer, Language::Java, Some("")),
            ("", Extent::Perhaps, Language::Java, None),
        ];
        for (text, extent, language, expected) in cases {
            let mut text = text.to_owned();
            let known = certain(&mut text, 0, extent, language);
            assert_eq!(known.map(|()| &*text), expected);
        }
    }
}
