//! `helm.parameters` and `helm.fileParameters` as values: takes lists of names and texts, gives a map of their nodes.
//!
//! A name is a path (`standalone.messageQueue`, a dot that belongs to a key is written `\.`). The map stands nowhere, so it
//! cannot be edited, but every node in it has the place of the item that it comes from.

use super::Application;
use crate::yaml::{Entry, Kind, Map, Node, Style};
use std::sync::Arc;

/// The values that the parameters set; `None` when there are none.
pub(super) fn map(application: &Application, helm: &Node) -> Option<Node> {
    let mut tree = Branch::default();
    let items = |key: &str| helm.get(key).map_or(&[][..], Node::items);
    let forced = |item: &&Node| item.get("forceString").and_then(Node::as_bool) == Some(true);
    let plain = items("parameters").iter().filter(|item| !forced(item));
    // Helm takes what is forced to be a string after all others, and the content of files last.
    for item in plain.chain(items("parameters").iter().filter(forced)) {
        let value = item.get("value").map(|value| typed(&application.fill.node(value), forced(&item)));
        tree.add(item.get("name"), value);
    }
    for item in items("fileParameters") {
        tree.add(item.get("name"), item.get("path").map(open));
    }
    let at = items("parameters").first().or(items("fileParameters").first())?.at;
    (!tree.0.is_empty()).then(|| tree.node(at))
}

/// A map that is still growing, or a value.
#[derive(Default)]
struct Branch(Vec<(Node, Grown)>);

enum Grown {
    Value(Node),
    Branch(Branch),
}

impl Branch {
    fn add(&mut self, name: Option<&Node>, value: Option<Node>) {
        if let (Some(name), Some(value)) = (name, value)
            && let (Some(text), Kind::Scalar(scalar)) = (name.text(), &name.resolved().kind)
        {
            let key = |part: &String| {
                let scalar = crate::yaml::Scalar { text: part.as_str().into(), ..scalar.clone() };
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
            self.0.push((first.clone(), Grown::Branch(Branch::default())));
        }
        let place = &mut self.0[at];
        if rest.is_empty() {
            *place = (first.clone(), Grown::Value(value));
            return;
        }
        if let Grown::Value(_) = place.1 {
            place.1 = Grown::Branch(Branch::default());
        }
        if let Grown::Branch(branch) = &mut place.1 {
            branch.set(rest, value);
        }
    }

    fn node(self, at: crate::source::Span) -> Node {
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

/// A value as `helm --set` takes it: only these words are more than text, however they are quoted in the Application.
fn typed(value: &Node, forced: bool) -> Node {
    let Kind::Scalar(scalar) = &value.resolved().kind else { return value.clone() };
    let is_number = |text: &str| text == "0" || !text.starts_with('0') && text.parse::<i64>().is_ok();
    let word = matches!(&*scalar.text, "true" | "false") || is_number(&scalar.text);
    let kind = match (&*scalar.text, forced) {
        ("null", false) => Kind::Null,
        (_, false) if word => Kind::Scalar(crate::yaml::Scalar { style: Style::Plain, tag: None, ..scalar.clone() }),
        _ => Kind::Scalar(crate::yaml::Scalar { tag: Some("str".into()), ..scalar.clone() }),
    };
    Node { at: value.at, kind }
}

/// The content of a file of the chart, which nothing here can know.
fn open(path: &Node) -> Node {
    let mut node = path.resolved().clone();
    if let Kind::Scalar(scalar) = &mut node.kind {
        scalar.templated = true;
    }
    node
}
