//! What a run found, as plain data: the border between the judgement and the reports.
//!
//! Everything that a report prints stands here as text, number or place, so that no format knows the model and no model
//! knows a format.

use crate::finding::Finding;
use crate::source::{Span, Wanted};

/// All that a run has to say.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub summary: Summary,
    /// Every Milvus of the head, by place.
    pub deployments: Vec<DeploymentView>,
    /// What happened to each Milvus; unchanged ones included.
    pub transitions: Vec<TransitionView>,
    /// By place, then by rule.
    pub findings: Vec<Finding>,
    /// Findings that an exception covers, with its reason.
    pub excepted: Vec<Excepted>,
    /// What looks like Milvus and could not be read or judged.
    pub incomplete: Vec<Incomplete>,
    /// What the texts refer to and was not among them: whoever can read it may judge again.
    pub wanted: Vec<Wanted>,
    /// What was recognised as no Milvus: where, and as what.
    pub left_out: Vec<(Span, String)>,
    /// What was taken for granted to find what was found, and where it is written.
    pub assumed: Vec<(Span, String)>,
}

/// Counts, and what was compared with what.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Files that were looked at.
    pub files: usize,
    /// Files in which a Milvus was found.
    pub milvus_files: usize,
    /// What the head was compared with (`HEAD`, `origin/main`, `OLD`); `None` when nothing was.
    pub base: Option<String>,
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Changes whose legality is not known.
    pub unknown_changes: usize,
}

/// A value of a Milvus, ready to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueView {
    pub value: Option<String>,
    /// `written`, `default` or `unknown`; empty where the thing has no such value at all.
    pub said: &'static str,
    /// Whose default, or why unknown.
    pub why: Option<String>,
    pub at: Option<Span>,
}

/// One Milvus, ready to print.
#[derive(Clone, Debug)]
pub struct DeploymentView {
    /// `namespace/name`, `name`, or the file.
    pub id: String,
    pub namespace: Option<String>,
    pub name: Option<String>,
    /// `milvus-cr`, `milvus-upgrade`, `helm-values`, `umbrella`.
    pub container: &'static str,
    /// Where it begins.
    pub at: Span,
    pub version: ValueView,
    pub image: ValueView,
    /// The image's tag exactly as it is written; `None` when nobody wrote one.
    pub tag: Option<String>,
    pub mode: ValueView,
    pub queue: ValueView,
    /// The queue that is switched on, in force or not.
    pub queue_word: Option<&'static str>,
    pub coordinators: ValueView,
    /// Whether the operator's updates roll, and its way of updating.
    pub rolling: ValueView,
    pub update_mode: ValueView,
    /// As what the operator takes the version: `new`, `old`, or `-` where that makes no difference; `None` when not known.
    pub gate: Option<String>,
    /// The Deployments that come of it; `None` when not known.
    pub workloads: Option<Vec<WorkloadView>>,
    pub chart_version: ValueView,
    /// The chart's version exactly as it is written, a range or a variable too.
    pub chart_word: Option<String>,
    pub operator_version: ValueView,
    /// The newest good release that one legal hop reaches, and the newest release of all with the number of hops to it;
    /// `None` when the version is unknown or nothing newer can be reached.
    pub next: Option<String>,
    pub newest: Option<(String, usize)>,
    /// Only for `milvus-upgrade`: what the resource says.
    pub source_version: Option<String>,
    pub target_version: Option<String>,
}

/// One Deployment of a Milvus, ready to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadView {
    pub component: String,
    /// `recreate`, `rolling` with its limits, `all at once`; `None` when not known.
    pub strategy: Option<String>,
    /// The component that is updated before this one.
    pub waits_for: Option<String>,
    /// Whether it has no pods.
    pub idle: bool,
}

/// What kind of transition it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransitionKind {
    Created,
    Unchanged,
    Changed,
    Deleted,
    /// A MilvusUpgrade.
    Ordered,
}

impl TransitionKind {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            TransitionKind::Created => "created",
            TransitionKind::Unchanged => "unchanged",
            TransitionKind::Changed => "changed",
            TransitionKind::Deleted => "deleted",
            TransitionKind::Ordered => "migration",
        }
    }
}

/// One changed value, for `diff`.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// `version`, `queue`, `mode`, `coordinators`, `chart`, `operator`, `image`, `pulsar`, `rolling`.
    pub field: &'static str,
    pub from: ValueView,
    pub to: ValueView,
}

/// What happens to one Milvus, ready to print.
#[derive(Clone, Debug)]
pub struct TransitionView {
    pub id: String,
    pub kind: TransitionKind,
    /// Whether it is part of the change from the base; an order that was there before is not.
    pub changed: bool,
    /// Where the head stands (the base, when it is gone).
    pub at: Span,
    /// Versions as `x.y.z`; `None` when unknown or not there.
    pub from: Option<String>,
    pub to: Option<String>,
    /// `legal`, `illegal`, `conditional` or `unknown`; `None` when there is nothing to judge (created, unchanged, deleted).
    pub verdict: Option<&'static str>,
    /// Why it is unknown or conditional; empty otherwise.
    pub because: String,
    /// The legal way from `from` to `to`, both included; empty when there is none.
    pub path: Vec<String>,
    /// Every value that differs, written or not.
    pub changes: Vec<ChangeView>,
    /// A few words about the Milvus for the closing line: `operator 1.3.8`, `cluster`, `pulsar`, `mixCoord`.
    pub traits: Vec<String>,
}

/// A finding that somebody accepted.
#[derive(Clone, Debug)]
pub struct Excepted {
    pub finding: Finding,
    pub reason: String,
    /// Where the exception is written.
    pub at: Option<Span>,
}

/// Something that looks like Milvus and could not be read or judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// The file as the user would type it.
    pub file: String,
    pub at: Option<Span>,
    pub why: String,
}
