//! Two revisions side by side, or one alone; the work tree is not looked at.

use std::path::{Path, PathBuf};
use std::thread::scope as together;

use super::lists::count_before;
use super::scope::Scope;
use super::sides::{Looks, joined, kept, share_unchanged, side, with_changed};
use super::{Pair, Repository};
use crate::source::disk::Filter;
use crate::source::{Side, SourceError, Sources};

impl Repository {
    /// What two revisions hold; their texts have the names that the user gave as origins.
    pub fn revisions(
        &self,
        old: &str,
        new: &str,
        roots: &[PathBuf],
        filter: &Filter,
        cwd: &Path,
    ) -> Result<Pair, SourceError> {
        let scope = Scope::new(self, roots, cwd)?;
        let (old_id, new_id) = (self.resolve(old)?, self.resolve(new)?);
        let (newer, older) = together(|threads| {
            let older = threads.spawn(|| {
                let changes = self.changes(&[&old_id, &new_id], &scope)?;
                let looks = self.old_versions(&changes, &scope, filter)?;
                Ok::<_, SourceError>((changes, looks))
            });
            (self.tree_looks(&new_id, &scope, filter), joined(older))
        });
        let ((changes, mut old_looks), (new_looks, new_seen)) = (older?, newer?);
        scope.check(false)?;
        share_unchanged(&mut old_looks, &new_looks, |path| !changes.contains_key(path));
        let old_seen = count_before(&changes, new_seen);
        let base = side(Side::Base, old_looks, old_seen, &scope, |_| (Some(old.to_owned()), None));
        let head = side(Side::Head, new_looks, new_seen, &scope, |_| (Some(new.to_owned()), None));
        Ok(with_changed((base, head), changes.keys(), &scope))
    }

    /// What one revision holds. `rev` is looked up, `name` is what the user calls it.
    pub fn tree(
        &self,
        rev: &str,
        name: &str,
        of: Side,
        roots: &[PathBuf],
        filter: &Filter,
        cwd: &Path,
    ) -> Result<Sources, SourceError> {
        let scope = Scope::new(self, roots, cwd)?;
        let (looks, seen) = self.tree_looks(&self.resolve(rev)?, &scope, filter)?;
        scope.check(false)?;
        Ok(side(of, looks, seen, &scope, |_| (Some(name.to_owned()), None)))
    }

    fn tree_looks(&self, oid: &str, scope: &Scope, filter: &Filter) -> Result<(Looks, usize), SourceError> {
        let listed = self.list_tree(oid, scope, filter)?;
        let looks = self.blobs(&listed.entries, scope, filter)?;
        Ok((kept(listed.entries, looks), listed.count))
    }
}
