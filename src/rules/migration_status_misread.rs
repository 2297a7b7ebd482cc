//! The Milvus is asked how its migration goes, and does not know.

use super::{Case, Rule, Scope, Stage};
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
    let Some(name) = kind.value().map(|kind| kind.split(['/', '.']).next().unwrap_or(kind).to_lowercase()) else {
        return Vec::new();
    };
    if name.starts_with("milvusupgrade") {
        return never_true(&stage).into_iter().collect();
    }
    if !["milvus", "milvuses", "mi", "milvusclusters", "milvuscluster"].contains(&name.as_str()) {
        return Vec::new();
    }
    let orders = |step: &Step| matches!(&step.act, Act::Kubectl(verb) if ["create", "apply"].contains(&verb.as_str()));
    let of_upgrade = |step: &Step| step.text("filename").is_some_and(|file| file.to_lowercase().contains("upgrade"));
    // What it is called says it, or the file, which holds one.
    let mut before = stage.earlier().filter(|(step, _)| orders(step));
    let Some((order, _)) = before.find(|(step, order)| of_upgrade(step) || order.is_some()) else { return Vec::new() };
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

/// A wait for a condition that a MilvusUpgrade does not have.
fn never_true(stage: &Stage) -> Option<Finding> {
    let step = stage.step();
    let condition = step.value("for").filter(|_| step.act == Act::Kubectl("wait".to_string()))?;
    let word = condition.value()?.strip_prefix("condition=")?.split('=').next()?.to_string();
    let known = ["CheckingUpgrationState", "Upgraded", "Rollbacked"];
    (!known.iter().any(|one| one.eq_ignore_ascii_case(&word))).then(|| {
        Finding::new(condition.at, format!("a MilvusUpgrade never has the condition {word}"))
            .note("what happens", "the command waits until its time is over, whatever becomes of the migration")
            .note("the way", "--for=jsonpath='{.status.state}'=Succeeded")
    })
}
