//! The Milvus is asked how its migration goes, and does not know.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Field, Step};

/// The rule.
pub const RULE: Rule = Rule {
    id: "migration-status-misread",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "the Milvus is asked how its migration goes, and does not know",
    scope: Scope::Runbook,
    page: include_str!("migration_status_misread.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.kubectl(&["describe", "get", "wait"]) else { return Vec::new() };
    let step = stage.step();
    let Some(kind) = step.operands.first() else { return Vec::new() };
    let name = kind.value().map(|kind| kind.split(['/', '.']).next().unwrap_or(kind).to_lowercase());
    if !name
        .is_some_and(|name| ["milvus", "milvuses", "mi", "milvusclusters", "milvuscluster"].contains(&name.as_str()))
    {
        return Vec::new();
    }
    let orders = |step: &&Step| matches!(&step.act, Act::Kubectl(verb) if ["create", "apply"].contains(&verb.as_str()));
    let of_upgrade = |step: &Step| step.text("filename").is_some_and(|file| file.to_lowercase().contains("upgrade"));
    let Some(order) = stage.before().find(orders).filter(|order| of_upgrade(order)) else { return Vec::new() };
    let asks = |step: &Step| {
        step.operands
            .first()
            .and_then(Field::value)
            .is_some_and(|kind| kind.to_lowercase().starts_with("milvusupgrade"))
    };
    if stage.runbook.steps.iter().any(|step| matches!(&step.act, Act::Kubectl(_)) && asks(step)) {
        return Vec::new();
    }
    vec![
        Finding::new(kind.at, "the Milvus does not say how its migration goes")
            .label(order.at, "ordered here")
            .note(
                "why",
                "the state is in the MilvusUpgrade: state Succeeded, or RollbackFailed with Milvus at 0 replicas",
            )
            .note("the way", "kubectl get milvusupgrade <name> -o yaml, and wait for state Succeeded"),
    ]
}
