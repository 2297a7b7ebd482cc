//! The server's own configuration in a ConfigMap of the same file, or else of the same folder, which a container mounts.

use super::super::tree::folder_of;
use super::super::{File, Layer, Layers, Tree, process};
use crate::yaml::{self, Node};
use std::sync::Arc;

/// The files of the server's configuration, the strongest last.
const FILES: &[&str] = &["milvus.yaml", "default.yaml", "user.yaml"];

/// What the ConfigMaps say that a container of a pod mounts over the server's configuration.
pub(super) fn server(file: &File, tree: &Tree, (workload, pod): (&Node, &Node), container: &Node) -> Layers {
    let mounts = container.get("volumeMounts").into_iter().flat_map(Node::items);
    let over = |mount: &&Node| mount.get("mountPath").and_then(Node::raw_text).is_some_and(process::is_configuration);
    let names: Vec<&str> = mounts.filter(over).filter_map(|mount| mount.get("name")?.text()).collect();
    let volumes = pod.get("volumes").into_iter().flat_map(Node::items);
    let mounted = volumes.filter(|volume| volume.get("name").and_then(Node::text).is_some_and(|n| names.contains(&n)));
    let maps: Vec<&str> = mounted.filter_map(|volume| volume.at_path(&["configMap", "name"])?.raw_text()).collect();
    let own = in_file(file, &maps, None);
    if !own.0.is_empty() || maps.is_empty() {
        return own;
    }
    // The same name in two files beside this one would be two clusters' maps.
    let folder = folder_of(&file.source.path);
    let namespace = workload.at_path(&["metadata", "namespace"]).and_then(Node::raw_text);
    let beside = tree.below(folder).filter(|other| other.id != file.id && folder_of(&other.source.path) == folder);
    let mut found = beside.map(|other| in_file(other, &maps, namespace)).filter(|layers| !layers.0.is_empty());
    found.next().filter(|_| found.next().is_none()).unwrap_or_default()
}

/// What the ConfigMaps of these names say in a file; those of another namespace are others.
fn in_file(file: &File, maps: &[&str], namespace: Option<&str>) -> Layers {
    let mut layers: Vec<(usize, Layer)> = Vec::new();
    for document in &file.documents {
        let root = &document.root;
        let is_map = root.get("kind").and_then(Node::text) == Some("ConfigMap");
        let name = root.at_path(&["metadata", "name"]).and_then(Node::raw_text);
        let other = root.at_path(&["metadata", "namespace"]).and_then(Node::raw_text);
        let elsewhere = namespace.is_some_and(|namespace| other.is_some_and(|other| other != namespace));
        if !is_map || elsewhere || !name.is_some_and(|name| maps.contains(&name)) {
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
