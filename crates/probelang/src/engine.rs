//! Settings, and the way from bytes to a program.

use std::sync::Arc;

use probelang_capture::TextLimits;
use probelang_host::{Clock, RunLimits};
use probelang_redact::Policy;
use probelang_vm::ArtifactError;

use crate::settings::Settings;
use crate::{Program, Terms};

/// The settings that programs are compiled and run with. Cheap to clone; every setting starts at the default of
/// the language.
///
/// ```
/// use probelang::{Document, Engine};
///
/// let engine = Engine::new().redacting(["badge"]);
/// let user = Document::parse(br#"{"name": "Ada", "age": 36, "badge": 7}"#)?;
/// assert!(engine.condition("age > 30")?.test(&user)?);
/// assert_eq!(engine.template("{name} is {age}")?.render(&user).text, "Ada is 36");
/// assert_eq!(engine.metric("age")?.measure(&user)?.to_f64(), 36.0);
/// assert_eq!(engine.expression("name")?.eval(&user)?, r#""Ada""#);
///
/// let fault = engine.condition("badge == 7")?.test(&user).unwrap_err();
/// assert_eq!(fault.to_string(), "`badge` is redacted by its name");
/// let error = engine.condition("age > 30 and age < 40").unwrap_err();
/// assert_eq!(error.diagnostics[0].edits[0].title, "write `&&`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) settings: Settings,
    /// Names that are redacted whatever the policy.
    redacting: Vec<String>,
    #[cfg(feature = "front-end")]
    pub(crate) authoring: probelang_check::Options,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// The portable dialect, the built-in redaction, the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self {
            settings: Settings::new(),
            redacting: Vec::new(),
            #[cfg(feature = "front-end")]
            authoring: probelang_check::Options::default(),
        }
    }

    /// Redacts these names too, in any spelling: `api_key`, `apiKey` and `API-KEY` are one name.
    #[must_use]
    pub fn redacting<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        let before = self.redacting.len();
        self.redacting.extend(names.into_iter().map(|name| name.as_ref().to_owned()));
        let added = self.redacting.get(before..).unwrap_or_default();
        self.settings.policy = Arc::new((*self.settings.policy).clone().with_names(added));
        self
    }

    /// Redacts what `policy` says in place of the built-in names. Names given to [`redacting`](Self::redacting)
    /// stay redacted, whichever of the two comes first.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        let policy = policy.into();
        self.settings.policy = if self.redacting.is_empty() {
            policy
        } else {
            Arc::new((*policy).clone().with_names(&self.redacting))
        };
        self
    }

    /// The policy in force.
    #[must_use]
    pub fn redaction(&self) -> &Arc<Policy> {
        &self.settings.policy
    }

    /// Bounds each run by name of the programs compiled or loaded from now on: 1,000,000 steps and 50 ms by
    /// default. A bound program gets its [`Budget`](crate::host::Budget) from the caller.
    #[must_use]
    pub fn run_limits(mut self, limits: RunLimits) -> Self {
        self.settings.run = limits;
        self
    }

    /// Bounds what a message shows of each value, and the message as a whole.
    #[must_use]
    pub fn text_limits(mut self, limits: TextLimits) -> Self {
        self.settings.text = limits;
        self
    }

    /// Uses these words for settings in messages, so that a message speaks of the options that its reader has.
    #[must_use]
    pub const fn terms(mut self, terms: &'static Terms) -> Self {
        self.settings.terms = terms;
        self
    }

    /// Takes the time of deadlines from `clock` instead of the operating system. Where the target has no clock
    /// (WebAssembly in a browser), only steps bound a run until one is given.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + Send + Sync + 'static) -> Self {
        self.settings.clock = Some(Arc::new(clock));
        self
    }

    /// Loads a program from the bytes of an artifact. Nothing in the bytes is trusted: a program that is not
    /// sound is an error, never a panic.
    ///
    /// ```
    /// use probelang::{Condition, Document, Engine};
    /// let bytes = Engine::new().condition("len(items) > 2")?.to_bytes();
    /// let condition = Condition::try_from(Engine::new().load(&bytes)?)?;
    /// assert!(condition.test(&Document::parse(br#"{"items": [1, 2, 3]}"#)?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ArtifactError`] with the reason.
    ///
    /// # Cost
    /// Linear in the bytes, and the compilation of the program's patterns.
    pub fn load(&self, artifact: &[u8]) -> Result<Program, ArtifactError> {
        let program = probelang_vm::Program::from_bytes(artifact)?;
        Ok(Program::new(
            Arc::new(program),
            self.settings.clone(),
            Vec::new(),
            #[cfg(feature = "front-end")]
            None,
        ))
    }
}
