//! A finished run as the printer reads it: what its lazy filters kept.

use probelang_capture::{Reader, Shape, Stop, Walk, hides_key};
use probelang_host::{Batch, Cursor, Handle, Hidden, Host, Local, More, Role, Value};
use probelang_redact::Policy;

use crate::program::ids::LoopId;
use crate::run::reader::FrameReader;
use crate::run::record::{LoopRecord, Recorder};

impl LoopRecord<'_> {
    /// Whether everything that a filter kept was recorded.
    pub(super) fn is_whole(&self) -> bool {
        self.kept.len() as u64 == self.held
    }
}

impl<'a> Recorder<'a> {
    /// What is recorded of the lazy filter `value`, if it is one.
    pub(super) fn kept(&self, value: &Value<'a>) -> Option<&LoopRecord<'a>> {
        match *value {
            Value::Local(Local { role: Role::Filter, slot }) => self.loops.get(LoopId::of_filter(slot)),
            _ => None,
        }
    }
}

/// The printer's view of a finished run: a lazy filter is not run again, it gives the elements that were recorded.
pub(super) struct KeptReader<'r, 'a, 'f, 'c> {
    pub(super) frame: FrameReader<'r, 'a, 'f, 'c>,
    pub(super) recorder: &'r Recorder<'a>,
}

impl<'a> KeptReader<'_, 'a, '_, '_> {
    fn walked(&self, walk: &Walk) -> Option<&LoopRecord<'a>> {
        walk.local.and_then(|local| self.recorder.kept(&Value::Local(local)))
    }
}

impl<'a> Reader<'a> for KeptReader<'_, 'a, '_, '_> {
    fn host(&self) -> &'a dyn Host {
        self.frame.host()
    }

    fn policy(&self) -> &Policy {
        self.frame.policy()
    }

    fn open(&mut self, value: &Value<'a>) -> Result<Option<Walk>, Stop> {
        let Value::Local(local @ Local { role: Role::Filter, slot }) = *value else {
            return self.frame.open(value);
        };
        let shape = self.frame.frame.filter_shape(LoopId::of_filter(slot));
        Ok(Some(Walk { shape, cursor: Cursor::start(Handle::default()), local: Some(local), passed: 0 }))
    }

    /// Of a filter one at a time: an element is lent until the next one is.
    fn fetch(
        &mut self,
        walk: &mut Walk,
        keys: &mut [Value<'a>],
        values: &mut [Value<'a>],
    ) -> Result<Batch<'a>, Stop> {
        let Some(record) = self.walked(walk) else { return self.frame.fetch(walk, keys, values) };
        let done = Batch { count: 0, more: More::Done };
        let (Some(key), Some(value)) = (keys.first_mut(), values.first_mut()) else { return Ok(done) };
        let place = usize::try_from(walk.passed).unwrap_or(usize::MAX);
        let Some((kept_key, element)) = record.kept.get(place).copied() else {
            return Ok(if record.is_whole() {
                done
            } else {
                Batch { more: More::Cut("not recorded"), ..done }
            });
        };
        walk.passed = walk.passed.saturating_add(1);
        self.frame.frame.lend(&element);
        // also where the filter gives values without their keys; an entry hides its value itself
        let entry = matches!(element.value, Value::Local(_));
        let hidden = !entry && hides_key(self.policy(), self.host(), &kept_key);
        *value = if hidden { Value::Redacted(Hidden::Name) } else { element.value };
        *key = match walk.shape {
            Shape::List | Shape::Set => Value::Absent,
            Shape::Map | Shape::Object => kept_key,
        };
        Ok(Batch { count: 1, more: More::Yes })
    }

    fn close(&mut self, walk: &mut Walk) {
        if self.walked(walk).is_none() {
            self.frame.close(walk);
        }
    }

    fn charge(&mut self, steps: u64) -> Result<(), Stop> {
        self.frame.charge(steps)
    }

    fn is_exhausted(&self) -> bool {
        self.frame.is_exhausted()
    }

    fn is_lazy(&self, _: &Walk) -> bool {
        false
    }
}
