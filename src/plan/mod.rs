//! From here to there: which stops, and what each hop needs.
//!
//! Takes a [`Situation`] (one Milvus as it runs), where it is to go, and the facts; gives a [`Plan`], the reason why there is none,
//! or what must be known first. It is pure, it prints nothing, and it has no judgement of its own: every hop is one that
//! [`Facts::judge`] lets pass, which is also what `check` asks. `route` chooses the stops, `chart` the charts, `draft` lays the hops
//! out, `build` and `advise` say what each needs, `refuse` why there is no plan; the sentences are rows of `facts/steps.csv`.
//! `graph` draws all that may be done.

mod advise;
mod build;
mod chart;
mod draft;
pub mod graph;
mod hop;
mod refuse;
mod route;

pub use build::plan;
pub use hop::*;

use crate::facts::{Facts, Via};
use crate::model::{CoordinatorLayout, Deployment, Mode, Queue, Surface, Version};

/// Who changes what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    Operator,
    Helm,
    ArgoCd,
    Flux,
    Compose,
}

impl Driver {
    /// Every driver.
    pub const ALL: [Driver; 5] = [Driver::Operator, Driver::Helm, Driver::ArgoCd, Driver::Flux, Driver::Compose];

    /// The word for it on the command line and in the facts.
    pub fn as_str(self) -> &'static str {
        match self {
            Driver::Operator => "operator",
            Driver::Helm => "helm",
            Driver::ArgoCd => "argocd",
            Driver::Flux => "flux",
            Driver::Compose => "compose",
        }
    }

    /// The driver of that word.
    pub fn parse(text: &str) -> Option<Driver> {
        Driver::ALL.into_iter().find(|driver| driver.as_str() == text)
    }

    /// Whether it installs the Helm chart.
    pub fn has_chart(self) -> bool {
        matches!(self, Driver::Helm | Driver::ArgoCd | Driver::Flux)
    }
}

/// The legs of the best way, without what they need: from, to, and whether the metadata is migrated.
pub fn legs(facts: &Facts, now: &Situation, to: &Version, prefer: Prefer) -> Option<Vec<(Version, Version, Via)>> {
    let way = route::route(facts, now, &now.version, to, prefer)?;
    Some(way.into_iter().map(|leg| (leg.from.clone(), leg.to.clone(), leg.via)).collect())
}

/// Which of several ways is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefer {
    /// As few hops as `check` passes without a warning.
    #[default]
    FewestHops,
    /// As little interruption as possible.
    NoDowntime,
    /// Each minor line is left from its newest patch.
    NewestPatches,
}

/// One Milvus as it runs. What is `None` is not known.
#[derive(Clone, Debug)]
pub struct Situation {
    /// How people name it; empty when nobody said.
    pub id: String,
    pub name: Option<String>,
    pub namespace: Option<String>,
    pub version: Version,
    pub mode: Option<Mode>,
    pub queue: Option<Queue>,
    pub coordinators: Option<CoordinatorLayout>,
    pub driver: Option<Driver>,
    pub operator: Option<Version>,
    pub chart: Option<Version>,
    /// Where its images come from, without a tag.
    pub repository: Option<String>,
    /// What is appended to every tag, such as `-gpu`.
    pub variant: String,
}

impl Situation {
    /// A Milvus of which the version alone is known.
    pub fn of(version: Version) -> Situation {
        Situation {
            id: String::new(),
            name: None,
            namespace: None,
            variant: variant(&version),
            version,
            mode: None,
            queue: None,
            coordinators: None,
            driver: None,
            operator: None,
            chart: None,
            repository: None,
        }
    }

    /// What a repository says of a Milvus; the reason, where the version is not known.
    pub fn read(deployment: &Deployment) -> Result<Situation, String> {
        let Some(version) = deployment.version.value() else {
            return Err(deployment.version.why().unwrap_or("the version is not known").to_string());
        };
        let driver = match deployment.surface {
            Surface::MilvusResource | Surface::MilvusClusterResource => Some(Driver::Operator),
            Surface::ArgoCd => Some(Driver::ArgoCd),
            Surface::Flux => Some(Driver::Flux),
            Surface::Compose => Some(Driver::Compose),
            Surface::Workload => None,
            Surface::HelmValues
            | Surface::Umbrella
            | Surface::Fleet
            | Surface::Helmfile
            | Surface::Terraform
            | Surface::Kustomize => Some(Driver::Helm),
        };
        Ok(Situation {
            id: deployment.id.to_string(),
            name: deployment.id.name.clone(),
            namespace: deployment.id.namespace.clone(),
            mode: deployment.mode.value().copied(),
            queue: deployment.queue.value().copied(),
            coordinators: deployment.coordinators.value().copied(),
            driver,
            operator: deployment.operator.value().cloned(),
            chart: deployment.chart.value().cloned(),
            repository: deployment.image.value().map(|image| image.repository.clone()).filter(|text| !text.is_empty()),
            ..Situation::of(version.clone())
        })
    }

    /// The modes that it can have.
    fn modes(&self) -> Vec<Mode> {
        self.mode.map_or_else(|| vec![Mode::Standalone, Mode::Cluster], |mode| vec![mode])
    }
}

/// A build for graphics cards stays one.
fn variant(version: &Version) -> String {
    match &version.variant {
        Some(variant) if variant.starts_with("gpu") => format!("-{variant}"),
        _ => String::new(),
    }
}

/// The release that somebody means by `latest`, a line such as `3.0`, or a version.
pub fn target(text: &str, facts: &Facts) -> Result<Version, String> {
    if text == "latest" {
        return facts.newest().cloned().ok_or_else(|| "no release is known".to_string());
    }
    if let Some(version) = Version::parse(text) {
        return Ok(version);
    }
    let parts: Vec<Option<u64>> =
        text.trim_start_matches('v').trim_end_matches(".x").split('.').map(|part| part.parse().ok()).collect();
    match parts[..] {
        [Some(major), Some(minor)] => facts
            .newest_of_line((major, minor))
            .cloned()
            .ok_or_else(|| format!("no good release of the line {major}.{minor} is known")),
        _ => Err(format!("--to is `latest`, a line such as 2.6, or a version such as 2.6.20, not `{text}`")),
    }
}
