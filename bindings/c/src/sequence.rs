//! Sequences of calls that a fuzzer chooses: right and wrong handles, null, wrong sizes and numbers, and a host that
//! says anything. For the fuzz target `c_calls` and the tests.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use crate::author::{probelang_check, probelang_compile, probelang_compile_utf16};
use crate::capture::{
    probelang_about, probelang_capture, probelang_capture_clear, probelang_capture_frame,
    probelang_capture_free, probelang_capture_new, probelang_capture_write, probelang_frame, probelang_name,
    probelang_named, probelang_stack_frame, probelang_throwable,
};
use crate::engine::{
    probelang_engine, probelang_engine_free, probelang_engine_new, probelang_engine_redact,
    probelang_engine_set_clock, probelang_engine_set_dialect, probelang_engine_set_limits, probelang_names,
    probelang_names_free, probelang_names_new, probelang_names_symbol, probelang_names_text,
};
use crate::hits::{
    probelang_pending, probelang_probes_abandon, probelang_probes_enter, probelang_probes_exit,
    probelang_probes_line, probelang_scene,
};
use crate::probes::{
    probelang_change, probelang_changes, probelang_changes_free, probelang_changes_get, probelang_probes,
    probelang_probes_arm, probelang_probes_drain, probelang_probes_free, probelang_probes_load,
    probelang_probes_new, probelang_probes_report, probelang_probes_reports, probelang_probes_statuses,
    probelang_probes_tick, probelang_site, probelang_site_free, probelang_site_new,
};
use crate::program::{
    probelang_bind, probelang_bind_traced, probelang_bound, probelang_bound_free, probelang_bound_variable,
    probelang_load, probelang_program, probelang_program_artifact, probelang_program_free,
};
use crate::report::{
    probelang_diagnostic, probelang_report, probelang_report_apply, probelang_report_diagnostic,
    probelang_report_free, probelang_report_human, probelang_report_json,
};
use crate::run::{
    probelang_budget, probelang_budget_free, probelang_budget_new, probelang_budget_set,
    probelang_budget_start, probelang_eval, probelang_measure, probelang_render, probelang_test,
    probelang_trace,
};
use crate::status::probelang_status;
use crate::text::{
    probelang_str, probelang_text, probelang_text_free, probelang_text_get, probelang_text_new,
    probelang_text_utf16, probelang_writer,
};
use crate::value::probelang_value;

mod draw;
mod host;

use draw::Draw;
use host::{draw, put};

/// Sources of every kind and form, good and bad.
const SOURCES: [&str; 16] = [
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
];

/// Configurations of probes, good and bad.
const PROBES: [&str; 4] = [
    "[{\"id\": \"p\", \"type\": \"LOG_PROBE\", \"captureSnapshot\": true, \"where\": {\"typeName\": \"T\", \"methodName\": \"m\"}}]",
    "[{\"id\": \"p\", \"type\": \"LOG_PROBE\", \"where\": {\"sourceFile\": \"a.c\", \"lines\": [\"1\"]}, \"template\": \"{a}\", \"when\": {\"dsl\": \"b\"}},\
      {\"id\": \"q\", \"type\": \"METRIC_PROBE\", \"kind\": \"COUNT\", \"metricName\": \"n\", \"where\": {\"typeName\": \"T\", \"methodName\": \"m\"}}]",
    "[{\"id\": \"p\", \"type\": \"NONE\"}, 7]",
    "{",
];

unsafe extern "C" fn write(_: *mut c_void, _: *const c_char, len: usize) -> i32 {
    i32::from(len.is_multiple_of(7))
}

unsafe extern "C" fn stack(
    data: *mut c_void,
    out: *mut probelang_stack_frame,
    room: usize,
    count: *mut usize,
) -> i32 {
    let draw = draw(data);
    for at in 0..draw.below(room.min(4)) {
        let frame = probelang_stack_frame {
            file: draw.text(),
            function: draw.text(),
            line: draw.number(),
            column: 0,
        };
        // SAFETY: the library lends `room` places, and `at` is less.
        put(unsafe { out.add(at) }, frame);
    }
    put(count, if draw.byte() > 250 { usize::MAX } else { draw.below(6) });
    draw.reply()
}

unsafe extern "C" fn now(data: *mut c_void) -> u64 {
    draw(data).word()
}

/// Places for handles of each type.
struct Play<'d> {
    draw: &'d Draw<'d>,
    engine: [*mut probelang_engine; 2],
    names: [*mut probelang_names; 2],
    text: [*mut probelang_text; 2],
    program: [*mut probelang_program; 4],
    bound: [*mut probelang_bound; 4],
    budget: [*mut probelang_budget; 2],
    report: [*mut probelang_report; 4],
    capture: [*mut probelang_capture; 2],
    probes: [*mut probelang_probes; 2],
    site: [*mut probelang_site; 2],
    changes: [*mut probelang_changes; 2],
    pending: probelang_pending,
}

impl Play<'_> {
    /// One of these, sometimes null, sometimes a handle of another type.
    fn pick<T>(&self, all: &[*mut T]) -> *mut T {
        match self.draw.byte() {
            255 => null_mut(),
            // names and texts live long enough to be mistaken for others
            254 => self.names.first().copied().unwrap_or(null_mut()).cast(),
            253 => self.text.first().copied().unwrap_or(null_mut()).cast(),
            _ => self.draw.of(all, null_mut()),
        }
    }

    /// One call.
    #[expect(clippy::too_many_lines, reason = "one arm for each function")]
    fn step(&mut self) {
        let draw = self.draw;
        let (number, other) = (draw.number(), draw.number());
        let source = draw.of(&SOURCES, "");
        let (at, count) =
            (source.as_ptr().cast::<c_char>(), if draw.byte() == 255 { usize::MAX } else { source.len() });
        let host = host::of(draw);
        let host = if draw.byte() == 255 { std::ptr::null() } else { &raw const host };
        let (mut word, mut size, mut left) = (0_u32, 0_usize, 0_usize);
        let mut lent = probelang_str::EMPTY;
        let mut value = probelang_value::ABSENT;
        let text = self.pick(&self.text);
        let (engine, names) = (self.pick(&self.engine), self.pick(&self.names));
        let (program, bound, budget) =
            (self.pick(&self.program), self.pick(&self.bound), self.pick(&self.budget));
        let (report, capture) = (self.pick(&self.report), self.pick(&self.capture));
        let (probes, site, changes) =
            (self.pick(&self.probes), self.pick(&self.site), self.pick(&self.changes));
        let (mut new_program, mut new_bound, mut new_report) = (null_mut(), null_mut(), null_mut());
        let list = [probelang_name { name: draw.text(), group: draw.number() % 4, symbol: number }];
        let throwable = [probelang_throwable {
            type_name: draw.text(),
            message: draw.text(),
            stack: std::ptr::null(),
            stack_count: 0,
        }];
        // SAFETY: every argument is null, a handle that lives (perhaps of another type), or a place or text of this
        // function with a length that is right or absurd; the callbacks return.
        unsafe {
            match draw.byte() % 36 {
                0 | 1 => drop(probelang_compile(
                    engine,
                    number % 5,
                    other % 3,
                    at,
                    count,
                    &mut new_program,
                    &mut new_report,
                )),
                2 => {
                    let units: Vec<u16> =
                        source.encode_utf16().chain((draw.byte() > 250).then_some(0xd800)).collect();
                    probelang_compile_utf16(
                        engine,
                        number % 5,
                        other % 3,
                        units.as_ptr(),
                        units.len(),
                        &mut new_program,
                        &mut new_report,
                    );
                }
                3 => drop(probelang_check(engine, number % 5, other % 3, at, count, &mut new_report)),
                4 | 5 => drop(probelang_bind(program, names, &mut new_bound)),
                6 => drop(probelang_bind_traced(program, names, &mut new_bound)),
                7 | 8 => drop(probelang_test(bound, host, budget, &mut word, &mut new_report)),
                9 => drop(probelang_test(bound, host, null_mut(), &mut word, null_mut())),
                10 => drop(probelang_measure(bound, host, budget, &mut value, &mut new_report)),
                11 => drop(probelang_eval(bound, host, budget, text, &mut new_report)),
                12 => drop(probelang_render(bound, host, budget, text, &mut new_report)),
                13 => drop(probelang_trace(bound, host, budget, text, &mut new_report)),
                14 => drop(probelang_budget_set(budget, u64::from(number).wrapping_mul(1_000), 1_000_000)),
                15 => drop(probelang_budget_start(budget)),
                16 => {
                    let mut bytes = vec![0_u8; draw.below(4) * 200];
                    let status = probelang_program_artifact(
                        program,
                        number % 2,
                        bytes.as_mut_ptr(),
                        bytes.len(),
                        &mut size,
                    );
                    if status == probelang_status::Ok {
                        if let Some(byte) = bytes.get_mut(draw.below(size)) {
                            *byte ^= draw.byte();
                        }
                        probelang_load(engine, bytes.as_ptr(), size, &mut new_program, &mut new_report);
                    }
                }
                17 => drop(probelang_engine_set_dialect(
                    engine,
                    draw.of(&[c"python", c"java", c"cobol"], c"node").as_ptr(),
                    4 + draw.below(2),
                )),
                18 => {
                    let names = [draw.text(), draw.text()];
                    probelang_engine_redact(engine, number % 4, names.as_ptr(), 2);
                }
                19 => drop(probelang_engine_set_limits(engine, u64::from(draw.byte()) * 100, 1_000_000)),
                20 => {
                    let clock: crate::engine::probelang_clock = (number % 2 == 0).then_some(now as _);
                    probelang_engine_set_clock(engine, clock, std::ptr::from_ref(draw).cast_mut().cast());
                }
                21 => drop(probelang_names_text(names, number, &mut lent)),
                22 => drop(probelang_names_symbol(names, at, count, &mut word)),
                23 => {
                    let mut one: probelang_diagnostic = std::mem::zeroed();
                    one.size = if draw.byte() > 250 {
                        draw.word() as usize
                    } else {
                        size_of::<probelang_diagnostic>()
                    };
                    // a size that is too large would be a lie about the memory behind it
                    one.size =
                        if one.size > 4096 { 5000 } else { one.size.min(size_of::<probelang_diagnostic>()) };
                    probelang_report_diagnostic(report, other as usize % 3, &mut one);
                    probelang_report_json(report, text);
                    probelang_report_human(report, at, count, text);
                    probelang_report_apply(report, number as usize % 3, other as usize % 3, text);
                }
                24 => {
                    probelang_text_get(text, &mut lent);
                    let mut units = [0_u16; 40];
                    probelang_text_utf16(text, units.as_mut_ptr(), draw.below(41), &mut size);
                    probelang_bound_variable(bound, other as usize % 3, &mut lent, &mut word);
                }
                25 | 26 => {
                    let mut frame: probelang_frame = std::mem::zeroed();
                    frame.size = size_of::<probelang_frame>();
                    (frame.moment, frame.line, frame.ending) = (number % 4, other, draw.number() % 4);
                    (frame.names, frame.name_count) = (list.as_ptr(), draw.below(2));
                    frame.thrown = throwable.as_ptr();
                    let named =
                        [probelang_named { name: draw.text(), program: bound, limits: std::ptr::null() }];
                    (frame.expressions, frame.expression_count) = (named.as_ptr(), draw.below(2));
                    probelang_capture_frame(capture, host, &frame, budget);
                }
                27 => {
                    let mut about: probelang_about = std::mem::zeroed();
                    about.size = size_of::<probelang_about>();
                    (about.language, about.probe_id, about.place) = (draw.text(), draw.text(), draw.text());
                    let writer = probelang_writer {
                        size: size_of::<probelang_writer>(),
                        data: null_mut(),
                        write: Some(write),
                    };
                    probelang_capture_write(capture, &about, draw.below(3) * 900, &writer);
                    probelang_capture_clear(capture);
                }
                28 => {
                    let file = draw.of(&PROBES, "");
                    let mut all = null_mut();
                    let time = u64::from(draw.byte()) << 40;
                    probelang_probes_load(
                        probes,
                        file.as_ptr().cast(),
                        file.len(),
                        time,
                        &mut all,
                        &mut new_report,
                    );
                    replace(draw, &mut self.changes, all, probelang_changes_free);
                }
                29 => {
                    let mut change: probelang_change = std::mem::zeroed();
                    change.size = size_of::<probelang_change>();
                    probelang_changes_get(changes, number as usize % 3, &mut change);
                    let id = if number % 2 == 0 { c"p" } else { c"q" };
                    probelang_probes_arm(probes, site, id.as_ptr(), 1, names, 5, &mut new_report);
                }
                30 | 31 => {
                    let mut scene: probelang_scene = std::mem::zeroed();
                    scene.size = size_of::<probelang_scene>();
                    scene.host = host;
                    (scene.names, scene.name_count) = (list.as_ptr(), draw.below(2));
                    scene.stack = Some(stack);
                    scene.thread_name = draw.text();
                    let time = u64::from(draw.byte()) << 33;
                    match number % 3 {
                        0 => drop(probelang_probes_line(probes, site, &scene, time)),
                        1 => drop(probelang_probes_enter(
                            probes,
                            site,
                            &scene,
                            time,
                            &mut self.pending,
                            &mut word,
                        )),
                        _ => drop(probelang_probes_exit(
                            probes,
                            site,
                            &scene,
                            &self.pending,
                            other % 4,
                            throwable.as_ptr(),
                            time,
                        )),
                    }
                }
                32 => {
                    if draw.byte() > 200 {
                        self.pending = probelang_pending { words: [draw.word(), draw.word(), draw.word()] };
                    }
                    probelang_probes_abandon(probes, &self.pending);
                    probelang_probes_tick(probes, u64::from(draw.byte()) << 40);
                    probelang_probes_report(probes, c"p".as_ptr(), 1, 0, c"ERROR".as_ptr(), 5, at, count, 9);
                }
                33 => {
                    let mut buffer = vec![0_u8; draw.below(5) * 300];
                    probelang_probes_drain(
                        probes,
                        buffer.as_mut_ptr().cast(),
                        buffer.len(),
                        &mut size,
                        &mut left,
                    );
                    probelang_probes_statuses(probes, text);
                    probelang_probes_reports(probes, text);
                }
                34 => self.anew(),
                _ => {
                    let place = draw.below(4);
                    match draw.below(3) {
                        0 => replace_at(place, &mut self.program, null_mut(), probelang_program_free),
                        1 => replace_at(place, &mut self.bound, null_mut(), probelang_bound_free),
                        _ => replace_at(place, &mut self.report, null_mut(), probelang_report_free),
                    }
                }
            }
        }
        if !new_program.is_null() {
            replace(draw, &mut self.program, new_program, probelang_program_free);
        }
        if !new_bound.is_null() {
            replace(draw, &mut self.bound, new_bound, probelang_bound_free);
        }
        if !new_report.is_null() {
            replace(draw, &mut self.report, new_report, probelang_report_free);
        }
    }

    /// Frees a handle of each type that only `new` makes, and makes it anew.
    fn anew(&mut self) {
        let draw = self.draw;
        let place = draw.below(2);
        let mut engine = null_mut();
        let (mut text, mut names, mut budget) = (null_mut(), null_mut(), null_mut());
        let (mut capture, mut probes, mut site) = (null_mut(), null_mut(), null_mut());
        // SAFETY: places for handles, and handles that live or null.
        unsafe {
            match draw.below(8) {
                0 => {
                    probelang_engine_new(&mut engine);
                    replace_at(place, &mut self.engine, engine, probelang_engine_free);
                }
                1 => {
                    probelang_names_new(&mut names);
                    replace_at(place, &mut self.names, names, probelang_names_free);
                }
                2 => {
                    probelang_text_new(&mut text);
                    replace_at(place, &mut self.text, text, probelang_text_free);
                }
                3 => {
                    probelang_budget_new(self.pick(&self.engine), &mut budget);
                    replace_at(place, &mut self.budget, budget, probelang_budget_free);
                }
                4 => {
                    probelang_capture_new(self.pick(&self.engine), &mut capture);
                    replace_at(place, &mut self.capture, capture, probelang_capture_free);
                }
                5 => {
                    probelang_probes_new(self.pick(&self.engine), std::ptr::null(), &mut probes);
                    replace_at(place, &mut self.probes, probes, probelang_probes_free);
                }
                6 => {
                    probelang_site_new(c"T".as_ptr(), 1, c"T.m".as_ptr(), 3, &mut site);
                    replace_at(place, &mut self.site, site, probelang_site_free);
                }
                _ => {
                    // the wrong function does not free
                    probelang_text_free(self.names.first().copied().unwrap_or(null_mut()).cast());
                }
            }
        }
    }
}

/// Puts a handle in a place, and frees the one that was there.
fn replace_at<T>(
    place: usize,
    all: &mut [*mut T],
    new: *mut T,
    free: unsafe extern "C" fn(*mut T) -> probelang_status,
) {
    let old = all.get_mut(place).map_or(new, |place| std::mem::replace(place, new));
    // SAFETY: the places have handles that live, or null.
    unsafe { free(old) };
}

fn replace<T>(
    draw: &Draw<'_>,
    all: &mut [*mut T],
    new: *mut T,
    free: unsafe extern "C" fn(*mut T) -> probelang_status,
) {
    replace_at(draw.below(all.len()), all, new, free);
}

/// Makes the calls that `bytes` decide, and frees everything.
pub fn play(bytes: &[u8]) {
    let draw = Draw(Cell::new(bytes));
    let mut play = Play {
        draw: &draw,
        engine: [null_mut(); 2],
        names: [null_mut(); 2],
        text: [null_mut(); 2],
        program: [null_mut(); 4],
        bound: [null_mut(); 4],
        budget: [null_mut(); 2],
        report: [null_mut(); 4],
        capture: [null_mut(); 2],
        probes: [null_mut(); 2],
        site: [null_mut(); 2],
        changes: [null_mut(); 2],
        pending: probelang_pending { words: [0; 3] },
    };
    // SAFETY: places for handles.
    unsafe {
        for at in 0..2 {
            let engine = play.engine.get_mut(at).map_or(null_mut(), std::ptr::from_mut);
            probelang_engine_new(engine);
            let engine = play.engine.get(at).copied().unwrap_or(null_mut());
            // few steps, so that a sequence is short
            probelang_engine_set_limits(engine, 2_000, 1_000_000_000);
            probelang_names_new(play.names.get_mut(at).map_or(null_mut(), std::ptr::from_mut));
            probelang_text_new(play.text.get_mut(at).map_or(null_mut(), std::ptr::from_mut));
            probelang_budget_new(engine, play.budget.get_mut(at).map_or(null_mut(), std::ptr::from_mut));
            probelang_capture_new(engine, play.capture.get_mut(at).map_or(null_mut(), std::ptr::from_mut));
            probelang_probes_new(
                engine,
                std::ptr::null(),
                play.probes.get_mut(at).map_or(null_mut(), std::ptr::from_mut),
            );
            let site = play.site.get_mut(at).map_or(null_mut(), std::ptr::from_mut);
            probelang_site_new(std::ptr::null(), 0, c"a.c:1".as_ptr(), 5, site);
        }
    }
    for _ in 0..200 {
        if draw.0.get().is_empty() {
            break;
        }
        play.step();
    }
    let Play { engine, names, text, program, bound, budget, report, capture, probes, site, changes, .. } =
        play;
    fn end<T>(all: &[*mut T], free: unsafe extern "C" fn(*mut T) -> probelang_status) {
        for one in all {
            // SAFETY: the places have handles that live, or null.
            let status = unsafe { free(*one) };
            debug_assert_eq!(status, probelang_status::Ok);
        }
    }
    // in an order that nobody would choose
    end(&engine, probelang_engine_free);
    end(&names, probelang_names_free);
    end(&program, probelang_program_free);
    end(&probes, probelang_probes_free);
    end(&site, probelang_site_free);
    end(&bound, probelang_bound_free);
    end(&text, probelang_text_free);
    end(&budget, probelang_budget_free);
    end(&report, probelang_report_free);
    end(&capture, probelang_capture_free);
    end(&changes, probelang_changes_free);
}
