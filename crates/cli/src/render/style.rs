//! Colours, or none.

use anstyle::{AnsiColor, Style};

/// The styles of a rendered diagnostic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Palette {
    /// `error` and its carets.
    pub error: Style,
    /// `warning` and its carets.
    pub warning: Style,
    /// Second places.
    pub label: Style,
    /// Line numbers and rules.
    pub gutter: Style,
    /// `help` and what an edit inserts.
    pub help: Style,
    /// The message itself.
    pub strong: Style,
}

impl Palette {
    /// No colours at all.
    pub const fn plain() -> Self {
        let none = Style::new();
        Self { error: none, warning: none, label: none, gutter: none, help: none, strong: none }
    }

    /// The sixteen colours that every terminal has.
    pub const fn colours() -> Self {
        Self {
            error: AnsiColor::BrightRed.on_default().bold(),
            warning: AnsiColor::BrightYellow.on_default().bold(),
            label: AnsiColor::BrightBlue.on_default(),
            gutter: AnsiColor::BrightBlue.on_default(),
            help: AnsiColor::BrightGreen.on_default(),
            strong: Style::new().bold(),
        }
    }
}
