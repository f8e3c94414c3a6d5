//! `any`, `all`, `filter`.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::{LoopNumber, LoopObject, LoopSet, LoopText, Quantifier};
use probelang_host::{Local, Role, Value};

use crate::fault::Detail;
use crate::program::ids::LoopId;
use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next, Source};

impl<'a> Frame<'a, '_, '_> {
    /// What a loop iterates, with the collection that it is over, or a fault where the dialect does not take the collection.
    fn collection(&mut self, over: &Value<'a>, site: u32) -> Result<(Source<'a>, Value<'a>), Stop> {
        let dialect = self.dialect();
        let opened = Source::describe(
            self,
            over,
            dialect.loop_object == LoopObject::Fields
                || dialect.loop_text != LoopText::Fault
                || dialect.loop_number == LoopNumber::Nothing,
        );
        let refused = |source: &Source<'a>| match source.shape {
            Shape::Set => dialect.loop_set == LoopSet::Fault,
            Shape::Object => dialect.loop_object == LoopObject::Fault,
            _ => false,
        };
        match opened {
            Some(source) if !refused(&source) => match self.doubted(over, site) {
                Some(stop) => Err(stop),
                None => {
                    if let Some(text) = source.text() {
                        self.taken(text, 0..text.len(), site)?;
                    }
                    Ok((source, *over))
                }
            },
            _ => {
                if let Some(stop) = self.special(over, site) {
                    return Err(stop);
                }
                let other = self.also_collection(over);
                let source = other.and_then(|other| Source::describe(self, &other, false).zip(Some(other)));
                source.ok_or_else(|| self.fail_kind(fault::NOT_COLLECTION, site, over))
            }
        }
    }

    pub(crate) fn quantify(
        &mut self,
        op: Quantifier,
        over: &Value<'a>,
        id: LoopId,
        site: u32,
    ) -> Result<bool, Stop> {
        let (source, _) = self.collection(over, site)?;
        let mut iter = Iter::start(self, source);
        let answer = self.quantified(op, &mut iter, id, site);
        iter.close(self);
        answer
    }

    fn quantified(
        &mut self,
        op: Quantifier,
        iter: &mut Iter<'a>,
        id: LoopId,
        site: u32,
    ) -> Result<bool, Stop> {
        let decisive = op == Quantifier::Any;
        let (mut key, mut value) = (Value::Absent, Value::Absent);
        loop {
            match iter.next(self, site, &mut key, &mut value)? {
                Next::Element => {
                    if self.holds(id, iter.source.shape, &key, &value)? == decisive {
                        return Ok(decisive);
                    }
                }
                Next::Done => return Ok(!decisive),
                Next::Cut(reason) => return Err(self.fail_because(fault::CUT_COLLECTION, site, reason)),
            }
        }
    }

    /// Makes a lazy filter. Nothing is reached.
    pub(crate) fn filter(&mut self, over: &Value<'a>, id: LoopId, site: u32) -> Result<Value<'a>, Stop> {
        let (_, over) = self.collection(over, site)?;
        // a chain of filters ends because each is over something older, whatever a host hands out
        if let Value::Local(Local { role: Role::Filter, slot }) = over
            && LoopId::of_filter(slot) >= id
        {
            return Err(self.fail(fault::INTERNAL, site, Detail::None));
        }
        if let Some(def) = self.loop_def(id) {
            self.set(def.over(), over);
        }
        Ok(id.filter())
    }
}
