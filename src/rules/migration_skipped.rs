//! A change across the metadata layouts of 2.1 and 2.2 by image alone.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-skipped",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "the metadata layout changes and nothing migrates it",
    scope: Scope::Change,
    page: include_str!("migration_skipped.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    edge_finding(
        case,
        RULE.id,
        |change| format!("Milvus {} cannot become {} by its image alone", change.from, change.to),
        "another metadata layout",
    )
}
