//! The server's own configuration in a ConfigMap of the same file, which a container mounts.

use super::super::{File, Layer, Layers, process};
use crate::yaml::{self, Node};
use std::sync::Arc;

/// The files of the server's configuration, the strongest last.
const FILES: &[&str] = &["milvus.yaml", "default.yaml", "user.yaml"];

/// What the ConfigMaps say that a container of a pod mounts over the server's configuration.
pub(super) fn server(file: &File, pod: &Node, container: &Node) -> Layers {
    let mounts = container.get("volumeMounts").into_iter().flat_map(Node::items);
    let over = |mount: &&Node| mount.get("mountPath").and_then(Node::raw_text).is_some_and(process::is_configuration);
    let names: Vec<&str> = mounts.filter(over).filter_map(|mount| mount.get("name")?.text()).collect();
    let volumes = pod.get("volumes").into_iter().flat_map(Node::items);
    let mounted = volumes.filter(|volume| volume.get("name").and_then(Node::text).is_some_and(|n| names.contains(&n)));
    let maps: Vec<&str> = mounted.filter_map(|volume| volume.at_path(&["configMap", "name"])?.raw_text()).collect();
    let mut layers: Vec<(usize, Layer)> = Vec::new();
    for document in &file.documents {
        let root = &document.root;
        let is_map = root.get("kind").and_then(Node::text) == Some("ConfigMap");
        let name = root.at_path(&["metadata", "name"]).and_then(Node::raw_text);
        if !is_map || !name.is_some_and(|name| maps.contains(&name)) {
            continue;
        }
        for (rank, key) in FILES.iter().enumerate() {
            let block = root.at_path(&["data", key]);
            let stream = block.and_then(|block| yaml::parse_block(&file.source.text, block));
            let inner = stream.and_then(|stream| stream.documents.into_iter().next());
            layers.extend(inner.map(|inner| (rank, Layer::of_document(Arc::new(inner)))));
        }
    }
    layers.sort_by_key(|(rank, _)| *rank);
    Layers(layers.into_iter().map(|(_, layer)| layer).collect())
}
