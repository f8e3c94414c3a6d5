//! Tables that somebody changed: refused, or run to a bounded end.

#![cfg(test)]

use std::sync::Arc;

use probelang_check::{Options, judge};
use probelang_compile::compile;
use probelang_dialect::{Preset, ProgramKind, ValueOp};
use probelang_host::{Budget, Names};
use probelang_redact::Policy;
use probelang_snapshot::Document;
use probelang_syntax::{Limits, SourceKind, parse};
use probelang_vm::{
    Branch, CacheId, ConstId, Id, Instr, Invalid, LoopDef, Operand, Part, PlaceId, Program, SlotId, Step,
    SymbolId, Tables, Target,
};

const DOCUMENT: &str = r#"{"a": {"b": {"c": 1, "d": true}, "e": "x"}, "xs": [1, 2, 3], "s": "abc", "n": null,
    "m": {"k": 1, "l": [1]}, "yss": [[1], [2, 3]], "t": true}"#;

const PROGRAMS: &[(&str, ProgramKind)] = &[
    ("a.b.c == 1 && a.b.d || len(xs) > 2", ProgramKind::Condition),
    ("any(yss, {any(@it, {@it == 3})}) && all(m, {@key != \"z\"})", ProgramKind::Condition),
    ("len(filter(filter(xs, {@it > 1}), {@it < 3})) == 1 && t", ProgramKind::Condition),
    ("isDefined(a.z.y) || isDefined(isDefined(n.x) == t) || true || any(xs, {t})", ProgramKind::Condition),
    ("filter(yss, {len(@it) == 2 && isDefined(@it[1])})", ProgramKind::Value),
    ("substring(s, len(xs) , 5)", ProgramKind::Value),
    ("(t && n == null) == t", ProgramKind::Value),
    ("m[a.e]", ProgramKind::Value),
    ("len(xs)", ProgramKind::Metric),
    ("{a.e}: {filter(m, {matches(@key, \"k\")})} {matches(s, \"a\")}", ProgramKind::Template),
];

fn tables() -> Vec<Tables> {
    let mut all = Vec::new();
    for preset in [Preset::Portable, Preset::Python, Preset::Dotnet] {
        for &(source, kind) in PROGRAMS {
            let form = kind.source();
            let tree = parse(source, form, &Limits::default()).tree.unwrap();
            let judged = judge(tree, Options::of(kind).with_dialect(preset));
            all.push(compile(&judged.accepted.unwrap()).unwrap().tables().clone());
        }
    }
    all
}

/// Runs what the verifier let through. A small stack: what nests without end is seen.
fn run(program: Program) {
    let mut names = Names::new();
    let linked = Arc::new(program).link(&mut names, &Arc::new(Policy::built_in()));
    let document = Document::parse(DOCUMENT.as_bytes()).unwrap();
    let view = document.view(&names);
    let mut budget = Budget::steps(2_000);
    match linked.program().kind() {
        ProgramKind::Condition => {
            let _ = linked.condition(&view, &mut budget);
        }
        ProgramKind::Metric => {
            let _ = linked.metric(&view, &mut budget);
        }
        ProgramKind::Value => {
            let _ = linked.value(&view, &mut budget, |value, reader| {
                let mut walk = reader.open(&value)?;
                if let Some(walk) = &mut walk {
                    let (mut key, mut value) = (Default::default(), Default::default());
                    while reader.next(walk, &mut key, &mut value)? == probelang_capture::Step::Element {}
                    reader.close(walk);
                }
                Ok(())
            });
        }
        ProgramKind::Template => {
            let _ = linked.render(&view, &mut budget, &Default::default(), &mut String::new());
        }
    }
    assert!(!linked.program().disassemble().is_empty());
}

fn id<I: Id>(index: usize) -> I {
    I::new(index).unwrap()
}

/// Every single change of one reference to a few others.
fn changes(tables: &Tables) -> Vec<Tables> {
    let mut all = Vec::new();
    let code = u32::try_from(tables.code.len()).unwrap();
    let targets = [0, 1, code / 2, code - 1, code, u32::MAX, u32::MAX - 1, u32::MAX - 2].map(Target);
    let frame = usize::from(tables.slots);
    let slots = [id(0), id(1), id(frame.saturating_sub(1)), id(frame), SlotId::NOWHERE];
    let constants = [id(0), ConstId::NOWHERE].map(Operand::Const);
    let places = [id(0), PlaceId::NOWHERE].map(Operand::Place);
    let operands: Vec<_> = constants.into_iter().chain(places).chain(slots.map(Operand::Temp)).collect();
    for at in 0..tables.code.len() {
        let mut with = |instr: Instr| {
            let mut changed = tables.clone();
            changed.code[at] = instr;
            all.push(changed);
        };
        for &to in &targets {
            with(Instr::Goto { to });
            let on = |on: Branch| [Branch { yes: to, ..on }, Branch { no: to, ..on }];
            match tables.code[at] {
                Instr::Test { of, truth, on: o } => on(o).map(|on| with(Instr::Test { of, truth, on })),
                Instr::Compare { op, left, right, on: o } => {
                    on(o).map(|on| with(Instr::Compare { op, left, right, on }))
                }
                Instr::Loop { op, over, id, on: o } => on(o).map(|on| with(Instr::Loop { op, over, id, on })),
                Instr::Defined { of, on: o } => on(o).map(|on| with(Instr::Defined { of, on })),
                _ => [(); 2],
            };
        }
        for &operand in &operands {
            with(Instr::Return { of: operand });
            for &to in &slots {
                with(Instr::Move { from: operand, to });
                with(Instr::Apply { op: ValueOp::Len, of: operand, to });
                with(Instr::Index { base: operand, index: operand, to });
                for id in [0, 1, 7].map(id) {
                    with(Instr::Filter { over: operand, id, to });
                }
            }
            match tables.code[at] {
                Instr::Compare { op, left, on, .. } => with(Instr::Compare { op, left, right: operand, on }),
                Instr::Loop { op, on, id, .. } => with(Instr::Loop { op, over: operand, id, on }),
                Instr::Test { truth, on, .. } => with(Instr::Test { of: operand, truth, on }),
                _ => {}
            }
        }
    }
    for (at, &def) in tables.loops.iter() {
        let bodies = targets.iter().map(|&body| LoopDef { body, ..def });
        let slots = slots.iter().map(|&slots| LoopDef { slots, ..def });
        let others = [0, 2, 9].into_iter().map(|level| LoopDef { level, ..def });
        for def in bodies.chain(slots).chain(others).chain([LoopDef { per_element: u64::MAX, ..def }]) {
            let mut changed = tables.clone();
            *changed.loops.get_mut(at).unwrap() = def;
            all.push(changed);
        }
    }
    for (at, &place) in tables.places.iter() {
        let steps = [
            Step::It(id(0)),
            Step::It(id(1)),
            Step::Value(id(0)),
            Step::Temp(id(0)),
            Step::Temp(id(1)),
            Step::Field(id(0)),
            Step::Var(SymbolId::NOWHERE),
            Step::Index(ConstId::NOWHERE),
            Step::Temp(SlotId::NOWHERE),
        ];
        let mut changed: Vec<_> = steps.map(|step| probelang_vm::Place { step, ..place }).into();
        for base in [None, Some(id(0)), Some(at), Some(PlaceId::NOWHERE)] {
            changed.push(probelang_vm::Place { base, ..place });
        }
        for cache in [id(0), id(1), id(63), CacheId::NOWHERE].map(Some) {
            changed.push(probelang_vm::Place { cache, ..place });
        }
        changed.push(probelang_vm::Place { depth: 40_000, ..place });
        for place in changed {
            let mut tables = tables.clone();
            *tables.places.get_mut(at).unwrap() = place;
            all.push(tables);
        }
    }
    for at in 0..tables.catches.len() {
        for target in targets {
            let mut to = tables.clone();
            to.catches[at].to = target;
            let mut start = tables.clone();
            start.catches[at].start = target.0;
            let mut end = tables.clone();
            end.catches[at].end = target.0;
            all.extend([to, start, end]);
        }
    }
    for target in targets {
        let mut entry = tables.clone();
        entry.entry = target;
        all.push(entry);
        for part in 0..tables.parts.len() {
            let mut changed = tables.clone();
            changed.parts[part] = Part::Expression { entry: target, duration: false };
            all.push(changed);
        }
    }
    for kind in [ProgramKind::Condition, ProgramKind::Value, ProgramKind::Metric, ProgramKind::Template] {
        let mut changed = tables.clone();
        changed.kind = kind;
        all.push(changed);
    }
    let mut stripped = tables.clone();
    stripped.debug = Default::default();
    all.push(stripped);
    let mut short = tables.clone();
    short.slots = tables.slots.saturating_sub(1);
    all.push(short);
    all
}

#[test]
fn a_changed_program_is_refused_or_ends() {
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let thread = small.spawn(|| {
        let (mut refused, mut run_to_end) = (0, 0);
        for tables in tables() {
            for changed in changes(&tables) {
                match Program::new(changed) {
                    Err(_) => refused += 1,
                    Ok(program) => {
                        run(program);
                        run_to_end += 1;
                    }
                }
            }
        }
        (refused, run_to_end)
    });
    let (refused, run_to_end) = thread.unwrap().join().unwrap();
    assert!(refused > 1_000 && run_to_end > 1_000, "{refused} refused, {run_to_end} run");
}

#[test]
fn each_thing_that_running_relies_on_is_checked() {
    let find = |source: &str| {
        let at = PROGRAMS.iter().position(|(program, _)| *program == source).unwrap();
        tables().swap_remove(at)
    };
    let loops = find("any(yss, {any(@it, {@it == 3})}) && all(m, {@key != \"z\"})");
    let changed = |change: &dyn Fn(&mut Tables)| {
        let mut tables = loops.clone();
        change(&mut tables);
        Program::new(tables).err()
    };
    assert_eq!(changed(&|_| {}), None);
    // a predicate that runs itself
    let inner = loops
        .code
        .iter()
        .position(|instr| matches!(instr, Instr::Loop { id, .. } if *id == self::id(2)))
        .unwrap();
    let recursive = changed(&|tables| {
        if let Instr::Loop { id, .. } = &mut tables.code[inner] {
            *id = self::id(0);
        }
    });
    assert_eq!(recursive, Some(Invalid::Loop(id(0))));
    let overlapping = changed(&|t| {
        let first = t.loops.get(id(0)).unwrap().slots;
        t.loops.get_mut(id(1)).unwrap().slots = first.plus(1);
    });
    assert_eq!(overlapping, Some(Invalid::Loop(id(1))));
    let shared = changed(&|t| {
        let body = t.loops.get(id(1)).unwrap().body;
        t.loops.get_mut(id(0)).unwrap().body = body;
    });
    assert_eq!(shared, Some(Invalid::Loop(id(1))));
    let back = changed(&|tables| tables.code[1] = Instr::Goto { to: Target(0) });
    assert_eq!(back, Some(Invalid::Target(1)));
    let unwritten = find("len(xs)");
    let mut tables = unwritten.clone();
    tables.code[0] = Instr::Move { from: Operand::Temp(id(0)), to: id(0) };
    assert_eq!(Program::new(tables).err(), Some(Invalid::Unwritten(0)));
}

#[test]
fn what_nests_as_deep_as_allowed_runs_on_a_small_stack() {
    let deep = |open: &str, inner: &str, close: &str, levels: usize| {
        format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
    };
    let sources = [
        (deep("any(xs, {", "@it == 4", "})", 60), ProgramKind::Condition),
        (deep("filter(", "xs", ", {@it > 0})", 60), ProgramKind::Value),
        (format!("len({}) == 3", deep("filter(", "xs", ", {@it > 0})", 58)), ProgramKind::Condition),
        (deep("!isDefined(", "a.b", ")", 30), ProgramKind::Condition),
        (format!("{}x", "a.".repeat(62)), ProgramKind::Value),
    ];
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let thread = small.spawn(move || {
        for (source, kind) in sources {
            let tree = parse(&source, SourceKind::Expression, &Limits::default()).tree.unwrap();
            let accepted = judge(tree, Options::of(kind)).accepted.unwrap();
            run(Program::new(compile(&accepted).unwrap().tables().clone()).unwrap());
        }
    });
    thread.unwrap().join().unwrap();
}
