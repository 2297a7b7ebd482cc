//! The Milvus chart as a dependency of another chart: an umbrella's `Chart.yaml`, or the older `requirements.yaml`.
//!
//! Takes one document and the files around it, gives one Milvus for each dependency and for each set of values that it is
//! installed with: `values.yaml`, and every `values-<env>.yaml` that says something of its own. Nothing here knows what the
//! values mean.

mod chart;
mod references;
mod values;

pub(super) use chart::is_of_chart_itself;
pub(super) use references::expect_charts;

use super::release::Release;
use super::{Evidence, File, Found, Layers, Tree, helm_values};
use crate::model::{Identity, Surface, Version};
use crate::source::Span;
use crate::yaml::{Document, Node};
use std::sync::Arc;
use values::{Stack, stacks};

/// One entry of `dependencies` that names the Milvus chart.
struct Dependency<'a> {
    item: &'a Node,
    /// The place of its `name:`.
    at: Span,
    /// The key below which its values stand.
    key: &'a str,
    /// Which of the dependencies on the Milvus chart this is; from 0.
    nth: usize,
}

/// Adds every Milvus that the chart of this document depends on.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, found: &mut Found) {
    let root = &document.root;
    if !chart::is_chart(root) && !chart::is_requirements(root) {
        return;
    }
    for (nth, item) in chart::on_milvus(root).enumerate() {
        let Some(name) = item.entry("name") else { continue };
        let alias = item.get("alias").and_then(Node::text);
        let dependency = Dependency { item, at: name.key.at, key: alias.unwrap_or("milvus"), nth };
        let Some(version) = dependency.version(file, tree) else { continue };
        for stack in stacks(&dependency, root, file, tree) {
            let Some(evidence) = dependency.evidence(&stack, version.clone(), file, tree) else { continue };
            if stack.is_off(dependency.item) {
                found.off.push(evidence.at);
            }
            found.evidence.push(evidence);
        }
    }
}

impl Dependency<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.item.get(key).and_then(Node::raw_text).filter(|text| !text.is_empty())
    }

    /// The version that is installed, where that is known; `None` when the chart of this name is another one.
    fn version(&self, file: &File, tree: &Tree) -> Option<Option<(Span, String)>> {
        let local = self.text("repository").is_none_or(|url| url.starts_with("file://"));
        if local && let Some(vendored) = chart::vendored(self.text("repository"), file, tree) {
            return chart::is_itself(&vendored.root, vendored.file, tree).then(|| written(&vendored.root));
        }
        let asked = written(self.item);
        let exact = asked.as_ref().is_some_and(|(_, text)| Version::parse(text).is_some());
        // A range is resolved in the lock file; without one it stays what it is, and is shown as unknown.
        Some(if exact { asked } else { chart::locked(self.nth, file, tree).or(asked) })
    }

    fn evidence(&self, stack: &Stack, version: Option<(Span, String)>, file: &File, tree: &Tree) -> Option<Evidence> {
        let layers = stack.layers();
        if layers.iter().any(|(layer, _)| helm_values::is_foreign(&layer.node)) {
            return None;
        }
        let own = stack.own.as_ref();
        let release = Release {
            surface: Surface::Umbrella,
            id: Identity {
                namespace: None,
                name: Some(self.key.to_string()),
                path: own.map_or(&file.source.path, |own| &own.path).clone(),
                ordinal: 0,
            },
            at: own.map_or(self.at, |own| own.at),
            chart: "milvus",
            repository: self.text("repository"),
            version,
            layers: Layers(layers.into_iter().map(|(layer, _)| layer).collect()),
            tree,
        };
        release.evidence()
    }
}

/// The `version` of a dependency or of a chart. An `=` before it changes nothing.
fn written(node: &Node) -> Option<(Span, String)> {
    let version = node.get("version")?;
    let text = version.raw_text()?.trim().trim_start_matches('=').trim();
    Some((version.at, text.to_string()))
}
