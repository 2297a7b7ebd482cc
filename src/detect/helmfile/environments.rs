//! The environments of a Helmfile: takes its documents, gives what the templates of its releases are filled with in each.
//!
//! Values of an environment lie over those of the whole file. What is secret, computed or not here leaves the rest open.

use super::documents;
use crate::detect::argocd::fill::Fill;
use crate::detect::{File, Layer, Tree};
use crate::source::{Side, SourceId, Span};
use crate::yaml::{Document, Kind, Map, Node};
use std::sync::Arc;

/// One environment; the default is none at all, in which every template stays as it is written.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    pub at: Span,
    /// The file that says most of it.
    pub path: Option<String>,
    pub fill: Fill,
    files: Vec<SourceId>,
}

impl Default for Environment {
    fn default() -> Environment {
        let at = Span::new(SourceId { side: Side::Head, index: u32::MAX }, 0, 0);
        Environment { at, path: None, fill: Fill::open(), files: Vec::new() }
    }
}

impl Environment {
    /// A layer that says nothing and stands where the environment is named: what is looked for there is looked for by this release.
    pub(super) fn silent_layer(&self) -> Layer {
        let node = Node { at: self.at, kind: Kind::Map(Arc::new(Map::default())) };
        let document = Document::made(node.clone(), self.at);
        Layer { document: Arc::new(document), path: Vec::new(), node, editable: false }
    }

    /// Layers that say nothing, one for each file of values: a change there concerns what is made of them.
    pub(super) fn silent_layers(&self, tree: &Tree) -> Vec<Layer> {
        let layer = |id: &SourceId| {
            let node = Node { at: Span::new(*id, 0, 0), kind: Kind::Map(Arc::new(Map::default())) };
            let document = Document::made(node.clone(), Span::new(*id, 0, tree.text(*id).len()));
            Layer { document: Arc::new(document), path: Vec::new(), node, editable: false }
        };
        self.files.iter().map(layer).collect()
    }

    /// Lays one list of values over what is known.
    fn lay(&mut self, from: &File, list: &Node, tree: &Tree) {
        if !list.is_seq() && !list.is_null() {
            self.fill.open = true;
        }
        for item in list.items() {
            if item.is_map() {
                self.lay_values(item);
                continue;
            }
            let name = self.fill.text(item.raw_text().unwrap_or_default());
            match tree.seek_for(&from.source.path, &name, item.at, self.at) {
                Some(file) => {
                    self.files.push(file.id);
                    self.path = Some(file.source.path.clone());
                    self.fill.open |= !file.problems.is_empty() || file.documents.iter().any(|one| one.templated);
                    file.documents.iter().for_each(|document| self.lay_values(&document.root));
                }
                None => self.fill.open = true,
            }
        }
    }

    /// Values, under each of the names that templates have for them.
    fn lay_values(&mut self, values: &Node) {
        let values = &self.fill.node(values);
        for root in ["Values", "StateValues", "Environment.Values"] {
            self.fill.lay(root, values);
        }
    }
}

/// Every environment that a Helmfile and its bases name.
pub(super) fn of(file: &File, tree: &Tree) -> Vec<Environment> {
    let all: Vec<_> = documents(file, tree).collect();
    let mut environments: Vec<Environment> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, entry) in
        all.iter().filter_map(|(_, document)| document.root.get("environments")).flat_map(Node::entries)
    {
        if !names.contains(&name) {
            names.push(name);
            let mut fill = Fill::default();
            fill.set("Environment.Name".to_string(), name.to_string());
            environments.push(Environment { at: entry.key.at, fill, ..Environment::default() });
        }
    }
    for (name, environment) in names.iter().zip(&mut environments) {
        for (from, document) in &all {
            environment.lay_from(from, document.root.get("values"), tree);
        }
        for (from, document) in &all {
            let own = document.root.at_path(&["environments", *name]);
            environment.lay_from(from, own.and_then(|own| own.get("values")), tree);
            environment.fill.open |= own.is_some_and(|own| own.get("secrets").is_some());
        }
    }
    environments
}

impl Environment {
    fn lay_from(&mut self, from: &File, list: Option<&Node>, tree: &Tree) {
        if let Some(list) = list {
            self.lay(from, list, tree);
        }
    }
}
