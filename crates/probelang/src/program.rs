//! Compiled programs: one type for each kind, and the untyped one.

use std::fmt;
use std::sync::{Arc, OnceLock};

use probelang_diagnostic::Diagnostic;
use probelang_dialect::ProgramKind;
use probelang_host::{Budget, Host, Names, Number, Projection, Resolve};
use probelang_vm::{Linked, Verdict};

use crate::bound::{ended, value_json};
use crate::settings::Settings;
use crate::{Answer, Bound, Fault, Message, Scope};

/// A compiled program of any kind, for tools that learn the kind at run time.
///
/// Immutable, `Send + Sync`, and cheap to clone: clones share one program. The typed programs
/// ([`Condition`], [`Template`], [`Metric`], [`Expression`]) convert into it for free, and back with `TryFrom`.
#[derive(Clone)]
pub struct Program(Arc<Inner>);

struct Inner {
    program: Arc<probelang_vm::Program>,
    settings: Settings,
    warnings: Vec<Diagnostic>,
    /// Linked by name at the first run by name.
    by_name: OnceLock<(Names, Linked)>,
    #[cfg(feature = "front-end")]
    origin: Option<crate::trace::Origin>,
}

impl Program {
    pub(crate) fn new(
        program: Arc<probelang_vm::Program>,
        settings: Settings,
        warnings: Vec<Diagnostic>,
        #[cfg(feature = "front-end")] origin: Option<crate::trace::Origin>,
    ) -> Self {
        Self(Arc::new(Inner {
            program,
            settings,
            warnings,
            by_name: OnceLock::new(),
            #[cfg(feature = "front-end")]
            origin,
        }))
    }

    /// What the program is for.
    #[must_use]
    pub fn kind(&self) -> ProgramKind {
        self.0.program.kind()
    }

    /// The text that the spans of faults and warnings count in: the source, or the canonical text of a program
    /// from JSON. Empty for a program from a stripped artifact.
    #[must_use]
    pub fn source(&self) -> &str {
        self.0.program.source()
    }

    /// Warnings, in the order of their places. Empty for a program from an artifact.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.0.warnings
    }

    /// The names that the program reads: variables, fields, `@`-names, each once, in the order of their first
    /// use.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.program.names()
    }

    /// Bytes that the program takes: those of its artifact, and what its patterns count with.
    #[must_use]
    pub fn size(&self) -> usize {
        self.to_bytes().len().saturating_add(self.0.program.pattern_bytes())
    }

    /// The program as bytes, for [`Engine::load`](crate::Engine::load): the same for the same program, on every
    /// machine.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.program.to_bytes()
    }

    /// The bytes without source text, spans and paths. Faults keep their code and message and have no place.
    #[must_use]
    pub fn to_stripped_bytes(&self) -> Vec<u8> {
        self.0.program.to_stripped_bytes()
    }

    /// The instructions as text, for people.
    #[must_use]
    pub fn disassemble(&self) -> String {
        self.0.program.disassemble()
    }

    /// The lines of [`disassemble`](Self::disassemble), each with the place that it was compiled from.
    #[must_use]
    pub fn listing(&self) -> Vec<crate::CodeLine> {
        self.0.program.listing()
    }

    /// Runs the program over a scope, within the limits of its engine.
    #[must_use]
    pub fn run(&self, scope: &impl Scope) -> Answer {
        let ended = self.by_name(scope, |linked, host, budget| {
            ended(linked, String::new(), host, budget, &self.0.settings.text)
        });
        Answer::of(&self.0.program, self.0.settings.told(), ended)
    }

    /// What the program reads of its scope, for a reader of documents that keeps nothing else. Everything, of a program
    /// from an artifact.
    ///
    /// ```
    /// # #[cfg(feature = "snapshot")] {
    /// use probelang::host::Names;
    /// use probelang::snapshot::{InputReader, Item, Mode};
    ///
    /// let condition = probelang::Engine::new().condition("any(items, {@it.price > 95})")?;
    /// let reads = condition.program().projection();
    /// assert_eq!(reads.to_string(), "items.*.price");
    ///
    /// let mut reader = InputReader::new().only(reads);
    /// let line = br#"{"id": 7, "items": [{"sku": "a-1", "price": 120}], "trace": [1, 2, 3]}"#;
    /// for item in reader.read(line, Mode::Plain)? {
    ///     let Item::Plain(document) = item? else { continue };
    ///     assert!(condition.test(&document)?);
    /// }
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Cost
    /// Linear in the program.
    #[must_use]
    pub fn projection(&self) -> Projection {
        #[cfg(feature = "front-end")]
        if let Some(origin) = &self.0.origin {
            return origin.projection();
        }
        Projection::whole()
    }

    /// Binds the program to the hosts whose symbols `names` gives out. Linear in the size of the program.
    #[must_use]
    pub fn bind(&self, names: &mut dyn Resolve) -> Bound<Self> {
        self.bind_as(names)
    }

    /// The program with an observer in it, so that a run explains itself; `None` for a program from an
    /// artifact, which has no tree.
    #[cfg(feature = "front-end")]
    #[must_use]
    pub fn traced(&self) -> Option<crate::Traced> {
        self.0.origin.as_ref().and_then(|origin| origin.traced(&self.0.settings))
    }

    pub(crate) fn bind_as<P>(&self, names: &mut dyn Resolve) -> Bound<P> {
        Bound::new(self.0.program.link(names, &self.0.settings.policy), &self.0.settings)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn by_name<R>(
        &self,
        scope: &impl Scope,
        run: impl FnOnce(&Linked, &dyn Host, &mut Budget<'_>) -> R,
    ) -> R {
        let (names, linked) = self.0.by_name.get_or_init(|| {
            let mut names = Names::new();
            let linked = self.0.program.link(&mut names, &self.0.settings.policy);
            (names, linked)
        });
        let host = scope.host(names);
        self.0.settings.with_budget(|budget| run(linked, &host, budget))
    }

    fn fault(&self, raw: &probelang_vm::RawFault) -> Fault {
        Fault::of(&self.0.program, self.0.settings.told(), raw)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("kind", &self.kind()).field("source", &self.source()).finish()
    }
}

/// A program of another kind than the one asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected a {}, found a {}", expected.name(), found.name())]
#[non_exhaustive]
pub struct WrongKind {
    /// The kind that was asked for.
    pub expected: ProgramKind,
    /// The kind of the program.
    pub found: ProgramKind,
}

/// What every typed program has.
macro_rules! typed {
    ($(#[$doc:meta])* $name:ident $kind:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Program);

        impl $name {
            /// The text that the spans of faults and warnings count in.
            #[must_use]
            pub fn source(&self) -> &str {
                self.0.source()
            }

            /// Warnings, in the order of their places.
            #[must_use]
            pub fn warnings(&self) -> &[Diagnostic] {
                self.0.warnings()
            }

            /// The program as bytes, for [`Engine::load`](crate::Engine::load).
            #[must_use]
            pub fn to_bytes(&self) -> Vec<u8> {
                self.0.to_bytes()
            }

            /// The same program without its type, with the questions that all kinds share.
            #[must_use]
            pub const fn program(&self) -> &Program {
                &self.0
            }

            /// Binds the program to the hosts whose symbols `names` gives out. Linear in the size of the program.
            #[must_use]
            pub fn bind(&self, names: &mut dyn Resolve) -> Bound<Self> {
                self.0.bind_as(names)
            }
        }

        impl TryFrom<Program> for $name {
            type Error = WrongKind;

            fn try_from(program: Program) -> Result<Self, WrongKind> {
                match program.kind() {
                    ProgramKind::$kind => Ok(Self(program)),
                    found => Err(WrongKind { expected: ProgramKind::$kind, found }),
                }
            }
        }

        impl From<$name> for Program {
            fn from(typed: $name) -> Self {
                typed.0
            }
        }

        impl $name {
            #[cfg(feature = "front-end")]
            pub(crate) const fn known(program: Program) -> Self {
                Self(program)
            }
        }
    };
}

typed! {
    /// A compiled condition: it matches, does not match, or fails. `Send + Sync`, cheap to clone.
    Condition Condition
}
typed! {
    /// A compiled template: text with `{expression}` parts. `Send + Sync`, cheap to clone.
    Template Template
}
typed! {
    /// A compiled metric: a finite number. `Send + Sync`, cheap to clone.
    Metric Metric
}
typed! {
    /// A compiled expression of any value. `Send + Sync`, cheap to clone.
    Expression Value
}

impl Condition {
    /// Whether the condition matches.
    ///
    /// # Errors
    /// The fault that ended the run. The condition then neither matched nor did not match.
    pub fn test(&self, scope: &impl Scope) -> Result<bool, Fault> {
        match self.0.by_name(scope, |linked, host, budget| linked.condition(host, budget)) {
            Verdict::Matched => Ok(true),
            Verdict::NotMatched => Ok(false),
            Verdict::Failed(raw) => Err(self.0.fault(&raw)),
        }
    }
}

impl Template {
    /// The message. A part that fails shows what the dialect says, and is listed among the errors.
    #[must_use]
    pub fn render(&self, scope: &impl Scope) -> Message {
        let mut text = String::new();
        let limits = &self.0.settings().text;
        let rendered =
            self.0.by_name(scope, |linked, host, budget| linked.render(host, budget, limits, &mut text));
        Message::of(&self.0.0.program, self.0.0.settings.told(), text, rendered)
    }
}

impl Metric {
    /// The number; a Boolean counts as 0 or 1.
    ///
    /// # Errors
    /// The fault that ended the run.
    pub fn measure(&self, scope: &impl Scope) -> Result<Number, Fault> {
        self.0
            .by_name(scope, |linked, host, budget| linked.metric(host, budget))
            .map_err(|raw| self.0.fault(&raw))
    }
}

impl Expression {
    /// The value as one line of JSON. What is hidden or missing inside is a marker, such as
    /// `{"$redacted": true}`.
    ///
    /// # Errors
    /// The fault that ended the run. A value that is hidden as a whole is a fault.
    pub fn eval(&self, scope: &impl Scope) -> Result<String, Fault> {
        let mut json = String::new();
        self.0
            .by_name(scope, |linked, host, budget| value_json(linked, host, budget, &mut json))
            .map(|()| json)
            .map_err(|raw| self.0.fault(&raw))
    }
}
