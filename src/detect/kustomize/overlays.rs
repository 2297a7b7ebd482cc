//! Overlays: which Milvus resources a kustomization takes from its bases, and what it makes of them.
//!
//! Takes what all files of a side gave. A resource that is only a patch is taken back; a base that overlays change gives way to
//! one Milvus for each of them. Bases that are not among the files give nothing.

use super::patch::{Patch, Subject, patched_files, patches};
use super::{NAMES, is_kustomization};
use crate::detect::{Evidence, Found, Layer, Tree, What, number};
use crate::model::Surface;
use crate::source::SourceId;
use crate::yaml::{Document, Node, Path, Step};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// More resources of one kustomization, or bases of bases, than anybody writes; whoever does gets no more of them.
const MOST: usize = 500;
const DEEPEST: usize = 50;

/// A kustomization among the files.
pub(super) struct Kustomization<'a> {
    /// Its file's index in the tree.
    pub file: usize,
    pub document: &'a Arc<Document>,
    pub path: &'a str,
}

/// A resource on its way through kustomizations.
#[derive(Clone)]
struct Item {
    subject: Subject,
    /// Where it was found: the file's index, and which of the file's.
    origin: (usize, usize),
    /// The kustomizations that changed it, in order.
    by: Vec<usize>,
}

struct Graph<'a> {
    tree: &'a Tree<'a>,
    found: &'a [Found],
    all: Vec<Kustomization<'a>>,
    by_file: HashMap<SourceId, usize>,
    known: HashMap<usize, Vec<Item>>,
}

/// Takes back resources that are only patches, and puts what overlays make in the place of their bases.
pub fn lay_overlays(tree: &Tree, found: &mut [Found]) {
    let mut all = Vec::new();
    for (file, parsed) in tree.files.iter().enumerate() {
        let path = parsed.source.path.as_str();
        let document = parsed.documents.iter().find(|document| is_kustomization(&document.root, path));
        all.extend(document.map(|document| Kustomization { file, document, path }));
    }
    let whole: HashSet<SourceId> = all.iter().flat_map(|one| one.files(tree)).collect();
    let partial: HashSet<SourceId> = all.iter().flat_map(|one| patched_files(one, tree)).collect();
    for (file, found) in tree.files.iter().zip(found.iter_mut()) {
        if partial.contains(&file.id) && !whole.contains(&file.id) {
            found.evidence.retain(|evidence| !is_resource(evidence));
        }
    }
    let made = Graph::of(tree, found, all).made();
    place(made, found);
}

/// Only what nobody builds upon is deployed.
struct Made {
    /// With the index of the file to report it with.
    items: Vec<(usize, Item)>,
    gone: HashSet<(usize, usize)>,
}

fn place(made: Made, found: &mut [Found]) {
    for (file, found) in found.iter_mut().enumerate() {
        let mut index = 0;
        found.evidence.retain(|_| {
            index += 1;
            !made.gone.contains(&(file, index - 1))
        });
    }
    let mut seen = HashSet::new();
    for (file, item) in made.items {
        if seen.insert((item.origin, item.by.clone())) {
            found[file].evidence.push(item.subject.evidence);
            number(&mut found[file].evidence);
        }
    }
}

fn is_resource(evidence: &Evidence) -> bool {
    use Surface::{MilvusClusterResource, MilvusResource};
    matches!(evidence.what, What::Migration | What::Deployment(MilvusResource | MilvusClusterResource, _))
}

impl<'a> Kustomization<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.document.root.get(key)
    }

    pub(super) fn list(&self, key: &str) -> impl Iterator<Item = (Path, &'a Node)> + use<'a> {
        let list = Step::Key(key.to_string());
        let items = self.get(key).map(Node::items).unwrap_or_default();
        items.iter().enumerate().map(move |(index, item)| (vec![list.clone(), Step::Index(index)], item))
    }

    /// The files and folders that it builds upon.
    fn below(&self) -> impl Iterator<Item = &'a str> {
        let lists = ["resources", "bases", "components"].into_iter().flat_map(|key| self.list(key));
        lists.filter_map(|(_, item)| item.text())
    }

    /// The files that it takes whole.
    fn files(&self, tree: &Tree) -> Vec<SourceId> {
        self.below().filter_map(|name| tree.beside(self.path, name)).map(|file| file.id).collect()
    }

    fn is_component(&self) -> bool {
        self.get("kind").and_then(Node::text) == Some("Component")
    }
}

impl<'a> Graph<'a> {
    fn of(tree: &'a Tree<'a>, found: &'a [Found], all: Vec<Kustomization<'a>>) -> Graph<'a> {
        let by_file = all.iter().enumerate().map(|(index, one)| (tree.files[one.file].id, index)).collect();
        Graph { tree, found, all, by_file, known: HashMap::new() }
    }

    /// The kustomization that a path leads to, where it leads to a folder.
    fn folder(&self, from: usize, name: &str) -> Option<usize> {
        let beside = |file: &&str| self.tree.beside(self.all[from].path, &format!("{name}/{file}"));
        let file = NAMES.iter().find_map(beside)?;
        self.by_file.get(&file.id).copied()
    }

    fn made(mut self) -> Made {
        let graph = &self;
        let below = |index: usize| graph.all[index].below().filter_map(move |name| graph.folder(index, name));
        let built_upon: HashSet<usize> = (0..self.all.len()).flat_map(below).collect();
        let mut made = Made { items: Vec::new(), gone: HashSet::new() };
        let mut as_they_are = HashSet::new();
        for index in 0..self.all.len() {
            if built_upon.contains(&index) || self.all[index].is_component() {
                continue;
            }
            for item in self.items(index, 0) {
                let Some(last) = item.by.last() else {
                    as_they_are.insert(item.origin);
                    continue;
                };
                made.gone.insert(item.origin);
                let moved = item.subject.evidence.id.path == self.all[*last].path;
                made.items.push((if moved { self.all[*last].file } else { item.origin.0 }, item));
            }
        }
        made.gone.retain(|origin| !as_they_are.contains(origin));
        made
    }

    /// The resources that a kustomization gives.
    fn items(&mut self, index: usize, depth: usize) -> Vec<Item> {
        if let Some(known) = self.known.get(&index) {
            return known.clone();
        }
        // Whoever comes back here on the way goes in a circle, and finds nothing.
        self.known.insert(index, Vec::new());
        let mut items = Vec::new();
        let names: Vec<&str> = self.all[index].below().collect();
        for name in names.into_iter().filter(|_| depth < DEEPEST) {
            match self.folder(index, name) {
                Some(below) => {
                    items.extend(self.items(below, depth + 1));
                    if self.all[below].is_component() {
                        self.change(below, &mut items);
                    }
                }
                None => items.extend(self.resources(index, name)),
            }
            items.truncate(MOST);
        }
        if !self.all[index].is_component() {
            self.change(index, &mut items);
        }
        self.known.insert(index, items.clone());
        items
    }

    /// The resources of a file.
    fn resources(&self, index: usize, name: &str) -> Vec<Item> {
        let Some(file) = self.tree.beside(self.all[index].path, name) else { return Vec::new() };
        let Some(at) = self.tree.files.iter().position(|other| other.id == file.id) else { return Vec::new() };
        let evidence = self.found[at].evidence.iter().enumerate().filter(|(_, evidence)| is_resource(evidence));
        let item = |(nth, evidence): (usize, &Evidence)| Item {
            subject: Subject::of(evidence),
            origin: (at, nth),
            by: Vec::new(),
        };
        evidence.map(item).collect()
    }

    /// What one kustomization does to all it has.
    fn change(&self, index: usize, items: &mut Vec<Item>) {
        let one = &self.all[index];
        let patches: Vec<Patch> = if items.is_empty() { Vec::new() } else { patches(one, self.tree) };
        for item in items.iter_mut() {
            let mut changed = false;
            for patch in &patches {
                changed |= patch.apply(&mut item.subject);
            }
            changed |= one.rename(&mut item.subject);
            if changed {
                // A namespace alone makes no other Milvus of it, and leaves it where it stands.
                item.subject.evidence.id.path = one.path.to_string();
            }
            if one.move_to_namespace(&mut item.subject) || changed {
                item.by.push(index);
            }
        }
        items.retain(|item| !item.subject.deleted);
    }
}

impl Kustomization<'_> {
    pub(super) fn move_to_namespace(&self, subject: &mut Subject) -> bool {
        let namespace = self.get("namespace").and_then(Node::raw_text).map(str::to_string);
        let moved = namespace.is_some() && subject.evidence.id.namespace != namespace;
        if moved {
            subject.evidence.id.namespace = namespace;
        }
        moved
    }

    pub(super) fn rename(&self, subject: &mut Subject) -> bool {
        let text = |key: &str| self.get(key).and_then(Node::raw_text).unwrap_or_default();
        let (prefix, suffix) = (text("namePrefix"), text("nameSuffix"));
        let Some(name) = subject.evidence.id.name.as_mut() else { return false };
        if prefix.is_empty() && suffix.is_empty() {
            return false;
        }
        *name = format!("{prefix}{name}{suffix}");
        subject.names.push(name.clone());
        true
    }

    /// A layer for what is named and not here.
    pub(super) fn unseen(&self, path: Path, at: &Node) -> Layer {
        Layer::unseen(self.document, path, at.at)
    }
}
