//! Keys of maps, and of lazy filters over them.

use std::cmp::Ordering;

use probelang_capture::Stop;
use probelang_diagnostic::fault;
use probelang_dialect::BooleanNumbers;
use probelang_host::{Handle, Hidden, Number, Search, Symbol, TRUNCATED, Value};

use crate::fault::Detail;
use crate::run::frame::Frame;
use crate::run::iter::{Iter, Next};
use crate::run::ops::big::is_big;

impl<'a> Frame<'a, '_, '_> {
    /// Whether `index` is of a kind that may be a key.
    pub(super) fn check_key(
        &mut self,
        receiver: &Value<'a>,
        index: &Value<'a>,
        site: u32,
    ) -> Result<(), Stop> {
        match *index {
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::BigInt(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::CutStr(_)
            | Value::Object(_) => Ok(()),
            Value::Opaque(_) if self.undoubted(index, site)?.is_scalar() => Ok(()),
            _ => Err(self.bad_index(receiver, index, site)),
        }
    }

    /// The entry of `map` whose key equals `key`; `Absent` where there is none.
    pub(crate) fn find_key(
        &mut self,
        map: Handle,
        key: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        // what only our own comparison can judge
        match (*key, self.plain(key)) {
            (Value::Object(_), _) | (_, Value::CutStr(_)) | (Value::Opaque(_), Value::Str(_)) => {
                return self.search_key(&Value::Map(map), key, site, out);
            }
            (Value::Opaque(_), plain) if plain.is_scalar() => return self.find_key(map, &plain, site, out),
            _ => {}
        }
        let of = Value::Map(map);
        self.ask_key(&of, key, site, out)?;
        if self.dialect().boolean_numbers == BooleanNumbers::Yes && *out == Value::Absent {
            let other = match *key {
                Value::Bool(b) => Value::Int(i64::from(b)),
                _ => match key.number().and_then(Number::to_integer) {
                    Some(0) => Value::Bool(false),
                    Some(1) => Value::Bool(true),
                    _ => return Ok(()),
                },
            };
            self.ask_key(&of, &other, site, out)?;
        }
        Ok(())
    }

    /// What a map or object of the host holds under a scalar key: by the host's own look-up, or by a walk over
    /// its entries, which hides what is under the constant of a redacted name: where the host does not look the
    /// key up, and where it is that of a secret or may spell such a constant, of which a look-up would tell more
    /// than that it is there.
    pub(super) fn ask_key(
        &mut self,
        of: &Value<'a>,
        key: &Value<'_>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let secret = matches!(key, Value::Str(name) if self.linked.policy.redacts_name(name));
        let walked = secret || matches!(of, Value::Map(_)) && self.names_redacted_constant(key);
        if let (Some(handle), false) = (of.handle(), walked)
            && self.host.key(handle, key, out) == Search::Done
        {
            return Ok(());
        }
        self.ask_entries(of, key, secret, site, out)
    }

    /// The entry of `map` whose key is a constant text, known to the host as `symbol`.
    pub(super) fn ask_entry(
        &mut self,
        map: Handle,
        symbol: Symbol,
        text: &str,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        match self.host.entry(map, symbol, out) {
            Search::Done => Ok(()),
            Search::Walk => self.ask_entries(&Value::Map(map), &Value::Str(text), false, site, out),
        }
    }

    /// Walks the entries for a scalar key.
    #[cold]
    #[inline(never)]
    pub(crate) fn ask_entries(
        &mut self,
        of: &Value<'a>,
        key: &Value<'_>,
        secret: bool,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        *out = Value::Absent;
        let Some(mut iter) = Iter::open(self, of, true) else { return Ok(()) };
        let found = self.walk_keys(&mut iter, key, site, out);
        iter.close(self);
        if found? && secret {
            // whether it is there is no secret, everything else is
            *out = Value::Redacted(Hidden::Name);
        }
        Ok(())
    }

    /// Looks for the key, and says whether it is there.
    fn walk_keys(
        &mut self,
        iter: &mut Iter<'a>,
        key: &Value<'_>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<bool, Stop> {
        let (mut k, mut missing) = (Value::Absent, Value::Absent);
        let mut of_other_sort = None;
        loop {
            match iter.next(self, site, &mut k, out)? {
                Next::Element => {}
                Next::Done => {
                    *out = of_other_sort.unwrap_or(missing);
                    return Ok(of_other_sort.is_some());
                }
                Next::Cut(reason) => {
                    *out = of_other_sort.unwrap_or(Value::Unreadable(reason));
                    return Ok(of_other_sort.is_some());
                }
            }
            let found = match (self.plain(&k), *key) {
                (Value::Str(a), Value::Str(b)) => {
                    let same = self.same_bytes(a.as_bytes(), b.as_bytes(), site)?;
                    if same && matches!(k, Value::Opaque(_)) {
                        of_other_sort.get_or_insert(*out);
                        continue;
                    }
                    same
                }
                (Value::CutStr(a), Value::Str(b)) => {
                    // it may be the key that is looked for
                    if b.len() > a.len()
                        && let Some(start) = b.as_bytes().get(..a.len())
                        && self.same_bytes(start, a.as_bytes(), site)?
                    {
                        missing = Value::Unreadable(TRUNCATED);
                    }
                    false
                }
                (Value::CutStr(_), _) => false,
                (Value::Object(constant), Value::Str(text)) => self.names_constant(text, constant),
                (plain, _) if is_big(&plain) || is_big(key) => {
                    self.order_big(&plain, key, true, site)? == Some(Some(Ordering::Equal))
                }
                (plain, _) => plain.scalar_eq(key) == Some(true),
            };
            if found {
                return Ok(true);
            }
        }
    }

    /// As [`find_key`](Self::find_key) in a map or a lazy filter over one, by our own comparison of every key.
    fn search_key(
        &mut self,
        of: &Value<'a>,
        key: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let Some(mut iter) = Iter::open(self, of, false) else { return Ok(()) };
        let found = self.seek_key(&mut iter, key, site, out);
        iter.close(self);
        found
    }

    /// The value that a lazy filter over a map keeps under `key`.
    pub(super) fn key_of_filter(
        &mut self,
        filter: &Value<'a>,
        key: &Value<'a>,
        site: u32,
        detail: Detail,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        self.search_key(filter, key, site, out)?;
        self.found_or(self.dialect().missing_key, fault::UNKNOWN_KEY, site, detail, out)
    }

    /// Looks for a key, in order, up to the entry that has it; a fault of a comparison on the way propagates.
    fn seek_key(
        &mut self,
        iter: &mut Iter<'a>,
        key: &Value<'a>,
        site: u32,
        out: &mut Value<'a>,
    ) -> Result<(), Stop> {
        let mut k = Value::Absent;
        let mut of_other_sort = None;
        loop {
            match iter.reach(self, site, &mut k, out)? {
                (Next::Element, kept) => {
                    if self.keys_equal(&k, key, site)? {
                        if !kept {
                            *out = Value::Absent;
                        } else if self.redacted_key(&k) {
                            // what is looked for may be spelled otherwise
                            *out = Value::Redacted(Hidden::Name);
                        }
                        if self.is_key_of_sort(&k, key) {
                            return Ok(());
                        }
                        // a text finds one of another type where there is no such text, and only a text does
                        if !matches!(key, Value::Opaque(_)) {
                            of_other_sort.get_or_insert(*out);
                        }
                    }
                }
                (Next::Done, _) => {
                    *out = of_other_sort.unwrap_or(Value::Absent);
                    return Ok(());
                }
                (Next::Cut(reason), _) => {
                    *out = of_other_sort.unwrap_or(Value::Unreadable(reason));
                    return Ok(());
                }
            }
        }
    }
}
