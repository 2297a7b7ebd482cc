//! A release of the Milvus chart, as the tools that drive Helm describe it: which chart, which version, which values.
//!
//! Takes what a container unwrapped, gives [`Evidence`]. It knows the names under which the Milvus chart is to be had, and those
//! of charts that only look like it.

use super::{Evidence, Layer, Layers, Tree, What, helm_values};
use crate::model::{Dialect, Identity, Surface};
use crate::source::Span;

/// A release, unwrapped.
pub(super) struct Release<'a> {
    pub surface: Surface,
    pub id: Identity,
    /// Where it begins: the `kind:` line, the dependency's entry.
    pub at: Span,
    /// The chart's name, and the address of its repository where that is known.
    pub chart: &'a str,
    pub repository: Option<&'a str>,
    /// The chart's version as it is written.
    pub version: Option<(Span, String)>,
    /// Values, bottom first, in the order in which the tool lays them.
    pub layers: Layers,
    /// The files in which the layers stand, for what block scalars of the values hold.
    pub tree: &'a Tree<'a>,
}

impl Release<'_> {
    /// The Milvus that this release installs; `None` when it is another chart.
    pub(super) fn evidence(self) -> Option<Evidence> {
        let foreign = || self.layers.0.iter().any(|layer| helm_values::is_foreign(&layer.node));
        // What Milvus itself publishes is its chart, whatever is in the values.
        let published = self.repository.is_some_and(is_published_by_milvus);
        if !is_milvus_chart(self.chart, self.repository) || !published && foreign() {
            return None;
        }
        let text = |layer: &Layer| self.tree.text(layer.document.source);
        let server = self.layers.0.iter().rev().map(|layer| helm_values::server_config(text(layer), &layer.node));
        let server = server.into_iter().find(|server| !server.0.is_empty()).unwrap_or_default();
        Some(Evidence {
            what: What::Deployment(self.surface, Dialect::Chart),
            id: self.id,
            at: self.at,
            api_version: String::new(),
            chart: self.version,
            own_chart: !published
                && (is_fork(self.chart, self.repository)
                    || self.layers.0.iter().any(|layer| helm_values::is_of_own_chart(&layer.node))),
            unfound: None,
            services: Layers::default(),
            server,
            processes: Vec::new(),
            layers: self.layers,
        })
    }
}

/// Where Milvus publishes its chart.
const OWN: [&str; 2] = ["zilliztech.github.io/milvus-helm", "milvus-io.github.io/milvus-helm"];

/// Whether an address is one at which Milvus publishes its chart, and no other.
pub(super) fn is_published_by_milvus(url: &str) -> bool {
    OWN.iter().any(|own| url.contains(own))
}

/// Whether a chart is the Milvus chart: by its name, and not from a repository that has another one of that name.
pub(super) fn is_milvus_chart(chart: &str, repository: Option<&str>) -> bool {
    let name = chart.trim_end_matches('/').rsplit('/').next().unwrap_or(chart);
    name == "milvus" && !comes_from(chart, repository, &["bitnami"])
}

/// Whether a chart is SUSE's copy. It keeps the numbers of the Milvus chart, and so the Milvus of each; but it has image keys
/// and defaults of its own (a 4.2 of it was met with Pulsar 3, where the Milvus chart has Pulsar 2), so nothing else is
/// concluded.
fn is_fork(chart: &str, repository: Option<&str>) -> bool {
    comes_from(chart, repository, &["dp.apps.rancher.io", "registry.suse.com"])
}

/// The address may stand in front of the chart's name as well.
fn comes_from(chart: &str, repository: Option<&str>, hosts: &[&str]) -> bool {
    hosts.iter().any(|host| chart.contains(host) || repository.is_some_and(|url| url.contains(host)))
}
