//! Programs that the tracers themselves were asked: drawn, run here, compared, reduced, and explained by a ledger.

pub mod command;
pub mod draw;
pub mod ledger;
pub mod outcome;
pub mod program;
pub mod reduce;
