//! Changes to edits: takes a text, one of its documents and what to change, gives the fewest bytes to replace.
//!
//! Nothing is trusted: every change is made on the text, the text is read again, and unless it says exactly what the same
//! change makes of the tree (`expect`), and everything around it says what it said, the change is refused.

mod append;
mod insert;
mod locate;
mod remove;

use super::block::{parse_block, reread};
use super::expect::{self, Tree};
use super::{Document, Stream, render};
use crate::source::{Edit, SourceId, Span};
use locate::{Place, locate};

/// One step down from a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// The way from a document's root to a value.
pub type Path = Vec<Step>;

/// Something to do to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Replaces a scalar, adds an item behind the last of a list, or adds the key, and the maps above it, that are missing. `string`: the value must be read as a
    /// string, and is quoted if it would not be.
    Set { path: Path, value: String, string: bool },
    /// Adds a key with a value given as YAML (block style, indented by 0).
    Insert { path: Path, yaml: String },
    /// Removes a key, or an item, with its own comment lines above it. `{}` or `[]` stays when it was the only one.
    Remove { path: Path },
    /// Takes the key `from` with all of its lines away and appends it to the map `to`.
    Move { from: Path, to: Path },
    /// Gives a key another name; what stands below it stays as it is.
    Rename { path: Path, key: String },
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The path leads nowhere.
    #[error("there is no {0}")]
    Missing(String),
    /// The change cannot be made, or not safely.
    #[error("{0}")]
    Refused(String),
}

/// The edits that make `changes`, one after the other, in `document` of `text`: sorted, not overlapping, and checked.
pub fn edits(text: &str, document: &Document, changes: &[Change]) -> Result<Vec<Edit>, EditError> {
    edits_in(text, document, changes, false)
}

/// The same for a document that stands in a text of another language, whose reader answers for what is around it.
pub fn edits_within(text: &str, document: &Document, changes: &[Change]) -> Result<Vec<Edit>, EditError> {
    edits_in(text, document, changes, true)
}

fn edits_in(text: &str, document: &Document, changes: &[Change], guest: bool) -> Result<Vec<Edit>, EditError> {
    if !document.exact {
        return refused("the YAML stands inside a quoted or folded string, where it cannot be edited in place");
    }
    if document.region.end as usize > text.len() {
        return refused("the document is not of this text");
    }
    let stream = reread(text, document, document.region);
    let Some(index) = stream.documents.iter().position(|other| other.at == document.at) else {
        return refused("the document is not of this text");
    };
    let mut state = State { text: text.to_owned(), stream, region: document.region, index, guest };
    let mut pieces = vec![Piece::Kept(0, text.len())];
    for change in changes {
        for step in state.make(change)? {
            pieces = splice(pieces, &step);
        }
    }
    Ok(as_edits(document.source, text.len(), pieces))
}

/// The text after `edits`, which are sorted, do not overlap, and are all of this text.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        let range = edit.at.range();
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(&edit.text);
        at = range.end.max(at);
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

pub(super) fn refused<T>(why: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::Refused(why.into()))
}

/// The text between two changes.
struct State {
    text: String,
    stream: Stream,
    region: Span,
    index: usize,
    /// What is around the region is no YAML.
    guest: bool,
}

impl State {
    fn document(&self) -> &Document {
        &self.stream.documents[self.index]
    }

    /// Makes one change; gives its edits, in groups that each speak of the text after the group before.
    fn make(&mut self, change: &Change) -> Result<Vec<Vec<Edit>>, EditError> {
        let before = (self.text.clone(), self.region);
        let trees: Vec<Tree> = self.stream.documents.iter().map(|it| Tree::of(&it.root, &self.text)).collect();
        let (problems, duplicates) = (self.stream.problems.len(), self.document().duplicates.len());
        let fragment = match change {
            Change::Insert { yaml, .. } => Some(insert::fragment(self.document().source, yaml)?),
            _ => None,
        };
        let expected = expect::changed(trees[self.index].clone(), change, fragment.clone())?;
        let mut groups = Vec::new();
        match change {
            Change::Set { path, value, string } => groups.push(self.set(path, value, *string)?),
            Change::Insert { path, yaml } => {
                let tree = fragment.unwrap_or(Tree::Null);
                groups.push(insert::insert(&self.text, self.document(), path, insert::Content::Yaml(yaml, &tree))?);
            }
            Change::Remove { path } => groups.push(remove::remove(&self.text, self.document(), path)?.0),
            Change::Rename { path, key } => groups.push(self.rename(path, key)?),
            Change::Move { from, to } => {
                if to.starts_with(from) {
                    return refused("a key cannot be moved into itself");
                }
                if from.split_last().is_some_and(|(_, parent)| parent == to) {
                    return refused("the key is already there");
                }
                let path: Path = to.iter().chain(from.last()).cloned().collect();
                let (edits, cut) = remove::remove(&self.text, self.document(), from)?;
                self.advance(&edits)?;
                groups.push(edits);
                groups.push(insert::insert(&self.text, self.document(), &path, insert::Content::Cut(&cut))?);
            }
        }
        let last = groups.last().cloned().unwrap_or_default();
        self.advance(&last)?;
        let after = self.stream.documents.iter().map(|it| Tree::of(&it.root, &self.text));
        let same =
            after.enumerate().all(|(at, tree)| if at == self.index { tree == expected } else { tree == trees[at] });
        let healthy = self.stream.problems.len() == problems && self.document().duplicates.len() <= duplicates;
        if !same || !healthy || self.stream.documents.len() != trees.len() || !self.surroundings_kept(&before) {
            return refused("the edited text would not say exactly what was asked for");
        }
        Ok(groups)
    }

    fn advance(&mut self, edits: &[Edit]) -> Result<(), EditError> {
        let outside = edits.iter().any(|edit| !self.region.contains(edit.at));
        let overlap = edits.windows(2).any(|pair| pair[0].at.end > pair[1].at.start);
        if outside || overlap {
            return refused("the change would reach beyond the document");
        }
        let text = apply(&self.text, edits);
        let end = self.region.end as usize + text.len() - self.text.len();
        let region = Span::new(self.region.source, self.region.start as usize, end);
        let stream = reread(&text, self.document(), region);
        if stream.documents.len() != self.stream.documents.len() {
            return refused("the edited text would not be read as the same documents");
        }
        (self.text, self.stream, self.region) = (text, stream, region);
        Ok(())
    }

    /// For a document inside a block scalar: whether all outside of that block, and the block's header, say the same.
    fn surroundings_kept(&self, before: &(String, Span)) -> bool {
        let (old_text, old_region) = before;
        if old_region.start == 0 || self.guest {
            return true;
        }
        let mut old = super::parse(old_region.source, old_text);
        let mut new = super::parse(self.region.source, &self.text);
        while let Some((a, b)) = expect::same_around((&old, old_text), (&new, &self.text), *old_region) {
            let (Some(scalar), Some(other)) = (a.scalar(), b.scalar()) else { return false };
            if scalar.content == *old_region {
                return other.content == self.region;
            }
            let (Some(inner), Some(other)) = (parse_block(old_text, &a), parse_block(&self.text, &b)) else {
                return false;
            };
            (old, new) = (inner, other);
        }
        false
    }

    fn rename(&self, path: &Path, key: &str) -> Result<Vec<Edit>, EditError> {
        match locate(&self.text, self.document(), path)? {
            Place::Found(found) => match found.last().holder {
                locate::Holder::Entry { entry, .. } => {
                    let at = entry.key.scalar().map_or(entry.key.at, |name| name.content);
                    Ok(vec![Edit { at, text: key.to_owned() }])
                }
                _ => refused("only a key can be renamed"),
            },
            Place::Missing(_) => Err(EditError::Missing(locate::show(path))),
        }
    }

    fn set(&self, path: &Path, value: &str, string: bool) -> Result<Vec<Edit>, EditError> {
        let document = self.document();
        if let Some(edits) = append::append(&self.text, document, path, (value, string))? {
            return Ok(edits);
        }
        let place = locate(&self.text, document, path)?;
        match place {
            Place::Found(found) if found.is_scalar_like() => {
                found.check_templates(document)?;
                let text = render::scalar(value, string, found.style(), found.context);
                let at = found.node().at;
                let text = if at.start < at.end { text } else { format!("{}{text}", found.empty_prefix(&self.text)) };
                Ok(vec![Edit { at, text }])
            }
            Place::Found(_) => refused(format!("`{}` holds a map or a list, not one value", locate::show(path))),
            Place::Missing(_) => insert::insert(&self.text, document, path, insert::Content::Scalar(value, string)),
        }
    }
}

/// A stretch of the result: bytes of the first text, or new ones.
enum Piece {
    Kept(usize, usize),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(from, to) => to - from,
            Piece::New(text) => text.len(),
        }
    }

    fn cut(&self, from: usize, to: usize) -> Piece {
        match self {
            Piece::Kept(start, _) => Piece::Kept(start + from, start + to),
            Piece::New(text) => Piece::New(text[from..to].to_owned()),
        }
    }
}

/// The pieces after edits that speak of the text the pieces make.
fn splice(pieces: Vec<Piece>, edits: &[Edit]) -> Vec<Piece> {
    let mut result = Vec::new();
    let copy = |from: usize, to: usize, result: &mut Vec<Piece>| {
        let mut at = 0;
        for piece in &pieces {
            let (start, end) = (from.max(at), to.min(at + piece.len()));
            if start < end {
                result.push(piece.cut(start - at, end - at));
            }
            at += piece.len();
        }
    };
    let mut at = 0;
    for edit in edits {
        copy(at, edit.at.start as usize, &mut result);
        result.push(Piece::New(edit.text.clone()));
        at = edit.at.end as usize;
    }
    copy(at, usize::MAX, &mut result);
    result
}

/// What lies between the kept stretches, as edits of the first text.
fn as_edits(source: SourceId, length: usize, pieces: Vec<Piece>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut at = 0;
    let mut new = String::new();
    let mut flush = |at: usize, to: usize, new: &mut String| {
        if at != to || !new.is_empty() {
            edits.push(Edit { at: Span::new(source, at, to), text: std::mem::take(new) });
        }
    };
    for piece in &pieces {
        match piece {
            Piece::Kept(from, to) => {
                flush(at, *from, &mut new);
                at = *to;
            }
            Piece::New(text) => new.push_str(text),
        }
    }
    flush(at, length, &mut new);
    edits
}
