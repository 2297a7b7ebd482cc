//! What a template gets for its parameters: takes an element of a generator, or the values of an environment; fills texts and nodes.
//!
//! Both spellings are known, `{{name}}` and `{{ .name }}`, and the small functions of Go templates (`action`). Whatever else
//! stands between braces stays open, as it is written.

use super::action;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar};
use std::sync::Arc;

/// The parameters of one Application; none for an Application that stands there itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::detect) struct Fill {
    known: Vec<Parameter>,
    /// There are more parameters, which nobody here knows.
    pub open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameter {
    name: String,
    value: String,
    /// Where the value is written, and its characters without quotes; `None` for what is only a file's path.
    place: Option<(Span, Span)>,
}

impl Fill {
    /// The parameters of an element: `{cluster: a, values: {tag: b}}` has `cluster` and `values.tag`.
    pub(in crate::detect) fn of(element: &Node) -> Fill {
        let mut fill = Fill::default();
        fill.add_all("", element.resolved());
        fill
    }

    /// Parameters of which more are not known.
    pub(in crate::detect) fn open() -> Fill {
        Fill { open: true, ..Fill::default() }
    }

    /// Whether there is nothing to put in.
    pub(in crate::detect) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds the parameters below a node, over those of the same names; `prefix` stands before each.
    pub(in crate::detect) fn lay(&mut self, prefix: &str, node: &Node) {
        let below = Fill::of(node);
        self.open |= below.open;
        for mut parameter in below.known {
            parameter.name = format!("{prefix}.{}", parameter.name);
            self.known.retain(|known| known.name != parameter.name);
            self.known.push(parameter);
        }
    }

    fn add_all(&mut self, prefix: &str, node: &Node) {
        let name = |key: &str| if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
        let below = node.entries().map(|(key, entry)| (key.to_string(), &entry.value));
        let items = node.items().iter().enumerate().map(|(index, item)| (index.to_string(), item));
        for (key, value) in below.chain(items) {
            let name = name(&key);
            match (value.text(), &value.kind) {
                (Some(text), _) => {
                    let place = value.scalar().map(|scalar| (value.resolved().at, scalar.content));
                    self.known.push(Parameter { name, value: text.to_string(), place });
                }
                // Aliases can make more of an element than anybody could write.
                (None, Kind::Alias(_)) => {}
                (None, Kind::Scalar(_)) => self.open = true,
                (None, _) => self.add_all(&name, value),
            }
        }
    }

    /// Adds one parameter, over one of that name.
    pub(in crate::detect) fn set(&mut self, name: String, value: String) {
        self.known.retain(|known| known.name != name);
        self.known.push(Parameter { name, value, place: None });
    }

    /// The `values` of a generator, which may hold its other parameters.
    pub(super) fn set_values(&mut self, values: Option<&Node>) {
        for (key, entry) in values.into_iter().flat_map(Node::entries) {
            let value = entry.value.raw_text().map(|text| self.text(text)).filter(|text| !text.contains("{{"));
            let Some(value) = value else {
                self.open = true;
                continue;
            };
            self.set(format!("values.{key}"), value);
            if let (Some(text), Some(last)) = (entry.value.text(), self.known.last_mut())
                && text == last.value
            {
                last.place = entry.value.scalar().map(|scalar| (entry.value.resolved().at, scalar.content));
            }
        }
    }

    /// Where a folder or a file was found, in the words of both kinds of templates. `prefix` stands before each.
    pub(super) fn set_path(&mut self, prefix: &str, path: &str, file: Option<&str>) {
        let prefix = if prefix.is_empty() { "path".to_string() } else { format!("{prefix}.path") };
        let base = path.rsplit('/').next().unwrap_or(path);
        let mut set = |name: &str, value: &str| self.set(format!("{prefix}{name}"), value.to_string());
        for (name, value) in [("", path), (".path", path), (".basename", base)] {
            set(name, value);
        }
        set(".basenameNormalized", &action::normalized(base));
        if let Some(file) = file {
            set(".filename", file);
            set(".filenameNormalized", &action::normalized(file));
        }
        for (index, segment) in path.split('/').enumerate() {
            set(&format!("[{index}]"), segment);
            set(&format!(".segments.{index}"), segment);
        }
    }

    /// These parameters and those of another, which gives way.
    pub(super) fn with(&self, weaker: &Fill) -> Fill {
        let mut both = self.clone();
        both.known.extend(weaker.known.iter().filter(|known| self.get(&known.name).is_none()).cloned());
        both.open |= weaker.open;
        both
    }

    /// A parameter by its name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|known| known.name == name).map(|known| known.value.as_str())
    }

    /// Where the parameter is written that a text ends in, and its characters without quotes.
    pub(in crate::detect) fn place(&self, text: &str) -> Option<(Span, Span)> {
        let (_, action, after) = next_action(text)?;
        // Of a text that several are put into no one place says it.
        if after.contains("{{") || !after.trim().is_empty() {
            return None;
        }
        let name = action.trim_matches(['{', '}', '-', ' ']);
        let name = name.split('|').next().unwrap_or(name).trim().trim_start_matches('$').trim_start_matches('.');
        self.known.iter().find(|known| known.name == name).and_then(|known| known.place)
    }

    /// Whether it is known that no parameter has this name, nor one that begins with it.
    pub(super) fn lacks(&self, name: &str) -> bool {
        let below = format!("{name}.");
        !self.open && !self.known.iter().any(|known| known.name == name || known.name.starts_with(&below))
    }

    /// A text with every parameter that is known put in.
    pub(in crate::detect) fn text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, action, after)) = next_action(rest).filter(|_| !self.known.is_empty()) {
            filled.push_str(before);
            match action::value(action, self) {
                Some(value) => filled.push_str(&value),
                None => filled.push_str(action),
            }
            rest = after;
        }
        filled + rest
    }

    /// A node with every parameter that is known put in; what a parameter says has the place where that is written, every other
    /// node keeps its own.
    pub(in crate::detect) fn node(&self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Scalar(scalar) => return self.scalar(scalar, node.at),
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

    fn scalar(&self, scalar: &Scalar, at: Span) -> Node {
        if !scalar.templated {
            return Node { at, kind: Kind::Scalar(scalar.clone()) };
        }
        let text = self.text(&scalar.text);
        let templated = next_action(&text).is_some() || text.contains("{%");
        let (at, content) = self.place(&scalar.text).filter(|_| !templated).unwrap_or((at, scalar.content));
        Node { at, kind: Kind::Scalar(Scalar { templated, text: text.into(), content, ..scalar.clone() }) }
    }
}

/// The next `{{ … }}` of a text, with what is before and after it.
fn next_action(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("{{")?;
    let end = start + text[start..].find("}}")? + 2;
    Some((&text[..start], &text[start..end], &text[end..]))
}
