//! Probes and captures through the boundary.
#![cfg(test)]

mod common;

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use common::{EMPTY, Owned, Play, budget, engine, lent, message, names, number, string, text, written};
use probelang_c::capture::{
    probelang_about, probelang_capture_clear, probelang_capture_frame, probelang_capture_free,
    probelang_capture_new, probelang_capture_write, probelang_ending, probelang_frame, probelang_moment,
    probelang_name, probelang_stack_frame, probelang_throwable,
};
use probelang_c::changes::{
    probelang_change, probelang_change_kind, probelang_changes, probelang_changes_free, probelang_changes_get,
};
use probelang_c::engine::{
    probelang_engine, probelang_engine_set_redaction, probelang_names, probelang_names_symbol,
};
use probelang_c::hits::{
    probelang_pending, probelang_probes_abandon, probelang_probes_enter, probelang_probes_exit,
    probelang_probes_line, probelang_scene,
};
use probelang_c::host::probelang_host;
use probelang_c::probes::{
    probelang_probes, probelang_probes_arm, probelang_probes_disarm, probelang_probes_drain,
    probelang_probes_dropped, probelang_probes_free, probelang_probes_load, probelang_probes_new,
    probelang_probes_options, probelang_probes_report, probelang_probes_reports, probelang_probes_statuses,
    probelang_probes_switch_off, probelang_probes_tick,
};
use probelang_c::report::{probelang_report_free, probelang_report_json};
use probelang_c::site::{probelang_site, probelang_site_free, probelang_site_moments, probelang_site_new};
use probelang_c::status::probelang_status as status;
use probelang_c::text::{probelang_str, probelang_writer};
use probelang_c::value::probelang_kind as kind;
use serde_json::Value;

const NOW: u64 = 1_760_000_000_000_000_000;
const SECOND: u64 = 1_000_000_000;

fn probes(
    engine: &Owned<probelang_engine>,
    options: impl FnOnce(&mut probelang_probes_options),
) -> Owned<probelang_probes> {
    let mut probes = Owned::none(probelang_probes_free);
    // SAFETY: zero is null, no callback, or the number 0.
    let mut given: probelang_probes_options = unsafe { std::mem::zeroed() };
    given.size = size_of::<probelang_probes_options>();
    options(&mut given);
    // SAFETY: a handle, options, and a place for a handle.
    assert_eq!(unsafe { probelang_probes_new(engine.0, &given, &mut probes.0) }, status::Ok);
    probes
}

fn site(type_name: Option<&str>, name: &str) -> Owned<probelang_site> {
    let mut site = Owned::none(probelang_site_free);
    let (at, len) = type_name.map_or((null(), 0), |name| (name.as_ptr().cast(), name.len()));
    // SAFETY: texts, and a place for a handle.
    let status = unsafe { probelang_site_new(at, len, name.as_ptr().cast(), name.len(), &mut site.0) };
    assert_eq!(status, status::Ok);
    site
}

/// Loads a configuration: status, changes, and the JSON of the report.
fn load(probes: &Owned<probelang_probes>, file: &str) -> (status, Owned<probelang_changes>, Value) {
    let (mut changes, mut report) = (Owned::none(probelang_changes_free), Owned::none(probelang_report_free));
    let out = text();
    // SAFETY: handles, a text, and places for handles.
    let status = unsafe {
        let (at, len) = (file.as_ptr().cast(), file.len());
        probelang_probes_load(probes.0, at, len, NOW, &mut changes.0, &mut report.0)
    };
    // SAFETY: handles of the library.
    if !report.0.is_null() && unsafe { probelang_report_json(report.0, out.0) } == status::Ok {
        assert_ne!(message(&report), "");
        return (status, changes, serde_json::from_str(&written(&out)).unwrap());
    }
    (status, changes, Value::Null)
}

fn changes(list: &Owned<probelang_changes>) -> Vec<(u32, String, String, u32)> {
    let mut all = Vec::new();
    // SAFETY: zero is null or the number 0.
    let mut one: probelang_change = unsafe { std::mem::zeroed() };
    one.size = size_of::<probelang_change>();
    // SAFETY: a handle, and a place for the change.
    while unsafe { probelang_changes_get(list.0, all.len(), &mut one) } == status::Ok {
        let place = lent(if one.file.len == 0 { one.method } else { one.file });
        all.push((one.kind, lent(one.id), place, one.moment));
    }
    all
}

fn arm(
    probes: &Owned<probelang_probes>,
    site: &Owned<probelang_site>,
    id: &str,
    names: &Owned<probelang_names>,
) -> status {
    // SAFETY: handles and a text.
    unsafe { probelang_probes_arm(probes.0, site.0, id.as_ptr().cast(), id.len(), names.0, NOW, null_mut()) }
}

/// Drains everything, with a buffer of so many bytes.
fn drain(probes: &Owned<probelang_probes>, room: usize) -> Vec<Value> {
    let mut all = String::new();
    loop {
        let (mut buffer, mut wrote, mut left) = (vec![0_u8; room], 0, 0);
        // SAFETY: a handle, a buffer with its size, and places for numbers.
        let status = unsafe {
            probelang_probes_drain(probes.0, buffer.as_mut_ptr().cast(), room, &mut wrote, &mut left)
        };
        if status == status::TooSmall {
            assert!(wrote > room);
            all.push_str(&lent_line(probes, wrote));
            continue;
        }
        assert_eq!(status, status::Ok);
        all.push_str(str::from_utf8(&buffer[..wrote]).unwrap());
        if wrote == 0 {
            assert_eq!(left, 0);
            return all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        }
    }
}

/// The one event that needs so many bytes.
fn lent_line(probes: &Owned<probelang_probes>, room: usize) -> String {
    let (mut buffer, mut wrote, mut left) = (vec![0_u8; room], 0, 0);
    // SAFETY: as in `drain`.
    let status =
        unsafe { probelang_probes_drain(probes.0, buffer.as_mut_ptr().cast(), room, &mut wrote, &mut left) };
    assert_eq!((status, wrote), (status::Ok, room));
    String::from_utf8(buffer).unwrap()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

fn scene(host: &probelang_host) -> probelang_scene {
    // SAFETY: zero is null, no callback, or the number 0.
    let mut scene: probelang_scene = unsafe { std::mem::zeroed() };
    scene.size = size_of::<probelang_scene>();
    scene.host = host;
    scene
}

fn line(probes: &Owned<probelang_probes>, site: &Owned<probelang_site>, scene: &probelang_scene, now: u64) {
    // SAFETY: handles and a scene.
    assert_eq!(unsafe { probelang_probes_line(probes.0, site.0, scene, now) }, status::Ok);
}

const LINE: &str = r#"[{"id": "p", "type": "LOG_PROBE", "where": {"sourceFile": "a.c", "lines": ["1"]},
    "when": {"dsl": "a > 1"}, "template": "a is {a}"}]"#;

#[test]
fn a_probe_goes_from_its_configuration_to_its_events() {
    let engine = engine();
    let (probes, site, names) = (probes(&engine, |_| {}), site(None, "a.c:1"), names());
    let (loaded, list, said) = load(&probes, LINE);
    assert_eq!((loaded, said), (status::Ok, Value::Null));
    let expected =
        (probelang_change_kind::Add as u32, "p".to_owned(), "a.c".to_owned(), probelang_moment::Line as u32);
    assert_eq!(changes(&list), [expected]);
    let (mut call, mut at_line) = (9, 9);
    // SAFETY: a handle, and places for numbers.
    unsafe { assert_eq!(probelang_site_moments(site.0, &mut call, &mut at_line), status::Ok) };
    assert_eq!((call, at_line), (0, 0));
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    // SAFETY: as before.
    unsafe { assert_eq!(probelang_site_moments(site.0, &mut call, &mut at_line), status::Ok) };
    assert_eq!((call, at_line), (0, 1));
    let mut play = Play::new(number(kind::Int, 1));
    let host = play.host();
    line(&probes, &site, &scene(&host), NOW);
    let mut play = Play::new(number(kind::Int, 2));
    let host = play.host();
    line(&probes, &site, &scene(&host), NOW);
    let events = drain(&probes, 4_096);
    assert_eq!(kinds(&events), ["status", "status", "log", "status"]);
    assert_eq!(events[2]["event"]["message"], "a is 2");
    let out = text();
    // SAFETY: handles of the library.
    unsafe { assert_eq!(probelang_probes_statuses(probes.0, out.0), status::Ok) };
    let statuses: Value = serde_json::from_str(&written(&out)).unwrap();
    assert_eq!(statuses, serde_json::json!([{"id": "p", "version": 0, "status": "EMITTING"}]));
    // SAFETY: handles of the library.
    unsafe { assert_eq!(probelang_probes_reports(probes.0, out.0), status::Ok) };
    let reports: Value = serde_json::from_str(&written(&out)).unwrap();
    assert_eq!((&reports[0]["hits"], &reports[0]["not_matched"]), (&2.into(), &1.into()));
}

#[test]
fn an_update_keeps_a_probe_and_what_is_gone_is_removed() {
    let engine = engine();
    let (probes, site, names) = (probes(&engine, |_| {}), site(None, "a.c:1"), names());
    load(&probes, LINE);
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    let (_, list, _) = load(&probes, &LINE.replace("a > 1", "a > 5"));
    assert_eq!(changes(&list)[0].0, probelang_change_kind::Update as u32);
    let (_, list, _) = load(&probes, "[]");
    assert_eq!(changes(&list)[0].0, probelang_change_kind::Remove as u32);
    assert_eq!(arm(&probes, &site, "p", &names), status::Unknown);
    // SAFETY: handles and a text.
    unsafe { assert_eq!(probelang_probes_disarm(probes.0, site.0, c"p".as_ptr(), 1), status::Ok) };
}

#[test]
fn a_configuration_that_cannot_be_used_says_why_and_harms_nothing() {
    let engine = engine();
    let probes = probes(&engine, |_| {});
    load(&probes, LINE);
    let (loaded, list, said) = load(&probes, "{");
    assert_eq!((loaded, list.0.is_null()), (status::Rejected, true));
    assert!(said["diagnostics"][0]["message"].as_str().unwrap().starts_with("not JSON"), "{said}");
    let (loaded, list, said) =
        load(&probes, &format!("[{}, {{\"id\": \"q\", \"type\": \"NONE\"}}]", &LINE[1..LINE.len() - 1]));
    assert_eq!((loaded, changes(&list).len()), (status::Ok, 0));
    assert_eq!(said["probes"][1]["id"], "q");
    assert_ne!(said["probes"][1]["diagnostics"], serde_json::json!([]));
    let events = drain(&probes, 4_096);
    assert!(
        events.iter().any(|event| event["event"]["debugger"]["diagnostics"]["status"] == "ERROR"),
        "{events:?}"
    );
}

unsafe extern "C" fn stack(
    _: *mut c_void,
    out: *mut probelang_stack_frame,
    _: usize,
    count: *mut usize,
) -> i32 {
    let text = probelang_str { data: c"shop.pay".as_ptr(), len: 8 };
    let frame = probelang_stack_frame { file: EMPTY, function: text, line: 7, column: 0 };
    // SAFETY: the library lends places.
    unsafe {
        out.write(frame);
        count.write(1);
    }
    0
}

#[test]
fn a_call_is_captured_at_both_ends() {
    let engine = engine();
    let (probes, site, names) = (probes(&engine, |_| {}), site(Some("shop"), "shop.pay"), names());
    let file = r#"[{"id": "p", "type": "LOG_PROBE", "captureSnapshot": true, "where": {"typeName": "shop", "methodName": "pay"}}]"#;
    load(&probes, file);
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    let mut symbol = 0;
    // SAFETY: a handle, a text, and a place for the symbol.
    unsafe { assert_eq!(probelang_names_symbol(names.0, c"a".as_ptr(), 1, &mut symbol), status::Ok) };
    let list = [probelang_name { name: probelang_str { data: c"a".as_ptr(), len: 1 }, group: 0, symbol }];
    let mut play = Play::new(string(b"forty-two"));
    let host = play.host();
    let mut scene = scene(&host);
    (scene.names, scene.name_count) = (list.as_ptr(), 1);
    scene.stack = Some(stack);
    (scene.thread_id, scene.trace_low, scene.span) = (3, 5, 6);
    let (mut pending, mut waits) = (probelang_pending { words: [0; 3] }, 9);
    let kind_of = probelang_str { data: c"Broke".as_ptr(), len: 5 };
    let thrown = probelang_throwable { type_name: kind_of, message: EMPTY, stack: null(), stack_count: 0 };
    let threw = probelang_ending::Threw as u32;
    // SAFETY: handles, a scene, and places for results.
    unsafe {
        assert_eq!(
            probelang_probes_enter(probes.0, site.0, &scene, NOW, &mut pending, &mut waits),
            status::Ok
        );
        assert_eq!(waits, 1);
        assert_eq!(
            probelang_probes_exit(probes.0, site.0, &scene, &pending, 9, &thrown, NOW),
            status::WrongNumber
        );
        assert_eq!(
            probelang_probes_exit(probes.0, site.0, &scene, &pending, threw, &thrown, NOW + SECOND),
            status::Ok
        );
        // a call ends once
        assert_eq!(probelang_probes_exit(probes.0, site.0, &scene, &pending, 1, null(), NOW), status::Ok);
        assert_eq!(probelang_probes_abandon(probes.0, &pending), status::Ok);
    }
    let events = drain(&probes, 10);
    let snapshot = events.iter().find(|event| event["kind"] == "snapshot").unwrap();
    let snapshot = &snapshot["event"]["debugger"]["snapshot"];
    for moment in ["entry", "return"] {
        assert_eq!(snapshot["captures"][moment]["arguments"]["a"]["value"], "forty-two");
    }
    assert_eq!(snapshot["captures"]["return"]["throwable"]["type"], "Broke");
    assert_eq!(snapshot["stack"][0]["function"], "shop.pay");
    assert_eq!(events.iter().filter(|event| event["kind"] == "snapshot").count(), 1);
}

#[test]
fn what_leaves_at_a_hit_and_in_a_capture_is_hidden_as_the_mode_says() {
    const NOTE: &[u8] = b"paid with 4111 1111 1111 1111";
    let file = r#"[{"id": "p", "type": "LOG_PROBE", "captureSnapshot": true, "template": "a is {a}",
        "where": {"typeName": "shop", "methodName": "pay"}}]"#;
    for (mode, said, hidden) in [
        ("off", "a is paid with 4111 1111 1111 1111", false),
        ("targeted", "a is paid with {redacted}", true),
        ("strict", "a is {redacted}", true),
    ] {
        let engine = engine();
        // SAFETY: a handle and a text.
        unsafe {
            let set = probelang_engine_set_redaction(engine.0, mode.as_ptr().cast(), mode.len());
            assert_eq!(set, status::Ok);
        }
        let (probes, site, names) = (probes(&engine, |_| {}), site(Some("shop"), "shop.pay"), names());
        load(&probes, file);
        assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
        let mut symbol = 0;
        // SAFETY: a handle, a text, and a place for the symbol.
        unsafe { assert_eq!(probelang_names_symbol(names.0, c"a".as_ptr(), 1, &mut symbol), status::Ok) };
        let list = [probelang_name { name: probelang_str { data: c"a".as_ptr(), len: 1 }, group: 0, symbol }];
        let mut play = Play::new(string(NOTE));
        let host = play.host();
        let mut scene = scene(&host);
        (scene.names, scene.name_count) = (list.as_ptr(), 1);
        let (mut pending, mut waits) = (probelang_pending { words: [0; 3] }, 9);
        let kind_of = probelang_str { data: c"Broke".as_ptr(), len: 5 };
        let message = probelang_str { data: NOTE.as_ptr().cast(), len: NOTE.len() };
        let thrown = probelang_throwable { type_name: kind_of, message, stack: null(), stack_count: 0 };
        let threw = probelang_ending::Threw as u32;
        // SAFETY: handles, a scene, and places for results.
        unsafe {
            let entered = probelang_probes_enter(probes.0, site.0, &scene, NOW, &mut pending, &mut waits);
            assert_eq!((entered, waits), (status::Ok, 1));
            let left =
                probelang_probes_exit(probes.0, site.0, &scene, &pending, threw, &thrown, NOW + SECOND);
            assert_eq!(left, status::Ok);
        }
        let events = drain(&probes, 10);
        let event = &events.iter().find(|event| event["kind"] == "snapshot").unwrap()["event"];
        assert_eq!(event["message"], said);
        let text = event.to_string();
        assert_eq!((text.contains("4111"), text.contains("redactedValue")), (!hidden, hidden), "{text}");
        assert_eq!(text.contains("paid with"), mode != "strict", "{text}");
        assert_eq!(text.contains(&format!("\"mode\":\"{mode}\"")), hidden, "{text}");

        let out = captured(&engine, &host, &list);
        assert_eq!((out.contains("4111"), out.contains("redactedValue")), (!hidden, hidden), "{out}");
    }
}

#[test]
fn what_does_not_fit_into_the_queue_is_dropped_and_counted() {
    let engine = engine();
    let probes = probes(&engine, |options| options.queue_events = 2);
    let (site, names) = (site(None, "a.c:1"), names());
    load(&probes, LINE);
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    let mut play = Play::new(number(kind::Int, 2));
    let host = play.host();
    for at in 0..5 {
        line(&probes, &site, &scene(&host), NOW + at * SECOND);
    }
    let mut dropped = 0;
    // SAFETY: a handle, and a place for the number.
    unsafe { assert_eq!(probelang_probes_dropped(probes.0, &mut dropped), status::Ok) };
    let events = drain(&probes, 4_096);
    assert_eq!((kinds(&events).iter().filter(|kind| **kind == "log").count(), dropped), (2, 3));
}

#[test]
fn the_kill_switch_and_what_the_caller_reports() {
    let engine = engine();
    let (probes, site, names) = (probes(&engine, |_| {}), site(None, "a.c:1"), names());
    load(&probes, LINE);
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    let mut play = Play::new(number(kind::Int, 2));
    let host = play.host();
    // SAFETY: handles and texts.
    unsafe {
        assert_eq!(probelang_probes_switch_off(probes.0, 1), status::Ok);
        line(&probes, &site, &scene(&host), NOW);
        assert_eq!(probelang_probes_switch_off(probes.0, 0), status::Ok);
        assert_eq!(probelang_probes_tick(probes.0, NOW), status::Ok);
        let report = |name: &str| {
            let (at, len) = (name.as_ptr().cast::<c_char>(), name.len());
            probelang_probes_report(probes.0, c"p".as_ptr(), 1, 0, at, len, c"gone".as_ptr(), 4, NOW)
        };
        assert_eq!(report("BROKEN"), status::Unknown);
        assert_eq!(report("ERROR"), status::Ok);
    }
    let events = drain(&probes, 4_096);
    assert_eq!(kinds(&events), ["status"; 3]);
    assert_eq!(events[2]["event"]["debugger"]["diagnostics"]["exception"]["message"], "gone");
}

#[test]
fn a_hit_that_does_not_match_allocates_nothing() {
    let engine = engine();
    let (probes, site, names) = (probes(&engine, |_| {}), site(None, "a.c:1"), names());
    load(&probes, LINE);
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    let mut play = Play::new(number(kind::Int, 0));
    let host = play.host();
    let scene = scene(&host);
    // the first hits of a thread and of a second read the list, and look at what decides
    line(&probes, &site, &scene, NOW);
    let counted = allocation_counter::measure(|| (0..10).for_each(|_| line(&probes, &site, &scene, NOW)));
    assert_eq!(counted.count_total, 0);
}

unsafe extern "C" fn keep(data: *mut c_void, bytes: *const c_char, len: usize) -> i32 {
    // SAFETY: the test gave a text with it, and the library lends the bytes.
    let (kept, bytes) =
        unsafe { (&mut *data.cast::<String>(), std::slice::from_raw_parts(bytes.cast::<u8>(), len)) };
    kept.push_str(str::from_utf8(bytes).unwrap());
    i32::from(len > 5_000)
}

#[test]
fn a_capture_is_written_to_the_writer_and_its_memory_is_used_again() {
    let engine = engine();
    let (spent, mut capture) = (budget(&engine), Owned::none(probelang_capture_free));
    let mut play = Play::new(string(b"forty-two"));
    let host = play.host();
    let list = [probelang_name { name: probelang_str { data: c"a".as_ptr(), len: 1 }, group: 1, symbol: 0 }];
    let mut kept = String::new();
    // SAFETY: zero is null or the number 0; handles, structs, and places for results.
    unsafe {
        assert_eq!(probelang_capture_new(engine.0, &mut capture.0), status::Ok);
        let mut frame: probelang_frame = std::mem::zeroed();
        frame.size = size_of::<probelang_frame>();
        (frame.moment, frame.ending) = (probelang_moment::Return as u32, probelang_ending::Returned as u32);
        (frame.names, frame.name_count) = (list.as_ptr(), 1);
        let mut about: probelang_about = std::mem::zeroed();
        about.size = size_of::<probelang_about>();
        about.language = probelang_str { data: c"c".as_ptr(), len: 1 };
        let size = size_of::<probelang_writer>();
        let writer = probelang_writer { size, data: std::ptr::from_mut(&mut kept).cast(), write: Some(keep) };
        for _ in 0..2 {
            kept.clear();
            assert_eq!(probelang_capture_clear(capture.0), status::Ok);
            assert_eq!(probelang_capture_frame(capture.0, &host, &frame, spent.0), status::Ok);
            assert_eq!(probelang_capture_write(capture.0, &about, 0, &writer), status::Ok);
        }
        frame.moment = 9;
        assert_eq!(probelang_capture_frame(capture.0, &host, &frame, spent.0), status::WrongNumber);
        let nowhere = probelang_writer { write: None, ..writer };
        assert_eq!(probelang_capture_write(capture.0, &about, 0, &nowhere), status::Null);
    }
    let snapshot: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(snapshot["captures"]["return"]["locals"]["a"]["value"], "forty-two");
    assert_eq!(snapshot["captures"]["return"]["throwable"], Value::Null);
}

/// What a capture of these names writes.
fn captured(engine: &Owned<probelang_engine>, host: &probelang_host, list: &[probelang_name]) -> String {
    let (spent, mut capture) = (budget(engine), Owned::none(probelang_capture_free));
    let mut kept = String::new();
    // SAFETY: zero is null or the number 0; handles, structs, and places for results.
    unsafe {
        assert_eq!(probelang_capture_new(engine.0, &mut capture.0), status::Ok);
        let mut frame: probelang_frame = std::mem::zeroed();
        frame.size = size_of::<probelang_frame>();
        (frame.names, frame.name_count) = (list.as_ptr(), list.len());
        let mut about: probelang_about = std::mem::zeroed();
        about.size = size_of::<probelang_about>();
        let size = size_of::<probelang_writer>();
        let writer = probelang_writer { size, data: std::ptr::from_mut(&mut kept).cast(), write: Some(keep) };
        assert_eq!(probelang_capture_frame(capture.0, host, &frame, spent.0), status::Ok);
        assert_eq!(probelang_capture_write(capture.0, &about, 0, &writer), status::Ok);
    }
    kept
}

#[test]
fn a_callback_of_a_hit_may_hit_the_same_set() {
    let engine = engine();
    let (probes, site, names) = (probes(&engine, |_| {}), site(None, "a.c:1"), names());
    load(&probes, LINE);
    assert_eq!(arm(&probes, &site, "p", &names), status::Ok);
    let mut inner = Play::new(number(kind::Int, 3));
    let inner_host = inner.host();
    let mut play = Play::new(number(kind::Int, 2));
    let (set, place) = (probes.0, site.0);
    play.on_var = Some(Box::new(move || {
        // SAFETY: handles that live, and a scene.
        let status = unsafe { probelang_probes_line(set, place, &scene(&inner_host), NOW) };
        assert_eq!(status, status::Ok);
    }));
    line(&probes, &site, &scene(&play.host()), NOW + SECOND);
    drop(play);
    let messages: Vec<_> = drain(&probes, 1 << 16)
        .iter()
        .filter(|event| event["kind"] == "log")
        .map(|event| event["event"]["message"].as_str().unwrap().to_owned())
        .collect();
    assert!(!messages.is_empty(), "{messages:?}");
}

#[test]
fn numbers_of_a_frame_that_stand_for_nothing_are_errors() {
    let engine = engine();
    let mut capture = Owned::none(probelang_capture_free);
    let mut play = Play::new(number(kind::Int, 1));
    let host = play.host();
    let of = |group| probelang_name { name: EMPTY, group, symbol: 0 };
    let frame = |moment, ending, name: &probelang_name| {
        // SAFETY: zero is null or the number 0.
        let mut frame: probelang_frame = unsafe { std::mem::zeroed() };
        frame.size = size_of::<probelang_frame>();
        (frame.moment, frame.ending, frame.names, frame.name_count) = (moment, ending, name, 1);
        frame
    };
    let capture_it = |capture: &Owned<_>, frame: probelang_frame| {
        // SAFETY: handles, a host, and a frame.
        unsafe { probelang_capture_frame(capture.0, &host, &frame, null_mut()) }
    };
    // SAFETY: a handle, and a place for one.
    assert_eq!(unsafe { probelang_capture_new(engine.0, &mut capture.0) }, status::Ok);
    assert_eq!(capture_it(&capture, frame(0, 0, &of(0))), status::Ok);
    assert_eq!(capture_it(&capture, frame(3, 0, &of(0))), status::WrongNumber);
    assert_eq!(capture_it(&capture, frame(0, 3, &of(0))), status::WrongNumber);
    assert_eq!(capture_it(&capture, frame(0, 0, &of(3))), status::WrongNumber);
    // a call that threw nothing
    assert_eq!(capture_it(&capture, frame(1, probelang_ending::Threw as u32, &of(0))), status::Null);
}
