//! A stack that keeps its first places inline, so that what is written under default limits allocates none.

/// Last in, first out.
pub(crate) struct Stack<T> {
    inline: [Option<T>; 4],
    rest: Vec<T>,
    len: usize,
}

impl<T> Stack<T> {
    /// An empty one that uses the memory of `rest` for what has no place inline.
    pub(crate) const fn with(rest: Vec<T>) -> Self {
        Self { inline: [None, None, None, None], rest, len: 0 }
    }

    /// The memory of an empty one.
    pub(crate) fn into_rest(self) -> Vec<T> {
        self.rest
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn push(&mut self, value: T) {
        match self.inline.get_mut(self.len) {
            Some(place) => *place = Some(value),
            None => self.rest.push(value),
        }
        self.len = self.len.saturating_add(1);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        match self.inline.get_mut(self.len) {
            Some(place) => place.take(),
            None => self.rest.pop(),
        }
    }

    pub(crate) fn last(&self) -> Option<&T> {
        let last = self.len.checked_sub(1)?;
        match self.inline.get(last) {
            Some(place) => place.as_ref(),
            None => self.rest.last(),
        }
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        let last = self.len.checked_sub(1)?;
        match self.inline.get_mut(last) {
            Some(place) => place.as_mut(),
            None => self.rest.last_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_stack_across_its_inline_places() {
        let mut stack = Stack::with(Vec::new());
        for n in 0..7 {
            stack.push(n);
            assert_eq!((stack.len(), stack.last_mut().copied()), (n + 1, Some(n)));
            assert_eq!(stack.last(), Some(&n));
        }
        for n in (0..7).rev() {
            assert_eq!(stack.pop(), Some(n));
        }
        assert_eq!((stack.pop(), stack.last_mut()), (None, None));
    }
}
