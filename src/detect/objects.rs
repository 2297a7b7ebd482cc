//! Kubernetes objects by kind, name and namespace: what one object calls another.
//!
//! Takes the files of a side. A repository of several clusters has the same name many times, so the nearest by folder counts.

use super::Tree;
use crate::yaml::{Document, Node, Path, Step};
use std::sync::Arc;

/// An object of a file.
#[derive(Clone, Debug)]
pub(super) struct Object<'a> {
    pub document: &'a Arc<Document>,
    /// From the document's root to the object.
    pub path: Path,
    pub node: &'a Node,
}

/// What an object is called by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Called<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    pub namespace: Option<&'a str>,
}

/// What was found under a name.
#[derive(Debug)]
pub(super) struct Nearest<'a> {
    pub object: Object<'a>,
    /// Others are just as near, so that it is not known which of them is meant.
    pub several: bool,
}

impl<'a> Object<'a> {
    /// The objects of a document: itself, or the items of a `List`.
    pub fn of(document: &'a Arc<Document>) -> Vec<Object<'a>> {
        let root = &document.root;
        let items = match root.get("kind").and_then(Node::text) {
            Some("List") => root.get("items").map(Node::items).unwrap_or_default(),
            Some(_) => return vec![Object { document, path: Vec::new(), node: root }],
            None => &[],
        };
        let path = |index| vec![Step::Key("items".to_string()), Step::Index(index)];
        items.iter().enumerate().map(|(index, node)| Object { document, path: path(index), node }).collect()
    }

    /// `metadata.<key>`.
    pub fn metadata(&self, key: &str) -> Option<&'a str> {
        self.node.at_path(&["metadata", key]).and_then(Node::raw_text)
    }

    /// A path of keys inside the object, from the document's root.
    pub fn path_to(&self, keys: &[&str]) -> Path {
        self.path.iter().cloned().chain(keys.iter().map(|key| Step::Key((*key).to_string()))).collect()
    }

    fn is(&self, called: &Called) -> bool {
        // A namespace that is not written is set by whoever applies the object, and may be any.
        let namespace = || match (self.metadata("namespace"), called.namespace) {
            (Some(own), Some(asked)) => own == asked,
            _ => true,
        };
        self.node.get("kind").and_then(Node::text) == Some(called.kind)
            && self.metadata("name") == Some(called.name)
            && namespace()
    }
}

/// The object that a file at `from` calls so; `None` where none of the files has it.
pub(super) fn nearest<'a>(tree: &'a Tree, from: &str, called: Called) -> Option<Nearest<'a>> {
    let mut best: Option<(usize, Nearest)> = None;
    for file in &tree.files {
        let near = nearness(from, &file.source.path);
        if best.as_ref().is_some_and(|(nearer, _)| *nearer > near) {
            continue;
        }
        for object in file.documents.iter().flat_map(Object::of).filter(|object| object.is(&called)) {
            let several = best.as_ref().is_some_and(|(other, _)| *other == near);
            match &mut best {
                Some((_, known)) if several => known.several = true,
                _ => best = Some((near, Nearest { object, several })),
            }
        }
    }
    best.map(|(_, nearest)| nearest)
}

/// How many folders two paths have in common; the same file is nearest.
fn nearness(one: &str, other: &str) -> usize {
    if one == other {
        return usize::MAX;
    }
    let folders = |path: &str| path.matches('/').count();
    let common = one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count();
    common.min(folders(one)).min(folders(other))
}
