//! What a capture needs of memory and time, of a host of 200 MB.

#![cfg(test)]

use std::time::{Duration, Instant};

use probelang_capture::{About, Binding, Capture, CaptureLimits, Group, HostReader, MIN_SIZE};
use probelang_host::{Batch, Budget, Cursor, Handle, Host, More, Size, Symbol, Value};
use probelang_redact::Policy;
use probelang_testkit::schema;

/// Bytes of the host.
const HUGE: usize = 200_000_000;
/// Bytes that a capture of it may need at once.
const MOST: u64 = 20_000_000;
/// Bytes of the snapshot.
const SIZE: usize = 1 << 20;

const NULLS: u32 = 0;
const NUMBERS: u32 = 1;
const TEXTS: u32 = 2;
const OBJECTS: u32 = 3;
const LISTS: u32 = 4;
const TEXT: u32 = 5;
const PAIRS: u32 = 6;
const CONTROLS: u32 = 7;

/// Collections of 200 MB in all, of one kind each.
struct Huge {
    text: String,
    controls: String,
}

impl Huge {
    fn new() -> Self {
        Self { text: "é1".repeat(HUGE / 3), controls: "\u{1}".repeat(HUGE) }
    }

    /// Element `at` of a collection.
    fn element(&self, of: Handle, at: u64) -> Option<Value<'_>> {
        // a collection in a collection is a tenth of it
        let inner = Handle { word: of.word / 10, ..of };
        (at < of.word).then(|| match of.shape {
            NULLS => Value::Undefined,
            NUMBERS => Value::Int(at.cast_signed()),
            TEXTS => Value::Str(self.text.get(..300).unwrap_or_default()),
            OBJECTS if inner.word > 0 => Value::Object(inner),
            LISTS if inner.word > 0 => Value::List(inner),
            PAIRS => Value::List(Handle { shape: NULLS, word: 1 }),
            _ => Value::Null,
        })
    }
}

impl Host for Huge {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        let handle = Handle { shape: name.0, word: (HUGE / 8) as u64 };
        *out = match name.0 {
            OBJECTS => Value::Object(handle),
            TEXT => Value::Str(&self.text),
            CONTROLS => Value::Str(&self.controls),
            _ => Value::List(handle),
        };
    }

    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(value.word)
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let mut count = 0;
        for out in out {
            let Some(value) = self.element(cursor.handle, cursor.position) else {
                return Batch { count, more: More::Done };
            };
            *out = value;
            cursor.position += 1;
            count += 1;
        }
        Batch { count, more: More::Yes }
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let mut count = 0;
        for (key, value) in keys.iter_mut().zip(values) {
            let name = usize::try_from(cursor.position).ok().and_then(|at| NAMES.get(at));
            let (Some(name), Some(found)) = (name, self.element(cursor.handle, cursor.position)) else {
                return Batch { count, more: More::Done };
            };
            (*key, *value) = (Value::Str(name), found);
            cursor.position += 1;
            count += 1;
        }
        Batch { count, more: More::Yes }
    }
}

/// Captures the variable `shape`: the snapshot, the most bytes that were allocated at once, and the time.
fn captured(host: &Huge, shape: u32, limits: &CaptureLimits) -> (String, u64, Duration) {
    let policy = Policy::built_in();
    let (mut out, mut took) = (String::new(), Duration::ZERO);
    let counted = allocation_counter::measure(|| {
        let start = Instant::now();
        let mut budget = Budget::steps(u64::MAX);
        let mut reader = HostReader::new(host, &policy, &mut budget);
        let mut capture = Capture::new();
        capture.group(Group::Locals);
        capture.name(&mut reader, "huge", Binding::Variable(Symbol(shape)), limits).unwrap();
        capture.write_snapshot(&About { language: "rust", ..About::default() }, SIZE, &mut out);
        took = start.elapsed();
    });
    (out, counted.bytes_max, took)
}

#[test]
#[allow(clippy::print_stderr, reason = "how long it takes is reported, not asserted")]
fn a_host_of_200_mb_is_captured_in_20_mb() {
    let host = Huge::new();
    let default = CaptureLimits::default();
    let many = usize::MAX;
    let none = default.with_depth(many).with_items(many).with_length(many).with_fields(many);
    let shapes = [
        ("undefined values", NULLS),
        ("numbers", NUMBERS),
        ("texts", TEXTS),
        ("objects in objects", OBJECTS),
        ("lists in lists", LISTS),
        ("one text", TEXT),
        ("lists of one", PAIRS),
        ("one text of escapes", CONTROLS),
    ];
    for (limited, limits) in [("default limits", default), ("no limits", none)] {
        for (name, shape) in shapes {
            let (text, bytes, took) = captured(&host, shape, &limits);
            eprintln!("{name}, {limited}: {} bytes, {bytes} bytes of memory, {took:?}", text.len());
            assert!(bytes <= MOST, "{name}, {limited}: {bytes} bytes");
            assert!(text.len() <= SIZE, "{name}, {limited}: {} bytes", text.len());
            assert!(schema::snapshot(&text).is_ok_and(|json| json.is_some() || limits == none));
        }
    }
}

#[test]
fn a_capture_is_cheap_to_move() {
    let bytes = size_of::<Capture>();
    assert!(bytes <= MIN_SIZE / 2, "{bytes} bytes");
}
