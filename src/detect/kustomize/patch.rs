//! Patches of a kustomization: takes its lists, gives layers over the resources that each of them means.
//!
//! A strategic-merge patch is a layer as it stands. The operations of a JSON patch become one layer each, which nobody edits.

use super::images;
use super::kustomization::Kustomization;
use super::merge::{merged, with};
use super::subject::Subject;
use super::synthetic::{nested, nothing};
use crate::detect::{Evidence, Layer, Tree};
use crate::source::SourceId;
use crate::yaml::{self, Document, Node, Path, Step};
use std::sync::Arc;

/// What a kustomization changes.
pub(super) enum Patch<'a> {
    /// A strategic-merge patch, or a JSON patch where the root is a list.
    Document { document: Arc<Document>, target: Option<&'a Node> },
    /// A patch that is not among the files.
    Unseen { layer: Layer, target: &'a Node },
    /// An entry of `images`.
    Image { document: &'a Arc<Document>, item: &'a Node, reaches_milvus: bool },
}

/// Everything that a kustomization changes in resources, in the order in which kustomize does it.
pub(super) fn patches<'a>(one: &Kustomization<'a>, tree: &Tree) -> Vec<Patch<'a>> {
    let mut patches = Vec::new();
    for (_, item) in one.list("patchesStrategicMerge") {
        let documents = written(one, tree, item).or_else(|| inline(one, tree, item)).unwrap_or_default();
        patches.extend(documents.into_iter().map(|document| Patch::Document { document, target: None }));
    }
    for (path, item) in one.list("patches").chain(one.list("patchesJson6902")) {
        let target = item.get("target");
        let documents = match item.get("path") {
            Some(name) => written(one, tree, name),
            None => item.get("patch").and_then(|patch| inline(one, tree, patch)),
        };
        match (documents, target) {
            (Some(documents), target) => {
                patches.extend(documents.into_iter().map(|document| Patch::Document { document, target }));
            }
            (None, Some(target)) => patches.push(Patch::Unseen { layer: one.unseen(path, item), target }),
            // What speaks of a Milvus is among the files, if it is there at all.
            (None, None) => {}
        }
    }
    let reaches_milvus = images::reach_milvus(one, tree);
    patches.extend(one.list("images").map(|(_, item)| Patch::Image { document: one.document, item, reaches_milvus }));
    patches
}

/// The files that hold nothing but patches.
pub(super) fn patched_files(one: &Kustomization, tree: &Tree) -> Vec<SourceId> {
    let paths = one.list("patches").chain(one.list("patchesJson6902")).filter_map(|(_, item)| item.get("path"));
    let all = paths.chain(one.list("patchesStrategicMerge").map(|(_, item)| item));
    all.filter_map(|name| tree.beside(one.path, name.text()?)).map(|file| file.id).collect()
}

fn written(one: &Kustomization, tree: &Tree, name: &Node) -> Option<Vec<Arc<Document>>> {
    Some(tree.beside(one.path, name.text()?)?.documents.clone())
}

fn inline(one: &Kustomization, tree: &Tree, text: &Node) -> Option<Vec<Arc<Document>>> {
    if text.is_map() || text.is_seq() {
        // Flux took patches as they are, not as a text.
        let mut document: Document = (**one.document).clone();
        (document.root, document.exact) = (text.clone(), false);
        return Some(vec![Arc::new(document)]);
    }
    let stream = yaml::parse_block(tree.text(one.document.source), text)?;
    Some(stream.documents.into_iter().map(Arc::new).collect())
}

impl Patch<'_> {
    /// Lays the patch over a resource that it means; whether it did.
    pub(super) fn apply(&self, subject: &mut Subject) -> bool {
        if subject.deleted {
            return false;
        }
        match self {
            Patch::Image { item, .. } if subject.root.is_some() => images::in_containers(item, subject),
            Patch::Image { document, item, reaches_milvus } => {
                let layer = images::layer(document, item, &subject.layers).filter(|_| *reaches_milvus);
                layer.map(|layer| subject.lay(layer, item.at)).is_some()
            }
            Patch::Unseen { layer, target } => {
                let meant = means(target, subject) != Some(false);
                if meant {
                    subject.lay(layer.clone(), layer.node.at);
                }
                meant
            }
            Patch::Document { document, target } => {
                let root = &document.root;
                let meant = match target {
                    Some(target) => means(target, subject),
                    None => Some(root.is_map() && names(root, subject)),
                };
                match meant {
                    Some(false) => false,
                    // Whether it is meant cannot be known, nor then what is in force.
                    None => {
                        subject.lay(Layer::unseen(document, Vec::new(), root.at), root.at);
                        true
                    }
                    Some(true) if root.is_seq() => operations(document, subject),
                    Some(true) => merge(document, subject),
                }
            }
        }
    }
}

/// Whether a patch without a target is of a resource: by kind, name and, where both have one, namespace.
fn names(root: &Node, subject: &Subject) -> bool {
    let text = |key: &str| root.at_path(&["metadata", key]).and_then(Node::text);
    root.get("kind").and_then(Node::text) == subject.text("kind")
        && group(root.get("apiVersion").and_then(Node::text)) == group(subject.text("apiVersion"))
        && text("name").is_some_and(|name| subject.names.iter().any(|known| known == name))
        && text("namespace").is_none_or(|own| subject.namespace.as_deref().is_none_or(|other| own == other))
}

/// The group of an `apiVersion`; a patch may name another version of it.
fn group(api_version: Option<&str>) -> Option<&str> {
    api_version.map(|text| text.split('/').next().unwrap_or(text))
}

/// Whether a `target` selects a resource; `None` where it asks for more than is understood.
pub(super) fn means(target: &Node, subject: &Subject) -> Option<bool> {
    let asked = |key: &str| target.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    let version = subject.text("apiVersion")?;
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let namespace = subject.namespace.as_deref();
    let names = subject.names.iter();
    let mut answers = vec![
        asked("group").map(|asked| fits(asked, group)),
        asked("version").map(|asked| fits(asked, version)),
        asked("kind").map(|asked| fits(asked, subject.text("kind").unwrap_or_default())),
        asked("namespace").zip(namespace).map(|(asked, namespace)| fits(asked, namespace)),
        asked("name")
            .map(|asked| names.map(|name| fits(asked, name)).find(|fit| *fit != Some(false)).unwrap_or(Some(false))),
    ];
    answers.extend(["labelSelector", "annotationSelector"].map(|key| asked(key).map(|_| None)));
    let answers = || answers.iter().copied().flatten();
    if answers().any(|fit| fit == Some(false)) {
        return Some(false);
    }
    answers().all(|fit| fit.is_some()).then_some(true)
}

/// Whether an anchored regular expression fits a text; `None` for one that is more than words, `.*` and `|`.
pub(super) fn fits(pattern: &str, text: &str) -> Option<bool> {
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    let pattern = pattern.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(pattern);
    let answers: Vec<Option<bool>> = pattern.split('|').map(|pattern| fits_one(pattern, text)).collect();
    if answers.contains(&Some(true)) {
        Some(true)
    } else if answers.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn fits_one(pattern: &str, text: &str) -> Option<bool> {
    if let Some((before, after)) = pattern.split_once(".*").filter(|(_, after)| !after.contains(".*")) {
        let plain = !(before.to_string() + after).contains(SIGNS);
        let room = text.len() >= before.len() + after.len();
        return plain.then(|| room && text.starts_with(before) && text.ends_with(after));
    }
    (!pattern.contains(SIGNS)).then_some(pattern == text)
}

const SIGNS: [char; 11] = ['*', '+', '?', '|', '(', ')', '[', ']', '{', '}', '\\'];

/// Lays one patch over a Milvus resource: a merge patch, or the operations of a JSON patch.
pub(in crate::detect) fn laid(document: &Arc<Document>, evidence: &Evidence) -> Evidence {
    let mut subject = Subject::of(evidence);
    match document.root.is_seq() {
        true => operations(document, &mut subject),
        false => merge(document, &mut subject),
    };
    Evidence { layers: subject.layers, server: subject.server, ..evidence.clone() }
}

fn merge(document: &Arc<Document>, subject: &mut Subject) -> bool {
    let root = &document.root;
    if root.get("$patch").and_then(Node::text) == Some("delete") {
        subject.deleted = true;
        return true;
    }
    if let Some(below) = &subject.root {
        subject.root = Some(merged(below, root, subject.known));
    }
    let at = root.entry("kind").map_or(root.at, |kind| kind.key.at);
    if let Some(config) = root.at_path(&["spec", "config"]) {
        let path: Path = ["spec", "config"].map(|key| Step::Key(key.to_string())).into();
        subject.server.0.push(Layer { editable: document.exact, ..Layer::of_part(document, path, config) });
    }
    subject.lay(Layer { editable: document.exact, ..Layer::of_document(Arc::clone(document)) }, at);
    true
}

/// Lays the operations of a JSON patch; paths into lists are left alone.
fn operations(document: &Arc<Document>, subject: &mut Subject) -> bool {
    let mut any = false;
    for (index, operation) in document.root.items().iter().enumerate() {
        let text = |key: &str| operation.get(key).and_then(Node::text);
        let (Some(op), Some(path)) = (text("op"), operation.get("path")) else { continue };
        let Some(pointer) = path.text().and_then(|text| text.strip_prefix('/')) else { continue };
        let keys: Vec<String> = pointer.split('/').map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
        let into_list = keys.iter().any(|key| key == "-" || key.bytes().all(|byte| byte.is_ascii_digit()));
        let value = operation.get("value").filter(|_| ["add", "replace"].contains(&op));
        if value.is_none() && op != "remove" {
            continue;
        }
        if let Some(root) = &subject.root {
            // Kustomize refuses a pointer that leads nowhere, and then nothing is deployed.
            if let Some(root) = with(root, &keys, value, op == "add") {
                subject.put(root, keys, operation.at);
                any = true;
            }
            continue;
        }
        if into_list {
            continue;
        }
        let steps: Path = vec![Step::Index(index)];
        let layer = |value: &Node| Layer {
            document: Arc::clone(document),
            path: steps.clone(),
            node: nested(path.at, &keys, value),
            editable: false,
        };
        // A map that is put in takes the place of the one below, and is not merged with it.
        if value.is_none_or(Node::is_map) {
            subject.lay(layer(&nothing(path.at)), operation.at);
        }
        if let Some(value) = value {
            subject.lay(layer(value), operation.at);
        }
        any = true;
    }
    any
}
