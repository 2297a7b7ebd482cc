//! A MilvusUpgrade that is deleted takes its backup with it.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Field, Step, Tree, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-deleted-early",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a MilvusUpgrade that is deleted takes its backup with it",
    scope: Scope::Runbook,
    page: include_str!("migration_deleted_early.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.kubectl(&["delete"]) else { return Vec::new() };
    let step = stage.step();
    let is_order = |text: &String| {
        let text = text.to_lowercase();
        text.starts_with("milvusupgrade")
            || text.rsplit('/').next().is_some_and(|file| file.starts_with("milvusupgrade"))
    };
    let named = step.operands.first().and_then(Field::value).is_some_and(is_order);
    let in_file = step.value("filename").and_then(Field::value).is_some_and(is_order);
    let keeps = |step: &Step| step.text("patch").is_some_and(|patch| patch.contains("ownerReferences"));
    let own_volume = stage.order.is_some_and(|order| {
        let written = order.settings.fitting(Tree::Migration, "spec.backupPVC").next();
        written.is_some_and(|setting| matches!(&setting.worth, Worth::Text(name) if !name.is_empty()))
    });
    if !(named || in_file || stage.order.is_some()) || own_volume || stage.before().any(keeps) {
        return Vec::new();
    }
    vec![
        Finding::new(step.at, "this deletes the backup of the metadata together with the order")
            .note("why", "a volume that the operator made for the backup belongs to the MilvusUpgrade and goes with it")
            .note("the way", "keep it until the new release has proved itself, or give a backupPVC of your own"),
    ]
}
