//! A host that says anything.

use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use super::draw::Draw;
use super::{done, look};
use crate::hits::{probelang_probes_line, probelang_scene};
use crate::host::{probelang_batch, probelang_cursor, probelang_host};
use crate::probes::probelang_probes;
use crate::program::probelang_bound;
use crate::run::{probelang_budget, probelang_budget_start, probelang_test};
use crate::site::probelang_site;
use crate::status::probelang_reply;
use crate::text::{Zero, probelang_str, probelang_text, probelang_text_get};
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

/// What a callback may call the library with: handles of the call that asks it.
#[derive(Clone, Copy)]
pub(super) struct Within {
    pub bound: *mut probelang_bound,
    pub budget: *mut probelang_budget,
    pub text: *mut probelang_text,
    pub probes: *mut probelang_probes,
    pub site: *mut probelang_site,
}

impl Within {
    fn call(self, draw: &Draw<'_>) {
        let (mut lent, mut verdict) = (probelang_str::EMPTY, 0);
        let asked = Asked::new(draw);
        // SAFETY: as in `Play::step`.
        unsafe {
            match draw.below(4) {
                0 => done(probelang_budget_start(self.budget)),
                1 => done(probelang_text_get(self.text, &mut lent)),
                2 => {
                    let mut scene = probelang_scene::ZERO;
                    (scene.size, scene.host) = (size_of::<probelang_scene>(), asked.host());
                    done(probelang_probes_line(self.probes, self.site, &scene, draw.word()));
                }
                _ => done(probelang_test(self.bound, asked.host(), null_mut(), &mut verdict, null_mut())),
            }
        }
        look(lent);
        asked.end();
    }
}

fn give(data: *mut c_void, out: *mut probelang_payload) -> u32 {
    let draw = draw(data);
    // not again while it calls
    if let Some(within) = draw.within.take() {
        if draw.byte() > 250 {
            within.call(draw);
        }
        draw.within.set(Some(within));
    }
    let (kind, of) = draw.value();
    put(out, of);
    kind
}

unsafe extern "C" fn var(data: *mut c_void, _: u32, out: *mut probelang_payload) -> u32 {
    give(data, out)
}

/// A field, or an entry.
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
    wander(draw, cursor);
    put(why, draw.text());
    let reply = draw.reply();
    if reply == probelang_reply::Done as i32 || reply == probelang_reply::None as i32 {
        draw.open.set(draw.open.get().saturating_add(1));
    }
    reply
}

/// Sometimes leaves a cursor somewhere else.
fn wander(draw: &Draw<'_>, cursor: *mut probelang_cursor) {
    if draw.byte() > 250 {
        let (shape, word, position) = (draw.number(), draw.word(), draw.word());
        put(cursor, probelang_cursor { shape, word, position, state: draw.word() >> 1 });
    }
}

unsafe extern "C" fn close(data: *mut c_void, cursor: *mut probelang_cursor) -> i32 {
    let draw = draw(data);
    wander(draw, cursor);
    draw.open.set(draw.open.get().saturating_sub(1));
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
    cursor: *mut probelang_cursor,
    out: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    wander(draw(data), cursor);
    fill(draw(data), &[out], room, batch)
}

unsafe extern "C" fn entries(
    data: *mut c_void,
    cursor: *mut probelang_cursor,
    keys: *mut probelang_value,
    values: *mut probelang_value,
    room: usize,
    batch: *mut probelang_batch,
) -> i32 {
    wander(draw(data), cursor);
    fill(draw(data), &[keys, values], room, batch)
}

/// A name that is lent, or composed in the scratch of the library.
fn name(draw: &Draw<'_>, scratch: *mut c_char, room: usize, out: *mut probelang_str) -> i32 {
    let text = draw.text();
    if draw.byte().is_multiple_of(2) && text.len <= room {
        // SAFETY: the library lends `room` bytes, and the text is one of ours.
        unsafe { std::ptr::copy_nonoverlapping(text.data, scratch, text.len) };
        let len = if draw.byte() > 250 { usize::MAX } else { text.len };
        put(out, probelang_str { data: scratch, len });
    } else {
        put(out, text);
    }
    draw.reply()
}

/// The name of a type, or digits.
unsafe extern "C" fn type_name(
    data: *mut c_void,
    _: u64,
    _: u32,
    scratch: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    name(draw(data), scratch, room, out)
}

unsafe extern "C" fn scalar_type(
    data: *mut c_void,
    _: *const probelang_value,
    _: u32,
    _: u32,
    _: *const probelang_cursor,
    _: usize,
    scratch: *mut c_char,
    room: usize,
    out: *mut probelang_str,
) -> i32 {
    name(draw(data), scratch, room, out)
}

unsafe extern "C" fn said(data: *mut c_void, _: u64, _: u32, out: *mut probelang_str) -> i32 {
    put(out, draw(data).text());
    draw(data).reply()
}

unsafe extern "C" fn hidden_by(data: *mut c_void, _: u32, out: *mut probelang_str) -> i32 {
    put(out, draw(data).text());
    draw(data).reply()
}

unsafe extern "C" fn doubt(
    data: *mut c_void,
    _: u64,
    _: u32,
    _: *const probelang_value,
    out: *mut probelang_str,
) -> i32 {
    put(out, draw(data).text());
    // mostly none, or there would be little else
    if draw(data).byte() < 250 { probelang_reply::None as i32 } else { draw(data).reply() }
}

/// Callbacks that answer with a number and a reason, after these arguments, which they do not look at.
macro_rules! answers {
    ($($name:ident($($argument:ty),*);)*) => {$(
        unsafe extern "C" fn $name(
            data: *mut c_void,
            $(_: $argument,)*
            out: *mut u32,
            why: *mut probelang_str,
        ) -> i32 {
            let draw = draw(data);
            put(out, draw.number());
            put(why, draw.text());
            draw.reply()
        }
    )*};
}

answers! {
    instance_of(u64, u32, *const c_char, usize);
    scalar_instance_of(*const probelang_value, *const c_char, usize);
    same(u64, u32, u64, u32);
}

unsafe extern "C" fn natures(data: *mut c_void, _: u64, _: u32, out: *mut u32) -> i32 {
    put(out, draw(data).number());
    draw(data).reply()
}

unsafe extern "C" fn also(data: *mut c_void, _: u64, _: u32, _: u32, word: *mut u64, shape: *mut u32) -> i32 {
    put(shape, draw(data).number());
    put(word, draw(data).word());
    draw(data).reply()
}

/// A host of some of the callbacks, mostly all of them.
pub(super) struct Asked<'d, 'b> {
    draw: &'d Draw<'b>,
    host: probelang_host,
    /// Cursors that were open before.
    open: i64,
}

impl<'d, 'b> Asked<'d, 'b> {
    pub fn new(draw: &'d Draw<'b>) -> Self {
        let mut host = probelang_host::ZERO;
        host.size = match draw.byte() {
            255 => draw.word() as usize,
            254 => usize::from(draw.byte()),
            _ => size_of::<probelang_host>(),
        };
        // a size that is too large, and not absurd, would be a lie about the memory behind it
        if host.size > size_of::<probelang_host>() {
            host.size = usize::MAX;
        }
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
        host.type_name = bit(8).then_some(type_name as _);
        host.instance_of = bit(9).then_some(instance_of as _);
        host.enum_name = bit(10).then_some(said as _);
        host.text = bit(11).then_some(said as _);
        host.scalar = bit(12).then_some(scalar as _);
        host.digits = bit(13).then_some(type_name as _);
        host.cut_reason = bit(14).then_some(said as _);
        host.also = bit(15).then_some(also as _);
        host.entry = bit(16).then_some(field as _);
        host.close = bit(17).then_some(close as _);
        host.same = bit(18).then_some(same as _);
        host.natures = bit(19).then_some(natures as _);
        host.doubt = bit(20).then_some(doubt as _);
        host.hidden_by = bit(21).then_some(hidden_by as _);
        host.scalar_instance_of = bit(22).then_some(scalar_instance_of as _);
        host.scalar_type = bit(23).then_some(scalar_type as _);
        Self { draw, host, open: draw.open.get() }
    }

    pub const fn host(&self) -> *const probelang_host {
        &raw const self.host
    }

    /// Every cursor that was opened is closed, if the host can count them.
    pub fn end(self) {
        let probelang_host { size, open, close, .. } = self.host;
        if size == size_of::<probelang_host>() && open.is_some() && close.is_some() {
            assert_eq!(self.draw.open.get(), self.open);
        }
        // a callback may have asked another host, which did not count
        self.draw.open.set(self.open);
    }
}
