//! A chart that is known to break.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-bad",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a chart that is known to break",
    scope: Scope::State,
    page: include_str!("chart_bad.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(chart) = head.chart.value() else { return Vec::new() };
    let line = head.pulsar_line.as_ref().and_then(|line| line.value());
    let speaks = |row: &&crate::facts::BadChart| {
        row.charts.contains(chart) && (row.pulsar_line.is_none() || row.pulsar_line.as_ref() == line)
    };
    let bad = case.facts.bad_charts.iter().find(speaks);
    let finding = |row: &crate::facts::BadChart| {
        Finding::new(head.chart.at, format!("chart {chart}: {}", row.because))
            .note("what happens", row.outcome.clone())
            .note("instead", row.instead.clone())
    };
    bad.map(finding).into_iter().collect()
}
