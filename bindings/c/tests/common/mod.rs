//! Handles that free themselves, and a host of callbacks that does what a test says.

#![allow(dead_code)]

use std::ffi::c_void;
use std::ptr::null_mut;

use probelang_c::author::{probelang_compile, probelang_form};
use probelang_c::engine::{
    probelang_engine, probelang_engine_free, probelang_engine_new, probelang_names, probelang_names_free,
    probelang_names_new,
};
use probelang_c::host::{probelang_batch, probelang_cursor, probelang_host};
use probelang_c::program::{
    probelang_bind, probelang_bound, probelang_bound_free, probelang_program, probelang_program_free,
    probelang_program_kind,
};
use probelang_c::report::{probelang_report, probelang_report_free, probelang_report_message};
use probelang_c::run::{
    probelang_budget, probelang_budget_free, probelang_budget_new, probelang_test, probelang_verdict,
};
use probelang_c::status::{probelang_reply, probelang_status};
use probelang_c::text::{
    probelang_str, probelang_text, probelang_text_free, probelang_text_get, probelang_text_new,
};
use probelang_c::value::{probelang_handle, probelang_kind, probelang_payload, probelang_value};

/// A handle that is freed with its place.
pub struct Owned<T>(pub *mut T, unsafe extern "C" fn(*mut T) -> probelang_status);

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the handle is from the function whose sibling frees it, or null.
        assert_eq!(unsafe { (self.1)(self.0) }, probelang_status::Ok);
    }
}

impl<T> Owned<T> {
    pub fn none(free: unsafe extern "C" fn(*mut T) -> probelang_status) -> Self {
        Self(null_mut(), free)
    }
}

pub fn engine() -> Owned<probelang_engine> {
    let mut engine = Owned::none(probelang_engine_free);
    // SAFETY: a place for a handle.
    assert_eq!(unsafe { probelang_engine_new(&mut engine.0) }, probelang_status::Ok);
    engine
}

pub fn names() -> Owned<probelang_names> {
    let mut names = Owned::none(probelang_names_free);
    // SAFETY: a place for a handle.
    assert_eq!(unsafe { probelang_names_new(&mut names.0) }, probelang_status::Ok);
    names
}

pub fn text() -> Owned<probelang_text> {
    let mut text = Owned::none(probelang_text_free);
    // SAFETY: a place for a handle.
    assert_eq!(unsafe { probelang_text_new(&mut text.0) }, probelang_status::Ok);
    text
}

pub fn budget(engine: &Owned<probelang_engine>) -> Owned<probelang_budget> {
    let mut budget = Owned::none(probelang_budget_free);
    // SAFETY: a handle, and a place for one.
    assert_eq!(unsafe { probelang_budget_new(engine.0, &mut budget.0) }, probelang_status::Ok);
    budget
}

pub fn program(
    engine: &Owned<probelang_engine>,
    kind: probelang_program_kind,
    source: &str,
) -> Owned<probelang_program> {
    let (mut program, mut report) = (Owned::none(probelang_program_free), Owned::none(probelang_report_free));
    let form = probelang_form::Text as u32;
    // SAFETY: handles, a text, and places for handles.
    let status = unsafe {
        let (at, len) = (source.as_ptr().cast(), source.len());
        probelang_compile(engine.0, kind as u32, form, at, len, &mut program.0, &mut report.0)
    };
    assert_eq!(status, probelang_status::Ok, "{}", message(&report));
    program
}

pub fn bound(
    engine: &Owned<probelang_engine>,
    names: &Owned<probelang_names>,
    kind: probelang_program_kind,
    source: &str,
) -> Owned<probelang_bound> {
    let program = program(engine, kind, source);
    let mut bound = Owned::none(probelang_bound_free);
    // SAFETY: handles, and a place for one.
    assert_eq!(unsafe { probelang_bind(program.0, names.0, &mut bound.0) }, probelang_status::Ok);
    bound
}

pub fn message(report: &Owned<probelang_report>) -> String {
    let mut text = probelang_str { data: std::ptr::null(), len: 0 };
    // SAFETY: a report or null, and a place for the text.
    match unsafe { probelang_report_message(report.0, &mut text) } {
        probelang_status::Ok => lent(text),
        _ => String::new(),
    }
}

pub fn lent(text: probelang_str) -> String {
    if text.len == 0 {
        return String::new();
    }
    // SAFETY: the library lends that text.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) };
    str::from_utf8(bytes).unwrap().to_owned()
}

pub fn written(text: &Owned<probelang_text>) -> String {
    let mut out = probelang_str { data: std::ptr::null(), len: 0 };
    // SAFETY: a text, and a place for what it lends.
    assert_eq!(unsafe { probelang_text_get(text.0, &mut out) }, probelang_status::Ok);
    lent(out)
}

/// Tests a condition: status, verdict, and the sentence of the report.
pub fn test(
    bound: &Owned<probelang_bound>,
    host: &probelang_host,
    budget: *mut probelang_budget,
) -> (probelang_status, Option<bool>, String) {
    let (mut verdict, mut report) = (77, Owned::none(probelang_report_free));
    // SAFETY: handles or null, a host, and places for the results.
    let status = unsafe { probelang_test(bound.0, host, budget, &mut verdict, &mut report.0) };
    let answer = match verdict {
        verdict if verdict == probelang_verdict::Matched as u32 => Some(true),
        verdict if verdict == probelang_verdict::NotMatched as u32 => Some(false),
        _ => None,
    };
    (status, answer, message(&report))
}

pub const EMPTY: probelang_str = probelang_str { data: std::ptr::null(), len: 0 };
pub const DONE: i32 = probelang_reply::Done as i32;

/// What a host of the tests answers, and what it was asked.
pub struct Play {
    /// The value of every variable.
    pub var: probelang_value,
    /// What every batch says, of which elements.
    pub batch: probelang_batch,
    pub element: probelang_value,
    pub opened: usize,
    pub closed: usize,
    /// What is done when a variable is asked for.
    pub on_var: Option<Box<dyn FnMut()>>,
}

pub fn value(kind: probelang_kind, word: u64) -> probelang_value {
    probelang_value {
        kind: kind as u8,
        of: probelang_payload { handle: probelang_handle { shape: 0, word } },
    }
}

pub fn number(kind: probelang_kind, integer: i64) -> probelang_value {
    probelang_value { kind: kind as u8, of: probelang_payload { integer } }
}

pub fn string(text: &'static [u8]) -> probelang_value {
    said(probelang_kind::Str, text.as_ptr(), text.len())
}

pub fn said(kind: probelang_kind, data: *const u8, len: usize) -> probelang_value {
    let text = probelang_str { data: data.cast(), len };
    probelang_value { kind: kind as u8, of: probelang_payload { text } }
}

impl Play {
    pub fn new(var: probelang_value) -> Self {
        Self {
            var,
            batch: probelang_batch { count: 0, more: 0, why: EMPTY },
            element: number(probelang_kind::Int, 1),
            opened: 0,
            closed: 0,
            on_var: None,
        }
    }

    /// The callbacks. They are valid while the play is neither moved nor touched otherwise.
    pub fn host(&mut self) -> probelang_host {
        // SAFETY: zero is a null pointer or no callback.
        let mut host: probelang_host = unsafe { std::mem::zeroed() };
        host.size = size_of::<probelang_host>();
        host.data = std::ptr::from_mut(self).cast();
        host.var = Some(var);
        host.open = Some(open);
        host.items = Some(items);
        host.close = Some(close);
        host
    }
}

fn play<'p>(data: *mut c_void) -> &'p mut Play {
    // SAFETY: `Play::host` put it there.
    unsafe { &mut *data.cast() }
}

unsafe extern "C" fn var(data: *mut c_void, _: u32, out: *mut probelang_payload) -> u32 {
    let play = play(data);
    if let Some(mut act) = play.on_var.take() {
        act();
        play.on_var = Some(act);
    }
    // SAFETY: the library lends a place.
    unsafe { out.write(play.var.of) };
    u32::from(play.var.kind)
}

unsafe extern "C" fn open(data: *mut c_void, _: *mut probelang_cursor, _: *mut probelang_str) -> i32 {
    play(data).opened += 1;
    DONE
}

unsafe extern "C" fn items(
    data: *mut c_void,
    _: *mut probelang_cursor,
    out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    let play = play(data);
    for at in 0..play.batch.count.min(room) {
        // SAFETY: the library lends `room` places.
        unsafe { out.add(at).write(play.element) };
    }
    // SAFETY: the library lends a place.
    unsafe { batch.write(play.batch) };
    DONE
}

unsafe extern "C" fn close(data: *mut c_void, _: *mut probelang_cursor) -> i32 {
    play(data).closed += 1;
    DONE
}
