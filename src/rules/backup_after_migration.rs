//! A backup that comes after the migration.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Step};

/// The rule.
pub const RULE: Rule = Rule {
    id: "backup-after-migration",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a backup that comes after the migration",
    scope: Scope::Runbook,
    page: include_str!("backup_after_migration.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::Backup]) else { return Vec::new() };
    let step = stage.step();
    let creates =
        |step: &Step| step.operands.first().and_then(|verb| verb.value()).is_some_and(|verb| verb == "create");
    let applies = |step: &Step| matches!(&step.act, Act::Kubectl(verb) if ["create", "apply"].contains(&verb.as_str()));
    let named = |step: &Step| step.text("filename").is_some_and(|file| file.to_lowercase().contains("milvusupgrade"));
    let same = |other: &Step| other.section == step.section;
    let earlier = stage.before().filter(|step| same(step)).any(|step| step.act == Act::Backup && creates(step));
    let migration = stage.earlier().find(|(step, order)| {
        same(step) && (step.act == Act::MigrateScript || applies(step) && (order.is_some() || named(step)))
    });
    let Some((migration, _)) = migration.filter(|_| creates(step) && !earlier) else { return Vec::new() };
    vec![
        Finding::new(step.at, "this backup comes too late for the migration")
            .label(migration.at, "the metadata is rewritten here")
            .note("why", "a backup of the data is the way back if the migration fails and its own backup is lost")
            .note("the way", "take it before"),
    ]
}
