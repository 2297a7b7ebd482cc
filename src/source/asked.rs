//! Further texts of one side: those that a text refers to and that nothing in them made worth keeping.
//!
//! Takes paths as the user would type them; gives texts, or why there are none. What leads out of the repository is not
//! read, and neither is what Git ignores: it differs from one machine to the next.

use super::disk::{self, Filter, Look, slashes};
use super::git::Repository;
use super::{Absence, Source, SourceError, Wanted};
use std::path::{Component, Path, PathBuf};

/// Where one side of a run came from.
#[derive(Clone, Debug, Default)]
pub enum Door {
    /// Nowhere that could be asked: standard input, single files.
    #[default]
    Closed,
    /// The disk below a folder that is no repository. Paths count from there; the second is what texts are shown with.
    Folder(PathBuf, Option<String>),
    WorkTree(Repository),
    Index(Repository),
    /// A commit or a tree by its id, and what the user calls it.
    Revision(Repository, String, String),
}

/// What became of a path.
#[derive(Clone, Debug)]
pub enum Answer {
    Text(Source),
    Absent(Absence),
}

impl Door {
    /// Answers in the order of `wanted`.
    pub fn ask(&self, wanted: &[Wanted], filter: &Filter, cwd: &Path) -> Result<Vec<Answer>, SourceError> {
        let cwd = disk::real(cwd)?;
        match self {
            Door::Closed => Ok(wanted.iter().map(|_| Answer::Absent(Absence::Unknown)).collect()),
            Door::Folder(root, origin) => {
                let root = disk::real(root)?;
                Ok(wanted.iter().map(|one| in_folder(one, &root, origin.as_ref(), filter)).collect())
            }
            Door::WorkTree(repository) => repository.ask_work_tree(wanted, filter, &cwd),
            Door::Index(repository) => repository.ask_index(wanted, filter, &cwd),
            Door::Revision(repository, oid, name) => repository.ask_revision((oid, name), wanted, filter, &cwd),
        }
    }
}

/// Outside of a repository a file that is not there proves nothing: the folder may be a part of something.
fn in_folder(wanted: &Wanted, root: &Path, origin: Option<&String>, filter: &Filter) -> Answer {
    let Some(inside) = inside(&wanted.path, root, root) else { return Answer::Absent(Absence::Unknown) };
    if filter.excludes(Path::new(&inside), false) {
        return Answer::Absent(Absence::Unknown);
    }
    match OnDisk::of(root, &inside) {
        OnDisk::File(path) if wanted.text => match read(&wanted.path, path, filter) {
            Answer::Text(source) => Answer::Text(Source { origin: origin.cloned(), ..source }),
            absent => absent,
        },
        OnDisk::File(_) | OnDisk::Folder => Answer::Absent(Absence::There),
        OnDisk::Nothing | OnDisk::Outside => Answer::Absent(Absence::Unknown),
    }
}

/// What stands on the disk at a path.
pub(super) enum OnDisk {
    /// A file, by its path without links.
    File(PathBuf),
    Folder,
    Nothing,
    /// A link leads out of the root.
    Outside,
}

impl OnDisk {
    /// Looks below `root`, which has no links in it.
    pub(super) fn of(root: &Path, inside: &str) -> OnDisk {
        let path = root.join(inside);
        let Ok(real) = disk::real(&path) else {
            // A link that leads nowhere in the tree is not followed further to find out.
            let is_link = path.symlink_metadata().is_ok_and(|about| about.is_symlink());
            let out = is_link && std::fs::read_link(&path).is_ok_and(|to| to.is_absolute());
            return if out { OnDisk::Outside } else { OnDisk::Nothing };
        };
        let Ok(below) = real.strip_prefix(root) else { return OnDisk::Outside };
        match real.metadata() {
            _ if below.starts_with(".git") => OnDisk::Outside,
            Ok(about) if about.is_dir() => OnDisk::Folder,
            Ok(about) if about.is_file() => OnDisk::File(real),
            _ => OnDisk::Nothing,
        }
    }
}

/// The text of a file, whatever is in it.
pub(super) fn read(name: &str, path: PathBuf, filter: &Filter) -> Answer {
    let look = disk::read_files(std::slice::from_ref(&path), filter, true).pop().flatten();
    match look {
        Some(Look::Text(text)) => Answer::Text(Source { path: name.to_string(), origin: None, disk: Some(path), text }),
        _ => Answer::Absent(Absence::There),
    }
}

/// A path as the user would type it from `cwd`, relative to `root`; `None` when it leads out of there.
pub(super) fn inside(path: &str, cwd: &Path, root: &Path) -> Option<String> {
    let mut whole = PathBuf::new();
    for part in cwd.join(path).components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole.strip_prefix(root).ok().map(slashes).filter(|inside| inside != ".git" && !inside.starts_with(".git/"))
}
