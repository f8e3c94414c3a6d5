//! What holds for any text: reading never panics, lexemes tile, places lie in the source, edits do what they say.
//!
//! `PROBELANG_CASES` sets the number of cases.

use probelang_diagnostic::{Applicability, Diagnostic};
use probelang_syntax::{Limits, Parsed, SourceKind, lex, parse, print};
use probelang_testkit::generate::pieces::TOKENS;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// So many cases, always the same ones; other ones where their number is given.
fn cases(default: u32) -> ProptestConfig {
    let wanted = std::env::var("PROBELANG_CASES").ok().and_then(|n| n.parse().ok());
    let rng_seed = if wanted.is_some() { RngSeed::Random } else { RngSeed::Fixed(0x9b0be) };
    ProptestConfig {
        cases: wanted.unwrap_or(default),
        failure_persistence: None,
        rng_seed,
        ..ProptestConfig::default()
    }
}

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(select(TOKENS), 0..24).prop_map(|pieces| pieces.concat())
}

fn spaced_soup() -> impl Strategy<Value = String> {
    prop::collection::vec(select(TOKENS), 0..24).prop_map(|pieces| pieces.join(" "))
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![4 => soup(), 4 => spaced_soup(), 1 => any::<String>(), 1 => "[ -~]{0,40}"]
}

const KINDS: [SourceKind; 2] = [SourceKind::Expression, SourceKind::Template];

fn errors(parsed: &Parsed) -> Vec<&Diagnostic> {
    parsed.diagnostics.iter().filter(|d| d.is_error()).collect()
}

/// What every outcome of reading keeps.
fn holds(source: &str, kind: SourceKind) -> Result<(), TestCaseError> {
    let parsed = parse(source, kind, &Limits::default());
    let refused = !errors(&parsed).is_empty();
    prop_assert_eq!(parsed.tree.is_none(), refused);
    prop_assert!(!parsed.incomplete || refused);
    prop_assert!(parsed.diagnostics.is_sorted_by_key(|d| d.span));
    for told in &parsed.diagnostics {
        prop_assert!(!told.message.is_empty() && !told.message.contains(['\n', '\r']), "{:?}", told.message);
        prop_assert!(!told.message.ends_with('.') || told.message.ends_with('…'), "{}", told.message);
        let starts_upper = told.message.starts_with(char::is_uppercase);
        prop_assert!(!starts_upper || told.message.starts_with("U+"), "{}", told.message);
        for span in std::iter::once(told.span).chain(told.labels.iter().map(|label| label.span)) {
            prop_assert!(source.get(span.start as usize..span.end as usize).is_some(), "{told:?}");
        }
        for edit in &told.edits {
            let fixed = edit.apply(source);
            prop_assert!(fixed.as_ref().is_some_and(|fixed| fixed != source), "{told:?}");
        }
    }
    if let Some(tree) = &parsed.tree {
        for id in tree.ids() {
            prop_assert!(tree.span(id).contains(tree.focus(id)), "{:?}", tree.node(id));
            prop_assert!(!tree.span(id).slice(source).is_empty());
        }
        let text = print::tree(tree);
        let again = parse(&text, kind, &Limits::default().with_source_bytes(1 << 20));
        let Some(again) = again.tree else {
            return Err(TestCaseError::fail(format!("{text} is refused: {:?}", again.diagnostics)));
        };
        prop_assert!(tree.same(&again), "{text}");
        for id in again.ids() {
            prop_assert_eq!(again.span(id).slice(&text), print::node(&again, id));
        }
        prop_assert_eq!(print::tree(&again), text);
    }
    Ok(())
}

/// Where one thing alone is wrong, its safe fix leaves nothing wrong.
fn safe_fixes_help(source: &str, kind: SourceKind) -> Result<(), TestCaseError> {
    let parsed = parse(source, kind, &Limits::default());
    let [told] = errors(&parsed)[..] else { return Ok(()) };
    for edit in told.edits.iter().filter(|edit| edit.applicability == Applicability::Safe) {
        let fixed = edit.apply(source).unwrap_or_default();
        let again = parse(&fixed, kind, &Limits::default());
        prop_assert!(again.is_ok(), "{source:?}\n{fixed:?}\n{told:?}\n{:?}", again.diagnostics);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn any_text_is_read_without_a_panic_and_its_places_hold(source in source()) {
        for kind in KINDS {
            holds(&source, kind)?;
        }
    }

    #[test]
    fn the_safe_fix_of_the_only_error_leaves_none(source in spaced_soup()) {
        for kind in KINDS {
            safe_fixes_help(&source, kind)?;
        }
    }

    #[test]
    fn lexemes_tile_the_source(source in source()) {
        for kind in KINDS {
            let mut at = 0;
            for lexeme in lex(&source, kind) {
                prop_assert_eq!(lexeme.span.start, at);
                prop_assert!(!lexeme.span.is_empty() && !lexeme.span.slice(&source).is_empty());
                at = lexeme.span.end;
            }
            prop_assert_eq!(at as usize, source.len());
        }
    }

    #[test]
    fn every_cut_of_a_program_is_unfinished_or_told(at in 0usize..60) {
        let program = "any(xs, {@it.a[0] > 2 && !contains(@it.`b c`, 'd')}) || x == 1.5";
        let cut = program.get(..at).unwrap_or(program);
        holds(cut, SourceKind::Expression)?;
    }
}
