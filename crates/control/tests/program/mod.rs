//! The program of the example under control, with what an operator was told.

#![allow(dead_code, reason = "each test uses a part")]

use std::sync::{Arc, Mutex};

use probelang_control::Adapter;
use probelang_probe::{Change, Probes, Timestamp};

use crate::shop::Shop;

#[derive(Default)]
pub struct Program {
    pub shop: Shop,
    notes: Mutex<Vec<String>>,
}

impl Adapter for Program {
    fn apply(&self, probes: &Arc<Probes>, changes: Vec<Change>, now: Timestamp) {
        self.shop.apply(probes, changes, now);
    }

    fn note(&self, note: &str) {
        self.notes.lock().unwrap().push(note.to_owned());
    }
}

impl Program {
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }

    pub fn has_noted(&self, text: &str) -> bool {
        self.notes().iter().any(|note| note.contains(text))
    }
}
