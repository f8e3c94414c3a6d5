//! What is walked: a host's values, and what an engine made over them.

use probelang_host::{Batch, Budget, Cursor, Exhausted, Host, More, Role, Value};
use probelang_redact::Policy;

/// How a collection is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Elements in `[ ]`.
    List,
    /// Elements in `[ ]`, distinct.
    Set,
    /// Entries.
    Map,
    /// Fields.
    Object,
}

/// What [`Reader::next`] came upon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step<'a> {
    /// An element: the value was written, the key too where there are keys.
    Element,
    /// The end.
    Done,
    /// What follows exists and cannot be read, for this reason.
    Cut(&'a str),
}

/// The walk was stopped by a fault or a limit; the reader knows which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stop;

/// A place in a collection.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Walk {
    /// How to write what is walked.
    pub shape: Shape,
    /// The host's cursor.
    pub cursor: Cursor,
    /// The engine's own value that is walked, if it is one.
    pub local: Option<probelang_host::Local>,
    /// Elements read so far.
    pub passed: u64,
}

/// Values to walk. An engine implements it over its frame, so that lazy filters and map entries print like
/// any other collection; [`HostReader`] serves a plain host.
pub trait Reader<'a> {
    /// The host.
    fn host(&self) -> &'a dyn Host;

    /// What is redacted.
    fn policy(&self) -> &Policy;

    /// Opens a walk over a list, set, map, object or an engine's collection; `None` for anything else.
    ///
    /// # Errors
    /// [`Stop`] where a fault or a limit ended the run.
    fn open(&mut self, value: &Value<'a>) -> Result<Option<Walk>, Stop>;

    /// Writes the next elements to the starts of `keys` and `values` (of equal length), as many as there are and
    /// fit, or fewer: how many, and what follows. No element with [`More::Yes`] is the end too. Over lists and sets
    /// a key becomes [`Value::Absent`]; over objects it is the field's name as text.
    ///
    /// A step is charged for the first of them. Who reads several charges one for each other when it comes to it
    /// ([`charge`](Self::charge)), so that a limit ends a walk where it would if they were read one by one.
    ///
    /// # Errors
    /// [`Stop`] where a fault or a limit ended the run.
    fn fetch(
        &mut self,
        walk: &mut Walk,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Result<Batch<'a>, Stop>;

    /// Only the next element, as [`fetch`](Self::fetch) gives it.
    ///
    /// # Errors
    /// As `fetch`.
    fn next(
        &mut self,
        walk: &mut Walk,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<Step<'a>, Stop> {
        let batch = self.fetch(walk, std::slice::from_mut(key), std::slice::from_mut(value))?;
        Ok(match batch.more {
            _ if batch.count > 0 => Step::Element,
            More::Cut(reason) => Step::Cut(reason),
            More::Yes | More::Done => Step::Done,
        })
    }

    /// Closes a walk. Every walk that was opened is closed.
    fn close(&mut self, walk: &mut Walk);

    /// Charges steps before work that a walk does itself (64 bytes copied are one).
    ///
    /// # Errors
    /// [`Stop`] where they are not left.
    fn charge(&mut self, steps: u64) -> Result<(), Stop>;

    /// Whether it was the budget that ended the run where [`Stop`] was given last, not a fault.
    fn is_exhausted(&self) -> bool;

    /// Whether the host itself lends the elements of `walk`, so that it can be asked by the walk's cursor for the
    /// types of scalars.
    fn is_lent(&self, walk: &Walk) -> bool {
        walk.local.is_none()
    }

    /// Whether reaching an element of `walk` can itself end in a fault (a lazy filter), so that a printer
    /// that stops at its limit must still reach the rest.
    fn is_lazy(&self, walk: &Walk) -> bool {
        walk.local.is_some_and(|local| local.role == Role::Filter)
    }
}

/// A plain host with a budget.
pub struct HostReader<'a, 'b, 'c> {
    host: &'a dyn Host,
    policy: &'b Policy,
    budget: &'b mut Budget<'c>,
    /// What stopped the walk.
    pub exhausted: Option<Exhausted>,
}

impl<'a, 'b, 'c> HostReader<'a, 'b, 'c> {
    /// A reader over `host`.
    #[must_use]
    pub fn new(host: &'a dyn Host, policy: &'b Policy, budget: &'b mut Budget<'c>) -> Self {
        Self { host, policy, budget, exhausted: None }
    }
}

impl<'a> Reader<'a> for HostReader<'a, '_, '_> {
    fn host(&self) -> &'a dyn Host {
        self.host
    }

    fn policy(&self) -> &Policy {
        self.policy
    }

    fn open(&mut self, value: &Value<'a>) -> Result<Option<Walk>, Stop> {
        let (shape, handle) = match *value {
            Value::List(handle) => (Shape::List, handle),
            Value::Set(handle) => (Shape::Set, handle),
            Value::Map(handle) => (Shape::Map, handle),
            Value::Object(handle) => (Shape::Object, handle),
            _ => return Ok(None),
        };
        self.charge(1)?;
        Ok(Some(Walk { shape, cursor: self.host.open(handle), local: None, passed: 0 }))
    }

    fn fetch(
        &mut self,
        walk: &mut Walk,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Result<Batch<'a>, Stop> {
        self.charge(1)?;
        let room = keys.len().min(values.len());
        let mut batch = if matches!(walk.shape, Shape::List | Shape::Set) {
            keys.fill(Value::Absent);
            self.host.items(&mut walk.cursor, values)
        } else {
            self.host.entries(&mut walk.cursor, keys, values)
        };
        // whatever a host claims
        batch.count = batch.count.min(room);
        walk.passed = walk.passed.saturating_add(batch.count as u64);
        Ok(batch)
    }

    fn close(&mut self, walk: &mut Walk) {
        self.host.close(&mut walk.cursor);
    }

    fn is_exhausted(&self) -> bool {
        self.exhausted.is_some()
    }

    fn charge(&mut self, steps: u64) -> Result<(), Stop> {
        self.budget.charge(steps).map_err(|exhausted| {
            self.exhausted = Some(exhausted);
            Stop
        })
    }
}
