//! A chart that is installed without its version.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Deployment, Dialect, Surface};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-unpinned",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a chart that is installed without its version",
    scope: Scope::State,
    page: include_str!("chart_unpinned.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::HelmInstall, Act::HelmUpgrade, Act::HelmTemplate]) else {
        return case.head().and_then(in_resource).into_iter().collect();
    };
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

/// A resource of some tool that leaves the choice of the chart to the day on which it is applied. Of a range that narrows it down
/// it is only said that it is not known what it comes to.
fn in_resource(head: &Deployment) -> Option<Finding> {
    let of_chart = head.dialect == Dialect::Chart && head.surface != Surface::HelmValues;
    (head.verbatim.newest_chart && of_chart && head.chart.is_unknown()).then(|| {
        Finding::new(head.chart.at, "this takes the newest chart there is on the day it is applied")
            .note("what happens", "the same commit moves Milvus to another line, and its queue and components with it")
            .note("the way", "name the chart's version")
    })
}
