//! What is kept of a text that is read for a projection.
//!
//! A plain document keeps the members that are read, in it and below. A recording keeps the variables that are read, each of them
//! whole, since all of it may say what it is, and what recordings say besides, but for the call stack. Which of the two a text is shows
//! only on the way, so each way stops where the text turns out to be the other.

use probelang_host::{PartId, Projection};

use crate::json::Open;
use crate::recorded::{EXPRESSIONS, Section};
use crate::skip::{Key, Watch};

/// How a text is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// For a plain document, whatever is in it.
    Plain,
    /// For a plain document, as long as there is no snapshot in it.
    Watching,
    /// For what may contain snapshots.
    Recording,
}

/// What a reader keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'p> {
    pub(crate) projection: &'p Projection,
    pub(crate) way: Way,
}

/// How much is kept of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keep {
    /// All of it.
    All,
    /// That it is there.
    Nothing,
    /// What a part of the projection reads.
    Part(PartId),
    /// All of it, but for the snapshots in it.
    Around,
    /// As [`Around`](Self::Around), for what is under the key that an event has its snapshot in.
    Debugger,
    /// A snapshot.
    Snapshot,
    /// What a snapshot captured.
    Captures,
    /// Its frames by line.
    Lines,
    /// A frame.
    Frame,
    /// Variables of a frame: those that are read.
    Group {
        /// Whether one was skipped.
        skipped: bool,
    },
}

/// What becomes of a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Member {
    /// It is kept.
    Kept {
        /// How much of its value.
        keep: Keep,
        /// Whether its key is the one that an event has its snapshot in.
        inside: bool,
    },
    /// It is skipped.
    Skipped {
        /// The same of its key.
        inside: bool,
    },
    /// It is skipped if there is no event in it.
    Spared,
    /// It is the snapshot of an event, and the text no plain document.
    Event,
}

impl Plan<'_> {
    /// What is kept of the text.
    pub(crate) const fn root(self) -> Keep {
        match self.way {
            Way::Plain | Way::Watching => Keep::Part(Projection::ROOT),
            Way::Recording => Keep::Around,
        }
    }

    /// What is kept of each element of an array of which so much is kept. The one `at_top` is an array of documents.
    pub(crate) fn of_each(self, keep: Keep, at_top: bool) -> Keep {
        match keep {
            Keep::Part(part) if at_top => Keep::Part(part),
            Keep::Part(part) => self.projection.part(part).element().map_or(Keep::Nothing, |id| self.of(id)),
            Keep::Around => Keep::Around,
            Keep::Nothing => Keep::Nothing,
            Keep::All
            | Keep::Debugger
            | Keep::Snapshot
            | Keep::Captures
            | Keep::Lines
            | Keep::Frame
            | Keep::Group { .. } => Keep::All,
        }
    }

    fn of(self, part: PartId) -> Keep {
        if self.projection.part(part).is_whole() { Keep::All } else { Keep::Part(part) }
    }

    /// What is looked for in what is skipped.
    pub(crate) const fn watch(self, inside: bool) -> Watch {
        match self.way {
            Way::Watching => Watch::Events { inside },
            Way::Plain | Way::Recording => Watch::Nothing,
        }
    }

    /// What becomes of a member of `open`. `is_object`: its value is one.
    pub(crate) fn member(self, open: &mut Open, key: &[u8], is_object: bool) -> Member {
        let mut inside = false;
        if self.way == Way::Watching && is_object {
            match Key::of(key) {
                Key::Flat => return Member::Event,
                Key::Snapshot if open.inside => return Member::Event,
                Key::Debugger => inside = true,
                Key::Snapshot | Key::Unknown | Key::Other => {}
            }
            if open.top && key == CAPTURES {
                return Member::Event;
            }
        }
        match open.keep {
            Keep::Part(id) => {
                let part = self.projection.part(id);
                let kept = match part.element() {
                    Some(element) => Some(self.of(element)),
                    None => {
                        let mut members = part.members();
                        let member = members.find(|(name, _)| name.as_bytes() == key);
                        let counted = || part.is_counted().then_some(Keep::Nothing);
                        member.map(|(_, id)| self.of(id)).or_else(counted)
                    }
                };
                match kept {
                    Some(keep) => Member::Kept { keep, inside },
                    None => Member::Skipped { inside },
                }
            }
            Keep::Group { skipped } => {
                if self.reads(key) {
                    return Member::Kept { keep: Keep::All, inside };
                }
                // a group with variables is not one without
                open.keep = Keep::Group { skipped: true };
                if skipped {
                    Member::Skipped { inside }
                } else {
                    Member::Kept { keep: Keep::Nothing, inside }
                }
            }
            Keep::All | Keep::Nothing => Member::Kept { keep: Keep::All, inside },
            // nobody asks a recording for anything else
            Keep::Around if open.top && !is_known(key) => Member::Spared,
            Keep::Snapshot if !is_known(key) => Member::Skipped { inside },
            Keep::Around | Keep::Debugger | Keep::Snapshot | Keep::Captures | Keep::Lines | Keep::Frame => {
                Member::Kept { keep: around(open, key), inside }
            }
        }
    }

    /// Whether a variable is kept: it is read, perhaps by another name, or is more than a variable.
    fn reads(self, key: &[u8]) -> bool {
        let mut names = self.projection.part(Projection::ROOT).members();
        let recorded_as = |name: &str| {
            // JavaScript's tracer records `_` in the place of a dot
            let same = |(one, other): (u8, &u8)| (if one == b'.' { b'_' } else { one }) == *other;
            name.len() == key.len() && name.bytes().zip(key).all(same)
        };
        matches!(key, b"notCapturedReason" | b"pruned" | b"size")
            || key.first() == Some(&b'@')
            || names.any(|(name, _)| name.as_bytes() == key || recorded_as(name))
    }
}

const CAPTURES: &[u8] = b"captures";

/// What is read of a snapshot besides, or of the event around it: where it was, when, who ran, why there are no captures.
fn is_known(key: &[u8]) -> bool {
    matches!(
        key,
        b"captures"
            | b"debugger"
            | b"debugger.snapshot"
            | b"language"
            | b"producer"
            | b"duration"
            | b"timestamp"
            | b"service"
            | b"probe"
            | b"evaluationErrors"
            | b"logger"
            | b"dd"
    ) || key.starts_with(b"logger.")
        || key.starts_with(b"dd.")
}

/// How much is kept of a member on the way to the variables of a snapshot.
fn around(open: &Open, key: &[u8]) -> Keep {
    match (open.keep, key) {
        (Keep::Around | Keep::Debugger, b"debugger.snapshot") | (Keep::Debugger, b"snapshot") => {
            Keep::Snapshot
        }
        (Keep::Around | Keep::Debugger, b"debugger") => Keep::Debugger,
        (Keep::Around, _) if open.top && key == CAPTURES => Keep::Captures,
        (Keep::Around | Keep::Debugger, _) => Keep::Around,
        (Keep::Snapshot, key) if key == CAPTURES => Keep::Captures,
        (Keep::Captures, b"entry" | b"return") | (Keep::Lines, _) => Keep::Frame,
        (Keep::Captures, b"lines") => Keep::Lines,
        (Keep::Frame, key) => {
            let sections = Section::ALL.map(Section::key);
            let is_group = sections.iter().any(|section| section.as_bytes() == key);
            if is_group && key != EXPRESSIONS.as_bytes() { Keep::Group { skipped: false } } else { Keep::All }
        }
        (Keep::Snapshot | Keep::Captures, _)
        | (Keep::All | Keep::Nothing | Keep::Part(_) | Keep::Group { .. }, _) => Keep::All,
    }
}
