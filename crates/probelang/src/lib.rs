//! The expression language of dynamic instrumentation as a library.
//!
//! A probe in a running service carries small expressions: a condition, a message template, a metric. An
//! [`Engine`] holds the settings and compiles them, from text or from the JSON of a probe configuration, to
//! programs with one question each: [`Condition::test`], [`Template::render`], [`Metric::measure`],
//! [`Expression::eval`]. A program runs over anything that is a [`Scope`]: a JSON [`Document`], a recorded
//! [`Snapshot`], a type of your own. What it cannot answer is a [`Fault`], never a silent "no match".
//!
//! ```
//! let condition = probelang::Engine::new().condition("len(items) > 2")?;
//! assert!(condition.test(&probelang::Document::parse(br#"{"items": [1, 2, 3]}"#)?)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Two ways to run
//!
//! *By name*, as above: nothing to prepare, text for every fault, a budget of the engine's
//! [run limits](Engine::run_limits) for each call. *Bound*, for tracers: [`Condition::bind`] resolves all names
//! once, [`Bound::test`] then runs over a [`host::Host`] within a [`host::Budget`] that everything one probe does
//! in one hit shares. The guide for host authors is `docs/embedding.md`; `examples/host.rs` shows both ways.
//!
//! # What is paid when
//!
//! Reading, compiling and binding are paid once per program. A run pays for what it evaluates, allocates nothing
//! but output, and ends within its budget whatever the program and the data. Programs are `Send + Sync`; one
//! serves all threads, and clones share it.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `front-end` | yes | compiling, checking, completion, formatting, traces. Without it the crate loads and runs artifacts ([`Engine::load`]) and links no parser |
//! | `serde` | yes | [`data`]: diagnostics, faults, traces, candidates, hovers and reports as JSON |
//! | `snapshot` | yes | [`Document`] and [`Snapshot`], JSON as scopes |
//! | `fast-patterns` | yes | patterns run on the quick engines of the regex crate; without it in linear time too, several times slower |
//! | `unicode` | yes | all of Unicode in patterns; without it `\p{…}` is rejected, and `\d \s \w \b (?i)` mean the same |
//! | `specialise` | yes | programs run on quick operations; without it they answer the same, slower, and may count a few steps more |
//!
//! The last three are for modules that a page downloads. A tracer without a front end keeps them.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod answer;
#[cfg(feature = "front-end")]
mod authoring;
mod bound;
pub mod capture;
#[doc = include_str!("../docs/codes.md")]
#[allow(
    rustdoc::broken_intra_doc_links,
    reason = "it is read in a repository too, where an index is no link"
)]
pub mod codes {}
#[cfg(feature = "front-end")]
mod compare;
#[cfg(feature = "front-end")]
pub mod configuration;
#[cfg(feature = "serde")]
pub mod data;
mod engine;
#[cfg(feature = "front-end")]
pub mod hints;
#[cfg(feature = "front-end")]
mod pattern;
mod program;
#[cfg(feature = "front-end")]
mod redaction;
#[cfg(feature = "front-end")]
mod repair;
mod scope;
mod settings;
#[cfg(feature = "front-end")]
mod source;
mod terms;
#[cfg(feature = "front-end")]
pub mod trace;

/// What the engine asks of a runtime: the `Host` trait, values, symbols, budgets.
pub use probelang_host as host;

/// Spans, stable codes, diagnostics and edits.
pub use probelang_diagnostic as diagnostic;

/// What is redacted: names, types, texts for what they say.
pub use probelang_redact as redact;

/// What a printed value shows, and how a lent one is walked.
pub mod output {
    pub use probelang_capture::{
        HostReader, JsonLimits, Reader, Shape, Step, Stop, TextLimits, Walk, write_json,
    };
}

/// Types, schemas, cost, reports, candidates, hovers: what checking gives.
#[cfg(feature = "front-end")]
pub use probelang_check as check;

/// The tree, tokens, functions, the printer and the wire form.
#[cfg(feature = "front-end")]
pub use probelang_syntax as syntax;

/// Runtimes, the rules on which they differ, and the choices.
pub use probelang_dialect as dialect;

pub use answer::{Answer, Fault, Message, PartError};
#[cfg(feature = "front-end")]
pub use authoring::{Explanation, explain, tokens};
pub use bound::Bound;
#[cfg(feature = "front-end")]
pub use compare::{Comparison, DialectAnswer};
pub use engine::Engine;
#[cfg(feature = "front-end")]
pub use pattern::TextPattern;
pub use probelang_dialect::ProgramKind;
pub use probelang_vm::{
    ARTIFACT_BYTES, ARTIFACT_VERSION, ArtifactError, CodeLine, EvaluationError, RawFault, Rendered, Variable,
    Verdict,
};
pub use program::{Condition, Expression, Metric, Program, Template, WrongKind};
#[cfg(feature = "front-end")]
pub use redaction::{RedactionError, RedactionSettings};
pub use scope::Scope;
#[cfg(feature = "front-end")]
pub use source::{CompileError, Source};
pub use terms::Terms;
#[cfg(feature = "front-end")]
pub use trace::{BoundTraced, Trace, Traced};

/// JSON documents, recorded snapshots and the variables laid over them, read one by one or from a stream.
#[cfg(feature = "snapshot")]
pub use probelang_snapshot as snapshot;
#[cfg(feature = "snapshot")]
pub use probelang_snapshot::{Document, InputError, Snapshot};

/// The example of the guide for host authors is run.
#[cfg(all(doctest, feature = "front-end", feature = "snapshot"))]
#[doc = include_str!("../docs/embedding.md")]
struct Embedding;

/// The example of the README is run.
#[cfg(all(doctest, feature = "front-end", feature = "snapshot"))]
#[doc = include_str!("../README.md")]
struct Readme;
