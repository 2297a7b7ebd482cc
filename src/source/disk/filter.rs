//! What is worth keeping.
//!
//! Takes file names and raw bytes; says whether a file is worth opening, and whether what is in it is worth keeping.
//! The same judgement serves the disk and Git's objects, so that a file is kept or left alike on both sides.

use std::io::Read;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use globset::GlobSet;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::source::SourceError;

/// Larger files are not read into memory; nobody writes them by hand.
pub(in crate::source) const LARGEST: u64 = 20 * 1024 * 1024;
/// How much of a file is looked at to tell text from other data, as Git does.
const HEADING: usize = 8 * 1024;

/// Decides by name and by literals in the raw bytes which files are kept.
pub struct Filter {
    literals: AhoCorasick,
    /// The same literals, for files that are too large to be held in memory.
    needles: Vec<String>,
    excludes: Gitignore,
    names: fn(&str) -> bool,
    narrow: Option<Narrow>,
    keep: Option<(PathBuf, GlobSet)>,
    only_kept: bool,
}

/// Other literals for files of some names.
struct Narrow {
    names: fn(&str) -> bool,
    literals: AhoCorasick,
    needles: Vec<String>,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Look {
    /// Not worth keeping.
    Skip,
    /// Worth keeping, and this is its text.
    Text(String),
    /// Worth keeping, but not readable as text, and why.
    Unreadable(String),
}

impl Filter {
    /// A filter for files whose name `names` accepts (it gets the file name without folders), which no pattern of
    /// `excludes` matches (gitignore syntax, relative to the repository root, or to the current folder outside of one),
    /// and which contain one of `literals` (case matters). No literals at all means that every content is kept.
    pub fn new(literals: &[&str], excludes: &[String], names: fn(&str) -> bool) -> Result<Filter, SourceError> {
        let mut globs = GitignoreBuilder::new("");
        for glob in excludes {
            globs
                .add_line(None, glob)
                .map_err(|error| SourceError::Request(format!("the exclude pattern `{glob}` is not valid: {error}")))?;
        }
        let excludes = globs
            .build()
            .map_err(|error| SourceError::Request(format!("the exclude patterns cannot be used: {error}")))?;
        let all = if literals.is_empty() { &[""][..] } else { literals };
        let needles = all.iter().map(|literal| (*literal).to_string()).collect();
        // This kind of match has a prefilter of vector instructions, and reading a stream does not know it.
        let literals = AhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostFirst)
            .build(all)
            .map_err(|error| SourceError::Request(format!("the literals to look for cannot be used: {error}")))?;
        Ok(Filter { literals, needles, excludes, names, narrow: None, keep: None, only_kept: false })
    }

    /// The same filter, which asks for other literals in files whose name `names` accepts.
    pub fn asking(mut self, names: fn(&str) -> bool, literals: &[&str]) -> Result<Filter, SourceError> {
        let other = Filter::new(literals, &[], names)?;
        self.narrow = Some(Narrow { names, literals: other.literals, needles: other.needles });
        Ok(self)
    }

    fn narrow(&self, path: &str) -> Option<&Narrow> {
        self.narrow.as_ref().filter(|narrow| (narrow.names)(path.rsplit(['/', '\\']).next().unwrap_or(path)))
    }

    /// The same filter, which also keeps every file below `root` that matches a glob, whatever is in it.
    pub fn keeping(mut self, root: PathBuf, globs: GlobSet) -> Filter {
        self.keep = Some((root, globs)).filter(|(_, globs)| !globs.is_empty());
        self
    }

    /// The same filter, which keeps those files alone, and does not open others.
    pub fn only_kept(mut self) -> Filter {
        self.only_kept = true;
        self
    }

    /// Whether a path need not be opened, for it is none of those that alone are kept.
    pub(in crate::source) fn passes_over(&self, path: &Path) -> bool {
        self.only_kept && !self.keeps(path)
    }

    /// Whether a path, absolute or relative to the repository root, is kept whatever is in it.
    pub(in crate::source) fn keeps(&self, path: &Path) -> bool {
        let keeps = |(root, globs): &(PathBuf, GlobSet)| globs.is_match(path.strip_prefix(root).unwrap_or(path));
        self.keep.as_ref().is_some_and(keeps)
    }

    /// Whether these bytes contain one of the literals that a file of this name is kept for.
    pub fn wants(&self, path: &str, bytes: &[u8]) -> bool {
        self.narrow(path).map_or(&self.literals, |narrow| &narrow.literals).is_match(bytes)
    }

    /// Whether a file of this name (without folders) is worth opening.
    pub fn wants_name(&self, name: &str) -> bool {
        (self.names)(name)
    }

    /// Whether the patterns exclude this path, which is relative to the repository root.
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        !self.excludes.is_empty()
            && !path.has_root()
            && self.excludes.matched_path_or_any_parents(path, is_folder).is_ignore()
    }

    pub(in crate::source) fn has_excludes(&self) -> bool {
        !self.excludes.is_empty()
    }

    /// Whether a path below the repository root, written with `/`, is worth opening.
    pub(in crate::source) fn wants_path(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.wants_name(name) && !self.excludes(Path::new(path), false) && !self.passes_over(Path::new(path))
    }

    /// Judges the whole content of a file; one that was `given` by the user is never skipped.
    pub(in crate::source) fn look(&self, path: &str, bytes: &[u8], given: bool) -> Look {
        if let Some(text) = utf16(bytes) {
            return if given || self.wants(path, text.as_bytes()) {
                Look::Unreadable("this is UTF-16 text; save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)".into())
            } else {
                Look::Skip
            };
        }
        if !given && !self.wants(path, bytes) {
            return Look::Skip;
        }
        if bytes[..bytes.len().min(HEADING)].contains(&0) {
            return match (given, is_mostly_text(&bytes[..bytes.len().min(HEADING)])) {
                (_, true) => Look::Unreadable("it has NUL bytes among its text; take them out".into()),
                (true, false) => Look::Unreadable("this is not a text file; leave it out".into()),
                (false, false) => Look::Skip,
            };
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Look::Text(text.to_owned()),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
                Look::Unreadable(format!("line {line} has bytes that are not UTF-8; save the file as UTF-8"))
            }
        }
    }

    /// Judges a file that is too large to be held in memory. Reads `content` only as far as it must.
    pub(in crate::source) fn look_at_large(&self, path: &str, content: impl Read, given: bool) -> Look {
        let Ok(literals) = AhoCorasick::new(self.narrow(path).map_or(&self.needles, |narrow| &narrow.needles)) else {
            return Look::Skip;
        };
        let found = match literals.stream_find_iter(content).next() {
            None => false,
            Some(Ok(_)) => true,
            Some(Err(error)) => return Look::Unreadable(format!("it cannot be read ({error}); check the file")),
        };
        if given || found {
            Look::Unreadable("it is larger than 20 MiB; split it, or exclude it".into())
        } else {
            Look::Skip
        }
    }
}

/// Whether all but a few bytes are text: a damaged text, not an image or a program.
fn is_mostly_text(bytes: &[u8]) -> bool {
    let odd = bytes.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    odd * 50 < bytes.len()
}

/// The text of UTF-16 data that says so by its byte order mark.
fn utf16(bytes: &[u8]) -> Option<String> {
    let (rest, big) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        _ => return None,
    };
    let unit = |pair: &[u8]| u16::from_be_bytes(if big { [pair[0], pair[1]] } else { [pair[1], pair[0]] });
    let units = rest.chunks_exact(2).map(unit);
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}
