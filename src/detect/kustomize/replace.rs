//! `replacements`: takes a value of one resource of a kustomization, puts it into others.
//!
//! Where the value is not among these files, what it replaces is not known.

use super::graph::Item;
use super::kustomization::Kustomization;
use super::merge::with;
use super::patch::{fits, means};
use super::subject::Subject;
use super::synthetic::{nested, plain};
use crate::detect::{Layer, Tree};
use crate::source::Span;
use crate::yaml::{Document, Node};
use std::sync::Arc;

/// Makes every replacement of a kustomization.
pub(super) fn replace(one: &Kustomization, index: usize, tree: &Tree, items: &mut [Item]) {
    for (_, item) in one.list("replacements") {
        match item.get("path").and_then(Node::text) {
            Some(path) => {
                for document in tree.beside(one.path, path).iter().flat_map(|file| &file.documents) {
                    let root = &document.root;
                    for item in if root.is_seq() { root.items() } else { std::slice::from_ref(root) } {
                        single(item, one, document, index, items);
                    }
                }
            }
            None => single(item, one, one.document, index, items),
        }
    }
}

fn single(item: &Node, one: &Kustomization, document: &Arc<Document>, index: usize, items: &mut [Item]) {
    let value = item.get("source").and_then(|source| value(source, items));
    for target in item.get("targets").map(Node::items).unwrap_or_default() {
        let rejected = target.get("reject").map(Node::items).unwrap_or_default();
        for other in items.iter_mut() {
            let selected = target.get("select").is_some_and(|select| selects(select, &other.subject));
            if !selected || rejected.iter().any(|reject| selects(reject, &other.subject)) {
                continue;
            }
            let mut changed = false;
            for field in target.get("fieldPaths").map(Node::items).unwrap_or_default() {
                changed |= field.text().is_some_and(|path| {
                    put(&mut other.subject, &keys(path), value.as_ref(), target.get("options"), field.at, document)
                });
            }
            if changed {
                other.subject.path = one.path.to_string();
                other.by.push(index);
            }
        }
    }
}

/// A `select` means what a `target` means, by whole names.
fn selects(select: &Node, subject: &Subject) -> bool {
    let exact = |key: &str, own: &[String]| {
        select.get(key).and_then(Node::text).is_none_or(|asked| own.iter().any(|own| fits(asked, own) == Some(true)))
    };
    exact("name", &subject.names) && means(select, subject) == Some(true)
}

/// The text at the source, with the part of it that is asked for.
fn value(source: &Node, items: &[Item]) -> Option<Node> {
    let item = items.iter().find(|item| selects(source, &item.subject))?;
    let path = source.get("fieldPath").and_then(Node::text).unwrap_or("metadata.name");
    let node = read(&item.subject, &keys(path))?;
    let text = node.text()?;
    let text = match cut(source.get("options")) {
        Some((delimiter, index)) => text.split(delimiter.as_str()).nth(index)?,
        None => text,
    };
    Some(plain(node.at, text))
}

fn read(subject: &Subject, keys: &[String]) -> Option<Node> {
    match &subject.root {
        Some(root) => {
            let pointer = pointer(root, keys)?;
            pointer.iter().try_fold(root, |node, key| step(node, key)).cloned()
        }
        None => subject.layers.get(&keys.iter().map(String::as_str).collect::<Vec<_>>()).cloned(),
    }
}

fn step<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    if node.is_seq() { node.items().get(key.parse::<usize>().ok()?) } else { node.get(key) }
}

/// Puts a value at a path; whether there was such a path.
fn put(
    subject: &mut Subject,
    keys: &[String],
    value: Option<&Node>,
    options: Option<&Node>,
    at: Span,
    document: &Arc<Document>,
) -> bool {
    let create = options.and_then(|options| options.get("create")).and_then(Node::as_bool) == Some(true);
    let old = read(subject, keys);
    if old.is_none() && !create {
        return false;
    }
    let Some(value) = value else {
        subject.lay(Layer::unseen(document, Vec::new(), at), at);
        return true;
    };
    let text = value.text().unwrap_or_default();
    let made = match (cut(options), old.as_ref().and_then(Node::text)) {
        (Some((delimiter, index)), Some(old)) => {
            let mut parts: Vec<&str> = old.split(delimiter.as_str()).collect();
            match parts.get_mut(index) {
                Some(part) => *part = text,
                None => parts.push(text),
            }
            parts.join(&delimiter)
        }
        _ => text.to_string(),
    };
    let made = plain(value.at, &made);
    match &subject.root {
        Some(root) => {
            let Some(pointer) = pointer(root, keys) else { return false };
            let Some(root) = with(root, &pointer, Some(&made), false) else { return false };
            subject.put(root, pointer, at);
        }
        None => {
            let node = nested(made.at, keys, &made);
            subject.lay(Layer { document: Arc::clone(document), path: Vec::new(), node, editable: false }, at);
        }
    }
    true
}

fn cut(options: Option<&Node>) -> Option<(String, usize)> {
    let options = options?;
    let delimiter = options.get("delimiter").and_then(Node::text).filter(|text| !text.is_empty())?;
    let index = options.get("index").and_then(Node::text).and_then(|text| text.parse().ok()).unwrap_or(0);
    Some((delimiter.to_string(), index))
}

/// The keys of a field path: a dot that belongs to a key is written `\.`, or the key stands in brackets.
fn keys(path: &str) -> Vec<String> {
    let (mut keys, mut key, mut inside) = (Vec::new(), String::new(), false);
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => key.extend(letters.next()),
            '.' if !inside => keys.push(std::mem::take(&mut key)),
            '[' | ']' => {
                inside = letter == '[';
                key.push(letter);
            }
            letter => key.push(letter),
        }
    }
    keys.push(key);
    keys.retain(|key| !key.is_empty());
    keys
}

/// A pointer of keys and numbers for a field path, whose `[name=milvus]` means an item of a list.
fn pointer(root: &Node, keys: &[String]) -> Option<Vec<String>> {
    let mut node = Some(root.clone());
    let mut pointer = Vec::new();
    for key in keys {
        let bare = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
        let key = match (bare.and_then(|bare| bare.split_once('=')), &node) {
            (Some((name, wanted)), Some(list)) => {
                let fits = |item: &Node| item.get(name).and_then(Node::raw_text) == Some(wanted);
                list.items().iter().position(fits)?.to_string()
            }
            (None, _) => bare.unwrap_or(key).to_string(),
            (Some(_), None) => return None,
        };
        node = node.and_then(|node| step(&node, &key).cloned());
        pointer.push(key);
    }
    Some(pointer)
}
