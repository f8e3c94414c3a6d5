//! The data of a call, input by input.

use std::ops::ControlFlow;

use probelang::InputError;
use probelang::snapshot::{InputReader, Item, Mode};

use crate::arguments::Arguments;
use crate::failed::Failed;
use crate::folders::Folders;

/// A text of documents or recorded snapshots: one JSON text, or one for each line.
pub(crate) struct Data {
    text: String,
    /// What messages call it.
    name: String,
}

/// Where an input is from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From {
    /// Its number, from 0.
    pub index: usize,
    /// Its line in the data, from 1, if there are several.
    pub line: Option<u64>,
}

impl Data {
    /// The data of a call; none if it has none.
    pub fn of(arguments: &Arguments, folders: &Folders) -> Result<Option<Self>, Failed> {
        match (&arguments.data, &arguments.file) {
            (None, None) => Ok(None),
            (Some(json), None) => Ok(Some(Self { text: json.get().to_owned(), name: "<data>".to_owned() })),
            (None, Some(file)) => Ok(Some(Self { text: folders.read(file)?, name: file.clone() })),
            (Some(_), Some(_)) => {
                Err(Failed::arguments("there are both `data` and `file`", "give one of them"))
            }
        }
    }

    /// The same where there must be some.
    pub fn need(arguments: &Arguments, folders: &Folders) -> Result<Self, Failed> {
        Self::of(arguments, folders)?.ok_or_else(|| {
            Failed::arguments("there is no data", "give a document or snapshot as `data`, or name a `file`")
        })
    }

    /// Goes through the inputs, until `each` breaks.
    pub fn each(&self, mut each: impl FnMut(From, Result<Item<'_>, InputError>) -> ControlFlow<()>) {
        let mut reader = InputReader::new();
        let lines = || self.text.lines().zip(1_u64..).filter(|(line, _)| !line.trim().is_empty());
        // several lines are one text if they read as one
        let several = lines().nth(1).is_some() && reader.read(self.text.as_bytes(), Mode::Auto).is_err();
        let mut index = 0_usize;
        let mut read = |text: &str, line: Option<u64>| -> ControlFlow<()> {
            let items = match reader.read(text.as_bytes(), Mode::Auto) {
                Ok(items) => items,
                Err(error) => {
                    let from = From { index, line };
                    index = index.saturating_add(1);
                    return each(from, Err(error));
                }
            };
            for item in items {
                let from = From { index, line };
                index = index.saturating_add(1);
                each(from, item)?;
            }
            ControlFlow::Continue(())
        };
        if several {
            let _ = lines().try_for_each(|(text, line)| read(text, Some(line)));
        } else {
            let _ = read(&self.text, None);
        }
    }

    /// What is wrong with an input, with its place.
    pub fn unusable(&self, line: Option<u64>, error: &InputError) -> String {
        let (name, diagnostic) = error.diagnose(&self.name, line);
        format!("{name}: {}", diagnostic.message)
    }
}
