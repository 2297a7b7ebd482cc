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
