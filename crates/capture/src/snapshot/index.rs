//! Where the values of a capture are in its text: what pruning needs to know.

/// No enclosing value.
pub(crate) const TOP: u32 = u32::MAX;

/// What a value says of its completeness.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Missing {
    /// Nothing is missing, or only an end of a text.
    Nothing,
    /// Something was not captured.
    Something,
    /// It was cut by depth.
    Depth,
}

/// A captured value in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: u32,
    /// After its closing brace.
    pub(crate) end: u32,
    /// The number of the value that it is part of, or [`TOP`]. It comes before its parts.
    pub(crate) parent: u32,
    pub(crate) missing: Missing,
}

impl Span {
    /// Bytes of the value.
    pub(crate) const fn size(&self) -> u32 {
        self.end.saturating_sub(self.start)
    }
}

/// A value that stands under a name of its own (or, in a list of caught exceptions, under none).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    /// Where its name starts, with the comma before it.
    pub(crate) start: u32,
    /// The number of its span.
    pub(crate) span: u32,
    /// Whether it is a name of a group, or an element of a list, so that it can be left out with all after it.
    pub(crate) listed: bool,
}

/// A context in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// Before its closing brace.
    pub(crate) end: u32,
    /// Whether it says why names are missing.
    pub(crate) partial: bool,
}

/// All of them. The memory is used again.
#[derive(Default, Debug)]
pub(crate) struct Index {
    pub(crate) spans: Vec<Span>,
    pub(crate) named: Vec<Named>,
    pub(crate) contexts: Vec<Context>,
}

impl Index {
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.named.clear();
        self.contexts.clear();
    }

    /// Begins the span of a value at `start`; its number.
    #[inline]
    pub(crate) fn begin(&mut self, start: usize, parent: u32) -> u32 {
        let number = narrow(self.spans.len());
        self.spans.push(Span { start: narrow(start), end: 0, parent, missing: Missing::Nothing });
        number
    }

    /// Ends the span of number `number`; that of its parent.
    #[inline]
    pub(crate) fn end(&mut self, number: u32, end: usize, missing: Missing) -> u32 {
        match self.spans.get_mut(number as usize) {
            Some(span) => {
                span.end = narrow(end);
                span.missing = missing;
                span.parent
            }
            None => TOP,
        }
    }
}

/// A place in a capture, whose text is far shorter than 4 GiB.
pub(crate) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
