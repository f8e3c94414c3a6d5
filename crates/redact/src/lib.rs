//! What is redacted: values by their names and types, and parts of texts by what they say ([`Mode`], [`shape`]).
//!
//! Names are compared in ASCII lower case without `_ - $ @ . #` and blanks around them, so `Access-Token`, `access_token` and
//! `accessToken` are one name. Types are a full name or a pattern with `*`.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod mask;
mod mode;
pub mod shape;
mod sieve;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

pub use mask::{Finder, MASK, Mask, MaskRule, Masks};
pub use mode::Mode;
use shape::Shapes;
use sieve::Sieve;

/// The built-in identifiers, normalised, one a line.
const BUILT_IN: &str = include_str!("../data/identifiers.txt");

/// Separators that a name may hold beside its letters.
const SEPARATORS: usize = 1_024;

/// Words at the end of a text that are tried as the name of a constant.
const WORDS: u32 = 8;
/// What servers put before the names of headers, and a `_` behind it: `HTTP_COOKIE`, `REDIRECT_HTTP_COOKIE`.
const PREFIXES: [&str; 2] = ["http", "redirect"];

/// The built-in names, as they are compared: in lower case, without separators. Sorted.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.lines().filter(|line| !line.starts_with('#'))
}

/// Why a value under a name is redacted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NameRule<'p> {
    /// The name in the policy, in lower case, without separators. Empty for a name of separators that is too long
    /// to be looked at.
    pub text: &'p str,
    /// Whether it is one of [`built_in_names`].
    pub is_built_in: bool,
}

/// What is redacted: a set of names, a list of type patterns, and what of a text is hidden whatever its name.
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
    /// Rules out most candidates at one look.
    sieve: Sieve,
    exact_types: HashSet<Box<str>>,
    /// Length in bytes of the longest exact type.
    longest_type: usize,
    /// Patterns with `*`.
    type_patterns: Vec<Box<str>>,
    mode: Mode,
    shapes: Shapes,
    /// Those of the user, for texts.
    patterns: Vec<mask::Pattern>,
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
        Self::none().with_names(built_in_names())
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
                self.sieve.add(&name);
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
        self.sieve = Sieve::default();
        self.names.iter().for_each(|name| self.sieve.add(name));
        self
    }

    /// Adds types: full names, or patterns in which `*` is any text.
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
    /// open there, of separators almost alone, is taken for a secret. One look at the bytes of a short name rules
    /// most of them out.
    #[must_use]
    pub fn redacts_name(&self, name: &str) -> bool {
        !self.sieve.rules_out(name) && self.find_name(name).is_some()
    }

    /// The rule by which a value under `name` is redacted, if it is. Costs more than
    /// [`redacts_name`](Self::redacts_name): for messages.
    #[must_use]
    pub fn name_rule(&self, name: &str) -> Option<NameRule<'_>> {
        let text = self.find_name(name)?;
        Some(NameRule { text, is_built_in: built_in_names().any(|built_in| built_in == text) })
    }

    /// The pattern by which values of the type `name` are redacted, if they are; `recorded` as for
    /// [`redacts_recorded_type`](Self::redacts_recorded_type).
    #[must_use]
    pub fn type_rule(&self, name: &str, recorded: bool) -> Option<&str> {
        let name = if recorded { name.trim_start_matches(['*', '&']) } else { name };
        let mut types = self.exact_types.iter().chain(&self.type_patterns).map(|pattern| &**pattern);
        types.find(|pattern| fits(pattern, name) || (recorded && fits_recorded(pattern, name)))
    }

    /// The names that are redacted, as they are compared, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.iter().map(|name| &**name).collect();
        names.sort_unstable();
        names
    }

    /// The types that are redacted, sorted: full names, and patterns with `*`.
    #[must_use]
    pub fn types(&self) -> Vec<&str> {
        let types = self.exact_types.iter().chain(&self.type_patterns);
        let mut types: Vec<&str> = types.map(|pattern| &**pattern).collect();
        types.sort_unstable();
        types
    }

    /// Types that no type without a namespace can be compared with: they end in a namespace (`Acme.Billing.*`).
    /// Recordings whose types have none hide nothing by them.
    pub fn namespace_types(&self) -> impl Iterator<Item = &str> {
        self.type_patterns
            .iter()
            .map(|pattern| &**pattern)
            .filter(|pattern| last_part(pattern).chars().all(|c| c == '*') && pattern.contains(|c| c != '*'))
    }

    /// The name by which a value under `name` is redacted; empty where nobody can say which.
    fn find_name(&self, name: &str) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let name = name.trim();
        let spelled = || if name.len() <= self.reach() { self.spelling(name) } else { None };
        self.name(name).or_else(|| self.field(name).and_then(|field| self.name(field))).or_else(spelled)
    }

    /// Whether a captured expression of this text is redacted: each word on its path counts, and each key in
    /// quotes (`user.password`, `headers["connect.sid"]`).
    #[must_use]
    pub fn redacts_expression(&self, text: &str) -> bool {
        self.expression_name(text).is_some()
    }

    /// The rule by which the value of an expression is redacted, if it is. For messages.
    #[must_use]
    pub fn expression_rule(&self, text: &str) -> Option<NameRule<'_>> {
        self.expression_name(text).and_then(|name| self.name_rule(name))
    }

    /// The whole text, the word or the key in it that is redacted.
    fn expression_name<'t>(&self, text: &'t str) -> Option<&'t str> {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@' | '#');
        let words = text.split(move |c| !is_word(c)).filter(|word| !word.is_empty());
        let keys = text.split(['"', '\'']).skip(1).step_by(2);
        std::iter::once(text).chain(words).chain(keys).find(|name| self.redacts_name(name))
    }

    /// The redacted name that `name` is another spelling of: of a CGI variable (`HTTP_AUTHORIZATION`), a
    /// symbol (`Symbol(token)`), a mangled name (`_Account__pin`), a name made by a compiler (`<pin>k__BackingField`).
    fn spelling(&self, name: &str) -> Option<&str> {
        let mut rest = name;
        while let Some((prefix, after)) = rest.split_once('_')
            && PREFIXES.iter().any(|known| prefix.eq_ignore_ascii_case(known))
        {
            if let Some(found) = self.name(after) {
                return Some(found);
            }
            rest = after;
        }
        let symbol = name.strip_prefix("Symbol(").and_then(|rest| rest.strip_suffix(')'));
        let generated = name.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
        let inner = symbol.or(generated);
        if let Some(found) = inner.and_then(|inner| self.name(inner).or_else(|| self.spelling(inner))) {
            return Some(found);
        }
        let mangled = name.strip_prefix('_').unwrap_or_default();
        mangled.match_indices("__").find_map(|(at, _)| mangled.get(at..).and_then(|name| self.name(name)))
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

    /// The name of the policy that `name` is, in any spelling that differs in case and separators.
    fn name(&self, name: &str) -> Option<&str> {
        let mut buffer = [0u8; 128];
        let mut len = 0usize;
        for (at, byte) in name.bytes().enumerate() {
            if at >= self.reach() {
                return Some("");
            }
            if is_separator(byte) {
                continue;
            }
            if len >= self.longest {
                return None;
            }
            if let Some(place) = buffer.get_mut(len) {
                *place = byte.to_ascii_lowercase();
            }
            len = len.saturating_add(1);
        }
        let found = match buffer.get(..len) {
            Some(normal) => self.names.get(std::str::from_utf8(normal).ok()?),
            None => self.names.get(normalise(name).as_str()),
        };
        found.map(|name| &**name)
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
        self.exact_types.iter().chain(&self.type_patterns).any(|pattern| fits_recorded(pattern, name))
    }

    /// Whether values of the type `name` are redacted.
    #[must_use]
    pub fn redacts_type(&self, name: &str) -> bool {
        (name.len() <= self.longest_type && self.exact_types.contains(name))
            || self.type_patterns.iter().any(|pattern| fits(pattern, name))
    }
}

/// What stands between the parts of the name of a type.
const PARTS: [char; 7] = ['.', '+', '$', ':', '\\', '/', ' '];

fn last_part(pattern: &str) -> &str {
    pattern.rsplit(PARTS).next().unwrap_or(pattern)
}

/// Whether a type that was recorded as `name`, without what comes before, may be one of `pattern`.
fn fits_recorded(pattern: &str, name: &str) -> bool {
    if name.contains(PARTS) {
        return false;
    }
    let base = name.split(['`', '<', '[']).next().unwrap_or(name);
    let last = last_part(pattern);
    last.chars().any(|c| c != '*') && (fits(last, name) || fits(last, base))
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

    /// The sieve rules out no spelling: all names of up to four pieces are looked up without it too.
    #[test]
    fn the_first_look_at_a_name_rules_out_no_secret() {
        const PIECES: [&str; 18] = [
            "_",
            "__",
            "-",
            ".",
            "$",
            "#",
            " ",
            ":",
            "::",
            "HTTP_",
            "redirect_",
            "Symbol(",
            ")",
            "<",
            ">k__",
            "Token",
            "pin",
            "é",
        ];
        let policy = Policy::built_in();
        let mut redacted = 0;
        for mut number in 0..PIECES.len().pow(4) {
            let mut name = String::new();
            while number > 0 {
                name.push_str(PIECES[number % PIECES.len()]);
                number /= PIECES.len();
            }
            let is_secret = policy.find_name(&name).is_some();
            assert_eq!(policy.redacts_name(&name), is_secret, "{name}");
            redacted += u32::from(is_secret);
        }
        assert!(redacted > 1_000, "{redacted}");
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
    fn the_first_look_never_changes_an_answer() {
        let pieces = [
            "http",
            "HTTP_",
            "Redirect_",
            "r",
            "_",
            "__",
            "::",
            ":",
            "password",
            "Pass",
            "word",
            " ",
            "Symbol(",
            ")",
            "<",
            ">",
            "x",
            "é",
            "-",
            ".",
            "token",
            "pin",
            "k",
            "authorization",
            "2fa",
            "\u{a0}",
            "#",
        ];
        let policies = [
            Policy::built_in(),
            Policy::none(),
            Policy::built_in().without_names(["pin"]).with_names(["é x", "k", &"long".repeat(40)]),
        ];
        let mut secrets = 0;
        for policy in &policies {
            for a in pieces {
                for b in pieces.into_iter().chain([""]) {
                    for c in pieces.into_iter().chain([""]) {
                        let name = format!("{a}{b}{c}");
                        let whole = policy.find_name(&name).is_some();
                        assert_eq!(policy.redacts_name(&name), whole, "{name:?}");
                        secrets += usize::from(whole);
                    }
                }
            }
        }
        assert!(secrets > 1_000, "{secrets}");
        let long = "long".repeat(40);
        assert!(policies.last().unwrap().redacts_name(&long.to_uppercase()));
    }

    #[test]
    fn a_rule_says_what_hides() {
        let policy = Policy::built_in().with_names(["Badge-No"]).with_types(["Acme.Card", "Acme.Billing.*"]);
        let rule = |name| policy.name_rule(name).map(|rule| (rule.text, rule.is_built_in));
        assert_eq!(rule("HTTP_X_API_KEY"), Some(("xapikey", true)));
        assert_eq!(rule("_Account__pin"), Some(("pin", true)));
        assert_eq!(rule("badge_no"), Some(("badgeno", false)));
        assert_eq!(rule("name"), None);
        assert_eq!(policy.type_rule("Acme.Billing.Card", false), Some("Acme.Billing.*"));
        assert_eq!(
            (policy.type_rule("Card", true), policy.type_rule("Card", false)),
            (Some("Acme.Card"), None)
        );
        assert_eq!(policy.namespace_types().collect::<Vec<_>>(), ["Acme.Billing.*"]);
        assert_eq!(built_in_names().count(), 85);
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
