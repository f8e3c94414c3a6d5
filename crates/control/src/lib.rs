//! Probes in live programs: what every adapter shares.
//!
//! An adapter finds the places of probes in a running program and reports hits; [`probelang_probe`] decides what becomes of
//! them. This crate does the rest that a live program needs: it reads the probe file and obeys it when it changes, opens the
//! [sinks](probelang_sink) for events, and serves a status socket for `probelang live`, with the kill switch.
//!
//! ```
//! use std::sync::{Arc, OnceLock};
//! use probelang::host::Names;
//! use probelang_control::{Adapter, Control, Settings};
//! use probelang_probe::{Change, Probes, Site, Timestamp};
//!
//! /// A program with one place, which all its probes are for.
//! struct Shop {
//!     site: Arc<Site>,
//! }
//! impl Adapter for Shop {
//!     fn apply(&self, probes: &Arc<Probes>, changes: Vec<Change>, now: Timestamp) {
//!         for change in changes {
//!             if let Change::Add(probe) | Change::Update(probe) = change {
//!                 // what is not allowed has its status
//!                 let _ = probes.arm(&probe.id, &self.site, &mut Names::new(), now);
//!             }
//!         }
//!     }
//! }
//!
//! // the program says where its probes are; without a name in its environment it has none
//! let settings = Settings::of_process();
//! let shop = Arc::new(Shop { site: Arc::new(Site::new(Some("shop.Cart"), "pay")) });
//! let control = Control::start(settings.engine(), settings, shop);
//! assert!(control.probes().probes().is_empty());
//! // at its end; dropping it does the same
//! control.stop();
//! ```
//!
//! `docs/live.md` is for who runs such programs. The example `shop` is one that is whole.
//!
//! # Fork
//!
//! Threads do not survive a fork. An adapter calls [`Control::before_fork`], and then
//! [`Control::after_fork_in_parent`] or [`Control::after_fork_in_child`]; the child has a set, queues and a status socket of
//! its own.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod address;
mod client;
mod control;
mod folder;
mod gate;
mod guard;
mod keeper;
pub mod protocol;
mod ring;
mod server;
mod settings;
mod sinks;
mod spec;
mod system;
mod temporary;
mod time;
mod watch;

/// The sinks themselves: what they deliver, and what they report.
pub use probelang_sink as sink;

pub use address::{AddressHasher, ByAddress};
pub use client::{AskError, Socket, sockets};
pub use control::{Adapter, Control};
pub use folder::{FolderError, candidates as folder_candidates};
pub use guard::{Refusal, read};
pub use settings::{Access, Settings, VARIABLES, Variable};
pub use sinks::{SinkError, open_all};
pub use spec::{SinkSpec, SpecError};
pub use system::System;
pub use time::{HitTime, coarse_now, now};
