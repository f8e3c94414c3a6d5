//! What is left out of a capture that is too large.
//!
//! As the tracers do it: the leaves of the tree of values go first, those that were cut anyway before others,
//! deep ones before shallow ones, large ones before small ones. Where all parts of a value went, the value goes
//! as a whole. What goes becomes `{"pruned":true}`.

use std::collections::BinaryHeap;

use super::index::{Context, Index, Missing, Named, Span, narrow};

/// What is written in place of a value.
const PRUNED: &str = "{\"pruned\":true}";
/// Its bytes.
const PRUNED_LEN: u32 = 15;

/// Chooses values and writes what is left. Its memory is used again: 12 bytes for a value, and 28 more for one
/// that has parts.
#[derive(Default)]
pub(super) struct Pruner {
    /// For each value what it is part of.
    values: Vec<Part>,
    /// Values that have parts.
    nodes: Vec<Node>,
    /// Leaves, the first to go at the end.
    leaves: Vec<u64>,
    /// Values whose parts all went.
    grown: BinaryHeap<u64>,
}

/// What a value is part of, as a number among the nodes; in the upper bit whether the value goes.
#[derive(Clone, Copy)]
struct Part(u32);

/// No node.
const NONE: u32 = GOES - 1;
/// The bit of a value that goes.
const GOES: u32 = 1 << 31;

impl Part {
    /// The number of the node.
    const fn node(self) -> usize {
        (self.0 & !GOES) as usize
    }

    /// Whether the value goes.
    const fn goes(self) -> bool {
        self.0 & GOES != 0
    }
}

/// A value that has parts.
#[derive(Clone, Copy)]
struct Node {
    /// The number of the value.
    value: u32,
    /// The node that it is part of.
    above: u32,
    /// Parts that did not go.
    left: u32,
    /// Bytes that those saved which went.
    saved: u32,
    level: u16,
}

impl Node {
    /// Whether all its parts went, so that they count no longer: it goes as a whole, or stays as a whole.
    const fn is_whole(&self) -> bool {
        self.left == 0
    }
}

/// The order in which values go: the greatest first.
fn rank(number: u32, span: Span, level: u16, missing: Missing) -> u64 {
    let depth = u64::from(missing == Missing::Depth);
    let any = u64::from(missing != Missing::Nothing);
    let level = u64::from(level.min(255));
    let size = u64::from(span.size().min(0xff_ffff));
    // of like ones the later; there are fewer values than bytes, and fewer of those than 2 to the power of 30
    depth << 63 | level << 55 | any << 54 | size << 30 | u64::from(number & 0x3fff_ffff)
}

/// The number of a value in its rank.
const fn number(rank: u64) -> usize {
    (rank & 0x3fff_ffff) as usize
}

/// What leaving a value out saves.
const fn saving(span: Span) -> u32 {
    span.size().saturating_sub(PRUNED_LEN)
}

impl Pruner {
    /// Marks values until `excess` bytes are saved, or nothing is left to save: how many bytes were.
    pub(super) fn choose(&mut self, index: &Index, excess: usize) -> usize {
        self.survey(index);
        let mut saved = 0;
        while saved < excess {
            let leaf = self.leaves.last().copied();
            let next = match (leaf, self.grown.peek().copied()) {
                (Some(leaf), Some(grown)) if leaf > grown => self.leaves.pop(),
                (Some(_), None) => self.leaves.pop(),
                (_, Some(_)) => self.grown.pop(),
                (None, None) => break,
            };
            if let Some(rank) = next {
                saved = self.prune(index, number(rank), saved);
            }
        }
        saved
    }

    /// Finds the parts of each value, and the values without parts.
    fn survey(&mut self, index: &Index) {
        self.values.clear();
        self.nodes.clear();
        self.leaves.clear();
        self.grown.clear();
        // no more than is needed: what is pruned is large, and doubling would need twice as much and the half again
        let has_parts = |(at, span): (usize, &Span)| {
            index.spans.get(at.saturating_add(1)).is_some_and(|next| next.start() < span.end())
        };
        let nodes = index.spans.iter().enumerate().filter(|span| has_parts(*span)).count();
        self.values.reserve_exact(index.spans.len());
        self.nodes.reserve_exact(nodes);
        self.leaves.reserve_exact(index.spans.len().saturating_sub(nodes));
        let mut above = NONE;
        for (at, span) in index.spans.iter().enumerate() {
            let number = narrow(at);
            // the values that ended before this one
            while let Some(node) = self.nodes.get(above as usize)
                && index.spans.get(node.value as usize).is_some_and(|around| around.end() <= span.start())
            {
                above = node.above;
            }
            let level = self.nodes.get_mut(above as usize).map_or(0, |node| {
                node.left = node.left.saturating_add(1);
                node.level.saturating_add(1)
            });
            self.values.push(Part(above));
            if has_parts((at, span)) {
                let node = Node { value: number, above, left: 0, saved: 0, level };
                above = narrow(self.nodes.len());
                self.nodes.push(node);
            } else {
                self.leaves.push(rank(number, *span, level, span.missing()));
            }
        }
        self.leaves.sort_unstable();
    }

    /// Leaves the value `at` out: what is saved now, of `saved` before.
    fn prune(&mut self, index: &Index, at: usize, saved: usize) -> usize {
        let (Some(span), Some(part)) = (index.spans.get(at).copied(), self.values.get_mut(at)) else {
            return saved;
        };
        let node = self.nodes.get_mut(part.node());
        part.0 |= GOES;
        let saved = saved.saturating_add(saving(span) as usize);
        let Some(node) = node else { return saved };
        node.left = node.left.saturating_sub(1);
        node.saved = node.saved.saturating_add(saving(span));
        if !node.is_whole() {
            return saved;
        }
        if let Some(around) = index.spans.get(node.value as usize) {
            self.grown.push(rank(node.value, *around, node.level, Missing::Depth));
        }
        saved.saturating_sub(node.saved as usize)
    }

    /// Appends `text` without what was chosen.
    pub(super) fn write(&self, index: &Index, text: &str, out: &mut String) {
        let mut done = 0;
        for (span, part) in index.spans.iter().zip(&self.values) {
            let start = span.start() as usize;
            let stays = self.nodes.get(part.node()).is_some_and(Node::is_whole);
            if !part.goes() || stays || start < done {
                continue;
            }
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(PRUNED);
            done = span.end() as usize;
        }
        out.push_str(text.get(done..).unwrap_or_default());
    }
}

/// Bytes of `text` with every named value left out.
pub(super) fn names_len(index: &Index, text: &str) -> usize {
    let values = index.named.iter().filter_map(|named| index.spans.get(named.span as usize));
    values.fold(text.len(), |len, span| len.saturating_sub(span.size() as usize).saturating_add(PRUNED.len()))
}

/// Appends `text` with every named value left out, and names from the end too until no more than `room` bytes are
/// written; each context then says why. Writes nothing where even the contexts have no room.
pub(super) fn write_names(index: &Index, text: &str, room: usize, why: &str, out: &mut String) {
    let remark = why.len().saturating_add(",\"notCapturedReason\":\"\"".len());
    let remarks = index.contexts.len().saturating_mul(remark);
    let listed = index.named.iter().filter(|named| named.listed);
    let cost = |named: &Named| {
        let start = index.spans.get(named.span as usize).map_or(named.start, |span| span.start());
        (start.saturating_sub(named.start) as usize).saturating_add(PRUNED.len())
    };
    let all = listed.map(cost).fold(0, usize::saturating_add);
    let frame = names_len(index, text).saturating_sub(all).saturating_add(remarks);
    let Some(mut room) = room.checked_sub(frame) else { return };
    let mut done = 0usize;
    let mut contexts = index.contexts.iter().peekable();
    let mut full = false;
    for named in &index.named {
        let Some(span) = index.spans.get(named.span as usize) else { continue };
        copy(text, &mut done, named.start as usize, &mut contexts, why, out);
        if named.listed {
            match room.checked_sub(cost(named)) {
                Some(left) if !full => room = left,
                _ => full = true,
            }
        }
        if !(named.listed && full) {
            out.push_str(text.get(done..span.start() as usize).unwrap_or_default());
            out.push_str(PRUNED);
        }
        done = span.end() as usize;
    }
    copy(text, &mut done, text.len(), &mut contexts, why, out);
}

/// Appends what is between `done` and `to`, and to each context that ends there why names are missing.
fn copy<'i>(
    text: &str,
    done: &mut usize,
    to: usize,
    contexts: &mut std::iter::Peekable<impl Iterator<Item = &'i Context>>,
    why: &str,
    out: &mut String,
) {
    while let Some(context) = contexts.next_if(|context| context.end as usize <= to) {
        let end = context.end as usize;
        out.push_str(text.get(*done..end).unwrap_or_default());
        *done = end;
        if !context.partial {
            let comma = if out.ends_with('{') { "" } else { "," };
            out.push_str(comma);
            out.push_str("\"notCapturedReason\":\"");
            out.push_str(why);
            out.push('"');
        }
    }
    out.push_str(text.get(*done..to).unwrap_or_default());
    *done = to;
}
