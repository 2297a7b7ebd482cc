//! Values as a stack of layers.
//!
//! Takes nodes of parsed texts, bottom first; answers what is in force at a path, and where it stands. It knows nothing of what
//! the values mean.

use crate::source::Span;
use crate::yaml::{Change, Document, Kind, Node, Path, Step};
use std::sync::Arc;

/// One text that speaks of a Milvus.
#[derive(Clone, Debug)]
pub struct Layer {
    pub document: Arc<Document>,
    /// From the document's root to `node`.
    pub path: Path,
    pub node: Node,
    /// Whether the node stands there as it is, so that it can be changed; not so where it was put together from a list of
    /// `key.path=value` settings.
    pub editable: bool,
}

/// Values as a stack, bottom first, asked from the top; never merged, so that no place is lost.
#[derive(Clone, Debug, Default)]
pub struct Layers(pub Vec<Layer>);

/// The answer of [`Layers::look`].
#[derive(Clone, Copy, Debug)]
pub enum Look<'a> {
    Absent,
    /// `null` is written: what is below, and the default, are taken away.
    Null(&'a Node),
    Value(&'a Node),
}

impl Layers {
    /// What is in force at a path: the topmost layer that says anything about it decides.
    pub fn look(&self, path: &[&str]) -> Look<'_> {
        for layer in self.0.iter().rev() {
            let mut node = &layer.node;
            let mut absent = false;
            for key in path {
                match node.get(key) {
                    Some(next) if next.is_null() => return Look::Null(next),
                    Some(next) => node = next,
                    None => {
                        absent = true;
                        break;
                    }
                }
            }
            if !absent {
                return Look::Value(node);
            }
        }
        Look::Absent
    }

    /// The value at a path, if one is written that is not `null`.
    pub fn get(&self, path: &[&str]) -> Option<&Node> {
        match self.look(path) {
            Look::Value(node) => Some(node),
            Look::Absent | Look::Null(_) => None,
        }
    }

    /// The place of the deepest key on the way to a path that is written; `None` when not even the first is.
    pub fn nearest(&self, path: &[&str]) -> Option<Span> {
        for length in (1..=path.len()).rev() {
            for layer in self.0.iter().rev() {
                let parent = path[..length - 1].iter().try_fold(&layer.node, |node, key| node.get(key));
                if let Some(entry) = parent.and_then(|parent| parent.entry(path[length - 1])) {
                    return Some(entry.key.at);
                }
            }
        }
        None
    }

    /// The layer to write in: the topmost that can be changed, so that what is written there is in force.
    pub fn writable(&self) -> Option<&Layer> {
        self.0.iter().rev().find(|layer| layer.editable)
    }

    /// The layer in which a path is written, or the topmost one.
    pub fn layer_of(&self, path: &[&str]) -> Option<&Layer> {
        self.written_in(path).or(self.0.last())
    }

    /// The topmost layer in which a path is written.
    pub fn written_in(&self, path: &[&str]) -> Option<&Layer> {
        let written = |layer: &&Layer| path.iter().try_fold(&layer.node, |node, key| node.get(key)).is_some();
        self.0.iter().rev().find(written)
    }
}

impl Layer {
    /// A whole document.
    pub fn of_document(document: Arc<Document>) -> Layer {
        Layer { path: Vec::new(), node: document.root.clone(), document, editable: true }
    }

    /// A part of a document that stands there as it is.
    pub fn of_part(document: &Arc<Document>, path: Path, node: &Node) -> Layer {
        Layer { document: Arc::clone(document), path, node: node.clone(), editable: true }
    }

    /// Values that are named and stand somewhere else: in the cluster, in a Secret, outside of the files. Written values
    /// are taken to hold beside them (what is kept away is mostly a password), and no default is.
    pub fn unseen(document: &Arc<Document>, path: Path, at: Span) -> Layer {
        Layer { document: Arc::clone(document), path, node: Node { at, kind: Kind::Null }, editable: false }
    }

    /// The part of this layer below some keys, as the values of a chart inside another one; values that are not here stay
    /// what they are.
    pub fn below(&self, keys: &[&str]) -> Option<Layer> {
        if self.is_unseen() {
            return Some(self.clone());
        }
        let node = self.node.at_path(keys)?;
        if node.is_templated() {
            return Some(Layer::unseen(&self.document, self.path_to(keys), node.at));
        }
        let part = Layer { path: self.path_to(keys), node: node.clone(), ..self.clone() };
        Some(part).filter(|part| part.node.is_map())
    }

    /// Whether this layer stands for values that are not here.
    pub fn is_unseen(&self) -> bool {
        !self.editable && matches!(self.node.kind, Kind::Null)
    }

    /// A path from the document's root to a key of this layer.
    pub fn path_to(&self, path: &[&str]) -> Path {
        self.path.iter().cloned().chain(path.iter().map(|key| Step::Key((*key).to_string()))).collect()
    }

    /// A change that writes a text at a path of this layer.
    pub fn set(&self, path: &[&str], value: impl Into<String>) -> Change {
        Change::Set { path: self.path_to(path), value: value.into(), string: true }
    }
}
