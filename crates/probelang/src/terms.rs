//! What a surface calls the settings that messages speak of.

/// What the users of an engine call its settings: messages that say what to do use their words. The command speaks of its flags,
/// a binding of its options; by default, messages speak of the methods of this crate.
///
/// ```
/// use probelang::{Engine, Document, Terms};
/// static TERMS: Terms = Terms {
///     redact: "the option `hide`",
///     redact_exclude: "`show: {}`",
///     ..Terms::RUST
/// };
/// let condition = Engine::new().terms(&TERMS).condition("password == 'x'")?;
/// let fault = condition.test(&Document::parse(br#"{"password": "y"}"#)?).unwrap_err();
/// assert_eq!(fault.diagnostic().notes[0], "the built-in name `password` hides it; `show: password` takes it out");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// What redacts names.
    pub redact: &'static str,
    /// What stops a name from being redacted, with `{}` in place of the name.
    pub redact_exclude: &'static str,
    /// What redacts types.
    pub redact_types: &'static str,
    /// What lists the names that are redacted.
    pub names: &'static str,
    /// What sets the mode in which texts are hidden.
    pub mode: &'static str,
    /// What stops a shape of secrets from being looked for, with `{}` in place of its name.
    pub shape_exclude: &'static str,
    /// What adds patterns of the user's own.
    pub patterns: &'static str,
}

impl Terms {
    /// The words of this crate.
    pub const RUST: Self = Self {
        redact: "`Engine::redacting` or `Policy::with_names`",
        redact_exclude: "`Policy::without_names([\"{}\"])`",
        redact_types: "`Policy::with_types`",
        names: "`Policy::names`",
        mode: "`Policy::with_mode`",
        shape_exclude: "`Policy::with_shapes` without `{}`",
        patterns: "`Policy::with_pattern`",
    };

    /// How a shape is taken out of what is hidden.
    pub(crate) fn exclude_shape(&self, name: &str) -> String {
        self.shape_exclude.replace("{}", name)
    }

    /// How a name is taken out of what is redacted.
    pub(crate) fn exclude(&self, name: &str) -> String {
        self.redact_exclude.replace("{}", name)
    }
}
