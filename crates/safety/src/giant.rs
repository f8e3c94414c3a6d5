//! A host of any size whose values are made when they are asked for.
//!
//! | name | value |
//! |---|---|
//! | `rows`, `columns` | lists of 100,000 integers, each its own index |
//! | `text`, `same` | one text of 64 MiB (more by `PROBELANG_BUDGET_MB`) of `a` and a `b` at its end, lent twice |
//! | `half` | its second half |
//! | `cut` | its beginning, as of a recording |
//! | `tree`, `twin` | lists of 1,000 lists of 1,000 lists …, 30 levels, equal element by element |
//! | `deep`, `deeper` | lists of one list of one list …, without end |
//! | `texts` | a list without end of `text` |
//! | `dict` | a map of 100,000 entries whose keys the host does not find |
//! | `n` | -1 |

use std::cell::Cell;
use std::sync::OnceLock;

use probelang::host::{Batch, Cursor, Handle, Host, Instance, More, Names, Size, Symbol, Value};

use crate::clock::TestClock;

/// Elements of `rows` and `columns`, entries of `dict`.
pub const MANY: u64 = 100_000;
/// Mebibytes of `text`, which `PROBELANG_BUDGET_MB` makes more.
const USUAL_TEXT: usize = 64;
/// Elements of each list of a tree.
const WIDE: u64 = 1_000;

const ROWS: u32 = 0;
const TREE: u32 = 1;
const DEEP: u32 = 2;
const TEXTS: u32 = 3;
const DICT: u32 = 4;

/// The text that all giants lend.
pub fn text() -> &'static str {
    static TEXT_ONCE: OnceLock<String> = OnceLock::new();
    TEXT_ONCE.get_or_init(|| {
        let wanted = std::env::var("PROBELANG_BUDGET_MB").ok().and_then(|count| count.parse().ok());
        let mut text = "a".repeat((wanted.unwrap_or(USUAL_TEXT).clamp(USUAL_TEXT, 2_048) << 20) - 1);
        text.push('b');
        text
    })
}

/// The host.
pub struct Giant<'c> {
    names: Names,
    /// Calls so far.
    pub calls: Cell<u64>,
    /// A clock that jumps at a call.
    clock: Option<(&'c TestClock, u64)>,
}

impl<'c> Giant<'c> {
    /// The host over which programs linked with `names` run.
    #[must_use]
    pub const fn new(names: Names) -> Self {
        Self { names, calls: Cell::new(0), clock: None }
    }

    /// A host whose call number `call`, from 1, takes an hour.
    #[must_use]
    pub const fn slow_at(mut self, clock: &'c TestClock, call: u64) -> Self {
        self.clock = Some((clock, call));
        self
    }

    fn called(&self) {
        self.calls.set(self.calls.get() + 1);
        if let Some((clock, call)) = self.clock
            && self.calls.get() == call
        {
            clock.jump();
        }
    }

    fn element(handle: Handle, index: u64) -> Value<'static> {
        match handle.shape {
            ROWS if index < MANY => Value::Int(index.cast_signed()),
            TREE if index < WIDE && handle.word == 0 => Value::Int(index.cast_signed()),
            TREE if index < WIDE => Value::List(Handle { shape: TREE, word: handle.word - 1 }),
            DEEP if index < 1 => Value::List(handle),
            TEXTS => Value::Str(text()),
            _ => Value::Absent,
        }
    }
}

impl Host for Giant<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        self.called();
        let list = |shape, word| Value::List(Handle { shape, word });
        *out = match self.names.text(name) {
            "rows" | "columns" => list(ROWS, 0),
            "text" | "same" => Value::Str(text()),
            "half" => Value::Str(&text()[text().len() / 2..]),
            "cut" => Value::CutStr(&text()[..text().len() - 1]),
            "tree" | "twin" => list(TREE, 29),
            "deep" | "deeper" => list(DEEP, 0),
            "texts" => list(TEXTS, 0),
            "dict" => Value::Map(Handle { shape: DICT, word: 0 }),
            "n" => Value::Int(-1),
            _ => Value::Absent,
        };
    }

    fn field<'a>(&'a self, _: Handle, _: Symbol, out: &mut Value<'a>) {
        self.called();
        *out = Value::Absent;
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        self.called();
        *out = Self::element(list, index);
    }

    fn len(&self, value: Handle) -> Size<'_> {
        self.called();
        Size::Known(match value.shape {
            TREE => WIDE,
            DEEP => 1,
            TEXTS => u64::MAX,
            _ => MANY,
        })
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        self.called();
        let mut count = 0;
        for out in out {
            *out = Self::element(cursor.handle, cursor.position);
            if *out == Value::Absent {
                return Batch { count, more: More::Done };
            }
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
        self.called();
        let mut count = 0;
        for (key, value) in keys.iter_mut().zip(values) {
            if cursor.position >= MANY {
                return Batch { count, more: More::Done };
            }
            *key = Value::Int(cursor.position.cast_signed());
            *value = Value::Str(text());
            cursor.position += 1;
            count += 1;
        }
        Batch { count, more: More::Yes }
    }

    fn instance_of(&self, _: Handle, _: &str) -> Instance<'_> {
        Instance::No
    }
}
