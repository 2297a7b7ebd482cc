//! A chart whose own image is another release than it says.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::{Tag, Version};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-image-differs",
    severity: Severity::Info,
    confidence: Confidence::Certain,
    summary: "a chart whose own image is another release than it says",
    scope: Scope::State,
    page: include_str!("chart_image_differs.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head().filter(|head| head.version.is_default()) else { return Vec::new() };
    let Some(chart) = head.chart.value().and_then(|version| case.facts.chart(version)) else { return Vec::new() };
    let Some(says) = &chart.milvus else { return Vec::new() };
    let Some(installs) = Tag::parse(&chart.image_tag).version().cloned() else { return Vec::new() };
    if Version::triple(&installs) == says.triple() {
        return Vec::new();
    }
    let message = format!("chart {} says Milvus {says} and installs {installs}", chart.version);
    vec![
        Finding::new(head.chart.at, message)
            .note("why", "the chart's appVersion and its default image were not changed together")
            .note("instead", "write image.all.tag"),
    ]
}
