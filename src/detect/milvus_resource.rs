//! Milvus, MilvusCluster and MilvusUpgrade resources: alone, in a multi-document file, in a `List`, in a template's
//! `objects`, or wherever else another resource carries them whole.

use super::{Evidence, Found, Layer, Layers, Trouble, What};
use crate::model::{Dialect, Identity, Surface};
use crate::source::Source;
use crate::yaml::{Document, Kind, Node, Path, Step};
use std::sync::Arc;

/// The operator's API group, up to its version.
pub(super) const GROUP: &str = "milvus.io/";

/// What the operator's kinds are.
pub(super) fn what(kind: &str) -> Option<What> {
    match kind {
        "Milvus" => Some(What::Deployment(Surface::MilvusResource, Dialect::Operator)),
        "MilvusCluster" => Some(What::Deployment(Surface::MilvusClusterResource, Dialect::Operator)),
        "MilvusUpgrade" => Some(What::Migration),
        _ => None,
    }
}

/// Adds every resource of the operator's group in one document.
pub(super) fn find(document: &Arc<Document>, source: &Source, found: &mut Found) {
    visit(document, &document.root, &Vec::new(), source, found);
}

/// Content behind an alias is met where it stands, and only there, so that alias bombs cost nothing.
fn visit(document: &Arc<Document>, node: &Node, steps: &Path, source: &Source, found: &mut Found) {
    match &node.kind {
        Kind::Map(_) if is_whole(node, steps) && take(document, node, steps, source, found) => {}
        // Most documents have nothing to do with the operator, and are not searched further.
        _ if !source.text.contains(GROUP) => {}
        Kind::Map(map) => {
            for entry in &map.entries {
                let Some(key) = entry.key.text() else { continue };
                let steps = steps.iter().cloned().chain([Step::Key(key.to_string())]).collect();
                visit(document, &entry.value, &steps, source, found);
            }
        }
        Kind::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                let steps = steps.iter().cloned().chain([Step::Index(index)]).collect();
                visit(document, item, &steps, source, found);
            }
        }
        Kind::Null | Kind::Scalar(_) | Kind::Alias(_) => {}
    }
}

/// A reference (an owner, a target to scale) names a kind and a group too, and has nothing more.
fn is_whole(node: &Node, steps: &Path) -> bool {
    steps.is_empty() || ["metadata", "spec"].iter().any(|key| node.get(key).is_some_and(Node::is_map))
}

/// Takes a map that is a resource of the operator; whether it was one.
fn take(document: &Arc<Document>, node: &Node, steps: &Path, source: &Source, found: &mut Found) -> bool {
    let (Some(group), Some(kind)) = (node.get("apiVersion"), node.entry("kind")) else { return false };
    let Some(version) = version(group) else { return false };
    if kind.value.is_templated() && group.raw_text().is_some_and(|text| text.contains(GROUP)) {
        let why = "the kind of this resource of the Milvus operator is a template that is not resolved".to_string();
        found.troubles.push(Trouble { at: kind.value.at, why });
        return true;
    }
    let Some(what) = kind.value.text().and_then(what) else { return false };
    // A name at the root is wrong (it belongs under `metadata`), and still the name that the author had in mind.
    let name = |key: &str| node.at_path(&["metadata", key]).or_else(|| node.get(key)).and_then(Node::raw_text);
    let config = node.at_path(&["spec", "config"]).map(|config| {
        let path = steps.iter().cloned().chain(["spec", "config"].map(|key| Step::Key(key.to_string()))).collect();
        Layer::of_part(document, path, config)
    });
    found.evidence.push(Evidence {
        what,
        id: Identity {
            namespace: name("namespace").map(str::to_string),
            name: name("name").map(str::to_string),
            path: source.path.clone(),
            ordinal: 0,
        },
        at: kind.key.at,
        api_version: version,
        layers: Layers(vec![Layer::of_part(document, steps.clone(), node)]),
        server: Layers(config.into_iter().collect()),
        chart: None,
        processes: Vec::new(),
        own_chart: false,
        unfound: None,
        services: Layers::default(),
    });
    true
}

/// The version in the operator's group; empty where a template prints it. `None` for every other group.
fn version(group: &Node) -> Option<String> {
    let version = group.raw_text()?.strip_prefix(GROUP);
    match version {
        Some(version) if !version.contains("{{") => Some(version.to_string()),
        None if !group.is_templated() => None,
        _ => Some(String::new()),
    }
}
