//! spec.components.version says another version than the image.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "assumed-version-stale",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "spec.components.version says another version than the image",
    scope: Scope::State,
    page: include_str!("assumed_version_stale.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head() else { return Vec::new() };
    let assumed = head.assumed_version.as_ref();
    let (Some(field), Some(assumed)) = (assumed, assumed.and_then(|field| field.written_value())) else {
        return Vec::new();
    };
    let Some(version) = head.image.value().and_then(|image| image.version()) else { return Vec::new() };
    if version.triple() == assumed.triple() {
        return Vec::new();
    }
    let (major, minor, patch) = version.triple();
    let plain = format!("{major}.{minor}.{patch}");
    let finding = Finding::new(field.at, format!("the operator is told {assumed} while the image is {version}"))
        .here("what the operator goes by")
        .label(head.image.at, "what runs")
        .note(
            "what happens",
            "components and their order are those of the version that is told, not of the one that runs",
        );
    // Within a minor line the operator does the same for both.
    let finding = if version.line() == assumed.line() { finding.graded(Severity::Warning) } else { finding };
    vec![finding.fix(format!("say {plain}"), [Set::AssumedVersion(plain)])]
}
