//! `key.path=value` settings as values: takes names and texts, gives a map of their nodes.
//!
//! A name is a path (`standalone.messageQueue`, a dot that belongs to a key is written `\.`). The map stands nowhere, so it
//! cannot be edited, but every node in it has the place of the item that it comes from.

use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar, Style};
use std::sync::Arc;

/// A map that is still growing.
#[derive(Default)]
pub(super) struct Settings(Vec<(Node, Grown)>);

enum Grown {
    Value(Node),
    Branch(Settings),
}

impl Settings {
    /// Adds one setting, over those before it.
    pub(super) fn add(&mut self, name: Option<&Node>, value: Option<Node>) {
        if let (Some(name), Some(value)) = (name, value)
            && let (Some(text), Kind::Scalar(scalar)) = (name.text(), &name.resolved().kind)
        {
            let key = |part: &String| {
                let scalar = Scalar { text: part.as_str().into(), ..scalar.clone() };
                Node { at: name.at, kind: Kind::Scalar(scalar) }
            };
            // No values are nested that deep, and each part is one call deeper.
            let parts = Some(parts(text)).filter(|parts| parts.len() <= 64).unwrap_or_default();
            self.set(&parts.iter().map(key).collect::<Vec<_>>(), value);
        }
    }

    fn set(&mut self, keys: &[Node], value: Node) {
        let Some((first, rest)) = keys.split_first() else { return };
        let at = self.0.iter().position(|(key, _)| key.text() == first.text()).unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push((first.clone(), Grown::Branch(Settings::default())));
        }
        let place = &mut self.0[at];
        if rest.is_empty() {
            *place = (first.clone(), Grown::Value(value));
            return;
        }
        if let Grown::Value(_) = place.1 {
            place.1 = Grown::Branch(Settings::default());
        }
        if let Grown::Branch(branch) = &mut place.1 {
            branch.set(rest, value);
        }
    }

    /// The values that are set; `None` when there are none.
    pub(super) fn map(self, at: Span) -> Option<Node> {
        (!self.0.is_empty()).then(|| self.node(at))
    }

    fn node(self, at: Span) -> Node {
        let entry = |(key, grown): (Node, Grown)| {
            let value = match grown {
                Grown::Value(node) => node,
                Grown::Branch(branch) => branch.node(key.at),
            };
            Entry { key, value }
        };
        Node { at, kind: Kind::Map(Arc::new(Map { entries: self.0.into_iter().map(entry).collect() })) }
    }
}

/// The keys of a name.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        let part = parts.last_mut().map(|part| match letter {
            '\\' => part.extend(letters.next()),
            '.' => {}
            letter => part.push(letter),
        });
        if part.is_some() && letter == '.' {
            parts.push(String::new());
        }
    }
    parts
}

/// A value as `helm --set` takes it: only these words are more than text, however they are quoted where they stand.
pub(super) fn typed(value: &Node, forced: bool) -> Node {
    let Kind::Scalar(scalar) = &value.resolved().kind else { return value.clone() };
    let is_number = |text: &str| text == "0" || !text.starts_with('0') && text.parse::<i64>().is_ok();
    let word = matches!(&*scalar.text, "true" | "false") || is_number(&scalar.text);
    let kind = match (&*scalar.text, forced) {
        ("null", false) => Kind::Null,
        (_, false) if word => Kind::Scalar(Scalar { style: Style::Plain, tag: None, ..scalar.clone() }),
        _ => Kind::Scalar(Scalar { tag: Some("str".into()), ..scalar.clone() }),
    };
    Node { at: value.at, kind }
}

/// The content of a file, which nothing here can know.
pub(super) fn open(path: &Node) -> Node {
    let mut node = path.resolved().clone();
    if let Kind::Scalar(scalar) = &mut node.kind {
        scalar.templated = true;
    }
    node
}
