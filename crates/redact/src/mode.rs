//! How much of a text leaves.

/// What of a text is hidden because of what it says, whatever its name. The order is that of strength.
///
/// ```
/// use probelang_redact::Mode;
/// assert_eq!(Mode::find("targeted"), Some(Mode::Targeted));
/// // a program that embeds the engine chose one; its configuration can only make it stronger
/// assert_eq!(Mode::Targeted.at_least(Mode::Off), Mode::Targeted);
/// assert_eq!(Mode::Targeted.at_least(Mode::Strict), Mode::Strict);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Mode {
    /// Nothing: only names and types hide. The default.
    #[default]
    Off,
    /// The parts that have the [`shape`](crate::shape) of a secret, and those that a pattern of your own matches.
    Targeted,
    /// Every text.
    Strict,
}

impl Mode {
    /// All of them, the weakest first.
    pub const ALL: [Self; 3] = [Self::Off, Self::Targeted, Self::Strict];

    /// Its name in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Targeted => "targeted",
            Self::Strict => "strict",
        }
    }

    /// The mode of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The stronger of both.
    #[must_use]
    pub fn at_least(self, other: Self) -> Self {
        self.max(other)
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
