//! Which chart a HelmRelease installs: from a repository, an OCI artifact, or a HelmChart object.

use super::HelmRelease;
use crate::detect::objects::{Called, Nearest, nearest};
use crate::detect::{helm_values, release};
use crate::source::Span;
use crate::yaml::Node;

/// The chart of a HelmRelease.
pub(super) struct Chart<'a> {
    pub name: &'a str,
    /// The address of its repository, where that is among the files.
    pub repository: Option<&'a str>,
    pub version: Option<(Span, String)>,
}

impl<'a> HelmRelease<'a> {
    /// `None` where no chart is named, or one of which nothing here says that it is Milvus'.
    pub(super) fn chart(&self) -> Option<Chart<'a>> {
        let node = self.object.node;
        if let Some(spec) = node.at_path(&["spec", "chart", "spec"]) {
            return self.of_spec(spec, self.namespace());
        }
        let reference = node.at_path(&["spec", "chartRef"])?;
        let (kind, name) = (text(reference, "kind")?, text(reference, "name")?);
        let namespace = text(reference, "namespace").or(self.namespace());
        let found = nearest(self.tree, self.path, Called { kind, name, namespace });
        match (kind, found) {
            ("OCIRepository", Some(found)) => of_oci(&found),
            ("HelmChart", Some(found)) => self.of_spec(found.object.node.get("spec")?, namespace),
            // The artifact's own name is not here; the reference is mostly called after it.
            _ => (name == "milvus" && self.looks_like_milvus()).then_some(Chart {
                name,
                repository: None,
                version: None,
            }),
        }
    }

    /// `chart`, `version` and `sourceRef`, in a HelmRelease or in a HelmChart.
    fn of_spec(&self, spec: &'a Node, namespace: Option<&'a str>) -> Option<Chart<'a>> {
        let chart = spec.entry("chart")?;
        let name = chart.value.raw_text()?;
        let source = spec.get("sourceRef");
        let kind = source.and_then(|source| text(source, "kind")).unwrap_or("HelmRepository");
        // Most releases are of other charts; who has them is not asked.
        if kind == "HelmRepository" && !release::is_milvus_chart(name, None) {
            return None;
        }
        let repository = source.and_then(|source| {
            let namespace = text(source, "namespace").or(namespace);
            let found = nearest(self.tree, self.path, Called { kind, name: text(source, "name")?, namespace })?;
            found.object.node.at_path(&["spec", "url"])?.raw_text()
        });
        if kind != "HelmRepository" {
            // A folder of somebody's repository; its version stands in the folder, whatever is written here.
            let known = repository.is_some_and(|url| url.contains("milvus-helm")) || self.looks_like_milvus();
            return known.then_some(Chart { name, repository, version: None });
        }
        let version = match spec.get("version").filter(|version| !version.is_null()) {
            Some(version) => (version.at, version.raw_text()?.to_string()),
            None => (chart.key.at, "*".to_string()),
        };
        Some(Chart { name, repository, version: Some(version) })
    }

    fn looks_like_milvus(&self) -> bool {
        self.object.node.at_path(&["spec", "values"]).is_some_and(helm_values::looks_like)
    }
}

/// The address ends with the chart's name, the tag is its version.
fn of_oci<'a>(found: &Nearest<'a>) -> Option<Chart<'a>> {
    let spec = found.object.node.get("spec")?;
    let url = spec.entry("url")?;
    let address = url.value.raw_text()?;
    let reference = |key: &str| spec.at_path(&["ref", key]).filter(|value| !value.is_null());
    // Flux takes the digest before the range, and the range before the tag. A tag beside a digest says what it is of.
    let version = match (reference("digest"), reference("semver"), reference("tag")) {
        (Some(_), _, Some(tag)) | (None, None, Some(tag)) => (tag.at, tag.raw_text()?.to_string()),
        (Some(digest), _, None) => (digest.at, digest.raw_text()?.to_string()),
        (None, Some(range), _) => (range.at, range.raw_text()?.to_string()),
        (None, None, None) => (url.value.at, "latest".to_string()),
    };
    Some(Chart { name: address, repository: Some(address), version: Some(version).filter(|_| !found.several) })
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::raw_text)
}
