//! Hosts over JSON: plain documents and recorded snapshots.
//!
//! A [`Document`] is plain JSON whose top-level keys are the names in scope; a [`Snapshot`] is one frame of
//! what a tracer recorded, so read that an expression over it answers what the live program would have
//! answered, or says that the recording cannot tell. Both keep their values in one flat arena and are looked
//! at through a [`View`], which joins them with the [`Names`](probelang_host::Names) that programs were
//! linked with and with variables laid over the scope.
//!
//! ```
//! use probelang_host::{Host, Names, Search, Value};
//! use probelang_snapshot::Document;
//!
//! let document = Document::parse(br#"{"user": {"age": 31}}"#)?;
//! let mut names = Names::new();
//! let (user, age) = (names.symbol("user"), names.symbol("age"));
//! let view = document.view(&names);
//! let mut value = Value::Absent;
//! view.var(user, &mut value);
//! let Value::Map(map) = value else { panic!("an object is a map") };
//! assert_eq!(view.entry(map, age, &mut value), Search::Done);
//! assert_eq!(value, Value::Int(31));
//! # Ok::<(), probelang_snapshot::InputError>(())
//! ```

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod build;
mod cut;
mod document;
mod error;
mod frame;
mod hit;
mod input;
mod instance;
mod json;
mod language;
mod lookup;
mod outline;
mod plan;
mod python;
mod raw;
mod reader;
mod recorded;
mod skip;
mod store;
mod texts;
mod thrown;
mod types;
mod view;

pub use document::{Document, Vars};
pub use error::{InputError, Place};
pub use frame::Snapshot;
pub use hit::{Location, Running};
pub use input::{Input, Values};
pub use language::Language;
pub use outline::{Outline, OutlineRow, RowName};
pub use reader::{InputReader, Item, Items, Mode, Plain};
pub use recorded::{Recorded, Section};
pub use texts::ReadTexts;
pub use thrown::{Exception, Thrown, ThrownIn};
pub use view::View;

/// Levels of nesting that data may have: 512.
pub const MAX_DEPTH: usize = 512;
