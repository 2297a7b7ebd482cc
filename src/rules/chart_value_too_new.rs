//! A value that only newer charts have.

use super::keys::{Group, groups, readers};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-value-too-new",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a value that only newer charts have",
    scope: Scope::State,
    page: include_str!("chart_value_too_new.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let is_chart = |reader| matches!(reader, Reader::Chart { .. });
    let found = groups(case, is_chart, |why| matches!(why, Why::TooNew(_)), |_, _| true);
    let finding = |group: &Group| {
        let chart = group.version?;
        let message = format!("chart {chart} does not have {} yet", group.names());
        let finding = group.finding(message, |fault| format!("in charts {}", readers(fault)));
        Some(finding.note("what happens", "Helm hands it to templates that never ask for it: it does nothing"))
    };
    found.iter().filter_map(finding).collect()
}
