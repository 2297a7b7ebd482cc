//! The values of a HelmRelease, as the helm-controller lays them: `valuesFrom` in its order, `spec.values` on top; and what
//! its post-renderers make of the images that come out.

use super::{HelmRelease, rendered};
use crate::detect::objects::{Called, nearest};
use crate::detect::settings::{Settings, typed};
use crate::detect::{Layer, Layers, kustomize};
use crate::yaml::{self, Document, Kind, Node, Step};
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
        let mut layers = Layers(layers);
        if let Some(layer) = rendered::layer(&self.object, self.tree, &layers) {
            // What a post-renderer puts in stands above all values, and no repair of these would come through.
            for below in &mut layers.0 {
                below.editable = false;
            }
            layers.0.push(layer);
        }
        layers
    }

    /// One entry of `valuesFrom`.
    fn referred(&self, index: usize, item: &Node) -> Layer {
        self.held(item).unwrap_or_else(|| {
            let mut path = self.object.path_to(&["spec", "valuesFrom"]);
            path.push(Step::Index(index));
            Layer::unseen(self.object.document, path, item.at)
        })
    }

    /// What a ConfigMap or a Secret among the files holds for an entry.
    fn held(&self, item: &Node) -> Option<Layer> {
        let text = |key: &str| item.get(key).and_then(Node::text);
        let called = Called { kind: text("kind")?, name: text("name")?, namespace: self.namespace() };
        if !["ConfigMap", "Secret"].contains(&called.kind) {
            return None;
        }
        let key = text("valuesKey").unwrap_or("values.yaml");
        let is_it = |map: &&Node| {
            map.get("kind").and_then(Node::text) == Some(called.kind)
                && map.at_path(&["metadata", "name"]).and_then(Node::raw_text) == Some(called.name)
        };
        let Some(map) = self.maps.iter().find(is_it) else {
            let Some(found) = nearest(self.tree, self.path, called).filter(|found| !found.several) else {
                let maker = kustomize::generated(self.tree, self.path, called.kind, called.name)?;
                return self.value(self.object.document, value(&maker, key)?, item);
            };
            return self.value(found.object.document, value(found.object.node, key)?, item);
        };
        self.value(self.object.document, value(map, key)?, item)
    }

    /// A text as values: YAML, or a single value for the path that the entry names.
    fn value(&self, holder: &Arc<Document>, value: &Node, item: &Node) -> Option<Layer> {
        let Some(target) = item.get("targetPath").filter(|target| target.text().is_some_and(|text| !text.is_empty()))
        else {
            let document = self.document(value)?;
            return Some(Layer { editable: document.exact, ..Layer::of_document(document) });
        };
        if target.text()?.contains('[') {
            return None;
        }
        let mut settings = Settings::default();
        settings.add(Some(target), Some(typed(value, false)));
        let node = settings.map(value.at)?;
        Some(Layer { document: Arc::clone(holder), path: Vec::new(), node, editable: false })
    }

    /// The document that a text holds: a whole file, where a generator takes the text from one.
    fn document(&self, value: &Node) -> Option<Arc<Document>> {
        let whole =
            |file: &&crate::detect::File| value.at.start == 0 && value.at.end as usize == file.source.text.len();
        if let Some(file) = self.tree.file(value.at.source).filter(whole) {
            return file.documents.first().cloned();
        }
        let stream = yaml::parse_block(self.tree.text(value.at.source), value)?;
        Some(Arc::new(stream.documents.into_iter().next()?))
    }
}

/// The text under a key. What is encoded or encrypted is not looked at.
fn value<'a>(map: &'a Node, key: &str) -> Option<&'a Node> {
    let is_secret = map.get("kind").and_then(Node::text) == Some("Secret");
    if map.get("sops").is_some() {
        return None;
    }
    let value = map.get(if is_secret { "stringData" } else { "data" })?.get(key)?;
    Some(value).filter(|value| !value.raw_text().is_some_and(|text| text.trim_start().starts_with("ENC[")))
}
