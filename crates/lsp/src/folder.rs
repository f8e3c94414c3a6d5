//! What the project of a folder says, and whether that is still so.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use probelang::Engine;
use probelang::check::regex::PatternCache;
use probelang_project::{NAME, Project};

/// Makes the engine of a project: what the command line says comes before what the project says.
pub type MakeEngine = Box<dyn Fn(&Project) -> Engine + Send>;

/// How long what was read of a project is believed, in milliseconds.
const BELIEVED: u64 = 1_000;

/// The project of a folder.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) project: Project,
    pub(crate) engine: Engine,
    /// Why the file, or one that it names, is of no use.
    pub(crate) problem: Option<String>,
    /// Counts how often a project was read: what was found under another number is old.
    pub(crate) generation: u64,
    stamps: Vec<(PathBuf, Option<(SystemTime, u64)>)>,
    looked_at: u64,
}

/// The projects of all folders that were asked for.
pub(crate) struct Folders {
    make: MakeEngine,
    /// Whether files are looked for at all.
    looks: bool,
    known: HashMap<Option<PathBuf>, Arc<Folder>>,
    generation: u64,
}

impl Folders {
    pub(crate) fn new(make: MakeEngine, looks: bool) -> Self {
        Self { make, looks, known: HashMap::new(), generation: 0 }
    }

    /// The project of a file; of no file the one that says nothing. `now` is in milliseconds.
    pub(crate) fn of(&mut self, file: Option<&Path>, now: u64) -> Arc<Folder> {
        let key = file.filter(|_| self.looks).and_then(Path::parent).map(Path::to_path_buf);
        if let Some(folder) = self.known.get(&key)
            && (now < folder.looked_at.saturating_add(BELIEVED) || folder.is_current())
        {
            return Arc::clone(folder);
        }
        self.generation = self.generation.saturating_add(1);
        let folder = Arc::new(self.read(key.as_deref(), now));
        self.known.insert(key, Arc::clone(&folder));
        folder
    }

    /// Whether a project is read from a file, or would be if it were there.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        let is_read = |folder: &Arc<Folder>| folder.stamps.iter().any(|(known, _)| known == path);
        path.file_name().is_some_and(|name| name == NAME) || self.known.values().any(is_read)
    }

    /// Looks at the files again, whatever their times say.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    fn read(&self, folder: Option<&Path>, now: u64) -> Folder {
        let mut stamps: Vec<PathBuf> = Vec::new();
        let mut problem = None;
        let mut project = Project::default();
        if let Some(folder) = folder {
            // a file that appears nearer counts, too
            for above in folder.ancestors() {
                let path = above.join(NAME);
                let is_there = path.exists();
                stamps.push(path);
                if is_there {
                    break;
                }
            }
            match Project::find(folder) {
                Ok(found) => project = found.unwrap_or_default(),
                Err(error) => problem = Some(error.to_string()),
            }
        }
        stamps.extend(project.schema.iter().chain(&project.data).cloned());
        let stamps = stamps.into_iter().map(|path| (stamp(&path), path)).map(|(stamp, path)| (path, stamp));
        let stamps = stamps.collect();
        let mut engine = (self.make)(&project).keeping_patterns(PatternCache::default());
        if engine.known_names().is_none() {
            match project.known_names(&engine) {
                Ok(Some(schema)) => engine = engine.schema(schema),
                Ok(None) => {}
                Err(error) => problem = Some(error.to_string()),
            }
        }
        Folder { project, engine, problem, generation: self.generation, stamps, looked_at: now }
    }
}

impl Folder {
    fn is_current(&self) -> bool {
        self.stamps.iter().all(|(path, known)| stamp(path) == *known)
    }
}

/// When a file was changed last, and its size.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
