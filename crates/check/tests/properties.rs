//! What must hold of every program and every host: generated programs, run by the reference evaluator.

#![cfg(test)]

use std::cell::Cell;
use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_check::{Options, Report, Schema, Sizes, check, check_tree, fix, judge};
use probelang_compile::compile;
use probelang_diagnostic::{Applicability, Class, Diagnostic, lint};
use probelang_dialect::{BadPart, Preset, ProgramKind};
use probelang_redact::Policy;
use probelang_syntax::{Limits, SourceKind, Tree, parse, print};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::pieces::SLIPS;
use probelang_testkit::generate::world::frame;
use probelang_testkit::generate::{
    Freedom, any_type, expression_over_frame, for_each_seed, template_over_frame,
};
use probelang_testkit::host::TestHost;
use probelang_testkit::types::{covers, lawful, sampled};
use probelang_testkit::value::{Entries, Given};
use probelang_testkit::walk::{Outcome, Run, Settings, run};

/// The largest collection, the longest string and the number of values in a frame.
fn sizes(frame: &[(&str, Given)]) -> Sizes {
    fn visit(given: &Given, sizes: &mut Sizes) {
        sizes.values += 1;
        let mut size = |n: usize| sizes.items = sizes.items.max(n as u64);
        match given {
            Given::Str(text) | Given::CutStr(text) => {
                sizes.chars = sizes.chars.max(text.chars().count() as u64);
            }
            Given::List(items) | Given::Set(items) => {
                size(items.items.len() + 4);
                items.items.iter().for_each(|item| visit(item, sizes));
            }
            Given::Map(map) => {
                size(map.entries.len() + 4);
                for (key, value) in &map.entries {
                    visit(key, sizes);
                    visit(value, sizes);
                }
            }
            Given::Object(object) => {
                size(object.fields.len());
                for (_, value) in &object.fields {
                    // a field's name is shown with it
                    sizes.values += 1;
                    visit(value, sizes);
                }
            }
            Given::Also { value, others } => {
                visit(value, sizes);
                others.iter().for_each(|other| visit(other, sizes));
            }
            _ => {}
        }
    }
    // names of fields, of types and constants; elements of an entry and a pair
    let mut sizes = Sizes::default().with_items(2).with_chars(32).with_values(1);
    for (_, given) in frame {
        visit(given, &mut sizes);
    }
    sizes
}

/// Lets the host find the keys of every map in the value, and gives it no integer whose digits are read.
fn finds_keys(given: &mut Given) {
    match given {
        Given::BigInt(_) => *given = Given::Uint(u64::MAX),
        Given::List(items) | Given::Set(items) => items.items.iter_mut().for_each(finds_keys),
        Given::Map(map) => {
            map.walked = false;
            for (key, value) in &mut map.entries {
                finds_keys(key);
                finds_keys(value);
            }
        }
        Given::Object(object) => object.fields.iter_mut().for_each(|(_, value)| finds_keys(value)),
        Given::Also { value, others } => {
            finds_keys(value);
            others.iter_mut().for_each(finds_keys);
        }
        _ => {}
    }
}

struct Case {
    tree: Tree,
    host: TestHost,
    schema: Option<Arc<Schema>>,
    sizes: Sizes,
    preset: Preset,
    policy: Arc<Policy>,
}

const KINDS: [ProgramKind; 3] = [ProgramKind::Value, ProgramKind::Condition, ProgramKind::Metric];

fn case(choices: &mut Choices<'_>) -> Case {
    let policy = Arc::new(Policy::built_in().with_types(["com.acme.Card*"]));
    let mut frame = lawful(frame(choices));
    // what the bound leaves out, see `Sizes`
    frame.iter_mut().for_each(|(_, given)| finds_keys(given));
    let sizes = sizes(&frame);
    let mut host = TestHost::new(frame);
    let schema = choices.chance(170).then(|| Arc::new(sampled(&mut host, &policy)));
    let odd = choices.chance(60);
    let freedom = Freedom { element_outside: odd, computed_patterns: odd, open_substrings: odd };
    let want = any_type(choices);
    let tree = expression_over_frame(choices, want, freedom);
    let preset = if choices.chance(128) { Preset::Portable } else { Preset::ALL[choices.below(8)] };
    Case { tree, host, schema, sizes, preset, policy }
}

fn walked(case: &mut Case, kind: ProgramKind, steps: u64) -> Run {
    let (limits, text) = (Limits::default(), TextLimits::default());
    let dialect = case.preset.dialect();
    let settings = Settings {
        dialect: &dialect,
        policy: &case.policy,
        limits: &limits,
        text: &text,
        steps,
        message: &|_, _| String::new(),
    };
    let mut names = std::mem::take(case.host.names());
    let run = run(&case.tree, kind, &settings, &case.host, &mut names);
    *case.host.names() = names;
    run
}

fn options(case: &Case, kind: ProgramKind) -> Options {
    let options = Options::of(kind)
        .with_dialect(case.preset)
        .with_policy(Arc::clone(&case.policy))
        .with_sizes(case.sizes);
    match &case.schema {
        Some(schema) => options.with_schema(Arc::clone(schema)),
        None => options,
    }
}

#[test]
fn a_value_is_of_the_type_that_the_checker_said_and_takes_no_more_steps_than_its_bound() {
    for_each_seed(6_000, |choices| {
        let mut case = case(choices);
        let kind = KINDS[choices.below(3)];
        let checked = check_tree(case.tree.clone(), options(&case, kind));
        let run = walked(&mut case, kind, u64::MAX);
        let told = || {
            let types = checked.analysis.reads.names.iter().filter_map(|name| {
                let ty = &case.schema.as_ref()?.name(name)?.ty;
                Some(format!("{name}: {ty}"))
            });
            let types: Vec<String> = types.collect();
            format!("{} under {} as {kind:?} with {types:?}", print::tree(&case.tree), case.preset.name())
        };
        match &run.outcome {
            Outcome::Value(out) => {
                covers(&checked.analysis.ty, out).map_err(|error| format!("{error}: {}", told()))?
            }
            Outcome::Condition(_) if checked.analysis.ty.is_never() => {
                return Err(format!("not never: {}", told()));
            }
            Outcome::Fault(fault) if fault.code.class() == Class::Limit => {
                // the walker stops at nesting limits alone
            }
            _ => {}
        }
        if run.steps > checked.analysis.cost.steps {
            return Err(format!("{} steps, bound {}: {}", run.steps, checked.analysis.cost.steps, told()));
        }
        Ok(())
    });
}

#[test]
fn what_the_bound_leaves_out_are_walks_for_keys_and_digits_of_large_integers() {
    const ENTRIES: u64 = 20;
    // keys of up to 64 bytes: an entry and its key are a step each
    let walk = 2 * ENTRIES + 1;
    for (text, walked_maps, big, left_out) in [
        ("isDefined(m[\"k19\"])", true, false, walk),
        ("isDefined(m[\"k19\"])", false, false, 0),
        ("contains(m, \"none\")", false, false, 0),
        ("n == n", false, true, 2),
        ("n > 5", false, true, 1),
    ] {
        let entries = (0..ENTRIES).map(|n| (Given::Str(format!("k{n}")), Given::Int(1))).collect();
        let map = Given::Map(Entries { entries, walked: walked_maps, ..Entries::default() });
        let n = if big { Given::BigInt(1 << 70) } else { Given::Int(7) };
        let frame = [("m", map), ("n", n)];
        let tree = parse(text, SourceKind::Expression, &Limits::default()).tree.unwrap();
        let mut case = Case {
            tree,
            sizes: sizes(&frame),
            host: TestHost::new(frame),
            schema: None,
            preset: Preset::Portable,
            policy: Arc::new(Policy::none()),
        };
        let bound = check_tree(case.tree.clone(), options(&case, ProgramKind::Value)).analysis.cost.steps;
        let steps = walked(&mut case, ProgramKind::Value, u64::MAX).steps;
        assert!(steps <= bound + left_out, "{text}: {steps} steps, bound {bound} and {left_out}");
        assert!(left_out < walk || steps > bound, "{text}: {steps} steps are within the bound {bound}");
    }
}

/// Whether `judge` keeps a diagnostic of a program that it accepts.
fn is_certain(diagnostic: &Diagnostic) -> bool {
    match diagnostic.class() {
        Class::Lint => {
            [lint::CERTAIN_KIND, lint::CERTAIN_FAULT, lint::REDACTED_NAME].contains(&diagnostic.code)
        }
        Class::Portability => false,
        _ => true,
    }
}

#[test]
fn what_judge_accepts_compiles_and_what_it_rejects_is_rejected_as_check_reports_it() {
    let (clean, warned, rejected, parts) =
        (Cell::new(0u32), Cell::new(0u32), Cell::new(0u32), Cell::new(0u32));
    let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    for_each_seed(20_000, |choices| {
        let case = case(choices);
        let free = choices.chance(90);
        let freedom = Freedom { element_outside: free, computed_patterns: free, open_substrings: free };
        let (tree, kind) = match choices.below(4) {
            0 => (template_over_frame(choices, freedom), ProgramKind::Template),
            kind => (case.tree.clone(), KINDS[kind - 1]),
        };
        let mut options = options(&case, kind).with_strict(choices.chance(60));
        if choices.chance(120) {
            options.dialect.bad_part = BadPart::PartOnly;
        }
        if choices.chance(30) {
            options = options.with_max_cost(choices.below(400) as u64);
        }
        if choices.chance(30) {
            options = options.with_targets(Preset::ALL);
        }
        let told = |what: &str, diagnostics: &[Diagnostic]| {
            Err(format!("{what}: {} under {}: {diagnostics:#?}", print::tree(&tree), case.preset.name()))
        };
        let (judged, checked) =
            (judge(tree.clone(), options.clone()), check_tree(tree.clone(), options.clone()));
        for (at, one) in checked.diagnostics.iter().enumerate() {
            let again = |other: &Diagnostic| {
                (other.code, other.span, &other.message) == (one.code, one.span, &one.message)
            };
            if checked.diagnostics[..at].iter().any(again) {
                return told("said twice", &checked.diagnostics);
            }
        }
        let Some(accepted) = judged.accepted else {
            count(&rejected);
            let alike = checked.accepted.is_none() && judged.diagnostics == checked.diagnostics;
            let error = judged.diagnostics.iter().any(Diagnostic::is_error);
            return if alike && error {
                Ok(())
            } else {
                told("rejected in another way", &checked.diagnostics)
            };
        };
        let certain: Vec<Diagnostic> =
            checked.diagnostics.iter().filter(|one| is_certain(one)).cloned().collect();
        count(if certain.is_empty() { &clean } else { &warned });
        if certain.iter().any(|one| one.class() != Class::Lint) {
            count(&parts);
        }
        if checked.accepted.is_none() || judged.diagnostics != certain {
            return told("accepted in another way", &checked.diagnostics);
        }
        compile(&accepted).map(|_| ()).or_else(|defect| told("does not compile", &[*defect]))
    });
    let least = clean.get().min(warned.get()).min(rejected.get());
    assert!(least > 1_000 && parts.get() > 100, "{clean:?} {warned:?} {rejected:?} {parts:?}");
}

#[test]
fn a_sure_edit_of_a_generated_program_removes_its_diagnostic_and_adds_none() {
    let offered = Cell::new(0u32);
    for_each_seed(3_000, |choices| {
        let case = case(choices);
        let source = print::tree(&case.tree);
        let mut options = options(&case, ProgramKind::Value).with_targets(Preset::ALL[1..].iter().copied());
        // all of them are compared, also those that are too many to be shown
        options.limits = options.limits.with_errors(u16::MAX);
        let before = check(&source, &options);
        for diagnostic in &before.diagnostics {
            for edit in diagnostic.edits.iter().filter(|edit| edit.applicability == Applicability::Safe) {
                offered.set(offered.get() + 1);
                let edited =
                    edit.apply(&source).ok_or_else(|| format!("{source}: {edit:?} does not apply"))?;
                let after = check(&edited, &options);
                let count = |report: &Report, code| {
                    report.diagnostics.iter().filter(|diagnostic| diagnostic.code == code).count()
                };
                // of several rows at one place it may leave some: then the message is another
                let same =
                    |one: &&Diagnostic| (one.code, &one.message) == (diagnostic.code, &diagnostic.message);
                let told = |report: &Report| report.diagnostics.iter().filter(same).count();
                // a place's rows of the dialect table are told together: with one gone the rest has another code
                let added = after
                    .diagnostics
                    .iter()
                    .filter(|one| one.class() != Class::Portability)
                    .find(|one| count(&after, one.code) > count(&before, one.code));
                if told(&after) >= told(&before) || added.is_some() {
                    return Err(format!(
                        "{source} by {edit:?} became {edited}: {diagnostic:?} stays or {added:?} is new"
                    ));
                }
            }
        }
        Ok(())
    });
    assert!(offered.get() > 100, "only {} edits were offered", offered.get());
}

#[test]
fn a_safe_fix_of_a_broken_program_never_leaves_more_errors() {
    let (offered, broken) = (Cell::new(0u32), Cell::new(0u32));
    for_each_seed(3_000, |choices| {
        let case = case(choices);
        let mut source = print::tree(&case.tree);
        for _ in 0..=choices.below(3) {
            let places: Vec<usize> = source.char_indices().map(|(at, _)| at).collect();
            let at = places[choices.below(places.len())];
            match choices.below(3) {
                0 => drop(source.remove(at)),
                _ => source.insert_str(at, SLIPS[choices.below(SLIPS.len())]),
            }
            if source.is_empty() {
                source.push('a');
            }
        }
        let options = options(&case, ProgramKind::Value);
        let before = check(&source, &options);
        broken.set(broken.get() + u32::from(before.tree.is_none()));
        let errors = |report: &Report| report.diagnostics.iter().filter(|one| one.is_error()).count();
        let edits = before.diagnostics.iter().flat_map(|one| &one.edits);
        for edit in edits.filter(|edit| edit.applicability == Applicability::Safe) {
            offered.set(offered.get() + 1);
            let edited = edit.apply(&source).ok_or_else(|| format!("{source}: {edit:?} does not apply"))?;
            let after = check(&edited, &options);
            if errors(&after) > errors(&before) {
                return Err(format!("{source} by {edit:?} became {edited}: {:#?}", after.diagnostics));
            }
        }
        let fixed = fix(&source, &options);
        if errors(&fixed.report) > errors(&before) {
            return Err(format!("{source} was fixed to {}: {:#?}", fixed.text, fixed.report.diagnostics));
        }
        Ok(())
    });
    assert!(offered.get() > 100 && broken.get() > 1_000, "{offered:?} edits, {broken:?} broken programs");
}

#[test]
fn without_a_schema_nothing_is_said_to_fault_perhaps() {
    for_each_seed(3_000, |choices| {
        let case = case(choices);
        let options = Options::of(KINDS[choices.below(3)]).with_dialect(case.preset);
        let report = check_tree(case.tree.clone(), options);
        match report.diagnostics.iter().find(|one| one.code == lint::POSSIBLE_KIND) {
            Some(one) => Err(format!("{} under {}: {one:?}", print::tree(&case.tree), case.preset.name())),
            None => Ok(()),
        }
    });
}
