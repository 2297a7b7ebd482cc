//! A field that the operator in use does not have yet.

use super::keys::{Group, groups};
use super::{Case, Rule, Scope};
use crate::facts::Why;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Reader;

/// The rule.
pub const RULE: Rule = Rule {
    id: "field-too-new",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a field that only a newer operator has",
    scope: Scope::State,
    page: include_str!("field_too_new.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let is_new = |why: &Why| matches!(why, Why::TooNew(_));
    // What one operator brought is said at once.
    let same = |group: &Group, fault: &crate::facts::Fault| group.faults[0].why == fault.why;
    let found = groups(case, |reader| matches!(reader, Reader::Resource(_)), is_new, same);
    let finding = |group: &Group| {
        let Why::TooNew(since) = group.faults[0].why else { return None };
        let operator = group.version?;
        let message = format!("operator {operator} has no {} {}", group.plural("field", "fields"), group.names());
        let finding = group.finding(message, |_| format!("since operator {since}"));
        Some(finding.note("what happens", "the API server drops it and says nothing").note(
            "the way",
            format!("bring the operator and its CRDs to {since} first; a chart's upgrade leaves CRDs as they are"),
        ))
    };
    found.iter().filter_map(finding).collect()
}
