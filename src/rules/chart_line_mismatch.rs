//! An image of a line that the chart does not render.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-line-mismatch",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "an image of a line that the chart does not render",
    scope: Scope::State,
    page: include_str!("chart_line_mismatch.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(chart) = head.chart.value() else { return Vec::new() };
    if head.version.is_default() {
        return Vec::new();
    }
    super::floors(case, RULE.id, "chart", chart)
        .into_iter()
        .map(|(floor, version)| {
            Finding::new(head.version.at, format!("chart {chart} does not fit Milvus {version}"))
                .graded(super::severity_of(&floor.severity))
                .here(format!("needs chart {}", super::plain(&floor.needs_text)))
                .label(head.chart.at, format!("chart {chart}{}", super::by(&head.chart)))
                .note("why", floor.because.clone())
                .note("what happens", floor.outcome.clone())
        })
        .collect()
}
