//! The expression language of dynamic instrumentation as a library.
//!
//! Four nouns: an [`Engine`] holds the settings, compiles a [`Program`] from text or wire JSON, and the
//! program runs over a [`Scope`] (a JSON [`Document`], a recorded [`Snapshot`], or any [`Host`] of your own)
//! to an answer or a [`Fault`].
//!
//! ```
//! let program = probelang::Engine::new().condition("len(items) > 2")?;
//! let matched = program.test(&probelang::Document::parse(br#"{"items": [1, 2, 3]}"#)?)?;
//! assert!(matched);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With settings, every kind of program, and what goes wrong:
//!
//! ```
//! use probelang::{Document, Engine, Preset};
//!
//! let engine = Engine::new().redacting(["badge"]).dialect(Preset::Java);
//! let user = Document::parse(br#"{"name": "Ada", "age": 36, "badge": 7}"#)?;
//! assert_eq!(engine.template("{name} is {age}")?.render(&user).text, "Ada is 36");
//! assert_eq!(engine.value("filter(langs, {@it != age})")?.eval(&user).unwrap_err().code.text(), "PL1001");
//! assert_eq!(engine.metric("age")?.measure(&user)?.to_f64(), 36.0);
//! let fault = engine.condition("badge == 7")?.test(&user).unwrap_err();
//! assert_eq!(fault.to_string(), "badge is redacted by its name");
//! let refused = engine.condition("age > 30 and age < 40").unwrap_err();
//! assert_eq!(refused.diagnostics[0].edits[0].title, "write `&&`");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is paid when: reading and compiling once a program, linking included; a run pays only for what it
//! evaluates, allocates nothing but output, and ends within the [`RunLimits`] whatever the program and the data.
//! Programs are `Send + Sync`: one serves all threads.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod engine;
mod program;

pub use engine::{Engine, Refused};
pub use probelang_capture::TextLimits;
pub use probelang_diagnostic::{Class, Code, Diagnostic, Severity, Span};
pub use probelang_host::{Host, Names, Number, RunLimits, Value};
pub use probelang_redact::Policy;
pub use probelang_snapshot::{Document, InputError, Snapshot, Vars, View};
pub use probelang_syntax::{Dialect, Limits, Preset};
pub use probelang_vm::ProgramKind;
pub use program::{Fault, Message, Program, Scope};

/// The example of the README is run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
