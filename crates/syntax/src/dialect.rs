//! Where the runtimes part: one row for each thing, as data.
//!
//! A [`Dialect`] is a struct of enumerated choices. The first choice of each row is the portable one; a
//! [`Preset`] names the choices of a runtime. The table ([`ROWS`]) also feeds the portability check, the
//! `diff` of two runtimes and the generated dialect pages. Choices are resolved when a program is compiled.

mod parting;
mod rows;
mod table;

pub use parting::{Parting, parting_rows, partings};
pub use rows::*;
pub use table::{Choice, Evidence, Preset, PresetChoice, Row, Section};

impl From<Preset> for Dialect {
    fn from(preset: Preset) -> Self {
        preset.dialect()
    }
}
