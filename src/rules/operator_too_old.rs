//! An operator that does not know this line of Milvus.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "operator-too-old",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "an operator that does not know this line of Milvus",
    scope: Scope::State,
    page: include_str!("operator_too_old.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(operator) = head.operator.value() else { return Vec::new() };
    super::floors(case, RULE.id, "operator", operator)
        .into_iter()
        .map(|(floor, version)| {
            Finding::new(head.version.at, format!("operator {operator} does not know Milvus {version}"))
                .graded(super::severity_of(&floor.severity))
                .here(format!("needs operator {}", super::plain(&floor.needs_text)))
                .note("why", floor.because.clone())
                .note("what happens", floor.outcome.clone())
                .note("the way", format!("upgrade the operator first, to {}", super::plain(&floor.needs_text)))
        })
        .collect()
}
