//! Where the values of a capture are in its text: what pruning needs to know.

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

/// A captured value in the text. A value comes before its parts, which lie between its start and its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    start: u32,
    /// After its closing brace; in the upper bits what is missing.
    end: u32,
}

/// The bits of a place in the text.
const PLACE: u32 = 0x3fff_ffff;

impl Span {
    fn new(start: usize, end: usize, missing: Missing) -> Self {
        let missing = match missing {
            Missing::Nothing => 0,
            Missing::Something => 1 << 30,
            Missing::Depth => 1 << 31,
        };
        Self { start: narrow(start), end: narrow(end) | missing }
    }

    /// Where the value starts.
    pub(crate) const fn start(self) -> u32 {
        self.start
    }

    /// After its closing brace.
    pub(crate) const fn end(self) -> u32 {
        self.end & PLACE
    }

    /// Bytes of the value.
    pub(crate) const fn size(self) -> u32 {
        self.end().saturating_sub(self.start)
    }

    /// What is missing of it.
    pub(crate) const fn missing(self) -> Missing {
        match self.end >> 30 {
            0 => Missing::Nothing,
            1 => Missing::Something,
            _ => Missing::Depth,
        }
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

    /// Adds a value without parts.
    #[inline]
    pub(crate) fn leaf(&mut self, start: usize, end: usize, missing: Missing) {
        self.spans.push(Span::new(start, end, missing));
    }

    /// Begins a value with parts, which follow: its number.
    #[inline]
    pub(crate) fn begin(&mut self, start: usize) -> u32 {
        let number = narrow(self.spans.len());
        self.spans.push(Span::new(start, start, Missing::Nothing));
        number
    }

    /// Ends the value of that number.
    #[inline]
    pub(crate) fn end(&mut self, number: u32, end: usize, missing: Missing) {
        if let Some(span) = self.spans.get_mut(number as usize) {
            *span = Span::new(span.start as usize, end, missing);
        }
    }
}

/// A place in a capture, whose text is far shorter than 1 GiB.
pub(crate) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(PLACE).min(PLACE)
}
