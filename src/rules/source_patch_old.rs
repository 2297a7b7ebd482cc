//! A patch release that is a bad place to leave from.

use super::{Case, Rule, Scope};
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "source-patch-old",
    severity: Severity::Warning,
    summary: "a patch release that is a bad place to leave from",
    scope: Scope::Change,
    page: include_str!("source_patch_old.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let mut findings: Vec<Finding> = case
        .risks(RULE.id, Some(change.from), change.head)
        .into_iter()
        .map(|risk| {
            let message =
                format!("Milvus {} → {} leaves from a patch that is not meant for it", change.from, change.to);
            change
                .finding(message, "")
                .graded(super::severity_of(&risk.severity))
                .note("why", risk.because.clone())
                .note("the way", risk.instead.clone())
        })
        .collect();
    let message = |change: &super::VersionChange| {
        format!("Milvus {} → {} leaves from a patch that is not meant for it", change.from, change.to)
    };
    findings.extend(super::edge_finding(case, RULE.id, message, "only newer patches are validated as a start"));
    findings
}
