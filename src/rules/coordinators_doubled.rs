//! MixCoord beside a coordinator of its own.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};
use crate::model::CoordinatorLayout;

/// The rule.
pub const RULE: Rule = Rule {
    id: "coordinators-doubled",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "mixCoord beside a coordinator of its own",
    scope: Scope::State,
    page: include_str!("coordinators_doubled.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    // In a resource both may stand side by side for a while: that is how one becomes the other.
    if head.dialect == crate::model::Dialect::Operator || head.coordinators.value() != Some(&CoordinatorLayout::Both) {
        return Vec::new();
    }
    let here = super::by(&head.coordinators);
    let finding = Finding::new(head.coordinators.at, format!("mixCoord runs beside a coordinator of its own{here}"))
        .note("why", "mixCoord holds all four coordinators, so two of one kind claim the same role")
        .note("what happens", "one of them exits or stands by, and which one depends on who starts first");
    let mix = [crate::finding::Set::Coordinators(CoordinatorLayout::Mix)];
    vec![finding.unsafe_fix("keep mixCoord alone", mix)]
}
