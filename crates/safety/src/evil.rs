//! A host that lies.
//!
//! It says anything at any call: sizes that are none, batches without end, without elements or longer than the
//! buffer, collections that hold themselves, another answer each time, names and texts that nobody would write,
//! values that only an engine makes. What it does keep is the account of its cursors, which a test looks at.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use probelang::host::{
    Batch, Budget, Cursor, Handle, Hidden, Host, Instance, Local, More, Nature, Natures, Origin, Role,
    Sameness, Scratch, Search, Size, Symbol, Value,
};
use probelang::{Bound, Program};
use probelang_testkit::choices::Choices;
use probelang_testkit::generate::world::{TEXTS, TYPES};

/// What a host does wrong. Without any of it the host is merely odd: values of any kind, in cycles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs, clippy::struct_excessive_bools)]
pub struct Sins {
    /// `len` is anything.
    pub sizes: bool,
    /// There is always one more element.
    pub endless: bool,
    /// Batches of nothing that promise more.
    pub empty_batches: bool,
    /// Batches longer than the buffer, or that wrote nothing.
    pub long_batches: bool,
    /// The same question gets another answer each time.
    pub fickle: bool,
    /// Any read may be hidden, missing or unreadable.
    pub failing: bool,
    /// Cursors come back changed.
    pub cursors: bool,
    /// Texts of a megabyte, and texts that end in the middle of everything.
    pub texts: bool,
    /// Values that only an engine makes.
    pub locals: bool,
    /// It answers keys from a table of its own, wrongly, instead of leaving the search to the engine.
    pub keys: bool,
}

impl Sins {
    /// Some of them.
    #[must_use]
    pub fn draw(choices: &mut Choices<'_>) -> Self {
        let mut sin = || choices.chance(90);
        Self {
            sizes: sin(),
            endless: sin(),
            empty_batches: sin(),
            long_batches: sin(),
            fickle: sin(),
            failing: sin(),
            cursors: sin(),
            texts: sin(),
            locals: sin(),
            keys: sin(),
        }
    }
}

/// The host.
pub struct EvilHost<'l> {
    sins: Sins,
    seed: u64,
    /// Calls so far, which is what makes it fickle.
    calls: Cell<u64>,
    /// Those of the run itself, without the runs that it lets re-enter.
    pub asked: Cell<u64>,
    /// Cursors opened.
    pub opened: Cell<u64>,
    open: RefCell<HashSet<u64>>,
    /// Uses of a cursor that was not open, and second closings.
    pub misused: Cell<u64>,
    long: String,
    /// A program that some calls run over this same host, before they answer.
    reentered: Option<&'l Bound<Program>>,
    depth: Cell<u32>,
}

impl<'l> EvilHost<'l> {
    /// A host of these sins.
    #[must_use]
    pub fn new(seed: u64, sins: Sins) -> Self {
        Self {
            sins,
            seed,
            calls: Cell::new(0),
            opened: Cell::new(0),
            open: RefCell::new(HashSet::new()),
            misused: Cell::new(0),
            long: if sins.texts { "a😀\u{301}\n\"".repeat(100_000) } else { String::new() },
            reentered: None,
            asked: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    /// A host that also runs `bound` over itself now and then, while it is asked.
    #[must_use]
    pub const fn reentered(mut self, bound: &'l Bound<Program>) -> Self {
        self.reentered = Some(bound);
        self
    }

    /// Cursors that are open.
    #[must_use]
    pub fn still_open(&self) -> usize {
        self.open.borrow().len()
    }

    /// Decisions about an answer to `question`.
    fn answer(&self, question: u64) -> Choices<'static> {
        let call = self.calls.get();
        self.calls.set(call + 1);
        if self.depth.get() == 0 {
            self.asked.set(self.asked.get() + 1);
        }
        if let Some(bound) = self.reentered
            && self.depth.get() == 0
            && call.is_multiple_of(64)
        {
            self.depth.set(1);
            let _ = bound.run(self, &mut Budget::steps(20));
            self.depth.set(0);
        }
        let changing = if self.sins.fickle { call } else { 0 };
        Choices::seeded(mix(mix(self.seed, question), changing))
    }

    /// Who looks a key up.
    fn search(&self, map: Handle) -> Search {
        let own = self.sins.keys && self.answer(mix(19, map.word)).chance(128);
        if own { Search::Done } else { Search::Walk }
    }

    fn text(&self, choices: &mut Choices<'_>) -> &str {
        if !self.sins.texts || choices.chance(128) {
            return choices.pick(TEXTS);
        }
        match choices.below(5) {
            0 => &self.long,
            1 => "\u{202e}\u{feff}\0\r\n\u{85}\u{2028}",
            2 => "____-$@____",
            3 => "::::::::",
            _ => self.long.get(..choices.below(3) * 10).unwrap_or(&self.long),
        }
    }

    fn handle(choices: &mut Choices<'_>) -> Handle {
        if choices.chance(20) {
            return Handle { shape: u32::MAX, word: choices.bits() };
        }
        Handle { shape: 0, word: choices.below(24) as u64 }
    }

    fn value<'a>(&'a self, question: u64, out: &mut Value<'a>) {
        let choices = &mut self.answer(question);
        if self.sins.failing && choices.chance(40) {
            *out = match choices.below(7) {
                0 => Value::Absent,
                1 => Value::Undefined,
                2 => Value::Redacted(Hidden::Host),
                // two of three, or by a name that only the host knows
                3 if choices.chance(170) => Value::Redacted(Hidden::Name),
                3 => Value::Redacted(Hidden::NameOf(choices.bits() as u32)),
                4 if choices.chance(170) => Value::Redacted(Hidden::Type),
                4 => Value::Redacted(Hidden::TypeOf(choices.bits() as u32)),
                // and leaves what stood there
                5 => return,
                _ => Value::Unreadable(self.text(choices)),
            };
            return;
        }
        if self.sins.locals && choices.chance(40) {
            let role = [Role::Entry, Role::Pair, Role::Filter, Role::Placeholder][choices.below(4)];
            let slot = if choices.chance(30) { u32::MAX } else { choices.below(16) as u32 };
            *out = Value::Local(Local { role, slot });
            return;
        }
        *out = match choices.below(19) {
            18 => Value::BigInt(Self::handle(choices)),
            0 => Value::Null,
            1 => Value::Bool(choices.chance(128)),
            2 => Value::Int(choices.bits().cast_signed()),
            3 => Value::Int(choices.below(5) as i64 - 2),
            // no host may say so of a small one
            4 => Value::Uint(choices.bits()),
            5 => Value::Float(f64::from_bits(choices.bits())),
            6 | 7 => Value::Str(self.text(choices)),
            8 => Value::CutStr(self.text(choices)),
            9 | 10 => Value::List(Self::handle(choices)),
            11 => Value::Set(Self::handle(choices)),
            12 | 13 => Value::Map(Self::handle(choices)),
            14 | 15 => Value::Object(Self::handle(choices)),
            16 => Value::Opaque(Self::handle(choices)),
            _ => Value::Cut(Self::handle(choices)),
        };
    }

    /// How many elements a batch into a buffer of `room` places claims to be, and what follows.
    fn batch(&self, cursor: &mut Cursor, room: usize) -> (usize, Batch<'_>) {
        if !self.open.borrow().contains(&cursor.state) {
            self.misused.set(self.misused.get() + 1);
        }
        let position = cursor.position;
        let choices = &mut self.answer(mix(cursor.handle.word, position) ^ 0xba7c);
        cursor.position = position.wrapping_add(room as u64);
        if self.sins.cursors && choices.chance(60) {
            cursor.handle = Self::handle(choices);
            cursor.position = choices.bits();
        }
        if self.sins.empty_batches && choices.chance(40) {
            return (0, Batch { count: 0, more: More::Yes });
        }
        if !self.sins.endless && position >= cursor.handle.word % 7 {
            let more = if choices.chance(30) { More::Cut(self.text(choices)) } else { More::Done };
            return (0, Batch { count: 0, more });
        }
        let more = match choices.below(4) {
            0 if !self.sins.endless => More::Cut("size"),
            1 if !self.sins.endless => More::Done,
            _ => More::Yes,
        };
        if self.sins.long_batches && choices.chance(60) {
            let count = [usize::MAX, room + 1, room][choices.below(3)];
            return (if choices.chance(128) { 0 } else { room }, Batch { count, more });
        }
        (room, Batch { count: room, more })
    }
}

/// One number of two.
const fn mix(a: u64, b: u64) -> u64 {
    let mut word = a.rotate_left(23) ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word ^ (word >> 27)
}

impl Host for EvilHost<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        self.value(mix(1, u64::from(name.0)), out);
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        self.value(mix(mix(2, object.word), u64::from(name.0)), out);
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        self.value(mix(mix(3, list.word), index), out);
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        self.value(mix(mix(5, map.word), u64::from(key.0)), out);
        self.search(map)
    }

    fn key<'a>(&'a self, map: Handle, _: &Value<'_>, out: &mut Value<'a>) -> Search {
        self.value(mix(4, map.word), out);
        self.search(map)
    }

    fn len(&self, value: Handle) -> Size<'_> {
        let choices = &mut self.answer(mix(6, value.word));
        if !self.sins.sizes {
            return Size::Known(value.word % 7);
        }
        match choices.below(5) {
            0 => Size::Known(u64::MAX),
            1 => Size::Known(0),
            2 => Size::Known(choices.bits()),
            3 => Size::Known(choices.below(9) as u64),
            _ => Size::Unreadable(self.text(choices)),
        }
    }

    fn open(&self, collection: Handle) -> Cursor {
        let number = self.opened.get() + 1;
        self.opened.set(number);
        self.open.borrow_mut().insert(number);
        Cursor { state: number, ..Cursor::start(collection) }
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let (written, batch) = self.batch(cursor, out.len());
        for (at, out) in out.iter_mut().take(written).enumerate() {
            self.value(mix(mix(7, cursor.handle.word), cursor.position.wrapping_add(at as u64)), out);
        }
        batch
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let (written, batch) = self.batch(cursor, keys.len());
        for (at, (key, value)) in keys.iter_mut().zip(values).take(written).enumerate() {
            let place = mix(cursor.handle.word, cursor.position.wrapping_add(at as u64));
            self.value(mix(8, place), key);
            self.value(mix(9, place), value);
        }
        batch
    }

    fn close(&self, cursor: &mut Cursor) {
        if !self.open.borrow_mut().remove(&cursor.state) {
            self.misused.set(self.misused.get() + 1);
        }
    }

    fn instance_of(&self, value: Handle, _: &str) -> Instance<'_> {
        let choices = &mut self.answer(mix(10, value.word));
        match choices.below(4) {
            0 => Instance::Yes,
            1 => Instance::No,
            2 => Instance::UnknownType,
            _ => Instance::Unreadable(self.text(choices)),
        }
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        let choices = &mut self.answer(mix(11, value.word));
        match choices.below(5) {
            0 => None,
            1 => Some(self.text(choices)),
            2 => {
                scratch.push(self.text(choices));
                scratch.push(self.text(choices));
                Some(scratch.text())
            }
            _ => Some(choices.pick(&TYPES)),
        }
    }

    fn scalar_instance_of(&self, _: &Value<'_>, _: &str) -> Instance<'_> {
        self.instance_of(Handle::default(), "")
    }

    fn scalar_type<'t>(&'t self, _: &Value<'_>, _: Origin<'_>, scratch: &'t mut Scratch) -> Option<&'t str> {
        self.type_name(Handle::default(), scratch)
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        match self.answer(mix(mix(12, a.word), b.word)).below(3) {
            0 => Sameness::Same,
            1 => Sameness::Different,
            _ => Sameness::Unknown("identity"),
        }
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        let choices = &mut self.answer(mix(13, object.word));
        choices.chance(60).then(|| self.text(choices))
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let mut out = Value::Absent;
        if self.answer(mix(17, opaque.word)).chance(128) {
            self.value(mix(18, opaque.word), &mut out);
        }
        out
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        let choices = &mut self.answer(mix(14, opaque.word));
        choices.chance(128).then(|| self.text(choices))
    }

    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        let choices = &mut self.answer(mix(mix(16, value.word), u64::from(with.is_some())));
        choices.chance(40).then(|| self.text(choices))
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        let choices = &mut self.answer(mix(mix(20, value.word), nature as u64));
        choices.chance(100).then(|| Self::handle(choices))
    }

    fn natures(&self, value: Handle) -> Natures {
        // others than `also` gives
        let choices = &mut self.answer(mix(22, value.word));
        Nature::ALL.into_iter().filter(|_| choices.chance(60)).collect()
    }

    fn hidden_by(&self, number: u32) -> Option<&str> {
        let choices = &mut self.answer(mix(23, u64::from(number)));
        (!choices.chance(80)).then(|| self.text(choices))
    }

    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        let choices = &mut self.answer(mix(21, integer.word));
        match choices.below(6) {
            0 => self.text(choices),
            1 => {
                scratch.push(&"7".repeat(600));
                scratch.text()
            }
            2 => "-99999999999999999999999",
            3 => "007",
            4 => "+5",
            _ => "18446744073709551616",
        }
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        let choices = &mut self.answer(mix(15, cut.word));
        self.text(choices)
    }
}
