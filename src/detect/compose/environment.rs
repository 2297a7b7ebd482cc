//! The environment of a service: takes its layers, gives variables, each with where it is written.
//!
//! What stands in `environment` is above what stands in the files of `env_file`, and those count from the file that names them.

use super::Reader;
use crate::detect::process::Variable;
use crate::detect::variables::{Text, of_env_file};
use crate::detect::{Layer, Layers};
use crate::source::{Absence, Span};
use crate::yaml::{Node, Path, Step};
use std::sync::Arc;

impl Reader<'_> {
    /// The variables of a service, and where a file is named that may set others and is not here.
    pub(super) fn environment(&self, layers: &Layers) -> (Vec<Variable>, Option<Span>) {
        let mut environment: Vec<Variable> = Vec::new();
        let mut add = |variable: Variable| {
            environment.retain(|other| other.name != variable.name);
            environment.push(variable);
        };
        let mut unread = None;
        for layer in &layers.0 {
            let path = self.tree.path(layer.document.source);
            for file in layer.node.get("env_file").map(files).unwrap_or_default() {
                let found = match file.required {
                    true => self.tree.refer(path, file.path, file.at),
                    false => self.tree.seek(path, file.path, file.at),
                };
                let Some(found) = found else {
                    let ignored = self.tree.absence_beside(path, file.path) == Some(Absence::Unknown);
                    unread = unread.or(Some(file.at).filter(|_| file.required || ignored));
                    continue;
                };
                for (name, value) in of_env_file(found.id, &found.source.text) {
                    add(Variable { name, at: file.at, value: Some(Text::of_value(&value)), place: None });
                }
            }
        }
        layers.0.iter().flat_map(|layer| self.written(layer)).for_each(add);
        (environment, unread)
    }

    /// What stands in `environment`: a map, or a list of `NAME=value`.
    fn written(&self, layer: &Layer) -> Vec<Variable> {
        let Some(node) = layer.node.get("environment") else { return Vec::new() };
        let path = layer.path_to(&["environment"]);
        let below = |step| path.iter().cloned().chain([step]).collect::<Path>();
        let mut variables = Vec::new();
        for (name, entry) in node.entries() {
            let place = (Arc::clone(&layer.document), below(Step::Key(name.to_string())), String::new());
            let (at, value) = match Text::of(&entry.value, &self.variables) {
                Some(value) => (entry.value.at, Some(value)),
                None => (entry.key.at, Some(self.passed(name, entry.key.at)).filter(|_| entry.value.is_null())),
            };
            variables.push(Variable { name: name.to_string(), at, value, place: Some(place) });
        }
        for (index, item) in node.items().iter().enumerate() {
            let Some(text) = item.raw_text() else { continue };
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Text::new(item.at, value, &self.variables)),
                None => (text, self.passed(text, item.at)),
            };
            let place = (Arc::clone(&layer.document), below(Step::Index(index)), format!("{name}="));
            variables.push(Variable { name: name.to_string(), at: item.at, value: Some(value), place: Some(place) });
        }
        variables
    }

    /// A name without a value: Compose passes on what it knows itself.
    fn passed(&self, name: &str, at: Span) -> Text {
        Text::new(at, &format!("${{{name}}}"), &self.variables)
    }
}

/// An entry of `env_file`.
struct EnvFile<'a> {
    at: Span,
    path: &'a str,
    /// Whether Compose stops without it.
    required: bool,
}

/// The entries of `env_file`: one, several, or maps with a `path`.
fn files(node: &Node) -> Vec<EnvFile<'_>> {
    let items = if node.is_seq() { node.items() } else { std::slice::from_ref(node) };
    let file = |item| {
        let path = Node::get(item, "path").unwrap_or(item);
        let required = item.get("required").and_then(Node::as_bool) != Some(false);
        Some(EnvFile { at: path.at, path: path.text()?, required })
    };
    items.iter().filter_map(file).collect()
}
