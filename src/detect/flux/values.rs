//! The values of a HelmRelease, as the helm-controller lays them: `valuesFrom` in its order, `spec.values` on top.

use super::HelmRelease;
use crate::detect::objects::{Called, nearest};
use crate::detect::{Layer, Layers};
use crate::source::Span;
use crate::yaml::{self, Entry, Kind, Map, Node, Scalar, Step, Style};
use std::sync::Arc;

impl HelmRelease<'_> {
    pub(super) fn layers(&self) -> Layers {
        let node = self.object.node;
        let from = node.at_path(&["spec", "valuesFrom"]).map(Node::items).unwrap_or_default();
        let mut layers: Vec<Layer> = from.iter().enumerate().map(|(index, item)| self.referred(index, item)).collect();
        let path = self.object.path_to(&["spec", "values"]);
        let spec = || node.entry("spec").map_or(node.at, |entry| entry.key.at);
        layers.push(match node.at_path(&["spec", "values"]) {
            Some(values) => Layer::of_part(self.object.document, path, values),
            // A repair may still write there.
            None => Layer::of_part(self.object.document, path, &Node { at: spec(), kind: Kind::Null }),
        });
        Layers(layers)
    }

    /// One entry of `valuesFrom`.
    fn referred(&self, index: usize, item: &Node) -> Layer {
        self.config_map(item).unwrap_or_else(|| {
            let mut path = self.object.path_to(&["spec", "valuesFrom"]);
            path.push(Step::Index(index));
            Layer::unseen(self.object.document, path, item.at)
        })
    }

    /// A ConfigMap among the files. What is in a Secret is not looked at, plain or not.
    fn config_map(&self, item: &Node) -> Option<Layer> {
        let text = |key: &str| item.get(key).and_then(Node::text);
        let called = Called { kind: text("kind")?, name: text("name")?, namespace: self.namespace() };
        if called.kind != "ConfigMap" {
            return None;
        }
        let key = text("valuesKey").unwrap_or("values.yaml");
        let Some(found) = nearest(self.tree, self.path, called).filter(|found| !found.several) else {
            return self.generated(called.name, key, item.at);
        };
        let value = found.object.node.at_path(&["data", key])?;
        if let Some(target) = text("targetPath") {
            let node = at_target(target, value)?;
            let path = found.object.path_to(&["data", key]);
            return Some(Layer { document: Arc::clone(found.object.document), path, node, editable: false });
        }
        let stream = yaml::parse_block(self.tree.text(found.object.document.source), value)?;
        let document = Arc::new(stream.documents.into_iter().next()?);
        Some(Layer { editable: document.exact, ..Layer::of_document(document) })
    }

    /// A ConfigMap that kustomize makes of a file: `configMapGenerator: [{name, files: [values.yaml=milvus.yaml]}]`.
    fn generated(&self, name: &str, key: &str, at: Span) -> Option<Layer> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let makers = ["kustomization.yaml", "kustomization.yml"];
        let maker = makers.iter().find_map(|file| self.tree.get(&format!("{folder}/{file}")))?;
        let generators = maker.documents.iter().filter_map(|document| document.root.get("configMapGenerator"));
        let named = |node: &&Node| node.get("name").and_then(Node::text) == Some(name);
        let generator = generators.flat_map(Node::items).find(named)?;
        let files = generator.get("files")?.items().iter().filter_map(Node::text);
        let file = files.into_iter().find_map(|file| match file.split_once('=') {
            Some((as_key, file)) => (as_key == key).then_some(file),
            None => (file.rsplit('/').next() == Some(key)).then_some(file),
        })?;
        let document = self.tree.seek(&maker.source.path, file, at)?.documents.first()?;
        Some(Layer::of_document(Arc::clone(document)))
    }
}

/// `targetPath: cluster.enabled` puts one value there, typed as `--set` types it. Lists and escaped dots are not followed.
fn at_target(target: &str, value: &Node) -> Option<Node> {
    let text = value.text()?.trim();
    if target.contains(['[', '\\']) {
        return None;
    }
    let at = value.at;
    let leaf = plain(at, text);
    Some(target.rsplit('.').fold(leaf, |value, key| {
        let entries = vec![Entry { key: plain(at, key), value }];
        Node { at, kind: Kind::Map(Arc::new(Map { entries })) }
    }))
}

fn plain(at: Span, text: &str) -> Node {
    let scalar = Scalar { text: text.into(), style: Style::Plain, templated: false, tag: None, content: at };
    Node { at, kind: Kind::Scalar(scalar) }
}
