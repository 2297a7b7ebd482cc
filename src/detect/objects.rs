//! Kubernetes objects by kind, name and namespace: what one object calls another.
//!
//! Takes the files of a side. A repository of several clusters has the same name many times, so the nearest by folder counts.

use super::Tree;
use crate::yaml::{Document, Node, Path, Step};
use std::collections::HashMap;
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

    fn is_in(&self, namespace: Option<&str>) -> bool {
        // A namespace that is not written is set by whoever applies the object, and may be any.
        match (self.metadata("namespace"), namespace) {
            (Some(own), Some(asked)) => own == asked,
            _ => true,
        }
    }
}

/// Where an object stands: the file's index, the document's in it, and the object's in that.
type Place = (usize, usize, usize);

/// The objects of a side by what they are called, so that not every reference looks through all files.
#[derive(Debug, Default)]
pub(super) struct Objects {
    kinds: HashMap<String, OfKind>,
    /// Kustomizations, which may move what they have to another namespace.
    movers: Vec<Place>,
    /// Whether any of them changes names.
    renames: bool,
}

#[derive(Debug, Default)]
struct OfKind {
    by_name: HashMap<String, Vec<Place>>,
    /// One of them has a name that is made elsewhere, or none.
    unsure: bool,
}

impl Objects {
    pub(super) fn of(tree: &Tree) -> Objects {
        let mut objects = Objects::default();
        for (file, parsed) in tree.files.iter().enumerate() {
            for (document, parsed) in parsed.documents.iter().enumerate() {
                for (nth, object) in Object::of(parsed).iter().enumerate() {
                    objects.add(object, (file, document, nth));
                }
            }
        }
        objects
    }

    fn add(&mut self, object: &Object, place: Place) {
        let node = object.node;
        let spec = node.get("spec").unwrap_or(node);
        self.renames |=
            ["namePrefix", "nameSuffix"].iter().any(|key| node.get(key).is_some() || spec.get(key).is_some());
        let Some(kind) = node.get("kind").and_then(Node::text) else { return };
        if kind == "Kustomization" || kind == "Component" {
            self.movers.push(place);
        }
        let of_kind = self.kinds.entry(kind.to_string()).or_default();
        let name = object.metadata("name");
        of_kind.unsure |= name.is_none_or(|name| name.contains(['{', '$']));
        if let Some(name) = name {
            of_kind.by_name.entry(name.to_string()).or_default().push(place);
        }
    }

    /// Whether no object of a kind can have another name than is written.
    pub(super) fn are_sure(&self, kind: &str) -> bool {
        !self.renames && self.kinds.get(kind).is_none_or(|of_kind| !of_kind.unsure)
    }

    /// Whether there is any object of a kind.
    pub(super) fn any(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// All objects of a kind and a name, in the order of the files.
    pub(super) fn called<'t>(
        &self,
        tree: &'t Tree,
        kind: &str,
        name: &str,
    ) -> impl Iterator<Item = (usize, Object<'t>)> {
        let places = self.kinds.get(kind).and_then(|of_kind| of_kind.by_name.get(name));
        places.into_iter().flatten().filter_map(|place| Some((place.0, at(tree, *place)?)))
    }

    /// Every kustomization.
    pub(super) fn movers<'t>(&self, tree: &'t Tree) -> impl Iterator<Item = Object<'t>> {
        self.movers.iter().filter_map(|place| at(tree, *place))
    }
}

fn at<'t>(tree: &'t Tree, (file, document, nth): Place) -> Option<Object<'t>> {
    Object::of(tree.files.get(file)?.documents.get(document)?).into_iter().nth(nth)
}

/// The object that a file at `from` calls so; `None` where none of the files has it.
pub(super) fn nearest<'a>(tree: &'a Tree, from: &str, called: Called) -> Option<Nearest<'a>> {
    let mut best: Option<(usize, Nearest)> = None;
    let all = tree.objects().called(tree, called.kind, called.name);
    for (file, object) in all.filter(|(_, object)| object.is_in(called.namespace)) {
        let near = nearness(from, &tree.files[file].source.path);
        match &mut best {
            Some((nearer, _)) if *nearer > near => {}
            Some((other, known)) if *other == near => known.several = true,
            _ => best = Some((near, Nearest { object, several: false })),
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
