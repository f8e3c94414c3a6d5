//! A host that says anything.

use std::ffi::{c_char, c_void};

use super::draw::Draw;
use crate::host::{probelang_batch, probelang_cursor, probelang_host};
use crate::text::probelang_str;
use crate::value::{probelang_payload, probelang_value};

/// What a callback draws from.
pub(super) fn draw<'d>(data: *mut c_void) -> &'d Draw<'d> {
    // SAFETY: `of` or the call that has the callback put it there, and it outlives the calls.
    unsafe { &*data.cast_const().cast() }
}

/// Writes to a place that the library lends.
pub(super) fn put<T>(out: *mut T, value: T) {
    // SAFETY: the library lends it.
    unsafe { out.write(value) };
}

fn give(data: *mut c_void, out: *mut probelang_payload) -> u32 {
    let (kind, of) = draw(data).value();
    put(out, of);
    kind
}

unsafe extern "C" fn var(data: *mut c_void, _: u32, out: *mut probelang_payload) -> u32 {
    give(data, out)
}

unsafe extern "C" fn field(data: *mut c_void, _: u64, _: u32, _: u32, out: *mut probelang_payload) -> u32 {
    give(data, out)
}

unsafe extern "C" fn index(data: *mut c_void, _: u64, _: u32, _: u64, out: *mut probelang_payload) -> u32 {
    give(data, out)
}

unsafe extern "C" fn key(
    data: *mut c_void,
    _: u64,
    _: u32,
    _: *const probelang_value,
    out: *mut probelang_payload,
) -> u32 {
    give(data, out)
}

unsafe extern "C" fn scalar(data: *mut c_void, _: u64, _: u32, out: *mut probelang_payload) -> u32 {
    give(data, out)
}

unsafe extern "C" fn len(data: *mut c_void, _: u64, _: u32, out: *mut u64, why: *mut probelang_str) -> i32 {
    let draw = draw(data);
    put(out, if draw.byte() == 255 { draw.word() } else { u64::from(draw.byte()) });
    put(why, draw.text());
    draw.reply()
}

unsafe extern "C" fn open(data: *mut c_void, cursor: *mut probelang_cursor, why: *mut probelang_str) -> i32 {
    let draw = draw(data);
    if draw.byte() > 250 {
        let position = draw.word();
        put(
            cursor,
            probelang_cursor { shape: draw.number(), word: draw.word(), position, state: draw.word() },
        );
    }
    put(why, draw.text());
    draw.reply()
}

fn fill(draw: &Draw<'_>, outs: &[*mut probelang_value], room: usize, batch: *mut probelang_batch) -> i32 {
    for out in outs {
        for at in 0..draw.below(room.saturating_add(1)) {
            let (kind, of) = draw.value();
            // SAFETY: the library lends `room` places, and `at` is less.
            put(unsafe { out.add(at) }, probelang_value { kind: kind as u8, of });
        }
    }
    let count = if draw.byte() > 250 { usize::MAX } else { draw.below(room.saturating_add(1)) };
    put(batch, probelang_batch { count, more: draw.number() % 4, why: draw.text() });
    draw.reply()
}

unsafe extern "C" fn items(
    data: *mut c_void,
    _: *mut probelang_cursor,
    out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    fill(draw(data), &[out], room, batch)
}

unsafe extern "C" fn entries(
    data: *mut c_void,
    _: *mut probelang_cursor,
    keys: *mut probelang_value,
    values: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    fill(draw(data), &[keys, values], room, batch)
}

unsafe extern "C" fn name(
    data: *mut c_void,
    _: u64,
    _: u32,
    scratch: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    let draw = draw(data);
    let text = draw.text();
    if draw.byte() % 2 == 0 && text.len <= room {
        // SAFETY: the library lends `room` bytes, and the text is one of ours.
        unsafe { std::ptr::copy_nonoverlapping(text.data, scratch, text.len) };
        let len = if draw.byte() > 250 { usize::MAX } else { text.len };
        put(out, probelang_str { data: scratch, len });
    } else {
        put(out, text);
    }
    draw.reply()
}

unsafe extern "C" fn said(data: *mut c_void, _: u64, _: u32, out: *mut probelang_str) -> i32 {
    put(out, draw(data).text());
    draw(data).reply()
}

unsafe extern "C" fn instance_of(
    data: *mut c_void,
    _: u64,
    _: u32,
    _: *const c_char,
    _: usize,
    out: *mut u32,
    why: *mut probelang_str,
) -> i32 {
    put(out, draw(data).number());
    put(why, draw(data).text());
    draw(data).reply()
}

unsafe extern "C" fn also(data: *mut c_void, _: u64, _: u32, _: u32, word: *mut u64, shape: *mut u32) -> i32 {
    put(shape, draw(data).number());
    put(word, draw(data).word());
    draw(data).reply()
}

/// A host of some of the callbacks, mostly all of them.
pub(super) fn of(draw: &Draw<'_>) -> probelang_host {
    // SAFETY: zero is a null pointer or no callback.
    let mut host: probelang_host = unsafe { std::mem::zeroed() };
    host.size = match draw.byte() {
        255 => draw.word() as usize,
        254 => usize::from(draw.byte()),
        _ => size_of::<probelang_host>(),
    };
    host.data = std::ptr::from_ref(draw).cast_mut().cast();
    let has = if draw.byte().is_multiple_of(4) { draw.word() } else { u64::MAX };
    let bit = |at: u32| has & (1 << at) != 0;
    host.var = bit(0).then_some(var as _);
    host.field = bit(1).then_some(field as _);
    host.index = bit(2).then_some(index as _);
    host.key = bit(3).then_some(key as _);
    host.len = bit(4).then_some(len as _);
    host.open = bit(5).then_some(open as _);
    host.items = bit(6).then_some(items as _);
    host.entries = bit(7).then_some(entries as _);
    host.type_name = bit(8).then_some(name as _);
    host.instance_of = bit(9).then_some(instance_of as _);
    host.enum_name = bit(10).then_some(said as _);
    host.text = bit(11).then_some(said as _);
    host.scalar = bit(12).then_some(scalar as _);
    host.digits = bit(13).then_some(name as _);
    host.cut_reason = bit(14).then_some(said as _);
    host.also = bit(15).then_some(also as _);
    host
}
