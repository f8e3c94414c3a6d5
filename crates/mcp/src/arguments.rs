//! The arguments of calls. The contract of a tool says which it has; they mean the same in all tools.

use std::collections::BTreeMap;

use probelang::check::Schema;
use probelang::dialect::Preset;
use probelang::snapshot::Vars;
use probelang::{ProgramKind, Source};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::failed::Failed;

/// The arguments of a call, which were seen to fit the contract of its tool.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(crate) struct Arguments {
    source: String,
    form: Option<String>,
    kind: Option<String>,
    dialect: Option<String>,
    targets: Vec<String>,
    pub max_cost: Option<u64>,
    schema: Option<Box<RawValue>>,
    pub data: Option<Box<RawValue>>,
    pub file: Option<String>,
    pub frame: Option<String>,
    variables: BTreeMap<String, Box<RawValue>>,
    pub skip: usize,
    pub limit: Option<usize>,
    pub cursor: Option<usize>,
    pub topic: String,
    pub probes: Option<Box<RawValue>>,
    pub probes_file: Option<String>,
    pub r#match: Option<String>,
    pub service: Option<String>,
    pub env: Option<String>,
    pub version: Option<String>,
    #[cfg(unix)]
    pub pid: Option<u32>,
    #[cfg(unix)]
    pub id: Option<String>,
    #[cfg(unix)]
    pub reason: String,
    #[cfg(unix)]
    pub place: Option<String>,
    #[cfg(unix)]
    pub when: Option<String>,
    #[cfg(unix)]
    pub template: Option<String>,
    #[cfg(unix)]
    pub capture: Option<bool>,
    #[cfg(unix)]
    pub at: Option<String>,
    #[cfg(unix)]
    pub probe: Option<Box<RawValue>>,
    #[cfg(unix)]
    pub expires_seconds: Option<u64>,
    #[cfg(unix)]
    pub hits: Option<u64>,
    #[cfg(unix)]
    pub after: u64,
}

impl Arguments {
    /// Reads them.
    pub fn read(json: &str) -> Result<Self, Failed> {
        serde_json::from_str(json)
            .map_err(|error| Failed::arguments(format!("the arguments cannot be read: {error}"), "mend them"))
    }

    /// The source.
    pub fn source(&self) -> Source<'_> {
        if self.form.as_deref() == Some("json") {
            Source::Json(&self.source)
        } else {
            Source::Text(&self.source)
        }
    }

    /// What the source is for, if somebody says.
    pub fn kind(&self) -> Option<ProgramKind> {
        self.kind.as_deref().and_then(ProgramKind::find)
    }

    /// Whose answers to give.
    pub fn dialect(&self) -> Option<Preset> {
        self.dialect.as_deref().and_then(Preset::find)
    }

    /// The runtimes to compare with.
    pub fn targets(&self) -> Vec<Preset> {
        self.targets.iter().filter_map(|name| Preset::find(name)).collect()
    }

    /// What is known of the names in scope.
    pub fn schema(&self) -> Result<Option<Schema>, Failed> {
        let Some(json) = &self.schema else { return Ok(None) };
        Schema::parse(json.get()).map(Some).map_err(|diagnostics| {
            let first = diagnostics.first().map(|one| one.message.clone()).unwrap_or_default();
            let next = "a schema is, for example, {\"names\": {\"total\": \"number\"}}; or give data instead";
            Failed::arguments(format!("`schema`: {first}"), next)
        })
    }

    /// Variables over the names of the data.
    pub fn vars(&self) -> Result<Vars, Failed> {
        let mut vars = Vars::new();
        for (name, json) in &self.variables {
            vars.set(name, json.get().as_bytes()).map_err(|error| {
                Failed::arguments(format!("the variable `{name}`: {error}"), "give values as JSON")
            })?;
        }
        Ok(vars)
    }
}
