//! The mode is no longer written, so a cluster becomes a standalone.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Dialect, Mode};

/// The rule.
pub const RULE: Rule = Rule {
    id: "mode-dropped",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "the mode is no longer written, so a cluster becomes a standalone",
    scope: Scope::Change,
    page: include_str!("mode_dropped.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let is_cluster = base.mode.value() == Some(&Mode::Cluster);
    if head.dialect != Dialect::Operator
        || !is_cluster
        || !head.mode.is_default()
        || head.mode.value() != Some(&Mode::Standalone)
    {
        return Vec::new();
    }
    let mut set = vec![Set::Mode(Mode::Cluster)];
    if let (Some(queue), true) = (base.queue.written_value(), head.queue.is_default()) {
        set.push(Set::Queue(*queue));
    }
    let finding = Finding::new(head.mode.at, "without spec.mode this cluster becomes a standalone")
        .here("spec.mode is missing below")
        .label(base.mode.at, "before: cluster")
        .note("why", "the operator's default for spec.mode is standalone, whatever ran before")
        .note("what happens", "the components of the cluster are deleted, and what its queue held does not move along")
        .note("note", "a manifest with only a few fields is for kubectl patch; apply and GitOps need it whole");
    let title = "write the mode that runs";
    // A queue that was dropped along with the mode may have had an address of its own, which nobody can restore from here.
    vec![if set.len() > 1 { finding.unsafe_fix(title, set) } else { finding.fix(title, set) }]
}
