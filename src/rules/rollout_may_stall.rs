//! An upgrade during which clusters were seen to stop half-way.

use super::{Case, Rule, Scope, frame};
use crate::facts::Verdict;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rollout-may-stall",
    severity: Severity::Info,
    confidence: Confidence::Likely,
    summary: "an upgrade during which clusters were seen to stop half-way",
    scope: Scope::Change,
    page: include_str!("rollout_may_stall.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    // Where the way itself is wrong, what happens on it is no advice.
    match case.version_change() {
        Some(change) if change.judgement.verdict != Verdict::Illegal => frame::settings(case, RULE.id),
        _ => Vec::new(),
    }
}
