//! A jump past a minor line that is advised against.

use super::{Case, Rule, Scope, edge_finding};
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "minor-skipped",
    severity: Severity::Warning,
    summary: "a jump past a minor line that works by the documents and is advised against",
    scope: Scope::Change,
    page: include_str!("minor_skipped.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    edge_finding(
        case,
        RULE.id,
        |change| format!("Milvus {} → {} leaves out a minor line", change.from, change.to),
        "more than one line ahead",
    )
}
