//! What an ApplicationSet puts in for its parameters: takes an element of a list generator, fills texts and nodes.
//!
//! Both spellings are known, `{{name}}` and `{{ .name }}`. Functions and conditions of Go templates are not evaluated: what
//! holds them stays open.

use crate::yaml::{Entry, Kind, Map, Node, Scalar};
use std::sync::Arc;

/// The parameters of one Application; none for an Application that stands there itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Fill(Vec<(String, String)>);

impl Fill {
    /// The parameters of an element: `{cluster: a, values: {tag: b}}` has `cluster` and `values.tag`.
    pub(super) fn of(element: &Node) -> Fill {
        let mut fill = Fill::default();
        fill.add("", element.resolved());
        fill
    }

    fn add(&mut self, prefix: &str, node: &Node) {
        for (key, entry) in node.entries() {
            let name = if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
            match (entry.value.text(), &entry.value.kind) {
                (Some(text), _) => self.0.push((name, text.to_string())),
                // Aliases can make more of an element than anybody could write.
                (None, Kind::Alias(_)) => {}
                (None, _) => self.add(&name, &entry.value),
            }
        }
    }

    /// A text with every parameter that is known put in.
    pub(super) fn text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, action, after)) = next_action(rest).filter(|_| !self.0.is_empty()) {
            filled.push_str(before);
            let name = action.trim_matches(['{', '}', '-', ' ']).trim_start_matches('.');
            match self.0.iter().find(|(known, _)| known == name) {
                Some((_, value)) => filled.push_str(value),
                None => filled.push_str(action),
            }
            rest = after;
        }
        filled + rest
    }

    /// A node with every parameter that is known put in; every node keeps its place.
    pub(super) fn node(&self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Scalar(scalar) => Kind::Scalar(self.scalar(scalar)),
            Kind::Map(map) => {
                let entries = map.entries.iter();
                let entries = entries.map(|entry| Entry { key: entry.key.clone(), value: self.node(&entry.value) });
                Kind::Map(Arc::new(Map { entries: entries.collect() }))
            }
            Kind::Seq(items) => Kind::Seq(items.iter().map(|item| self.node(item)).collect()),
            // What an anchor holds is filled where it stands; an alias stays open.
            Kind::Null | Kind::Alias(_) => node.kind.clone(),
        };
        Node { at: node.at, kind }
    }

    fn scalar(&self, scalar: &Scalar) -> Scalar {
        if !scalar.templated {
            return scalar.clone();
        }
        let text = self.text(&scalar.text);
        Scalar { templated: next_action(&text).is_some(), text: text.into(), ..scalar.clone() }
    }
}

/// The next `{{ … }}` of a text, with what is before and after it.
fn next_action(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("{{")?;
    let end = start + text[start..].find("}}")? + 2;
    Some((&text[..start], &text[start..end], &text[end..]))
}
