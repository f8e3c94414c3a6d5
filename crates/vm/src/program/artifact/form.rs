//! The form of an artifact, written out for people and for the test that holds it against `form.txt`.

use std::collections::BTreeMap;
use std::sync::Arc;

use probelang_diagnostic::{Code, Span};
use probelang_dialect::{Dialect, Row};

use super::ARTIFACT_VERSION;
use crate::program::ids::{Id, Table};
use crate::program::instr::{Event, Target};
use crate::program::{Debug, Pattern, Tables};

/// The types that were described: what each consists of, by its name.
#[derive(Default)]
pub(super) struct Forms(BTreeMap<String, Vec<String>>);

impl Forms {
    /// Describes a type once; its name.
    pub(super) fn define(&mut self, name: &str, parts: impl FnOnce(&mut Self) -> Vec<String>) -> String {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Vec::new());
            let parts = parts(self);
            self.0.insert(name.to_owned(), parts);
        }
        name.to_owned()
    }
}

/// What has a form: how it is written in terms of others.
pub(super) trait Form {
    fn form(forms: &mut Forms) -> String;
}

/// The form of a field, whose type follows from how it is reached.
pub(super) fn of_field<T, F: Form>(forms: &mut Forms, _: impl for<'t> Fn(&'t T) -> Option<&'t F>) -> String {
    F::form(forms)
}

macro_rules! basic {
    ($($type:ty)*) => {$(
        impl Form for $type {
            fn form(_: &mut Forms) -> String {
                stringify!($type).to_owned()
            }
        }
    )*};
}

basic!(bool u8 u16 u32 u64 i64 usize f64);

/// A type whose form is that of another.
macro_rules! as_other {
    ($($type:ty: $other:ty;)*) => {$(
        impl Form for $type {
            fn form(forms: &mut Forms) -> String {
                forms.define(stringify!($type), |forms| vec![<$other>::form(forms)])
            }
        }
    )*};
}

as_other! {
    Target: u32;
    Span: (u32, u32);
    Code: Box<str>;
}

/// Never written.
impl Form for Event {
    fn form(forms: &mut Forms) -> String {
        forms.define("Event", |_| vec!["none".to_owned()])
    }
}

impl Form for Box<str> {
    fn form(_: &mut Forms) -> String {
        "text".to_owned()
    }
}

impl Form for Arc<str> {
    fn form(_: &mut Forms) -> String {
        "text".to_owned()
    }
}

impl<T: Form> Form for Option<T> {
    fn form(forms: &mut Forms) -> String {
        format!("maybe {}", T::form(forms))
    }
}

impl<T: Form> Form for Vec<T> {
    fn form(forms: &mut Forms) -> String {
        format!("list of {}", T::form(forms))
    }
}

impl<A: Form, B: Form> Form for (A, B) {
    fn form(forms: &mut Forms) -> String {
        format!("{} {}", A::form(forms), B::form(forms))
    }
}

impl<I: Id, T: Form> Form for Table<I, T> {
    fn form(forms: &mut Forms) -> String {
        format!("list of {}", T::form(forms))
    }
}

impl Form for Pattern {
    fn form(forms: &mut Forms) -> String {
        forms.define("Pattern", |_| vec!["source: text".into(), "regex: text".into(), "size: usize".into()])
    }
}

/// One byte for each row: the number of its choice.
impl Form for Dialect {
    fn form(forms: &mut Forms) -> String {
        forms.define("Dialect", |_| {
            let choices = |row: Row| (0..row.choices().len()).map(move |at| choice(row, at));
            let row = |row: Row| format!("{}: {}", row.name(), choices(row).collect::<Vec<_>>().join(" | "));
            Row::ALL.into_iter().map(row).collect()
        })
    }
}

/// The variant of a choice; its words may change without another form.
fn choice(row: Row, at: usize) -> String {
    let mut dialect = Dialect::default();
    row.set(&mut dialect, at);
    let (text, field) = (format!("{dialect:?}"), format!(" {}: ", row.name()));
    let (_, after) = text.split_once(&field).expect("each row is a field");
    after.split([',', ' ']).next().unwrap_or_default().to_owned()
}

impl Form for Tables {
    fn form(forms: &mut Forms) -> String {
        /// The fields in the order in which they are written.
        macro_rules! fields {
            ($forms:ident: $($of:ty { $($field:ident)* })*) => {
                vec![$($(format!(
                    "{}: {}",
                    stringify!($field),
                    of_field($forms, |it: &$of| Some(&it.$field)),
                )),*),*]
            };
        }
        forms.define("Artifact", |forms| {
            fields! {
                forms:
                Tables {
                    kind code entry parts constants symbols places loops catches pattern_limits patterns slots
                    dialect
                }
                Debug { source sites spans origins }
            }
        })
    }
}

/// The version, then each type with what it consists of.
fn form() -> String {
    let mut forms = Forms::default();
    Tables::form(&mut forms);
    let mut text = format!("version {ARTIFACT_VERSION}\n");
    for (name, parts) in forms.0 {
        text.push_str(&format!("\n{name}\n"));
        for part in parts {
            text.push_str(&format!("    {part}\n"));
        }
    }
    text
}

#[test]
fn the_form_of_an_artifact_changes_with_its_version_only() {
    let (found, committed) = (form(), include_str!("form.txt"));
    if found == committed {
        return;
    }
    let version = format!("version {ARTIFACT_VERSION}\n");
    assert!(
        !committed.starts_with(&version),
        "the instructions, rows or fields of artifacts changed: raise ARTIFACT_VERSION, then run with UPDATE_DATA=1"
    );
    assert!(
        std::env::var_os("UPDATE_DATA").is_some(),
        "ARTIFACT_VERSION changed: run with UPDATE_DATA=1 to write the form of the new version"
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/program/artifact/form.txt");
    std::fs::write(path, found).expect("the form can be written");
}
