//! A value that no Milvus chart has.

use super::keys::{Group, groups, is_same_mistake};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-value-unknown",
    severity: Severity::Warning,
    confidence: Confidence::Likely,
    summary: "a value that no Milvus chart has, so that nothing reads it",
    scope: Scope::State,
    page: include_str!("chart_value_unknown.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let is_chart = |reader| matches!(reader, Reader::Chart { .. });
    let found = groups(case, is_chart, |why| matches!(why, Why::Unknown(_)), is_same_mistake);
    let finding = |group: &Group| {
        let verb = group.plural("is no value", "are no values");
        let message = format!("{} {verb} of any Milvus chart", group.names());
        let finding = group.finding(message, |fault| group.hint(fault, "`extraConfigFiles.\"user.yaml\"`"));
        let finding = finding.note("what happens", "Helm hands it to templates that never ask for it: it does nothing");
        let finding = finding.note("note", group.newer(case, "chart")).sure(group.of_chart(case));
        group.with_repair(finding)
    };
    found.iter().map(finding).collect()
}
