//! An operator that is installed without its version.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Set, Severity};
use crate::model::{Act, Field, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "operator-chart-unpinned",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "an operator that is installed without its version",
    scope: Scope::Runbook,
    page: include_str!("operator_chart_unpinned.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::OperatorUpgrade]) else { return Vec::new() };
    let step = stage.step();
    let Some(chart) = step.chart() else { return Vec::new() };
    if step.option("version").is_some() || chart.value().is_none_or(|chart| chart.ends_with(".tgz")) {
        return Vec::new();
    }
    let operator = |said: &&Field<String>| {
        let version = said.value().and_then(|text| Version::parse(text.trim_start_matches('v')));
        version.is_some_and(|version| case.facts.operator(&version).is_some())
    };
    let finding = Finding::new(chart.at, "this takes the newest operator there is on the day it runs")
        .note("what happens", "another operator restarts every Milvus that it has, and has other defaults");
    match step.named_before.iter().rev().find(operator) {
        Some(said) => {
            let version = said.value().map(|text| text.trim_start_matches('v').to_string()).unwrap_or_default();
            let set = [Set::CommandWord { at: step.end(), text: format!(" --version {version}") }];
            vec![finding.label(said.at, "this is what the text promises").fix("install what the text says", set)]
        }
        None => vec![stage.weigh(finding.note("the way", "name the version of its chart: --version x.y.z"))],
    }
}
