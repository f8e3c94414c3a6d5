//! The calls that a sequence is made of: sources, programs, runs, reports, settings. Each draws what it takes.

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use super::draw::Draw;
use super::host::{Asked, Within, draw};
use super::{Play, done, look, replace, replace_at};
use crate::author::{probelang_check, probelang_check_utf16, probelang_compile, probelang_compile_utf16};
use crate::engine::{
    probelang_clock, probelang_engine_redact, probelang_engine_redact_pattern, probelang_engine_set_clock,
    probelang_engine_set_dialect, probelang_engine_set_limits, probelang_engine_set_max_cost,
    probelang_engine_set_redaction, probelang_engine_set_schema, probelang_engine_set_strict,
    probelang_engine_set_text_limits, probelang_names_count, probelang_names_symbol, probelang_names_text,
    probelang_text_limits,
};
use crate::hint::{probelang_report_hint, probelang_variable};
use crate::program::{
    probelang_bind, probelang_bind_traced, probelang_bind_traced_with, probelang_bind_with, probelang_bound,
    probelang_bound_free, probelang_bound_variable, probelang_load, probelang_program_artifact,
    probelang_program_free, probelang_program_get_kind, probelang_program_source,
};
use crate::report::{
    probelang_diagnostic, probelang_edit, probelang_report_apply, probelang_report_count,
    probelang_report_diagnostic, probelang_report_edit, probelang_report_free, probelang_report_human,
    probelang_report_json, probelang_report_message,
};
use crate::run::{
    probelang_budget, probelang_budget_set, probelang_budget_spent, probelang_budget_start, probelang_eval,
    probelang_measure, probelang_render, probelang_test, probelang_trace,
};
use crate::status::probelang_status;
use crate::text::{Zero, probelang_str, probelang_text_get, probelang_text_utf16};
use crate::value::probelang_value;
use crate::{probelang_abi_version, probelang_version};

/// Sources of every kind and form, good and bad.
const SOURCES: [&str; 18] = [
    "a",
    "a == \"x\"",
    "any(a, @it > 1) || b.c == 2",
    "len(a) > 3 && isDefined(b)",
    "filter(a, contains(@it, \"x\"))[0]",
    "{a} and {b.c[\"k\"]}",
    "all(m, @key == @value)",
    "a instanceof \"T\"",
    "matches(s, \"^x+$\")",
    "a and b",
    "",
    "{\"gt\": [{\"ref\": \"a\"}, 1]}",
    "{\"dsl\": \"a\", \"json\": {\"ref\": \"a\"}}",
    "[{\"str\": \"x\"}, {\"dsl\": \"a\"}]",
    "substring(s, 1, 3) + ",
    "password == a",
    "a[b] == b[a] || a == b",
    "any(a, @it.c == b.c && @it == b)",
];

/// What a schema may be, good and bad.
const SCHEMAS: [&str; 3] = ["{\"names\": {\"a\": \"int\"}}", "{}", "["];

unsafe extern "C" fn now(data: *mut c_void) -> u64 {
    draw(data).word()
}

/// Symbols of the caller's own.
pub(super) unsafe extern "C" fn resolve(data: *mut c_void, _: *const c_char, len: usize, of: u32) -> u32 {
    let other = draw(data).number();
    u32::try_from(len).unwrap_or(other).wrapping_add(of.wrapping_mul(other))
}

/// What draws, as the data of a callback.
pub(super) fn data(draw: &Draw<'_>) -> *mut c_void {
    std::ptr::from_ref(draw).cast_mut().cast()
}

/// The size of a struct of the library as a caller gives it: rarely a wrong one. One that is too large, and not absurd,
/// would be a lie about the memory behind it.
pub(super) fn size<T>(draw: &Draw<'_>) -> usize {
    match draw.byte() {
        255 => usize::MAX - draw.below(3),
        254 => draw.below(size_of::<T>()),
        _ => size_of::<T>(),
    }
}

impl Play<'_> {
    /// A text, and rarely an absurd length of it.
    pub(super) fn source(&self) -> (*const c_char, usize) {
        let source = self.draw.of(&SOURCES, "");
        let absurd = self.draw.byte() == 255;
        (source.as_ptr().cast(), if absurd { usize::MAX } else { source.len() })
    }

    /// The same in UTF-16, rarely with half a pair at its end.
    fn units(&self) -> Vec<u16> {
        let half = self.draw.byte() > 250;
        self.draw.of(&SOURCES, "").encode_utf16().chain(half.then_some(0xd800)).collect()
    }

    /// Compiles, checks, writes and loads.
    pub(super) fn author(&mut self) {
        let draw = self.draw;
        let engine = self.pick(&self.engine);
        let (kind, form) = (draw.number() % 5, draw.number() % 3);
        let (mut program, mut report) = (null_mut(), null_mut());
        let (text, units) = (self.source(), self.units());
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(8) {
                0..=3 => {
                    done(probelang_compile(engine, kind, form, text.0, text.1, &mut program, &mut report));
                }
                4 => {
                    let (at, count) = (units.as_ptr(), units.len());
                    done(probelang_compile_utf16(engine, kind, form, at, count, &mut program, &mut report));
                }
                5 => done(probelang_check(engine, kind, form, text.0, text.1, &mut report)),
                6 => {
                    let (at, count) = (units.as_ptr(), units.len());
                    done(probelang_check_utf16(engine, kind, form, at, count, &mut report));
                }
                _ => {
                    let mut bytes = vec![0_u8; draw.below(4) * 200];
                    let (mut size, from) = (0, self.pick(&self.program));
                    let (at, room) = (bytes.as_mut_ptr(), bytes.len());
                    let status = probelang_program_artifact(from, draw.number() % 2, at, room, &mut size);
                    done(status);
                    if status == probelang_status::Ok {
                        if let Some(byte) = bytes.get_mut(draw.below(size)) {
                            *byte ^= draw.byte();
                        }
                        done(probelang_load(engine, bytes.as_ptr(), size, &mut program, &mut report));
                    }
                }
            }
        }
        replace(draw, &mut self.program, program, probelang_program_free);
        replace(draw, &mut self.report, report, probelang_report_free);
    }

    /// Binds, and asks programs what they are.
    pub(super) fn bind(&mut self) {
        let draw = self.draw;
        let (program, names) = (self.pick(&self.program), self.pick(&self.names));
        let (mut bound, mut lent, mut word) = (null_mut(), probelang_str::EMPTY, 0);
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(8) {
                0..=2 => done(probelang_bind(program, names, &mut bound)),
                3 => done(probelang_bind_traced(program, names, &mut bound)),
                4 => done(probelang_bind_with(program, Some(resolve), data(draw), &mut bound)),
                5 => done(probelang_bind_traced_with(program, Some(resolve), data(draw), &mut bound)),
                6 => done(probelang_bind_with(program, None, null_mut(), &mut bound)),
                _ => {
                    done(probelang_program_get_kind(program, &mut word));
                    done(probelang_program_source(program, &mut lent));
                    let bound = self.pick(&self.bound);
                    look(lent);
                    lent = probelang_str::EMPTY;
                    done(probelang_bound_variable(bound, draw.below(3), &mut lent, &mut word));
                }
            }
        }
        look(lent);
        replace(draw, &mut self.bound, bound, probelang_bound_free);
    }

    /// Runs a program over a host.
    pub(super) fn run(&mut self) {
        let draw = self.draw;
        let asked = Asked::new(draw);
        let host = if draw.byte() == 255 { null() } else { asked.host() };
        let (bound, text) = (self.pick(&self.bound), self.pick(&self.text));
        let budget = if draw.below(4) == 0 { null_mut() } else { self.pick(&self.budget) };
        let (mut verdict, mut spent, mut number, mut report) = (0, 0, probelang_value::ABSENT, null_mut());
        draw.within.set(Some(self.within(bound, budget)));
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(9) {
                0..=2 => done(probelang_test(bound, host, budget, &mut verdict, &mut report)),
                3 => done(probelang_measure(bound, host, budget, &mut number, &mut report)),
                4 => done(probelang_eval(bound, host, budget, text, &mut report)),
                5 | 6 => done(probelang_render(bound, host, budget, text, &mut report)),
                7 => done(probelang_trace(bound, host, budget, text, &mut report)),
                _ => {
                    done(probelang_budget_set(budget, u64::from(draw.number()) * 1_000, 1_000_000));
                    done(probelang_budget_start(budget));
                    done(probelang_budget_spent(budget, &mut spent));
                }
            }
        }
        draw.within.set(None);
        asked.end();
        replace(draw, &mut self.report, report, probelang_report_free);
    }

    /// Asks the values of a host about the fault of a report.
    pub(super) fn hint(&mut self) {
        let draw = self.draw;
        let asked = Asked::new(draw);
        let host = if draw.byte() == 255 { null() } else { asked.host() };
        let known = self.pick(&self.report);
        let variables = [(); 3].map(|()| probelang_variable { name: draw.text(), symbol: draw.number() });
        let lent = if draw.byte() == 255 { null() } else { variables.as_ptr() };
        let mut report = null_mut();
        // SAFETY: as in `Play::step`; as many variables as there are.
        unsafe {
            done(probelang_report_hint(known, host, lent, draw.below(variables.len() + 1), &mut report));
        }
        asked.end();
        replace(draw, &mut self.report, report, probelang_report_free);
    }

    /// Handles that callbacks call the library with.
    pub(super) fn within(&self, bound: *mut probelang_bound, budget: *mut probelang_budget) -> Within {
        let (text, probes) = (self.pick(&self.text), self.pick(&self.probes));
        Within { bound, budget, text, probes, site: self.pick(&self.site) }
    }

    /// Changes settings and names.
    pub(super) fn settings(&mut self) {
        let draw = self.draw;
        let (engine, names) = (self.pick(&self.engine), self.pick(&self.names));
        let number = draw.number();
        let (mut lent, mut count, mut symbol, mut report) = (probelang_str::EMPTY, 0, 0, null_mut());
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(12) {
                0 => {
                    let name = draw.of(&["python", "java", "cobol"], "node");
                    done(probelang_engine_set_dialect(engine, name.as_ptr().cast(), name.len()));
                }
                1 => {
                    let names = [draw.text(), draw.text()];
                    done(probelang_engine_redact(engine, number % 6, names.as_ptr(), draw.below(3)));
                }
                2 => done(probelang_engine_set_limits(engine, u64::from(draw.byte()) * 100, 1_000_000)),
                3 => {
                    let clock: probelang_clock = number.is_multiple_of(2).then_some(now as _);
                    done(probelang_engine_set_clock(engine, clock, data(draw)));
                }
                4 => {
                    let schema = draw.of(&SCHEMAS, "");
                    let (at, len) = (schema.as_ptr().cast(), schema.len());
                    done(probelang_engine_set_schema(engine, at, len, &mut report));
                }
                5 => {
                    done(probelang_engine_set_strict(engine, number % 2));
                    let steps = if number.is_multiple_of(2) { u64::MAX } else { u64::from(number) };
                    done(probelang_engine_set_max_cost(engine, steps));
                }
                6 => {
                    let mut limits = probelang_text_limits::ZERO;
                    limits.size = size::<probelang_text_limits>(draw);
                    (limits.depth, limits.items, limits.fields) =
                        (draw.below(4), draw.below(40), draw.below(40));
                    (limits.string, limits.message) = (draw.below(20), draw.below(200));
                    done(probelang_engine_set_text_limits(engine, &limits));
                }
                7 => {
                    done(probelang_names_count(names, &mut count));
                    done(probelang_names_text(names, number, &mut lent));
                }
                8 => {
                    let (at, len) = self.source();
                    done(probelang_names_symbol(names, at, len, &mut symbol));
                }
                9 => {
                    let mode = draw.of(&["targeted", "off", "nothing"], "strict");
                    done(probelang_engine_set_redaction(engine, mode.as_ptr().cast(), mode.len()));
                    let shape = probelang_str::lend(draw.of(&["ip", "shape"], "email"));
                    done(probelang_engine_redact(engine, 3 + number % 2, &shape, 1));
                }
                10 => {
                    let name = probelang_str::lend(draw.of(&["card", ""], "mine"));
                    let pattern = probelang_str::lend(draw.of(&["[0-9]+", "(", "x*"], "s3"));
                    done(probelang_engine_redact_pattern(engine, name, pattern, &mut report));
                }
                _ => {
                    done(probelang_version(&mut lent));
                    assert_ne!(probelang_abi_version(), 0);
                }
            }
        }
        look(lent);
        replace(draw, &mut self.report, report, probelang_report_free);
    }

    /// Reads reports and texts.
    pub(super) fn read(&mut self) {
        let draw = self.draw;
        let (report, text) = (self.pick(&self.report), self.pick(&self.text));
        let (index, edit, (name, len)) = (draw.below(3), draw.below(3), self.source());
        let (mut lent, mut count) = (probelang_str::EMPTY, 0);
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(4) {
                0 => {
                    let mut one = probelang_diagnostic::ZERO;
                    one.size = size::<probelang_diagnostic>(draw);
                    done(probelang_report_count(report, &mut count));
                    done(probelang_report_diagnostic(report, index, &mut one));
                }
                1 => {
                    let mut one = probelang_edit::ZERO;
                    one.size = size::<probelang_edit>(draw);
                    done(probelang_report_edit(report, index, edit, &mut one));
                    done(probelang_report_apply(report, index, edit, text));
                }
                2 => {
                    done(probelang_report_message(report, &mut lent));
                    done(probelang_report_json(report, text));
                    done(probelang_report_human(report, name, len, text));
                }
                _ => {
                    let mut units = [0_u16; 40];
                    done(probelang_text_get(text, &mut lent));
                    done(probelang_text_utf16(text, units.as_mut_ptr(), draw.below(41), &mut count));
                }
            }
        }
        look(lent);
    }

    /// Frees what other calls make anew.
    pub(super) fn free(&mut self) {
        let place = self.draw.below(4);
        match self.draw.below(3) {
            0 => replace_at(place, &mut self.program, null_mut(), probelang_program_free),
            1 => replace_at(place, &mut self.bound, null_mut(), probelang_bound_free),
            _ => replace_at(place, &mut self.report, null_mut(), probelang_report_free),
        }
    }
}
