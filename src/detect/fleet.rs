//! Fleet bundles of the Milvus chart: `fleet.yaml`, told by its shape.
//!
//! The order of the values is Fleet's own: `values`, over them `valuesFiles`, over those a customization's, and what
//! `valuesFrom` names on top of all.

#[cfg(test)]
mod tests;

use super::objects::{Called, nearest};
use super::release::Release;
use super::{Evidence, File, Layer, Layers, Tree, helm_values};
use crate::model::{Identity, Surface};
use crate::source::Span;
use crate::yaml::{self, Document, Entry, Node, Path, Step};
use std::sync::Arc;

/// One bundle.
struct Bundle<'a> {
    document: &'a Arc<Document>,
    path: &'a str,
    tree: &'a Tree<'a>,
    helm: &'a Node,
}

/// What one group of clusters gets: the bundle's own options, and those of a customization over them.
struct Target<'a> {
    at: Span,
    /// Bottom first, each with its place in the document.
    options: Vec<(Path, &'a Node)>,
    /// Where a namespace may be written, bottom first.
    roots: Vec<&'a Node>,
}

/// Adds the Milvus of a bundle, once for all clusters and once for each customization; whether the document is a bundle.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, evidence: &mut Vec<Evidence>) -> bool {
    let root = &document.root;
    let Some(helm) = root.get("helm").filter(|helm| helm.is_map() && root.get("kind").is_none()) else { return false };
    let path = &file.source.path;
    let named = path.rsplit('/').next().is_some_and(|name| name.starts_with("fleet."));
    let shaped = ["chart", "repo", "valuesFiles"].iter().any(|key| helm.get(key).is_some());
    if !named && !shaped {
        return false;
    }
    let bundle = Bundle { document, path, tree, helm };
    evidence.extend(bundle.targets(root).into_iter().filter_map(|target| bundle.evidence(&target)));
    true
}

impl<'a> Bundle<'a> {
    fn targets(&self, root: &'a Node) -> Vec<Target<'a>> {
        let own = || (vec![Step::Key("helm".to_string())], self.helm);
        let mut targets = Vec::new();
        if let Some(chart) = self.helm.entry("chart") {
            targets.push(Target { at: chart.key.at, options: vec![own()], roots: vec![root] });
        }
        let customizations = root.get("targetCustomizations").map(Node::items).unwrap_or_default();
        for (index, customization) in customizations.iter().enumerate() {
            let Some(helm) = customization.entry("helm").filter(|helm| changes(helm)) else { continue };
            if customization.get("doNotDeploy").and_then(Node::as_bool) == Some(true) {
                continue;
            }
            let path = ["targetCustomizations", "helm"].map(|key| Step::Key(key.to_string()));
            let [list, last] = path;
            let options = vec![own(), (vec![list, Step::Index(index), last], &helm.value)];
            targets.push(Target { at: helm.key.at, options, roots: vec![root, customization] });
        }
        targets
    }

    fn evidence(&self, target: &Target<'a>) -> Option<Evidence> {
        let chart = target.entry("chart")?.value.raw_text().filter(|chart| !chart.is_empty())?;
        let repository = target.entry("repo").and_then(|repo| repo.value.raw_text()).filter(|repo| !repo.is_empty());
        let layers = self.layers(target);
        let is_folder = !chart.contains("://") && repository.is_none();
        if is_folder && !layers.0.iter().any(|layer| helm_values::looks_like(&layer.node)) {
            // A folder beside the bundle: somebody's own chart, of which nothing says that it is Milvus'.
            return None;
        }
        let release = Release {
            surface: Surface::Fleet,
            id: Identity {
                namespace: target.namespace().map(str::to_string),
                name: target.entry("releaseName").and_then(|name| name.value.raw_text()).map(str::to_string),
                path: self.path.to_string(),
                ordinal: 0,
            },
            at: target.at,
            chart,
            repository,
            version: Some(target.version()).filter(|_| !is_folder),
            layers,
            tree: self.tree,
        };
        release.evidence()
    }

    fn layers(&self, target: &Target) -> Layers {
        let mut layers = Vec::new();
        for (path, options) in &target.options {
            let below = |key: &str| path.iter().cloned().chain([Step::Key(key.to_string())]).collect::<Path>();
            if let Some(values) = options.get("values").filter(|values| values.is_map()) {
                layers.push(Layer::of_part(self.document, below("values"), values));
            }
            for (index, file) in options.get("valuesFiles").map(Node::items).unwrap_or_default().iter().enumerate() {
                let found = file.text().and_then(|name| self.tree.refer(self.path, name, file.at)?.documents.first());
                layers.push(match found {
                    Some(document) => Layer::of_document(Arc::clone(document)),
                    None => self.unseen(below("valuesFiles"), index, file),
                });
            }
        }
        for (path, options) in &target.options {
            let path: Path = path.iter().cloned().chain([Step::Key("valuesFrom".to_string())]).collect();
            for (index, item) in options.get("valuesFrom").map(Node::items).unwrap_or_default().iter().enumerate() {
                layers.push(self.config_map(item).unwrap_or_else(|| self.unseen(path.clone(), index, item)));
            }
        }
        Layers(layers)
    }

    fn unseen(&self, mut list: Path, index: usize, item: &Node) -> Layer {
        list.push(Step::Index(index));
        Layer::unseen(self.document, list, item.at)
    }

    /// A ConfigMap among the files; a Secret is not looked at.
    fn config_map(&self, item: &Node) -> Option<Layer> {
        let reference = item.get("configMapKeyRef").filter(|_| item.get("secretKeyRef").is_none())?;
        let text = |key: &str| reference.get(key).and_then(Node::text);
        let called = Called { kind: "ConfigMap", name: text("name")?, namespace: text("namespace") };
        let found = nearest(self.tree, self.path, called).filter(|found| !found.several)?;
        let value = found.object.node.at_path(&["data", text("key").unwrap_or("values.yaml")])?;
        let stream = yaml::parse_block(self.tree.text(found.object.document.source), value)?;
        let document = Arc::new(stream.documents.into_iter().next()?);
        Some(Layer { editable: document.exact, ..Layer::of_document(document) })
    }
}

impl<'a> Target<'a> {
    /// An option of Helm, as the uppermost writes it.
    fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.options.iter().rev().find_map(|(_, options)| options.entry(key))
    }

    /// Without a version Fleet takes the newest.
    fn version(&self) -> (Span, String) {
        let written = self.entry("version").map(|version| (version.value.at, version.value.raw_text().unwrap_or("")));
        let (at, text) = written.filter(|(_, text)| !text.is_empty()).unwrap_or((self.at, "*"));
        (at, text.to_string())
    }

    fn namespace(&self) -> Option<&'a str> {
        let keys = ["targetNamespace", "namespace", "defaultNamespace"];
        let written = |root: &&'a Node| keys.iter().find_map(|key| root.get(key).and_then(Node::raw_text));
        self.roots.iter().rev().find_map(written)
    }
}

/// Whether a customization says anything of what is installed.
fn changes(helm: &Entry) -> bool {
    ["chart", "repo", "version", "values", "valuesFiles", "valuesFrom"].iter().any(|key| helm.value.get(key).is_some())
}
