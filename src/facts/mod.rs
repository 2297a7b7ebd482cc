//! What is true of Milvus, as data: releases, upgrade edges, risks, charts, operators.
//!
//! Takes the tables beside this file (compiled in) and gives them typed, with the questions that rules ask of them. It knows
//! the model's versions and words; no file, no YAML, no finding. The tables' own README says how to change them.

mod advice;
mod graph;
mod keys;
mod laws;
mod load;
pub mod settings;

pub use advice::{Advice, Build, ChartStop};
pub use graph::{Circumstances, Hop, Judgement, Step, Verdict, Via};
pub use keys::{Fault, Field as KeyField, Instead, KeyTable, Why, check as check_keys};
pub use laws::Law;
pub use load::FactError;

use crate::model::{CoordinatorLayout, Mode, Queue, Range, Version};

/// Everything that is known of Milvus.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub releases: Vec<Release>,
    pub edges: Vec<Edge>,
    pub risks: Vec<Risk>,
    pub floors: Vec<Floor>,
    pub queues: Vec<QueueLimit>,
    pub charts: Vec<Chart>,
    pub bad_charts: Vec<BadChart>,
    pub chart_defaults: Vec<ChartDefault>,
    pub operators: Vec<Operator>,
    pub operator_defaults: Vec<OperatorDefault>,
    pub server_defaults: Vec<ServerDefault>,
    pub settings: Vec<settings::SettingFact>,
    pub migration_tools: Vec<MigrationTool>,
    pub chart_stops: Vec<ChartStop>,
    pub steps: Vec<Advice>,
    pub builds: Vec<Build>,
    pub reuse_values: Vec<ReuseValues>,
    pub tools: Vec<ToolFact>,
}

/// How good a release is as a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseState {
    Good,
    /// Known to be broken.
    Bad,
    Prerelease,
    /// Nothing leads out of it.
    DeadEnd,
}

impl ReleaseState {
    /// The word for it in the table and the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ReleaseState::Good => "good",
            ReleaseState::Bad => "bad",
            ReleaseState::Prerelease => "prerelease",
            ReleaseState::DeadEnd => "dead-end",
        }
    }
}

/// A release of Milvus.
#[derive(Clone, Debug)]
pub struct Release {
    pub version: Version,
    /// `YYYY-MM-DD`; empty when not known.
    pub date: String,
    pub state: ReleaseState,
    /// What to run instead of a bad one.
    pub instead: String,
    pub note: String,
    pub proof: Proof,
}

/// Where a fact comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub source: String,
    /// The day on which the source was read, `YYYY-MM-DD`.
    pub seen: String,
    /// `C` code, `D` documentation, `I` issue or pull request, `N` inference.
    pub confidence: char,
}

/// What of a Milvus an edge speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Version,
    Queue,
    /// The major line of an in-cluster Pulsar.
    Pulsar,
    Mode,
    /// What installs it.
    Tool,
}

/// One statement about changes of a Milvus. It speaks of every change that all its columns match.
#[derive(Clone, Debug)]
pub struct Edge {
    pub id: String,
    pub what: What,
    pub from: Range,
    pub to: Range,
    pub step: Option<Step>,
    pub mode: Option<Mode>,
    pub queue: Option<Queue>,
    pub coordinators: Option<CoordinatorLayout>,
    /// Only by this way; `None`: by any.
    pub via: Option<Via>,
    pub verdict: Verdict,
    /// The rule that reports it; empty for a legal edge.
    pub rule: String,
    pub because: String,
    /// What happens when it is done all the same.
    pub outcome: String,
    /// What the hop needs, in a word, for the printed path.
    pub needs: String,
    pub proof: Proof,
}

/// A danger of a change that is legal all the same.
#[derive(Clone, Debug)]
pub struct Risk {
    pub id: String,
    pub from: Range,
    pub to: Range,
    /// Whether the row speaks of the target alone, whatever ran before.
    pub any_source: bool,
    pub step: Option<Step>,
    pub mode: Option<Mode>,
    pub queue: Option<Queue>,
    /// `error`, `warning` or `info`.
    pub severity: String,
    pub rule: String,
    pub because: String,
    pub instead: String,
    pub proof: Proof,
}

/// A version of a chart or an operator that a Milvus needs.
#[derive(Clone, Debug)]
pub struct Floor {
    pub id: String,
    /// `operator` or `chart`.
    pub tool: String,
    pub milvus: Range,
    pub needs: Range,
    /// The `needs` range as it is written.
    pub needs_text: String,
    /// Values that make up for it where all of them are written: `key=value` separated by spaces.
    pub unless: String,
    pub severity: String,
    pub rule: String,
    pub because: String,
    pub outcome: String,
    pub proof: Proof,
}

/// A queue that a Milvus cannot run with.
#[derive(Clone, Debug)]
pub struct QueueLimit {
    pub id: String,
    pub queue: Queue,
    pub mode: Option<Mode>,
    pub milvus: Range,
    /// Whether it speaks of every Milvus, so that the version need not be known.
    pub any_milvus: bool,
    pub because: String,
    pub instead: String,
    pub proof: Proof,
}

/// A version of the Milvus chart.
#[derive(Clone, Debug)]
pub struct Chart {
    pub version: Version,
    /// `appVersion`, where it is a version.
    pub milvus: Option<Version>,
    /// The default of `image.all.tag`, as written.
    pub image_tag: String,
    /// Whether it was ever to be had from the chart repository.
    pub published: bool,
    pub proof: Proof,
}

/// Charts that are known to break.
#[derive(Clone, Debug)]
pub struct BadChart {
    pub id: String,
    pub charts: Range,
    /// Only with that Pulsar in the cluster.
    pub pulsar_line: Option<u8>,
    pub because: String,
    pub outcome: String,
    pub instead: String,
    pub proof: Proof,
}

/// The default of a chart value from one chart version on, until the next row of the same key.
#[derive(Clone, Debug)]
pub struct ChartDefault {
    pub key: String,
    pub since: Version,
    /// `None`: the chart does not have the key.
    pub value: Option<String>,
    pub proof: Proof,
}

/// A version of the operator.
#[derive(Clone, Debug)]
pub struct Operator {
    pub version: Version,
    /// The image that it sets when none is written; empty when it has none.
    pub milvus_image: String,
    /// Whether its webhook is on unless somebody turns it off.
    pub webhook: bool,
    pub stable: bool,
    pub proof: Proof,
}

/// What the operator sets when nothing is written.
#[derive(Clone, Debug)]
pub struct OperatorDefault {
    pub field: String,
    pub operator: Range,
    pub milvus: Range,
    pub mode: Option<Mode>,
    pub value: String,
    pub proof: Proof,
}

/// What Milvus itself does when nothing is written.
#[derive(Clone, Debug)]
pub struct ServerDefault {
    pub field: String,
    pub milvus: Range,
    pub mode: Option<Mode>,
    pub value: String,
    pub proof: Proof,
}

/// An image of the metadata migration tool.
#[derive(Clone, Debug)]
pub struct MigrationTool {
    pub image: String,
    /// `good`, `outdated` or `missing`.
    pub state: String,
    pub from: Range,
    pub to: Range,
    /// The two ranges as they are written.
    pub from_text: String,
    pub to_text: String,
    pub note: String,
    pub proof: Proof,
}

/// Two charts between which `--reuse-values` goes wrong, and how.
#[derive(Clone, Debug)]
pub struct ReuseValues {
    pub id: String,
    pub from: Range,
    pub to: Range,
    pub mode: Option<Mode>,
    pub because: String,
    pub outcome: String,
    pub proof: Proof,
}

/// One thing that is true of a tool around Milvus: a default of a script, the last chart of an archive.
#[derive(Clone, Debug)]
pub struct ToolFact {
    pub name: String,
    pub value: String,
    pub proof: Proof,
}

impl Facts {
    /// What is known of a tool under a name; empty when the table has no such row.
    pub fn tool(&self, name: &str) -> &str {
        self.tools.iter().find(|fact| fact.name == name).map_or("", |fact| &fact.value)
    }

    /// The range that is known of a tool under a name.
    pub fn tool_range(&self, name: &str) -> Option<Range> {
        Range::parse(self.tool(name)).ok()
    }

    /// The tables that are compiled in.
    pub fn embedded() -> Result<Facts, Vec<FactError>> {
        load::embedded()
    }

    /// The same with tables of a user laid over them: `(path, text)`, each named like the table that it adds to.
    pub fn overlaid(self, tables: &[(String, String)]) -> Result<Facts, Vec<FactError>> {
        load::overlaid(self, tables)
    }

    /// The release of that version, if it is known.
    pub fn release(&self, version: &Version) -> Option<&Release> {
        self.releases.iter().find(|release| release.version == *version)
    }

    /// The newest good release of a minor line.
    pub fn newest_of_line(&self, line: (u64, u64)) -> Option<&Version> {
        let good = |release: &&Release| release.version.line() == line && release.state == ReleaseState::Good;
        self.releases.iter().filter(good).map(|release| &release.version).max()
    }

    /// The newest good release.
    pub fn newest(&self) -> Option<&Version> {
        self.releases.iter().filter(|r| r.state == ReleaseState::Good).map(|r| &r.version).max()
    }

    /// The minor lines of which a release is known, oldest first.
    pub fn lines(&self) -> Vec<(u64, u64)> {
        let mut lines: Vec<_> = self.releases.iter().map(|release| release.version.line()).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// The chart of that version, if it is known.
    pub fn chart(&self, version: &Version) -> Option<&Chart> {
        self.charts.iter().find(|chart| chart.version == *version)
    }

    /// What a chart sets for a value when nobody writes it: `None` when the chart is older than the table reaches,
    /// `Some(None)` when the chart does not have the key.
    pub fn chart_default(&self, chart: &Version, key: &str) -> Option<Option<&str>> {
        self.chart_defaults
            .iter()
            .filter(|row| row.key == key && row.since <= *chart)
            .max_by(|a, b| a.since.cmp(&b.since))
            .map(|row| row.value.as_deref())
    }

    /// Every default that a chart value had up to that chart, oldest first; charts without the key are left out.
    pub fn chart_defaults_until<'a>(&'a self, chart: &'a Version, key: &'a str) -> impl Iterator<Item = &'a str> {
        let rows = self.chart_defaults.iter().filter(move |row| row.key == key && row.since <= *chart);
        rows.filter_map(|row| row.value.as_deref())
    }

    /// The operator of that version, if it is known.
    pub fn operator(&self, version: &Version) -> Option<&Operator> {
        self.operators.iter().find(|operator| operator.version == *version)
    }

    /// What an operator sets for a field. With `operator`, `milvus` or `mode` unknown (`None`) the answer is given only if
    /// every row that could apply says the same.
    pub fn operator_default(
        &self,
        field: &str,
        operator: Option<&Version>,
        milvus: Option<&Version>,
        mode: Option<Mode>,
    ) -> Option<&str> {
        let mut answers = self.operator_defaults.iter().filter(|row| {
            row.field == field
                && operator.is_none_or(|version| row.operator.contains(version))
                && milvus.is_none_or(|version| row.milvus.contains(version))
                && (mode.is_none() || row.mode.is_none() || row.mode == mode)
        });
        let first = answers.next()?;
        answers.all(|row| row.value == first.value).then_some(first.value.as_str())
    }

    /// What a Milvus of that version and mode does by itself; `None` when that is not known.
    pub fn server_default(&self, field: &str, milvus: &Version, mode: Mode) -> Option<&str> {
        let holds = |row: &&ServerDefault| row.mode.is_none_or(|only| only == mode) && row.milvus.contains(milvus);
        self.server_defaults.iter().find(|row| row.field == field && holds(row)).map(|row| row.value.as_str())
    }

    /// The migration tool that is good today.
    pub fn migration_tool(&self) -> Option<&MigrationTool> {
        self.migration_tools.iter().find(|tool| tool.state == "good")
    }

    /// The newest day on which a source was read, `YYYY-MM-DD`.
    pub fn seen(&self) -> &str {
        let releases = self.releases.iter().map(|release| &release.proof);
        let proofs = self.edges.iter().map(|edge| &edge.proof).chain(releases);
        proofs.map(|proof| proof.seen.as_str()).max().unwrap_or("")
    }
}
