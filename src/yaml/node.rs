//! Asking a [`Node`]: takes a key or a path, gives the node that Kubernetes' YAML reader would find there.
//!
//! Aliases are followed, the last of duplicate keys wins, and a plain `<<` is merged as go-yaml does it. Nothing here
//! copies a node, and maps that were already seen are not searched again, so merge bombs cost nothing.

use super::scalar::{Typed, resolve};
use super::{Entry, Kind, Map, Node, Scalar, Style};
use std::collections::HashSet;

impl Node {
    /// The value of `key`, merged keys included; `None` when there is no such key or this is no map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value at the end of a path of keys.
    pub fn at_path(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entry of `key`, for the key's own place.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        find(self.map()?, key, &mut HashSet::new())
    }

    /// Every key that has text, with its entry: each key once, the entry that [`Node::get`] would answer with; keys from
    /// `<<` come last.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let mut found = Vec::new();
        if let Some(map) = self.map() {
            collect(map, &mut found, &mut HashSet::new(), &mut HashSet::new());
        }
        found.into_iter()
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.resolved().kind {
            Kind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The map behind this node, aliases followed.
    pub fn map(&self) -> Option<&Map> {
        match &self.resolved().kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The scalar behind this node, aliases followed.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.resolved().kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar whose text is known: `None` for nothing, collections, and templated scalars.
    pub fn text(&self) -> Option<&str> {
        self.scalar().filter(|scalar| !scalar.templated).map(|scalar| &*scalar.text)
    }

    /// The text of any scalar, templated ones included.
    pub fn raw_text(&self) -> Option<&str> {
        self.scalar().map(|scalar| &*scalar.text)
    }

    /// Whether this is a scalar with an action in it, so that its value is not known.
    pub fn is_templated(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.templated)
    }

    /// The truth value, by YAML 1.1 as Kubernetes reads it: plain `yes`, `on`, `y` count, quoted ones never.
    pub fn as_bool(&self) -> Option<bool> {
        match self.scalar()?.typed() {
            Typed::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Nothing written, or `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.resolved().kind, Kind::Null)
    }

    /// Whether this is a map.
    pub fn is_map(&self) -> bool {
        self.map().is_some()
    }

    /// Whether this is a list.
    pub fn is_seq(&self) -> bool {
        matches!(self.resolved().kind, Kind::Seq(_))
    }

    /// Whether this is a scalar that Kubernetes' YAML reader takes for a string.
    pub fn is_string(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.typed() == Typed::String)
    }

    /// The node itself, or the anchored node that an alias stands for.
    pub fn resolved(&self) -> &Node {
        let mut node = self;
        while let Kind::Alias(target) = &node.kind {
            node = target;
        }
        node
    }
}

impl Scalar {
    /// What Kubernetes' YAML reader makes of it. A plain templated scalar is [`Typed::Other`]: it may become anything.
    pub fn typed(&self) -> Typed {
        match self.tag.as_deref() {
            Some("str" | "binary" | "!") => Typed::String,
            Some("int" | "float" | "bool" | "null" | "timestamp") | None if self.style == Style::Plain => {
                if self.templated { Typed::Other } else { resolve(&self.text) }
            }
            Some("int" | "float") => Typed::Number,
            Some("bool" | "null") => Typed::Other,
            _ => Typed::String,
        }
    }
}

/// Whether a key is the merge key: only a plain `<<` is.
pub(super) fn is_merge(key: &Node) -> bool {
    matches!(&key.kind, Kind::Scalar(s) if s.style == Style::Plain && !s.templated && &*s.text == "<<")
}

fn find<'a>(map: &'a Map, key: &str, seen: &mut HashSet<*const Map>) -> Option<&'a Entry> {
    if !seen.insert(map) {
        return None;
    }
    let own = map.entries.iter().rev().find(|entry| entry.key.text() == Some(key) && !is_merge(&entry.key));
    own.or_else(|| merged(map).find_map(|from| find(from, key, seen)))
}

fn collect<'a>(
    map: &'a Map,
    found: &mut Vec<(&'a str, &'a Entry)>,
    keys: &mut HashSet<&'a str>,
    seen: &mut HashSet<*const Map>,
) {
    if !seen.insert(map) {
        return;
    }
    let from = found.len();
    for entry in map.entries.iter().rev().filter(|entry| !is_merge(&entry.key)) {
        if let Some(text) = entry.key.text()
            && keys.insert(text)
        {
            found.push((text, entry));
        }
    }
    found[from..].reverse();
    for map in merged(map) {
        collect(map, found, keys, seen);
    }
}

/// The maps that `<<` brings in, the strongest first.
fn merged(map: &Map) -> impl Iterator<Item = &Map> {
    map.entries.iter().rev().filter(|entry| is_merge(&entry.key)).flat_map(|entry| {
        let value = &entry.value;
        value.map().into_iter().chain(value.items().iter().filter_map(Node::map))
    })
}
