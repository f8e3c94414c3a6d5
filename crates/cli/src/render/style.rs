//! The colours of a terminal.

use probelang::diagnostic::human::{Palette, Style};

const fn style(start: &'static str) -> Style {
    Style { start, end: "\x1b[0m" }
}

/// The sixteen colours that every terminal has.
pub const COLOURS: Palette = Palette {
    error: style("\x1b[1m\x1b[91m"),
    warning: style("\x1b[1m\x1b[93m"),
    label: style("\x1b[94m"),
    gutter: style("\x1b[94m"),
    help: style("\x1b[92m"),
    strong: style("\x1b[1m"),
};
