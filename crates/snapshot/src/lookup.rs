//! Entries by key.
//!
//! Collections of a few entries are searched from start to end, others by halves over their sorted keys, so
//! that no recording makes a look-up expensive.

use std::cmp::Ordering;

use probelang_host::number::compare;
use probelang_host::{Digits, Number, Value, names_constant};

use crate::language::Language;
use crate::store::{Items, Meta, NO_META, Node, Store, Typed};

/// Entries up to which a collection is searched from start to end.
const FEW: u32 = 8;
/// Keys that cannot be sorted (of which only the beginning was recorded, say) and are compared one by one; if
/// there are more of them, what is not found otherwise is not known.
const UNSORTED: usize = 256;

/// A key that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'k> {
    pub(crate) value: Value<'k>,
    /// Its digits, where it is an integer beyond 64 bits.
    pub(crate) digits: Option<Digits<'k>>,
    /// Its name and type, where it is an enum constant.
    pub(crate) constant: Option<(&'k str, Option<&'k str>)>,
}

impl<'k> Wanted<'k> {
    pub(crate) const fn text(text: &'k str) -> Self {
        Self { value: Value::Str(text), digits: None, constant: None }
    }
}

/// What a look-up came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// The entry of this number.
    At(u32),
    /// None of the entries.
    Missing,
    /// Perhaps one whose key is not known whole.
    Unknown,
    /// Perhaps one that was recorded under another name.
    Renamed,
    /// None of its own, but one that it inherits.
    Inherited,
}

/// Drops entries of a JSON object whose key comes again (the last value counts, at the place of the first),
/// and sorts the keys of a large one.
pub(crate) fn unique_entries(store: &mut Store, items: Items) -> Items {
    if items.len <= FEW && !repeats(store, items) {
        return items;
    }
    let mut order: Vec<u32> = (0..items.len).collect();
    sort(&mut order, &|a, b| sortable(store, items, a).cmp(&sortable(store, items, b)));
    let same = |&a: &u32, &b: &u32| sortable(store, items, a) == sortable(store, items, b);
    let ends = |run: &[u32]| run.first().copied().zip(run.last().copied());
    let runs: Vec<(u32, u32)> = order.chunk_by(same).filter_map(ends).collect();
    for &(first, last) in runs.iter().filter(|(first, last)| first != last) {
        let value = store.node(Store::value_id(items, last));
        store.set(Store::value_id(items, first), value);
    }
    let mut keep: Vec<u32> = runs.iter().map(|run| run.0).collect();
    if keep.len() < order.len() {
        sort(&mut keep, &|_, _| Ordering::Equal);
        for (to, &from) in (0..).zip(&keep) {
            let (key, value) = (store.key(items, from), store.node(Store::value_id(items, from)));
            let at = Store::value_id(items, to);
            store.set(at.saturating_sub(1), key);
            store.set(at, value);
        }
    }
    // fewer than before, which were counted in 32 bits
    let len = u32::try_from(keep.len()).unwrap_or(items.len);
    index(store, Items { len, ..items })
}

/// Sorts entries; those that are equal by their numbers. One sort for all orders: each takes 5 KB of code.
fn sort(entries: &mut [u32], order: &dyn Fn(u32, u32) -> Ordering) {
    entries.sort_unstable_by(|&a, &b| order(a, b).then(a.cmp(&b)));
}

fn repeats(store: &Store, items: Items) -> bool {
    let same = |a: u32, b: u32| {
        if let (Node::Str(a), Node::Str(b)) = (store.node(key_id(items, a)), store.node(key_id(items, b))) {
            return store.text(a) == store.text(b);
        }
        sortable(store, items, a) == sortable(store, items, b)
    };
    (1..items.len).any(|b| (0..b).any(|a| same(a, b)))
}

/// Sorts the keys of `items`, if they are many.
pub(crate) fn index(store: &mut Store, items: Items) -> Items {
    if items.len <= FEW {
        return items;
    }
    let sorted = |store: &Store, entry: &u32| sortable(store, items, *entry).is_some();
    let (mut order, rest): (Vec<u32>, Vec<u32>) = (0..items.len).partition(|entry| sorted(store, entry));
    sort(&mut order, &|a, b| sortable(store, items, a).cmp(&sortable(store, items, b)));
    let count = u32::try_from(order.len()).unwrap_or(u32::MAX);
    order.extend(rest);
    let start = store.push_order(&order);
    let meta = if items.meta == NO_META { store.push_meta(Meta::default()) } else { items.meta };
    if let Some(meta) = store.meta_mut(meta) {
        meta.order = Some((start, count));
    }
    Items { meta, ..items }
}

/// A key that has a place in the order of keys: by the language's `==` two of them are equal exactly when
/// they have the same place.
#[derive(Clone, Copy)]
enum SortKey<'s> {
    Null,
    Bool(bool),
    Number(Number),
    /// An integer beyond 64 bits.
    Big(Digits<'s>),
    Text(&'s str),
    /// A text of a type that is not that of literals: another key.
    OtherText(&'s str),
}

impl SortKey<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) | Self::Big(_) => 2,
            Self::Text(_) => 3,
            Self::OtherText(_) => 4,
        }
    }
}

impl Ord for SortKey<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            // no key is NaN, see `sort_key`
            (Self::Number(a), Self::Number(b)) => compare(*a, *b).unwrap_or(Ordering::Equal),
            (Self::Big(a), Self::Big(b)) => a.order(*b),
            (Self::Big(a), Self::Number(b)) => a.compare(*b).unwrap_or(Ordering::Equal),
            (Self::Number(a), Self::Big(b)) => b.compare(*a).map_or(Ordering::Equal, Ordering::reverse),
            (Self::Text(a), Self::Text(b)) | (Self::OtherText(a), Self::OtherText(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for SortKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SortKey<'_> {}

fn sort_key<'v>(value: &Value<'v>, digits: Option<Digits<'v>>) -> Option<SortKey<'v>> {
    match *value {
        Value::BigInt(_) => digits.map(SortKey::Big),
        Value::Null => Some(SortKey::Null),
        Value::Bool(truth) => Some(SortKey::Bool(truth)),
        Value::Str(text) => Some(SortKey::Text(text)),
        Value::Float(float) if float.is_nan() => None,
        ref value => value.number().map(SortKey::Number),
    }
}

#[inline]
fn sortable(store: &Store, items: Items, entry: u32) -> Option<SortKey<'_>> {
    let id = key_id(items, entry);
    if let Node::Str(text) = store.node(id) {
        return Some(SortKey::Text(store.text(text)));
    }
    sortable_other(store, id)
}

/// The same of a key that is not a plain text.
fn sortable_other(store: &Store, id: u32) -> Option<SortKey<'_>> {
    match (sort_key(&store.plain(id, 0), store.digits(id).and_then(Digits::new))?, store.typed(id)) {
        // it may be another key
        (_, Some(typed)) if typed.may_be_text => None,
        (SortKey::Text(text), Some(_)) => Some(SortKey::OtherText(text)),
        (key, _) => Some(key),
    }
}

fn key_id(items: Items, entry: u32) -> u32 {
    Store::value_id(items, entry).saturating_sub(1)
}

/// The entry of `items` whose key equals `key` by the language's `==`.
pub(crate) fn find(store: &Store, items: Items, key: &Wanted<'_>) -> Found {
    let found = find_exact(store, items, key);
    if found == Found::Missing
        && let (Value::Str(text), true) = (key.value, store.language.makes_integer_keys())
        && let Some(key) = integer_key(text)
    {
        let key = Wanted { value: Value::Int(key), digits: None, constant: None };
        return if find_exact(store, items, &key) == Found::Missing { found } else { Found::Unknown };
    }
    found
}

/// The integer that a text is as a key, where it is one in its only spelling.
fn integer_key(text: &str) -> Option<i64> {
    text.parse().ok().filter(|n: &i64| n.to_string() == text)
}

fn find_exact(store: &Store, items: Items, key: &Wanted<'_>) -> Found {
    let order = store.meta(items.meta).and_then(|meta| meta.order);
    let Some((start, count)) = order else {
        return one_by_one(store, items, 0..items.len, key);
    };
    let rest = store.order(start.saturating_add(count), items.len.saturating_sub(count));
    let order = store.order(start, count);
    let mut found = Found::Missing;
    match (sort_key(&key.value, key.digits), key.value, key.constant) {
        (Some(wanted), ..) => {
            let of_other_type = match wanted {
                SortKey::Text(text) => Some(SortKey::OtherText(text)),
                _ => None,
            };
            let mut wanted = std::iter::once(wanted).chain(of_other_type);
            if let Some(entry) = wanted.find_map(|wanted| at(store, items, order, &wanted)) {
                return Found::At(entry);
            }
        }
        (None, Value::CutStr(beginning), _) => {
            // any longer key with that beginning may be it
            let first = order.partition_point(|&entry| {
                sortable(store, items, entry).is_some_and(|key| key <= SortKey::Text(beginning))
            });
            let next = order.get(first).and_then(|&entry| sortable(store, items, entry));
            if matches!(next, Some(SortKey::Text(text)) if text.starts_with(beginning)) {
                found = Found::Unknown;
            }
        }
        (None, _, Some((name, type_name))) => {
            // as a string: its name, also with any tail of its type's name before it
            if let Some(entry) = at(store, items, order, &SortKey::Text(name)) {
                return Found::At(entry);
            }
            let tails = type_name.into_iter().flat_map(|type_name| {
                let starts = type_name.char_indices().filter(|(_, c)| matches!(c, '.' | '$' | '+'));
                std::iter::once(0)
                    .chain(starts.map(|(at, _)| at.saturating_add(1)))
                    .filter_map(|at| type_name.get(at..))
            });
            for tail in tails.take(UNSORTED) {
                for separator in ['.', '$', '+'] {
                    let spelled = format!("{tail}{separator}{name}");
                    if let Some(entry) = at(store, items, order, &SortKey::Text(&spelled)) {
                        return Found::At(entry);
                    }
                }
            }
        }
        _ => {}
    }
    if rest.len() > UNSORTED {
        return Found::Unknown;
    }
    match one_by_one(store, items, rest.iter().copied(), key) {
        Found::Missing => found,
        other => other,
    }
}

fn at(store: &Store, items: Items, order: &[u32], wanted: &SortKey<'_>) -> Option<u32> {
    let first =
        order.partition_point(|&entry| sortable(store, items, entry).is_some_and(|key| key < *wanted));
    order.get(first).copied().filter(|&entry| sortable(store, items, entry).as_ref() == Some(wanted))
}

fn one_by_one(store: &Store, items: Items, entries: impl Iterator<Item = u32>, key: &Wanted<'_>) -> Found {
    let mut found = Found::Missing;
    let mut of_other_type = None;
    for entry in entries {
        match equal(store, key_id(items, entry), key) {
            // a text finds one of another type where there is no such text
            Some(true) if matches!(key.value, Value::Str(_)) && is_other_text(store, items, entry) => {
                of_other_type = of_other_type.or(Some(entry));
            }
            Some(true) => return Found::At(entry),
            Some(false) => {}
            None => found = Found::Unknown,
        }
    }
    of_other_type.map_or(found, Found::At)
}

/// Whether the key of an entry is a text of a type that is not that of literals.
pub(crate) fn is_other_text(store: &Store, items: Items, entry: u32) -> bool {
    let id = key_id(items, entry);
    store.typed(id).is_some() && matches!(store.plain(id, 0), Value::Str(_) | Value::CutStr(_))
}

/// Whether the recorded key `id` equals `key`; `None` where the recording leaves it open.
#[inline]
fn equal(store: &Store, id: u32, wanted: &Wanted<'_>) -> Option<bool> {
    if let (Node::Str(key), Value::Str(text), None) = (store.node(id), wanted.value, wanted.constant) {
        return Some(store.text(key) == text);
    }
    equal_other(store, id, wanted)
}

/// The same where one of the two is not a plain text.
fn equal_other(store: &Store, id: u32, wanted: &Wanted<'_>) -> Option<bool> {
    let (key, enum_key) = (&wanted.value, wanted.constant);
    let recorded = store.plain(id, 0);
    let big = store.digits(id).and_then(Digits::new);
    let recorded_enum = match store.node(id) {
        Node::Object(items) => enum_of(store, items),
        _ => None,
    };
    if let (Some(typed), Value::Str(text)) = (store.typed(id), key)
        && may_be(store, typed, text)
    {
        return None;
    }
    if let (Node::Object(items), Some(_)) = (store.node(id), recorded_enum)
        && enum_may_equal(store, items, key)
        && !matches!(key, Value::Str(text) if recorded_enum.is_some_and(|(name, type_name)| names_constant(text, name, type_name)))
    {
        return None;
    }
    match (recorded_enum, recorded, enum_key, *key) {
        (Some((a, a_type)), _, Some((b, b_type)), _) => Some(a == b && a_type == b_type),
        (Some((name, type_name)), _, None, Value::Str(text))
        | (None, Value::Str(text), Some((name, type_name)), _) => Some(names_constant(text, name, type_name)),
        // a text that was cut may still go on to a constant's name
        (Some(_), _, None, Value::CutStr(_)) | (None, Value::CutStr(_), Some(_), _) => None,
        // neither is known, unless the other is null, which a cut value is not
        (_, Value::Cut(_), _, Value::Null) => Some(false),
        (_, Value::Redacted(_) | Value::Unreadable(_) | Value::Cut(_), ..) => None,
        (_, Value::Null, _, Value::Cut(_)) => Some(false),
        (.., Value::Cut(_)) => None,
        (_, a, _, b) if a.is_scalar() && b.is_scalar() && (big.or(wanted.digits)).is_some() => {
            // only numbers equal one; NaN does not
            Some(sort_key(&a, big).is_some_and(|a| sort_key(&b, wanted.digits) == Some(a)))
        }
        (_, a, _, b) if a.is_scalar() && b.is_scalar() => {
            // NaN equals nothing; a cut text leaves it open
            a.scalar_eq(&b).or(if a.kind() == b.kind() { None } else { Some(false) })
        }
        // collections and objects with one another, which would have to be walked
        (_, a, _, b) if !a.is_scalar() && !b.is_scalar() => None,
        _ => Some(false),
    }
}

/// Whether `typed` may be the text `text`, although it looks like a number.
pub(crate) fn may_be(store: &Store, typed: &Typed, text: &str) -> bool {
    typed.may_be_text && typed.text.is_some_and(|recorded| store.text(recorded) == text)
}

/// Whether `text` may name the constant `name` with the namespace of its type, where only the name of the type was
/// recorded.
fn may_be_full_name(text: &str, name: &str, type_name: &str) -> bool {
    let separators = ['.', '+'];
    let type_text = text.strip_suffix(name).and_then(|rest| rest.strip_suffix(separators));
    let namespace = type_text.and_then(|rest| rest.strip_suffix(type_name));
    namespace.is_some_and(|namespace| namespace.len() > 1 && namespace.ends_with(separators))
}

/// Whether the enum constant `items` may equal `other`, which is not its name: Python's constants may be numbers
/// or texts, .NET's are numbers.
pub(crate) fn enum_may_equal(store: &Store, items: Items, other: &Value<'_>) -> bool {
    if let (Value::Str(text), Some((name, Some(type_name)))) = (other, enum_of(store, items))
        && store.language.shortens_types()
        && may_be_full_name(text, name, type_name)
    {
        return true;
    }
    match store.language {
        Language::DotNet => other.number().is_some(),
        Language::Python => match value_of_constant(store, items) {
            Some(id) if store.plain(id, 0).is_scalar() => {
                store.plain(id, 0).scalar_eq(other).unwrap_or(other.is_scalar())
            }
            // what was not recorded may be anything; a list, say, equals no scalar
            Some(id) => {
                !store.plain(id, 0).is_found() || matches!(store.node(id), Node::Cut(_)) || !other.is_scalar()
            }
            None => false,
        },
        _ => false,
    }
}

/// The recorded value of a constant of Python.
fn value_of_constant(store: &Store, items: Items) -> Option<u32> {
    match find(store, items, &Wanted::text("_value_")) {
        Found::At(entry) => Some(Store::value_id(items, entry)),
        _ => None,
    }
}

/// Name and type of an enum constant.
pub(crate) fn enum_of(store: &Store, items: Items) -> Option<(&str, Option<&str>)> {
    let meta = store.meta(items.meta)?;
    Some((store.text(meta.enum_name?), meta.type_name.map(|name| store.text(name))))
}

/// The variable or field `name`.
pub(crate) fn named(store: &Store, items: Items, name: &str) -> Found {
    let found = find(store, items, &Wanted::text(name));
    if found == Found::Missing
        && let Some(recorded) = store.language.recorded_name(name)
        && find(store, items, &Wanted::text(&recorded)) != Found::Missing
    {
        return Found::Renamed;
    }
    found
}

/// The field `name` of an object, also by its short name.
pub(crate) fn field(store: &Store, items: Items, name: &str) -> Found {
    let found = named(store, items, name);
    if found != Found::Missing {
        return found;
    }
    let language = store.language;
    if let (Some(_), Some(recorded)) = (enum_of(store, items), language.member_of_constant(name)) {
        return named(store, items, recorded);
    }
    let Some((start, count)) = store.meta(items.meta).and_then(|meta| meta.aliases) else {
        let is_inherited = store.recorded && language.inherits_member(name);
        return if is_inherited { Found::Inherited } else { Found::Missing };
    };
    let order = store.order(start, count);
    let alias = |entry: u32| field_name(store, items, entry).and_then(|field| language.short_name(field));
    let first = order.partition_point(|&entry| alias(entry) < Some(name));
    let same = order.get(first..).unwrap_or_default().iter().copied();
    let mut same = same.take_while(|&entry| alias(entry) == Some(name)).take(UNSORTED);
    let Some(any) = same.next() else { return Found::Missing };
    // several classes may have a private field of that name: the object's own comes first
    let own = store.meta(items.meta).and_then(|meta| meta.type_name).map(|name| store.text(name));
    let is_own = |entry: u32| {
        let class = field_name(store, items, entry).and_then(|field| field.rsplit_once("::"));
        class.is_some_and(|(class, _)| Some(class) == own)
    };
    Found::At(std::iter::once(any).chain(same).find(|&entry| is_own(entry)).unwrap_or(any))
}

/// Sorts the short names of the fields of an object that has such.
pub(crate) fn index_aliases(store: &mut Store, items: Items) {
    let language = store.language;
    let alias = |entry| field_name(store, items, entry).and_then(|field| language.short_name(field));
    let mut order: Vec<u32> = (0..items.len).filter(|&entry| alias(entry).is_some()).collect();
    if order.is_empty() {
        return;
    }
    sort(&mut order, &|a, b| alias(a).cmp(&alias(b)));
    let count = u32::try_from(order.len()).unwrap_or(u32::MAX);
    let start = store.push_order(&order);
    if let Some(meta) = store.meta_mut(items.meta) {
        meta.aliases = Some((start, count));
    }
}

fn field_name(store: &Store, items: Items, entry: u32) -> Option<&str> {
    match store.key(items, entry) {
        Node::Str(text) => Some(store.text(text)),
        _ => None,
    }
}
