//! Kustomizations: the Milvus chart among their `helmCharts`, and what overlays make of resources that run Milvus.
//!
//! Takes one document, told by its kind or by its file's name, and the files around it. What the values mean is not known here.

mod change;
mod generate;
mod graph;
pub(super) mod images;
mod kustomization;
mod merge;
mod overlays;
mod patch;
mod references;
mod remake;
mod remote;
mod replace;
mod settings;
mod subject;
mod substitute;
mod synthetic;
#[cfg(test)]
mod tests;

pub use overlays::lay_overlays;
pub(super) use patch::laid;
pub(super) use references::expect_references;
pub(super) use settings::{files_of, lay_settings, of_folder};

use super::release::Release;
use super::{Evidence, File, Layer, Layers, Tree};
use crate::model::{Identity, Surface};
use crate::yaml::{Document, Node, Path, Step};
use std::sync::Arc;

/// The API group of kustomizations, up to its version.
const GROUP: &str = "kustomize.config.k8s.io/";

/// The names of files that hold a kustomization; only there may it leave out its kind.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// One entry of `helmCharts`.
struct Chart<'a> {
    document: &'a Arc<Document>,
    path: &'a str,
    tree: &'a Tree<'a>,
    /// From the document's root to the entry.
    steps: Path,
    item: &'a Node,
}

/// Adds every Milvus that a kustomization inflates from its chart; whether the document is a kustomization.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, evidence: &mut Vec<Evidence>) -> bool {
    let root = &document.root;
    let path = &file.source.path;
    if !is_kustomization(root, path) {
        return false;
    }
    let items = root.get("helmCharts").map(Node::items).unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let steps = vec![Step::Key("helmCharts".to_string()), Step::Index(index)];
        evidence.extend(Chart { document, path, tree, steps, item }.evidence());
    }
    true
}

/// A ConfigMap or Secret of that name that the kustomization in a file's own folder makes.
pub(super) fn generated(tree: &Tree, from: &str, kind: &str, name: &str) -> Option<Node> {
    let file = NAMES.iter().find_map(|file| tree.beside(from, file))?;
    let one = kustomization::Kustomization::all_of(0, file).into_iter().find(|one| !one.flux)?;
    let mut items = Vec::new();
    generate::generate(&one, 0, tree, &mut items);
    let item = items.into_iter().find(|item| item.subject.is(kind) && item.subject.names.iter().any(|own| own == name));
    item?.subject.root
}

/// Whether an object is Flux's Kustomization.
fn is_flux(root: &Node) -> bool {
    let group = root.get("apiVersion").and_then(Node::raw_text);
    root.get("kind").and_then(Node::text) == Some("Kustomization")
        && group.is_some_and(|group| group.starts_with("kustomize.toolkit.fluxcd.io/"))
}

/// A Flux Kustomization has the same kind, and another group.
fn is_kustomization(root: &Node, path: &str) -> bool {
    let named = path.rsplit('/').next().is_some_and(|name| NAMES.contains(&name));
    let kind = root.get("kind").and_then(Node::text);
    match root.get("apiVersion").and_then(Node::raw_text) {
        Some(group) => {
            group.starts_with(GROUP) && kind.is_none_or(|kind| ["Kustomization", "Component"].contains(&kind))
        }
        None => named && root.is_map() && kind.is_none_or(|kind| kind == "Kustomization"),
    }
}

impl Chart<'_> {
    fn evidence(&self) -> Option<Evidence> {
        let name = self.item.entry("name")?;
        let repository = self.text("repo");
        let version =
            self.item.get("version").filter(|version| version.raw_text().is_some_and(|text| !text.is_empty()));
        let version = version.map(|version| (version.at, version.raw_text().unwrap_or_default().to_string()));
        // Without a version Helm pulls the newest; without a repository the chart is a folder of which nothing is said.
        let newest = || repository.map(|_| (name.key.at, "*".to_string()));
        // What the kustomization says of the namespace holds for all that it makes.
        let namespace = self.document.root.get("namespace").and_then(Node::raw_text).or(self.text("namespace"));
        let release = Release {
            surface: Surface::Kustomize,
            id: Identity {
                namespace: namespace.map(str::to_string),
                name: self.text("releaseName").map(str::to_string),
                path: self.path.to_string(),
                ordinal: 0,
            },
            at: name.key.at,
            chart: name.value.raw_text()?,
            repository,
            version: version.or_else(newest),
            layers: self.layers(),
            tree: self.tree,
        };
        release.evidence()
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.item.get(key).and_then(Node::raw_text).filter(|text| !text.is_empty())
    }

    /// Kustomize makes one file of `valuesFile` and `valuesInline`, and lays `additionalValuesFiles` over it.
    fn layers(&self) -> Layers {
        let file = self.item.get("valuesFile").filter(|file| file.raw_text().is_some_and(|name| !name.is_empty()));
        let file = file.map(|file| self.file(file, self.below(&["valuesFile"])));
        let inline = self.item.get("valuesInline").filter(|inline| inline.is_map());
        let inline = inline.map(|inline| Layer::of_part(self.document, self.below(&["valuesInline"]), inline));
        let mut layers: Vec<Layer> = match self.text("valuesMerge") {
            Some("replace") if inline.is_some() => inline.into_iter().collect(),
            Some("merge") => inline.into_iter().chain(file).collect(),
            _ => file.into_iter().chain(inline).collect(),
        };
        let additional = self.item.get("additionalValuesFiles").map(Node::items).unwrap_or_default();
        for (index, name) in additional.iter().enumerate() {
            let mut path = self.below(&["additionalValuesFiles"]);
            path.push(Step::Index(index));
            layers.push(self.file(name, path));
        }
        if layers.is_empty() {
            // A repair may still write there.
            let nothing = Node { at: self.item.at, kind: crate::yaml::Kind::Null };
            layers.push(Layer::of_part(self.document, self.below(&["valuesInline"]), &nothing));
        }
        Layers(layers)
    }

    /// A file of values; one that is not here may say anything.
    fn file(&self, name: &Node, path: Path) -> Layer {
        let found = name.text().and_then(|path| self.tree.refer(self.path, path, name.at)?.documents.first());
        match found {
            Some(document) => Layer::of_document(Arc::clone(document)),
            None => Layer::unseen(self.document, path, name.at),
        }
    }

    fn below(&self, keys: &[&str]) -> Path {
        self.steps.iter().cloned().chain(keys.iter().map(|key| Step::Key((*key).to_string()))).collect()
    }
}
