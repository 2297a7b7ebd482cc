//! The values of a release, in the order in which Helmfile hands them to Helm.

use super::{Item, Part};
use crate::detect::settings::{Settings, open, typed};
use crate::detect::{Layer, Layers};
use crate::yaml::{Kind, Node, Path, Step};
use std::sync::Arc;

impl Item<'_> {
    /// The layers, bottom first.
    pub(super) fn layers(&self) -> Layers {
        let mut layers = Vec::new();
        if self.conditional
            && let Some(own) = self.parts.last()
        {
            layers.push(Layer::unseen(&own.document, own.path.clone(), self.at()));
        }
        for key in ["values", "valuesTemplate", "secrets"] {
            // A list takes the place of an inherited one.
            let Some((part, list)) = self.parts.iter().rev().find_map(|part| Some((part, part.node.get(key)?))) else {
                continue;
            };
            let path = below(part, Step::Key(key.to_string()));
            if !list.is_seq() && !list.is_null() {
                layers.push(Layer::unseen(&part.document, path.clone(), list.at));
            }
            for (index, item) in list.items().iter().enumerate() {
                let path = path.iter().cloned().chain([Step::Index(index)]).collect();
                layers.push(match item.is_map() {
                    // What an environment fills in is not to be written over for one of them.
                    true => {
                        Layer { editable: !holds_templates(item, self), ..Layer::of_part(&part.document, path, item) }
                    }
                    false if key == "secrets" => Layer::unseen(&part.document, path, item.at),
                    false => self.file(item).unwrap_or_else(|| Layer::unseen(&part.document, path, item.at)),
                });
            }
        }
        layers.extend(self.set());
        Layers(layers)
    }

    /// A values file among the files.
    fn file(&self, item: &Node) -> Option<Layer> {
        let path = self.filled(item.raw_text()?);
        if path.contains("{{") || path.contains("://") {
            return None;
        }
        let from = &self.file.source.path;
        let file = match self.may_be_missing() {
            true => self.tree.seek(from, &path, item.at),
            false => self.tree.refer(from, &path, item.at),
        };
        let file = file?;
        let document = file.documents.first()?;
        if !path.ends_with(".gotmpl") || self.environment.fill.is_empty() {
            return Some(Layer::of_document(Arc::clone(document)));
        }
        let mut filled = (**document).clone();
        let region = file.source.text.get(document.region.range()).unwrap_or_default();
        filled.templated &= self.environment.fill.text(region).contains("{{");
        let node = self.environment.fill.node(&document.root);
        Some(Layer { node, editable: false, ..Layer::of_document(Arc::new(filled)) })
    }

    /// Whether Helmfile goes on without a values file that is not there.
    fn may_be_missing(&self) -> bool {
        let own = self.entry("missingFileHandler").and_then(|entry| entry.value.raw_text());
        let default = || {
            let roots = self.file.documents.iter().map(|document| &document.root);
            roots
                .filter_map(|root| {
                    root.at_path(&["helmDefaults", "missingFileHandler"]).or(root.get("missingFileHandler"))
                })
                .next()?
                .raw_text()
        };
        own.or_else(default).is_some_and(|handler| handler != "Error")
    }

    /// A path in which the release's own name is put in: of all templates that is the one that every release knows.
    fn filled(&self, path: &str) -> String {
        let name = self.entry("name").and_then(|name| name.value.text()).filter(|_| path.contains("{{"));
        let Some(name) = name else { return path.to_string() };
        let quoted = ["{{`{{ .Release.Name }}`}}", "{{`{{.Release.Name}}`}}"];
        let plain = ["{{ .Release.Name }}", "{{.Release.Name}}"];
        quoted.iter().chain(&plain).fold(path.to_string(), |path, action| path.replace(action, name))
    }

    /// What `set` and `setString` say.
    fn set(&self) -> Option<Layer> {
        let mut settings = Settings::default();
        let mut first = None;
        for key in ["set", "setTemplate", "setString"] {
            let Some((part, list)) = self.parts.iter().rev().find_map(|part| Some((part, part.node.get(key)?))) else {
                continue;
            };
            let path = below(part, Step::Key(key.to_string()));
            if !list.is_seq() && !list.is_null() {
                return Some(Layer::unseen(&part.document, path, list.at));
            }
            for item in list.items() {
                let value = item.get("value").map(|value| typed(value, key == "setString"));
                let value = value.or_else(|| item.get("values").cloned()).or_else(|| item.get("file").map(open));
                settings.add(item.get("name"), value);
            }
            first = first.or(list.items().first().map(|item| (Arc::clone(&part.document), path, item.at)));
        }
        let (document, path, at) = first?;
        let node = settings.map(at).filter(|node| matches!(node.kind, Kind::Map(_)))?;
        Some(Layer { document, path, node, editable: false })
    }
}

/// Whether a part of the file prints something, as it is written.
fn holds_templates(node: &Node, item: &Item) -> bool {
    let text = item.file.source.text.get(node.at.range());
    !item.environment.fill.is_empty() && text.is_some_and(|text| text.contains("{{"))
}

fn below(part: &Part, step: Step) -> Path {
    part.path.iter().cloned().chain([step]).collect()
}
