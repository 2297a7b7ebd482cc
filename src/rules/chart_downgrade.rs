//! An older chart than before.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-downgrade",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "an older chart than before",
    scope: Scope::Change,
    page: include_str!("chart_downgrade.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let (Some(from), Some(to)) = (base.chart.value(), head.chart.value()) else { return Vec::new() };
    if to >= from {
        return Vec::new();
    }
    let finding = Finding::new(head.chart.at, format!("the chart goes back from {from} to {to}"))
        .label(base.chart.at, "running now")
        .note("why", "templates and defaults go back with it, those of etcd, MinIO and the message queue too")
        .note("what happens", "older images start on the disks of newer ones");
    vec![finding.note("instead", "keep the chart and set what should differ in the values")]
}
