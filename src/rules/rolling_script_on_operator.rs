//! `rollingUpdate.sh` on a Milvus that the operator manages.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Dialect};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-on-operator",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "`rollingUpdate.sh` on a Milvus that the operator manages",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_on_operator.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript, Act::MigrateScript]) else { return Vec::new() };
    let Some(milvus) = stage.milvus.filter(|milvus| milvus.dialect == Dialect::Operator) else { return Vec::new() };
    let (name, way) = match stage.step().act {
        Act::MigrateScript => ("migrate.sh", "a MilvusUpgrade"),
        _ => ("rollingUpdate.sh", "the image in the resource; the operator rolls it in the right order"),
    };
    vec![
        Finding::new(stage.step().program, format!("{name} is made for Helm, and an operator manages this Milvus"))
            .here(format!("on {}", milvus.id))
            .label(milvus.at, "managed by the operator")
            .note("what happens", "the operator sets the deployments back to what the resource says")
            .note("the way", way),
    ]
}
