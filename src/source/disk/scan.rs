//! The parallel walk: every file below some folders, read once, judged, and mostly forgotten.
//!
//! Takes absolute or relative folders and a [`Filter`]; gives what was kept, under the paths at which it was opened. It does not
//! know what the user calls these files: the doors name them.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};
use rayon::prelude::*;

use super::filter::{Filter, LARGEST, Look};

/// A file that was kept, and its text or why there is none.
pub(in crate::source) struct Found {
    pub path: PathBuf,
    pub text: Result<String, String>,
}

/// What a walk came by.
#[derive(Default)]
pub(in crate::source) struct Scanned {
    pub found: Vec<Found>,
    /// Every path whose name was worth opening, kept or not, with the file's state when it was opened.
    pub opened: Vec<(PathBuf, Option<Metadata>)>,
    /// How many files there were, opened or not.
    pub seen: usize,
}

/// How to walk.
pub(in crate::source) struct Scan<'a> {
    pub filter: &'a Filter,
    /// The folder to which exclude patterns are relative.
    pub base: &'a Path,
    /// Whether `base` is the root of a Git work tree: ignore files outside of it do not count then.
    pub in_repository: bool,
    /// Whether to stay out of repositories inside this one (submodules), of which the outer history knows nothing.
    pub skip_nested: bool,
}

impl Scan<'_> {
    /// Reads everything below `folders`.
    pub fn folders(&self, folders: &[PathBuf]) -> Scanned {
        let Some((first, others)) = folders.split_first() else { return Scanned::default() };
        let mut builder = WalkBuilder::new(first);
        for folder in others {
            builder.add(folder);
        }
        // `.ignore` files mean nothing to Git, and both sides of a comparison must have the same files.
        builder.hidden(false).ignore(false).require_git(self.in_repository).follow_links(false).threads(threads());
        let all = Mutex::new(Scanned::default());
        builder.build_parallel().run(|| {
            let mut worker = Worker { scan: self, buffer: Vec::new(), mine: Scanned::default(), all: &all };
            Box::new(move |entry| worker.visit(entry))
        });
        all.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Whether to stay out of a folder below the ones walked.
    fn skips(&self, folder: &Path) -> bool {
        folder.file_name().is_some_and(|name| name == ".git")
            || self.excludes(folder, true)
            || (self.skip_nested && folder.join(".git").symlink_metadata().is_ok())
    }

    fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.filter.has_excludes()
            && path.strip_prefix(self.base).is_ok_and(|inside| self.filter.excludes(inside, is_folder))
    }
}

/// Reads files whose paths are known, in parallel; answers in the same order. `None`: there is no regular file there.
/// A file that was `given` by the user may also be a link or a pipe, and is kept whatever is in it.
pub(in crate::source) fn read_files(paths: &[PathBuf], filter: &Filter, given: bool) -> Vec<Option<Look>> {
    let read = |buffer: &mut Vec<u8>, path: &PathBuf| {
        let about = if given { path.metadata() } else { path.symlink_metadata() }.ok()?;
        if about.is_file() {
            read_open(path, Some(about.len()), filter, given, buffer, &mut None)
        } else if given && !about.is_dir() {
            let mut content = Vec::new();
            let result = File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut content));
            Some(
                result
                    .map_or_else(|error| unreadable(&error), |_| filter.look(&path.to_string_lossy(), &content, given)),
            )
        } else {
            None
        }
    };
    if paths.len() < 64 {
        let mut buffer = Vec::new();
        return paths.iter().map(|path| read(&mut buffer, path)).collect();
    }
    paths.par_iter().with_min_len(32).map_init(Vec::new, read).collect()
}

/// One thread of a walk; hands over what it has when it is dropped.
struct Worker<'a> {
    scan: &'a Scan<'a>,
    buffer: Vec<u8>,
    mine: Scanned,
    all: &'a Mutex<Scanned>,
}

impl Worker<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.failed(&error);
                return WalkState::Continue;
            }
        };
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        if kind.is_dir() {
            return if entry.depth() > 0 && self.scan.skips(entry.path()) {
                WalkState::Skip
            } else {
                WalkState::Continue
            };
        }
        if kind.is_file() {
            self.mine.seen += 1;
            let name = entry.file_name();
            let wanted = match name.to_str() {
                Some(name) => self.scan.filter.wants_name(name),
                None => self.scan.filter.wants_name(&name.to_string_lossy()),
            };
            let passed = || self.scan.filter.passes_over(entry.path());
            if wanted && !self.scan.excludes(entry.path(), false) && !passed() {
                self.open(entry.into_path());
            }
        }
        WalkState::Continue
    }

    fn open(&mut self, path: PathBuf) {
        let given = self.scan.filter.keeps(&path);
        let mut about = None;
        let look = read_open(&path, None, self.scan.filter, given, &mut self.buffer, &mut about);
        match look {
            Some(Look::Text(text)) => self.mine.found.push(Found { path: path.clone(), text: Ok(text) }),
            Some(Look::Unreadable(why)) => self.mine.found.push(Found { path: path.clone(), text: Err(why) }),
            Some(Look::Skip) | None => {}
        }
        self.mine.opened.push((path, about));
    }

    /// A folder that cannot be entered may hide what matters; say so. What vanished meanwhile is not worth a word.
    fn failed(&mut self, error: &ignore::Error) {
        let Some(io) = error.io_error() else { return };
        if io.kind() != ErrorKind::NotFound
            && let Some(path) = path_of(error)
        {
            let why = format!("the folder cannot be read ({io}); change its permissions, or exclude it");
            self.mine.found.push(Found { path: path.to_path_buf(), text: Err(why) });
        }
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mine = std::mem::take(&mut self.mine);
        let mut all = self.all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.found.extend(mine.found);
        all.opened.extend(mine.opened);
        all.seen += mine.seen;
    }
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// Reads and judges one regular file with as few system calls as can be: open, size, read. `None`: it is gone. Where the size is
/// not known before, `about` is what was asked to find out.
fn read_open(
    path: &Path,
    size: Option<u64>,
    filter: &Filter,
    given: bool,
    buffer: &mut Vec<u8>,
    about: &mut Option<Metadata>,
) -> Option<Look> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let mut read = || {
        let mut file = File::open(path)?;
        let size = match size {
            Some(size) => size,
            None => about.insert(file.metadata()?).len(),
        };
        if size > LARGEST {
            return Ok(filter.look_at_large(&name, file, given));
        }
        let size = size as usize;
        if buffer.len() < size {
            buffer.resize(size.next_multiple_of(64 * 1024), 0);
        }
        let mut end = 0;
        while end < size {
            match file.read(&mut buffer[end..size]) {
                Ok(0) => break,
                Ok(count) => end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filter.look(&name, &buffer[..end], given))
    };
    match read() {
        Ok(look) => Some(look),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => Some(unreadable(&error)),
    }
}

fn unreadable(error: &std::io::Error) -> Look {
    Look::Unreadable(format!("it cannot be read ({error}); change its permissions, or exclude it"))
}

/// How many threads read at the same time: waiting for the disk is worth a second one even on a single core.
pub(in crate::source) fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 12))
}
