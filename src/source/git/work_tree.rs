//! A revision and the work tree, side by side.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::thread::scope as together;

use super::index::Index;
use super::lists::{Changes, Listed};
use super::scope::Scope;
use super::sides::{Looks, joined, share_unchanged, side, with_changed};
use super::{Pair, Repository};
use crate::source::disk::{Filter, Found, Look, Scan, Scanned, found, read_files};
use crate::source::{Side, SourceError};

/// Of more files than this Git is asked about all at once.
const MOST_DOUBTFUL: usize = 200;

impl Repository {
    /// What the commit or tree `base` (an object id) and the work tree hold. `base_name` is what the user calls the base.
    ///
    /// Untracked files that are not ignored belong to the work tree. Only changed texts are read from the object database.
    pub fn against_work_tree(
        &self,
        base: &str,
        base_name: &str,
        roots: &[PathBuf],
        filter: &Filter,
        cwd: &Path,
    ) -> Result<Pair, SourceError> {
        let scope = Scope::new(self, roots, cwd)?;
        let (folders, files) = scope.on_disk();
        let noted = self.read_index();
        // What differs from the index is found on the way, without Git.
        let asked = if noted.is_some() { vec!["--cached", base] } else { vec![base] };
        let (changes, index, scanned) = together(|threads| {
            let changes = threads.spawn(|| self.changes(&asked, &scope));
            let index = threads.spawn(|| match &noted {
                Some(noted) => Ok(Listed::of(noted, &scope, filter)),
                None => self.list_index(&scope, filter),
            });
            let scan = Scan { filter, base: self.root(), in_repository: true, skip_nested: true };
            (joined(changes), joined(index), scan.folders(&folders))
        });
        let (mut changes, index) = (changes?, index?);
        if let Some(noted) = &noted {
            self.changes_on_disk(noted, &scanned, base, &scope, &mut changes)?;
        }
        scope.check(true)?;
        let mut base_looks = self.old_versions(&changes, &scope, filter)?;
        let (head_looks, seen) = self.head_looks(scanned, &index, &files, filter);
        let tracked: HashSet<&str> = index.entries.iter().map(|entry| entry.path.as_str()).collect();
        share_unchanged(&mut base_looks, &head_looks, |path| tracked.contains(path) && !changes.contains_key(path));
        let changed: Vec<String> = {
            let is_untracked =
                |path: &&String| !tracked.contains(path.as_str()) && !changes.contains_key(path.as_str());
            head_looks.keys().filter(is_untracked).chain(changes.keys()).cloned().collect()
        };
        let base_side = side(Side::Base, base_looks, index.count, &scope, |_| (Some(base_name.to_owned()), None));
        let head_side = side(Side::Head, head_looks, seen, &scope, |path| (None, Some(self.root().join(path))));
        Ok(with_changed((base_side, head_side), &changed, &scope))
    }

    /// Adds to the changes between the base and the index those that are only on disk. Git is asked about files that may differ
    /// from the index, and most often there are none.
    fn changes_on_disk(
        &self,
        noted: &Index,
        scanned: &Scanned,
        base: &str,
        scope: &Scope,
        changes: &mut Changes,
    ) -> Result<(), SourceError> {
        let opened = scanned.opened.iter().filter_map(|(path, about)| Some((path.as_path(), about.as_ref()?)));
        let doubtful = noted.doubtful(self.root(), scope, &opened.collect());
        if doubtful.len() > MOST_DOUBTFUL {
            *changes = self.changes(&[base], scope)?;
        } else if !doubtful.is_empty() {
            doubtful.iter().for_each(|path| drop(changes.remove(*path)));
            changes.extend(self.changes_at(&[base], scope, doubtful.iter().copied())?);
        }
        Ok(())
    }

    /// All that is on disk: what the walk found, tracked files that the ignore rules hid from it, and files given by name.
    fn head_looks(&self, scanned: Scanned, index: &Listed, files: &[PathBuf], filter: &Filter) -> (Looks, usize) {
        let Scanned { found: mut all, opened, mut seen } = scanned;
        let opened: HashSet<&Path> = opened.iter().map(|(path, _)| path.as_path()).collect();
        let tracked = index.entries.iter().map(|entry| self.root().join(&entry.path));
        let missed: Vec<PathBuf> = tracked.filter(|path| !opened.contains(path.as_path())).collect();
        all.extend(found(&missed, filter));
        let keyed = |Found { path, text }| (self.key(&path), text.map_or_else(Look::Unreadable, Look::Text));
        let mut looks: Looks = all.into_iter().map(keyed).collect();
        for (path, look) in files.iter().zip(read_files(files, filter, true)) {
            if let Some(look) = look {
                seen += 1;
                looks.insert(self.key(path), look);
            }
        }
        (looks, seen)
    }
}
