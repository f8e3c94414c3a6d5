//! Watches the folders on which a probe file depends.

use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::gate::Bell;
use crate::guard::Folder;

/// Rings when something changes in one of the folders. A file is never watched: what replaces it would not be.
pub(crate) struct Watch {
    watcher: Option<RecommendedWatcher>,
    folders: Vec<Folder>,
    /// Folders that cannot be watched, so that this is not tried again and again.
    unwatched: Vec<Folder>,
    /// What the system says of that, until it is taken.
    problem: Option<String>,
}

impl Watch {
    pub fn new(bell: &Arc<Bell>) -> Self {
        let bell = Arc::clone(bell);
        let made = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.map_or(true, |event| is_change(event.kind)) {
                bell.ring();
            }
        });
        let (watcher, problem) = match made {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self { watcher, folders: Vec::new(), unwatched: Vec::new(), problem }
    }

    /// Watches these folders and no others; says whether that is something new, so that what happened before counts too.
    pub fn follow(&mut self, wanted: &[Folder]) -> bool {
        if self.folders == wanted {
            return false;
        }
        let Some(watcher) = &mut self.watcher else { return false };
        for gone in self.folders.iter().filter(|folder| !wanted.contains(folder)) {
            // a folder that was deleted is not watched any more
            let _ = watcher.unwatch(&gone.path);
        }
        self.unwatched.retain(|folder| wanted.contains(folder));
        let mut is_new = false;
        for folder in wanted {
            if self.folders.contains(folder) || self.unwatched.contains(folder) {
                continue;
            }
            match watcher.watch(&folder.path, RecursiveMode::NonRecursive) {
                Ok(()) => is_new = true,
                Err(error) => {
                    self.problem = Some(error.to_string());
                    self.unwatched.push(folder.clone());
                }
            }
        }
        self.folders = wanted.iter().filter(|folder| !self.unwatched.contains(folder)).cloned().collect();
        is_new
    }

    /// Why something cannot be watched, once.
    pub fn problem(&mut self) -> Option<String> {
        self.problem.take()
    }
}

/// Whether an event says that a folder may have changed. Reading it says none.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}
