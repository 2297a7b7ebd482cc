//! A chart that is installed without its version.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Act;

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-unpinned",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a chart that is installed without its version",
    scope: Scope::Runbook,
    page: include_str!("chart_unpinned.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::HelmInstall, Act::HelmUpgrade, Act::HelmTemplate]) else { return Vec::new() };
    let step = stage.step();
    let Some(chart) = step.chart() else { return Vec::new() };
    if step.option("version").is_some() || chart.value().is_none_or(|chart| chart.ends_with(".tgz")) {
        return Vec::new();
    }
    let finding = Finding::new(chart.at, "this takes the newest chart there is on the day it runs")
        .note("what happens", "the same command moves Milvus to another line, and its queue and components with it")
        .note("the way", "name the chart: --version x.y.z");
    vec![stage.weigh(finding)]
}
