//! What all comparisons share: which versions of a change are worth reading, and how looks become sides.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

use super::lists::{Change, Changes, Entry};
use super::scope::Scope;
use super::{Pair, Repository};
use crate::source::disk::{Filter, Look, slashes};
use crate::source::{Side, SourceError, Sources};

/// What became of files, by path relative to the repository root.
pub(super) type Looks = BTreeMap<String, Look>;

impl Repository {
    /// What the base held at the changed paths, as far as it is worth keeping.
    pub(super) fn old_versions(&self, of: &Changes, scope: &Scope, filter: &Filter) -> Result<Looks, SourceError> {
        let entries = entries(of, scope, filter, |change| change.old.as_ref());
        let looks = self.blobs(&entries, scope, filter)?;
        Ok(kept(entries, looks))
    }

    /// What both sides hold at the changed paths, as far as it is worth keeping; one program reads them all.
    pub(super) fn both_versions(
        &self,
        of: &Changes,
        scope: &Scope,
        filter: &Filter,
    ) -> Result<(Looks, Looks), SourceError> {
        let mut entries = entries(of, scope, filter, |change| change.old.as_ref());
        let old = entries.len();
        entries.extend(self::entries(of, scope, filter, |change| change.new.as_ref()));
        let mut looks = self.blobs(&entries, scope, filter)?;
        let (new_entries, new_looks) = (entries.split_off(old), looks.split_off(old));
        Ok((kept(entries, looks), kept(new_entries, new_looks)))
    }

    /// A file of the work tree, relative to the repository root.
    pub(super) fn key(&self, path: &Path) -> String {
        slashes(path.strip_prefix(self.root()).unwrap_or(path))
    }
}

/// One version of each changed file that is worth opening.
fn entries(changes: &Changes, scope: &Scope, filter: &Filter, version: fn(&Change) -> Option<&String>) -> Vec<Entry> {
    let worth = changes.iter().filter(|(path, _)| scope.gives(path) || filter.wants_path(path));
    worth.filter_map(|(path, change)| Some(Entry { path: path.clone(), oid: version(change)?.clone() })).collect()
}

/// Pairs entries with what became of them, and forgets what was skipped.
pub(super) fn kept(entries: Vec<Entry>, looks: Vec<Look>) -> Looks {
    entries.into_iter().map(|entry| entry.path).zip(looks).filter(|(_, look)| *look != Look::Skip).collect()
}

/// Gives the base the unchanged texts of the head. What is unreadable on both sides is told once, by the head.
pub(super) fn share_unchanged(base: &mut Looks, head: &Looks, is_unchanged: impl Fn(&str) -> bool) {
    for (path, look) in head {
        if matches!(look, Look::Text(_)) && is_unchanged(path) {
            base.insert(path.clone(), look.clone());
        }
    }
}

/// Makes a side of looks; `place` says of a path what the text was read from, and which file on disk it stands for.
pub(super) fn side(
    side: Side,
    looks: Looks,
    seen: usize,
    scope: &Scope,
    place: impl Fn(&str) -> (Option<String>, Option<PathBuf>),
) -> Sources {
    let mut sources = Sources { seen, ..Sources::empty(side) };
    for (path, look) in looks {
        let (origin, disk) = place(&path);
        sources.take(scope.show(&path), origin, disk, look);
    }
    sources.settle();
    sources
}

/// Tells both sides which paths differ.
pub(super) fn with_changed<'p>(
    (mut base, mut head): Pair,
    changed: impl IntoIterator<Item = &'p String>,
    scope: &Scope,
) -> Pair {
    let mut shown: Vec<String> = changed.into_iter().map(|path| scope.show(path)).collect();
    shown.sort();
    base.changed = Some(shown.clone());
    head.changed = Some(shown);
    (base, head)
}

/// The answer of another thread; its panic is ours.
pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
