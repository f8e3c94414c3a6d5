//! A stack that keeps its first places inline: a message of the default depth allocates none.

/// Last in, first out.
pub(crate) struct Stack<T> {
    inline: [Option<T>; 2],
    rest: Vec<T>,
    len: usize,
}

impl<T> Stack<T> {
    pub(crate) const fn new() -> Self {
        Self { inline: [None, None], rest: Vec::new(), len: 0 }
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
        let mut stack = Stack::new();
        for n in 0..5 {
            stack.push(n);
            assert_eq!((stack.len(), stack.last_mut().copied()), (n + 1, Some(n)));
        }
        for n in (0..5).rev() {
            assert_eq!(stack.pop(), Some(n));
        }
        assert_eq!((stack.pop(), stack.last_mut()), (None, None));
    }
}
