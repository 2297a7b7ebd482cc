//! Says in the operator's words what should be true.

use super::super::{Rewrite, retagged};
use super::{SEPARATE, image_path};
use crate::detect::{Evidence, Layer, Look};
use crate::finding::Set;
use crate::model::{CoordinatorLayout, Image, Surface};
use crate::yaml::{Change, Node, Step};
use std::sync::Arc;

/// Says a [`Set`] in the operator's words.
pub(in super::super) fn write(evidence: &Evidence, surface: Surface, set: &Set) -> Option<Rewrite> {
    let layer = evidence.layers.writable()?;
    let component = |key: &str, value: &str| layer.set(&["spec", "components", key], value);
    let has_mode = surface == Surface::MilvusResource && evidence.api_version != "v1alpha1";
    let changes = match set {
        Set::Version(version) => {
            let path = image_path(surface, evidence);
            let image = evidence.layers.get(path).and_then(Node::raw_text).filter(|text| !text.is_empty());
            vec![layer.set(path, retagged(&Image::parse(image.unwrap_or("milvusdb/milvus")), version))]
        }
        Set::AssumedVersion(version) => vec![component("version", version)],
        Set::Mode(mode) if has_mode => vec![layer.set(&["spec", "mode"], mode.as_str())],
        Set::Queue(queue) => vec![layer.set(&["spec", "dependencies", "msgStreamType"], queue.as_str())],
        Set::PulsarLine(line) => {
            let path = ["spec", "dependencies", "pulsar", "inCluster", "chartVersion"];
            vec![layer.set(&path, format!("pulsar-v{line}"))]
        }
        Set::Coordinators(CoordinatorLayout::Mix) => mix(evidence, layer),
        Set::Coordinators(CoordinatorLayout::Separate) => separate(evidence, layer),
        Set::NoComponentImage(component) => {
            vec![Change::Remove { path: layer.path_to(&["spec", "components", component, "image"]) }]
        }
        Set::Rolling(on) => vec![Change::Set {
            path: layer.path_to(&["spec", "components", "enableRollingUpdate"]),
            value: on.to_string(),
            string: false,
        }],
        Set::UpdateMode(mode) => vec![component("imageUpdateMode", mode)],
        Set::MetadataMoved(key) => vec![move_metadata(layer, key)],
        _ => return None,
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes })
}

/// Adds mixCoord. The four stay in the text: the operator deletes their Deployments only while they are written.
fn mix(evidence: &Evidence, layer: &Layer) -> Vec<Change> {
    added(evidence, layer, "mixCoord").into_iter().collect()
}

/// Takes mixCoord away and adds what is missing of the four, each written, so that the text says what runs.
fn separate(evidence: &Evidence, layer: &Layer) -> Vec<Change> {
    let path = ["spec", "components", "mixCoord"];
    let mixed = evidence.layers.get(&path).map(|_| Change::Remove { path: layer.path_to(&path) });
    mixed.into_iter().chain(SEPARATE.iter().filter_map(|name| added(evidence, layer, name))).collect()
}

fn added(evidence: &Evidence, layer: &Layer, component: &str) -> Option<Change> {
    let path = ["spec", "components", component];
    let missing = !matches!(evidence.layers.look(&path), Look::Value(_));
    missing.then(|| Change::Insert { path: layer.path_to(&path), yaml: "replicas: 1".to_string() })
}

/// Moves a key from the root of the resource under its `metadata`.
pub(in super::super) fn move_metadata(layer: &Layer, key: &str) -> Change {
    let root = |key: &str| layer.path.iter().cloned().chain([Step::Key(key.to_string())]).collect();
    Change::Move { from: root(key), to: root("metadata") }
}
