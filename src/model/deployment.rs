//! One Milvus, whatever it was written in.

use super::{Field, Image, Running, Settings, Version, Workload, Written};
use crate::source::Span;
use std::fmt;
use std::sync::Arc;

/// How a Milvus is told from another: not by its file, so that a moved file is still the same Milvus.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    pub namespace: Option<String>,
    pub name: Option<String>,
    /// The file, which tells apart what has the same name in several clusters, and names what has none.
    pub path: String,
    /// Which of several in one file that nothing else tells apart; from 0.
    pub ordinal: usize,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.namespace, &self.name) {
            (Some(namespace), Some(name)) => write!(f, "{namespace}/{name}"),
            (None, Some(name)) => write!(f, "{name}"),
            _ if self.ordinal > 0 => write!(f, "{}#{}", self.path, self.ordinal + 1),
            _ => write!(f, "{}", self.path),
        }
    }
}

/// In what a Milvus was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// `kind: Milvus`.
    MilvusResource,
    /// `kind: MilvusCluster`, the operator's first interface.
    MilvusClusterResource,
    /// Values of the Milvus chart.
    HelmValues,
    /// The Milvus chart as a dependency of another chart.
    Umbrella,
    /// An Argo CD Application of the Milvus chart.
    ArgoCd,
    /// A Flux HelmRelease of the Milvus chart.
    Flux,
    /// A Fleet bundle of the Milvus chart.
    Fleet,
    /// A release of the Milvus chart in a Helmfile.
    Helmfile,
    /// The Milvus chart among the `helmCharts` of a kustomization.
    Kustomize,
    /// The Milvus chart in Terraform or OpenTofu.
    Terraform,
    /// Services of a compose file.
    Compose,
    /// Deployments, StatefulSets, Pods that run the server.
    Workload,
}

impl Surface {
    /// The name of the container in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Surface::MilvusResource | Surface::MilvusClusterResource => "milvus-cr",
            Surface::HelmValues => "helm-values",
            Surface::Umbrella => "umbrella",
            Surface::ArgoCd => "argocd",
            Surface::Flux => "flux",
            Surface::Fleet => "fleet",
            Surface::Helmfile => "helmfile",
            Surface::Kustomize => "kustomize",
            Surface::Terraform => "terraform",
            Surface::Compose => "compose",
            Surface::Workload => "workload",
        }
    }

    /// What it is called in a sentence.
    pub fn prose(self) -> &'static str {
        match self {
            Surface::MilvusResource => "a Milvus resource",
            Surface::MilvusClusterResource => "a MilvusCluster resource",
            Surface::HelmValues => "values of the Milvus chart",
            Surface::Umbrella => "a chart that depends on the Milvus chart",
            Surface::ArgoCd => "an Argo CD Application",
            Surface::Flux => "a Flux HelmRelease",
            Surface::Fleet => "a Fleet bundle",
            Surface::Helmfile => "a Helmfile release",
            Surface::Kustomize => "a chart in a kustomization",
            Surface::Terraform => "a helm_release of Terraform",
            Surface::Compose => "a compose file",
            Surface::Workload => "plain workloads",
        }
    }
}

/// In which words a Milvus is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// The `spec` of the operator's resources.
    Operator,
    /// The values of the Helm chart.
    Chart,
    /// The container's image, command and environment.
    Process,
}

/// One process or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    Standalone,
    Cluster,
}

impl Mode {
    /// The word for it in the resource, the facts and the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Standalone => "standalone",
            Mode::Cluster => "cluster",
        }
    }

    /// The mode of that word.
    pub fn parse(text: &str) -> Option<Mode> {
        [Mode::Standalone, Mode::Cluster].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// The log broker that holds what is not yet in object storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Queue {
    RocksMq,
    NatsMq,
    Pulsar,
    Kafka,
    Woodpecker,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Queue; 5] = [Queue::RocksMq, Queue::NatsMq, Queue::Pulsar, Queue::Kafka, Queue::Woodpecker];

    /// The word for it in the resource, the chart, the facts and the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Queue::RocksMq => "rocksmq",
            Queue::NatsMq => "natsmq",
            Queue::Pulsar => "pulsar",
            Queue::Kafka => "kafka",
            Queue::Woodpecker => "woodpecker",
        }
    }

    /// The queue of that word.
    pub fn parse(text: &str) -> Option<Queue> {
        Queue::ALL.into_iter().find(|queue| queue.as_str() == text)
    }
}

/// Which coordinators run in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CoordinatorLayout {
    /// rootCoord, dataCoord, queryCoord and indexCoord, each by itself.
    Separate,
    /// One mixCoord.
    Mix,
    /// mixCoord beside at least one of the four.
    Both,
}

impl CoordinatorLayout {
    /// The word for it in the facts and the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            CoordinatorLayout::Separate => "separate",
            CoordinatorLayout::Mix => "mix",
            CoordinatorLayout::Both => "mix+separate",
        }
    }

    /// The layout of that word.
    pub fn parse(text: &str) -> Option<CoordinatorLayout> {
        [CoordinatorLayout::Separate, CoordinatorLayout::Mix, CoordinatorLayout::Both]
            .into_iter()
            .find(|layout| layout.as_str() == text)
    }
}

/// A component that says something of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its key in its dialect.
    pub name: String,
    /// An image of its own, where it stands.
    pub image: Field<Image>,
}

/// Something in the text that is no value of the Milvus but matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A key that stands twice in one mapping; the first is lost.
    DuplicateKey { key: String, first: Span, at: Span },
    /// A metadata key at the root of a resource.
    RootMetadata { key: String, at: Span, movable: bool },
    /// A place that somebody was meant to fill in.
    Placeholder { text: String, at: Span },
    /// A switch whose quoted text counts as true, whatever it says.
    QuotedBoolean { key: String, text: String, at: Span },
    /// A word where only some words are known.
    UnknownWord { field: String, text: String, known: &'static str, at: Span },
    /// A component's own version, which nothing reads.
    ComponentVersion { component: String, at: Span },
    /// A source that is not where it is looked for.
    Unfound(Unfound),
}

/// An object that another one names, and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfound {
    /// Where it is named.
    pub at: Span,
    pub kind: String,
    pub name: String,
    /// Where it is looked for.
    pub namespace: Option<String>,
    /// Where one of that name is instead.
    pub elsewhere: Option<(Span, String)>,
}

/// On what a Milvus stands: nothing of its own state, but what tells whether that stays when it is moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The files that speak of it.
    pub files: Vec<String>,
    /// etcd and the object storage are installed by somebody else.
    pub stores_outside: bool,
    /// A chart's templates, rendered.
    pub rendered: bool,
    /// Its chart is a copy of the Milvus chart, with builds and defaults of its own.
    pub fork: bool,
    /// What runs has written its queue down where no later file or variable changes it.
    pub queue_pinned: bool,
    /// What is named and not among the files, as it is written.
    pub unseen: Vec<String>,
    /// What has changed of that on which something of it hangs that is not known.
    pub fed: Option<Fed>,
    /// What a cluster shows of it.
    pub running: Option<Running>,
    /// Where a Deployment starts a new pod beside the old one, both with the same volume.
    pub pods_overlap: Option<Span>,
    /// A volume that belongs to the project of a compose file and is deleted with it.
    pub own_volume: Option<Span>,
}

impl Deployment {
    /// Whether something that decides is not known, while values are named that are not among the files; and others than before.
    pub fn sees_less_than(&self, base: &Deployment) -> bool {
        let open = self.version.is_unknown() || self.mode.is_unknown() || self.queue.is_unknown();
        open && self.ground.unseen != base.ground.unseen
    }
}

/// A file that says something else than before of a name on which a Milvus hangs, in a way that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// From the repository's root.
    pub path: String,
    pub name: String,
}

/// What somebody wrote, whether or not it is known to be in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verbatim {
    /// The chart's version: a range or a variable too.
    pub chart: Option<String>,
    /// Whether what is written, or left out, takes the newest chart on whatever day it is.
    pub newest_chart: bool,
    /// The queue that is switched on, where a default of the chart may win over it.
    pub queue: Option<Queue>,
}

/// One Milvus. Every value knows its place and who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub id: Identity,
    pub surface: Surface,
    pub dialect: Dialect,
    /// `v1alpha1` or `v1beta1` of a resource; empty for values.
    pub api_version: String,
    /// Where it begins: the `kind:` line of a resource, the first key of values.
    pub at: Span,
    pub version: Field<Version>,
    /// The image in force for the whole Milvus.
    pub image: Field<Image>,
    /// The version that the operator was told to assume (`spec.components.version`).
    pub assumed_version: Option<Field<Version>>,
    /// As what the operator takes the version: `new` runs streaming nodes, `old` does not, `-` makes no difference.
    pub gate: Field<String>,
    pub mode: Field<Mode>,
    /// The queue that wins where several are configured.
    pub queue: Field<Queue>,
    /// Every queue that is configured, the one that wins last.
    pub queues: Vec<Field<Queue>>,
    /// Major line of an in-cluster Pulsar, where the queue is one.
    pub pulsar_line: Option<Field<u8>>,
    pub coordinators: Field<CoordinatorLayout>,
    pub rolling: Field<bool>,
    /// Whether updates roll in the end: some queues do not let the operator do what is written.
    pub rolls: Field<bool>,
    pub update_mode: Field<String>,
    pub chart: Field<Version>,
    pub operator: Field<Version>,
    /// Whether the operator's webhook is on.
    pub webhook: Field<bool>,
    pub components: Vec<Component>,
    /// The Deployments that come of it.
    pub workloads: Field<Vec<Workload>>,
    /// Every key that is written.
    pub settings: Settings,
    pub oddities: Vec<Oddity>,
    pub ground: Ground,
    pub verbatim: Verbatim,
    /// Every key as each text has it, in force or not.
    pub keys: Arc<[Written]>,
}

/// Which way a MilvusUpgrade goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Upgrade,
    Rollback,
}

/// A MilvusUpgrade: the order to migrate the metadata of a Milvus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    pub id: Identity,
    /// The `kind:` line.
    pub at: Span,
    pub milvus_name: Field<String>,
    /// Unknown when it is not written: nobody sets it.
    pub milvus_namespace: Field<String>,
    /// The place of `spec.milvus`, for what is missing in it.
    pub milvus_at: Span,
    pub source: Field<Version>,
    pub target: Field<Version>,
    /// The two versions exactly as written.
    pub source_text: String,
    pub target_text: String,
    pub target_image: Option<Field<Image>>,
    pub tool_image: Option<Field<Image>>,
    pub operation: Operation,
    pub operator: Field<Version>,
    /// Whether the operator's webhook is on.
    pub webhook: Field<bool>,
    /// Every key that is written.
    pub settings: Settings,
    pub oddities: Vec<Oddity>,
    /// Every key as each text has it, in force or not.
    pub keys: Arc<[Written]>,
}
