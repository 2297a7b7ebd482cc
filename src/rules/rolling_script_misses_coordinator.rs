//! `rollingUpdate.sh` never updates mixCoord.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, CoordinatorLayout, Mode};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-misses-coordinator",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`rollingUpdate.sh` never updates mixCoord",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_misses_coordinator.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let Some(milvus) = stage.milvus else { return Vec::new() };
    let mix = matches!(milvus.coordinators.value(), Some(CoordinatorLayout::Mix | CoordinatorLayout::Both));
    if !mix || milvus.mode.value() != Some(&Mode::Cluster) {
        return Vec::new();
    }
    vec![
        Finding::new(stage.step().program, "the rolling script does not know mixCoord")
            .here(format!("on {}", milvus.id))
            .label(milvus.coordinators.at, format!("mixCoord runs{}", super::by(&milvus.coordinators)))
            .note("what happens", "nodes and proxies get the new image, the coordinator keeps the old one")
            .note("the way", "helm upgrade"),
    ]
}
