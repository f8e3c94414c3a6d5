//! The language server behind `probelang lsp`.
//!
//! It looks at three kinds of files: expressions (`.probe`), templates (`.probe-template`), and probe files, which are JSON with
//! expressions in strings. What it shows comes from the facade `probelang`, as in the prompt and the playground; this crate maps
//! places between the two: through JSON escapes, lines, and the encoding that was agreed with the editor. Names in scope and
//! settings come from the nearest `probelang.toml`.
//!
//! [`serve`] speaks the protocol over a pair of streams. [`Server`] is the same without streams, threads and clock: messages in,
//! messages out, time handed in.
//!
//! ```
//! use probelang_lsp::{Options, Server};
//!
//! let mut server = Server::new(Options::default());
//! server.receive(br#"{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}"#);
//! while server.step(0) {}
//! let answers = server.take();
//! assert!(answers[0].contains(r#""positionEncoding":"utf-16""#));
//! ```
//!
//! # Bounds
//! A message has at most 64 MiB, a document as much, a probe file that is looked at 16 MiB and 10,000 probes. After a change, only the
//! probes whose text has changed are read and checked again.

mod document;
mod features;
mod folder;
mod frame;
mod place;
mod serve;
mod server;
mod text;
mod unit;

pub use folder::MakeEngine;
pub use serve::{Ended, serve};
pub use server::{Options, Server};
