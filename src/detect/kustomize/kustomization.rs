//! A kustomization: kustomize's own, or Flux's object of the same name, which says a part of it in the same words.
//!
//! Takes a document; answers by key and by list, with the path to each item. What the words do is not known here.

use super::{is_flux, is_kustomization};
use crate::detect::{File, Layer};
use crate::yaml::{Document, Node, Path, Step};
use std::sync::Arc;

/// A kustomization among the files.
pub(super) struct Kustomization<'a> {
    /// Its file's index in the tree.
    pub file: usize,
    pub document: &'a Arc<Document>,
    pub path: &'a str,
    /// Whether it is Flux's.
    pub flux: bool,
    /// Where its words stand: the root, or `spec` of Flux's.
    node: &'a Node,
}

/// The words that Flux's object shares with a kustomization.
const SHARED: [&str; 7] =
    ["patches", "patchesStrategicMerge", "patchesJson6902", "images", "components", "namePrefix", "nameSuffix"];

impl<'a> Kustomization<'a> {
    /// The kustomizations of a file: one of kustomize's, or any number of Flux's.
    pub fn all_of(index: usize, file: &'a File) -> Vec<Kustomization<'a>> {
        let path = file.source.path.as_str();
        let one = |document: &'a Arc<Document>| {
            let root = &document.root;
            let flux = is_flux(root);
            let node = if flux { root.get("spec")? } else { root };
            (flux || is_kustomization(root, path)).then_some(Kustomization { file: index, document, path, flux, node })
        };
        let mut all: Vec<Kustomization> = file.documents.iter().filter_map(one).collect();
        if all.first().is_some_and(|first| !first.flux) {
            all.truncate(1);
        }
        all
    }

    /// The settings of one that stands in no file of its own.
    pub fn of(document: &'a Arc<Document>, path: &'a str) -> Kustomization<'a> {
        Kustomization { file: 0, document, path, flux: false, node: &document.root }
    }

    /// What it says under a key of kustomize's.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        match key {
            "namespace" if self.flux => self.node.get("targetNamespace"),
            _ if self.flux && !SHARED.contains(&key) => None,
            key => self.node.get(key),
        }
    }

    /// Whether its patches are for objects like another one, which is Flux's.
    pub fn may_patch(&self, other: &Kustomization) -> bool {
        let name = other.document.root.at_path(&["metadata", "name"]).and_then(Node::raw_text);
        let items = ["patches", "patchesStrategicMerge", "patchesJson6902"].into_iter().filter_map(|key| self.get(key));
        items.flat_map(Node::items).any(|item| {
            let target = |key: &str| item.at_path(&["target", key]).and_then(Node::raw_text);
            let text = item.get("patch").unwrap_or(item).raw_text().unwrap_or_default();
            let named = |named: &str| Some(named) == name || named.contains(['*', '.', '|']);
            let kind =
                target("kind").map_or_else(|| text.contains("kind: Kustomization"), |kind| kind == "Kustomization");
            kind && target("name").is_none_or(named)
        })
    }

    /// What only Flux's object has.
    pub fn of_flux(&self, path: &[&str]) -> Option<&'a Node> {
        self.node.at_path(path).filter(|_| self.flux)
    }

    /// The items of a list, each with its path from the document's root.
    pub fn list(&self, key: &str) -> impl Iterator<Item = (Path, &'a Node)> + use<'a> {
        let spec = self.flux.then(|| Step::Key("spec".to_string()));
        let path: Path = spec.into_iter().chain([Step::Key(key.to_string())]).collect();
        let items = self.get(key).map(Node::items).unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(move |(index, item)| (path.iter().cloned().chain([Step::Index(index)]).collect::<Path>(), item))
    }

    /// The files and folders that it builds upon.
    pub fn below(&self) -> impl Iterator<Item = &'a str> {
        let lists = ["resources", "bases", "components"].into_iter().flat_map(|key| self.list(key));
        lists.filter_map(|(_, item)| item.text())
    }

    /// Where it takes something from another place than these files: a repository, an address.
    pub fn remote(&self) -> Option<&'a Node> {
        let lists = ["resources", "bases"].into_iter().flat_map(|key| self.list(key));
        let away = |text: &str| text.contains("://") || text.contains("?ref=") || text.starts_with("github.com/");
        lists.map(|(_, item)| item).find(|item| item.text().is_some_and(away))
    }

    /// Whether it only changes what others have.
    pub fn is_component(&self) -> bool {
        !self.flux && self.get("kind").and_then(Node::text) == Some("Component")
    }

    /// A text that is not empty.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Node::raw_text).filter(|text| !text.is_empty())
    }

    /// A layer for what is named and not here.
    pub fn unseen(&self, path: Path, at: &Node) -> Layer {
        Layer::unseen(self.document, path, at.at)
    }
}
