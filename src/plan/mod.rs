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

use crate::facts::{Facts, Via, settings};
use crate::model::{CoordinatorLayout, Deployment, Dialect, Mode, Queue, Surface, Tree, Version};

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
    /// As little interruption as possible, among the ways that pass without a warning.
    NoDowntime,
    /// Each minor line is left from its newest patch.
    NewestPatches,
}

impl Prefer {
    /// The word for it on the command line and in the facts.
    pub fn as_str(self) -> &'static str {
        match self {
            Prefer::FewestHops => "fewest-hops",
            Prefer::NoDowntime => "no-downtime",
            Prefer::NewestPatches => "newest-patches",
        }
    }
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
    pub stores: Stores,
    /// What is wished of the way.
    pub wish: Prefer,
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
            stores: Stores::default(),
            wish: Prefer::default(),
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
            stores: Stores::read(deployment),
            repository: deployment.image.value().map(|image| image.repository.clone()).filter(|text| !text.is_empty()),
            ..Situation::of(version.clone())
        })
    }

    /// The modes that it can have.
    fn modes(&self) -> Vec<Mode> {
        self.mode.map_or_else(|| vec![Mode::Standalone, Mode::Cluster], |mode| vec![mode])
    }
}

/// Which of its stores were installed by somebody else, and stay as they are when Milvus' own chart or operator moves. What is `None`
/// is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stores {
    pub etcd: Option<bool>,
    pub storage: Option<bool>,
    pub queue: Option<bool>,
}

impl Stores {
    /// What a repository says of them.
    fn read(deployment: &Deployment) -> Stores {
        let settings = &deployment.settings;
        let says = |tree, key: &str, want: &str| settings::written(settings, tree, key, want) == Some(true);
        let of = |keys: &[&str], off: &[&str], tree| {
            let outside =
                keys.iter().any(|key| says(tree, key, "true")) || off.iter().any(|key| says(tree, key, "false"));
            (outside || !settings.open).then_some(outside)
        };
        let queue = deployment.queue.value().copied();
        match deployment.dialect {
            Dialect::Operator => {
                let of = |part: &str| of(&[format!("spec.dependencies.{part}.external").as_str()], &[], Tree::Resource);
                let name = match queue {
                    Some(Queue::Pulsar) => Some("pulsar"),
                    Some(Queue::Kafka) => Some("kafka"),
                    Some(Queue::Woodpecker) => Some("woodpecker"),
                    _ => None,
                };
                Stores { etcd: of("etcd"), storage: of("storage"), queue: name.and_then(of) }
            }
            Dialect::Chart => Stores {
                etcd: of(&["externalEtcd.enabled"], &["etcd.enabled"], Tree::Values),
                storage: of(&["externalS3.enabled"], &["minio.enabled"], Tree::Values),
                queue: match queue {
                    Some(Queue::Pulsar) => of(&["externalPulsar.enabled"], &[], Tree::Values),
                    Some(Queue::Kafka) => of(&["externalKafka.enabled"], &[], Tree::Values),
                    _ => None,
                },
            },
            Dialect::Process => Stores::default(),
        }
    }

    /// Whether a word of the facts such as `etcd-inside` speaks of it.
    fn fits(self, word: &str) -> bool {
        let (store, outside) = match word.rsplit_once('-') {
            Some((store, place)) => (store, place == "outside"),
            None => return false,
        };
        let is = match store {
            "etcd" => self.etcd,
            "storage" => self.storage,
            _ => self.queue,
        };
        is.unwrap_or(false) == outside
    }

    /// Each that is known, for people.
    fn words(self) -> [(&'static str, Option<String>); 3] {
        let word = |outside: bool| if outside { "outside" } else { "installed with it" }.to_string();
        [("etcd", self.etcd.map(word)), ("storage", self.storage.map(word)), ("broker", self.queue.map(word))]
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
