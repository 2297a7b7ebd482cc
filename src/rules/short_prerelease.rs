//! A tag with two numbers and a suffix, which the operator cannot read.

use super::{Case, Rule, Scope};
use crate::finding::Set;
use crate::finding::{Confidence, Finding, Severity};
use crate::model::Dialect;

/// The rule.
pub const RULE: Rule = Rule {
    id: "short-prerelease",
    severity: Severity::Error,
    confidence: Confidence::Certain,
    summary: "a tag with two numbers and a suffix, which the operator takes for an old release",
    scope: Scope::State,
    page: include_str!("short_prerelease.md"),
    check,
};

fn check(case: &Case) -> Vec<Finding> {
    let Some(head) = case.head().filter(|head| head.dialect == Dialect::Operator) else { return Vec::new() };
    let Some(image) = head.image.written_value().filter(|image| image.is_two_part_with_suffix()) else {
        return Vec::new();
    };
    if head.assumed_version.is_some() {
        return Vec::new();
    }
    let tag = image.tag_text();
    let finding =
        Finding::new(head.image.at, format!("the operator cannot read `{tag}` and treats it as an old release"))
            .here("two numbers and a suffix")
            .note("what happens", "what the operator sets by itself is that of an old release: the components of a cluster, the queue of a standalone")
            .note("why", "the operator reads x.y.z only; whatever it cannot read counts as older than any release");
    vec![match image.version() {
        Some(version) => {
            let (major, minor, patch) = version.triple();
            let plain = format!("{major}.{minor}.{patch}");
            finding.unsafe_fix(format!("say that it is {plain}"), [Set::AssumedVersion(plain)])
        }
        None => finding.note("the way", "write spec.components.version, or an image with a full version"),
    }]
}
