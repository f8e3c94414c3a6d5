//! What a program reads of its scope, so that a reader keeps nothing else.

use std::fmt;
use std::sync::Arc;

/// What programs read of their scope: names, and below them members, elements and sizes.
///
/// A reader of documents may leave out everything else; programs answer as over the whole. Whatever is not certain is
/// read whole. Cheap to clone, `Send + Sync`.
///
/// ```
/// use probelang_host::{Projection, Projector};
/// let mut reads = Projector::new();
/// let price = reads.member(Projector::ROOT, "items");
/// let price = reads.element(price);
/// let price = reads.member(price, "price");
/// reads.keep(price);
/// let reads = reads.finish();
/// assert_eq!(reads.to_string(), "items.*.price");
/// assert_eq!(reads.join(&Projection::whole()).to_string(), "everything");
/// ```
#[derive(Clone, Debug)]
pub struct Projection {
    parts: Arc<[Part]>,
}

/// A value on the way to what is read, or read itself.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Part {
    /// Everything in it is read.
    whole: bool,
    /// How many entries it has is asked.
    counted: bool,
    /// What is read of each of its elements or entries. Then it has no members.
    element: Option<PartId>,
    /// What is read of single members, each once.
    members: Vec<(Box<str>, PartId)>,
}

/// A [`Part`] of a projection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartId(u32);

impl Part {
    /// Whether everything in it is read.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether it is asked how many entries it has.
    #[must_use]
    pub const fn is_counted(&self) -> bool {
        self.counted
    }

    /// What is read of each of its elements, or of the value of each of its entries.
    #[must_use]
    pub const fn element(&self) -> Option<PartId> {
        self.element
    }

    /// The members that are read. None where [`element`](Self::element) says what is read of each.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&str, PartId)> {
        self.members.iter().map(|(name, part)| (&**name, *part))
    }

    /// What is read of the member `name`. Linear in the members.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<PartId> {
        self.members.iter().find(|(known, _)| **known == *name).map(|(_, part)| *part)
    }
}

/// Everything, of a projection that has no such part.
static WHOLE: Part = Part { whole: true, counted: false, element: None, members: Vec::new() };

impl Projection {
    /// The part that is the scope itself: its members are the names.
    pub const ROOT: PartId = PartId(0);

    /// Everything is read.
    #[must_use]
    pub fn whole() -> Self {
        Self { parts: Arc::new([WHOLE.clone()]) }
    }

    /// Whether everything is read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part(Self::ROOT).whole
    }

    /// A part; of an id of another projection perhaps everything.
    #[must_use]
    pub fn part(&self, id: PartId) -> &Part {
        self.parts.get(id.0 as usize).unwrap_or(&WHOLE)
    }

    /// What either reads. Linear in both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        [self.clone(), other.clone()].into_iter().collect()
    }
}

impl FromIterator<Self> for Projection {
    /// What any of them reads; nothing, where there is none. Linear in all of them.
    fn from_iter<T: IntoIterator<Item = Self>>(all: T) -> Self {
        let (mut parts, mut roots) = (Vec::<Part>::new(), Vec::new());
        for one in all {
            let shift = u32::try_from(parts.len()).unwrap_or(u32::MAX);
            let moved = |id: PartId| PartId(id.0.saturating_add(shift));
            roots.push(moved(Self::ROOT));
            parts.extend(one.parts.iter().map(|part| Part {
                element: part.element.map(moved),
                members: part.members.iter().map(|(name, part)| (name.clone(), moved(*part))).collect(),
                ..part.clone()
            }));
        }
        merged(&parts, roots)
    }
}

/// Gathers what a program reads; [`Projection`] is the result.
#[derive(Clone, Debug)]
pub struct Projector {
    parts: Vec<Part>,
}

impl Default for Projector {
    fn default() -> Self {
        Self::new()
    }
}

impl Projector {
    /// The scope itself.
    pub const ROOT: PartId = Projection::ROOT;

    /// Nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        Self { parts: vec![Part::default()] }
    }

    /// The member `name` of a part. What it is, and a scalar as it is, is read from now on.
    pub fn member(&mut self, of: PartId, name: &str) -> PartId {
        if let Some(known) = self.parts.get(of.0 as usize).and_then(|part| part.member(name)) {
            return known;
        }
        let id = self.push();
        if let Some(part) = self.parts.get_mut(of.0 as usize) {
            part.members.push((name.into(), id));
        }
        id
    }

    /// Each element of a part, or the value of each entry.
    pub fn element(&mut self, of: PartId) -> PartId {
        if let Some(known) = self.parts.get(of.0 as usize).and_then(|part| part.element) {
            return known;
        }
        let id = self.push();
        if let Some(part) = self.parts.get_mut(of.0 as usize) {
            part.element = Some(id);
        }
        id
    }

    /// Reads everything in a part.
    pub fn keep(&mut self, part: PartId) {
        if let Some(part) = self.parts.get_mut(part.0 as usize) {
            part.whole = true;
        }
    }

    /// Asks how many entries a part has.
    pub fn count(&mut self, part: PartId) {
        if let Some(part) = self.parts.get_mut(part.0 as usize) {
            part.counted = true;
        }
    }

    /// What was gathered. Linear in the parts.
    #[must_use]
    pub fn finish(self) -> Projection {
        merged(&self.parts, vec![Self::ROOT])
    }

    fn push(&mut self) -> PartId {
        let id = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        self.parts.push(Part::default());
        PartId(id)
    }
}

/// The parts from `roots` on, which are one part, in a form that says each thing once: nothing below what is read whole, and
/// either members or elements.
fn merged(parts: &[Part], roots: Vec<PartId>) -> Projection {
    let mut out = vec![Part::default()];
    let mut pending = vec![(0usize, roots)];
    while let Some((at, ids)) = pending.pop() {
        let same: Vec<&Part> = ids.iter().map(|id| parts.get(id.0 as usize).unwrap_or(&WHOLE)).collect();
        let mut part = Part {
            whole: same.iter().any(|part| part.whole),
            counted: same.iter().any(|part| part.counted),
            ..Part::default()
        };
        let mut below = |out: &mut Vec<Part>, ids: Vec<PartId>| {
            let id = out.len();
            out.push(Part::default());
            pending.push((id, ids));
            PartId(u32::try_from(id).unwrap_or(u32::MAX))
        };
        let members = || same.iter().flat_map(|part| part.members.iter());
        if part.whole {
            part.counted = false;
        } else if same.iter().any(|part| part.element.is_some()) {
            part.counted = false;
            let elements = same.iter().filter_map(|part| part.element);
            let all = elements.chain(members().map(|(_, id)| *id)).collect();
            part.element = Some(below(&mut out, all));
        } else {
            let mut names: Vec<(&str, PartId)> = members().map(|(name, id)| (&**name, *id)).collect();
            names.sort_unstable();
            for same in names.chunk_by(|(one, _), (next, _)| one == next) {
                let Some((name, _)) = same.first() else { continue };
                let id = below(&mut out, same.iter().map(|(_, id)| *id).collect());
                part.members.push(((*name).into(), id));
            }
        }
        if let Some(place) = out.get_mut(at) {
            *place = part;
        }
    }
    Projection { parts: out.into() }
}

impl fmt::Display for Projection {
    /// The paths, `*` for an element and `#` for a size: `items.*.price, len.#`. Names are not quoted: for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole() {
            return f.write_str("everything");
        }
        let mut paths = Vec::new();
        let mut pending = vec![(Self::ROOT, String::new())];
        while let Some((id, path)) = pending.pop() {
            let part = self.part(id);
            let step = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            if part.counted {
                paths.push(step("#"));
            }
            if let Some(element) = part.element {
                pending.push((element, step("*")));
            }
            pending.extend(part.members().map(|(name, id)| (id, step(name))));
            let is_end = part.element.is_none() && part.members.is_empty() && !part.counted;
            if is_end && !path.is_empty() {
                paths.push(if part.whole { path } else { format!("{path}?") });
            }
        }
        paths.sort_unstable();
        f.write_str(&paths.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Projection {
        let mut projector = Projector::new();
        for path in paths {
            let mut at = Projector::ROOT;
            let mut ends = true;
            for step in path.split('.') {
                match step {
                    "*" => at = projector.element(at),
                    "#" => {
                        projector.count(at);
                        ends = false;
                    }
                    "?" => ends = false,
                    name => at = projector.member(at, name),
                }
            }
            if ends {
                projector.keep(at);
            }
        }
        projector.finish()
    }

    #[test]
    fn each_thing_is_said_once() {
        for (paths, expected) in [
            (&["b", "a.x", "a.y.z"][..], "a.x, a.y.z, b"),
            (&["a.x", "a"], "a"),
            (&["a.#", "a.?"], "a.#"),
            (&["a.?"], "a?"),
            // a single member of what is read entry by entry is one of the entries
            (&["a.*.x", "a.k.y", "a.#"], "a.*.x, a.*.y"),
            (&["a.*.*", "a.b"], "a.*"),
        ] {
            assert_eq!(of(paths).to_string(), expected);
        }
        assert_eq!(Projector::new().finish().to_string(), "");
    }

    #[test]
    fn joined_is_what_either_reads() {
        let joined = of(&["a.x", "b.#"]).join(&of(&["a.y", "b.?", "c"]));
        assert_eq!(joined.to_string(), "a.x, a.y, b.#, c");
        assert!(of(&["a"]).join(&Projection::whole()).is_whole());
        assert_eq!(of(&["a.*.x"]).join(&of(&["a.k.y"])).to_string(), "a.*.x, a.*.y");
        let all: Projection = (0..5).map(|n| of(&[&*format!("a.{}", n % 2), "b.#"])).collect();
        assert_eq!(all.to_string(), "a.0, a.1, b.#");
        assert_eq!(Projection::from_iter([]).to_string(), "");
    }
}
