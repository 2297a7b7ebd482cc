//! A release with a known vulnerability.

use super::{Case, Rule, Scope};
use crate::finding::{Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "release-vulnerable",
    severity: Severity::Warning,
    summary: "a release with a known vulnerability",
    scope: Scope::State,
    page: include_str!("release_vulnerable.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.version.value() else { return Vec::new() };
    let found = |risk: &crate::facts::Risk| {
        Finding::new(head.version.at, format!("Milvus {version} has a known vulnerability"))
            .here(head.version.why().map(|why| format!("{version} ({why})")).unwrap_or_default())
            .graded(super::severity_of(&risk.severity))
            .note("why", risk.because.clone())
            .note("the way", risk.instead.clone())
            .note("source", risk.proof.source.clone())
    };
    case.risks(RULE.id, None, head).into_iter().map(found).collect()
}
