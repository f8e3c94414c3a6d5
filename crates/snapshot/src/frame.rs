//! One frame of a snapshot as a host: its names, each with the group that it was recorded in.

use std::collections::HashSet;

use probelang_diagnostic::input;
use probelang_host::Names;
use probelang_redact::Policy;

use crate::build::Builder;
use crate::error::InputError;
use crate::json::Scratch;
use crate::language::Language;
use crate::lookup::index;
use crate::raw::Json;
use crate::recorded::{CAUGHT, EXPRESSIONS, Frame, Recorded, Section, Sort, one_line};
use crate::store::{Items, Meta, Node, Store, Text, TypeNames};
use crate::{View, document};

/// One frame of a recorded snapshot.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(crate) store: Store,
    scope: u32,
    frame: String,
    /// Each name that was recorded, with its group.
    sections: Vec<(Section, Text)>,
}

impl Snapshot {
    /// Empties it and keeps its memory.
    fn clear(&mut self) {
        self.store.clear();
        self.sections.clear();
        self.frame.clear();
        self.scope = 0;
    }

    /// The snapshot in `bytes`, one alone or an array of one, and the frame of that name in it; without a
    /// name the return, else the only line, else the entry.
    ///
    /// # Errors
    /// [`InputError`] for what is no JSON or no such snapshot, and as [`Recorded::open`].
    pub fn parse(bytes: &[u8], frame: Option<&str>, policy: &Policy) -> Result<Self, InputError> {
        let mut store = Store::default();
        let id = document::read(bytes, &mut store, &mut Scratch::default())?;
        let json = Json { store: &store, id };
        let mut elements = json.elements();
        match (elements.next(), elements.next()) {
            (Some(only), None) => Recorded::force(only)?.open(frame, policy),
            (Some(_), Some(_)) => {
                let message = format!("one snapshot was expected, here are {}", json.elements().len());
                Err(InputError::new(input::NO_SNAPSHOT, message))
            }
            (None, _) => Recorded::force(json)?.open(frame, policy),
        }
    }

    /// The name of the frame.
    #[must_use]
    pub fn frame(&self) -> &str {
        &self.frame
    }

    /// The language of the recorded program.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.store.language
    }

    /// Whether types were recorded, and none of them with its namespace or module: a pattern of redacted types
    /// that names a namespace only (`Acme.Billing.*`) can be compared with none of them.
    #[must_use]
    pub fn has_short_types(&self) -> bool {
        self.store.types == TypeNames::Short
    }

    /// The names in scope, in the order in which they were recorded. For completion and lists.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let scope = Json { store: &self.store, id: self.scope };
        let there = scope.entries().filter(|(_, value)| value.node() != Node::Absent);
        there.map(|(name, _)| name).collect()
    }

    /// The names that were recorded in a group, `@return` and its like among them, with their groups, in order.
    pub fn sections(&self) -> impl Iterator<Item = (Section, &str)> {
        self.sections.iter().map(|(section, name)| (*section, self.store.text(*name)))
    }

    /// Why names of the frame are missing, if some are.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        let Node::Map(items) = self.store.node(self.scope) else { return None };
        self.store.meta(items.meta).and_then(|meta| meta.cut).map(|reason| self.store.text(reason))
    }

    /// The host over this frame, with the table of names that programs were linked with.
    #[must_use]
    pub const fn view<'d>(&'d self, names: &'d Names) -> View<'d> {
        View::new(&self.store, self.scope, names)
    }
}

impl<'i> Recorded<'i> {
    /// Empties `snapshot` and chooses the frame for it.
    pub(crate) fn begin(
        &self,
        frame: Option<&str>,
        snapshot: &mut Snapshot,
    ) -> Result<Frame<'i>, InputError> {
        snapshot.clear();
        let frame = self.choose(frame)?;
        snapshot.frame = frame.name();
        snapshot.store.language = self.language();
        snapshot.store.own = self.is_own();
        // the values of a plain document have no types
        snapshot.store.recorded = !(self.is_own() && self.language_name() == "json");
        Ok(frame)
    }

    /// Builds the map of the names of `frame`.
    pub(crate) fn scope(
        &self,
        frame: Frame<'i>,
        throwable: Option<Json<'i>>,
        policy: &Policy,
        snapshot: &mut Snapshot,
        types: bool,
    ) {
        let Snapshot { store, sections, .. } = snapshot;
        let mut names: Vec<(&str, Json<'i>)> = Vec::new();
        let mut add =
            |store: &mut Store, section, name: &str| sections.push((section, store.push_text(name)));
        let mut seen = HashSet::new();
        let (mut result, mut exception, mut duration) = (None, None, None);
        // where a name may be that is not found
        let mut cut = partial(frame.json).or_else(|| unrecorded(frame.json));
        if frame.sort == Sort::Caught {
            cut = Some("only caught exceptions were recorded");
            names.push((CAUGHT, frame.json));
        }
        for section in Section::ALL {
            let Some(group) = frame.json.some(section.key()) else { continue };
            cut = cut.or(partial(group));
            for (name, json) in group.entries().filter(|entry| !is_remark(*entry)) {
                if !seen.insert(name) {
                    continue;
                }
                add(store, section, name);
                match name {
                    "@return" => result = Some(json),
                    "@exception" => exception = Some(json),
                    "@duration" => duration = Some(json),
                    _ => names.push((name, json)),
                }
            }
        }
        if let Some(this) = frame.json.some("this")
            && seen.insert("this")
        {
            add(store, Section::Arguments, "this");
            names.push(("this", this));
        }

        let count = names.len().saturating_add(3);
        let first = store.extend(std::iter::repeat_n(Node::Absent, count.saturating_mul(2)));
        let specials = ["@return", "@exception", "@duration"];
        let keys = names.iter().map(|(name, _)| *name).chain(specials);
        for (entry, name) in (0..).zip(keys) {
            let name = Node::Str(store.push_text(name));
            store.set(first.saturating_add(u32::saturating_mul(entry, 2)), name);
        }
        let len = u32::try_from(count).unwrap_or(u32::MAX);
        let items = Items { first, len, meta: 0 };
        let reason = cut.map(|reason| store.push_text(&one_line(reason)));
        let meta = store.push_meta(Meta { cut: reason, ..Meta::default() });

        // a null says that there was none
        let said = throwable.is_some();
        let throwable = throwable.filter(|throwable| !throwable.is_null());
        // at a return of which a part is missing, a value or an exception may be in that part; an exception
        // that was recorded rules a value out, and the other way round
        let missing = match reason {
            Some(reason) if matches!(frame.sort, Sort::Return | Sort::Expressions) => {
                Node::Unreadable(reason)
            }
            _ => Node::Absent,
        };
        let mut builder = Builder::new(store, policy).noting_types(types);
        let mut slots = (0..len).map(|entry| Store::value_id(items, entry));
        let expressions = frame.json.some(EXPRESSIONS);
        for ((name, json), slot) in names.iter().zip(slots.by_ref()) {
            // a captured expression is named by its text
            let captured =
                expressions.and_then(|group| group.get(name)).is_some_and(|found| found.id == json.id);
            if captured && policy.redacts_expression(name) {
                builder.set_hidden(slot, name);
            } else if frame.sort == Sort::Caught {
                builder.caught(*json, slot);
            } else {
                builder.variable(*json, slot);
            }
        }
        let mut slot = || slots.next().unwrap_or_default();
        let (at_return, at_exception, at_duration) = (slot(), slot(), slot());
        match result {
            Some(json) => builder.variable(json, at_return),
            None if throwable.is_none() && exception.is_none() => builder.set(at_return, missing),
            None => {}
        }
        if exception.is_none() && throwable.is_none() && result.is_none() {
            if !said {
                builder.set(at_exception, missing);
            }
        } else {
            builder.exception(exception, throwable, at_exception);
        }
        match duration {
            Some(json) => builder.variable(json, at_duration),
            None if frame.sort == Sort::Return => {
                let node = self.duration(&mut builder);
                builder.set(at_duration, node);
            }
            None => {}
        }
        let items = index(store, Items { meta, ..items });
        snapshot.scope = store.push(Node::Map(items));
    }

    /// The recorded duration in milliseconds, as a value.
    fn duration(&self, builder: &mut Builder<'_, '_, '_>) -> Node {
        match self.milliseconds() {
            None => Node::Absent,
            Some(Ok(milliseconds)) => Node::Float(milliseconds),
            Some(Err(json)) => builder.unreadable(json.text().unwrap_or("unknown form")),
        }
    }
}

/// Why a part of a frame or group is missing, if one is.
fn partial(json: Json<'_>) -> Option<&str> {
    if let Some(text) = json.text() {
        return Some(text);
    }
    if !json.is_object() {
        return Some("unknown form");
    }
    if let Some(reason) = json.get("notCapturedReason").and_then(Json::text) {
        return Some(reason);
    }
    json.get("pruned").is_some_and(|pruned| !pruned.is_object() && pruned.is_true()).then_some("pruned")
}

/// Why the variables of a frame were not recorded, if it has no group of them.
fn unrecorded(frame: Json<'_>) -> Option<&'static str> {
    let [variables @ .., _] = Section::ALL;
    let recorded = |group: Option<Json<'_>>| group.is_some_and(|group| group.entries().next().is_some());
    if recorded(frame.some(EXPRESSIONS)) {
        let only = !variables.iter().any(|section| recorded(frame.some(section.key())));
        return only.then_some("only capture expressions were recorded");
    }
    let none = !variables.iter().any(|section| frame.some(section.key()).is_some());
    none.then_some(crate::build::NOT_RECORDED)
}

/// Whether an entry of a group is no variable but a remark on the group.
fn is_remark((name, json): (&str, Json<'_>)) -> bool {
    matches!(name, "notCapturedReason" | "pruned" | "size") && !json.is_object()
}
