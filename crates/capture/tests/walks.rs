//! How values are walked: what is opened is closed, what is lazy is reached, work is charged.

#![cfg(test)]

use probelang_capture::{
    HostReader, JsonLimits, MessageWriter, Reader, Shape, Stop, TextLimits, Walk, write_duration, write_json,
    write_text,
};
use probelang_dialect::{Dialect, DurationText, WholeFloat};
use probelang_host::{Batch, Budget, Cursor, Handle, Host, Local, More, Role, Size, Symbol, Value};
use probelang_redact::Policy;

/// A handle of this many elements, each of them the shape's.
fn handle(shape: u32, word: u64) -> Handle {
    Handle { shape, word }
}

const NUMBERS: u32 = 0;
const LISTS: u32 = 1;
const OPAQUE: u32 = 2;
const SILENT: u32 = 3;

/// Lists of as many elements as their word says: numbers, or lists of one less.
struct Counting;

impl Host for Counting {
    fn var<'a>(&'a self, _: Symbol, out: &mut Value<'a>) {
        *out = Value::Absent;
    }
    fn len(&self, value: Handle) -> Size<'_> {
        Size::Known(value.word)
    }
    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let Handle { shape, word } = cursor.handle;
        if cursor.position >= word || out.is_empty() {
            return Batch { count: 0, more: More::Done };
        }
        out[0] = match shape {
            NUMBERS => Value::from_u64(cursor.position),
            _ => Value::List(handle(shape, word - 1)),
        };
        cursor.position += 1;
        Batch { count: 1, more: More::Yes }
    }
    fn text(&self, opaque: Handle) -> Option<&str> {
        (opaque.shape == OPAQUE).then_some("<socket 3>")
    }
}

/// Counts walks that are open; a [`Role::Filter`] is a lazy list of as many numbers as its slot says, of which
/// number `fails` faults.
struct Watched<'b, 'c> {
    inner: HostReader<'static, 'b, 'c>,
    open: i32,
    reached: u64,
    fails: u64,
}

impl<'b, 'c> Watched<'b, 'c> {
    fn new(policy: &'b Policy, budget: &'b mut Budget<'c>, fails: u64) -> Self {
        Self { inner: HostReader::new(&Counting, policy, budget), open: 0, reached: 0, fails }
    }
}

impl Reader<'static> for Watched<'_, '_> {
    fn host(&self) -> &'static dyn Host {
        self.inner.host()
    }
    fn policy(&self) -> &Policy {
        self.inner.policy()
    }
    fn open(&mut self, value: &Value<'static>) -> Result<Option<Walk>, Stop> {
        let walk = match *value {
            Value::Local(local) => {
                let cursor = Cursor::start(handle(NUMBERS, u64::from(local.slot)));
                Some(Walk { shape: Shape::List, cursor, local: Some(local), passed: 0 })
            }
            _ => self.inner.open(value)?,
        };
        self.open += i32::from(walk.is_some());
        Ok(walk)
    }
    fn fetch(
        &mut self,
        walk: &mut Walk,
        keys: &mut [Value<'static>],
        values: &mut [Value<'static>],
    ) -> Result<Batch<'static>, Stop> {
        let room = if walk.local.is_some() { 1 } else { keys.len() };
        let batch = self.inner.fetch(walk, &mut keys[..room], &mut values[..room])?;
        if walk.local.is_some() && batch.count > 0 {
            self.reached += 1;
            if self.reached == self.fails {
                return Err(Stop);
            }
        }
        Ok(batch)
    }
    fn close(&mut self, walk: &mut Walk) {
        self.inner.close(walk);
        self.open -= 1;
    }
    fn charge(&mut self, steps: u64) -> Result<(), Stop> {
        self.inner.charge(steps)
    }
    fn is_exhausted(&self) -> bool {
        self.inner.is_exhausted()
    }
}

struct Seen {
    text: Result<String, String>,
    json: Result<String, Stop>,
    open: i32,
    reached: u64,
}

/// Both forms of `value`; a text that was stopped is what had been written.
fn see(value: Value<'static>, limits: &TextLimits, steps: u64, fails: u64) -> Seen {
    let policy = Policy::none();
    let (mut out, mut json) = (String::new(), String::new());
    let mut budget = Budget::steps(steps);
    let mut reader = Watched::new(&policy, &mut budget, fails);
    let mut message = MessageWriter::new(&mut out, limits.message);
    let written = write_text(&mut reader, &value, limits, &Dialect::default(), &mut message);
    message.finish();
    let (mut open, reached) = (reader.open, reader.reached);
    let mut budget = Budget::steps(steps);
    let mut reader = Watched::new(&policy, &mut budget, fails);
    let printed = write_json(&mut reader, &value, &JsonLimits::default(), &mut json);
    open += reader.open;
    Seen {
        text: if written.is_ok() { Ok(out) } else { Err(out) },
        json: printed.map(|()| json),
        open,
        reached,
    }
}

fn filter(elements: u32) -> Value<'static> {
    Value::Local(Local { role: Role::Filter, slot: elements })
}

#[test]
fn a_lazy_filter_is_reached_to_its_end_behind_the_limit() {
    let seen = see(filter(9), &TextLimits::default(), 1_000, 0);
    assert_eq!((seen.text, seen.reached, seen.open), (Ok("[0, 1, 2, ...]".to_owned()), 9, 0));
    assert_eq!(seen.json, Ok("[0,1,2,3,4,5,6,7,8]".to_owned()));
    let none = TextLimits::default().with_depth(0);
    let seen = see(filter(9), &none, 1_000, 0);
    assert_eq!((seen.text, seen.reached, seen.open), (Ok("...".to_owned()), 9, 0));
}

#[test]
fn a_fault_behind_the_limit_is_a_fault_and_everything_is_closed() {
    for (depth, fails) in [(1, 1), (1, 3), (1, 4), (1, 9), (0, 9)] {
        let limits = TextLimits::default().with_depth(depth);
        let seen = see(filter(9), &limits, 1_000, fails);
        assert!(seen.text.is_err() && seen.json.is_err(), "{depth} {fails}");
        assert_eq!((seen.reached, seen.open), (fails, 0));
    }
}

#[test]
fn a_plain_list_is_not_reached_behind_its_limit() {
    let seen = see(Value::List(handle(NUMBERS, 1_000_000)), &TextLimits::default(), 10, 0);
    assert_eq!((seen.text, seen.open), (Ok("[0, 1, 2, ...]".to_owned()), 0));
    assert_eq!(seen.json, Err(Stop));
}

#[test]
fn steps_end_a_walk_of_any_depth_and_close_it() {
    let deep = TextLimits::default().with_depth(100).with_items(2);
    // lists of lists: two to the power of sixty elements within these limits
    let seen = see(Value::List(handle(LISTS, 60)), &deep, 10_000, 0);
    assert!(seen.text.is_err() && seen.json.is_err());
    assert_eq!(seen.open, 0);
}

#[test]
fn json_shows_no_more_than_its_levels() {
    let policy = Policy::none();
    let mut budget = Budget::steps(1_000_000);
    let mut reader = HostReader::new(&Counting, &policy, &mut budget);
    let mut out = String::new();
    let limits = JsonLimits::default().with_depth(2);
    write_json(&mut reader, &Value::List(handle(LISTS, 2)), &limits, &mut out).unwrap();
    let inner = r#"[{"$unreadable":"depth"}]"#;
    assert_eq!(out, format!("[{inner},{inner}]"));
}

#[test]
fn an_opaque_value_is_the_text_that_its_host_lends() {
    let seen = see(Value::Opaque(handle(OPAQUE, 0)), &TextLimits::default(), 10, 0);
    assert_eq!(seen.text, Ok("<socket 3>".to_owned()));
    assert_eq!(seen.json, Ok("\"<socket 3>\"".to_owned()));
    let seen = see(Value::Opaque(handle(SILENT, 0)), &TextLimits::default(), 10, 0);
    assert_eq!(seen.text, Ok("...".to_owned()));
    assert_eq!(seen.json, Ok(r#"{"$unreadable":"opaque"}"#.to_owned()));
}

#[test]
fn text_is_charged_by_what_is_looked_at() {
    let policy = Policy::none();
    let spent = |text: &'static str, limit: usize| {
        let mut budget = Budget::steps(1_000_000);
        let mut out = String::new();
        let limits = TextLimits::default().with_string(limit);
        let mut reader = HostReader::new(&Counting, &policy, &mut budget);
        let mut message = MessageWriter::new(&mut out, limits.message);
        write_text(&mut reader, &Value::Str(text), &limits, &Dialect::default(), &mut message).unwrap();
        budget.spent()
    };
    let long: &'static str = Box::leak("x".repeat(1_000_000).into_boxed_str());
    assert_eq!((spent("x", 8_192), spent("", 8_192)), (1, 0));
    assert_eq!(spent(long, 2_000_000), 15_625);
    assert!(spent(long, 8_192) <= 512);
}

#[test]
fn durations_are_milliseconds_or_a_clock() {
    let write = |milliseconds: f64, duration_text, whole_float| {
        let dialect = Dialect { duration_text, whole_float, ..Dialect::default() };
        let mut out = String::new();
        write_duration(milliseconds, &dialect, &mut MessageWriter::new(&mut out, 99));
        out
    };
    let plain = |milliseconds| write(milliseconds, DurationText::Milliseconds, WholeFloat::WithPoint);
    assert_eq!((plain(20.0), plain(0.25)), ("20.0".to_owned(), "0.25".to_owned()));
    assert_eq!(write(20.0, DurationText::Milliseconds, WholeFloat::Whole), "20");
    let clock = |milliseconds| write(milliseconds, DurationText::Clock, WholeFloat::Whole);
    let cases = [
        (20.0, "00:00:00.0200000"),
        (0.0, "00:00:00.0000000"),
        (0.00005, "00:00:00.0000001"),
        (3_723_004.5, "01:02:03.0045000"),
        (93_784_000.0, "1.02:03:04.0000000"),
        (-20.0, "-00:00:00.0200000"),
        (f64::NAN, "NaN"),
    ];
    for (milliseconds, expected) in cases {
        assert_eq!(clock(milliseconds), expected);
    }
}

#[test]
fn a_message_goes_back_to_a_mark_also_after_it_was_cut() {
    let mut out = "kept: ".to_owned();
    let mut message = MessageWriter::new(&mut out, 5);
    message.push("ab");
    let mark = message.mark();
    message.push("cdefgh");
    assert!(message.is_cut());
    message.rewind(mark);
    assert!(!message.is_cut());
    message.push("éf");
    assert!(!message.finish());
    assert_eq!(out, "kept: abéf");
}
