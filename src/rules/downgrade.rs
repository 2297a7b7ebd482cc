//! An older minor line on data of a newer one.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "downgrade",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "an older minor line on data of a newer one",
    scope: Scope::Change,
    page: include_str!("downgrade.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    edge_finding(
        case,
        RULE.id,
        |change| format!("Milvus {} cannot go back to {}", change.from, change.to),
        "an older line",
    )
}
