//! What is walked: a host's values, and what an engine made over them.

use probelang_host::{Budget, Cursor, Exhausted, Host, More, Role, Value};
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
    /// Elements passed so far.
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

    /// The next element. Over lists and sets `key` becomes [`Value::Absent`]; over objects it is the field's
    /// name as text.
    ///
    /// # Errors
    /// [`Stop`] where a fault or a limit ended the run.
    fn next(&mut self, walk: &mut Walk, key: &mut Value<'a>, value: &mut Value<'a>)
    -> Result<Step<'a>, Stop>;

    /// Closes a walk. Every walk that was opened is closed.
    fn close(&mut self, walk: &mut Walk);

    /// Charges steps before work that a walk does itself (64 bytes copied are one).
    ///
    /// # Errors
    /// [`Stop`] where they are not left.
    fn charge(&mut self, steps: u64) -> Result<(), Stop>;

    /// Whether it was the budget that ended the run where [`Stop`] was given last, not a fault.
    fn is_exhausted(&self) -> bool;

    /// The cursor of the host that lent the last element of `walk`, if the host lent it. A writer that names
    /// types asks the host by it.
    fn lent<'w>(&self, walk: &'w Walk) -> Option<&'w Cursor> {
        match walk.local {
            None => Some(&walk.cursor),
            Some(_) => None,
        }
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

    fn next(
        &mut self,
        walk: &mut Walk,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<Step<'a>, Stop> {
        self.charge(1)?;
        let batch = if matches!(walk.shape, Shape::List | Shape::Set) {
            *key = Value::Absent;
            self.host.items(&mut walk.cursor, std::slice::from_mut(value))
        } else {
            self.host.entries(&mut walk.cursor, std::slice::from_mut(key), std::slice::from_mut(value))
        };
        if batch.count > 0 {
            walk.passed = walk.passed.saturating_add(1);
            return Ok(Step::Element);
        }
        Ok(match batch.more {
            More::Cut(reason) => Step::Cut(reason),
            More::Yes | More::Done => Step::Done,
        })
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
