//! What a release of the chart has in force after `helm upgrade`, by the flag that it is given.
//!
//! Takes the release as it was and what the upgrade says; gives the release as it is then. Helm keeps two things of a release:
//! the values that users gave, and the chart with the defaults that lay below them. It knows no command line and no file.
//! Source: helm/helm v3.22 pkg/action/upgrade.go, reuseValues; its answers were compared, see `docs/oracles.md`.

use super::{Given, chart};
use crate::detect::{Evidence, Layers, Look, What};
use crate::facts::Facts;
use crate::model::{Dialect, Identity, Queue, Surface, Version};
use crate::source::{Side, SourceId, Span};
use crate::yaml::Node;

/// What `helm upgrade` is told to do with the values of the release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flag {
    /// No flag: the values of before stay as long as no new ones are given, and are forgotten otherwise.
    #[default]
    None,
    /// `--reuse-values`: the values of before, and the defaults of the old chart.
    ReuseValues,
    /// `--reset-values`: what is given now, and nothing of before.
    ResetValues,
    /// `--reset-then-reuse-values`: the values of before over the defaults of the new chart.
    ResetThenReuseValues,
}

impl Flag {
    /// The flag of that name, without its dashes.
    pub fn parse(name: &str) -> Option<Flag> {
        match name {
            "reuse-values" => Some(Flag::ReuseValues),
            "reset-values" => Some(Flag::ResetValues),
            "reset-then-reuse-values" => Some(Flag::ResetThenReuseValues),
            _ => None,
        }
    }
}

/// A release of the Milvus chart.
#[derive(Clone, Debug)]
pub struct Release {
    /// The chart whose templates were rendered.
    pub chart: Version,
    /// The chart whose defaults lie below the values.
    pub defaults: Version,
    /// What users gave, the newest on top.
    pub values: Layers,
    /// What its templates found at the running standalone.
    pub live: Option<Queue>,
}

/// What an upgrade says.
#[derive(Clone, Debug)]
pub struct Upgrade {
    pub chart: Version,
    /// The values of `-f` and `--set`, the last on top.
    pub values: Layers,
    pub flag: Flag,
    /// Whether the templates can look at what runs: `helm upgrade` can, `helm template` and what is built upon it cannot.
    pub looks: bool,
}

impl Release {
    /// A release as `helm install` makes it.
    pub fn installed(chart: Version, values: Layers) -> Release {
        Release { defaults: chart.clone(), chart, values, live: None }
    }

    /// What is in force at a key such as `cluster.enabled`; `None` where nothing is, or nothing is known.
    pub fn value(&self, key: &str, facts: &Facts) -> Option<String> {
        let path: Vec<&str> = key.split('.').collect();
        match self.values.look(&path) {
            Look::Value(node) => node.raw_text().map(str::to_string),
            Look::Null(_) => None,
            Look::Absent if key == "image.all.tag" => {
                facts.chart(&self.defaults).map(|chart| chart.image_tag.clone()).filter(|tag| !tag.is_empty())
            }
            Look::Absent => facts.chart_default(&self.defaults, key).flatten().map(str::to_string),
        }
    }

    /// What has to be said beside the values, so that they are read as Helm rendered them.
    pub fn given(&self) -> Given {
        let who = "the chart of the release".to_string();
        Given {
            chart: Some((self.chart.clone(), who)),
            defaults: Some(self.defaults.clone()).filter(|defaults| *defaults != self.chart),
            live: self.live,
            ..Given::default()
        }
    }

    /// The values as evidence of a Milvus. What `extraConfigFiles` says to the server is not among it.
    pub fn evidence(&self) -> Evidence {
        let nowhere = Span::new(SourceId { side: Side::Head, index: u32::MAX }, 0, 0);
        Evidence {
            what: What::Deployment(Surface::HelmValues, Dialect::Chart),
            id: Identity { namespace: None, name: None, path: String::new(), ordinal: 0 },
            at: self.values.0.last().map_or(nowhere, |layer| layer.node.at),
            api_version: String::new(),
            layers: self.values.clone(),
            server: Layers::default(),
            chart: None,
            processes: Vec::new(),
            own_chart: false,
            unfound: None,
            services: Layers::default(),
        }
    }
}

/// The release after the upgrade.
pub fn after_upgrade(before: &Release, upgrade: &Upgrade, facts: &Facts) -> Release {
    let says_nothing = !upgrade.values.0.iter().any(|layer| has_keys(&layer.node));
    let keeps = match upgrade.flag {
        Flag::None => says_nothing,
        Flag::ReuseValues | Flag::ResetThenReuseValues => true,
        Flag::ResetValues => false,
    };
    let kept = before.values.0.iter().filter(|_| keeps);
    let defaults = if upgrade.flag == Flag::ReuseValues { &before.defaults } else { &upgrade.chart };
    Release {
        chart: upgrade.chart.clone(),
        defaults: defaults.clone(),
        values: Layers(kept.chain(&upgrade.values.0).cloned().collect()),
        live: chart::live_queue(&before.evidence(), facts, &before.given()).filter(|_| upgrade.looks),
    }
}

fn has_keys(node: &Node) -> bool {
    node.entries().next().is_some()
}
