//! What a policy hides of a text.

#![cfg(test)]

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use probelang_redact::shape::{Shape, Shapes, secrets};
use probelang_redact::{Finder, MASK, Mode, Policy};

/// Finds a word; `text` as its pattern.
#[derive(Debug)]
struct Word(&'static str);

impl Finder for Word {
    fn text(&self) -> &str {
        self.0
    }

    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let at = from + text.get(from..)?.find(self.0)?;
        Some(at..at + self.0.len())
    }
}

fn targeted() -> Policy {
    Policy::none().with_mode(Mode::Targeted)
}

fn with_words(words: &[&'static str]) -> Policy {
    words.iter().fold(targeted(), |policy, word| policy.with_pattern(word, Arc::new(Word(word))))
}

/// The texts of the corpus, with and without a secret.
fn corpus() -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let text = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["text"].as_str().unwrap().replace('¦', "")
    };
    ["secrets.ndjson", "plain.ndjson"]
        .iter()
        .map(|file| std::fs::read_to_string(data.join(file)).unwrap())
        .flat_map(|lines| lines.lines().map(text).collect::<Vec<_>>())
        .collect()
}

#[test]
fn a_mode_says_what_of_a_text_leaves() {
    let text = "card 4111 1111 1111 1111 of Ada";
    let shown = |mode| Policy::built_in().with_mode(mode).masked(text).into_owned();
    assert_eq!(shown(Mode::Off), text);
    assert_eq!(shown(Mode::Targeted), "card {redacted} of Ada");
    assert_eq!(shown(Mode::Strict), MASK);
    for mode in Mode::ALL {
        let policy = Policy::built_in().with_mode(mode);
        assert_eq!(Mode::find(mode.name()), Some(mode));
        assert!(matches!(policy.masked(""), Cow::Borrowed("")));
        assert!(!policy.hides_text(""));
        assert_eq!(policy.hides_text(text), mode != Mode::Off);
        assert_eq!(policy.hides_text("of Ada"), mode == Mode::Strict);
        assert_eq!(matches!(policy.masked("of Ada"), Cow::Borrowed(_)), mode != Mode::Strict);
    }
    let without = targeted().with_shapes(Shapes::default().without(Shape::Card));
    assert_eq!(without.masked(text), text);
    assert_eq!(Policy::built_in().mode(), Mode::Off);
}

#[test]
fn patterns_of_your_own_hide_too_and_what_overlaps_is_hidden_once() {
    let masked = |words: &[&'static str], text: &str| with_words(words).masked(text).into_owned();
    assert_eq!(masked(&["ada", "bob"], "ada, bob, ada"), "{redacted}, {redacted}, {redacted}");
    assert_eq!(masked(&["abcd", "cdef", "ef12"], "xabcdef12x"), "x{redacted}x");
    assert_eq!(masked(&["aa"], "aaaaa"), "{redacted}{redacted}a");
    // with a card: before, in, over its end
    let card = "4111 1111 1111 1111";
    for (word, expected) in [
        ("no 41", "{redacted} end"),
        ("1111", "no {redacted} end"),
        ("1 end", "no {redacted}"),
        ("no", "{redacted} {redacted} end"),
    ] {
        assert_eq!(masked(&[word], &format!("no {card} end")), expected, "{word}");
    }
    let policy = with_words(&["ada", "4111"]);
    let text = format!("{card} ada");
    let rules: Vec<&str> = policy.masks(&text).map(|mask| mask.rule.name()).collect();
    assert_eq!(rules, ["card", "ada"]);
    assert_eq!(policy.patterns().collect::<Vec<_>>(), [("ada", "ada"), ("4111", "4111")]);
    // a name is used once
    let policy = policy.with_pattern("ada", Arc::new(Word("eve")));
    assert_eq!(policy.masked("ada eve"), "ada {redacted}");
    assert_ne!(policy, with_words(&["4111", "ada"]));
    assert_eq!(with_words(&["ada"]), with_words(&["ada"]));
}

/// A finder that answers what it should not: nothing, the middle of a character, and the same again.
#[derive(Debug)]
struct Wrong(Range<usize>);

impl Finder for Wrong {
    fn text(&self) -> &'static str {
        "wrong"
    }

    fn find(&self, _: &str, _: usize) -> Option<Range<usize>> {
        Some(self.0.clone())
    }
}

#[test]
fn a_finder_that_answers_wrongly_breaks_nothing() {
    for (start, end, expected) in
        [(0, 0, "äöü"), (1, 3, "{redacted}ü"), (2, 99, "ä{redacted}"), (9, 12, "äöü"), (3, 2, "äöü")]
    {
        let policy = targeted().with_pattern("wrong", Arc::new(Wrong(start..end)));
        assert_eq!(policy.masked("äöü"), expected, "{start}..{end}");
    }
}

#[test]
fn after_many_matches_of_a_pattern_the_rest_is_hidden() {
    let masked = with_words(&["x"]).masked(&"x.".repeat(5_000)).into_owned();
    assert_eq!(masked, format!("{}{MASK}", format!("{MASK}.").repeat(1_000)));
}

#[test]
fn a_text_that_is_cut_is_masked_as_the_whole_is() {
    let policy = with_words(&["token", "d."]);
    let texts = corpus();
    let mut cut_in_a_secret = 0;
    for (at, text) in texts.iter().enumerate() {
        let text = format!("{text} {}", texts[(at * 7 + 3) % texts.len()]);
        let all: Vec<_> = policy.masks(&text).collect();
        for shown in 0..=text.len() {
            let expected: Vec<_> = all.iter().copied().filter(|mask| mask.start < shown).collect();
            let before: Vec<_> = policy.masks_before(&text, shown).collect();
            // a mask at the end may have lost what is only joined to it after the cut
            assert_eq!(before.len(), expected.len(), "{shown} of {text:?}");
            for (one, other) in before.iter().zip(&expected) {
                assert_eq!((one.start, one.rule), (other.start, other.rule), "{shown} of {text:?}");
                assert!(one.end == other.end || one.end >= shown, "{shown} of {text:?}");
                cut_in_a_secret += u32::from(one.end > shown);
            }
        }
    }
    assert!(cut_in_a_secret > 3_000, "{cut_in_a_secret}");
}

#[test]
fn the_end_of_a_long_secret_is_found_after_the_cut() {
    let long = "x".repeat(10_000);
    for text in [
        format!("http://user:{long}@host/"),
        format!("eyJhbGciOiJIUzI1NiJ9.eyJ{long}.c2ln"),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{long}\n-----END RSA PRIVATE KEY-----"),
    ] {
        let policy = targeted();
        let mask = policy.masks_before(&text, 100).next().unwrap();
        assert_eq!(Some(mask), policy.masks(&text).next());
    }
}

#[test]
fn a_text_of_megabytes_of_which_little_is_shown_is_not_read_to_its_end() {
    let policy =
        with_words(&["nothing"]).with_shapes(Shape::ALL.into_iter().fold(Shapes::NONE, Shapes::with));
    let text = "some words, 12 of them; a-name.of/things ".repeat(200_000);
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        assert_eq!(policy.masks_before(&text, 255).count(), 0);
    }
    assert!(start.elapsed().as_secs() < 20, "8 GB were read");
    assert_eq!(secrets(&text, policy.shapes()).count(), 0);
}

/// A short text is passed over without a search, which would find nothing: in all short parts of all texts, with the usual
/// shapes and with every shape.
#[test]
fn the_look_at_short_texts_hides_no_less() {
    let all = Shape::ALL.into_iter().fold(Shapes::NONE, Shapes::with);
    for shapes in [Shapes::default(), all] {
        let policy = Policy::none().with_mode(Mode::Targeted).with_shapes(shapes);
        let mut hidden = 0;
        for text in corpus() {
            for start in 0..text.len() {
                for length in (1..70).filter(|length| *length < 24 || length % 7 == 0) {
                    let Some(part) = text.get(start..start + length) else { continue };
                    let is_hidden = policy.masks(part).next().is_some();
                    assert_eq!(policy.hides_text(part), is_hidden, "{part}");
                    assert_eq!(policy.masked_name(part) != part, is_hidden, "{part}");
                    hidden += u32::from(is_hidden);
                }
            }
        }
        assert!(hidden > 1_000, "{hidden}");
    }
}

/// Settings add to what a program has chosen, in either order: of two policies each hides what both hide.
#[test]
fn two_policies_hide_together_what_each_of_them_hides() {
    let card = "4111 1111 1111 1111";
    let mail = "ada@example.com";
    let text = format!("{card} {mail} badge");
    let off = Policy::none();
    let without_card = targeted().with_shapes(Shapes::default().without(Shape::Card));
    let with_mail = targeted().with_shapes(Shapes::NONE.with(Shape::Email));
    let badge = with_words(&["badge"]).with_shapes(Shapes::NONE);
    let strict = Policy::none().with_mode(Mode::Strict);
    for (one, other, expected) in [
        (&off, &off, text.clone()),
        (&off, &with_mail, format!("{card} {MASK} badge")),
        (&without_card, &with_mail, format!("{card} {MASK} badge")),
        (&without_card, &targeted(), format!("{MASK} {mail} badge")),
        (&with_mail, &badge, format!("{card} {MASK} {MASK}")),
        (&badge, &strict, MASK.to_owned()),
    ] {
        assert_eq!(one.clone().with_texts_of(other).masked(&text), expected);
        assert_eq!(other.clone().with_texts_of(one).masked(&text), expected);
    }
}
