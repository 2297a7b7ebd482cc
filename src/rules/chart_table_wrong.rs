//! A table that gives a chart another Milvus than it carries.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Act, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-table-wrong",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a table that gives a chart another Milvus than it carries",
    scope: Scope::Runbook,
    page: include_str!("chart_table_wrong.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(stage) = case.stage(&[Act::ChartRow]) else { return Vec::new() };
    let [_, chart, milvus] = stage.step().operands.as_slice() else { return Vec::new() };
    let version = |field: &crate::model::Field<String>| field.value().and_then(|text| Version::parse(text));
    let (Some(number), Some(said)) = (version(chart), version(milvus)) else { return Vec::new() };
    let Some(carried) = case.facts.chart(&number).and_then(|chart| chart.milvus.as_ref()) else { return Vec::new() };
    if *carried == said {
        return Vec::new();
    }
    let carriers = case.facts.charts.iter().filter(|chart| chart.published && chart.milvus.as_ref() == Some(&said));
    let carriers: Vec<String> = carriers.map(|chart| chart.version.to_string()).collect();
    let carriers: Vec<&str> = carriers.iter().map(String::as_str).collect();
    let finding = Finding::new(milvus.at, format!("chart {number} carries Milvus {carried}, not {said}"));
    vec![match carriers.is_empty() {
        true => finding,
        false => finding.note("the way", format!("Milvus {said} is carried by {}", super::listed(&carriers))),
    }]
}
