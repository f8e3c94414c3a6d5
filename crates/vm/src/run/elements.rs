//! Elements of a collection of the host, fetched several at a time.

use probelang_host::{Batch, Cursor, Hidden, Host, More, Value};

use crate::run::frame::Frame;
use crate::run::iter::Next;

/// Elements that are fetched at once.
const AT_ONCE: usize = 8;

/// What is fetched of a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Elements of a list or set.
    Items,
    /// Entries of a map, or fields of an object.
    Entries,
}

impl Form {
    /// Reads elements from `cursor` on into `keys` and `values`. A count is never more than their room, whatever
    /// a host claims.
    pub(crate) fn fetch<'a>(
        self,
        frame: &Frame<'a, '_, '_>,
        cursor: &mut Cursor,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Batch<'a> {
        let host: &'a dyn Host = frame.host;
        let room = keys.len().min(values.len());
        let mut batch = match self {
            Self::Items => {
                keys.fill(Value::Absent);
                host.items(cursor, values)
            }
            Self::Entries => host.entries(cursor, keys, values),
        };
        batch.count = batch.count.min(room);
        if self == Self::Entries {
            for (key, value) in keys.iter().zip(values).take(batch.count) {
                if frame.is_redacted_constant(key) {
                    *value = Value::Redacted(Hidden::Name);
                }
            }
        }
        batch
    }
}

impl<'a> Frame<'a, '_, '_> {
    /// Whether `key` is an enum constant whose name hides what is under it. Their values are hidden as they are fetched:
    /// who finds the constant by a longer spelling of its name does not ask again.
    #[inline]
    pub(crate) fn is_redacted_constant(&self, key: &Value<'a>) -> bool {
        matches!(key, Value::Object(_)) && self.redacted_key(key)
    }
}

/// Elements that were fetched and not reached yet.
#[derive(Debug)]
pub(crate) struct Elements<'a> {
    keys: [Value<'a>; AT_ONCE],
    values: [Value<'a>; AT_ONCE],
    next: usize,
    count: usize,
    more: More<'a>,
}

impl<'a> Elements<'a> {
    pub(crate) const fn new() -> Self {
        Self {
            keys: [Value::Absent; AT_ONCE],
            values: [Value::Absent; AT_ONCE],
            next: 0,
            count: 0,
            more: More::Yes,
        }
    }

    /// The next element; where none is left, as many more are fetched.
    #[inline]
    pub(crate) fn next(
        &mut self,
        frame: &Frame<'a, '_, '_>,
        form: Form,
        cursor: &mut Cursor,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Next<'a> {
        if self.next >= self.count {
            if self.more == More::Yes {
                let batch = form.fetch(frame, cursor, &mut self.keys, &mut self.values);
                (self.next, self.count, self.more) = (0, batch.count, batch.more);
            }
            if self.count == 0 || self.next >= self.count {
                return match self.more {
                    More::Cut(reason) => Next::Cut(reason),
                    More::Yes | More::Done => Next::Done,
                };
            }
        }
        if let (Some(k), Some(v)) = (self.keys.get(self.next), self.values.get(self.next)) {
            (*key, *value) = (*k, *v);
        }
        self.next = self.next.saturating_add(1);
        Next::Element
    }
}
