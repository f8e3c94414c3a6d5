//! What holds for every input, as functions of bytes: the fuzz targets, and their short form in the tests.
//!
//! Each panics where its promise is broken, with what shows it.

use std::sync::Arc;

use probelang::diagnostic::{Applicability, Diagnostic};
use probelang::dialect::Dialect;
use probelang::host::{Budget, Host, Names, Symbol, Value};
use probelang::output::{HostReader, JsonLimits, TextLimits, write_json};
use probelang::redact::Policy;
use probelang::snapshot::{InputReader, Item, Mode};
use probelang::syntax::{Limits, SourceKind, Tree, lex, parse, print, wire};
use probelang_capture::{MessageWriter, write_text};
use probelang_testkit::cases::{Answer, Setup, walker_run};
use probelang_testkit::choices::Choices;
use probelang_testkit::engine::vm;
use probelang_testkit::generate::{source, wire_json, world};
use probelang_testkit::host::TestHost;
use probelang_testkit::types as typed;

use crate::artifact::{load_and_run, reseal};
use crate::draw::Drawn;
use crate::evil::{EvilHost, Sins};
use crate::taint::{self, CANARY, Secret};
use crate::{capture, draw, observe, probe, project};

/// A target: its name and its check.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("lex", lexemes),
    ("parse", reading),
    ("roundtrip_text", roundtrip_text),
    ("roundtrip_json", roundtrip_json),
    ("fixes", fixes),
    ("vm_vs_walker", vm_vs_walker),
    ("types", types),
    ("artifact", artifact),
    ("budget", budget),
    ("host_evil", host_evil),
    ("taint", redaction),
    ("snapshot", snapshot),
    ("projection", projection),
    ("capture", capture::evil),
    ("canary", capture::canary),
    ("prune", capture::prune),
    ("probe_config", probe::config),
    ("probe_hits", probe::hits),
];

fn kinds(data: &[u8]) -> Option<(SourceKind, &str)> {
    let (first, rest) = data.split_first()?;
    let kind = if first % 2 == 0 { SourceKind::Expression } else { SourceKind::Template };
    Some((kind, std::str::from_utf8(rest).ok()?))
}

/// Lexemes tile the source, on character boundaries.
pub fn lexemes(data: &[u8]) {
    let Some((kind, text)) = kinds(data) else { return };
    let mut at = 0;
    for lexeme in lex(text, kind) {
        assert_eq!(lexeme.span.start, at, "{lexeme:?} in {text:?}");
        assert!(text.is_char_boundary(lexeme.span.end as usize), "{lexeme:?} in {text:?}");
        at = lexeme.span.end;
    }
    assert_eq!(at as usize, text.len(), "{text:?}");
}

fn judged(diagnostics: &[Diagnostic], text: &str, limits: &Limits) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    assert!(errors <= usize::from(limits.errors), "{errors} errors of {text:?}");
    for diagnostic in diagnostics {
        assert!(diagnostic.span.end as usize <= text.len(), "{diagnostic:?} of {text:?}");
        assert!(!diagnostic.message.contains('\n'), "{diagnostic:?}");
    }
}

/// Reading never fails otherwise than by diagnostics, whose places lie in the text.
pub fn reading(data: &[u8]) {
    let Some((kind, text)) = kinds(data) else { return };
    let limits = Limits::default();
    let parsed = parse(text, kind, &limits);
    judged(&parsed.diagnostics, text, &limits);
    let refused = parsed.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(parsed.tree.is_none(), refused, "{text:?}: {:?}", parsed.diagnostics);
    if let Some(tree) = &parsed.tree {
        reads_back(tree);
    }
    // as the wire too, whose errors have paths
    let read = wire::read(text, kind, &limits);
    if let Some(tree) = &read.tree {
        reads_back(tree);
    }
}

fn reads_back(tree: &Tree) {
    let kind = match tree.root() {
        probelang::syntax::Root::Template(_) => SourceKind::Template,
        probelang::syntax::Root::Expression(_) => SourceKind::Expression,
    };
    // our own round trips are not held by the limits on what comes from outside
    let limits = Limits::default().with_source_bytes(16 << 20).with_brackets(4_096);
    let text = print::tree(tree);
    let again = parse(&text, kind, &limits);
    let same = again.tree.as_ref().is_some_and(|again| again.same(tree) && print::tree(again) == text);
    assert!(same, "{text:?}: {:?}", again.diagnostics);
    let json = wire::write(tree);
    let again = wire::read(&json, kind, &limits);
    let same = again.tree.as_ref().is_some_and(|again| print::tree(again) == text);
    assert!(same, "{json}: {:?}", again.diagnostics);
}

/// A tree, however it is spelled in text, reads as that tree.
pub fn roundtrip_text(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let tree = draw::program(choices).tree;
    reads_back(&tree);
    let kind = match tree.root() {
        probelang::syntax::Root::Template(_) => SourceKind::Template,
        probelang::syntax::Root::Expression(_) => SourceKind::Expression,
    };
    let text = source(choices, &tree);
    let limits = Limits::default().with_source_bytes(16 << 20).with_brackets(4_096);
    let read = parse(&text, kind, &limits);
    let same = read.tree.as_ref().is_some_and(|read| read.same(&tree));
    assert!(same, "{text:?} is no {:?}: {:?}", tree.source(), read.diagnostics);
}

/// A tree, however it is spelled in JSON, reads as that tree.
pub fn roundtrip_json(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let tree = draw::program(choices).tree;
    let kind = match tree.root() {
        probelang::syntax::Root::Template(_) => SourceKind::Template,
        probelang::syntax::Root::Expression(_) => SourceKind::Expression,
    };
    let json = wire_json(choices, &tree);
    let limits = Limits::default().with_source_bytes(16 << 20).with_brackets(4_096);
    let read = wire::read(&json, kind, &limits);
    let same = read.tree.as_ref().is_some_and(|read| print::tree(read) == print::tree(&tree));
    assert!(same, "{json} is no {:?}: {:?}", tree.source(), read.diagnostics);
}

/// A safe fix of the only error leaves none.
pub fn fixes(data: &[u8]) {
    let Some((kind, text)) = kinds(data) else { return };
    let limits = Limits::default();
    let parsed = parse(text, kind, &limits);
    let [diagnostic] = parsed.diagnostics.as_slice() else { return };
    for edit in diagnostic.edits.iter().filter(|edit| edit.applicability == Applicability::Safe) {
        let Some(fixed) = edit.apply(text) else { panic!("{edit:?} does not apply to {text:?}") };
        if fixed.len() > limits.source_bytes {
            continue;
        }
        let again = parse(&fixed, kind, &limits);
        let codes = again.diagnostics.iter().map(|again| again.code);
        let still = codes.into_iter().any(|code| code == diagnostic.code);
        assert!(again.tree.is_some() && !still, "{text:?} to {fixed:?}: {:?}", again.diagnostics);
    }
}

fn setup(drawn: &Drawn) -> Setup {
    Setup {
        kind: drawn.kind,
        dialect: drawn.dialect,
        policy: (*drawn.policy).clone(),
        text: drawn.text,
        steps: 1_000_000,
    }
}

/// The engine answers as the reference evaluator does, under every dialect.
pub fn vm_vs_walker(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let drawn = draw::program(choices);
    let frame = world::frame(choices);
    let setup = setup(&drawn);
    let host = || TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())));
    let engine = vm(&drawn.tree, &mut host(), &setup);
    let (walker, ..) = walker_run(&drawn.tree, &mut host(), &setup, &engine.messages);
    let same = match (&engine.answer, &walker) {
        // which of several reasons is reported first is the checker's choice
        (Answer::Refused(_), Answer::Refused(_)) => true,
        (Answer::Text { text: a, .. }, Answer::Text { text: b, .. }) => a == b,
        (engine, walker) => engine == walker,
    };
    assert!(same, "{}: {} and {walker}", drawn.shown(), engine.answer);
}

/// Types cover values, and a schema decides nothing, under every dialect.
pub fn types(data: &[u8]) {
    if let Err(error) = types_of(&mut Choices::new(data)) {
        panic!("{error}");
    }
}

/// The same for decisions.
///
/// # Errors
/// With what does not hold.
pub fn types_of(choices: &mut Choices<'_>) -> Result<(), String> {
    let drawn = draw::program(choices);
    // few bytes make a whole frame to lie about
    let other = typed::lawful(world::frame(&mut Choices::seeded(choices.bits())));
    let frame = typed::lawful(world::frame(choices));
    typed::hold(&drawn.tree, &setup(&drawn), &frame, &other)
        .map_err(|error| format!("{}: {error}", drawn.shown()))
}

/// Bytes, and changed artifacts, are refused or bounded.
pub fn artifact(data: &[u8]) {
    let _ = load_and_run(data, 1);
    let choices = &mut Choices::new(data);
    let Some(program) = draw::program(choices).program() else { return };
    let mut bytes = program.to_bytes();
    for _ in 0..choices.below(4) {
        let at = choices.below(bytes.len());
        bytes[at] = choices.byte();
    }
    if choices.chance(60) {
        bytes.truncate(choices.below(bytes.len()));
    }
    reseal(&mut bytes);
    let _ = load_and_run(&bytes, choices.bits());
}

/// Steps never pass the limit, and an answer does not depend on the limit that allowed it.
pub fn budget(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let drawn = draw::program(choices);
    let Some(program) = drawn.program() else { return };
    let frame = world::frame(choices);
    let run = |steps| {
        let mut host = TestHost::new(frame.iter().map(|(name, value)| (*name, value.clone())));
        let bound = program.bind(host.names());
        observe::run(&bound, &host, &mut Budget::steps(steps))
    };
    let ample = run(1_000_000);
    let few = choices.bits() % (ample.steps + 1);
    let limited = run(few);
    assert!(limited.steps <= few, "{} steps of {few}: {}", limited.steps, drawn.shown());
    assert!(
        limited.is_limited() || limited == ample,
        "{} with {few} steps: {limited:?}, with more {ample:?}",
        drawn.shown()
    );
}

/// No host hurts the engine.
pub fn host_evil(data: &[u8]) {
    const STEPS: u64 = 5_000;
    let choices = &mut Choices::new(data);
    let drawn = draw::program(choices);
    let Some(program) = drawn.program() else { return };
    let bound = program.bind(&mut Names::new());
    let sins = Sins::draw(choices);
    let mut host = EvilHost::new(choices.bits(), sins);
    if choices.chance(40) {
        host = host.reentered(&bound);
    }
    let seen = observe::run(&bound, &host, &mut Budget::steps(STEPS));
    assert!(seen.steps <= STEPS, "{}", drawn.shown());
    assert_eq!((host.still_open(), host.misused.get()), (0, 0), "{} over {sins:?}", drawn.shown());
}

/// What is redacted decides nothing and shows nowhere.
pub fn redaction(data: &[u8]) {
    let choices = &mut Choices::new(data);
    let drawn = draw::program(choices);
    let Some(program) = drawn.program() else { return };
    let one = world::frame(choices);
    let policy = &drawn.policy;
    let (two, _) = taint::other(&one, policy, Secret::Canary, choices);
    let runs = taint::hosts([&one, &two]).map(|mut host| {
        let bound = program.bind(host.names());
        observe::run(&bound, &host, &mut Budget::steps(100_000))
    });
    assert_eq!(runs[0], runs[1], "{}", drawn.shown());
    assert!(!format!("{runs:?}").contains(CANARY), "{}", drawn.shown());
}

/// Recorded snapshots and plain documents from anywhere: an error that says where, or values that print.
pub fn snapshot(data: &[u8]) {
    let policy = Arc::new(Policy::built_in().with_types(["com.acme.Card*"]));
    let mut names = Names::new();
    let symbols = ["this", "a", "x", "@return", "@exception", "@duration"].map(|name| names.symbol(name));
    let mut reader = InputReader::new();
    for mode in [Mode::Auto, Mode::Plain, Mode::Snapshot] {
        let Ok(items) = reader.read(data, mode) else { continue };
        for item in items {
            match item {
                Err(_) => {}
                Ok(Item::Plain(plain)) => shown(&plain.view(&names), &symbols, &policy),
                Ok(Item::Recorded(recorded)) => {
                    if let Ok(snapshot) = recorded.open(None, &policy) {
                        shown(&snapshot.view(&names), &symbols, &policy);
                    }
                }
            }
        }
    }
}

/// Over what a program reads of any text it answers as over the whole text, and the same is wrong with the text; probes with it send and
/// report the same.
pub fn projection(data: &[u8]) {
    projection_of(&mut Choices::new(data));
}

/// The same for decisions.
pub fn projection_of(choices: &mut Choices<'_>) {
    let drawn = draw::program(choices);
    let Some(program) = drawn.program() else { return };
    let texts = [project::text(choices), project::text(choices)];
    let texts = [&*texts[0], &*texts[1]];
    project::same(&program, &drawn.policy, &texts, &drawn.shown());
    project::same_replay(&drawn.engine(), &project::probes(drawn.kind, drawn.tree.source()), &texts);
}

fn shown(host: &dyn Host, symbols: &[Symbol], policy: &Policy) {
    for symbol in symbols {
        let mut value = Value::Absent;
        host.var(*symbol, &mut value);
        let mut budget = Budget::steps(50_000);
        let mut reader = HostReader::new(host, policy, &mut budget);
        let mut json = String::new();
        let _ = write_json(&mut reader, &value, &JsonLimits::default(), &mut json);
        let (mut text, limits) = (String::new(), TextLimits::default());
        let mut message = MessageWriter::new(&mut text, limits.message);
        let _ = write_text(&mut reader, &value, &limits, &Dialect::default(), &mut message);
        message.finish();
        assert!(text.chars().count() <= limits.message + 3);
    }
}
