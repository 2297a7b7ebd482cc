//! A value that the chart no longer has.

use super::keys::{Group, groups, readers};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-value-gone",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a value that earlier charts had, and this one ignores",
    scope: Scope::State,
    page: include_str!("chart_value_gone.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let is_chart = |reader| matches!(reader, Reader::Chart { .. });
    let found = groups(case, is_chart, |why| matches!(why, Why::Gone(_)), |_, _| true);
    let finding = |group: &Group| {
        let chart = group.version?;
        // A copy of all values keeps what was its chart's own default.
        let severity = if group.is_whole() { Severity::Info } else { Severity::Warning };
        let message = format!("chart {chart} no longer has {}", group.names());
        let finding = group.finding(message, |fault| format!("in charts {}", readers(fault)));
        Some(
            finding
                .note("what happens", "Helm hands it to templates that never ask for it: it does nothing")
                .graded(severity),
        )
    };
    found.iter().filter_map(finding).collect()
}
