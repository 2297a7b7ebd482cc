//! A standalone becomes a cluster, or the other way round.

use super::{Case, Rule, Scope};
use crate::facts::What;
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Dialect;

/// The rule.
pub const RULE: Rule = Rule {
    id: "mode-changed",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a standalone becomes a cluster, or the other way round",
    scope: Scope::Change,
    page: include_str!("mode_changed.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some((base, head)) = case.change_in_place() else { return Vec::new() };
    let (Some(before), Some(after)) = (base.mode.value(), head.mode.value()) else { return Vec::new() };
    let dropped = head.dialect == Dialect::Operator && head.mode.is_default();
    if before == after || dropped {
        return Vec::new();
    }
    let (from, to) = (before.as_str(), after.as_str());
    let finding =
        Finding::new(head.mode.at, format!("this {from} becomes a {to}; what its queue holds does not move along"))
            .here(format!("after: {to}{}", super::by(&head.mode)))
            .label(base.mode.at, format!("before: {from}{}", super::by(&base.mode)))
            .unsafe_fix(format!("stay a {from}"), [Set::Mode(*before)]);
    vec![super::with_edge(finding, case.facts, What::Mode)]
}
