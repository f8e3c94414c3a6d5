//! Where values come from: documents and recorded snapshots, one or many.

pub mod chunks;
pub mod pool;
