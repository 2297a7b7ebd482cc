//! A patch release that is a bad place to arrive from there.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "target-patch-risky",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a patch release that is a bad place to arrive from there",
    scope: Scope::Change,
    page: include_str!("target_patch_risky.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    let findings: Vec<Finding> = case
        .risks(RULE.id, Some(change.from), change.head)
        .into_iter()
        .map(|risk| {
            let message = format!("Milvus {} → {} arrives at a patch with a known fault", change.from, change.to);
            let mut finding = change
                .finding(message, "a later patch has the fix")
                .graded(super::severity_of(&risk.severity))
                .note("why", risk.because.clone())
                .note("the way", risk.instead.clone());
            if change.head.version.why().is_none()
                && let Some(newest) = case.facts.newest_of_line(change.to.line())
            {
                finding = finding.unsafe_fix(format!("take {newest}"), [Set::Version(newest.to_string())]);
            }
            finding
        })
        .collect();
    findings
}
