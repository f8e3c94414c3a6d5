//! Sequences of calls that a fuzzer chooses: right and wrong handles, null, wrong sizes and numbers, and a host that
//! says anything. For the fuzz target `c_calls` and the tests.

use std::ptr::{null, null_mut};

use crate::capture::{probelang_capture, probelang_capture_free, probelang_capture_new};
use crate::changes::{probelang_changes, probelang_changes_free};
use crate::engine::{
    probelang_engine, probelang_engine_free, probelang_engine_new, probelang_engine_set_limits,
    probelang_names, probelang_names_free, probelang_names_new,
};
use crate::hits::probelang_pending;
use crate::probes::{
    probelang_probes, probelang_probes_free, probelang_probes_new, probelang_probes_options,
};
use crate::program::{probelang_bound, probelang_bound_free, probelang_program, probelang_program_free};
use crate::report::{probelang_report, probelang_report_free};
use crate::run::{probelang_budget, probelang_budget_free, probelang_budget_new};
use crate::site::{probelang_site, probelang_site_free, probelang_site_new};
use crate::status::probelang_status;
use crate::text::{Zero, probelang_str, probelang_text, probelang_text_free, probelang_text_new};

mod calls;
mod draw;
mod hits;
mod host;

use calls::size;
use draw::Draw;

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

    /// A few calls that belong together.
    ///
    /// Every argument of a call is null, a handle that lives (perhaps of another type), or a place or text of its
    /// function with a length that is right or absurd; the callbacks return. This is why the calls are sound.
    fn step(&mut self) {
        match self.draw.below(16) {
            0 | 1 => self.author(),
            2 | 3 => self.bind(),
            4..=6 => self.run(),
            7 => self.settings(),
            8 => {
                self.read();
                self.hint();
            }
            9 | 10 => self.capture(),
            11 | 12 => self.probes(),
            13 => self.hit(),
            14 => self.anew(),
            _ => self.free(),
        }
    }

    /// Frees a handle of each type that only `new` makes, and makes it anew.
    fn anew(&mut self) {
        let draw = self.draw;
        let place = draw.below(2);
        let mut engine = null_mut();
        let (mut text, mut names, mut budget) = (null_mut(), null_mut(), null_mut());
        let (mut capture, mut probes, mut site) = (null_mut(), null_mut(), null_mut());
        // SAFETY: as in `step`.
        unsafe {
            match draw.below(8) {
                0 => {
                    done(probelang_engine_new(&mut engine));
                    replace_at(place, &mut self.engine, engine, probelang_engine_free);
                }
                1 => {
                    done(probelang_names_new(&mut names));
                    replace_at(place, &mut self.names, names, probelang_names_free);
                }
                2 => {
                    done(probelang_text_new(&mut text));
                    replace_at(place, &mut self.text, text, probelang_text_free);
                }
                3 => {
                    done(probelang_budget_new(self.pick(&self.engine), &mut budget));
                    replace_at(place, &mut self.budget, budget, probelang_budget_free);
                }
                4 => {
                    done(probelang_capture_new(self.pick(&self.engine), &mut capture));
                    replace_at(place, &mut self.capture, capture, probelang_capture_free);
                }
                5 => {
                    let mut options = probelang_probes_options::ZERO;
                    options.size = size::<probelang_probes_options>(draw);
                    let (tags, share) = ([draw.text()], f64::from(draw.byte()) - 1.0);
                    (options.service, options.language) = (draw.text(), draw.text());
                    (options.tags, options.tag_count) = (tags.as_ptr(), draw.below(2));
                    (options.share, options.queue_events) = (share, draw.below(4));
                    let options = if draw.below(2) == 0 { null() } else { &raw const options };
                    done(probelang_probes_new(self.pick(&self.engine), options, &mut probes));
                    replace_at(place, &mut self.probes, probes, probelang_probes_free);
                }
                6 => {
                    done(probelang_site_new(c"T".as_ptr(), 1, c"T.m".as_ptr(), 3, &mut site));
                    replace_at(place, &mut self.site, site, probelang_site_free);
                }
                _ => {
                    // the wrong function does not free
                    let names = self.names.first().copied().unwrap_or(null_mut());
                    done(probelang_text_free(names.cast()));
                }
            }
        }
    }
}

/// Takes note of what a call came to: anything but a defect.
fn done(status: probelang_status) {
    assert_ne!(status, probelang_status::Panicked);
}

/// Reads a text that the library lent.
fn look(text: probelang_str) {
    if !text.data.is_null() {
        // SAFETY: the library lent it in the last call.
        let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
        assert!(str::from_utf8(bytes).is_ok());
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
    done(unsafe { free(old) });
}

/// The same in some place, if there is a new one.
fn replace<T>(
    draw: &Draw<'_>,
    all: &mut [*mut T],
    new: *mut T,
    free: unsafe extern "C" fn(*mut T) -> probelang_status,
) {
    if !new.is_null() {
        replace_at(draw.below(all.len()), all, new, free);
    }
}

/// Makes the calls that `bytes` decide, and frees everything.
pub fn play(bytes: &[u8]) {
    let draw = Draw::new(bytes);
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
                null(),
                play.probes.get_mut(at).map_or(null_mut(), std::ptr::from_mut),
            );
            let site = play.site.get_mut(at).map_or(null_mut(), std::ptr::from_mut);
            probelang_site_new(null(), 0, c"a.c:1".as_ptr(), 5, site);
        }
    }
    for _ in 0..200 {
        if draw.is_over() {
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
