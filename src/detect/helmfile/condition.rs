//! Whether the `condition` of a release is off: takes a path such as `milvus.enabled`, looks it up in the values of every
//! environment.

use super::documents;
use crate::detect::{File, Tree};
use crate::yaml::Node;

/// Whether all that is known of a switch is that it is off. An environment that turns it on, or values that are not here,
/// leave the release standing.
pub(super) fn is_off(path: &str, file: &File, tree: &Tree) -> bool {
    let keys: Vec<&str> = path.split('.').collect();
    let mut seen = Vec::new();
    for (from, document) in documents(file, tree) {
        let root = &document.root;
        let environments = root.get("environments").into_iter().flat_map(Node::entries);
        let lists = environments.filter_map(|(_, entry)| entry.value.get("values")).chain(root.get("values"));
        for item in lists.flat_map(Node::items) {
            if item.is_map() {
                seen.extend(item.at_path(&keys).map(Node::as_bool));
                continue;
            }
            // A file in which nothing was worth keeping is not in the tree, and cannot be told from one that is missing.
            match item.text().and_then(|name| tree.beside(&from.source.path, name)) {
                Some(file) => {
                    seen.extend(file.documents.iter().filter_map(|d| d.root.at_path(&keys)).map(Node::as_bool));
                }
                None => seen.push(None),
            }
        }
    }
    !seen.is_empty() && seen.iter().all(|switch| *switch == Some(false))
}
