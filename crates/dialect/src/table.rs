//! The shape of the table.

use std::fmt;

use crate::{Dialect, Row};

/// A runtime whose evaluator a dialect describes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Preset {
    Portable,
    Java,
    Dotnet,
    Python,
    Node,
    Ruby,
    Php,
    Go,
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 8] =
        [Self::Portable, Self::Java, Self::Dotnet, Self::Python, Self::Node, Self::Ruby, Self::Php, Self::Go];

    /// The name of the preset, as `--dialect` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Java => "java",
            Self::Dotnet => "dotnet",
            Self::Python => "python",
            Self::Node => "node",
            Self::Ruby => "ruby",
            Self::Php => "php",
            Self::Go => "go",
        }
    }

    /// The preset of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// What the preset describes, in a few words.
    #[must_use]
    pub const fn describes(self) -> &'static str {
        match self {
            Self::Portable => "the language as this project defines it",
            Self::Java => "dd-trace-java 710bee52",
            Self::Dotnet => "dd-trace-dotnet e476ea7c",
            Self::Python => "dd-trace-py 3bb9ecda",
            Self::Node => "dd-trace-js 5735ffe7",
            Self::Ruby => "dd-trace-rb cf0d441e",
            Self::Php => "libdatadog 9d6b2ffb with PHP's host",
            Self::Go => "the Go tracer; unverified, no case of it exists",
        }
    }

    /// The release that was run to confirm what rests on [`Evidence::Live`], and when; `None` if the runtime was not run.
    #[must_use]
    pub const fn live(self) -> Option<LiveRun> {
        match self {
            Self::Python => Some(LiveRun { release: "ddtrace 4.16.0", date: "2026-11-30" }),
            Self::Node => Some(LiveRun { release: "dd-trace 5.132.0", date: "2026-11-30" }),
            Self::Ruby => Some(LiveRun { release: "dd-trace-rb cf0d441e", date: "2026-11-30" }),
            Self::Portable | Self::Java | Self::Dotnet | Self::Php | Self::Go => None,
        }
    }

    /// The file or folder with the evaluator, and the commit at which it was read for what rests on [`Evidence::Facts`].
    #[must_use]
    pub const fn source(self) -> Option<&'static str> {
        match self {
            Self::Portable => None,
            Self::Java => Some("dd-java-agent/agent-debugger of dd-trace-java 710bee52"),
            Self::Dotnet => Some("tracer/src/Datadog.Trace/Debugger of dd-trace-dotnet e476ea7c"),
            Self::Python => Some("ddtrace/debugging/_expressions.py of dd-trace-py 3bb9ecda"),
            Self::Node => {
                Some("packages/dd-trace/src/debugger/devtools_client/condition.js of dd-trace-js 5735ffe7")
            }
            Self::Ruby => Some("lib/datadog/di/el of dd-trace-rb cf0d441e"),
            Self::Php => Some(
                "datadog-live-debugger/src of libdatadog 9d6b2ffb, ext/live_debugger.c of dd-trace-php 03f41227",
            ),
            Self::Go => Some("pkg/dyninst of datadog-agent 0cd3531c"),
        }
    }

    /// Whether cases of that runtime's own suite back the preset.
    #[must_use]
    pub const fn is_verified(self) -> bool {
        !matches!(self, Self::Go)
    }

    /// The choices of the preset.
    #[must_use]
    pub fn dialect(self) -> Dialect {
        let mut dialect = Dialect::default();
        for row in Row::ALL {
            row.set(&mut dialect, row.choice_of(self).0);
        }
        dialect
    }
}

impl fmt::Display for Dialect {
    /// The name of the preset, or `portable` with the rows that differ from it: `portable with missing_key = null`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(preset) = Preset::ALL.into_iter().find(|preset| preset.dialect() == *self) {
            return f.write_str(preset.name());
        }
        let changed = Row::ALL.into_iter().filter(|row| row.get(self) != 0);
        let mut before = " with ";
        f.write_str(Preset::Portable.name())?;
        for row in changed {
            write!(f, "{before}{} = {}", row.name(), row.choice(row.get(self)))?;
            before = ", ";
        }
        Ok(())
    }
}

impl From<Preset> for Dialect {
    fn from(preset: Preset) -> Self {
        preset.dialect()
    }
}

/// A run of a tracer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiveRun {
    /// Package and version, or repository and commit.
    pub release: &'static str,
    /// Year, month and day.
    pub date: &'static str,
}

/// What backs a choice of a preset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// A case of the corpus, by its id.
    Case(&'static str),
    /// A case of the runtime's own suite that the corpus does not contain, by the id it has there.
    Source(&'static str),
    /// The tracer itself was asked, and a case of ours pins it: the release that [`Preset::live`] names.
    Live,
    /// The source code of the runtime, [`Preset::source`]: no case pins it.
    Facts,
}

/// How it is known that a preset takes a choice, in words: `case node-0086`, `live: ddtrace 4.16.0, 2026-11-30`, `source: ` with
/// file and commit; with `{:#}` the last is `source` only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    preset: Preset,
    evidence: Evidence,
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.evidence {
            Evidence::Case(id) => write!(f, "case {id}"),
            Evidence::Source(id) => write!(f, "case {id} of its own suite"),
            Evidence::Live => match self.preset.live() {
                Some(LiveRun { release, date }) => write!(f, "live: {release}, {date}"),
                None => f.write_str("live"),
            },
            Evidence::Facts if f.alternate() => f.write_str("source"),
            Evidence::Facts => write!(f, "source: {}", self.preset.source().unwrap_or_default()),
        }
    }
}

/// The parts of the dialect page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Section {
    Reading,
    Equality,
    Strings,
    Collections,
    Types,
    Templates,
}

impl Section {
    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Reading => "Reading",
            Self::Equality => "Equality, order, logic",
            Self::Strings => "Strings",
            Self::Collections => "Collections",
            Self::Types => "Types, definedness, redaction",
            Self::Templates => "Templates",
        }
    }
}

/// A preset that does not take the portable choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PresetChoice {
    /// Which preset.
    pub preset: Preset,
    /// Which choice, an index into [`Row::choices`].
    pub choice: usize,
    /// What backs it.
    pub evidence: Evidence,
}

impl Row {
    /// The row of that [name](Self::name).
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.name() == name)
    }

    /// The name of a choice, an index into [`choices`](Self::choices); the empty text where there is none.
    #[must_use]
    pub fn choice(self, at: usize) -> &'static str {
        self.choices().get(at).copied().unwrap_or_default()
    }

    /// The choice that `preset` takes, and what backs it (`None` for the portable one).
    #[must_use]
    pub fn choice_of(self, preset: Preset) -> (usize, Option<Evidence>) {
        self.presets()
            .iter()
            .find(|choice| choice.preset == preset)
            .map_or((0, None), |choice| (choice.choice, Some(choice.evidence)))
    }

    /// How it is known what `preset` chooses; `None` where it takes the portable choice, the rule of the language.
    #[must_use]
    pub fn known(self, preset: Preset) -> Option<Known> {
        self.choice_of(preset).1.map(|evidence| Known { preset, evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_shown_as_its_preset_or_as_the_rows_that_differ() {
        for preset in Preset::ALL {
            assert_eq!(preset.dialect().to_string(), preset.name());
        }
        let mut dialect = Dialect::default();
        Row::MissingKey.set(&mut dialect, 1);
        assert_eq!(dialect.to_string(), "portable with missing_key = null");
        Row::Matches.set(&mut dialect, 2);
        assert_eq!(dialect.to_string(), "portable with missing_key = null, matches = prefix");
    }
}
