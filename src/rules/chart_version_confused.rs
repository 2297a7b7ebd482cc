//! A chart version that is a Milvus version.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-version-confused",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a chart version that is a Milvus version: that chart installs another Milvus",
    scope: Scope::State,
    page: include_str!("chart_version_confused.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.chart.value() else { return Vec::new() };
    let Some(carried) = case.facts.chart(version).and_then(|chart| chart.milvus.as_ref()) else { return Vec::new() };
    if case.facts.release(version).is_none() || carried >= version {
        return Vec::new();
    }
    let mut fits: Vec<_> =
        case.facts.charts.iter().filter(|chart| chart.published && chart.milvus.as_ref() == Some(version)).collect();
    fits.sort_by(|a, b| a.version.cmp(&b.version));
    let way = match fits.last() {
        Some(chart) => format!("chart {} carries Milvus {version}", chart.version),
        None => format!("no chart carries Milvus {version}; write image.all.tag on a chart of its line"),
    };
    let finding =
        Finding::new(head.chart.at, format!("chart {version} installs Milvus {carried}, not Milvus {version}"))
            .here("a Milvus version where a chart version belongs");
    vec![finding.note("why", "charts and Milvus have version numbers of their own").note("the way", way)]
}
