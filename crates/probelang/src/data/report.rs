//! What checking gives: candidates, hovers, reports with the cost.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::InSource;
use crate::check::{Analysis, Assumed, Candidate, Cost, CostLoop, Hover, Report};
use crate::syntax::{Tree, print};

impl Serialize for InSource<'_, Candidate> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Candidate { label, kind, ty, docs, edit, .. } = self.thing;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("label", label)?;
        map.serialize_entry("kind", kind.name())?;
        map.serialize_entry("type", ty)?;
        map.serialize_entry("docs", docs)?;
        map.serialize_entry("edit", &self.part(edit))?;
        map.end()
    }
}

impl Serialize for InSource<'_, Hover> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Hover { span, ty, docs, .. } = self.thing;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("span", &self.part(span))?;
        map.serialize_entry("type", ty)?;
        map.serialize_entry("docs", docs)?;
        map.end()
    }
}

impl Serialize for InSource<'_, Report> {
    /// Types, cost and reads are there if the program is accepted.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.thing;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("ok", &report.is_ok())?;
        map.serialize_entry("kind", report.kind.name())?;
        if let (true, Some(tree), Some(analysis)) = (report.is_ok(), &report.tree, &report.analysis) {
            let Analysis { ty, cost, reads, .. } = analysis;
            map.serialize_entry("type", &ty.to_string())?;
            map.serialize_entry("cost", &Bound { tree, cost: self.part(cost) })?;
            map.serialize_entry("reads", &reads.paths)?;
            map.serialize_entry("names", &reads.names)?;
        }
        map.serialize_entry("incomplete", &report.incomplete)?;
        map.serialize_entry("diagnostics", &self.part(report.diagnostics.as_slice()))?;
        map.end()
    }
}

/// A cost bound with the tree that it speaks of.
struct Bound<'a> {
    tree: &'a Tree,
    cost: InSource<'a, Cost>,
}

impl Serialize for Bound<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Cost { steps, dominating, dominating_steps, loops, assumes, .. } = self.cost.thing;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("steps", steps)?;
        if self.cost.thing.is_unbounded() {
            map.serialize_entry("unbounded", &true)?;
        } else {
            map.serialize_entry("assumes", &Sizes(*assumes))?;
        }
        map.serialize_entry("dominating", &print::node(self.tree, *dominating))?;
        map.serialize_entry("dominating_steps", dominating_steps)?;
        map.serialize_entry("span", &self.cost.part(&self.tree.span(*dominating)))?;
        let loops: Vec<_> = loops.iter().map(|one| Loop { bound: self, one }).collect();
        map.serialize_entry("loops", &loops)?;
        map.end()
    }
}

/// The sizes that a bound assumes, those on which it depends.
struct Sizes(Assumed);

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, size) in [("items", self.0.items), ("chars", self.0.chars), ("values", self.0.values)] {
            if let Some(size) = size {
                map.serialize_entry(name, &size)?;
            }
        }
        map.end()
    }
}

struct Loop<'a> {
    bound: &'a Bound<'a>,
    one: &'a CostLoop,
}

impl Serialize for Loop<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Bound { tree, cost } = self.bound;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("span", &cost.part(&tree.focus(self.one.node)))?;
        map.serialize_entry("times", &self.one.times)?;
        map.serialize_entry("stated", &self.one.stated)?;
        map.end()
    }
}
