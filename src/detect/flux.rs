//! Flux HelmReleases of the Milvus chart: `helm.toolkit.fluxcd.io`, in the versions that have `spec.chart.spec` or `chartRef`.
//!
//! The chart's source is another object, and so are values of `valuesFrom`: both are looked for among the files.

mod chart;
mod rendered;
mod source;
#[cfg(test)]
mod tests;
mod values;

use super::objects::Object;
use super::release::Release;
use super::{Evidence, File, Tree};
use crate::model::{Identity, Surface};
use crate::yaml::{Document, Node};
use std::sync::Arc;

/// The API group of HelmReleases, up to its version.
const GROUP: &str = "helm.toolkit.fluxcd.io/";

/// A HelmRelease, with the files around it.
struct HelmRelease<'a> {
    object: Object<'a>,
    path: &'a str,
    tree: &'a Tree<'a>,
    /// ConfigMaps and Secrets that are deployed together with it.
    maps: &'a [Node],
}

/// Adds every HelmRelease of the Milvus chart in one document; whether there is a HelmRelease in it at all.
pub(super) fn find(document: &Arc<Document>, file: &File, tree: &Tree, evidence: &mut Vec<Evidence>) -> bool {
    find_with(document, file, tree, &[], evidence)
}

/// The same, with the ConfigMaps and Secrets that are deployed together with it.
pub(super) fn find_with(
    document: &Arc<Document>,
    file: &File,
    tree: &Tree,
    maps: &[Node],
    evidence: &mut Vec<Evidence>,
) -> bool {
    let releases = Object::of(document).into_iter().filter(is_helm_release);
    let mut any = false;
    for object in releases {
        any = true;
        evidence.extend(HelmRelease { object, path: &file.source.path, tree, maps }.evidence());
    }
    any
}

fn is_helm_release(object: &Object) -> bool {
    let group = object.node.get("apiVersion").and_then(Node::raw_text);
    object.node.get("kind").and_then(Node::text) == Some("HelmRelease")
        && group.is_some_and(|group| group.starts_with(GROUP))
}

impl<'a> HelmRelease<'a> {
    fn evidence(&self) -> Option<Evidence> {
        // A patch of a HelmRelease names no chart, and is no installation.
        let chart = self.chart()?;
        let namespace = self.text(&["spec", "targetNamespace"]).or(self.object.metadata("namespace"));
        let release = Release {
            surface: Surface::Flux,
            id: Identity {
                namespace: namespace.map(str::to_string),
                name: self.object.metadata("name").map(str::to_string),
                path: self.path.to_string(),
                ordinal: 0,
            },
            at: self.object.node.entry("kind")?.key.at,
            chart: chart.name,
            repository: chart.repository,
            version: chart.version,
            layers: self.layers(),
            tree: self.tree,
        };
        Some(Evidence { unfound: self.unfound(), ..release.evidence()? })
    }

    /// A text of the HelmRelease.
    fn text(&self, path: &[&str]) -> Option<&'a str> {
        self.object.node.at_path(path).and_then(Node::raw_text)
    }

    /// Where its references are looked up when they name no namespace.
    fn namespace(&self) -> Option<&'a str> {
        self.object.metadata("namespace")
    }
}
