//! Git's index, read without Git: which files there are, and which of them are as the index remembers them.
//!
//! Takes the index file of a work tree; gives its entries. Whatever it does not know for certain (a split or sparse index, a hash
//! that is not SHA-1, a file whose state on disk differs in any way from what is noted) it leaves to Git: it never says of a file
//! that it has changed, only that it has not.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::Path;

use super::scope::Scope;

/// The index of a work tree, as it was when it was read.
pub(super) struct Index {
    pub entries: Vec<Noted>,
    /// When the index itself was written, in seconds: what was touched then or later may have been touched once more since.
    written: i64,
}

/// A file as the index notes it.
pub(super) struct Noted {
    /// Relative to the repository root.
    pub path: String,
    mode: u32,
    oid: [u8; 20],
    stat: [u32; 8],
    /// No ordinary entry: in conflict, or added by name only.
    odd: bool,
    /// That it is not on disk is no change: it is left out of a sparse checkout, or taken to be unchanged.
    unseen: bool,
}

impl Noted {
    pub fn oid(&self) -> String {
        let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four)]);
        self.oid.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Whether it is a regular file, executable or not.
    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    #[cfg(test)]
    pub fn is_executable(&self) -> bool {
        self.mode == 0o100_755
    }

    /// Whether it is a submodule.
    fn is_elsewhere(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

impl Index {
    /// The index in a file; `None` where it is better read by Git.
    pub fn read(path: &Path) -> Option<Index> {
        let written = modified(&path.metadata().ok()?)?;
        let bytes = std::fs::read(path).ok()?;
        let entries = entries(&bytes)?;
        Some(Index { entries, written })
    }

    /// The entries that may be another thing on disk than what is noted; `disk` knows the files that were opened.
    pub fn doubtful(&self, root: &Path, scope: &Scope, disk: &HashMap<&Path, &Metadata>) -> Vec<&str> {
        let is_doubtful = |noted: &&Noted| {
            let path = root.join(&noted.path);
            let about = disk.get(path.as_path()).map(|about| (*about).clone());
            match about.or_else(|| path.symlink_metadata().ok()) {
                Some(about) => !self.is_clean(noted, &about),
                None => !noted.unseen,
            }
        };
        let here = self.entries.iter().filter(|noted| !noted.is_elsewhere() && scope.contains(&noted.path));
        here.filter(is_doubtful).map(|noted| noted.path.as_str()).collect()
    }

    /// Whether the file on disk is certainly the one that was noted.
    fn is_clean(&self, noted: &Noted, disk: &Metadata) -> bool {
        !noted.odd
            && i64::from(noted.stat[2]) < self.written
            && stat(disk) == Some(noted.stat)
            && mode(disk) == noted.mode
    }
}

/// The part of a file's state that the index notes, in its order: ctime, mtime, (device left out), inode, owner, group, size.
#[cfg(unix)]
fn stat(disk: &Metadata) -> Option<[u32; 8]> {
    use std::os::unix::fs::MetadataExt;
    // The index keeps the lower half of each.
    let low = |number: u64| number as u32;
    Some([
        disk.ctime() as u32,
        disk.ctime_nsec() as u32,
        disk.mtime() as u32,
        disk.mtime_nsec() as u32,
        low(disk.ino()),
        disk.uid(),
        disk.gid(),
        low(disk.len()),
    ])
}

#[cfg(not(unix))]
fn stat(_: &Metadata) -> Option<[u32; 8]> {
    None
}

#[cfg(unix)]
fn modified(about: &Metadata) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    Some(about.mtime())
}

#[cfg(not(unix))]
fn modified(_: &Metadata) -> Option<i64> {
    None
}

/// The mode as Git notes it.
#[cfg(unix)]
fn mode(disk: &Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt;
    match disk.mode() {
        link if link & 0o170_000 == 0o120_000 => 0o120_000,
        file if file & 0o170_000 != 0o100_000 => 0,
        file if file & 0o100 != 0 => 0o100_755,
        _ => 0o100_644,
    }
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0
}

/// The entries of versions 2 to 4, as Git's `index-format` describes them.
fn entries(bytes: &[u8]) -> Option<Vec<Noted>> {
    let mut rest = Cursor(bytes);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    let count = rest.number()? as usize;
    if !(2..=4).contains(&version) || count > bytes.len() {
        return None;
    }
    let mut entries: Vec<Noted> = Vec::with_capacity(count);
    let mut before: Vec<u8> = Vec::new();
    for _ in 0..count {
        let start = bytes.len() - rest.0.len();
        let mut numbers = [0; 10];
        for number in &mut numbers {
            *number = rest.number()?;
        }
        let [ctime, ctime_ns, mtime, mtime_ns, _device, inode, mode, owner, group, size] = numbers;
        if ![0o100_644, 0o100_755, 0o120_000, 0o160_000].contains(&mode) {
            return None;
        }
        let oid = rest.take(20)?.try_into().ok()?;
        let flags = rest.short()?;
        let more = if flags & 0x4000 != 0 { rest.short()? } else { 0 };
        let path = match version {
            4 => {
                let cut = rest.varying()?;
                before.truncate(before.len().checked_sub(cut)?);
                before.extend_from_slice(rest.text()?);
                before.clone()
            }
            _ => rest.text()?.to_vec(),
        };
        if version < 4 {
            // Filled up with NULs, of which `text` took one, to a multiple of eight bytes.
            let length = bytes.len() - rest.0.len() - start;
            rest.take(length.next_multiple_of(8) - length)?;
        }
        entries.push(Noted {
            path: String::from_utf8(path).ok()?,
            mode,
            oid,
            stat: [ctime, ctime_ns, mtime, mtime_ns, inode, owner, group, size],
            odd: flags & 0x3000 != 0 || more & 0x2000 != 0,
            unseen: flags & 0x8000 != 0 || more & 0x4000 != 0,
        });
    }
    rest.are_known_extensions().then_some(entries)
}

/// The bytes that are left.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// Up to a NUL, which is taken too.
    fn text(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(text)
    }

    /// A number of as many bytes as it needs, as offsets in packs are written.
    fn varying(&mut self) -> Option<usize> {
        let mut byte = self.take(1)?[0];
        let mut number = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            number = number.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
        }
        Some(number)
    }

    /// Whether nothing comes that changes what the entries mean: whatever does begins with a small letter. The last thing is the
    /// hash of all, which also shows that it is SHA-1.
    fn are_known_extensions(&mut self) -> bool {
        while self.0.len() > 20 {
            let Some(name) = self.take(4) else { return false };
            let Some(length) = self.number() else { return false };
            if !name[0].is_ascii_uppercase() || self.take(length as usize).is_none() {
                return false;
            }
        }
        self.0.len() == 20
    }
}
