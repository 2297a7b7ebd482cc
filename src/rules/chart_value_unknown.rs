//! A value that no Milvus chart has.

use super::keys::{Group, groups, is_same_mistake};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "chart-value-unknown",
    severity: Severity::Warning,
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
        let finding = group.finding(message, &group.hint("`extraConfigFiles.\"user.yaml\"`"));
        let finding = finding.note("what happens", "Helm hands it to templates that never ask for it: it does nothing");
        group.with_repair(finding.note("note", newer(case, group)))
    };
    found.iter().map(finding).collect()
}

/// What must be said where the chart is newer than those that were read.
fn newer(case: &Case, group: &Group) -> String {
    let read = case.facts.keys_read_to("chart");
    let is_newer = crate::model::Version::parse(read).is_some_and(|read| group.version.is_some_and(|it| *it > read));
    if is_newer { format!("charts up to {read} are known; a newer one may have brought it") } else { String::new() }
}
