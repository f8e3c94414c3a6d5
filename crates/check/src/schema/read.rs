//! Reads a schema from JSON, with an error for each place that does not say what it must.

use probelang_diagnostic::{Diagnostic, Span, schema::BAD_SCHEMA, spell};

use super::Schema;
use crate::json::Json;
use crate::suggest;
use crate::types::{Field, Fields, Parts, SizeBound};
use crate::{Kinds, Type};

/// Bytes of a schema.
const BYTES: usize = 4 * 1024 * 1024;
/// Levels of types within types.
const DEPTH: u8 = 32;
/// Reported errors.
const ERRORS: usize = 20;

/// The keys of a type, each with the kinds that it speaks of.
const KEYS: [(&str, Kinds); 14] = [
    ("type", Kinds::ALL),
    ("of", Kinds::LIST.union(Kinds::SET)),
    ("key", Kinds::MAP),
    ("value", Kinds::MAP),
    ("keys", Kinds::MAP),
    ("members", Kinds::MAP),
    ("fields", Kinds::OBJECT.union(Kinds::ENUM)),
    ("name", Kinds::OBJECT.union(Kinds::ENUM)),
    ("constants", Kinds::ENUM),
    ("maxItems", Kinds::COLLECTION),
    ("maxLength", Kinds::STR),
    ("open", Kinds::MAP.union(Kinds::OBJECT).union(Kinds::ENUM)),
    ("optional", Kinds::ALL),
    ("doc", Kinds::ALL),
];

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// One diagnostic for each place that does not read, at most 20, each with its RFC 6901 path.
    pub fn parse(json: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader { path: String::new(), errors: Vec::new() };
        let text = json.strip_prefix('\u{feff}').unwrap_or(json);
        if text.len() > BYTES {
            reader.error(format!("a schema has at most {BYTES} bytes"));
            return Err(reader.errors);
        }
        let schema = match Json::parse(text) {
            Ok(json) => reader.schema(&json),
            Err(error) => {
                reader.error(format!("not JSON: {error}"));
                Self::default()
            }
        };
        if reader.errors.is_empty() { Ok(schema) } else { Err(reader.errors) }
    }
}

struct Reader {
    path: String,
    errors: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, message: impl Into<String>) {
        if self.errors.len() < ERRORS {
            let diagnostic = Diagnostic::new(BAD_SCHEMA, Span::default(), message);
            self.errors.push(diagnostic.at_path(self.path.clone()));
        }
    }

    /// Runs `read` one step further down.
    fn at<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let back = self.path.len();
        self.path.push('/');
        self.path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        let value = read(self);
        self.path.truncate(back);
        value
    }

    fn expected(&mut self, what: &str, found: &Json) {
        self.error(format!("{what} belongs here, not {}", found.phrase()));
    }

    fn unknown_key<'n>(&mut self, key: &str, of: &str, known: impl Iterator<Item = &'n str> + Clone) {
        let hint = match suggest::nearest(key, known.clone()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("it has {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.error(format!("{of} has no key {}, {hint}", spell::string(key)));
    }

    fn schema(&mut self, json: &Json) -> Schema {
        const TOP: [&str; 4] = ["$schema", "doc", "names", "open"];
        let mut schema = Schema::default();
        let Json::Object(entries) = json else {
            self.expected("an object with the key names", json);
            return schema;
        };
        self.repeated(entries);
        for (key, value) in entries {
            self.at(key, |reader| match key.as_str() {
                "$schema" | "doc" => {
                    reader.text(value);
                }
                "names" => schema.names = reader.fields(value, DEPTH),
                "open" => {}
                _ => reader.unknown_key(key, "a schema", TOP.into_iter()),
            });
        }
        schema.names.open = self.flag(entries, "open");
        if !entries.iter().any(|(key, _)| key == "names") {
            self.error("a schema has the key names");
        }
        schema
    }

    fn repeated(&mut self, entries: &[(String, Json)]) {
        let mut seen = std::collections::HashSet::new();
        for (key, _) in entries {
            if !seen.insert(key) {
                self.at(key, |reader| reader.error("the key is given twice"));
            }
        }
    }

    fn text(&mut self, json: &Json) -> Option<String> {
        match json {
            Json::Text(text) => Some(text.clone()),
            other => {
                self.expected("a string", other);
                None
            }
        }
    }

    fn flag(&mut self, entries: &[(String, Json)], key: &str) -> bool {
        match entries.iter().find(|(known, _)| known == key) {
            None => false,
            Some((_, Json::Bool(value))) => *value,
            Some((_, other)) => {
                self.at(key, |reader| reader.expected("true or false", other));
                false
            }
        }
    }

    fn fields(&mut self, json: &Json, depth: u8) -> Fields {
        let mut fields = Fields::default();
        let Json::Object(entries) = json else {
            self.expected("an object of names and types", json);
            return fields;
        };
        self.repeated(entries);
        for (name, value) in entries {
            let field = self.at(name, |reader| reader.field(value, depth));
            fields.push(name, field);
        }
        fields
    }

    fn field(&mut self, json: &Json, depth: u8) -> Field {
        let Json::Object(entries) = json else {
            return match json {
                Json::Text(text) if text == "redacted" => Field::redacted(),
                _ => Field::of(self.ty(json, depth)),
            };
        };
        if let [(key, Json::Text(text))] = entries.as_slice()
            && key == "type"
            && text == "redacted"
        {
            return Field::redacted();
        }
        let doc = entries.iter().find(|(key, _)| key == "doc");
        Field {
            ty: self.ty(json, depth),
            optional: self.flag(entries, "optional"),
            redacted: false,
            doc: doc.and_then(|(_, doc)| self.at("doc", |reader| reader.text(doc))).map(Into::into),
        }
    }

    fn ty(&mut self, json: &Json, depth: u8) -> Type {
        let Some(depth) = depth.checked_sub(1) else {
            self.error("types are nested too deeply");
            return Type::unknown();
        };
        let entries = match json {
            Json::Object(entries) => entries,
            Json::Text(_) | Json::List(_) => return self.words(json),
            other => {
                self.expected("a type", other);
                return Type::unknown();
            }
        };
        self.repeated(entries);
        let Some((_, words)) = entries.iter().find(|(key, _)| key == "type") else {
            self.error("a type has the key type");
            return Type::unknown();
        };
        let ty = self.at("type", |reader| reader.words(words));
        let mut shape = ty.shape().cloned().unwrap_or_default();
        for (key, value) in entries {
            let Some((_, of)) = KEYS.iter().find(|(known, _)| known == key) else {
                self.unknown_key(key, "a type", KEYS.iter().map(|(known, _)| *known));
                continue;
            };
            if !ty.kinds().meets(*of) {
                self.at(key, |reader| reader.error(format!("{key} belongs to {}", of.phrase())));
                continue;
            }
            self.at(key, |reader| reader.part(key, value, depth, &mut shape));
        }
        shape.members = self.flag(entries, "members") && ty.kinds().meets(Kinds::MAP);
        let open = self.flag(entries, "open");
        for fields in [&mut shape.fields, &mut shape.keys].into_iter().flatten() {
            fields.open = open;
        }
        Type::with_shape(ty.kinds(), shape)
    }

    fn part(&mut self, key: &str, json: &Json, depth: u8, shape: &mut Parts) {
        match key {
            "of" => shape.element = Some(self.ty(json, depth)),
            "key" => shape.key = Some(self.ty(json, depth)),
            "value" => shape.value = Some(self.ty(json, depth)),
            "keys" => shape.keys = Some(self.fields(json, depth)),
            "fields" => shape.fields = Some(self.fields(json, depth)),
            "name" => shape.name = self.text(json).map(Into::into),
            "constants" => match json {
                Json::List(names) => {
                    for name in names {
                        shape.constants.extend(self.text(name).map(Into::into));
                    }
                }
                other => self.expected("a list of names", other),
            },
            "maxItems" => shape.items = self.bound(json),
            "maxLength" => shape.chars = self.bound(json),
            _ => {}
        }
    }

    fn bound(&mut self, json: &Json) -> SizeBound {
        match json {
            Json::Size(most) => SizeBound::at_most(*most),
            other => {
                self.expected("an integer from 0", other);
                SizeBound::default()
            }
        }
    }

    /// `"string | null"`, or a list of such texts.
    fn words(&mut self, json: &Json) -> Type {
        match json {
            Json::Text(text) => match Type::read(text) {
                Ok(ty) => ty,
                Err(message) => {
                    self.error(message);
                    Type::unknown()
                }
            },
            Json::List(words) if !words.is_empty() => {
                let mut all = Type::never();
                for (at, word) in words.iter().enumerate() {
                    let ty = self.at(&at.to_string(), |reader| match word {
                        Json::Text(_) => reader.words(word),
                        other => {
                            reader.expected("the name of a type", other);
                            Type::unknown()
                        }
                    });
                    all = all.join(&ty);
                }
                all
            }
            other => {
                self.expected("the name of a type", other);
                Type::unknown()
            }
        }
    }
}
