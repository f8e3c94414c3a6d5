//! Settings, names, and what a program says of itself, through the boundary.
#![cfg(test)]

mod common;

use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use common::{
    EMPTY, Owned, Play, bound, engine, lent, message, names, number, program, test, text, value, written,
};
use probelang_c::author::{probelang_check, probelang_check_utf16, probelang_compile, probelang_form};
use probelang_c::engine::{
    probelang_engine, probelang_engine_set_limits, probelang_engine_set_max_cost,
    probelang_engine_set_schema, probelang_engine_set_strict, probelang_names_count, probelang_names_symbol,
    probelang_names_text, probelang_use,
};
use probelang_c::hint::{probelang_report_hint, probelang_variable};
use probelang_c::host::probelang_more;
use probelang_c::program::{
    probelang_bind_traced, probelang_bind_traced_with, probelang_bind_with, probelang_bound_free,
    probelang_bound_variable, probelang_program_free, probelang_program_get_kind, probelang_program_kind,
    probelang_program_source,
};
use probelang_c::report::{
    probelang_edit, probelang_report_edit, probelang_report_free, probelang_report_json,
};
use probelang_c::run::{probelang_render, probelang_test, probelang_trace};
use probelang_c::status::probelang_status as status;
use probelang_c::text::probelang_str;
use probelang_c::value::{probelang_kind as kind, probelang_payload};

const CONDITION: probelang_program_kind = probelang_program_kind::Condition;
const TEXT: u32 = probelang_form::Text as u32;

/// Compiles a condition; the status, and the sentence of the report, of warnings too.
fn compile(engine: &Owned<probelang_engine>, source: &str) -> (status, String) {
    let (mut program, mut report) = (Owned::none(probelang_program_free), Owned::none(probelang_report_free));
    let (at, len) = (source.as_ptr().cast(), source.len());
    // SAFETY: a handle, a text, and places for handles.
    let status = unsafe {
        probelang_compile(engine.0, CONDITION as u32, TEXT, at, len, &mut program.0, &mut report.0)
    };
    (status, message(&report))
}

#[test]
fn settings_hold_for_what_is_compiled_after_them() {
    let engine = engine();
    let (all, wrong) = ("all(a, @it > 1)", "len(5) > 1");
    assert_eq!(compile(&engine, all), (status::Ok, String::new()));
    assert_eq!(compile(&engine, wrong).0, status::Ok);
    // SAFETY: a handle.
    unsafe {
        assert_eq!(probelang_engine_set_strict(engine.0, 1), status::Ok);
        assert_eq!(compile(&engine, wrong).0, status::Rejected);
        assert_eq!(probelang_engine_set_strict(engine.0, 0), status::Ok);
        assert_eq!(compile(&engine, wrong).0, status::Ok);
        assert_eq!(probelang_engine_set_max_cost(engine.0, 10), status::Ok);
        assert_eq!(compile(&engine, all).0, status::Rejected);
        assert_eq!(probelang_engine_set_max_cost(engine.0, u64::MAX), status::Ok);
        assert_eq!(compile(&engine, all).0, status::Ok);
    }
}

#[test]
fn a_schema_is_read_for_checks_or_rejected_with_a_reason() {
    let engine = engine();
    let schema = |json: &str| {
        let mut report = Owned::none(probelang_report_free);
        // SAFETY: a handle, a text, and a place for a handle.
        let status =
            unsafe { probelang_engine_set_schema(engine.0, json.as_ptr().cast(), json.len(), &mut report.0) };
        (status, message(&report))
    };
    let check = |source: &str| {
        let mut report = Owned::none(probelang_report_free);
        let (at, len) = (source.as_ptr().cast(), source.len());
        // SAFETY: a handle, a text, and a place for a handle.
        let status = unsafe { probelang_check(engine.0, CONDITION as u32, TEXT, at, len, &mut report.0) };
        (status, message(&report))
    };
    let fine = (status::Ok, String::new());
    assert_eq!(check("unknown == 1"), fine);
    let (rejected, why) = schema("{\"names\": ");
    assert_eq!(rejected, status::Rejected);
    assert_ne!(why, "");
    assert_eq!(check("unknown == 1"), fine);
    assert_eq!(schema("{\"names\": {\"known\": \"int\"}}"), fine);
    assert_eq!(check("known == 1"), fine);
    let (warned, why) = check("unknown == 1");
    assert_eq!(warned, status::Ok);
    assert!(why.contains("unknown"), "{why}");
}

#[test]
fn limits_of_an_engine_hold_for_runs_without_a_budget() {
    let engine = engine();
    // SAFETY: a handle.
    assert_eq!(unsafe { probelang_engine_set_limits(engine.0, 100, 1_000_000_000) }, status::Ok);
    let names = names();
    let bound = bound(&engine, &names, CONDITION, "all(a, @it == 1)");
    let mut play = Play::new(value(kind::List, 0));
    (play.batch.count, play.batch.more) = (16, probelang_more::Yes as u32);
    let (status, answer, message) = test(&bound, &play.host(), null_mut());
    assert_eq!((status, answer), (status::Fault, None));
    assert!(message.contains("steps"), "{message}");
}

/// Gives every name the symbol 40, and notes names and uses.
unsafe extern "C" fn resolve(data: *mut c_void, name: *const c_char, len: usize, of: u32) -> u32 {
    // SAFETY: the tests pass a list as the data, and the library lends a name.
    let (list, bytes) = unsafe {
        (&mut *data.cast::<Vec<(String, u32)>>(), std::slice::from_raw_parts(name.cast::<u8>(), len))
    };
    list.push((str::from_utf8(bytes).unwrap().to_owned(), of));
    40
}

#[test]
fn a_caller_gives_names_symbols_of_its_own() {
    let engine = engine();
    let program = program(&engine, CONDITION, "a.b == 1 || @duration > 1 || m[\"k\"] == 2");
    let mut bound = Owned::none(probelang_bound_free);
    let mut seen: Vec<(String, u32)> = Vec::new();
    // SAFETY: handles, a callback with its data, and a place for a handle.
    unsafe {
        assert_eq!(probelang_bind_with(program.0, None, null_mut(), &mut bound.0), status::Null);
        let data = (&raw mut seen).cast();
        assert_eq!(probelang_bind_with(program.0, Some(resolve), data, &mut bound.0), status::Ok);
    }
    seen.sort();
    let uses = [
        ("@duration", probelang_use::At),
        ("a", probelang_use::Variable),
        ("b", probelang_use::Field),
        ("k", probelang_use::Key),
        ("m", probelang_use::Variable),
    ];
    assert_eq!(seen, uses.map(|(name, of)| (name.to_owned(), of as u32)));
    let mut variables = Vec::new();
    let (mut name, mut symbol) = (EMPTY, 0);
    // SAFETY: a handle, and places for the answers.
    while unsafe { probelang_bound_variable(bound.0, variables.len(), &mut name, &mut symbol) } == status::Ok
    {
        variables.push((lent(name), symbol));
    }
    variables.sort();
    assert_eq!(variables, ["@duration", "a", "m"].map(|name| (name.to_owned(), 40)));
}

#[test]
fn a_table_of_names_gives_each_name_one_symbol() {
    let (engine, names) = (engine(), names());
    let _bound = bound(&engine, &names, CONDITION, "a == b || a > 1");
    let (mut count, mut symbol, mut again, mut name) = (0, 77, 78, EMPTY);
    // SAFETY: handles, texts, and places for the answers.
    unsafe {
        assert_eq!(probelang_names_count(names.0, &mut count), status::Ok);
        assert_eq!(count, 2);
        assert_eq!(probelang_names_symbol(names.0, c"b".as_ptr(), 1, &mut symbol), status::Ok);
        assert_eq!(probelang_names_text(names.0, symbol, &mut name), status::Ok);
        assert_eq!(lent(name), "b");
        // a name that no program has gets the next one
        assert_eq!(probelang_names_symbol(names.0, c"c".as_ptr(), 1, &mut symbol), status::Ok);
        assert_eq!(probelang_names_symbol(names.0, c"c".as_ptr(), 1, &mut again), status::Ok);
        assert_eq!((symbol, again), (2, 2));
        assert_eq!(probelang_names_text(names.0, 3, &mut name), status::OutOfRange);
    }
}

#[test]
fn a_program_says_its_kind_and_its_source() {
    let engine = engine();
    for (kind, source) in [
        (probelang_program_kind::Condition, "a > 1"),
        (probelang_program_kind::Value, "a"),
        (probelang_program_kind::Metric, "len(a)"),
        (probelang_program_kind::Template, "{a} is there"),
    ] {
        let program = program(&engine, kind, source);
        let (mut number, mut text) = (77, EMPTY);
        // SAFETY: a handle, and places for the answers.
        unsafe {
            assert_eq!(probelang_program_get_kind(program.0, &mut number), status::Ok);
            assert_eq!(probelang_program_source(program.0, &mut text), status::Ok);
        }
        assert_eq!((number, lent(text).as_str()), (kind as u32, source));
    }
}

#[test]
fn a_traced_program_explains_its_answer() {
    let (engine, names, out) = (engine(), names(), text());
    let program = program(&engine, CONDITION, "a > 1");
    let (mut traced, mut with) = (Owned::none(probelang_bound_free), Owned::none(probelang_bound_free));
    let mut seen: Vec<(String, u32)> = Vec::new();
    let mut play = Play::new(number(kind::Int, 5));
    let host = play.host();
    // SAFETY: handles, a callback with its data, a host, and places for handles.
    unsafe {
        assert_eq!(probelang_bind_traced(program.0, names.0, &mut traced.0), status::Ok);
        let data = (&raw mut seen).cast();
        assert_eq!(probelang_bind_traced_with(program.0, Some(resolve), data, &mut with.0), status::Ok);
        for bound in [&traced, &with] {
            assert_eq!(probelang_trace(bound.0, &host, null_mut(), out.0, null_mut()), status::Ok);
            let json: serde_json::Value = serde_json::from_str(&written(&out)).unwrap();
            assert!(json.to_string().contains("\"a > 1\""), "{json}");
        }
        // it does nothing else
        assert_eq!(probelang_render(traced.0, &host, null_mut(), out.0, null_mut()), status::WrongKind);
    }
    assert_eq!(seen.len(), 1);
}

#[test]
fn a_check_of_utf16_offers_repairs() {
    let (engine, out) = (engine(), text());
    let source: Vec<u16> = "größe > 1 and b".encode_utf16().collect();
    let mut report = Owned::none(probelang_report_free);
    let mut edit = probelang_edit { size: size_of::<probelang_edit>(), title: EMPTY, safe: 77 };
    // SAFETY: handles, a text, and places for the answers.
    unsafe {
        let (at, len) = (source.as_ptr(), source.len());
        let status = probelang_check_utf16(engine.0, CONDITION as u32, TEXT, at, len, &mut report.0);
        assert_eq!(status, status::Rejected);
        assert_eq!(probelang_report_edit(report.0, 0, 0, &mut edit), status::Ok);
        assert_eq!(probelang_report_edit(report.0, 0, 1, &mut edit), status::OutOfRange);
        assert_eq!(probelang_report_edit(report.0, 9, 0, &mut edit), status::OutOfRange);
        assert_eq!(probelang_report_json(report.0, out.0), status::Ok);
    }
    assert_eq!((lent(edit.title).as_str(), edit.safe), ("write `&&`", 1));
    let json: serde_json::Value = serde_json::from_str(&written(&out)).unwrap();
    assert_eq!(json["ok"], false);
}

/// A variable for each symbol, its number, but for the first symbol.
unsafe extern "C" fn by_symbol(_: *mut c_void, name: u32, out: *mut probelang_payload) -> u32 {
    let integer = i64::from(name);
    // SAFETY: the library lends a place.
    unsafe { out.write(probelang_payload { integer }) };
    match name {
        0 => kind::Absent as u32,
        _ => kind::Int as u32,
    }
}

#[test]
fn the_values_say_what_was_meant_by_a_fault() {
    let (engine, names, out) = (engine(), names(), text());
    let bound = bound(&engine, &names, CONDITION, "stauts == 503");
    let mut play = Play::new(value(kind::Absent, 0));
    let mut host = play.host();
    host.var = Some(by_symbol);
    let variable = |name: &'static str, symbol| probelang_variable {
        name: probelang_str { data: name.as_ptr().cast(), len: name.len() },
        symbol,
    };
    let variables = [variable("user", 8), variable("status", 9)];
    let (mut report, mut hinted) = (Owned::none(probelang_report_free), Owned::none(probelang_report_free));
    let (mut verdict, mut edit) =
        (0, probelang_edit { size: size_of::<probelang_edit>(), title: EMPTY, safe: 77 });
    // SAFETY: handles, a host, variables, and places for the answers.
    unsafe {
        let status = probelang_test(bound.0, &host, null_mut(), &mut verdict, &mut report.0);
        assert_eq!(status, status::Fault);
        assert_eq!(probelang_report_edit(report.0, 0, 0, &mut edit), status::OutOfRange);
        let status = probelang_report_hint(report.0, &host, variables.as_ptr(), 2, &mut hinted.0);
        assert_eq!(status, status::Ok);
        assert_eq!(probelang_report_edit(hinted.0, 0, 0, &mut edit), status::Ok);
        assert_eq!(probelang_report_json(hinted.0, out.0), status::Ok);
    }
    assert_eq!((lent(edit.title).as_str(), edit.safe), ("write `status`", 0));
    assert_eq!(message(&hinted), message(&report));
    let json: serde_json::Value = serde_json::from_str(&written(&out)).unwrap();
    assert_eq!(json["edits"][0]["title"], "write `status`");
    let mut none = Owned::none(probelang_report_free);
    // SAFETY: as above; null where variables belong is an error.
    unsafe {
        let null = probelang_report_hint(report.0, &host, std::ptr::null(), 1, &mut none.0);
        assert_eq!(null, status::Null);
        let nothing = probelang_report_hint(report.0, &host, std::ptr::null(), 0, &mut none.0);
        assert_eq!(nothing, status::Ok);
    }
}
