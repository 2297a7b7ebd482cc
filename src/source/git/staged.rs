//! HEAD and the index, side by side: what the next commit changes.

use std::path::{Path, PathBuf};
use std::thread::scope as together;

use super::lists::{Changes, Entry};
use super::scope::Scope;
use super::sides::{Looks, joined, kept, share_unchanged, side, with_changed};
use super::{Pair, Repository};
use crate::source::disk::{Filter, Look, read_files};
use crate::source::{Side, SourceError, Sources};

impl Repository {
    /// What HEAD (`base`, an object id) and the index hold. Ends early, with empty sides, when no changed file is worth keeping.
    ///
    /// A text of the index stands for the file on disk where the two are the same; elsewhere its origin is `index`.
    pub fn staged(&self, base: &str, roots: &[PathBuf], filter: &Filter, cwd: &Path) -> Result<Pair, SourceError> {
        let scope = Scope::new(self, roots, cwd)?;
        let changes = self.changes(&["--cached", base], &scope)?;
        if scope.check(true).is_err() {
            // Not on disk and not changed: the index has the last word.
            self.list_index(&scope, filter)?;
            scope.check(true)?;
        }
        let worth = |path: &String| scope.gives(path) || filter.wants_path(path);
        if let Some((path, _)) = changes.iter().find(|(path, change)| change.in_conflict && worth(path)) {
            let path = scope.show(path);
            return Err(SourceError::Request(format!("{path} is in conflict; resolve it, then `git add {path}`")));
        }
        let (mut old, mut new) = self.both_versions(&changes, &scope, filter)?;
        if old.is_empty()
            && new.is_empty()
            && !changes.keys().any(|path| may_be_referred_to(path) && filter.wants_path(path))
        {
            let nothing = |side| Sources { seen: changes.len(), ..Sources::empty(side) };
            return Ok(with_changed((nothing(Side::Base), nothing(Side::Head)), changes.keys(), &scope));
        }
        let (index, unstaged) = together(|threads| {
            let unstaged = threads.spawn(|| self.changes(&[], &scope));
            let index = self.list_index(&scope, filter).map(|mut index| {
                index.entries.retain(|entry| !changes.contains_key(&entry.path));
                let looks = self.disk_looks(&index.entries, &scope, filter);
                (index, looks)
            });
            (index, joined(unstaged))
        });
        let ((index, looks), mut unstaged) = (index?, unstaged?);
        new.extend(self.unchanged_looks(index.entries, looks, &mut unstaged, &scope, filter)?);
        share_unchanged(&mut old, &new, |path| !changes.contains_key(path));
        let base_side = side(Side::Base, old, index.count, &scope, |_| (Some("HEAD".into()), None));
        let head_side = side(Side::Head, new, index.count, &scope, |path| match unstaged.contains_key(path) {
            true => (Some("index".into()), None),
            false => (None, Some(self.root().join(path))),
        });
        Ok(with_changed((base_side, head_side), changes.keys(), &scope))
    }

    /// Reads files of the index from the disk, which is faster than from the objects. `None`: it is not there.
    fn disk_looks(&self, entries: &[Entry], scope: &Scope, filter: &Filter) -> Vec<Option<Look>> {
        let paths: Vec<PathBuf> = entries.iter().map(|entry| self.root().join(&entry.path)).collect();
        let mut looks = read_files(&paths, filter, false);
        for ((entry, path), look) in entries.iter().zip(&paths).zip(&mut looks) {
            if look == &Some(Look::Skip) && scope.gives(&entry.path) {
                *look = read_files(std::slice::from_ref(path), filter, true).pop().flatten();
            }
        }
        looks
    }

    /// What the commit does not touch: as it is on disk, or from the objects where the disk differs from the index.
    /// What is not on disk at all (a sparse checkout) joins `unstaged`.
    fn unchanged_looks(
        &self,
        entries: Vec<Entry>,
        on_disk: Vec<Option<Look>>,
        unstaged: &mut Changes,
        scope: &Scope,
        filter: &Filter,
    ) -> Result<Looks, SourceError> {
        let mut looks = Looks::new();
        let mut elsewhere = Vec::new();
        for (entry, look) in entries.into_iter().zip(on_disk) {
            match look {
                Some(_) if unstaged.contains_key(&entry.path) => elsewhere.push(entry),
                Some(Look::Skip) => {}
                Some(look) => drop(looks.insert(entry.path, look)),
                None => {
                    unstaged.entry(entry.path.clone()).or_default();
                    elsewhere.push(entry);
                }
            }
        }
        let others = self.blobs(&elsewhere, scope, filter)?;
        looks.extend(kept(elsewhere, others));
        Ok(looks)
    }
}

/// Whether a file of this name may be used by any other file without a word of what for: values, parts of overlays, variables.
fn may_be_referred_to(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let endings = [".yaml", ".yml", ".json", ".env", ".tfvars"];
    name.starts_with(".env") || endings.iter().any(|ending| name.ends_with(ending))
}
