//! A pod that this kind of Milvus does not have.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "pod-of-other-mode",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a pod that this kind of Milvus does not have",
    scope: Scope::Runbook,
    page: include_str!("pod_of_other_mode.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.kubectl(&["get", "describe", "delete"]) else { return Vec::new() };
    for operand in &stage.step().operands {
        let Some((release, component)) = operand.value().and_then(|name| name.split_once("-milvus-")) else { continue };
        let cluster = ["proxy-", "rootcoord-", "querycoord-", "datacoord-", "indexcoord-", "querynode-", "datanode-"];
        if !cluster.iter().any(|name| component.starts_with(name)) {
            continue;
        }
        let shows = |name: &String| name.starts_with(&format!("{release}-milvus-standalone-"));
        let listed = stage.before().filter(|step| step.act == Act::Other).find_map(|step| step.operands.first());
        let Some(listed) = listed.filter(|pod| pod.value().is_some_and(shows)) else { continue };
        // A guide for both shows the pods of both.
        let of_cluster = |name: &String| name.starts_with(&format!("{release}-milvus-")) && !shows(name);
        let mut others = stage.before().filter(|step| step.act == Act::Other).flat_map(|step| &step.operands);
        if others.any(|pod| pod.value().is_some_and(of_cluster)) {
            continue;
        }
        return vec![
            Finding::new(operand.at, "a standalone has no such pod")
                .label(listed.at, "this is the pod that it has")
                .note(
                    "why",
                    format!("the release {release} is shown as a standalone, and this pod is one of a cluster"),
                ),
        ];
    }
    Vec::new()
}
