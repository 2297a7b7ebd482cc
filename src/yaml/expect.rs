//! What a change should lead to: the same change made on a tree without places, to compare the edited text with.
//!
//! This is the oracle's half of the editor; it shares no code with the half that writes.

use super::edit::{Change, EditError, Step};
use super::{Kind, Node, Stream, node, render};
use crate::source::Span;

/// A value without its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Scalar {
        text: String,
        string: bool,
        templated: bool,
    },
    Map(Vec<(Tree, Tree)>),
    Seq(Vec<Tree>),
    /// By name: what it stands for is compared where it is anchored.
    Alias(String),
}

impl Tree {
    /// The value of `node`, which stands in `text`.
    pub fn of(node: &Node, text: &str) -> Tree {
        match &node.kind {
            Kind::Null => Tree::Null,
            Kind::Alias(_) => Tree::Alias(text.get(node.at.range()).unwrap_or_default().to_owned()),
            Kind::Seq(items) => Tree::Seq(items.iter().map(|item| Tree::of(item, text)).collect()),
            Kind::Map(map) => {
                let entry = |entry: &super::Entry| (Tree::key(&entry.key, text), Tree::of(&entry.value, text));
                Tree::Map(map.entries.iter().map(entry).collect())
            }
            Kind::Scalar(scalar) => {
                Tree::Scalar { text: scalar.text.to_string(), string: node.is_string(), templated: scalar.templated }
            }
        }
    }

    /// A key: all keys with text are strings, but a merge stays one.
    fn key(key: &Node, text: &str) -> Tree {
        match key.text() {
            Some(name) if !matches!(key.kind, Kind::Alias(_)) => Tree::scalar(name, !node::is_merge(key)),
            _ => Tree::of(key, text),
        }
    }

    /// A scalar without templates.
    pub fn scalar(text: &str, string: bool) -> Tree {
        Tree::Scalar { text: text.to_owned(), string, templated: false }
    }

    fn child(&mut self, step: &Step, create: bool) -> Option<&mut Tree> {
        if matches!(self, Tree::Null) && create && matches!(step, Step::Key(_)) {
            *self = Tree::Map(Vec::new());
        }
        match (self, step) {
            (Tree::Seq(items), Step::Index(index)) => {
                if create && *index == items.len() {
                    items.push(Tree::Null);
                }
                items.get_mut(*index)
            }
            (Tree::Map(entries), Step::Key(key)) => {
                let wanted = Tree::scalar(key, true);
                let index = match entries.iter().rposition(|(name, _)| *name == wanted) {
                    Some(index) => index,
                    None if create => {
                        entries.push((wanted, Tree::Null));
                        entries.len() - 1
                    }
                    None => return None,
                };
                Some(&mut entries[index].1)
            }
            _ => None,
        }
    }

    fn at(&mut self, path: &[Step], create: bool) -> Option<&mut Tree> {
        path.iter().try_fold(self, |tree, step| tree.child(step, create))
    }

    fn rename(&mut self, path: &[Step], name: &str) -> Option<()> {
        let (last, parent) = path.split_last()?;
        let (Tree::Map(entries), Step::Key(key)) = (self.at(parent, false)?, last) else { return None };
        let (old, new) = (Tree::scalar(key, true), Tree::scalar(name, true));
        if entries.iter().any(|(name, _)| *name == new) {
            return None;
        }
        entries.iter_mut().rfind(|(name, _)| *name == old)?.0 = new;
        Some(())
    }

    fn remove(&mut self, path: &[Step]) -> Option<Tree> {
        let (last, parent) = path.split_last()?;
        match (self.at(parent, false)?, last) {
            (Tree::Seq(items), Step::Index(index)) if *index < items.len() => Some(items.remove(*index)),
            (Tree::Map(entries), Step::Key(key)) => {
                let wanted = Tree::scalar(key, true);
                let index = entries.iter().rposition(|(name, _)| *name == wanted)?;
                Some(entries.remove(index).1)
            }
            _ => None,
        }
    }
}

/// The tree after the change; `fragment` is the value that an `Insert` brings.
pub(super) fn changed(mut tree: Tree, change: &Change, fragment: Option<Tree>) -> Result<Tree, EditError> {
    let lost = || EditError::Refused("the path does not lead to a value".to_owned());
    match change {
        Change::Set { path, value, string } => {
            *tree.at(path, true).ok_or_else(lost)? = render::read_back(value, *string)
        }
        Change::Insert { path, .. } => *tree.at(path, true).ok_or_else(lost)? = fragment.unwrap_or(Tree::Null),
        Change::Rename { path, key } => tree.rename(path, key).ok_or_else(lost)?,
        Change::Remove { path } => drop(tree.remove(path).ok_or_else(lost)?),
        Change::Move { from, to } => {
            let value = tree.remove(from).ok_or_else(lost)?;
            let target = to.iter().chain(from.last()).cloned().collect::<Vec<Step>>();
            *tree.at(&target, true).ok_or_else(lost)? = value;
        }
    }
    Ok(tree)
}

/// Whether two streams say the same, apart from the scalar whose content holds `hole`; gives that scalar on both sides.
pub(super) fn same_around(old: (&Stream, &str), new: (&Stream, &str), hole: Span) -> Option<(Node, Node)> {
    if old.0.documents.len() != new.0.documents.len() || old.0.problems.len() != new.0.problems.len() {
        return None;
    }
    let mut found = None;
    let mut pairs = old.0.documents.iter().zip(&new.0.documents);
    let same = pairs.all(|(a, b)| same(&a.root, old.1, &b.root, new.1, hole, &mut found));
    found.filter(|_| same)
}

fn same(a: &Node, old: &str, b: &Node, new: &str, hole: Span, found: &mut Option<(Node, Node)>) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Scalar(scalar), Kind::Scalar(other)) if scalar.content.contains(hole) => {
            *found = Some((a.clone(), b.clone()));
            scalar.style == other.style
        }
        (Kind::Seq(a), Kind::Seq(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, old, b, new, hole, found))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.entries.len() == b.entries.len()
                && a.entries.iter().zip(&b.entries).all(|(a, b)| {
                    same(&a.key, old, &b.key, new, hole, found) && same(&a.value, old, &b.value, new, hole, found)
                })
        }
        _ => Tree::of(a, old) == Tree::of(b, new),
    }
}
