//! What the mode of redaction hides of texts shows nowhere: planted secrets under *targeted*, all texts under *strict*.

#![cfg(test)]

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use probelang::dialect::Preset;
use probelang::host::Budget;
use probelang::output::TextLimits;
use probelang::redact::{Mode, Policy};
use probelang::trace::TraceLimits;
use probelang::{Document, Engine, ProgramKind, data};
use probelang_safety::taint::{self, CANARY};
use probelang_safety::{draw, observe};
use probelang_testkit::generate::{for_each_seed, world};

/// Bytes of a secret that may show. A shorter part of it may be in the data for another reason.
const SHOWS: usize = 12;

/// A text and the secret in it.
struct Planted {
    shape: String,
    text: String,
    part: String,
}

fn planted() -> Vec<Planted> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../redact/tests/data/secrets.ndjson");
    let lines = std::fs::read_to_string(path).unwrap();
    lines
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| line[name].as_str().unwrap().replace('¦', "");
            Planted { shape: field("shape"), text: field("text"), part: field("part") }
        })
        .collect()
}

impl Planted {
    /// The part of the secret that `shown` contains, if it contains one.
    fn leak<'s>(&'s self, shown: &str) -> Option<&'s str> {
        let pieces = self.part.split('\n').flat_map(|line| {
            let ends = line.char_indices().map(|(at, c)| at + c.len_utf8());
            ends.filter(|end| *end >= SHOWS).filter_map(|end| line.get(end - SHOWS..end))
        });
        let whole = (self.part.len() >= 6).then_some(self.part.as_str());
        pieces.chain(whole).find(|piece| shown.contains(piece))
    }
}

/// Programs over frames whose texts are all replaced: nothing of a run shows what is hidden of them.
#[test]
fn no_run_of_a_program_shows_what_a_mode_hides() {
    let secrets = planted();
    let (ran, faulted) = (Cell::new(0u64), Cell::new(0u64));
    for_each_seed(6_000, |choices| {
        let mut drawn = draw::program(choices);
        let mode = if choices.chance(128) { Mode::Targeted } else { Mode::Strict };
        drawn.policy = Arc::new((*drawn.policy).clone().with_mode(mode));
        let Some(program) = drawn.program() else { return Ok(()) };
        let mut frame = world::frame(choices);
        let secret = &secrets[choices.below(secrets.len())];
        let mut number = 0u32;
        let mut say = || {
            number += 1;
            // none is longer than the other, and no two are equal
            match mode {
                Mode::Strict => format!("{CANARY}{number}"),
                Mode::Off | Mode::Targeted => format!("{number:03} {}", secret.text),
            }
        };
        frame.iter_mut().for_each(|(_, value)| taint::say(value, &mut say));
        let [mut host] = taint::hosts([&frame]);
        let bound = program.bind(host.names());
        let seen = observe::run(&bound, &host, &mut Budget::steps(1_000_000));
        ran.set(ran.get() + 1);
        faulted.set(faulted.get() + u64::from(seen.codes.iter().any(|code| code.text() == "PL1105")));
        let mut shown = format!("{seen:?}");
        if let Some(traced) = drawn.traced() {
            let bound = traced.bind(host.names());
            let trace = bound.run(&host, &mut Budget::steps(1_000_000), &TraceLimits::default());
            shown += &format!("{trace:?}");
        }
        let leak = match mode {
            Mode::Strict => shown.contains(&CANARY[..6]).then_some(CANARY),
            Mode::Off | Mode::Targeted => secret.leak(&shown),
        };
        match leak {
            Some(leak) => Err(format!("{mode}: {} shows {leak:?}: {shown}", drawn.shown())),
            None => Ok(()),
        }
    });
    assert!(ran.get() > 3_000 && faulted.get() > 25, "{ran:?} {faulted:?}");
}

/// Every planted secret in every place of a document, in every form that an answer has.
#[test]
fn no_form_of_an_answer_shows_a_planted_secret() {
    let mut count = 0;
    for secret in planted() {
        // before the secret as much as most limits let through, so that they cut in it
        let long = format!("{} {}", "x".repeat(70), secret.text);
        let json = serde_json::json!({
            "note": secret.text,
            "long": long,
            "list": [secret.text, long],
            "keys": {secret.text.as_str(): 1, format!("{long} again"): {"inner": secret.text}},
        });
        let document = Document::parse(json.to_string().as_bytes()).unwrap();
        for mode in [Mode::Targeted, Mode::Strict] {
            let policy = Arc::new(Policy::none().with_mode(mode));
            let engine = Engine::new().policy(Arc::clone(&policy));
            let mut shows = |what: &str, shown: &str| {
                count += 1;
                // names of fields are shown by all modes, but for secrets in them
                if let Some(leak) = secret.leak(shown) {
                    panic!("{} under {mode}, {what}: {leak:?} in {shown}", secret.shape);
                }
            };
            for limits in [TextLimits::default(), TextLimits::default().with_depth(3).with_string(80)] {
                let engine = engine.clone().text_limits(limits);
                for source in ["{note}", "{long}", "{list}", "{keys}", "a {note}{long} b", "{nothing} {note}"]
                {
                    let message = engine.template(source).unwrap().render(&document);
                    shows(source, &format!("{message:?}"));
                }
            }
            for source in ["note", "long", "list", "keys", "filter(list, {@it != ''})", "note.x", "keys.x"] {
                let program = engine.compile(ProgramKind::Value, source).unwrap();
                shows(source, &format!("{:?}", program.run(&document)));
                let trace = program.traced().unwrap().run(&document);
                shows(source, &format!("{trace:?}"));
                shows(
                    source,
                    &serde_json::to_string(&data::InSource::new(&trace, &program_source(source))).unwrap(),
                );
                let compared = engine.compare(ProgramKind::Value, source).unwrap();
                let answers = compared.run(&document, Preset::Portable, &Preset::ALL);
                shows(source, &format!("{answers:?}"));
                // what the expression sees is the text
                let condition = engine.condition("startsWith(note, list[0]) && long == list[1]").unwrap();
                assert!(condition.test(&document).unwrap());
            }
            for from in 0..12 {
                let source = format!("substring(note, {from}, {})", from + 24);
                for preset in [Preset::Portable, Preset::Python, Preset::Node] {
                    let engine = engine.clone().dialect(preset.dialect());
                    let Ok(program) = engine.compile(ProgramKind::Value, &*source) else { continue };
                    shows(&source, &format!("{:?}", program.run(&document)));
                }
            }
        }
    }
    assert!(count > 20_000, "{count}");
}

#[test]
fn a_text_without_a_secret_is_searched_without_allocation() {
    let text =
        "a message of 42 words, from https://example.com/a/long/path?with=a-query to user_name_of_somebody"
            .repeat(50);
    let policy = Policy::built_in().with_mode(Mode::Targeted);
    let info = allocation_counter::measure(|| {
        assert_eq!(policy.masks(&text).count(), 0);
        assert!(!policy.hides_text(&text) && policy.masked(&text).len() == text.len());
    });
    assert_eq!(info.count_total, 0);
}

fn program_source(text: &str) -> probelang::diagnostic::SourceText<'_> {
    probelang::diagnostic::SourceText::new("program", text)
}
