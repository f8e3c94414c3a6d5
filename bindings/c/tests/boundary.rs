//! What crosses the boundary: wrong arguments are errors, hosts may lie, handles in use stay.
#![cfg(test)]

mod common;

use std::ptr::{null, null_mut};

use common::{
    DONE, EMPTY, Owned, Play, bound, budget, engine, message, names, number, program, said, string, test,
    text, value, written,
};
use probelang_c::author::{probelang_check, probelang_compile, probelang_compile_utf16};
use probelang_c::engine::{
    probelang_engine, probelang_engine_free, probelang_engine_redact, probelang_engine_redact_pattern,
    probelang_engine_set_dialect, probelang_engine_set_redaction, probelang_engine_set_text_limits,
    probelang_names_text, probelang_text_limits,
};
use probelang_c::host::{probelang_batch, probelang_host, probelang_more};
use probelang_c::program::{
    probelang_bind, probelang_load, probelang_program_artifact, probelang_program_free,
    probelang_program_kind,
};
use probelang_c::report::{
    probelang_diagnostic, probelang_report_apply, probelang_report_count, probelang_report_diagnostic,
    probelang_report_free, probelang_report_human, probelang_report_json,
};
use probelang_c::run::{
    probelang_budget_free, probelang_budget_set, probelang_budget_spent, probelang_budget_start,
    probelang_eval, probelang_measure, probelang_render, probelang_test, probelang_trace,
};
use probelang_c::status::probelang_status as status;
use probelang_c::text::{probelang_str, probelang_text_free, probelang_text_get, probelang_text_utf16};
use probelang_c::value::{probelang_kind as kind, probelang_value};
use probelang_c::{PROBELANG_ABI_VERSION, probelang_abi_version, probelang_version};

const CONDITION: probelang_program_kind = probelang_program_kind::Condition;

/// Compiles text; the status, and the sentence of the report.
fn compile(source: &[u8], kind: u32, form: u32) -> (status, String) {
    let engine = engine();
    let (mut program, mut report) = (Owned::none(probelang_program_free), Owned::none(probelang_report_free));
    let (at, len) = (source.as_ptr().cast(), source.len());
    // SAFETY: handles, bytes, and places for handles.
    let status = unsafe { probelang_compile(engine.0, kind, form, at, len, &mut program.0, &mut report.0) };
    assert_eq!(program.0.is_null(), status != status::Ok);
    (status, message(&report))
}

#[test]
fn the_library_says_its_versions() {
    let mut version = EMPTY;
    // SAFETY: a place for the text.
    assert_eq!(unsafe { probelang_version(&mut version) }, status::Ok);
    assert_eq!(common::lent(version), env!("CARGO_PKG_VERSION"));
    assert_eq!(probelang_abi_version(), PROBELANG_ABI_VERSION);
}

#[test]
fn a_value_is_three_words_in_c_too() {
    assert_eq!((size_of::<probelang_value>(), align_of::<probelang_value>()), (24, 8));
}

#[test]
fn null_where_something_must_be_is_an_error() {
    let engine = engine();
    let (names, text) = (names(), text());
    let program = program(&engine, CONDITION, "a");
    let bound = bound(&engine, &names, CONDITION, "a");
    let mut play = Play::new(number(kind::Bool, 1));
    let host = play.host();
    let mut verdict = 0;
    // SAFETY: handles, null, and places for results.
    let all = unsafe {
        [
            probelang_compile(null(), 0, 0, null(), 0, null_mut(), null_mut()),
            probelang_compile(engine.0, 0, 0, null(), 3, null_mut(), null_mut()),
            probelang_compile(engine.0, 0, 0, c"a".as_ptr(), 1, null_mut(), null_mut()),
            probelang_check(engine.0, 0, 0, c"a".as_ptr(), 1, null_mut()),
            probelang_load(engine.0, null(), 4, null_mut(), null_mut()),
            probelang_bind(program.0, null_mut(), null_mut()),
            probelang_bind(program.0, names.0, null_mut()),
            probelang_test(null(), &host, null_mut(), &mut verdict, null_mut()),
            probelang_test(bound.0, null(), null_mut(), &mut verdict, null_mut()),
            probelang_test(bound.0, &host, null_mut(), null_mut(), null_mut()),
            probelang_text_get(null_mut(), null_mut()),
            probelang_text_get(text.0, null_mut()),
            probelang_version(null_mut()),
            probelang_engine_redact(engine.0, 0, null(), 2),
            probelang_engine_set_redaction(engine.0, null(), 2),
        ]
    };
    assert!(all.iter().all(|status| *status == status::Null), "{all:?}");
}

#[test]
fn freeing_null_does_nothing() {
    // SAFETY: null is allowed.
    let all = unsafe { [probelang_engine_free(null_mut()), probelang_text_free(null_mut())] };
    assert_eq!(all, [status::Ok; 2]);
}

#[test]
fn a_handle_of_another_type_is_an_error_and_stays_whole() {
    let engine = engine();
    let (names, text) = (names(), text());
    let bound = bound(&engine, &names, CONDITION, "a");
    let mut out = EMPTY;
    let mut program = null_mut();
    // SAFETY: handles of the library, of other types than the functions take, which they must notice.
    let all = unsafe {
        [
            probelang_text_get(engine.0.cast(), &mut out),
            probelang_compile(text.0.cast(), 0, 0, c"a".as_ptr(), 1, &mut program, null_mut()),
            probelang_bind(bound.0.cast(), names.0, &mut program.cast()),
            probelang_names_text(bound.0.cast(), 0, &mut out),
            probelang_text_free(names.0.cast()),
            probelang_engine_free(bound.0.cast()),
            probelang_budget_free(text.0.cast()),
            // in the middle of a handle
            probelang_text_get(text.0.cast::<u8>().wrapping_add(1).cast(), &mut out),
        ]
    };
    assert!(all.iter().all(|status| *status == status::WrongHandle), "{all:?}");
}

#[test]
fn sizes_of_structs_are_checked_and_older_ones_are_taken() {
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "a");
    let mut play = Play::new(number(kind::Bool, 1));
    let mut host = play.host();
    for (size, expected) in [
        (0, status::WrongSize),
        (8, status::WrongSize),
        (usize::MAX, status::WrongSize),
        (1 << 20, status::WrongSize),
        (std::mem::offset_of!(probelang_host, field), status::Ok),
        (std::mem::offset_of!(probelang_host, len) + 3, status::Ok),
        (size_of::<probelang_host>(), status::Ok),
    ] {
        host.size = size;
        assert_eq!(test(&bound, &host, null_mut()).0, expected, "{size}");
    }
    // a newer one goes on behind what is known
    let mut newer = [host, host];
    newer[0].size = 2 * size_of::<probelang_host>();
    assert_eq!(test(&bound, &newer[0], null_mut()).1, Some(true));
    let limits = probelang_text_limits { size: 3, depth: 0, items: 0, fields: 0, string: 0, message: 0 };
    // SAFETY: a handle and a struct.
    assert_eq!(unsafe { probelang_engine_set_text_limits(engine.0, &limits) }, status::WrongSize);
}

#[test]
fn what_an_older_host_does_not_have_is_absent() {
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "any(a, @it > 0)");
    let mut play = Play::new(value(kind::List, 0));
    play.batch.count = 1;
    let mut host = play.host();
    assert_eq!(test(&bound, &host, null_mut()).1, Some(true));
    host.size = std::mem::offset_of!(probelang_host, items);
    let (status, answer, message) = test(&bound, &host, null_mut());
    assert_eq!((status, answer), (status::Fault, None));
    assert!(message.contains("not shown by the host"), "{message}");
}

#[test]
fn numbers_that_stand_for_nothing_are_errors() {
    assert_eq!(compile(b"a", 4, 0).0, status::WrongNumber);
    assert_eq!(compile(b"a", 0, 2).0, status::WrongNumber);
    let engine = engine();
    // SAFETY: handles and text.
    unsafe {
        assert_eq!(probelang_engine_redact(engine.0, 9, null(), 0), status::WrongNumber);
        assert_eq!(probelang_engine_set_dialect(engine.0, c"cobol".as_ptr(), 5), status::Unknown);
    }
}

#[test]
fn text_that_is_not_unicode_and_absurd_lengths_are_errors() {
    assert_eq!(compile(b"a == \"\xff\"", 0, 0).0, status::NotUnicode);
    let engine = engine();
    let (mut program, units) = (null_mut(), [u16::from(b'"'), 0xd800, u16::from(b'"')]);
    // SAFETY: handles, and lengths that must be refused before anything is read.
    unsafe {
        let utf16 =
            |len| probelang_compile_utf16(engine.0, 0, 0, units.as_ptr(), len, &mut program, null_mut());
        let mut utf16 = utf16;
        assert_eq!(utf16(3), status::NotUnicode);
        assert_eq!(utf16(usize::MAX), status::TooLong);
        let mut compile =
            |len| probelang_compile(engine.0, 0, 0, c"a".as_ptr(), len, &mut program, null_mut());
        assert_eq!(compile(usize::MAX), status::TooLong);
        assert_eq!(compile(isize::MAX as usize), status::TooLong);
        assert_eq!(probelang_engine_redact(engine.0, 0, &EMPTY, usize::MAX), status::TooLong);
    }
}

#[test]
fn utf16_goes_in_and_comes_out() {
    let engine = engine();
    let (names, out) = (names(), text());
    let source: Vec<u16> = "größe {a} 😀".encode_utf16().collect();
    let (mut program, mut bound) =
        (Owned::none(probelang_program_free), Owned::none(probelang_c::program::probelang_bound_free));
    let mut play = Play::new(string("žluť".as_bytes()));
    let host = play.host();
    let mut units = [0_u16; 32];
    let mut needed = 0;
    // SAFETY: handles, text, and places for results.
    unsafe {
        let template = probelang_program_kind::Template as u32;
        let (at, len) = (source.as_ptr(), source.len());
        assert_eq!(
            probelang_compile_utf16(engine.0, template, 0, at, len, &mut program.0, null_mut()),
            status::Ok
        );
        assert_eq!(probelang_bind(program.0, names.0, &mut bound.0), status::Ok);
        assert_eq!(probelang_render(bound.0, &host, null_mut(), out.0, null_mut()), status::Ok);
        assert_eq!(probelang_text_utf16(out.0, units.as_mut_ptr(), 3, &mut needed), status::TooSmall);
        assert_eq!(probelang_text_utf16(out.0, units.as_mut_ptr(), 32, &mut needed), status::Ok);
    }
    assert_eq!(String::from_utf16(&units[..needed]).unwrap(), "größe žluť 😀");
}

#[test]
fn a_rejected_source_has_diagnostics_as_data() {
    let engine = engine();
    let (mut program, mut report) = (null_mut(), Owned::none(probelang_report_free));
    let source = "größe > 1 and b";
    let out = text();
    // SAFETY: handles, text, and places for results.
    unsafe {
        let (at, len) = (source.as_ptr().cast(), source.len());
        assert_eq!(probelang_compile(engine.0, 0, 0, at, len, &mut program, &mut report.0), status::Rejected);
        let mut count = 0;
        assert_eq!(probelang_report_count(report.0, &mut count), status::Ok);
        assert_eq!(count, 1);
        let mut one: probelang_diagnostic = std::mem::zeroed();
        one.size = size_of::<probelang_diagnostic>();
        assert_eq!(probelang_report_diagnostic(report.0, 0, &mut one), status::Ok);
        assert_eq!((common::lent(one.code), one.severity, one.edits), ("PL0214".to_owned(), 0, 1));
        // two letters of two bytes before it
        assert_eq!((one.start, one.end, one.utf16_start, one.line, one.column), (12, 15, 10, 1, 11));
        assert_eq!(probelang_report_apply(report.0, 0, 0, out.0), status::Ok);
        assert_eq!(written(&out), "größe > 1 && b");
        assert_eq!(probelang_report_diagnostic(report.0, 1, &mut one), status::OutOfRange);
        one.size = 2;
        assert_eq!(probelang_report_diagnostic(report.0, 0, &mut one), status::WrongSize);
        assert_eq!(probelang_report_human(report.0, c"when".as_ptr(), 4, out.0), status::Ok);
        assert!(written(&out).starts_with("error[PL0214]: "), "{}", written(&out));
        assert_eq!(probelang_report_json(report.0, out.0), status::Ok);
    }
    let json: serde_json::Value = serde_json::from_str(&written(&out)).unwrap();
    assert_eq!(json[0]["code"], "PL0214");
}

#[test]
fn a_check_says_whether_it_compiles_and_what_it_reads() {
    let engine = engine();
    let out = text();
    for (source, expected) in [("len(items) > 2", status::Ok), ("len(items", status::Rejected)] {
        let mut report = Owned::none(probelang_report_free);
        // SAFETY: handles, text, and places for results.
        unsafe {
            let (at, len) = (source.as_ptr().cast(), source.len());
            assert_eq!(probelang_check(engine.0, 0, 0, at, len, &mut report.0), expected);
            assert_eq!(probelang_report_json(report.0, out.0), status::Ok);
        }
        let json: serde_json::Value = serde_json::from_str(&written(&out)).unwrap();
        assert_eq!(json["ok"], expected == status::Ok);
    }
}

#[test]
fn an_artifact_goes_out_and_comes_back() {
    let engine = engine();
    let names = names();
    let program = program(&engine, CONDITION, "a > 1");
    let mut bytes = [0_u8; 4096];
    let mut needed = 0;
    let (mut loaded, mut bound) =
        (Owned::none(probelang_program_free), Owned::none(probelang_c::program::probelang_bound_free));
    // SAFETY: handles, bytes, and places for results.
    unsafe {
        assert_eq!(probelang_program_artifact(program.0, 0, null_mut(), 0, &mut needed), status::TooSmall);
        let room = bytes.len();
        assert_eq!(
            probelang_program_artifact(program.0, 0, bytes.as_mut_ptr(), room, &mut needed),
            status::Ok
        );
        assert_eq!(probelang_load(engine.0, bytes.as_ptr(), needed, &mut loaded.0, null_mut()), status::Ok);
        assert_eq!(probelang_bind(loaded.0, names.0, &mut bound.0), status::Ok);
        let mut none = null_mut();
        let mut report = Owned::none(probelang_report_free);
        assert_eq!(
            probelang_load(engine.0, bytes.as_ptr(), needed - 1, &mut none, &mut report.0),
            status::Rejected
        );
        assert_ne!(message(&report), "");
    }
    let mut play = Play::new(number(kind::Int, 2));
    assert_eq!(test(&bound, &play.host(), null_mut()).1, Some(true));
}

#[test]
fn a_program_of_another_kind_is_an_error() {
    let engine = engine();
    let (names, out) = (names(), text());
    let bound = bound(&engine, &names, CONDITION, "a");
    let mut play = Play::new(number(kind::Bool, 1));
    let host = play.host();
    let mut number = value(kind::Absent, 0);
    // SAFETY: handles, a host, and places for results.
    let all = unsafe {
        [
            probelang_measure(bound.0, &host, null_mut(), &mut number, null_mut()),
            probelang_eval(bound.0, &host, null_mut(), out.0, null_mut()),
            probelang_render(bound.0, &host, null_mut(), out.0, null_mut()),
            probelang_trace(bound.0, &host, null_mut(), out.0, null_mut()),
        ]
    };
    assert_eq!(all, [status::WrongKind; 4]);
}

#[test]
fn values_that_lie_are_unreadable() {
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "a == \"x\"");
    let long = |len| said(kind::Str, b"x".as_ptr(), len);
    let nowhere = said(kind::Str, null(), 4);
    for (var, why) in [
        (probelang_value { kind: 18, ..value(kind::Null, 0) }, "not a value"),
        (probelang_value { kind: 200, ..value(kind::Null, 0) }, "not a value"),
        (string(b"\xff\xfe"), "text that is not UTF-8"),
        (string(b"\xed\xa0\x80"), "text that is not UTF-8"),
        (long(usize::MAX), "more text than is read"),
        (long(isize::MAX as usize + 1), "more text than is read"),
        (long((1 << 30) + 1), "more text than is read"),
        (nowhere, "not a value"),
    ] {
        let mut play = Play::new(var);
        let (status, answer, message) = test(&bound, &play.host(), null_mut());
        assert_eq!((status, answer), (status::Fault, None), "{message}");
        assert!(message.contains(why), "{message}");
    }
    // nothing at all is the empty text
    let mut play = Play::new(said(kind::Str, null(), 0));
    assert_eq!(test(&bound, &play.host(), null_mut()).1, Some(false));
}

#[test]
fn a_host_fails_a_call_with_a_reason() {
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "a > 1");
    for (var, why) in [
        (said(kind::Failed, b"stopped thread".as_ptr(), 14), "stopped thread"),
        (said(kind::Failed, null(), 0), "the host failed"),
    ] {
        let mut play = Play::new(var);
        let (status, _, message) = test(&bound, &play.host(), null_mut());
        assert_eq!(status, status::Fault);
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn a_question_that_cannot_be_left_open_fails_the_run() {
    unsafe extern "C" fn fails(_: *mut std::ffi::c_void, _: u64, _: u32, _: *mut probelang_str) -> i32 {
        -7
    }
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "a == \"READ\"");
    let mut play = Play::new(value(kind::Object, 0));
    let mut host = play.host();
    host.enum_name = Some(fails);
    let (status, answer, message) = test(&bound, &host, null_mut());
    assert_eq!((status, answer), (status::HostFailed, None));
    assert_eq!(message, "the host could not answer: the host failed");
}

#[test]
fn batches_that_lie_end_and_cursors_are_closed() {
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "all(a, @it == 1)");
    let batch = |count, more| probelang_batch { count, more, why: EMPTY };
    for (batch, expected) in [
        // without end: the budget ends it
        (batch(16, probelang_more::Yes as u32), (status::Fault, None)),
        (batch(usize::MAX, probelang_more::Yes as u32), (status::Fault, None)),
        // more than there is room for
        (batch(usize::MAX, probelang_more::Done as u32), (status::Ok, Some(true))),
        // promises and gives nothing
        (batch(0, probelang_more::Yes as u32), (status::Ok, Some(true))),
        (batch(1, probelang_more::Cut as u32), (status::Fault, None)),
        (batch(1, 77), (status::Fault, None)),
    ] {
        let mut play = Play::new(value(kind::List, 0));
        play.batch = batch;
        let (status, answer, message) = test(&bound, &play.host(), null_mut());
        assert_eq!((status, answer), expected, "{message}");
        assert_eq!((play.opened, play.closed), (1, 1));
    }
}

#[test]
fn places_that_a_batch_did_not_write_are_absent() {
    unsafe extern "C" fn items(
        _: *mut std::ffi::c_void,
        _: *mut probelang_c::host::probelang_cursor,
        _: *mut probelang_value,
        room: usize,
        batch: *mut probelang_batch,
    ) -> i32 {
        // SAFETY: the library lends a place.
        unsafe { batch.write(probelang_batch { count: room, more: 0, why: EMPTY }) };
        DONE
    }
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "any(a, @it == 1)");
    let mut play = Play::new(value(kind::List, 0));
    let mut host = play.host();
    host.items = Some(items);
    assert_eq!(test(&bound, &host, null_mut()).0, status::Fault);
}

#[test]
fn handles_in_use_are_busy_and_others_work_within_a_callback() {
    let engine = engine();
    let names = names();
    let inner = bound(&engine, &names, CONDITION, "b");
    let bound = bound(&engine, &names, CONDITION, "a");
    let (spent, other) = (budget(&engine), budget(&engine));
    let mut second = Play::new(number(kind::Bool, 1));
    let second_host = second.host();
    let mut play = Play::new(number(kind::Bool, 1));
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let (note, spent_at, other_at, inner_at) = (std::rc::Rc::clone(&seen), spent.0, other.0, inner.0);
    play.on_var = Some(Box::new(move || {
        let mut verdict = 0;
        let mut steps = 0;
        // SAFETY: handles that live, one of which a run has.
        note.borrow_mut().extend(unsafe {
            [
                probelang_test(inner_at, &second_host, spent_at, &mut verdict, null_mut()),
                probelang_budget_start(spent_at),
                probelang_budget_spent(spent_at, &mut steps),
                probelang_budget_free(spent_at),
                probelang_test(inner_at, &second_host, other_at, &mut verdict, null_mut()),
            ]
        });
    }));
    assert_eq!(test(&bound, &play.host(), spent.0).1, Some(true));
    let busy = status::Busy;
    assert_eq!(*seen.borrow(), [busy, busy, busy, busy, status::Ok]);
    // and it is free again afterwards
    assert_eq!(test(&bound, &play.host(), spent.0).1, Some(true));
}

#[test]
fn one_budget_bounds_all_runs_of_a_hit() {
    let engine = engine();
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "a > 1 || a < 0");
    let spent = budget(&engine);
    let mut play = Play::new(number(kind::Int, 1));
    let host = play.host();
    // SAFETY: a handle.
    unsafe { assert_eq!(probelang_budget_set(spent.0, 20, 1_000_000_000), status::Ok) };
    let runs = (0..20).take_while(|_| test(&bound, &host, spent.0).0 == status::Ok).count();
    assert!((1..10).contains(&runs), "{runs}");
    // SAFETY: a handle.
    unsafe { assert_eq!(probelang_budget_start(spent.0), status::Ok) };
    assert_eq!(test(&bound, &host, spent.0).0, status::Ok);
}

#[test]
fn the_clock_of_the_caller_ends_a_run() {
    unsafe extern "C" fn now(data: *mut std::ffi::c_void) -> u64 {
        // SAFETY: the test gave a number with it.
        let time = unsafe { &mut *data.cast::<u64>() };
        *time += 30_000_000;
        *time
    }
    let engine = engine();
    let names = names();
    let mut time = 0_u64;
    // SAFETY: a handle, a function and its data.
    let set = unsafe {
        probelang_c::engine::probelang_engine_set_clock(
            engine.0,
            Some(now),
            std::ptr::from_mut(&mut time).cast(),
        )
    };
    assert_eq!(set, status::Ok);
    let bound = bound(&engine, &names, CONDITION, "all(a, @it == 1)");
    let mut play = Play::new(value(kind::List, 0));
    play.batch = probelang_batch { count: 16, more: probelang_more::Yes as u32, why: EMPTY };
    let (status, _, message) = test(&bound, &play.host(), null_mut());
    assert_eq!(status, status::Fault);
    assert_eq!(message, "the evaluation takes too long");
    assert!(time > 50_000_000);
}

#[test]
fn redaction_is_that_of_the_engine_and_no_message_shows_a_value() {
    let engine = engine();
    let names = names();
    let name = probelang_str { data: c"badge".as_ptr(), len: 5 };
    // SAFETY: a handle and a text.
    unsafe { assert_eq!(probelang_engine_redact(engine.0, 0, &name, 1), status::Ok) };
    let bound = bound(&engine, &names, CONDITION, "badge == \"s3cret\"");
    let mut play = Play::new(string(b"s3cret"));
    let (status, _, message) = test(&bound, &play.host(), null_mut());
    assert_eq!(status, status::Fault);
    assert_eq!(message, "`badge` is redacted by its name");
}

/// What a template and an expression of the variable `note` give, over an engine.
fn shown(engine: &Owned<probelang_engine>, note: &'static str) -> (String, status, String) {
    let (names, out, mut report) = (names(), text(), Owned::none(probelang_report_free));
    let mut play = Play::new(string(note.as_bytes()));
    let host = play.host();
    let template = bound(engine, &names, probelang_program_kind::Template, "seen: {note}");
    let value = bound(engine, &names, probelang_program_kind::Value, "note");
    // SAFETY: handles, a host, and places for results.
    unsafe {
        assert_eq!(probelang_render(template.0, &host, null_mut(), out.0, null_mut()), status::Ok);
        let rendered = written(&out);
        let ended = probelang_eval(value.0, &host, null_mut(), out.0, &mut report.0);
        let said = if ended == status::Ok { written(&out) } else { message(&report) };
        (rendered, ended, said)
    }
}

/// A setting of redaction in the mode `mode`.
fn set_redaction(engine: &Owned<probelang_engine>, mode: &str) -> status {
    // SAFETY: a handle and a text.
    unsafe { probelang_engine_set_redaction(engine.0, mode.as_ptr().cast(), mode.len()) }
}

#[test]
fn a_mode_hides_texts_for_what_they_say() {
    let engine = engine();
    let card = "paid with 4111 1111 1111 1111";
    let all = format!("\"{card}\"");
    assert_eq!(shown(&engine, card), (format!("seen: {card}"), status::Ok, all));
    assert_eq!(set_redaction(&engine, "targeted"), status::Ok);
    let masked = "\"paid with {redacted}\"".to_owned();
    assert_eq!(shown(&engine, card), ("seen: paid with {redacted}".to_owned(), status::Ok, masked));
    assert_eq!(shown(&engine, "nothing").2, "\"nothing\"");
    // a condition sees the text
    let bound_names = names();
    let condition = bound(&engine, &bound_names, CONDITION, "note == \"paid with 4111 1111 1111 1111\"");
    let mut play = Play::new(string(card.as_bytes()));
    assert_eq!(test(&condition, &play.host(), null_mut()).0, status::Ok);

    assert_eq!(set_redaction(&engine, "strict"), status::Ok);
    let (message, ended, said) = shown(&engine, "nothing");
    assert_eq!((message.as_str(), ended), ("seen: {redacted}", status::Fault));
    assert!(!said.is_empty() && !said.contains("nothing"), "{said}");
    assert_eq!(set_redaction(&engine, "some"), status::Unknown);
}

#[test]
fn shapes_and_patterns_of_texts_can_be_added_and_taken_out() {
    let redact = |engine: &Owned<probelang_engine>, rule, shape: &'static str| {
        let shape = probelang_str { data: shape.as_ptr().cast(), len: shape.len() };
        // SAFETY: a handle and a text.
        unsafe { probelang_engine_redact(engine.0, rule, &shape, 1) }
    };
    let pattern = |engine: &Owned<probelang_engine>, name: &'static str, pattern: &'static str| {
        let mut report = Owned::none(probelang_report_free);
        let [name, pattern] =
            [name, pattern].map(|text| probelang_str { data: text.as_ptr().cast(), len: text.len() });
        // SAFETY: a handle, texts, and a place for the report.
        let status = unsafe { probelang_engine_redact_pattern(engine.0, name, pattern, &mut report.0) };
        (status, message(&report))
    };
    // what is added asks for the mode
    let note = "ada@example.com paid with 4111 1111 1111 1111, badge B-1815";
    let mine = engine();
    assert_eq!(redact(&mine, 3, "email"), status::Ok);
    assert_eq!(redact(&mine, 4, "card"), status::Ok);
    assert_eq!(shown(&mine, note).0, "seen: {redacted} paid with 4111 1111 1111 1111, badge B-1815");
    assert_eq!(redact(&mine, 3, "mail"), status::Unknown);
    let badges = engine();
    assert_eq!(pattern(&badges, "badge", "B-[0-9]{4}"), (status::Ok, String::new()));
    assert_eq!(shown(&badges, note).0, "seen: ada@example.com paid with {redacted}, badge {redacted}");
    for (name, text) in
        [("card", "x"), ("", "x"), ("a b", "x"), ("mine", "("), ("mine", "x*"), ("mine", "(?=x)")]
    {
        let (status, said) = pattern(&badges, name, text);
        assert!(status == status::Rejected && !said.is_empty(), "{name} {text} {status:?} {said}");
    }
}

#[test]
fn nothing_is_allocated_where_a_condition_is_tested() {
    let engine = engine();
    let names = names();
    let source = "any(a, @it == 2) || contains(b, \"xy\") || c.d == 3";
    let bound = bound(&engine, &names, CONDITION, source);
    let spent = budget(&engine);
    let mut play = Play::new(value(kind::List, 0));
    play.batch.count = 20;
    let host = play.host();
    let mut verdict = 0;
    let counted = allocation_counter::measure(|| {
        for _ in 0..10 {
            // SAFETY: handles, a host, and a place for the verdict.
            unsafe {
                probelang_budget_start(spent.0);
                probelang_test(bound.0, &host, spent.0, &mut verdict, null_mut());
                probelang_test(bound.0, &host, null_mut(), &mut verdict, null_mut());
            }
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_message_is_rendered_into_memory_that_is_used_again() {
    let engine = engine();
    let (names, out) = (names(), text());
    let bound = bound(&engine, &names, probelang_program_kind::Template, "a is {a}, twice {a}");
    let spent = budget(&engine);
    let mut play = Play::new(string(b"forty-two"));
    let host = play.host();
    let render = || {
        // SAFETY: handles and a host.
        unsafe {
            probelang_budget_start(spent.0);
            assert_eq!(probelang_render(bound.0, &host, spent.0, out.0, null_mut()), status::Ok);
        }
    };
    render();
    let counted = allocation_counter::measure(render);
    assert_eq!(counted.count_total, 0);
    assert_eq!(written(&out), "a is forty-two, twice forty-two");
}
