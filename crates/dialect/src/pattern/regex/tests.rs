//! The small engine answers as the `regex` crate does.

use proptest::prelude::*;
use regex_automata::meta;
use regex_automata::util::syntax;

use super::RegexError;
use super::small::Engine;

/// What patterns are put together from.
const PIECES: [&str; 44] = [
    "a",
    "b",
    "é",
    "ſ",
    "K",
    ".",
    r"\.",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    r"\b",
    r"\B",
    "^",
    "$",
    r"\A",
    r"\z",
    "[a-c]",
    "[^a]",
    r"[\w--_]",
    r"[\d&&[^3]]",
    "[[:alpha:]]",
    "[é-ü]",
    "(a|b)",
    "(?:ab)+",
    "(",
    ")",
    "(?i)",
    "(?-u)",
    "(?m)",
    "(?s)",
    "(?x) ",
    "#\n",
    "|",
    "*",
    "+",
    "+?",
    "?",
    "{2}",
    "{1,3}",
    r"\x{1F600}",
    r"\b{start}",
];

/// What texts are put together from.
const PARTS: [&str; 19] =
    ["", "a", "b", "ab", "aB", "c", "é", "É", "s", "ſ", "k", "\u{212a}", "3", "٣", " ", "\n", "_", ".", "😀"];

/// As the `regex` crate compiles without its quick engines.
fn plain(pattern: &str, size: usize, nesting: u32) -> Result<(), RegexError> {
    let config = meta::Config::new()
        .nfa_size_limit(Some(size))
        .auto_prefilter(false)
        .hybrid(false)
        .dfa(false)
        .onepass(false)
        .backtrack(false);
    let built = meta::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().nest_limit(nesting))
        .build(pattern);
    built.map(|_| ()).map_err(|error| match (error.size_limit(), error.syntax_error()) {
        (Some(size), _) => RegexError::TooLarge(size),
        (None, Some(error)) => RegexError::Unreadable(error.to_string()),
        (None, None) => RegexError::Unreadable(error.to_string()),
    })
}

/// Holds the small engine to the others, within each size.
fn compare(pattern: &str, texts: &[String]) {
    for size in [200, 2_000, 16 * 1024, 4 << 20] {
        let small = Engine::new(pattern, size, 8);
        assert_eq!(
            small.as_ref().map(|_| ()).map_err(Clone::clone),
            plain(pattern, size, 8),
            "{pattern:?} in {size}"
        );
        let Ok(small) = small else { continue };
        assert_eq!(small.as_str(), pattern);
        let quick = regex::RegexBuilder::new(pattern).size_limit(64 << 20).nest_limit(8).build().unwrap();
        for text in texts {
            assert_eq!(small.is_match(text), quick.is_match(text), "{pattern:?} in {text:?}");
            for from in 0..=text.len() {
                let (small, quick) = (small.find(text, from), quick.find_at(text, from));
                assert_eq!(
                    small.map(|found| found.range()),
                    quick.map(|found| found.range()),
                    "{pattern:?} in {text:?} from {from}"
                );
            }
        }
    }
}

fn cases() -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(wanted.unwrap_or(1_000)) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_pattern_is_found_where_the_quick_engines_find_it(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..8),
        texts in prop::collection::vec(prop::collection::vec(prop::sample::select(&PARTS[..]), 0..8), 1..6),
    ) {
        let texts: Vec<String> = texts.iter().map(|parts| parts.concat()).collect();
        compare(&pieces.concat(), &texts);
    }
}

#[test]
fn the_patterns_that_people_write_are_found_where_the_quick_engines_find_them() {
    let patterns = [
        "",
        "error",
        "(?i)error|warning|fatal",
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$",
        r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$",
        r"\A(?:(\w+\s?){1,10})\z",
        r"\A(?:/api/v\d+/.*)",
        r"\b(?:GET|POST|PUT)\b",
        "^$|^ +$",
        r"(a*)*b|(?:)+",
        "(?x) a b # of both\n",
        r"\w{1,50}",
        r"[^\s]{100}",
        "((((((((((a))))))))))",
        r"(?P<name>a)\k<name>",
        "a{1001}{1001}",
        r"\p{Unknown}",
        "(?-u)\\xFF",
        "[a",
        "a**",
        "😀{2}",
    ];
    let texts = [
        "",
        " ",
        "a",
        "ab",
        "aaab",
        "Error: x",
        "WARNING",
        "2026-11-30T18:33:09.25Z",
        "a.b+c@example.co.uk",
        "one two three ",
        "/api/v2/users",
        "a GET b",
        "aGETb",
        "😀😀",
        "ſ",
        "\u{85}",
    ];
    for pattern in patterns {
        compare(pattern, &texts.map(str::to_owned));
    }
}

#[test]
fn a_pattern_is_searched_by_several_threads_at_once() {
    let small = Engine::new(r"\w{3}\d", 1 << 20, 50).unwrap();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let small = &small;
            scope.spawn(move || {
                for round in 0..200 {
                    let found = (number + round) % 2 == 0;
                    let text = if found { "xx abc7" } else { "xx ab7" };
                    assert_eq!(small.is_match(text), found);
                }
            });
        }
    });
}
