//! `postBuild` of a Flux Kustomization: takes its variables and the ConfigMaps that it names, gives texts with `${NAME}` put in.
//!
//! What nobody here says stays as it is written, so that whoever reads the text can name the variable.

use super::kustomization::Kustomization;
use crate::detect::Tree;
use crate::detect::objects::{Called, nearest};
use crate::yaml::{Kind, Node, Scalar, Style};
use std::collections::BTreeMap;

/// What is known of the variables of a Kustomization.
#[derive(Debug, Default)]
pub(super) struct Substitute {
    known: BTreeMap<String, String>,
    /// Something that may set any variable is not among the files.
    open: bool,
}

impl Substitute {
    /// `None` where nothing is put in at all: Flux leaves the text alone then. What is `patched` may say more than is written.
    pub(super) fn of(one: &Kustomization, tree: &Tree, patched: bool) -> Option<Substitute> {
        let from = one.of_flux(&["postBuild", "substituteFrom"]).map(Node::items).unwrap_or_default();
        let own = one.of_flux(&["postBuild", "substitute"]).filter(|own| own.is_map());
        if from.is_empty() && own.is_none() && !patched {
            return None;
        }
        let mut all = Substitute { open: patched, ..Substitute::default() };
        let namespace = one.document.root.at_path(&["metadata", "namespace"]).and_then(Node::raw_text);
        for item in from {
            let text = |key: &str| item.get(key).and_then(Node::raw_text).unwrap_or_default();
            let called = Called { kind: text("kind"), name: text("name"), namespace };
            let found =
                nearest(tree, one.path, called).filter(|found| !found.several).map(|found| found.object.node.clone());
            let made = || super::generated(tree, one.path, called.kind, called.name);
            match found.or_else(made) {
                Some(object) => all.add_object(&object),
                None => all.open = true,
            }
        }
        if let Some(own) = own {
            all.add(own);
        }
        Some(all)
    }

    /// What a ConfigMap or a Secret holds in the clear; what is encoded or encrypted there may set anything.
    fn add_object(&mut self, object: &Node) {
        let is_secret = object.get("kind").and_then(Node::text) == Some("Secret");
        let hidden = object.get("sops").is_some() || is_secret && object.get("data").is_some();
        let data = object.get(if is_secret { "stringData" } else { "data" });
        match data.filter(|_| !hidden) {
            Some(data) => self.add(data),
            None => self.open = true,
        }
    }

    fn add(&mut self, data: &Node) {
        for (name, entry) in data.entries() {
            match entry.value.raw_text().filter(|text| !text.contains("${")) {
                Some(text) => self.known.insert(name.to_string(), text.to_string()),
                None => self.known.remove(name),
            };
        }
    }

    /// A scalar with its variables put in; `None` where there is nothing to put in.
    pub(super) fn scalar(&self, node: &Node) -> Option<Node> {
        let Kind::Scalar(scalar) = &node.kind else { return None };
        let text = Some(self.text(&scalar.text)).filter(|text| **text != *scalar.text)?;
        // What was put in is read as YAML once more, whatever quotes stood around the variable.
        let block = matches!(scalar.style, Style::Literal | Style::Folded);
        let style = if block { scalar.style } else { Style::Plain };
        let scalar = Scalar { text: text.into(), style, content: node.at, ..scalar.clone() };
        Some(Node { at: node.at, kind: Kind::Scalar(scalar) })
    }

    fn text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, variable) = rest.split_at(at);
            filled.push_str(before);
            let Some(end) = variable.find('}') else {
                rest = variable;
                break;
            };
            let (variable, after) = variable.split_at(end + 1);
            match self.value(&variable[2..end]) {
                // A second `$` keeps it from being a variable.
                _ if before.ends_with('$') => filled.push_str(&variable[1..]),
                Some(value) => filled.push_str(value),
                None => match self.name_alone(&variable[2..end]) {
                    Some(name) => filled.push_str(&format!("${{{name}}}")),
                    None => filled.push_str(variable),
                },
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// The name of a variable whose default may not hold.
    fn name_alone<'a>(&self, inside: &'a str) -> Option<&'a str> {
        let end = inside.find([':', '-', '=']).filter(|_| self.open)?;
        Some(&inside[..end]).filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    }

    /// What stands for `NAME`, `NAME:-default` or `NAME:=default`; a default holds only where nobody else can set it.
    fn value<'a>(&'a self, inside: &'a str) -> Option<&'a str> {
        let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inside.len());
        let (name, operator) = inside.split_at(end);
        let default = [":=", ":-", "=", "-"].iter().find_map(|mark| operator.strip_prefix(mark));
        if !operator.is_empty() && default.is_none() {
            return None;
        }
        let known = self.known.get(name).map(String::as_str);
        let known = known.filter(|value| !(value.is_empty() && operator.starts_with(':')));
        known.or(default.filter(|default| !self.open && !default.contains("${")))
    }
}
