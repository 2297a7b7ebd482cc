//! `rollingUpdate.sh` with a release whose objects have other names.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "rolling-script-name-unfit",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "`rollingUpdate.sh` with a release whose objects have other names",
    scope: Scope::Runbook,
    page: include_str!("rolling_script_name_unfit.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::RollingScript]) else { return Vec::new() };
    let Some(instance) = stage.step().instance() else { return Vec::new() };
    let Some(name) = instance.value().filter(|name| name.contains("milvus")) else { return Vec::new() };
    vec![
        Finding::new(
            instance.at,
            format!("the script looks for a ConfigMap {name}-milvus, and the chart calls it {name}"),
        )
        .note("why", "the chart leaves its own name out where the release's name holds it already")
        .note("what happens", "the script does not see which queue is in use"),
    ]
}
