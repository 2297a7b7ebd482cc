//! Named text from outside, and places in it.
//!
//! Takes nothing of ours; gives [`Source`]s (a name that the user would type, and its text), collected as one [`Sources`]
//! for each side of a comparison, and [`Span`]s that point into them. It knows nothing of YAML or Milvus: which files are
//! worth keeping is told to it as a list of literals. Reading is done by the doors `disk` and `git`, one per kind of outside.

pub mod asked;
pub mod disk;
pub mod git;
mod lines;

pub use lines::position;

use lines::Lines;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which state of the repository a text belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// What was there before: a revision, or the old half of `diff OLD NEW`.
    Base,
    /// What is judged: the work tree, the index, a revision, or standard input.
    Head,
}

/// Names one [`Source`] among both sides of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId {
    pub side: Side,
    pub index: u32,
}

/// A place: bytes `start..end` of one source. Always a place in a real text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The place `start..end` (byte offsets) of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end as u32 }
    }

    /// The empty place just before this one.
    pub fn before(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The bytes as a range, for slicing the source's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies inside this place.
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// Replaces the bytes at `at` by `text`; an empty place inserts, an empty text deletes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    pub at: Span,
    pub text: String,
}

/// One text from outside.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user would type it, with `/`; the same on both sides of a comparison.
    pub path: String,
    /// What the text was read from when that is not the work tree: a revision, `index`, `standard input`, or a folder with
    /// a `/` at its end. Shown before the path.
    pub origin: Option<String>,
    /// The file on disk that `fix` may rewrite; `None` for a revision, the index and standard input.
    pub disk: Option<PathBuf>,
    /// The whole text, valid UTF-8, byte for byte as it was read (a BOM and CRLF included).
    pub text: String,
}

impl Source {
    /// What the user sees: `path`, `folder/path`, or `origin:path` as Git writes it.
    pub fn name(&self) -> String {
        match &self.origin {
            Some(folder) if folder.ends_with('/') => format!("{folder}{}", self.path),
            Some(origin) => format!("{origin}:{}", self.path),
            None => self.path.clone(),
        }
    }
}

/// A file that was met and could not be read as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub name: String,
    /// One sentence that a user can act on.
    pub why: String,
}

/// All texts of one side, in a stable order (by path).
#[derive(Clone, Debug)]
pub struct Sources {
    pub side: Side,
    pub files: Vec<Source>,
    pub unreadable: Vec<Unreadable>,
    /// How many files were looked at, kept or not.
    pub seen: usize,
    /// Paths that differ between the two sides; `None` when that is not known and both sides must be compared whole.
    pub changed: Option<Vec<String>>,
    /// What is known of paths that texts refer to and at which no text was found.
    pub absent: BTreeMap<String, Absence>,
    /// Where lines begin, as far as somebody has asked.
    lines: Lines,
}

/// Why there is no text at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Absence {
    /// Nothing is there, and nothing says that something will be.
    Missing,
    /// The path leads out of the repository, directly or through a link. What is there was not read.
    Outside,
    /// Something is there, and its text was not asked for or is none.
    There,
    /// It is ignored, stands in another repository, or nobody could be asked.
    Unknown,
}

/// A path that a text refers to, and that was not among the texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wanted {
    pub side: Side,
    /// Without `.`; as the user would type it.
    pub path: String,
    /// Whether its text is wanted; else only whether something is there.
    pub text: bool,
}

impl Sources {
    /// A side with nothing in it.
    pub fn empty(side: Side) -> Sources {
        let (files, unreadable, absent) = (Vec::new(), Vec::new(), BTreeMap::new());
        Sources { side, files, unreadable, seen: 0, changed: None, absent, lines: Lines::default() }
    }

    /// A side from texts given as `(path, text)`; for tests, standard input, and texts made by the caller.
    pub fn from_texts<P: Into<String>, T: Into<String>>(
        side: Side,
        texts: impl IntoIterator<Item = (P, T)>,
    ) -> Sources {
        let mut sources = Sources::empty(side);
        for (path, text) in texts {
            sources.push(Source { path: path.into(), origin: None, disk: None, text: text.into() });
        }
        sources.seen = sources.files.len();
        sources
    }

    /// Adds a source and says how it is named from now on.
    pub fn push(&mut self, source: Source) -> SourceId {
        self.files.push(source);
        SourceId { side: self.side, index: (self.files.len() - 1) as u32 }
    }

    /// Every source with its id, in order.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        let side = self.side;
        self.files.iter().enumerate().map(move |(index, source)| (SourceId { side, index: index as u32 }, source))
    }
}

/// Both sides of a run, to look a [`Span`] up.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    pub base: &'a Sources,
    pub head: &'a Sources,
}

impl<'a> Texts<'a> {
    /// The source that `id` names.
    pub fn source(&self, id: SourceId) -> &'a Source {
        &self.side(id).files[id.index as usize]
    }

    /// The bytes at a place.
    pub fn text(&self, at: Span) -> &'a str {
        &self.source(at.source).text[at.range()]
    }

    /// Line and column (both from 1; the column counts characters) of a byte offset.
    pub fn position(&self, id: SourceId, offset: u32) -> (usize, usize) {
        self.side(id).lines.position(id.index as usize, &self.source(id).text, offset as usize)
    }

    /// A line by its number from 0, without its end; `None` behind the last.
    pub fn line(&self, id: SourceId, line: usize) -> Option<&'a str> {
        self.side(id).lines.line(id.index as usize, &self.source(id).text, line)
    }

    fn side(&self, id: SourceId) -> &'a Sources {
        match id.side {
            Side::Base => self.base,
            Side::Head => self.head,
        }
    }
}

/// Why a door could not give what was asked for; the message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The request itself is wrong: a path that is not there, a revision that does not exist.
    #[error("{0}")]
    Request(String),
    /// The outside did not answer as it should: Git failed, a pipe broke.
    #[error("{0}")]
    Outside(String),
}
