//! Another minor line, and no backup in the repository.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "backup-missing",
    severity: Severity::Info,
    confidence: Confidence::Hint,
    summary: "another minor line, and no backup in the repository",
    scope: Scope::Change,
    page: include_str!("backup_missing.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(change) = case.version_change() else { return Vec::new() };
    if change.to.line() <= change.from.line() {
        return Vec::new();
    }
    let (from, to) = (change.from, change.to);
    vec![
        change
            .finding(format!("take a backup before {from} → {to}"), "")
            .note("why", "across minor lines going back to the old image is no way back: the data has changed")
            .note("instead", "milvus-backup create, and a copy of etcd"),
    ]
}
