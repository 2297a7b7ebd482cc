//! The disk and standard input.
//!
//! Takes paths as the user typed them and a [`Filter`]; gives [`Sources`] under the paths that the user would type. It
//! knows of Git only that some ignored files may be tracked all the same; revisions and the index are `git`'s.

mod filter;
mod scan;

use std::collections::HashSet;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

pub use filter::Filter;
pub(super) use filter::{LARGEST, Look};
pub(super) use scan::{Found, Scan, Scanned, read_files, threads};

use super::{Side, Source, SourceError, Sources, Unreadable, git};

/// Reads files below `roots`, which are relative to `cwd`; no roots at all means `cwd` itself.
///
/// Folders are walked in parallel. Git's ignore rules are honoured, hidden files are read, links are not followed, and
/// tracked files are read even where they are ignored. A file given as a root is kept whatever its name or content.
/// The filter's exclude patterns are relative to the root of the work tree that `cwd` is in, or else to `cwd`.
pub fn walk(cwd: &Path, roots: &[PathBuf], filter: &Filter) -> Result<Sources, SourceError> {
    let cwd = real(cwd)?;
    let work_tree = git::work_tree_above(&cwd);
    let mut folders = Vec::new();
    let mut files = Vec::new();
    let here = [PathBuf::from(".")];
    for root in if roots.is_empty() { &here[..] } else { roots } {
        let path = cwd.join(root);
        match path.metadata() {
            Ok(about) if about.is_dir() => folders.push((real(&path)?, typed(&cwd, root))),
            Ok(_) => files.push((path, typed(&cwd, root))),
            Err(_) => return Err(no_such_path(&typed(&cwd, root))),
        }
    }
    let scan = Scan {
        filter,
        base: work_tree.as_deref().unwrap_or(&cwd),
        in_repository: !folders.is_empty() && folders.iter().all(|(it, _)| git::work_tree_above(it).is_some()),
        skip_nested: false,
    };
    let mut head = Sources::empty(Side::Head);
    let Scanned { mut found, seen, .. } = scan_with_tracked(&scan, &folders, work_tree.as_deref());
    head.seen = seen + files.len();
    let paths: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    for ((path, name), look) in files.into_iter().zip(read_files(&paths, filter, true)) {
        found.retain(|other| other.path != path);
        head.take(name, None, Some(path), look.unwrap_or(Look::Skip));
    }
    for Found { path, text } in found {
        let inside = folders.iter().find_map(|(folder, name)| Some((path.strip_prefix(folder).ok()?, name)));
        let name = inside.map_or_else(|| slashes(&path), |(rest, name)| join(name, &slashes(rest)));
        let look = text.map_or_else(Look::Unreadable, Look::Text);
        head.take(name, None, Some(path), look);
    }
    head.settle();
    Ok(head)
}

/// Reads standard input, or whatever stands for it.
pub fn stdin(mut input: impl Read) -> Result<Source, SourceError> {
    let mut bytes = Vec::new();
    (&mut input)
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| SourceError::Outside(format!("standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(SourceError::Request("standard input is larger than 20 MiB; give it in parts".into()));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        SourceError::Request(
            "standard input is not UTF-8 text; convert it first, for example with `iconv -t UTF-8`".into(),
        )
    })?;
    Ok(Source { path: "-".into(), origin: Some("standard input".into()), disk: None, text })
}

/// Reads two files, or two folders, as the two sides of a change.
///
/// In folders a path is relative to its folder, so that the two sides pair up, and the origin is the folder as it was
/// typed, with a `/` at its end.
pub fn pair_of_paths(old: &Path, new: &Path, filter: &Filter) -> Result<(Sources, Sources), SourceError> {
    let is_folder = |path: &Path| match path.metadata() {
        Ok(about) => Ok(about.is_dir()),
        Err(_) => Err(no_such_path(&path.display().to_string())),
    };
    match (is_folder(old)?, is_folder(new)?) {
        (true, true) => Ok((one_folder(old, Side::Base, filter)?, one_folder(new, Side::Head, filter)?)),
        (false, false) => {
            let name = |path| join(&typed(Path::new(""), path), "");
            let mut sides = (Sources::empty(Side::Base), Sources::empty(Side::Head));
            let mut looks = read_files(&[old.to_path_buf(), new.to_path_buf()], filter, true).into_iter().flatten();
            sides.0.take(name(old), None, Some(old.to_path_buf()), looks.next().unwrap_or(Look::Skip));
            sides.1.take(name(new), None, Some(new.to_path_buf()), looks.next().unwrap_or(Look::Skip));
            (sides.0.seen, sides.1.seen) = (1, 1);
            Ok(sides)
        }
        _ => Err(SourceError::Request(format!(
            "{} and {} are not alike; give two files or two folders",
            old.display(),
            new.display()
        ))),
    }
}

fn one_folder(folder: &Path, side: Side, filter: &Filter) -> Result<Sources, SourceError> {
    let mut sources = walk(folder, &[], filter)?;
    sources.side = side;
    let origin = format!("{}/", slashes(folder).trim_end_matches('/'));
    for source in &mut sources.files {
        source.origin = Some(origin.clone());
    }
    for unreadable in &mut sources.unreadable {
        unreadable.name = format!("{origin}{}", unreadable.name);
    }
    Ok(sources)
}

/// Walks the folders and asks Git meanwhile for tracked files; those that the walk left out are read as well.
fn scan_with_tracked(scan: &Scan<'_>, folders: &[(PathBuf, String)], work_tree: Option<&Path>) -> Scanned {
    let only_folders: Vec<PathBuf> = folders.iter().map(|(folder, _)| folder.clone()).collect();
    let (mut scanned, tracked) = std::thread::scope(|threads| {
        let tracked = work_tree
            .filter(|_| !folders.is_empty())
            .map(|root| threads.spawn(move || git::tracked(root, scan.filter)));
        (scan.folders(&only_folders), tracked.and_then(|thread| thread.join().ok()).unwrap_or_default())
    });
    let opened: HashSet<&Path> = scanned.opened.iter().map(|(path, _)| path.as_path()).collect();
    let missed: Vec<PathBuf> = tracked
        .into_iter()
        .filter(|path| !opened.contains(path.as_path()) && only_folders.iter().any(|folder| path.starts_with(folder)))
        .filter(|path| path.symlink_metadata().is_ok_and(|about| about.is_file()))
        .collect();
    scanned.found.extend(found(&missed, scan.filter));
    scanned.seen += missed.len();
    scanned
}

/// Reads files and gives those that are worth keeping.
pub(super) fn found(paths: &[PathBuf], filter: &Filter) -> Vec<Found> {
    let looks = read_files(paths, filter, false);
    let kept = paths.iter().zip(looks).filter_map(|(path, look)| {
        let text = match look? {
            Look::Skip => return None,
            Look::Text(text) => Ok(text),
            Look::Unreadable(why) => Err(why),
        };
        Some(Found { path: path.clone(), text })
    });
    kept.collect()
}

impl Sources {
    /// Adds what became of one file, under the name `path`.
    pub(super) fn take(&mut self, path: String, origin: Option<String>, disk: Option<PathBuf>, look: Look) {
        match look {
            Look::Skip => {}
            Look::Text(text) => drop(self.push(Source { path, origin, disk, text })),
            Look::Unreadable(why) => {
                let name = origin.map_or(path.clone(), |origin| format!("{origin}:{path}"));
                self.unreadable.push(Unreadable { name, why });
            }
        }
    }

    /// Puts everything into the order that is promised, each file once.
    pub(super) fn settle(&mut self) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.files.dedup_by(|a, b| a.path == b.path);
        self.unreadable.sort_by(|a, b| a.name.cmp(&b.name));
        self.unreadable.dedup_by(|a, b| a.name == b.name);
    }
}

/// The path without links and `..`, as Git sees it.
pub(super) fn real(path: &Path) -> Result<PathBuf, SourceError> {
    let path = path.canonicalize().map_err(|_| no_such_path(&path.display().to_string()))?;
    // Git and people do not speak Windows' verbatim paths.
    Ok(match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(plain) if cfg!(windows) && !plain.starts_with("UNC") => PathBuf::from(plain),
        _ => path,
    })
}

/// A path with `/` between its parts, and no `.` among them.
pub(super) fn slashes(path: &Path) -> String {
    let mut text = String::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::RootDir => text.push('/'),
            part => {
                if !text.is_empty() && !text.ends_with('/') {
                    text.push('/');
                }
                text.push_str(&part.as_os_str().to_string_lossy());
            }
        }
    }
    text
}

pub(super) fn no_such_path(name: &str) -> SourceError {
    SourceError::Request(format!("no such file or folder: {name}; check the spelling, and the folder you are in"))
}

/// What the user typed, cleaned; relative to `cwd` when it is below it.
fn typed(cwd: &Path, root: &Path) -> String {
    slashes(root.strip_prefix(cwd).unwrap_or(root))
}

fn join(folder: &str, rest: &str) -> String {
    match (folder, rest) {
        ("", _) => rest.to_owned(),
        (_, "") => folder.to_owned(),
        _ => format!("{}/{rest}", folder.trim_end_matches('/')),
    }
}
