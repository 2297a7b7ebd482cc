//! A command changes a Deployment that somebody else keeps as it is.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Deployment, Dialect, Step, Surface, Tree, Worth};

/// The rule.
pub const RULE: Rule = Rule {
    id: "managed-workload-changed",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a command changes a Deployment that the operator or a chart manages",
    scope: Scope::Runbook,
    page: include_str!("managed_workload_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.kubectl(&["set", "scale", "edit", "patch", "rollout"]) else { return Vec::new() };
    let (step, Some(milvus)) = (stage.step(), stage.milvus) else { return Vec::new() };
    if let Some(name) = step.resource() {
        return owned(step, milvus, name).into_iter().collect();
    }
    let (Some(workload), Some(does)) = (step.workload(), does(step)) else { return Vec::new() };
    let finding = |message: String| {
        Finding::new(step.at, message).here(format!("{does} of {workload}")).label(milvus.at, "what it is made from")
    };
    match milvus.dialect {
        Dialect::Operator if does == "replicas" && is_scaled_by_others(milvus) => Vec::new(),
        Dialect::Operator => vec![
            finding("the operator manages this Deployment and takes the change back".to_string())
                .note("what happens", "at its next reconciliation it writes what the Milvus resource says")
                .note("instead", format!("change the resource: kubectl edit milvus {}", milvus.id.name.as_deref().unwrap_or("<name>"))),
        ],
        // What is scaled for the time of a piece of work is set back by the same script.
        _ if does == "replicas" => vec![
            finding("the next helm upgrade, or a sync, sets the replicas back".to_string())
                .graded(Severity::Info)
                .sure(Confidence::Hint)
                .note("instead", "write the replicas in the values"),
        ],
        _ if does == "the revision" => vec![
            finding("this brings back the older image of one component, beside newer ones".to_string())
                .note("why", "components of different minor lines do not understand each other, and metadata that was rewritten is not read by the old one")
                .note("instead", "helm rollback, and only within one minor line"),
        ],
        _ => vec![
            finding("the next helm upgrade, or a sync, takes this change back".to_string())
                .note("why", "the chart's values do not know of it")
                .note("order", "components that change their image on their own change in no order")
                .note("instead", "write it in the values, and upgrade the release"),
        ],
    }
}

/// A Milvus that the operator makes of a MilvusCluster.
fn owned(step: &Step, milvus: &Deployment, name: &str) -> Option<Finding> {
    (milvus.surface == Surface::MilvusClusterResource).then(|| {
        Finding::new(step.at, "the operator makes this Milvus of a MilvusCluster and takes the change back")
            .graded(Severity::Error)
            .label(milvus.at, "what it is made from")
            .note("what happens", "the MilvusCluster writes its own spec over it")
            .note("instead", format!("kubectl patch milvuscluster {name}, and better: go on to kind: Milvus"))
    })
}

/// What of a workload a command changes; `None` where it changes nothing.
fn does(step: &Step) -> Option<&'static str> {
    let Act::Kubectl(verb) = &step.act else { return None };
    let below = step.operands.first().and_then(|operand| operand.value()).map(String::as_str);
    match (verb.as_str(), below) {
        _ if step.option("dry-run").is_some() => None,
        ("set", Some("image")) => Some("the image"),
        ("set", Some("env" | "resources")) => Some("the environment"),
        ("scale", _) => Some("replicas"),
        ("edit", _) => Some("the text"),
        ("patch", _) => Some("a part"),
        ("rollout", Some("undo")) => Some("the revision"),
        _ => None,
    }
}

/// Whether the resource leaves replicas to an autoscaler.
fn is_scaled_by_others(milvus: &Deployment) -> bool {
    let left = |worth: &Worth| *worth == Worth::Text("-1".to_string());
    milvus.settings.fitting(Tree::Resource, "spec.components.*.replicas").any(|setting| left(&setting.worth))
}
