//! Where a path leads: takes a document and a path, gives the nodes on the way, or how far it goes.
//!
//! Refuses what no edit may touch: values reached through an alias, values that an alias elsewhere repeats, keys that are
//! written twice, scalars that a template fills. Also knows the lines and columns around a node.

use super::super::{Document, Entry, Kind, Map, Node, Style, node, render};
use super::{EditError, Step, refused};
use crate::source::Span;

/// Where a path leads.
pub(super) enum Place<'a> {
    Found(Found<'a>),
    /// The first part of the path is there; the keys are not.
    Missing(Found<'a>),
}

/// The nodes from the root to the last one found.
pub(super) struct Found<'a> {
    pub chain: Vec<Link<'a>>,
    pub context: render::Place,
    /// How many steps of the path were found.
    pub steps: usize,
}

/// One node on the way, and how its parent holds it.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub node: &'a Node,
    pub holder: Holder<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum Holder<'a> {
    Root,
    Entry { map: &'a Map, entry: &'a Entry, index: usize },
    Item { index: usize },
}

impl<'a> Found<'a> {
    /// The last node found.
    pub fn node(&self) -> &'a Node {
        self.last().node
    }

    /// The last node found and how it is held.
    pub fn last(&self) -> Link<'a> {
        *self.chain.last().expect("a chain begins with the root")
    }

    /// The node above the last one.
    pub fn parent(&self) -> Option<Link<'a>> {
        self.chain.len().checked_sub(2).map(|at| self.chain[at])
    }

    /// Whether one value stands here, or nothing.
    pub fn is_scalar_like(&self) -> bool {
        matches!(self.node().kind, Kind::Null | Kind::Scalar(_) | Kind::Alias(_))
    }

    pub fn style(&self) -> Option<Style> {
        match &self.node().kind {
            Kind::Scalar(scalar) => Some(scalar.style),
            _ => None,
        }
    }

    /// Refuses a value that a template fills, or that only an action decides about.
    pub fn check_templates(&self, document: &Document) -> Result<(), EditError> {
        let templated = |node: &Node| matches!(&node.kind, Kind::Scalar(scalar) if scalar.templated);
        if templated(self.node()) || (document.templated && matches!(self.node().kind, Kind::Null)) {
            return refused("the value is filled in by a template");
        }
        Ok(())
    }

    /// What must stand between an empty value's place and a value: a colon too, for a key without one.
    pub fn empty_prefix(&self, text: &str) -> &'static str {
        let before = text[..self.node().at.start as usize].chars().next_back();
        match self.last().holder {
            Holder::Entry { entry, .. } if entry.key.at.end == self.node().at.start && before != Some(':') => ": ",
            _ => " ",
        }
    }
}

/// Follows `path` as far as it goes.
pub(super) fn locate<'a>(text: &str, document: &'a Document, path: &[Step]) -> Result<Place<'a>, EditError> {
    let mut chain = vec![Link { node: &document.root, holder: Holder::Root }];
    let mut steps = 0;
    for step in path {
        let node = chain[chain.len() - 1].node;
        let next = match (&node.kind, step) {
            (Kind::Map(map), Step::Key(key)) => one_entry(map, key)?,
            (Kind::Seq(items), Step::Index(index)) => match items.get(*index) {
                Some(node) => Some(Link { node, holder: Holder::Item { index: *index } }),
                None => return Err(EditError::Missing(format!("item {index} in `{}`", show(&path[..steps])))),
            },
            (Kind::Null, Step::Key(_)) => None,
            (Kind::Alias(_), _) => return refused("the value is a repetition of an anchored one; change that"),
            _ => return refused(format!("`{}` is not of the expected shape", show(&path[..steps]))),
        };
        match next {
            Some(link) => chain.push(link),
            None => break,
        }
        steps += 1;
    }
    let shared = |node: &Node| document.anchors.iter().any(|anchor| anchor.uses > 0 && anchor.at.contains(node.at));
    if chain.iter().any(|link| shared(link.node)) {
        return refused(
            "the value is anchored and repeated elsewhere, so that a change would reach further than meant",
        );
    }
    let context = context(text, &chain);
    let found = Found { chain, context, steps };
    Ok(if steps == path.len() { Place::Found(found) } else { Place::Missing(found) })
}

/// A path as a reader writes it.
pub(super) fn show(path: &[Step]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Key(key) if shown.is_empty() => shown.push_str(key),
            Step::Key(key) => shown.push_str(&format!(".{key}")),
            Step::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

fn one_entry<'a>(map: &'a Map, key: &str) -> Result<Option<Link<'a>>, EditError> {
    let fits = |entry: &Entry| entry.key.text() == Some(key) && !node::is_merge(&entry.key);
    let mut fitting = map.entries.iter().enumerate().filter(|(_, entry)| fits(entry));
    let first = fitting.next();
    if fitting.next().is_some() {
        return refused(format!("the key `{key}` is written twice"));
    }
    Ok(first.map(|(index, entry)| Link { node: &entry.value, holder: Holder::Entry { map, entry, index } }))
}

fn context(text: &str, chain: &[Link<'_>]) -> render::Place {
    let mut place = render::Place::default();
    for link in chain {
        place.flow |= is_flow(text, link.node);
        if let Kind::Map(map) = &link.node.kind
            && place.flow
            && !map.entries.is_empty()
        {
            place.json =
                map.entries.iter().all(|entry| matches!(&entry.key.kind, Kind::Scalar(s) if s.style == Style::Double));
        }
    }
    place
}

/// Whether a collection is written between brackets.
pub(super) fn is_flow(text: &str, node: &Node) -> bool {
    matches!(node.kind, Kind::Map(_) | Kind::Seq(_)) && text[node.at.range()].starts_with(['{', '['])
}

/// The first byte of the line of `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line of `at`, without its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    if end < text.len() && end > at && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end }
}

/// Where the next line begins, or the text ends.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

/// The column of `at`, in characters from 0; a BOM is none.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().filter(|&c| c != '\u{feff}').count()
}

/// The line break of the text.
pub(super) fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// How many blanks one more level is indented by in this document.
pub(super) fn unit(text: &str, document: &Document) -> usize {
    let mut todo = vec![&document.root];
    while let Some(node) = todo.pop() {
        let Kind::Map(map) = &node.kind else {
            if let Kind::Seq(items) = &node.kind {
                todo.extend(items.iter());
            }
            continue;
        };
        if is_flow(text, node) {
            continue;
        }
        let own = column(text, node.at.start as usize);
        let mut children = map.entries.iter().map(|entry| &entry.value);
        let deeper =
            children.find(|value| value.is_map() && matches!(value.kind, Kind::Map(_)) && !is_flow(text, value));
        if let Some(step) = deeper.map(|value| column(text, value.at.start as usize).saturating_sub(own))
            && (1..=8).contains(&step)
        {
            return step;
        }
        todo.extend(map.entries.iter().map(|entry| &entry.value));
    }
    2
}

/// The empty place at `at`.
pub(super) fn empty(at: Span, offset: usize) -> Span {
    Span::new(at.source, offset, offset)
}
