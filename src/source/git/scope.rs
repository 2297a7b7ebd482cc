//! Which part of a repository is asked about, and what its files are called.
//!
//! Takes paths as the user typed them; gives paths relative to the repository root, and back.

use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Repository;
use crate::source::SourceError;
use crate::source::disk::{no_such_path, real, slashes};

/// More paths than this are not told to Git, whose command line is not endless; they are picked out of its answer.
const MOST_PATHSPECS: usize = 200;

/// A part of a repository, seen from one folder.
pub(super) struct Scope {
    roots: Vec<Root>,
    /// Where the user is: parts of the path from the repository root, or else how the root is reached from there.
    from: Result<Vec<String>, String>,
}

struct Root {
    /// Relative to the repository root; empty for all of it.
    path: String,
    /// As the user typed it.
    typed: String,
    disk: PathBuf,
    on_disk: OnDisk,
    /// Whether any file of it was met in what Git listed.
    met: AtomicBool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OnDisk {
    Folder,
    File,
    Nothing,
}

impl Scope {
    /// The part below `roots`, which are relative to `cwd`; no roots at all means `cwd` itself.
    pub fn new(repository: &Repository, roots: &[PathBuf], cwd: &Path) -> Result<Scope, SourceError> {
        let (cwd, top) = (real(cwd)?, repository.root());
        let here = [PathBuf::from(".")];
        let roots = if roots.is_empty() { &here[..] } else { roots };
        let roots = roots.iter().map(|root| Root::new(root, &cwd, top)).collect::<Result<_, _>>()?;
        let from = match cwd.strip_prefix(top) {
            Ok(inside) => Ok(inside.iter().map(|part| part.to_string_lossy().into_owned()).collect()),
            Err(_) => Err(relative(&cwd, top)),
        };
        Ok(Scope { roots, from })
    }

    /// Whether a file is asked about. Remembers for [`Scope::check`] that there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        let mut any = false;
        for root in self.roots.iter().filter(|root| root.contains(path)) {
            root.met.store(true, Ordering::Relaxed);
            any = true;
        }
        any
    }

    /// Whether the user named exactly this file.
    pub fn gives(&self, path: &str) -> bool {
        self.roots.iter().any(|root| root.path == path)
    }

    /// The folders and the files asked about that are on disk.
    pub fn on_disk(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let of =
            |kind| self.roots.iter().filter(move |root| root.on_disk == kind).map(|root| root.disk.clone()).collect();
        (of(OnDisk::Folder), of(OnDisk::File))
    }

    /// Tells Git what is asked about, as far as that narrows its work.
    pub fn pathspecs(&self) -> impl Iterator<Item = &str> {
        let narrow = self.roots.len() <= MOST_PATHSPECS && self.roots.iter().all(|root| !root.path.is_empty());
        self.roots.iter().filter(move |_| narrow).map(|root| root.path.as_str())
    }

    /// A file as the user would type it.
    pub fn show(&self, path: &str) -> String {
        let from = match &self.from {
            Ok(from) => from,
            Err(way) => return format!("{way}/{path}"),
        };
        let mut rest = path;
        for (depth, part) in from.iter().enumerate() {
            match rest.strip_prefix(part.as_str()).and_then(|rest| rest.strip_prefix('/')) {
                Some(below) => rest = below,
                None => return format!("{}{rest}", "../".repeat(from.len() - depth)),
            }
        }
        rest.to_owned()
    }

    /// An error if the user named something that Git did not list and, if `disk_counts`, that is not on disk either.
    pub fn check(&self, disk_counts: bool) -> Result<(), SourceError> {
        let there = |root: &&Root| {
            root.path.is_empty() || root.met.load(Ordering::Relaxed) || (disk_counts && root.on_disk != OnDisk::Nothing)
        };
        match self.roots.iter().find(|root| !there(root)) {
            Some(root) => Err(no_such_path(&root.typed)),
            None => Ok(()),
        }
    }
}

impl Root {
    fn new(root: &Path, cwd: &Path, top: &Path) -> Result<Root, SourceError> {
        let disk = real_as_far_as_it_goes(&cwd.join(root))?;
        let typed = slashes(root);
        let Ok(inside) = disk.strip_prefix(top) else {
            let (shown, top) = (root.display(), top.display());
            return Err(SourceError::Request(format!(
                "{shown} is outside of the repository {top}; use --no-base to check it as it is"
            )));
        };
        let on_disk = match disk.metadata() {
            Ok(about) if about.is_dir() => OnDisk::Folder,
            Ok(_) => OnDisk::File,
            Err(_) => OnDisk::Nothing,
        };
        Ok(Root { path: slashes(inside), typed, on_disk, disk, met: AtomicBool::new(false) })
    }

    fn contains(&self, path: &str) -> bool {
        match path.strip_prefix(self.path.as_str()) {
            Some(rest) => self.path.is_empty() || rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

/// A path without links, even if its last parts are gone.
fn real_as_far_as_it_goes(path: &Path) -> Result<PathBuf, SourceError> {
    let mut gone = Vec::new();
    let mut there = path;
    while there.symlink_metadata().is_err() {
        match (there.components().next_back(), there.parent()) {
            (Some(Component::Normal(name)), Some(parent)) => {
                gone.push(name);
                there = parent;
            }
            _ => return Err(no_such_path(&path.display().to_string())),
        }
    }
    let mut path = real(there)?;
    path.extend(gone.into_iter().rev());
    Ok(path)
}

/// How `to` is reached from `from`, both absolute.
fn relative(from: &Path, to: &Path) -> String {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
