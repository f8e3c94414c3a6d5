//! Equality where a lazy filter is a side.

use probelang_capture::{Shape, Stop};
use probelang_diagnostic::fault;
use probelang_dialect::CollectionEquality;
use probelang_host::Value;

use super::{Met, Relation};
use crate::run::frame::{Frame, Raised};
use crate::run::iter::{Iter, Next, is_filter};

impl<'a> Frame<'a, '_, '_> {
    /// Compares where a lazy filter is a side: all its elements are reached, the left side's first, before
    /// anything is compared.
    #[cold]
    pub(super) fn relate_lazy(
        &mut self,
        a: &Value<'a>,
        b: &Value<'a>,
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        let shapes = (self.shape(a), self.shape(b));
        let structural = self.dialect().collection_equality == CollectionEquality::Structural;
        if structural && shapes == (Some(Shape::List), Some(Shape::List)) {
            return self.relate_lazy_lists(a, b, site);
        }
        let (x, y) = (self.reached_size(a, site)?, self.reached_size(b, site)?);
        if let (true, (Some(x_shape), Some(y_shape))) = (structural, shapes)
            && x_shape == y_shape
        {
            let (x, y) = (self.size_or(x, a), self.size_or(y, b));
            return self.relate_sized(a, b, x_shape, [x, y], 0, site);
        }
        self.relate(a, b, 0, site)
    }

    /// Reaches all elements of a filter: how many it keeps, or why nobody can say. `None` for another value.
    pub(super) fn reached_size(
        &mut self,
        value: &Value<'a>,
        site: u32,
    ) -> Result<Option<Result<u64, &'a str>>, Stop> {
        if !is_filter(value) {
            return Ok(None);
        }
        let mut count = 0;
        Ok(Some(match self.drain(value, site, &mut count)? {
            Next::Cut(reason) => Err(reason),
            _ => Ok(count),
        }))
    }

    pub(super) fn size_or(
        &self,
        known: Option<Result<u64, &'a str>>,
        value: &Value<'a>,
    ) -> Result<u64, &'a str> {
        known.unwrap_or_else(|| self.known_size(value))
    }

    /// Two lists, one of them lazy, in one pass: each element is reached once, and what is compared on the
    /// way counts only when all were reached.
    fn relate_lazy_lists(&mut self, a: &Value<'a>, b: &Value<'a>, site: u32) -> Result<Relation<'a>, Stop> {
        let in_step = |frame: &mut Self, left: &mut Iter<'a>, right: &mut Iter<'a>| {
            frame.relate_in_step(left, right, [a, b], site)
        };
        Ok(self.both_open(a, b, in_step)?.unwrap_or(Relation::Unlike))
    }

    fn relate_in_step(
        &mut self,
        left: &mut Iter<'a>,
        right: &mut Iter<'a>,
        values: [&Value<'a>; 2],
        site: u32,
    ) -> Result<Relation<'a>, Stop> {
        let mut step = InStep::new(values);
        if let Some(reason) = self.unplaced(values[0]).or_else(|| self.unplaced(values[1])) {
            step.met.part = Some(reason);
            step.unplaced = true;
        }
        let (mut x, mut y) = (Value::Absent, Value::Absent);
        loop {
            let wanted = [step.wants(0), step.wants(1)];
            if wanted == [false, false] {
                return step.relation(self);
            }
            if wanted[0] {
                step.next(self, 0, left, &mut x, site).inspect_err(|_| {
                    // nothing of the right side would have been reached
                    self.budget.refund(step.spent[1]);
                })?;
            }
            if wanted[1]
                && let Err(stop) = step.next(self, 1, right, &mut y, site)
            {
                // what the left side still holds comes first
                let raised = self.raised.take();
                if !step.lazy[0] {
                    self.budget.refund(step.spent[0]);
                }
                while step.lazy[0] && step.wants(0) {
                    step.next(self, 0, left, &mut x, site)
                        .inspect_err(|_| self.budget.refund(step.spent[1]))?;
                }
                self.raised = raised;
                return Err(stop);
            }
            match step.ends {
                _ if step.unplaced => {}
                [None, None] if step.decided.is_none() => {
                    let before = self.budget.spent();
                    match self.relate(&x, &y, 1, site) {
                        Ok(relation) => {
                            if step.met.note(relation) {
                                step.decided = Some(None);
                            }
                        }
                        Err(stop) => match self.raised.take() {
                            Some(raised) if raised.code == fault::NESTING => {
                                step.decided = Some(Some(raised));
                            }
                            raised => {
                                self.raised = raised;
                                return Err(stop);
                            }
                        },
                    }
                    step.compared = step.compared.saturating_add(self.budget.spent().saturating_sub(before));
                }
                // one side is longer
                [None, Some(Next::Done)] | [Some(Next::Done), None] if step.decided.is_none() => {
                    step.decided = Some(None);
                }
                _ => {}
            }
        }
    }
}

/// Two lists that are walked side by side, at least one of them lazy.
struct InStep<'v, 'a> {
    values: [&'v Value<'a>; 2],
    lazy: [bool; 2],
    ends: [Option<Next<'a>>; 2],
    counts: [u64; 2],
    /// Steps of each side, given back where the program as written would have ended before them.
    spent: [u64; 2],
    /// Steps of the comparisons.
    compared: u64,
    met: Met<'a>,
    /// The positions of elements are not known, so that no two are compared.
    unplaced: bool,
    /// They differ, or comparing them ended in this fault.
    decided: Option<Option<Raised>>,
}

impl<'v, 'a> InStep<'v, 'a> {
    fn new(values: [&'v Value<'a>; 2]) -> Self {
        Self {
            values,
            lazy: values.map(is_filter),
            ends: [None; 2],
            counts: [0; 2],
            spent: [0; 2],
            compared: 0,
            met: Met::default(),
            unplaced: false,
            decided: None,
        }
    }

    /// Whether more of a side is reached: all of a filter, of another list what is compared.
    fn wants(&self, side: usize) -> bool {
        let ended = |side: usize| self.ends.get(side).is_none_or(Option::is_some);
        let lazy = self.lazy.get(side) == Some(&true);
        !ended(side) && (lazy || (self.decided.is_none() && !ended(1usize.saturating_sub(side))))
    }

    fn next(
        &mut self,
        frame: &mut Frame<'a, '_, '_>,
        side: usize,
        iter: &mut Iter<'a>,
        value: &mut Value<'a>,
        site: u32,
    ) -> Result<(), Stop> {
        let before = frame.budget.spent();
        let next = iter.next(frame, site, &mut Value::Absent, value);
        if let Some(spent) = self.spent.get_mut(side) {
            *spent = spent.saturating_add(frame.budget.spent().saturating_sub(before));
        }
        match next? {
            Next::Element => {
                if let Some(count) = self.counts.get_mut(side) {
                    *count = count.saturating_add(1);
                }
            }
            end => {
                if let Some(place) = self.ends.get_mut(side) {
                    *place = Some(end);
                }
            }
        }
        Ok(())
    }

    /// What the walk came to. Sizes decide before elements do.
    fn relation(mut self, frame: &mut Frame<'a, '_, '_>) -> Result<Relation<'a>, Stop> {
        let mut sizes = [Ok(0), Ok(0)];
        let sides = self.values.iter().zip(self.lazy).zip(self.ends).zip(self.counts).zip(self.spent);
        let mut plain_steps = self.compared;
        for (size, ((((value, lazy), end), count), spent)) in sizes.iter_mut().zip(sides) {
            if !lazy {
                plain_steps = plain_steps.saturating_add(spent);
            }
            *size = match end {
                _ if !lazy => frame.known_size(value),
                Some(Next::Cut(reason)) => Err(reason),
                _ => Ok(count),
            };
            if let Some(Next::Cut(reason)) = end {
                self.met.part.get_or_insert(reason);
            }
        }
        match sizes {
            [Ok(a), Ok(b)] if a != b => {
                frame.budget.refund(plain_steps);
                return Ok(Relation::Different);
            }
            [Ok(_), Ok(_)] => {}
            [Err(reason), _] | [_, Err(reason)] => {
                self.met.part.get_or_insert(reason);
            }
        }
        match self.decided {
            None => Ok(self.met.relation()),
            Some(None) => Ok(Relation::Different),
            Some(raised) => {
                frame.raised = raised;
                Err(Stop)
            }
        }
    }
}
