//! The text of a type, as schemas write it: `integer`, `string | null`, `map<string, list<number>>`.

use probelang_diagnostic::spell;

use super::{SizeBound, Type};
use crate::Kinds;
use crate::suggest;

/// Levels of angle brackets.
const DEPTH: u8 = 16;

/// The words that name a type, canonical ones first.
const WORDS: [(&str, Kinds); 20] = [
    ("null", Kinds::NULL),
    ("Boolean", Kinds::BOOL),
    ("integer", Kinds::INT),
    ("float", Kinds::FLOAT),
    ("number", Kinds::NUMBER),
    ("string", Kinds::STR),
    ("list", Kinds::LIST),
    ("set", Kinds::SET),
    ("map", Kinds::MAP),
    ("object", Kinds::OBJECT),
    ("enum", Kinds::ENUM),
    ("opaque", Kinds::OPAQUE),
    ("unknown", Kinds::ANY),
    ("boolean", Kinds::BOOL),
    ("bool", Kinds::BOOL),
    ("int", Kinds::INT),
    ("double", Kinds::FLOAT),
    ("array", Kinds::LIST),
    ("any", Kinds::ANY),
    ("undefined", Kinds::UNDEFINED),
];

impl Type {
    /// Reads the text of a type.
    ///
    /// ```
    /// use probelang_check::Type;
    /// let ty = Type::read("map<string, list<integer>> | null").unwrap();
    /// assert_eq!(ty.to_string(), "map<string, list<integer>> | null");
    /// assert!(Type::read("lst<integer>").unwrap_err().contains("did you mean list"));
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, as one line.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text };
        let ty = reader.union(DEPTH)?;
        match reader.next() {
            None => Ok(ty),
            Some(word) => Err(format!("{} does not belong to a type", spell::string(word))),
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// The next word or sign.
    fn next(&mut self) -> Option<&'t str> {
        let text = self.rest.trim_start();
        let first = text.chars().next()?;
        let end = if first.is_alphanumeric() || first == '_' {
            text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
        } else {
            first.len_utf8()
        };
        let (word, rest) = text.split_at_checked(end)?;
        self.rest = rest;
        Some(word)
    }

    fn take(&mut self, sign: &str) -> bool {
        let taken = self.rest.trim_start().strip_prefix(sign);
        self.rest = taken.unwrap_or(self.rest);
        taken.is_some()
    }

    fn union(&mut self, depth: u8) -> Result<Type, String> {
        let mut all = self.one(depth)?;
        while self.take("|") {
            all = all.join(&self.one(depth)?);
        }
        Ok(all)
    }

    fn one(&mut self, depth: u8) -> Result<Type, String> {
        let depth = depth.checked_sub(1).ok_or("the type is nested too deeply")?;
        let word = self.next().ok_or("a type is missing")?;
        let Some((_, kinds)) = WORDS.iter().find(|(name, _)| *name == word) else {
            let near = suggest::nearest(word, WORDS.iter().map(|(name, _)| *name));
            let hint = near.map_or_else(String::new, |near| format!(", did you mean {near}?"));
            return Err(format!("{} is no type{hint}", spell::string(word)));
        };
        let kinds = *kinds;
        if !self.take("<") {
            return Ok(Type::kinds_of(kinds));
        }
        let first = self.union(depth)?;
        let ty = match kinds {
            Kinds::LIST | Kinds::SET => Type::collection_of(kinds, first, SizeBound::default()),
            Kinds::MAP => {
                if !self.take(",") {
                    return Err("a map has two types, of its keys and of its values".to_owned());
                }
                Type::map_of(first, self.union(depth)?, SizeBound::default())
            }
            _ => return Err(format!("{word} has no element type")),
        };
        if self.take(">") { Ok(ty) } else { Err("a > is missing".to_owned()) }
    }
}
