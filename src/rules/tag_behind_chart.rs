//! A new chart that does not move Milvus, because an older tag is pinned.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Version;

/// The rule.
pub const RULE: Rule = Rule {
    id: "tag-behind-chart",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a new chart that does not move Milvus, because an older tag is pinned",
    scope: Scope::Change,
    page: include_str!("tag_behind_chart.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let (Some(from), Some(to)) = (base.chart.value(), head.chart.value()) else { return Vec::new() };
    let (Some(before), Some(tag)) = (base.version.written_value(), head.version.written_value()) else {
        return Vec::new();
    };
    let milvus = |chart: &Version| case.facts.chart(chart).and_then(|chart| chart.milvus.as_ref());
    let (Some(old), Some(new)) = (milvus(from), milvus(to)) else { return Vec::new() };
    // The chart moves on to another Milvus, and the tag stays where it was.
    if to <= from || new <= old || before != tag || tag >= new {
        return Vec::new();
    }
    let message = format!("chart {to} is made for Milvus {new}, and the tag keeps {tag}");
    let finding = Finding::new(head.chart.at, message)
        .label(head.version.at, "pinned here")
        .note("why", "a tag in the values beats the chart's own")
        .note("what happens", "templates and dependencies move, Milvus does not");
    vec![finding.note("instead", "if Milvus was meant to move, change the tag too; if not, say so with an exception")]
}
