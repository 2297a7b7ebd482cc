//! A jump of version that must stop on the way.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "upgrade-path-illegal",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a jump of version that must stop on the way",
    scope: Scope::Change,
    page: include_str!("upgrade_path_illegal.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    edge_finding(
        case,
        RULE.id,
        |change| format!("Milvus {} cannot go to {} in one step", change.from, change.to),
        "not reachable from there",
    )
}
