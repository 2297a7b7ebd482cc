//! An older patch of the same line.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "patch-downgrade",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "an older patch of the same line",
    scope: Scope::Change,
    page: include_str!("patch_downgrade.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    edge_finding(
        case,
        RULE.id,
        |change| format!("Milvus goes back from {} to {}", change.from, change.to),
        "an older patch",
    )
}
