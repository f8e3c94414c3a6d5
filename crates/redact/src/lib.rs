//! Which names and types are redacted. Nothing else.
//!
//! Names are compared in ASCII lower case without `_ - $ @ . #` and blanks around them, so `Access-Token`, `access_token` and
//! `accessToken` are one name. Types are a full name or a pattern with `*`.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

/// The built-in identifiers, normalised, one a line.
const BUILT_IN: &str = include_str!("../data/identifiers.txt");

/// Separators that a name may hold beside its letters.
const SEPARATORS: usize = 1_024;

/// Words at the end of a text that are tried as the name of a constant.
const WORDS: u32 = 8;

/// What is redacted: a set of names and a list of type patterns.
///
/// ```
/// use probelang_redact::Policy;
/// let policy = Policy::built_in().with_names(["badge"]).without_names(["session"]).with_types(["com.acme.Card*"]);
/// assert!(policy.redacts_name("X-Auth-Token") && policy.redacts_name("Badge"));
/// assert!(!policy.redacts_name("session") && !policy.redacts_name("tokens"));
/// assert!(policy.redacts_type("com.acme.CardNumber") && !policy.redacts_type("com.acme.Order"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    names: HashSet<Box<str>>,
    /// Length in bytes of the longest name: a longer candidate cannot match and is not looked up.
    longest: usize,
    /// For each first byte (its last five bits) the lengths of the names, modulo 64, as bits: most candidates are
    /// none of them.
    shapes: [u64; 32],
    exact_types: HashSet<Box<str>>,
    /// Length in bytes of the longest exact type.
    longest_type: usize,
    /// Patterns with `*`.
    type_patterns: Vec<Box<str>>,
}

impl Policy {
    /// Nothing is redacted.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The identifiers that every tracer redacts by default, no types.
    #[must_use]
    pub fn built_in() -> Self {
        Self::none().with_names(BUILT_IN.lines().filter(|line| !line.starts_with('#')))
    }

    /// [`built_in`](Self::built_in), made once and shared: what settings start from.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::built_in()));
        Arc::clone(&SHARED)
    }

    /// Adds names, in any spelling.
    #[must_use]
    pub fn with_names<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for name in names {
            let name = normalise(name.as_ref());
            if !name.is_empty() {
                self.longest = self.longest.max(name.len());
                let (place, length) = shape(name.bytes().next(), name.len());
                if let Some(lengths) = self.shapes.get_mut(place) {
                    *lengths |= length;
                }
                self.names.insert(name.into());
            }
        }
        self
    }

    /// Takes names out again, built-in ones too.
    #[must_use]
    pub fn without_names<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        for name in names {
            self.names.remove(normalise(name.as_ref()).as_str());
        }
        self.longest = self.names.iter().map(|name| name.len()).max().unwrap_or(0);
        self.shapes = [0; 32];
        let shapes = self.names.iter().map(|name| shape(name.bytes().next(), name.len()));
        for (place, length) in shapes {
            if let Some(lengths) = self.shapes.get_mut(place) {
                *lengths |= length;
            }
        }
        self
    }

    /// Adds types: full names, or prefixes with a trailing `*`.
    #[must_use]
    pub fn with_types<S: AsRef<str>>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        for pattern in types {
            let pattern = pattern.as_ref().trim();
            match pattern.contains('*') {
                true => self.type_patterns.push(pattern.into()),
                false if pattern.is_empty() => {}
                false => {
                    self.longest_type = self.longest_type.max(pattern.len());
                    self.exact_types.insert(pattern.into());
                }
            }
        }
        self
    }

    /// Whether a value under `name` is redacted. A field that is named with its class (PHP's
    /// `Account::password`) is hidden as the field.
    ///
    /// Allocates nothing but for names longer than 128 bytes in the policy, and looks at no more bytes than the
    /// longest of its names has and 1,024 more, so that a key of megabytes costs nothing. A name that is still
    /// open there, of separators almost alone, is taken for a secret.
    #[must_use]
    pub fn redacts_name(&self, name: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let name = name.trim();
        self.has_name(name)
            || self.field(name).is_some_and(|field| self.has_name(field))
            || (name.len() <= self.reach() && self.has_spelling(name))
    }

    /// Whether a captured expression of this text is redacted: each word on its path counts, and each key in
    /// quotes (`user.password`, `headers["connect.sid"]`).
    #[must_use]
    pub fn redacts_expression(&self, text: &str) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@' | '#');
        self.redacts_name(text)
            || text.split(|c| !is_word(c)).any(|word| !word.is_empty() && self.redacts_name(word))
            || text.split(['"', '\'']).skip(1).step_by(2).any(|key| self.redacts_name(key))
    }

    /// Whether the name is another spelling of a redacted one: of a CGI variable (`HTTP_AUTHORIZATION`), a
    /// symbol (`Symbol(token)`), a mangled name (`_Account__pin`), a name made by a compiler (`<pin>k__BackingField`).
    fn has_spelling(&self, name: &str) -> bool {
        let mut rest = name;
        while let Some((prefix, after)) = rest.split_once('_')
            && (prefix.eq_ignore_ascii_case("http") || prefix.eq_ignore_ascii_case("redirect"))
        {
            if self.has_name(after) {
                return true;
            }
            rest = after;
        }
        let symbol = name.strip_prefix("Symbol(").and_then(|rest| rest.strip_suffix(')'));
        let generated = name.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
        let inner = symbol.or(generated);
        if inner.is_some_and(|inner| self.has_name(inner) || self.has_spelling(inner)) {
            return true;
        }
        let mangled = name.strip_prefix('_').unwrap_or_default();
        mangled.match_indices("__").any(|(at, _)| mangled.get(at..).is_some_and(|name| self.has_name(name)))
    }

    /// Whether `text` may spell an enum constant of a redacted name with its type before it: `Mode.PASSWORD`.
    /// Reads no further than [`redacts_name`](Self::redacts_name), from the end; yes is also said of a text with
    /// more than eight words there.
    #[must_use]
    pub fn may_redact_constant(&self, text: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let start = text.len().saturating_sub(self.reach());
        let end = text.as_bytes().get(start..).unwrap_or_default();
        let mut words = 0;
        for (at, byte) in end.iter().enumerate().rev() {
            if !matches!(byte, b'.' | b'$' | b'+') {
                continue;
            }
            let word = text.get(start.saturating_add(at).saturating_add(1)..);
            if words == WORDS || word.is_some_and(|word| self.redacts_name(word)) {
                return true;
            }
            words = words.saturating_add(1);
        }
        false
    }

    /// Bytes of a name that are looked at.
    const fn reach(&self) -> usize {
        self.longest.saturating_add(SEPARATORS)
    }

    /// What stands behind the last `::`.
    fn field<'n>(&self, name: &'n str) -> Option<&'n str> {
        let start = name.len().saturating_sub(self.reach());
        let end = name.as_bytes().get(start..)?;
        let colons = end.windows(2).rposition(|pair| pair == b"::")?;
        name.get(start.saturating_add(colons).saturating_add(2)..)
    }

    fn has_name(&self, name: &str) -> bool {
        if name.len() <= self.reach() && !self.may_have(name) {
            return false;
        }
        let mut buffer = [0u8; 128];
        let mut len = 0usize;
        for (at, byte) in name.bytes().enumerate() {
            if at >= self.reach() {
                return true;
            }
            if is_separator(byte) {
                continue;
            }
            if len >= self.longest {
                return false;
            }
            if let Some(place) = buffer.get_mut(len) {
                *place = byte.to_ascii_lowercase();
            }
            len = len.saturating_add(1);
        }
        match buffer.get(..len) {
            Some(normal) => {
                let (place, length) = shape(normal.first().copied(), normal.len());
                self.shapes.get(place).is_some_and(|lengths| lengths & length != 0)
                    && std::str::from_utf8(normal).is_ok_and(|normal| self.names.contains(normal))
            }
            None => self.names.contains(normalise(name).as_str()),
        }
    }

    /// Whether some name has the first byte and the length of this one, which most names rule out.
    fn may_have(&self, name: &str) -> bool {
        let mut bytes = name.bytes().filter(|byte| !is_separator(*byte));
        let first = bytes.next().map(|byte| byte.to_ascii_lowercase());
        let len = bytes.count().saturating_add(usize::from(first.is_some()));
        let (place, length) = shape(first, len);
        self.shapes.get(place).is_some_and(|lengths| lengths & length != 0)
    }

    /// Whether any type is redacted: where not, no type name needs to be read.
    #[must_use]
    pub fn redacts_types(&self) -> bool {
        !self.exact_types.is_empty() || !self.type_patterns.is_empty()
    }

    /// Whether values that were recorded with the type `name` are redacted: some recorders write types without
    /// what comes before their name, and such a one is compared with the last part of each type.
    #[must_use]
    pub fn redacts_recorded_type(&self, name: &str) -> bool {
        if !self.redacts_types() {
            return false;
        }
        let name = name.trim_start_matches(['*', '&']);
        if self.redacts_type(name) {
            return true;
        }
        const PARTS: [char; 7] = ['.', '+', '$', ':', '\\', '/', ' '];
        if name.contains(PARTS) {
            return false;
        }
        let base = name.split(['`', '<', '[']).next().unwrap_or(name);
        self.exact_types.iter().chain(&self.type_patterns).any(|pattern| {
            let last = pattern.rsplit(PARTS).next().unwrap_or(pattern);
            last.chars().any(|c| c != '*') && (fits(last, name) || fits(last, base))
        })
    }

    /// Whether values of the type `name` are redacted.
    #[must_use]
    pub fn redacts_type(&self, name: &str) -> bool {
        (name.len() <= self.longest_type && self.exact_types.contains(name))
            || self.type_patterns.iter().any(|pattern| fits(pattern, name))
    }
}

/// Where a normalised name stands among the shapes, and the bit of its length there.
fn shape(first: Option<u8>, len: usize) -> (usize, u64) {
    let first = first.map_or(0, |byte| usize::from(byte % 32));
    (first, 1 << (len % 64))
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'$' | b'@' | b'.' | b'#')
}

/// Whether `name` is as `pattern` says, in which `*` is any text.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let last = parts.next_back().unwrap_or_default();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at.saturating_add(part.len())..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn normalise(name: &str) -> String {
    let name = name.trim().chars();
    name.filter(|c| !matches!(c, '_' | '-' | '$' | '@' | '.' | '#')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_set_is_whole_and_normalised() {
        let policy = Policy::built_in();
        assert_eq!(policy.names.len(), 85);
        for line in BUILT_IN.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(normalise(line), line);
            assert!(policy.redacts_name(line));
            assert!(policy.redacts_name(&format!("_{}", line.to_uppercase())));
        }
    }

    #[test]
    fn long_names_are_neither_assumed_secret_nor_cut() {
        let long = "x".repeat(300);
        assert!(!Policy::built_in().redacts_name(&long));
        let policy = Policy::none().with_names([&long]);
        assert!(policy.redacts_name(&long.to_uppercase()));
        assert!(!policy.redacts_name(&format!("{long}x")));
        assert!(Policy::built_in().redacts_name(&format!("{}token", "_".repeat(500))));
    }

    #[test]
    fn a_name_of_megabytes_is_not_read_to_its_end() {
        let policy = Policy::built_in();
        let text = "x-".repeat(4 << 20);
        let start = std::time::Instant::now();
        for _ in 0..10_000 {
            assert!(!policy.redacts_name(&text));
        }
        assert!(start.elapsed().as_secs() < 20, "80 GB of names were read");
        assert!(policy.redacts_name(&format!("{text}::password")));
        // nobody can say that it is none of ours without reading on
        assert!(policy.redacts_name(&"-".repeat(4 << 20)));
    }

    #[test]
    fn a_field_named_with_its_class_is_hidden_as_the_field() {
        let policy = Policy::built_in();
        assert!(policy.redacts_name("Account::password") && policy.redacts_name(r"App\Account::_token"));
        for name in ["password::", "token::id", "a:password", "Account::password::x"] {
            assert!(!policy.redacts_name(name), "{name}");
        }
    }

    #[test]
    fn a_constant_is_known_by_the_words_at_the_end() {
        let policy = Policy::built_in();
        for text in
            ["Mode.PASSWORD", "pkg.Outer$Mode.api_key", "Outer+Mode+Token", "Mode.pass$word", ".token"]
        {
            assert!(policy.may_redact_constant(text), "{text}");
        }
        for text in ["PASSWORD", "Mode.READ", "password.length", "", ".", "Mode PASSWORD"] {
            assert!(!policy.may_redact_constant(text), "{text}");
        }
        assert!(!Policy::none().may_redact_constant("Mode.PASSWORD"));
        // more words than are tried may hold one
        assert!(policy.may_redact_constant("a.b.c.d.e.f.g.h.i.j"));
        assert!(!policy.may_redact_constant("a.b.c.d.e.f.g.h.i"));
    }

    #[test]
    fn a_constant_of_megabytes_is_not_read_to_its_start() {
        let policy = Policy::built_in();
        let texts = ["x".repeat(4 << 20), ".".repeat(4 << 20), format!("{}.{}", "x", "-".repeat(4 << 20))];
        let start = std::time::Instant::now();
        for _ in 0..10_000 {
            for text in &texts {
                assert_eq!(policy.may_redact_constant(text), text.starts_with('.'));
            }
        }
        assert!(start.elapsed().as_secs() < 20, "120 GB of names were read");
    }

    #[test]
    fn every_spelling_of_a_secret_is_hidden() {
        let policy = Policy::built_in();
        for name in [
            "HTTP_AUTHORIZATION",
            "http_x_api_key",
            "REDIRECT_HTTP_COOKIE",
            "#password",
            "Symbol(token)",
            "_Account__pin",
            "__secret",
            "connect.sid",
            " password ",
            "<Password>k__BackingField",
            "_My__Class__api_key",
        ] {
            assert!(policy.redacts_name(name), "{name}");
        }
        for name in ["HTTP_HOST", "Symbol(tag)", "_Account__id", "HTTP", "__", "<>c", "_x__tokens"] {
            assert!(!policy.redacts_name(name), "{name}");
        }
        for text in
            ["user.password", "m['connect.sid']", "headers[\"x-api-key\"]", "len(user.token)", "a.pin.b"]
        {
            assert!(policy.redacts_expression(text), "{text}");
        }
        assert!(!policy.redacts_expression("user.name") && !policy.redacts_expression("passwords[0]"));
    }

    #[test]
    fn a_recorded_type_may_lack_its_namespace() {
        let policy = Policy::none().with_types(["Acme.Billing.CardNumber", "Acme.*.Secret*", "Other.*"]);
        for name in [
            "CardNumber",
            "Acme.Billing.CardNumber",
            "SecretKey",
            "Acme.X.SecretKey",
            "Other.A",
            "*CardNumber",
        ] {
            assert!(policy.redacts_recorded_type(name), "{name}");
        }
        for name in ["Card", "Beta.CardNumber", "Order"] {
            assert!(!policy.redacts_recorded_type(name), "{name}");
        }
        assert!(!policy.redacts_type("CardNumber") && policy.redacts_type("Acme.b.c.SecretKey"));
    }

    #[test]
    fn no_substring_or_unicode_case_matches() {
        let policy = Policy::built_in();
        for name in ["passwords", "mytoken", "tok en", "ſession", "", "____"] {
            assert!(!policy.redacts_name(name), "{name}");
        }
    }
}
