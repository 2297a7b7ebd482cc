//! A release with a known vulnerability.

use super::{Case, Rule, Scope};
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "release-vulnerable",
    severity: Severity::Warning,
    confidence: Confidence::Certain,
    summary: "a release with a known vulnerability",
    scope: Scope::State,
    page: include_str!("release_vulnerable.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let Some(version) = head.version.value() else { return Vec::new() };
    if head.ground.fork && head.version.is_default() {
        // Who builds a copy of the chart builds the images too, and may have mended them.
        return Vec::new();
    }
    let risks = case.risks(RULE.id, None, head);
    if risks.is_empty() {
        return Vec::new();
    }
    let message = match risks.len() {
        1 => format!("Milvus {version} has a known vulnerability"),
        count => format!("Milvus {version} has {count} known vulnerabilities"),
    };
    let here = head.version.why().map(|why| format!("{version} ({why})")).unwrap_or_default();
    let finding = Finding::new(head.version.at, message).here(here);
    let finding = risks
        .iter()
        .fold(finding, |finding, risk| finding.note("why", format!("{}; fixed in {}", risk.because, risk.instead)));
    vec![finding]
}
