//! Writes repaired texts to the disk: each file whole or not at all.

use crate::source::Sources;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes every text that differs; gives the files written, or the first that could not be.
///
/// A file is written beside itself and then renamed over, with its permissions kept. A symbolic link that leads out of `root`
/// is refused; one within is followed, so that the link stays.
pub fn write(before: &Sources, after: &Sources, root: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let mut written = Vec::new();
    for (old, new) in before.files.iter().zip(&after.files) {
        let Some(disk) = new.disk.as_ref().filter(|_| old.text != new.text) else { continue };
        one(disk, &old.text, &new.text, root).map_err(|error| (disk.clone(), error))?;
        written.push(disk.clone());
    }
    Ok(written)
}

fn one(disk: &Path, old: &str, new: &str, root: &Path) -> io::Result<()> {
    let target = fs::canonicalize(disk)?;
    if !target.starts_with(fs::canonicalize(root)?) {
        return Err(io::Error::other("it is a link that leads out of the repository"));
    }
    if fs::read(&target)? != old.as_bytes() {
        return Err(io::Error::other("it was changed since it was read; run again"));
    }
    let folder = target.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.milvus-lint.{}", std::process::id()));
    let result = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
        file.write_all(new.as_bytes())?;
        file.set_permissions(fs::metadata(&target)?.permissions())?;
        file.sync_all()?;
        fs::rename(&beside, &target)
    })();
    if result.is_err() {
        // The half-written copy is of no use; that it could not be removed either changes nothing.
        let _ = fs::remove_file(&beside);
    }
    result
}
