//! The printer's view of a run: values of the host, map entries, and lazy filters alike.

use probelang_capture::{Reader, Shape, Step, Stop, Walk};
use probelang_diagnostic::fault;
use probelang_host::{Cursor, Host, Value};
use probelang_redact::Policy;

use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next};

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
        let Some(mut iter) = Iter::describe(self.frame, value, true) else { return Ok(None) };
        if let Value::Str(_) | Value::CutStr(_) | Value::Opaque(_) = value {
            return Ok(None);
        }
        iter.start(self.frame);
        let local = match *value {
            Value::Local(local) => Some(local),
            _ => None,
        };
        Ok(Some(Walk { shape: iter.shape, cursor: iter.cursor, local, passed: 0 }))
    }

    fn next(
        &mut self,
        walk: &mut Walk,
        key: &mut Value<'a>,
        value: &mut Value<'a>,
    ) -> Result<Step<'a>, Stop> {
        let mut iter = self.iter(walk);
        let next = iter.as_mut().map(|iter| iter.next(self.frame, self.site, key, value));
        if let Some(iter) = iter {
            walk.cursor = iter.cursor;
        }
        Ok(match next {
            Some(next) => match next? {
                Next::Element => {
                    walk.passed = walk.passed.saturating_add(1);
                    Step::Element
                }
                Next::Done => Step::Done,
                Next::Cut(reason) => Step::Cut(reason),
            },
            None => Step::Done,
        })
    }

    fn close(&mut self, walk: &mut Walk) {
        if let Some(mut iter) = self.iter(walk) {
            iter.close(self.frame);
        }
    }

    fn charge(&mut self, steps: u64) -> Result<(), Stop> {
        self.frame.charge(steps, self.site)
    }

    fn is_exhausted(&self) -> bool {
        self.frame.raised.is_some_and(|raised| [fault::STEPS, fault::DEADLINE].contains(&raised.code))
    }

    fn lent<'w>(&self, walk: &'w Walk) -> Option<&'w Cursor> {
        let from_host = walk.local.is_none() || self.iter(walk).is_some_and(|iter| iter.is_over_host());
        from_host.then_some(&walk.cursor)
    }
}

impl<'a> FrameReader<'_, 'a, '_, '_> {
    /// The iteration that a walk stands for.
    fn iter(&self, walk: &Walk) -> Option<Iter<'a>> {
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
        let mut iter = Iter::describe(self.frame, &value, true)?;
        iter.cursor = walk.cursor;
        Some(iter)
    }
}
