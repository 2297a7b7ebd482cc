//! A Helm that does not know `--reset-then-reuse-values`.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "helm-too-old",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a Helm that does not know `--reset-then-reuse-values`",
    scope: Scope::Runbook,
    page: include_str!("helm_too_old.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::HelmCli]) else { return Vec::new() };
    let step = stage.step();
    let Some(said) = step.operands.first() else { return Vec::new() };
    let version = said.value().and_then(|text| Version::parse(text.trim_start_matches('v')));
    let (Some(version), Some(needed)) = (version, case.facts.tool_range("helm-keeps-values")) else {
        return Vec::new();
    };
    if needed.contains(&version) {
        return Vec::new();
    }
    let uses = stage.runbook.steps.iter().find_map(|step| step.option("reset-then-reuse-values"));
    let Some(uses) = uses else { return Vec::new() };
    vec![
        Finding::new(said.at, format!("Helm {version} does not know `--reset-then-reuse-values`"))
            .label(uses.at, "used here")
            .note("what happens", "helm stops: unknown flag")
            .note("the way", format!("Helm {}", super::plain(case.facts.tool("helm-keeps-values")))),
    ]
}
