//! The `images` of a kustomization: takes an entry and a resource, gives the resource with the images that it names changed.

use super::kustomization::Kustomization;
use super::subject::Subject;
use super::synthetic::{nested, plain};
use crate::detect::{Layer, Layers, Tree};
use crate::yaml::{Document, Entry, Kind, Map, Node};
use std::sync::Arc;

const IMAGE: [&str; 3] = ["spec", "components", "image"];

/// Kustomize looks for images in containers only, unless a file of `configurations` names another field.
pub(super) fn reach_milvus(one: &Kustomization, tree: &Tree) -> bool {
    let files = one.list("configurations").filter_map(|(_, name)| tree.beside(one.path, name.text()?));
    let lists = files.flat_map(|file| &file.documents).filter_map(|document| document.root.get("images"));
    let paths = lists.flat_map(Node::items).filter_map(|item| item.get("path")?.text());
    paths.into_iter().any(|path| path.trim_matches('/') == IMAGE.join("/"))
}

/// The image of a Milvus resource as an entry makes it; `None` for another image.
pub(super) fn layer(document: &Arc<Document>, item: &Node, layers: &Layers) -> Option<Layer> {
    let made = changed(item, layers.get(&IMAGE)?.text()?)?;
    let node = nested(place(item), &IMAGE.map(str::to_string), &plain(place(item), &made));
    Some(Layer { document: Arc::clone(document), path: Vec::new(), node, editable: false })
}

/// Changes the images of all containers of a resource; whether there was one to change.
pub(super) fn in_containers(item: &Node, subject: &mut Subject) -> bool {
    let mut found = Vec::new();
    let root = subject.root.as_ref().and_then(|root| visit(root, item, &mut Vec::new(), &mut found));
    if let Some(root) = root {
        subject.put(root, Vec::new(), item.at);
        subject.loose.pop();
        subject.loose.append(&mut found);
        return true;
    }
    false
}

/// The node with images changed, wherever a list of containers stands in it.
fn visit(node: &Node, item: &Node, way: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> Option<Node> {
    // Nothing that Kubernetes knows has containers deeper.
    if way.len() > 8 {
        return None;
    }
    let mut entries = match &node.kind {
        Kind::Map(map) => map.entries.clone(),
        _ => return None,
    };
    let mut any = false;
    for entry in &mut entries {
        let Some(key) = entry.key.text().map(str::to_string) else { continue };
        way.push(key);
        let is_list = way.last().is_some_and(|key| ["containers", "initContainers"].contains(&key.as_str()));
        let new =
            if is_list { containers(&entry.value, item, way, found) } else { visit(&entry.value, item, way, found) };
        if let Some(new) = new {
            (entry.value, any) = (new, true);
        }
        way.pop();
    }
    any.then(|| Node { at: node.at, kind: Kind::Map(Arc::new(Map { entries })) })
}

fn containers(list: &Node, item: &Node, way: &[String], found: &mut Vec<Vec<String>>) -> Option<Node> {
    let mut items = list.items().to_vec();
    let mut any = false;
    for (index, container) in items.iter_mut().enumerate() {
        let image = container.get("image").and_then(Node::raw_text);
        let Some(made) = image.and_then(|image| changed(item, image)) else { continue };
        let mut entries: Vec<Entry> = container.entries().map(|(_, entry)| entry.clone()).collect();
        for entry in entries.iter_mut().filter(|entry| entry.key.text() == Some("image")) {
            entry.value = plain(place(item), &made);
        }
        *container = Node { at: container.at, kind: Kind::Map(Arc::new(Map { entries })) };
        found.push(way.iter().cloned().chain([index.to_string(), "image".to_string()]).collect());
        any = true;
    }
    any.then(|| Node { at: list.at, kind: Kind::Seq(items.into()) })
}

/// Where an entry says what is new.
fn place(item: &Node) -> crate::source::Span {
    ["newTag", "digest", "newName"].into_iter().find_map(|key| item.get(key)).unwrap_or(item).at
}

/// The image as an entry makes it; `None` where the entry is of another image.
pub(in crate::detect) fn changed(item: &Node, image: &str) -> Option<String> {
    let text = |key: &str| item.get(key).and_then(Node::raw_text).filter(|text| !text.is_empty());
    let (before, digest) = image.split_once('@').map_or((image, None), |(before, digest)| (before, Some(digest)));
    let colon = before.rfind(':').filter(|colon| !before[*colon..].contains('/'));
    let (name, tag) = colon.map_or((before, None), |colon| (&before[..colon], Some(&before[colon + 1..])));
    if text("name")? != name {
        return None;
    }
    let name = text("newName").unwrap_or(name);
    Some(match (text("newTag"), text("digest")) {
        (_, Some(digest)) => format!("{name}@{digest}"),
        (Some(tag), None) => format!("{name}:{tag}"),
        (None, None) => {
            let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
            let digest = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
            format!("{name}{tag}{digest}")
        }
    })
}
