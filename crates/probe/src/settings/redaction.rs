//! What is redacted in a live program, as its environment says it.

use std::sync::Arc;

use probelang::redact::shape::Shape;
use probelang::redact::{Mode, Policy};
use probelang::{RedactionError, RedactionSettings, Terms, TextPattern};

use super::{PREFIX, list, text};

/// The variable of the mode.
const MODE: &str = "PROBELANG_REDACTION";
/// That of shapes to look for.
const SHAPES: &str = "PROBELANG_REDACT_SHAPES";
/// That of shapes not to look for.
const NO_SHAPES: &str = "PROBELANG_NO_REDACT_SHAPES";
/// That of patterns.
const PATTERNS: &str = "PROBELANG_REDACT_PATTERNS";
/// What is done where a variable is wrong that asks for more redaction.
const STRICT: &str = "every text is hidden, as by `strict`";

/// The policy of [`redaction_settings`].
///
/// ```
/// use probelang::redact::Mode;
/// use probelang_probe::settings::redaction_from_environment;
/// let policy = |name: &'static str, value: &'static str| {
///     let mut wrong = Vec::new();
///     let policy = redaction_from_environment(|asked| (asked == name).then(|| value.to_owned()), &mut wrong);
///     (policy, wrong)
/// };
/// let (names, wrong) = policy("DD_DYNAMIC_INSTRUMENTATION_REDACTED_IDENTIFIERS", "iban, phone");
/// assert!(names.redacts_name("IBAN") && names.redacts_name("password") && wrong.is_empty());
/// let (shapes, _) = policy("PROBELANG_REDACT_SHAPES", "email");
/// assert_eq!(shapes.masked("to ada@example.com"), "to {redacted}");
/// // what is misspelled must not show what it was to hide
/// let (on, wrong) = policy("PROBELANG_REDACTION", "on");
/// assert_eq!(on.mode(), Mode::Strict);
/// assert_eq!(wrong, ["PROBELANG_REDACTION is `off`, `targeted` or `strict`, not `on`; every text is hidden, as by `strict`"]);
/// ```
#[must_use]
pub fn redaction_from_environment(
    variable: impl Fn(&str) -> Option<String>,
    wrong: &mut Vec<String>,
) -> Policy {
    let settings = redaction_settings(variable, wrong);
    let policy = settings.policy().or_else(|error| {
        let asks = match error {
            RedactionError::Shapes => SHAPES,
            RedactionError::Patterns => PATTERNS,
        };
        wrong.push(format!("{asks} hides nothing with {MODE} of `off`, which counts as `targeted`"));
        RedactionSettings { mode: Some(Mode::Targeted), ..settings }.policy()
    });
    // there is no other error than that of the mode
    policy.map_or_else(|_| Policy::built_in().with_mode(Mode::Strict), Arc::unwrap_or_clone)
}

/// What the environment variables say of redaction: those that the tracers read, and our own. Each is a list, separated by
/// commas; patterns are separated by blanks.
///
/// | variable | rule |
/// |---|---|
/// | `DD_DYNAMIC_INSTRUMENTATION_REDACTED_IDENTIFIERS` | names that are redacted besides the built-in ones |
/// | `DD_DYNAMIC_INSTRUMENTATION_REDACTED_TYPES` | types whose values are redacted; `*` matches any text |
/// | `DD_DYNAMIC_INSTRUMENTATION_REDACTION_EXCLUDED_IDENTIFIERS`, `…_REDACTED_EXCLUDED_IDENTIFIERS` | names that are not redacted, whoever says otherwise |
/// | `PROBELANG_REDACTION` | the mode: `off`, `targeted` or `strict` |
/// | `PROBELANG_REDACT_SHAPES` | shapes of secrets to look for too |
/// | `PROBELANG_NO_REDACT_SHAPES` | shapes not to look for |
/// | `PROBELANG_REDACT_PATTERNS` | patterns of your own, `NAME=REGEX` |
///
/// What cannot be read is reported to `wrong`. A mode, a shape to look for or a pattern that cannot be read hides every text; a
/// shape not to look for that cannot be read leaves nothing out.
pub fn redaction_settings(
    variable: impl Fn(&str) -> Option<String>,
    wrong: &mut Vec<String>,
) -> RedactionSettings {
    let all = |name: &str| list(&variable, &format!("{PREFIX}{name}"), &[',']);
    let mut settings = RedactionSettings {
        names: all("REDACTED_IDENTIFIERS"),
        types: all("REDACTED_TYPES"),
        exclude: [all("REDACTION_EXCLUDED_IDENTIFIERS"), all("REDACTED_EXCLUDED_IDENTIFIERS")].concat(),
        ..RedactionSettings::default()
    };
    let terms = Terms { redact_types: "DD_DYNAMIC_INSTRUMENTATION_REDACTED_TYPES", ..Terms::RUST };
    for name in settings.names.iter().chain(&settings.exclude) {
        if let Err(why) = RedactionSettings::check_name(name, &terms) {
            wrong.push(format!("`{name}` in the redacted names of the environment: {why}"));
        }
    }
    let mut is_unread = false;
    if let Some(value) = text(&variable, MODE) {
        settings.mode = Mode::find(&value.to_ascii_lowercase());
        if settings.mode.is_none() {
            is_unread = true;
            wrong.push(format!("{MODE} is `off`, `targeted` or `strict`, not `{value}`; {STRICT}"));
        }
    }
    for name in list(&variable, SHAPES, &[',']) {
        match shape(&name) {
            Ok(shape) => settings.shapes.push(shape),
            Err(why) => {
                is_unread = true;
                wrong.push(format!("{SHAPES}: {why}; {STRICT}"));
            }
        }
    }
    for name in list(&variable, NO_SHAPES, &[',']) {
        match shape(&name) {
            Ok(shape) => settings.no_shapes.push(shape),
            Err(why) => wrong.push(format!("{NO_SHAPES}: {why}; it leaves nothing out")),
        }
    }
    for written in text(&variable, PATTERNS).unwrap_or_default().split_whitespace() {
        match pattern(written) {
            Ok(pattern) => settings.patterns.push(pattern),
            Err(why) => {
                is_unread = true;
                wrong.push(format!("{PATTERNS}: `{written}`: {why}; {STRICT}"));
            }
        }
    }
    if is_unread {
        settings.mode = Some(Mode::Strict);
    }
    settings
}

fn shape(name: &str) -> Result<Shape, String> {
    Shape::find(&name.to_ascii_lowercase())
        .ok_or_else(|| format!("there is no shape `{name}`, only {}", Shape::ALL.map(Shape::name).join(", ")))
}

/// `NAME=REGEX`.
fn pattern(written: &str) -> Result<(String, Arc<TextPattern>), String> {
    let (name, pattern) = written.split_once('=').ok_or("a pattern is written NAME=REGEX, without blanks")?;
    TextPattern::check_name(name)?;
    let pattern = TextPattern::new(pattern).map_err(|refused| refused.message)?;
    Ok((name.to_owned(), Arc::new(pattern)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "4111 1111 1111 1111 of ada@example.com, badge B-1815";

    /// What the variables show of [`NOTE`], and what is said of them.
    fn shown(variables: &[(&str, &str)]) -> (String, Vec<String>) {
        let mut wrong = Vec::new();
        let variable = |asked: &str| {
            variables.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned())
        };
        let policy = redaction_from_environment(variable, &mut wrong);
        (policy.masked(NOTE).into_owned(), wrong)
    }

    #[test]
    fn excluded_names_are_never_redacted() {
        let variables = |name: &str| match name.strip_prefix(PREFIX)? {
            "REDACTED_IDENTIFIERS" => Some("iban,phone".to_owned()),
            "REDACTION_EXCLUDED_IDENTIFIERS" => Some("Phone, session_id".to_owned()),
            "REDACTED_EXCLUDED_IDENTIFIERS" => Some("cookie".to_owned()),
            "REDACTED_TYPES" => Some("com.acme.Secret*".to_owned()),
            _ => None,
        };
        let policy = redaction_from_environment(variables, &mut Vec::new());
        for (name, redacted) in
            [("iban", true), ("phone", false), ("sessionid", false), ("cookie", false), ("jwt", true)]
        {
            assert_eq!(policy.redacts_name(name), redacted, "{name}");
        }
        assert!(policy.redacts_type("com.acme.SecretKey") && !policy.redacts_type("com.acme.Cart"));
    }

    #[test]
    fn variables_say_which_texts_are_hidden() {
        let card = "{redacted} of ada@example.com, badge B-1815";
        let (mode, shapes, no_shapes, patterns) = (MODE, SHAPES, NO_SHAPES, PATTERNS);
        for (variables, expected) in [
            (&[][..], NOTE),
            (&[(mode, "Targeted")], card),
            (&[(mode, "strict")], "{redacted}"),
            (&[(no_shapes, "card")], NOTE),
            (&[(mode, "targeted"), (no_shapes, "card, jwt")], NOTE),
            (&[(shapes, "Email")], "{redacted} of {redacted}, badge B-1815"),
            (&[(shapes, "email"), (no_shapes, "card")], "4111 1111 1111 1111 of {redacted}, badge B-1815"),
            (
                &[(patterns, "badge=B-[0-9]{4}  user=\\bada\\b")],
                "{redacted} of {redacted}@example.com, badge {redacted}",
            ),
            (&[(mode, " ")], NOTE),
        ] {
            assert_eq!(shown(variables), (expected.to_owned(), Vec::new()), "{variables:?}");
        }
    }

    #[test]
    fn variables_that_are_wrong_are_reported_and_never_show_more() {
        let (mode, shapes, no_shapes, patterns) = (MODE, SHAPES, NO_SHAPES, PATTERNS);
        let card = "{redacted} of ada@example.com, badge B-1815";
        let strict = "{redacted}";
        for (variables, expected, said) in [
            (&[(mode, "on")][..], strict, "not `on`; every text is hidden"),
            (&[(shapes, "email,mail")], strict, "there is no shape `mail`, only card, "),
            (&[(mode, "off"), (shapes, "mail")], strict, "every text is hidden, as by `strict`"),
            (&[(mode, "targeted"), (no_shapes, "cards")], card, "there is no shape `cards`"),
            (&[(patterns, "B-[0-9]{4}")], strict, "a pattern is written NAME=REGEX"),
            (&[(patterns, "badge=(")], strict, "`badge=(`: "),
            (&[(patterns, "card=x")], strict, "the name of a shape or mode"),
            (
                &[(mode, "off"), (shapes, "ip")],
                card,
                "PROBELANG_REDACT_SHAPES hides nothing with PROBELANG_REDACTION of `off`, which counts as `targeted`",
            ),
            (&[(mode, "off"), (patterns, "x=zzz")], card, "PROBELANG_REDACT_PATTERNS hides nothing"),
            (
                &[("DD_DYNAMIC_INSTRUMENTATION_REDACTED_IDENTIFIERS", "pass*")],
                NOTE,
                "redact a type with DD_DYNAMIC_INSTRUMENTATION_REDACTED_TYPES",
            ),
        ] {
            let (masked, wrong) = shown(variables);
            assert_eq!(masked, expected, "{variables:?}");
            assert!(wrong.len() == 1 && wrong.iter().all(|one| one.contains(said)), "{wrong:?}");
        }
    }
}
