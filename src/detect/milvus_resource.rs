//! Milvus, MilvusCluster and MilvusUpgrade resources, alone, in a multi-document file or in a `List`.

use super::{Evidence, Layer, Layers, What};
use crate::model::{Dialect, Identity, Surface};
use crate::yaml::{Document, Node, Path, Step};
use std::sync::Arc;

/// Adds every resource of the operator's group in one document.
pub(super) fn find(document: &Arc<Document>, path: &str, evidence: &mut Vec<Evidence>) {
    visit(document, &document.root, Vec::new(), path, evidence);
}

fn visit(document: &Arc<Document>, node: &Node, steps: Path, path: &str, evidence: &mut Vec<Evidence>) {
    let text = |key| node.get(key).and_then(Node::text);
    let Some(kind) = text("kind") else { return };
    if kind == "List" || kind == "MilvusList" {
        let items = node.get("items").map(Node::items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let mut steps = steps.clone();
            steps.extend([Step::Key("items".to_string()), Step::Index(index)]);
            visit(document, item, steps, path, evidence);
        }
        return;
    }
    let Some(api_version) = text("apiVersion").and_then(|group| group.strip_prefix("milvus.io/")) else { return };
    let what = match kind {
        "Milvus" => What::Deployment(Surface::MilvusResource, Dialect::Operator),
        "MilvusCluster" => What::Deployment(Surface::MilvusClusterResource, Dialect::Operator),
        "MilvusUpgrade" => What::Migration,
        _ => return,
    };
    // A name at the root is wrong (it belongs under `metadata`), and still the name that the author had in mind.
    let name = |key: &str| node.at_path(&["metadata", key]).or_else(|| node.get(key)).and_then(Node::raw_text);
    let config = node.at_path(&["spec", "config"]).map(|config| Layer {
        document: Arc::clone(document),
        path: steps.iter().cloned().chain(["spec", "config"].map(|key| Step::Key(key.to_string()))).collect(),
        node: config.clone(),
    });
    evidence.push(Evidence {
        what,
        id: Identity {
            namespace: name("namespace").map(str::to_string),
            name: name("name").map(str::to_string),
            path: path.to_string(),
            ordinal: 0,
        },
        at: node.entry("kind").map_or(node.at, |entry| entry.key.at),
        api_version: api_version.to_string(),
        layers: Layers(vec![Layer { document: Arc::clone(document), path: steps, node: node.clone() }]),
        server: Layers(config.into_iter().collect()),
        chart: None,
    });
}
