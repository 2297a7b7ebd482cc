//! An operator whose version moves by itself.

use super::{Case, Event, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "operator-unpinned",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "the operator's version moves by itself",
    scope: Scope::State,
    page: include_str!("operator_unpinned.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Event::FloatingOperator { at, why } = case.event else { return Vec::new() };
    let finding = Finding::new(at, "the operator's version is not pinned")
        .here(why)
        .note(
            "why",
            "its defaults decide about queue, coordinators and rolling update of every Milvus that leaves them out",
        )
        .note("what happens", "the same commit installs another operator tomorrow, and no diff shows it")
        .note("the way", "name a release");
    vec![finding]
}
