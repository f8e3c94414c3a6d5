//! The printer's view of a run: values of the host, map entries, and lazy filters alike.

use probelang_capture::{Reader, Shape, Stop, Walk};
use probelang_diagnostic::fault;
use probelang_host::{Batch, Host, More, Value};
use probelang_redact::Policy;

use crate::run::frame::Frame;
use crate::run::iter::{Next, Source};

/// A frame whose program ended with a value that is now walked.
pub(crate) struct FrameReader<'r, 'a, 'f, 'c> {
    pub(crate) frame: &'r mut Frame<'a, 'f, 'c>,
    /// The site of limits that are reached while walking.
    pub(crate) site: u32,
}

impl<'a> Reader<'a> for FrameReader<'_, 'a, '_, '_> {
    fn host(&self) -> &'a dyn Host {
        self.frame.host
    }

    fn policy(&self) -> &Policy {
        &self.frame.linked.policy
    }

    fn open(&mut self, value: &Value<'a>) -> Result<Option<Walk>, Stop> {
        let Some(mut source) = Source::describe(self.frame, value, true) else { return Ok(None) };
        if value.is_scalar() || matches!(value, Value::Opaque(_)) {
            return Ok(None);
        }
        source.start(self.frame);
        let local = match *value {
            Value::Local(local) => Some(local),
            _ => None,
        };
        Ok(Some(Walk { shape: source.shape, cursor: source.cursor, local, passed: 0 }))
    }

    fn fetch(
        &mut self,
        walk: &mut Walk,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Result<Batch<'a>, Stop> {
        let done = Batch { count: 0, more: More::Done };
        let Some(mut source) = self.source(walk) else { return Ok(done) };
        let batch = if let Some(form) = source.unfiltered() {
            let batch = form.fetch(self.frame, &mut source.cursor, keys, values);
            walk.cursor = source.cursor;
            self.frame.charge(u64::from(batch.count > 0), self.site)?;
            batch
        } else {
            let (Some(key), Some(value)) = (keys.first_mut(), values.first_mut()) else { return Ok(done) };
            let next = source.next(self.frame, self.site, key, value);
            walk.cursor = source.cursor;
            match next? {
                Next::Element => Batch { count: 1, more: More::Yes },
                Next::Done => done,
                Next::Cut(reason) => Batch { count: 0, more: More::Cut(reason) },
            }
        };
        walk.passed = walk.passed.saturating_add(batch.count as u64);
        Ok(batch)
    }

    fn close(&mut self, walk: &mut Walk) {
        if let Some(mut source) = self.source(walk) {
            source.close(self.frame);
        }
    }

    fn charge(&mut self, steps: u64) -> Result<(), Stop> {
        self.frame.charge(steps, self.site)
    }

    fn is_exhausted(&self) -> bool {
        self.frame.raised.is_some_and(|raised| [fault::STEPS, fault::DEADLINE].contains(&raised.code))
    }

    fn is_lent(&self, walk: &Walk) -> bool {
        walk.local.is_none() || self.source(walk).is_some_and(|source| source.is_over_host())
    }
}

impl<'a> FrameReader<'_, 'a, '_, '_> {
    /// The iteration that a walk continues.
    fn source(&self, walk: &Walk) -> Option<Source<'a>> {
        let handle = walk.cursor.handle;
        let value = match walk.local {
            Some(local) => Value::Local(local),
            None => match walk.shape {
                Shape::List => Value::List(handle),
                Shape::Set => Value::Set(handle),
                Shape::Map => Value::Map(handle),
                Shape::Object => Value::Object(handle),
            },
        };
        let mut source = Source::describe(self.frame, &value, true)?;
        source.cursor = walk.cursor;
        Some(source)
    }
}
