//! What a plan is made of, ready to print: hops, sentences, commands, sources. It knows no driver and no way.

use crate::model::Version;
use serde::{Serialize, Serializer};

/// What came of the wish to get from here to there.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    Plan(Box<Plan>),
    NoWay(Box<NoWay>),
    Unknown(Unknown),
}

/// The way, hop by hop.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// How people name the Milvus; empty when nobody said.
    pub id: String,
    #[serde(serialize_with = "shown")]
    pub from: Version,
    #[serde(serialize_with = "shown")]
    pub to: Version,
    /// `driver`, `mode`, `queue`, `coordinators`, `chart`, `operator`, and where its stores are: what is known of it.
    pub known: Vec<Known>,
    /// What was taken for granted.
    pub assumed: Vec<String>,
    /// What to find out before the first hop.
    pub open: Vec<String>,
    /// Why there are not fewer hops.
    pub why_not_fewer: Vec<String>,
    pub before: Vec<Item>,
    /// What "finished" means for every hop.
    pub finished: Vec<Item>,
    pub keep: Vec<Item>,
    pub trouble: Vec<Item>,
    pub hops: Vec<Hop>,
}

/// A word about the Milvus.
#[derive(Clone, Debug, Serialize)]
pub struct Known {
    pub field: &'static str,
    pub value: String,
}

/// One change, to be finished before the next begins.
#[derive(Clone, Debug, Serialize)]
pub struct Hop {
    pub kind: Kind,
    #[serde(serialize_with = "shown")]
    pub from: Version,
    #[serde(serialize_with = "shown")]
    pub to: Version,
    /// When the hop is left out.
    pub unless: Option<String>,
    /// `legal` or `conditional`.
    pub verdict: &'static str,
    /// Why the hop is what it is.
    pub because: Reason,
    pub service: Service,
    /// Why it is served that way.
    pub service_because: Reason,
    pub changes: Vec<Changed>,
    pub before: Vec<Item>,
    pub apply: Vec<Item>,
    pub wait: Vec<Item>,
    pub after: Vec<Item>,
    pub back: Back,
    pub trouble: Vec<Item>,
    pub keep: Vec<Item>,
    pub risks: Vec<Danger>,
}

/// What a hop changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Another release by another image.
    Version,
    /// Another release, with the metadata migrated in between.
    Migration,
    /// mixCoord in place of the four coordinators.
    Coordinators,
    Operator,
    Chart,
}

impl Kind {
    /// The word for it in the facts and the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Version => "version",
            Kind::Migration => "migration",
            Kind::Coordinators => "coordinators",
            Kind::Operator => "operator",
            Kind::Chart => "chart",
        }
    }
}

/// How Milvus is served while a hop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    Rolling,
    /// Interrupted while processes restart.
    Restart,
    /// Not at all, from start to end.
    Down,
}

impl Service {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Rolling => "rolling",
            Service::Restart => "restart",
            Service::Down => "downtime",
        }
    }
}

/// A reason with its source.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reason {
    pub text: String,
    pub source: String,
}

/// One value that changes.
#[derive(Clone, Debug, Serialize)]
pub struct Changed {
    pub what: String,
    pub from: Option<String>,
    pub to: String,
    pub because: String,
}

/// One sentence of a plan, perhaps with a command.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// The row of the facts.
    pub id: String,
    pub text: String,
    pub command: Option<Command>,
    pub source: String,
    pub seen: String,
    pub confidence: char,
}

/// What to type or to write.
#[derive(Clone, Debug, Serialize)]
pub struct Command {
    /// `sh` or `yaml`.
    pub lang: &'static str,
    pub text: String,
}

/// The way back.
#[derive(Clone, Debug, Serialize)]
pub struct Back {
    /// Whether there is one but the backup.
    pub possible: bool,
    pub until: String,
    pub because: Reason,
    pub steps: Vec<Item>,
}

/// A danger on the way.
#[derive(Clone, Debug, Serialize)]
pub struct Danger {
    pub id: String,
    pub severity: String,
    pub text: String,
    pub instead: String,
    pub source: String,
}

/// Why there is no way.
#[derive(Clone, Debug, Serialize)]
pub struct NoWay {
    pub id: String,
    #[serde(serialize_with = "shown")]
    pub from: Version,
    #[serde(serialize_with = "shown")]
    pub to: Version,
    pub because: Reason,
    /// What happens to somebody who does it anyway.
    pub outcome: String,
    pub instead: String,
    /// The newest release below the target that a plan reaches.
    #[serde(serialize_with = "perhaps_shown")]
    pub nearest: Option<Version>,
}

/// What must be known first.
#[derive(Clone, Debug, Serialize)]
pub struct Unknown {
    pub id: String,
    pub why: String,
    /// How to find it out, or which option says it.
    pub ask: String,
}

fn shown<S: Serializer>(version: &Version, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(version)
}

fn perhaps_shown<S: Serializer>(version: &Option<Version>, serializer: S) -> Result<S::Ok, S::Error> {
    match version {
        Some(version) => serializer.collect_str(version),
        None => serializer.serialize_none(),
    }
}
