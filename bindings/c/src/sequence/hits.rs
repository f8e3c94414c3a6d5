//! The calls of captures and probes. Each draws what it takes.

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use super::calls::{data, resolve, size};
use super::draw::Draw;
use super::host::{Asked, draw, put};
use super::{Play, done, replace};
use crate::capture::{
    probelang_about, probelang_capture_clear, probelang_capture_frame, probelang_capture_len,
    probelang_capture_limits, probelang_capture_write, probelang_frame, probelang_name, probelang_named,
    probelang_stack_frame, probelang_throwable,
};
use crate::changes::{probelang_change, probelang_changes_free, probelang_changes_get};
use crate::hits::{
    probelang_pending, probelang_probes_abandon, probelang_probes_enter, probelang_probes_exit,
    probelang_probes_line, probelang_scene,
};
use crate::probes::{
    probelang_probes_arm, probelang_probes_arm_with, probelang_probes_disarm, probelang_probes_drain,
    probelang_probes_dropped, probelang_probes_load, probelang_probes_report, probelang_probes_reports,
    probelang_probes_statuses, probelang_probes_switch_off, probelang_probes_tick,
};
use crate::report::probelang_report_free;
use crate::site::probelang_site_moments;
use crate::text::{Zero, probelang_writer};

/// Configurations of probes, good and bad.
const PROBES: [&str; 5] = [
    "[{\"id\": \"p\", \"type\": \"LOG_PROBE\", \"captureSnapshot\": true, \"where\": {\"typeName\": \"T\", \"methodName\": \"m\"}}]",
    "[{\"id\": \"p\", \"type\": \"LOG_PROBE\", \"where\": {\"sourceFile\": \"a.c\", \"lines\": [\"1\"]}, \"template\": \"{a}\", \"when\": {\"dsl\": \"b\"}},\
      {\"id\": \"q\", \"type\": \"METRIC_PROBE\", \"kind\": \"COUNT\", \"metricName\": \"n\", \"where\": {\"typeName\": \"T\", \"methodName\": \"m\"}}]",
    "[{\"id\": \"p\", \"type\": \"SPAN_PROBE\", \"where\": {\"typeName\": \"T\", \"methodName\": \"m\"}}]",
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
        // SAFETY: the library lends `room` places, and `at` is less.
        put(unsafe { out.add(at) }, frame(draw));
    }
    put(count, if draw.byte() > 250 { usize::MAX } else { draw.below(6) });
    draw.reply()
}

fn frame(draw: &Draw<'_>) -> probelang_stack_frame {
    probelang_stack_frame { file: draw.text(), function: draw.text(), line: draw.number(), column: 0 }
}

/// How many of `all` a caller says that there are; rarely an absurd number.
fn count<T>(draw: &Draw<'_>, all: &[T]) -> usize {
    if draw.byte() == 255 { usize::MAX } else { draw.below(all.len().saturating_add(1)) }
}

impl Play<'_> {
    /// Captures moments, and writes snapshots.
    pub(super) fn capture(&mut self) {
        let draw = self.draw;
        let capture = self.pick(&self.capture);
        let stack = [frame(draw), frame(draw)];
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(3) {
                0 | 1 => {
                    let asked = Asked::new(draw);
                    let host = if draw.byte() == 255 { null() } else { asked.host() };
                    let names = [self.name(), self.name(), self.name()];
                    let thrown = [self.throwable(&stack)];
                    let mut limits = probelang_capture_limits::ZERO;
                    limits.size = size::<probelang_capture_limits>(draw);
                    (limits.depth, limits.items, limits.length) =
                        (draw.below(4), draw.below(9), draw.below(9));
                    let limits = if draw.below(2) == 0 { null() } else { &raw const limits };
                    let program = self.pick(&self.bound);
                    let named = [probelang_named { name: draw.text(), program, limits }];
                    let mut frame = probelang_frame::ZERO;
                    frame.size = size::<probelang_frame>(draw);
                    (frame.moment, frame.line, frame.ending) =
                        (draw.number() % 4, draw.number(), draw.number() % 4);
                    (frame.names, frame.name_count) = (names.as_ptr(), count(draw, &names));
                    frame.thrown = if draw.below(4) == 0 { null() } else { thrown.as_ptr() };
                    (frame.expressions, frame.expression_count) = (named.as_ptr(), count(draw, &named));
                    (frame.missing, frame.limits) = (draw.text(), limits);
                    let budget = if draw.below(4) == 0 { null_mut() } else { self.pick(&self.budget) };
                    done(probelang_capture_frame(capture, host, &frame, budget));
                    asked.end();
                }
                _ => {
                    let mut about = probelang_about::ZERO;
                    about.size = size::<probelang_about>(draw);
                    (about.language, about.probe_id, about.place) = (draw.text(), draw.text(), draw.text());
                    (about.id, about.method, about.line) = (draw.text(), draw.text(), draw.text());
                    (about.stack, about.stack_count) = (stack.as_ptr(), count(draw, &stack));
                    let writer = probelang_writer {
                        size: size::<probelang_writer>(draw),
                        data: null_mut(),
                        write: (draw.byte() != 255).then_some(write as _),
                    };
                    let mut len = 0;
                    done(probelang_capture_len(capture, &mut len));
                    done(probelang_capture_write(capture, &about, draw.below(3) * 900, &writer));
                    done(probelang_capture_clear(capture));
                }
            }
        }
    }

    fn name(&self) -> probelang_name {
        let draw = self.draw;
        probelang_name { name: draw.text(), group: draw.number() % 4, symbol: draw.number() }
    }

    fn throwable(&self, stack: &[probelang_stack_frame]) -> probelang_throwable {
        let draw = self.draw;
        let (type_name, message) = (draw.text(), draw.text());
        probelang_throwable { type_name, message, stack: stack.as_ptr(), stack_count: count(draw, stack) }
    }

    /// Loads, arms, reports and drains.
    pub(super) fn probes(&mut self) {
        let draw = self.draw;
        let (probes, site, names) = (self.pick(&self.probes), self.pick(&self.site), self.pick(&self.names));
        let (text, id) = (self.pick(&self.text), draw.of(&["p", "q"], "x"));
        let (id, id_len) = (id.as_ptr().cast::<c_char>(), id.len());
        let time = u64::from(draw.byte()) << 40;
        let (mut changes, mut report) = (null_mut(), null_mut());
        let (mut written, mut left, mut dropped, mut call, mut line) = (0, 0, 0, 0, 0);
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(8) {
                0 | 1 => {
                    let file = draw.of(&PROBES, "");
                    let (at, len) = (file.as_ptr().cast(), file.len());
                    done(probelang_probes_load(probes, at, len, time, &mut changes, &mut report));
                }
                2 => done(probelang_probes_arm(probes, site, id, id_len, names, time, &mut report)),
                3 => {
                    let (resolve, data): (crate::engine::probelang_resolve, _) =
                        ((draw.byte() != 255).then_some(resolve as _), data(draw));
                    done(probelang_probes_arm_with(
                        probes,
                        site,
                        id,
                        id_len,
                        resolve,
                        data,
                        time,
                        &mut report,
                    ));
                }
                4 => {
                    let mut change = probelang_change::ZERO;
                    change.size = size::<probelang_change>(draw);
                    done(probelang_changes_get(self.pick(&self.changes), draw.below(3), &mut change));
                    done(probelang_site_moments(site, &mut call, &mut line));
                }
                5 => {
                    done(probelang_probes_tick(probes, time));
                    let (status, cause) = (draw.of(&["ERROR", "EMITTING"], "LATE"), draw.text());
                    let (at, len) = (status.as_ptr().cast(), status.len());
                    done(probelang_probes_report(
                        probes, id, id_len, 0, at, len, cause.data, cause.len, time,
                    ));
                    done(probelang_probes_switch_off(probes, u32::from(draw.byte() > 250)));
                }
                6 => done(probelang_probes_disarm(probes, site, id, id_len)),
                _ => {
                    let mut buffer = vec![0_u8; draw.below(5) * 300];
                    let (at, room) = (buffer.as_mut_ptr().cast(), buffer.len());
                    done(probelang_probes_drain(probes, at, room, &mut written, &mut left));
                    done(probelang_probes_dropped(probes, &mut dropped));
                    done(probelang_probes_statuses(probes, text));
                    done(probelang_probes_reports(probes, text));
                }
            }
        }
        replace(draw, &mut self.changes, changes, probelang_changes_free);
        replace(draw, &mut self.report, report, probelang_report_free);
    }

    /// Hits lines and calls.
    pub(super) fn hit(&mut self) {
        let draw = self.draw;
        let (probes, site) = (self.pick(&self.probes), self.pick(&self.site));
        let asked = Asked::new(draw);
        let (names, stack) = ([self.name(), self.name(), self.name()], [frame(draw), frame(draw)]);
        let thrown = [self.throwable(&stack)];
        let time = u64::from(draw.byte()) << 33;
        let mut waits = 0;
        draw.within.set(Some(self.within(self.pick(&self.bound), null_mut())));
        // SAFETY: as in `Play::step`.
        unsafe {
            let mut scene = probelang_scene::ZERO;
            scene.size = size::<probelang_scene>(draw);
            scene.host = if draw.byte() == 255 { null() } else { asked.host() };
            (scene.names, scene.name_count) = (names.as_ptr(), count(draw, &names));
            scene.stack = Some(self::stack);
            (scene.thread_name, scene.missing, scene.language) = (draw.text(), draw.text(), draw.text());
            (scene.trace_low, scene.span) = (draw.word(), u64::from(draw.byte()));
            match draw.below(8) {
                0..=2 => done(probelang_probes_line(probes, site, &scene, time)),
                3 | 4 => {
                    done(probelang_probes_enter(probes, site, &scene, time, &mut self.pending, &mut waits));
                }
                5 | 6 => {
                    let (pending, ending) = (&raw const self.pending, draw.number() % 4);
                    let thrown = if draw.byte() == 255 { null() } else { thrown.as_ptr() };
                    done(probelang_probes_exit(probes, site, &scene, pending, ending, thrown, time));
                }
                _ => {
                    if draw.byte() > 200 {
                        self.pending = probelang_pending { words: [draw.word(), draw.word(), draw.word()] };
                    }
                    done(probelang_probes_abandon(probes, &self.pending));
                }
            }
        }
        draw.within.set(None);
        asked.end();
    }
}
