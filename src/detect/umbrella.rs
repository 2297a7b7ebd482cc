//! The Milvus chart as a dependency of another chart: an umbrella's `Chart.yaml`, or the older `requirements.yaml`.
//!
//! Takes one document and the files around it, gives one Milvus for each dependency and for each set of values that it is
//! installed with: `values.yaml`, and every `values-<env>.yaml` that says something of its own. Nothing here knows what the
//! values mean.

mod carriers;
mod chart;
mod references;
mod values;

pub(super) use chart::is_of_chart_itself;
pub(super) use references::expect_charts;

use super::release::Release;
use super::{Evidence, File, Found, Layer, Layers, Tree, helm_values};
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
    for dependency in Dependency::all(root) {
        let Some(version) = dependency.version(file, tree) else { continue };
        for stack in stacks(&dependency, root, (file, None), tree) {
            let Some(evidence) = dependency.evidence(&stack, version.clone(), file, tree) else { continue };
            if stack.is_off(dependency.item) {
                found.off.push(evidence.at);
            }
            found.evidence.push(evidence);
        }
    }
}

/// Every Milvus that the chart of a folder, and the charts in it, install with other values over their own; and whether it is
/// switched off then.
pub(super) fn installed(folder: &str, over: &[Layer], tree: &Tree) -> Vec<(Evidence, bool)> {
    let mut installed = Vec::new();
    for file in carriers::files_of(folder, tree) {
        let roots = file.documents.iter().map(|document| &document.root);
        for root in roots.filter(|root| chart::is_chart(root) || chart::is_requirements(root)) {
            for dependency in Dependency::all(root) {
                let Some(version) = dependency.version(file, tree) else { continue };
                let Some(mut stack) = stacks(&dependency, root, (file, Some(folder)), tree).into_iter().next() else {
                    continue;
                };
                stack.over = over.to_vec();
                let evidence = dependency.evidence(&stack, version, file, tree);
                installed.extend(evidence.map(|evidence| (evidence, stack.is_off(dependency.item))));
            }
        }
    }
    installed
}

/// Whether a folder holds a copy of the Milvus chart itself; and the version that it has.
pub(super) fn copy_of_milvus(folder: &str, tree: &Tree) -> Option<Option<(Span, String)>> {
    let file = tree.get(&format!("{folder}/Chart.yaml"))?;
    let root = &file.documents.first()?.root;
    chart::is_itself(root, file, tree).then(|| written(root))
}

impl<'a> Dependency<'a> {
    /// The dependencies of a chart that name the Milvus chart.
    fn all(root: &'a Node) -> impl Iterator<Item = Dependency<'a>> {
        chart::on_milvus(root).enumerate().filter_map(|(nth, item)| {
            let alias = item.get("alias").and_then(Node::text);
            Some(Dependency { item, at: item.entry("name")?.key.at, key: alias.unwrap_or("milvus"), nth })
        })
    }

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
        if layers.iter().any(|layer| helm_values::is_foreign(&layer.node)) {
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
            layers: Layers(layers),
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
