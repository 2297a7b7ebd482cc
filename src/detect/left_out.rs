//! What looks like Milvus and is none: recognised, named, and left out.
//!
//! Takes the files of a side and what was found in them; gives for each document that speaks of Milvus and holds none the
//! reason, where it is one of the known ones. Nothing is judged by it: it is what `inventory -v` lists.

use super::{Found, Tree, helm_values, milvus_resource, terraform};
use crate::source::Span;
use crate::yaml::{Document, Kind, Node};

/// A place that is no Milvus, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub at: Span,
    pub why: String,
}

/// Everything that was recognised and left out, in the order of the files.
pub fn left_out(tree: &Tree, found: &[Found]) -> Vec<LeftOut> {
    let mut left = Vec::new();
    for (file, found) in tree.files.iter().zip(found) {
        if !file.source.text.contains("ilvus") {
            continue;
        }
        left.extend(terraform::foreign_modules(file).map(|(at, why)| LeftOut { at, why }));
        for document in &file.documents {
            let held = |at: Span| at.source == document.source && document.at.contains(at);
            let holds = found.evidence.iter().any(|evidence| held(evidence.at));
            if !holds && let Some((at, why)) = why(document, &file.source.path) {
                left.push(LeftOut { at, why });
            }
        }
    }
    left
}

fn why(document: &Document, path: &str) -> Option<(Span, String)> {
    let root = &document.root;
    let (at, _) = root.entries().next().map(|(key, entry)| (entry.key.at, key))?;
    let kind = root.entry("kind");
    let group = root.get("apiVersion").and_then(Node::raw_text).unwrap_or_default();
    if let Some(kind) = kind
        && let Some(name) = kind.value.text()
    {
        if name == "CustomResourceDefinition" {
            let own = root.at_path(&["spec", "group"]).and_then(Node::text) == Some("milvus.io");
            return own.then(|| (kind.key.at, "a definition of the operator's types".to_string()));
        }
        if milvus_resource::what(name).is_some() && !group.starts_with(milvus_resource::GROUP) {
            return Some((kind.key.at, format!("kind {name} of another group ({group})")));
        }
    }
    if let Some(at) = bitnami(root, 0) {
        return Some((at, "Bitnami's chart, which is another one of the same name".to_string()));
    }
    if kind.is_none() && is_server_configuration(root) {
        return Some((at, "a configuration of the server, which installs nothing".to_string()));
    }
    if kind.is_none() && root.entries().any(|(key, _)| key.contains("ilvus")) && helm_values::is_foreign(root) {
        return Some((at, "keys of another chart, or of another program".to_string()));
    }
    const RUNS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "Pod", "Application", "HelmRelease", "Milvus"];
    let is_template = document.templated && path.split('/').any(|folder| folder == "templates");
    let runs = kind.and_then(|kind| kind.value.text()).is_some_and(|kind| RUNS.contains(&kind));
    (is_template && runs).then(|| (at, "a template of a chart, whose values say what it makes".to_string()))
}

/// The place at which a chart called milvus is taken from Bitnami.
fn bitnami(node: &Node, depth: usize) -> Option<Span> {
    const DEEPEST: usize = 8;
    match &node.kind {
        Kind::Map(map) => {
            let names = ["chart", "name", "repoURL", "repository", "repo", "url", "image"];
            let text = |key: &str| node.get(key).and_then(Node::raw_text).unwrap_or_default();
            let all = names.map(text);
            let source = node.at_path(&["sourceRef", "name"]).and_then(Node::raw_text).unwrap_or_default();
            let from = all.iter().any(|text| text.contains("bitnami")) || source.contains("bitnami");
            let chart = ["chart", "name", "url", "repoURL"].into_iter().map(text);
            if from && chart.clone().any(|text| text.rsplit('/').next() == Some("milvus")) {
                return map.entries.first().map(|entry| entry.key.at);
            }
            let below = map.entries.iter().filter(|_| depth < DEEPEST);
            below.filter_map(|entry| bitnami(&entry.value, depth + 1)).next()
        }
        Kind::Seq(items) if depth < DEEPEST => items.iter().find_map(|item| bitnami(item, depth + 1)),
        _ => None,
    }
}

/// Milvus' own file: its parts stand at the root, and each holds settings of the server.
fn is_server_configuration(root: &Node) -> bool {
    const SETTINGS: &[(&str, &str)] = &[
        ("etcd", "rootPath"),
        ("etcd", "endpoints"),
        ("minio", "bucketName"),
        ("minio", "accessKeyID"),
        ("rootCoord", "port"),
        ("proxy", "port"),
        ("queryNode", "port"),
        ("dataNode", "port"),
        ("common", "security"),
        ("common", "retentionDuration"),
        ("dataCoord", "segment"),
        ("quotaAndLimits", "enabled"),
        ("mq", "type"),
        ("rocksmq", "path"),
    ];
    SETTINGS.iter().filter(|(part, setting)| root.at_path(&[part, setting]).is_some()).count() >= 2
}
