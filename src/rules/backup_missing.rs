//! Another minor line, and no backup in the repository.

use super::{Case, Rule, Scope, Stage};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Operation, Writing};

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
    if let Some(stage) = case.stage(&[Act::MigrateScript]).or_else(|| case.kubectl(&["apply", "create"])) {
        return before_migration(&stage).into_iter().collect();
    }
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

/// A script that rewrites the metadata, with no backup of the data before it. A guide may have a chapter of its own for that.
fn before_migration(stage: &Stage) -> Option<Finding> {
    let is_backup = |step: &crate::model::Step| {
        step.act == Act::Backup
            && step.operands.first().and_then(|verb| verb.value()).is_some_and(|verb| verb == "create")
    };
    if stage.runbook.writing == Writing::Document || stage.before().any(is_backup) {
        return None;
    }
    let step = stage.step();
    let migrates = match step.act {
        Act::MigrateScript => step.text("o").unwrap_or("migrate") == "migrate",
        _ => stage.order.is_some_and(|order| order.operation == Operation::Upgrade),
    };
    migrates.then(|| {
        Finding::new(step.program, "take a backup before the metadata is rewritten")
            .note("why", "the migration backs up the metadata only, and nothing of the data")
            .note("instead", "milvus-backup create")
    })
}
