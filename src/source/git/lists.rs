//! What Git lists: files of a tree, files of the index, differences between two states.
//!
//! Takes the NUL-separated output of Git's listing commands; gives only entries that are in scope. Links and submodules
//! are no files here.

use std::collections::BTreeMap;

use super::Repository;
use super::index::Index;
use super::scope::Scope;
use crate::source::SourceError;
use crate::source::disk::Filter;

/// A file of a tree or of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Relative to the repository root.
    pub path: String,
    pub oid: String,
}

/// Files that are worth opening, and how many files there are in all.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub entries: Vec<Entry>,
    pub count: usize,
}

impl Listed {
    /// The files of an index.
    pub fn of(index: &Index, scope: &Scope, filter: &Filter) -> Listed {
        let mut listed = Listed::default();
        for noted in index.entries.iter().filter(|noted| noted.is_file() && scope.contains(&noted.path)) {
            listed.count += 1;
            if scope.gives(&noted.path) || filter.wants_path(&noted.path) {
                listed.entries.push(Entry { path: noted.path.clone(), oid: noted.oid() });
            }
        }
        listed.entries.dedup_by(|a, b| a.path == b.path);
        listed
    }
}

/// What one path was and is; `None`: no file. A work tree's own version has an id of zeros.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub old: Option<String>,
    pub new: Option<String>,
    /// Whether a merge waits for somebody to decide what is in it.
    pub in_conflict: bool,
}

/// All paths in scope that differ, whatever their names.
pub(super) type Changes = BTreeMap<String, Change>;

/// How many files there were before these changes, if there are `now` so many.
pub(super) fn count_before(changes: &Changes, now: usize) -> usize {
    let added = changes.values().filter(|change| change.old.is_none()).count();
    let deleted = changes.values().filter(|change| change.new.is_none()).count();
    (now + deleted).saturating_sub(added)
}

/// Options that make `diff` say the same whatever the user's configuration is.
const PLAIN: [&str; 8] = [
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=all",
];

impl Repository {
    /// The files of a revision.
    pub(super) fn list_tree(&self, oid: &str, scope: &Scope, filter: &Filter) -> Result<Listed, SourceError> {
        let output =
            self.run(["ls-tree", "-r", "-z", "--full-tree", oid, "--"].into_iter().chain(scope.pathspecs()))?;
        // <mode> <type> <oid>\t<path>
        Ok(listed(&output, scope, filter, |fields| fields.nth(2)))
    }

    /// The files of the index; a path in conflict is listed once.
    pub(super) fn list_index(&self, scope: &Scope, filter: &Filter) -> Result<Listed, SourceError> {
        if let Some(index) = self.read_index() {
            return Ok(Listed::of(&index, scope, filter));
        }
        let output = self.run(["ls-files", "-s", "-z", "--"].into_iter().chain(scope.pathspecs()))?;
        // <mode> <oid> <stage>\t<path>
        let mut listed = listed(&output, scope, filter, |fields| fields.nth(1));
        listed.entries.dedup_by(|a, b| a.path == b.path);
        Ok(listed)
    }

    /// The index, where Git is not needed to read it.
    pub(super) fn read_index(&self) -> Option<Index> {
        self.index.as_deref().and_then(Index::read)
    }

    /// What `git diff` with these arguments finds different.
    pub(super) fn changes(&self, args: &[&str], scope: &Scope) -> Result<Changes, SourceError> {
        self.changes_at(args, scope, scope.pathspecs())
    }

    /// The same of some paths.
    pub(super) fn changes_at<'p>(
        &self,
        args: &[&'p str],
        scope: &Scope,
        paths: impl Iterator<Item = &'p str>,
    ) -> Result<Changes, SourceError> {
        // Without the first option a file that was only touched would count as different.
        let mut all: Vec<&str> = vec!["-c", "diff.autoRefreshIndex=true", "diff"];
        all.extend(PLAIN);
        all.extend(args);
        all.push("--");
        let output = self.run(all.into_iter().chain(paths))?;
        let mut changes = Changes::new();
        let mut parts = output.split(|&byte| byte == 0);
        while let (Some(about), Some(path)) = (parts.next(), parts.next()) {
            let (about, path) = (String::from_utf8_lossy(about), String::from_utf8_lossy(path));
            // :<old mode> <new mode> <old oid> <new oid> <status>
            let fields: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, old, new, status] = fields[..] else { continue };
            let in_conflict = status.starts_with('U');
            if !(is_file(old_mode) || is_file(new_mode) || in_conflict) || !scope.contains(&path) {
                continue;
            }
            // A path in conflict is told twice, and one of the two knows the old version.
            let change = changes.entry(path.into_owned()).or_default();
            change.old = change.old.take().or(is_file(old_mode).then(|| old.to_owned()));
            change.in_conflict |= in_conflict;
            change.new = change.new.take().or(is_file(new_mode).then(|| new.to_owned()));
        }
        Ok(changes)
    }
}

/// Picks entries out of `<mode> …\t<path>` records; `oid` finds the id among the fields.
fn listed<'o>(
    output: &'o [u8],
    scope: &Scope,
    filter: &Filter,
    oid: impl Fn(&mut dyn Iterator<Item = &'o str>) -> Option<&'o str>,
) -> Listed {
    let mut listed = Listed::default();
    for record in output.split(|&byte| byte == 0) {
        let Some(tab) = record.iter().position(|&byte| byte == b'\t') else { continue };
        let Ok(about) = std::str::from_utf8(&record[..tab]) else { continue };
        let path = String::from_utf8_lossy(&record[tab + 1..]);
        if !is_file(about) || !scope.contains(&path) {
            continue;
        }
        listed.count += 1;
        if (scope.gives(&path) || filter.wants_path(&path))
            && let Some(oid) = oid(&mut about.split(' '))
        {
            listed.entries.push(Entry { path: path.into_owned(), oid: oid.to_owned() });
        }
    }
    listed
}

/// Whether a mode is that of a regular file, executable or not.
fn is_file(mode: &str) -> bool {
    mode.starts_with("100")
}
