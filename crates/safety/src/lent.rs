//! A host that checks the contract of handles.
//!
//! It stands before another host and lends that host's values under handles of its own, which nobody can guess.
//! Whatever comes back must be one that it lent in this run, a cursor must be as it was left, and after the run
//! nothing may come. A host over raw references relies on that.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use probelang::host::{
    Batch, Cursor, Handle, Host, Instance, Nature, Origin, Sameness, Scratch, Search, Size, Symbol, Value,
};

/// The host.
pub struct LentHost<'h> {
    host: &'h dyn Host,
    salt: u64,
    /// The handles that were lent, as they were lent, with those of the other host.
    lent: RefCell<HashMap<Handle, Handle>>,
    /// The cursors that are open, as they were left.
    open: RefCell<Vec<Cursor>>,
    over: Cell<bool>,
    /// What broke the contract.
    broken: RefCell<Vec<String>>,
}

impl<'h> LentHost<'h> {
    /// A host before `host`, whose handles follow from `salt`.
    #[must_use]
    pub fn new(host: &'h dyn Host, salt: u64) -> Self {
        Self {
            host,
            salt: salt | 1,
            lent: RefCell::default(),
            open: RefCell::default(),
            over: Cell::new(false),
            broken: RefCell::default(),
        }
    }

    /// Ends the run. Every question from now on breaks the contract.
    pub fn end(&self) {
        self.over.set(true);
        let open = self.open.borrow().len();
        if open > 0 {
            self.breaks(format!("{open} cursors are open"));
        }
    }

    /// How many handles were lent.
    #[must_use]
    pub fn lent(&self) -> usize {
        self.lent.borrow().len()
    }

    /// What broke the contract.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        self.broken.borrow().clone()
    }

    fn breaks(&self, what: String) {
        self.broken.borrow_mut().push(what);
    }

    fn asked(&self, question: &str) {
        if self.over.get() {
            self.breaks(format!("{question} after the run"));
        }
    }

    /// Lends a handle.
    fn lend(&self, own: Handle) -> Handle {
        let shape = own.shape ^ (self.salt >> 32) as u32;
        let lent = Handle { shape, word: own.word.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ self.salt };
        self.lent.borrow_mut().insert(lent, own);
        lent
    }

    /// Takes a handle back.
    fn own(&self, question: &str, lent: Handle) -> Handle {
        self.asked(question);
        let own = self.lent.borrow().get(&lent).copied();
        own.unwrap_or_else(|| {
            self.breaks(format!("{question} of {lent:?}, which was not lent"));
            Handle { shape: u32::MAX, word: u64::MAX }
        })
    }

    /// Takes the handle of a value back, where it has one.
    fn own_value<'v>(&self, question: &str, value: &Value<'v>) -> Value<'v> {
        if let Value::Local(_) = value {
            self.breaks(format!("{question} of {value:?}, which the engine made"));
        }
        with_handle(*value, |handle| self.own(question, handle))
    }

    fn lend_value(&self, value: &mut Value<'_>) {
        *value = with_handle(*value, |handle| self.lend(handle));
    }

    /// Takes a cursor back, which must be as it was left.
    fn own_cursor(&self, question: &str, cursor: &Cursor) -> Cursor {
        let mut open = self.open.borrow_mut();
        match open.iter().position(|left| left == cursor) {
            Some(at) => drop(open.swap_remove(at)),
            None => self.breaks(format!("{question} with {cursor:?}, which is not open")),
        }
        Cursor { handle: self.own(question, cursor.handle), ..*cursor }
    }

    fn leave(&self, cursor: &mut Cursor, own: Cursor) {
        *cursor = Cursor { handle: self.lend(own.handle), ..own };
        self.open.borrow_mut().push(*cursor);
    }
}

/// `value` with another handle, where it has one.
fn with_handle(value: Value<'_>, other: impl FnOnce(Handle) -> Handle) -> Value<'_> {
    match value {
        Value::List(handle) => Value::List(other(handle)),
        Value::Set(handle) => Value::Set(other(handle)),
        Value::Map(handle) => Value::Map(other(handle)),
        Value::Object(handle) => Value::Object(other(handle)),
        Value::Opaque(handle) => Value::Opaque(other(handle)),
        Value::Cut(handle) => Value::Cut(other(handle)),
        Value::BigInt(handle) => Value::BigInt(other(handle)),
        Value::Absent
        | Value::Undefined
        | Value::Redacted(_)
        | Value::Unreadable(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::CutStr(_)
        | Value::Local(_) => value,
    }
}

impl Host for LentHost<'_> {
    fn var<'a>(&'a self, name: Symbol, out: &mut Value<'a>) {
        self.asked("a variable");
        self.host.var(name, out);
        self.lend_value(out);
    }

    fn field<'a>(&'a self, object: Handle, name: Symbol, out: &mut Value<'a>) {
        self.host.field(self.own("a field", object), name, out);
        self.lend_value(out);
    }

    fn index<'a>(&'a self, list: Handle, index: u64, out: &mut Value<'a>) {
        self.host.index(self.own("an index", list), index, out);
        self.lend_value(out);
    }

    fn entry<'a>(&'a self, map: Handle, key: Symbol, out: &mut Value<'a>) -> Search {
        let search = self.host.entry(self.own("an entry", map), key, out);
        self.lend_value(out);
        search
    }

    fn key<'a>(&'a self, map: Handle, key: &Value<'_>, out: &mut Value<'a>) -> Search {
        let map = self.own("a key", map);
        let key = self.own_value("a key", key);
        let search = self.host.key(map, &key, out);
        self.lend_value(out);
        search
    }

    fn len(&self, value: Handle) -> Size<'_> {
        self.host.len(self.own("a length", value))
    }

    fn open(&self, collection: Handle) -> Cursor {
        let own = self.host.open(self.own("a cursor", collection));
        let mut cursor = own;
        self.leave(&mut cursor, own);
        cursor
    }

    fn items<'a>(&'a self, cursor: &mut Cursor, out: &mut [Value<'a>]) -> Batch<'a> {
        let mut own = self.own_cursor("elements", cursor);
        let batch = self.host.items(&mut own, out);
        self.leave(cursor, own);
        out.iter_mut().take(batch.count).for_each(|value| self.lend_value(value));
        batch
    }

    fn entries<'a>(
        &'a self,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let mut own = self.own_cursor("entries", cursor);
        let batch = self.host.entries(&mut own, keys, values);
        self.leave(cursor, own);
        let lent = keys.iter_mut().take(batch.count).chain(values.iter_mut().take(batch.count));
        lent.for_each(|value| self.lend_value(value));
        batch
    }

    fn close(&self, cursor: &mut Cursor) {
        let mut own = self.own_cursor("the end of a walk", cursor);
        self.host.close(&mut own);
    }

    fn instance_of(&self, value: Handle, type_name: &str) -> Instance<'_> {
        self.host.instance_of(self.own("a type", value), type_name)
    }

    fn scalar_instance_of(&self, value: &Value<'_>, type_name: &str) -> Instance<'_> {
        self.host.scalar_instance_of(&self.own_value("the type of a scalar", value), type_name)
    }

    fn type_name<'t>(&'t self, value: Handle, scratch: &'t mut Scratch) -> Option<&'t str> {
        self.host.type_name(self.own("the name of a type", value), scratch)
    }

    fn scalar_type<'t>(
        &'t self,
        value: &Value<'_>,
        origin: Origin<'_>,
        scratch: &'t mut Scratch,
    ) -> Option<&'t str> {
        let value = self.own_value("the type of a scalar", value);
        match origin {
            Origin::Var(_) | Origin::Elsewhere => self.host.scalar_type(&value, origin, scratch),
            Origin::Key { cursor, place } => {
                let cursor = Cursor { handle: self.own("the type of a key", cursor.handle), ..*cursor };
                self.host.scalar_type(&value, Origin::Key { cursor: &cursor, place }, scratch)
            }
            Origin::Element { cursor, place } => {
                let cursor = Cursor { handle: self.own("the type of an element", cursor.handle), ..*cursor };
                self.host.scalar_type(&value, Origin::Element { cursor: &cursor, place }, scratch)
            }
        }
    }

    fn same(&self, a: Handle, b: Handle) -> Sameness<'_> {
        self.host.same(self.own("identity", a), self.own("identity", b))
    }

    fn enum_name(&self, object: Handle) -> Option<&str> {
        self.host.enum_name(self.own("the name of a constant", object))
    }

    fn scalar(&self, opaque: Handle) -> Value<'_> {
        let mut value = self.host.scalar(self.own("a scalar", opaque));
        self.lend_value(&mut value);
        value
    }

    fn text(&self, opaque: Handle) -> Option<&str> {
        self.host.text(self.own("a text", opaque))
    }

    fn doubt(&self, value: Handle, with: Option<&Value<'_>>) -> Option<&str> {
        let value = self.own("a doubt", value);
        let with = with.map(|with| self.own_value("a doubt", with));
        self.host.doubt(value, with.as_ref())
    }

    fn also(&self, value: Handle, nature: Nature) -> Option<Handle> {
        self.host.also(self.own("a nature", value), nature).map(|other| self.lend(other))
    }

    fn digits<'t>(&'t self, integer: Handle, scratch: &'t mut Scratch) -> &'t str {
        self.host.digits(self.own("digits", integer), scratch)
    }

    fn cut_reason(&self, cut: Handle) -> &str {
        self.host.cut_reason(self.own("the reason of a cut", cut))
    }
}
