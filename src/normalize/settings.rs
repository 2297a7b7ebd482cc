//! Every key that is written, with what is in force there: the layers of a piece of evidence as a list.
//!
//! It knows no key by name. A key counts once, with the value of the topmost layer that says anything about it.

use super::Rewrite;
use crate::detect::{Evidence, Layers, What};
use crate::model::{Dialect, Setting, Settings, Tree, Worth};
use crate::source::Span;
use crate::yaml::{Change, Node};
use std::sync::Arc;

/// More keys than any Milvus has: beyond them are aliases upon aliases, and nothing more is looked at.
const MOST: usize = 20_000;

/// The settings of a piece of evidence. A process has none: what it is told are arguments and variables, not a tree.
pub(super) fn settings(evidence: &Evidence, open: bool) -> Settings {
    let mut all = Vec::new();
    match evidence.what {
        What::Deployment(_, Dialect::Operator) => {
            all_of(&evidence.layers, Tree::Resource, &mut all);
            // The server's configuration is a part of the resource; there it is a tree of its own.
            all.retain(|setting| !setting.path.starts_with(&["spec".to_string(), "config".to_string()]));
        }
        What::Deployment(_, Dialect::Chart) => all_of(&evidence.layers, Tree::Values, &mut all),
        What::Deployment(_, Dialect::Process) => {}
        What::Migration => all_of(&evidence.layers, Tree::Migration, &mut all),
    }
    all_of(&evidence.server, Tree::Server, &mut all);
    let before = all.len();
    all_of(&evidence.services, Tree::Services, &mut all);
    let services = all.split_off(before);
    all.extend(services.into_iter().filter(|setting| is_store(setting) || is_own(setting, evidence)));
    Settings { open: open || all.len() >= MOST, all }
}

/// Whether it is the image of a store that keeps what Milvus has written. What else runs beside a Milvus is no part of it.
fn is_store(setting: &Setting) -> bool {
    let (Worth::Text(text) | Worth::Unknown(text)) = &setting.worth else { return false };
    matches!(&setting.path[..], [_, key] if key == "image") && (text.contains("minio") || text.contains("pulsar"))
}

/// Whether it says what runs a Milvus of a compose file, and as whom.
fn is_own(setting: &Setting, evidence: &Evidence) -> bool {
    let [service, key] = &setting.path[..] else { return false };
    matches!(key.as_str(), "image" | "user") && evidence.processes.iter().any(|process| process.name == *service)
}

fn all_of(layers: &Layers, tree: Tree, all: &mut Vec<Setting>) {
    let nodes: Vec<&Node> = layers.0.iter().rev().map(|layer| &layer.node).filter(|node| node.is_map()).collect();
    let mut path = Vec::new();
    collect(&nodes, tree, &mut path, all);
}

/// Walks maps that lie upon each other, the topmost first.
fn collect(nodes: &[&Node], tree: Tree, path: &mut Vec<String>, all: &mut Vec<Setting>) {
    for (nth, node) in nodes.iter().enumerate() {
        for (key, entry) in node.entries() {
            if all.len() >= MOST {
                return;
            }
            if nodes[..nth].iter().any(|above| above.get(key).is_some()) {
                continue;
            }
            path.push(key.to_string());
            // A map lies upon the maps below it, down to the first that is none.
            let below = nodes[nth..].iter().filter_map(|node| node.get(key));
            let maps: Vec<&Node> = below.take_while(|node| node.is_map()).collect();
            if maps.iter().any(|map| map.entries().next().is_some()) {
                collect(&maps, tree, path, all);
            } else {
                let (worth, at) = worth(&entry.value, entry.key.at);
                all.push(Setting { tree, path: path.clone(), worth, at });
            }
            path.pop();
        }
    }
}

fn worth(node: &Node, key: Span) -> (Worth, Span) {
    match node.raw_text() {
        _ if node.is_null() => (Worth::Null, key),
        Some(text) if node.is_templated() || text.contains("${") => (Worth::Unknown(text.to_string()), node.at),
        // `True`, `yes` and `on` are what a fact calls `true`.
        _ if node.as_bool().is_some() => (Worth::Text((node.as_bool() == Some(true)).to_string()), node.at),
        Some(text) => (Worth::Text(text.to_string()), node.at),
        None => (Worth::Several(node.items().len()), key),
    }
}

/// Writes one key, or takes it away, where it is written now; a new one goes into the topmost layer that can be changed.
pub(super) fn write(evidence: &Evidence, tree: Tree, path: &[String], value: Option<&str>) -> Option<Rewrite> {
    let layers = if tree == Tree::Server { &evidence.server } else { &evidence.layers };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let layer = match layers.get(&path) {
        Some(_) => layers.layer_of(&path).filter(|layer| layer.editable),
        None => layers.writable().filter(|_| value.is_some()),
    }?;
    let at = layer.path_to(&path);
    let change = match value {
        None => Change::Remove { path: at },
        Some(value) => {
            let plain = value.parse::<f64>().is_ok() || matches!(value, "true" | "false");
            Change::Set { path: at, value: value.to_string(), string: !plain }
        }
    };
    Some(Rewrite { document: Arc::clone(&layer.document), changes: vec![change] })
}
