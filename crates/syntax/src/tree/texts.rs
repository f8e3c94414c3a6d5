//! Interned texts.

use std::collections::HashMap;

use super::TextId;

/// Texts one after the other, with an index if there are many.
#[derive(Clone, Default, Debug)]
pub(super) struct Texts {
    all: String,
    ends: Vec<u32>,
    /// The texts by what they say, once there are more than [`FEW`].
    index: HashMap<Box<str>, TextId>,
}

/// So many are compared one by one.
const FEW: usize = 16;

impl Texts {
    pub(super) fn get(&self, id: TextId) -> &str {
        let at = id.0 as usize;
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let (Some(start), Some(&end)) = (start, self.ends.get(at)) else { return "" };
        self.all.get(start as usize..end as usize).unwrap_or("")
    }

    fn ids(&self) -> impl Iterator<Item = TextId> + use<> {
        (0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)).map(TextId)
    }

    /// The id of a text, which is added where it is new.
    pub(super) fn intern(&mut self, text: &str) -> TextId {
        let known = if self.ends.len() <= FEW {
            self.ids().find(|&id| self.get(id) == text)
        } else {
            self.index.get(text).copied()
        };
        if let Some(id) = known {
            return id;
        }
        let id = TextId(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        if self.ends.len() == FEW.saturating_add(1) {
            self.index = self.ids().map(|id| (self.get(id).into(), id)).collect();
        } else if self.ends.len() > FEW {
            self.index.insert(text.into(), id);
        }
        id
    }

    /// None yet, with room for that many, and for that many bytes of them.
    pub(super) fn of(texts: usize, bytes: usize) -> Self {
        Self { all: String::with_capacity(bytes), ends: Vec::with_capacity(texts), index: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_id_among_few_and_among_many() {
        let mut texts = Texts::default();
        let names: Vec<String> = (0..100).map(|at| format!("n{}", at % 50)).collect();
        let ids: Vec<TextId> = names.iter().map(|name| texts.intern(name)).collect();
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(id.0 as usize, at % 50);
            assert_eq!(texts.get(*id), names[at]);
        }
        assert_eq!(texts.intern(""), TextId(50));
        assert_eq!(texts.get(TextId(50)), "");
        assert_eq!(texts.get(TextId(51)), "");
    }
}
