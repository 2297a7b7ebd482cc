//! Objects put together: takes nodes, gives what kustomize makes of them. Every part of the result keeps the place at which
//! it is written, so the result stands nowhere as it is and cannot be edited.

use super::synthetic::plain;
use crate::source::SourceId;
use crate::yaml::{Entry, Kind, Map, Node, Style};
use std::sync::Arc;

/// More parts than any object has; an object of aliases that would come to more is taken as its patch has it.
const MOST: usize = 100_000;

/// A strategic-merge patch laid over an object. Lists of containers and the like are merged by a key where Kubernetes itself
/// knows the kind; everywhere else a list takes the place of the one below.
pub(super) fn merged(below: &Node, above: &Node, known: bool) -> Node {
    Merge { known, left: MOST }.nodes(below, above)
}

struct Merge {
    known: bool,
    left: usize,
}

impl Merge {
    fn nodes(&mut self, below: &Node, above: &Node) -> Node {
        let (Some(_), Some(_), true) = (below.map(), above.map(), self.left > 0) else { return above.clone() };
        if above.get("$patch").and_then(Node::text) == Some("replace") {
            return Node { at: above.at, kind: map(entries(above).into_iter().filter(is_plain).collect()) };
        }
        let mut all = entries(below);
        for entry in entries(above).into_iter().filter(is_plain) {
            self.left = self.left.saturating_sub(1);
            let at = all.iter().position(|other| other.key.text() == entry.key.text());
            match at {
                Some(at) if entry.value.is_null() || is_deleted(&entry.value) => {
                    all.remove(at);
                }
                Some(at) => all[at].value = self.value(&entry, &all[at].value),
                None if entry.value.is_null() || is_deleted(&entry.value) => {}
                None => all.push(entry),
            }
        }
        Node { at: below.at, kind: map(all) }
    }

    fn value(&mut self, above: &Entry, below: &Node) -> Node {
        let by = above.key.text().and_then(key_of_list).filter(|_| self.known);
        match by {
            Some(by) if below.is_seq() && above.value.is_seq() => self.lists(below, &above.value, by),
            _ => self.nodes(below, &above.value),
        }
    }

    fn lists(&mut self, below: &Node, above: &Node, by: &str) -> Node {
        let name = |node: &Node| node.get(by).and_then(Node::raw_text).map(str::to_string);
        let mut all = below.items().to_vec();
        // What a patch adds comes first.
        let mut new = Vec::new();
        for item in above.items() {
            let at = all.iter().position(|other| name(other).is_some() && name(other) == name(item));
            match at {
                Some(at) if is_deleted(item) => {
                    all.remove(at);
                }
                Some(at) => all[at] = self.nodes(&all[at], item),
                None if is_deleted(item) => {}
                None => new.push(item.clone()),
            }
        }
        new.append(&mut all);
        Node { at: below.at, kind: Kind::Seq(new.into()) }
    }
}

/// By which key the items of a list are told apart.
fn key_of_list(list: &str) -> Option<&'static str> {
    match list {
        "containers" | "initContainers" | "ephemeralContainers" | "env" | "volumes" => Some("name"),
        "volumeMounts" => Some("mountPath"),
        _ => None,
    }
}

fn is_plain(entry: &Entry) -> bool {
    !entry.key.text().is_some_and(|key| key.starts_with('$'))
}

fn is_deleted(node: &Node) -> bool {
    node.get("$patch").and_then(Node::text) == Some("delete")
}

fn entries(node: &Node) -> Vec<Entry> {
    node.entries().map(|(_, entry)| entry.clone()).collect()
}

fn map(entries: Vec<Entry>) -> Kind {
    Kind::Map(Arc::new(Map { entries }))
}

/// An object with a value at the end of a pointer: put there, or taken away. `None` where the pointer leads nowhere.
pub(super) fn with(node: &Node, keys: &[String], value: Option<&Node>, insert: bool) -> Option<Node> {
    let Some((key, rest)) = keys.split_first() else { return value.cloned() };
    if node.is_seq() {
        return in_list(node, key, rest, value, insert);
    }
    let mut all = if node.is_null() { Vec::new() } else { node.map().map(|_| entries(node))? };
    let at = all.iter().position(|entry| entry.key.text() == Some(key));
    match (at, rest.is_empty(), value) {
        (Some(at), true, Some(value)) => all[at].value = value.clone(),
        (Some(at), true, None) => {
            all.remove(at);
        }
        (Some(at), false, _) => all[at].value = with(&all[at].value, rest, value, insert)?,
        (None, true, Some(value)) => all.push(Entry { key: plain(value.at, key), value: value.clone() }),
        (None, ..) => return None,
    }
    Some(Node { at: node.at, kind: map(all) })
}

fn in_list(node: &Node, key: &str, rest: &[String], value: Option<&Node>, insert: bool) -> Option<Node> {
    let mut items = node.items().to_vec();
    let at = if key == "-" { items.len() } else { key.parse().ok()? };
    match (rest.is_empty(), value) {
        (true, Some(value)) if insert && at <= items.len() => items.insert(at, value.clone()),
        (true, Some(value)) if at < items.len() => items[at] = value.clone(),
        (true, None) if at < items.len() => {
            items.remove(at);
        }
        (false, _) if at < items.len() => items[at] = with(&items[at], rest, value, insert)?,
        _ => return None,
    }
    Some(Node { at: node.at, kind: Kind::Seq(items.into()) })
}

/// A text at a path of keys, with maps made where there are none.
pub(super) fn set(node: &Node, keys: &[&str], value: &Node) -> Node {
    let Some((key, rest)) = keys.split_first() else { return value.clone() };
    let mut all = entries(node);
    match all.iter_mut().find(|entry| entry.key.text() == Some(key)) {
        Some(entry) => entry.value = set(&entry.value, rest, value),
        None => {
            let nothing = Node { at: value.at, kind: Kind::Null };
            all.push(Entry { key: plain(value.at, key), value: set(&nothing, rest, value) });
        }
    }
    Node { at: node.at, kind: map(all) }
}

/// Every scalar of a node as `change` would have it; `None` where it changes none.
pub(super) fn each(node: &Node, change: &dyn Fn(&Node) -> Option<Node>) -> Option<Node> {
    each_of(node, change, &mut MOST.clone())
}

fn each_of(node: &Node, change: &dyn Fn(&Node) -> Option<Node>, left: &mut usize) -> Option<Node> {
    *left = left.checked_sub(1)?;
    match &node.resolved().kind {
        Kind::Scalar(_) => change(node.resolved()),
        Kind::Map(inner) => {
            let mut all = inner.entries.clone();
            let mut any = false;
            for entry in &mut all {
                if let Some(value) = each_of(&entry.value, change, left) {
                    (entry.value, any) = (value, true);
                }
            }
            any.then(|| Node { at: node.at, kind: map(all) })
        }
        Kind::Seq(items) => {
            let mut all = items.to_vec();
            let mut any = false;
            for item in &mut all {
                if let Some(value) = each_of(item, change, left) {
                    (*item, any) = (value, true);
                }
            }
            any.then(|| Node { at: node.at, kind: Kind::Seq(all.into()) })
        }
        Kind::Null | Kind::Alias(_) => None,
    }
}

/// A node whose blocks of text are not looked for in the text of another file: what is inside of them stands at the block.
pub(super) fn loosened(node: &Node, home: SourceId) -> Node {
    let loose = |node: &Node| {
        let Kind::Scalar(scalar) = &node.kind else { return None };
        let block = matches!(scalar.style, Style::Literal | Style::Folded);
        let mut scalar = Some(scalar.clone()).filter(|_| block && node.at.source != home)?;
        scalar.content = node.at;
        Some(Node { at: node.at, kind: Kind::Scalar(scalar) })
    };
    each(node, &loose).unwrap_or_else(|| node.clone())
}
